//! Goals of the months. They are wishes, no facts: one that is changed leaves nothing behind.

use rusqlite::{Row, params};

use crate::base::Day;
use crate::domain::goal::{Goal, GoalFigure};
use crate::store::{Reader, StoreError, Tx};

/// By month; of a store, or of all together where `store` is `None`.
///
/// # Errors
/// What SQLite said.
pub fn list_goals(reader: &Reader<'_>, store: Option<&str>) -> Result<Vec<Goal>, StoreError> {
    let mut statement = reader.conn().prepare_cached(
        "select month_day, store, figure, amount, currency from goals
         where store = ? order by month_day, figure",
    )?;
    let goals = statement.query_map([store.unwrap_or_default()], from_row)?;
    Ok(goals.filter_map(Result::transpose).collect::<Result<_, _>>()?)
}

/// A figure that this version does not know is left out.
fn from_row(row: &Row<'_>) -> rusqlite::Result<Option<Goal>> {
    let (store, figure): (String, String) = (row.get(1)?, row.get(2)?);
    let Some(figure) = GoalFigure::parse(&figure) else { return Ok(None) };
    Ok(Some(Goal {
        month: row.get(0)?,
        store: (!store.is_empty()).then_some(store),
        figure,
        amount: row.get(3)?,
        currency: row.get(4)?,
    }))
}

/// # Errors
/// What SQLite said.
pub fn upsert_goal(tx: &Tx<'_>, goal: &Goal, by: &str) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached(
            "insert into goals (month_day, store, figure, amount, currency, changed_at, changed_by)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             on conflict (month_day, store, figure) do update set
                amount = ?4, currency = ?5, changed_at = ?6, changed_by = ?7",
        )?
        .execute(params![
            goal.month,
            goal.store.as_deref().unwrap_or_default(),
            goal.figure.name(),
            goal.amount,
            goal.currency,
            tx.now,
            by,
        ])?;
    Ok(())
}

/// Gives whether there was one.
///
/// # Errors
/// What SQLite said.
pub fn delete_goal(
    tx: &Tx<'_>,
    month: Day,
    store: Option<&str>,
    figure: GoalFigure,
) -> Result<bool, StoreError> {
    let count = tx
        .conn()
        .prepare_cached("delete from goals where month_day = ? and store = ? and figure = ?")?
        .execute(params![month, store.unwrap_or_default(), figure.name()])?;
    Ok(count > 0)
}
