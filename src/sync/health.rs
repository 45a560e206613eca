//! How connected accounts fare: fresh, loading, late, stopped; by stream, with when it last
//! worked, when it goes on and what stands in the way.

use crate::base::Instant;
use crate::connectors;
use crate::connectors::contract::Connector;
use crate::connectors::spec::Stream;
use crate::store::accounts::{self, AccountRow, AccountState};
use crate::store::jobs::{self, Job, lane_of};
use crate::store::problems::{self, ProblemRow};
use crate::store::streams::{self, StreamRow};
use crate::store::{Reader, StoreError};
use crate::sync::pull_job::{PULL, dedupe_key};

/// Problems and jobs of one account that are listed.
const PROBLEMS_SHOWN_MAX: i64 = 100;
const JOBS_SHOWN_MAX: i64 = 30;
/// A stream is late when it missed so many of its turns.
const TURNS_MISSED: i64 = 3;
const LATE_S_MIN: i64 = 600;

/// The worse, the later in this list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Health {
    /// What it last heard is young.
    Fresh,
    /// The first load is under way.
    Loading,
    /// Its owner paused it, or ended it.
    Paused,
    /// It goes on by itself, after a fault or a wait that the platform asked for.
    Waiting,
    /// It has not got through for longer than it should.
    Late,
    /// It does not go on without somebody.
    Stopped,
}

impl Health {
    pub fn name(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::Loading => "loading",
            Self::Paused => "paused",
            Self::Waiting => "waiting",
            Self::Late => "late",
            Self::Stopped => "stopped",
        }
    }
}

#[derive(Clone, Debug)]
pub struct StreamHealth {
    pub row: StreamRow,
    pub label: &'static str,
    pub health: Health,
    pub next_at: Option<Instant>,
    pub is_running: bool,
    /// Different problems that are not mended.
    pub problems: i64,
}

#[derive(Clone, Debug)]
pub struct AccountHealth {
    pub row: AccountRow,
    /// The platform's name.
    pub label: &'static str,
    pub documentation: &'static str,
    pub health: Health,
    pub streams: Vec<StreamHealth>,
    pub problems: Vec<ProblemRow>,
    /// The newest first.
    pub jobs: Vec<Job>,
}

/// Every account that is connected.
///
/// # Errors
/// `StoreError` of the database.
pub fn list_health(reader: &Reader<'_>, now: Instant) -> Result<Vec<AccountHealth>, StoreError> {
    let mut found = Vec::new();
    for row in accounts::list_accounts(reader)? {
        if row.state == AccountState::Disconnected {
            continue;
        }
        if let Some(connector) = connectors::find(&row.platform) {
            found.push(look_at(reader, row, (connector, now))?);
        }
    }
    Ok(found)
}

