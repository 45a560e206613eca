//! Which variants a listing without a certain link may sell, as the matching found them last.

use std::collections::HashMap;

use rusqlite::params;

use crate::base::id::StoreId;
use crate::domain::catalogue::{Reason, Suggestion};
use crate::store::{Reader, StoreError, Tx};

/// By store and listing, the likeliest first.
pub fn map_suggestions(
    reader: &Reader<'_>,
) -> Result<HashMap<(StoreId, String), Vec<Suggestion>>, StoreError> {
    let mut statement = reader.conn().prepare_cached(
        "select store_id, listing, sku, units, score, reasons from listing_suggestions
         order by store_id, listing, place",
    )?;
    let mut rows = statement.query([])?;
    let mut all: HashMap<(StoreId, String), Vec<Suggestion>> = HashMap::new();
    while let Some(row) = rows.next()? {
        let suggestion = Suggestion {
            sku: row.get(2)?,
            units: row.get(3)?,
            score: row.get(4)?,
            reasons: parse_reasons(&row.get::<_, String>(5)?),
        };
        all.entry((row.get(0)?, row.get(1)?)).or_default().push(suggestion);
    }
    Ok(all)
}

/// The reasons as they are kept, with blanks between them.
pub fn parse_reasons(text: &str) -> Vec<Reason> {
    text.split(' ').filter_map(Reason::parse).collect()
}

/// Puts suggestions in the place of those of a listing.
pub fn replace_suggestions(
    tx: &Tx<'_>,
    (store, listing): (StoreId, &str),
    suggestions: &[Suggestion],
) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached("delete from listing_suggestions where store_id = ? and listing = ?")?
        .execute(params![store, listing])?;
    let mut insert = tx.conn().prepare_cached(
        "insert into listing_suggestions (store_id, listing, place, sku, units, score, reasons)
         values (?, ?, ?, ?, ?, ?, ?)",
    )?;
    for (place, suggestion) in suggestions.iter().enumerate() {
        let reasons: Vec<String> = suggestion.reasons.iter().map(|reason| reason.code()).collect();
        insert.execute(params![
            store,
            listing,
            place as i64,
            suggestion.sku,
            suggestion.units,
            suggestion.score,
            reasons.join(" "),
        ])?;
    }
    Ok(())
}
