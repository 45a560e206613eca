//! The All Orders report: its rows gathered into orders and handed out.
//!
//! An order stands on one row for each item. Amazon writes these one after the other, but files
//! that were sorted or put together may not, so orders wait for their rows: the last
//! `OPEN_MAX` of them, the file's beginning first. Memory holds those, and 16 bytes for each order
//! that was handed out.

mod fields;
mod order;
pub mod status;
pub mod tax;

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::BufRead;

use super::marketplace;
use super::rows::Told;
use crate::connectors::contract::{Emit, Found, Head, Match, ReadCtx, Refusal};
use crate::connectors::fault::FileFault;
use crate::connectors::kit::csv::KeptRow;
use crate::connectors::kit::sheet::{self, CellFault, Cells, Sheet};
use crate::connectors::kit::when::DayOrder;
use crate::domain::record::Record;
use fields::{CHANNEL, FIELDS, ITEM, ORDER, SKU, TAX, UPDATED};
use order::Around;

/// Orders that wait for further rows.
const OPEN_MAX: usize = 20_000;

pub fn recognises(head: &Head<'_>) -> Match {
    sheet::recognise(head, &FIELDS)
}

/// # Errors
/// `NotThisFormat` for another header, and what `emit` returns.
pub fn read(source: &mut dyn BufRead, ctx: &ReadCtx, emit: Emit<'_>) -> Result<(), FileFault> {
    let mut sheet = Sheet::open(source, &FIELDS)?;
    sheet.tell_unknown_columns(emit)?;
    let mut open = Open::default();
    let mut beside = Beside::default();
    while let Some(cells) = sheet.next_row()? {
        let id = cells.text(ORDER);
        if marketplace::is_mcf(&cells.text(CHANNEL), &id) {
            beside.count_shipped(cells.line, &id);
            continue;
        }
        beside.learn_tax(&cells);
        let (number, row) = (number_of(&id), cells.keep_row());
        if open.closed.contains(&number) {
            emit(Found::Refused(late(&cells)))?;
        } else if let Some(rows) = open.take(number, row) {
            hand_out(&sheet, &rows, (ctx, &beside), emit)?;
        }
    }
    while let Some(rows) = open.pop() {
        hand_out(&sheet, &rows, (ctx, &beside), emit)?;
    }
    beside.emit(emit)
}

fn number_of(id: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}

/// Orders whose rows may still come, in the order of their first rows.
#[derive(Default)]
struct Open {
    orders: VecDeque<(u64, Vec<KeptRow>)>,
    /// Where an order stands, counted from the first that was ever opened.
    places: HashMap<u64, usize>,
    popped: usize,
    closed: HashSet<u64>,
}

impl Open {
    /// Adds a row; gives the rows of the order that must make room.
    fn take(&mut self, number: u64, row: KeptRow) -> Option<Vec<KeptRow>> {
        let next = self.popped + self.orders.len();
        let place = *self.places.entry(number).or_insert(next);
        match self.orders.get_mut(place - self.popped) {
            Some((_, rows)) => rows.push(row),
            None => self.orders.push_back((number, vec![row])),
        }
        if self.orders.len() > OPEN_MAX { self.pop() } else { None }
    }

    fn pop(&mut self) -> Option<Vec<KeptRow>> {
        let (number, rows) = self.orders.pop_front()?;
        self.places.remove(&number);
        self.popped += 1;
        self.closed.insert(number);
        Some(rows)
    }
}

/// A row whose order has been handed out already: alone it would take the order's place.
fn late(cells: &Cells<'_>) -> Refusal {
    let reason = format!(
        "The other rows of order {} stand far away in the file, and it was taken in without this \
         one. Sort the file by amazon-order-id and import it again.",
        cells.text(ORDER)
    );
    Refusal { raw: String::new(), ..cells.refuse(CellFault::new(ORDER, reason)) }
}

/// What is known of the file as a whole.
#[derive(Default)]
struct Beside {
    /// Channels on which some sale's tax is told.
    taxed: HashSet<String>,
    /// Line of the first order that Amazon only shipped, and their number.
    shipped: Option<(u64, u64)>,
    last_shipped: String,
}

