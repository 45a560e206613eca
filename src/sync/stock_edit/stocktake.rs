//! A stocktake: begun at a place, counted line by line by whoever counts, entered at once.

use super::{Acting, Doer, Done, find_place, refused};
use crate::base::id::{LotId, StocktakeId, VariantId};
use crate::store::stock::locations::upsert_lot;
use crate::store::stock::stocktakes::{self, Stocktake};
use crate::store::stock::variants::{self, find_variant};
use crate::store::{Lane, StoreError, Tx};
use crate::sync::ctx::Tools;

const UNITS_MAX: i64 = 1_000_000_000;

pub fn begin(tools: &Tools, place: &str, doer: &Doer) -> Result<StocktakeId, StoreError> {
    tools.db.write_local(Lane::Interactive, |tx| {
        let place = find_place(tx, place)?;
        stocktakes::insert_stocktake(tx, place.id, (doer.note.trim(), doer.user))
    })
}

fn find_open(tx: &Tx<'_>, id: StocktakeId) -> Result<Stocktake, StoreError> {
    match stocktakes::find_stocktake(tx.conn(), id)? {
        None => Err(StoreError::Missing),
        Some(take) if take.is_open => Ok(take),
        Some(_) => refused("This stocktake has ended; begin a new one."),
    }
}

/// How a scan counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counting {
    /// So many more.
    More(i64),
    /// So many in all, whatever was counted before.
    InAll(i64),
}

/// Counts what bears a code: a barcode, or else a SKU. Gives the SKU.
///
/// # Errors
/// `Refused` where nothing bears the code, or several products do.
pub fn put(
    tools: &Tools,
    (id, code, lot): (StocktakeId, &str, &str),
    counting: Counting,
) -> Result<String, StoreError> {
    tools.db.write_local(Lane::Interactive, |tx| {
        find_open(tx, id)?;
        let (units, more) = match counting {
            Counting::More(units) => (units, true),
            Counting::InAll(units) => (units, false),
        };
        if !(0..=UNITS_MAX).contains(&units) {
            return refused(format!("{units} is no number of units."));
        }
        let (variant, sku) = find_code(tx, code)?;
        let lot = match lot.trim() {
            "" => None,
            lot => Some(upsert_lot(tx, variant, (lot, None))?),
        };
        stocktakes::upsert_line(tx, id, (variant, lot), (units, more))?;
        Ok(sku)
    })
}

/// What bears a code.
fn find_code(tx: &Tx<'_>, code: &str) -> Result<(VariantId, String), StoreError> {
    let code = code.trim();
    let found = variants::list_by_barcode(tx.conn(), code)?;
    match found.as_slice() {
        [one] => return Ok(one.clone()),
        [] => {}
        _ => return refused(format!("Several products bear the barcode {code:?}; type the SKU.")),
    }
    if let Some(variant) = find_variant(tx.conn(), code)? {
        return Ok((variant, code.to_owned()));
    }
    if let [one] = variants::list_by_listed_barcode(tx.conn(), code)?.as_slice() {
        return Ok(one.clone());
    }
    refused(format!("No product bears {code:?}, as a barcode or a SKU."))
}

pub fn remove(
    tools: &Tools,
    id: StocktakeId,
    (variant, lot): (VariantId, Option<LotId>),
) -> Result<(), StoreError> {
    tools.db.write_local(Lane::Interactive, |tx| {
        find_open(tx, id)?;
        stocktakes::delete_line(tx, id, (variant, lot))
    })
}

/// Enters all lines as one action, each as of when it was counted.
///
/// # Errors
/// `Refused` where nothing was counted.
pub fn enter(tools: &Tools, id: StocktakeId, doer: &Doer) -> Result<Done, StoreError> {
    let done = tools.db.write_local(Lane::Interactive, |tx| {
        let take = find_open(tx, id)?;
        let lines = stocktakes::list_lines(tx.conn(), id)?;
        if lines.is_empty() {
            return refused("Nothing was counted yet.");
        }
        let mut acting = Acting::begin(tx, "stocktake", doer)?;
        for line in lines {
            let cell = (line.variant, take.location, line.lot);
            acting.count(cell, line.units, line.counted_at)?;
        }
        stocktakes::end_stocktake(tx, id, Some(acting.action))?;
        Ok(acting.done())
    })?;
    tools.signal.wake();
    Ok(done)
}

/// Ends a stocktake without entering anything.
pub fn drop_take(tools: &Tools, id: StocktakeId) -> Result<(), StoreError> {
    tools.db.write_local(Lane::Interactive, |tx| {
        find_open(tx, id)?;
        stocktakes::end_stocktake(tx, id, None)
    })
}
