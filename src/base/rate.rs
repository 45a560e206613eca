//! Exact decimals for unit costs, percentages and exchange rates, and the one rounding of the
//! house: half to even. A decimal becomes money only through this file (PROFIT, section 1).

use std::cmp::Ordering;
use std::fmt;

use num_bigint::BigInt;
use serde::{Deserialize, Serialize};

/// `mantissa / 10^scale`, at most 12 digits before and 12 after the point, kept without
/// trailing zeros.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Decimal {
    mantissa: i128,
    scale: u32,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum DecimalError {
    #[error("{text:?} is not a decimal number with a point")]
    NotANumber { text: String },
    #[error("{text:?} has more than 12 digits before or after the point")]
    TooLong { text: String },
}

/// Digits allowed on either side of the point.
const DIGITS_MAX: usize = 12;
/// Digits after the point that a product may have.
const SCALE_MAX: u32 = 30;

impl Decimal {
    pub const ZERO: Self = Self { mantissa: 0, scale: 0 };
    pub const ONE: Self = Self { mantissa: 1, scale: 0 };

    /// Reads `12`, `-0.5`, `1.16840`. No exponent, no separators, no blanks.
    ///
    /// # Errors
    /// `NotANumber`, or `TooLong` beyond 12 digits on either side of the point.
    pub fn parse(text: &str) -> Result<Self, DecimalError> {
        let wrong = || DecimalError::NotANumber { text: text.chars().take(40).collect() };
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let dangling = digits.contains('.') && fraction.is_empty();
        if whole.is_empty() || dangling || !plain(whole) || !plain(fraction) {
            return Err(wrong());
        }
        let whole = whole.trim_start_matches('0');
        let fraction = fraction.trim_end_matches('0');
        if whole.len() > DIGITS_MAX || fraction.len() > DIGITS_MAX {
            return Err(DecimalError::TooLong { text: text.chars().take(40).collect() });
        }
        let mut mantissa: i128 = 0;
        for byte in whole.bytes().chain(fraction.bytes()) {
            mantissa = mantissa * 10 + i128::from(byte - b'0');
        }
        let sign = if negative { -1 } else { 1 };
        Ok(Self { mantissa: sign * mantissa, scale: fraction.len() as u32 })
    }

    /// `minor / 10^digits` as a decimal.
    pub fn from_minor(minor: i64, digits: u32) -> Self {
        let (mut mantissa, mut scale) = (i128::from(minor), digits);
        while scale > 0 && mantissa % 10 == 0 {
            mantissa /= 10;
            scale -= 1;
        }
        Self { mantissa, scale }
    }

    pub fn is_zero(self) -> bool {
        self.mantissa == 0
    }

    pub fn is_negative(self) -> bool {
        self.mantissa < 0
    }

    pub fn is_positive(self) -> bool {
        self.mantissa > 0
    }

    /// Numerator and denominator, exact.
    pub fn parts(self) -> (i128, i128) {
        (self.mantissa, 10_i128.pow(self.scale))
    }

    /// The value in minor units of a currency with `digits`, half to even.
    /// `None` where it does not fit.
    pub fn to_minor(self, digits: u32) -> Option<i64> {
        let (numerator, denominator) = self.parts();
        mul_div_half_even(numerator, 10_i128.pow(digits), denominator)
    }

    /// `quantity * self` in minor units, rounded once, half to even.
    pub fn times(self, quantity: i64, digits: u32) -> Option<i64> {
        let (numerator, denominator) = self.parts();
        let numerator = numerator.checked_mul(i128::from(quantity))?;
        mul_div_half_even(numerator, 10_i128.pow(digits), denominator)
    }

