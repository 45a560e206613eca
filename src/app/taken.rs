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
use crate::store::changes::By;
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
    let is_tried_later = job.as_ref().is_some_and(|job| job.state == "failed");
    if let Some(fault) = found.fault.or_else(|| job.and_then(|job| job.fault)) {
        if is_tried_later {
            return Ok(json!({ "file": name, "fault": fault }));
        }
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
    take_back::undo(&tools.sync, ImportId(id), &By::default())?;
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::store::testing::{Folder, open};
    use crate::store::vault::Vault;
    use crate::sync::ctx;

    const UNSEEN: &str = "unseen sku,cost\nMUG,4.20\nLAMP,much\n";

    fn tools(folder: &Folder) -> Tools {
        let db = open(folder);
        let vault = Arc::new(Vault::open(&folder.file("purser.key"), &db).unwrap());
        let sync = ctx::Tools::new(db.clone(), Arc::clone(&vault));
        Tools { db, vault, sync, is_served: false }
    }

    fn ask(tools: &Tools, ask: ImportAsk) -> Vec<Value> {
        let answer = import(tools, serde_json::to_value(ask).unwrap()).unwrap();
        answer["files"].as_array().unwrap().clone()
    }

    fn costs(tools: &Tools) -> i64 {
        let sql = "select count(*) from costs";
        let count = |reader: &crate::store::Reader<'_>| {
            Ok(reader.conn().query_row(sql, [], |row| row.get(0))?)
        };
        tools.db.read(count).unwrap()
    }

    #[test]
    fn a_file_of_a_format_not_seen_yet_is_held_back_until_it_was_looked_at() {
        let folder = Folder::new();
        let tools = tools(&folder);
        let path = folder.file("unseen.csv");
        std::fs::write(&path, UNSEEN).unwrap();
        let form = ImportAsk { files: vec![path], hold: true, ..ImportAsk::default() };
        let held = ask(&tools, form.clone());
        assert_eq!(
            (held.len(), &held[0]["held"], &held[0]["seen"]),
            (1, &json!(true), &json!(false))
        );
        assert_eq!(held[0]["understood"]["counts"], json!({ "cost": 1 }));
        assert_eq!(held[0]["unknowns"][0]["name"], "Climate levy");
        assert_eq!((costs(&tools), held[0]["refused_count"].as_i64()), (0, Some(1)));
        let only = held[0]["file"].as_str().map(str::to_owned);
        let booked = ask(&tools, ImportAsk { hold: false, only, ..form });
        assert_eq!((costs(&tools), booked[0]["accepted"].as_i64()), (1, Some(1)));
        // Without anybody to ask it is booked, and what was understood is told.
        assert_eq!(booked[0]["understood"]["counts"], json!({ "cost": 1 }));
        let sum: i64 = booked.iter().filter_map(|file| file["accepted"].as_i64()).sum();
        assert_eq!(sum, 1);
    }

    #[test]
    fn a_disk_that_fills_is_told_and_the_import_ends_when_there_is_room() {
        let folder = Folder::new();
        let tools = tools(&folder);
        let rows: String = (0..20_000).map(|n| format!("SKU-{n},2026-01-01,1,EUR\n")).collect();
        let path = folder.file("costs.csv");
        std::fs::write(&path, format!("sku,valid_from,unit_cost,currency\n{rows}")).unwrap();
        let limit = |pages: i64| {
            let set = |tx: &crate::store::Tx<'_>| {
                let sql = format!("PRAGMA max_page_count = {pages}");
                Ok(tx.conn().query_row(&sql, [], |row| row.get::<_, i64>(0))?)
            };
            tools.db.write_local(Lane::Interactive, set).unwrap()
        };
        let request = Request { path, file_name: "costs.csv".into(), ..Request::default() };
        let (id, job) = import_job::enqueue(&tools.sync, request).unwrap();
        limit(limit(1) + 40);
        run_queue(&tools, Some(job)).unwrap();
        let (state, found) = tools
            .db
            .read(|reader| {
                let job = job_store::find_job(reader, job)?.unwrap();
                Ok(((job.state, job.fault), imports::find_import(reader, id)?.unwrap()))
            })
            .unwrap();
        assert_eq!((state.0.as_str(), found.state.as_str()), ("failed", "running"));
        assert!(state.1.unwrap().contains("The disk is full."), "it says so");
        limit(1_000_000);
        tools.db.clock().advance_seconds(7_200);
        run_queue(&tools, Some(job)).unwrap();
        let found = tools.db.read(|reader| imports::find_import(reader, id)).unwrap().unwrap();
        assert_eq!((found.state.as_str(), costs(&tools)), ("done", 20_000));
        assert_eq!(found.accepted + found.unchanged, 20_000);
    }
}
