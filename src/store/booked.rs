//! Orders as the books see them: computed under a policy, then stored as lines, sums and notes.
//! An order that nobody knew is stored whole at once; one that changed is compared with what
//! stands of it.

use std::collections::{BTreeSet, HashMap};

use crate::base::id::{CustomerId, OrderId, StoreId, VariantId};
use crate::base::{Day, Money};
use crate::domain::profit::convert::{Converter, MissingRate, Overflow};
use crate::domain::profit::engine::{Booked, Booking, book};
use crate::domain::profit::facts::Policy;
use crate::domain::profit::layers::CostMethod;
use crate::domain::profit::leans::Leans;
use crate::domain::record::Order;
use crate::domain::record::unite::unite;
use crate::domain::rules::FeePlace;
use crate::store::orders::{self, Header, NewOrder, StoredOrder};
use crate::store::places::{OrderPlace, Places};
use crate::store::policy::{KnownPolicy, find_policy};
use crate::store::profit::{self, FirstOrder, LineKind, Noted, StoredLine};
use crate::store::rollups::{self, Counted, Deltas};
use crate::store::stores::Store;
use crate::store::{Db, Reader, StoreError, Tx, dirty, layers};

/// Orders of one transaction from which on they may be too many to keep all sums in step.
const AT_ONCE_MIN: i64 = 1_000;
/// One of so many is many.
pub const BULK_SHARE: i64 = 8;

/// What the writer keeps from order to order.
pub struct Writing {
    variants: Variants,
    places: Places,
    leans: LeanIds,
    pub deltas: Deltas,
    /// Days on which something was sold otherwise, so that ad spend is allocated again.
    pub ad_days: BTreeSet<Day>,
}

impl Writing {
    /// # Errors
    /// `StoreError` of the database.
    pub fn load(db: &Db, deltas: Deltas) -> Result<Self, StoreError> {
        Ok(Self {
            variants: Variants::load(db)?,
            places: Places::default(),
            leans: LeanIds::default(),
            deltas,
            ad_days: BTreeSet::new(),
        })
    }

    /// Before a transaction that brings so many orders: many of them, in a database of not so many
    /// more, leave the sums by product and place to be made again from the lines.
    ///
    /// # Errors
    /// `StoreError` of the database.
    pub fn begin(&mut self, tx: &Tx<'_>, orders: i64) -> Result<(), StoreError> {
        let behind = rollups::find_behind(tx.conn())?.is_some();
        let is_many = orders >= AT_ONCE_MIN && orders * BULK_SHARE >= orders::find_last_id(tx)?;
        if is_many && !behind {
            profit::drop_indexes(tx)?;
        }
        self.deltas = match behind || is_many {
            true => {
                rollups::mark_behind(tx)?;
                Deltas::of_stores()
            }
            false => Deltas::default(),
        };
        Ok(())
    }
}

