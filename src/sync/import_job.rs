//! File → records → facts, in batches that each stand by themselves. A killed import is taken up
//! again from its first row: what is known already is not written twice, so the end is the same.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use serde::{Deserialize, Serialize};

use super::ctx::Tools;
use super::ingest::{Counts, Ingest, Prepared, Preparing, drop_superseded};
use super::reader::{self, Source};
use crate::base::id::{ImportId, JobId, UserId};
use crate::base::{Currency, Zone};
use crate::connectors::contract::{Found, ReadCtx, Refusal, UnknownKind};
use crate::connectors::fault::FileFault;
use crate::domain::record::Record;
use crate::jobs::{JobFault, JobKind, Lease, runner};
use crate::store::imports::{self, NewImport, RefusedRow};
use crate::store::stores::{self, Store};
use crate::store::vault::Customer;
use crate::store::{
    Lane, StoreError, Tx, charges, costs, deducted, dirty, fact, labels, listings, orders,
    stock_levels,
};

/// Found rows per transaction.
const BATCH_MAX: usize = 4_000;
/// Batches read ahead of the writer.
const AHEAD_MAX: usize = 2;
/// The job that computes what an import changed; its kind stands in `app/jobs.rs`.
pub const BOOKS_JOB: &str = "books";

/// Told with every import of orders while the key file is missing.
const LOCKED: &str = "The key file is missing or another one, so these orders cannot be matched \
    to their customers. Put purser.key back and import the file again.";

pub static IMPORT: JobKind<Tools> = JobKind { name: "import", run: run_job };

/// What the user asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Request {
    pub path: PathBuf,
    pub file_name: String,
    /// `None`: told by the content.
    pub format: Option<String>,
    pub store: Option<String>,
    pub currency: Option<Currency>,
    pub time_zone: Option<String>,
    /// An upload of ours, removed when it was read.
    pub delete_after: bool,
    #[serde(default)]
    pub user: Option<UserId>,
}

#[derive(Serialize, Deserialize)]
struct Payload {
    import: ImportId,
    request: Request,
}

#[derive(Debug, thiserror::Error)]
pub enum ImportFault {
    #[error("{file} was not taken in. {fault}")]
    File { file: String, fault: FileFault },
    /// What the user must say beside the file.
    #[error("{0}")]
    Usage(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What an import came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    pub format: String,
    pub accepted: i64,
    pub unchanged: i64,
    pub refused: Vec<RefusedRow>,
    /// Also those that are not kept one by one.
    pub refused_count: i64,
    pub notices: Vec<(i64, String)>,
    pub unknowns: Vec<Unknown>,
}

/// Something in the file that no table of ours names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    pub kind: UnknownKind,
    pub name: String,
    /// Where it stood first.
    pub line: i64,
    pub times: i64,
}

impl Unknown {
    /// Out of a stored row: kind, name, first line, count.
    pub fn of_row((kind, name, line, times): (String, String, i64, i64)) -> Option<Self> {
        Some(Self { kind: UnknownKind::parse(&kind)?, name, line, times })
    }
}

/// Recognises the file and queues its import.
///
/// # Errors
/// `File` where it is of no known format, `Usage` where a store or currency is lacking. Then
/// nothing was written.
pub fn enqueue(tools: &Tools, request: Request) -> Result<(ImportId, JobId), ImportFault> {
    let source = open(&request)?;
    check(tools, &request, &source)?;
    let (hash, bytes, format) = (source.hash, source.bytes as i64, source.format.name);
    let queued = tools.db.write(Lane::Interactive, move |tx| {
        let store = match &request.store {
            Some(name) => stores::find_store_for_write(tx, name)?,
            None => None,
        };
        let import = imports::insert_import(
            tx,
            &NewImport {
                format,
                file_name: &request.file_name,
                file_hash: Some(hash),
                file_bytes: bytes,
                store: store.map(|store| store.id),
                user: request.user,
            },
        )?;
        let payload = serde_json::to_string(&Payload { import, request })
            .map_err(|fault| StoreError::Internal(fault.to_string()))?;
        let job = runner::push(tx, IMPORT.name, "import", &payload, None)?;
        Ok((import, job))
    })?;
    tools.signal.wake();
    Ok(queued)
}

/// What a file is, before anything is asked or queued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recognised {
    pub format: &'static str,
    pub label: &'static str,
    pub needs_store: bool,
}

/// # Errors
/// `File` where it is of no known format, or not of the one that was named.
pub fn recognise(request: &Request) -> Result<Recognised, ImportFault> {
    let format = open(request)?.format;
    let (label, needs_store) = (format.label, format.needs_store);
    Ok(Recognised { format: format.name, label, needs_store })
}

