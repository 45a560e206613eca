//! What our records hold of settlements: the documents of orders and the charges, by the payout
//! that they say they are part of.

use std::collections::BTreeMap;

use rusqlite::params;

use crate::base::id::{OrderId, StoreId};
use crate::base::{Currency, Day, Zone};
use crate::domain::ledger::{Moved, given_back, moved, sold};
use crate::domain::payouts::{PaidCharge, PaidOrder};
use crate::domain::record::{ChargeClass, Order};
use crate::reports::ReportError;
use crate::store::{Reader, StoreError};

/// Files, and the platform whose own interface tells the very same payouts.
const TOLD_BY: [(&str, &str); 1] = [("shopify-payments", "shopify")];
const PAYOUT_OF: &str = "json_extract(body, '$.source.settled.payout')";

/// The orders of a payout, each with what its documents moved in it; '' for what is in none yet.
///
/// # Errors
/// `ReportError::Store`.
pub fn list_orders(
    reader: &Reader<'_>,
    (store, payout, currency): (StoreId, &str, Currency),
) -> Result<Vec<PaidOrder>, ReportError> {
    let sql = format!(
        "select orders.id, coalesce(number, external_id), order_day, body
         from order_facts indexed by order_facts_by_payout cross join orders on orders.id = order_id
         where kind = 'settlement' and {PAYOUT_OF} = ? and store_id = ?
         order by placed_at, orders.id"
    );
    let mut statement = reader.conn().prepare_cached(&sql)?;
    let mut rows = statement.query(params![payout, store])?;
    let mut orders: Vec<PaidOrder> = Vec::new();
    while let Some(row) = rows.next()? {
        let document = parse(&row.get::<_, String>(3)?)?;
        let net = document.source.settled.as_ref().and_then(|settled| settled.moved);
        if document.currency != currency && net.is_none_or(|net| net.currency != currency) {
            continue;
        }
        let own = moved(&document, currency);
        let order = row.get(0)?;
        match orders.last_mut() {
            Some(last) if last.order == order => last.moved.add_all(&own),
            _ => orders.push(PaidOrder { order, name: row.get(1)?, day: row.get(2)?, moved: own }),
        }
    }
    Ok(orders)
}

/// Every document of settlements that one order has, and whether a file of `format` told it.
///
/// # Errors
/// `ReportError::Store`.
pub fn list_documents(
    reader: &Reader<'_>,
    order: OrderId,
    format: &str,
) -> Result<Vec<(Order, bool)>, ReportError> {
    let mut statement = reader.conn().prepare_cached(
        "select body, exists
            (select 1 from imports where imports.id = import_id and format in (?2, ?3))
         from order_facts where order_id = ?1 and kind = 'settlement' order by part",
    )?;
    let rows = statement.query_map(params![order, format, also(format)], |row| {
        Ok((row.get::<_, String>(0)?, row.get(1)?))
    })?;
    rows.map(|row| {
        let (body, is_its) = row?;
        Ok((parse(&body)?, is_its))
    })
    .collect()
}

/// The other name under which a format's records may have come in.
fn also(format: &str) -> &str {
    TOLD_BY.iter().find(|(file, _)| *file == format).map_or(format, |(_, platform)| platform)
}

/// The name of the format that tells what a platform's own interface told.
pub fn format_behind(name: &str) -> &str {
    TOLD_BY.iter().find(|(_, platform)| *platform == name).map_or(name, |(file, _)| file)
}

