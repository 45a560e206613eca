//! The settlement file: told by its header, read in every dialect, each settlement in it taken
//! in whole or not at all. Memory grows with the file, because a settlement cannot be trusted
//! before its rows have been added up.

use std::io::BufRead;

use super::encoding;
use super::normalise::{self, Reading};
use super::settlement::Gathered;
use super::wire::{ID, Layout};
use crate::connectors::contract::{Emit, Found, Head, Match, ReadCtx, Refusal, UnknownKind};
use crate::connectors::fault::FileFault;
use crate::connectors::kit::csv::{Dialect, Table};

/// Columns that both versions have, and no other report of Amazon.
const SIGNS: [&str; 4] = [ID, "deposit-date", "total-amount", "transaction-type"];

pub fn recognises(head: &Head<'_>) -> Match {
    // Where UTF-16 was not decoded, every other sign is a NUL.
    let text = head.text.replace('\0', "");
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let first = first.to_ascii_lowercase();
    let columns: Vec<&str> = first.split('\t').map(str::trim).collect();
    let has = |name: &&str| columns.iter().any(|column| column.ends_with(name));
    if SIGNS.iter().all(has) { Match::Yes } else { Match::No }
}

/// # Errors
/// `NotThisFormat` for another header, `Broken` for a file that cannot be trusted as a whole.
pub fn read(source: &mut dyn BufRead, ctx: &ReadCtx, emit: Emit<'_>) -> Result<(), FileFault> {
    let mut table = Table::open(encoding::open(source)?, Dialect::Tab)?;
    let mut layout = Layout::from_header(&table.header)?;
    let mut unknown = layout.unknown.clone();
    let mut gathered = Gathered::new(ctx.zone.clone());
    while let Some(row) = table.next_row()? {
        if layout.is_header(&row) {
            let names: Vec<String> = (0..row.cells()).map(|column| row.text(column)).collect();
            layout = Layout::from_header(&names)?;
            unknown.append(&mut layout.unknown.clone());
            continue;
        }
        gathered.take(&layout, &row)?;
    }
    gathered.check_marks()?;
    emit_all(gathered, unknown, emit)
}

fn emit_all(
    mut gathered: Gathered,
    mut unknown: Vec<String>,
    emit: Emit<'_>,
) -> Result<(), FileFault> {
    let settlements = std::mem::take(&mut gathered.settlements);
    if settlements.is_empty() {
        return Err(FileFault::broken(
            "The file has the header of a settlement and no rows. Download it again.",
        ));
    }
    let is_single = settlements.len() == 1;
    let mut noticed = false;
    for settlement in settlements {
        let row = settlement.row;
        let reading = normalise::read(&settlement, &gathered.names);
        drop(settlement);
        match reading {
            Err(refusal) if is_single => return Err(FileFault::broken(sentence(&refusal))),
            Err(refusal) => emit(Found::Refused(refusal))?,
            Ok(Reading { records, notices, unknowns }) => {
                emit(Found::Records { row, records })?;
                for (row, what) in notices {
                    emit(Found::Notice { row, what })?;
                }
                for (row, name) in unknowns {
                    emit(Found::Unknown { row, kind: UnknownKind::Fee, name })?;
                }
            }
        }
        if !std::mem::replace(&mut noticed, true) {
            unknown.sort();
            unknown.dedup();
            for name in unknown.drain(..) {
                emit(Found::Unknown { row: 1, kind: UnknownKind::Column, name })?;
            }
        }
    }
    Ok(())
}

/// A refusal as the reason why the whole file is refused.
fn sentence(refusal: &Refusal) -> String {
    let place = match refusal.column.as_str() {
        "" => format!("Line {}", refusal.row),
        column => format!("Line {}, {column}", refusal.row),
    };
    format!("{place}: {}. Nothing of the settlement was taken in.", refusal.reason)
}
