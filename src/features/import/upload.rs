//! Files arrive: each is told by its content, then queued, or asked about, or refused.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

use super::receive::{Received, Spooled, receive};
use super::{PATH, view};
use crate::base::Currency;
use crate::base::id::ImportId;
use crate::connectors::contract::Seen;
use crate::domain::understood::Understood;
use crate::sync::ctx::Tools;
use crate::sync::import_job::{self, ImportFault, Request};
use crate::sync::spool::{Look, Waiting};
use crate::sync::taking::{Outcome, Unknown};
use crate::sync::unpack;
use crate::web::error::{AppError, wants_json};
use crate::web::flash::Flash;
use crate::web::notice::Notice;
use crate::web::session::Who;
use crate::web::state::{Shared, off_thread};
use crate::web::words::{self, Word};

/// Refused rows that are shown before a file is booked.
const REFUSED_SHOWN: usize = 20;

/// What became of one file.
pub enum Arrived {
    Queued(ImportId),
    /// It waits under this name until its owner said which store it is of.
    Asked(String),
    Refused(Notice),
}

pub async fn take(
    state: Shared,
    tools: web::Data<Tools>,
    who: Who,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, AppError> {
    let received = receive(&request, payload, &tools.spool).await?;
    let (working, user) = (tools.clone(), who.user);
    let is_queue = received.field("queue").is_some();
    let arrived = off_thread(move || {
        let requests = list_requests(received, user);
        let arrived = requests.into_iter().map(|request| arrive(&working, request));
        arrived.collect::<Result<Vec<Vec<Arrived>>, AppError>>()
    });
    let arrived: Vec<Arrived> = arrived.await??.into_iter().flatten().collect();
    if is_queue {
        return Ok(answer_queue(&state, &arrived));
    }
    answer(&state, &who, &request, arrived)
}

/// What a script that sends many files one by one is told of each.
fn answer_queue(state: &Shared, arrived: &[Arrived]) -> HttpResponse {
    let files: Vec<serde_json::Value> = arrived
        .iter()
        .map(|one| match one {
            Arrived::Queued(id) => {
                let page = state.url(&format!("{PATH}/{id}"));
                json!({ "url": format!("{page}/progress"), "page": page })
            }
            Arrived::Asked(name) => {
                json!({ "asks": state.url(&format!("{PATH}/waiting/{name}")) })
            }
            Arrived::Refused(notice) => {
                json!({ "refused": format!("{} {}", notice.title, notice.text) })
            }
        })
        .collect();
    HttpResponse::Ok().json(json!({ "files": files }))
}

fn list_requests(received: Received, user: Option<crate::base::id::UserId>) -> Vec<Request> {
    let store = received.field("new_store").or_else(|| received.field("store"));
    let currency = received.field("currency");
    let currency = currency.and_then(|code| Currency::parse(&code).ok());
    let format = received.field("format").filter(|format| format != "auto");
    let request = |file: Spooled| Request {
        path: file.path,
        file_name: file.file_name,
        format: format.clone(),
        store: store.clone(),
        currency,
        delete_after: true,
        user,
        ..Request::default()
    };
    received.files.into_iter().map(request).collect()
}

/// Takes a file of the spool apart where it is packed, and queues each that is in it, or notes
/// what must be asked first.
///
/// # Errors
/// What the store said; the files are gone then.
pub fn arrive(tools: &Tools, request: Request) -> Result<Vec<Arrived>, AppError> {
    let (path, name) = (request.path.clone(), request.file_name.clone());
    let unpacked = match unpack::unpack(&tools.spool, request) {
        Ok(unpacked) => unpacked,
        Err(fault) => {
            tools.spool.remove(&path);
            return Ok(vec![refused(&name, fault)?]);
        }
    };
    let each = unpacked.into_iter().map(|one| match one {
        Ok(request) => arrive_one(tools, request, Asking::Everything),
        Err(fault) => {
            let name = fault.file().unwrap_or(&name).to_owned();
            refused(&name, fault)
        }
    });
    each.collect()
}

/// What is asked before a file is queued.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Asking {
    Everything,
    /// Its owner looked at it.
    OnlyTheStore,
}

/// As `arrive`, for a file that is not packed.
///
/// # Errors
/// What the store said; the file is gone then.
pub fn arrive_one(tools: &Tools, request: Request, asking: Asking) -> Result<Arrived, AppError> {
    let path = request.path.clone();
    let arrived = try_arrive(tools, request, asking);
    match arrived {
        Ok(Arrived::Queued(_) | Arrived::Asked(_)) => {}
        Ok(Arrived::Refused(_)) | Err(_) => tools.spool.remove(&path),
    }
    arrived
}

