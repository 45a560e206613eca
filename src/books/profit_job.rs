//! Dirty orders → profit lines, and the rollups with them. One thread gathers and computes the
//! next orders while the writer stores the last ones.

use std::collections::{BTreeSet, HashMap};
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use crate::base::id::{CustomerId, OrderId, StoreId, VariantId};
use crate::base::{Day, Money};
use crate::books::{BooksError, ads_job, layers_job};
use crate::domain::profit::convert::{Converter, MissingRate};
use crate::domain::profit::engine::{Booked, Booking, book};
use crate::domain::profit::leans::Leans;
use crate::domain::record::Order;
use crate::domain::rules::FeePlace;
use crate::store::orders::{Header, StoredOrder};
use crate::store::places::{OrderPlace, Places};
use crate::store::policy::{KnownPolicy, find_policy, find_terms};
use crate::store::profit::{self, FirstOrder, LineKind, Noted, StoredLine};
use crate::store::rollups::rebuild::{self, Rebuilding, Rows};
use crate::store::rollups::{self, Counted, Deltas};
use crate::store::{Db, Lane, Reader, StoreError, Tx, dirty, orders, stores, united};

/// Orders per write transaction: a person's write waits for at most one of them.
const BATCH_MAX: i64 = 4_000;
/// Batches computed ahead of the writer.
const AHEAD_MAX: usize = 2;
/// So many orders, and at least one of so many, are worth making all sums again.
const BULK_MIN: i64 = 5_000;
const BULK_SHARE: i64 = 8;
const REBUILD_LIMIT: Duration = Duration::from_secs(3_600);

/// Told how many orders are done of how many; answers whether to go on.
pub type Progress<'a> = &'a (dyn Fn(i64, i64) -> bool + Sync);

/// Computes all that is dirty.
///
/// # Errors
/// `Store`, and `Stopped` when `progress` says so; what was stored stays.
pub fn run(db: &Db, progress: Progress<'_>) -> Result<(), BooksError> {
    let mut done = 0;
    loop {
        let (waiting, days) = db.read(dirty::count)?;
        if waiting == 0 && days == 0 {
            // The program ended while the sums lagged behind the lines, or they lag on purpose.
            return match db.read(rollups::is_behind)? {
                true => rebuild_rollups(db),
                false => Ok(()),
            };
        }
        if db.read(|reader| Ok(find_terms(reader)?.is_some()))? {
            layers_job::run(db, progress, done)?;
            let behind = fall_behind(db, waiting)?;
            run_pass(db, progress, (&mut done, waiting), behind)?;
            ads_job::run(db, progress, behind)?;
        } else {
            // Without a store there is no currency, and nothing to count.
            return Ok(());
        }
    }
}

/// Whether so much is computed that the sums by product and place are better made again from the
/// lines in the end; then they lag behind from now on.
fn fall_behind(db: &Db, waiting: i64) -> Result<bool, BooksError> {
    if db.read(rollups::is_behind)? {
        return Ok(true);
    }
    let is_bulk = waiting >= BULK_MIN && waiting * BULK_SHARE >= db.read(orders::count)?;
    if is_bulk {
        db.write_local(Lane::Background, rollups::mark_behind)?;
    }
    Ok(is_bulk)
}

/// Makes the sums by product and place again from the lines: one thread reads the next month
/// while the writer stores the last.
fn rebuild_rollups(db: &Db) -> Result<(), BooksError> {
    let mut rebuilding = Rebuilding::new(db.write_local(Lane::Background, rebuild::clear)?);
    let (sender, receiver) = sync_channel::<Rows>(1);
    std::thread::scope(|scope| {
        let reading = scope.spawn(move || {
            db.read_within(REBUILD_LIMIT, |reader| {
                rebuild::each_month(reader, &mut |_, rows| {
                    let gone = |_| StoreError::Internal("nobody writes the sums".to_owned());
                    sender.send(rows).map_err(gone)
                })
            })
        });
        // Dropped at the end of the closure, also on an error, so that the sender stops.
        let receiver = receiver;
        while let Ok(rows) = receiver.recv() {
            db.write_bulk(|tx| rebuilding.write_month(tx, rows))?;
        }
        let read =
            reading.join().map_err(|_| StoreError::Internal("the sums broke off".to_owned()));
        read??;
        db.write_local(Lane::Background, |tx| {
            rebuilding.finish(tx)?;
            // A report that read the lines meanwhile reads the sums now.
            dirty::bump_version(tx).map(|_| ())
        })?;
        Ok(())
    })
}