/// One order as the books see it now, ready to be stored.
pub struct Computed {
    pub stored: StoredOrder,
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

/// What became of an order that is stored, with its lines as they stand.
pub fn compute(
    (stored, old): (StoredOrder, Vec<StoredLine>),
    (order, customer): (Option<Order>, Option<CustomerId>),
    booked: Option<Result<Booked, Overflow>>,
    policy: &Policy,
) -> Computed {
    let mut computed = Computed {
        header: None,
        noted: Noted { customer, ..Noted::default() },
        lines: Vec::new(),
        missing_rates: Vec::new(),
        unclassified: Vec::new(),
        leans: None,
        stored,
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

/// Writes the sums of what was stored, and marks the days whose ad spend is allocated again.
///
/// # Errors
/// `StoreError` of the database.
pub fn finish(tx: &Tx<'_>, names: &mut Writing) -> Result<(), StoreError> {
    names.deltas.write(tx)?;
    let version = dirty::bump_version(tx)?;
    for day in std::mem::take(&mut names.ad_days) {
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

/// Under what an order of a store can be booked before it is written.
pub struct Terms {
    known: KnownPolicy,
    store: Store,
}

impl Terms {
    /// `None` where lines draw on received layers, which are folded over all orders.
    ///
    /// # Errors
    /// `StoreError` of the database.
    pub fn find(reader: &Reader<'_>, store: &Store) -> Result<Option<Self>, StoreError> {
        if layers::find_method(reader)? != CostMethod::Dated {
            return Ok(None);
        }
        let known = find_policy(reader)?;
        Ok(known.map(|known| Self { known, store: store.clone() }))
    }

    /// The number of the last change of costs, rules, rates and settings that they know.
    pub fn policy_version(&self) -> i64 {
        self.known.policy_version
    }

    /// The figures of an order that is known by this document alone. `None` where none can be
    /// made of it, which the books tell.
    pub fn compute(&self, external_id: &str, order: Order) -> Option<Computed> {
        let policy = &self.known.policy;
        let order = unite(vec![order], Vec::new(), &[])?;
        let mut converter = Converter::new(&policy.rates, policy.reporting);
        let store = self.store.name.as_str();
        let booking = Booking { order: &order, store, policy, draws: None, trail: false };
        let booked = book(&booking, &mut converter).ok()?;
        let stored = StoredOrder {
            id: OrderId(0),
            store: self.store.id,
            external_id: external_id.to_owned(),
            header: Header::of(&order, order.placed_at.day_in(&policy.zone)),
            customer: None,
            fault: None,
            new_customer_day: None,
            has_notes: false,
            leans: None,
        };
        Some(compute((stored, Vec::new()), (Some(order), None), Some(Ok(booked)), policy))
    }
}

/// Stores an order of which nothing stood, with all that it comes to.
///
/// # Errors
/// `StoreError` of the database.
pub fn insert_order(
    tx: &Tx<'_>,
    computed: &mut Computed,
    customer: Option<CustomerId>,
    names: &mut Writing,
) -> Result<OrderId, StoreError> {
    let stored = &mut computed.stored;
    let header = computed.header.as_ref().unwrap_or(&stored.header);
    let place = names.places.find(tx, OrderPlace::of(header))?;
    stored.leans = match &computed.leans {
        Some(body) => Some(names.leans.find(tx, body)?),
        None => None,
    };
    let noted = match customer {
        Some(customer) if header.counted => Some(profit::find_noted_first(tx, customer)?),
        _ => None,
    };
    let is_first = noted == Some(None);
    stored.new_customer_day = is_first.then_some(header.order_day);
    stored.customer = customer;
    computed.noted.customer = customer;
    stored.id = orders::insert_order(
        tx,
        &NewOrder {
            store: stored.store,
            external_id: &stored.external_id,
            header,
            customer,
            new_customer_day: stored.new_customer_day,
            leans: stored.leans,
        },
    )?;
    let mut lines = Vec::with_capacity(computed.lines.len());
    for found in &computed.lines {
        let variant = names.variants.find(tx, found)?;
        let line = StoredLine { order: stored.id, variant, ..found.line };
        names.deltas.add_line(&line, place, 1);
        profit::insert_line(tx, &line)?;
        if line.kind != LineKind::Refund {
            names.ad_days.insert(line.event_day);
        }
        lines.push(line);
    }
    let counted = Counted { lines: &lines, place, is_first };
    names.deltas.add_order(&counted, 1);
    names.deltas.add_marks(&counted, |_| true, 1);
    if let Some(customer) = customer.filter(|_| is_first) {
        let (order, placed_at, store) = (stored.id, header.placed_at, stored.store);
        let first = FirstOrder { order, placed_at, order_day: header.order_day, store };
        names.deltas.add_new_customer(first.order_day, store, 1);
        profit::update_first_order(tx, customer, Some(first))?;
    }
    write_notes(tx, computed)?;
    let header = computed.header.as_ref().unwrap_or(&computed.stored.header);
    if noted.flatten().is_some_and(|(_, placed_at)| placed_at >= header.placed_at) {
        // It is older than the first that is noted.
        count_customer(tx, computed, &counted, names)?;
    }
    Ok(computed.stored.id)
}

/// Stores what became of an order that is known.
///
/// # Errors
/// `StoreError` of the database.
pub fn write_order(
    tx: &Tx<'_>,
    computed: &Computed,
    names: &mut Writing,
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
    let is_same = new == *old
        && place == place_before
        && known == computed.noted
        && computed.header.as_ref().is_none_or(|header| *header == stored.header);
    // What has lines was counted with them.
    if is_same && (!old.is_empty() || is_settled(tx, computed)?) {
        write_notes(tx, computed)?;
        return write_leans(tx, computed, &mut names.leans);
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
        names.ad_days.extend(sold.map(|line| line.event_day));
    }
    write_notes(tx, computed)?;
    count_customer(tx, computed, &is, names)?;
    write_leans(tx, computed, &mut names.leans)
}

/// Whether the first order that is noted of its buyer is the one that it would be: itself, or an
/// earlier one.
fn is_settled(tx: &Tx<'_>, computed: &Computed) -> Result<bool, StoreError> {
    let stored = &computed.stored;
    let Some(customer) = stored.customer else { return Ok(true) };
    if !stored.header.counted {
        return Ok(false);
    }
    let noted = profit::find_noted_first(tx, customer)?;
    Ok(noted.is_some_and(|(first, placed_at)| match first == stored.id {
        true => placed_at == stored.header.placed_at,
        false => placed_at < stored.header.placed_at,
    }))
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
