//! A recognised file into the books, batch by batch: one thread reads and prepares, another
//! writes. A dry run goes the same way and keeps nothing.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, OnceLock};

use super::ctx::Tools;
use super::import_job::{ImportFault, Request};
use super::ingest::{Counts, Ingest};
use super::prepare::{Prepared, Preparing, drop_superseded};
use super::reader::Source;
use crate::base::id::ImportId;
use crate::base::{Currency, Zone};
use crate::connectors::contract::{Found, ReadCtx, Refusal, UnknownKind};
use crate::connectors::fault::FileFault;
use crate::domain::record::Record;
use crate::domain::understood::Understood;
use crate::jobs::Lease;
use crate::store::booked::{Terms, Writing};
use crate::store::imports::{self, RefusedRow};
use crate::store::rollups::Deltas;
use crate::store::stores::{self, Store};
use crate::store::{Lane, StoreError, Tx, costs};

/// Found rows per transaction: few at first, so that the store is soon there under whose terms
/// the following orders are booked.
const BATCH_FIRST: usize = 64;
const BATCH_MAX: usize = 4_000;
/// Rows from which on no further batch joins a transaction.
const TOGETHER_MAX: usize = 8_000;
/// Batches read ahead of the writer.
const AHEAD_MAX: usize = 2;

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

    /// As it is stored.
    pub fn row(&self) -> (String, String, i64, i64) {
        (self.kind.name().to_owned(), self.name.clone(), self.line, self.times)
    }
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

/// Told of each batch, in its transaction.
type KeepLease<'a> = &'a mut dyn FnMut(&Tx<'_>, ()) -> Result<(), StoreError>;

/// Reads on one thread and writes on this one, batch by batch.
///
/// # Errors
/// `File` for a file that is refused whole, `Store` of the database.
pub fn read_all(
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
        terms: &taking.terms.clone(),
    };
    taking.find_terms()?;
    std::thread::scope(|scope| {
        let (sender, receiver) = sync_channel(AHEAD_MAX);
        let (ctx, preparing) = (&ctx, &preparing);
        let understood = taking.dry.then(Understood::default);
        let reading = scope.spawn(move || read_file(source, ctx, preparing, (&sender, understood)));
        let written = write_all(&receiver, taking, keep_lease);
        drop(receiver);
        let Ok(understood) = reading.join() else {
            return Err(file_fault(FileFault::broken(
                "Reading it broke off. Nothing was changed. Please report this.",
            )));
        };
        taking.understood = understood.unwrap_or_default();
        match written? {
            Some(Ok(())) => Ok(()),
            Some(Err(fault)) => Err(file_fault(fault)),
            None => Err(file_fault(FileFault::Stopped)),
        }
    })
}

/// Gives what was understood, where that was asked for.
fn read_file(
    source: Source,
    ctx: &ReadCtx,
    preparing: &Preparing<'_>,
    (sender, mut understood): (&SyncSender<Read>, Option<Understood>),
) -> Option<Understood> {
    let read = source.format.read;
    let mut batch = Vec::new();
    let mut n_full = BATCH_FIRST;
    let mut emit = |found: Found| -> Result<(), FileFault> {
        if let (Some(understood), Found::Records { records, .. }) = (&mut understood, &found) {
            records.iter().for_each(|record| understood.add(record, preparing.zone));
        }
        batch.push(prepare(found, preparing));
        if batch.len() >= n_full {
            n_full = (2 * n_full).min(BATCH_MAX);
            let mut full = std::mem::take(&mut batch);
            fold(&mut full);
            sender.send(Read::Found(full)).map_err(|_| FileFault::Stopped)?;
        }
        Ok(())
    };
    let (mut content, seal) = source.into_reader();
    let end = read(&mut *content, ctx, &mut emit).and_then(|()| seal.check(&mut *content));
    fold(&mut batch);
    // Who no longer listens has its own reason, which is the one that counts.
    if sender.send(Read::Found(batch)).is_ok() {
        let _ = sender.send(Read::End(end));
    }
    understood
}

/// Of two records of one key the later stays; what is strange of it is told.
fn fold(batch: &mut Vec<FoundPrepared>) {
    let told = drop_superseded(batch.iter_mut().flat_map(FoundPrepared::records));
    batch.extend(told.into_iter().map(|what| FoundPrepared::Notice(0, what)));
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
    let mut next = receiver.recv().ok();
    while let Some(read) = next.take() {
        let mut batch = match read {
            Read::End(end) => return Ok(Some(end)),
            Read::Found(batch) => batch,
        };
        // What waits goes along: each transaction writes the pages anew that it shares with others.
        while let Ok(more) = receiver.try_recv() {
            match more {
                Read::Found(more) => batch.extend(more),
                end @ Read::End(_) => next = Some(end),
            }
            if next.is_some() || batch.len() >= TOGETHER_MAX {
                break;
            }
        }
        taking.write(batch, keep_lease)?;
        if taking.stop.is_some_and(Lease::should_stop) {
            return Ok(None);
        }
        next = next.or_else(|| receiver.recv().ok());
    }
    Ok(Some(Err(FileFault::broken("Reading it broke off. Please report this."))))
}

