//! The persisted queue: due, leased, done, failed (to be tried again), dead. A lease that ran out
//! is due again, so that a killed program goes on where it was.

use rusqlite::{OptionalExtension, Row, params};

use crate::base::Instant;
use crate::base::id::{AccountId, JobId};
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
    pub started_at: Option<Instant>,
    pub finished_at: Option<Instant>,
    /// What came of it, in words.
    pub result: String,
}

/// Whose turn it is: work on our own machine, one piece after the other, or work that waits for
/// others most of the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    Local,
    Outside,
}

/// What the lanes of connected accounts begin with.
pub const OUTSIDE: &str = "account:";

/// The lane of an account: one job at a time.
pub fn lane_of(account: AccountId) -> String {
    format!("{OUTSIDE}{account}")
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
    fault, due_at, started_at, finished_at, result";

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
        started_at: row.get(10)?,
        finished_at: row.get(11)?,
        result: row.get(12)?,
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
            .prepare_cached(
                "update jobs set queued_at = iif(?1 < due_at, ?3, queued_at),
                    due_at = min(due_at, ?1) where id = ?2",
            )?
            .execute(params![new.due_at, id, tx.now])?;
        return Ok(id);
    }
    tx.conn()
        .prepare_cached(
            "insert into jobs
                (kind, lane, payload, state, dedupe_key, due_at, queued_at, created_at)
             values (?1, ?2, ?3, 'due', ?4, ?5, ?6, ?6)",
        )?
        .execute(params![new.kind, new.lane, new.payload, new.dedupe_key, new.due_at, tx.now])?;
    Ok(JobId(tx.conn().last_insert_rowid()))
}

/// The next job that may run: due, or with a lease that ran out, in a lane where none runs.
/// `busy` are the lanes of which a job is in this process's hands, whatever the clock says of its
/// lease.
pub fn lease_next(
    tx: &Tx<'_>,
    (scope, busy): (Scope, &[String]),
    until: Instant,
) -> Result<Option<Job>, StoreError> {
    let sql = format!(
        "select {COLUMNS} from jobs as candidate
         where state in ('due', 'leased', 'failed') and due_at <= ?1
            and (lane like ?2) = ?3
            and (state <> 'leased' or leased_until_at <= ?1)
            and lane not in (select value from json_each(?4))
            and not exists (
                select 1 from jobs as busy
                where busy.lane = candidate.lane and busy.state = 'leased'
                    and busy.leased_until_at > ?1 and busy.id <> candidate.id
            )
         order by due_at, id limit 1"
    );
    let busy =
        serde_json::to_string(busy).map_err(|fault| StoreError::Internal(fault.to_string()))?;
    let (outside, is_outside) = (format!("{OUTSIDE}%"), scope == Scope::Outside);
    let found = tx
        .conn()
        .prepare_cached(&sql)?
        .query_row(params![tx.now, outside, is_outside, busy], from_row)
        .optional()?;
    let Some(job) = found else { return Ok(None) };
    tx.conn()
        .prepare_cached(
            "update jobs set state = 'leased', leased_until_at = ?, attempts = attempts + 1,
                started_at = ? where id = ?",
        )?
        .execute(params![until, tx.now, job.id])?;
    let (attempts, started_at) = (job.attempts + 1, Some(tx.now));
    Ok(Some(Job { state: "leased".to_owned(), attempts, started_at, ..job }))
}

/// A clock that is behind the time at which jobs were queued was set back: they fall due as far
/// ahead as they did then. Leases of nobody are taken up.
pub fn heal_clock(tx: &Tx<'_>, busy: &[String]) -> Result<usize, StoreError> {
    let moved = tx
        .conn()
        .prepare_cached(
            "update jobs set due_at = ?1 + max(0, due_at - queued_at), queued_at = ?1
         where state in ('due', 'failed') and queued_at > ?1",
        )?
        .execute([tx.now])?;
    let busy =
        serde_json::to_string(busy).map_err(|fault| StoreError::Internal(fault.to_string()))?;
    let freed = tx
        .conn()
        .prepare_cached(
            "update jobs set leased_until_at = ?1, started_at = ?1, due_at = min(due_at, ?1),
                queued_at = min(queued_at, ?1)
             where state = 'leased' and started_at > ?1 and leased_until_at > ?1
                and lane not in (select value from json_each(?2))",
        )?
        .execute(params![tx.now, busy])?;
    Ok(moved + freed)
}

