//! Every thing that a connected channel sells, by the channel's own mark: two of one SKU are two.
//! What it costs and brings is asked by SKU (`listings.rs`); its stock is told by this mark.

use rusqlite::{Row, params};

use crate::base::Money;
use crate::base::id::{ImportId, StoreId};
use crate::domain::record::{Listing, Stocked};
use crate::store::fact::{FactTable, Upserted, upsert_fact};
use crate::store::{Reader, StoreError, Tx};

pub const CHANNEL_LISTINGS: FactTable = FactTable {
    name: "channel_listings",
    key: &["store_id", "channel_id"],
    values: &[
        "sku",
        "title",
        "product",
        "barcode",
        "catalogue_id",
        "price_minor",
        "currency",
        "status",
        "stocked",
        "counted_at",
    ],
};

/// A listing without a mark of the channel's interface is none of these.
pub fn upsert_channel_listing(
    tx: &Tx<'_>,
    store: StoreId,
    listing: &Listing,
    import: Option<ImportId>,
) -> Result<Upserted, StoreError> {
    let Some(channel_id) = &listing.channel_id else { return Ok(Upserted::Unchanged) };
    fn text(value: &Option<String>) -> &str {
        value.as_deref().unwrap_or_default()
    }
    let code = listing.price.map(|price| price.currency.code().to_owned());
    upsert_fact(
        tx,
        &CHANNEL_LISTINGS,
        (
            &[&store, channel_id],
            &[
                &text(&listing.sku),
                &text(&listing.title),
                &text(&listing.product),
                &text(&listing.barcode),
                &text(&listing.catalogue_id),
                &listing.price.map(|price| price.minor),
                &text(&code),
                &text(&listing.status),
                &listing.stocked.name(),
                &text(&listing.counted_at),
            ],
        ),
        import,
    )
}

/// One thing that a channel sells. Texts are empty where nothing is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelListing {
    pub store: StoreId,
    pub store_name: String,
    pub channel_id: String,
    pub sku: String,
    pub title: String,
    pub product: String,
    pub barcode: String,
    pub catalogue_id: String,
    pub price: Option<Money>,
    pub status: String,
    pub stocked: Stocked,
    /// The mark under which a number stands that it shares with others; empty where it has its own.
    pub counted_at: String,
}

const COLUMNS: &str = "store_id, stores.name, channel_id, sku, title, product, barcode, \
    catalogue_id, price_minor, channel_listings.currency, status, stocked, counted_at";
const FROM: &str = "channel_listings join stores on stores.id = store_id";

fn from_row(row: &Row<'_>) -> rusqlite::Result<ChannelListing> {
    let (minor, code, stocked): (Option<i64>, String, String) =
        (row.get(8)?, row.get(9)?, row.get(11)?);
    let currency = crate::base::Currency::parse(&code).ok();
    Ok(ChannelListing {
        store: row.get(0)?,
        store_name: row.get(1)?,
        channel_id: row.get(2)?,
        sku: row.get(3)?,
        title: row.get(4)?,
        product: row.get(5)?,
        barcode: row.get(6)?,
        catalogue_id: row.get(7)?,
        price: minor.zip(currency).map(|(minor, currency)| Money::new(minor, currency)),
        status: row.get(10)?,
        stocked: Stocked::parse(&stocked).unwrap_or_default(),
        counted_at: row.get(12)?,
    })
}

/// All of them, by store and mark.
pub fn list_channel_listings(reader: &Reader<'_>) -> Result<Vec<ChannelListing>, StoreError> {
    let sql = format!("select {COLUMNS} from {FROM} order by stores.name, channel_id");
    let mut statement = reader.conn().prepare_cached(&sql)?;
    let rows = statement.query_map([], from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Those that bear a SKU, by store and mark.
pub fn list_by_sku(reader: &Reader<'_>, sku: &str) -> Result<Vec<ChannelListing>, StoreError> {
    let sql =
        format!("select {COLUMNS} from {FROM} where sku = ? order by stores.name, channel_id");
    let mut statement = reader.conn().prepare_cached(&sql)?;
    let rows = statement.query_map(params![sku], from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}
