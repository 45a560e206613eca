//! Numbers as exports write them: currency signs, thousands separators, decimal commas, brackets
//! for what is owed. What a separator means is decided once for a file, never cell by cell.

use crate::base::{Currency, money};

/// The decimal sign of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mark {
    #[default]
    Point,
    Comma,
}

/// What a cell alone tells of the file's decimal sign.
pub fn mark_of(text: &str) -> Option<Mark> {
    let digits = strip(text).text;
    let (point, comma) = (digits.rfind('.'), digits.rfind(','));
    match (point, comma) {
        (Some(point), Some(comma)) => Some(if point > comma { Mark::Point } else { Mark::Comma }),
        (Some(at), None) => lone(&digits, at, Mark::Point, Mark::Comma),
        (None, Some(at)) => lone(&digits, at, Mark::Comma, Mark::Point),
        (None, None) => None,
    }
}

/// One kind of separator: standing twice it groups thousands; before anything but three digits it
/// is the decimal sign; before three it may be either.
fn lone(digits: &str, at: usize, itself: Mark, other: Mark) -> Option<Mark> {
    let sign = &digits[at..=at];
    if digits.matches(sign).count() > 1 {
        return Some(other);
    }
    (digits.len() - at - 1 != 3 || at == 0 || digits[..at].trim_start_matches('0').is_empty())
        .then_some(itself)
}

/// The decimal sign of a file, from what its amounts tell; a point where none tells.
pub fn mark_of_file<'a>(cells: impl Iterator<Item = &'a str>) -> Mark {
    let (mut points, mut commas) = (0_usize, 0_usize);
    for mark in cells.filter_map(mark_of) {
        match mark {
            Mark::Point => points += 1,
            Mark::Comma => commas += 1,
        }
    }
    if commas > points { Mark::Comma } else { Mark::Point }
}

/// An amount that reads the same whatever decimal sign the file around it has; what is no number,
/// or says so already, stays as it is.
pub fn unmistakable(text: &str, mark: Mark) -> String {
    if !text.contains(['.', ',']) || mark_of(text).is_some() {
        return text.to_owned();
    }
    match plain(text, mark) {
        // Three digits after the one separator could be thousands; four cannot.
        Ok(Some(plain)) if plain.contains('.') => format!("{plain}0"),
        Ok(Some(plain)) => plain,
        Ok(None) | Err(_) => text.to_owned(),
    }
}

struct Stripped {
    /// Digits and separators.
    text: String,
    negative: bool,
    /// Something stood in the cell that belongs to no number.
    strange: bool,
}

/// Takes signs, brackets, currency signs and codes, blanks and apostrophes off.
fn strip(text: &str) -> Stripped {
    let text = text.trim();
    let text_room = String::with_capacity(text.len());
    let mut stripped = Stripped { text: text_room, negative: false, strange: false };
    let bracketed = text.starts_with('(') && text.ends_with(')');
    stripped.negative = bracketed;
    let inner = if bracketed { &text[1..text.len() - 1] } else { text };
    let (mut letters, mut signs) = (0, 0);
    // A number stands in one piece: `5.7E+17` is none, nor is a range such as `12-5`.
    let (mut in_pieces, mut is_over) = (false, false);
    for sign in inner.chars() {
        let is_break = sign.is_alphabetic() || matches!(sign, '-' | '+' | '\u{2212}' | '\u{2013}');
        is_over |= is_break && !stripped.text.is_empty();
        match sign {
            '0'..='9' | '.' | ',' => {
                in_pieces |= is_over;
                stripped.text.push(sign);
            }
            '-' | '\u{2212}' | '\u{2013}' => {
                signs += 1;
                stripped.negative = true;
            }
            '+' => signs += 1,
            ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\'' | '\u{2019}' | '\t' => {}
            '$' | '€' | '£' | '¥' | '₹' | '₫' | '฿' | '₱' | '₩' | '₺' | '₪' | '₽' | '₦' | '%'
            | '¢' => {}
            'a'..='z' | 'A'..='Z' => letters += 1,
            _ => stripped.strange = true,
        }
    }
    // `US$`, `EUR`, `CA$`, `kr`, `R$`, `zł` aside: up to three letters are a currency.
    stripped.strange |= in_pieces || letters > 3 || signs > 1 || (bracketed && signs > 0);
    stripped
}

