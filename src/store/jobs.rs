//! The persisted queue: due, leased, done, failed (to be tried again), dead. A lease that ran out
//! is due again, so that a killed program goes on where it was.

use rusqlite::{OptionalExtension, Row, params};

use crate::base::Instant;
use crate::base::id::JobId;
use crate::store::{Reader, StoreError, Tx};

#[derive(Clone, Debug)]
pub struct Job {
    pub id: JobId,
    pub kind: String,
    pub lane: String,
    /// Ids only, as JSON; no data and no secret.
    pub payload: String,
    pub state: String,
    pub attempts: i64,
    pub progress_done: i64,
    pub progress_total: Option<i64>,
    pub fault: Option<String>,
    pub due_at: Instant,
}

pub struct NewJob<'a> {
    pub kind: &'a str,
    pub lane: &'a str,
    pub payload: &'a str,
    /// While a job with this key waits, another is not added.
    pub dedupe_key: Option<&'a str>,
    pub due_at: Instant,
}

const COLUMNS: &str = "id, kind, lane, payload, state, attempts, progress_done, progress_total, \
    fault, due_at";

fn from_row(row: &Row<'_>) -> rusqlite::Result<Job> {
    Ok(Job {
        id: row.get(0)?,
        kind: row.get(1)?,
        lane: row.get(2)?,
        payload: row.get(3)?,
        state: row.get(4)?,
        attempts: row.get(5)?,
        progress_done: row.get(6)?,
        progress_total: row.get(7)?,
        fault: row.get(8)?,
        due_at: row.get(9)?,
    })
}

/// Adds a job, or gives the one with the same key that waits already.
pub fn insert_job(tx: &Tx<'_>, new: &NewJob<'_>) -> Result<JobId, StoreError> {
    let waiting: Option<JobId> = match new.dedupe_key {
        Some(key) => tx
            .conn()
            .prepare_cached(
                "select id from jobs
                 where kind = ? and dedupe_key = ? and state in ('due', 'failed')",
            )?
            .query_row(params![new.kind, key], |row| row.get(0))
            .optional()?,
        None => None,
    };
    if let Some(id) = waiting {
        tx.conn()
            .prepare_cached("update jobs set due_at = min(due_at, ?) where id = ?")?
            .execute(params![new.due_at, id])?;
        return Ok(id);
    }
    tx.conn()
        .prepare_cached(
            "insert into jobs (kind, lane, payload, state, dedupe_key, due_at, created_at)
             values (?, ?, ?, 'due', ?, ?, ?)",
        )?
        .execute(params![new.kind, new.lane, new.payload, new.dedupe_key, new.due_at, tx.now])?;
    Ok(JobId(tx.conn().last_insert_rowid()))
}

/// The next job that may run: due, or with a lease that ran out, in a lane where none runs.
pub fn lease_next(tx: &Tx<'_>, until: Instant) -> Result<Option<Job>, StoreError> {
    let sql = format!(
        "select {COLUMNS} from jobs as candidate
         where state in ('due', 'leased', 'failed') and due_at <= ?1
            and (state <> 'leased' or leased_until_at <= ?1)
            and not exists (
                select 1 from jobs as busy
                where busy.lane = candidate.lane and busy.state = 'leased'
                    and busy.leased_until_at > ?1 and busy.id <> candidate.id
            )
         order by due_at, id limit 1"
    );
    let found = tx.conn().prepare_cached(&sql)?.query_row([tx.now], from_row).optional()?;
    let Some(job) = found else { return Ok(None) };
    tx.conn()
        .prepare_cached(
            "update jobs set state = 'leased', leased_until_at = ?, attempts = attempts + 1
             where id = ?",
        )?
        .execute(params![until, job.id])?;
    Ok(Some(Job { state: "leased".to_owned(), attempts: job.attempts + 1, ..job }))
}

/// Says how far a job is and keeps its lease.
pub fn update_progress(
    tx: &Tx<'_>,
    job: JobId,
    (done, total): (i64, Option<i64>),
    until: Instant,
) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached(
            "update jobs set progress_done = ?, progress_total = ?, leased_until_at = ?
             where id = ?",
        )?
        .execute(params![done, total, until, job])?;
    Ok(())
}

pub fn finish_job(tx: &Tx<'_>, job: JobId) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached(
            "update jobs set state = 'done', finished_at = ?, leased_until_at = null, fault = null
             where id = ?",
        )?
        .execute(params![tx.now, job])?;
    Ok(())
}

