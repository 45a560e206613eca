//! All that is sold on any channel, and the variants that it may be: what matching is made of.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::base::id::{StoreId, VariantId};
use crate::base::{Currency, Money};
use crate::domain::catalogue::{Choice, Listed, Variant};
use crate::domain::record::Listing;
use crate::store::stock::claims::NO_STOCK;
use crate::store::stock::variants::{self, VariantSettings};
use crate::store::{Reader, StoreError, Tx};

/// All listings, as a select: those of the channels' interfaces; those that only files tell, by
/// SKU, or by their key where they bear none; and links that no listing bears any more or yet.
/// Columns: store_id, listing, sku, title, product, barcode, catalogue_id, price_minor, currency,
/// status, stocked, mark, told (how often a source tells it).
pub const LISTED: &str = "
    select store_id, channel_id as listing, sku, title, product, barcode, catalogue_id,
        price_minor, currency, status, stocked, channel_id as mark, 1 as told
    from channel_listings
    union all
    select store_id, case when sku = '' then 'key:' || key else 'sku:' || sku end, sku, title,
        product, barcode, catalogue_id, price_minor, currency, status, 'unknown', max(key), count(*)
    from listings told
    where told.sku <> '' and not exists (
            select 1 from channel_listings c
            where c.store_id = told.store_id and c.sku = told.sku)
        or told.sku = '' and not exists (
            select 1 from channel_listings c where c.store_id = told.store_id)
    group by store_id, 2
    union all
    select store_id, listing, case when listing glob 'sku:*' then substr(listing, 5) else '' end,
        '', '', '', '', null, '', '', 'unknown', listing, 0
    from listing_links linked
    where not exists (
            select 1 from channel_listings c
            where c.store_id = linked.store_id and c.channel_id = listing)
        and not (listing glob 'sku:*' and (
            exists (select 1 from channel_listings c
                where c.store_id = linked.store_id and c.sku = substr(listing, 5))
            or exists (select 1 from listings told
                where told.store_id = linked.store_id and told.sku = substr(listing, 5))))
        and not (listing glob 'key:*' and exists (
            select 1 from listings told
            where told.store_id = linked.store_id and told.key = substr(listing, 5)))";

/// SKUs that the seller keeps: a cost, a receipt, stock, a bundle, or an entry of their own.
const OWN: &str = "
    select sku from costs union select sku from purchases union select sku from listed_costs
    union select json_extract(value, '$.sku') from rules, json_each(rules.body, '$.bundles')
    union select variants.sku from variants
        where exists (select 1 from stock_events where variant_id = variants.id)
            or exists (select 1 from variant_settings
                where variant_id = variants.id and archived_at is null)";

