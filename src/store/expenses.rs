//! Expenses as they are changed by hand (`costs.rs` lists and upserts them).

use crate::base::Instant;
use crate::base::id::ExpenseId;
use crate::domain::record::Expense;
use crate::store::costs::EXPENSES;
use crate::store::fact::{end_fact, undo_instant};
use crate::store::{Reader, StoreError, Tx, costs};

pub fn delete_expense(tx: &Tx<'_>, id: ExpenseId) -> Result<(), StoreError> {
    end_fact(tx, &EXPENSES, id.0, None)
}

/// Takes back what was changed by hand at an instant. Gives the number of rows touched.
pub fn undo_at(tx: &Tx<'_>, at: Instant) -> Result<i64, StoreError> {
    undo_instant(tx, &EXPENSES, at)
}

/// The row with this id, and every other that a row of `put`'s key would replace.
pub fn list_replaced(
    reader: &Reader<'_>,
    id: Option<ExpenseId>,
    put: Option<&Expense>,
) -> Result<Vec<Expense>, StoreError> {
    let is_same = |one: &Expense| {
        put.is_some_and(|put| {
            (&one.name, one.from, &one.store) == (&put.name, put.from, &put.store)
        })
    };
    let rows = costs::list_expenses(reader)?.into_iter();
    let replaced = rows.filter(|(other, one)| Some(*other) == id || is_same(one));
    Ok(replaced.map(|(_, one)| one).collect())
}