fn open(request: &Request) -> Result<Source, ImportFault> {
    reader::open(&request.path, &request.file_name, request.format.as_deref())
        .map_err(|fault| ImportFault::File { file: request.file_name.clone(), fault })
}

fn check(tools: &Tools, request: &Request, source: &Source) -> Result<(), ImportFault> {
    if !source.format.needs_store {
        return Ok(());
    }
    let Some(name) = &request.store else {
        return Err(ImportFault::Usage(format!(
            "{} is a file of one store ({}). Name the store with --store NAME; a new name makes a \
             new store.",
            request.file_name, source.format.label
        )));
    };
    let known = tools.db.read(|reader| stores::find_store(reader, name))?;
    if known.is_none() && (name.trim().is_empty() || name.chars().count() > 200) {
        return Err(ImportFault::Usage("A store needs a name of 1 to 200 letters.".to_owned()));
    }
    Ok(())
}

/// Reads the file without keeping anything, and says what an import would come to.
///
/// # Errors
/// As `enqueue`, and `File` for a file that is refused whole.
pub fn dry_run(tools: &Tools, request: &Request) -> Result<Outcome, ImportFault> {
    let source = open(request)?;
    check(tools, request, &source)?;
    let mut taking = Taking::new(tools, request, None)?;
    taking.dry = true;
    taking.outcome.format = source.format.name.to_owned();
    read_all(source, request, &mut taking, &mut |_, _| Ok(()))?;
    Ok(taking.outcome)
}

fn run_job(tools: &Tools, lease: &Lease<'_>) -> Result<(), JobFault> {
    let payload: Payload = serde_json::from_str(&lease.job.payload)
        .map_err(|fault| JobFault::Dead(fault.to_string()))?;
    let (import, request) = (payload.import, payload.request);
    match run_import(tools, lease, import, &request) {
        Ok(()) => {
            remove_upload(&request);
            Ok(())
        }
        Err(ImportFault::File { fault: FileFault::Stopped, .. }) => Err(JobFault::Stopped),
        Err(ImportFault::Store(StoreError::DiskFull)) => Err(JobFault::Retry(
            "The disk is full. What was taken in stays; the rest follows when there is room."
                .to_owned(),
        )),
        Err(ImportFault::Store(fault @ StoreError::Busy)) => Err(fault.into()),
        Err(fault) => {
            take_back(tools, import)?;
            let text = fault.to_string();
            tools.db.write_local(Lane::Background, |tx| {
                imports::finish_import(tx, import, Some(&text))?;
                runner::push(tx, BOOKS_JOB, BOOKS_JOB, "{}", Some(BOOKS_JOB)).map(|_| ())
            })?;
            remove_upload(&request);
            Err(JobFault::Dead(text))
        }
    }
}

fn remove_upload(request: &Request) {
    if request.delete_after {
        // A file that cannot be removed is found and removed at the next start.
        let _ = std::fs::remove_file(&request.path);
    }
}

fn run_import(
    tools: &Tools,
    lease: &Lease<'_>,
    import: ImportId,
    request: &Request,
) -> Result<(), ImportFault> {
    let source = open(request)?;
    // A locked vault is no reason to refuse orders, but one to say what they lack.
    let is_locked =
        source.format.needs_store && (tools.customer_hash)(&Customer::Reference("")).is_none();
    tools.db.write_local(Lane::Background, |tx| {
        imports::restart_import(tx, import)?;
        if is_locked { imports::append_notice(tx, import, 0, LOCKED) } else { Ok(()) }
    })?;
    let total = source.bytes as i64;
    let mut taking = Taking::new(tools, request, Some(import))?;
    let (counter, keep) = (source.counter(), &mut |tx: &Tx<'_>, done: i64| {
        lease.progress_in(tx, done, Some(total))?;
        Ok(())
    });
    taking.stop = Some(lease);
    let mut read_so_far =
        |tx: &Tx<'_>, _: ()| keep(tx, counter.load(std::sync::atomic::Ordering::Relaxed) as i64);
    read_all(source, request, &mut taking, &mut read_so_far)?;
    tools.db.write_local(Lane::Background, |tx| {
        imports::finish_import(tx, import, None)?;
        runner::push(tx, BOOKS_JOB, BOOKS_JOB, "{}", Some(BOOKS_JOB)).map(|_| ())
    })?;
    Ok(())
}

