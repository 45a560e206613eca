//! EAN, UPC, ISBN and GTIN as one number of 14 digits: a UPC is an EAN with a zero in front, an
//! ISBN of ten digits is one of thirteen with 978. What fails its check digit is no barcode.

use super::normal::{is_break, usual_width};

/// The number, where the text is a barcode; `None` also for one of nothing but zeros, which
/// stands for none.
pub fn parse(text: &str) -> Option<String> {
    let digits: String = text.trim().chars().map(usual_width).filter(|c| !is_break(*c)).collect();
    let is_plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    let number = match digits.len() {
        8 | 12 | 13 | 14 if is_plain => format!("{digits:0>14}"),
        10 => format!("0{}", from_isbn_10(&digits)?),
        _ => return None,
    };
    (checks(&number) && number.bytes().any(|byte| byte != b'0')).then_some(number)
}

/// Weights 3 and 1 in turn, the last of them with 1.
fn checks(number: &str) -> bool {
    let sum: u32 = number
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, byte)| u32::from(byte - b'0') * if place % 2 == 1 { 3 } else { 1 })
        .sum();
    sum.is_multiple_of(10)
}

/// The ISBN of thirteen digits, where the one of ten checks.
fn from_isbn_10(digits: &str) -> Option<String> {
    let value = |(place, byte): (usize, u8)| match byte {
        b'0'..=b'9' => Some(u32::from(byte - b'0')),
        b'X' | b'x' if place == 9 => Some(10),
        _ => None,
    };
    let mut sum = 0;
    for (place, byte) in digits.bytes().enumerate() {
        sum += value((place, byte))? * (10 - place as u32);
    }
    if sum % 11 != 0 {
        return None;
    }
    let body = format!("978{}", digits.get(..9)?);
    let weighed: u32 = body
        .bytes()
        .enumerate()
        .map(|(place, byte)| u32::from(byte - b'0') * if place % 2 == 1 { 3 } else { 1 })
        .sum();
    Some(format!("{body}{}", (10 - weighed % 10) % 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_however_it_is_written() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(parse(text).as_deref(), expected, "{text}");
        };
        check("4006381333931", Some("04006381333931"));
        check("400-6381 333931", Some("04006381333931"));
        check("４００６３８１３３３９３１", Some("04006381333931"));
        // A UPC, and the EAN that it is.
        check("036000291452", Some("00036000291452"));
        check("0036000291452", Some("00036000291452"));
        check("96385074", Some("00000096385074"));
        // An ISBN of ten digits, and of thirteen.
        check("0-306-40615-2", Some("09780306406157"));
        check("9780306406157", Some("09780306406157"));
        check("080442957X", Some("09780804429573"));
    }

    #[test]
    fn what_does_not_check_is_none() {
        for text in [
            "",
            "4006381333932",
            "0306406153",
            "0000000000000",
            "12345",
            "B00EXAMPLE",
            "40063x1333931",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
