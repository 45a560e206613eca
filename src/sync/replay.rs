//! What platforms sent, read again from what was kept of it by the mapping as it is now: records
//! and problems, a batch in one transaction. Nobody is asked, and where a mapping has not changed
//! nothing does.
//!
//! The newest document of a thing counts, whichever stream brought it; one that is pulled anew
//! meanwhile is left to that.

use std::collections::HashSet;
use std::sync::OnceLock;

use super::ctx::Tools;
use super::import_job::BOOKS_JOB;
use super::ingest::Ingest;
use super::keep_page;
use super::prepare::{Prepared, Preparing};
use crate::base::Zone;
use crate::connectors;
use crate::connectors::contract::{Api, Kept, Problem};
use crate::connectors::ctx::Account;
use crate::jobs::runner;
use crate::store::accounts::AccountRow;
use crate::store::documents::{self, DocumentRow};
use crate::store::stores::{self, Store};
use crate::store::{StoreError, Tx, costs, imports, problems};

/// Documents of one transaction.
const BATCH: usize = 100;

/// What became of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Replayed {
    pub documents: i64,
    /// Documents of which something is known otherwise now.
    pub changed: i64,
    /// Documents that could not be read again, or not be taken in.
    pub left_out: i64,
}

#[derive(Debug, thiserror::Error)]
pub enum ReplayFault {
    /// What cannot be read again, in words.
    #[error("{0}")]
    Usage(String),
    /// The program stops; what was read again so far stays.
    #[error("stopped; what was read again so far stays, and doing it once more changes nothing")]
    Stopped,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A document with what it means now.
struct Ready {
    row: DocumentRow,
    prepared: Vec<Prepared>,
    problems: Vec<Problem>,
}

/// Reads again what is kept of an account, or of one stream of it.
///
/// # Errors
/// `Usage` for a platform or a stream that this version does not know; `Stopped`.
pub fn replay(
    tools: &Tools,
    account: &AccountRow,
    stream: Option<&str>,
) -> Result<Replayed, ReplayFault> {
    let unknown = |what: String| ReplayFault::Usage(what);
    let api = connectors::find(&account.platform).and_then(|known| known.api());
    let api = api.ok_or_else(|| {
        unknown(format!("this version cannot read documents of {:?}", account.platform))
    })?;
    if let Some(stream) = stream.filter(|stream| api.spec().find_stream(stream).is_none()) {
        let known: Vec<&str> = api.spec().streams.iter().map(|stream| stream.slug).collect();
        let known = known.join(", ");
        return Err(unknown(format!("there is no stream {stream:?}; there are {known}")));
    }
    let reading = Reading::open(tools, account, api)?;
    let ids = tools.db.read(|reader| documents::list_ids(reader, (account.id, stream)))?;
    let (mut sum, mut seen) = (Replayed::default(), HashSet::new());
    for ids in ids.chunks(BATCH) {
        if tools.signal.is_stopped() {
            return Err(ReplayFault::Stopped);
        }
        let rows = tools.db.read(|reader| documents::list_documents(reader, ids))?;
        let mut ready = Vec::with_capacity(rows.len());
        for row in rows {
            sum.documents += 1;
            match reading.read(row, &mut seen) {
                Some(document) => ready.push(document),
                None => sum.left_out += 1,
            }
        }
        let (changed, left_out) = reading.keep(ready)?;
        sum.changed += changed;
        sum.left_out += left_out;
    }
    if sum.changed > 0 {
        tools.signal.wake();
    }
    Ok(sum)
}

/// What all documents of an account are read with.
struct Reading<'a> {
    tools: &'a Tools,
    row: &'a AccountRow,
    api: &'static dyn Api,
    account: Account,
    store: Option<Store>,
    days_zone: Zone,
}

impl<'a> Reading<'a> {
    fn open(
        tools: &'a Tools,
        row: &'a AccountRow,
        api: &'static dyn Api,
    ) -> Result<Self, StoreError> {
        let (store, chosen) = tools.db.read(|reader| {
            let store = match &row.store_name {
                Some(name) => stores::find_store(reader, name)?,
                None => None,
            };
            Ok((store, costs::find_chosen_zone(reader)?))
        })?;
        let zone = store.as_ref().map(|store| store.zone.clone()).or_else(|| chosen.clone());
        let days_zone = chosen.or_else(|| zone.clone()).unwrap_or_else(Zone::system);
        let account = Account {
            id: row.id,
            name: row.name.clone(),
            store: row.store_name.clone(),
            currency: store.as_ref().map(|store| store.currency),
            zone: zone.unwrap_or_else(Zone::system),
            settings: row.settings.clone(),
        };
        Ok(Self { tools, row, api, account, store, days_zone })
    }

