//! What one unit sold under a SKU in a store is, where links say that it is another product or
//! several units of one. Derived of links and listings, and what the books are made with: so a
//! change of it marks the orders that it touches. Where listings of one SKU are linked differently,
//! nobody can tell by the SKU, and there is none.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};

use crate::base::id::StoreId;
use crate::store::{Reader, StoreError, Tx};

/// A SKU in a store, and what it is: a variant, and how many units of it.
pub type Parts = BTreeMap<(StoreId, String), (String, i64)>;

/// What links and listings come to. A link to nothing is none: what such a listing costs is said
/// by its own SKU.
const WANTED: &str = "
    with borne as (
        select c.store_id, c.sku, coalesce(own.sku, by_sku.sku) as part,
            coalesce(own.units, by_sku.units) as units
        from channel_listings c
        left join listing_links own
            on own.store_id = c.store_id and own.listing = c.channel_id
        left join listing_links by_sku
            on by_sku.store_id = c.store_id and by_sku.listing = 'sku:' || c.sku
        where c.sku <> ''
        union all
        select store_id, substr(listing, 5), sku, units from listing_links links
        where listing glob 'sku:?*' and not exists (
            select 1 from channel_listings c
            where c.store_id = links.store_id and c.sku = substr(links.listing, 5)))
    select store_id, sku, min(part), min(units) from borne group by store_id, sku
    having count(part) = count(*) and min(part) = max(part) and min(units) = max(units)
        and min(part) <> '-' and (min(part) <> sku or min(units) > 1)";

fn list(conn: &Connection, sql: &str) -> Result<Parts, StoreError> {
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement
        .query_map([], |row| Ok(((row.get(0)?, row.get(1)?), (row.get(2)?, row.get(3)?))))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn list_in_force(conn: &Connection) -> Result<Parts, StoreError> {
    list(conn, "select store_id, sku, part_sku, units from listing_parts")
}

/// The store's name, the SKU, and what it is.
pub type NamedPart = (String, String, (String, i64));

/// By the store's name and the SKU: the variant and the units of it.
pub fn list_by_name(reader: &Reader<'_>) -> Result<Vec<NamedPart>, StoreError> {
    let mut statement = reader.conn().prepare_cached(
        "select name, sku, part_sku, units from listing_parts
         join stores on stores.id = store_id order by name, sku",
    )?;
    let rows = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, (row.get(2)?, row.get(3)?))))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The SKUs under which any of these variants is sold by a link.
pub fn list_skus_of(conn: &Connection, parts: &[String]) -> Result<Vec<String>, StoreError> {
    let mut statement = conn
        .prepare_cached("select distinct sku from listing_parts where part_sku = ? order by sku")?;
    let mut found = Vec::new();
    for part in parts {
        let rows = statement.query_map([part], |row| row.get(0))?;
        for sku in rows {
            found.push(sku?);
        }
    }
    Ok(found)
}

pub fn is_any(conn: &Connection) -> Result<bool, StoreError> {
    let sql = "select exists (select 1 from listing_parts)";
    Ok(conn.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
}

pub fn is_linked(conn: &Connection, sku: &str) -> Result<bool, StoreError> {
    let sql = "select exists (select 1 from listing_parts where sku = ?)";
    Ok(conn.prepare_cached(sql)?.query_row([sku], |row| row.get(0))?)
}

/// Brings it up to date, and marks the orders that sold what changed. Gives whether anything did.
/// Where it did, whoever computes with costs computes again, so the caller counts a change of the
/// policy.
///
/// # Errors
/// `StoreError` of the database.
pub fn refresh(tx: &Tx<'_>, mark: i64) -> Result<bool, StoreError> {
    let conn = tx.conn();
    let (now, wanted) = (list_in_force(conn)?, list(conn, WANTED)?);
    if now == wanted {
        return Ok(false);
    }
    let mut delete =
        conn.prepare_cached("delete from listing_parts where store_id = ? and sku = ?")?;
    let mut put = conn.prepare_cached(
        "insert or replace into listing_parts (store_id, sku, part_sku, units)
         values (?, ?, ?, ?)",
    )?;
    let mut touch = conn.prepare_cached(
        "insert or replace into dirty_orders (order_id, mark)
         select distinct order_id, ?3 from profit_lines
         where variant_id = (select id from variants where sku = ?2) and store_id = ?1",
    )?;
    for ((store, sku), _) in now.iter().filter(|(key, _)| !wanted.contains_key(key)) {
        delete.execute(params![store, sku])?;
        touch.execute(params![store, sku, mark])?;
    }
    for (key, (part, units)) in wanted.iter().filter(|(key, part)| now.get(key) != Some(part)) {
        put.execute(params![key.0, key.1, part, units])?;
        touch.execute(params![key.0, key.1, mark])?;
    }
    conn.execute(
        "insert or replace into dirty_orders (order_id, mark)
         select id, ? from orders where fault is not null",
        [mark],
    )?;
    Ok(true)
}
