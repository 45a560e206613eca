//! Gaps that profit lines bear as a mark: what is missing, guessed, or computed by rule.

use rusqlite::params;

use super::{Asked, with_pieces};
use crate::base::{Currency, Money};
use crate::domain::gap::{Gap, GapKind, Piece, Place};
use crate::domain::profit::component::{Component, Mask};
use crate::reports::ReportError;
use crate::store::{Reader, dirty};

const NET_SALES: &str = "gross_sales_minor + discounts_minor + returns_minor";
/// Orders whose payments are looked into for their gateways.
const ORDERS_READ_MAX: i64 = 2_000;

/// What the lines of a gap are told apart by.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Sku,
    Country,
    Gateway,
    Nothing,
}

/// A mark and what it stands for.
struct Marked {
    kind: GapKind,
    /// `missing` or `estimated`.
    column: &'static str,
    mask: Mask,
    /// What is at stake on a line.
    amount: &'static str,
    by: By,
}

pub(super) fn list_missing(
    reader: &Reader<'_>,
    asked: &Asked<'_>,
) -> Result<Vec<Gap>, ReportError> {
    let marked = |kind, component: Component, by| Marked {
        kind,
        column: "missing",
        mask: component.bit(),
        amount: NET_SALES,
        by,
    };
    list(
        reader,
        asked,
        [
            marked(GapKind::UnitCost, Component::Cogs, By::Sku),
            marked(GapKind::ShippingCost, Component::ShippingCost, By::Country),
            marked(GapKind::PaymentFees, Component::PaymentFees, By::Gateway),
            marked(GapKind::VatRate, Component::TaxCollected, By::Country),
        ],
    )
}

pub(super) fn list_guessed(
    reader: &Reader<'_>,
    asked: &Asked<'_>,
) -> Result<Vec<Gap>, ReportError> {
    let mask = Component::Cogs.bit();
    let kind = GapKind::GuessedCost;
    list(
        reader,
        asked,
        [Marked { kind, column: "estimated", mask, amount: NET_SALES, by: By::Sku }],
    )
}

pub(super) fn list_estimated(
    reader: &Reader<'_>,
    asked: &Asked<'_>,
) -> Result<Vec<Gap>, ReportError> {
    let marked =
        |kind, mask, amount| Marked { kind, column: "estimated", mask, amount, by: By::Nothing };
    let fees = Component::PaymentFees.bit() | Component::ChannelFees.bit();
    list(
        reader,
        asked,
        [
            marked(GapKind::EstimatedFees, fees, "payment_fees_minor + channel_fees_minor"),
            marked(
                GapKind::EstimatedShipping,
                Component::ShippingCost.bit(),
                "shipping_cost_minor",
            ),
        ],
    )
}

fn list<const N: usize>(
    reader: &Reader<'_>,
    asked: &Asked<'_>,
    marked: [Marked; N],
) -> Result<Vec<Gap>, ReportError> {
    let Some(currency) = dirty::find_reporting(reader)? else { return Ok(Vec::new()) };
    let mut gaps = Vec::new();
    for marked in marked {
        // The rollups say quickly whether there are any.
        if !any_marked(reader, asked, &marked)? {
            continue;
        }
        let mut gap = sum_marked(reader, asked, &marked, currency)?;
        if gap.count == 0 {
            continue;
        }
        let pieces = match marked.by {
            By::Nothing => Vec::new(),
            By::Gateway => list_gateways(reader, asked, &marked)?,
            By::Sku | By::Country => list_pieces(reader, asked, &marked, currency)?,
        };
        // Its own sum counts lines that several pieces may share.
        let at_stake = std::mem::take(&mut gap.at_stake);
        gaps.push(Gap { at_stake, ..with_pieces(gap, pieces) });
    }
    Ok(gaps)
}

