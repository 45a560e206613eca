//! What a channel can still sell follows its orders: it has taken a sale off its own number itself,
//! and puts back what is called off.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{OptionalExtension, params};

use crate::base::Instant;
use crate::base::id::{StockListingId, StoreId, VariantId};
use crate::store::stock::claims::{ClaimedOrder, Known, Wanted};
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
        // A row of what the line was linked to before tells of no listing any more.
        let before = known
            .iter()
            .find(|((id, _), one)| id == line && one.of_listing.units > 0)
            .map(|(_, one)| (&one.listing, one.of_listing));
        let after = wanted
            .iter()
            .find(|((id, _), _)| id == line)
            .map(|(_, one)| (&one.listing, one.of_listing));
        let Some(listing) = after.or(before).map(|(listing, _)| listing) else { continue };
        let before = before.map(|(_, units)| units).unwrap_or_default();
        let after = after.map(|(_, units)| units).unwrap_or_default();
        let taken = after.taken() - before.taken();
        // Called off, whether or not it was known to be sold.
        let off = (after.released - before.released).max(0);
        if !listing.is_empty() && (taken != 0 || off > 0) {
            take(tx, (claimed.store, listing), (taken, off), placed_at)?;
        }
    }
    Ok(())
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
