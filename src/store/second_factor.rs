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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_owner_who_may_come_in_needs_one() {
        let conn = Connection::open_in_memory().unwrap();
        let run = |sql: &str| conn.execute_batch(sql).unwrap();
        let is_ready = || second_factor_ready(&conn).unwrap();
        run("create table users (role text, disabled integer, totp_sealed blob)");
        assert!(!is_ready(), "nobody is there");
        run("insert into users values ('owner', 0, null), ('viewer', 0, null), ('owner', 1, null)");
        assert!(!is_ready());
        run("update users set totp_sealed = x'00' where role = 'viewer'");
        assert!(!is_ready());
        run("update users set totp_sealed = x'00' where disabled = 0");
        assert!(is_ready(), "who may not come in needs none, nor does who is no owner");
        run("insert into users values ('owner', 0, null)");
        assert!(!is_ready());
    }
}
