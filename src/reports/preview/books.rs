//! Orders booked under both sides of an edit.

use std::collections::{BTreeSet, HashMap};

use super::{ByMonth, Looking, NOTHING};
use crate::base::id::{OrderId, StoreId};
use crate::base::{Day, Instant};
use crate::domain::profit::convert::{Converter, MissingRate};
use crate::domain::profit::engine::{Booked, Booking, EventKind, book};
use crate::domain::profit::figures::Amounts;
use crate::domain::profit::layers::CostMethod;
use crate::domain::record::Order;
use crate::reports::ReportError;
use crate::store::{Reader, layers, orders, united};

/// What some orders come to.
pub struct Chunk {
    pub months: ByMonth,
    /// Orders whose figures change.
    pub changed: Vec<OrderId>,
    pub units: i64,
    /// Orders of which other lines bear ad spend than before, or with another weight.
    pub sold: Vec<Sold>,
    pub missing: BTreeSet<MissingRate>,
    /// The day on which the last of them was placed.
    pub last_day: Day,
}

/// What an order sold on days with ad spend, as it would be.
pub struct Sold {
    pub order: OrderId,
    pub store: StoreId,
    pub placed_at: Instant,
    pub external_id: String,
    pub campaign: Option<String>,
    /// Days on which it sells nothing any more, or something else.
    pub days: BTreeSet<Day>,
    pub lines: Vec<SoldAfter>,
}

pub struct SoldAfter {
    pub day: Day,
    pub event_no: i64,
    pub line_no: i64,
    pub weight: i64,
    pub units: i64,
    pub sku: Option<String>,
}

/// # Errors
/// `Store`, and `Overflow` where a figure would leave 64 bits.
pub fn book_chunk(
    reader: &Reader<'_>,
    looking: &Looking,
    ids: &[(OrderId, StoreId, Day)],
) -> Result<Chunk, ReportError> {
    let (before, after) = looking.policies();
    let mut was = Converter::new(&before.rates, before.reporting);
    let mut becomes = Converter::new(&after.rates, after.reporting);
    let mut chunk = Chunk {
        months: ByMonth::new(),
        changed: Vec::new(),
        units: 0,
        sold: Vec::new(),
        missing: BTreeSet::new(),
        last_day: ids.last().map_or(Day(0), |(_, _, day)| *day),
    };
    for (id, store, _) in ids {
        let Some(order) = united::find_united(reader, *id)?.order else { continue };
        let name = looking.stores.get(store).map_or("", String::as_str);
        let noted = layers::find_draws(reader, looking.methods.0, *id)?;
        let drawn = match (&looking.draws, looking.methods.1) {
            (_, CostMethod::Dated) => None,
            (Some(drawn), _) => drawn.of(*id),
            (None, _) => noted.as_ref(),
        };
        let booking = |policy, draws| {
            let store = name;
            Booking { order: &order, store, policy, draws, trail: false }
        };
        // What cannot be booked has no figures on that side.
        let old = book(&booking(before, noted.as_ref()), &mut was).unwrap_or_default();
        let new = book(&booking(after, drawn), &mut becomes)?;
        chunk.missing.extend(new.missing_rates.iter().copied());
        if old.lines == new.lines && days_of(&old) == days_of(&new) {
            if looking.changes_currency() {
                add_months(looking, &old, &new, &mut chunk.months);
            }
            continue;
        }
        chunk.changed.push(*id);
        chunk.units += units_of(&order, &new, &looking.skus);
        add_months(looking, &old, &new, &mut chunk.months);
        let sides = (list_sold(&order, &old), list_sold(&order, &new));
        chunk.sold.extend(find_sold(reader, looking, (*id, *store, &order), sides)?);
    }
    Ok(chunk)
}

fn days_of(booked: &Booked) -> Vec<Day> {
    booked.events.iter().map(|event| event.day).collect()
}

fn add_months(looking: &Looking, old: &Booked, new: &Booked, months: &mut ByMonth) {
    fn add(side: &mut Amounts, amounts: &Amounts) {
        for (sum, minor) in side.iter_mut().zip(amounts) {
            *sum += minor;
        }
    }
    // Lines of one order fall into few months.
    let mut sums: HashMap<Day, (Amounts, Amounts)> = HashMap::new();
    for (booked, is_new) in [(old, false), (new, true)] {
        for line in &booked.lines {
            let day = booked.events[line.event].day;
            if day <= looking.today {
                let sides = sums.entry(day.first_of_month()).or_insert(NOTHING);
                add(if is_new { &mut sides.1 } else { &mut sides.0 }, &line.amounts);
            }
        }
    }
    for (first, (before, after)) in sums {
        let sides = months.entry(first).or_insert(NOTHING);
        add(&mut sides.0, &before);
        add(&mut sides.1, &after);
    }
}

fn units_of(order: &Order, booked: &Booked, skus: &[String]) -> i64 {
    let is_own = |sku: Option<&str>| sku.is_some_and(|sku| skus.iter().any(|own| own == sku));
    let sold = booked
        .lines
        .iter()
        .filter(|line| line.units > 0 && is_own(order.lines[line.line].sku.as_deref()));
    sold.map(|line| line.units).sum()
}

/// The lines that bear ad spend, gift cards and refunds left out.
fn list_sold(order: &Order, booked: &Booked) -> Vec<SoldAfter> {
    let is_sale = |event: usize| !matches!(booked.events[event].kind, EventKind::Refund(_));
    let sold = booked.lines.iter().filter(|line| line.units > 0 && is_sale(line.event));
    sold.map(|line| SoldAfter {
        day: booked.events[line.event].day,
        event_no: line.event as i64,
        line_no: line.line as i64,
        weight: line.amounts[0] + line.amounts[1],
        units: line.units,
        sku: order.lines[line.line].sku.clone(),
    })
    .collect()
}

fn find_sold(
    reader: &Reader<'_>,
    looking: &Looking,
    (id, store, order): (OrderId, StoreId, &Order),
    (old, new): (Vec<SoldAfter>, Vec<SoldAfter>),
) -> Result<Option<Sold>, ReportError> {
    let weights = |lines: &[SoldAfter]| -> Vec<(Day, i64)> {
        lines.iter().map(|line| (line.day, line.weight)).collect()
    };
    if weights(&old) == weights(&new) {
        return Ok(None);
    }
    let days: BTreeSet<Day> = old.iter().chain(&new).map(|line| line.day).collect();
    let days: BTreeSet<Day> =
        days.into_iter().filter(|day| looking.ad_days.contains(day)).collect();
    if days.is_empty() {
        return Ok(None);
    }
    let Some(row) = orders::find_order(reader, id)? else { return Ok(None) };
    let lines = new.into_iter().filter(|line| days.contains(&line.day)).collect();
    Ok(Some(Sold {
        order: id,
        store,
        placed_at: order.placed_at,
        external_id: row.external_id,
        campaign: order.campaign.clone(),
        days,
        lines,
    }))
}
