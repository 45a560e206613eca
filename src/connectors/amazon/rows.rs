//! What the reports of one row each share: the loop over their rows, what is told beside the
//! records, keys for rows that have none, fees finer than their currency.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::BufRead;

use crate::base::{Currency, Decimal};
use crate::connectors::contract::{Emit, Found, UnknownKind};
use crate::connectors::fault::FileFault;
use crate::connectors::kit::sheet::{CellFault, Cells, Field, Sheet};
use crate::domain::record::Record;

/// What a row tells beside its records.
#[derive(Default)]
pub struct Told {
    found: Vec<Found>,
}

impl Told {
    pub fn unknown(&mut self, row: u64, kind: UnknownKind, name: impl Into<String>) {
        self.found.push(Found::Unknown { row, kind, name: name.into() });
    }

    pub fn notice(&mut self, row: u64, what: impl Into<String>) {
        self.found.push(Found::Notice { row, what: what.into() });
    }

    /// The row's currency; `None` where the cell is empty.
    ///
    /// # Errors
    /// A code that is no currency's: without it no amount of the row can be read.
    pub fn currency(
        &mut self,
        cells: &Cells<'_>,
        field: usize,
    ) -> Result<Option<Currency>, CellFault> {
        cells.currency(field).inspect_err(|_| {
            self.unknown(cells.line, UnknownKind::Currency, cells.text(field).into_owned());
        })
    }

    /// # Errors
    /// What `emit` returns.
    pub fn emit(&mut self, emit: Emit<'_>) -> Result<(), FileFault> {
        self.found.drain(..).try_for_each(emit)
    }
}

/// Reads a report in which each row stands for itself.
///
/// # Errors
/// `NotThisFormat` for another header, and what `emit` returns.
pub fn read(
    source: &mut dyn BufRead,
    fields: &'static [Field],
    emit: Emit<'_>,
    mut records: impl FnMut(&Cells<'_>, &mut Told) -> Result<Vec<Record>, CellFault>,
) -> Result<(), FileFault> {
    let mut sheet = Sheet::open(source, fields)?;
    sheet.tell_unknown_columns(emit)?;
    let mut told = Told::default();
    while let Some(cells) = sheet.next_row()? {
        let row = cells.line;
        let read = check_whole(&cells).and_then(|()| records(&cells, &mut told));
        let found = match read {
            Ok(records) if records.is_empty() => None,
            Ok(records) => Some(Found::Records { row, records }),
            Err(fault) => Some(Found::Refused(cells.refuse(fault))),
        };
        found.into_iter().try_for_each(&mut *emit)?;
        told.emit(emit)?;
    }
    Ok(())
}

/// # Errors
/// A row that ends before what must be read of it.
pub fn check_whole(cells: &Cells<'_>) -> Result<(), CellFault> {
    if !cells.is_cut() {
        return Ok(());
    }
    let reason = format!(
        "The row ends after {} cells: the file was cut off or changed after the download. \
         Download it again.",
        cells.cells()
    );
    Err(CellFault::new(0, reason))
}

/// Numbers rows that a report gives no name of their own, so that the same report makes the same
/// keys again. Memory grows by 16 bytes for each different row.
#[derive(Default)]
pub struct Numbers {
    seen: HashMap<u64, u32>,
}

impl Numbers {
    /// The key itself for its first row, then `key#2`, `key#3`.
    pub fn key(&mut self, key: String) -> String {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        let times = self.seen.entry(hasher.finish()).or_default();
        *times += 1;
        if *times == 1 { key } else { format!("{key}#{times}") }
    }
}

/// Fees with more digits than their currency: each row gets what the sum so far has grown by in
/// whole minor units, so that nothing is lost of many small ones.
#[derive(Default)]
pub struct Fractions {
    sums: HashMap<Currency, (Decimal, i64)>,
}

impl Fractions {
    /// The amount of a row in minor units; `None` where it is no decimal that can be added.
    pub fn minor(&mut self, text: &str, currency: Currency) -> Option<i64> {
        let (sum, booked_minor) = self.sums.entry(currency).or_insert((Decimal::ZERO, 0));
        let next = sum.checked_add(Decimal::parse(text).ok()?)?;
        let so_far = next.to_minor(currency.digits())?;
        *sum = next;
        let minor = so_far - *booked_minor;
        *booked_minor = so_far;
        Some(minor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_alike_have_keys_of_their_own() {
        let mut numbers = Numbers::default();
        let keys: Vec<String> =
            ["a", "b", "a", "a"].iter().map(|key| numbers.key((*key).to_owned())).collect();
        assert_eq!(keys, ["a", "b", "a#2", "a#3"]);
    }

    #[test]
    fn many_small_fees_add_up_to_their_sum() {
        let mut fractions = Fractions::default();
        let minors: Vec<i64> =
            (0..10).filter_map(|_| fractions.minor("0.0034", Currency::EUR)).collect();
        assert_eq!(minors.iter().sum::<i64>(), 3, "0.034 is 3 cents: {minors:?}");
        assert_eq!(fractions.minor("17.35", Currency::parse("GBP").unwrap()), Some(1_735));
        assert_eq!(fractions.minor("free", Currency::EUR), None);
    }
}
