//! The transaction report: each movement of money is one document of its order, or a charge; what
//! a payout paid out is added up and compared with it.
//!
//! Rows stream. What is kept of the file is one sum for each kind of row of each payout, and a
//! number for each different row that has no id (`kit::tally`). Orders of several items stand on a
//! row of their total and one row for each item; where a spreadsheet sorted them apart they wait
//! for each other until the end.

mod normalise;
mod payouts;
mod vocabulary;
mod wire;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io::BufRead;

use super::SLUG;
use crate::base::Currency;
use crate::connectors::contract::{Emit, Found, Head, Match, ReadCtx, Refusal, UnknownKind};
use crate::connectors::fault::FileFault;
use crate::connectors::kit::sheet::{self, CellFault, Cells, Kept, Sheet};
use crate::connectors::kit::tally::Tally;
use normalise::{Movement, Normalised};
use payouts::Payouts;
use vocabulary::Meaning;
use wire::{FIELDS, Row, RowFault};

pub fn recognises(head: &Head<'_>) -> Match {
    sheet::recognise(head, &FIELDS)
}

/// # Errors
/// `NotThisFormat` where a column is missing, `Broken` for an unreadable table.
pub fn read(source: &mut dyn BufRead, ctx: &ReadCtx, emit: Emit<'_>) -> Result<(), FileFault> {
    let mut sheet = Sheet::open(source, &FIELDS)?;
    let unknown_fees = wire::find_unknown_fees(&sheet);
    let columns: Vec<String> = sheet
        .unknown_columns()
        .filter(|(column, _)| !unknown_fees.iter().any(|(fee, _)| fee == column))
        .map(|(_, name)| name.to_owned())
        .collect();
    for name in columns {
        emit(Found::Unknown { row: 1, kind: UnknownKind::Column, name })?;
    }
    let mut reader = Reader {
        ctx,
        emit,
        unknown_fees,
        currency: ctx.currency,
        tally: Tally::default(),
        payouts: Payouts::default(),
        open: None,
        apart: BTreeMap::new(),
    };
    while let Some(cells) = sheet.next_row()? {
        reader.take(&cells)?;
    }
    reader.finish()
}

/// What the rows of one transaction have in common: type, order, reference.
type Key = (String, String, String);

/// A row of a total, or of an item, and how it stood in the file.
struct Part {
    row: Row,
    kept: Kept,
}

struct Reader<'a> {
    ctx: &'a ReadCtx,
    emit: Emit<'a>,
    unknown_fees: Vec<(usize, String)>,
    /// The last currency read, for rows that name none.
    currency: Option<Currency>,
    tally: Tally,
    payouts: Payouts,
    /// The rows of the transaction being read.
    open: Option<(Key, Vec<Part>)>,
    /// Totals without items, and items without their total.
    apart: BTreeMap<Key, Vec<Part>>,
}