    /// `self + other`, exact; `None` beyond the range.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        let scale = self.scale.max(other.scale);
        let left = self.mantissa.checked_mul(10_i128.pow(scale - self.scale))?;
        let right = other.mantissa.checked_mul(10_i128.pow(scale - other.scale))?;
        Some(Self { mantissa: left.checked_add(right)?, scale }.normal())
    }

    /// `self * other`, exact; `None` beyond the range.
    pub fn checked_mul(self, other: Self) -> Option<Self> {
        let mantissa = self.mantissa.checked_mul(other.mantissa)?;
        let product = Self { mantissa, scale: self.scale + other.scale }.normal();
        (product.scale <= SCALE_MAX).then_some(product)
    }

    /// What a percentage of change multiplies by: 8 is 1.08, -20 is 0.8.
    pub fn factor_of_percent(self) -> Option<Self> {
        let whole = self.checked_add(Self { mantissa: 100, scale: 0 })?;
        let factor = Self { mantissa: whole.mantissa, scale: whole.scale + 2 }.normal();
        (factor.scale <= SCALE_MAX).then_some(factor)
    }

    /// `minor * self`, rounded once, half to even. `None` beyond 64 bits.
    pub fn of_minor(self, minor: i64) -> Option<i64> {
        let (numerator, denominator) = self.parts();
        mul_div_half_even(i128::from(minor), numerator, denominator)
    }

    /// `-self`.
    pub fn negated(self) -> Self {
        Self { mantissa: -self.mantissa, scale: self.scale }
    }

    fn normal(mut self) -> Self {
        while self.scale > 0 && self.mantissa % 10 == 0 {
            self.mantissa /= 10;
            self.scale -= 1;
        }
        self
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let (left, left_scale) = self.parts();
        let (right, right_scale) = other.parts();
        (BigInt::from(left) * right_scale).cmp(&(BigInt::from(right) * left_scale))
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.mantissa < 0 { "-" } else { "" };
        let digits = self.mantissa.unsigned_abs().to_string();
        let scale = self.scale as usize;
        if scale == 0 {
            return write!(f, "{sign}{digits}");
        }
        let digits = format!("{digits:0>width$}", width = scale + 1);
        let (whole, fraction) = digits.split_at(digits.len() - scale);
        write!(f, "{sign}{whole}.{fraction}")
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl TryFrom<String> for Decimal {
    type Error = DecimalError;
    fn try_from(text: String) -> Result<Self, DecimalError> {
        Self::parse(&text)
    }
}

impl From<Decimal> for String {
    fn from(decimal: Decimal) -> Self {
        decimal.to_string()
    }
}

/// An exact fraction, the way exchange rates and shares are applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fraction {
    numerator: BigInt,
    denominator: BigInt,
}

impl Fraction {
    /// `None` when the denominator is 0.
    pub fn new(numerator: i128, denominator: i128) -> Option<Self> {
        (denominator != 0).then(|| Self {
            numerator: BigInt::from(numerator),
            denominator: BigInt::from(denominator),
        })
    }

    pub fn from_decimal(decimal: Decimal) -> Self {
        let (numerator, denominator) = decimal.parts();
        Self { numerator: BigInt::from(numerator), denominator: BigInt::from(denominator) }
    }

    /// `None` for the inverse of 0.
    pub fn invert(&self) -> Option<Self> {
        (self.numerator != BigInt::ZERO).then(|| Self {
            numerator: self.denominator.clone(),
            denominator: self.numerator.clone(),
        })
    }

    pub fn times(&self, other: &Self) -> Self {
        Self {
            numerator: &self.numerator * &other.numerator,
            denominator: &self.denominator * &other.denominator,
        }
    }

    pub fn plus(&self, other: &Self) -> Self {
        Self {
            numerator: &self.numerator * &other.denominator + &other.numerator * &self.denominator,
            denominator: &self.denominator * &other.denominator,
        }
        .reduced()
    }

    /// `self` for so many units.
    pub fn of_units(&self, units: i64) -> Self {
        Self { numerator: &self.numerator * units, denominator: self.denominator.clone() }
    }

    pub fn is_zero(&self) -> bool {
        self.numerator == BigInt::ZERO
    }

    /// In smallest terms, the sign above.
    pub fn reduced(&self) -> Self {
        let (mut a, mut b) = (self.numerator.clone(), self.denominator.clone());
        while b != BigInt::ZERO {
            (a, b) = (b.clone(), a % b);
        }
        // The divisor bears the sign of the denominator, so that this comes out positive.
        let by = if (a < BigInt::ZERO) == (self.denominator < BigInt::ZERO) { a } else { -a };
        Self { numerator: &self.numerator / &by, denominator: &self.denominator / &by }
    }

    /// The value in units of `10^-digits`, half to even; `None` where it does not fit.
    pub fn to_scaled(&self, digits: u32) -> Option<i128> {
        let scaled = &self.numerator * 10_i128.pow(digits);
        let half_even = big_div_half_even(scaled, self.denominator.clone())?;
        i128::try_from(half_even).ok()
    }

    /// The value in minor units of a currency with `digits`, half to even.
    pub fn to_minor(&self, digits: u32) -> Option<i64> {
        i64::try_from(self.to_scaled(digits)?).ok()
    }

