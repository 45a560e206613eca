//! Days and times in the forms that exports use. Which of day and month comes first is told by
//! the format, never guessed from a cell.

use crate::base::{Day, Instant, Zone};

/// How `3/7/2026` is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayOrder {
    /// March 7.
    MonthFirst,
    /// 3 July.
    DayFirst,
}

/// A day, and the time of that day where one is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct When {
    pub day: Day,
    /// Seconds after midnight.
    pub seconds: Option<i64>,
    /// Seconds east of Greenwich, where the text says so.
    pub offset: Option<i64>,
}

impl When {
    /// The instant; a time without an offset is meant in `zone`, a day without a time begins at
    /// its midnight there.
    pub fn instant(self, zone: &Zone) -> Option<Instant> {
        let seconds = self.seconds.unwrap_or(0);
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        let text = format!("{}T{hour:02}:{minute:02}:{second:02}", self.day);
        match self.offset {
            Some(offset) => {
                Instant::parse(&format!("{text}Z")).ok().map(|at| at.plus_seconds(-offset))
            }
            None => Instant::parse_local(&text, zone).ok(),
        }
    }

    /// The calendar day in `days` of what was written in `zone`; a day without a time is that day.
    pub fn day_in(self, zone: &Zone, days: &Zone) -> Day {
        match (self.seconds, self.instant(zone)) {
            (Some(_), Some(at)) => at.day_in(days),
            _ => self.day,
        }
    }
}

/// Reads a day or time: ISO in all its forms, `3/7/2026 14:05`, `07.03.26`, `Mar 7, 2026`,
/// `7-Mar-26`, `7 March 2026 2:05 PM`, with an offset, `Z` or `UTC` behind it.
///
/// # Errors
/// A sentence for the user.
pub fn parse(text: &str, order: DayOrder) -> Result<When, String> {
    let shown = || text.trim().chars().take(40).collect::<String>();
    let wrong = || format!("{:?} is not a day or time that can be read", shown());
    let clean = text.trim().replace(['\u{a0}', '\u{202f}'], " ");
    let (date, rest) = split_date(&clean).ok_or_else(wrong)?;
    let day = parse_day(date, order).ok_or_else(wrong)?;
    let rest = rest.trim_start_matches([',', ' ', 'T', 't']).trim();
    if rest.is_empty() {
        return Ok(When { day, seconds: None, offset: None });
    }
    let (seconds, rest) = parse_time(rest).ok_or_else(wrong)?;
    let offset = parse_offset(rest.trim()).ok_or_else(wrong)?;
    Ok(When { day, seconds: Some(seconds), offset })
}

/// The first and last day of a cell that holds one day, or a range such as `Aug 18, 2026 -
/// Aug 24, 2026`. What could be two days (`3/7/2026`) is refused, for nothing tells which is meant.
///
/// # Errors
/// A sentence for the user.
pub fn parse_span(text: &str) -> Result<(Day, Day), String> {
    const BETWEEN: [&str; 7] = [" - ", " \u{2013} ", " \u{2014} ", " to ", " bis ", " au ", " a "];
    let whole = match certain_day(text) {
        Err(fault) if fault.certain => fault,
        other => return other.map(|day| (day, day)).map_err(|fault| fault.reason),
    };
    for sign in BETWEEN {
        if let Some((first, last)) = text.split_once(sign)
            && let Ok(first) = certain_day(first)
        {
            return certain_day(last).map(|last| (first, last)).map_err(|fault| fault.reason);
        }
    }
    Err(whole.reason)
}

struct NoDay {
    reason: String,
    /// It is no day at all, not one of two.
    certain: bool,
}

fn certain_day(text: &str) -> Result<Day, NoDay> {
    let readings = (parse(text, DayOrder::MonthFirst), parse(text, DayOrder::DayFirst));
    match readings {
        (Ok(one), Ok(other)) if one.day != other.day => Err(NoDay {
            reason: format!(
                "{:?} may be {} or {}; choose an export whose days read like 2026-03-07",
                text.trim(),
                one.day,
                other.day
            ),
            certain: false,
        }),
        (Ok(when), _) | (_, Ok(when)) => Ok(when.day),
        (Err(reason), Err(_)) => Err(NoDay { reason, certain: true }),
    }
}

/// The day's text and what stands behind it: up to a `T` between digits, or to the blank before
/// the first piece with a colon.
fn split_date(text: &str) -> Option<(&str, &str)> {
    if let Some(at) = text.find(['T', 't'])
        && text[..at].bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
        && at >= 8
    {
        return Some((&text[..at], &text[at..]));
    }
    let Some(colon) = text.find(':') else {
        // A zone behind a day without a time says nothing: it is the day as it is written.
        let day = text.rsplit_once(' ').filter(|(_, zone)| is_zone_name(zone));
        return Some((day.map_or(text, |(day, _)| day), ""));
    };
    let at = text[..colon].rfind(' ')?;
    Some((&text[..at], &text[at..]))
}

