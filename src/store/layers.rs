//! What lines drew of received layers: moves gathered from orders, draws folded from them
//! (`domain/profit/layers.rs`). Empty while the cost method is `dated`.

mod revalued;

use std::collections::{BTreeMap, HashMap};

use rusqlite::params;

use crate::base::id::{ImportId, OrderId, StoreId};
use crate::domain::profit::facts::Policy;
use crate::domain::profit::layers::landed::land;
use crate::domain::profit::layers::moves::moves_of;
use crate::domain::profit::layers::{
    CostMethod, Draw, Draws, Folded, Layer, LeafDraws, Move, OrderDraws, PlacedMove, fold,
};
use crate::domain::record::{LandedCost, Purchase};
use crate::store::{Reader, StoreError, Tx, purchases, stores, united};

pub use revalued::{Revalued, revalue};

pub fn find_method(reader: &Reader<'_>) -> Result<CostMethod, StoreError> {
    let name: String = reader
        .conn()
        .prepare_cached("select cost_method from organisation")?
        .query_row([], |row| row.get(0))?;
    Ok(CostMethod::parse(&name).unwrap_or(CostMethod::Dated))
}

fn overflow(_: crate::domain::profit::convert::Overflow) -> StoreError {
    StoreError::Internal("a purchase became too large to be kept exactly".to_owned())
}

/// All receipts, landed, by SKU.
pub fn list_layers(
    reader: &Reader<'_>,
    policy: &Policy,
) -> Result<HashMap<String, Vec<Layer>>, StoreError> {
    land_by_sku(&purchases::list_purchases(reader)?, &purchases::list_landed(reader)?, policy)
}

/// As `list_layers`, of purchases and landed costs that may be others than those stored.
///
/// # Errors
/// `Internal` where a value leaves its range.
pub fn land_by_sku(
    bought: &[(i64, Purchase)],
    landed: &[(i64, LandedCost)],
    policy: &Policy,
) -> Result<HashMap<String, Vec<Layer>>, StoreError> {
    let landed: Vec<LandedCost> = landed.iter().map(|(_, one)| one.clone()).collect();
    let mut by_sku: HashMap<String, Vec<Layer>> = HashMap::new();
    for layer in land(bought, &landed, policy.input_vat()).map_err(overflow)? {
        by_sku.entry(layer.sku.clone()).or_default().push(layer);
    }
    Ok(by_sku)
}

/// What every line of every order draws under a method, folded from the facts alone; nothing
/// under `dated`. For a preview of another method or policy, and to verify the books.
///
/// # Errors
/// `StoreError` of the database; `Internal` where a value leaves its range.
pub fn draw_all(
    reader: &Reader<'_>,
    policy: &Policy,
    method: CostMethod,
) -> Result<Draws, StoreError> {
    if method == CostMethod::Dated {
        return Ok(Draws::none());
    }
    let names: HashMap<StoreId, String> =
        stores::list_stores(reader)?.into_iter().map(|store| (store.id, store.name)).collect();
    let received = purchases::list_received_skus(reader)?;
    let mut statement =
        reader.conn().prepare("select id, store_id, external_id from orders order by id")?;
    let orders: Vec<(OrderId, StoreId, String)> = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    let mut by_sku: BTreeMap<String, Vec<PlacedMove<'_>>> = BTreeMap::new();
    for (id, store, external_id) in &orders {
        let Some(order) = united::find_united(reader, *id)?.order else { continue };
        let store = names.get(store).map_or("", String::as_str);
        for moved in moves_of(&order, store, policy, &|sku| received.contains(sku)) {
            let placed = PlacedMove { order: *id, store, external_id, moved };
            by_sku.entry(placed.moved.sku.clone()).or_default().push(placed);
        }
    }
    let layers = list_layers(reader, policy)?;
    let mut draws = Draws::new();
    for (sku, moves) in by_sku {
        let own = layers.get(&sku).map_or(&[][..], Vec::as_slice);
        for ((order, line), leaf) in fold(method, own, &moves).map_err(overflow)?.lines {
            draws.put(order, line, leaf);
        }
    }
    Ok(draws)
}

