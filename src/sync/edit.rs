//! What a person changes by hand: a cost, an expense, the rules, the organisation. Each change is
//! one transaction with its marks, so that the figures follow in the background.

use std::collections::BTreeSet;

use crate::base::Instant;
use crate::base::id::ExpenseId;
use crate::domain::record::{Cost, Expense, PurchaseChange};
use crate::domain::rules::Rules;
use crate::jobs::runner;
use crate::store::fact::Upserted;
use crate::store::organisation::{self, Choice};
use crate::store::{Lane, StoreError, Tx, costs, dirty, expenses, purchases, rules};

use super::ctx::Tools;
use super::import_job::BOOKS_JOB;

/// Enters a cost, or replaces the one with its key.
///
/// # Errors
/// `StoreError` of the database.
pub fn save_cost(tools: &Tools, cost: &Cost) -> Result<Upserted, StoreError> {
    let upserted = tools.db.write_local(Lane::Interactive, |tx| {
        let upserted = costs::upsert_cost(tx, cost, None)?;
        if upserted.is_written() {
            mark_cost(tx, cost)?;
        }
        Ok(upserted)
    })?;
    tools.signal.wake();
    Ok(upserted)
}

/// Ends the cost with the key of `cost`; what it replaced in time holds again.
///
/// # Errors
/// `Missing` where there is none.
pub fn delete_cost(tools: &Tools, cost: &Cost) -> Result<(), StoreError> {
    tools.db.write_local(Lane::Interactive, |tx| {
        let id = costs::find_cost_id(tx, cost)?.ok_or(StoreError::Missing)?;
        costs::delete_cost(tx, id)?;
        mark_cost(tx, cost)
    })?;
    tools.signal.wake();
    Ok(())
}

/// Takes the last change under the key of `cost` back: what was replaced or deleted stands
/// again, what was new goes.
///
/// # Errors
/// `Missing` where nothing was ever entered under it.
pub fn undo_cost(tools: &Tools, cost: &Cost) -> Result<(), StoreError> {
    tools.db.write_local(Lane::Interactive, |tx| {
        match costs::find_former_cost(tx, cost)? {
            Some(former) => {
                costs::upsert_cost(tx, &former, None)?;
            }
            None => {
                let id = costs::find_cost_id(tx, cost)?.ok_or(StoreError::Missing)?;
                costs::delete_cost(tx, id)?;
            }
        }
        mark_cost(tx, cost)
    })?;
    tools.signal.wake();
    Ok(())
}

/// Enters receipts and landed costs, or takes them out. Gives the instant under which it can be
/// undone.
///
/// # Errors
/// `Missing` where what goes is not there.
pub fn change_purchases(tools: &Tools, change: &PurchaseChange) -> Result<Instant, StoreError> {
    let at = tools.db.write_local(Lane::Interactive, |tx| {
        let mut references: Vec<String> = change.gone.iter().cloned().collect();
        if let Some(landed) = change.landed_gone {
            references.push(purchases::find_reference_of(tx, landed)?);
        }
        references.extend(change.put.iter().map(|one| one.reference.clone()));
        references.extend(change.landed.iter().map(|one| one.reference.clone()));
        let mut skus = skus_of(tx, &references)?;
        if let Some(gone) = &change.gone
            && purchases::delete_reference(tx, gone)? == 0
        {
            return Err(StoreError::Missing);
        }
        if let Some(landed) = change.landed_gone {
            purchases::delete_landed(tx, landed)?;
        }
        for purchase in &change.put {
            purchases::upsert_purchase(tx, purchase, None)?;
        }
        for cost in &change.landed {
            purchases::upsert_landed(tx, cost, None)?;
        }
        skus.extend(skus_of(tx, &references)?);
        mark_purchases(tx, &skus)?;
        Ok(tx.now)
    })?;
    tools.signal.wake();
    Ok(at)
}

/// Takes a change of purchases back.
///
/// # Errors
/// `Missing` where nothing was changed by hand at that instant.
pub fn undo_purchases(tools: &Tools, at: Instant) -> Result<(), StoreError> {
    tools.db.write_local(Lane::Interactive, |tx| {
        let references = purchases::list_references_at(tx, at)?;
        let mut skus = skus_of(tx, &references)?;
        if purchases::undo_at(tx, at)? == 0 {
            return Err(StoreError::Missing);
        }
        skus.extend(skus_of(tx, &references)?);
        mark_purchases(tx, &skus)
    })?;
    tools.signal.wake();
    Ok(())
}