/// Orders, products and money of the lines that bear the mark.
fn sum_marked(
    reader: &Reader<'_>,
    asked: &Asked<'_>,
    marked: &Marked,
    currency: Currency,
) -> Result<Gap, ReportError> {
    let Marked { column, amount, .. } = marked;
    let sql = format!(
        "select count(distinct order_id), count(distinct variant_id), coalesce(sum({amount}), 0)
         from profit_lines
         where event_day between ? and ? and {column} <> 0 and {column} & ? <> 0{}",
        asked.within("store_id")
    );
    let mut statement = reader.conn().prepare_cached(&sql)?;
    let values = params![asked.range.from, asked.range.to, marked.mask];
    Ok(statement.query_row(values, |row| {
        Ok(Gap {
            kind: marked.kind.clone(),
            count: row.get(0)?,
            products: row.get(1)?,
            at_stake: vec![Money::new(row.get(2)?, currency)],
            ..Gap::default()
        })
    })?)
}

fn any_marked(
    reader: &Reader<'_>,
    asked: &Asked<'_>,
    marked: &Marked,
) -> Result<bool, ReportError> {
    let conditions: Vec<String> = Component::ALL
        .into_iter()
        .filter(|component| marked.mask & component.bit() != 0)
        .map(|component| format!("{}_{} > 0", component.name(), marked.column))
        .collect();
    let sql = format!(
        "select exists (select 1 from rollup_days
            where basis = 0 and day between ? and ? and ({}){})",
        conditions.join(" or "),
        asked.within("store_id")
    );
    let mut statement = reader.conn().prepare_cached(&sql)?;
    Ok(statement.query_row([asked.range.from, asked.range.to], |row| row.get(0))?)
}

fn list_pieces(
    reader: &Reader<'_>,
    asked: &Asked<'_>,
    marked: &Marked,
    currency: Currency,
) -> Result<Vec<Piece>, ReportError> {
    let Marked { column, amount, .. } = marked;
    let (name, join) = match marked.by {
        By::Sku => ("sku", "left join variants on variants.id = variant_id"),
        By::Country | By::Gateway | By::Nothing => {
            ("country", "join orders on orders.id = order_id")
        }
    };
    let sql = format!(
        "select coalesce({name}, ''), count(distinct order_id), sum({amount})
         from profit_lines {join}
         where event_day between ? and ? and {column} <> 0 and {column} & ? <> 0{}
         group by {name} order by {name}",
        asked.within("profit_lines.store_id")
    );
    let mut statement = reader.conn().prepare_cached(&sql)?;
    let values = params![asked.range.from, asked.range.to, marked.mask];
    let rows = statement.query_map(values, |row| {
        let name: String = row.get(0)?;
        let is_sku = marked.by == By::Sku && !name.is_empty();
        Ok(Piece {
            place: if is_sku { Place::Sku(name.clone()) } else { Place::OfGap },
            name,
            count: row.get(1)?,
            at_stake: vec![Money::new(row.get(2)?, currency)],
            days: None,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The gateways of the orders concerned, as their files name them.
fn list_gateways(
    reader: &Reader<'_>,
    asked: &Asked<'_>,
    marked: &Marked,
) -> Result<Vec<Piece>, ReportError> {
    let Marked { column, mask, .. } = marked;
    let sql = format!(
        "with touched as (
            select distinct order_id from profit_lines
            where event_day between ? and ? and {column} <> 0 and {column} & ? <> 0{}
            limit {ORDERS_READ_MAX})
         select coalesce(json_extract(payment.value, '$.gateway'), '') as gateway,
            count(distinct touched.order_id)
         from touched join order_facts on order_facts.order_id = touched.order_id
         join json_each(body, '$.payments') payment
         group by gateway order by gateway",
        asked.within("store_id")
    );
    let mut statement = reader.conn().prepare_cached(&sql)?;
    let values = params![asked.range.from, asked.range.to, mask];
    let rows = statement.query_map(values, |row| {
        Ok(Piece { name: row.get(0)?, count: row.get(1)?, ..Piece::default() })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
