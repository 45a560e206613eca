//! The one set of variants that listings of all channels are linked to, and what the seller says
//! of each.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::base::Instant;
use crate::base::id::VariantId;
use crate::store::{Reader, StoreError, Tx};

/// The variant of a SKU, made where it is new. A title is only set where there is none.
pub fn upsert_variant(tx: &Tx<'_>, sku: &str, title: &str) -> Result<VariantId, StoreError> {
    if let Some(id) = find_variant(tx.conn(), sku)? {
        return Ok(id);
    }
    let title = (!title.is_empty()).then_some(title);
    tx.conn()
        .prepare_cached("insert into variants (sku, title) values (?, ?)")?
        .execute(params![sku, title])?;
    Ok(VariantId(tx.conn().last_insert_rowid()))
}

pub fn find_variant(conn: &Connection, sku: &str) -> Result<Option<VariantId>, StoreError> {
    let id = conn
        .prepare_cached("select id from variants where sku = ?")?
        .query_row([sku], |row| row.get(0))
        .optional()?;
    Ok(id)
}

pub fn find_sku(conn: &Connection, variant: VariantId) -> Result<Option<String>, StoreError> {
    let sku = conn
        .prepare_cached("select sku from variants where id = ?")?
        .query_row([variant], |row| row.get(0))
        .optional()?;
    Ok(sku)
}

/// How the last units of a variant are offered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Every channel offers all of it, until few are left.
    #[default]
    Mirror,
    /// What all channels together can sell is never more than there is.
    Strict,
}

impl Mode {
    pub fn name(self) -> &'static str {
        match self {
            Self::Mirror => "mirror",
            Self::Strict => "strict",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        [Self::Mirror, Self::Strict].into_iter().find(|mode| mode.name() == name)
    }
}

/// What the seller says of a variant. Texts are empty where nothing is said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VariantSettings {
    pub title: String,
    /// EAN, UPC, ISBN.
    pub barcode: String,
    /// What the channels' catalogues call it: an ASIN.
    pub catalogue_id: String,
    pub mode: Mode,
    pub tracks_lots: bool,
    /// At or below which it is told to be low; `None` is the shop's usual.
    pub low_at: Option<i64>,
    /// How long it takes to come again, and for how long it shall last, in days.
    pub lead_days: Option<i64>,
    pub cover_days: Option<i64>,
    pub archived_at: Option<Instant>,
}

const COLUMNS: &str = "title, barcode, catalogue_id, mode, tracks_lots, low_at, lead_days, \
    cover_days, archived_at";

fn from_row(row: &Row<'_>) -> rusqlite::Result<VariantSettings> {
    let mode: String = row.get(3)?;
    Ok(VariantSettings {
        title: row.get(0)?,
        barcode: row.get(1)?,
        catalogue_id: row.get(2)?,
        mode: Mode::parse(&mode).unwrap_or_default(),
        tracks_lots: row.get(4)?,
        low_at: row.get(5)?,
        lead_days: row.get(6)?,
        cover_days: row.get(7)?,
        archived_at: row.get(8)?,
    })
}

/// What is said of a variant; the usual where nothing is.
pub fn find_settings(conn: &Connection, variant: VariantId) -> Result<VariantSettings, StoreError> {
    let sql = format!("select {COLUMNS} from variant_settings where variant_id = ?");
    let found = conn.prepare_cached(&sql)?.query_row([variant], from_row).optional()?;
    Ok(found.unwrap_or_default())
}

pub fn upsert_settings(
    tx: &Tx<'_>,
    variant: VariantId,
    settings: &VariantSettings,
) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached(
            "insert or replace into variant_settings (variant_id, title, barcode, catalogue_id,
                mode, tracks_lots, low_at, lead_days, cover_days, archived_at)
             values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            variant,
            settings.title,
            settings.barcode,
            settings.catalogue_id,
            settings.mode.name(),
            settings.tracks_lots,
            settings.low_at,
            settings.lead_days,
            settings.cover_days,
            settings.archived_at,
        ])?;
    mark_dirty(tx, variant)
}

