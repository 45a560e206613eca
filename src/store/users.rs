//! Who may come in, and what they may do.

use rusqlite::{Connection, OptionalExtension, Row};

use crate::base::Instant;
use crate::base::id::UserId;
use crate::store::{StoreError, Tx};

const NAME_LENGTH_MAX: usize = 200;
const EMAIL_LENGTH_MAX: usize = 254;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    Owner,
    Manager,
    Analyst,
    Fulfilment,
    Viewer,
}

impl Role {
    pub const ALL: [Self; 5] =
        [Self::Owner, Self::Manager, Self::Analyst, Self::Fulfilment, Self::Viewer];

    pub fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Manager => "manager",
            Self::Analyst => "analyst",
            Self::Fulfilment => "fulfilment",
            Self::Viewer => "viewer",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

impl rusqlite::ToSql for Role {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        Ok(self.name().into())
    }
}

impl rusqlite::types::FromSql for Role {
    fn column_result(value: rusqlite::types::ValueRef<'_>) -> rusqlite::types::FromSqlResult<Self> {
        Self::parse(value.as_str()?).ok_or(rusqlite::types::FromSqlError::InvalidType)
    }
}

/// A trimmed lower-case address with something on both sides of its one `@`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email(String);

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("this is not an e-mail address such as ann@example.com")]
pub struct NotAnEmail;

impl Email {
    /// # Errors
    /// `NotAnEmail`.
    pub fn parse(text: &str) -> Result<Self, NotAnEmail> {
        let text = text.trim().to_lowercase();
        let plain = !text.chars().any(|c| c.is_whitespace() || c.is_control());
        let parts: Vec<&str> = text.split('@').collect();
        let two = parts.len() == 2 && parts.iter().all(|part| !part.is_empty());
        if plain && two && text.len() <= EMAIL_LENGTH_MAX {
            Ok(Self(text))
        } else {
            Err(NotAnEmail)
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[derive(Clone, Debug)]
pub struct User {
    pub id: UserId,
    pub email: String,
    pub name: String,
    pub role: Role,
    pub disabled: bool,
    pub created_at: Instant,
    /// Who was invited and has not come yet has none.
    pub has_password: bool,
    pub has_second_factor: bool,
    pub password_set_at: Option<Instant>,
}

const COLUMNS: &str = "id, email, name, role, disabled, created_at, password_hash is not null, \
    totp_sealed is not null, password_set_at";

fn from_row(row: &Row<'_>) -> rusqlite::Result<User> {
    Ok(User {
        id: row.get(0)?,
        email: row.get(1)?,
        name: row.get(2)?,
        role: row.get(3)?,
        disabled: row.get(4)?,
        created_at: row.get(5)?,
        has_password: row.get(6)?,
        has_second_factor: row.get(7)?,
        password_set_at: row.get(8)?,
    })
}

/// # Errors
/// What SQLite said.
pub fn find(conn: &Connection, id: UserId) -> Result<Option<User>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM users WHERE id = ?1");
    Ok(conn.query_row(&sql, [id], from_row).optional()?)
}

/// # Errors
/// What SQLite said.
pub fn find_by_email(conn: &Connection, email: &Email) -> Result<Option<User>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM users WHERE email = ?1");
    Ok(conn.query_row(&sql, [email.as_str()], from_row).optional()?)
}

/// The first owner who may come in: to whom a fresh link belongs.
///
/// # Errors
/// What SQLite said.
pub fn find_owner(conn: &Connection) -> Result<Option<User>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM users WHERE role = 'owner' AND disabled = 0 ORDER BY id LIMIT 1"
    );
    Ok(conn.query_row(&sql, [], from_row).optional()?)
}

/// # Errors
/// What SQLite said.
pub fn list(conn: &Connection) -> Result<Vec<User>, StoreError> {
    let mut statement = conn.prepare(&format!("SELECT {COLUMNS} FROM users ORDER BY email"))?;
    let users = statement.query_map([], from_row)?;
    Ok(users.collect::<Result<_, _>>()?)
}

/// # Errors
/// What SQLite said.
pub fn count(conn: &Connection) -> Result<i64, StoreError> {
    Ok(conn.query_row("SELECT count(*) FROM users", [], |row| row.get(0))?)
}

/// # Errors
/// What SQLite said.
pub fn find_password_hash(conn: &Connection, id: UserId) -> Result<Option<String>, StoreError> {
    let sql = "SELECT password_hash FROM users WHERE id = ?1";
    Ok(conn.query_row(sql, [id], |row| row.get(0)).optional()?.flatten())
}

pub struct NewUser<'a> {
    pub email: &'a Email,
    pub name: &'a str,
    pub role: Role,
    pub password_hash: Option<&'a str>,
}

/// # Errors
/// `Conflict` when the address is taken.
pub fn insert(tx: &Tx<'_>, user: &NewUser<'_>) -> Result<UserId, StoreError> {
    let name: String = user.name.trim().chars().take(NAME_LENGTH_MAX).collect();
    let set_at = user.password_hash.map(|_| tx.now);
    let sql = "INSERT INTO users (email, name, role, password_hash, created_at, password_set_at) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let email = user.email.as_str();
    tx.conn().execute(sql, (email, name, user.role, user.password_hash, tx.now, set_at))?;
    Ok(UserId(tx.conn().last_insert_rowid()))
}

/// The caller ends the sessions of that user (`sessions::delete_of_user`).
///
/// # Errors
/// What SQLite said.
pub fn update_password(tx: &Tx<'_>, id: UserId, password_hash: &str) -> Result<(), StoreError> {
    let sql = "UPDATE users SET password_hash = ?2, password_set_at = ?3 WHERE id = ?1";
    one_row(tx.conn().execute(sql, (id, password_hash, tx.now))?)
}

/// The same password, hashed with what we ask for today.
///
/// # Errors
/// What SQLite said.
pub fn update_password_hash(tx: &Tx<'_>, id: UserId, hash: &str) -> Result<(), StoreError> {
    let sql = "UPDATE users SET password_hash = ?2 WHERE id = ?1";
    one_row(tx.conn().execute(sql, (id, hash))?)
}

/// The caller ends the sessions of that user.
///
/// # Errors
/// `Missing`.
pub fn update_role(tx: &Tx<'_>, id: UserId, role: Role) -> Result<(), StoreError> {
    one_row(tx.conn().execute("UPDATE users SET role = ?2 WHERE id = ?1", (id, role))?)
}

/// The caller ends the sessions of that user.
///
/// # Errors
/// `Missing`.
pub fn update_disabled(tx: &Tx<'_>, id: UserId, disabled: bool) -> Result<(), StoreError> {
    one_row(tx.conn().execute("UPDATE users SET disabled = ?2 WHERE id = ?1", (id, disabled))?)
}

fn one_row(changed: usize) -> Result<(), StoreError> {
    if changed == 1 { Ok(()) } else { Err(StoreError::Missing) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_lower_case_and_have_two_sides() {
        assert_eq!(Email::parse(" Ann@Example.test ").unwrap().as_str(), "ann@example.test");
        for text in ["", "ann", "@", "ann@", "@example.test", "a@b@c", "a b@c", "a\r\nb@c"] {
            assert!(Email::parse(text).is_err(), "{text:?}");
        }
    }
}
