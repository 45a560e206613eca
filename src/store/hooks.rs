//! What is noted of platforms' own calls: which of them are known, so that none counts twice, and
//! how many came.

use rusqlite::{OptionalExtension, params};

use crate::base::Instant;
use crate::base::id::AccountId;
use crate::store::{Reader, StoreError, Tx};

/// SHA-256 of what a platform calls a delivery, or of its body.
pub type DeliveryMark = [u8; 32];

/// Days for which a call is known again.
pub const KNOWN_DAYS: i64 = 30;
/// Deliveries that go at once, so that nobody waits long.
const PRUNED_AT_ONCE: i64 = 5_000;

/// How many calls came, by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub taken: i64,
    /// Known already; nothing was done.
    pub repeated: i64,
    pub refused: i64,
    pub taken_at: Option<Instant>,
    pub refused_at: Option<Instant>,
}

/// Whether one of these marks is known.
///
/// # Errors
/// `StoreError` of the database.
pub fn is_known(
    tx: &Tx<'_>,
    account: AccountId,
    marks: &[DeliveryMark],
) -> Result<bool, StoreError> {
    let mut statement = tx.conn().prepare_cached(
        "select exists (select 1 from hook_deliveries where account_id = ? and mark = ?)",
    )?;
    for mark in marks {
        if statement.query_row(params![account, mark.as_slice()], |row| row.get(0))? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Notes marks; an account that is gone meanwhile has none.
///
/// # Errors
/// `StoreError` of the database.
pub fn insert_delivery(
    tx: &Tx<'_>,
    account: AccountId,
    marks: &[DeliveryMark],
) -> Result<(), StoreError> {
    let mut statement = tx.conn().prepare_cached(
        "insert into hook_deliveries (account_id, mark, received_at)
         select id, ?2, ?3 from accounts where id = ?1
         on conflict (account_id, mark) do nothing",
    )?;
    for mark in marks {
        statement.execute(params![account, mark.as_slice(), tx.now])?;
    }
    Ok(())
}

/// Adds to what came; an account that is gone has none.
///
/// # Errors
/// `StoreError` of the database.
pub fn add_tally(tx: &Tx<'_>, account: AccountId, more: &Tally) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached(
            "insert into hook_tallies
                (account_id, taken, repeated, refused, taken_at, refused_at)
             select id, ?2, ?3, ?4, iif(?2 + ?3 > 0, ?5, null), iif(?4 > 0, ?5, null)
             from accounts where id = ?1
             on conflict (account_id) do update set taken = taken + excluded.taken,
                repeated = repeated + excluded.repeated, refused = refused + excluded.refused,
                taken_at = coalesce(excluded.taken_at, taken_at),
                refused_at = coalesce(excluded.refused_at, refused_at)",
        )?
        .execute(params![account, more.taken, more.repeated, more.refused, tx.now])?;
    Ok(())
}

/// # Errors
/// `StoreError` of the database.
pub fn find_tally(reader: &Reader<'_>, account: AccountId) -> Result<Tally, StoreError> {
    let found = reader
        .conn()
        .prepare_cached(
            "select taken, repeated, refused, taken_at, refused_at from hook_tallies
             where account_id = ?",
        )?
        .query_row([account], |row| {
            Ok(Tally {
                taken: row.get(0)?,
                repeated: row.get(1)?,
                refused: row.get(2)?,
                taken_at: row.get(3)?,
                refused_at: row.get(4)?,
            })
        })
        .optional()?;
    Ok(found.unwrap_or_default())
}

/// Forgets some deliveries that came before; gives how many.
///
/// # Errors
/// `StoreError` of the database.
pub fn prune(tx: &Tx<'_>, before: Instant) -> Result<usize, StoreError> {
    Ok(tx.conn().execute(
        "delete from hook_deliveries where (account_id, mark) in (
            select account_id, mark from hook_deliveries where received_at < ? limit ?)",
        params![before, PRUNED_AT_ONCE],
    )?)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::store::Lane;
    use crate::store::accounts::{self, NewAccount};
    use crate::store::testing::{Folder, open};

    #[test]
    fn a_call_is_known_for_thirty_days_and_counted_by_what_became_of_it() {
        let folder = Folder::new();
        let db = open(&folder);
        let settings = BTreeMap::new();
        let new = NewAccount {
            platform: "made",
            name: "made",
            store: None,
            external_id: "",
            external_label: "",
            settings: &settings,
            since: None,
        };
        let (first, second) = ([1; 32], [2; 32]);
        let account = db
            .write_local(Lane::Background, |tx| {
                let account = accounts::insert_account(tx, &new)?;
                assert!(!is_known(tx, account, &[first])?);
                insert_delivery(tx, account, &[first])?;
                insert_delivery(tx, account, &[first, second])?;
                assert!(is_known(tx, account, &[[3; 32], second])?);
                assert!(!is_known(tx, AccountId(99), &[first])?, "of another connection");
                add_tally(tx, account, &Tally { taken: 2, ..Tally::default() })?;
                add_tally(tx, account, &Tally { refused: 3, repeated: 1, ..Tally::default() })?;
                add_tally(tx, AccountId(99), &Tally { taken: 1, ..Tally::default() })?;
                Ok(account)
            })
            .unwrap();
        let now = db.clock().now();
        let tally = db.read(|reader| find_tally(reader, account)).unwrap();
        assert_eq!((tally.taken, tally.repeated, tally.refused), (2, 1, 3));
        assert_eq!((tally.taken_at, tally.refused_at), (Some(now), Some(now)));
        let prune_after = |days: i64| {
            db.write_local(Lane::Background, |tx| {
                prune(tx, now.plus_seconds((days - KNOWN_DAYS) * 86_400))
            })
            .unwrap()
        };
        assert_eq!((prune_after(30), prune_after(31), prune_after(31)), (0, 2, 0));
    }
}