    /// As a decimal of at most 12 digits after the point; exact wherever it ends there.
    pub fn to_decimal_text(&self) -> String {
        match self.to_scaled(DIGITS_MAX as u32) {
            Some(mantissa) => Decimal { mantissa, scale: DIGITS_MAX as u32 }.normal().to_string(),
            None => format!("{} / {}", self.numerator, self.denominator),
        }
    }

    /// The fraction with small terms where it has them, for the fast road of `apply`.
    pub fn small(&self) -> Option<(i128, i128)> {
        Some((i128::try_from(&self.numerator).ok()?, i128::try_from(&self.denominator).ok()?))
    }

    /// `amount * self`, rounded once, half to even. `None` beyond 64 bits.
    pub fn apply(&self, amount: i64) -> Option<i64> {
        if let Some((numerator, denominator)) = self.small() {
            return mul_div_half_even(i128::from(amount), numerator, denominator);
        }
        big_half_even(BigInt::from(amount) * &self.numerator, self.denominator.clone())
    }
}

/// Written `41/10`, as derived tables keep it.
impl TryFrom<String> for Fraction {
    type Error = DecimalError;
    fn try_from(text: String) -> Result<Self, DecimalError> {
        let wrong = || DecimalError::NotANumber { text: text.chars().take(40).collect() };
        let (above, below) = text.split_once('/').ok_or_else(wrong)?;
        let (numerator, denominator): (BigInt, BigInt) =
            above.parse().ok().zip(below.parse().ok()).ok_or_else(wrong)?;
        if denominator == BigInt::ZERO {
            return Err(wrong());
        }
        Ok(Self { numerator, denominator })
    }
}

impl From<Fraction> for String {
    fn from(fraction: Fraction) -> Self {
        format!("{}/{}", fraction.numerator, fraction.denominator)
    }
}

/// `a * b / c`, rounded half to even. `None` when `c` is 0 or the result leaves 64 bits.
pub fn mul_div_half_even(a: i128, b: i128, c: i128) -> Option<i64> {
    match a.checked_mul(b) {
        Some(product) => div_half_even(product, c).and_then(|value| i64::try_from(value).ok()),
        None => big_half_even(BigInt::from(a) * b, BigInt::from(c)),
    }
}

/// `a / b`, rounded half to even. `None` when `b` is 0.
pub fn div_half_even(a: i128, b: i128) -> Option<i128> {
    if b == 0 {
        return None;
    }
    let (quotient, remainder) = (a.checked_div(b)?, a.checked_rem(b)?);
    let twice = remainder.unsigned_abs().checked_mul(2)?;
    let away = match twice.cmp(&b.unsigned_abs()) {
        Ordering::Less => false,
        Ordering::Equal => quotient % 2 != 0,
        Ordering::Greater => true,
    };
    let step = if (a < 0) == (b < 0) { 1 } else { -1 };
    Some(if away { quotient + step } else { quotient })
}

fn big_half_even(a: BigInt, b: BigInt) -> Option<i64> {
    i64::try_from(big_div_half_even(a, b)?).ok()
}

