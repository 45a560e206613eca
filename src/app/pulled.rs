//! Commands about connected accounts, as the control channel runs them: JSON in, JSON out.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::anyhow;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::app::commands;
use crate::app::control::Tools;
use crate::app::jobs as runners;
use crate::base::secret::Secret;
use crate::base::time::Stopwatch;
use crate::base::{Currency, Day, Instant};
use crate::jobs::Runner;
use crate::store::accounts::{self, AccountRow, AccountState};
use crate::store::documents;
use crate::store::jobs::{self, Scope};
use crate::store::problems;
use crate::store::streams::{self, StreamRow};
use crate::sync::connect::{self, Ask};
use crate::sync::ctx;
use crate::sync::{replay, upkeep_job};

/// How often a command looks how far it is.
const LOOK_AGAIN: Duration = Duration::from_millis(100);
/// Longest time that a command waits for platforms.
const WAIT_MAX: Duration = Duration::from_secs(3_000);
/// Failures in a row after which a stream is not waited for.
const FAILURES_MAX: i64 = 5;

/// What `purser connect` hands over. Bears secrets, so it cannot be printed.
#[derive(Default, Serialize, Deserialize)]
pub struct ConnectAsk {
    pub platform: String,
    pub name: Option<String>,
    pub store: Option<String>,
    pub currency: Option<Currency>,
    pub settings: BTreeMap<String, String>,
    pub secrets: BTreeMap<String, String>,
    pub since: Option<String>,
}

pub fn connect(tools: &Tools, input: Value) -> anyhow::Result<Value> {
    let asked: ConnectAsk = serde_json::from_value(input)?;
    let secrets = asked.secrets.into_iter();
    let ask = Ask {
        platform: asked.platform,
        name: asked.name,
        store: asked.store,
        currency: asked.currency,
        settings: asked.settings,
        secrets: secrets.map(|(key, text)| (key, Secret::new(text))).collect(),
        since: asked.since.as_deref().map(Day::parse).transpose()?,
    };
    let (id, identity) = connect::connect(&tools.sync, &ask)?;
    let row = tools.db.read(|reader| accounts::find_account(reader, id))?;
    let row = row.ok_or_else(|| anyhow!("the connection is gone again"))?;
    Ok(json!({
        "name": row.name,
        "platform": row.platform,
        "account": { "id": identity.id, "label": identity.label },
        "store": row.store_name,
        "told": identity.told,
    }))
}

/// Pause, resume, replay, disconnect.
#[derive(Debug, Serialize, Deserialize)]
pub struct ConnectionAsk {
    pub name: String,
    pub what: String,
    #[serde(default)]
    pub delete_data: bool,
    /// Of `replay`: only this one.
    #[serde(default)]
    pub stream: Option<String>,
}

/// For how many days documents are kept; without a number, what holds.
pub fn kept_days(tools: &Tools, input: Value) -> anyhow::Result<Value> {
    if let Some(days) = input["days"].as_u64() {
        upkeep_job::keep_documents(&tools.sync, u32::try_from(days).unwrap_or(u32::MAX))?;
        if !tools.is_served {
            commands::run_queue(tools, None)?;
        }
    }
    Ok(json!({ "days": tools.db.read(documents::find_kept_days)? }))
}