/// The charges of a payout; '' for those in none yet, which only a platform that names payouts
/// tells (`format`).
///
/// # Errors
/// `ReportError::Store`.
pub fn list_charges(
    reader: &Reader<'_>,
    (store, payout, currency): (StoreId, &str, Currency),
    format: &str,
) -> Result<Vec<PaidCharge>, ReportError> {
    let mut statement = reader.conn().prepare_cached(
        "select day, kind, class, label, amount_minor from charges
         where store_id = ?1 and payout = ?2 and currency = ?3 and gives_way = ''
            and exists (select 1 from imports where imports.id = import_id and format in (?4, ?5))
         order by day, key",
    )?;
    let asked = params![store, payout, currency, format, also(format)];
    let rows = statement.query_map(asked, |row| {
        let (kind, class): (String, String) = (row.get(1)?, row.get(2)?);
        Ok(PaidCharge {
            day: row.get(0)?,
            group: group_of(&kind, &class),
            label: row.get(3)?,
            amount_minor: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The sum of both.
pub fn sum(orders: &[PaidOrder], charges: &[PaidCharge]) -> Moved {
    let mut sum = Moved::default();
    orders.iter().for_each(|order| sum.add_all(&order.moved));
    charges.iter().for_each(|charge| sum.add(charge.group, charge.amount_minor));
    sum
}

/// What a statement without payouts (Etsy's) tells after a day, or in all.
///
/// # Errors
/// `ReportError::Store`.
pub fn sum_statement(
    reader: &Reader<'_>,
    (store, format, currency): (StoreId, &str, Currency),
    (after, zone): (Day, &Zone),
) -> Result<Moved, ReportError> {
    let sql = format!(
        "select body
         from order_facts indexed by order_facts_by_payout cross join orders on orders.id = order_id
         where kind = 'settlement' and {PAYOUT_OF} is null and store_id = ?1 and exists
            (select 1 from imports where imports.id = import_id and format = ?2)"
    );
    let mut statement = reader.conn().prepare_cached(&sql)?;
    let mut rows = statement.query(params![store, format])?;
    let mut sum = Moved::default();
    while let Some(row) = rows.next()? {
        let document = parse(&row.get::<_, String>(0)?)?;
        if document.currency == currency && document.placed_at.day_in(zone) > after {
            sum.add_all(&moved(&document, currency));
        }
    }
    for charge in list_charges(reader, (store, "", currency), format)? {
        if charge.day > after {
            sum.add(charge.group, charge.amount_minor);
        }
    }
    Ok(sum)
}

/// Paid orders since a day that no settlement tells, by currency: how many, and what their buyers
/// paid less what they got back.
///
/// # Errors
/// `ReportError::Store`.
pub fn count_untold(
    reader: &Reader<'_>,
    store: StoreId,
    since: Day,
    is_of: &dyn Fn(&Order) -> bool,
) -> Result<BTreeMap<Currency, (i64, i64)>, ReportError> {
    // Of several documents the best one: with `min` SQLite takes the other columns of its row.
    let mut statement = reader.conn().prepare_cached(
        "select body, min(kind || part) from orders join order_facts on order_id = orders.id
         where store_id = ?1 and counted = 1 and order_day >= ?2 and kind in ('api', 'orders_file')
            and not exists (select 1 from order_facts settled
                where settled.order_id = orders.id and settled.kind = 'settlement')
         group by orders.id",
    )?;
    let mut rows = statement.query(params![store, since])?;
    let mut sums: BTreeMap<Currency, (i64, i64)> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let order = parse(&row.get::<_, String>(0)?)?;
        if is_of(&order) {
            let sum = sums.entry(order.currency).or_default();
            sum.0 += 1;
            sum.1 += paid_by_buyer(&order);
        }
    }
    Ok(sums)
}

/// What a buyer paid, less what was given back: without gift cards, and without tax that the
/// marketplace keeps.
pub fn paid_by_buyer(order: &Order) -> i64 {
    let remitted = order.marketplace_remitted_tax;
    let kept = |tax: i64| if remitted { 0 } else { tax };
    let (sales, tax) = sold(order);
    let back: i64 = order
        .refunds
        .iter()
        .map(|refund| {
            let (back, tax) = given_back(refund);
            back + kept(tax)
        })
        .sum();
    sales + kept(tax) - order.gift_card_paid_minor - back
}

fn parse(body: &str) -> Result<Order, ReportError> {
    let order = serde_json::from_str(body);
    Ok(order.map_err(|fault| StoreError::Internal(format!("a document of an order: {fault}")))?)
}

/// The bridge's row of a charge.
pub fn group_of(kind: &str, class: &str) -> &'static str {
    match ChargeClass::parse(class).unwrap_or(ChargeClass::Unclassified) {
        ChargeClass::PeriodFee => "period_fees",
        ChargeClass::PeriodIncome => "other_income",
        ChargeClass::AdvertisingPayment => "advertising",
        ChargeClass::Balance if matches!(kind, "reserve" | "hold") => "reserves",
        ChargeClass::Balance => "balance",
        ChargeClass::Tax => "tax",
        ChargeClass::Unclassified => "unclassified",
    }
}