/// What the reading thread hands over.
enum Read {
    Found(Vec<FoundPrepared>),
    End(Result<(), FileFault>),
}

enum FoundPrepared {
    Records(Vec<Prepared>),
    Refused(Refusal),
    Notice(u64, String),
    Unknown(u64, UnknownKind, String),
}

impl FoundPrepared {
    fn records(&mut self) -> &mut [Prepared] {
        match self {
            Self::Records(records) => records,
            Self::Refused(_) | Self::Notice(..) | Self::Unknown(..) => &mut [],
        }
    }
}

type KeepLease<'a> = &'a mut dyn FnMut(&Tx<'_>, ()) -> Result<(), StoreError>;

/// Reads on one thread and writes on this one, batch by batch.
fn read_all(
    source: Source,
    request: &Request,
    taking: &mut Taking<'_>,
    keep_lease: KeepLease<'_>,
) -> Result<(), ImportFault> {
    let file_fault = |fault| ImportFault::File { file: request.file_name.clone(), fault };
    let ctx = ReadCtx {
        currency: request.currency.or(taking.store.as_ref().map(|store| store.currency)),
        zone: taking.zone.clone(),
        store: request.store.clone(),
    };
    let preparing = Preparing {
        zone: &taking.days_zone.clone(),
        store: request.store.as_deref().unwrap_or_default(),
        currency: ctx.currency,
        hash: &taking.tools.customer_hash.clone(),
    };
    std::thread::scope(|scope| {
        let (sender, receiver) = sync_channel(AHEAD_MAX);
        let (ctx, preparing) = (&ctx, &preparing);
        let reading = scope.spawn(move || read_file(source, ctx, preparing, &sender));
        let written = write_all(&receiver, taking, keep_lease);
        drop(receiver);
        let whole = reading.join().is_ok();
        match written? {
            _ if !whole => Err(file_fault(FileFault::broken(
                "Reading it broke off. Nothing was changed. Please report this.",
            ))),
            Some(Ok(())) => Ok(()),
            Some(Err(fault)) => Err(file_fault(fault)),
            None => Err(file_fault(FileFault::Stopped)),
        }
    })
}

fn read_file(source: Source, ctx: &ReadCtx, preparing: &Preparing<'_>, sender: &SyncSender<Read>) {
    let read = source.format.read;
    let mut batch = Vec::new();
    let mut emit = |found: Found| -> Result<(), FileFault> {
        batch.push(prepare(found, preparing));
        if batch.len() >= BATCH_MAX {
            let mut full = std::mem::take(&mut batch);
            drop_superseded(full.iter_mut().flat_map(FoundPrepared::records));
            sender.send(Read::Found(full)).map_err(|_| FileFault::Stopped)?;
        }
        Ok(())
    };
    let mut content = source.into_reader();
    let end = read(&mut *content, ctx, &mut emit);
    drop_superseded(batch.iter_mut().flat_map(FoundPrepared::records));
    // Who no longer listens has its own reason, which is the one that counts.
    if sender.send(Read::Found(batch)).is_ok() {
        let _ = sender.send(Read::End(end));
    }
}

fn prepare(found: Found, preparing: &Preparing<'_>) -> FoundPrepared {
    match found {
        Found::Refused(refusal) => FoundPrepared::Refused(refusal),
        Found::Notice { row, what } => FoundPrepared::Notice(row, what),
        Found::Unknown { row, kind, name } => FoundPrepared::Unknown(row, kind, name),
        Found::Records { row, records } => {
            let prepared: Result<Vec<Prepared>, String> =
                records.into_iter().map(|record| preparing.prepare(record)).collect();
            match prepared {
                Ok(prepared) => FoundPrepared::Records(prepared),
                Err(reason) => FoundPrepared::Refused(Refusal {
                    row,
                    column: String::new(),
                    reason,
                    raw: String::new(),
                }),
            }
        }
    }
}

fn write_all(
    receiver: &Receiver<Read>,
    taking: &mut Taking<'_>,
    keep_lease: KeepLease<'_>,
) -> Result<Option<Result<(), FileFault>>, ImportFault> {
    while let Ok(read) = receiver.recv() {
        match read {
            Read::End(end) => return Ok(Some(end)),
            Read::Found(batch) => {
                taking.write(&batch, keep_lease)?;
                if taking.stop.is_some_and(Lease::should_stop) {
                    return Ok(None);
                }
            }
        }
    }
    Ok(Some(Err(FileFault::broken("Reading it broke off. Please report this."))))
}

/// Takes batches in.
struct Taking<'a> {
    tools: &'a Tools,
    request: &'a Request,
    import: Option<ImportId>,
    store: Option<Store>,
    /// Reads time stamps that bear none.
    zone: Zone,
    /// Days are the organisation's.
    days_zone: Zone,
    dry: bool,
    stop: Option<&'a Lease<'a>>,
    outcome: Outcome,
}

