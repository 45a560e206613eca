//! Stores the made-up shop as a real one is stored: through ingest, in batches, and then the
//! books once.

use std::sync::OnceLock;

use anyhow::Context;

use super::payouts;
use super::shop::{Shop, ZONE};
use super::stock;
use super::wishes;
use crate::base::id::ImportId;
use crate::base::{Currency, Zone};
use crate::books::profit_job;
use crate::domain::record::Record;
use crate::store::booked::{Terms, Writing};
use crate::store::imports::{self, NewImport};
use crate::store::organisation::{self, Choice};
use crate::store::rollups::Deltas;
use crate::store::stores::Store;
use crate::store::users::{self, Email, NewUser, Role};
use crate::store::{Lane, StoreError, goals, scenarios, settings, stores};
use crate::sync::ctx::Tools;
use crate::sync::ingest::Ingest;
use crate::sync::prepare::{Prepared, Preparing};

/// Records per transaction.
const BATCH_MAX: usize = 2_000;
/// Bears what the demo was made of; tells its folder from one with somebody's own data.
pub const SETTING: &str = "demo";
const OWNER: &str = "owner@demo.example";

/// # Errors
/// What the store said; a record that ingest does not take.
pub fn fill(tools: &Tools, shop: Shop, made_of: &str) -> anyhow::Result<()> {
    let n_orders = shop.count_orders();
    let (ids, owner, began) = tools.db.write_local(Lane::Background, |tx| {
        organisation::update(
            tx,
            &Choice {
                name: Some("Harbour & Hearth (demo)".to_owned()),
                currency: Some(Currency::EUR),
                time_zone: Zone::parse(ZONE).ok(),
                ..Choice::default()
            },
        )?;
        let email = Email::parse(OWNER).map_err(|e| StoreError::Internal(e.to_string()))?;
        let owner =
            NewUser { email: &email, name: "Demo owner", role: Role::Owner, password_hash: None };
        let owner = users::insert(tx, &owner)?;
        let mut ids = Vec::with_capacity(shop.stores.len());
        for store in &shop.stores {
            ids.push(stores::insert_store(tx, store.name, store.currency, &store.zone)?);
        }
        Ok((ids, owner, stock::begin(tx)?))
    })?;
    let zone = Zone::parse(ZONE)?;
    let (hash, zone) = (&tools.customer_hash, &zone);
    let none = OnceLock::new();
    // First what no order owns: then no order has to be computed twice.
    let common = Preparing { zone, store: "", currency: None, hash, terms: &none };
    take_all(tools, &common, (None, None), shop.common)?;
    for (store, made) in shop.stores.into_iter().zip(ids) {
        let currency = Some(store.currency);
        let terms = OnceLock::new();
        if let Some(found) = tools.db.read(|reader| Terms::find(reader, &made))? {
            let _ = terms.set(found);
        }
        let preparing = Preparing { zone, store: store.name, currency, hash, terms: &terms };
        take_all(tools, &preparing, (Some(&made), None), store.records)?;
        if !store.payments.is_empty() {
            let import = begin_import(tools, &made)?;
            let taken = store.payments.len() as i64;
            take_all(tools, &preparing, (Some(&made), Some(import)), store.payments)?;
            tools.db.write_local(Lane::Background, |tx| {
                imports::update_counts(tx, import, (taken, 0, 0))?;
                imports::finish_import(tx, import, None)
            })?;
        }
    }
    profit_job::run(&tools.db, &|_, _| true).context("the demo's books were not made")?;
    let today = tools.db.clock().now().day_in(zone);
    stock::fill(tools, (began, today), owner)?;
    let ideas = wishes::list_scenarios();
    Ok(tools.db.write_local(Lane::Background, |tx| {
        for goal in wishes::list_goals(n_orders, today) {
            goals::upsert_goal(tx, &goal, OWNER)?;
        }
        for scenario in &ideas {
            let definition = serde_json::to_string(scenario)
                .map_err(|fault| StoreError::Internal(fault.to_string()))?;
            scenarios::insert_scenario(tx, (&scenario.name, &definition), OWNER)?;
        }
        settings::upsert(tx, SETTING, made_of)
    })?)
}

/// The processor's export stands on the list of imports, because payouts are told by its format.
fn begin_import(tools: &Tools, store: &Store) -> anyhow::Result<ImportId> {
    let new = NewImport {
        format: payouts::FORMAT,
        file_name: payouts::FILE,
        file_hash: None,
        file_bytes: 0,
        store: Some(store.id),
        user: None,
        parent: None,
    };
    Ok(tools.db.write_local(Lane::Background, |tx| imports::insert_import(tx, &new))?)
}

fn take_all(
    tools: &Tools,
    preparing: &Preparing<'_>,
    (store, import): (Option<&Store>, Option<ImportId>),
    records: Vec<Record>,
) -> anyhow::Result<()> {
    let mut records = records.into_iter();
    let mut writing = Writing::load(&tools.db, Deltas::default())?;
    loop {
        let batch: Result<Vec<Prepared>, String> =
            records.by_ref().take(BATCH_MAX).map(|record| preparing.prepare(record)).collect();
        let mut batch = batch.map_err(anyhow::Error::msg)?;
        if batch.is_empty() {
            return Ok(());
        }
        tools.db.write_local(Lane::Background, |tx| {
            let mut ingest = Ingest::begin(tx, store, (import, preparing.zone))?;
            if let Some(terms) = preparing.terms.get() {
                let orders = batch.iter().filter(|prepared| prepared.is_booked()).count();
                ingest.book_at_once(terms, &mut writing, orders as i64)?;
            }
            for prepared in &mut batch {
                ingest.take(prepared)?;
            }
            ingest.finish().map(|_| ())
        })?;
    }
}