/// Every order that is dirty now, once.
fn run_pass(
    db: &Db,
    progress: Progress<'_>,
    (done, waiting): (&mut i64, i64),
    behind: bool,
) -> Result<(), BooksError> {
    let total = *done + waiting;
    let mut names = Writing {
        variants: Variants::load(db)?,
        places: Places::default(),
        leans: LeanIds::default(),
        deltas: if behind { Deltas::of_stores() } else { Deltas::default() },
    };
    let (sender, receiver) = sync_channel::<Result<Batch, BooksError>>(AHEAD_MAX);
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let mut ahead = Ahead { db, known: None, after: OrderId(i64::MIN) };
            loop {
                let batch = ahead.compute_next();
                let last = !matches!(&batch, Ok(batch) if !batch.orders.is_empty());
                if sender.send(batch).is_err() || last {
                    return;
                }
            }
        });
        // Dropped at the end of the closure, also on an error, so that the sender stops.
        let receiver = receiver;
        while let Ok(batch) = receiver.recv() {
            let batch = batch?;
            if batch.orders.is_empty() {
                break;
            }
            let n_orders = batch.orders.len() as i64;
            db.write_bulk(|tx| write_batch(tx, &batch, &mut names))?;
            *done += n_orders;
            if !progress(*done, total.max(*done)) {
                return Err(BooksError::Stopped);
            }
        }
        Ok(())
    })
}

/// What the writer keeps from batch to batch.
struct Writing {
    variants: Variants,
    places: Places,
    leans: LeanIds,
    deltas: Deltas,
}

/// Orders that were computed together, and under which costs, rules, rates and settings.
#[derive(Default)]
struct Batch {
    orders: Vec<Computed>,
    policy_version: i64,
}

/// One order as the books see it now, ready to be stored.
struct Computed {
    stored: StoredOrder,
    mark: i64,
    /// Its lines as they stand.
    old: Vec<StoredLine>,
    header: Option<Header>,
    noted: Noted,
    lines: Vec<ComputedLine>,
    missing_rates: Vec<MissingRate>,
    unclassified: Vec<(String, Money, &'static str)>,
    /// `None` where nobody can tell.
    leans: Option<String>,
}

struct ComputedLine {
    line: StoredLine,
    sku: Option<String>,
    title: Option<String>,
}

struct Ahead<'a> {
    db: &'a Db,
    known: Option<(KnownPolicy, HashMap<StoreId, String>)>,
    after: OrderId,
}

impl Ahead<'_> {
    fn compute_next(&mut self) -> Result<Batch, BooksError> {
        let db = self.db;
        loop {
            let before = self.after;
            let batch = db.read(|reader| self.compute_batch(reader))?;
            // A batch of which nothing is ready is not the end.
            if !batch.orders.is_empty() || self.after == before {
                return Ok(batch);
            }
        }
    }

    fn compute_batch(&mut self, reader: &Reader<'_>) -> Result<Batch, StoreError> {
        let marked = dirty::list_orders_after(reader, self.after, BATCH_MAX)?;
        self.refresh_policy(reader, marked.iter().map(|(_, mark)| *mark).max())?;
        let Some((known, store_names)) = &self.known else { return Ok(Batch::default()) };
        let policy = &known.policy;
        let mut converter = Converter::new(&policy.rates, policy.reporting);
        let ready = layers_job::Ready::find(reader)?;
        let mut batch = Batch { policy_version: known.policy_version, ..Batch::default() };
        for (id, mark) in marked {
            self.after = id;
            let Some(stored) = orders::find_order(reader, id)? else { continue };
            let gathered = united::find_united(reader, id)?;
            let store = store_names.get(&stored.store).map_or("", String::as_str);
            let order = gathered.order;
            let draws = match ready.draws(reader, id, (order.as_ref(), store, policy))? {
                Some(draws) => draws,
                // It came in after its moves were gathered; the next pass takes it.
                None => continue,
            };
            let booked = order.as_ref().map(|order| {
                let draws = draws.as_ref();
                book(&Booking { order, store, policy, draws, trail: false }, &mut converter)
            });
            // Nobody else writes lines while the orders are gone through.
            let old = profit::list_lines(reader.conn(), id)?;
            let stored = (stored, mark, old);
            batch.orders.push(compute(stored, (order, gathered.customer), booked, policy));
        }
        Ok(batch)
    }

    /// The policy must be as new as the newest mark, and as the last change of costs, rules, rates
    /// and settings: such a change marks what leans on it, and an order that waits already may.
    fn refresh_policy(
        &mut self,
        reader: &Reader<'_>,
        newest_mark: Option<i64>,
    ) -> Result<(), StoreError> {
        let policy_version = dirty::find_policy_version(reader.conn())?;
        let is_current = |known: &KnownPolicy| {
            newest_mark <= Some(known.version) && policy_version == known.policy_version
        };
        if self.known.as_ref().is_some_and(|(known, _)| is_current(known)) {
            return Ok(());
        }
        let names = stores::list_stores(reader)?.into_iter().map(|s| (s.id, s.name)).collect();
        self.known = find_policy(reader)?.map(|known| (known, names));
        Ok(())
    }
}