impl Reader<'_> {
    fn take(&mut self, cells: &Cells<'_>) -> Result<(), FileFault> {
        let row = match Row::read(cells, self.ctx, &self.unknown_fees, self.currency) {
            Ok(row) => row,
            Err(RowFault { cell, unknown }) => {
                if let Some((kind, name)) = unknown {
                    (self.emit)(Found::Unknown { row: cells.line, kind, name })?;
                }
                return (self.emit)(Found::Refused(cells.refuse(cell)));
            }
        };
        self.currency = Some(row.currency);
        let meaning = vocabulary::find_type(&row.kind);
        if meaning == Meaning::Payout {
            return self.take_payout(cells, &row);
        }
        let of_items = row.is_item() || row.is_head();
        let grouped = row.order.is_some() && of_items;
        if grouped && matches!(meaning, Meaning::Sale | Meaning::Refund | Meaning::Unknown) {
            return self.take_kept(Part { row, kept: cells.keep() });
        }
        self.close()?;
        if row.is_item() {
            let fault =
                CellFault::new(wire::NET, "The row states neither a net nor a gross amount.");
            return (self.emit)(Found::Refused(cells.refuse(fault)));
        }
        let rows = [&row];
        match self.normalise(&rows, meaning)? {
            Ok(()) => Ok(()),
            Err(fault) => (self.emit)(Found::Refused(cells.refuse(fault))),
        }
    }

    fn take_kept(&mut self, part: Part) -> Result<(), FileFault> {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let key = (part.row.kind.clone(), text(&part.row.order), text(&part.row.reference));
        match &mut self.open {
            Some((open, rows)) if *open == key && part.row.is_item() => rows.push(part),
            _ => {
                self.close()?;
                self.open = Some((key, vec![part]));
            }
        }
        Ok(())
    }

    /// Hands a transaction on when all of its rows are there.
    fn close(&mut self) -> Result<(), FileFault> {
        let Some((key, rows)) = self.open.take() else { return Ok(()) };
        let whole = match rows.as_slice() {
            [head] => !head.row.is_item() && vocabulary::find_type(&key.0) != Meaning::Sale,
            [head, ..] => !head.row.is_item(),
            [] => return Ok(()),
        };
        if whole {
            return self.hand_out(&rows);
        }
        self.apart.entry(key).or_default().extend(rows);
        Ok(())
    }

    fn finish(mut self) -> Result<(), FileFault> {
        self.close()?;
        for mut rows in std::mem::take(&mut self.apart).into_values() {
            // The total first, the items as they stood.
            rows.sort_by_key(|part| part.row.is_item());
            self.hand_out(&rows)?;
        }
        self.payouts.emit(self.emit)
    }

    fn hand_out(&mut self, parts: &[Part]) -> Result<(), FileFault> {
        let rows: Vec<&Row> = parts.iter().map(|part| &part.row).collect();
        let Some(first) = rows.first() else { return Ok(()) };
        let fault = if first.is_item() {
            Some(CellFault::new(
                wire::NET,
                "The row of the order that states its total is not in the file. Export the \
                 report again.",
            ))
        } else {
            self.normalise(&rows, vocabulary::find_type(&first.kind))?.err()
        };
        let Some(CellFault { field, reason }) = fault else { return Ok(()) };
        let raw: Vec<String> = parts.iter().map(|part| part.kept.raw()).collect();
        (self.emit)(Found::Refused(Refusal {
            row: first.line,
            column: FIELDS[field].names[0].to_owned(),
            reason,
            raw: raw.join("\n"),
        }))
    }

    /// The records of one transaction, whose first row states its total.
    fn normalise(
        &mut self,
        rows: &[&Row],
        meaning: Meaning,
    ) -> Result<Result<(), CellFault>, FileFault> {
        let movement = Movement { rows, meaning };
        let Normalised { records, notices, unknown } =
            match normalise::normalise(&movement, &mut self.tally) {
                Ok(normalised) => normalised,
                Err(fault) => return Ok(Err(fault)),
            };
        self.payouts.add(&movement);
        let row = rows[0].line;
        if !records.is_empty() {
            (self.emit)(Found::Records { row, records })?;
        }
        for (kind, name) in unknown {
            (self.emit)(Found::Unknown { row, kind, name })?;
        }
        for what in notices {
            (self.emit)(Found::Notice { row, what })?;
        }
        Ok(Ok(()))
    }

    fn take_payout(&mut self, cells: &Cells<'_>, row: &Row) -> Result<(), FileFault> {
        self.close()?;
        let fault = match (&row.payout, row.net_minor.or(row.gross_minor)) {
            (Some(_), Some(_)) => None,
            (None, _) => Some(CellFault::new(wire::NET, "The payout has no id.")),
            (_, None) => Some(CellFault::new(wire::NET, "The payout has no amount.")),
        };
        match fault {
            Some(fault) => (self.emit)(Found::Refused(cells.refuse(fault))),
            None => {
                self.payouts.state(row);
                Ok(())
            }
        }
    }
}
