//! Commands that write, as the control channel runs them: JSON in, JSON out, the same with a
//! server and without.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::app::control::Tools;
use crate::app::jobs;
use crate::base::id::{ImportId, JobId};
use crate::base::{Currency, Zone};
use crate::store::organisation::{self, Choice, CostMethod};
use crate::store::{Lane, dirty, imports, jobs as job_store, stores};
use crate::sync::edit;
use crate::sync::import_job::{self, ImportFault, Request};

/// How often a command looks whether the server's runner is done.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

#[derive(Debug, Serialize, Deserialize)]
pub struct ImportAsk {
    pub format: Option<String>,
    pub files: Vec<PathBuf>,
    pub store: Option<String>,
    pub currency: Option<Currency>,
    pub time_zone: Option<String>,
    pub dry_run: bool,
}

/// One document for each file, in their order; a file that is refused whole has a `fault`.
pub fn import(tools: &Tools, input: Value) -> anyhow::Result<Value> {
    let ask: ImportAsk = serde_json::from_value(input)?;
    let files: anyhow::Result<Vec<Value>> =
        ask.files.iter().map(|path| import_file(tools, &ask, path)).collect();
    let files = files?;
    // Figures follow before the command says that it is done.
    settle(tools)?;
    Ok(json!({ "files": files }))
}

fn import_file(tools: &Tools, ask: &ImportAsk, path: &std::path::Path) -> anyhow::Result<Value> {
    let name = import_job::file_name(path);
    let request = Request {
        path: path.to_owned(),
        file_name: name.clone(),
        format: ask.format.clone().filter(|format| format != "auto"),
        store: ask.store.clone(),
        currency: ask.currency,
        time_zone: ask.time_zone.clone(),
        delete_after: false,
        user: None,
    };
    let fault = |fault: ImportFault| match fault {
        ImportFault::Usage(text) => json!({ "file": name, "usage": text }),
        other => json!({ "file": name, "fault": other.to_string() }),
    };
    if ask.dry_run {
        return Ok(match import_job::dry_run(&tools.sync, &request) {
            Ok(outcome) => outcome_json(&name, &outcome),
            Err(refused) => fault(refused),
        });
    }
    let (import, job) = match import_job::enqueue(&tools.sync, request) {
        Ok(queued) => queued,
        Err(refused) => return Ok(fault(refused)),
    };
    run_queue(tools, Some(job))?;
    finished(tools, &name, import, job)
}

/// Runs the queue here, or waits until the server's runner has done the job.
fn run_queue(tools: &Tools, job: Option<JobId>) -> anyhow::Result<()> {
    if !tools.is_served {
        let runner = jobs::runner(&tools.sync);
        runner.recover()?;
        runner.run_due()?;
        return Ok(());
    }
    loop {
        let open = tools.db.read(|reader| match job {
            Some(job) => {
                let found = job_store::find_job(reader, job)?;
                Ok(found.is_some_and(|job| matches!(job.state.as_str(), "due" | "leased")))
            }
            None => Ok(dirty::count(reader)? != (0, 0) && job_store::is_waiting(reader)?),
        })?;
        if !open {
            return Ok(());
        }
        std::thread::sleep(LOOK_AGAIN);
    }
}

/// Lets the books catch up.
fn settle(tools: &Tools) -> anyhow::Result<()> {
    run_queue(tools, None)
}

fn finished(tools: &Tools, name: &str, import: ImportId, job: JobId) -> anyhow::Result<Value> {
    let (found, refused, notices, unknowns, job) = tools.db.read(|reader| {
        Ok((
            imports::find_import(reader, import)?,
            imports::list_refused(reader, import, imports::REFUSED_KEPT_MAX)?,
            imports::list_notices(reader, import)?,
            imports::list_unknowns(reader, import)?,
            job_store::find_job(reader, job)?,
        ))
    })?;
    let found = found.context("the import is gone")?;
    if let Some(fault) = found.fault.or_else(|| job.and_then(|job| job.fault)) {
        // Refused whole: what the books hold of it is nothing, so nothing is listed either.
        tools.db.write_local(Lane::Interactive, |tx| imports::delete_import(tx, import))?;
        return Ok(json!({ "file": name, "fault": fault }));
    }
    let outcome = import_job::Outcome {
        format: found.format,
        accepted: found.accepted,
        unchanged: found.unchanged,
        refused,
        refused_count: found.refused,
        notices,
        unknowns: unknowns.into_iter().filter_map(import_job::Unknown::of_row).collect(),
    };
    let mut value = outcome_json(name, &outcome);
    value["import"] = json!(import.0);
    Ok(value)
}

