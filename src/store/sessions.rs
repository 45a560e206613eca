//! Who is in. A session is a random id of 256 bits; only its SHA-256 is kept.

use rusqlite::{Connection, OptionalExtension};

use crate::base::id::UserId;
use crate::base::{Instant, Secret};
use crate::domain::ask::Scope;
use crate::store::users::Role;
use crate::store::{StoreError, Tx, crypt, scopes, settings};

pub const IDLE_S_DEFAULT: i64 = 30 * 60;
pub const IDLE_S_MIN: i64 = 5 * 60;
pub const IDLE_S_MAX: i64 = 12 * 3_600;
pub const ABSOLUTE_S_MAX: i64 = 7 * 86_400;
const PER_USER_MAX: i64 = 10;
/// A page is asked for often; when somebody was last seen need not be known to the second.
const SEEN_STEP_S: i64 = 60;
const AGENT_LENGTH_MAX: usize = 200;
const IDLE_MINUTES: &str = "idle_minutes";

/// Somebody who is in, as of `now`.
#[derive(Clone, Debug)]
pub struct Session {
    pub id: i64,
    pub user_id: UserId,
    pub email: String,
    pub name: String,
    pub role: Role,
    pub scope: Scope,
    pub has_second_factor: bool,
    seen_at: Instant,
}

impl Session {
    pub fn is_seen_long_ago(&self, now: Instant) -> bool {
        now.seconds() - self.seen_at.seconds() >= SEEN_STEP_S
    }
}

/// One line of the list that a person sees of their own sessions.
#[derive(Clone, Debug)]
pub struct Listed {
    pub id: i64,
    pub created_at: Instant,
    pub seen_at: Instant,
    pub address: String,
    pub agent: String,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Origin<'a> {
    pub address: &'a str,
    pub agent: &'a str,
}

/// Lets somebody in under a new id, and shows out what is over: expired ones and the oldest
/// beyond ten.
///
/// # Errors
/// What SQLite said.
pub fn begin(tx: &Tx<'_>, user_id: UserId, origin: Origin<'_>) -> Result<Secret, StoreError> {
    let token = new_token()?;
    delete_expired(tx)?;
    insert(tx, user_id, &hash_of(token.expose()), origin)?;
    delete_beyond_limit(tx, user_id)?;
    Ok(token)
}

/// A new 256-bit token in hexadecimal.
///
/// # Errors
/// `Internal` when the system has no random bytes.
pub fn new_token() -> Result<Secret, StoreError> {
    Ok(Secret::new(crypt::to_hex(&crypt::random::<32>()?)))
}

/// Under what a token is kept.
pub fn hash_of(token: &str) -> [u8; 32] {
    crypt::sha256(token.as_bytes())
}

/// `None` for an unknown, idle, expired or revoked session and for a disabled user.
///
/// # Errors
/// What SQLite said.
pub fn find(
    conn: &Connection,
    token: &str,
    now: Instant,
    idle_s: i64,
) -> Result<Option<Session>, StoreError> {
    let sql = "SELECT s.id, s.user_id, u.email, u.name, u.role, s.seen_at, u.limited, \
               u.totp_sealed IS NOT NULL \
               FROM sessions s JOIN users u ON u.id = s.user_id \
               WHERE s.token_hash = ?1 AND s.expires_at > ?2 AND s.seen_at > ?3 \
               AND u.disabled = 0";
    let idle_since = now.plus_seconds(-idle_s.clamp(IDLE_S_MIN, IDLE_S_MAX));
    let mut statement = conn.prepare_cached(sql)?;
    let found = statement.query_row((hash_of(token), now, idle_since), |row| {
        let session = Session {
            id: row.get(0)?,
            user_id: row.get(1)?,
            email: row.get(2)?,
            name: row.get(3)?,
            role: row.get(4)?,
            scope: Scope::All,
            has_second_factor: row.get(7)?,
            seen_at: row.get(5)?,
        };
        Ok((session, row.get::<_, bool>(6)?))
    });
    let Some((mut session, is_limited)) = found.optional()? else { return Ok(None) };
    if is_limited {
        session.scope = scopes::find_of_user(conn, session.user_id)?;
    }
    Ok(Some(session))
}

