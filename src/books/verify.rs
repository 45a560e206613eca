//! Everything again from the facts: the stored lines must be the same, bit for bit, and the
//! rollups their sums; the totals of every report follow from these two.

use std::collections::HashMap;

use crate::base::Day;
use crate::base::id::{OrderId, StoreId};
use crate::books::{BooksError, ads_job};
use crate::domain::profit::convert::Converter;
use crate::domain::profit::engine::{Booking, book};
use crate::domain::profit::layers::OrderDraws;
use crate::store::policy::{KnownPolicy, find_policy};
use crate::store::profit::{self, stored_amounts};
use crate::store::rollups::{self, rebuild};
use crate::store::united::{self, Gathered};
use crate::store::{Reader, StoreError, dirty, layers, stores};

/// What verifying came to.
#[derive(Clone, Debug, Default)]
pub struct Verified {
    pub orders: i64,
    pub lines: i64,
    /// What does not agree, in words; empty is what it must be.
    pub faults: Vec<String>,
    /// Orders and days that wait to be computed; their figures are from before the change.
    pub waiting: (i64, i64),
}

/// Faults that are told one by one.
const FAULTS_MAX: usize = 100;

/// # Errors
/// `Store`, `Overflow`.
pub fn verify(reader: &Reader<'_>) -> Result<Verified, BooksError> {
    let mut verified = Verified { waiting: dirty::count(reader)?, ..Verified::default() };
    let Some(known) = find_policy(reader)? else { return Ok(verified) };
    let names: HashMap<StoreId, String> =
        stores::list_stores(reader)?.into_iter().map(|store| (store.id, store.name)).collect();
    let method = layers::find_method(reader)?;
    let draws = layers::draw_all(reader, &known.policy, method)?;
    let mut statement = reader
        .conn()
        .prepare(
            "select id from orders where id not in (select order_id from dirty_orders)
             order by id",
        )
        .map_err(StoreError::from)?;
    let ids: Vec<OrderId> = statement
        .query_map([], |row| row.get(0))
        .and_then(Iterator::collect)
        .map_err(StoreError::from)?;
    united::each_gathered(reader, &ids, &mut |gathered| {
        let id = gathered.stored.id;
        verified.orders += 1;
        verified.lines += gathered.lines.len() as i64;
        let drawn = draws.of(id);
        let known_draws = layers::find_draws(reader, method, id)?;
        // While anything waits, what an order draws may be about to change.
        if verified.waiting.0 == 0 {
            note(&mut verified, known_draws.as_ref() != drawn, || {
                format!("order {id} does not draw on the layers that it is noted to draw on")
            });
        }
        verify_order(&gathered, (&known, &names, known_draws.as_ref()), &mut verified);
        Ok::<_, StoreError>(())
    })?;
    if verified.waiting == (0, 0) {
        verify_rollups(reader, &mut verified)?;
        verify_ads(reader, (&known, &names), &mut verified)?;
        verify_firsts(reader, &mut verified)?;
    }
    Ok(verified)
}

fn verify_order(
    gathered: &Gathered,
    (known, names, draws): (&KnownPolicy, &HashMap<StoreId, String>, Option<&OrderDraws>),
    verified: &mut Verified,
) {
    let policy = &known.policy;
    let (id, stored) = (gathered.stored.id, &gathered.lines);
    let Some(order) = &gathered.order else {
        note(verified, !stored.is_empty(), || format!("order {id} has lines but no facts"));
        return;
    };
    let store = names.get(&gathered.stored.store).map_or("", String::as_str);
    let mut converter = Converter::new(&policy.rates, policy.reporting);
    let booking = Booking { order, store, policy, draws, trail: false };
    let Ok(booked) = book(&booking, &mut converter) else {
        note(verified, !stored.is_empty(), || format!("order {id} cannot be booked, but was"));
        return;
    };
    let same = booked.lines.len() == stored.len()
        && booked.lines.iter().zip(stored).all(|(line, stored)| {
            let mut amounts = stored_amounts(&line.amounts);
            // Ad spend is allocated by day, not by order.
            let ads = stored.amounts.len() - 2;
            amounts[ads..].copy_from_slice(&stored.amounts[ads..]);
            amounts == stored.amounts
                && (line.event as i64, line.line as i64) == (stored.event_no, stored.line_no)
                && booked.events[line.event].day == stored.event_day
                && (line.units, line.estimated, line.missing, line.cost_known)
                    == (stored.units, stored.estimated, stored.missing, stored.cost_known)
        });
    note(verified, !same, || format!("the stored lines of order {id} are not those of its facts"));
}

/// By day, month and year: stores, products and places are the sums of the lines, each measure.
fn verify_rollups(reader: &Reader<'_>, verified: &mut Verified) -> Result<(), BooksError> {
    if rollups::is_behind(reader)? {
        let what = "the sums by product and place lag behind the lines; the books make them again";
        note(verified, true, || what.to_owned());
        return Ok(());
    }
    rebuild::compare(reader, &mut |span, dim, day| {
        note(verified, true, || {
            let (span, dim) = (span.name(), dim.name());
            format!("{day}, by {span} and {dim}: the rollup is not the sum of its lines")
        });
    })?;
    Ok(())
}

/// Each day's ad spend again over its lines; and no line bears any on a day without.
fn verify_ads(
    reader: &Reader<'_>,
    (known, names): (&KnownPolicy, &HashMap<StoreId, String>),
    verified: &mut Verified,
) -> Result<(), BooksError> {
    let days = |sql: &str| -> Result<Vec<Day>, StoreError> {
        let mut statement = reader.conn().prepare(sql)?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    };
    for day in days("select distinct day from ad_spend order by day")? {
        let computed = ads_job::compute_day(reader, (day, 0), &known.policy, names)?;
        note(verified, !computed.changed.is_empty(), || {
            format!("{day}: lines do not bear the ad spend that falls to them")
        });
        for result in &computed.results {
            let stored = profit::find_ad_result(reader, result.spend)?;
            note(verified, stored != Some(*result), || {
                format!("{day}: a row of ad spend is not allocated as stored")
            });
        }
    }
    let strays = days(
        "select distinct event_day from profit_lines
         where (ad_matched_minor <> 0 or ad_blended_minor <> 0)
            and event_day not in (select day from ad_spend)",
    )?;
    for day in strays {
        note(verified, true, || format!("{day}: lines bear ad spend that nobody spent"));
    }
    Ok(())
}

/// Just the first counted order of each buyer, in any store, makes a new customer.
fn verify_firsts(reader: &Reader<'_>, verified: &mut Verified) -> Result<(), BooksError> {
    let sql = "with placed as (
            select orders.id, row_number() over (
                partition by customer_id order by placed_at, stores.name, external_id) as place
            from orders join stores on stores.id = store_id
            where counted = 1 and customer_id is not null)
        select orders.id from orders left join placed on placed.id = orders.id
        where (new_customer_day is not null) <> (place is not null and place = 1)
            or (new_customer_day is not null and new_customer_day <> order_day)
        order by orders.id";
    let mut statement = reader.conn().prepare(sql).map_err(StoreError::from)?;
    let orders: Vec<OrderId> = statement
        .query_map([], |row| row.get(0))
        .and_then(Iterator::collect)
        .map_err(StoreError::from)?;
    for order in orders {
        note(verified, true, || format!("order {order} is or is not its buyer's first as stored"));
    }
    Ok(())
}

fn note(verified: &mut Verified, wrong: bool, what: impl FnOnce() -> String) {
    if wrong && verified.faults.len() < FAULTS_MAX {
        verified.faults.push(what());
    }
}
