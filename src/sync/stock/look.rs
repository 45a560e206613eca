//! Live numbers of channels: what is read, when, and how it is noted. What a reading means is
//! judged when all orders made before it are here.

use super::turn::{Known, SWEEP_S, Turn, TurnFault, parts, target};
use crate::base::Instant;
use crate::connectors::contract::{Reading, StockRef};
use crate::connectors::fault::Fault;
use crate::store::stock::channels;
use crate::store::stock::drifts::{self, NewAlert};
use crate::store::stock::listings::{self, ListingStatus, StockListing, Waiting};
use crate::store::stock::outbox::PushFate;
use crate::store::{Lane, StoreError, Tx};

/// More listings than this, and than the share in percent, do not end in one look.
const GONE_MIN: usize = 20;
const GONE_PERCENT: usize = 15;

/// Reads what is in flight, was never read, is doubted, or has not been read for long.
pub(super) fn read_due(turn: &Turn<'_>, known: &Known) -> Result<(), TurnFault> {
    let now = turn.db.clock().now();
    let swept = known.channel.swept_at;
    let is_sweep = swept.is_none_or(|at| now.since(at).as_secs() >= SWEEP_S.unsigned_abs());
    let doubted = turn.db.read(|reader| {
        let mut doubted = Vec::new();
        for listing in &known.listings {
            if drifts::find_open(reader.conn(), listing.id)?.is_some() {
                doubted.push(listing.id);
            }
        }
        Ok(doubted)
    })?;
    let is_due = |listing: &&StockListing| {
        let of_now = listing.waiting.is_some_and(|waiting| waiting.epoch == known.epoch);
        let is_ours = listing.status != ListingStatus::ByChannel;
        is_ours
            && !of_now
            && (is_sweep
                || listing.confirmed_at.is_none()
                || listing.waiting.is_some()
                || doubted.contains(&listing.id)
                || known.in_flight(listing).is_some())
    };
    let due: Vec<&StockListing> = known.listings.iter().filter(is_due).collect();
    read(turn, known, &due)?;
    if is_sweep {
        turn.db.write_local(Lane::Background, |tx| channels::note_swept(tx, turn.account))?;
    }
    Ok(())
}

/// Reads every listing that is ours to set, but for those of which a reading is waiting.
pub(super) fn read_all(turn: &Turn<'_>, known: &Known) -> Result<(), TurnFault> {
    let is_due = |listing: &&StockListing| {
        let of_now = listing.waiting.is_some_and(|waiting| waiting.epoch == known.epoch);
        listing.status != ListingStatus::ByChannel && !of_now
    };
    let due: Vec<&StockListing> = known.listings.iter().filter(is_due).collect();
    read(turn, known, &due)?;
    Ok(turn.db.write_local(Lane::Background, |tx| channels::note_swept(tx, turn.account))?)
}

/// Reads these now, and notes what was read. Gives the live numbers.
pub(super) fn read(
    turn: &Turn<'_>,
    known: &Known,
    listings: &[&StockListing],
) -> Result<Vec<Option<i64>>, TurnFault> {
    let mut live = Vec::with_capacity(listings.len());
    for part in parts(listings, turn.outlet.spec().read_max) {
        let targets: Vec<StockRef> =
            part.iter().map(|listing| target(&known.channel, listing)).collect();
        // Before the call: an order made later is not counted into it.
        let at = turn.db.clock().now();
        let readings = turn.outlet.read(&targets)?;
        if readings.len() != targets.len() {
            let what = format!("{} answers for {} listings", readings.len(), targets.len());
            return Err(Fault::drift("stock", what).into());
        }
        if is_mass_loss(known, part, &readings) {
            return hold(turn, &readings);
        }
        turn.db.write_local(Lane::Background, |tx| {
            for (listing, reading) in part.iter().zip(&readings) {
                note(tx, (known, listing), reading, at)?;
            }
            Ok(())
        })?;
        live.extend(readings.iter().map(|reading| match reading {
            Reading::Live(units) => Some(*units),
            Reading::Uncounted | Reading::Oversold(_) | Reading::Gone(_) => None,
        }));
    }
    Ok(live)
}

fn note(
    tx: &Tx<'_>,
    (known, listing): (&Known, &StockListing),
    reading: &Reading,
    at: Instant,
) -> Result<(), StoreError> {
    let (units, status) = match reading {
        Reading::Live(units) => (Some(*units), ListingStatus::Active),
        Reading::Uncounted => (None, ListingStatus::Uncounted),
        Reading::Oversold(units) => (Some(*units), ListingStatus::Oversold),
        Reading::Gone(_) => (None, ListingStatus::Gone),
    };
    let waiting = match status {
        ListingStatus::Active => units.map(|units| Waiting { units, at, epoch: known.epoch }),
        _ => None,
    };
    listings::update_seen(tx, listing.id, (units, status), waiting)?;
    if let (Some(units), None) = (units, listing.sellable) {
        listings::begin_sellable(tx, listing.id, units)?;
        listings::mark_listing(tx, listing.id)?;
    }
    if status != listing.status {
        listings::mark_listing(tx, listing.id)?;
    }
    Ok(())
}

/// A channel that suddenly knows few of its listings is not believed (STOCK.md, step H).
fn is_mass_loss(known: &Known, part: &[&StockListing], readings: &[Reading]) -> bool {
    let is_lost = |(listing, reading): (&&StockListing, &Reading)| {
        listing.status == ListingStatus::Active && matches!(reading, Reading::Gone(_))
    };
    let lost = part.iter().zip(readings).filter(|pair| is_lost((pair.0, pair.1))).count();
    let active = known.listings.iter().filter(|one| one.status == ListingStatus::Active).count();
    lost > GONE_MIN.max(active * GONE_PERCENT / 100)
}

fn hold(turn: &Turn<'_>, readings: &[Reading]) -> Result<Vec<Option<i64>>, TurnFault> {
    let gone = readings.iter().filter(|one| matches!(one, Reading::Gone(_))).count();
    let what = format!(
        "The channel says that {gone} of its listings are gone at once. Nothing is written there \
         until you have looked at it."
    );
    turn.db.write_local(Lane::Background, |tx| {
        channels::update_held(tx, turn.account, &what)?;
        let subject = turn.account.to_string();
        let new =
            NewAlert { kind: "held", subject: &subject, what: &what, variant: None, listing: None };
        drifts::raise_alert(tx, &new).map(|_| ())
    })?;
    Err(Fault::drift("stock", what).into())
}

/// Whether a write of ours may still be on its way.
pub(super) fn is_open(fate: PushFate) -> bool {
    matches!(fate, PushFate::Sent | PushFate::Accepted)
}
