//! What people said of channels, listings and modes: what stood there, what stands, who and when.
//! Each is an action of the stock's history, and is taken back like one.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use crate::base::Instant;
use crate::base::id::{AccountId, StockActionId};
use crate::store::changes::By;
use crate::store::{StoreError, Tx};

/// What of channels, listings and variants is set; only what was touched stands in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<ChannelSetting>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub listings: Vec<ListingSetting>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub modes: Vec<ModeSetting>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelSetting {
    pub account: i64,
    pub state: String,
    pub place: String,
    pub place_name: String,
    pub percent: i64,
    pub buffer: i64,
    pub cap: Option<i64>,
    pub end_when: i64,
    pub share: i64,
    pub wins: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListingSetting {
    pub id: i64,
    pub state: Option<String>,
    pub percent: Option<i64>,
    pub buffer: Option<i64>,
    pub cap: Option<i64>,
    pub end_when: Option<i64>,
    pub share: Option<i64>,
    pub pinned: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModeSetting {
    pub sku: String,
    pub mode: String,
}

/// One entry, as it is written.
#[derive(Clone, Debug)]
pub struct NewSteering<'a> {
    pub action: StockActionId,
    pub account: Option<AccountId>,
    pub subject: &'a str,
    pub by: &'a By,
    pub before: &'a Settings,
    pub after: &'a Settings,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Steering {
    pub action: StockActionId,
    pub kind: String,
    pub note: String,
    pub at: Instant,
    pub account: Option<AccountId>,
    pub subject: String,
    pub by_name: String,
    pub before: Settings,
    pub after: Settings,
    pub undoes: Option<StockActionId>,
    pub undone_by: Option<StockActionId>,
}

pub fn insert_steering(tx: &Tx<'_>, new: &NewSteering<'_>) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached(
            "insert into stock_steerings
                (action_id, account_id, subject, source, by_name, before, after)
             values (?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            new.action,
            new.account,
            new.subject,
            new.by.source.name(),
            new.by.name,
            to_json(new.before)?,
            to_json(new.after)?,
        ])?;
    Ok(())
}

fn to_json(settings: &Settings) -> Result<String, StoreError> {
    serde_json::to_string(settings).map_err(|fault| StoreError::Internal(fault.to_string()))
}

const SELECT: &str = "select action.id, action.kind, action.note, action.at, account_id, subject,
        by_name, before, after, action.undoes_id,
        (select later.id from stock_actions later where later.undoes_id = action.id)
    from stock_steerings join stock_actions action on action.id = action_id";

fn from_row(row: &Row<'_>) -> rusqlite::Result<Steering> {
    let settings = |index| -> rusqlite::Result<Settings> {
        let text: String = row.get(index)?;
        Ok(serde_json::from_str(&text).unwrap_or_default())
    };
    Ok(Steering {
        action: row.get(0)?,
        kind: row.get(1)?,
        note: row.get(2)?,
        at: row.get(3)?,
        account: row.get(4)?,
        subject: row.get(5)?,
        by_name: row.get(6)?,
        before: settings(7)?,
        after: settings(8)?,
        undoes: row.get(9)?,
        undone_by: row.get(10)?,
    })
}

pub fn find_steering(
    conn: &Connection,
    action: StockActionId,
) -> Result<Option<Steering>, StoreError> {
    let sql = format!("{SELECT} where action_id = ?");
    Ok(conn.prepare_cached(&sql)?.query_row([action], from_row).optional()?)
}

/// The newest first; of one channel, or of all.
pub fn list_steerings(
    conn: &Connection,
    account: Option<AccountId>,
    limit: i64,
) -> Result<Vec<Steering>, StoreError> {
    let sql =
        format!("{SELECT} where ?1 is null or account_id = ?1 order by action_id desc limit ?2");
    let mut statement = conn.prepare_cached(&sql)?;
    let rows = statement.query_map(params![account, limit], from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}