impl<'a> Taking<'a> {
    fn new(
        tools: &'a Tools,
        request: &'a Request,
        import: Option<ImportId>,
    ) -> Result<Self, ImportFault> {
        let given = match &request.time_zone {
            Some(name) => {
                let zone = Zone::parse(name);
                Some(zone.map_err(|fault| ImportFault::Usage(fault.to_string()))?)
            }
            None => None,
        };
        let (store, organisation) = tools.db.read(|reader| {
            let store = match &request.store {
                Some(name) => stores::find_store(reader, name)?,
                None => None,
            };
            Ok((store, costs::find_chosen_zone(reader)?))
        })?;
        let zone = given
            .or_else(|| store.as_ref().map(|store| store.zone.clone()))
            .or_else(|| organisation.clone())
            .unwrap_or_else(Zone::system);
        Ok(Self {
            days_zone: organisation.unwrap_or_else(|| zone.clone()),
            tools,
            request,
            import,
            store,
            zone,
            dry: false,
            stop: None,
            outcome: Outcome::default(),
        })
    }

    fn write(
        &mut self,
        batch: &[FoundPrepared],
        keep_lease: KeepLease<'_>,
    ) -> Result<(), ImportFault> {
        if batch.is_empty() {
            return Ok(());
        }
        let mut store = self.store.clone();
        let mut outcome = self.outcome.clone();
        let mut dry_done = false;
        let written = self.tools.db.write_local(Lane::Background, |tx| {
            if store.is_none() {
                store = self.make_store(tx, batch)?;
            }
            let mut ingest = Ingest::begin(tx, store.as_ref(), (self.import, &self.days_zone))?;
            for found in batch {
                self.take(tx, &mut ingest, found, &mut outcome)?;
            }
            let counts = ingest.finish()?;
            self.count(tx, batch, counts, &mut outcome)?;
            keep_lease(tx, ())?;
            if self.dry {
                dry_done = true;
                return Err(StoreError::Refused("a dry run keeps nothing".to_owned()));
            }
            Ok(())
        });
        match written {
            Err(_) if dry_done => {}
            other => {
                other?;
                self.store = store;
            }
        }
        self.outcome = outcome;
        Ok(())
    }

    fn take(
        &self,
        tx: &Tx<'_>,
        ingest: &mut Ingest<'_>,
        found: &FoundPrepared,
        outcome: &mut Outcome,
    ) -> Result<(), StoreError> {
        match found {
            FoundPrepared::Records(records) => {
                for record in records {
                    ingest.take(record)?;
                }
            }
            FoundPrepared::Refused(refusal) => {
                outcome.refused_count += 1;
                let row = RefusedRow {
                    line: refusal.row as i64,
                    column: refusal.column.clone(),
                    reason: refusal.reason.clone(),
                    raw: refusal.raw.clone(),
                };
                if outcome.refused_count <= imports::REFUSED_KEPT_MAX {
                    if let Some(import) = self.import {
                        imports::append_refused(tx, import, &row)?;
                    } else {
                        outcome.refused.push(row);
                    }
                }
            }
            FoundPrepared::Notice(row, what) => {
                if (outcome.notices.len() as i64) < imports::NOTICES_KEPT_MAX {
                    if let Some(import) = self.import {
                        imports::append_notice(tx, import, *row as i64, what)?;
                    }
                    outcome.notices.push((*row as i64, what.clone()));
                }
            }
            FoundPrepared::Unknown(row, kind, name) => {
                let name: String = name.chars().take(imports::UNKNOWN_NAME_MAX).collect();
                if let Some(import) = self.import {
                    imports::count_unknown(tx, import, (*row as i64, kind.name(), &name))?;
                }
                let same = |other: &Unknown| other.kind == *kind && other.name == name;
                let unknowns = &mut outcome.unknowns;
                match unknowns.iter().position(same) {
                    Some(place) => unknowns[place].times += 1,
                    None if unknowns.len() < imports::UNKNOWNS_MAX => {
                        let line = *row as i64;
                        unknowns.push(Unknown { kind: *kind, name, line, times: 1 });
                    }
                    None => {}
                }
            }
        }
        Ok(())
    }

