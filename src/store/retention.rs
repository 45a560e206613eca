//! For how long each kind of thing is kept, what is beyond that, and what was thrown away when.
//! `sync/retention_job.rs` applies it.

pub mod held;

use rusqlite::params;

use crate::base::{Instant, Zone};
use crate::store::{Reader, StoreError, Tx, audit, documents, hooks, settings};

/// Rows that go at once, so that nobody waits long.
const AT_ONCE: i64 = 2_000;
/// Runs that are remembered, in days.
const RUNS_DAYS: i64 = 400;
const DAY_S: i64 = 86_400;

/// What is kept for a while only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// What a connection that was ended left: raw documents, problems, marks of calls.
    Disconnected,
    /// Raw documents of connections at work.
    Documents,
    /// Rows of files that were refused, and what was noted beside them.
    Refused,
    Deliveries,
    Sessions,
    Links,
    Mails,
    /// Support notes, from their closing on.
    Notes,
    Calls,
    Audit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Days,
    Months,
}

/// How long something is kept where nobody chose, and what may be chosen.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    pub usual: i64,
    pub min: i64,
    pub max: i64,
    pub unit: Unit,
}

impl Bounds {
    const fn days(usual: i64, min: i64, max: i64) -> Self {
        Self { usual, min, max, unit: Unit::Days }
    }

    const fn months(usual: i64, min: i64, max: i64) -> Self {
        Self { usual, min, max, unit: Unit::Months }
    }

    /// Whether there is anything to choose.
    pub fn is_open(&self) -> bool {
        self.min < self.max
    }
}

impl Rule {
    pub const ALL: [Self; 10] = [
        Self::Disconnected,
        Self::Documents,
        Self::Refused,
        Self::Deliveries,
        Self::Sessions,
        Self::Links,
        Self::Mails,
        Self::Notes,
        Self::Calls,
        Self::Audit,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Disconnected => "disconnected",
            Self::Documents => "documents",
            Self::Refused => "refused",
            Self::Deliveries => "deliveries",
            Self::Sessions => "sessions",
            Self::Links => "links",
            Self::Mails => "mails",
            Self::Notes => "notes",
            Self::Calls => "calls",
            Self::Audit => "audit",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.name() == name)
    }

    pub fn bounds(self) -> Bounds {
        match self {
            Self::Disconnected => Bounds::days(30, 0, 365),
            Self::Documents => Bounds::days(30, 0, documents::KEPT_DAYS_MAX as i64),
            Self::Refused => Bounds::days(365, 30, 3_650),
            // A call that is forgotten sooner could be told us twice.
            Self::Deliveries => Bounds::days(hooks::KNOWN_DAYS, hooks::KNOWN_DAYS, 365),
            // These say by themselves when they end.
            Self::Sessions | Self::Links => Bounds::days(0, 0, 0),
            Self::Mails => Bounds::days(30, 1, 365),
            Self::Notes => Bounds::months(24, 1, 120),
            Self::Calls => Bounds::days(400, 30, 800),
            Self::Audit => Bounds::months(
                audit::KEPT_MONTHS_MIN,
                audit::KEPT_MONTHS_MIN,
                audit::KEPT_MONTHS_MAX,
            ),
        }
    }

    fn key(self) -> String {
        format!("retention_{}", self.name())
    }
}

/// For how long, in the rule's own unit. Of raw documents `None` is each stream's own time.
///
/// # Errors
/// `StoreError` of the database.
pub fn find_kept(reader: &Reader<'_>, rule: Rule) -> Result<Option<i64>, StoreError> {
    let bounds = rule.bounds();
    match rule {
        Rule::Documents => Ok(documents::find_kept_days(reader)?.map(i64::from)),
        Rule::Audit => audit::find_kept_months(reader.conn()).map(Some),
        _ => {
            let chosen = settings::find(reader.conn(), &rule.key())?;
            let chosen = chosen.and_then(|text| text.parse().ok()).unwrap_or(bounds.usual);
            Ok(Some(chosen.clamp(bounds.min, bounds.max)))
        }
    }
}

/// # Errors
/// `Refused` beyond the bounds.
pub fn set_kept(tx: &Tx<'_>, rule: Rule, kept: i64) -> Result<(), StoreError> {
    let bounds = rule.bounds();
    if !(bounds.min..=bounds.max).contains(&kept) {
        let unit = match bounds.unit {
            Unit::Days => "days",
            Unit::Months => "months",
        };
        return Err(StoreError::Refused(format!(
            "Nothing was changed: this is kept for {} to {} {unit}.",
            bounds.min, bounds.max
        )));
    }
    match rule {
        Rule::Documents => documents::set_kept_days(tx, u32::try_from(kept).unwrap_or(0)),
        Rule::Audit => audit::set_kept_months(tx, kept),
        _ => settings::upsert(tx, &rule.key(), &kept.to_string()),
    }
}

/// What is older than this is beyond the rule.
pub fn limit(rule: Rule, kept: i64, now: Instant) -> Instant {
    match rule.bounds().unit {
        Unit::Days => now.plus_seconds(-kept * DAY_S),
        Unit::Months => {
            let utc = Zone::utc();
            let months = i32::try_from(kept).unwrap_or(i32::MAX);
            Instant::start_of(now.day_in(&utc).plus_months(-months), &utc)
        }
    }
}

/// Of the connections that were ended before.
const ENDED: &str = "account_id in (select id from accounts
    where state = 'disconnected' and disconnected_at < ?1)";
/// Of imports that ended before.
const IMPORTED: &str =
    "import_id in (select id from imports where coalesce(finished_at, started_at) < ?1)";