fn look_at(
    reader: &Reader<'_>,
    row: AccountRow,
    (connector, now): (&'static dyn Connector, Instant),
) -> Result<AccountHealth, StoreError> {
    let spec = connector.api().map(|api| api.spec());
    let problems_of = problems::count_by_stream(reader, row.id)?;
    let mut listed = Vec::new();
    for stream in streams::list_streams(reader, row.id)? {
        let known = spec.and_then(|spec| spec.find_stream(&stream.stream));
        let Some(known) = known else { continue };
        let job = jobs::find_open(reader, (PULL.name, &dedupe_key(stream.id)))?;
        let is_running = job.as_ref().is_some_and(|job| job.state == "leased");
        let problems = problems_of.iter().find(|(name, _)| *name == stream.stream);
        listed.push(StreamHealth {
            health: judge(&row, &stream, (known, now)),
            label: known.label,
            next_at: job.filter(|_| !is_running).map(|job| job.due_at),
            is_running,
            problems: problems.map_or(0, |(_, count)| *count),
            row: stream,
        });
    }
    let worst = listed.iter().map(|stream| stream.health).max().unwrap_or(Health::Fresh);
    Ok(AccountHealth {
        label: connector.label(),
        documentation: spec.map_or("", |spec| spec.documentation),
        health: worst,
        streams: listed,
        problems: problems::list_problems(reader, row.id, PROBLEMS_SHOWN_MAX)?,
        jobs: jobs::list_of_lane(reader, &lane_of(row.id), JOBS_SHOWN_MAX)?,
        row,
    })
}

fn judge(account: &AccountRow, stream: &StreamRow, (spec, now): (&Stream, Instant)) -> Health {
    match account.state {
        AccountState::Paused | AccountState::Disconnected => return Health::Paused,
        AccountState::Refused => return Health::Stopped,
        AccountState::Active => {}
    }
    match stream.fault.as_ref().map(|fault| fault.kind.as_str()) {
        Some("auth" | "refused" | "drift") => return Health::Stopped,
        Some(_) if !is_late(stream, (spec, now)) => return Health::Waiting,
        Some(_) | None => {}
    }
    if stream.loaded_at.is_none() && stream.fault.is_none() {
        return Health::Loading;
    }
    if is_late(stream, (spec, now)) { Health::Late } else { Health::Fresh }
}

fn is_late(stream: &StreamRow, (spec, now): (&Stream, Instant)) -> bool {
    let allowed_s = (i64::from(spec.every_s) * TURNS_MISSED).max(LATE_S_MIN);
    let last = stream.success_at.or(stream.tried_at);
    last.is_some_and(|last| last.plus_seconds(allowed_s) < now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::id::{AccountId, ImportId, StreamId};
    use crate::store::streams::StreamFault;

    const SPEC: Stream = Stream {
        slug: "orders",
        label: "Orders",
        every_s: 600,
        overlap_s: 0,
        raw_days: 1,
        after: &[],
    };

    fn account(state: AccountState) -> AccountRow {
        AccountRow {
            id: AccountId(1),
            platform: "made".to_owned(),
            name: "made".to_owned(),
            store: None,
            store_name: None,
            import: ImportId(1),
            state,
            external_id: String::new(),
            external_label: String::new(),
            settings: Default::default(),
            since: None,
            fault: None,
            created_at: Instant(0),
        }
    }

    fn stream(success_s: Option<i64>, fault: Option<&str>) -> StreamRow {
        let success_at = success_s.map(Instant::from_seconds);
        StreamRow {
            id: StreamId(1),
            account: AccountId(1),
            stream: "orders".to_owned(),
            cursor: String::new(),
            generation: 0,
            since: None,
            success_at,
            tried_at: success_at,
            loaded_at: success_at,
            documents: 0,
            records: 0,
            progress: None,
            fault: fault.map(|kind| StreamFault { kind: kind.to_owned(), what: String::new() }),
            failures: 0,
        }
    }

    #[test]
    fn a_stream_is_judged_by_its_account_its_fault_and_its_age() {
        let now = Instant::from_seconds(100_000);
        for (state, success_s, fault, expected, why) in [
            (AccountState::Active, Some(99_000), None, Health::Fresh, "young"),
            (AccountState::Active, None, None, Health::Loading, "never read to its end"),
            (AccountState::Active, Some(98_100), None, Health::Late, "three turns missed"),
            (AccountState::Active, Some(99_000), Some("transient"), Health::Waiting, "goes on"),
            (AccountState::Active, Some(90_000), Some("throttled"), Health::Late, "too long"),
            (AccountState::Active, Some(99_000), Some("drift"), Health::Stopped, "needs us"),
            (AccountState::Active, Some(99_000), Some("refused"), Health::Stopped, "needs us"),
            (AccountState::Refused, Some(99_000), None, Health::Stopped, "credentials"),
            (AccountState::Paused, Some(0), Some("transient"), Health::Paused, "by its owner"),
        ] {
            let found = judge(&account(state), &stream(success_s, fault), (&SPEC, now));
            assert_eq!(found, expected, "{why}");
        }
    }
}
