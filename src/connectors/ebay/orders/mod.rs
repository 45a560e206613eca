//! The orders report: rows of one order follow one another and stand or fall together.
//!
//! Rows stream. What is kept of the file are two small numbers for each order, by which an order
//! whose rows were sorted apart is told from one that stands twice, and the refunded orders: a
//! refund without a day is dated at the report's last known one.

mod normalise;
mod wire;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::BufRead;

use super::SLUG;
use crate::base::{Currency, Instant};
use crate::connectors::contract::{Emit, Found, Head, Match, ReadCtx, Refusal};
use crate::connectors::fault::FileFault;
use crate::connectors::kit::sheet::{self, CellFault, Cells, Sheet};
use crate::domain::record::{Order, Record};
use normalise::Normalised;
use wire::{FIELDS, Row};

const APART: &str = "The rows of this order stand apart in the file, so it is taken in without \
    these. Sort the file by order number, or export it again, and import it once more.";

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
        open: Vec::new(),
        seen: HashMap::new(),
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

/// A row as it was read, or why not, and as it stood.
struct Kept {
    row: Result<Row, CellFault>,
    order: String,
    line: u64,
    raw: String,
}

struct Reader<'a> {
    ctx: &'a ReadCtx,
    emit: Emit<'a>,
    /// The rows of the order being read.
    open: Vec<Kept>,
    /// By order, what its rows said.
    seen: HashMap<u64, u64>,
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
        let order = cells.text(wire::ORDER).into_owned();
        if self.open.first().is_some_and(|first| first.order != order) {
            self.close()?;
        }
        self.open.push(Kept { row, order, line: cells.line, raw: cells.raw() });
        Ok(())
    }

    fn read_row(&mut self, cells: &Cells<'_>) -> Result<Row, CellFault> {
        if self.currency.is_none() {
            let own = self.ctx.currency;
            let sign = |field| wire::currency_of_sign(&cells.text(field), own);
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

    /// The rows of one order stand or fall together.
    fn close(&mut self) -> Result<(), FileFault> {
        let mut rows = Vec::with_capacity(self.open.len());
        let mut raws = Vec::with_capacity(self.open.len());
        let mut fault: Option<(u64, CellFault)> = None;
        for kept in std::mem::take(&mut self.open) {
            raws.push(kept.raw);
            match kept.row {
                Ok(row) => rows.push(row),
                Err(cell) => fault = fault.or(Some((kept.line, cell))),
            }
        }
        let Some(first) = rows.first().map(|row| row.line).or(fault.as_ref().map(|f| f.0)) else {
            return Ok(());
        };
        let normalised = match fault {
            Some(fault) => Err(fault),
            None => match self.note(&rows) {
                Seen::Before => return Ok(()),
                Seen::Apart => Err((first, CellFault::new(wire::ORDER, APART))),
                Seen::First => self.normalise(&rows).map_err(|fault| (first, fault)),
            },
        };
        match normalised {
            Ok(Normalised { order, notices }) => self.accept(first, order, notices),
            Err((row, CellFault { field, reason })) => (self.emit)(Found::Refused(Refusal {
                row,
                column: FIELDS[field].names[0].to_owned(),
                reason,
                raw: raws.join("\n"),
            })),
        }
    }

    fn normalise(&self, rows: &[Row]) -> Result<Normalised, CellFault> {
        let currency = self.currency.or(self.ctx.currency);
        let missing = || CellFault::new(wire::PRICE, "The currency is not known.");
        normalise::normalise(rows, currency.ok_or_else(missing)?)
    }

    fn note(&mut self, rows: &[Row]) -> Seen {
        let hash = |what: &dyn Fn(&mut DefaultHasher)| {
            let mut hasher = DefaultHasher::new();
            what(&mut hasher);
            hasher.finish()
        };
        let order = hash(&|hasher| rows[0].order.hash(hasher));
        let said = hash(&|hasher| {
            for row in rows {
                Row { line: 0, ..row.clone() }.hash(hasher);
            }
        });
        match self.seen.insert(order, said) {
            None => Seen::First,
            Some(before) if before == said => Seen::Before,
            Some(_) => Seen::Apart,
        }
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
        self.close()?;
        for (row, mut order) in std::mem::take(&mut self.refunded) {
            normalise::date_refunds(&mut order, self.latest);
            let records = vec![Record::Order(Box::new(order))];
            (self.emit)(Found::Records { row, records })?;
        }
        Ok(())
    }
}

/// Whether an order stood in the file before.
enum Seen {
    First,
    /// Word for word.
    Before,
    /// With other rows.
    Apart,
}
