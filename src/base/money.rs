//! Money: a whole number of minor units, glued to its currency. No floats, no division.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::currency::Currency;

/// Amounts of an order or a row stay below this (CONTRACT, "Import formats").
pub const MINOR_LIMIT: i64 = 1_000_000_000_000_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    pub minor: i64,
    pub currency: Currency,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum AmountError {
    #[error("{text:?} is not an amount; write it with a point, such as 24.00")]
    NotANumber { text: String },
    #[error("{text:?} has more digits after the point than {currency} has")]
    TooPrecise { text: String, currency: Currency },
    #[error("{text:?} is too large an amount")]
    TooLarge { text: String },
    #[error("{text:?} is negative where only a positive amount makes sense")]
    Negative { text: String },
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum MoneyError {
    #[error("{left} and {right} cannot be added")]
    Mixed { left: Currency, right: Currency },
    #[error("a sum of money is too large to be kept")]
    Overflow,
}

impl Money {
    pub fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    pub fn zero(currency: Currency) -> Self {
        Self { minor: 0, currency }
    }

    /// Reads a decimal amount, also a negative one, in the currency's digits.
    ///
    /// # Errors
    /// `NotANumber`, `TooPrecise`, `TooLarge`.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, AmountError> {
        Ok(Self { minor: parse_minor(text, currency)?, currency })
    }

    /// # Errors
    /// `Mixed` when the currencies differ, `Overflow` beyond 64 bits.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::Mixed { left: self.currency, right: other.currency });
        }
        let minor = self.minor.checked_add(other.minor).ok_or(MoneyError::Overflow)?;
        Ok(Self { minor, currency: self.currency })
    }

    /// The amount as a decimal with exactly the currency's digits: `-12.50`, `300`, `1.250`.
    pub fn to_decimal_text(self) -> String {
        decimal_text(self.minor, self.currency.digits())
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.to_decimal_text(), self.currency)
    }
}

/// Minor units as a decimal text with exactly `digits` after the point.
pub fn decimal_text(minor: i64, digits: u32) -> String {
    let sign = if minor < 0 { "-" } else { "" };
    let magnitude = minor.unsigned_abs();
    if digits == 0 {
        return format!("{sign}{magnitude}");
    }
    let scale = 10_u64.pow(digits);
    let width = digits as usize;
    format!("{sign}{}.{:0width$}", magnitude / scale, magnitude % scale)
}

/// An amount text in minor units. Fewer digits than the currency has, or zeros after them, are
/// fine; another digit beyond them is not (PROFIT, section 13).
///
/// # Errors
/// `NotANumber`, `TooPrecise`, `TooLarge`.
pub fn parse_minor(text: &str, currency: Currency) -> Result<i64, AmountError> {
    let shown = || text.chars().take(40).collect::<String>();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, fraction) = match digits.split_once('.') {
        Some((_, "")) => return Err(AmountError::NotANumber { text: shown() }),
        Some(parts) => parts,
        None => (digits, ""),
    };
    let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !plain(whole) || !plain(fraction) {
        return Err(AmountError::NotANumber { text: shown() });
    }
    let places = currency.digits() as usize;
    let (kept, beyond) = fraction.split_at(fraction.len().min(places));
    if beyond.bytes().any(|byte| byte != b'0') {
        return Err(AmountError::TooPrecise { text: shown(), currency });
    }
    let mut minor: i64 = 0;
    let zeros = std::iter::repeat_n(b'0', places - kept.len());
    for byte in whole.bytes().chain(kept.bytes()).chain(zeros) {
        minor = minor * 10 + i64::from(byte - b'0');
        if minor >= MINOR_LIMIT {
            return Err(AmountError::TooLarge { text: shown() });
        }
    }
    Ok(if negative { -minor } else { minor })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str, code: &str) -> Option<i64> {
        Currency::parse(code).ok().and_then(|currency| parse_minor(text, currency).ok())
    }

    #[test]
    fn amounts_are_read_in_the_digits_of_their_currency() {
        let check = |text: &str, code: &str, minor: Option<i64>, why: &str| {
            assert_eq!(read(text, code), minor, "{text} {code}: {why}");
        };
        check("12.50", "EUR", Some(1250), "as written");
        check("12.5", "EUR", Some(1250), "fewer digits");
        check("12.5000", "EUR", Some(1250), "zeros beyond");
        check("12.505", "EUR", None, "a third decimal is not money");
        check("1200", "JPY", Some(1200), "no minor units");
        check("1200.00", "JPY", Some(1200), "zeros beyond none");
        check("1200.5", "JPY", None, "half a yen");
        check("1.234", "KWD", Some(1234), "three digits");
        check("-1.23", "EUR", Some(-123), "negative");
        check("12,50", "EUR", None, "a comma");
        check("9999999999999.99", "EUR", Some(999_999_999_999_999), "the largest");
        check("10000000000000.00", "EUR", None, "too large");
        check("99999999999999999999999999", "EUR", None, "far too large");
        for wrong in ["", "-", ".5", "5.", "1e3", " 1", "NaN", "+1", "1 000"] {
            check(wrong, "EUR", None, "no amount");
        }
    }

    proptest! {
        #[test]
        fn an_amount_reads_back_as_shown(minor in -999_999_999_999_i64..999_999_999_999) {
            for code in ["EUR", "JPY", "KWD"] {
                if let Ok(currency) = Currency::parse(code) {
                    let money = Money::new(minor, currency);
                    prop_assert_eq!(Money::parse(&money.to_decimal_text(), currency), Ok(money));
                }
            }
        }
    }
}
