//! Failed sign-ins, per account and per address; kept, so that a restart forgives nothing.

use rusqlite::{Connection, OptionalExtension};

use crate::base::Instant;
use crate::store::{StoreError, Tx, crypt};

/// Free tries before the first wait.
const FAILURES_FREE: i64 = 5;
const WAIT_S_FIRST: i64 = 5 * 60;
const WAIT_S_MAX: i64 = 3_600;
/// After a day without a failure everything is forgotten.
const MEMORY_S: i64 = 86_400;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket(String);

impl Bucket {
    /// Hashed: what somebody typed into the e-mail field may be a password.
    pub fn account(email: &str) -> Self {
        let name = crypt::sha256(email.trim().to_lowercase().as_bytes());
        Self(format!("account:{}", crypt::to_hex(&name[..16])))
    }

    /// Of the vault's passphrase.
    pub fn vault() -> Self {
        Self("vault".to_owned())
    }

    pub fn address(address: &str) -> Self {
        Self(format!("address:{address}"))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempts {
    pub failures: i64,
    pub failed_at: Instant,
    pub blocked_until_at: Instant,
}

impl Attempts {
    /// What stands there after one more failure.
    fn after_failure(before: Option<Self>, now: Instant) -> Self {
        let remembered = before.filter(|b| now.seconds() - b.failed_at.seconds() < MEMORY_S);
        let failures = remembered.map_or(0, |before| before.failures) + 1;
        let wait_s = match failures - FAILURES_FREE {
            beyond if beyond < 0 => 0,
            beyond => (WAIT_S_FIRST << beyond.min(10)).min(WAIT_S_MAX),
        };
        Self { failures, failed_at: now, blocked_until_at: now.plus_seconds(wait_s) }
    }
}

/// Counts a try as failed before the password is looked at, so that many at once count as many;
/// a good one is forgiven by `forgive`. Answers until when to wait, if this try must not be made.
///
/// # Errors
/// What SQLite said.
pub fn begin(tx: &Tx<'_>, buckets: &[Bucket]) -> Result<Option<Instant>, StoreError> {
    let mut blocked = None;
    for bucket in buckets {
        let until = find(tx.conn(), bucket)?.map(|attempts| attempts.blocked_until_at);
        blocked = blocked.max(until.filter(|until| *until > tx.now));
    }
    if blocked.is_none() {
        for bucket in buckets {
            let before = find(tx.conn(), bucket)?;
            upsert(tx, bucket, Attempts::after_failure(before, tx.now))?;
        }
    }
    Ok(blocked)
}

/// After a good sign-in: the account starts anew, the address gets its try back.
///
/// # Errors
/// What SQLite said.
pub fn forgive(tx: &Tx<'_>, account: &Bucket, address: &Bucket) -> Result<(), StoreError> {
    delete(tx, account)?;
    take_one_back(tx, address)
}

/// # Errors
/// What SQLite said.
pub fn find(conn: &Connection, bucket: &Bucket) -> Result<Option<Attempts>, StoreError> {
    let sql = "SELECT failures, failed_at, blocked_until_at FROM login_attempts WHERE bucket = ?1";
    let found = conn.query_row(sql, [&bucket.0], |row| {
        Ok(Attempts {
            failures: row.get(0)?,
            failed_at: row.get(1)?,
            blocked_until_at: row.get(2)?,
        })
    });
    Ok(found.optional()?)
}

/// # Errors
/// What SQLite said.
pub fn delete(tx: &Tx<'_>, bucket: &Bucket) -> Result<(), StoreError> {
    tx.conn().execute("DELETE FROM login_attempts WHERE bucket = ?1", [&bucket.0])?;
    Ok(())
}

/// Whoever is at the machine itself may start anew: a lock-out is no denial of service.
///
/// # Errors
/// What SQLite said.
pub fn delete_all(tx: &Tx<'_>) -> Result<(), StoreError> {
    tx.conn().execute("DELETE FROM login_attempts", [])?;
    Ok(())
}

fn upsert(tx: &Tx<'_>, bucket: &Bucket, attempts: Attempts) -> Result<(), StoreError> {
    tx.conn().execute(
        "INSERT INTO login_attempts (bucket, failures, failed_at, blocked_until_at) \
         VALUES (?1, ?2, ?3, ?4) ON CONFLICT (bucket) DO UPDATE SET \
         failures = excluded.failures, failed_at = excluded.failed_at, \
         blocked_until_at = excluded.blocked_until_at",
        (&bucket.0, attempts.failures, attempts.failed_at, attempts.blocked_until_at),
    )?;
    Ok(())
}

fn take_one_back(tx: &Tx<'_>, bucket: &Bucket) -> Result<(), StoreError> {
    tx.conn().execute(
        "UPDATE login_attempts SET failures = max(failures - 1, 0), blocked_until_at = ?2 \
         WHERE bucket = ?1",
        (&bucket.0, tx.now),
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{Folder, clock};
    use crate::store::{Db, Lane};

    fn try_it(db: &Db, buckets: &[Bucket]) -> bool {
        db.write_local(Lane::Interactive, |tx| begin(tx, buckets)).unwrap().is_none()
    }

    #[test]
    fn threat_19_at_most_300_guesses_a_day_and_a_restart_forgives_nothing() {
        let folder = Folder::new();
        let clock = clock();
        let mut db = Db::open(&folder.file("purser.db"), clock.clone()).unwrap();
        let buckets = [Bucket::account("ann@example.test")];
        let mut guesses = 0;
        for minute in 0..24 * 60 {
            while try_it(&db, &buckets) {
                guesses += 1;
            }
            if minute % 60 == 0 {
                drop(db);
                db = Db::open(&folder.file("purser.db"), clock.clone()).unwrap();
            }
            clock.advance_seconds(60);
        }
        assert!((5..=300).contains(&guesses), "{guesses}");
    }

    #[test]
    fn threat_19_waits_grow_and_a_good_sign_in_starts_anew() {
        let folder = Folder::new();
        let db = Db::open(&folder.file("purser.db"), clock()).unwrap();
        let account = Bucket::account("ann@example.test");
        let address = Bucket::address("127.0.0.1");
        let both = [account.clone(), address.clone()];
        assert_eq!((0..9).filter(|_| try_it(&db, &both)).count(), 5);
        db.clock().advance_seconds(WAIT_S_FIRST);
        assert!(try_it(&db, &both));
        db.clock().advance_seconds(WAIT_S_FIRST);
        assert!(!try_it(&db, &both));
        db.clock().advance_seconds(WAIT_S_FIRST);
        assert!(try_it(&db, &both));
        db.write_local(Lane::Interactive, |tx| forgive(tx, &account, &address)).unwrap();
        assert!(try_it(&db, std::slice::from_ref(&account)));
        let left = db.read(|reader| find(reader.conn(), &address)).unwrap().unwrap();
        assert_eq!(left.failures, 6);
    }
}