/// As the books hold them for the method in force; `Draws::of` gives what a `Booking` takes.
pub fn stored_draws(reader: &Reader<'_>) -> Result<Draws, StoreError> {
    if find_method(reader)? == CostMethod::Dated {
        return Ok(Draws::none());
    }
    let mut draws = Draws::new();
    let mut statement =
        reader.conn().prepare("select sku, units, body, order_id, line_no from line_draws")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        draws.put(row.get(3)?, row.get(4)?, leaf_from_row(row)?);
    }
    Ok(draws)
}

fn leaf_from_row(row: &rusqlite::Row<'_>) -> Result<LeafDraws, StoreError> {
    let body: String = row.get(2)?;
    let draws: Vec<Draw> =
        serde_json::from_str(&body).map_err(|fault| StoreError::Internal(fault.to_string()))?;
    Ok(LeafDraws { sku: row.get(0)?, units: row.get(1)?, draws })
}

/// What the lines of an order draw; `None` where the method is `dated`.
pub fn find_draws(
    reader: &Reader<'_>,
    method: CostMethod,
    order: OrderId,
) -> Result<Option<OrderDraws>, StoreError> {
    if method == CostMethod::Dated {
        return Ok(None);
    }
    let mut statement = reader.conn().prepare_cached(
        "select sku, units, body, line_no from line_draws where order_id = ?
         order by line_no, sku",
    )?;
    let mut rows = statement.query([order])?;
    let mut draws = OrderDraws::new();
    while let Some(row) = rows.next()? {
        draws.entry(row.get(3)?).or_default().push(leaf_from_row(row)?);
    }
    Ok(Some(draws))
}

