//! Which variant a listing sells, and how many units of it at once. A listing without a link of
//! its own sells the variant whose SKU it bears, one unit at a time.

use std::collections::HashMap;

use crate::base::id::{ImportId, StoreId};
use crate::store::fact::{FactTable, Upserted, end_fact, upsert_fact};
use crate::store::stock::{claims, variants};
use crate::store::{Reader, StoreError, Tx};

pub const LISTING_LINKS: FactTable = FactTable {
    name: "listing_links",
    key: &["store_id", "listing"],
    values: &["sku", "units", "how"],
};

/// How a listing that no interface marks is addressed.
pub fn by_sku(sku: &str) -> String {
    format!("sku:{sku}")
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListingLink {
    pub store: StoreId,
    /// `ChannelListing::channel_id`, or what `by_sku` gives.
    pub listing: String,
    /// Of the variant; `NO_STOCK` where it is sold from none of ours, which only a person can say.
    pub sku: String,
    /// Units of the variant that one unit of the listing takes, above 0.
    pub units: i64,
    pub how: How,
}

/// What a link was made by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    Sku,
    NormalisedSku,
    Barcode,
    CatalogueId,
    Hand,
    File,
}

impl How {
    pub const ALL: [Self; 6] =
        [Self::Sku, Self::NormalisedSku, Self::Barcode, Self::CatalogueId, Self::Hand, Self::File];

    pub fn name(self) -> &'static str {
        match self {
            Self::Sku => "sku",
            Self::NormalisedSku => "normalised_sku",
            Self::Barcode => "barcode",
            Self::CatalogueId => "catalogue_id",
            Self::Hand => "hand",
            Self::File => "file",
        }
    }

    /// Whether a person said so, in which case nothing overrules it.
    pub fn is_chosen(self) -> bool {
        matches!(self, Self::Hand | Self::File)
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|how| how.name() == name)
    }
}

pub fn upsert_link(
    tx: &Tx<'_>,
    link: &ListingLink,
    import: Option<ImportId>,
) -> Result<Upserted, StoreError> {
    let before = find_link(tx.conn(), link.store, &link.listing)?;
    let upserted = upsert_fact(
        tx,
        &LISTING_LINKS,
        (&[&link.store, &link.listing], &[&link.sku, &link.units, &link.how.name()]),
        import,
    )?;
    if upserted.is_written() {
        touch_stock(tx, link.store, &link.listing, before.as_ref())?;
    }
    Ok(upserted)
}

/// Has what orders of a listing hold be looked at again, and what channels are told of the
/// variants that it sold and sells.
fn touch_stock(
    tx: &Tx<'_>,
    store: StoreId,
    listing: &str,
    before: Option<&ListingLink>,
) -> Result<(), StoreError> {
    claims::mark_listing(tx, store, listing)?;
    let now = find_link(tx.conn(), store, listing)?;
    for link in before.into_iter().chain(&now) {
        if let Some(variant) = variants::find_variant(tx.conn(), &link.sku)? {
            variants::mark_dirty(tx, variant)?;
        }
    }
    Ok(())
}

/// The links that an import wrote, to be touched when it is taken back, before and after.
pub fn list_of_import(tx: &Tx<'_>, import: ImportId) -> Result<Vec<ListingLink>, StoreError> {
    let mut statement = tx.conn().prepare_cached(
        "select store_id, listing, sku, units, how from listing_links where import_id = ?
         order by store_id, listing",
    )?;
    let rows = statement.query_map([import], from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What follows for the stock of links that are gone.
pub fn touch_gone(tx: &Tx<'_>, gone: &[ListingLink]) -> Result<(), StoreError> {
    gone.iter().try_for_each(|link| touch_stock(tx, link.store, &link.listing, Some(link)))
}

pub fn find_link(
    conn: &rusqlite::Connection,
    store: StoreId,
    listing: &str,
) -> Result<Option<ListingLink>, StoreError> {
    use rusqlite::OptionalExtension;
    let found = conn
        .prepare_cached(
            "select store_id, listing, sku, units, how from listing_links
             where store_id = ? and listing = ?",
        )?
        .query_row(rusqlite::params![store, listing], from_row)
        .optional()?;
    Ok(found)
}

/// Ends a link; gives whether there was one.
pub fn end_link(tx: &Tx<'_>, store: StoreId, listing: &str) -> Result<bool, StoreError> {
    use rusqlite::OptionalExtension;
    let id: Option<i64> = tx
        .conn()
        .prepare_cached("select id from listing_links where store_id = ? and listing = ?")?
        .query_row(rusqlite::params![store, listing], |row| row.get(0))
        .optional()?;
    let Some(id) = id else { return Ok(false) };
    let before = find_link(tx.conn(), store, listing)?;
    end_fact(tx, &LISTING_LINKS, id, None)?;
    touch_stock(tx, store, listing, before.as_ref())?;
    Ok(true)
}

/// All of them, by store and listing.
pub fn list_links(reader: &Reader<'_>) -> Result<Vec<ListingLink>, StoreError> {
    list_from(reader.conn())
}

pub fn list_from(conn: &rusqlite::Connection) -> Result<Vec<ListingLink>, StoreError> {
    let mut statement = conn.prepare_cached(
        "select store_id, listing, sku, units, how from listing_links order by store_id, listing",
    )?;
    let rows = statement.query_map([], from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn from_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<ListingLink> {
    let how: String = row.get(4)?;
    Ok(ListingLink {
        store: row.get(0)?,
        listing: row.get(1)?,
        sku: row.get(2)?,
        units: row.get(3)?,
        // The column's own check admits no other names.
        how: How::parse(&how).unwrap_or(How::Hand),
    })
}

/// The same, by store and listing.
pub fn map_links(
    conn: &rusqlite::Connection,
) -> Result<HashMap<(StoreId, String), ListingLink>, StoreError> {
    let links = list_from(conn)?;
    Ok(links.into_iter().map(|link| ((link.store, link.listing.clone()), link)).collect())
}
