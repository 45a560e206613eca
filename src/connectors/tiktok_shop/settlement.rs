//! TikTok Shop's settlement ("Order details" of a statement): told by its header, each statement
//! in it taken in whole or not at all. A statement cannot be trusted before all its rows were read,
//! so memory holds those of the statements that were met last, up to `HELD_MAX` rows.

mod normalise;
mod vocabulary;
mod wire;

use std::collections::{BTreeMap, HashSet};
use std::io::BufRead;

use self::vocabulary::RowKind;
use self::wire::{Entry, FIELDS, Layout};
use crate::base::Currency;
use crate::connectors::contract::{Emit, Found, Head, Match, ReadCtx, Refusal, UnknownKind};
use crate::connectors::fault::FileFault;
use crate::connectors::kit::sheet::{self, Sheet};

/// Rows that are held in memory; beyond that the statements that were met longest ago are handed
/// out.
const HELD_MAX: usize = if cfg!(test) { 12 } else { 100_000 };
/// Rows that one statement may have.
const STATEMENT_ROWS_MAX: usize = 500_000;

/// A statement: its id or day, and the currency of its rows.
type Key = (String, Option<Currency>);

#[derive(Default)]
struct Statement {
    entries: Vec<Entry>,
    /// The first fault found; nothing is read of a statement that has one.
    fault: Option<Refusal>,
    /// The file's row that was read of it last.
    touched: u64,
}

pub fn recognises(head: &Head<'_>) -> Match {
    sheet::recognise(head, &FIELDS)
}

/// # Errors
/// `NotThisFormat` for another header, `Broken` for a statement beyond `STATEMENT_ROWS_MAX`, or one
/// whose rows stand further apart than can be held.
pub fn read(source: &mut dyn BufRead, ctx: &ReadCtx, emit: Emit<'_>) -> Result<(), FileFault> {
    let mut sheet = Sheet::open(source, &FIELDS)?;
    let layout = Layout::of(&sheet, ctx);
    for name in &layout.unknown {
        let name = name.clone();
        emit(Found::Unknown { row: 1, kind: UnknownKind::Column, name })?;
    }
    let mut statements: BTreeMap<Key, Statement> = BTreeMap::new();
    let mut done: HashSet<Key> = HashSet::new();
    let (mut rows, mut held) = (0, 0);
    while let Some(cells) = sheet.next_row()? {
        rows += 1;
        if rows == 1 && wire::is_description(&cells) {
            continue;
        }
        let key = layout.find_key(&cells);
        if done.contains(&key) {
            return Err(FileFault::broken(format!(
                "At line {} the statement {} goes on far behind its other rows. Nothing of the \
                 file was taken in. Sort it by statement, or export fewer days at a time.",
                cells.line, key.0
            )));
        }
        let statement = statements.entry(key).or_default();
        statement.touched = rows;
        match layout.read(&cells) {
            Ok(entry) => {
                statement.entries.push(entry);
                held += 1;
            }
            Err(fault) => {
                if let Some(name) = cells.find_strange_currency(wire::column::CURRENCY) {
                    let (row, kind) = (cells.line, UnknownKind::Currency);
                    emit(Found::Unknown { row, kind, name })?;
                }
                statement.fault.get_or_insert_with(|| {
                    let mut refusal = cells.refuse(fault);
                    refusal.reason =
                        format!("{} Nothing of its statement was taken in.", refusal.reason);
                    refusal
                });
            }
        }
        if statement.entries.len() > STATEMENT_ROWS_MAX {
            return Err(FileFault::broken(format!(
                "A statement has more than {STATEMENT_ROWS_MAX} rows, which is the most that is \
                 read of one. Nothing of the file was taken in. Export fewer days at a time."
            )));
        }
        if held > HELD_MAX && statements.len() > 1 {
            let mut keys: Vec<(u64, Key)> =
                statements.iter().map(|(key, it)| (it.touched, key.clone())).collect();
            keys.sort_unstable();
            // The one that was met last may go on.
            keys.pop();
            for (_, key) in keys {
                if held <= HELD_MAX / 2 {
                    break;
                }
                let Some(statement) = statements.remove(&key) else { continue };
                held -= statement.entries.len();
                done.insert(key.clone());
                hand_out(&layout, key, statement, emit)?;
            }
        }
    }
    for ((id, currency), statement) in statements {
        hand_out(&layout, (id, currency), statement, emit)?;
    }
    Ok(())
}

fn hand_out(
    layout: &Layout,
    (id, currency): Key,
    statement: Statement,
    emit: Emit<'_>,
) -> Result<(), FileFault> {
    if let Some(refusal) = statement.fault {
        return emit(Found::Refused(refusal));
    }
    let (Some(currency), Some(first)) = (currency, statement.entries.first()) else {
        return Ok(());
    };
    let row = first.line;
    for entry in &statement.entries {
        let row = entry.line;
        if entry.kind == RowKind::Unknown {
            let name = entry.type_.clone();
            emit(Found::Unknown { row, kind: UnknownKind::Transaction, name })?;
        }
        for name in layout.strange_fees(entry) {
            emit(Found::Unknown { row, kind: UnknownKind::Fee, name: name.to_owned() })?;
        }
    }
    match normalise::read(layout, &id, currency, &statement.entries) {
        Ok(records) => emit(Found::Records { row, records }),
        Err((row, reason)) => {
            let (column, raw) = (FIELDS[wire::column::ID].names[0].to_owned(), String::new());
            emit(Found::Refused(Refusal { row, column, reason, raw }))
        }
    }
}

#[cfg(test)]
mod tests;
