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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_owner_who_may_come_in_needs_one() {
        let conn = Connection::open_in_memory().unwrap();
        let run = |sql: &str| conn.execute_batch(sql).unwrap();
        let is_ready = || second_factor_ready(&conn).unwrap();
        run("create table users (id integer primary key, role text, disabled integer)");
        assert!(!is_ready(), "no second factors are known");
        run("create table totp (user_id integer, confirmed_at integer)");
        assert!(!is_ready(), "nobody is there");
        run("insert into users values (1, 'owner', 0), (2, 'viewer', 0), (3, 'owner', 1)");
        assert!(!is_ready());
        run("insert into totp values (1, null), (2, 5)");
        assert!(!is_ready(), "begun and not confirmed");
        run("update totp set confirmed_at = 5");
        assert!(is_ready(), "who may not come in needs none, nor does who is no owner");
        run("insert into users values (4, 'owner', 0)");
        assert!(!is_ready());
    }
}
