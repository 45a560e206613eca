//! What lines draw of received layers, before orders are booked: the moves of dirty orders are
//! gathered, the SKUs that they or receipts touch are folded again, and the orders of which a
//! line now draws otherwise are marked. Under `dated` there is nothing to do.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::base::id::{ImportId, OrderId, StoreId};
use crate::base::money::decimal_text;
use crate::books::BooksError;
use crate::books::profit_job::Progress;
use crate::domain::profit::facts::Policy;
use crate::domain::profit::layers::moves::moves_of;
use crate::domain::profit::layers::{CostMethod, Folded, LeafDraws, Move, OrderDraws};
use crate::domain::record::Order;
use crate::store::layers::{self, Revalued};
use crate::store::policy::{KnownPolicy, find_policy};
use crate::store::{Db, Lane, Reader, StoreError, Tx, dirty, imports, purchases, stores, united};

/// Orders gathered, and SKUs folded, per write transaction.
const ORDERS_MAX: i64 = 4_000;
const SKUS_MAX: i64 = 200;

/// Brings draws up to date with all that is dirty now; `done` orders were booked so far.
///
/// # Errors
/// `Store`, and `Stopped` when `progress` says so; what was stored stays.
pub fn run(db: &Db, progress: Progress<'_>, done: i64) -> Result<(), BooksError> {
    let go_on = |waiting: i64| progress(done, done + waiting);
    if db.read(layers::find_method)? == CostMethod::Dated {
        if db.read(layers::is_any)? {
            db.write_local(Lane::Background, layers::delete_all)?;
        }
        return Ok(());
    }
    gather(db, &go_on)?;
    let mut changed = Changed::default();
    while fold_some(db, &mut changed)? {
        if !go_on(db.read(dirty::count)?.0) {
            return Err(BooksError::Stopped);
        }
    }
    tell(db, changed)
}

/// Whether an order may be booked, and what its lines draw.
pub struct Ready {
    method: CostMethod,
    received: HashSet<String>,
}

impl Ready {
    /// # Errors
    /// `StoreError` of the database.
    pub fn find(reader: &Reader<'_>) -> Result<Self, StoreError> {
        let method = layers::find_method(reader)?;
        let received = match method {
            CostMethod::Dated => HashSet::new(),
            CostMethod::Fifo | CostMethod::Average => purchases::list_received_skus(reader)?,
        };
        Ok(Self { method, received })
    }

    /// What a booking takes; `None` while its moves are not those that were folded.
    ///
    /// # Errors
    /// `StoreError` of the database.
    pub fn draws(
        &self,
        reader: &Reader<'_>,
        id: OrderId,
        (order, store, policy): (Option<&Order>, &str, &Policy),
    ) -> Result<Option<Option<OrderDraws>>, StoreError> {
        if self.method == CostMethod::Dated {
            return Ok(Some(None));
        }
        if self.moves(order, store, policy) != layers::list_order_moves(reader, id)? {
            return Ok(None);
        }
        layers::find_draws(reader, self.method, id).map(Some)
    }

    fn moves(&self, order: Option<&Order>, store: &str, policy: &Policy) -> Vec<Move> {
        let is_received = |sku: &str| self.received.contains(sku);
        let mut moves =
            order.map(|order| moves_of(order, store, policy, &is_received)).unwrap_or_default();
        layers::sort_moves(&mut moves);
        moves
    }
}

/// Moves of an order that are others than those noted, and the SKUs of both.
struct Moved {
    order: OrderId,
    moves: Vec<Move>,
    skus: Vec<String>,
}

/// Notes the moves of every order that is dirty now.
fn gather(db: &Db, go_on: &dyn Fn(i64) -> bool) -> Result<(), BooksError> {
    let mut after = OrderId(i64::MIN);
    let mut known: Option<(KnownPolicy, HashMap<StoreId, String>)> = None;
    loop {
        let batch = db.read(|reader| gather_batch(reader, &mut after, &mut known))?;
        let Some(batch) = batch else { return Ok(()) };
        if !batch.is_empty() {
            db.write_local(Lane::Background, |tx| {
                let mark = dirty::bump_version(tx)?;
                for moved in &batch {
                    layers::replace_moves(tx, moved.order, &moved.moves)?;
                    dirty::mark_layers(tx, moved.skus.iter().map(String::as_str), mark, None)?;
                }
                Ok(())
            })?;
        }
        if !go_on(db.read(dirty::count)?.0) {
            return Err(BooksError::Stopped);
        }
    }
}

/// The next dirty orders whose moves changed; `None` behind the last.
fn gather_batch(
    reader: &Reader<'_>,
    after: &mut OrderId,
    known: &mut Option<(KnownPolicy, HashMap<StoreId, String>)>,
) -> Result<Option<Vec<Moved>>, StoreError> {
    let marked = dirty::list_orders_after(reader, *after, ORDERS_MAX)?;
    let newest = marked.iter().map(|(_, mark)| *mark).max();
    if known.as_ref().is_none_or(|(known, _)| newest > Some(known.version)) {
        let names = stores::list_stores(reader)?.into_iter().map(|s| (s.id, s.name)).collect();
        *known = find_policy(reader)?.map(|found| (found, names));
    }
    let Some((known, names)) = known.as_ref().filter(|_| !marked.is_empty()) else {
        return Ok(None);
    };
    let ready = Ready::find(reader)?;
    let mut batch = Vec::new();
    let ids: Vec<OrderId> = marked.into_iter().map(|(id, _)| id).collect();
    *after = ids.last().copied().unwrap_or(*after);
    united::each_gathered(reader, &ids, &mut |gathered| {
        let id = gathered.stored.id;
        let store = names.get(&gathered.stored.store).map_or("", String::as_str);
        let moves = ready.moves(gathered.order.as_ref(), store, &known.policy);
        let before = layers::list_order_moves(reader, id)?;
        if moves != before {
            let skus = moves.iter().chain(&before).map(|moved| moved.sku.clone());
            let skus: HashSet<String> = skus.collect();
            batch.push(Moved { order: id, skus: skus.into_iter().collect(), moves });
        }
        Ok::<_, StoreError>(())
    })?;
    Ok(Some(batch))
}

