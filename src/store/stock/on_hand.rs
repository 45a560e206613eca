//! What is on hand and what orders hold of it, as it stands now.

use rusqlite::{Connection, params};

use crate::base::id::{LocationId, LotId, VariantId};
use crate::store::StoreError;

/// Units of a variant in one place and lot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    pub location: LocationId,
    pub lot: Option<LotId>,
    /// May be negative.
    pub units: i64,
}

/// Where the units of a variant lie.
pub fn list_on_hand(conn: &Connection, variant: VariantId) -> Result<Vec<Held>, StoreError> {
    let mut statement = conn.prepare_cached(
        "select location_id, nullif(lot_id, 0), units from on_hand where variant_id = ?
         order by location_id, lot_id",
    )?;
    let rows = statement.query_map([variant], |row| {
        Ok(Held { location: row.get(0)?, lot: row.get(1)?, units: row.get(2)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Units of one place, all lots together.
pub fn find_at(
    conn: &Connection,
    variant: VariantId,
    location: LocationId,
) -> Result<i64, StoreError> {
    let units = conn
        .prepare_cached(
            "select coalesce(sum(units), 0) from on_hand where variant_id = ? and location_id = ?",
        )?
        .query_row(params![variant, location], |row| row.get(0))?;
    Ok(units)
}

/// What may be offered: on hand in places that are, less what orders hold. Negative is a fact:
/// more was sold than there is.
pub fn find_available(conn: &Connection, variant: VariantId) -> Result<i64, StoreError> {
    let units = conn
        .prepare_cached(
            "select (select coalesce(sum(units), 0) from on_hand
                    join locations on locations.id = location_id
                    where variant_id = ?1 and pushable = 1 and closed_at is null)
                - (select coalesce(sum(held), 0) from reservations
                    where variant_id = ?1 and held > 0)",
        )?
        .query_row([variant], |row| row.get(0))?;
    Ok(units)
}
