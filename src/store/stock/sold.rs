//! What a channel can still sell follows its orders: it has taken a sale off its own number itself,
//! and puts back what is called off.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{OptionalExtension, params};

use crate::base::Instant;
use crate::base::id::{StockListingId, StoreId, VariantId};
use crate::domain::stock::claim::Claim;
use crate::store::stock::claims::{ClaimedOrder, Known, Reservation, Wanted};
use crate::store::{StoreError, Tx};

/// No channel's clock differs more from ours.
const SKEW_S_MAX: i64 = 86_400;

/// Takes off what is new, puts back what was called off, of each line once.
pub(super) fn follow(
    tx: &Tx<'_>,
    claimed: &ClaimedOrder<'_>,
    known: &Known,
    wanted: &BTreeMap<(String, VariantId), Wanted>,
) -> Result<(), StoreError> {
    let lines: BTreeSet<&String> =
        known.keys().chain(wanted.keys()).map(|(line, _)| line).collect();
    let placed_at = claimed.order.map_or(tx.now, |order| order.placed_at);
    for line in lines {
        let of_line = |(id, _): &&(String, VariantId)| id == line;
        let before = known.keys().find(of_line).and_then(|key| known.get(key));
        let after = wanted.keys().find(of_line).and_then(|key| wanted.get(key));
        let listing =
            after.map(|one| one.listing.as_str()).or(before.map(|one| one.listing.as_str()));
        let taken_before = before.map_or(0, |one| {
            share(one.listing_units, one.claim.ordered, one.claim.released - one.claim.short)
        });
        let taken_after = after.map_or(0, |one| {
            share(one.listing_units, one.claim.ordered, one.claim.released - one.claim.short)
        });
        let Some(listing) = listing.filter(|listing| !listing.is_empty()) else { continue };
        let taken = taken_after - taken_before;
        // Called off, whether or not it was known to be sold.
        let off = off_units(after) - off_units(before);
        if taken != 0 || off > 0 {
            take(tx, (claimed.store, listing), (taken, off.max(0)), placed_at)?;
        }
    }
    Ok(())
}

/// Units of the listing that are called off.
fn off_units<T: Counted>(one: Option<&T>) -> i64 {
    one.map_or(0, |one| {
        let (listing_units, claim) = one.counted();
        listing_units - share(listing_units, claim.ordered, claim.released)
    })
}

/// What both a known and a wanted claim tell.
trait Counted {
    fn counted(&self) -> (i64, Claim);
}

impl Counted for Reservation {
    fn counted(&self) -> (i64, Claim) {
        (self.listing_units, self.claim)
    }
}

impl Counted for Wanted {
    fn counted(&self) -> (i64, Claim) {
        (self.listing_units, self.claim)
    }
}

/// Units of the listing that are sold and not called off.
fn share(listing_units: i64, ordered: i64, released: i64) -> i64 {
    if ordered <= 0 {
        return 0;
    }
    let kept = i128::from(listing_units) * i128::from(ordered - released) / i128::from(ordered);
    i64::try_from(kept).unwrap_or(listing_units)
}

fn take(
    tx: &Tx<'_>,
    (store, listing): (StoreId, &str),
    (taken, off): (i64, i64),
    placed_at: Instant,
) -> Result<(), StoreError> {
    let found: Option<(StockListingId, Option<Instant>)> = tx
        .conn()
        .prepare_cached(
            "select stock_listings.id, confirmed_at from stock_listings
             join accounts on accounts.id = account_id
             where store_id = ? and listing = ? and accounts.state <> 'disconnected'",
        )?
        .query_row(params![store, listing], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((id, confirmed_at)) = found else { return Ok(()) };
    // What settled a reading brought all orders that were made before it, so this one was made
    // after it; but for one that is only dug out now, whatever the channel's clock.
    let is_dug_out = |at: Instant| placed_at.plus_seconds(SKEW_S_MAX) < at;
    if taken > 0 && confirmed_at.is_some_and(is_dug_out) {
        return Ok(());
    }
    tx.conn()
        .prepare_cached(
            "update stock_listings set sellable = sellable - ?1, called_off = called_off + ?3
             where id = ?2",
        )?
        .execute(params![taken, id, off])?;
    if taken > 0 {
        tx.conn()
            .prepare_cached(
                "update pushes set sold = sold + ?
                 where listing_id = ? and state in ('sent', 'accepted')",
            )?
            .execute(params![taken, id])?;
    }
    Ok(())
}
