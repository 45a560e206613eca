//! Ours against the platforms' own figures: each difference a named row, ending in an
//! unexplained remainder that is 0 or shown in red.

mod account;
mod advertising;
mod shop_report;

use std::collections::BTreeMap;

use crate::base::DayRange;
use crate::base::id::StoreId;
use crate::domain::record::Payout;
use crate::domain::report::{Bridge, BridgeRow, BridgeSource};
use crate::store::{Reader, charges, stores};

pub use account::list_account_bridges;

use super::ReportError;

/// What is asked to be tied out; all of it where nothing is said.
#[derive(Clone, Debug, Default)]
pub struct BridgeAsk {
    pub store: Option<StoreId>,
    /// Statements that touch these days, and those that name none.
    pub range: Option<DayRange>,
}

/// Every bridge of the stores: settlements and payouts, then platforms' reports.
///
/// # Errors
/// `ReportError::Store`.
pub fn list_bridges(reader: &Reader<'_>, ask: &BridgeAsk) -> Result<Vec<Bridge>, ReportError> {
    let names: BTreeMap<StoreId, String> = stores::list_stores(reader)?
        .into_iter()
        .filter(|store| ask.store.is_none_or(|asked| asked == store.id))
        .map(|store| (store.id, store.name))
        .collect();
    let formats = list_formats(reader)?;
    let mut bridges = Vec::new();
    for (store, payout) in charges::list_payouts(reader)? {
        let Some(name) = names.get(&store) else { continue };
        let format = formats.get(&(store, payout.id.clone())).map_or("", String::as_str);
        bridges.push(bridge_payout(name.clone(), &payout, source_of(format)));
    }
    bridges.extend(shop_report::list(reader, &names, ask.range)?);
    bridges.extend(advertising::list(reader, &names, ask)?);
    bridges.retain(|bridge| touches(ask.range, bridge.range));
    Ok(bridges)
}

fn touches(asked: Option<DayRange>, stated: Option<DayRange>) -> bool {
    match (asked, stated) {
        (Some(asked), Some(stated)) => stated.from <= asked.to && asked.from <= stated.to,
        _ => true,
    }
}

/// The format of the file that brought each payout.
fn list_formats(reader: &Reader<'_>) -> Result<BTreeMap<(StoreId, String), String>, ReportError> {
    let mut statement = reader.conn().prepare_cached(
        "select payouts.store_id, external_id, format from payouts
         join imports on imports.id = import_id",
    )?;
    let rows = statement.query_map([], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What a file of a format states, by the format's own name.
fn source_of(format: &str) -> BridgeSource {
    if format.ends_with("statement") {
        BridgeSource::Statement
    } else if format.ends_with("payments") || format.ends_with("transactions") {
        BridgeSource::Payout
    } else {
        BridgeSource::Settlement
    }
}

/// A settlement's rows by group, balances and reserves included, against its deposit.
fn bridge_payout(store: String, payout: &Payout, source: BridgeSource) -> Bridge {
    let mut by_group: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    for part in &payout.parts {
        let sum = by_group.entry(&part.group).or_default();
        sum.0 += part.amount_minor;
        sum.1 += part.rows;
    }
    let rows: Vec<BridgeRow> = PAYOUT_GROUPS
        .into_iter()
        .filter_map(|name| {
            let (amount_minor, _) = by_group.remove(name)?;
            Some(BridgeRow::of(name, amount_minor))
        })
        .collect();
    // A group that this page does not know must not vanish from the sum.
    let rest: i64 = by_group.values().map(|(minor, _)| minor).sum();
    let mut rows = rows;
    if !by_group.is_empty() {
        rows.push(BridgeRow::of("unclassified", rest));
    }
    let deposited = payout.deposited.map(|day| DayRange { from: day, to: day });
    let covered = payout.from.zip(payout.to).map(|(from, to)| DayRange { from, to });
    Bridge {
        store,
        source,
        reference: payout.id.clone(),
        name: format!("settlement {}", payout.id),
        currency: payout.currency,
        range: covered.or(deposited),
        reached_minor: rows.iter().map(|row| row.amount_minor).sum(),
        rows,
        stated_minor: Some(payout.stated_minor),
        suspects: Vec::new(),
    }
}

const PAYOUT_GROUPS: [&str; 11] = [
    "sales",
    "tax",
    "refunds",
    "fees",
    "other_income",
    "period_fees",
    "advertising",
    "withheld_tax",
    "unclassified",
    "reserves",
    "balance",
];
