//! What marketplaces deducted for advertising against what the ad reports tell was spent: the
//! difference is one of time (charged in another month than spent), and named.

use std::collections::BTreeMap;

use rusqlite::params;

use super::BridgeAsk;
use crate::base::id::StoreId;
use crate::base::{Currency, Day, DayRange};
use crate::domain::report::{Bridge, BridgeRow, BridgeSource};
use crate::reports::ReportError;
use crate::store::{Reader, costs, deducted};

/// All days that a file may name.
const ALWAYS: DayRange = DayRange { from: Day(0), to: Day(100_000) };

/// One bridge for each store, platform and currency of which both sides are known.
///
/// # Errors
/// `ReportError::Store`.
pub fn list(
    reader: &Reader<'_>,
    names: &BTreeMap<StoreId, String>,
    ask: &BridgeAsk,
) -> Result<Vec<Bridge>, ReportError> {
    let range = ask.range.unwrap_or(ALWAYS);
    let mut spent: BTreeMap<(String, String, Currency), i64> = BTreeMap::new();
    for (_, spend) in costs::list_stated_ad_spend(reader, range)? {
        // What was derived from the very deductions tells nothing about them.
        if !spend.campaign.starts_with(deducted::CAMPAIGN) {
            let platform = spend.platform.trim_end_matches("-ads").to_owned();
            let store = spend.store.unwrap_or_default();
            *spent.entry((platform, store, spend.amount.currency)).or_default() +=
                spend.amount.minor;
        }
    }
    let mut statement = reader.conn().prepare_cached(
        "select store_id, family, currency, -sum(amount_minor) from charges
         where class = 'advertising_payment' and family <> '' and day between ? and ?
         group by store_id, family, currency order by store_id, family, currency",
    )?;
    let rows = statement.query_map(params![range.from, range.to], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
    })?;
    let mut bridges = Vec::new();
    for row in rows {
        let (store, platform, currency, deducted_minor): (StoreId, String, Currency, i64) = row?;
        let Some(name) = names.get(&store) else { continue };
        // A report bears no store, or the very one.
        let of = |store: &str| spent.get(&(platform.clone(), store.to_owned(), currency));
        let sides = [of(""), of(name)];
        if sides.iter().all(Option::is_none) {
            continue;
        }
        let spent_minor: i64 = sides.into_iter().flatten().sum();
        bridges.push(Bridge {
            store: name.clone(),
            source: BridgeSource::Report,
            reference: format!("advertising_deducted_by_{platform}"),
            name: format!("advertising deducted by {platform}"),
            currency,
            range: ask.range,
            rows: vec![
                BridgeRow::of("advertising", spent_minor),
                BridgeRow::of("timing", deducted_minor - spent_minor),
            ],
            reached_minor: deducted_minor,
            stated_minor: Some(deducted_minor),
            suspects: Vec::new(),
        });
    }
    Ok(bridges)
}
