//! Tokens for programs: a name, a role, an expiry; only their SHA-256 is kept.

use rusqlite::{Connection, OptionalExtension, Row};

use crate::base::{Instant, Secret};
use crate::domain::ask::Scope;
use crate::store::audit::{self, Kind, Note};
use crate::store::users::Role;
use crate::store::{StoreError, Tx, scopes, sessions};

/// What tells our tokens from others in a file or a log.
pub const PREFIX: &str = "purser_";
/// Programs ask often; when one was last heard need not be known to the second.
const USED_STEP_S: i64 = 60;

#[derive(Clone, Debug)]
pub struct ApiToken {
    pub id: i64,
    pub name: String,
    pub role: Role,
    pub created_at: Instant,
    pub expires_at: Option<Instant>,
    pub revoked_at: Option<Instant>,
    pub used_at: Option<Instant>,
    pub is_limited: bool,
}

impl ApiToken {
    pub fn is_used_long_ago(&self, now: Instant) -> bool {
        self.used_at.is_none_or(|used| now.seconds() - used.seconds() >= USED_STEP_S)
    }
}

const COLUMNS: &str = "id, name, role, created_at, expires_at, revoked_at, used_at, limited";

fn from_row(row: &Row<'_>) -> rusqlite::Result<ApiToken> {
    Ok(ApiToken {
        id: row.get(0)?,
        name: row.get(1)?,
        role: row.get(2)?,
        created_at: row.get(3)?,
        expires_at: row.get(4)?,
        revoked_at: row.get(5)?,
        used_at: row.get(6)?,
        is_limited: row.get(7)?,
    })
}

/// A token for all stores; it is shown once, here.
///
/// # Errors
/// `Conflict` when a token of that name is in force.
pub fn create(
    tx: &Tx<'_>,
    name: &str,
    role: Role,
    expires_at: Option<Instant>,
) -> Result<Secret, StoreError> {
    create_for(tx, name, (role, &Scope::All), expires_at)
}

/// As `create`, for some stores.
///
/// # Errors
/// `Conflict` when a token of that name is in force.
pub fn create_for(
    tx: &Tx<'_>,
    name: &str,
    (role, scope): (Role, &Scope),
    expires_at: Option<Instant>,
) -> Result<Secret, StoreError> {
    let token = Secret::new(format!("{PREFIX}{}", sessions::new_token()?.expose()));
    tx.conn().execute(
        "INSERT INTO api_tokens (name, token_hash, role, created_at, expires_at) \
         VALUES (?1, ?2, ?3, ?4, ?5)",
        (name, sessions::hash_of(token.expose()), role, tx.now, expires_at),
    )?;
    scopes::set_of_token(tx, tx.conn().last_insert_rowid(), scope)?;
    let until = expires_at.map_or_else(|| "without end".to_owned(), |at| format!("until {at}"));
    let after = format!("{}, {}, {until}", role.name(), scopes::describe(tx.conn(), scope)?);
    let (kind, before, after) = (Kind::Token, None, Some(after.as_str()));
    audit::note(tx, Note { kind, subject: name, before, after })?;
    Ok(token)
}

/// `None` for an unknown, expired or revoked token.
///
/// # Errors
/// What SQLite said.
pub fn find(conn: &Connection, token: &str, now: Instant) -> Result<Option<ApiToken>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM api_tokens WHERE token_hash = ?1 AND revoked_at IS NULL \
         AND (expires_at IS NULL OR expires_at > ?2)"
    );
    let mut statement = conn.prepare_cached(&sql)?;
    Ok(statement.query_row((sessions::hash_of(token), now), from_row).optional()?)
}

/// # Errors
/// What SQLite said.
pub fn list(conn: &Connection) -> Result<Vec<ApiToken>, StoreError> {
    let mut statement =
        conn.prepare(&format!("SELECT {COLUMNS} FROM api_tokens ORDER BY name, id"))?;
    let tokens = statement.query_map([], from_row)?;
    Ok(tokens.collect::<Result<_, _>>()?)
}

/// # Errors
/// `Missing` when no token of that name is in force.
pub fn revoke(tx: &Tx<'_>, name: &str) -> Result<(), StoreError> {
    let sql = "UPDATE api_tokens SET revoked_at = ?2 WHERE name = ?1 AND revoked_at IS NULL";
    match tx.conn().execute(sql, (name, tx.now))? {
        0 => Err(StoreError::Missing),
        _ => {
            let (kind, before, after) = (Kind::Token, Some("in force"), Some("revoked"));
            audit::note(tx, Note { kind, subject: name, before, after })
        }
    }
}

/// A program used it just now.
///
/// # Errors
/// What SQLite said.
pub fn touch(tx: &Tx<'_>, id: i64) -> Result<(), StoreError> {
    tx.conn().execute("UPDATE api_tokens SET used_at = ?2 WHERE id = ?1", (id, tx.now))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{Folder, open};
    use crate::store::{Db, Lane};

    fn role_of(db: &Db, token: &Secret) -> Option<Role> {
        let now = db.clock().now();
        let found = db.read(|reader| find(reader.conn(), token.expose(), now)).unwrap();
        found.map(|token| token.role)
    }

    #[test]
    fn a_token_ends_by_its_expiry_or_by_its_name() {
        let folder = Folder::new();
        let db = open(&folder);
        let soon = db.clock().now().plus_seconds(60);
        let make =
            |until| db.write(Lane::Interactive, move |tx| create(tx, "till", Role::Analyst, until));
        let token = make(Some(soon)).unwrap();
        assert_eq!(role_of(&db, &token), Some(Role::Analyst));
        assert!(matches!(make(None), Err(StoreError::Conflict)));
        db.clock().advance_seconds(60);
        assert_eq!(role_of(&db, &token), None);
        db.write(Lane::Interactive, |tx| revoke(tx, "till")).unwrap();
        let token = make(None).unwrap();
        assert_eq!(role_of(&db, &token), Some(Role::Analyst));
        db.write(Lane::Interactive, |tx| revoke(tx, "till")).unwrap();
        assert_eq!(role_of(&db, &token), None);
        let again = db.write(Lane::Interactive, |tx| revoke(tx, "till"));
        assert!(matches!(again, Err(StoreError::Missing)));
    }
}
