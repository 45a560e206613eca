//! A stocktake: what was counted beside what was thought to be there at that moment.

use super::pace::level_before;
use crate::base::Instant;
use crate::base::id::{LocationId, LotId, StocktakeId, VariantId};
use crate::domain::stock::event::{Change, Event};
use crate::reports::ReportError;
use crate::store::Reader;
use crate::store::stock::stocktakes::list_lines;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub variant: VariantId,
    pub lot: Option<LotId>,
    pub sku: String,
    pub title: Option<String>,
    pub lot_code: Option<String>,
    pub units: i64,
    pub former_units: Option<i64>,
    /// What the ledger says of the moment of the count.
    pub expected: i64,
    pub counted_at: Instant,
}

impl Line {
    pub fn difference(&self) -> i64 {
        self.units - self.expected
    }
}

/// # Errors
/// `Store`.
pub fn list(
    reader: &Reader<'_>,
    (id, location): (StocktakeId, LocationId),
) -> Result<Vec<Line>, ReportError> {
    let mut name = reader.conn().prepare_cached(
        "select sku, coalesce(nullif(said.title, ''), variants.title),
            (select code from lots where lots.id = ?2)
         from variants left join variant_settings as said on variant_id = variants.id
         where variants.id = ?1",
    )?;
    let mut lines = Vec::new();
    for line in list_lines(reader.conn(), id)? {
        let now = Event { id: i64::MAX, occurred_at: line.counted_at, change: Change::Count(0) };
        let mut expected = level_before(reader, (line.variant, location, line.lot), &now)?;
        if line.lot.is_none() {
            // A count without a lot is of all that lies there.
            for held in crate::store::stock::on_hand::list_on_hand(reader.conn(), line.variant)? {
                if held.location == location && held.lot.is_some() {
                    expected += level_before(reader, (line.variant, location, held.lot), &now)?;
                }
            }
        }
        let named = name.query_row(rusqlite::params![line.variant, line.lot], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?;
        let (sku, title, lot_code) = named;
        lines.push(Line {
            variant: line.variant,
            lot: line.lot,
            sku,
            title,
            lot_code,
            units: line.units,
            former_units: line.former_units,
            expected,
            counted_at: line.counted_at,
        });
    }
    Ok(lines)
}

/// A stocktake that goes on, or went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    pub id: StocktakeId,
    pub place: String,
    pub note: String,
    pub state: String,
    pub began_at: Instant,
    pub lines: i64,
}

/// The newest, those that go on first.
///
/// # Errors
/// `Store`.
pub fn list_takes(reader: &Reader<'_>, limit: i64) -> Result<Vec<Taken>, ReportError> {
    let mut statement = reader.conn().prepare_cached(
        "select stocktakes.id, name, note, state, began_at,
            (select count(*) from stocktake_lines where stocktake_id = stocktakes.id)
         from stocktakes join locations on locations.id = location_id
         order by state <> 'open', stocktakes.id desc limit ?",
    )?;
    let rows = statement.query_map([limit], |row| {
        Ok(Taken {
            id: row.get(0)?,
            place: row.get(1)?,
            note: row.get(2)?,
            state: row.get(3)?,
            began_at: row.get(4)?,
            lines: row.get(5)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
