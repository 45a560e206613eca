//! Instants are stored, days are counted in the organisation's zone, the clock is passed in.
//! The only place of the program that reads the system clock.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use serde::{Deserialize, Serialize};

/// Microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Instant(pub i64);

/// A calendar day, as days since 1970-01-01. It says nothing of a zone; who makes it does.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(pub i32);

/// Both ends inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DayRange {
    pub from: Day,
    pub to: Day,
}

/// A time zone of the IANA database, such as `Europe/Tallinn`.
#[derive(Clone, PartialEq, Eq)]
pub struct Zone {
    inner: jiff::tz::TimeZone,
    name: String,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum TimeError {
    #[error("{text:?} is not a day such as 2026-11-20")]
    Day { text: String },
    #[error("{text:?} is not a time such as 2026-11-20T14:05:00+02:00")]
    Instant { text: String },
    #[error("{name:?} is not a time zone such as Europe/Tallinn")]
    Zone { name: String },
}

/// Days that we accept: a year 9999 in a file is a mistake, not a day.
const YEAR_MIN: i32 = 1970;
const YEAR_MAX: i32 = 2199;

impl Instant {
    /// Reads an RFC 3339 time; it must bear an offset or `Z`.
    ///
    /// # Errors
    /// `TimeError::Instant` for anything else, and for years before 1970 or after 2199.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        let wrong = || TimeError::Instant { text: text.chars().take(40).collect() };
        if let Some(instant) = parse_plain_utc(text) {
            return instant.in_range().ok_or_else(wrong);
        }
        let stamp: jiff::Timestamp = text.parse().map_err(|_| wrong())?;
        Self(stamp.as_microsecond()).in_range().ok_or_else(wrong)
    }

    /// Reads a time without an offset (`2026-03-06 08:58:42`, `2026-03-06T08:58:42`), which is
    /// meant in `zone`.
    ///
    /// # Errors
    /// `TimeError::Instant`.
    pub fn parse_local(text: &str, zone: &Zone) -> Result<Self, TimeError> {
        let wrong = || TimeError::Instant { text: text.chars().take(40).collect() };
        let civil: jiff::civil::DateTime = text.parse().map_err(|_| wrong())?;
        let zoned = civil.to_zoned(zone.inner.clone()).map_err(|_| wrong())?;
        Self(zoned.timestamp().as_microsecond()).in_range().ok_or_else(wrong)
    }

    /// What a file says of itself; none before 1970.
    pub fn of_file(at: std::time::SystemTime) -> Option<Self> {
        let since = at.duration_since(std::time::UNIX_EPOCH).ok()?;
        i64::try_from(since.as_secs()).ok().map(Self::from_seconds)
    }

    pub fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1_000_000))
    }

    pub fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }

    pub fn plus(self, wait: std::time::Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(wait.as_micros()).unwrap_or(i64::MAX)))
    }

    /// The time from `earlier` until this instant; none where it is not the later one.
    pub fn since(self, earlier: Self) -> std::time::Duration {
        let micros = self.0.saturating_sub(earlier.0);
        std::time::Duration::from_micros(u64::try_from(micros).unwrap_or_default())
    }

    /// The calendar day on which this instant falls in `zone`.
    pub fn day_in(self, zone: &Zone) -> Day {
        let offset = zone.offset_seconds(self);
        Day((self.seconds() + offset).div_euclid(86_400) as i32)
    }

    /// 0 is Monday; and the hour, 0 to 23, in `zone`.
    pub fn weekday_and_hour_in(self, zone: &Zone) -> (u32, u32) {
        let seconds = self.seconds() + zone.offset_seconds(self);
        let hour = seconds.rem_euclid(86_400) / 3600;
        (Day(seconds.div_euclid(86_400) as i32).weekday(), hour as u32)
    }

    /// The first instant of a day in `zone`; where the clocks skip midnight, the first after it.
    pub fn start_of(day: Day, zone: &Zone) -> Self {
        let plain = Self::from_seconds(i64::from(day.0) * 86_400);
        if zone.name == "UTC" {
            return plain;
        }
        let (year, month, of_month) = day.civil();
        // The days that we accept fit; any other is taken in UTC.
        jiff::civil::Date::new(year as i16, month as i8, of_month as i8)
            .and_then(|date| date.to_zoned(zone.inner.clone()))
            .map_or(plain, |zoned| Self(zoned.timestamp().as_microsecond()))
    }

    /// Hours and minutes in `zone`, `14:05`.
    pub fn time_in(self, zone: &Zone) -> String {
        let seconds = (self.seconds() + zone.offset_seconds(self)).rem_euclid(86_400);
        format!("{:02}:{:02}", seconds / 3600, seconds / 60 % 60)
    }

    fn in_range(self) -> Option<Self> {
        let year = Day(self.seconds().div_euclid(86_400) as i32).civil().0;
        (YEAR_MIN..=YEAR_MAX).contains(&year).then_some(self)
    }
}

