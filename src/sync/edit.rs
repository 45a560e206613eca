//! What a person changes by hand: a cost, an expense, the rules, a rate, the organisation. Each
//! change is one transaction with its marks and its place in the history, so that the figures
//! follow in the background and it can be taken back (`undo.rs`).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::base::id::{ChangeId, ExpenseId};
use crate::base::{Currency, Instant, Zone};
use crate::domain::record::{Cost, ExchangeRate, Expense, PurchaseChange};
use crate::domain::rules::Rules;
use crate::jobs::runner;
use crate::store::changes::{self, By, ChangeKind, NewChange};
use crate::store::fact::Upserted;
use crate::store::organisation::{self, Choice, CostMethod, Organisation};
use crate::store::purchasing::receipts;
use crate::store::stock::claims;
use crate::store::touched::Touched;
use crate::store::{Lane, StoreError, Tx, costs, dirty, expenses, purchases, rates, rules};

use super::ctx::Tools;
use super::import_job::BOOKS_JOB;
use super::receiving;
use super::stock::job as stock_job;
use super::undo;

/// What a change of expenses was: the rows that went, and the one that came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpenseRows(pub Vec<Expense>);

/// What figures rest on of the organisation, as the history keeps it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Basics {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost_method: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vat_registered: Option<bool>,
}

impl Basics {
    /// What the choice touches of the organisation as it is.
    fn touched(now: &Organisation, choice: &Choice) -> Self {
        let zone = now.time_zone.as_ref().map(|zone| zone.name().to_owned());
        Self {
            currency: now.currency.filter(|_| choice.currency.is_some()),
            time_zone: zone.filter(|_| choice.time_zone.is_some()),
            cost_method: choice.cost_method.map(|_| now.cost_method.name().to_owned()),
            vat_registered: choice.vat_registered.map(|_| now.vat_registered),
        }
    }

    fn chosen(choice: &Choice) -> Self {
        Self {
            currency: choice.currency,
            time_zone: choice.time_zone.as_ref().map(|zone| zone.name().to_owned()),
            cost_method: choice.cost_method.map(|method| method.name().to_owned()),
            vat_registered: choice.vat_registered,
        }
    }

    /// Whether the organisation is as it says, where it says something.
    pub fn holds_in(&self, now: &Organisation) -> bool {
        let zone = now.time_zone.as_ref().map(Zone::name);
        self.currency.is_none_or(|currency| now.currency == Some(currency))
            && self.time_zone.as_deref().is_none_or(|name| zone == Some(name))
            && self.cost_method.as_deref().is_none_or(|name| now.cost_method.name() == name)
            && self.vat_registered.is_none_or(|on| now.vat_registered == on)
    }

    /// The choice that leads back here.
    pub fn choice(&self) -> Choice {
        Choice {
            currency: self.currency,
            time_zone: self.time_zone.as_deref().and_then(|name| Zone::parse(name).ok()),
            cost_method: self.cost_method.as_deref().and_then(CostMethod::parse),
            vat_registered: self.vat_registered,
            ..Choice::default()
        }
    }
}

