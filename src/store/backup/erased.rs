//! What was erased since a backup was made must not come back with it: the orders whose buyers are
//! forgotten in the live data are forgotten in the copy too, and what is still to be carried out
//! goes over as it is.

use rusqlite::{OptionalExtension, params};

use crate::base::id::{OrderId, RequestId};
use crate::store::privacy::{self, Kind, Outcome};
use crate::store::{Db, Lane, Reader, StoreError, Tx, register};

/// Orders that go through the writer at once.
const ORDERS_AT_ONCE: usize = 500;

struct OpenRequest {
    id: i64,
    account: Option<i64>,
    account_name: String,
    platform: String,
    store: Option<i64>,
    kind: String,
    received_at: i64,
    due_at: i64,
    marks: Vec<(Vec<u8>, i64)>,
    named: Vec<String>,
}

/// Erases in the copy what was erased in the live data. Gives how many orders that touched.
///
/// # Errors
/// `StoreError` of either database.
pub fn carry_over(live: &Db, copy: &Db) -> Result<i64, StoreError> {
    let forgotten = live.read(list_forgotten)?;
    let open = live.read(list_open)?;
    for request in &open {
        copy.write_local(Lane::Background, |tx| insert_open(tx, request))?;
    }
    let mut erased = 0;
    for orders in forgotten.chunks(ORDERS_AT_ONCE) {
        erased += copy.write_local(Lane::Background, |tx| forget(tx, orders))?;
    }
    let marks = live.read(register::list_marks)?;
    erased += copy.write_local(Lane::Background, |tx| {
        register::insert_marks(tx, &marks)?;
        register::erase_again(tx)
    })?;
    Ok(erased)
}

/// By store and the platform's own key; the store by its number, which both share.
fn list_forgotten(reader: &Reader<'_>) -> Result<Vec<(i64, String)>, StoreError> {
    let mut statement = reader.conn().prepare(
        "select orders.store_id, orders.external_id
         from orders_forgotten join orders on orders.id = orders_forgotten.order_id
         order by orders.id",
    )?;
    Ok(statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?)
}

fn forget(tx: &Tx<'_>, orders: &[(i64, String)]) -> Result<i64, StoreError> {
    let mut found = Vec::new();
    for (store, external_id) in orders {
        let sql = "select id from orders where store_id = ? and external_id = ?
             and id not in (select order_id from orders_forgotten)";
        let mut statement = tx.conn().prepare_cached(sql)?;
        let id: Option<OrderId> =
            statement.query_row(params![store, external_id], |row| row.get(0)).optional()?;
        found.extend(id);
    }
    if found.is_empty() {
        return Ok(0);
    }
    tx.conn().execute(
        "insert into privacy_requests
            (account_id, account_name, platform, store_id, kind, received_at, due_at)
         values (null, 'restored', '', null, ?1, ?2, ?2)",
        params![Kind::Forget.name(), tx.now],
    )?;
    let request = RequestId(tx.conn().last_insert_rowid());
    privacy::forget_orders(tx, request, &found)?;
    let buyers = list_unborne(tx, request)?;
    privacy::blur_buyers(tx, &buyers)?;
    privacy::finish(tx, request, Outcome::Done)?;
    Ok(found.len() as i64)
}

fn list_unborne(
    tx: &Tx<'_>,
    request: RequestId,
) -> Result<Vec<crate::base::id::CustomerId>, StoreError> {
    privacy::list_unborne_in(tx.conn(), request)
}

fn list_open(reader: &Reader<'_>) -> Result<Vec<OpenRequest>, StoreError> {
    let mut statement = reader.conn().prepare(
        "select id, account_id, account_name, platform, store_id, kind, received_at, due_at
         from privacy_requests where done_at is null and kind <> 'tell' order by id",
    )?;
    let mut requests = statement
        .query_map([], |row| {
            Ok(OpenRequest {
                id: row.get(0)?,
                account: row.get(1)?,
                account_name: row.get(2)?,
                platform: row.get(3)?,
                store: row.get(4)?,
                kind: row.get(5)?,
                received_at: row.get(6)?,
                due_at: row.get(7)?,
                marks: Vec::new(),
                named: Vec::new(),
            })
        })?
        .collect::<Result<Vec<_>, _>>()?;
    let mut marks = reader
        .conn()
        .prepare("select hash, named from privacy_marks where request_id = ? order by hash")?;
    let mut named = reader.conn().prepare(
        "select external_id from privacy_named where request_id = ? order by external_id",
    )?;
    for request in &mut requests {
        request.marks = marks
            .query_map([request.id], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        request.named =
            named.query_map([request.id], |row| row.get(0))?.collect::<Result<_, _>>()?;
    }
    Ok(requests)
}

fn insert_open(tx: &Tx<'_>, request: &OpenRequest) -> Result<(), StoreError> {
    let is_known: bool = tx.conn().query_row(
        "select exists (select 1 from privacy_requests
            where received_at = ?1 and account_name = ?2 and kind = ?3)",
        params![request.received_at, request.account_name, request.kind],
        |row| row.get(0),
    )?;
    if is_known {
        return Ok(());
    }
    tx.conn().execute(
        "insert into privacy_requests
            (account_id, account_name, platform, store_id, kind, received_at, due_at)
         values ((select id from accounts where id = ?1), ?2, ?3,
            (select id from stores where id = ?4), ?5, ?6, ?7)",
        params![
            request.account,
            request.account_name,
            request.platform,
            request.store,
            request.kind,
            request.received_at,
            request.due_at
        ],
    )?;
    let id = tx.conn().last_insert_rowid();
    for (hash, named) in &request.marks {
        tx.conn().execute(
            "insert into privacy_marks (request_id, hash, named) values (?, ?, ?)",
            params![id, hash, named],
        )?;
    }
    for external_id in &request.named {
        tx.conn().execute(
            "insert into privacy_named (request_id, external_id) values (?, ?)",
            params![id, external_id],
        )?;
    }
    Ok(())
}
