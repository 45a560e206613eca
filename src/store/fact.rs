//! Facts with a key: written once, superseded when they change, left alone when they do not.
//! What was known before goes to the table's `_past` with the instants between which it was.

use rusqlite::types::{ToSql, ToSqlOutput, Value};
use rusqlite::{OptionalExtension, params_from_iter};

use crate::base::id::ImportId;
use crate::store::{Reader, StoreError, Tx};

/// A table `name` with `id`, the key's and the value's columns, `known_from_at` and `import_id`,
/// and its twin `name_past`.
pub struct FactTable {
    pub name: &'static str,
    pub key: &'static [&'static str],
    pub values: &'static [&'static str],
}

/// What an upsert did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upserted {
    New,
    Changed,
    Unchanged,
}

impl Upserted {
    pub fn is_written(self) -> bool {
        self != Self::Unchanged
    }
}

/// Writes a fact unless it is known already.
///
/// # Errors
/// `StoreError` of the database.
pub fn upsert_fact(
    tx: &Tx<'_>,
    table: &FactTable,
    (key, values): (&[&dyn ToSql], &[&dyn ToSql]),
    import: Option<ImportId>,
) -> Result<Upserted, StoreError> {
    let (key, values) = (to_values(key)?, to_values(values)?);
    let known: Option<(i64, Vec<Value>)> = tx
        .conn()
        .prepare_cached(&find_sql(table))?
        .query_row(params_from_iter(&key), |row| {
            let values: rusqlite::Result<Vec<Value>> =
                (1..=table.values.len()).map(|index| row.get(index)).collect();
            Ok((row.get(0)?, values?))
        })
        .optional()?;
    let import = import.map_or(Value::Null, |import| Value::Integer(import.0));
    let now = Value::Integer(tx.now.0);
    match known {
        Some((_, known)) if known == values => Ok(Upserted::Unchanged),
        Some((id, _)) => {
            supersede(tx, table, id, &import)?;
            let assignments = list(table.values, |column| format!("{column} = ?"));
            let sql = format!(
                "update {} set {assignments}, known_from_at = ?, import_id = ? where id = ?",
                table.name
            );
            let cells = values.into_iter().chain([now, import, Value::Integer(id)]);
            tx.conn().prepare_cached(&sql)?.execute(params_from_iter(cells))?;
            Ok(Upserted::Changed)
        }
        None => {
            let marks = vec!["?"; key.len() + values.len() + 2].join(", ");
            let sql = format!(
                "insert into {} ({}, {}, known_from_at, import_id) values ({marks})",
                table.name,
                table.key.join(", "),
                table.values.join(", "),
            );
            let cells = key.into_iter().chain(values).chain([now, import]);
            tx.conn().prepare_cached(&sql)?.execute(params_from_iter(cells))?;
            Ok(Upserted::New)
        }
    }
}

/// Ends a fact: it is no longer ours, but that it was is kept.
///
/// # Errors
/// `StoreError` of the database.
pub fn end_fact(
    tx: &Tx<'_>,
    table: &FactTable,
    id: i64,
    import: Option<ImportId>,
) -> Result<(), StoreError> {
    let import = import.map_or(Value::Null, |import| Value::Integer(import.0));
    supersede(tx, table, id, &import)?;
    let sql = format!("delete from {} where id = ?", table.name);
    tx.conn().prepare_cached(&sql)?.execute([id])?;
    Ok(())
}

fn supersede(tx: &Tx<'_>, table: &FactTable, id: i64, until: &Value) -> Result<(), StoreError> {
    let columns = table.key.iter().chain(table.values).copied().collect::<Vec<_>>().join(", ");
    let name = table.name;
    let sql = format!(
        "insert into {name}_past
            ({columns}, known_from_at, known_until_at, import_id, until_import_id)
         select {columns}, known_from_at, ?1, import_id, ?2 from {name} where id = ?3"
    );
    tx.conn().prepare_cached(&sql)?.execute(rusqlite::params![tx.now.0, until, id])?;
    Ok(())
}

/// Takes back what an import wrote: its facts end, and what they superseded is known again.
/// Gives the number of facts that it touched.
///
/// # Errors
/// `StoreError` of the database.
pub fn undo_import(tx: &Tx<'_>, table: &FactTable, import: ImportId) -> Result<i64, StoreError> {
    let name = table.name;
    let sql = format!("select id, {} from {name} where import_id = ? order by id", key_list(table));
    let mut statement = tx.conn().prepare_cached(&sql)?;
    let rows: Vec<(i64, Vec<Value>)> = statement
        .query_map([import.0], |row| {
            let key: rusqlite::Result<Vec<Value>> =
                (1..=table.key.len()).map(|index| row.get(index)).collect();
            Ok((row.get(0)?, key?))
        })?
        .collect::<Result<_, _>>()?;
    for (id, key) in &rows {
        end_fact(tx, table, *id, Some(import))?;
        restore(tx, table, key, import)?;
    }
    Ok(rows.len() as i64)
}

