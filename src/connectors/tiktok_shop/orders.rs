//! TikTok Shop's orders export: recognises it, groups its rows into orders, and hands them out.
//!
//! An order stands on a row for each of its SKUs, its own amounts repeated on each. One whose rows
//! do not add up to its amount waits until the end of the file for rows that were sorted apart;
//! refunded ones wait too, because a refund without a day is dated at the export's last known one.
//! Memory holds those, not the file.

mod normalise;
mod wire;
mod words;

use std::collections::BTreeMap;
use std::io::{BufRead, Cursor, Read};

use self::normalise::{Normalised, Problem, Reading};
use self::wire::column::{AMOUNT, CANCELLED, CREATED, CURRENCY, DELIVERED, ORDER, PAID, QUANTITY};
use self::wire::{FIELDS, Row};
use crate::base::Instant;
use crate::connectors::contract::{Emit, Found, Head, Match, ReadCtx, Refusal, UnknownKind};
use crate::connectors::fault::FileFault;
use crate::connectors::kit::sheet::{self, Sheet};
use crate::domain::record::order::AMOUNT_ONLY_REFUND;
use crate::domain::record::{Order, Record};

/// Bytes of a header that are looked at.
const HEADER_BYTES_MAX: u64 = 64 * 1024;

pub fn recognises(head: &Head<'_>) -> Match {
    sheet::recognise(head, &FIELDS)
}

/// # Errors
/// `NotThisFormat` for another header, `Broken` where no currency is known.
pub fn read(source: &mut dyn BufRead, ctx: &ReadCtx, emit: Emit<'_>) -> Result<(), FileFault> {
    let mut source = straighten(source)?;
    let mut sheet = Sheet::open(&mut *source, &FIELDS)?;
    if ctx.currency.is_none() && !sheet.has(CURRENCY) {
        return Err(FileFault::broken(
            "The export does not say in which currency its amounts are. Nothing was changed. Name \
             it with --currency.",
        ));
    }
    sheet.tell_unknown_columns(emit)?;
    let reading = Reading { ctx, mark: sheet.mark, has_paid: sheet.has(PAID) };
    let mut reader = Reader {
        reading,
        emit,
        group: Vec::new(),
        waiting: BTreeMap::new(),
        refunded: Vec::new(),
        latest: None,
    };
    let mut is_first = true;
    while let Some(cells) = sheet.next_row()? {
        let row = Row::of(&cells);
        if std::mem::replace(&mut is_first, false) && is_description(&row) {
            continue;
        }
        reader.take(row)?;
    }
    reader.finish()
}

/// A header with commas above rows with tabs, as one version of the export had it: the header is
/// brought into the rows' form.
fn straighten<'a>(source: &'a mut dyn BufRead) -> Result<Box<dyn BufRead + 'a>, FileFault> {
    let mut header = Vec::new();
    (&mut *source).take(HEADER_BYTES_MAX).read_until(b'\n', &mut header)?;
    let next = source.fill_buf()?;
    let next = next.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |line: &[u8], wanted: u8| line.iter().filter(|byte| **byte == wanted).count();
    let commas = count(&header, b',');
    if commas > 0 && count(&header, b'\t') == 0 && count(next, b'\t') >= commas {
        header.iter_mut().filter(|byte| **byte == b',').for_each(|byte| *byte = b'\t');
    }
    Ok(Box::new(Cursor::new(header).chain(source)))
}

/// The line under the header that tells what each column means.
fn is_description(row: &Row) -> bool {
    let has_digit = |field| row.text(field).contains(|sign: char| sign.is_ascii_digit());
    !has_digit(ORDER) && !has_digit(QUANTITY) && !has_digit(AMOUNT)
}

struct Reader<'a> {
    reading: Reading<'a>,
    emit: Emit<'a>,
    /// The rows of the order being read.
    group: Vec<Row>,
    /// Orders whose rows do not add up, by their id.
    waiting: BTreeMap<String, Vec<Row>>,
    refunded: Vec<(u64, Order)>,
    /// The export's last known instant.
    latest: Option<Instant>,
}