fn outcome_json(name: &str, outcome: &import_job::Outcome) -> Value {
    let unknowns: Vec<Value> = outcome
        .unknowns
        .iter()
        .map(|unknown| {
            json!({
                "kind": unknown.kind.name(),
                "name": unknown.name,
                "line": unknown.line,
                "times": unknown.times,
            })
        })
        .collect();
    let refused: Vec<Value> = outcome
        .refused
        .iter()
        .map(|row| {
            json!({
                "file": name,
                "line": row.line,
                "column": row.column,
                "reason": row.reason,
            })
        })
        .collect();
    let notices: Vec<Value> =
        outcome.notices.iter().map(|(line, what)| json!({ "line": line, "what": what })).collect();
    json!({
        "file": name,
        "format": outcome.format,
        "accepted": outcome.accepted,
        "unchanged": outcome.unchanged,
        "refused": refused,
        "refused_count": outcome.refused_count,
        "notices": notices,
        "unknowns": unknowns,
    })
}

pub fn import_undo(tools: &Tools, input: Value) -> anyhow::Result<Value> {
    let id = input["id"].as_i64().context("no import was named")?;
    import_job::undo(&tools.sync, ImportId(id))?;
    settle(tools)?;
    Ok(json!({ "undone": id }))
}

#[derive(Debug, Serialize, Deserialize)]
pub struct StoreAdd {
    pub name: String,
    pub currency: Currency,
    pub time_zone: Option<String>,
}

pub fn store_add(tools: &Tools, input: Value) -> anyhow::Result<Value> {
    let StoreAdd { name, currency, time_zone } = serde_json::from_value(input)?;
    let zone = match time_zone {
        Some(name) => Some(Zone::parse(&name)?),
        None => tools.db.read(|reader| Ok(organisation::find(reader.conn())?.time_zone))?,
    };
    let zone = zone.unwrap_or_else(Zone::system);
    let made = tools
        .db
        .write_local(Lane::Interactive, |tx| stores::insert_store(tx, &name, currency, &zone))?;
    Ok(store_json(&made))
}

pub fn store_json(store: &stores::Store) -> Value {
    json!({
        "name": store.name,
        "currency": store.currency.code(),
        "time_zone": store.zone.name(),
    })
}

pub fn store_rm(tools: &Tools, input: Value) -> anyhow::Result<Value> {
    let name = input["name"].as_str().context("no store was named")?.to_owned();
    tools.db.write_local(Lane::Interactive, |tx| stores::delete_store(tx, &name))?;
    Ok(json!({ "removed": name }))
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub struct OrgSet {
    pub currency: Option<Currency>,
    pub time_zone: Option<String>,
    pub cost_method: Option<String>,
    pub vat_registered: Option<bool>,
}

/// Changes the organisation; everything that follows from it is computed again.
pub fn org_set(tools: &Tools, input: Value) -> anyhow::Result<Value> {
    let set: OrgSet = serde_json::from_value(input)?;
    let method = set.cost_method.as_deref().map(|name| {
        CostMethod::parse(name).with_context(|| format!("there is no cost method {name:?}"))
    });
    let method = method.transpose()?;
    if let Some(CostMethod::Fifo | CostMethod::Average) = method {
        bail!(
            "this version reckons with dated costs only; nothing was changed. Purchase-order \
             layers, which fifo and average draw on, come with a later version"
        );
    }
    let choice = Choice {
        currency: set.currency,
        time_zone: set.time_zone.as_deref().map(Zone::parse).transpose()?,
        cost_method: method,
        vat_registered: set.vat_registered,
        ..Choice::default()
    };
    edit::set_organisation(&tools.sync, &choice)?;
    settle(tools)?;
    let now = tools.db.read(|reader| organisation::find(reader.conn()))?;
    Ok(json!({
        "currency": now.currency.map(|currency| currency.code().to_owned()),
        "time_zone": now.time_zone.map(|zone| zone.name().to_owned()),
        "cost_method": now.cost_method.name(),
        "vat_registered": now.vat_registered,
    }))
}