/// Variants of which the seller said something.
pub fn list_settings(reader: &Reader<'_>) -> Result<Vec<(VariantId, VariantSettings)>, StoreError> {
    let sql = format!("select {COLUMNS}, variant_id from variant_settings order by variant_id");
    let mut statement = reader.conn().prepare_cached(&sql)?;
    let rows = statement.query_map([], |row| Ok((row.get(9)?, from_row(row)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Has what channels are told of a variant be looked at again.
pub fn mark_dirty(tx: &Tx<'_>, variant: VariantId) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached("insert or replace into dirty_stock (variant_id, mark) values (?, ?)")?
        .execute(params![variant, tx.now])?;
    Ok(())
}

/// Variants whose plan has to be looked at again, with their marks; the oldest first.
pub fn list_dirty(
    conn: &Connection,
    limit: i64,
) -> Result<Vec<(VariantId, String, i64)>, StoreError> {
    let mut statement = conn.prepare_cached(
        "select variant_id, sku, mark from dirty_stock join variants on id = variant_id
         order by mark, variant_id limit ?",
    )?;
    let rows = statement.query_map([limit], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// It was looked at, unless it was marked again meanwhile.
pub fn clear_dirty(tx: &Tx<'_>, variant: VariantId, mark: i64) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached("delete from dirty_stock where variant_id = ? and mark = ?")?
        .execute(params![variant, mark])?;
    Ok(())
}

/// How the last units of a variant are offered from now on.
pub fn update_mode(tx: &Tx<'_>, variant: VariantId, mode: Mode) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached(
            "insert into variant_settings (variant_id, mode) values (?1, ?2)
             on conflict (variant_id) do update set mode = ?2",
        )?
        .execute(params![variant, mode.name()])?;
    mark_dirty(tx, variant)
}

/// Whether a person, or an order, moved units of one of these since an instant.
pub fn were_moved_since(
    conn: &Connection,
    variants: &[VariantId],
    since: Instant,
) -> Result<bool, StoreError> {
    let mut statement = conn.prepare_cached(
        "select exists (select 1 from stock_events
                left join stock_actions on stock_actions.id = action_id
                where variant_id = ?1 and recorded_at >= ?2
                    and (stock_actions.user_id is not null or stock_events.order_id is not null))
            or exists (select 1 from reservations where variant_id = ?1 and first_seen_at >= ?2)",
    )?;
    for variant in variants {
        if statement.query_row(params![variant, since], |row| row.get(0))? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Those that bear a barcode, two at most.
pub fn list_by_barcode(
    conn: &Connection,
    barcode: &str,
) -> Result<Vec<(VariantId, String)>, StoreError> {
    let mut statement = conn.prepare_cached(
        "select id, sku from variants join variant_settings on variant_id = id
         where barcode = ? and barcode <> '' order by id limit 2",
    )?;
    let rows = statement.query_map([barcode], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Those of which a channel sells something that bears a barcode, two at most.
pub fn list_by_listed_barcode(
    conn: &Connection,
    barcode: &str,
) -> Result<Vec<(VariantId, String)>, StoreError> {
    let mut statement = conn.prepare_cached(
        "select distinct variants.id, variants.sku
         from channel_listings
         left join listing_links own on own.store_id = channel_listings.store_id
            and own.listing = channel_id
         left join listing_links by_sku on by_sku.store_id = channel_listings.store_id
            and by_sku.listing = 'sku:' || channel_listings.sku
         join variants
            on variants.sku = coalesce(own.sku, by_sku.sku, channel_listings.sku)
         where barcode = ?1 and ?1 <> '' and coalesce(own.units, by_sku.units, 1) = 1
         order by variants.id limit 2",
    )?;
    let rows = statement.query_map([barcode], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