fn try_arrive(tools: &Tools, request: Request, asking: Asking) -> Result<Arrived, AppError> {
    let name = request.file_name.clone();
    let recognised = match import_job::recognise(&request) {
        Ok(recognised) => recognised,
        Err(fault) => return refused(&name, fault),
    };
    let label = recognised.label.to_owned();
    if recognised.needs_store && request.store.is_none() {
        let waiting = Waiting { request, label, look: None };
        return Ok(Arrived::Asked(tools.spool.keep(&waiting)?));
    }
    // A file of no store names its stores itself, or means all of them.
    let request = if recognised.needs_store { request } else { Request { store: None, ..request } };
    if recognised.seen == Seen::NotYet && asking == Asking::Everything {
        return match import_job::dry_run(tools, &request) {
            Ok((outcome, understood)) => {
                let look = Some(look_of(&outcome, understood));
                Ok(Arrived::Asked(tools.spool.keep(&Waiting { request, label, look })?))
            }
            Err(fault) => refused(&name, fault),
        };
    }
    match import_job::enqueue(tools, request) {
        Ok((import, _)) => Ok(Arrived::Queued(import)),
        Err(fault) => refused(&name, fault),
    }
}

fn look_of(outcome: &Outcome, understood: Understood) -> Look {
    let first = outcome.refused.iter().take(REFUSED_SHOWN);
    Look {
        understood,
        refused: outcome.refused_count,
        first_refused: first
            .map(|row| (row.line, row.column.clone(), row.reason.clone()))
            .collect(),
        unknowns: outcome.unknowns.iter().map(Unknown::row).collect(),
        notices: outcome.notices.clone(),
    }
}

fn refused(name: &str, fault: ImportFault) -> Result<Arrived, AppError> {
    match fault {
        ImportFault::Store(fault) => Err(fault.into()),
        fault => Ok(Arrived::Refused(view::not_taken_in(name, &fault.to_string()))),
    }
}

/// One file leads to its own page, several to the list. A script is told where to look.
fn answer(
    state: &Shared,
    who: &Who,
    request: &HttpRequest,
    arrived: Vec<Arrived>,
) -> Result<HttpResponse, AppError> {
    let is_script = wants_json(request);
    if arrived.is_empty() {
        let text = words::text(Word::ImportNoFile).to_owned();
        return Err(AppError::Unprocessable(text));
    }
    let lead = |path: &str| match is_script {
        // A redirect would be followed by the script, and what it shows once would be gone.
        true => HttpResponse::Ok().json(json!({ "go": state.url(path) })),
        false => see(state, path),
    };
    if let [one] = arrived.as_slice() {
        match one {
            Arrived::Queued(id) if is_script => {
                let url = state.url(&format!("{PATH}/{id}/progress"));
                return Ok(HttpResponse::Ok().json(json!({ "url": url })));
            }
            Arrived::Queued(id) => return Ok(lead(&format!("{PATH}/{id}"))),
            Arrived::Asked(name) => return Ok(lead(&format!("{PATH}/waiting/{name}"))),
            Arrived::Refused(_) => {}
        }
    }
    let notices: Vec<Notice> = arrived
        .into_iter()
        .filter_map(|one| match one {
            Arrived::Refused(notice) => Some(notice),
            Arrived::Queued(_) | Arrived::Asked(_) => None,
        })
        .collect();
    state.flashes.put(who, Flash { toast: None, notices });
    Ok(lead(PATH))
}

pub fn see(state: &Shared, path: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, state.url(path))).finish()
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::Arc;

    use super::*;
    use crate::domain::understood::What;
    use crate::store::testing::{Folder, open};
    use crate::store::vault::Vault;

    #[test]
    fn a_file_of_a_format_not_seen_yet_waits_with_what_was_understood() {
        let folder = Folder::new();
        let db = open(&folder);
        let vault = Arc::new(Vault::open(&folder.file("purser.key"), &db).unwrap());
        let tools = Tools::new(db, vault);
        let (path, mut file) = tools.spool.create().unwrap();
        file.write_all(b"unseen sku,cost\nMUG,4.20\nLAMP,much\n").unwrap();
        let request = Request {
            path,
            file_name: "unseen.csv".to_owned(),
            delete_after: true,
            ..Request::default()
        };
        let arrived = arrive(&tools, request).unwrap();
        let [Arrived::Asked(name)] = arrived.as_slice() else { panic!("it must wait") };
        let waiting = tools.spool.find(name).unwrap();
        let look = waiting.look.unwrap();
        assert_eq!((look.understood.count(What::Cost), look.refused), (1, 1));
        assert_eq!(look.first_refused, [(3, "cost".into(), "This is no cost.".into())]);
        assert_eq!(look.unknowns, [("fee".into(), "Climate levy".into(), 1, 1)]);
        let imports = |tools: &Tools| tools.db.read(crate::store::imports::count_imports).unwrap();
        assert_eq!(imports(&tools), 0, "nothing is booked by looking");
        let queued = arrive_one(&tools, waiting.request, Asking::OnlyTheStore).unwrap();
        assert!(matches!(queued, Arrived::Queued(_)));
        assert_eq!(imports(&tools), 1);
    }
}