/// The moves of an order as they were gathered last, in the order in which `sort_moves` puts any.
pub fn list_order_moves(reader: &Reader<'_>, order: OrderId) -> Result<Vec<Move>, StoreError> {
    let mut statement = reader.conn().prepare_cached(
        "select line_no, sku, part, at, day, units from line_moves where order_id = ?
         order by line_no, sku, part",
    )?;
    let rows = statement.query_map([order], move_from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn move_from_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Move> {
    Ok(Move {
        line: row.get(0)?,
        sku: row.get(1)?,
        part: row.get(2)?,
        at: row.get(3)?,
        day: row.get(4)?,
        units: row.get(5)?,
    })
}

pub fn sort_moves(moves: &mut [Move]) {
    moves.sort_by(|a, b| (a.line, &a.sku, a.part).cmp(&(b.line, &b.sku, b.part)));
}

pub fn replace_moves(tx: &Tx<'_>, order: OrderId, moves: &[Move]) -> Result<(), StoreError> {
    tx.conn().prepare_cached("delete from line_moves where order_id = ?")?.execute([order])?;
    let mut insert = tx.conn().prepare_cached(
        "insert into line_moves (order_id, line_no, sku, part, at, day, units)
         values (?, ?, ?, ?, ?, ?, ?)",
    )?;
    for one in moves {
        insert.execute(params![order, one.line, one.sku, one.part, one.at, one.day, one.units])?;
    }
    Ok(())
}

/// Folds one SKU from the moves that were gathered.
///
/// # Errors
/// `StoreError` of the database; `Internal` where a value leaves its range.
pub fn fold_sku(
    reader: &Reader<'_>,
    method: CostMethod,
    (sku, layers): (&str, &[Layer]),
) -> Result<Folded, StoreError> {
    let mut statement = reader.conn().prepare_cached(
        "select line_no, sku, part, at, day, units, order_id, stores.name, external_id
         from line_moves
         join orders on orders.id = order_id
         join stores on stores.id = store_id
         where sku = ?",
    )?;
    let rows: Vec<(Move, OrderId, String, String)> = statement
        .query_map([sku], |row| Ok((move_from_row(row)?, row.get(6)?, row.get(7)?, row.get(8)?)))?
        .collect::<Result<_, _>>()?;
    let placed: Vec<PlacedMove<'_>> = rows
        .iter()
        .map(|(moved, order, store, external_id)| PlacedMove {
            order: *order,
            store,
            external_id,
            moved: moved.clone(),
        })
        .collect();
    fold(method, layers, &placed).map_err(overflow)
}

/// What the books hold for a SKU: by order and line, the units and the text of its draws.
pub type Known = HashMap<(OrderId, i64), (i64, String)>;

pub fn list_known(reader: &Reader<'_>, sku: &str) -> Result<Known, StoreError> {
    let mut statement = reader
        .conn()
        .prepare_cached("select order_id, line_no, units, body from line_draws where sku = ?")?;
    let rows = statement
        .query_map([sku], |row| Ok(((row.get(0)?, row.get(1)?), (row.get(2)?, row.get(3)?))))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub fn draws_text(draws: &[Draw]) -> Result<String, StoreError> {
    serde_json::to_string(draws).map_err(|fault| StoreError::Internal(fault.to_string()))
}

pub fn upsert_draws(
    tx: &Tx<'_>,
    (order, line): (OrderId, i64),
    (sku, units, body): (&str, i64, &str),
) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached(
            "insert or replace into line_draws (order_id, line_no, sku, units, body)
             select ?1, ?2, ?3, ?4, ?5 where exists (select 1 from orders where id = ?1)",
        )?
        .execute(params![order, line, sku, units, body])?;
    Ok(())
}

pub fn delete_draws(
    tx: &Tx<'_>,
    (order, line): (OrderId, i64),
    sku: &str,
) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached("delete from line_draws where order_id = ? and line_no = ? and sku = ?")?
        .execute(params![order, line, sku])?;
    Ok(())
}

pub fn replace_left(
    tx: &Tx<'_>,
    sku: &str,
    left: impl Iterator<Item = (i64, i64)>,
) -> Result<(), StoreError> {
    tx.conn().prepare_cached("delete from layers_left where sku = ?")?.execute([sku])?;
    let mut insert = tx.conn().prepare_cached(
        "insert or replace into layers_left (purchase_id, sku, units) values (?, ?, ?)",
    )?;
    for (purchase, units) in left {
        insert.execute(params![purchase, sku, units])?;
    }
    Ok(())
}

/// Units left of each line of a receipt, by its number.
pub fn list_left(reader: &Reader<'_>) -> Result<HashMap<i64, i64>, StoreError> {
    let mut statement =
        reader.conn().prepare_cached("select purchase_id, units from layers_left")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// SKUs to fold again: each with its mark and the import that changed its receipts.
pub fn list_dirty(
    reader: &Reader<'_>,
    limit: i64,
) -> Result<Vec<(String, i64, Option<ImportId>)>, StoreError> {
    let mut statement = reader
        .conn()
        .prepare_cached("select sku, mark, import_id from dirty_skus order by sku limit ?")?;
    let rows = statement.query_map([limit], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Clears a mark unless a later change set it again.
pub fn clear_dirty(tx: &Tx<'_>, sku: &str, mark: i64) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached("delete from dirty_skus where sku = ? and mark = ?")?
        .execute(params![sku, mark])?;
    Ok(())
}

/// Whether anything is kept that `dated` has no need of.
pub fn is_any(reader: &Reader<'_>) -> Result<bool, StoreError> {
    Ok(reader
        .conn()
        .prepare_cached(
            "select exists (select 1 from line_moves) or exists (select 1 from line_draws)
                or exists (select 1 from layers_left) or exists (select 1 from dirty_skus)",
        )?
        .query_row([], |row| row.get(0))?)
}

pub fn delete_all(tx: &Tx<'_>) -> Result<(), StoreError> {
    for table in ["line_moves", "line_draws", "layers_left", "dirty_skus"] {
        tx.conn().execute(&format!("delete from {table}"), [])?;
    }
    Ok(())
}