impl Beside {
    fn learn_tax(&mut self, cells: &Cells<'_>) {
        let tells = cells.text(TAX).bytes().any(|byte| (b'1'..=b'9').contains(&byte));
        if tells && !self.taxed.contains(cells.text(CHANNEL).as_ref()) {
            self.taxed.insert(cells.text(CHANNEL).into_owned());
        }
    }

    fn tells_tax(&self, channel: &str) -> bool {
        self.taxed.iter().any(|taxed| taxed.to_lowercase() == channel)
    }

    fn count_shipped(&mut self, line: u64, id: &str) {
        let (_, count) = self.shipped.get_or_insert((line, 0));
        if self.last_shipped != id {
            *count += 1;
            id.clone_into(&mut self.last_shipped);
        }
    }

    fn emit(self, emit: Emit<'_>) -> Result<(), FileFault> {
        let Some((row, count)) = self.shipped else { return Ok(()) };
        let what = format!(
            "Orders of other channels that Amazon only shipped ({count}) are no sales here and \
             were left out; what shipping them cost stands in the settlements."
        );
        emit(Found::Notice { row, what })
    }
}

fn hand_out(
    sheet: &Sheet<'_>,
    rows: &[KeptRow],
    (ctx, beside): (&ReadCtx, &Beside),
    emit: Emit<'_>,
) -> Result<(), FileFault> {
    let mut told = Told::default();
    let kept = newest(sheet, rows, ctx);
    let cells: Vec<Cells<'_>> = kept.iter().map(|row| sheet.cells(row)).collect();
    let Some(first) = cells.first() else { return Ok(()) };
    if kept.len() < rows.len() {
        let what = format!(
            "Order {} stands in the file more than once, as in exports that were put together; \
             its newest rows count.",
            first.text(ORDER)
        );
        told.notice(first.line, what);
    }
    let around = Around { ctx, tells_tax: &|channel| beside.tells_tax(channel) };
    let found = match order::read(&cells, &around, &mut told) {
        Ok(None) => return Ok(()),
        Ok(Some(order)) => {
            Found::Records { row: first.line, records: vec![Record::Order(Box::new(order))] }
        }
        Err((index, fault)) => {
            let at = cells.get(index).unwrap_or(first);
            let raw: Vec<String> = cells.iter().map(Cells::raw).collect();
            let reason = format!("Order {} was not taken in. {}", first.text(ORDER), fault.reason);
            let refusal = at.refuse(CellFault { reason, ..fault });
            Found::Refused(Refusal { raw: raw.join("\n"), ..refusal })
        }
    };
    emit(found)?;
    told.emit(emit)
}

/// Of an item that stands in several exports the newest rows. Rows one below the other are of one
/// export, and each is an item of its own, also where two are the same.
fn newest<'a>(sheet: &Sheet<'_>, rows: &'a [KeptRow], ctx: &ReadCtx) -> Vec<&'a KeptRow> {
    let in_one = rows.windows(2).all(|pair| pair[1].line == pair[0].line + 1);
    if in_one {
        return rows.iter().collect();
    }
    let mut export = 0;
    let mut best: HashMap<String, (Option<crate::base::Instant>, usize)> = HashMap::new();
    let mut places = Vec::with_capacity(rows.len());
    for (index, row) in rows.iter().enumerate() {
        export += usize::from(index > 0 && row.line != rows[index - 1].line + 1);
        let cells = sheet.cells(row);
        let item = cells.find(ITEM).filter(|id| id != "0").or_else(|| cells.find(SKU));
        let item = item.unwrap_or_default();
        let updated = cells.instant(UPDATED, (DayOrder::DayFirst, &ctx.zone)).ok().flatten();
        let known = best.entry(item.clone()).or_insert((updated, export));
        if updated >= known.0 {
            *known = (updated, export);
        }
        places.push((item, export));
    }
    let is_newest = |(item, export): &(String, usize)| {
        best.get(item).is_some_and(|(_, newest)| newest == export)
    };
    rows.iter().zip(&places).filter(|(_, place)| is_newest(place)).map(|(row, _)| row).collect()
}

#[cfg(test)]
mod tests;