/// How many facts would end if an import were taken back, and how many of those that it replaced
/// would hold again.
///
/// # Errors
/// `StoreError` of the database.
pub fn count_import(
    reader: &Reader<'_>,
    table: &FactTable,
    import: ImportId,
) -> Result<(i64, i64), StoreError> {
    let (name, keys) = (table.name, key_list(table));
    let joined = list(table.key, |column| format!("now.{column} = past.{column}"));
    let joined = joined.replace(", ", " and ");
    let sql = format!(
        "select (select count(*) from {name} where import_id = ?1),
            (select count(*) from (
                select distinct {keys} from {name}_past
                where until_import_id = ?1 and import_id is not ?1) past
             join {name} now on {joined} and now.import_id = ?1)"
    );
    let mut statement = reader.conn().prepare_cached(&sql)?;
    Ok(statement.query_row([import.0], |row| Ok((row.get(0)?, row.get(1)?)))?)
}

/// Makes the newest fact that the import superseded current again; where that one came from an
/// import that was taken back meanwhile, what it had superseded in its turn.
fn restore(
    tx: &Tx<'_>,
    table: &FactTable,
    key: &[Value],
    import: ImportId,
) -> Result<(), StoreError> {
    let name = table.name;
    let conditions = list_and(table.key);
    let find = format!(
        "select id, import_id, exists (
            select 1 from imports where id = past.import_id and state = 'undone')
         from {name}_past past
         where {conditions} and until_import_id = ? and import_id is not ?
         order by id desc limit 1"
    );
    let mut by = import;
    loop {
        let cells = key.iter().cloned().chain([Value::Integer(by.0), Value::Integer(by.0)]);
        let found: Option<(i64, Option<ImportId>, bool)> = tx
            .conn()
            .prepare_cached(&find)?
            .query_row(params_from_iter(cells), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        match found {
            // Each was read after the one that it superseded, so this ends.
            Some((_, Some(undone), true)) if undone < by => by = undone,
            Some((id, ..)) => {
                let columns = table.key.iter().chain(table.values).copied();
                let columns = columns.collect::<Vec<_>>().join(", ");
                let sql = format!(
                    "insert into {name} ({columns}, known_from_at, import_id)
                     select {columns}, ?, import_id from {name}_past where id = ?"
                );
                tx.conn().prepare_cached(&sql)?.execute(rusqlite::params![tx.now.0, id])?;
                return Ok(());
            }
            None => return Ok(()),
        }
    }
}

/// Takes back what was written by hand in the transaction of an instant: its facts end, and what
/// they superseded is known again, unless something else stands there by now. Gives the number of
/// facts that it touched.
///
/// # Errors
/// `StoreError` of the database.
pub fn undo_instant(
    tx: &Tx<'_>,
    table: &FactTable,
    at: crate::base::Instant,
) -> Result<i64, StoreError> {
    let name = table.name;
    let list_ids = |sql: &str| -> Result<Vec<i64>, StoreError> {
        let mut statement = tx.conn().prepare_cached(sql)?;
        let rows = statement.query_map([at], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    };
    let by_hand = "where known_from_at = ? and import_id is null order by id";
    let made = list_ids(&format!("select id from {name} {by_hand}"))?;
    let ended = "where known_until_at = ? and until_import_id is null order by id";
    let gone = list_ids(&format!("select id from {name}_past {ended}"))?;
    for id in &made {
        end_fact(tx, table, *id, None)?;
    }
    let columns = table.key.iter().chain(table.values).copied().collect::<Vec<_>>().join(", ");
    let same = |column: &&str| format!("current.{column} = past.{column}");
    let same = table.key.iter().map(same).collect::<Vec<_>>().join(" and ");
    let sql = format!(
        "insert into {name} ({columns}, known_from_at, import_id)
         select {columns}, ?1, import_id from {name}_past past where id = ?2
            and not exists (select 1 from {name} current where {same})"
    );
    for id in &gone {
        tx.conn().prepare_cached(&sql)?.execute(rusqlite::params![tx.now, id])?;
    }
    Ok((made.len() + gone.len()) as i64)
}

fn key_list(table: &FactTable) -> String {
    table.key.join(", ")
}

fn find_sql(table: &FactTable) -> String {
    let conditions = list_and(table.key);
    format!("select id, {} from {} where {conditions}", table.values.join(", "), table.name)
}

fn list_and(columns: &[&str]) -> String {
    columns.iter().map(|column| format!("{column} = ?")).collect::<Vec<_>>().join(" and ")
}

fn list(columns: &[&str], show: impl Fn(&str) -> String) -> String {
    columns.iter().map(|column| show(column)).collect::<Vec<_>>().join(", ")
}

fn to_values(cells: &[&dyn ToSql]) -> Result<Vec<Value>, StoreError> {
    cells
        .iter()
        .map(|cell| {
            Ok(match cell.to_sql()? {
                ToSqlOutput::Owned(value) => value,
                ToSqlOutput::Borrowed(value) => Value::try_from(value)
                    .map_err(|fault| StoreError::Internal(fault.to_string()))?,
                _ => return Err(StoreError::Internal("an unknown kind of value".to_owned())),
            })
        })
        .collect()
}
