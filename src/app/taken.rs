//! Commands about imports, as the control channel runs them: files taken in, rows tried again, an
//! import taken back.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::app::commands::{run_queue, settle};
use crate::app::control::Tools;
use crate::base::Currency;
use crate::base::id::{ImportId, JobId};
use crate::connectors::contract::Seen;
use crate::store::imports::{self, RefusedRow};
use crate::store::{Lane, jobs as job_store};
use crate::sync::import_job::{self, ImportFault, Request};
use crate::sync::retry::{self, Paper};
use crate::sync::take_back;
use crate::sync::taking::{Outcome, Unknown};
use crate::sync::unpack;
use crate::web::words;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ImportAsk {
    pub format: Option<String>,
    pub files: Vec<PathBuf>,
    pub store: Option<String>,
    pub currency: Option<Currency>,
    pub time_zone: Option<String>,
    pub dry_run: bool,
    /// A file of a format that no genuine file was held against is only looked at.
    #[serde(default)]
    pub hold: bool,
    /// Of what the files hold only this one.
    #[serde(default)]
    pub only: Option<String>,
}

/// One document for each file, in their order, those in an archive each by itself; a file that
/// is refused whole has a `fault`, one that was only looked at is `held`.
pub fn import(tools: &Tools, input: Value) -> anyhow::Result<Value> {
    let ask: ImportAsk = serde_json::from_value(input)?;
    let mut files = Vec::new();
    for path in &ask.files {
        import_path(tools, &ask, path, &mut files)?;
    }
    // Figures follow before the command says that it is done.
    settle(tools)?;
    Ok(json!({ "files": files }))
}

fn import_path(
    tools: &Tools,
    ask: &ImportAsk,
    path: &Path,
    files: &mut Vec<Value>,
) -> anyhow::Result<()> {
    let name = import_job::file_name(path);
    let request = Request {
        path: path.to_owned(),
        file_name: name.clone(),
        format: ask.format.clone().filter(|format| format != "auto"),
        store: ask.store.clone(),
        currency: ask.currency,
        time_zone: ask.time_zone.clone(),
        ..Request::default()
    };
    let unpacked = match unpack::unpack(&tools.sync.spool, request) {
        Ok(unpacked) => unpacked,
        Err(fault) => {
            files.push(fault_json(&name, fault));
            return Ok(());
        }
    };
    let is_one = unpacked.len() == 1;
    for one in unpacked {
        let request = match one {
            Ok(request) => request,
            Err(fault) => {
                let file = fault.file().unwrap_or(&name).to_owned();
                if is_wanted(ask, &file) {
                    files.push(fault_json(&file, fault));
                }
                continue;
            }
        };
        let (spooled, file) = (request.delete_after, request.file_name.clone());
        let inner = request.path.clone();
        let answer = match is_one || is_wanted(ask, &file) {
            true => Some(import_file(tools, ask, (path, request))),
            false => None,
        };
        let is_queued = matches!(&answer, Some(Ok(value)) if value["import"].is_i64());
        if spooled && !is_queued {
            tools.sync.spool.remove(&inner);
        }
        files.extend(answer.transpose()?);
    }
    Ok(())
}

fn is_wanted(ask: &ImportAsk, file: &str) -> bool {
    ask.only.as_deref().is_none_or(|only| only == file)
}

fn fault_json(name: &str, fault: ImportFault) -> Value {
    match fault {
        ImportFault::Usage(text) => json!({ "file": name, "usage": text }),
        other => json!({ "file": name, "fault": other.to_string() }),
    }
}

fn import_file(
    tools: &Tools,
    ask: &ImportAsk,
    (path, request): (&Path, Request),
) -> anyhow::Result<Value> {
    let name = request.file_name.clone();
    let is_seen = match import_job::recognise(&request) {
        Ok(recognised) => recognised.seen == Seen::InTheWild,
        Err(refused) => return Ok(fault_json(&name, refused)),
    };
    let mut understood = Value::Null;
    if ask.dry_run || !is_seen {
        let (outcome, found) = match import_job::dry_run(&tools.sync, &request) {
            Ok(done) => done,
            Err(refused) => return Ok(fault_json(&name, refused)),
        };
        understood = serde_json::to_value(found)?;
        if ask.dry_run || ask.hold {
            let mut value = outcome_json(&name, &outcome);
            value["understood"] = understood;
            value["seen"] = json!(is_seen);
            if !ask.dry_run {
                value["held"] = json!(true);
                value["path"] = json!(path);
            }
            return Ok(value);
        }
    }
    let (import, job) = match import_job::enqueue(&tools.sync, request) {
        Ok(queued) => queued,
        Err(refused) => return Ok(fault_json(&name, refused)),
    };
    run_queue(tools, Some(job))?;
    let mut value = finished(tools, &name, import, job)?;
    if !is_seen && value["fault"].is_null() {
        value["understood"] = understood;
        value["seen"] = json!(false);
    }
    Ok(value)
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
    let outcome = Outcome {
        format: found.format,
        accepted: found.accepted,
        unchanged: found.unchanged,
        refused,
        refused_count: found.refused,
        notices,
        unknowns: unknowns.into_iter().filter_map(Unknown::of_row).collect(),
    };
    let mut value = outcome_json(name, &outcome);
    value["import"] = json!(import.0);
    Ok(value)
}

fn outcome_json(name: &str, outcome: &Outcome) -> Value {
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
    let refused: Vec<Value> = outcome.refused.iter().map(|row| refused_json(name, row)).collect();
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

fn refused_json(name: &str, row: &RefusedRow) -> Value {
    json!({
        "file": name,
        "line": row.line,
        "column": row.column,
        "reason": row.reason,
    })
}

pub fn import_undo(tools: &Tools, input: Value) -> anyhow::Result<Value> {
    let id = input["id"].as_i64().context("no import was named")?;
    take_back::undo(&tools.sync, ImportId(id))?;
    settle(tools)?;
    Ok(json!({ "undone": id }))
}

/// Tries the refused rows of an import again, all that were kept.
pub fn import_retry(tools: &Tools, input: Value) -> anyhow::Result<Value> {
    let id = ImportId(input["id"].as_i64().context("no import was named")?);
    let (import, refused) = tools.db.read(|reader| {
        let refused = imports::list_refused(reader, id, imports::REFUSED_KEPT_MAX)?;
        Ok((imports::find_import(reader, id)?, refused))
    })?;
    let Some(import) = import else { bail!("there is no import {id}") };
    let papers: Vec<(i64, Paper)> =
        refused.iter().filter_map(|row| Some((row.id, Paper::of(&import, row).ok()?))).collect();
    if papers.is_empty() {
        bail!(
            "the import {id} has no refused row that can be tried again by itself; correct the \
             file and import it"
        );
    }
    let name = words::imports::rows_again(&import.file_name);
    let request = retry::prepare(&tools.sync, &import, (&papers, name.clone()))?;
    let path = request.path.clone();
    let queued = import_job::enqueue(&tools.sync, request);
    let (child, job) = queued.inspect_err(|_| tools.sync.spool.remove(&path))?;
    run_queue(tools, Some(job))?;
    let mut value = finished(tools, &name, child, job)?;
    // What was refused again stands with the first import, under its new reason.
    let still =
        tools.db.read(|reader| imports::list_refused(reader, id, imports::REFUSED_KEPT_MAX))?;
    value["file"] = json!(import.file_name);
    value["refused"] = still.iter().map(|row| refused_json(&import.file_name, row)).collect();
    value["refused_count"] = json!(still.len());
    settle(tools)?;
    Ok(value)
}
