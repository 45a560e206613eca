//! The neutral formats, from bytes to records.

mod orders;
mod rules;
mod tables;

use crate::base::{Currency, Day, Zone};
use crate::connectors::contract::{Connector, Found, ReadCtx, Refusal};
use crate::connectors::fault::FileFault;
use crate::domain::record::Record;

/// Reads a file by its format's name.
fn read(name: &str, file: &[u8]) -> Result<Vec<Found>, FileFault> {
    let ctx = ReadCtx {
        currency: None,
        zone: Zone::parse("Europe/Tallinn").unwrap(),
        store: Some("shop".to_owned()),
    };
    let format = super::CONNECTOR.files().iter().find(|format| format.name == name).unwrap();
    let mut found = Vec::new();
    (format.read)(&mut std::io::Cursor::new(file), &ctx, &mut |one| {
        found.push(one);
        Ok(())
    })?;
    Ok(found)
}

fn records(found: &[Found]) -> Vec<&Record> {
    found
        .iter()
        .flat_map(|one| match one {
            Found::Records { records, .. } => records.iter().collect(),
            Found::Refused(_) | Found::Notice { .. } | Found::Unknown { .. } => Vec::new(),
        })
        .collect()
}

fn refusals(found: &[Found]) -> Vec<&Refusal> {
    found
        .iter()
        .filter_map(|one| match one {
            Found::Refused(refusal) => Some(refusal),
            Found::Records { .. } | Found::Notice { .. } | Found::Unknown { .. } => None,
        })
        .collect()
}

/// Row and column of each refusal.
fn places(found: &[Found]) -> Vec<(u64, &str)> {
    refusals(found).into_iter().map(|refusal| (refusal.row, refusal.column.as_str())).collect()
}

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn code(text: &str) -> Currency {
    Currency::parse(text).unwrap()
}

#[test]
fn only_orders_need_a_store() {
    let needing: Vec<&str> = super::CONNECTOR
        .files()
        .iter()
        .filter(|format| format.needs_store)
        .map(|format| format.name)
        .collect();
    assert_eq!(needing, ["orders"]);
}

#[test]
fn the_reader_stops_when_it_is_told_to() {
    let ctx = ReadCtx { currency: None, zone: Zone::utc(), store: None };
    let file = include_bytes!("../../../../tests/fixtures/neutral/costs.csv");
    let mut count = 0;
    let costs = &super::costs::COSTS;
    let fault = (costs.read)(&mut file.as_slice(), &ctx, &mut |_| {
        count += 1;
        Err(FileFault::Stopped)
    });
    assert!(matches!(fault, Err(FileFault::Stopped)));
    assert_eq!(count, 1);
}