/// `UTC`, `PDT`, `AEST`: capitals that are no month.
fn is_zone_name(text: &str) -> bool {
    let capitals = (3..=4).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_uppercase());
    capitals && month_of(text).is_none()
}

fn parse_day(text: &str, order: DayOrder) -> Option<Day> {
    let parts: Vec<&str> =
        text.split(['-', '/', '.', ' ', ',']).filter(|part| !matches!(*part, "" | "de")).collect();
    if let [whole] = parts.as_slice()
        && whole.len() == 8
        && whole.is_ascii()
    {
        return civil(&whole[..4], number(&whole[4..6])?, &whole[6..]);
    }
    // A weekday in front says nothing new.
    let parts = match parts.as_slice() {
        [weekday, rest @ ..] if rest.len() == 3 && month_of(weekday).is_none() => rest,
        all => all,
    };
    let [first, second, third] = parts else { return None };
    if first.len() == 4 && number(first).is_some() {
        return civil(first, month(second)?, third);
    }
    if let Some(month) = month_of(first) {
        return civil(third, month, second);
    }
    if let Some(month) = month_of(second) {
        return civil(third, month, first);
    }
    match order {
        _ if text.contains('.') => civil(third, number(second)?, first),
        DayOrder::MonthFirst => civil(third, number(first)?, second),
        DayOrder::DayFirst => civil(third, number(second)?, first),
    }
}

fn month(text: &str) -> Option<u32> {
    number(text).or_else(|| month_of(text))
}

fn number(text: &str) -> Option<u32> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

fn civil(year: &str, month: u32, day: &str) -> Option<Day> {
    let year = match (number(year)?, year.len()) {
        (year, 4) => year,
        (year, 2) => 2000 + year,
        _ => return None,
    };
    let day = number(day.trim_end_matches(|sign: char| sign.is_ascii_alphabetic()))?;
    Day::from_civil(i32::try_from(year).ok()?, month, day)
}

/// Months by their first letters in the languages in which exports are seen.
fn month_of(text: &str) -> Option<u32> {
    const NAMES: [&[&str]; 12] = [
        &["jan", "ene", "gen", "janv"],
        &["feb", "fév", "fev"],
        &["mar", "mär", "maer", "mrt", "mrz"],
        &["apr", "avr", "abr"],
        &["may", "mai", "mag", "mei"],
        &["jun", "juin", "giu"],
        &["jul", "juil", "lug"],
        &["aug", "aoû", "aou", "ago"],
        &["sep", "set"],
        &["oct", "okt", "ott", "out"],
        &["nov"],
        &["dec", "dez", "déc", "dic"],
    ];
    let text = text.to_lowercase();
    let letters = text.trim_end_matches('.');
    if letters.chars().count() < 3 || letters.starts_with(|sign: char| sign.is_ascii_digit()) {
        return None;
    }
    let place = NAMES.iter().position(|names| names.iter().any(|name| letters.starts_with(name)));
    place.map(|index| index as u32 + 1)
}

/// Seconds after midnight, and what stands behind the time.
fn parse_time(text: &str) -> Option<(i64, &str)> {
    let end = text
        .find(|sign: char| !sign.is_ascii_digit() && sign != ':' && sign != '.')
        .unwrap_or(text.len());
    let (clock, rest) = text.split_at(end);
    let mut parts = clock.split(':');
    let hour = i64::from(number(parts.next()?)?);
    let minute = i64::from(number(parts.next()?)?);
    let second = match parts.next() {
        Some(second) => i64::from(number(second.split('.').next()?)?),
        None => 0,
    };
    if parts.next().is_some() {
        return None;
    }
    let rest = rest.trim_start();
    let half = rest.get(..2).map(str::to_ascii_lowercase);
    let (hour, rest) = match half.as_deref() {
        Some("pm") => (if hour < 12 { hour + 12 } else { hour }, &rest[2..]),
        Some("am") => (if hour == 12 { 0 } else { hour }, &rest[2..]),
        _ => (hour, rest),
    };
    let valid = hour < 24 && minute < 60 && second < 61;
    valid.then_some((hour * 3600 + minute * 60 + second.min(59), rest))
}

