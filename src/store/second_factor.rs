//! Whether everybody who may do everything has a second factor: only then is the door opened to a
//! network.

use rusqlite::Connection;

use crate::store::StoreError;

/// Whether every owner who may come in has one; not where there is no owner.
///
/// # Errors
/// What SQLite said.
pub fn second_factor_ready(conn: &Connection) -> Result<bool, StoreError> {
    Ok(conn.query_row(
        "select count(*) > 0 and coalesce(sum(totp_sealed is null), 0) = 0
         from users where role = 'owner' and disabled = 0",
        [],
        |row| row.get(0),
    )?)
}
