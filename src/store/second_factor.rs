//! Whether everybody who may do everything has a second factor: only then is the door opened to a
//! network.

use rusqlite::Connection;

use crate::store::StoreError;

/// Whether every owner who may come in has one; not where there is no owner, and not where this
/// database knows no second factors.
///
/// # Errors
/// What SQLite said.
pub fn second_factor_ready(conn: &Connection) -> Result<bool, StoreError> {
    let is_known: bool = conn.query_row(
        "select exists (select 1 from sqlite_schema where type = 'table' and name = 'totp')",
        [],
        |row| row.get(0),
    )?;
    if !is_known {
        return Ok(false);
    }
    Ok(conn.query_row(
        "select count(*) > 0 and sum(not exists (
            select 1 from totp where totp.user_id = users.id and totp.confirmed_at is not null)) = 0
         from users where role = 'owner' and disabled = 0",
        [],
        |row| row.get(0),
    )?)
}