/// Seconds without a request after which somebody is out.
///
/// # Errors
/// What SQLite said.
pub fn find_idle_s(conn: &Connection) -> Result<i64, StoreError> {
    let minutes = settings::find(conn, IDLE_MINUTES)?.and_then(|text| text.parse::<i64>().ok());
    let chosen = minutes.map_or(IDLE_S_DEFAULT, |minutes| minutes.saturating_mul(60));
    Ok(chosen.clamp(IDLE_S_MIN, IDLE_S_MAX))
}

/// # Errors
/// `Refused` for less or more than may be.
pub fn set_idle_minutes(tx: &Tx<'_>, minutes: i64) -> Result<(), StoreError> {
    if !(IDLE_S_MIN / 60..=IDLE_S_MAX / 60).contains(&minutes) {
        let sentence = "Nothing was changed: choose from 5 minutes to 12 hours (720 minutes).";
        return Err(StoreError::Refused(sentence.to_owned()));
    }
    settings::upsert(tx, IDLE_MINUTES, &minutes.to_string())
}

/// # Errors
/// What SQLite said.
pub fn list_of_user(conn: &Connection, user_id: UserId) -> Result<Vec<Listed>, StoreError> {
    let mut statement = conn.prepare(
        "SELECT id, created_at, seen_at, address, agent FROM sessions WHERE user_id = ?1 \
         ORDER BY seen_at DESC, id DESC",
    )?;
    let sessions = statement.query_map([user_id], |row| {
        Ok(Listed {
            id: row.get(0)?,
            created_at: row.get(1)?,
            seen_at: row.get(2)?,
            address: row.get(3)?,
            agent: row.get(4)?,
        })
    })?;
    Ok(sessions.collect::<Result<_, _>>()?)
}

/// # Errors
/// What SQLite said.
pub fn touch(tx: &Tx<'_>, id: i64) -> Result<(), StoreError> {
    tx.conn().execute("UPDATE sessions SET seen_at = ?2 WHERE id = ?1", (id, tx.now))?;
    Ok(())
}

/// Shows one session out; only its own user's.
///
/// # Errors
/// What SQLite said.
pub fn delete(tx: &Tx<'_>, user_id: UserId, id: i64) -> Result<(), StoreError> {
    tx.conn().execute("DELETE FROM sessions WHERE id = ?1 AND user_id = ?2", (id, user_id))?;
    Ok(())
}

/// Shows out everybody else under this name.
///
/// # Errors
/// What SQLite said.
pub fn delete_others(tx: &Tx<'_>, user_id: UserId, kept: i64) -> Result<usize, StoreError> {
    let sql = "DELETE FROM sessions WHERE user_id = ?1 AND id <> ?2";
    Ok(tx.conn().execute(sql, (user_id, kept))?)
}

/// Whoever signs in anew leaves the session behind with which the browser came.
///
/// # Errors
/// What SQLite said.
pub fn delete_by_token(tx: &Tx<'_>, token: &str) -> Result<(), StoreError> {
    tx.conn().execute("DELETE FROM sessions WHERE token_hash = ?1", [hash_of(token)])?;
    Ok(())
}

/// After a change of password, role or access.
///
/// # Errors
/// What SQLite said.
pub fn delete_of_user(tx: &Tx<'_>, user_id: UserId) -> Result<(), StoreError> {
    tx.conn().execute("DELETE FROM sessions WHERE user_id = ?1", [user_id])?;
    Ok(())
}

fn insert(
    tx: &Tx<'_>,
    user_id: UserId,
    token_hash: &[u8; 32],
    origin: Origin<'_>,
) -> Result<(), StoreError> {
    let agent: String =
        origin.agent.chars().filter(|c| !c.is_control()).take(AGENT_LENGTH_MAX).collect();
    tx.conn().execute(
        "INSERT INTO sessions (token_hash, user_id, created_at, seen_at, expires_at, address, \
         agent) VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?6)",
        (token_hash, user_id, tx.now, tx.now.plus_seconds(ABSOLUTE_S_MAX), origin.address, agent),
    )?;
    Ok(())
}

