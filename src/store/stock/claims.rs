//! What orders have a claim on, and what follows for the ledger. An order is looked at as a whole,
//! whatever of it changed: what it should hold is laid beside what is written, and only the
//! difference is written. So the same news twice, or in another order, ends in the same stock.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, params};

use crate::base::Instant;
use crate::base::id::{LocationId, LotId, OrderId, StoreId, VariantId};
use crate::domain::record::Order;
use crate::domain::record::order::Line;
use crate::domain::rules::Rules;
use crate::domain::stock::claim::{Claim, claim};
use crate::domain::stock::event::{Change, EventKind};
use crate::store::listing_links::by_sku;
use crate::store::stock::ledger::{NewEvent, append_event};
use crate::store::stock::variants::{find_settings, mark_dirty, upsert_variant};
use crate::store::stock::{back, locations, on_hand, sold};
use crate::store::{StoreError, Tx};

/// Orders older than so many days, when stock begins, are taken for done.
const OPEN_DAYS_MAX: i64 = 180;
/// Kits one within the other.
const DEPTH_MAX: u32 = 64;

/// An order as its claims need it.
pub struct ClaimedOrder<'a> {
    pub id: OrderId,
    pub store: StoreId,
    /// `None` where nothing tells of it any more: it has a claim on nothing.
    pub order: Option<&'a Order>,
}

/// Has an order's claims be looked at again.
pub fn mark_order(tx: &Tx<'_>, order: OrderId) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached("insert or replace into dirty_claims (order_id, mark) values (?, ?)")?
        .execute(params![order, tx.now])?;
    Ok(())
}

/// Has all orders be looked at again that sold a listing, because what it is linked to changed.
/// `listing` is as in `listing_links`.
pub fn mark_listing(tx: &Tx<'_>, store: StoreId, listing: &str) -> Result<(), StoreError> {
    let sku = listing.strip_prefix("sku:").unwrap_or_default();
    tx.conn().execute(
        "insert or replace into dirty_claims (order_id, mark)
         select order_id, ?3 from reservations where store_id = ?1 and listing = ?2
         union select order_id, ?3 from unlinked_lines
            where store_id = ?1 and (listing = ?2 or (?4 <> '' and sku = ?4))
         union select order_id, ?3 from reservations
            join variants on variants.id = variant_id
            where ?4 <> '' and store_id = ?1 and variants.sku = ?4",
        params![store, listing, tx.now, sku],
    )?;
    Ok(())
}

/// Has all orders be looked at again that hold something of a SKU, because its kit changed.
pub fn mark_sku(tx: &Tx<'_>, sku: &str) -> Result<(), StoreError> {
    tx.conn().execute(
        "insert or replace into dirty_claims (order_id, mark)
         select order_id, ?2 from reservations join variants on variants.id = variant_id
            where variants.sku = ?1 and held > 0",
        params![sku, tx.now],
    )?;
    Ok(())
}

/// Has everything be looked at again that kits which changed are about.
pub fn mark_bundles(tx: &Tx<'_>, before: &Rules, after: &Rules) -> Result<(), StoreError> {
    let differs = |sku: &str| before.find_bundle(sku) != after.find_bundle(sku);
    for bundle in before.bundles.iter().chain(&after.bundles) {
        if !differs(&bundle.sku) {
            continue;
        }
        for sku in bundle.components.iter().map(|part| &part.sku).chain([&bundle.sku]) {
            mark_sku(tx, sku)?;
            if let Some(variant) = super::variants::find_variant(tx.conn(), sku)? {
                mark_dirty(tx, variant)?;
            }
        }
    }
    Ok(())
}

/// When stock begins: orders that may still be open.
pub fn mark_open_orders(tx: &Tx<'_>) -> Result<(), StoreError> {
    let since = tx.now.plus_seconds(-OPEN_DAYS_MAX * 86_400);
    tx.conn().execute(
        "insert or replace into dirty_claims (order_id, mark)
         select id, ?2 from orders where placed_at >= ?1 and cancelled = 0 and test = 0",
        params![since, tx.now],
    )?;
    Ok(())
}