/// The number in plain digits with a point; `None` for an empty cell or one of dashes.
///
/// # Errors
/// A sentence for the user.
pub fn plain(text: &str, mark: Mark) -> Result<Option<String>, String> {
    let shown = || text.trim().chars().take(40).collect::<String>();
    let stripped = strip(text);
    if stripped.text.is_empty() {
        let nothing = text.trim().trim_matches(['-', '\u{2212}', '\u{2013}', '\u{2014}', ' ']);
        return if nothing.is_empty() || matches!(nothing, "N/A" | "n/a") {
            Ok(None)
        } else {
            Err(format!("{:?} is not a number", shown()))
        };
    }
    let (decimal, group) = match mark {
        Mark::Point => ('.', ','),
        Mark::Comma => (',', '.'),
    };
    let (whole, fraction) = match stripped.text.split_once(decimal) {
        Some((whole, fraction)) => (whole, fraction),
        None => (stripped.text.as_str(), ""),
    };
    if stripped.strange || fraction.contains(['.', ',']) || !is_grouped(whole, group) {
        return Err(format!("{:?} is not a number as the rest of the file writes them", shown()));
    }
    let mut plain = String::with_capacity(stripped.text.len() + 2);
    if stripped.negative {
        plain.push('-');
    }
    plain.extend(whole.chars().filter(|sign| *sign != group));
    if whole.is_empty() {
        plain.push('0');
    }
    if !fraction.is_empty() {
        plain.push('.');
        plain.push_str(fraction);
    }
    Ok(Some(plain))
}

/// Thousands in threes (or lakhs in twos, as India writes them); the first group may be shorter.
fn is_grouped(whole: &str, group: char) -> bool {
    if !whole.contains(group) {
        return true;
    }
    let groups: Vec<&str> = whole.split(group).collect();
    let [first, rest @ .., last] = groups.as_slice() else { return true };
    let middle = rest.iter().all(|part| part.len() == 3) || rest.iter().all(|part| part.len() == 2);
    (1..=3).contains(&first.len()) && last.len() == 3 && middle
}

/// An amount in minor units of its currency; `None` for an empty cell.
///
/// # Errors
/// A sentence for the user.
pub fn minor(text: &str, mark: Mark, currency: Currency) -> Result<Option<i64>, String> {
    match plain(text, mark)? {
        None => Ok(None),
        Some(plain) => match money::parse_minor(&plain, currency) {
            Ok(minor) => Ok(Some(minor)),
            Err(fault) => Err(fault.to_string()),
        },
    }
}

/// A whole number, such as a count; `None` for an empty cell.
///
/// # Errors
/// A sentence for the user.
pub fn count(text: &str, mark: Mark) -> Result<Option<i64>, String> {
    let Some(plain) = plain(text, mark)? else { return Ok(None) };
    let whole = match plain.split_once('.') {
        Some((whole, zeros)) if zeros.bytes().all(|byte| byte == b'0') => whole,
        Some(_) => "",
        None => plain.as_str(),
    };
    match whole.parse::<i64>() {
        Ok(count) if count.abs() < money::MINOR_LIMIT => Ok(Some(count)),
        _ => {
            let shown: String = text.chars().take(40).collect();
            Err(format!("{shown:?} is not a whole number"))
        }
    }
}

