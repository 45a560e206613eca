//! What there is of every variant, who has a claim on it, how long it lasts.
//!
//! | question | file |
//! | --- | --- |
//! | all variants, one row each | here; as a report: `table.rs` |
//! | how fast they sell, days without stock left out | `pace.rs` |
//! | how old what lies there is | `age.rs` |
//! | what each store shows of it | `levels.rs` |
//! | one variant: ledger, claims, listings, lots, course | `one.rs` |
//! | what was done by hand | `history.rs` |
//! | a stocktake and what it differs by | `take.rs` |
//! | what came back | `returns.rs` |
//! | what needs a person | `alerts.rs` |

pub mod age;
pub mod alerts;
pub mod history;
pub mod levels;
pub mod one;
pub mod pace;
pub mod returns;
pub mod table;
pub mod take;

use std::collections::HashMap;

use rusqlite::params;

use crate::base::id::{LocationId, VariantId};
use crate::reports::ReportError;
use crate::store::Reader;
use pace::Pace;

/// How long a variant takes to come again, where nothing is said.
pub const LEAD_DAYS_USUAL: i64 = 14;
/// For how long it shall last then, where nothing is said.
pub const COVER_DAYS_USUAL: i64 = 30;

/// One variant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stocked {
    pub variant: i64,
    pub sku: String,
    pub title: Option<String>,
    /// In all places but those on the way.
    pub on_hand: i64,
    pub held: i64,
    /// On hand where it may be offered, less what orders hold. Negative: more was sold than there
    /// is.
    pub available: i64,
    /// On its way between places.
    pub incoming: i64,
    /// In some place there is less than nothing.
    pub is_negative: bool,
    /// Nothing was ever written of it.
    pub is_unkept: bool,
    /// No listing of any channel sells it.
    pub is_unlinked: bool,
    pub is_archived: bool,
    pub pace: Option<Pace>,
    pub low_at: Option<i64>,
    pub lead_days: i64,
    pub cover_days: i64,
}

/// How a variant stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Plenty,
    Low,
    Out,
    /// Orders hold more than there is.
    Oversold,
}

impl Standing {
    pub fn name(self) -> &'static str {
        match self {
            Self::Plenty => "stock_plenty",
            Self::Low => "stock_low",
            Self::Out => "stock_out",
            Self::Oversold => "stock_oversold",
        }
    }
}

impl Stocked {
    /// Whole days that what is available lasts; `None` where nothing sells or it is not known.
    pub fn cover(&self) -> Option<i64> {
        let pace = self.pace.filter(|pace| pace.sold > 0)?;
        let days = i128::from(self.available.max(0)) * i128::from(pace.days);
        i64::try_from(days / i128::from(pace.sold)).ok()
    }

    /// Low is at or below what was set, else what does not last until it could come again.
    pub fn standing(&self) -> Standing {
        let is_low = match self.low_at {
            Some(low_at) => self.available <= low_at,
            None => self.cover().is_some_and(|cover| cover < self.lead_days),
        };
        match self.available {
            ..0 => Standing::Oversold,
            _ if self.is_unkept => Standing::Plenty,
            0 => Standing::Out,
            _ if is_low => Standing::Low,
            _ => Standing::Plenty,
        }
    }
}

const ALL: &str = "
    with lying as (
        select variant_id,
            sum(case when kind <> 'in_transit' then units else 0 end) as on_hand,
            sum(case when kind = 'in_transit' then units else 0 end) as incoming,
            sum(case when pushable = 1 and closed_at is null then units else 0 end) as offered,
            min(units) < 0 as is_negative
        from on_hand join locations on locations.id = location_id group by variant_id
    ), held as (
        select variant_id, sum(held) as held from reservations where held > 0 group by variant_id
    ), listed as (
        select sku from channel_listings where sku <> '' union select sku from listing_links
    )
    select variants.id, variants.sku, coalesce(nullif(said.title, ''), variants.title),
        coalesce(on_hand, 0), coalesce(held, 0), coalesce(offered, 0) - coalesce(held, 0),
        coalesce(incoming, 0), coalesce(is_negative, 0), lying.variant_id is null,
        listed.sku is null, archived_at is not null, low_at, lead_days, cover_days
    from variants
    left join lying on lying.variant_id = variants.id
    left join held on held.variant_id = variants.id
    left join listed on listed.sku = variants.sku
    left join variant_settings as said on said.variant_id = variants.id
    where ?1 is null or variants.id = ?1
    order by variants.sku";

