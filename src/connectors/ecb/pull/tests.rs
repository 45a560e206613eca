//! Which file is asked for when, and what comes of it.

use super::*;
use crate::connectors::kit::replay::{Recorded, Replay};
use crate::connectors::kit::stage::Stage;

const DAILY_XML: &[u8] = include_bytes!("../../../../tests/fixtures/ecb/eurofxref-daily.xml");
const QUARTER_XML: &[u8] = include_bytes!("../../../../tests/fixtures/ecb/eurofxref-hist-90d.xml");
const HISTORY_ZIP: &[u8] = include_bytes!("../../../../tests/fixtures/ecb/eurofxref-hist.zip");

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn at(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

fn place(from: &str, to: &str) -> Place {
    Place { from: day(from), to: day(to), asked: day(to), tries: 1 }
}

#[test]
fn a_day_is_published_in_the_afternoon_of_frankfurt_and_never_at_weekends() {
    for (now, expected, why) in [
        ("2026-11-18T15:14:59Z", "2026-11-17", "a minute before, in winter"),
        ("2026-11-18T15:15:00Z", "2026-11-18", "winter"),
        ("2026-07-15T14:15:00Z", "2026-07-15", "summer"),
        ("2026-11-21T20:00:00Z", "2026-11-20", "Saturday"),
        ("2026-11-23T08:00:00Z", "2026-11-20", "Monday morning"),
        ("2026-12-28T08:00:00Z", "2026-12-24", "after Christmas and a weekend"),
        ("2026-01-01T20:00:00Z", "2025-12-31", "New Year"),
    ] {
        assert_eq!(newest_published(at(now)), day(expected), "{why}");
    }
}

#[test]
fn the_smallest_file_that_holds_what_is_lacking_is_asked_for() {
    let held = place("2026-01-02", "2026-11-19");
    for (held, wanted, newest, expected, why) in [
        (None, "2026-11-01", "2026-11-20", Some(QUARTER), "a young shop"),
        (None, "2024-01-01", "2026-11-20", Some(HISTORY), "an old one"),
        (Some(&held), "2026-01-02", "2026-11-19", None, "nothing is lacking"),
        (Some(&held), "2026-01-02", "2026-11-20", Some(DAILY), "today"),
        (Some(&held), "2026-01-02", "2026-11-23", Some(QUARTER), "Friday and Monday"),
        (Some(&held), "2026-01-02", "2027-11-19", Some(HISTORY), "a year of sleep"),
        (Some(&held), "2025-06-01", "2026-11-19", Some(HISTORY), "older orders came"),
    ] {
        assert_eq!(choose(held, (day(wanted), day(newest))), expected, "{why}");
    }
    let monday =
        choose(Some(&place("2026-01-02", "2026-11-20")), (day("2026-02-01"), day("2026-11-23")));
    assert_eq!(monday, Some(DAILY), "only the weekend lies in between");
    let holiday = Place { asked: day("2026-04-03"), tries: 4, ..place("2026-01-02", "2026-04-02") };
    assert_eq!(choose(Some(&holiday), (day("2026-02-01"), day("2026-04-03"))), None, "Good Friday");
}

fn replay(body: &[u8], part: &str) -> Replay {
    Replay::new([Recorded::get(part, body)])
}

#[test]
fn the_past_comes_at_once_and_then_nothing_until_there_is_something() {
    let api = &super::super::CONNECTOR;
    let stage = Stage { since: at("2026-10-20T00:00:00Z"), ..Stage::new() };
    let quarter = replay(QUARTER_XML, QUARTER);
    let (documents, cursor) = stage.drain((api, &quarter), "rates", Cursor::start()).unwrap();
    let records: usize = documents.iter().map(|document| document.records.len()).sum();
    assert_eq!(quarter.list_asked().len(), 1);
    assert!(documents.iter().all(|document| document.key.as_str() >= "2026-10-10"));
    assert!(records >= documents.len());
    // An hour later the place says that all is held, or that it was asked for.
    let mut place: Place = cursor.read(1).unwrap().unwrap();
    place.to = newest_published(stage.clock.now());
    let held = Cursor::write(1, &place).unwrap();
    let nobody = Replay::new([]);
    let (none, after) = stage.drain((api, &nobody), "rates", held.clone()).unwrap();
    assert!(none.is_empty() && nobody.list_asked().is_empty());
    assert_eq!(after, held);
}

#[test]
fn the_history_is_cut_to_what_is_wanted() {
    let api = &super::super::CONNECTOR;
    let all = {
        let stage = Stage { since: at("1999-02-01T00:00:00Z"), ..Stage::new() };
        stage
            .drain((api, &replay(HISTORY_ZIP, "eurofxref-hist")), "rates", Cursor::start())
            .unwrap()
            .0
    };
    assert!(!all.is_empty());
    let middle = Day::parse(&all[all.len() / 2].key).unwrap();
    let since = Instant::start_of(middle.plus(DAYS_BEFORE), &frankfurt());
    let stage = Stage { since, ..Stage::new() };
    let some = stage.drain((api, &replay(HISTORY_ZIP, "eurofxref-hist")), "rates", Cursor::start());
    let some = some.unwrap().0;
    assert!(some.iter().all(|document| Day::parse(&document.key).unwrap() >= middle));
    assert!(some.len() < all.len() || all.len() == 1);
}

#[test]
fn a_holiday_is_asked_for_four_times_and_not_all_day() {
    let api = &super::super::CONNECTOR;
    let stage = Stage::new();
    let newest = newest_published(stage.clock.now());
    let held = Place { from: Day(0), to: newest.plus(-1), asked: newest.plus(-1), tries: 1 };
    let mut cursor = Cursor::write(1, &held).unwrap();
    let daily = Replay::new([Recorded::get("eurofxref-", DAILY_XML)]);
    for _ in 0..10 {
        cursor = stage.drain((api, &daily), "rates", cursor).unwrap().1;
    }
    assert!(daily.list_asked().len() <= TRIES_MAX as usize, "{:?}", daily.list_asked());
}

#[test]
fn maintenance_and_half_a_file_are_asked_for_again() {
    let api = &super::super::CONNECTOR;
    let stage = Stage { since: at("2026-10-20T00:00:00Z"), ..Stage::new() };
    for body in [b"<html>Maintenance</html>".as_slice(), &QUARTER_XML[..QUARTER_XML.len() / 2], b""]
    {
        let fault = stage.drain((api, &replay(body, QUARTER)), "rates", Cursor::start());
        assert_eq!(fault.unwrap_err().name(), "transient");
    }
}

#[test]
fn the_switch_is_tried_before_it_is_on() {
    let stage = Stage::new();
    let daily = replay(DAILY_XML, DAILY);
    let identity = super::super::CONNECTOR.check(&stage.ctx(&super::super::CONNECTOR, &daily));
    assert_eq!(identity.unwrap().id, "ecb");
}
