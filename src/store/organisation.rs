//! The one organisation of this data folder: currency, zone and how it reckons.

use rusqlite::Connection;

use crate::base::{Currency, Instant, Zone};
use crate::store::{StoreError, Tx};

pub use crate::domain::profit::layers::CostMethod;

#[derive(Clone, Debug)]
pub struct Organisation {
    pub name: String,
    /// `None` until the first store or `org set` says it.
    pub currency: Option<Currency>,
    pub currency_chosen: bool,
    pub time_zone: Option<Zone>,
    pub time_zone_chosen: bool,
    pub cost_method: CostMethod,
    pub vat_registered: bool,
    pub locale: String,
    pub theme: String,
    /// Grows whenever figures may have changed.
    pub books_version: i64,
}

/// What somebody chose; `None` leaves it as it is.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    pub name: Option<String>,
    pub currency: Option<Currency>,
    pub time_zone: Option<Zone>,
    pub cost_method: Option<CostMethod>,
    pub vat_registered: Option<bool>,
    pub locale: Option<String>,
    pub theme: Option<String>,
}

/// In which days are counted.
///
/// # Errors
/// What SQLite said.
pub fn find_zone(conn: &Connection) -> Result<Zone, StoreError> {
    Ok(find(conn)?.time_zone.unwrap_or_else(Zone::utc))
}

/// # Errors
/// What SQLite said.
pub fn find(conn: &Connection) -> Result<Organisation, StoreError> {
    let sql = "SELECT name, currency, currency_chosen, time_zone, time_zone_chosen, cost_method, \
               vat_registered, locale, theme, books_version FROM organisation WHERE id = 1";
    let mut statement = conn.prepare_cached(sql)?;
    let found = statement.query_row([], |row| {
        let method: String = row.get(5)?;
        Ok(Organisation {
            name: row.get(0)?,
            currency: row.get(1)?,
            currency_chosen: row.get(2)?,
            time_zone: row.get(3)?,
            time_zone_chosen: row.get(4)?,
            // The column's own check admits no other name.
            cost_method: CostMethod::parse(&method).unwrap_or(CostMethod::Dated),
            vat_registered: row.get(6)?,
            locale: row.get(7)?,
            theme: row.get(8)?,
            books_version: row.get(9)?,
        })
    });
    Ok(found?)
}

/// A choice of a person: what is given is set, and marked as chosen.
///
/// # Errors
/// What SQLite said.
pub fn update(tx: &Tx<'_>, choice: &Choice) -> Result<(), StoreError> {
    let moves = choice.currency.is_some()
        || choice.time_zone.is_some()
        || choice.cost_method.is_some()
        || choice.vat_registered.is_some();
    if moves {
        keep_past(tx)?;
    }
    tx.conn().execute(
        "UPDATE organisation SET name = coalesce(?1, name), \
         currency = coalesce(?2, currency), currency_chosen = currency_chosen OR ?2 IS NOT NULL, \
         time_zone = coalesce(?3, time_zone), \
         time_zone_chosen = time_zone_chosen OR ?3 IS NOT NULL, \
         cost_method = coalesce(?4, cost_method), vat_registered = coalesce(?5, vat_registered), \
         locale = coalesce(?6, locale), theme = coalesce(?7, theme) WHERE id = 1",
        (
            &choice.name,
            choice.currency,
            &choice.time_zone,
            choice.cost_method.map(CostMethod::name),
            choice.vat_registered,
            &choice.locale,
            &choice.theme,
        ),
    )?;
    Ok(())
}

/// The first store sets currency and zone where nobody chose and nothing is set yet.
///
/// # Errors
/// What SQLite said.
pub fn adopt(tx: &Tx<'_>, currency: Currency, time_zone: Option<&Zone>) -> Result<(), StoreError> {
    let known = find(tx.conn())?;
    if known.currency.is_none() || (known.time_zone.is_none() && time_zone.is_some()) {
        keep_past(tx)?;
    }
    tx.conn().execute(
        "UPDATE organisation SET currency = coalesce(currency, ?1), \
         time_zone = coalesce(time_zone, ?2) WHERE id = 1",
        (currency, time_zone),
    )?;
    Ok(())
}

/// Keeps what figures rest on as it is now, before it is changed.
///
/// # Errors
/// What SQLite said.
fn keep_past(tx: &Tx<'_>) -> Result<(), StoreError> {
    tx.conn().execute(
        "INSERT INTO organisation_past (currency, currency_chosen, time_zone, time_zone_chosen, \
         cost_method, vat_registered, known_until_at) \
         SELECT currency, currency_chosen, time_zone, time_zone_chosen, cost_method, \
         vat_registered, ?1 FROM organisation",
        [tx.now],
    )?;
    Ok(())
}

/// Brings back what figures rested on at an instant, in a copy of the books: what ended first
/// after it held then.
///
/// # Errors
/// What SQLite said.
pub fn rewind(tx: &Tx<'_>, until: Instant) -> Result<(), StoreError> {
    tx.conn().execute(
        "UPDATE organisation SET (currency, currency_chosen, time_zone, time_zone_chosen, \
         cost_method, vat_registered) = (SELECT currency, currency_chosen, time_zone, \
         time_zone_chosen, cost_method, vat_registered FROM organisation_past \
         WHERE known_until_at >= ?1 ORDER BY known_until_at, id LIMIT 1) \
         WHERE EXISTS (SELECT 1 FROM organisation_past WHERE known_until_at >= ?1)",
        [until],
    )?;
    Ok(())
}

/// Whoever changes what figures rest on calls this in the same transaction.
///
/// # Errors
/// What SQLite said.
pub fn bump_books_version(tx: &Tx<'_>) -> Result<i64, StoreError> {
    let sql = "UPDATE organisation SET books_version = books_version + 1 WHERE id = 1 \
               RETURNING books_version";
    Ok(tx.conn().query_row(sql, [], |row| row.get(0))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{Folder, open};
    use crate::store::{Db, Lane};

    fn now(db: &Db) -> Organisation {
        db.read(|reader| find(reader.conn())).unwrap()
    }

    #[test]
    fn the_first_store_sets_what_nobody_chose() {
        let folder = Folder::new();
        let db = open(&folder);
        let (euro, dollar) = (Currency::parse("EUR").unwrap(), Currency::parse("USD").unwrap());
        let zone = Zone::parse("Europe/Tallinn").unwrap();
        assert_eq!(now(&db).currency, None);
        db.write_local(Lane::Interactive, |tx| adopt(tx, euro, Some(&zone))).unwrap();
        db.write_local(Lane::Interactive, |tx| adopt(tx, dollar, None)).unwrap();
        let organisation = now(&db);
        assert_eq!((organisation.currency, organisation.currency_chosen), (Some(euro), false));
        assert_eq!(organisation.time_zone, Some(zone));
        let choice = Choice { currency: Some(dollar), ..Choice::default() };
        db.write_local(Lane::Interactive, |tx| update(tx, &choice)).unwrap();
        let organisation = now(&db);
        assert_eq!((organisation.currency, organisation.currency_chosen), (Some(dollar), true));
        assert!(!organisation.time_zone_chosen && organisation.vat_registered);
    }

    #[test]
    fn the_version_of_the_books_grows() {
        let folder = Folder::new();
        let db = open(&folder);
        let version = db.write(Lane::Background, bump_books_version).unwrap();
        assert_eq!((version, now(&db).books_version), (1, 1));
    }
}
