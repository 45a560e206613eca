//! Taking a change of the history back, as long as nothing that it wrote was changed since. The
//! way back is a change of its own, which can be taken back in its turn.

use serde::de::DeserializeOwned;

use super::ctx::Tools;
use super::edit::{self, Basics, ExpenseRows};
use super::links::{self, Links};
use super::take_back as imports;
use crate::base::id::ChangeId;
use crate::domain::record::{Cost, ExchangeRate, Expense};
use crate::domain::rules::Rules;
use crate::store::changes::{self, By, Change, ChangeKind};
use crate::store::organisation;
use crate::store::{Lane, StoreError, Tx, costs, dirty, expenses, purchases, rates, rules};

const MEANWHILE: &str = "What this change wrote was changed since, so it cannot be taken back \
    by itself. Nothing was changed; take the later changes back first, or enter what should hold.";
const TAKEN_BACK: &str = "This change was taken back already.";

/// # Errors
/// `Missing` where there is no such change, `Refused` where it cannot be taken back any more.
pub fn undo(tools: &Tools, id: ChangeId, by: &By) -> Result<Change, StoreError> {
    let change = tools.db.read(|reader| changes::find(reader.conn(), id))?;
    let change = change.ok_or(StoreError::Missing)?;
    if let (ChangeKind::Import, Some(import)) = (change.kind, change.import) {
        check_open(&change)?;
        if change.undoes.is_some() {
            return Err(StoreError::Refused(MEANWHILE.to_owned()));
        }
        imports::undo(tools, import, by)?;
        return Ok(change);
    }
    tools.db.write_local(Lane::Interactive, |tx| {
        let change = changes::find(tx.conn(), id)?.ok_or(StoreError::Missing)?;
        take_back(tx, &change, by)
    })?;
    tools.signal.wake();
    Ok(change)
}

fn check_open(change: &Change) -> Result<(), StoreError> {
    match change.undone_by {
        Some(_) => Err(StoreError::Refused(TAKEN_BACK.to_owned())),
        None => Ok(()),
    }
}

/// Whether what it wrote still stands, so that `undo` would not refuse.
///
/// # Errors
/// `StoreError` of the database.
pub fn can_undo(conn: &rusqlite::Connection, change: &Change) -> Result<bool, StoreError> {
    if change.undone_by.is_some() {
        return Ok(false);
    }
    let is_same = match change.kind {
        ChangeKind::Import => {
            let sql = "select exists (select 1 from imports where id = ? and state = 'done')";
            let is_done: bool = conn.query_row(sql, [change.import], |row| row.get(0))?;
            is_done && change.undoes.is_none()
        }
        ChangeKind::Cost => {
            let (before, after) = both::<Cost>(change)?;
            let Some(key) = after.as_ref().or(before.as_ref()) else { return Ok(false) };
            costs::find_same_cost_in(conn, key)? == after
        }
        ChangeKind::Expense => stand_as_written(conn, change)?,
        ChangeKind::Rate => {
            let (before, after) = both::<ExchangeRate>(change)?;
            let mut is_same = true;
            if let Some(before) = &before {
                let is_put = after.as_ref().is_some_and(|after| is_of_key(before, after));
                is_same &= is_put || rates::find_own(conn, before)?.is_none();
            }
            if let Some(after) = &after {
                is_same &= rates::find_own(conn, after)?.as_ref() == Some(after);
            }
            is_same
        }
        ChangeKind::Links => {
            let after: Option<Links> = read(&change.after)?;
            links::stands(conn, &after.unwrap_or_default())?
        }
        ChangeKind::Purchase => change.undoes.is_none() && purchases::stands(conn, change.at)?,
        ChangeKind::Rules => rules_without(conn, change)?.is_some(),
        ChangeKind::Organisation => {
            let after: Option<Basics> = read(&change.after)?;
            let now = organisation::find(conn)?;
            after.is_some_and(|after| after.holds_in(&now))
        }
    };
    Ok(is_same)
}