/// The fast road for `YYYY-MM-DDTHH:MM:SSZ`, by far the most frequent form.
fn parse_plain_utc(text: &str) -> Option<Instant> {
    let bytes = text.as_bytes();
    if bytes.len() != 20 || bytes[10] != b'T' || bytes[19] != b'Z' {
        return None;
    }
    if bytes[13] != b':' || bytes[16] != b':' {
        return None;
    }
    let day = Day::parse(&text[..10]).ok()?;
    let two = |at: usize| -> Option<i64> {
        let (tens, ones) = (bytes[at], bytes[at + 1]);
        (tens.is_ascii_digit() && ones.is_ascii_digit())
            .then(|| i64::from(tens - b'0') * 10 + i64::from(ones - b'0'))
    };
    let (hour, minute, second) = (two(11)?, two(14)?, two(17)?);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let seconds = i64::from(day.0) * 86_400 + hour * 3600 + minute * 60 + second;
    Some(Instant::from_seconds(seconds))
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let day = Day(self.seconds().div_euclid(86_400) as i32);
        let seconds = self.seconds().rem_euclid(86_400);
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        write!(f, "{day}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl Day {
    /// Reads `YYYY-MM-DD`.
    ///
    /// # Errors
    /// `TimeError::Day`, also for days that do not exist.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        let wrong = || TimeError::Day { text: text.chars().take(40).collect() };
        let bytes = text.as_bytes();
        let digits = |range: std::ops::Range<usize>| -> Option<i32> {
            bytes[range].iter().try_fold(0, |sum, byte| {
                byte.is_ascii_digit().then(|| sum * 10 + i32::from(byte - b'0'))
            })
        };
        if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
            return Err(wrong());
        }
        let parts = (digits(0..4), digits(5..7), digits(8..10));
        let (Some(year), Some(month), Some(day)) = parts else { return Err(wrong()) };
        Self::from_civil(year, month as u32, day as u32).ok_or_else(wrong)
    }

    /// `None` for a day that does not exist or lies out of range.
    pub fn from_civil(year: i32, month: u32, day: u32) -> Option<Self> {
        let real = (YEAR_MIN..=YEAR_MAX).contains(&year)
            && (1..=12).contains(&month)
            && day >= 1
            && day <= days_in_month(year, month);
        real.then(|| Self(days_from_civil(year, month, day)))
    }

    /// Year, month 1..=12, day 1..=31.
    pub fn civil(self) -> (i32, u32, u32) {
        // The civil-from-days method of the proleptic Gregorian calendar, years from March.
        let shifted = self.0 + 719_468;
        let era = shifted.div_euclid(146_097);
        let of_era = shifted.rem_euclid(146_097);
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march_month = (5 * of_year + 2) / 153;
        let day = (of_year - (153 * march_month + 2) / 5 + 1) as u32;
        let month = if march_month < 10 { march_month + 3 } else { march_month - 9 } as u32;
        let year = year_of_era + era * 400 + i32::from(month <= 2);
        (year, month, day)
    }

    pub fn plus(self, days: i32) -> Self {
        Self(self.0 + days)
    }

    /// The Monday of this day's ISO week.
    pub fn monday(self) -> Self {
        Self(self.0 - (self.0 + 3).rem_euclid(7))
    }

    /// 0 is Monday.
    pub fn weekday(self) -> u32 {
        (self.0 + 3).rem_euclid(7) as u32
    }

    pub fn first_of_month(self) -> Self {
        let (_, _, day) = self.civil();
        Self(self.0 - day as i32 + 1)
    }

    /// The same day `months` later, or that month's last.
    pub fn plus_months(self, months: i32) -> Self {
        let (year, month, day) = self.civil();
        let index = year * 12 + month as i32 - 1 + months;
        let (year, month) = (index.div_euclid(12), index.rem_euclid(12) as u32 + 1);
        Self(days_from_civil(year, month, day.min(days_in_month(year, month))))
    }

    /// `YYYY-MM`.
    pub fn month_text(self) -> String {
        let (year, month, _) = self.civil();
        format!("{year:04}-{month:02}")
    }
}

