//! Commands that write, as the control channel runs them: JSON in, JSON out, the same with a
//! server and without. Those that take files in stand in `taken.rs`.

use std::time::Duration;

use anyhow::Context;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::app::control::Tools;
use crate::app::jobs;
use crate::base::id::JobId;
use crate::base::{Currency, Zone};
use crate::store::changes::By;
use crate::store::organisation::{self, Choice, CostMethod};
use crate::store::{Lane, dirty, jobs as job_store, stores};
use crate::sync::edit;

/// How often a command looks whether the server's runner is done.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// Runs the queue here, or waits until the server's runner has done the job.
pub fn run_queue(tools: &Tools, job: Option<JobId>) -> anyhow::Result<()> {
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
pub fn settle(tools: &Tools) -> anyhow::Result<()> {
    run_queue(tools, None)
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
    let choice = Choice {
        currency: set.currency,
        time_zone: set.time_zone.as_deref().map(Zone::parse).transpose()?,
        cost_method: method,
        vat_registered: set.vat_registered,
        ..Choice::default()
    };
    edit::set_organisation(&tools.sync, &choice, &By::default())?;
    settle(tools)?;
    let now = tools.db.read(|reader| organisation::find(reader.conn()))?;
    Ok(json!({
        "currency": now.currency.map(|currency| currency.code().to_owned()),
        "time_zone": now.time_zone.map(|zone| zone.name().to_owned()),
        "cost_method": now.cost_method.name(),
        "vat_registered": now.vat_registered,
    }))
}