fn compute(
    (stored, mark, old): (StoredOrder, i64, Vec<StoredLine>),
    (order, customer): (Option<Order>, Option<CustomerId>),
    booked: Option<Result<Booked, crate::domain::profit::convert::Overflow>>,
    policy: &crate::domain::profit::facts::Policy,
) -> Computed {
    let mut computed = Computed {
        header: None,
        noted: Noted { customer, ..Noted::default() },
        lines: Vec::new(),
        missing_rates: Vec::new(),
        unclassified: Vec::new(),
        leans: None,
        stored,
        mark,
        old,
    };
    let Some(order) = order else {
        computed.header = Some(Header { counted: false, ..computed.stored.header.clone() });
        return computed;
    };
    let day = order.placed_at.day_in(&policy.zone);
    computed.header = Some(Header::of(&order, day));
    let fees = order.fees.iter().chain(order.refunds.iter().flat_map(|refund| &refund.fees));
    let place = FeePlace { channel: order.channel.as_deref(), source: &order.source.label };
    let class =
        |kind: &str| policy.rules.find_fee_class(kind, place).map_or("", |class| class.name());
    let unknown = fees.filter(|fee| fee.unclassified);
    computed.unclassified =
        unknown.map(|fee| (fee.kind.clone(), fee.amount, class(&fee.kind))).collect();
    match booked {
        Some(Ok(booked)) => {
            computed.leans = Some(Leans::of(&order, &booked).to_text());
            computed.lines = list_lines(&computed.stored, &order, &booked, day);
            computed.missing_rates = booked.missing_rates;
        }
        Some(Err(fault)) => {
            let text = format!("{fault}, so no figures are made of this order");
            computed.noted.fault = Some(text);
        }
        None => {}
    }
    computed
}

fn list_lines(
    stored: &StoredOrder,
    order: &Order,
    booked: &Booked,
    order_day: Day,
) -> Vec<ComputedLine> {
    booked
        .lines
        .iter()
        .map(|line| {
            let event = &booked.events[line.event];
            let sold = &order.lines[line.line];
            ComputedLine {
                line: StoredLine {
                    order: stored.id,
                    event_no: line.event as i64,
                    line_no: line.line as i64,
                    kind: LineKind::of(event.kind),
                    event_day: event.day,
                    order_day,
                    store: stored.store,
                    variant: None,
                    units: line.units,
                    amounts: profit::stored_amounts(&line.amounts),
                    estimated: line.estimated,
                    missing: line.missing,
                    cost_known: line.cost_known,
                },
                sku: sold.sku.clone(),
                title: sold.title.clone(),
            }
        })
        .collect()
}

/// Numbers of leans, so that each is looked up once.
#[derive(Default)]
struct LeanIds(HashMap<String, i64>);

impl LeanIds {
    fn find(&mut self, tx: &Tx<'_>, body: &str) -> Result<i64, StoreError> {
        if let Some(id) = self.0.get(body) {
            return Ok(*id);
        }
        let id = orders::upsert_lean(tx, body)?;
        self.0.insert(body.to_owned(), id);
        Ok(id)
    }
}

/// Ids and titles of variants, so that each is looked up once.
struct Variants(HashMap<String, (VariantId, Option<String>)>);

impl Variants {
    fn load(db: &Db) -> Result<Self, StoreError> {
        let list = db.read(|reader| profit::list_variants(reader.conn()))?;
        Ok(Self(list.into_iter().map(|(id, sku, title)| (sku, (id, title))).collect()))
    }

