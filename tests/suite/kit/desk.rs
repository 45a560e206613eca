//! The program's own rooms at one desk, without a server between: records in, books made, reports
//! out. Quick enough to be opened hundreds of times.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use purser::app::build::{self, Opened};
use purser::base::id::{ImportId, StoreId};
use purser::base::{Clock, Currency, Day, Instant, Zone};
use purser::books::{profit_job, verify};
use purser::domain::ask::Ask;
use purser::domain::record::Record;
use purser::domain::report::Report;
use purser::reports::profit;
use purser::store::booked::{Terms, Writing};
use purser::store::changes::By;
use purser::store::imports::{self, NewImport};
use purser::store::organisation::Choice;
use purser::store::rollups::Deltas;
use purser::store::{Db, Lane, dirty, stores};
use purser::sync::ctx::Tools;
use purser::sync::ingest::Ingest;
use purser::sync::prepare::Preparing;
use purser::sync::{edit, take_back};

use super::app::Folder;

pub struct Desk {
    // Closed before its folder goes.
    opened: Opened,
    zone: Zone,
    stores: BTreeMap<String, stores::Store>,
    /// Whether new orders are booked as they come in, and how many are said to come: very many
    /// leave the sums by product and place behind.
    pub at_once: Option<i64>,
    _folder: Folder,
}

impl Desk {
    /// An organisation that reckons in a currency and a zone, without stores.
    pub fn new(currency: Currency, zone: &Zone) -> Self {
        let folder = Folder::new();
        let clock = Clock::set_at(Instant::parse("2026-11-20T12:00:00Z").unwrap());
        let opened = build::open(&folder.paths(), clock).unwrap();
        let choice =
            Choice { currency: Some(currency), time_zone: Some(zone.clone()), ..Choice::default() };
        edit::set_organisation(&opened.tools.sync, &choice, &By::default()).unwrap();
        let stores = BTreeMap::new();
        Self { opened, zone: zone.clone(), stores, at_once: Some(1), _folder: folder }
    }

    pub fn db(&self) -> &Db {
        &self.opened.tools.db
    }

    pub fn tools(&self) -> &Tools {
        &self.opened.tools.sync
    }

    pub fn add_store(&mut self, name: &str, currency: Currency) -> StoreId {
        let zone = self.zone.clone();
        let made = self
            .db()
            .write_local(Lane::Interactive, |tx| stores::insert_store(tx, name, currency, &zone));
        let made = made.unwrap();
        let id = made.id;
        self.stores.insert(name.to_owned(), made);
        id
    }

    pub fn register_for_vat(&self, is_registered: bool) {
        let choice = Choice { vat_registered: Some(is_registered), ..Choice::default() };
        edit::set_organisation(self.tools(), &choice, &By::default()).unwrap();
    }

    /// Takes records in as one import, the way a file's are; the books are made later.
    pub fn take(&self, store: Option<&str>, records: Vec<Record>) -> ImportId {
        let store = store.map(|name| &self.stores[name]);
        let terms = OnceLock::new();
        let found = store
            .filter(|_| self.at_once.is_some())
            .and_then(|store| self.db().read(|reader| Terms::find(reader, store)).unwrap());
        let mut writing = found.map(|found| {
            let _ = terms.set(found);
            Writing::load(self.db(), Deltas::default()).unwrap()
        });
        let preparing = Preparing {
            zone: &self.zone,
            store: store.map(|store| store.name.as_str()).unwrap_or_default(),
            currency: store.map(|store| store.currency),
            hash: &self.tools().customer_hash,
            terms: &terms,
        };
        let mut prepared: Vec<_> =
            records.into_iter().map(|record| preparing.prepare(record).unwrap()).collect();
        let taken = self.db().write_local(Lane::Background, |tx| {
            let new = NewImport {
                format: "orders",
                file_name: "made",
                file_hash: None,
                file_bytes: 0,
                store: store.map(|store| store.id),
                user: None,
                parent: None,
            };
            let import = imports::insert_import(tx, &new)?;
            let mut ingest = Ingest::begin(tx, store, (Some(import), &self.zone))?;
            if let (Some(terms), Some(writing)) = (terms.get(), &mut writing) {
                ingest.book_at_once(terms, writing, self.at_once.unwrap_or(0))?;
            }
            for record in &mut prepared {
                ingest.take(record)?;
            }
            ingest.finish()?;
            imports::finish_import(tx, import, None)?;
            Ok(import)
        });
        taken.unwrap()
    }

    pub fn undo(&self, import: ImportId) {
        take_back::undo(self.tools(), import, &By::default()).unwrap();
    }

    /// Computes all that is dirty.
    pub fn settle(&self) {
        profit_job::run(self.db(), &|_, _| true).unwrap();
        assert_eq!(self.db().read(dirty::count).unwrap(), (0, 0), "something stays dirty");
    }

    pub fn report(&self, ask: &Ask, today: Day) -> Report {
        let answer = self.db().read(|reader| Ok(profit::run(reader, ask, today)));
        answer.unwrap().unwrap_or_else(|fault| panic!("{ask:?}: {fault}"))
    }

    /// What `purser verify` finds wrong.
    pub fn verify(&self) -> Vec<String> {
        let verified = self.db().read(|reader| Ok(verify::verify(reader)));
        verified.unwrap().unwrap().faults
    }

    /// A table's columns but those left out.
    pub fn columns(&self, table: &str, but: &[&str]) -> Vec<String> {
        let sql = format!("select name from pragma_table_info('{table}') order by cid");
        let read = self.db().read(|reader| {
            let mut statement = reader.conn().prepare(&sql)?;
            let names = statement.query_map([], |row| row.get(0))?;
            Ok(names.collect::<Result<Vec<String>, _>>()?)
        });
        read.unwrap().into_iter().filter(|name| !but.contains(&name.as_str())).collect()
    }

    /// Rows of a select as text, in its order.
    pub fn rows(&self, sql: &str) -> Vec<String> {
        let read = self.db().read(|reader| {
            let mut statement = reader.conn().prepare(sql)?;
            let n_columns = statement.column_count();
            let mut rows = statement.query([])?;
            let mut list = Vec::new();
            while let Some(row) = rows.next()? {
                let cells: Result<Vec<String>, _> = (0..n_columns)
                    .map(|i| row.get_ref(i).map(|cell| format!("{cell:?}")))
                    .collect();
                list.push(cells?.join(" "));
            }
            Ok(list)
        });
        read.unwrap()
    }
}
