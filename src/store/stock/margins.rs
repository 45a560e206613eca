//! What a unit brings on each channel: of a product that is short, the channel that earns more by
//! it gets more of it.

use std::collections::{BTreeSet, HashMap};

use rusqlite::{Connection, params};

use crate::base::id::StoreId;
use crate::base::{Instant, Zone};
use crate::store::StoreError;
use crate::store::rollups::{AdsBorne, Dim, Span, figures_of, packed};

/// The months that are looked back on, beside the one that runs.
const MONTHS: i32 = 3;

/// By store and SKU: contribution margin and units sold. Minor units of the organisation.
#[derive(Clone, Debug, Default)]
pub struct Margins(HashMap<(StoreId, String), (i64, i64)>);

impl Margins {
    /// Of all SKUs, or of some.
    ///
    /// # Errors
    /// `StoreError` of the database, `Internal` for a row that cannot be read.
    pub fn load(
        conn: &Connection,
        only: Option<&BTreeSet<String>>,
        now: Instant,
    ) -> Result<Self, StoreError> {
        let month = now.day_in(&Zone::utc()).first_of_month();
        let mut sums: HashMap<(StoreId, String), (i64, i64)> = HashMap::new();
        let of_all = "select rollups.store_id, sku, measures from rollups
            join variants on variants.id = key
            where dim = ?1 and basis = 0 and span = ?2 and first_day = ?3 and ?4 is null";
        let of_one = "select rollups.store_id, ?4, measures from rollups
            where dim = ?1 and basis = 0 and span = ?2 and first_day = ?3
                and key = (select id from variants where sku = ?4)";
        let sql = if only.is_some() { of_one } else { of_all };
        let mut statement = conn.prepare_cached(sql)?;
        let mut add = |day, sku: Option<&String>| -> Result<(), StoreError> {
            let asked = params![Dim::Product as i64, Span::Month as i64, day, sku];
            let mut rows = statement.query(asked)?;
            while let Some(row) = rows.next()? {
                let bytes = row.get_ref(2)?.as_blob().map_err(rusqlite::Error::from)?;
                let figures = figures_of(&packed::unpack(bytes)?, AdsBorne::Direct);
                let sum = sums.entry((row.get(0)?, row.get(1)?)).or_default();
                sum.0 = sum.0.saturating_add(figures.contribution_margin());
                sum.1 = sum.1.saturating_add(figures.units);
            }
            Ok(())
        };
        for back in 0..=MONTHS {
            let day = month.plus_months(-back);
            match only {
                None => add(day, None)?,
                Some(skus) => skus.iter().try_for_each(|sku| add(day, Some(sku)))?,
            }
        }
        Ok(Self(sums))
    }

    /// What one unit brings; `None` where none was sold.
    pub fn of_unit(&self, store: StoreId, sku: &str) -> Option<i64> {
        let (margin, units) = self.0.get(&(store, sku.to_owned()))?;
        (*units > 0).then(|| (margin / units).max(1))
    }
}

/// What is sold on each channel, weighed by what it brings there. Where that is not known, it
/// counts as much as the others on average.
pub fn weigh(sold: &[(i64, Option<i64>)]) -> Vec<i64> {
    let known: Vec<i64> = sold.iter().filter_map(|(_, margin)| *margin).collect();
    let sum = known.iter().fold(0_i64, |sum, margin| sum.saturating_add(*margin));
    let usual = sum.checked_div(known.len() as i64).unwrap_or(1).max(1);
    sold.iter().map(|(weight, margin)| weight.saturating_mul(margin.unwrap_or(usual))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_sells_counts_by_what_it_brings() {
        // Twice as many at 2.00 as at 6.00: two to three.
        assert_eq!(weigh(&[(200, Some(200)), (100, Some(600))]), [40_000, 60_000]);
        // Of the third nothing is known: 4.00, as the others on average.
        assert_eq!(weigh(&[(1, Some(200)), (1, Some(600)), (1, None)]), [200, 600, 400]);
        assert_eq!(weigh(&[(7, None), (3, None)]), [7, 3]);
        assert_eq!(weigh(&[]), Vec::<i64>::new());
    }
}
