//! What each store shows of some variants: one level of each, by its listings.

use std::collections::HashMap;

use crate::base::id::VariantId;
use crate::reports::ReportError;
use crate::store::Reader;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Level {
    pub store: String,
    /// What it was told last, or shall be.
    pub desired: Option<i64>,
    /// What it showed last.
    pub live: Option<i64>,
    /// Told, and not yet read back.
    pub is_moving: bool,
}

impl Level {
    /// It shows something else than it was told, and nothing is under way.
    pub fn differs(&self) -> bool {
        let both = self.live.zip(self.desired);
        !self.is_moving && both.is_some_and(|(live, desired)| live != desired)
    }
}

/// By SKU, for the named variants. A store with several listings of one shows the worst of them.
///
/// # Errors
/// `Store`.
pub fn list(
    reader: &Reader<'_>,
    of: &[VariantId],
) -> Result<HashMap<String, Vec<Level>>, ReportError> {
    let named = of.iter().map(|variant| variant.0.to_string()).collect::<Vec<_>>().join(",");
    let sql = format!(
        "with mine as (
            select variants.sku, store_id, listing from variants
                join listing_links on listing_links.sku = variants.sku
                where variants.id in ({named})
            union all
            select variants.sku, store_id, channel_id from variants
                join channel_listings one on one.sku = variants.sku
                where variants.id in ({named}) and not exists (select 1 from listing_links link
                    where link.store_id = one.store_id and link.listing = one.channel_id)
         )
         select mine.sku, stores.name,
            (select to_units from pushes where listing_id = told.id
                and state in ('planned', 'sent', 'accepted', 'confirmed')
                order by id desc limit 1),
            told.seen,
            exists (select 1 from pushes where listing_id = told.id
                and state in ('planned', 'sent', 'accepted'))
         from mine join stores on stores.id = mine.store_id
         join accounts on accounts.store_id = mine.store_id and accounts.state <> 'disconnected'
         join stock_listings as told on told.account_id = accounts.id
            and told.listing = mine.listing
         order by mine.sku, stores.name, told.id"
    );
    let mut statement = reader.conn().prepare(&sql)?;
    let mut rows = statement.query([])?;
    let mut levels: HashMap<String, Vec<Level>> = HashMap::new();
    while let Some(row) = rows.next()? {
        let level = Level {
            store: row.get(1)?,
            desired: row.get(2)?,
            live: row.get(3)?,
            is_moving: row.get(4)?,
        };
        let own = levels.entry(row.get(0)?).or_default();
        match own.iter_mut().find(|other| other.store == level.store) {
            Some(other) if level.differs() && !other.differs() => *other = level,
            Some(_) => {}
            None => own.push(level),
        }
    }
    Ok(levels)
}