fn days_in_month(year: i32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

fn days_from_civil(year: i32, month: u32, day: u32) -> i32 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let march_month = (month as i32 + 9) % 12;
    let of_year = (153 * march_month + 2) / 5 + day as i32 - 1;
    let of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year;
    era * 146_097 + of_era - 719_468
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.civil();
        if !(0..=9_999).contains(&year) {
            return write!(f, "{year:04}-{month:02}-{day:02}");
        }
        // Reports write a day in every row.
        let digit = |number: u32| b'0' + (number % 10) as u8;
        let year = year as u32;
        let text = [
            digit(year / 1_000),
            digit(year / 100),
            digit(year / 10),
            digit(year),
            b'-',
            digit(month / 10),
            digit(month),
            b'-',
            digit(day / 10),
            digit(day),
        ];
        f.write_str(str::from_utf8(&text).unwrap_or_default())
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl DayRange {
    pub fn contains(self, day: Day) -> bool {
        self.from <= day && day <= self.to
    }

    /// Number of days; 0 when the range is turned round.
    pub fn days(self) -> i32 {
        (self.to.0 - self.from.0 + 1).max(0)
    }

    pub fn iter(self) -> impl Iterator<Item = Day> {
        (self.from.0..=self.to.0).map(Day)
    }

    /// The range of the same length that ends the day before this one begins.
    pub fn before(self) -> Self {
        Self { from: self.from.plus(-self.days()), to: self.from.plus(-1) }
    }

    /// How many calendar months it is, where it is nothing but whole ones.
    pub fn whole_months(self) -> Option<i32> {
        let after = self.to.plus(1);
        let is_whole = self.from == self.from.first_of_month() && after == after.first_of_month();
        let index = |day: Day| day.civil().0 * 12 + day.civil().1 as i32;
        (is_whole && after > self.from).then(|| index(after) - index(self.from))
    }
}

impl Zone {
    /// # Errors
    /// `TimeError::Zone` for a name that is not in the time zone database.
    pub fn parse(name: &str) -> Result<Self, TimeError> {
        let inner = jiff::tz::TimeZone::get(name)
            .map_err(|_| TimeError::Zone { name: name.chars().take(60).collect() })?;
        let name = inner.iana_name().unwrap_or("UTC").to_owned();
        Ok(Self { inner, name })
    }

    pub fn utc() -> Self {
        Self { inner: jiff::tz::TimeZone::UTC, name: "UTC".to_owned() }
    }

    /// The zone of this machine, or UTC where it cannot be told.
    pub fn system() -> Self {
        let inner = jiff::tz::TimeZone::system();
        match inner.iana_name().map(str::to_owned) {
            Some(name) => Self { inner, name },
            None => Self::utc(),
        }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    fn offset_seconds(&self, at: Instant) -> i64 {
        if self.name == "UTC" {
            return 0;
        }
        jiff::Timestamp::from_second(at.seconds())
            .map_or(0, |stamp| i64::from(self.inner.to_offset(stamp).seconds()))
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// Tells the time; tests set it.
#[derive(Clone, Debug)]
pub enum Clock {
    System,
    Set(Arc<AtomicI64>),
}

impl Clock {
    pub fn set_at(instant: Instant) -> Self {
        Self::Set(Arc::new(AtomicI64::new(instant.0)))
    }

    pub fn now(&self) -> Instant {
        match self {
            Self::System => {
                let since = std::time::SystemTime::now()
                    .duration_since(std::time::UNIX_EPOCH)
                    .unwrap_or_default();
                Instant(since.as_micros() as i64)
            }
            Self::Set(micros) => Instant(micros.load(Ordering::SeqCst)),
        }
    }

    /// Lets time pass: a set clock moves on at once.
    pub fn pause(&self, wait: std::time::Duration) {
        match self {
            Self::System => std::thread::sleep(wait),
            Self::Set(micros) => {
                micros.fetch_add(wait.as_micros() as i64, Ordering::SeqCst);
            }
        }
    }

    /// Moves a set clock on; the system's clock is left alone.
    pub fn advance_seconds(&self, seconds: i64) {
        if let Self::Set(micros) = self {
            micros.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
        }
    }
}

/// A stopwatch for durations that are shown or logged, never for decisions about data.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(std::time::Instant);

impl Stopwatch {
    pub fn start() -> Self {
        Self(std::time::Instant::now())
    }

    pub fn elapsed(self) -> std::time::Duration {
        self.0.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_day_begins_at_its_own_midnight() {
        let check = |day: &str, zone: &str, start: &str| {
            let (day, zone) = (Day::parse(day).unwrap(), Zone::parse(zone).unwrap());
            let start_of = Instant::start_of(day, &zone);
            assert_eq!(start_of, Instant::parse(start).unwrap(), "{day} in {zone:?}");
            assert_eq!(start_of.day_in(&zone), day);
            assert_eq!(Instant(start_of.0 - 1).day_in(&zone), day.plus(-1));
        };
        check("2026-06-06", "UTC", "2026-06-06T00:00:00Z");
        check("2026-06-06", "Europe/Tallinn", "2026-06-05T21:00:00Z");
        check("2026-12-06", "America/New_York", "2026-12-06T05:00:00Z");
        // There midnight is skipped when the clocks go forward.
        check("2018-11-04", "America/Sao_Paulo", "2018-11-04T03:00:00Z");
    }

    #[test]
    fn weekday_and_hour_are_those_of_the_zone() {
        let at = |text: &str, zone: &str| {
            let zone = Zone::parse(zone).unwrap();
            Instant::parse(text).unwrap().weekday_and_hour_in(&zone)
        };
        // 20 November 2026 is a Friday.
        assert_eq!(at("2026-11-20T22:30:00Z", "UTC"), (4, 22));
        assert_eq!(at("2026-11-20T22:30:00Z", "Europe/Tallinn"), (5, 0));
        assert_eq!(at("2026-11-20T22:30:00Z", "America/New_York"), (4, 17));
        assert_eq!(at("2026-11-20T18:45:00Z", "Asia/Kolkata"), (5, 0), "half an hour off");
        // The hour that a clock shows twice in autumn is one row.
        assert_eq!(at("2026-10-25T00:30:00Z", "Europe/Berlin"), (6, 2));
        assert_eq!(at("2026-10-25T01:30:00Z", "Europe/Berlin"), (6, 2));
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        for text in [
            "2026-02-29",
            "2026-02-30",
            "2026-13-01",
            "2026-00-10",
            "9999-01-01",
            "2026-1-1",
            "20260101",
            "2026-01-01 ",
            "2026-01-0a",
            "",
            "2026/01/01",
            "０２６-01-01",
        ] {
            assert!(Day::parse(text).is_err(), "{text:?}");
        }
        assert_eq!(Day::parse("2024-02-29").map(|day| day.to_string()), Ok("2024-02-29".into()));
    }

    #[test]
    fn a_day_is_counted_in_its_zone() {
        let check = |instant: &str, zone: &str, day: &str| {
            let instant = Instant::parse(instant).unwrap();
            let zone = Zone::parse(zone).unwrap();
            assert_eq!(instant.day_in(&zone).to_string(), day);
        };
        check("2026-03-31T23:30:00Z", "UTC", "2026-03-31");
        check("2026-03-31T23:30:00Z", "Europe/Tallinn", "2026-04-01");
        check("2026-03-31T23:30:00Z", "America/New_York", "2026-03-31");
        check("2026-01-01T00:30:00+02:00", "UTC", "2025-12-31");
    }

    #[test]
    fn times_need_an_offset() {
        for text in ["2026-03-31T23:30:00", "2026-03-31", "2026-02-30T00:00:00Z", "yesterday", ""] {
            assert!(Instant::parse(text).is_err(), "{text:?}");
        }
        let zone = Zone::parse("Europe/Tallinn").unwrap();
        let local = Instant::parse_local("2026-03-31 02:30:00", &zone).unwrap();
        assert_eq!(local.to_string(), "2026-03-30T23:30:00Z");
        let fraction = Instant::parse("2026-03-31T23:30:00.123456Z").unwrap();
        assert_eq!(fraction.0 % 1_000_000, 123_456);
    }

    #[test]
    fn a_month_later_is_the_same_day_or_the_last() {
        let check = |day: &str, months: i32, expected: &str| {
            let day = Day::parse(day).unwrap().plus_months(months);
            assert_eq!(day.to_string(), expected);
        };
        check("2026-01-31", 1, "2026-02-28");
        check("2024-01-31", 1, "2024-02-29");
        check("2026-01-31", 2, "2026-03-31");
        check("2026-11-15", 3, "2027-02-15");
    }

    #[test]
    fn weeks_begin_on_monday() {
        let monday = |day: &str| Day::parse(day).unwrap().monday().to_string();
        assert_eq!(monday("2026-11-22"), "2026-11-16");
        assert_eq!(monday("2026-11-16"), "2026-11-16");
    }

    proptest! {
        #[test]
        fn days_and_their_names_agree(number in 0_i32..80_000) {
            let day = Day(number);
            prop_assert_eq!(Day::parse(&day.to_string()), Ok(day));
        }

        #[test]
        fn the_fast_road_agrees_with_the_library(seconds in 0_i64..4_000_000_000) {
            let text = Instant::from_seconds(seconds).to_string();
            let stamp: jiff::Timestamp = text.parse().unwrap();
            prop_assert_eq!(stamp.as_second(), seconds);
            prop_assert_eq!(Instant::parse(&text).unwrap().seconds(), seconds);
        }
    }
}
