//! A channel whose one format nobody has seen a genuine file of, for tests alone: what happens
//! before such a file is booked must not depend on which formats are new today.

use std::io::BufRead;

use super::contract::{
    Connector, Emit, FileFormat, Found, Head, Match, ReadCtx, Refusal, Rows, Seen, UnknownKind,
};
use super::fault::FileFault;
use super::kit::csv::{Dialect, Table};
use crate::base::{Currency, Day, Decimal};
use crate::domain::record::{Cost, Record};

pub static CONNECTOR: Channel = Channel;

pub struct Channel;

static FILES: [FileFormat; 1] = [FileFormat {
    name: "unseen",
    label: "Unseen list",
    needs_store: false,
    seen: Seen::NotYet,
    rows: Rows::Table,
    recognises,
    read,
}];

impl Connector for Channel {
    fn slug(&self) -> &'static str {
        "unseen"
    }

    fn label(&self) -> &'static str {
        "Unseen"
    }

    fn files(&self) -> &'static [FileFormat] {
        &FILES
    }
}

fn recognises(head: &Head<'_>) -> Match {
    if head.text.starts_with("unseen sku,cost") { Match::Yes } else { Match::No }
}

fn read(source: &mut dyn BufRead, _: &ReadCtx, emit: Emit<'_>) -> Result<(), FileFault> {
    let mut table = Table::open(source, Dialect::Comma)?;
    let (sku, cost) = (table.column("unseen sku")?, table.column("cost")?);
    emit(Found::Unknown { row: 1, kind: UnknownKind::Fee, name: "Climate levy".to_owned() })?;
    while let Some(row) = table.next_row()? {
        let found = match (Decimal::parse(&row.text(cost)), Currency::parse("EUR")) {
            (Ok(unit_cost), Ok(currency)) => {
                let sku = row.text(sku);
                let (valid_from, store, country) = (Day(20_000), None, None);
                let cost = Cost { sku, valid_from, unit_cost, currency, store, country };
                Found::Records { row: row.line, records: vec![Record::Cost(cost)] }
            }
            _ => Found::Refused(Refusal {
                row: row.line,
                column: "cost".to_owned(),
                reason: "This is no cost.".to_owned(),
                raw: row.raw(&[("unseen sku", Some(sku)), ("cost", Some(cost))]),
            }),
        };
        emit(found)?;
    }
    Ok(())
}
