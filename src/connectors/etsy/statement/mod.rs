//! The monthly statement: each row is a document of the order that it names, or a charge. Rows
//! have no id; `kit::tally` gives each a key by what it says, so that months that overlap tell the
//! same rows again.
//!
//! Rows stream. What is kept of the file is a number for each different row, and one sum for each
//! kind of row between two deposits.

mod deposits;
mod normalise;
mod vocabulary;
mod wire;

#[cfg(test)]
mod tests;

use std::io::BufRead;

use crate::base::{Currency, Day, Instant};
use crate::connectors::contract::{Emit, Found, Head, Match, ReadCtx, Refusal, UnknownKind};
use crate::connectors::fault::FileFault;
use crate::connectors::kit::amount::Mark;
use crate::connectors::kit::sheet::{self, CellFault, Cells, Sheet};
use crate::connectors::kit::tally::Tally;
use deposits::Deposits;
use normalise::Booked;
use vocabulary::Meaning;
use wire::{FIELDS, Row, RowFault};

/// Rows that may wait for a row that names their order, or for one with a date.
const WAITING_MAX: usize = 64;

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
        mark: sheet.mark,
        currency: None,
        date: None,
        tally: Tally::default(),
        deposits: Deposits::default(),
        undated: Vec::new(),
        named: None,
        waiting: Vec::new(),
    };
    while let Some(cells) = sheet.next_row()? {
        reader.take(&cells)?;
    }
    reader.finish()
}

struct Reader<'a> {
    ctx: &'a ReadCtx,
    emit: Emit<'a>,
    mark: Mark,
    /// Of the row before, for one that names none.
    currency: Option<Currency>,
    date: Option<(Day, Instant)>,
    tally: Tally,
    deposits: Deposits,
    /// The file's first rows, until one bears a date.
    undated: Vec<Row>,
    /// The order that a row named last, and its day.
    named: Option<(String, Day)>,
    /// Rows of an item sold whose order is not known yet.
    waiting: Vec<(Row, Day, Instant)>,
}

impl Reader<'_> {
    fn take(&mut self, cells: &Cells<'_>) -> Result<(), FileFault> {
        let mut row = match Row::read(cells, self.ctx, self.currency) {
            Ok(row) => row,
            Err(RowFault { cell, unknown }) => {
                if let Some((kind, name)) = unknown {
                    (self.emit)(Found::Unknown { row: cells.line, kind, name })?;
                }
                return (self.emit)(Found::Refused(cells.refuse(cell)));
            }
        };
        self.currency = Some(row.currency);
        self.date = row.day.zip(row.at).or(self.date);
        if self.date.is_none() || row.net_minor == 0 {
            row.raw = cells.raw();
        }
        let Some((day, at)) = self.date else {
            self.undated.push(row);
            if self.undated.len() > WAITING_MAX {
                return Err(FileFault::broken(
                    "The statement's rows bear no dates. Download it again; nothing was taken in.",
                ));
            }
            return Ok(());
        };
        for early in std::mem::take(&mut self.undated) {
            self.place(early, (day, at))?;
        }
        self.place(row, (day, at))
    }

    /// A row that names no order but an item sold belongs to the order that the rows before and
    /// behind it name alike, on the same day.
    fn place(&mut self, row: Row, (day, at): (Day, Instant)) -> Result<(), FileFault> {
        let order =
            vocabulary::find_order(&row.info).or_else(|| vocabulary::find_order(&row.title));
        match order.map(str::to_owned) {
            Some(order) => {
                let here = (order, day);
                let owner = (self.named.as_ref() == Some(&here)).then(|| here.0.clone());
                self.release(owner.as_deref())?;
                self.book(&row, (day, at), Some(&here.0))?;
                self.named = Some(here);
                Ok(())
            }
            None if vocabulary::find_transaction(&row.info).is_some() => {
                self.waiting.push((row, day, at));
                if self.waiting.len() > WAITING_MAX { self.release(None) } else { Ok(()) }
            }
            None => self.book(&row, (day, at), None),
        }
    }

    fn release(&mut self, owner: Option<&str>) -> Result<(), FileFault> {
        let day_named = self.named.as_ref().map(|(_, day)| *day);
        for (row, day, at) in std::mem::take(&mut self.waiting) {
            let owner = owner.filter(|_| Some(day) == day_named);
            self.book(&row, (day, at), owner)?;
        }
        Ok(())
    }

    fn book(
        &mut self,
        row: &Row,
        (day, at): (Day, Instant),
        order: Option<&str>,
    ) -> Result<(), FileFault> {
        let meaning = vocabulary::find(&row.kind, &row.title);
        if meaning == Meaning::Deposit && row.net_minor == 0 {
            return self.book_deposit(row, day);
        }
        // Two items of one order are told by their own numbers, not by the order's.
        let named = vocabulary::find_transaction(&row.info).or(order).unwrap_or(&row.info);
        let key = format!("{day}/{}/{named}/{}", meaning.kind(), row.net_minor);
        let key = self.tally.key(key);
        match &meaning {
            Meaning::Unknown(kind, name) => self.tell(row, *kind, name)?,
            Meaning::Sale | Meaning::Refund if order.is_none() => {
                self.tell(row, UnknownKind::Transaction, &row.title)?;
            }
            _ => {}
        }
        self.deposits.add(row, day, &meaning);
        let booked = Booked { row, day, at, meaning: &meaning, order, key };
        match normalise::normalise(booked) {
            Some(record) => (self.emit)(Found::Records { row: row.line, records: vec![record] }),
            None => Ok(()),
        }
    }

    fn tell(&mut self, row: &Row, kind: UnknownKind, name: &str) -> Result<(), FileFault> {
        (self.emit)(Found::Unknown { row: row.line, kind, name: name.to_owned() })
    }

    fn book_deposit(&mut self, row: &Row, day: Day) -> Result<(), FileFault> {
        let found = deposits::amount_in(&row.title, self.mark, row.currency)
            .or_else(|| deposits::amount_in(&row.info, self.mark, row.currency));
        let Some(minor) = found else {
            let fault = CellFault::new(wire::TITLE, "The deposit's amount is not in its title.");
            return self.refuse(row, fault);
        };
        let id = self.tally.key(format!("{day}/deposit/{minor}"));
        self.deposits.state(row, day, (id, minor));
        Ok(())
    }

    fn refuse(&mut self, row: &Row, fault: CellFault) -> Result<(), FileFault> {
        (self.emit)(Found::Refused(Refusal {
            row: row.line,
            column: FIELDS[fault.field].names[0].to_owned(),
            reason: fault.reason,
            raw: row.raw.clone(),
        }))
    }

    fn finish(mut self) -> Result<(), FileFault> {
        self.release(None)?;
        for row in std::mem::take(&mut self.undated) {
            let fault = CellFault::new(wire::DATE, "No row of the file bears a date.");
            self.refuse(&row, fault)?;
        }
        self.deposits.emit(self.emit)
    }
}
