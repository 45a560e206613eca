//! `purser push`: what would be written on channels, a turn with each of them now, and the switch
//! that stops everything. A dry run makes no call that writes.

use std::time::Duration;

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::app::control::{self, Tools};
use crate::app::jobs as runners;
use crate::app::paths::Paths;
use crate::app::report::print;
use crate::base::time::Stopwatch;
use crate::base::{Clock, Instant};
use crate::features::channels::json as told;
use crate::reports::pushed;
use crate::store::accounts::AccountRow;
use crate::store::jobs as job_store;
use crate::store::stock::channels::{self, PushState};
use crate::store::stock::outbox;
use crate::store::{Lane, StoreError};
use crate::sync::stock::job::{self, PLAN, PUSH};
use crate::sync::stock::steer::{self, Said};
use crate::sync::stock::{ask, plan};
use crate::web::words::channels as words;

/// How often a command looks how far it is, and for how long at most.
const LOOK_AGAIN: Duration = Duration::from_millis(100);
const WAIT_MAX: Duration = Duration::from_secs(900);

#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct PushArgs {
    #[command(subcommand)]
    command: Option<PushCommand>,
    /// Only print what would be written
    #[arg(long)]
    dry_run: bool,
    /// With --dry-run: read what the channels show now, before
    #[arg(long, requires = "dry_run")]
    fresh: bool,
    /// Only this one
    #[arg(long, value_name = "NAME")]
    connection: Option<String>,
}