/// `None` for what is no offset; `Some(None)` where there is none.
#[allow(clippy::option_option)]
fn parse_offset(text: &str) -> Option<Option<i64>> {
    let text = text.trim_matches(['(', ')']);
    let after_zone = text.strip_prefix("GMT").or_else(|| text.strip_prefix("UTC"));
    // Zone names whose offset is certain.
    let text = after_zone.unwrap_or(match text {
        "Z" | "z" => "+00:00",
        "PST" => "-08:00",
        "PDT" => "-07:00",
        "MST" => "-07:00",
        "EST" => "-05:00",
        "EDT" => "-04:00",
        "CET" => "+01:00",
        "CEST" => "+02:00",
        "JST" => "+09:00",
        "" => "none",
        other => other,
    });
    if text == "none" {
        return Some(None);
    }
    if text.is_empty() {
        return Some(Some(0));
    }
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() == 4 => digits.split_at(2),
        None => (digits, "0"),
    };
    let (hours, minutes) = (i64::from(number(hours)?), i64::from(number(minutes)?));
    (hours <= 14 && minutes < 60).then_some(Some(sign * (hours * 3600 + minutes * 60)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_in_each_of_its_forms() {
        let day = |text: &str| Day::parse(text).unwrap();
        for (text, order, expected) in [
            ("2026-03-07", DayOrder::MonthFirst, "2026-03-07"),
            ("3/7/2026", DayOrder::MonthFirst, "2026-03-07"),
            ("3/7/2026", DayOrder::DayFirst, "2026-07-03"),
            ("07.03.2026", DayOrder::MonthFirst, "2026-03-07"),
            ("Mar 7, 2026", DayOrder::MonthFirst, "2026-03-07"),
            ("April 30, 2025", DayOrder::MonthFirst, "2025-04-30"),
            ("30-Apr-25", DayOrder::MonthFirst, "2025-04-30"),
            ("7 März 2026", DayOrder::DayFirst, "2026-03-07"),
            ("7. Mrz 2026", DayOrder::DayFirst, "2026-03-07"),
            ("20260307", DayOrder::MonthFirst, "2026-03-07"),
            ("Sat, Mar 7, 2026", DayOrder::MonthFirst, "2026-03-07"),
            ("7 de marzo de 2026", DayOrder::DayFirst, "2026-03-07"),
            ("2026-03-07 PDT", DayOrder::MonthFirst, "2026-03-07"),
            ("07.03.2026 UTC", DayOrder::MonthFirst, "2026-03-07"),
        ] {
            let when = parse(text, order).unwrap();
            assert_eq!((when.day, when.seconds), (day(expected), None), "{text}");
        }
        for text in ["", "2026-02-30", "13/13/2026", "yesterday", "9999-01-01", "1/2", "2026"] {
            assert!(parse(text, DayOrder::MonthFirst).is_err(), "{text}");
        }
    }

    #[test]
    fn a_span_is_one_day_or_two_and_never_a_guess() {
        for (text, expected) in [
            ("2026-03-07", Some(("2026-03-07", "2026-03-07"))),
            ("2026-03-07 00:00:00", Some(("2026-03-07", "2026-03-07"))),
            ("Aug 18, 2026 - Aug 24, 2026", Some(("2026-08-18", "2026-08-24"))),
            ("8. Juli 2025 \u{2013} 31. Juli 2025", Some(("2025-07-08", "2025-07-31"))),
            ("2026-03-07 - 2026-03-07", Some(("2026-03-07", "2026-03-07"))),
            ("1 de julio de 2025 - 2 de julio de 2025", Some(("2025-07-01", "2025-07-02"))),
            ("1 janv. 2026 - 23 janv. 2026", Some(("2026-01-01", "2026-01-23"))),
            ("13/7/2026", Some(("2026-07-13", "2026-07-13"))),
            ("7/7/2026", Some(("2026-07-07", "2026-07-07"))),
            ("3/7/2026", None),
            ("3/7/2026 - 4/7/2026", None),
            ("All time", None),
            ("", None),
        ] {
            let day = |text: &str| Day::parse(text).unwrap();
            let expected = expected.map(|(first, last)| (day(first), day(last)));
            assert_eq!(parse_span(text).ok(), expected, "{text}");
        }
        assert!(parse_span("3/7/2026").unwrap_err().contains("2026-03-07 or 2026-07-03"));
    }

    #[test]
    fn a_time_is_read_with_its_offset_or_in_the_zone() {
        let zone = Zone::parse("Europe/Tallinn").unwrap();
        for (text, expected) in [
            ("2026-03-07T10:00:00+02:00", "2026-03-07T08:00:00Z"),
            ("2026-03-07 10:00:00 UTC", "2026-03-07T10:00:00Z"),
            ("2026-03-07 10:00:00 +0100", "2026-03-07T09:00:00Z"),
            ("2026-03-07T10:00:00.123Z", "2026-03-07T10:00:00Z"),
            ("3/7/2026 2:05 PM", "2026-03-07T12:05:00Z"),
            ("Mar 7, 2026 12:00:00 AM PST", "2026-03-07T08:00:00Z"),
            ("07.03.2026 10:00:00 UTC", "2026-03-07T10:00:00Z"),
            ("2026-03-07", "2026-03-06T22:00:00Z"),
        ] {
            let at = parse(text, DayOrder::MonthFirst).unwrap().instant(&zone);
            assert_eq!(at, Some(Instant::parse(expected).unwrap()), "{text}");
        }
        for text in ["2026-03-07 25:00", "2026-03-07 10:00 XYZ", "2026-03-07 10:00:00:00"] {
            assert!(parse(text, DayOrder::MonthFirst).is_err(), "{text}");
        }
    }
}