/// Where a rule looks: tables, and which of their rows are beyond it. Raw documents of connections
/// at work have a time of their own for each stream and are not among them.
fn places(rule: Rule) -> Vec<(&'static str, &'static str)> {
    match rule {
        Rule::Disconnected => vec![
            ("documents", ENDED),
            ("problems", ENDED),
            ("hook_deliveries", ENDED),
            ("hook_tallies", ENDED),
        ],
        Rule::Documents => Vec::new(),
        Rule::Refused => vec![("refused_rows", IMPORTED), ("import_notices", IMPORTED)],
        Rule::Deliveries => vec![("hook_deliveries", "received_at < ?1")],
        Rule::Sessions => vec![("sessions", "expires_at < ?1")],
        Rule::Links => vec![("one_time_links", "expires_at < ?1")],
        Rule::Mails => vec![("mails", "finished_at < ?1")],
        Rule::Notes => vec![("notes", "closed_at < ?1")],
        Rule::Calls => vec![("calls_out", "last_at < ?1")],
        Rule::Audit => vec![("audit_log", "at < ?1")],
    }
}

/// When a row of these began to be kept.
fn age(rule: Rule, table: &str) -> &'static str {
    match (rule, table) {
        (Rule::Disconnected, _) => "(select disconnected_at from accounts where id = account_id)",
        (Rule::Refused, _) => {
            "(select coalesce(finished_at, started_at) from imports where id = import_id)"
        }
        (Rule::Deliveries, _) => "received_at",
        (Rule::Documents, _) => "fetched_at",
        (Rule::Sessions | Rule::Links, _) => "expires_at",
        (Rule::Mails, _) => "finished_at",
        (Rule::Notes, _) => "closed_at",
        (Rule::Calls, _) => "last_at",
        (Rule::Audit, _) => "at",
    }
}

/// The rows beyond a rule, and the age of the oldest.
///
/// # Errors
/// `StoreError` of the database.
pub fn count_beyond(
    reader: &Reader<'_>,
    rule: Rule,
    before: Instant,
) -> Result<(i64, Option<Instant>), StoreError> {
    let (mut rows, mut oldest) = (0, None);
    for (table, condition) in places(rule) {
        let sql =
            format!("select count(*), min({}) from {table} where {condition}", age(rule, table));
        let (count, first): (i64, Option<Instant>) =
            reader.conn().query_row(&sql, [before], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows += count;
        oldest = [oldest, first].into_iter().flatten().min();
    }
    Ok((rows, oldest))
}

/// Raw documents of a stream from before.
///
/// # Errors
/// `StoreError` of the database.
pub fn count_documents(
    reader: &Reader<'_>,
    (account, stream): (crate::base::id::AccountId, &str),
    before: Instant,
) -> Result<(i64, Option<Instant>), StoreError> {
    let sql = "select count(*), min(fetched_at) from documents
        where account_id = ? and stream = ? and fetched_at < ?";
    let found = reader
        .conn()
        .query_row(sql, params![account, stream, before], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(found)
}

/// Removes some rows beyond a rule; gives how many, none when there are no more.
///
/// # Errors
/// `StoreError` of the database.
pub fn delete_some(tx: &Tx<'_>, rule: Rule, before: Instant) -> Result<i64, StoreError> {
    if rule == Rule::Audit {
        // The log ends in an anchor, which only it can make.
        return audit::prune(tx, before);
    }
    if rule == Rule::Deliveries {
        return Ok(hooks::prune(tx, before)? as i64);
    }
    let mut gone = 0;
    for (table, condition) in places(rule) {
        let key = match table {
            "hook_deliveries" => "account_id, mark",
            "calls_out" => "day, host, port, account_id, purpose",
            "hook_tallies" => "account_id",
            "one_time_links" => "token_hash",
            _ => "id",
        };
        let sql = format!(
            "delete from {table} where ({key}) in (
                select {key} from {table} where {condition} limit {AT_ONCE})"
        );
        gone += tx.conn().execute(&sql, [before])? as i64;
    }
    Ok(gone)
}

/// What one run did by one rule; `None` for a run that found nothing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    pub ran_at: Instant,
    pub rule: Option<Rule>,
    pub gone: i64,
    pub oldest_at: Option<Instant>,
}

/// # Errors
/// `StoreError` of the database.
pub fn append_run(
    tx: &Tx<'_>,
    rule: Option<Rule>,
    (gone, oldest): (i64, Option<Instant>),
) -> Result<(), StoreError> {
    tx.conn().execute(
        "insert into retention_runs (ran_at, rule, gone, oldest_at) values (?, ?, ?, ?)",
        params![tx.now, rule.map_or("", Rule::name), gone, oldest],
    )?;
    let before = tx.now.plus_seconds(-RUNS_DAYS * DAY_S);
    tx.conn().execute("delete from retention_runs where ran_at < ?", [before])?;
    Ok(())
}

/// The newest first.
///
/// # Errors
/// `StoreError` of the database.
pub fn list_runs(reader: &Reader<'_>, limit: i64) -> Result<Vec<Run>, StoreError> {
    let mut statement = reader.conn().prepare_cached(
        "select ran_at, rule, gone, oldest_at from retention_runs order by id desc limit ?",
    )?;
    let rows = statement.query_map([limit], |row| {
        let rule: String = row.get(1)?;
        Ok(Run {
            ran_at: row.get(0)?,
            rule: Rule::parse(&rule),
            gone: row.get(2)?,
            oldest_at: row.get(3)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
