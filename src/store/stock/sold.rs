//! What a channel can still sell follows its orders: it has taken a sale off its own number itself,
//! and puts back what is called off.

use rusqlite::{OptionalExtension, params};

use crate::base::Instant;
use crate::base::id::{StockListingId, StoreId, VariantId};
use crate::store::stock::claims::{ClaimedOrder, Known, Wanted};
use crate::store::{StoreError, Tx};
use std::collections::{BTreeMap, BTreeSet};

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
        if taken != 0 {
            take(tx, (claimed.store, listing), (taken, placed_at))?;
        }
    }
    Ok(())
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
    (taken, placed_at): (i64, Instant),
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
    // A sale that was made before the reading is in the reading.
    if taken > 0 && confirmed_at.is_some_and(|at| placed_at < at) {
        return Ok(());
    }
    tx.conn()
        .prepare_cached(
            "update stock_listings set sellable = sellable - ?1,
                called_off = called_off + max(-?1, 0) where id = ?2",
        )?
        .execute(params![taken, id])?;
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