/// Enters a cost, or replaces the one with its key.
///
/// # Errors
/// `StoreError` of the database.
pub fn save_cost(tools: &Tools, cost: &Cost, by: &By) -> Result<Upserted, StoreError> {
    let upserted = tools.db.write_local(Lane::Interactive, |tx| {
        let before = costs::find_same_cost(tx, cost)?;
        let upserted = costs::upsert_cost(tx, cost, None)?;
        if upserted.is_written() {
            mark_cost(tx, cost)?;
            note_cost(tx, (before.as_ref(), Some(cost)), by, None)?;
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
pub fn delete_cost(tools: &Tools, cost: &Cost, by: &By) -> Result<(), StoreError> {
    tools.db.write_local(Lane::Interactive, |tx| {
        let before = costs::find_same_cost(tx, cost)?.ok_or(StoreError::Missing)?;
        end_cost(tx, cost)?;
        note_cost(tx, (Some(&before), None), by, None)
    })?;
    tools.signal.wake();
    Ok(())
}

pub(super) fn end_cost(tx: &Tx<'_>, cost: &Cost) -> Result<(), StoreError> {
    let id = costs::find_cost_id(tx, cost)?.ok_or(StoreError::Missing)?;
    costs::delete_cost(tx, id)?;
    mark_cost(tx, cost)
}

/// Takes the last change under the key of `cost` back: what was replaced or deleted stands
/// again, what was new goes.
///
/// # Errors
/// `Missing` where nothing was ever entered under it.
pub fn undo_cost(tools: &Tools, cost: &Cost, by: &By) -> Result<(), StoreError> {
    tools.db.write_local(Lane::Interactive, |tx| {
        let now = costs::find_same_cost(tx, cost)?;
        let former = costs::find_former_cost(tx, cost)?;
        match &former {
            Some(former) => {
                costs::upsert_cost(tx, former, None)?;
                mark_cost(tx, cost)?;
            }
            None => end_cost(tx, cost)?,
        }
        let text = write(&now)?;
        let last = changes::find_last(tx.conn(), ChangeKind::Cost, Some(&cost.sku), |change| {
            change.after == text && change.undoes.is_none()
        })?;
        note_cost(tx, (now.as_ref(), former.as_ref()), by, last.map(|last| last.id))
    })?;
    tools.signal.wake();
    Ok(())
}

pub(super) fn note_cost(
    tx: &Tx<'_>,
    (before, after): (Option<&Cost>, Option<&Cost>),
    by: &By,
    undoes: Option<ChangeId>,
) -> Result<(), StoreError> {
    let subject = before.or(after).map_or("", |cost| cost.sku.as_str());
    note(tx, (ChangeKind::Cost, subject), (write(&before)?, write(&after)?), by, undoes)
}

/// Enters receipts and landed costs, or takes them out. Gives the instant under which it can be
/// undone.
///
/// # Errors
/// `Missing` where what goes is not there.
pub fn change_purchases(
    tools: &Tools,
    change: &PurchaseChange,
    by: &By,
) -> Result<Instant, StoreError> {
    let at = tools.db.write_local(Lane::Interactive, |tx| {
        if let Some(gone) = &change.gone
            && receipts::has_receipts(tx.conn(), gone)?
        {
            return Err(StoreError::Refused(format!(
                "What came of purchase order {gone} stands in stock too, so it is not deleted \
                 here. Nothing was changed; undo its receipts on the page of the order."
            )));
        }
        put_purchases(tx, change, by)?;
        Ok(tx.now)
    })?;
    tools.signal.wake();
    Ok(at)
}

/// The change itself, with its marks and its place in the history.
pub(super) fn put_purchases(
    tx: &Tx<'_>,
    change: &PurchaseChange,
    by: &By,
) -> Result<ChangeId, StoreError> {
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
    references.sort();
    references.dedup();
    let (subject, after) = (references.join(", "), write(&Some(change))?);
    let (kind, before) = (ChangeKind::Purchase, None);
    let (import, undoes) = (None, None);
    let new = NewChange { kind, by, subject: &subject, before, after, import, undoes };
    changes::append(tx, &new)
}

/// Takes a change of purchases back.
///
/// # Errors
/// `Missing` where nothing was changed by hand at that instant.
pub fn undo_purchases(tools: &Tools, at: Instant, by: &By) -> Result<(), StoreError> {
    tools.db.write_local(Lane::Interactive, |tx| {
        let is_it = |change: &changes::Change| change.at == at;
        let done = changes::find_last(tx.conn(), ChangeKind::Purchase, None, is_it)?;
        undo::take_back(tx, &done.ok_or(StoreError::Missing)?, by)
    })?;
    tools.signal.wake();
    Ok(())
}

/// What was entered or taken out at the instant of a change is as it was before.
pub(super) fn put_purchases_back(
    tx: &Tx<'_>,
    change: &changes::Change,
    by: &By,
) -> Result<(), StoreError> {
    let references = purchases::list_references_at(tx, change.at)?;
    let mut skus = skus_of(tx, &references)?;
    if purchases::undo_at(tx, change.at)? == 0 {
        return Err(StoreError::Missing);
    }
    skus.extend(skus_of(tx, &references)?);
    mark_purchases(tx, &skus)?;
    if let Some((receipt, action)) = receipts::find_by_change(tx.conn(), change.id)? {
        receiving::take_units_back(tx, (receipt, action), by)?;
    }
    let texts = (change.after.clone(), None);
    note(tx, (ChangeKind::Purchase, &change.subject), texts, by, Some(change.id))
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
    dirty::bump_policy(tx)?;
    dirty::mark_layers(tx, skus.iter().map(String::as_str), mark, None)?;
    runner::push(tx, BOOKS_JOB, BOOKS_JOB, "{}", Some(BOOKS_JOB)).map(|_| ())
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
    by: &By,
) -> Result<Instant, StoreError> {
    tools.db.write_local(Lane::Interactive, |tx| {
        dirty::bump_version(tx)?;
        let before = ExpenseRows(expenses::list_replaced(tx.conn(), gone, put)?);
        if let Some(gone) = gone {
            expenses::delete_expense(tx, gone)?;
        }
        if let Some(put) = put {
            costs::upsert_expense(tx, put, None)?;
        }
        note_expense(tx, (&before, put), by, None)?;
        Ok(tx.now)
    })
}

pub(super) fn note_expense(
    tx: &Tx<'_>,
    (before, put): (&ExpenseRows, Option<&Expense>),
    by: &By,
    undoes: Option<ChangeId>,
) -> Result<(), StoreError> {
    let after = ExpenseRows(put.cloned().into_iter().collect());
    note_expenses(tx, (before, &after), by, undoes)
}

pub(super) fn note_expenses(
    tx: &Tx<'_>,
    (before, after): (&ExpenseRows, &ExpenseRows),
    by: &By,
    undoes: Option<ChangeId>,
) -> Result<(), StoreError> {
    let subject = before.0.first().or(after.0.first()).map_or("", |row| row.name.as_str());
    let some = |rows: &ExpenseRows| (!rows.0.is_empty()).then(|| rows.clone());
    let texts = (write(&some(before))?, write(&some(after))?);
    note(tx, (ChangeKind::Expense, subject), texts, by, undoes)
}

/// Takes a change of expenses back.
///
/// # Errors
/// `Missing` where nothing was changed by hand at that instant.
pub fn undo_expense(tools: &Tools, at: Instant, by: &By) -> Result<(), StoreError> {
    tools.db.write_local(Lane::Interactive, |tx| {
        let is_it = |change: &changes::Change| change.at == at;
        let done = changes::find_last(tx.conn(), ChangeKind::Expense, None, is_it)?;
        undo::take_back(tx, &done.ok_or(StoreError::Missing)?, by).map(|_| ())
    })
}

/// Puts a set of rules in force, if those are in force that it was made from. Gives whether it
/// was done.
///
/// # Errors
/// `StoreError` of the database.
pub fn save_rules(
    tools: &Tools,
    (base, put): (&Rules, &Rules),
    by: &By,
) -> Result<bool, StoreError> {
    let is_done = tools.db.write_local(Lane::Interactive, |tx| {
        if rules::find_rules_for_write(tx)? != *base {
            return Ok(false);
        }
        put_rules(tx, (base, put), by, None)?;
        Ok(true)
    })?;
    tools.signal.wake();
    Ok(is_done)
}

/// What held before the rules in force holds again.
///
/// # Errors
/// `StoreError` of the database.
pub fn undo_rules(tools: &Tools, by: &By) -> Result<(), StoreError> {
    tools.db.write_local(Lane::Interactive, |tx| {
        let now = rules::find_rules_for_write(tx)?;
        let former = rules::find_former(tx)?.unwrap_or_default();
        let text = write(&Some(&now))?;
        let last = changes::find_last(tx.conn(), ChangeKind::Rules, None, |change| {
            change.after == text && change.undoes.is_none()
        })?;
        put_rules(tx, (&now, &former), by, last.map(|last| last.id))
    })?;
    tools.signal.wake();
    Ok(())
}

pub(super) fn put_rules(
    tx: &Tx<'_>,
    (before, put): (&Rules, &Rules),
    by: &By,
    undoes: Option<ChangeId>,
) -> Result<(), StoreError> {
    if rules::replace_by_hand(tx, put, &by.name)?.is_written() {
        mark(tx, &Touched::by_rules(tx.conn(), before, put)?)?;
        claims::mark_bundles(tx, before, put)?;
        stock_job::queue_plan(tx)?;
        let subject = before.list_differing(put).join(", ");
        let texts = (write(&Some(before))?, write(&Some(put))?);
        note(tx, (ChangeKind::Rules, &subject), texts, by, undoes)?;
    }
    Ok(())
}

/// Enters an own rate in place of `gone`, or ends it where nothing is put.
///
/// # Errors
/// `Missing` where the row that should go is not there.
pub fn change_rate(
    tools: &Tools,
    (gone, put): (Option<&ExchangeRate>, Option<&ExchangeRate>),
    by: &By,
) -> Result<(), StoreError> {
    tools.db.write_local(Lane::Interactive, |tx| put_rate(tx, (gone, put), by, None))?;
    tools.signal.wake();
    Ok(())
}

pub(super) fn put_rate(
    tx: &Tx<'_>,
    (gone, put): (Option<&ExchangeRate>, Option<&ExchangeRate>),
    by: &By,
    undoes: Option<ChangeId>,
) -> Result<(), StoreError> {
    let key = |rate: &ExchangeRate| (rate.base, rate.quote, rate.day);
    let is_moved = gone.is_some() && gone.map(key) != put.map(key);
    let replaced = match put {
        Some(put) => rates::find_own(tx.conn(), put)?,
        None => None,
    };
    let mut touched: Vec<_> = put.map(key).into_iter().collect();
    if let Some(gone) = gone.filter(|_| is_moved) {
        rates::delete_own(tx, gone)?;
        touched.push(key(gone));
    }
    if let Some(put) = put {
        costs::upsert_rate(tx, put, None)?;
    }
    mark(tx, &Touched::by_rates(tx.conn(), &touched)?)?;
    let before = gone.filter(|_| is_moved).or(replaced.as_ref());
    let subject = before
        .or(put)
        .map_or_else(String::new, |rate| format!("{}/{} {}", rate.base, rate.quote, rate.day));
    note(tx, (ChangeKind::Rate, &subject), (write(&before)?, write(&put)?), by, undoes)
}

/// Changes the organisation. Where figures rest on what changes, all are computed again.
///
/// # Errors
/// `StoreError` of the database.
pub fn set_organisation(tools: &Tools, choice: &Choice, by: &By) -> Result<(), StoreError> {
    tools.db.write_local(Lane::Interactive, |tx| set_basics(tx, choice, by, None))?;
    tools.signal.wake();
    Ok(())
}

pub(super) fn set_basics(
    tx: &Tx<'_>,
    choice: &Choice,
    by: &By,
    undoes: Option<ChangeId>,
) -> Result<(), StoreError> {
    let before = Basics::touched(&organisation::find(tx.conn())?, choice);
    organisation::update(tx, choice)?;
    if !changes_books(choice) {
        return Ok(());
    }
    mark(tx, &Touched::all())?;
    let after = Basics::chosen(choice);
    if before == after {
        return Ok(());
    }
    let texts = (write(&Some(before))?, write(&Some(after))?);
    note(tx, (ChangeKind::Organisation, ""), texts, by, undoes)
}

/// Whether a choice is about more than names and looks.
pub fn changes_books(choice: &Choice) -> bool {
    choice.currency.is_some()
        || choice.time_zone.is_some()
        || choice.cost_method.is_some()
        || choice.vat_registered.is_some()
}

pub(super) fn mark_cost(tx: &Tx<'_>, cost: &Cost) -> Result<(), StoreError> {
    mark(tx, &Touched::by_cost(tx.conn(), cost)?)
}

fn mark(tx: &Tx<'_>, touched: &Touched) -> Result<(), StoreError> {
    let mark = dirty::bump_version(tx)?;
    dirty::bump_policy(tx)?;
    touched.mark(tx, mark)?;
    runner::push(tx, BOOKS_JOB, BOOKS_JOB, "{}", Some(BOOKS_JOB)).map(|_| ())
}

fn note(
    tx: &Tx<'_>,
    (kind, subject): (ChangeKind, &str),
    (before, after): (Option<String>, Option<String>),
    by: &By,
    undoes: Option<ChangeId>,
) -> Result<(), StoreError> {
    let new = NewChange { kind, by, subject, before, after, import: None, undoes };
    changes::append(tx, &new).map(|_| ())
}

fn write<T: Serialize>(value: &Option<T>) -> Result<Option<String>, StoreError> {
    let text = value.as_ref().map(serde_json::to_string).transpose();
    text.map_err(|fault| StoreError::Internal(fault.to_string()))
}
