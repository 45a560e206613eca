//! What is missing or only estimated, by money at stake: what a person should enter next.

use crate::base::DayRange;
use crate::domain::profit::component::{Component, Mask};
use crate::store::Reader;

use super::ReportError;

/// One gap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    pub kind: GapKind,
    /// Orders that it touches.
    pub orders: i64,
    /// Products that it touches, where it is about products.
    pub products: i64,
    /// What is counted without it, or was computed by rule; minor units of the reporting
    /// currency.
    pub at_stake_minor: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GapKind {
    UnitCost,
    ShippingCost,
    PaymentFees,
    VatRate,
    /// A fee kind that no table knows; its amount is in its own currency.
    UnknownFee {
        kind: String,
    },
    /// Computed by rule, not yet known for sure.
    EstimatedFees,
    EstimatedShipping,
    /// A total that its parts do not explain.
    Unexplained,
}

/// Gaps of a range of days (by event), the most money first.
///
/// # Errors
/// `ReportError::Store`.
pub fn list_gaps(reader: &Reader<'_>, range: DayRange) -> Result<Vec<Gap>, ReportError> {
    let mut gaps = Vec::new();
    let missing = [
        (Component::Cogs, GapKind::UnitCost),
        (Component::ShippingCost, GapKind::ShippingCost),
        (Component::PaymentFees, GapKind::PaymentFees),
        (Component::TaxCollected, GapKind::VatRate),
    ];
    for (component, kind) in missing {
        let sums = sum_marked(reader, range, ("missing", component.bit()), NET_SALES)?;
        push(&mut gaps, kind, sums);
    }
    let estimated = [
        (
            Component::PaymentFees.bit() | Component::ChannelFees.bit(),
            GapKind::EstimatedFees,
            "payment_fees_minor + channel_fees_minor",
        ),
        (Component::ShippingCost.bit(), GapKind::EstimatedShipping, "shipping_cost_minor"),
    ];
    for (mask, kind, amount) in estimated {
        let sums = sum_marked(reader, range, ("estimated", mask), amount)?;
        push(&mut gaps, kind, sums);
    }
    gaps.extend(list_unknown_fees(reader, range)?);
    gaps.sort_by_key(|gap| std::cmp::Reverse(gap.at_stake_minor.abs()));
    Ok(gaps)
}

const NET_SALES: &str = "gross_sales_minor + discounts_minor + returns_minor";

type Sums = (i64, i64, i64);

fn push(gaps: &mut Vec<Gap>, kind: GapKind, (orders, products, at_stake_minor): Sums) {
    if orders > 0 {
        gaps.push(Gap { kind, orders, products, at_stake_minor });
    }
}

/// Orders, products and money of the lines that bear a mark. The rollup says quickly whether
/// there are any.
fn sum_marked(
    reader: &Reader<'_>,
    range: DayRange,
    (column, mask): (&'static str, Mask),
    amount: &'static str,
) -> Result<Sums, ReportError> {
    if !any_marked(reader, range, (column, mask))? {
        return Ok((0, 0, 0));
    }
    let sql = format!(
        "select count(distinct order_id), count(distinct variant_id), coalesce(sum({amount}), 0)
         from profit_lines
         where event_day between ? and ? and {column} <> 0 and {column} & ? <> 0"
    );
    let mut statement = reader.conn().prepare_cached(&sql)?;
    Ok(statement.query_row(rusqlite::params![range.from, range.to, mask], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?))
    })?)
}

fn any_marked(
    reader: &Reader<'_>,
    range: DayRange,
    (column, mask): (&'static str, Mask),
) -> Result<bool, ReportError> {
    let conditions: Vec<String> = Component::ALL
        .into_iter()
        .filter(|component| mask & component.bit() != 0)
        .map(|component| format!("{}_{column} > 0", component.name()))
        .collect();
    let sql = format!(
        "select exists (select 1 from rollup_days
            where basis = 0 and day between ? and ? and ({}))",
        conditions.join(" or ")
    );
    let mut statement = reader.conn().prepare_cached(&sql)?;
    Ok(statement.query_row([range.from, range.to], |row| row.get(0))?)
}

fn list_unknown_fees(reader: &Reader<'_>, range: DayRange) -> Result<Vec<Gap>, ReportError> {
    let mut statement = reader.conn().prepare_cached(
        "select kind, count(distinct order_id), sum(amount_minor) from unclassified_fees
         join orders on orders.id = order_id
         where order_day between ? and ? group by kind order by kind",
    )?;
    let rows = statement.query_map([range.from, range.to], |row| {
        let minor: i64 = row.get(2)?;
        Ok(Gap {
            kind: GapKind::UnknownFee { kind: row.get(0)? },
            orders: row.get(1)?,
            products: 0,
            at_stake_minor: -minor,
        })
    })?;
    let mut gaps: Vec<Gap> = rows.collect::<Result<_, _>>()?;
    let mut statement = reader.conn().prepare_cached(
        "select count(*), sum(unexplained_minor) from orders
         where unexplained_minor <> 0 and counted = 1 and order_day between ? and ?",
    )?;
    let (orders, minor): (i64, Option<i64>) =
        statement.query_row([range.from, range.to], |row| Ok((row.get(0)?, row.get(1)?)))?;
    push(&mut gaps, GapKind::Unexplained, (orders, 0, minor.unwrap_or_default()));
    let mut statement = reader.conn().prepare_cached(
        "select kind, count(*), sum(amount_minor) from charges
         where class = 'unclassified' and day between ? and ? group by kind order by kind",
    )?;
    let charges = statement.query_map([range.from, range.to], |row| {
        Ok(Gap {
            kind: GapKind::UnknownFee { kind: row.get(0)? },
            orders: row.get(1)?,
            products: 0,
            at_stake_minor: row.get(2)?,
        })
    })?;
    for gap in charges {
        gaps.push(gap?);
    }
    Ok(gaps)
}