    /// `None` where what was kept cannot be read by itself: then all stays as it is.
    fn read(&self, row: DocumentRow, seen: &mut HashSet<String>) -> Option<Ready> {
        let stream = self.api.spec().find_stream(&row.stream)?;
        let kept = Kept { key: &row.key, bytes: &row.body, beside: &row.beside };
        let document = match self.api.replay(&self.account, stream, &kept) {
            Ok(document) => document,
            Err(fault) => {
                tracing::debug!(stream = row.stream, %fault, "A document was not read again");
                return None;
            }
        };
        let preparing = Preparing {
            zone: &self.days_zone,
            store: self.account.store.as_deref().unwrap_or_default(),
            currency: self.account.currency,
            hash: &self.tools.customer_hash,
            terms: &OnceLock::new(),
        };
        let mut problems = document.problems;
        let records = document.records.into_iter().map(|record| preparing.prepare(record));
        let prepared: Result<Vec<Prepared>, String> = records.collect();
        let mut prepared = prepared.unwrap_or_else(|what| {
            problems.push(Problem::Unread { path: String::new(), what });
            Vec::new()
        });
        // A newer document told of it already.
        prepared.retain(|record| record.key().is_none_or(|key| seen.insert(key)));
        Some(Ready { row, prepared, problems })
    }

    /// Gives how many documents changed something, and how many could not be taken in.
    fn keep(&self, mut ready: Vec<Ready>) -> Result<(i64, i64), StoreError> {
        // Each round leaves out the document at which the last one failed.
        let mut left_out = Vec::new();
        loop {
            let mut failed_at = None;
            let kept = self
                .tools
                .db
                .write_bulk(|tx| self.write(tx, (&mut ready, &left_out), &mut failed_at));
            match (kept, failed_at) {
                (Err(StoreError::Refused(what)), Some(index)) => {
                    let problem = Problem::Unread { path: String::new(), what };
                    ready[index].problems.push(problem);
                    left_out.push(index);
                }
                (kept, _) => return kept.map(|changed| (changed, left_out.len() as i64)),
            }
        }
    }

    fn write(
        &self,
        tx: &Tx<'_>,
        (ready, left_out): (&mut [Ready], &[usize]),
        failed_at: &mut Option<usize>,
    ) -> Result<i64, StoreError> {
        let from = (Some(self.row.import), &self.days_zone);
        let mut ingest = Ingest::begin(tx, self.store.as_ref(), from)?;
        ingest.keep_customers();
        let (mut changed, mut pulled_anew) = (0, HashSet::new());
        for (index, document) in ready.iter_mut().enumerate() {
            if !documents::is_unchanged(tx, &document.row)? {
                pulled_anew.insert(index);
                continue;
            }
            if left_out.contains(&index) {
                continue;
            }
            let before = ingest.counts.accepted;
            for prepared in &mut document.prepared {
                let taken = ingest.take(prepared);
                taken.inspect_err(|_| *failed_at = Some(index))?;
            }
            changed += i64::from(ingest.counts.accepted > before);
        }
        let counts = ingest.finish()?;
        imports::update_counts(tx, self.row.import, (counts.accepted, 0, 0))?;
        for (index, document) in ready.iter().enumerate() {
            if pulled_anew.contains(&index) {
                continue;
            }
            let place = (self.row.id, document.row.stream.as_str());
            problems::delete_of_document(tx, place, &document.row.key)?;
            for problem in &document.problems {
                keep_page::count(tx, place, (problem, &document.row.key))?;
            }
        }
        if counts.accepted > 0 {
            runner::push(tx, BOOKS_JOB, BOOKS_JOB, "{}", Some(BOOKS_JOB))?;
        }
        Ok(changed)
    }
}

#[cfg(test)]
mod tests;
