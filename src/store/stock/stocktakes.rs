//! A stocktake as it goes: what was counted so far, by whoever counts, until all of it is entered.

use rusqlite::{Connection, OptionalExtension, params};

use crate::base::Instant;
use crate::base::id::{LocationId, LotId, StockActionId, StocktakeId, UserId, VariantId};
use crate::store::{StoreError, Tx};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stocktake {
    pub id: StocktakeId,
    pub location: LocationId,
    pub note: String,
    pub began_at: Instant,
    pub is_open: bool,
    pub action: Option<StockActionId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountedLine {
    pub variant: VariantId,
    pub lot: Option<LotId>,
    pub units: i64,
    /// What the count before said.
    pub former_units: Option<i64>,
    pub counted_at: Instant,
}

pub fn insert_stocktake(
    tx: &Tx<'_>,
    location: LocationId,
    (note, user): (&str, Option<UserId>),
) -> Result<StocktakeId, StoreError> {
    tx.conn()
        .prepare_cached(
            "insert into stocktakes (location_id, note, began_at, user_id) values (?, ?, ?, ?)",
        )?
        .execute(params![location, note, tx.now, user])?;
    Ok(StocktakeId(tx.conn().last_insert_rowid()))
}

pub fn find_stocktake(conn: &Connection, id: StocktakeId) -> Result<Option<Stocktake>, StoreError> {
    let found = conn
        .prepare_cached(
            "select id, location_id, note, began_at, state = 'open', action_id
             from stocktakes where id = ?",
        )?
        .query_row([id], |row| {
            Ok(Stocktake {
                id: row.get(0)?,
                location: row.get(1)?,
                note: row.get(2)?,
                began_at: row.get(3)?,
                is_open: row.get(4)?,
                action: row.get(5)?,
            })
        })
        .optional()?;
    Ok(found)
}

/// Writes what was counted in place of what stood there. `more` is added to it: a scan is one.
pub fn upsert_line(
    tx: &Tx<'_>,
    id: StocktakeId,
    (variant, lot): (VariantId, Option<LotId>),
    (units, more): (i64, bool),
) -> Result<(), StoreError> {
    let lot = lot.map_or(0, |lot| lot.0);
    tx.conn()
        .prepare_cached(
            "insert into stocktake_lines (stocktake_id, variant_id, lot_id, units, counted_at)
             values (?1, ?2, ?3, ?4, ?6)
             on conflict (stocktake_id, variant_id, lot_id) do update set
                former_units = case when ?5 then former_units else units end,
                units = case when ?5 then units + ?4 else ?4 end, counted_at = ?6",
        )?
        .execute(params![id, variant, lot, units, more, tx.now])?;
    Ok(())
}

pub fn delete_line(
    tx: &Tx<'_>,
    id: StocktakeId,
    (variant, lot): (VariantId, Option<LotId>),
) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached(
            "delete from stocktake_lines
             where stocktake_id = ? and variant_id = ? and lot_id = ?",
        )?
        .execute(params![id, variant, lot.map_or(0, |lot| lot.0)])?;
    Ok(())
}

/// What was counted, the latest first.
pub fn list_lines(conn: &Connection, id: StocktakeId) -> Result<Vec<CountedLine>, StoreError> {
    let mut statement = conn.prepare_cached(
        "select variant_id, nullif(lot_id, 0), units, former_units, counted_at
         from stocktake_lines where stocktake_id = ?
         order by counted_at desc, variant_id, lot_id",
    )?;
    let rows = statement.query_map([id], |row| {
        Ok(CountedLine {
            variant: row.get(0)?,
            lot: row.get(1)?,
            units: row.get(2)?,
            former_units: row.get(3)?,
            counted_at: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Ends a stocktake: entered by an action, or dropped.
pub fn end_stocktake(
    tx: &Tx<'_>,
    id: StocktakeId,
    action: Option<StockActionId>,
) -> Result<(), StoreError> {
    let state = if action.is_some() { "entered" } else { "dropped" };
    tx.conn()
        .prepare_cached(
            "update stocktakes set state = ?, ended_at = ?, action_id = ? where id = ?",
        )?
        .execute(params![state, tx.now, action, id])?;
    Ok(())
}