/// # Errors
/// `Refused` where what it wrote was changed since.
pub(super) fn take_back(tx: &Tx<'_>, change: &Change, by: &By) -> Result<(), StoreError> {
    check_open(change)?;
    if !can_undo(tx.conn(), change)? {
        return Err(StoreError::Refused(MEANWHILE.to_owned()));
    }
    let undoes = Some(change.id);
    match change.kind {
        ChangeKind::Cost => {
            let (before, after) = both::<Cost>(change)?;
            match (&before, &after) {
                (Some(before), _) => {
                    costs::upsert_cost(tx, before, None)?;
                    edit::mark_cost(tx, before)?;
                }
                (None, Some(after)) => edit::end_cost(tx, after)?,
                (None, None) => {}
            }
            edit::note_cost(tx, (after.as_ref(), before.as_ref()), by, undoes)
        }
        ChangeKind::Expense => {
            dirty::bump_version(tx)?;
            let (before, after) = both::<ExpenseRows>(change)?;
            let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
            for row in &after.0 {
                let id = expenses::find_id(tx.conn(), row)?.ok_or(StoreError::Missing)?;
                expenses::delete_expense(tx, id)?;
            }
            for row in &before.0 {
                costs::upsert_expense(tx, row, None)?;
            }
            edit::note_expenses(tx, (&after, &before), by, undoes)
        }
        ChangeKind::Rate => {
            let (before, after) = both::<ExchangeRate>(change)?;
            edit::put_rate(tx, (after.as_ref(), before.as_ref()), by, undoes)
        }
        ChangeKind::Rules => {
            let now = rules::find_rules_for_write(tx)?;
            let put = rules_without(tx.conn(), change)?.unwrap_or_default();
            edit::put_rules(tx, (&now, &put), by, undoes)
        }
        ChangeKind::Links => {
            let (before, after) = both::<Links>(change)?;
            let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
            links::put_back(tx, change, (&before, &after), by)
        }
        ChangeKind::Purchase => edit::put_purchases_back(tx, change, by),
        ChangeKind::Organisation => {
            let before: Option<Basics> = read(&change.before)?;
            edit::set_basics(tx, &before.unwrap_or_default().choice(), by, undoes)
        }
        ChangeKind::Import => Err(StoreError::Refused(MEANWHILE.to_owned())),
    }
}

/// The rules in force with the lists of the change as they were before it; `None` where one of
/// them was changed since.
fn rules_without(
    conn: &rusqlite::Connection,
    change: &Change,
) -> Result<Option<Rules>, StoreError> {
    let (before, after) = both::<Rules>(change)?;
    let (Some(before), Some(after)) = (before, after) else { return Ok(None) };
    let now = rules::find_rules_in(conn)?;
    Ok(now.with_lists_of(&after, &before))
}

/// Every row that came is there as it was put, and none stands where one went.
fn stand_as_written(conn: &rusqlite::Connection, change: &Change) -> Result<bool, StoreError> {
    let (before, after) = both::<ExpenseRows>(change)?;
    let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
    let key = |row: &Expense| (row.name.clone(), row.from, row.store.clone());
    for row in &after.0 {
        if expenses::find_same(conn, row)?.as_ref() != Some(row) {
            return Ok(false);
        }
    }
    for row in before.0.iter().filter(|row| after.0.iter().all(|put| key(put) != key(row))) {
        if expenses::find_same(conn, row)?.is_some() {
            return Ok(false);
        }
    }
    Ok(true)
}

fn is_of_key(one: &ExchangeRate, other: &ExchangeRate) -> bool {
    (one.base, one.quote, one.day) == (other.base, other.quote, other.day)
}

fn both<T: DeserializeOwned>(change: &Change) -> Result<(Option<T>, Option<T>), StoreError> {
    Ok((read(&change.before)?, read(&change.after)?))
}

fn read<T: DeserializeOwned>(text: &Option<String>) -> Result<Option<T>, StoreError> {
    let value = text.as_deref().map(serde_json::from_str).transpose();
    value.map_err(|fault| StoreError::Internal(fault.to_string()))
}
