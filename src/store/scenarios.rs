//! Scenarios that were saved, with what they were last counted for. Definitions, asks and results
//! are JSON that this floor does not read.

use rusqlite::{OptionalExtension, Row, params};

use crate::base::Instant;
use crate::base::id::ScenarioId;
use crate::store::{Reader, StoreError, Tx};

#[derive(Clone, Debug, PartialEq)]
pub struct SavedScenario {
    pub id: ScenarioId,
    pub name: String,
    pub definition: String,
    pub changed_by: String,
    pub changed_at: Instant,
    /// What is to be counted in the background.
    pub wanted: Option<String>,
    pub counted: Option<CountedScenario>,
}

/// What a scenario came to.
#[derive(Clone, Debug, PartialEq)]
pub struct CountedScenario {
    pub asked: String,
    pub result: String,
    /// The change of the books that it knows.
    pub version: i64,
    pub at: Instant,
}

const COLUMNS: &str = "id, name, definition, changed_by, changed_at, wanted, asked, result, \
    result_version, counted_at";

fn from_row(row: &Row<'_>) -> rusqlite::Result<SavedScenario> {
    let asked: Option<String> = row.get(6)?;
    let counted = match asked {
        Some(asked) => Some(CountedScenario {
            asked,
            result: row.get(7)?,
            version: row.get(8)?,
            at: row.get(9)?,
        }),
        None => None,
    };
    Ok(SavedScenario {
        id: row.get(0)?,
        name: row.get(1)?,
        definition: row.get(2)?,
        changed_by: row.get(3)?,
        changed_at: row.get(4)?,
        wanted: row.get(5)?,
        counted,
    })
}

/// The last changed first.
pub fn list_scenarios(reader: &Reader<'_>) -> Result<Vec<SavedScenario>, StoreError> {
    let sql = format!(
        "select {COLUMNS} from scenarios where deleted_at is null order by changed_at desc, id desc"
    );
    let mut statement = reader.conn().prepare_cached(&sql)?;
    Ok(statement.query_map([], from_row)?.collect::<Result<_, _>>()?)
}

pub fn find_scenario(
    reader: &Reader<'_>,
    id: ScenarioId,
) -> Result<Option<SavedScenario>, StoreError> {
    let sql = format!("select {COLUMNS} from scenarios where id = ? and deleted_at is null");
    Ok(reader.conn().prepare_cached(&sql)?.query_row([id], from_row).optional()?)
}

pub fn insert_scenario(
    tx: &Tx<'_>,
    (name, definition): (&str, &str),
    by: &str,
) -> Result<ScenarioId, StoreError> {
    tx.conn().execute(
        "insert into scenarios (name, definition, changed_by, changed_at) values (?, ?, ?, ?)",
        params![name, definition, by, tx.now],
    )?;
    Ok(ScenarioId(tx.conn().last_insert_rowid()))
}

/// Another definition; what was counted for the former one goes.
pub fn update_scenario(
    tx: &Tx<'_>,
    id: ScenarioId,
    (name, definition): (&str, &str),
    by: &str,
) -> Result<(), StoreError> {
    let changed = tx.conn().execute(
        "update scenarios set name = ?2,
            asked = iif(definition = ?3, asked, null),
            result = iif(definition = ?3, result, null),
            result_version = iif(definition = ?3, result_version, null),
            wanted = null, definition = ?3, changed_by = ?4, changed_at = ?5
         where id = ?1 and deleted_at is null",
        params![id, name, definition, by, tx.now],
    )?;
    if changed == 0 { Err(StoreError::Missing) } else { Ok(()) }
}

/// Takes a scenario out of the list, or puts it back.
pub fn update_deleted(tx: &Tx<'_>, id: ScenarioId, is_deleted: bool) -> Result<(), StoreError> {
    let at = is_deleted.then_some(tx.now);
    let changed = tx.conn().execute(
        "update scenarios set deleted_at = ?2, wanted = null
         where id = ?1 and (deleted_at is null) = (?2 is not null)",
        params![id, at],
    )?;
    if changed == 0 { Err(StoreError::Missing) } else { Ok(()) }
}

/// What is to be counted; `None` stops a job at its next look.
pub fn update_wanted(tx: &Tx<'_>, id: ScenarioId, wanted: Option<&str>) -> Result<(), StoreError> {
    let changed = tx.conn().execute(
        "update scenarios set wanted = ? where id = ? and deleted_at is null",
        params![wanted, id],
    )?;
    if changed == 0 { Err(StoreError::Missing) } else { Ok(()) }
}

/// Keeps what a definition came to, unless it is another one by now.
pub fn update_result(
    tx: &Tx<'_>,
    (id, definition): (ScenarioId, &str),
    counted: (&str, &str, i64),
) -> Result<bool, StoreError> {
    let (asked, result, version) = counted;
    let changed = tx.conn().execute(
        "update scenarios set asked = ?3, result = ?4, result_version = ?5, counted_at = ?6,
            wanted = iif(wanted = ?3, null, wanted)
         where id = ?1 and definition = ?2",
        params![id, definition, asked, result, version, tx.now],
    )?;
    Ok(changed > 0)
}
