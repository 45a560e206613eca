//! Amounts with a point or a comma, and days and times in each of Amazon's forms.

use crate::base::{Currency, Day, Instant, Zone, money};

/// The decimal sign of an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    Point,
    Comma,
}

/// An amount whose currency is not known yet: `mantissa / 10^scale`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number {
    pub mantissa: i64,
    pub scale: u8,
}

/// Digits that a number may have; 18 always fit.
const DIGITS_MAX: usize = 18;

impl Number {
    /// # Errors
    /// A sentence for the user.
    pub fn parse(text: &str) -> Result<(Self, Option<Mark>), String> {
        let text = text.trim();
        let shown: String = text.chars().take(40).collect();
        let digits = text.strip_prefix('-').unwrap_or(text);
        let marks = digits.matches(['.', ',', ' ', '\u{a0}', '\'']).count();
        let is_number = digits.bytes().any(|byte| byte.is_ascii_digit());
        if is_number && (marks > 1 || digits.contains([' ', '\u{a0}', '\''])) {
            return Err(separated(&shown));
        }
        let mark = match digits.find(['.', ',']).map(|at| &digits[at..=at]) {
            Some(",") => Some(Mark::Comma),
            Some(_) => Some(Mark::Point),
            None => None,
        };
        let (whole, fraction) = digits.split_once(['.', ',']).unwrap_or((digits, ""));
        let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let dangling = mark.is_some() && fraction.is_empty();
        if whole.is_empty() || dangling || !plain(whole) || !plain(fraction) {
            return Err(format!("{shown:?} is not an amount"));
        }
        if whole.len() + fraction.len() > DIGITS_MAX {
            return Err(format!("{shown:?} is too large an amount"));
        }
        let magnitude = whole
            .bytes()
            .chain(fraction.bytes())
            .fold(0_i64, |sum, byte| sum * 10 + i64::from(byte - b'0'));
        let mantissa = if digits.len() < text.len() { -magnitude } else { magnitude };
        Ok((Self { mantissa, scale: fraction.len() as u8 }, mark))
    }

    /// # Errors
    /// A sentence for the user: too precise, too large, or a thousands separator.
    pub fn to_minor(self, currency: Currency) -> Result<i64, String> {
        let digits = currency.digits();
        let scale = u32::from(self.scale);
        let shown = money::decimal_text(self.mantissa, scale);
        // One thousand written `1,000` must not become one.
        if scale == 3 && digits != 3 {
            return Err(separated(&shown));
        }
        let minor = if scale > digits {
            let beyond = 10_i64.pow(scale - digits);
            if self.mantissa % beyond != 0 {
                return Err(format!("{shown} has more digits after the point than {currency} has"));
            }
            Some(self.mantissa / beyond)
        } else {
            self.mantissa.checked_mul(10_i64.pow(digits - scale))
        };
        minor
            .filter(|minor| minor.abs() < money::MINOR_LIMIT)
            .ok_or_else(|| format!("{shown} is too large an amount"))
    }
}

fn separated(shown: &str) -> String {
    format!(
        "{shown:?} seems to be written with a thousands separator, which cannot be told from \
             a decimal sign; take the file as Amazon gives it"
    )
}

/// A posting's time, and the day on which it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    pub at: Instant,
    pub day: Day,
}