/// Notes a failure: tried again at `again_at`, or dead.
pub fn fail_job(
    tx: &Tx<'_>,
    job: JobId,
    fault: &str,
    again_at: Option<Instant>,
) -> Result<(), StoreError> {
    let twin: bool = tx
        .conn()
        .prepare_cached(
            "select exists (select 1 from jobs join jobs as mine on mine.id = ?
                where jobs.id <> mine.id and jobs.kind = mine.kind
                    and jobs.dedupe_key = mine.dedupe_key and jobs.state in ('due', 'failed'))",
        )?
        .query_row([job], |row| row.get(0))?;
    // The same work waits again already: this one need not be tried a second time.
    let again_at = again_at.filter(|_| !twin);
    let state = if again_at.is_some() { "failed" } else { "dead" };
    let finished_at = if again_at.is_some() { None } else { Some(tx.now) };
    tx.conn()
        .prepare_cached(
            "update jobs set state = ?, fault = ?, due_at = coalesce(?, due_at), finished_at = ?,
                leased_until_at = null where id = ?",
        )?
        .execute(params![state, fault, again_at, finished_at, job])?;
    Ok(())
}

/// Jobs that the last process left in its hands are due again. Only for who holds the lock.
pub fn release_leases(tx: &Tx<'_>) -> Result<usize, StoreError> {
    // Where the same work waits again already, the interrupted one is not needed.
    tx.conn().execute(
        "delete from jobs where state = 'leased' and exists (
            select 1 from jobs as waiting
            where waiting.kind = jobs.kind and waiting.dedupe_key = jobs.dedupe_key
                and waiting.state in ('due', 'failed'))",
        [],
    )?;
    Ok(tx.conn().execute(
        "update jobs set state = 'due', leased_until_at = null where state = 'leased'",
        [],
    )?)
}

/// Finished jobs are kept for a while, to be shown.
pub fn delete_finished(tx: &Tx<'_>, before: Instant) -> Result<usize, StoreError> {
    Ok(tx.conn().execute("delete from jobs where state = 'done' and finished_at < ?", [before])?)
}

pub fn find_job(reader: &Reader<'_>, id: JobId) -> Result<Option<Job>, StoreError> {
    let sql = format!("select {COLUMNS} from jobs where id = ?");
    Ok(reader.conn().prepare_cached(&sql)?.query_row([id], from_row).optional()?)
}

/// The newest job of a kind whose payload bears `value` under `key`.
pub fn find_job_of(
    reader: &Reader<'_>,
    kind: &str,
    (key, value): (&str, i64),
) -> Result<Option<Job>, StoreError> {
    let sql = format!(
        "select {COLUMNS} from jobs where kind = ? and payload ->> ? = ? order by id desc limit 1"
    );
    let mut statement = reader.conn().prepare_cached(&sql)?;
    Ok(statement.query_row(params![kind, key, value], from_row).optional()?)
}

/// What the jobs of a kind that are not over yet were given.
pub fn list_open_payloads(reader: &Reader<'_>, kind: &str) -> Result<Vec<String>, StoreError> {
    let mut statement = reader.conn().prepare_cached(
        "select payload from jobs where kind = ? and state in ('due', 'leased', 'failed')",
    )?;
    let rows = statement.query_map([kind], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Open jobs and the last finished ones, newest first.
pub fn list_jobs(reader: &Reader<'_>, limit: i64) -> Result<Vec<Job>, StoreError> {
    let sql = format!("select {COLUMNS} from jobs order by id desc limit ?");
    let mut statement = reader.conn().prepare_cached(&sql)?;
    Ok(statement.query_map([limit], from_row)?.collect::<Result<_, _>>()?)
}

/// Whether any job is due or at work, those that wait after a failure left out.
pub fn is_waiting(reader: &Reader<'_>) -> Result<bool, StoreError> {
    Ok(reader
        .conn()
        .prepare_cached("select exists (select 1 from jobs where state in ('due', 'leased'))")?
        .query_row([], |row| row.get(0))?)
}

/// When the next job is due; `None` without one.
pub fn find_next_due(reader: &Reader<'_>) -> Result<Option<Instant>, StoreError> {
    Ok(reader
        .conn()
        .prepare_cached(
            "select min(case when state = 'leased' then leased_until_at else due_at end)
             from jobs where state in ('due', 'leased', 'failed')",
        )?
        .query_row([], |row| row.get(0))?)
}