    fn find(&mut self, tx: &Tx<'_>, line: &ComputedLine) -> Result<Option<VariantId>, StoreError> {
        let Some(sku) = &line.sku else { return Ok(None) };
        if let Some((id, title)) = self.0.get(sku)
            && (line.title.is_none() || line.title == *title)
        {
            return Ok(Some(*id));
        }
        let id = profit::upsert_variant(tx, sku, line.title.as_deref())?;
        self.0.insert(sku.clone(), (id, line.title.clone()));
        Ok(Some(id))
    }
}

fn write_batch(tx: &Tx<'_>, batch: &Batch, names: &mut Writing) -> Result<(), StoreError> {
    let mut ad_days: BTreeSet<Day> = BTreeSet::new();
    // What changed since it was computed may touch any of them: then they wait for another turn.
    let is_current = dirty::find_policy_version(tx.conn())? == batch.policy_version;
    for computed in &batch.orders {
        write_order(tx, computed, names, &mut ad_days)?;
        write_leans(tx, computed, &mut names.leans)?;
        if is_current {
            dirty::clear_order(tx, computed.stored.id, computed.mark)?;
        }
    }
    names.deltas.write(tx)?;
    let version = dirty::bump_version(tx)?;
    for day in ad_days {
        dirty::mark_day_with_ads(tx, day, version)?;
    }
    Ok(())
}

fn write_leans(tx: &Tx<'_>, computed: &Computed, ids: &mut LeanIds) -> Result<(), StoreError> {
    let leans = match &computed.leans {
        Some(body) => Some(ids.find(tx, body)?),
        None => None,
    };
    if leans == computed.stored.leans {
        return Ok(());
    }
    orders::update_leans(tx, computed.stored.id, leans)
}

fn write_order(
    tx: &Tx<'_>,
    computed: &Computed,
    names: &mut Writing,
    ad_days: &mut BTreeSet<Day>,
) -> Result<(), StoreError> {
    let stored = &computed.stored;
    let old = &computed.old;
    let mut reallocate = false;
    let place_before = names.places.find(tx, OrderPlace::of(&stored.header))?;
    let mut place = place_before;
    if let Some(header) = computed.header.as_ref().filter(|header| **header != stored.header) {
        orders::update_order(tx, stored.id, header)?;
        place = names.places.find(tx, OrderPlace::of(header))?;
        reallocate = true;
    }
    let known = Noted { customer: stored.customer, fault: stored.fault.clone() };
    if known != computed.noted {
        profit::update_noted(tx, stored.id, &computed.noted)?;
    }
    let deltas = &mut names.deltas;
    let mut new: Vec<StoredLine> = Vec::with_capacity(computed.lines.len());
    let mut kept = vec![false; old.len()];
    for found in &computed.lines {
        let mut line = found.line;
        line.variant = names.variants.find(tx, found)?;
        let before = old
            .iter()
            .position(|old| old.event_no == line.event_no && old.line_no == line.line_no)
            .map(|index| {
                kept[index] = true;
                old[index]
            });
        // Its share of ad spend stays only where it still stands on the spend's day.
        if let Some(before) = before.filter(|before| before.event_day == line.event_day) {
            line.set_ads(before.ad_matched(), before.ad_blended());
        }
        new.push(line);
        if before == Some(line) && place == place_before {
            continue;
        }
        deltas.add_line(&line, place, 1);
        let Some(before) = before else {
            reallocate = true;
            profit::insert_line(tx, &line)?;
            continue;
        };
        deltas.add_line(&before, place_before, -1);
        reallocate |= (before.weight(), before.variant, before.units, before.event_day)
            != (line.weight(), line.variant, line.units, line.event_day);
        if before != line {
            profit::replace_line(tx, &line)?;
        }
    }
    for (line, _) in old.iter().zip(&kept).filter(|(_, kept)| !**kept) {
        deltas.add_line(line, place_before, -1);
        profit::delete_line(tx, line)?;
        reallocate = true;
    }
    // What is noted of it now: another order of its buyer may have changed it meanwhile.
    let has_buyer = stored.customer.is_some() || computed.noted.customer.is_some();
    let is_first = has_buyer && profit::find_new_customer_day(tx, stored.id)?.is_some();
    let was = Counted { lines: old, place: place_before, is_first };
    let is = Counted { lines: &new, place, is_first };
    for (order, sign) in [(&was, -1), (&is, 1)] {
        deltas.add_order(order, sign);
        deltas.add_marks(order, |_| true, sign);
    }
    if reallocate {
        let sold = old.iter().chain(&new).filter(|line| line.kind != LineKind::Refund);
        ad_days.extend(sold.map(|line| line.event_day));
    }
    write_notes(tx, computed)?;
    count_customer(tx, computed, &is, names)
}