/// The latest time that is noted of a job which is still to be done. Where the clock, asked after
/// this, says less, it was set back.
pub fn find_latest_note(reader: &Reader<'_>) -> Result<Option<Instant>, StoreError> {
    Ok(reader
        .conn()
        .prepare_cached(
            "select max(max(queued_at, case state when 'leased' then started_at else 0 end))
             from jobs where state in ('due', 'leased', 'failed')",
        )?
        .query_row([], |row| row.get(0))?)
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
            "update jobs set state = ?1, fault = ?2, due_at = coalesce(?3, due_at),
                queued_at = ?6, finished_at = ?4, leased_until_at = null where id = ?5",
        )?
        .execute(params![state, fault, again_at, finished_at, job, tx.now])?;
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
        "update jobs set state = 'due', leased_until_at = null, queued_at = min(queued_at, ?1),
            due_at = min(due_at, ?1)
         where state = 'leased'",
        [tx.now],
    )?)
}

/// Says what came of a job.
pub fn set_result(tx: &Tx<'_>, job: JobId, result: &str) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached("update jobs set result = ? where id = ?")?
        .execute(params![result, job])?;
    Ok(())
}

/// Removes what is no longer shown: done before `done`, dead before `dead`, and of each account
/// all but its newest.
pub fn prune(
    tx: &Tx<'_>,
    (done, dead): (Instant, Instant),
    kept_of_lane: i64,
) -> Result<usize, StoreError> {
    let old = tx.conn().execute(
        "delete from jobs where (state = 'done' and finished_at < ?)
            or (state = 'dead' and finished_at < ?)",
        [done, dead],
    )?;
    let many = tx.conn().execute(
        "delete from jobs where id in (
            select id from (
                select id, row_number() over (partition by lane order by id desc) as place
                from jobs where state = 'done' and lane like ?1)
            where place > ?2)",
        params![format!("{OUTSIDE}%"), kept_of_lane],
    )?;
    Ok(old + many)
}

/// Removes the jobs of a lane that wait; gives how many.
pub fn delete_waiting(tx: &Tx<'_>, lane: &str) -> Result<usize, StoreError> {
    Ok(tx
        .conn()
        .execute("delete from jobs where lane = ? and state in ('due', 'failed')", [lane])?)
}

/// The jobs of a lane, the newest first.
pub fn list_of_lane(reader: &Reader<'_>, lane: &str, limit: i64) -> Result<Vec<Job>, StoreError> {
    let sql = format!("select {COLUMNS} from jobs where lane = ? order by id desc limit ?");
    let mut statement = reader.conn().prepare_cached(&sql)?;
    Ok(statement.query_map(params![lane, limit], from_row)?.collect::<Result<_, _>>()?)
}

/// The job of a kind with that key that is not over.
pub fn find_open(
    reader: &Reader<'_>,
    (kind, dedupe_key): (&str, &str),
) -> Result<Option<Job>, StoreError> {
    let sql = format!(
        "select {COLUMNS} from jobs where kind = ? and dedupe_key = ?
            and state in ('due', 'leased', 'failed') order by state = 'leased' desc, id limit 1"
    );
    let mut statement = reader.conn().prepare_cached(&sql)?;
    Ok(statement.query_row(params![kind, dedupe_key], from_row).optional()?)
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

/// Whether any job of our own is due or at work; those that wait after a failure, or for their
/// hour, are left out.
pub fn is_waiting(reader: &Reader<'_>) -> Result<bool, StoreError> {
    Ok(reader
        .conn()
        .prepare_cached(
            "select exists (select 1 from jobs where lane not like ?
                and (state = 'leased' or (state = 'due' and due_at <= created_at)))",
        )?
        .query_row([format!("{OUTSIDE}%")], |row| row.get(0))?)
}

/// Whether a job of these kinds is at work, or was due by an instant and is not done.
pub fn is_any_open(reader: &Reader<'_>, kinds: &[&str], by: Instant) -> Result<bool, StoreError> {
    let mut statement = reader.conn().prepare_cached(
        "select exists (select 1 from jobs where kind = ?1
            and (state = 'leased' or state = 'due' and due_at <= ?2))",
    )?;
    for kind in kinds {
        if statement.query_row(rusqlite::params![kind, by], |row| row.get(0))? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// When the next job is due; `None` without one.
pub fn find_next_due(reader: &Reader<'_>, scope: Scope) -> Result<Option<Instant>, StoreError> {
    Ok(reader
        .conn()
        .prepare_cached(
            "select min(case when state = 'leased' then leased_until_at else due_at end)
             from jobs where state in ('due', 'leased', 'failed') and (lane like ?) = ?",
        )?
        .query_row(params![format!("{OUTSIDE}%"), scope == Scope::Outside], |row| row.get(0))?)
}