/// The oldest marks.
pub fn list_marked(conn: &Connection, limit: i64) -> Result<Vec<OrderId>, StoreError> {
    let mut statement =
        conn.prepare_cached("select order_id from dirty_claims order by mark, order_id limit ?")?;
    let rows = statement.query_map([limit], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub fn clear_mark(tx: &Tx<'_>, order: OrderId) -> Result<(), StoreError> {
    tx.conn().prepare_cached("delete from dirty_claims where order_id = ?")?.execute([order])?;
    Ok(())
}

/// What is needed to read claims off orders, loaded once for many.
pub struct Claiming {
    began: Instant,
    rules: Rules,
    usual: LocationId,
}

impl Claiming {
    /// `None` while stock is not kept.
    ///
    /// # Errors
    /// `StoreError` of the database.
    pub fn begin(tx: &Tx<'_>) -> Result<Option<Self>, StoreError> {
        let Some(began) = super::began::find_began(tx.conn())? else { return Ok(None) };
        let rules = crate::store::rules::find_rules_for_write(tx)?;
        Ok(Some(Self { began, rules, usual: locations::find_usual_location(tx)? }))
    }

    /// Writes what an order has a claim on now, and what follows for the ledger and for what its
    /// channel can still sell.
    ///
    /// # Errors
    /// `StoreError` of the database.
    pub fn apply(&self, tx: &Tx<'_>, claimed: &ClaimedOrder<'_>) -> Result<(), StoreError> {
        let known = list_reservations(tx.conn(), claimed.id)?;
        let is_old = claimed.order.is_none_or(|order| order.placed_at < self.began);
        if known.is_empty() && is_old && !claimed.order.is_some_and(is_open) {
            return Ok(());
        }
        let mut wanted: BTreeMap<(String, VariantId), Wanted> = BTreeMap::new();
        let mut unlinked = Vec::new();
        for line in claimed.order.iter().flat_map(|order| &order.lines) {
            let Some(of_line) = claimed.order.and_then(|order| claim(order, line)) else {
                continue;
            };
            match self.resolve(tx, claimed.store, line)? {
                Resolved::Nothing => {}
                Resolved::Unlinked => unlinked.push(line),
                Resolved::Variant(sku, units) => {
                    let mut parts = BTreeMap::new();
                    self.expand(tx, (&sku, line), of_line.times(units), &known, &mut parts, 0)?;
                    for (variant, part) in parts {
                        let wanted =
                            wanted.entry((line.id.clone(), variant)).or_insert_with(|| Wanted {
                                claim: Claim::default(),
                                listing: line.stock.listing.clone().unwrap_or_default(),
                                of_listing: OfListing::from(of_line),
                            });
                        wanted.claim = wanted.claim.plus(part);
                    }
                }
            }
        }
        write_unlinked(tx, claimed, &unlinked)?;
        for (key, reservation) in &known {
            if !wanted.contains_key(key) {
                self.write(tx, claimed, key, (Some(reservation), None))?;
            }
        }
        for (key, wanted) in &wanted {
            self.write(tx, claimed, key, (known.get(key), Some(wanted)))?;
        }
        sold::follow(tx, claimed, &known, &wanted)
    }

    /// Which variant a line sold, and how many units one of it takes.
    fn resolve(&self, tx: &Tx<'_>, store: StoreId, line: &Line) -> Result<Resolved, StoreError> {
        let sku = line.sku.as_deref().map(str::trim).filter(|sku| !sku.is_empty());
        let marks = line.stock.listing.clone().into_iter().chain(sku.map(by_sku));
        for mark in marks {
            let found: Option<(String, i64)> = tx
                .conn()
                .prepare_cached(
                    "select sku, units from listing_links where store_id = ? and listing = ?",
                )?
                .query_row(params![store, mark], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            match found {
                // Linked to nothing: it is not sold from stock.
                Some((sku, _)) if sku == NO_STOCK => return Ok(Resolved::Nothing),
                Some((sku, units)) => return Ok(Resolved::Variant(sku, units)),
                None => {}
            }
        }
        Ok(sku.map_or(Resolved::Unlinked, |sku| Resolved::Variant(sku.to_owned(), 1)))
    }

    /// A kit takes those that are put together already, as far as there are any when the order is
    /// first seen, and its components for the rest.
    fn expand(
        &self,
        tx: &Tx<'_>,
        (sku, line): (&str, &Line),
        whole: Claim,
        known: &Known,
        parts: &mut BTreeMap<VariantId, Claim>,
        depth: u32,
    ) -> Result<(), StoreError> {
        let variant = upsert_variant(tx, sku, "")?;
        let bundle = self.rules.find_bundle(sku).filter(|_| depth < DEPTH_MAX);
        let mut add = |variant, claim: Claim| {
            let sum: &mut Claim = parts.entry(variant).or_default();
            *sum = sum.plus(claim);
        };
        let Some(bundle) = bundle else {
            add(variant, whole);
            return Ok(());
        };
        let built = match known.get(&(line.id.clone(), variant)) {
            Some(reservation) => reservation.claim.ordered,
            None if known.keys().any(|(id, _)| *id == line.id) => 0,
            None => on_hand::find_available(tx.conn(), variant)?.max(0),
        };
        let (first, rest) = whole.split(built);
        if first.ordered > 0 {
            add(variant, first);
        }
        if rest.ordered > 0 {
            for part in &bundle.components {
                let claim = rest.times(part.quantity);
                self.expand(tx, (&part.sku, line), claim, known, parts, depth + 1)?;
            }
        }
        Ok(())
    }

    fn write(
        &self,
        tx: &Tx<'_>,
        claimed: &ClaimedOrder<'_>,
        key: &(String, VariantId),
        (known, wanted): (Option<&Reservation>, Option<&Wanted>),
    ) -> Result<(), StoreError> {
        let before = known.map(|known| known.claim).unwrap_or_default();
        let after = wanted.map(|wanted| wanted.claim).unwrap_or_default();
        let mut events = known.map_or(0, |known| known.events);
        let of_listing = wanted.map(|wanted| wanted.of_listing).unwrap_or_default();
        if before == after && known.is_some_and(|known| known.of_listing == of_listing) {
            return Ok(());
        }
        let placed_at = claimed.order.map_or(tx.now, |order| order.placed_at);
        // What left before stock began is not on the shelf that was counted.
        let is_before = known.is_none() && placed_at < self.began;
        if !is_before {
            let at = claimed.order.and_then(|order| order.stock.shipped_at);
            let sold_at = at.unwrap_or(match wanted.is_some_and(|one| one.claim.shipped > 0) {
                true if !claimed.order.is_some_and(tells_shipping) => placed_at,
                _ => tx.now,
            });
            let more = after.returned - before.returned;
            let back = back::find_news(tx, (claimed.id, key.1), more)?;
            let moves = [
                (EventKind::Sold, before.shipped - after.shipped, sold_at),
                (EventKind::Returned, back, tx.now),
                (EventKind::Short, before.short - after.short, tx.now),
            ];
            for (kind, delta, at) in moves {
                if delta != 0 {
                    self.append(tx, (claimed, key), (kind, delta, at), &mut events)?;
                }
            }
        }
        if wanted.is_none() && events == 0 {
            return delete_reservation(tx, claimed.id, key);
        }
        upsert_reservation(tx, claimed, key, (after, wanted, events, placed_at))?;
        mark_dirty(tx, key.1)
    }

    /// Units that leave are taken of the lot that expires first; those that come back go to none.
    fn append(
        &self,
        tx: &Tx<'_>,
        (claimed, key): (&ClaimedOrder<'_>, &(String, VariantId)),
        (kind, delta, at): (EventKind, i64, Instant),
        events: &mut i64,
    ) -> Result<(), StoreError> {
        let number = claimed.order.and_then(|order| order.number.clone()).unwrap_or_default();
        for (location, lot, delta) in self.places(tx, key.1, delta)? {
            *events += 1;
            let name = format!("order:{}:{}:{}:{events}", claimed.id, key.0, key.1);
            let new = NewEvent {
                variant: key.1,
                location,
                lot,
                kind,
                change: Change::Delta(delta),
                reason: "",
                reference: &number,
                key: &name,
                occurred_at: at,
                unit_cost: None,
                order: Some((claimed.id, &key.0)),
                action: None,
            };
            append_event(tx, &new)?;
        }
        Ok(())
    }

    fn places(
        &self,
        tx: &Tx<'_>,
        variant: VariantId,
        delta: i64,
    ) -> Result<Vec<(LocationId, Option<LotId>, i64)>, StoreError> {
        if delta >= 0 {
            return Ok(vec![(self.usual, None, delta)]);
        }
        let tracks_lots = find_settings(tx.conn(), variant)?.tracks_lots;
        let mut left = -delta;
        let mut places = Vec::new();
        for (location, lot, units) in list_shelves(tx.conn(), variant, (self.usual, tracks_lots))? {
            let taken = left.min(units);
            if taken > 0 {
                places.push((location, lot, -taken));
                left -= taken;
            }
        }
        if left > 0 {
            match places
                .iter_mut()
                .find(|(location, lot, _)| *location == self.usual && lot.is_none())
            {
                Some(place) => place.2 -= left,
                None => places.push((self.usual, None, -left)),
            }
        }
        Ok(places)
    }
}

/// How a link says that a listing is not sold from stock.
pub const NO_STOCK: &str = "-";

enum Resolved {
    Variant(String, i64),
    Unlinked,
    Nothing,
}

/// Units of the listing that a whole line sold, whatever it takes of the stock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OfListing {
    pub units: i64,
    /// Not to be sent any more.
    pub released: i64,
    /// Of those released, not there to be sent.
    pub short: i64,
}

impl OfListing {
    /// What its channel has taken off its own number and not put back.
    pub fn taken(self) -> i64 {
        self.units - (self.released - self.short)
    }
}

impl From<Claim> for OfListing {
    fn from(claim: Claim) -> Self {
        Self { units: claim.ordered, released: claim.released, short: claim.short }
    }
}

/// What an order holds of a variant, as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reservation {
    pub claim: Claim,
    pub listing: String,
    pub of_listing: OfListing,
    pub events: i64,
}

pub(super) type Known = BTreeMap<(String, VariantId), Reservation>;

#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub claim: Claim,
    pub listing: String,
    pub of_listing: OfListing,
}

fn is_open(order: &Order) -> bool {
    let holds = |line: &Line| claim(order, line).is_some_and(|claim| claim.held > 0);
    order.lines.iter().any(|line| line.stock.shipped.is_some() && holds(line))
}

fn tells_shipping(order: &Order) -> bool {
    order.lines.iter().any(|line| line.stock.shipped.is_some())
}

pub fn list_reservations(
    conn: &Connection,
    order: OrderId,
) -> Result<BTreeMap<(String, VariantId), Reservation>, StoreError> {
    let mut statement = conn.prepare_cached(
        "select line, variant_id, ordered, held, shipped, released, returned, short, listing,
            listing_units, listing_released, listing_short, events
         from reservations where order_id = ? order by line, variant_id",
    )?;
    let rows = statement.query_map([order], |row| {
        let claim = Claim {
            ordered: row.get(2)?,
            held: row.get(3)?,
            shipped: row.get(4)?,
            released: row.get(5)?,
            returned: row.get(6)?,
            short: row.get(7)?,
        };
        let of_listing =
            OfListing { units: row.get(9)?, released: row.get(10)?, short: row.get(11)? };
        let (listing, events) = (row.get(8)?, row.get(12)?);
        let reservation = Reservation { claim, listing, of_listing, events };
        Ok(((row.get(0)?, row.get(1)?), reservation))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn upsert_reservation(
    tx: &Tx<'_>,
    claimed: &ClaimedOrder<'_>,
    key: &(String, VariantId),
    (claim, wanted, events, placed_at): (Claim, Option<&Wanted>, i64, Instant),
) -> Result<(), StoreError> {
    let listing = wanted.map_or("", |wanted| wanted.listing.as_str());
    let of_listing = wanted.map(|wanted| wanted.of_listing).unwrap_or_default();
    tx.conn()
        .prepare_cached(
            "insert into reservations (order_id, line, variant_id, store_id, listing,
                listing_units, ordered, held, shipped, released, returned, short, events,
                placed_at, first_seen_at, listing_released, listing_short)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
             on conflict (order_id, line, variant_id) do update set listing = ?5,
                listing_units = ?6, ordered = ?7, held = ?8, shipped = ?9, released = ?10,
                returned = ?11, short = ?12, events = ?13, placed_at = ?14,
                listing_released = ?16, listing_short = ?17",
        )?
        .execute(params![
            claimed.id,
            key.0,
            key.1,
            claimed.store,
            listing,
            of_listing.units,
            claim.ordered,
            claim.held,
            claim.shipped,
            claim.released,
            claim.returned,
            claim.short,
            events,
            placed_at,
            tx.now,
            of_listing.released,
            of_listing.short,
        ])?;
    Ok(())
}

fn delete_reservation(
    tx: &Tx<'_>,
    order: OrderId,
    key: &(String, VariantId),
) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached(
            "delete from reservations where order_id = ? and line = ? and variant_id = ?",
        )?
        .execute(params![order, key.0, key.1])?;
    mark_dirty(tx, key.1)
}

fn write_unlinked(
    tx: &Tx<'_>,
    claimed: &ClaimedOrder<'_>,
    lines: &[&Line],
) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached("delete from unlinked_lines where order_id = ?")?
        .execute([claimed.id])?;
    for line in lines {
        tx.conn()
            .prepare_cached(
                "insert into unlinked_lines
                    (order_id, line, store_id, listing, sku, title, units)
                 values (?, ?, ?, ?, ?, ?, ?)",
            )?
            .execute(params![
                claimed.id,
                line.id,
                claimed.store,
                line.stock.listing.as_deref().unwrap_or_default(),
                line.sku.as_deref().unwrap_or_default(),
                line.title.as_deref().unwrap_or_default(),
                line.quantity,
            ])?;
    }
    Ok(())
}

/// Where there are units to be sent: the usual place first, of its lots the one that expires first.
fn list_shelves(
    conn: &Connection,
    variant: VariantId,
    (usual, tracks_lots): (LocationId, bool),
) -> Result<Vec<(LocationId, Option<LotId>, i64)>, StoreError> {
    let mut statement = conn.prepare_cached(
        "select on_hand.location_id, nullif(lot_id, 0), units from on_hand
         join locations on locations.id = on_hand.location_id
         left join lots on lots.id = lot_id
         where on_hand.variant_id = ?1 and units > 0 and pushable = 1 and closed_at is null
         order by on_hand.location_id <> ?2, on_hand.location_id,
            case when ?3 then expires_day is null end, case when ?3 then expires_day end,
            lot_id = 0 desc, lot_id",
    )?;
    let rows = statement.query_map(params![variant, usual, tracks_lots], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