pub fn connection(tools: &Tools, input: Value) -> anyhow::Result<Value> {
    let asked: ConnectionAsk = serde_json::from_value(input)?;
    let row = connect::find(&tools.sync, &asked.name)?;
    match asked.what.as_str() {
        "pause" => connect::pause(&tools.sync, row.id)?,
        "resume" => connect::resume(&tools.sync, row.id)?,
        "replay" => {
            let done = replay::replay(&tools.sync, &row, asked.stream.as_deref())?;
            commands::settle(tools)?;
            return Ok(json!({
                "name": row.name,
                "documents": done.documents,
                "changed": done.changed,
                "left_out": done.left_out,
            }));
        }
        "disconnect" => {
            connect::disconnect(&tools.sync, &row, !asked.delete_data)?;
            if asked.delete_data {
                commands::settle(tools)?;
            }
        }
        other => return Err(anyhow!("there is no {other:?} for a connection")),
    }
    Ok(json!({ "name": row.name, "done": asked.what }))
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub struct SyncAsk {
    pub connection: Option<String>,
    pub full: bool,
    pub wait: bool,
}

/// What one stream brought and where it stands.
struct Followed {
    row: StreamRow,
    records_before: i64,
}

pub fn sync(tools: &Tools, input: Value) -> anyhow::Result<Value> {
    let asked: SyncAsk = serde_json::from_value(input)?;
    if let Some(reason) = tools.vault.locked() {
        return Err(anyhow!("{reason}"));
    }
    let rows = match &asked.connection {
        Some(name) => vec![connect::find(&tools.sync, name)?],
        None => tools.db.read(accounts::list_accounts)?,
    };
    let rows: Vec<AccountRow> =
        rows.into_iter().filter(|row| row.state == AccountState::Active).collect();
    if let Some(name) = &asked.connection
        && rows.is_empty()
    {
        return Err(anyhow!(
            "The connection {name:?} is not at work: it was paused, or its credentials are no \
             longer accepted. Resume it, or connect it again."
        ));
    }
    let asked_at = tools.db.clock().now();
    let mut followed = Vec::new();
    for row in &rows {
        for stream in tools.db.read(|reader| streams::list_streams(reader, row.id))? {
            followed.push(Followed { records_before: stream.records, row: stream });
        }
        connect::pull_now(&tools.sync, row.id, asked.full.then_some(None))?;
    }
    if !tools.is_served {
        pull_here(&tools.sync, (&asked, asked_at), &mut followed)?;
        commands::settle(tools)?;
    } else if asked.wait {
        let watch = Stopwatch::start();
        while !is_settled(&tools.sync, asked_at, &mut followed)? && watch.elapsed() < WAIT_MAX {
            std::thread::sleep(LOOK_AGAIN);
        }
        commands::settle(tools)?;
    }
    is_settled(&tools.sync, asked_at, &mut followed)?;
    tell(tools, &rows, &followed)
}

/// Without a server this command asks the platforms itself: once, or until they have answered.
fn pull_here(
    tools: &ctx::Tools,
    (asked, asked_at): (&SyncAsk, Instant),
    followed: &mut [Followed],
) -> anyhow::Result<()> {
    let runner: Runner<ctx::Tools> = runners::runner(tools).outside();
    runner.recover()?;
    let watch = Stopwatch::start();
    loop {
        runner.run_due()?;
        let is_over = !asked.wait || watch.elapsed() >= WAIT_MAX;
        if is_over || is_settled(tools, asked_at, followed)? {
            return Ok(());
        }
        let due = tools.db.read(|reader| jobs::find_next_due(reader, Scope::Outside))?;
        let Some(due) = due else { return Ok(()) };
        tools
            .db
            .clock()
            .pause(due.since(tools.db.clock().now()).clamp(LOOK_AGAIN, 10 * LOOK_AGAIN));
    }
}

/// Whether every stream has come to the present, or cannot.
fn is_settled(
    tools: &ctx::Tools,
    asked_at: Instant,
    followed: &mut [Followed],
) -> anyhow::Result<bool> {
    let mut is_settled = true;
    for one in followed {
        let (now, account) = tools.db.read(|reader| {
            let account = accounts::find_account(reader, one.row.account)?;
            Ok((streams::find_stream(reader, one.row.id)?, account))
        })?;
        let Some(now) = now else { continue };
        let is_active = account.is_some_and(|account| account.state == AccountState::Active);
        let kind = now.fault.as_ref().map(|fault| fault.kind.as_str());
        let is_stuck = matches!(kind, Some("auth" | "refused" | "drift" | "internal"))
            || kind == Some("transient") && now.failures >= FAILURES_MAX;
        let is_there = now.success_at.is_some_and(|at| at >= asked_at);
        is_settled &= is_there || is_stuck || !is_active;
        one.row = now;
    }
    Ok(is_settled)
}

fn tell(tools: &Tools, rows: &[AccountRow], followed: &[Followed]) -> anyhow::Result<Value> {
    let mut connections = Vec::new();
    for row in rows {
        let counts = tools.db.read(|reader| problems::count_by_stream(reader, row.id))?;
        let streams = followed.iter().filter(|one| one.row.account == row.id).map(|one| {
            let stream = &one.row;
            let count = counts.iter().find(|(name, _)| *name == stream.stream);
            json!({
                "stream": stream.stream,
                "records": stream.records - one.records_before,
                "problems": count.map_or(0, |(_, count)| *count),
                "fault": stream.fault.as_ref().map(|fault| &fault.what),
            })
        });
        let streams: Vec<Value> = streams.collect();
        connections.push(json!({ "name": row.name, "streams": streams }));
    }
    Ok(json!({ "connections": connections }))
}