fn write_notes(tx: &Tx<'_>, computed: &Computed) -> Result<(), StoreError> {
    let nothing = computed.missing_rates.is_empty() && computed.unclassified.is_empty();
    if nothing && !computed.stored.has_notes {
        return Ok(());
    }
    let day = computed.header.as_ref().map_or(computed.stored.header.order_day, |h| h.order_day);
    profit::replace_missing_rates(tx, computed.stored.id, day, &computed.missing_rates)?;
    profit::replace_unclassified(tx, computed.stored.id, &computed.unclassified)
}

/// Keeps the first counted order of the buyers whom this order had and has. An order that counts
/// as somebody's first is the first of whoever its row names.
fn count_customer(
    tx: &Tx<'_>,
    computed: &Computed,
    counted: &Counted<'_>,
    names: &mut Writing,
) -> Result<(), StoreError> {
    let (order, before, now) =
        (computed.stored.id, computed.stored.customer, computed.noted.customer);
    let header = computed.header.as_ref().unwrap_or(&computed.stored.header);
    let mut is_first = counted.is_first;
    if before != now {
        forget_first(tx, order, names)?;
        is_first = false;
    }
    let mut customers = vec![before, now];
    customers.dedup();
    for customer in customers.into_iter().flatten() {
        let noted = profit::find_noted_first(tx, customer)?;
        let is_its = now == Some(customer) && header.counted;
        if noted.is_none() && is_its && !is_first {
            // The usual road: the first order of theirs that is booked.
            let first = FirstOrder {
                order,
                placed_at: header.placed_at,
                order_day: header.order_day,
                store: computed.stored.store,
            };
            names.deltas.add_new_customer(first.order_day, first.store, 1);
            names.deltas.add_first(counted, 1);
            profit::set_new_customer(tx, first.order, Some(first.order_day))?;
            profit::update_first_order(tx, customer, Some(first))?;
            continue;
        }
        if let Some((first, placed_at)) = noted
            && first != order
            && (placed_at < header.placed_at || !is_its)
        {
            continue;
        }
        let first = profit::find_first_order(tx, customer)?;
        if let Some((former, _)) =
            noted.filter(|(id, _)| first.map(|first| first.order) != Some(*id))
        {
            forget_first(tx, former, names)?;
        }
        if let Some(first) = first {
            let counted_on = profit::find_new_customer_day(tx, first.order)?;
            if counted_on != Some((first.order_day, first.store)) {
                forget_first(tx, first.order, names)?;
                count_first(tx, names, (first.order, (first.order_day, first.store)), 1)?;
                profit::set_new_customer(tx, first.order, Some(first.order_day))?;
            }
        }
        profit::update_first_order(tx, customer, first)?;
    }
    Ok(())
}

/// Counts an order as its buyer's first, or no longer: in its store on the day that is noted, and
/// with its products and place as its lines stand now.
fn count_first(
    tx: &Tx<'_>,
    names: &mut Writing,
    (order, (day, store)): (OrderId, (Day, StoreId)),
    sign: i64,
) -> Result<(), StoreError> {
    names.deltas.add_new_customer(day, store, sign);
    let lines = profit::list_lines(tx.conn(), order)?;
    if !lines.is_empty() {
        let place = names.places.find(tx, orders::find_place(tx, order)?)?;
        names.deltas.add_first(&Counted { lines: &lines, place, is_first: true }, sign);
    }
    Ok(())
}

/// An order is nobody's first any more. Where it was counted is where its row says; it may have
/// been re-dated since.
fn forget_first(tx: &Tx<'_>, order: OrderId, names: &mut Writing) -> Result<(), StoreError> {
    if let Some(counted_on) = profit::find_new_customer_day(tx, order)? {
        count_first(tx, names, (order, counted_on), -1)?;
        profit::set_new_customer(tx, order, None)?;
    }
    Ok(())
}
