//! A page, or a few that came together, into the books in one transaction: raw documents, records,
//! problems, marks and the cursor. A document that cannot be taken in is left out, told, and stops
//! no other.

use std::collections::HashSet;

use super::account::Opened;
use super::at_once::AtOnce;
use super::ctx::Tools;
use super::import_job::BOOKS_JOB;
use super::ingest::Ingest;
use super::prepare::{Prepared, Preparing, drop_superseded};
use super::stock::job as stock_job;
use crate::base::Instant;
use crate::connectors;
use crate::connectors::contract::{Document, Page, Problem, Raw};
use crate::domain::record::Record;
use crate::jobs::Lease;
use crate::store::accounts::AccountRow;
use crate::store::documents::NewDocument;
use crate::store::jobs::{self, NewJob};
use crate::store::problems::{self, NewProblem};
use crate::store::streams::{self, Advance, StreamRow};
use crate::store::{StoreError, Tx, documents, imports};

/// While more pages follow at once, the books look at what came so often.
const BOOKS_WAIT_S: i64 = 2;

/// What became of a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    pub documents: i64,
    /// Records that were new or changed, and that were known.
    pub accepted: i64,
    pub unchanged: i64,
    /// Documents that could not be taken in.
    pub left_out: i64,
    /// The stream began anew meanwhile; nothing was kept.
    pub is_stale: bool,
}

/// Of which account, which stream, and under which lease.
#[derive(Clone, Copy)]
pub struct Pulled<'a> {
    pub tools: &'a Tools,
    pub opened: &'a Opened<'a>,
    pub account: &'a AccountRow,
    pub stream: &'a StreamRow,
    pub lease: &'a Lease<'a>,
    /// When this turn began to ask, and in which epoch.
    pub asked: (Instant, i64),
}

struct Ready {
    key: String,
    raw: Option<Raw>,
    prepared: Vec<Prepared>,
    problems: Vec<Problem>,
}

/// Keeps a page; `next_at` is when the next turn is due, where this page ends one. Orders of which
/// nothing was known are booked at once.
///
/// # Errors
/// `StoreError` of the database; then nothing of the page was kept.
pub fn keep_page(
    pulled: Pulled<'_>,
    page: Page,
    next_at: Option<Instant>,
    at_once: &mut AtOnce,
) -> Result<Kept, StoreError> {
    let opened = pulled.opened;
    let is_order = |record: &Record| matches!(record, Record::Order(_));
    let has_orders = page.documents.iter().any(|document| document.records.iter().any(is_order));
    if let Some(store) = opened.store.as_ref().filter(|_| has_orders) {
        at_once.prepare(&pulled.tools.db, store)?;
    }
    let preparing = Preparing {
        zone: &opened.days_zone,
        store: opened.account.store.as_deref().unwrap_or_default(),
        currency: opened.account.currency,
        hash: &pulled.tools.customer_hash,
        terms: &at_once.terms,
    };
    let mut ready: Vec<Ready> =
        page.documents.into_iter().map(|document| prepare(document, &preparing)).collect();
    // Of two states of one thing in a page the later counts.
    drop_superseded(ready.iter_mut().flat_map(|document| &mut document.prepared));
    let progress = page.progress.map(|progress| {
        let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        (whole(progress.done), progress.total.map(whole))
    });
    let advance = Advance {
        cursor: &page.next.0,
        documents: ready.len() as i64,
        records: 0,
        progress,
        is_end: !page.more && page.wait.is_none(),
    };
    // Each round leaves out the document at which the last one failed.
    let mut left_out = Vec::new();
    loop {
        let mut failed_at = None;
        let kept = pulled.tools.db.write_bulk(|tx| {
            write(
                tx,
                &pulled,
                (&mut ready, &left_out, at_once),
                (&advance, next_at),
                &mut failed_at,
            )
        });
        if kept.is_err() {
            at_once.forget();
        }
        match (kept, failed_at) {
            (Err(StoreError::Refused(what)), Some(index)) => {
                ready[index].problems.push(Problem::Unread { path: String::new(), what });
                left_out.push(index);
            }
            (Err(StoreError::Conflict), None) => {
                return Ok(Kept { is_stale: true, ..Kept::default() });
            }
            (kept, _) => {
                let kept = kept?;
                if kept.accepted > 0 || next_at.is_some() {
                    pulled.tools.signal.wake();
                }
                return Ok(kept);
            }
        }
    }
}

fn prepare(document: Document, preparing: &Preparing<'_>) -> Ready {
    let Document { key, raw, records, mut problems } = document;
    let prepared: Result<Vec<Prepared>, String> =
        records.into_iter().map(|record| preparing.prepare(record)).collect();
    let prepared = prepared.unwrap_or_else(|what| {
        problems.push(Problem::Unread { path: String::new(), what });
        Vec::new()
    });
    Ready { key, raw, prepared, problems }
}