#[derive(Clone, Copy, clap::Subcommand)]
pub enum PushCommand {
    /// Stop all writing on all channels, at once
    Stop,
    /// Allow it again
    Allow,
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub struct PushAsk {
    #[serde(default)]
    pub connection: Option<String>,
    #[serde(default)]
    pub fresh: bool,
}

/// # Errors
/// What the store or a channel said.
pub fn push(paths: &Paths, args: &PushArgs, as_json: bool) -> anyhow::Result<()> {
    let run = |name: &str, input: &Value| control::run(paths, Clock::System, name, input);
    if let Some(command) = args.command {
        let stop = matches!(command, PushCommand::Stop);
        let done = run("push-switch", &json!({ "stop": stop }))?.value;
        let text = if stop { words::STOPPED_DONE } else { words::ALLOWED_DONE };
        return print(&if as_json { done.to_string() } else { text.to_owned() });
    }
    let ask = PushAsk { connection: args.connection.clone(), fresh: args.fresh };
    let name = match (args.dry_run, args.fresh) {
        (false, _) => "push",
        (true, true) => "push-look",
        (true, false) => "push-plan",
    };
    let done = run(name, &serde_json::to_value(ask)?)?.value;
    if as_json {
        return print(&done.to_string());
    }
    let text = |row: &Value, key: &str| match &row[key] {
        Value::String(text) => text.clone(),
        Value::Null => "–".to_owned(),
        other => other.to_string(),
    };
    for row in done["changes"].as_array().into_iter().flatten() {
        let outcome = match row["outcome"].as_str() {
            Some(fate) => words::fate(fate).to_owned(),
            None => words::state(row["state"].as_str().unwrap_or_default()).to_owned(),
        };
        let numbers = words::arrow(&text(row, "from"), &text(row, "to"));
        let why = words::why(row["why"].as_str().unwrap_or_default());
        let line = ["connection", "listing", "sku"].map(|key| text(row, key)).join("\t");
        print(&format!("{line}\t{numbers}\t{why}\t{outcome}"))?;
    }
    for told in done["told"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        print(told)?;
    }
    Ok(())
}

/// The accounts that are asked for.
fn list_asked(tools: &Tools, ask: &PushAsk) -> anyhow::Result<Vec<AccountRow>> {
    let rows = tools.db.read(pushed::list_accounts)?;
    let Some(name) = &ask.connection else { return Ok(rows) };
    let row = rows.into_iter().find(|row| row.name == *name);
    let row = row.with_context(|| {
        format!("There is no connection {name:?} whose stock can be set; see purser connections.")
    })?;
    Ok(vec![row])
}

/// What would be written, by what is known; nothing is asked and nothing is queued.
pub fn plan_only(tools: &Tools, input: Value) -> anyhow::Result<Value> {
    let asked: PushAsk = serde_json::from_value(input)?;
    let rows = list_asked(tools, &asked)?;
    if asked.fresh {
        for row in &rows {
            let channel = tools.db.read(|reader| channels::find_channel(reader.conn(), row.id))?;
            if channel.is_some_and(|channel| channel.state != PushState::Off) {
                ask::read_now(&tools.sync, row.id)?;
            }
        }
    }
    if !tools.is_served {
        plan::claim_marked(&tools.db)?;
    }
    let facts = job::find_facts_in(&tools.db)?;
    let only = asked.connection.as_ref().and_then(|_| rows.first()).map(|row| row.id);
    let now = tools.db.clock().now();
    let list = tools.db.read(|reader| {
        let is_stopped = outbox::is_stopped(reader.conn())?;
        Ok((pushed::list_planned(reader, only, (&facts, now))?, is_stopped))
    })?;
    let changes: Vec<Value> = list.0.iter().map(told::planned).collect();
    let stopped = list.1.then_some(words::STOPPED_TITLE);
    Ok(json!({
        "dry_run": true,
        "changes": changes,
        "told": stopped.into_iter().collect::<Vec<_>>(),
    }))
}

/// A turn with each channel now.
pub fn push_now(tools: &Tools, input: Value) -> anyhow::Result<Value> {
    let asked: PushAsk = serde_json::from_value(input)?;
    if let Some(reason) = tools.vault.locked() {
        bail!("{reason}");
    }
    let rows = list_asked(tools, &asked)?;
    let asked_at = tools.db.clock().now();
    tools.db.write_local(Lane::Interactive, |tx| {
        job::queue_plan(tx)?;
        rows.iter().try_for_each(|row| job::queue_push(tx, row.id, tx.now))
    })?;
    tools.sync.signal.wake();
    if tools.is_served {
        wait(tools, asked_at)?;
    } else {
        let local = runners::runner(&tools.sync);
        local.recover()?;
        local.run_due()?;
        runners::runner(&tools.sync).outside().run_due()?;
        local.run_due()?;
    }
    let only = asked.connection.as_ref().and_then(|_| rows.first()).map(|row| row.id);
    let found = tools.db.read(|reader| {
        let written = pushed::list_written(reader, (only, asked_at))?;
        Ok::<_, StoreError>((written, list_told(reader, &rows)?))
    })?;
    let changes: Vec<Value> = found.0.iter().map(told::written).collect();
    Ok(json!({ "dry_run": false, "changes": changes, "told": found.1 }))
}

/// Why less was written than might be expected.
fn list_told(
    reader: &crate::store::Reader<'_>,
    rows: &[AccountRow],
) -> Result<Vec<String>, StoreError> {
    let mut told = Vec::new();
    if outbox::is_stopped(reader.conn())? {
        told.push(words::STOPPED_TITLE.to_owned());
    }
    for row in rows {
        let channel = channels::find_channel(reader.conn(), row.id)?
            .unwrap_or_else(|| channels::StockChannel::new(row.id));
        let what = match (channel.held.as_str(), channel.state) {
            ("", PushState::Armed) => continue,
            ("", state) => words::state_sentence(state.name()),
            (held, _) => held,
        };
        told.push(format!("{}: {what}", row.name));
    }
    Ok(told)
}

/// Until the server has had its turn with them.
fn wait(tools: &Tools, asked_at: Instant) -> anyhow::Result<()> {
    let watch = Stopwatch::start();
    while watch.elapsed() < WAIT_MAX {
        let kinds = [PLAN.name, PUSH.name];
        if !tools.db.read(|reader| job_store::is_any_open(reader, &kinds, asked_at))? {
            return Ok(());
        }
        std::thread::sleep(LOOK_AGAIN);
    }
    bail!("The turn is not over after {} minutes; it goes on by itself.", WAIT_MAX.as_secs() / 60)
}

/// The kill switch.
pub fn switch(tools: &Tools, input: Value) -> anyhow::Result<Value> {
    let stop = input["stop"].as_bool().context("whether to stop was not said")?;
    let said = Said::default();
    if stop {
        steer::stop_all(&tools.db, &tools.sync.gate, &said)?;
    } else {
        steer::allow_all(&tools.sync, &said)?;
    }
    Ok(json!({ "stopped": stop }))
}
