//! What a numeric cell says as text: as Excel shows it, without the noise of its doubles, days as
//! ISO. Reckoned in decimals; no float comes near.

use crate::base::Day;

/// Excel keeps this many digits of any number.
const DIGITS_MAX: usize = 15;
/// The largest number up to which every whole one is told apart.
const WHOLE_MAX: u64 = 1 << 53;
/// Digits of a number that is shown with a power.
const POWER_DIGITS: usize = 6;
/// Powers of ten beyond this are no amount of anything.
const POWER_MAX: i32 = 60;
/// 1970-01-01 as a workbook counts days, from 1900 and from 1904.
const EPOCH_1900: i64 = 25_569;
const EPOCH_1904: i64 = 24_107;
/// 9999-12-31.
const SERIAL_MAX: i64 = 2_958_465;
const DAY_SECONDS: i128 = 86_400;

/// How a style shows its numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Look {
    #[default]
    Number,
    Day,
    Moment,
    Time,
}

/// A number in decimals: digits × 10^power.
struct Decimal {
    negative: bool,
    digits: Vec<u8>,
    power: i32,
}

impl Decimal {
    fn parse(text: &str) -> Option<Self> {
        let (mantissa, power) = match text.split_once(['e', 'E']) {
            Some((mantissa, power)) => (mantissa, power.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let negative = mantissa.starts_with('-');
        let mantissa = mantissa.trim_start_matches(['-', '+']);
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
        if digits.is_empty() || digits.len() > 64 || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let power = power.checked_sub(fraction.len() as i32)?;
        let mut decimal = Self { negative, digits, power };
        decimal.trim();
        (decimal.power.abs() <= POWER_MAX).then_some(decimal)
    }

    /// Takes zeros off both ends.
    fn trim(&mut self) {
        let leading = self.digits.iter().take_while(|digit| **digit == b'0').count();
        self.digits.drain(..leading);
        while self.digits.last() == Some(&b'0') {
            self.digits.pop();
            self.power += 1;
        }
        if self.digits.is_empty() {
            self.power = 0;
            self.negative = false;
        }
    }

    /// Keeps the first digits, the last of them rounded.
    fn round(&mut self, digits_max: usize) {
        if self.digits.len() <= digits_max {
            return;
        }
        self.power += (self.digits.len() - digits_max) as i32;
        let goes_up = self.digits[digits_max] >= b'5';
        self.digits.truncate(digits_max);
        if goes_up {
            let mut at = digits_max;
            loop {
                if at == 0 {
                    self.digits.insert(0, b'1');
                    break;
                }
                at -= 1;
                if self.digits[at] == b'9' {
                    self.digits[at] = b'0';
                } else {
                    self.digits[at] += 1;
                    break;
                }
            }
        }
        self.trim();
    }

    fn is_beyond_whole(&self) -> bool {
        let length = self.digits.len() as i32 + self.power;
        if self.power < 0 || length <= 15 {
            return false;
        }
        length > 16
            || self.plain().trim_start_matches('-').parse::<u64>().is_ok_and(|n| n > WHOLE_MAX)
    }

    fn plain(&self) -> String {
        let digits = String::from_utf8_lossy(&self.digits);
        let sign = if self.negative { "-" } else { "" };
        if digits.is_empty() {
            return "0".to_owned();
        }
        if self.power >= 0 {
            return format!("{sign}{digits}{}", "0".repeat(self.power as usize));
        }
        let places = self.power.unsigned_abs() as usize;
        let padded = format!("{digits:0>width$}", width = places + 1);
        let (whole, fraction) = padded.split_at(padded.len() - places);
        format!("{sign}{whole}.{fraction}")
    }

    /// `5.76487E+17`.
    fn with_power(&mut self) -> String {
        self.round(POWER_DIGITS);
        let digits = String::from_utf8_lossy(&self.digits);
        let power = self.power + self.digits.len() as i32 - 1;
        let (first, rest) = digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        let sign = if self.negative { "-" } else { "" };
        format!("{sign}{first}{point}{rest}E+{power}")
    }

    /// Times 86,400, to the nearest whole.
    fn seconds(&self) -> Option<i128> {
        let digits: i128 = std::str::from_utf8(&self.digits).ok()?.parse().unwrap_or(0);
        let scaled = digits.checked_mul(DAY_SECONDS)?;
        let ten = |power: u32| 10_i128.checked_pow(power);
        let seconds = match self.power {
            power if power >= 0 => scaled.checked_mul(ten(power.unsigned_abs())?)?,
            power => {
                let divisor = ten(power.unsigned_abs())?;
                (scaled + divisor / 2) / divisor
            }
        };
        Some(if self.negative { -seconds } else { seconds })
    }
}

/// The text of a numeric cell; what is no number stays as it stands.
pub fn shown(text: &str, look: Look, from_1904: bool) -> String {
    let Some(mut decimal) = Decimal::parse(text.trim()) else { return text.to_owned() };
    if look != Look::Number
        && let Some(moment) = moment_of(&decimal, look, from_1904)
    {
        return moment;
    }
    // A double no longer tells such numbers apart, so whoever reads an identifier must notice.
    if decimal.is_beyond_whole() {
        return decimal.with_power();
    }
    if decimal.power < 0 {
        decimal.round(DIGITS_MAX);
    }
    decimal.plain()
}

fn moment_of(decimal: &Decimal, look: Look, from_1904: bool) -> Option<String> {
    let seconds = decimal.seconds()?;
    let days = i64::try_from(seconds.div_euclid(DAY_SECONDS)).ok()?;
    let rest = seconds.rem_euclid(DAY_SECONDS);
    if !(0..=SERIAL_MAX).contains(&days) {
        return None;
    }
    let time = format!("{:02}:{:02}:{:02}", rest / 3_600, rest / 60 % 60, rest % 60);
    if look == Look::Time {
        return (days == 0).then_some(time);
    }
    // Workbooks that count from 1900 hold a 29 February of that year, which there never was.
    let days = match (from_1904, days) {
        (true, days) => days - EPOCH_1904,
        (false, days) if days < 60 => days + 1 - EPOCH_1900,
        (false, days) => days - EPOCH_1900,
    };
    let (year, month, day) = Day(i32::try_from(days).ok()?).civil();
    let day = format!("{year:04}-{month:02}-{day:02}");
    Some(if look == Look::Moment || rest != 0 { format!("{day} {time}") } else { day })
}

/// What a number format makes of a number; `code` is that of a format of the workbook's own.
pub fn look_of(id: u32, code: Option<&str>) -> Look {
    match (id, code) {
        (_, Some(code)) => look_of_code(code),
        (14..=17 | 27..=31 | 36 | 50..=54 | 57..=58, None) => Look::Day,
        (22, None) => Look::Moment,
        (18..=21 | 32..=35 | 45 | 47 | 55..=56, None) => Look::Time,
        _ => Look::Number,
    }
}

fn look_of_code(code: &str) -> Look {
    let mut plain = String::new();
    let mut letters = code.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => _ = letters.by_ref().find(|letter| *letter == '"'),
            // A duration is a number of hours, no time of a day.
            '[' => {
                let inner: String = letters.by_ref().take_while(|letter| *letter != ']').collect();
                if !inner.is_empty() && inner.chars().all(|c| matches!(c, 'h' | 'm' | 's')) {
                    return Look::Number;
                }
            }
            '\\' | '_' | '*' => _ = letters.next(),
            // Only the first part, of positive numbers, counts.
            ';' => break,
            other => plain.push(other.to_ascii_lowercase()),
        }
    }
    if plain.contains("general") {
        return Look::Number;
    }
    let has = |sign: char| plain.contains(sign);
    let day = has('y') || has('d') || plain.contains("mmm");
    let time = has('h') || has('s');
    match (day, time) {
        (true, true) => Look::Moment,
        (true, false) => Look::Day,
        (false, true) => Look::Time,
        (false, false) => Look::Number,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_without_the_noise_of_doubles() {
        for (text, expected) in [
            ("16.219999999999999", "16.22"),
            ("0.1", "0.1"),
            ("0.30000000000000004", "0.3"),
            ("-12.5", "-12.5"),
            ("1E-3", "0.001"),
            ("1.5E3", "1500"),
            ("0", "0"),
            ("-0", "0"),
            ("99999999999.999985", "100000000000"),
            ("114-1", "114-1"),
            ("", ""),
        ] {
            assert_eq!(shown(text, Look::Number, false), expected, "{text}");
        }
    }

    #[test]
    fn an_id_is_whole_or_seen_to_be_broken() {
        for (text, expected) in [
            ("123456789012345", "123456789012345"),
            ("1.23456789012345E+14", "123456789012345"),
            ("9007199254740992", "9007199254740992"),
            ("9007199254740993", "9.0072E+15"),
            ("576487123456789012", "5.76487E+17"),
            ("5.7648712345678899E+17", "5.76487E+17"),
        ] {
            assert_eq!(shown(text, Look::Number, false), expected, "{text}");
        }
    }

    #[test]
    fn days_and_times_are_iso() {
        for (text, look, expected) in [
            ("46083", Look::Day, "2026-03-02"),
            ("46083", Look::Moment, "2026-03-02 00:00:00"),
            ("46083.604166666664", Look::Moment, "2026-03-02 14:30:00"),
            ("46083.604166666664", Look::Day, "2026-03-02 14:30:00"),
            ("46083.999999999", Look::Moment, "2026-03-03 00:00:00"),
            ("0.5", Look::Time, "12:00:00"),
            ("1", Look::Day, "1900-01-01"),
            ("2958465", Look::Day, "9999-12-31"),
            ("2958466", Look::Day, "2958466"),
            ("-3", Look::Day, "-3"),
        ] {
            assert_eq!(shown(text, look, false), expected, "{text} {look:?}");
        }
        assert_eq!(shown("44621", Look::Day, true), "2026-03-02");
    }

    #[test]
    fn a_format_tells_whether_it_shows_a_day() {
        for (code, look) in [
            ("yyyy\\-mm\\-dd", Look::Day),
            ("[$-409]d/m/yy h:mm AM/PM;@", Look::Moment),
            ("hh:mm:ss", Look::Time),
            ("[h]:mm:ss", Look::Number),
            ("#,##0.00 \"days\"", Look::Number),
            ("[Red]0.00;[Blue]-0.00", Look::Number),
            ("General", Look::Number),
            ("_-* #,##0.00\\ [$€-407]_-", Look::Number),
        ] {
            assert_eq!(look_of(164, Some(code)), look, "{code}");
        }
        assert_eq!(look_of(14, None), Look::Day);
        assert_eq!(look_of(2, None), Look::Number);
    }
}