    fn count(
        &self,
        tx: &Tx<'_>,
        batch: &[FoundPrepared],
        counts: Counts,
        outcome: &mut Outcome,
    ) -> Result<(), StoreError> {
        outcome.accepted += counts.accepted;
        outcome.unchanged += counts.unchanged;
        let refused =
            batch.iter().filter(|found| matches!(found, FoundPrepared::Refused(_))).count() as i64;
        match self.import {
            Some(import) => {
                imports::update_counts(tx, import, (counts.accepted, counts.unchanged, refused))
            }
            None => Ok(()),
        }
    }

    /// The store of the request, made with the currency that was given, else the file's.
    fn make_store(
        &self,
        tx: &Tx<'_>,
        batch: &[FoundPrepared],
    ) -> Result<Option<Store>, StoreError> {
        let Some(name) = &self.request.store else { return Ok(None) };
        if let Some(store) = stores::find_store_for_write(tx, name)? {
            return Ok(Some(store));
        }
        let prepared = batch.iter().flat_map(|found| match found {
            FoundPrepared::Records(records) => records.as_slice(),
            _ => &[],
        });
        let Some(currency) = self.request.currency.or_else(|| first_currency(prepared)) else {
            // Nothing but refusals so far: there is no reason to make a store of it.
            return Ok(None);
        };
        let store = stores::insert_store(tx, name, currency, &self.zone)?;
        if let Some(import) = self.import {
            imports::set_store(tx, import, store.id)?;
        }
        Ok(Some(store))
    }
}

fn first_currency<'a>(mut prepared: impl Iterator<Item = &'a Prepared>) -> Option<Currency> {
    prepared.find_map(|prepared| match prepared {
        Prepared::Order(order) => Some(order.currency()),
        Prepared::Apart { header, .. } => Some(header.currency),
        Prepared::Superseded => None,
        Prepared::Other(record) => match record.as_ref() {
            Record::Charge(charge) => Some(charge.amount.currency),
            Record::Payout(payout) => Some(payout.currency),
            Record::StatedTotal(total) => Some(total.amount.currency),
            Record::Label(label) => Some(label.cost.currency),
            Record::ListedCost(cost) => Some(cost.currency),
            Record::FeeEstimate(estimate) => Some(estimate.price.currency),
            Record::Listing(listing) => listing.price.map(|price| price.currency),
            _ => None,
        },
    })
}

/// Takes an import back: what it wrote is no longer ours, what it replaced holds again, and what
/// was computed from it is computed again.
///
/// # Errors
/// `StoreError` of the database.
pub fn take_back(tools: &Tools, import: ImportId) -> Result<(), StoreError> {
    tools.db.write_local(Lane::Background, |tx| {
        let mark = dirty::bump_version(tx)?;
        for order in orders::undo_import(tx, import)? {
            dirty::mark_order(tx, order, mark)?;
        }
        dirty::mark_import(tx, import, mark)?;
        for table in [
            &costs::COSTS,
            &costs::EXPENSES,
            &costs::AD_SPEND,
            &costs::FX_RATES,
            &charges::CHARGES,
            &charges::PAYOUTS,
            &charges::STATED_TOTALS,
            &listings::LISTINGS,
            &listings::LISTED_COSTS,
            &listings::FEE_ESTIMATES,
            &stock_levels::STOCK_LEVELS,
            &stock_levels::STOCK_MOVEMENTS,
            &labels::LABELS,
        ] {
            fact::undo_import(tx, table, import)?;
        }
        deducted::refresh(tx, mark)?;
        if costs::undo_rules(tx, import)? > 0 {
            dirty::mark_all(tx, mark)?;
        }
        Ok(())
    })
}

/// As `take_back`, for an import that was done, and noted on it.
///
/// # Errors
/// `Refused` where there is no such import, or it is not done.
pub fn undo(tools: &Tools, import: ImportId) -> Result<(), StoreError> {
    let found = tools.db.read(|reader| imports::find_import(reader, import))?;
    match found {
        Some(found) if found.state == "done" => {}
        Some(found) => {
            return Err(StoreError::Refused(format!(
                "The import {import} is {}, so there is nothing to take back.",
                found.state
            )));
        }
        None => return Err(StoreError::Refused(format!("There is no import {import}."))),
    }
    take_back(tools, import)?;
    tools.db.write_local(Lane::Interactive, |tx| {
        imports::mark_undone(tx, import)?;
        runner::push(tx, BOOKS_JOB, BOOKS_JOB, "{}", Some(BOOKS_JOB)).map(|_| ())
    })?;
    tools.signal.wake();
    Ok(())
}

/// The file's name without its folders.
pub fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