fn delete_expired(tx: &Tx<'_>) -> Result<(), StoreError> {
    let idle_since = tx.now.plus_seconds(-IDLE_S_MAX);
    let sql = "DELETE FROM sessions WHERE expires_at <= ?1 OR seen_at <= ?2";
    tx.conn().execute(sql, (tx.now, idle_since))?;
    Ok(())
}

fn delete_beyond_limit(tx: &Tx<'_>, user_id: UserId) -> Result<(), StoreError> {
    tx.conn().execute(
        "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE user_id = ?1 \
         ORDER BY seen_at DESC, id DESC LIMIT -1 OFFSET ?2)",
        (user_id, PER_USER_MAX),
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{Folder, clock};
    use crate::store::users::{self, Email, NewUser};
    use crate::store::{Db, Lane};

    fn with_user(folder: &Folder) -> (Db, UserId) {
        let db = Db::open(&folder.file("purser.db"), clock()).unwrap();
        let email = Email::parse("ann@example.test").unwrap();
        let new = NewUser { email: &email, name: "", role: Role::Owner, password_hash: None };
        let id = db.write_local(Lane::Interactive, |tx| users::insert(tx, &new)).unwrap();
        (db, id)
    }

    fn enter(db: &Db, user: UserId) -> Secret {
        let work = move |tx: &Tx<'_>| begin(tx, user, Origin::default());
        db.write(Lane::Interactive, work).unwrap()
    }

    fn is_in(db: &Db, token: &Secret) -> bool {
        let now = db.clock().now();
        db.read(|reader| find(reader.conn(), token.expose(), now, IDLE_S_DEFAULT))
            .unwrap()
            .is_some()
    }

    #[test]
    fn threat_18_a_session_ends_when_idle_and_at_last_in_any_case() {
        let folder = Folder::new();
        let (db, user) = with_user(&folder);
        let token = enter(&db, user);
        db.clock().advance_seconds(IDLE_S_DEFAULT - 1);
        assert!(is_in(&db, &token));
        db.clock().advance_seconds(1);
        assert!(!is_in(&db, &token));

        let token = enter(&db, user);
        let until = db.clock().now().plus_seconds(ABSOLUTE_S_MAX);
        while db.clock().now() < until {
            assert!(is_in(&db, &token));
            db.clock().advance_seconds(IDLE_S_DEFAULT / 2);
            let touch_all = move |tx: &Tx<'_>| {
                list_of_user(tx.conn(), user)?.iter().try_for_each(|one| touch(tx, one.id))
            };
            db.write(Lane::Interactive, touch_all).unwrap();
        }
        assert!(!is_in(&db, &token));
    }

    #[test]
    fn threat_18_the_database_knows_only_the_digest() {
        let folder = Folder::new();
        let (db, user) = with_user(&folder);
        let token = enter(&db, user);
        db.checkpoint().unwrap();
        let bytes = std::fs::read(db.path()).unwrap();
        let text = token.expose().as_bytes();
        assert!(!bytes.windows(text.len()).any(|window| window == text));
        assert_eq!(text.len(), 64);
    }

    #[test]
    fn threat_18_the_eleventh_session_shows_the_oldest_out() {
        let folder = Folder::new();
        let (db, user) = with_user(&folder);
        let tokens: Vec<Secret> = (0..11)
            .map(|_| {
                db.clock().advance_seconds(1);
                enter(&db, user)
            })
            .collect();
        assert!(!is_in(&db, &tokens[0]));
        assert!(tokens[1..].iter().all(|token| is_in(&db, token)));
    }

    #[test]
    fn threat_18_a_disabled_user_is_out_at_once() {
        let folder = Folder::new();
        let (db, user) = with_user(&folder);
        let token = enter(&db, user);
        db.write(Lane::Interactive, move |tx| users::update_disabled(tx, user, true)).unwrap();
        assert!(!is_in(&db, &token));
        db.write(Lane::Interactive, move |tx| users::update_disabled(tx, user, false)).unwrap();
        db.write(Lane::Interactive, move |tx| delete_of_user(tx, user)).unwrap();
        assert!(!is_in(&db, &token));
    }
}