fn big_div_half_even(a: BigInt, b: BigInt) -> Option<BigInt> {
    if b == BigInt::ZERO {
        return None;
    }
    let quotient = &a / &b;
    let remainder = &a - &quotient * &b;
    let twice: BigInt = BigInt::from(remainder.magnitude().clone()) * 2;
    let away = match twice.cmp(&BigInt::from(b.magnitude().clone())) {
        Ordering::Less => false,
        Ordering::Equal => &quotient % 2 != BigInt::ZERO,
        Ordering::Greater => true,
    };
    let step = if (a < BigInt::ZERO) == (b < BigInt::ZERO) { 1 } else { -1 };
    Some(if away { quotient + step } else { quotient })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn decimals_are_read_as_written() {
        let check = |text: &str, shown: Option<&str>| {
            let read = Decimal::parse(text).ok().map(|decimal| decimal.to_string());
            assert_eq!(read.as_deref(), shown, "{text:?}");
        };
        check("1.16840", Some("1.1684"));
        check("-0.50", Some("-0.5"));
        check("007", Some("7"));
        check("0", Some("0"));
        check("999999999999.999999999999", Some("999999999999.999999999999"));
        for wrong in ["", "-", ".5", "5.", "1,5", "1e3", " 1", "1 ", "--1", "1.2.3", "N/A", "+1"] {
            check(wrong, None);
        }
        check("1000000000000", None);
        check("0.1234567890123", None);
    }

    #[test]
    fn a_percentage_of_change_is_an_exact_factor() {
        let decimal = |text: &str| Decimal::parse(text).unwrap();
        let factor = |text: &str| decimal(text).factor_of_percent().unwrap().to_string();
        assert_eq!([factor("8"), factor("-20"), factor("0.5")], ["1.08", "0.8", "1.005"]);
        assert_eq!(decimal("24.1").checked_mul(decimal("1.08")), Some(decimal("26.028")));
        // 12.50 × 1.05 = 13.125, half to even.
        assert_eq!(decimal("1.05").of_minor(12_50), Some(13_12));
        let long = decimal("999999999999.999999999999");
        assert_eq!(long.checked_mul(long), None);
    }

    #[test]
    fn halves_go_to_the_even_neighbour() {
        let check = |a: i128, b: i128, expected: i128| {
            assert_eq!(div_half_even(a, b), Some(expected), "{a} / {b}");
        };
        check(5, 2, 2);
        check(7, 2, 4);
        check(-5, 2, -2);
        check(-7, 2, -4);
        check(5, -2, -2);
        check(1, 3, 0);
        check(2, 3, 1);
        check(-2, 3, -1);
    }

    #[test]
    fn a_product_beyond_128_bits_is_still_exact() {
        let huge = 10_i128.pow(30);
        assert_eq!(mul_div_half_even(huge, huge, huge * 10_i128.pow(8)), None);
        assert_eq!(mul_div_half_even(huge * 7, huge, huge * 10_i128.pow(8) / 2), None);
        let small = mul_div_half_even(huge, 10_i128.pow(20), 10_i128.pow(38));
        assert_eq!(small, Some(1_000_000_000_000));
    }

    proptest! {
        #[test]
        fn fractions_add_up_and_come_back_from_their_text(
            a in -1_000_i128..1_000, b in 1_i128..400, c in -1_000_i128..1_000, d in -400_i128..-1,
        ) {
            let (one, other) = (Fraction::new(a, b).unwrap(), Fraction::new(c, d).unwrap());
            let sum = one.plus(&other);
            let expected = div_half_even((a * d + c * b) * 100, b * d).unwrap();
            prop_assert_eq!(sum.to_minor(2), Some(expected as i64));
            let back = Fraction::try_from(String::from(sum.clone()));
            prop_assert_eq!(back, Ok(sum));
        }

        #[test]
        fn both_roads_round_alike(
            a in -1_000_000_i128..1_000_000, b in 1_i128..10_000, c in 1_i128..10_000,
        ) {
            let fast = mul_div_half_even(a, b, c);
            prop_assert_eq!(fast, big_half_even(BigInt::from(a) * b, BigInt::from(c)));
        }

        #[test]
        fn what_is_rounded_is_the_nearest_and_of_two_the_even_one(
            a in any::<i64>(), b in any::<i64>(), c in any::<i64>(), scale in 0_u32..12,
        ) {
            let (a, b) = (i128::from(a), i128::from(b) * 10_i128.pow(scale));
            prop_assume!(c != 0);
            let exact = BigInt::from(a) * b;
            let Some(found) = mul_div_half_even(a, b, i128::from(c)) else {
                // Nothing is left out but what does not fit.
                let most = (BigInt::from(i64::MAX) * 2 + 1) * c.unsigned_abs();
                prop_assert!(BigInt::from(exact.magnitude().clone()) * 2 >= most);
                return Ok(());
            };
            let distance: BigInt = (exact - BigInt::from(found) * c) * 2;
            let (distance, under) = (distance.magnitude(), BigInt::from(c).magnitude().clone());
            prop_assert!(*distance <= under);
            prop_assert!(*distance < under || found % 2 == 0);
        }

        #[test]
        fn halves_by_any_factor_go_to_the_even_neighbour(
            whole in -1_000_000_i64..1_000_000, by in 1_i64..9,
        ) {
            // (2 × whole + 1) / 2, made by any factor.
            let half = i128::from(2 * whole + 1) * i128::from(by);
            let even = if whole % 2 == 0 { whole } else { whole + 1 };
            prop_assert_eq!(mul_div_half_even(half, 1, i128::from(2 * by)), Some(even));
            let fraction = Fraction::new(half, i128::from(2 * by)).unwrap();
            prop_assert_eq!(fraction.apply(1), Some(even));
        }

        #[test]
        fn a_decimal_reads_back_as_shown(
            mantissa in -999_999_999_999_i64..999_999_999_999, digits in 0_u32..7,
        ) {
            let decimal = Decimal::from_minor(mantissa, digits);
            prop_assert_eq!(Decimal::parse(&decimal.to_string()), Ok(decimal));
        }
    }
}
