//! What was done to stock by hand or by a file, the newest first, and whether it was taken back.

use rusqlite::params;

use crate::base::Instant;
use crate::base::id::StockActionId;
use crate::reports::ReportError;
use crate::store::Reader;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    pub id: StockActionId,
    pub kind: String,
    pub note: String,
    /// The address of whoever did it; `None` for a command or a file.
    pub user: Option<String>,
    pub at: Instant,
    pub undoes: Option<StockActionId>,
    pub undone_by: Option<StockActionId>,
    /// Events that it wrote, and variants of which it said something.
    pub events: i64,
    pub settings: i64,
    /// Products that it is about: how many, and the first.
    pub products: i64,
    pub first: Option<String>,
    /// What its changes add up to, counts not among them.
    pub units: i64,
}

impl Action {
    pub fn can_undo(&self) -> bool {
        self.undoes.is_none() && self.undone_by.is_none() && self.events + self.settings > 0
    }
}

const ACTIONS: &str = "
    select action.id, action.kind, action.note, users.email, action.at, action.undoes_id,
        (select later.id from stock_actions later where later.undoes_id = action.id),
        (select count(*) from stock_events where action_id = action.id),
        (select count(*) from variant_settings_past where action_id = action.id),
        (select count(*) from (select variant_id from stock_events where action_id = action.id
            union select variant_id from variant_settings_past where action_id = action.id)),
        (select min(sku) from variants where id in
            (select variant_id from stock_events where action_id = action.id
             union select variant_id from variant_settings_past where action_id = action.id)),
        (select coalesce(sum(delta), 0) from stock_events where action_id = action.id)
    from stock_actions action left join users on users.id = action.user_id
    order by action.id desc limit ? offset ?";

/// # Errors
/// `Store`.
pub fn list(reader: &Reader<'_>, limit: (i64, i64)) -> Result<Vec<Action>, ReportError> {
    let mut statement = reader.conn().prepare_cached(ACTIONS)?;
    let rows = statement.query_map(params![limit.0, limit.1], |row| {
        Ok(Action {
            id: row.get(0)?,
            kind: row.get(1)?,
            note: row.get(2)?,
            user: row.get(3)?,
            at: row.get(4)?,
            undoes: row.get(5)?,
            undone_by: row.get(6)?,
            events: row.get(7)?,
            settings: row.get(8)?,
            products: row.get(9)?,
            first: row.get(10)?,
            units: row.get(11)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// # Errors
/// `Store`.
pub fn count(reader: &Reader<'_>) -> Result<i64, ReportError> {
    let sql = "select count(*) from stock_actions";
    Ok(reader.conn().prepare_cached(sql)?.query_row([], |row| row.get(0))?)
}
