//! When stock began to be kept. Before that no order has a claim on anything: what was sent by then
//! is not on the shelf that was counted first.

use rusqlite::Connection;

use crate::base::Instant;
use crate::store::{StoreError, Tx, settings};

const BEGAN: &str = "stock_began_at";

/// `None` while stock is not kept.
pub fn find_began(conn: &Connection) -> Result<Option<Instant>, StoreError> {
    let text = settings::find(conn, BEGAN)?;
    Ok(text.and_then(|text| text.parse().ok()).map(Instant))
}

/// Begins to keep stock, unless it is kept already; gives whether it has just begun: then the
/// orders that are still open are to be looked at (`claims::mark_open_orders`).
pub fn begin(tx: &Tx<'_>) -> Result<bool, StoreError> {
    begin_at(tx, tx.now)
}

/// As `begin`, as of a day before: what was sent since then is known.
pub fn begin_at(tx: &Tx<'_>, at: Instant) -> Result<bool, StoreError> {
    if find_began(tx.conn())?.is_some() {
        return Ok(false);
    }
    settings::upsert(tx, BEGAN, &at.0.to_string())?;
    Ok(true)
}
