//! To which stores a person or a token is limited. Whoever is limited and has no store left sees
//! none: denied is what nobody allowed.

use rusqlite::Connection;

use crate::base::id::{StoreId, UserId};
use crate::domain::ask::Scope;
use crate::store::{StoreError, Tx};

/// # Errors
/// What SQLite said.
pub fn find_of_user(conn: &Connection, user: UserId) -> Result<Scope, StoreError> {
    let limited = "select limited from users where id = ?";
    let limited: bool = conn.query_row(limited, [user], |row| row.get(0))?;
    match limited {
        true => list(conn, "user_stores", "user_id", user.0),
        false => Ok(Scope::All),
    }
}

/// The caller ends the sessions of that user.
///
/// # Errors
/// `Conflict` for a store that is not there.
pub fn set_of_user(tx: &Tx<'_>, user: UserId, scope: &Scope) -> Result<(), StoreError> {
    set(tx, ("users", "user_stores", "user_id"), user.0, scope)
}

/// # Errors
/// What SQLite said.
pub fn find_of_token(conn: &Connection, token: i64) -> Result<Scope, StoreError> {
    let limited = "select limited from api_tokens where id = ?";
    let limited: bool = conn.query_row(limited, [token], |row| row.get(0))?;
    match limited {
        true => list(conn, "token_stores", "token_id", token),
        false => Ok(Scope::All),
    }
}

/// # Errors
/// `Conflict` for a store that is not there.
pub fn set_of_token(tx: &Tx<'_>, token: i64, scope: &Scope) -> Result<(), StoreError> {
    set(tx, ("api_tokens", "token_stores", "token_id"), token, scope)
}

/// The names of the stores, as the audit log and the lists tell them.
///
/// # Errors
/// What SQLite said.
pub fn describe(conn: &Connection, scope: &Scope) -> Result<String, StoreError> {
    let Scope::Stores(stores) = scope else { return Ok("all stores".to_owned()) };
    let mut names = Vec::new();
    for store in stores {
        let sql = "select name from stores where id = ?";
        names.push(conn.query_row(sql, [store], |row| row.get::<_, String>(0))?);
    }
    Ok(if names.is_empty() { "no store".to_owned() } else { names.join(", ") })
}

fn list(conn: &Connection, table: &str, key: &str, id: i64) -> Result<Scope, StoreError> {
    let sql = format!("select store_id from {table} where {key} = ? order by store_id");
    let mut statement = conn.prepare_cached(&sql)?;
    let stores = statement.query_map([id], |row| row.get::<_, StoreId>(0))?;
    Ok(Scope::Stores(stores.collect::<Result<_, _>>()?))
}

fn set(
    tx: &Tx<'_>,
    (of, table, key): (&str, &str, &str),
    id: i64,
    scope: &Scope,
) -> Result<(), StoreError> {
    let limited = *scope != Scope::All;
    tx.conn().execute(&format!("update {of} set limited = ?2 where id = ?1"), (id, limited))?;
    tx.conn().execute(&format!("delete from {table} where {key} = ?"), [id])?;
    if let Scope::Stores(stores) = scope {
        for store in stores {
            let sql = format!("insert into {table} ({key}, store_id) values (?, ?)");
            tx.conn().execute(&sql, (id, store))?;
        }
    }
    Ok(())
}
