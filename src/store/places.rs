//! Where orders go and come from: country, channel and campaign as one number, which the rollups
//! are kept by.

use std::collections::HashMap;

use rusqlite::{OptionalExtension, params};

use crate::base::id::PlaceId;
use crate::store::orders::Header;
use crate::store::{Reader, StoreError, Tx};

/// What an order names of it; '' where it names none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct OrderPlace {
    pub country: String,
    pub channel: String,
    pub campaign: String,
}

impl OrderPlace {
    pub fn new(country: Option<&str>, channel: Option<&str>, campaign: Option<&str>) -> Self {
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        Self { country: text(country), channel: text(channel), campaign: text(campaign) }
    }

    pub fn of(header: &Header) -> Self {
        Self::new(header.country.as_deref(), header.channel.as_deref(), header.campaign.as_deref())
    }
}

/// Places by their numbers, each asked for once.
#[derive(Default)]
pub struct Places(HashMap<OrderPlace, PlaceId>);

impl Places {
    /// The number of a place, made where it is new.
    ///
    /// # Errors
    /// `StoreError` of the database.
    pub fn find(&mut self, tx: &Tx<'_>, place: OrderPlace) -> Result<PlaceId, StoreError> {
        if let Some(id) = self.0.get(&place) {
            return Ok(*id);
        }
        let id = upsert_place(tx, &place)?;
        self.0.insert(place, id);
        Ok(id)
    }
}

fn upsert_place(tx: &Tx<'_>, place: &OrderPlace) -> Result<PlaceId, StoreError> {
    let known: Option<PlaceId> = tx
        .conn()
        .prepare_cached("select id from places where country = ? and channel = ? and campaign = ?")?
        .query_row(params![place.country, place.channel, place.campaign], |row| row.get(0))
        .optional()?;
    if let Some(known) = known {
        return Ok(known);
    }
    tx.conn()
        .prepare_cached("insert into places (country, channel, campaign) values (?, ?, ?)")?
        .execute(params![place.country, place.channel, place.campaign])?;
    Ok(PlaceId(tx.conn().last_insert_rowid()))
}

pub fn list_places(reader: &Reader<'_>) -> Result<HashMap<PlaceId, OrderPlace>, StoreError> {
    let mut statement =
        reader.conn().prepare_cached("select id, country, channel, campaign from places")?;
    let rows = statement.query_map([], |row| {
        let place =
            OrderPlace { country: row.get(1)?, channel: row.get(2)?, campaign: row.get(3)? };
        Ok((row.get(0)?, place))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
