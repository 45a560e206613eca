//! The shops. The first one sets the organisation's currency and zone unless they were chosen.

use rusqlite::{OptionalExtension, Row, params};

use crate::base::id::StoreId;
use crate::base::{Currency, Zone};
use crate::store::audit::{self, Kind, Note};
use crate::store::{Reader, StoreError, Tx, organisation};

#[derive(Clone, Debug)]
pub struct Store {
    pub id: StoreId,
    pub name: String,
    pub currency: Currency,
    /// Reads time stamps that bear none, and nothing else.
    pub zone: Zone,
}

const COLUMNS: &str = "id, name, currency, time_zone";

fn from_row(row: &Row<'_>) -> rusqlite::Result<Store> {
    Ok(Store { id: row.get(0)?, name: row.get(1)?, currency: row.get(2)?, zone: row.get(3)? })
}

pub fn list_stores(reader: &Reader<'_>) -> Result<Vec<Store>, StoreError> {
    list_from(reader.conn())
}

/// As `list_stores`, their names alone.
pub fn list_names(reader: &Reader<'_>) -> Result<Vec<(StoreId, String)>, StoreError> {
    let sql = "select id, name from stores order by name";
    let mut statement = reader.conn().prepare_cached(sql)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn list_from(conn: &rusqlite::Connection) -> Result<Vec<Store>, StoreError> {
    let sql = format!("select {COLUMNS} from stores order by name");
    let mut statement = conn.prepare_cached(&sql)?;
    Ok(statement.query_map([], from_row)?.collect::<Result<_, _>>()?)
}

pub fn find_store(reader: &Reader<'_>, name: &str) -> Result<Option<Store>, StoreError> {
    find_from(reader.conn(), name)
}

pub fn find_store_for_write(tx: &Tx<'_>, name: &str) -> Result<Option<Store>, StoreError> {
    find_from(tx.conn(), name)
}

fn find_from(conn: &rusqlite::Connection, name: &str) -> Result<Option<Store>, StoreError> {
    let sql = format!("select {COLUMNS} from stores where name = ?");
    Ok(conn.prepare_cached(&sql)?.query_row([name], from_row).optional()?)
}

/// Makes a store; the first one sets what the organisation has not chosen.
///
/// # Errors
/// `Refused` where the name is taken, empty or longer than 200 letters.
pub fn insert_store(
    tx: &Tx<'_>,
    name: &str,
    currency: Currency,
    zone: &Zone,
) -> Result<Store, StoreError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 200 {
        return Err(StoreError::Refused(
            "A store needs a name of 1 to 200 letters. Nothing was changed.".to_owned(),
        ));
    }
    if find_from(tx.conn(), name)?.is_some() {
        return Err(StoreError::Refused(format!(
            "There is a store {name:?} already. Nothing was changed."
        )));
    }
    tx.conn()
        .prepare_cached(
            "insert into stores (name, currency, time_zone, created_at) values (?, ?, ?, ?)",
        )?
        .execute(params![name, currency, zone, tx.now])?;
    let id = StoreId(tx.conn().last_insert_rowid());
    organisation::adopt(tx, currency, Some(zone))?;
    let (kind, before, after) = (Kind::Store, None, Some(currency.code()));
    audit::note(tx, Note { kind, subject: name, before, after })?;
    Ok(Store { id, name: name.to_owned(), currency, zone: zone.clone() })
}

/// Removes a store that holds nothing.
///
/// # Errors
/// `Refused` where there is none of that name or where it holds facts.
pub fn delete_store(tx: &Tx<'_>, name: &str) -> Result<(), StoreError> {
    let Some(store) = find_from(tx.conn(), name)? else {
        return Err(StoreError::Refused(format!("There is no store {name:?}.")));
    };
    let orders: i64 = tx.conn().query_row(
        "select count(*) from orders where store_id = ?",
        [store.id],
        |row| row.get(0),
    )?;
    let charges: i64 = tx.conn().query_row(
        "select (select count(*) from charges where store_id = ?1)
            + (select count(*) from payouts where store_id = ?1)",
        [store.id],
        |row| row.get(0),
    )?;
    if orders + charges > 0 {
        return Err(StoreError::Refused(format!(
            "The store {name:?} holds {orders} orders and {charges} charges and payouts. Take its \
             imports back first. Nothing was changed."
        )));
    }
    tx.conn().execute("update imports set store_id = null where store_id = ?", [store.id])?;
    for table in [
        "channel_listings",
        "channel_listings_past",
        "listing_links",
        "listing_links_past",
        "listing_parts",
        "listing_suggestions",
    ] {
        tx.conn().execute(&format!("delete from {table} where store_id = ?"), [store.id])?;
    }
    tx.conn().execute("update locations set store_id = null where store_id = ?", [store.id])?;
    tx.conn().execute("delete from stores where id = ?", [store.id])?;
    let (kind, before, after) = (Kind::Store, Some(store.currency.code()), None);
    audit::note(tx, Note { kind, subject: name, before, after })
}
