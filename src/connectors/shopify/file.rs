//! Shopify's orders export: recognises it, groups its rows into orders, and hands them out.
//!
//! One order stands on consecutive rows, its own cells on the first. Rows that were sorted apart
//! are still put together: an order whose subtotal says that rows are missing waits for them
//! until the end of the file. Refunded orders wait too, because a refund without a day is dated at
//! the export's last known one. Memory holds those, not the file.

use std::collections::BTreeMap;
use std::io::BufRead;

use super::cell::{self, Problem};
use super::normalise::{self, Normalised};
use super::wire::{Column, Layout, REQUIRED, Row};
use crate::base::Instant;
use crate::connectors::contract::{Emit, Found, Head, Match, ReadCtx, Refusal, UnknownKind};
use crate::connectors::fault::FileFault;
use crate::connectors::kit::csv::{Dialect, Table};
use crate::connectors::kit::decode;
use crate::domain::record::{Order, Record};

/// The cells that may bear the export's last known day; a due day may lie in the future.
const DATES: [Column; 4] =
    [Column::CreatedAt, Column::PaidAt, Column::FulfilledAt, Column::CancelledAt];

pub fn recognise_orders(head: &Head<'_>) -> Match {
    let header = head.text.lines().next().unwrap_or_default();
    let separator = match Dialect::of_header(header) {
        Dialect::Comma => ',',
        Dialect::Semicolon => ';',
        Dialect::Tab => '\t',
    };
    let names: Vec<&str> = header
        .split(separator)
        .map(|name| name.trim_matches(['\u{feff}', '"', ' ', '\r']))
        .collect();
    let has = |column: Column| names.contains(&column.title());
    if REQUIRED.into_iter().all(has) {
        return Match::Yes;
    }
    let typical = has(Column::ItemName) && has(Column::Quantity) && has(Column::Name);
    if typical { Match::Perhaps } else { Match::No }
}

pub fn read_orders(
    source: &mut dyn BufRead,
    ctx: &ReadCtx,
    emit: Emit<'_>,
) -> Result<(), FileFault> {
    let begin = decode::text(source.fill_buf()?).into_owned();
    let dialect = Dialect::of_header(begin.lines().next().unwrap_or_default());
    let mut table = Table::open(source, dialect)?;
    let layout = Layout::of(&table)?;
    for name in &layout.unknown {
        emit(Found::Unknown { row: 1, kind: UnknownKind::Column, name: name.clone() })?;
    }
    let mut reader = Reader {
        ctx,
        emit,
        group: Vec::new(),
        apart: BTreeMap::new(),
        refunded: Vec::new(),
        latest: None,
    };
    while let Some(row) = table.next_row()? {
        reader.take(layout.row(&row))?;
    }
    reader.finish()
}

struct Reader<'a> {
    ctx: &'a ReadCtx,
    emit: Emit<'a>,
    /// The rows of the order being read.
    group: Vec<Row>,
    /// Orders that miss rows, and rows without their order, by the order's name.
    apart: BTreeMap<String, Vec<Row>>,
    refunded: Vec<(u64, Order)>,
    /// The export's last known instant.
    latest: Option<Instant>,
}

impl Reader<'_> {
    fn take(&mut self, row: Row) -> Result<(), FileFault> {
        if row.is_head() {
            for column in DATES {
                self.latest = self.latest.max(cell::parse_instant(row.text(column), self.ctx));
            }
        }
        let name = row.text(Column::Name);
        let same = self.group.first().is_some_and(|first| {
            first.text(Column::Name) == name || (name.is_empty() && !row.is_head())
        });
        if !same {
            self.close_group()?;
        }
        self.group.push(row);
        Ok(())
    }

    fn close_group(&mut self) -> Result<(), FileFault> {
        let rows = std::mem::take(&mut self.group);
        let Some(first) = rows.first() else { return Ok(()) };
        if first.text(Column::Name).is_empty() {
            let problem = Problem {
                line: first.line,
                column: Column::Name,
                reason: "the row does not say which order it belongs to".to_owned(),
            };
            return self.refuse(&rows, problem);
        }
        let name = first.text(Column::Name).to_owned();
        if !rows.iter().any(Row::is_head) {
            self.apart.entry(name).or_default().extend(rows);
            return Ok(());
        }
        let rows = head_first(rows);
        match normalise::normalise_order(&rows, self.ctx) {
            Ok(found) if found.rows_missing => {
                let mut waiting = self.apart.remove(&name).unwrap_or_default();
                if waiting.iter().any(Row::is_head) {
                    // The same order a second time, as in two exports joined: each for itself.
                    self.hand_out(&waiting)?;
                    waiting.clear();
                }
                waiting.extend(rows);
                self.apart.insert(name, waiting);
                Ok(())
            }
            Ok(found) => self.accept(rows[0].line, found),
            Err(problem) => self.refuse(&rows, problem),
        }
    }

    fn finish(mut self) -> Result<(), FileFault> {
        self.close_group()?;
        for rows in std::mem::take(&mut self.apart).into_values() {
            if rows.iter().any(Row::is_head) {
                self.hand_out(&head_first(rows))?;
                continue;
            }
            let problem = Problem {
                line: rows[0].line,
                column: Column::Name,
                reason: "the order's first row, with its totals, is not in the file; export it \
                         again unsorted"
                    .to_owned(),
            };
            self.refuse(&rows, problem)?;
        }
        for (row, mut order) in std::mem::take(&mut self.refunded) {
            for refund in &mut order.refunds {
                refund.at = self.latest.unwrap_or(refund.at);
            }
            order.tell_progress(None);
            let records = vec![Record::Order(Box::new(order))];
            (self.emit)(Found::Records { row, records })?;
        }
        Ok(())
    }

    fn hand_out(&mut self, rows: &[Row]) -> Result<(), FileFault> {
        match normalise::normalise_order(rows, self.ctx) {
            Ok(found) => self.accept(rows[0].line, found),
            Err(problem) => self.refuse(rows, problem),
        }
    }

    fn accept(&mut self, row: u64, found: Normalised) -> Result<(), FileFault> {
        for (row, what) in found.notices {
            (self.emit)(Found::Notice { row, what })?;
        }
        if let Some(name) = found.unknown_status {
            (self.emit)(Found::Unknown { row, kind: UnknownKind::Status, name })?;
        }
        if found.order.refunds.is_empty() {
            let records = vec![Record::Order(Box::new(found.order))];
            return (self.emit)(Found::Records { row, records });
        }
        self.refunded.push((row, found.order));
        Ok(())
    }

    /// All rows of the order, as one: they stand or fall together.
    fn refuse(&mut self, rows: &[Row], problem: Problem) -> Result<(), FileFault> {
        let name = rows.first().map_or("", |row| row.text(Column::Name));
        let raw: Vec<String> = rows.iter().map(Row::raw).collect();
        (self.emit)(Found::Refused(Refusal {
            row: problem.line,
            column: problem.column.title().to_owned(),
            reason: format!("Order {name} was not taken in: {}.", problem.reason),
            raw: raw.join("\n"),
        }))
    }
}

/// The order's own cells are sought on its first row; a sorted file may hold them further down.
fn head_first(mut rows: Vec<Row>) -> Vec<Row> {
    if let Some(at) = rows.iter().position(Row::is_head) {
        rows[..=at].rotate_right(1);
    }
    rows
}

#[cfg(test)]
mod tests;