fn write(
    tx: &Tx<'_>,
    pulled: &Pulled<'_>,
    (ready, left_out, at_once): (&mut [Ready], &[usize], &mut AtOnce),
    (advance, next_at): (&Advance<'_>, Option<Instant>),
    failed_at: &mut Option<usize>,
) -> Result<Kept, StoreError> {
    let (account, stream) = (pulled.account, pulled.stream);
    let place = (account.id, stream.stream.as_str());
    let mut kept = Kept { documents: ready.len() as i64, ..Kept::default() };
    kept.left_out = left_out.len() as i64;
    if ready.iter().any(|document| !document.prepared.is_empty()) {
        let from = (Some(account.import), &pulled.opened.days_zone);
        let mut ingest = Ingest::begin(tx, pulled.opened.store.as_ref(), from)?;
        if let (Some(terms), Some(writing)) = (at_once.terms.get(), &mut at_once.writing) {
            // Counted as none: sums that one page leaves to be made again the next would find so.
            ingest.book_at_once(terms, writing, 0)?;
        }
        for (index, document) in ready.iter_mut().enumerate() {
            if left_out.contains(&index) {
                continue;
            }
            for prepared in &mut document.prepared {
                let taken = ingest.take(prepared);
                taken.inspect_err(|_| *failed_at = Some(index))?;
            }
        }
        let counts = ingest.finish()?;
        (kept.accepted, kept.unchanged) = (counts.accepted, counts.unchanged);
        imports::update_counts(tx, account.import, (counts.accepted, counts.unchanged, 0))?;
    }
    let troubled: HashSet<String> = problems::list_keys(tx, place)?.into_iter().collect();
    for document in ready {
        if let Some(raw) = &document.raw {
            let key = (account.id, stream.stream.as_str(), document.key.as_str());
            let (media, body, beside) = (raw.media, raw.bytes.as_slice(), raw.beside.as_str());
            documents::upsert_document(tx, key, &NewDocument { media, body, beside })?;
        }
        if troubled.contains(&document.key) {
            problems::delete_of_document(tx, place, &document.key)?;
        }
        for problem in &document.problems {
            count(tx, place, (problem, &document.key))?;
        }
    }
    if advance.is_end && is_orders(&account.platform, &stream.stream) {
        stock_job::take_orders(tx, account.id, pulled.asked)?;
    }
    let advance = Advance { records: kept.accepted, ..*advance };
    if !streams::advance(tx, (stream.id, stream.generation), &advance)? {
        // Taken back by the caller's transaction: the page is of a past that is no longer wanted.
        return Err(StoreError::Conflict);
    }
    let (done, total) = advance.progress.unwrap_or((0, None));
    pulled.lease.progress_in(tx, done, total)?;
    if let Some(due_at) = next_at {
        super::pull_job::schedule(tx, (account.id, stream.id), due_at)?;
    }
    if advance.is_end && stream.loaded_at.is_none() {
        // What waited for this one need not wait for its hour.
        for other in streams::list_streams_for_write(tx, account.id)? {
            if other.loaded_at.is_none() {
                super::pull_job::schedule(tx, (account.id, other.id), tx.now)?;
            }
        }
    }
    if kept.accepted > 0 {
        // Every job has its own writes, for which the next page would wait.
        let wait_s = if next_at.is_none() { BOOKS_WAIT_S } else { 0 };
        let due_at = tx.now.plus_seconds(wait_s);
        let (payload, dedupe_key) = ("{}", Some(BOOKS_JOB));
        let new = NewJob { kind: BOOKS_JOB, lane: BOOKS_JOB, payload, dedupe_key, due_at };
        jobs::insert_job(tx, &new)?;
    }
    Ok(kept)
}

/// Whether a stream is the one by which what a channel sold is known.
fn is_orders(platform: &str, stream: &str) -> bool {
    let stock = connectors::find(platform).and_then(|connector| connector.stock());
    stock.is_some_and(|stock| stock.spec().orders == stream)
}

/// Counts a problem under its name.
pub(super) fn count(
    tx: &Tx<'_>,
    (account, stream): (crate::base::id::AccountId, &str),
    (problem, key): (&Problem, &str),
) -> Result<(), StoreError> {
    let new = match problem {
        Problem::Unknown { kind, name } => NewProblem { kind: kind.name(), name, what: "", key },
        Problem::Unread { path, what } => {
            let name = if path.is_empty() { key } else { path };
            NewProblem { kind: "unread", name, what, key }
        }
        Problem::Doubt { what } => NewProblem { kind: "doubt", name: what, what, key },
    };
    problems::count_problem(tx, (account, stream), &new)
}