/// Orders whose draws an import changed, as they were before.
#[derive(Default)]
struct Changed(BTreeMap<ImportId, BTreeMap<OrderId, OrderDraws>>);

/// What the fold of a SKU changes.
struct Refolded {
    sku: String,
    mark: i64,
    put: Vec<((OrderId, i64), LeafDraws, String)>,
    gone: Vec<(OrderId, i64)>,
    left: Vec<(i64, i64)>,
}

/// Folds some of the SKUs that are dirty; gives whether there were any.
fn fold_some(db: &Db, changed: &mut Changed) -> Result<bool, BooksError> {
    let folded = db.read(|reader| {
        let waiting = layers::list_dirty(reader, SKUS_MAX)?;
        let method = layers::find_method(reader)?;
        let Some(known) = find_policy(reader)?.filter(|_| !waiting.is_empty()) else {
            return Ok(Vec::new());
        };
        let layers = layers::list_layers(reader, &known.policy)?;
        let mut folded = Vec::with_capacity(waiting.len());
        for (sku, mark, import) in waiting {
            let own = layers.get(&sku).map_or(&[][..], Vec::as_slice);
            let fold = layers::fold_sku(reader, method, (&sku, own))?;
            let ids = own.iter().map(|layer| layer.id);
            let left: Vec<(i64, i64)> = ids.zip(fold.left.iter().copied()).collect();
            let refolded = compare(reader, (sku, mark), fold, left)?;
            if let Some(import) = import {
                note_before(reader, changed.0.entry(import).or_default(), &refolded)?;
            }
            folded.push(refolded);
        }
        Ok(folded)
    })?;
    if folded.is_empty() {
        return Ok(false);
    }
    db.write_local(Lane::Background, |tx| {
        let mark = dirty::bump_version(tx)?;
        folded.iter().try_for_each(|refolded| write(tx, refolded, mark))
    })?;
    Ok(true)
}

fn compare(
    reader: &Reader<'_>,
    (sku, mark): (String, i64),
    fold: Folded,
    left: Vec<(i64, i64)>,
) -> Result<Refolded, StoreError> {
    let mut known = layers::list_known(reader, &sku)?;
    let mut put = Vec::new();
    for (key, leaf) in fold.lines {
        let text = layers::draws_text(&leaf.draws)?;
        let same = known.remove(&key).is_some_and(|known| known == (leaf.units, text.clone()));
        if !same {
            put.push((key, leaf, text));
        }
    }
    Ok(Refolded { sku, mark, put, gone: known.into_keys().collect(), left })
}

fn note_before(
    reader: &Reader<'_>,
    before: &mut BTreeMap<OrderId, OrderDraws>,
    refolded: &Refolded,
) -> Result<(), StoreError> {
    let method = layers::find_method(reader)?;
    for ((order, _), ..) in &refolded.put {
        if !before.contains_key(order) {
            let draws = layers::find_draws(reader, method, *order)?;
            before.insert(*order, draws.unwrap_or_default());
        }
    }
    Ok(())
}

fn write(tx: &Tx<'_>, refolded: &Refolded, mark: i64) -> Result<(), StoreError> {
    let sku = refolded.sku.as_str();
    for (key, leaf, text) in &refolded.put {
        layers::upsert_draws(tx, *key, (sku, leaf.units, text))?;
        dirty::mark_order(tx, key.0, mark)?;
    }
    for key in &refolded.gone {
        layers::delete_draws(tx, *key, sku)?;
        dirty::mark_order(tx, key.0, mark)?;
    }
    layers::replace_left(tx, sku, refolded.left.iter().copied())?;
    layers::clear_dirty(tx, sku, refolded.mark)
}

/// Tells each import what it made of the cost of goods that were sold already.
fn tell(db: &Db, changed: Changed) -> Result<(), BooksError> {
    for (import, before) in changed.0 {
        let told = db.read(|reader| {
            let Some(known) = find_policy(reader)? else { return Ok(None) };
            let method = layers::find_method(reader)?;
            let mut both = BTreeMap::new();
            for (order, old) in before {
                // An order that was never drawn for is not valued anew.
                if old.is_empty() {
                    continue;
                }
                let new = layers::find_draws(reader, method, order)?.unwrap_or_default();
                both.insert(order, (old, new));
            }
            let revalued = layers::revalue(reader, &known.policy, &both)?;
            Ok(revalued.map(|revalued| sentence(&revalued, &known.policy)))
        })?;
        if let Some(told) = told {
            db.write_local(Lane::Background, |tx| imports::append_notice(tx, import, 0, &told))?;
        }
    }
    Ok(())
}

fn sentence(revalued: &Revalued, policy: &Policy) -> String {
    let Revalued { units, orders, since, change_minor, uncosted, .. } = revalued;
    let sign = if *change_minor > 0 { "+" } else { "" };
    let change = decimal_text(*change_minor, policy.reporting.digits());
    let (of_units, of_orders) = (counted(*units, "unit"), counted(*orders, "order"));
    let lack = match uncosted {
        0 => String::new(),
        count => format!(" {} now without a known cost.", counted(*count, "order")),
    };
    format!(
        "Re-valued {of_units} sold in {of_orders} since {since}: cost of goods {sign}{change} \
         {}.{lack}",
        policy.reporting
    )
}

fn counted(count: i64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