/// Every variant that a listing may be linked to, and SKUs that are to be variants.
///
/// # Errors
/// `StoreError` of the database.
pub fn list_variants(reader: &Reader<'_>) -> Result<Vec<Variant>, StoreError> {
    let sql = format!(
        "with own as ({OWN})
         select variants.sku, coalesce(nullif(said.title, ''), variants.title, ''),
            coalesce(said.barcode, ''), coalesce(said.catalogue_id, ''),
            variants.sku in (select sku from own) and said.archived_at is null
         from variants left join variant_settings said on said.variant_id = variants.id
         union all
         select sku, '', '', '', 1 from own
         where sku <> '' and sku not in (select sku from variants)"
    );
    let mut statement = reader.conn().prepare_cached(&sql)?;
    let rows = statement.query_map([], |row| {
        Ok(Variant {
            sku: row.get(0)?,
            title: row.get(1)?,
            barcode: row.get(2)?,
            catalogue_id: row.get(3)?,
            is_own: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// All listings, with what was chosen for them by hand or by file.
///
/// # Errors
/// `StoreError` of the database.
pub fn list_listed(reader: &Reader<'_>) -> Result<Vec<Listed>, StoreError> {
    let sql = format!(
        "select e.store_id, e.listing, e.sku, e.title, e.barcode, e.catalogue_id, e.price_minor,
            e.currency, coalesce(own.sku, by_sku.sku), coalesce(own.units, by_sku.units)
         from ({LISTED}) e
         left join listing_links own on own.store_id = e.store_id and own.listing = e.listing
            and own.how in ('hand', 'file')
         left join listing_links by_sku on by_sku.store_id = e.store_id
            and by_sku.listing = 'sku:' || e.sku and by_sku.how in ('hand', 'file')
         order by e.store_id, e.listing"
    );
    let mut statement = reader.conn().prepare_cached(&sql)?;
    let rows = statement.query_map([], |row| {
        let (minor, code): (Option<i64>, String) = (row.get(6)?, row.get(7)?);
        let currency = Currency::parse(&code).ok();
        let chosen: Option<String> = row.get(8)?;
        let units: Option<i64> = row.get(9)?;
        Ok(Listed {
            store: row.get(0)?,
            listing: row.get(1)?,
            sku: row.get(2)?,
            title: row.get(3)?,
            barcode: row.get(4)?,
            catalogue_id: row.get(5)?,
            price: minor.zip(currency).map(|(minor, currency)| Money::new(minor, currency)),
            chosen: chosen.map(|sku| match sku == NO_STOCK {
                true => Choice::Nothing,
                false => Choice::Variant { sku, units: units.unwrap_or(1) },
            }),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A SKU that sold, that is kept, or that costs something.
pub fn knows(conn: &Connection, sku: &str) -> Result<bool, StoreError> {
    let sql = "select exists (
            select 1 from variants where sku = ?1 union all select 1 from costs where sku = ?1
            union all select 1 from purchases where sku = ?1
            union all select 1 from rules, json_each(rules.body, '$.bundles')
                where json_extract(value, '$.sku') = ?1)";
    Ok(conn.prepare_cached(sql)?.query_row([sku], |row| row.get(0))?)
}

/// One listing, as far as a variant can be made of it.
pub fn find_listed(
    conn: &Connection,
    (store, listing): (StoreId, &str),
) -> Result<Option<Listing>, StoreError> {
    let sql = format!("{TOLD} from ({LISTED}) where store_id = ? and listing = ?");
    let mut statement = conn.prepare_cached(&sql)?;
    Ok(statement.query_row(params![store, listing], told_from_row).optional()?)
}

/// As `find_listed`, of all listings at once.
pub fn map_listed(conn: &Connection) -> Result<HashMap<(StoreId, String), Listing>, StoreError> {
    let mut statement = conn.prepare_cached(&format!("{TOLD}, store_id from ({LISTED})"))?;
    let rows = statement.query_map([], |row| {
        let listing = told_from_row(row)?;
        Ok(((row.get(5)?, listing.key.clone()), listing))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

const TOLD: &str = "select listing, sku, title, barcode, catalogue_id";

fn told_from_row(row: &Row<'_>) -> rusqlite::Result<Listing> {
    let some = |text: String| (!text.is_empty()).then_some(text);
    Ok(Listing {
        key: row.get(0)?,
        sku: some(row.get(1)?),
        title: some(row.get(2)?),
        barcode: some(row.get(3)?),
        catalogue_id: some(row.get(4)?),
        ..Listing::default()
    })
}

/// The first listing that bears a SKU.
pub fn find_listed_by_sku(conn: &Connection, sku: &str) -> Result<Option<Listing>, StoreError> {
    let sql =
        format!("select store_id, listing from ({LISTED}) where sku = ? order by 1, 2 limit 1");
    let key: Option<(StoreId, String)> = conn
        .prepare_cached(&sql)?
        .query_row([sku], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    key.map_or(Ok(None), |(store, listing)| find_listed(conn, (store, &listing)))
}

/// Makes a variant of a listing, with what the listing tells of it; gives whether there was
/// anything to make.
pub fn make_variant(tx: &Tx<'_>, sku: &str, listing: &Listing) -> Result<bool, StoreError> {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let title = text(&listing.title);
    let variant = variants::upsert_variant(tx, sku, &title)?;
    let sql = "select exists (select 1 from variant_settings where variant_id = ?)";
    let is_kept: bool = tx.conn().query_row(sql, [variant], |row| row.get(0))?;
    if is_kept {
        return Ok(false);
    }
    let settings = VariantSettings {
        title,
        barcode: text(&listing.barcode),
        catalogue_id: text(&listing.catalogue_id),
        ..VariantSettings::default()
    };
    variants::upsert_settings(tx, variant, &settings)?;
    Ok(true)
}

/// Whether nothing but orders and listings speaks of a variant, so that it can be forgotten again.
pub fn is_unused(conn: &Connection, sku: &str) -> Result<bool, StoreError> {
    let sql = "select not exists (
            select 1 from variants where sku = ?1 and (
                exists (select 1 from stock_events where variant_id = variants.id)
                or exists (select 1 from lots where variant_id = variants.id)
                or exists (select 1 from variant_settings said where variant_id = variants.id
                    and (mode <> 'mirror' or tracks_lots or low_at is not null
                        or lead_days is not null or cover_days is not null))))";
    Ok(conn.prepare_cached(sql)?.query_row([sku], |row| row.get(0))?)
}

/// Takes back that the seller keeps a variant; one that an order has sold stays one of orders.
pub fn forget_variant(tx: &Tx<'_>, sku: &str) -> Result<(), StoreError> {
    let Some(variant): Option<VariantId> = variants::find_variant(tx.conn(), sku)? else {
        return Ok(());
    };
    for sql in [
        "delete from variant_settings where variant_id = ?1",
        "delete from dirty_stock where variant_id = ?1",
        "delete from variants where id = ?1
            and not exists (select 1 from profit_lines where variant_id = ?1)
            and not exists (select 1 from on_hand where variant_id = ?1)
            and not exists (select 1 from reservations where variant_id = ?1)
            and not exists (select 1 from stock_alerts where variant_id = ?1)",
    ] {
        tx.conn().execute(sql, [variant])?;
    }
    Ok(())
}
