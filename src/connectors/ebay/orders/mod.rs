//! The orders report: rows of one order follow one another and stand or fall together.
//!
//! Rows stream. What is kept of the file are two small numbers for each order, by which an order
//! whose rows were sorted apart is told from one that stands twice, and the refunded orders: a
//! refund without a day is dated at the report's last known one.

mod normalise;
mod wire;

#[cfg(test)]
mod tests;

use std::io::BufRead;

use super::SLUG;
use crate::base::{Currency, Instant};
use crate::connectors::contract::{Emit, Found, Head, Match, ReadCtx};
use crate::connectors::fault::FileFault;
use crate::connectors::kit::amount;
use crate::connectors::kit::group::{Group, Groups};
use crate::connectors::kit::sheet::{self, CellFault, Cells, Sheet};
use crate::domain::record::{Order, Record};
use normalise::Normalised;
use wire::{FIELDS, Row};

pub fn recognises(head: &Head<'_>) -> Match {
    sheet::recognise(head, &FIELDS)
}

/// # Errors
/// `NotThisFormat` where a column is missing, `Broken` for an unreadable table.
pub fn read(source: &mut dyn BufRead, ctx: &ReadCtx, emit: Emit<'_>) -> Result<(), FileFault> {
    let mut sheet = Sheet::open(source, &FIELDS)?;
    sheet.tell_unknown_columns(emit)?;
    let mut reader = Reader {
        ctx,
        emit,
        orders: Groups::new(wire::ORDER),
        refunded: Vec::new(),
        latest: None,
        currency: None,
        n_rows: 0,
    };
    while let Some(cells) = sheet.next_row()? {
        reader.take(&cells)?;
    }
    reader.finish()
}

struct Reader<'a> {
    ctx: &'a ReadCtx,
    emit: Emit<'a>,
    orders: Groups<Row>,
    refunded: Vec<(u64, Order)>,
    latest: Option<Instant>,
    currency: Option<Currency>,
    n_rows: u64,
}

impl Reader<'_> {
    fn take(&mut self, cells: &Cells<'_>) -> Result<(), FileFault> {
        if cells.is_empty(wire::ORDER) {
            return self.take_trailer(cells);
        }
        self.n_rows += 1;
        let row = self.read_row(cells);
        if let Ok(row) = &row {
            for day in [row.sold, row.paid, row.shipped] {
                self.latest = self.latest.max(day);
            }
        }
        match self.orders.take(cells, row) {
            Some(closed) => self.hand_out(closed),
            None => Ok(()),
        }
    }

    fn read_row(&mut self, cells: &Cells<'_>) -> Result<Row, CellFault> {
        if self.currency.is_none() {
            let own = self.ctx.currency;
            let sign = |field| amount::currency_of_sign(&cells.text(field), own);
            self.currency = sign(wire::PRICE).or_else(|| sign(wire::TOTAL));
        }
        let currency = self.currency.or(self.ctx.currency).ok_or_else(|| {
            CellFault::new(
                wire::PRICE,
                "The amounts bear no sign that tells their currency; name it with --currency.",
            )
        })?;
        Row::read(cells, self.ctx, currency)
    }

    /// `37 record(s) downloaded` and the seller's name, in the report's last lines.
    fn take_trailer(&mut self, cells: &Cells<'_>) -> Result<(), FileFault> {
        let text = cells.column(0);
        let count = text.split_whitespace().next().and_then(|word| word.parse::<u64>().ok());
        let (Some(count), true) = (count, text.contains("record")) else { return Ok(()) };
        if count <= self.n_rows {
            return Ok(());
        }
        let what = format!(
            "The report says that it holds {count} records, but {} rows were found. It was \
             probably cut; download it again.",
            self.n_rows
        );
        (self.emit)(Found::Notice { row: cells.line, what })
    }

    fn hand_out(&mut self, mut group: Group<Row>) -> Result<(), FileFault> {
        let normalised = match group.take_fault() {
            Some(fault) => Err(fault),
            None => self.normalise(&group.rows).map_err(|fault| (group.line, fault)),
        };
        match normalised {
            Ok(Normalised { order, notices }) => self.accept(group.line, order, notices),
            Err(fault) => (self.emit)(Found::Refused(group.refuse(fault, &FIELDS))),
        }
    }

    fn normalise(&self, rows: &[Row]) -> Result<Normalised, CellFault> {
        let currency = self.currency.or(self.ctx.currency);
        let missing = || CellFault::new(wire::PRICE, "The currency is not known.");
        normalise::normalise(rows, currency.ok_or_else(missing)?)
    }

    fn accept(&mut self, row: u64, order: Order, notices: Vec<String>) -> Result<(), FileFault> {
        for what in notices {
            (self.emit)(Found::Notice { row, what })?;
        }
        if order.refunds.is_empty() {
            let records = vec![Record::Order(Box::new(order))];
            return (self.emit)(Found::Records { row, records });
        }
        self.refunded.push((row, order));
        Ok(())
    }

    fn finish(mut self) -> Result<(), FileFault> {
        if let Some(last) = self.orders.close() {
            self.hand_out(last)?;
        }
        for (row, mut order) in std::mem::take(&mut self.refunded) {
            normalise::date_refunds(&mut order, self.latest);
            let records = vec![Record::Order(Box::new(order))];
            (self.emit)(Found::Records { row, records })?;
        }
        Ok(())
    }
}