/// The currency that an amount's sign tells, where the file names none. A lone `$` is the dollar
/// of `own`, the store's currency, else that of the United States.
pub fn currency_of_sign(text: &str, own: Option<Currency>) -> Option<Currency> {
    const SIGNS: [(&str, &str); 10] = [
        ("AU $", "AUD"),
        ("AU$", "AUD"),
        ("CA$", "CAD"),
        ("C $", "CAD"),
        ("C$", "CAD"),
        ("US $", "USD"),
        ("US$", "USD"),
        ("£", "GBP"),
        ("€", "EUR"),
        ("EUR", "EUR"),
    ];
    let text = text.trim().trim_start_matches(['-', '\u{2212}', '\u{2013}', ' ']);
    if let Some(own) = own.filter(|own| text.starts_with('$') && own.code().ends_with('D')) {
        return Some(own);
    }
    let named = SIGNS.iter().find(|(sign, _)| text.starts_with(sign) || text.ends_with(sign));
    let code = named.map(|(_, code)| *code).or_else(|| text.starts_with('$').then_some("USD"))?;
    Currency::parse(code).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_cell_tells_of_the_decimal_sign() {
        for (text, mark) in [
            ("12.50", Some(Mark::Point)),
            ("12,50", Some(Mark::Comma)),
            ("1,234.50", Some(Mark::Point)),
            ("1.234,50", Some(Mark::Comma)),
            ("1.234.567", Some(Mark::Comma)),
            ("10.000", None),
            ("0.125", Some(Mark::Point)),
            ("1200", None),
            ("", None),
        ] {
            assert_eq!(mark_of(text), mark, "{text}");
        }
        assert_eq!(mark_of_file(["10.000", "200,00"].into_iter()), Mark::Comma);
    }

    #[test]
    fn an_amount_can_be_made_to_tell_its_own_sign() {
        for (text, mark, expected) in [
            ("1.234", Mark::Comma, "1234"),
            ("1.234", Mark::Point, "1.2340"),
            ("1,234", Mark::Comma, "1.2340"),
            ("1,234", Mark::Point, "1234"),
            ("12,50", Mark::Comma, "12,50"),
            ("1.234,50", Mark::Comma, "1.234,50"),
            ("12", Mark::Comma, "12"),
            ("1.x", Mark::Comma, "1.x"),
        ] {
            let told = unmistakable(text, mark);
            assert_eq!(told, expected, "{text}");
            if let Ok(read) = plain(text, mark) {
                let again = plain(&told, mark_of(&told).unwrap_or_default()).unwrap();
                let short = |read: Option<String>| {
                    let read = read.unwrap_or_default();
                    if read.contains('.') { read.trim_end_matches('0').to_owned() } else { read }
                };
                assert_eq!(short(again), short(read), "{text}");
            }
        }
    }

    #[test]
    fn an_amount_is_read_in_each_of_its_dresses() {
        let eur = Currency::parse("EUR").unwrap();
        for (text, mark, expected) in [
            ("$ 16.22", Mark::Point, Some(1_622)),
            ("-£0.03", Mark::Point, Some(-3)),
            ("(1,234.50)", Mark::Point, Some(-123_450)),
            ("1.234,50 €", Mark::Comma, Some(123_450)),
            ("1 234,50", Mark::Comma, Some(123_450)),
            ("\u{2212}5", Mark::Point, Some(-500)),
            ("1,23,456.00", Mark::Point, Some(12_345_600)),
            ("CA$1.50", Mark::Point, Some(150)),
            (".5", Mark::Point, Some(50)),
            ("12.50 kr", Mark::Point, Some(1_250)),
            ("12.50-", Mark::Point, Some(-1_250)),
            ("--", Mark::Point, None),
            ("", Mark::Point, None),
        ] {
            assert_eq!(minor(text, mark, eur), Ok(expected), "{text}");
        }
        for text in [
            "1,5",
            "abc",
            "1.2.3",
            "12.345",
            "1e5 dollars",
            "1e3",
            "--5",
            "2026-01-01",
            "1x5",
            "5.7E+17",
            "12-5",
        ] {
            assert!(minor(text, Mark::Point, eur).is_err(), "{text}");
        }
    }

    #[test]
    fn a_sign_tells_the_currency_and_a_lone_dollar_the_stores() {
        let parse = |code: &str| Currency::parse(code).unwrap();
        let cad = Some(parse("CAD"));
        for (text, own, expected) in [
            ("-£0.03", None, Some("GBP")),
            ("12,50 €", None, Some("EUR")),
            ("$5.00", None, Some("USD")),
            ("$5.00", cad, Some("CAD")),
            ("$5.00", Some(parse("EUR")), Some("USD")),
            ("C $5.00", None, Some("CAD")),
            ("5.00", cad, None),
            ("--", None, None),
        ] {
            assert_eq!(currency_of_sign(text, own), expected.map(parse), "{text} {own:?}");
        }
    }
}