impl Stamp {
    /// A day without a time is the day as written, from midnight in `zone`.
    ///
    /// # Errors
    /// A sentence for the user.
    pub fn parse(text: &str, zone: &Zone) -> Result<Self, String> {
        let wrong = || {
            let shown: String = text.chars().take(40).collect();
            format!("{shown:?} is not a day or time such as 2026-03-07 10:00:00 UTC")
        };
        let text = text.trim();
        let bare = ["UTC", "GMT"].into_iter().find_map(|name| text.strip_suffix(name));
        let body = bare.unwrap_or(text).trim_end();
        let day = body.get(..10).and_then(parse_day);
        if let (Some(day), 10) = (day, body.len()) {
            let midnight = format!("{day}T00:00:00");
            let at = Instant::parse_local(&midnight, zone).map_err(|_| wrong())?;
            return Ok(Self { at, day });
        }
        let (Some(day), Some(time)) = (day, body.get(11..)) else { return Err(wrong()) };
        let at = match (bare, time.len()) {
            (Some(_), 8) => Instant::parse(&format!("{day}T{time}Z")),
            (None, 8) => Instant::parse_local(&format!("{day}T{time}"), zone),
            _ => Instant::parse(&format!("{day}T{time}")),
        };
        let at = at.map_err(|_| wrong())?;
        Ok(Self { at, day: at.day_in(zone) })
    }
}

/// `2026-03-07` or `07.03.2026`.
fn parse_day(text: &str) -> Option<Day> {
    if let Ok(day) = Day::parse(text) {
        return Some(day);
    }
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[2] != b'.' || bytes[5] != b'.' || !text.is_ascii() {
        return None;
    }
    Day::parse(&format!("{}-{}-{}", &text[6..], &text[3..5], &text[..2])).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_bear_a_point_or_a_comma_and_never_a_thousands_separator() {
        let eur = Currency::parse("EUR").unwrap();
        let check = |text: &str, minor: Option<i64>| {
            let read = Number::parse(text).and_then(|(number, _)| number.to_minor(eur));
            assert_eq!(read.ok(), minor, "{text:?}");
        };
        check("32.09    ", Some(3209));
        check("32,09\u{a0}", Some(3209));
        check("-0.01", Some(-1));
        check("-1,5", Some(-150));
        check("12", Some(1200));
        check("12.0000", Some(1200));
        for wrong in [
            "1,000",
            "1.000",
            "1.234,56",
            "1,234.56",
            "1 234,56",
            "1'234.56",
            "1.2.3",
            "12.345",
            "12.3456",
            ".5",
            "5.",
            "",
            "-",
            "--1",
            "+1",
            "1e3",
            "1-",
            "9999999999999999",
            "abc",
        ] {
            check(wrong, None);
        }
    }

    #[test]
    fn yen_with_a_thousands_separator_are_refused_and_dinars_keep_their_three_digits() {
        let minor = |text: &str, code: &str| {
            Number::parse(text).and_then(|(n, _)| n.to_minor(Currency::parse(code).unwrap())).ok()
        };
        assert_eq!(minor("1,000", "JPY"), None);
        assert_eq!(minor("1000", "JPY"), Some(1000));
        assert_eq!(minor("1,000", "KWD"), Some(1000));
    }

    #[test]
    fn a_time_is_read_in_each_of_amazons_forms() {
        let zone = Zone::parse("America/Toronto").unwrap();
        let check = |text: &str, at: &str, day: &str| {
            let stamp = Stamp::parse(text, &zone).unwrap();
            assert_eq!((stamp.at.to_string(), stamp.day.to_string()), (at.into(), day.into()));
        };
        check("2025-08-18T02:48:54+00:00", "2025-08-18T02:48:54Z", "2025-08-17");
        check("2026-03-07 10:00:00 UTC", "2026-03-07T10:00:00Z", "2026-03-07");
        check("07.03.2026 10:00:00 UTC", "2026-03-07T10:00:00Z", "2026-03-07");
        check("2026-08-16 UTC", "2026-08-16T04:00:00Z", "2026-08-16");
        check("2026-08-16", "2026-08-16T04:00:00Z", "2026-08-16");
        check("16.08.2026", "2026-08-16T04:00:00Z", "2026-08-16");
        check("2026-08-16T10:00:00", "2026-08-16T14:00:00Z", "2026-08-16");
        for wrong in
            ["", "UTC", "2026-02-30", "08/16/2026", "31.02.2026", "2026-08-16 25:00:00 UTC"]
        {
            assert!(Stamp::parse(wrong, &zone).is_err(), "{wrong:?}");
        }
    }
}