fn skus_of(tx: &Tx<'_>, references: &[String]) -> Result<BTreeSet<String>, StoreError> {
    let mut skus = BTreeSet::new();
    for reference in references {
        skus.extend(purchases::list_skus_of(tx, reference)?);
    }
    Ok(skus)
}

fn mark_purchases(tx: &Tx<'_>, skus: &BTreeSet<String>) -> Result<(), StoreError> {
    let mark = dirty::bump_version(tx)?;
    dirty::mark_layers(tx, skus.iter().map(String::as_str), mark, None)?;
    push_books(tx)
}

/// Enters an expense, changes or deletes one: the row `gone` ends, `put` stands in its place.
/// Gives the instant under which it can be undone. Expenses are spread when figures are read, so
/// nothing is computed again.
///
/// # Errors
/// `StoreError` of the database.
pub fn change_expense(
    tools: &Tools,
    gone: Option<ExpenseId>,
    put: Option<&Expense>,
) -> Result<Instant, StoreError> {
    tools.db.write_local(Lane::Interactive, |tx| {
        dirty::bump_version(tx)?;
        if let Some(gone) = gone {
            expenses::delete_expense(tx, gone)?;
        }
        if let Some(put) = put {
            costs::upsert_expense(tx, put, None)?;
        }
        Ok(tx.now)
    })
}

/// Takes a change of expenses back.
///
/// # Errors
/// `Missing` where nothing was changed by hand at that instant.
pub fn undo_expense(tools: &Tools, at: Instant) -> Result<(), StoreError> {
    tools.db.write_local(Lane::Interactive, |tx| {
        dirty::bump_version(tx)?;
        match expenses::undo_at(tx, at)? {
            0 => Err(StoreError::Missing),
            _ => Ok(()),
        }
    })
}

/// Puts a set of rules in force, if those are in force that it was made from. `by` names whoever
/// does it. Gives whether it was done.
///
/// # Errors
/// `StoreError` of the database.
pub fn save_rules(
    tools: &Tools,
    (base, put): (&Rules, &Rules),
    by: &str,
) -> Result<bool, StoreError> {
    let is_done = tools.db.write_local(Lane::Interactive, |tx| {
        if rules::find_rules_for_write(tx)? != *base {
            return Ok(false);
        }
        put_rules(tx, put, by)?;
        Ok(true)
    })?;
    tools.signal.wake();
    Ok(is_done)
}

/// What held before the rules in force holds again.
///
/// # Errors
/// `StoreError` of the database.
pub fn undo_rules(tools: &Tools, by: &str) -> Result<(), StoreError> {
    tools.db.write_local(Lane::Interactive, |tx| {
        let former = rules::find_former(tx)?.unwrap_or_default();
        put_rules(tx, &former, by)
    })?;
    tools.signal.wake();
    Ok(())
}

fn put_rules(tx: &Tx<'_>, put: &Rules, by: &str) -> Result<(), StoreError> {
    if rules::replace_by_hand(tx, put, by)?.is_written() {
        let mark = dirty::bump_version(tx)?;
        dirty::mark_all(tx, mark)?;
        push_books(tx)?;
    }
    Ok(())
}

/// Changes the organisation. Where figures rest on what changes, all are computed again.
///
/// # Errors
/// `StoreError` of the database.
pub fn set_organisation(tools: &Tools, choice: &Choice) -> Result<(), StoreError> {
    tools.db.write_local(Lane::Interactive, |tx| {
        organisation::update(tx, choice)?;
        if changes_books(choice) {
            let mark = dirty::bump_version(tx)?;
            dirty::mark_all(tx, mark)?;
            push_books(tx)?;
        }
        Ok(())
    })?;
    tools.signal.wake();
    Ok(())
}

/// Whether a choice is about more than names and looks.
pub fn changes_books(choice: &Choice) -> bool {
    choice.currency.is_some()
        || choice.time_zone.is_some()
        || choice.cost_method.is_some()
        || choice.vat_registered.is_some()
}

fn mark_cost(tx: &Tx<'_>, cost: &Cost) -> Result<(), StoreError> {
    let mark = dirty::bump_version(tx)?;
    dirty::mark_sku(tx, &cost.sku, cost.valid_from, mark)?;
    push_books(tx)
}

fn push_books(tx: &Tx<'_>) -> Result<(), StoreError> {
    runner::push(tx, BOOKS_JOB, BOOKS_JOB, "{}", Some(BOOKS_JOB)).map(|_| ())
}