/// Every variant by its SKU.
///
/// # Errors
/// `Store`.
pub fn list(
    reader: &Reader<'_>,
    paces: &HashMap<VariantId, Pace>,
) -> Result<Vec<Stocked>, ReportError> {
    read(reader, (None, paces))
}

/// One variant.
///
/// # Errors
/// `Store`.
pub fn find(
    reader: &Reader<'_>,
    variant: VariantId,
    paces: &HashMap<VariantId, Pace>,
) -> Result<Option<Stocked>, ReportError> {
    Ok(read(reader, (Some(variant), paces))?.pop())
}

fn read(
    reader: &Reader<'_>,
    (variant, paces): (Option<VariantId>, &HashMap<VariantId, Pace>),
) -> Result<Vec<Stocked>, ReportError> {
    let is_kept = crate::store::stock::began::find_began(reader.conn())?.is_some();
    let mut statement = reader.conn().prepare_cached(ALL)?;
    let rows = statement.query_map(params![variant], |row| {
        let id: VariantId = row.get(0)?;
        Ok(Stocked {
            variant: id.0,
            sku: row.get(1)?,
            title: row.get(2)?,
            on_hand: row.get(3)?,
            held: row.get(4)?,
            available: row.get(5)?,
            incoming: row.get(6)?,
            is_negative: row.get(7)?,
            is_unkept: row.get(8)?,
            is_unlinked: row.get(9)?,
            is_archived: row.get(10)?,
            pace: is_kept.then(|| paces.get(&id).copied().unwrap_or_default()),
            low_at: row.get(11)?,
            lead_days: row.get::<_, Option<i64>>(12)?.unwrap_or(LEAD_DAYS_USUAL),
            cover_days: row.get::<_, Option<i64>>(13)?.unwrap_or(COVER_DAYS_USUAL),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Which variants anything lies of in a place, and how many units.
///
/// # Errors
/// `Store`.
pub fn list_at(reader: &Reader<'_>, place: LocationId) -> Result<HashMap<i64, i64>, ReportError> {
    let mut statement = reader.conn().prepare_cached(
        "select variant_id, sum(units) from on_hand where location_id = ? group by variant_id",
    )?;
    let rows = statement.query_map([place], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Units in each place.
///
/// # Errors
/// `Store`.
pub fn list_by_place(reader: &Reader<'_>) -> Result<HashMap<LocationId, i64>, ReportError> {
    let sql = "select location_id, sum(units) from on_hand group by location_id";
    let mut statement = reader.conn().prepare_cached(sql)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Variants whose barcode begins with a text.
///
/// # Errors
/// `Store`.
pub fn list_by_barcode(reader: &Reader<'_>, text: &str) -> Result<Vec<i64>, ReportError> {
    let mut statement = reader.conn().prepare_cached(
        "select variant_id from variant_settings
         where barcode <> '' and substr(lower(barcode), 1, length(?1)) = ?1",
    )?;
    let rows = statement.query_map([text], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn low_is_what_was_set_else_what_does_not_last_until_more_could_come() {
        let of = |available, sold, low_at| Stocked {
            available,
            pace: Some(Pace { sold, days: 28 }),
            low_at,
            lead_days: 14,
            ..Stocked::default()
        };
        // 56 in 28 days is 2 a day: 27 last 13 days, 28 last 14.
        assert_eq!(of(27, 56, None).cover(), Some(13));
        assert_eq!(of(27, 56, None).standing(), Standing::Low);
        assert_eq!(of(28, 56, None).standing(), Standing::Plenty);
        assert_eq!(of(27, 56, Some(26)).standing(), Standing::Plenty);
        assert_eq!(of(28, 56, Some(28)).standing(), Standing::Low);
        assert_eq!(of(0, 0, None).standing(), Standing::Out);
        assert_eq!(of(-1, 0, None).standing(), Standing::Oversold);
        assert_eq!(of(3, 0, None).cover(), None, "nothing sells");
    }
}
