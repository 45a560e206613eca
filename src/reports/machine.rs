//! How the machinery stands: jobs by kind and state, turns of the connections, writes on channels
//! by their fate, rows of each table, and the schema. Counts only; nothing of orders or people.

use crate::store::{Reader, StoreError};

/// How many of something, by one or two names.
pub type Counted = (String, String, i64);

/// Jobs of the history by kind and state.
///
/// # Errors
/// `StoreError` of the database.
pub fn jobs(reader: &Reader<'_>) -> Result<Vec<Counted>, StoreError> {
    counted(reader, "select kind, state, count(*) from jobs group by 1, 2 order by 1, 2")
}

/// Turns of each connection in the history, by `ok` and `failed`.
///
/// # Errors
/// `StoreError` of the database.
pub fn syncs(reader: &Reader<'_>) -> Result<Vec<Counted>, StoreError> {
    counted(
        reader,
        "select name, outcome, count(jobs.id)
         from accounts cross join (select 'ok' as outcome union all select 'failed') wanted
         left join jobs on lane = 'account:' || accounts.id and kind = 'pull'
            and outcome = case when jobs.state = 'done' then 'ok'
                when jobs.state in ('failed', 'dead') then 'failed' end
         where accounts.state <> 'disconnected'
         group by name, outcome order by name, outcome",
    )
}

/// Writes on channels by what became of them.
///
/// # Errors
/// `StoreError` of the database.
pub fn pushes(reader: &Reader<'_>) -> Result<Vec<Counted>, StoreError> {
    counted(reader, "select state, '', count(*) from pushes group by 1 order by 1")
}

/// How many rows each table holds.
///
/// # Errors
/// `StoreError` of the database.
pub fn rows(reader: &Reader<'_>) -> Result<Vec<(String, i64)>, StoreError> {
    let mut counts = Vec::new();
    for (name, _) in schema(reader)? {
        // Names come from our own schema.
        let sql = format!("select count(*) from \"{name}\"");
        let count = reader.conn().query_row(&sql, [], |row| row.get(0))?;
        counts.push((name, count));
    }
    Ok(counts)
}

/// The tables, each as it was made.
///
/// # Errors
/// `StoreError` of the database.
pub fn schema(reader: &Reader<'_>) -> Result<Vec<(String, String)>, StoreError> {
    let mut statement = reader.conn().prepare_cached(
        "select name, coalesce(sql, '') from sqlite_schema
         where type = 'table' and name not like 'sqlite%' order by name",
    )?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What SQLite says of the whole file: `ok`, or the first thing that is wrong.
///
/// # Errors
/// `StoreError` of the database.
pub fn quick_check(reader: &Reader<'_>) -> Result<String, StoreError> {
    Ok(reader.conn().query_row("pragma quick_check(1)", [], |row| row.get(0))?)
}

fn counted(reader: &Reader<'_>, sql: &str) -> Result<Vec<Counted>, StoreError> {
    let mut statement = reader.conn().prepare_cached(sql)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
