//! Expenses as they are changed by hand (`costs.rs` lists and upserts them).

use rusqlite::Connection;

use crate::base::id::ExpenseId;
use crate::domain::record::Expense;
use crate::store::costs::EXPENSES;
use crate::store::fact::end_fact;
use crate::store::{StoreError, Tx, costs};

pub fn delete_expense(tx: &Tx<'_>, id: ExpenseId) -> Result<(), StoreError> {
    end_fact(tx, &EXPENSES, id.0, None)
}

/// The row under the key of `expense`.
pub fn find_same(conn: &Connection, expense: &Expense) -> Result<Option<Expense>, StoreError> {
    let mut rows = costs::list_expenses_in(conn)?.into_iter();
    Ok(rows.find(|(_, row)| is_same(row, expense)).map(|(_, row)| row))
}

pub fn find_id(conn: &Connection, expense: &Expense) -> Result<Option<ExpenseId>, StoreError> {
    let mut rows = costs::list_expenses_in(conn)?.into_iter();
    Ok(rows.find(|(_, row)| is_same(row, expense)).map(|(id, _)| id))
}

fn is_same(one: &Expense, other: &Expense) -> bool {
    (&one.name, one.from, &one.store) == (&other.name, other.from, &other.store)
}

/// The row with this id, and every other that a row of `put`'s key would replace.
pub fn list_replaced(
    conn: &Connection,
    id: Option<ExpenseId>,
    put: Option<&Expense>,
) -> Result<Vec<Expense>, StoreError> {
    let is_put = |one: &Expense| put.is_some_and(|put| is_same(one, put));
    let rows = costs::list_expenses_in(conn)?.into_iter();
    let replaced = rows.filter(|(other, one)| Some(*other) == id || is_put(one));
    Ok(replaced.map(|(_, one)| one).collect())
}