/// Takes batches in.
pub struct Taking<'a> {
    tools: &'a Tools,
    request: &'a Request,
    import: Option<ImportId>,
    store: Option<Store>,
    /// Reads time stamps that bear none.
    zone: Zone,
    /// Days are the organisation's.
    days_zone: Zone,
    dry: bool,
    pub stop: Option<&'a Lease<'a>>,
    pub outcome: Outcome,
    /// Of a dry run.
    pub understood: Understood,
    /// Under what new orders are booked at once, as soon as their store is there.
    terms: Arc<OnceLock<Terms>>,
    writing: Option<Writing>,
}

impl<'a> Taking<'a> {
    /// One that keeps nothing and adds up what it understands.
    ///
    /// # Errors
    /// As `new`.
    pub fn dry(tools: &'a Tools, request: &'a Request) -> Result<Self, ImportFault> {
        let mut taking = Self::new(tools, request, None)?;
        taking.dry = true;
        taking.tell()?;
        Ok(taking)
    }

    /// # Errors
    /// `Usage` for a time zone that there is not, `Store` of the database.
    pub fn new(
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
        let terms = Arc::new(OnceLock::new());
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
            understood: Understood::default(),
            terms,
            writing: None,
        })
    }

    /// Finds under what new orders can be booked, once there is a store that they belong to. A dry
    /// run books none.
    fn find_terms(&mut self) -> Result<(), StoreError> {
        let Some(store) = self.store.as_ref().filter(|_| !self.dry && self.writing.is_none())
        else {
            return Ok(());
        };
        let db = &self.tools.db;
        if let Some(terms) = db.read(|reader| Terms::find(reader, store))? {
            self.writing = Some(Writing::load(db, Deltas::default())?);
            let _ = self.terms.set(terms);
        }
        Ok(())
    }

    /// Notes what is known of the file before its first row.
    ///
    /// # Errors
    /// `Store` of the database.
    pub fn tell(&mut self) -> Result<(), ImportFault> {
        let request = self.request;
        request.told.iter().try_for_each(|what| self.tell_one(what))
    }

    /// A file without any row is none that failed, but its owner should know.
    ///
    /// # Errors
    /// `Store` of the database.
    pub fn tell_if_empty(&mut self) -> Result<(), ImportFault> {
        let outcome = &self.outcome;
        if outcome.accepted + outcome.unchanged + outcome.refused_count > 0 {
            return Ok(());
        }
        self.tell_one("There is no row in the file that could be taken in. Nothing was changed.")
    }

    fn tell_one(&mut self, what: &str) -> Result<(), ImportFault> {
        if let Some(import) = self.import {
            let note = |tx: &Tx<'_>| imports::append_notice(tx, import, 0, what);
            self.tools.db.write_local(Lane::Background, note)?;
        }
        self.outcome.notices.push((0, what.to_owned()));
        Ok(())
    }

    fn write(
        &mut self,
        mut batch: Vec<FoundPrepared>,
        keep_lease: KeepLease<'_>,
    ) -> Result<(), ImportFault> {
        if batch.is_empty() {
            return Ok(());
        }
        self.find_terms()?;
        let n_orders = batch.iter_mut().flat_map(FoundPrepared::records).filter(|r| r.is_booked());
        let n_orders = n_orders.count() as i64;
        let terms = self.terms.clone();
        let mut writing = self.writing.take();
        let mut store = self.store.clone();
        let mut outcome = self.outcome.clone();
        let mut dry_done = false;
        let written = self.tools.db.write_bulk(|tx| {
            if store.is_none() {
                store = self.make_store(tx, &batch)?;
            }
            let mut ingest = Ingest::begin(tx, store.as_ref(), (self.import, &self.days_zone))?;
            if let (Some(terms), Some(writing)) = (terms.get(), &mut writing) {
                ingest.book_at_once(terms, writing, n_orders)?;
            }
            for found in &mut batch {
                self.take(tx, &mut ingest, found, &mut outcome)?;
            }
            let counts = ingest.finish()?;
            self.count(tx, &batch, counts, &mut outcome)?;
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
        self.writing = writing;
        Ok(())
    }

    fn take(
        &self,
        tx: &Tx<'_>,
        ingest: &mut Ingest<'_>,
        found: &mut FoundPrepared,
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
                    id: 0,
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
