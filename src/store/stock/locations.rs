//! Where units lie, and the lots that they came in.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::base::id::{LocationId, LotId, StoreId, VariantId};
use crate::base::{Day, Instant};
use crate::store::{Reader, StoreError, Tx};

/// Whose place it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LocationKind {
    /// The seller's own shelf.
    Own,
    /// Held by the marketplace, which alone says what is there.
    Fba,
    /// Another's warehouse that works for the seller.
    ThreePl,
    InTransit,
    /// Not to be sold: damaged, to be looked at.
    Quarantine,
}

impl LocationKind {
    pub const ALL: [Self; 5] =
        [Self::Own, Self::Fba, Self::ThreePl, Self::InTransit, Self::Quarantine];

    pub fn name(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Fba => "fba",
            Self::ThreePl => "three_pl",
            Self::InTransit => "in_transit",
            Self::Quarantine => "quarantine",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether what lies there may be offered on channels, unless it is said otherwise.
    pub fn is_usually_pushable(self) -> bool {
        matches!(self, Self::Own | Self::ThreePl)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    pub id: LocationId,
    pub name: String,
    pub kind: LocationKind,
    /// Whether what lies there may be offered.
    pub pushable: bool,
    pub store: Option<StoreId>,
    pub closed_at: Option<Instant>,
}

pub struct NewLocation<'a> {
    pub name: &'a str,
    pub kind: LocationKind,
    pub pushable: bool,
    pub store: Option<StoreId>,
}

/// The shelf that a shop has before anybody names one.
pub const USUAL: &str = "Main";
/// Where units are between two places.
pub const IN_TRANSIT: &str = "In transit";
/// Where units wait to be looked at.
pub const QUARANTINE: &str = "Quarantine";

const COLUMNS: &str = "id, name, kind, pushable, store_id, closed_at";

fn from_row(row: &Row<'_>) -> rusqlite::Result<Location> {
    let kind: String = row.get(2)?;
    Ok(Location {
        id: row.get(0)?,
        name: row.get(1)?,
        kind: LocationKind::parse(&kind).unwrap_or(LocationKind::Quarantine),
        pushable: row.get(3)?,
        store: row.get(4)?,
        closed_at: row.get(5)?,
    })
}

/// # Errors
/// `Refused` where the name is none or taken, or a warehouse of the marketplace shall be offered.
pub fn insert_location(tx: &Tx<'_>, new: &NewLocation<'_>) -> Result<LocationId, StoreError> {
    let name = new.name.trim();
    let refuse = |what: String| Err(StoreError::Refused(what));
    if name.is_empty() || name.chars().count() > 200 {
        return refuse("A place needs a name of 1 to 200 letters. Nothing was changed.".to_owned());
    }
    if find_location(tx.conn(), name)?.is_some() {
        return refuse(format!(
            "There is a place {name:?} already. Nothing was changed; give this one another name."
        ));
    }
    if new.pushable && !new.kind.is_usually_pushable() {
        let what = "Only what lies on your own shelf or in a warehouse that works for you can be \
                    offered on channels. Nothing was changed.";
        return refuse(what.to_owned());
    }
    tx.conn()
        .prepare_cached(
            "insert into locations (name, kind, pushable, store_id, created_at)
             values (?, ?, ?, ?, ?)",
        )?
        .execute(params![name, new.kind.name(), new.pushable, new.store, tx.now])?;
    Ok(LocationId(tx.conn().last_insert_rowid()))
}

/// Whether what lies there may be offered, and since when nothing is kept there any more.
///
/// # Errors
/// `Refused` where units lie in a place that shall be closed.
pub fn update_location(
    tx: &Tx<'_>,
    id: LocationId,
    (pushable, closed): (bool, bool),
) -> Result<(), StoreError> {
    let full: bool = tx
        .conn()
        .prepare_cached(
            "select exists (select 1 from on_hand where location_id = ? and units <> 0)",
        )?
        .query_row([id], |row| row.get(0))?;
    if closed && full {
        let what = "There is something on hand in this place, so it stays open. Move it or count \
                    it to nothing first. Nothing was changed.";
        return Err(StoreError::Refused(what.to_owned()));
    }
    tx.conn()
        .prepare_cached(
            "update locations set pushable = ?2,
                closed_at = case when ?3 then coalesce(closed_at, ?4) end where id = ?1",
        )?
        .execute(params![id, pushable, closed, tx.now])?;
    // What may be offered of all that lies there is another now.
    tx.conn()
        .prepare_cached(
            "insert or replace into dirty_stock (variant_id, mark)
             select distinct variant_id, ?2 from on_hand where location_id = ?1",
        )?
        .execute(params![id, tx.now])?;
    Ok(())
}

pub fn find_location(conn: &Connection, name: &str) -> Result<Option<Location>, StoreError> {
    let sql = format!("select {COLUMNS} from locations where name = ?");
    Ok(conn.prepare_cached(&sql)?.query_row([name.trim()], from_row).optional()?)
}

pub fn find_location_by_id(
    conn: &Connection,
    id: LocationId,
) -> Result<Option<Location>, StoreError> {
    let sql = format!("select {COLUMNS} from locations where id = ?");
    Ok(conn.prepare_cached(&sql)?.query_row([id], from_row).optional()?)
}

/// The place of a name, made where it is new.
///
/// # Errors
/// As `insert_location`.
pub fn upsert_location(
    tx: &Tx<'_>,
    name: &str,
    kind: LocationKind,
) -> Result<LocationId, StoreError> {
    if let Some(known) = find_location(tx.conn(), name)? {
        return Ok(known.id);
    }
    let pushable = kind.is_usually_pushable();
    insert_location(tx, &NewLocation { name, kind, pushable, store: None })
}

/// From where orders are sent unless it is said otherwise: the oldest shelf that is open, made
/// where there is none.
///
/// # Errors
/// As `insert_location`.
pub fn find_usual_location(tx: &Tx<'_>) -> Result<LocationId, StoreError> {
    let known = tx
        .conn()
        .prepare_cached(
            "select id from locations where kind = 'own' and closed_at is null order by id limit 1",
        )?
        .query_row([], |row| row.get(0))
        .optional()?;
    match known {
        Some(id) => Ok(id),
        None => upsert_location(tx, USUAL, LocationKind::Own),
    }
}

/// All of them, the closed ones last.
pub fn list_locations(reader: &Reader<'_>) -> Result<Vec<Location>, StoreError> {
    let sql = format!("select {COLUMNS} from locations order by closed_at is not null, id");
    let mut statement = reader.conn().prepare_cached(&sql)?;
    let rows = statement.query_map([], from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lot {
    pub id: LotId,
    pub code: String,
    pub expires: Option<Day>,
}

/// The lot of a code, made where it is new. A day of expiry is set where none was known.
pub fn upsert_lot(
    tx: &Tx<'_>,
    variant: VariantId,
    (code, expires): (&str, Option<Day>),
) -> Result<LotId, StoreError> {
    let id = tx
        .conn()
        .prepare_cached(
            "insert into lots (variant_id, code, expires_day, created_at) values (?1, ?2, ?3, ?4)
             on conflict (variant_id, code)
                do update set expires_day = coalesce(expires_day, ?3) returning id",
        )?
        .query_row(params![variant, code.trim(), expires, tx.now], |row| row.get(0))?;
    Ok(id)
}

/// Lots of a variant, the one that expires first in front; without a day last.
pub fn list_lots(conn: &Connection, variant: VariantId) -> Result<Vec<Lot>, StoreError> {
    let mut statement = conn.prepare_cached(
        "select id, code, expires_day from lots where variant_id = ?
         order by expires_day is null, expires_day, id",
    )?;
    let rows = statement.query_map([variant], |row| {
        Ok(Lot { id: row.get(0)?, code: row.get(1)?, expires: row.get(2)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