impl Reader<'_> {
    fn take(&mut self, row: Row) -> Result<(), FileFault> {
        let same = self.group.first().is_some_and(|first| first.text(ORDER) == row.text(ORDER));
        if !same {
            self.close_group()?;
        }
        self.group.push(row);
        Ok(())
    }

    fn close_group(&mut self) -> Result<(), FileFault> {
        let rows = std::mem::take(&mut self.group);
        let Some(first) = rows.first() else { return Ok(()) };
        for field in [CREATED, PAID, DELIVERED, CANCELLED] {
            self.latest = self.latest.max(self.reading.instant(first, field).ok().flatten());
        }
        match normalise::normalise_order(&rows, &self.reading) {
            Ok(found) if found.rows_missing => {
                let waiting = self.waiting.entry(first.text(ORDER).to_owned()).or_default();
                for row in rows {
                    // The same row twice is two exports joined.
                    if !waiting.iter().any(|other| other.is_twin(&row)) {
                        waiting.push(row);
                    }
                }
                Ok(())
            }
            Ok(found) => {
                // Stray rows of an order that is whole elsewhere say nothing new.
                if let Some(waiting) = self.waiting.get_mut(first.text(ORDER)) {
                    waiting.retain(|row| !rows.iter().any(|other| other.is_twin(row)));
                    if waiting.is_empty() {
                        self.waiting.remove(first.text(ORDER));
                    }
                }
                self.accept(rows[0].line, found)
            }
            Err(problem) => self.refuse(&rows, problem),
        }
    }

    fn finish(mut self) -> Result<(), FileFault> {
        self.close_group()?;
        for rows in std::mem::take(&mut self.waiting).into_values() {
            match normalise::normalise_order(&rows, &self.reading) {
                Ok(mut found) => {
                    found.notices.extend(normalise::tell_rest(&rows[0], &found.order));
                    self.accept(rows[0].line, found)?;
                }
                Err(problem) => self.refuse(&rows, problem)?,
            }
        }
        for (row, mut order) in std::mem::take(&mut self.refunded) {
            for refund in order.refunds.iter_mut().filter(|it| it.id == AMOUNT_ONLY_REFUND) {
                refund.at = self.latest.unwrap_or(refund.at);
            }
            let records = vec![Record::Order(Box::new(order))];
            (self.emit)(Found::Records { row, records })?;
        }
        Ok(())
    }

    fn accept(&mut self, row: u64, found: Normalised) -> Result<(), FileFault> {
        for (row, what) in found.notices {
            (self.emit)(Found::Notice { row, what })?;
        }
        for (row, name) in found.unknown_states {
            (self.emit)(Found::Unknown { row, kind: UnknownKind::Status, name })?;
        }
        if found.order.refunds.iter().any(|refund| refund.id == AMOUNT_ONLY_REFUND) {
            self.refunded.push((row, found.order));
            return Ok(());
        }
        let records = vec![Record::Order(Box::new(found.order))];
        (self.emit)(Found::Records { row, records })
    }

    /// All rows of the order, as one: they stand or fall together.
    fn refuse(&mut self, rows: &[Row], problem: Problem) -> Result<(), FileFault> {
        if let Some(name) = problem.unknown_currency {
            let (row, kind) = (problem.line, UnknownKind::Currency);
            (self.emit)(Found::Unknown { row, kind, name })?;
        }
        let name = rows.first().map_or("", |row| row.text(ORDER));
        let raw: Vec<String> = rows.iter().map(Row::raw).collect();
        (self.emit)(Found::Refused(Refusal {
            row: problem.line,
            column: FIELDS[problem.field].names[0].to_owned(),
            reason: format!("Order {name} was not taken in: {}.", problem.reason),
            raw: raw.join("\n"),
        }))
    }
}

#[cfg(test)]
mod tests;
