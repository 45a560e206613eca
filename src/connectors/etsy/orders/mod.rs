//! Both orders files: sold order items, a row for each item, and sold orders, a row for each
//! order. Items of one order follow one another. Rows stream; what is kept of a file are two small
//! numbers for each order (`kit::group`), and orders refunded without a day, which are dated at
//! the file's last known one.

mod normalise;
mod wire;

#[cfg(test)]
mod tests;

use std::io::BufRead;

use crate::base::Instant;
use crate::connectors::contract::{Emit, Found, Head, Match, ReadCtx};
use crate::connectors::fault::FileFault;
use crate::connectors::kit::group::{Group, Groups};
use crate::connectors::kit::sheet::{self, CellFault, Cells, Field, Sheet};
use crate::domain::record::{Order, Record};
use normalise::Normalised;
use wire::{ITEMS, Item, TOTALS, Total};

pub fn recognise_items(head: &Head<'_>) -> Match {
    sheet::recognise(head, &ITEMS)
}

pub fn recognise_totals(head: &Head<'_>) -> Match {
    sheet::recognise(head, &TOTALS)
}

/// # Errors
/// `NotThisFormat` where a column is missing, `Broken` for an unreadable table.
pub fn read_items(
    source: &mut dyn BufRead,
    ctx: &ReadCtx,
    emit: Emit<'_>,
) -> Result<(), FileFault> {
    read::<Item>(source, ctx, emit)
}

/// # Errors
/// As `read_items`.
pub fn read_totals(
    source: &mut dyn BufRead,
    ctx: &ReadCtx,
    emit: Emit<'_>,
) -> Result<(), FileFault> {
    read::<Total>(source, ctx, emit)
}

/// A row of one of the files, whose orders are made of such rows.
trait Row: Sized {
    const FIELDS: &'static [Field];

    fn read(cells: &Cells<'_>, ctx: &ReadCtx) -> Result<Self, CellFault>;
    fn days(&self) -> [Option<Instant>; 2];
    fn normalise(rows: &[Self]) -> Result<Normalised, CellFault>;
}

impl Row for Item {
    const FIELDS: &'static [Field] = &ITEMS;

    fn read(cells: &Cells<'_>, ctx: &ReadCtx) -> Result<Self, CellFault> {
        Self::read(cells, ctx)
    }

    fn days(&self) -> [Option<Instant>; 2] {
        [Some(self.common.sold), self.common.shipped]
    }

    fn normalise(rows: &[Self]) -> Result<Normalised, CellFault> {
        normalise::normalise_items(rows)
    }
}

impl Row for Total {
    const FIELDS: &'static [Field] = &TOTALS;

    fn read(cells: &Cells<'_>, ctx: &ReadCtx) -> Result<Self, CellFault> {
        Self::read(cells, ctx)
    }

    fn days(&self) -> [Option<Instant>; 2] {
        [Some(self.common.sold), self.common.shipped]
    }

    fn normalise(rows: &[Self]) -> Result<Normalised, CellFault> {
        match rows {
            [total] => normalise::normalise_total(total),
            _ => Err(CellFault::new(wire::ORDER, "The order stands on several rows.")),
        }
    }
}

fn read<R: Row>(source: &mut dyn BufRead, ctx: &ReadCtx, emit: Emit<'_>) -> Result<(), FileFault> {
    let mut sheet = Sheet::open(source, R::FIELDS)?;
    sheet.tell_unknown_columns(emit)?;
    let mut orders: Groups<R> = Groups::new(wire::ORDER);
    let mut reader = Reader { emit, refunded: Vec::new(), latest: None };
    while let Some(cells) = sheet.next_row()? {
        if let Some((kind, name)) = wire::unknown_currency(&cells) {
            (reader.emit)(Found::Unknown { row: cells.line, kind, name })?;
        }
        let row = R::read(&cells, ctx);
        for day in row.iter().flat_map(R::days) {
            reader.latest = reader.latest.max(day);
        }
        if let Some(closed) = orders.take(&cells, row) {
            reader.hand_out(closed)?;
        }
    }
    if let Some(last) = orders.close() {
        reader.hand_out(last)?;
    }
    reader.finish()
}

struct Reader<'a> {
    emit: Emit<'a>,
    refunded: Vec<(u64, Order)>,
    /// The file's last known instant.
    latest: Option<Instant>,
}

impl Reader<'_> {
    fn hand_out<R: Row>(&mut self, mut group: Group<R>) -> Result<(), FileFault> {
        let row = group.line;
        let normalised = match group.take_fault() {
            Some(fault) => Err(fault),
            None => R::normalise(&group.rows).map_err(|fault| (row, fault)),
        };
        let Normalised { order, notices, unknown } = match normalised {
            Ok(normalised) => normalised,
            Err(fault) => return (self.emit)(Found::Refused(group.refuse(fault, R::FIELDS))),
        };
        for what in notices {
            (self.emit)(Found::Notice { row, what })?;
        }
        if let Some((kind, name)) = unknown {
            (self.emit)(Found::Unknown { row, kind, name })?;
        }
        if order.refunds.is_empty() {
            let records = vec![Record::Order(Box::new(order))];
            return (self.emit)(Found::Records { row, records });
        }
        self.refunded.push((row, order));
        Ok(())
    }

    fn finish(mut self) -> Result<(), FileFault> {
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
}
