//! Readings that have settled: what they confirm, and what becomes of a number that is nobody's of
//! ours.

use super::turn::{Known, Turn, tool_of};
use crate::base::Instant;
use crate::base::id::StockActionId;
use crate::domain::stock::event::{Change, EventKind};
use crate::domain::stock::observe::{Meaning, Standing, Written, after, judge};
use crate::store::stock::channels::{self, Wins};
use crate::store::stock::drifts::{self, Drift, DriftState, NewAlert};
use crate::store::stock::ledger::{NewEvent, append_event};
use crate::store::stock::listings::{self, StockListing, Waiting};
use crate::store::stock::locations;
use crate::store::stock::outbox::{self, PushFate, PushRow};
use crate::store::stock::variants::{self, Mode};
use crate::store::{Lane, StoreError, Tx};

/// Two readings of the same, so far apart at least, are no slip.
const DRIFT_S: i64 = 120;
/// Changed by others so often in a day, a listing is left to them.
const DRIFTS_MAX: i64 = 3;
const DAY_S: i64 = 86_400;

/// Judges every reading that has settled.
pub(super) fn settle_all(turn: &Turn<'_>, known: &Known) -> Result<(), StoreError> {
    let lag = turn.order_lag(&known.channel);
    for listing in &known.listings {
        let Some(waiting) = listing.waiting else { continue };
        let is_in = known.channel.orders_epoch == Some(known.epoch)
            && known.channel.orders_asked_at.is_some_and(|at| at >= waiting.at.plus(lag));
        if waiting.epoch != known.epoch {
            // Of a time that cannot be compared with this one: it is read again.
            turn.db.write_local(Lane::Background, |tx| listings::clear_waiting(tx, listing.id))?;
        } else if is_in {
            turn.db.write_local(Lane::Background, |tx| {
                // As it stands in this transaction: orders may have come meanwhile.
                let fresh = listings::find_listing(tx.conn(), listing.id)?;
                let open = outbox::list_of_listing(tx.conn(), listing.id, 2)?;
                let write = open.iter().find(|push| super::look::is_open(push.fate));
                match fresh.as_ref().and_then(|fresh| fresh.waiting.map(|at| (fresh, at))) {
                    Some((fresh, at)) if at == waiting => {
                        settle(tx, turn, (known, fresh), (waiting, write))
                    }
                    _ => Ok(()),
                }
            })?;
        }
    }
    Ok(())
}

fn settle(
    tx: &Tx<'_>,
    turn: &Turn<'_>,
    (known, listing): (&Known, &StockListing),
    (waiting, write): (Waiting, Option<&PushRow>),
) -> Result<(), StoreError> {
    let key = (listing.store, listing.listing.as_str());
    let seen_since = listings::count_seen_since(tx.conn(), key, waiting.at)?;
    let sent_at = write.and_then(|write| write.sent_at);
    // Read before it was written: it says nothing of the write.
    if sent_at.is_some_and(|at| waiting.at < at) {
        return listings::clear_waiting(tx, listing.id);
    }
    let apply_max = turn.outlet.spec().apply_max;
    let standing = Standing {
        // What was read first is only known once it has settled in a quiet moment.
        sellable: listing.sellable.filter(|_| listing.confirmed_at.is_some()),
        slop: listing.slop,
        seen_since,
        called_off: listing.called_off,
        write: write.map(|write| Written {
            tool: tool_of(turn.outlet.spec()),
            to: write.to,
            sold: write.sold,
            is_overdue: sent_at.is_some_and(|at| waiting.at >= at.plus(apply_max)),
        }),
    };
    let drift = drifts::find_open(tx.conn(), listing.id)?;
    let meaning = judge(waiting.units, &standing);
    match meaning {
        Meaning::Same | Meaning::Confirmed | Meaning::Lost => {
            if let Some(write) = write {
                end_write(tx, turn, write, (meaning, waiting))?;
            }
            if let Some(drift) = &drift {
                drifts::end_drift(tx, drift.id, (DriftState::Explained, "", None))?;
            }
            let left = after(waiting.units, &standing, meaning);
            listings::update_sellable(tx, listing.id, left, waiting.at)?;
        }
        Meaning::NotYet => listings::clear_waiting(tx, listing.id)?,
        Meaning::Foreign { expected } => {
            listings::clear_waiting(tx, listing.id)?;
            let found = Found { expected, seen: waiting.units, seen_since, at: waiting.at };
            note_drift(tx, (known, listing), (&found, drift.as_ref(), write))?;
        }
    }
    listings::mark_listing(tx, listing.id)
}

fn end_write(
    tx: &Tx<'_>,
    turn: &Turn<'_>,
    write: &PushRow,
    (meaning, waiting): (Meaning, Waiting),
) -> Result<(), StoreError> {
    if meaning == Meaning::Lost {
        let minutes = turn.outlet.spec().apply_max.as_secs().div_ceil(60);
        let what = format!("The channel took it, but did not show it within {minutes} minutes.");
        return outbox::end_push(tx, write.id, (PushFate::Failed, &what));
    }
    outbox::confirm_push(tx, write.id, waiting.units)?;
    let apply_ms = write.sent_at.map(|sent| (waiting.at.0 - sent.0) / 1_000);
    channels::note_lag(tx, turn.account, (None, apply_ms))
}

struct Found {
    expected: i64,
    seen: i64,
    seen_since: i64,
    at: Instant,
}

/// One reading is watched; the second one that says the same is somebody else's doing.
fn note_drift(
    tx: &Tx<'_>,
    (known, listing): (&Known, &StockListing),
    (found, drift, write): (&Found, Option<&Drift>, Option<&PushRow>),
) -> Result<(), StoreError> {
    let numbers = (found.expected, found.seen);
    let Some(drift) = drift else {
        return drifts::insert_drift(tx, listing.id, numbers).map(|_| ());
    };
    drifts::note_reading(tx, drift, numbers)?;
    let is_same = (drift.expected, drift.seen) == numbers;
    let is_late = tx.now >= drift.first_at.plus_seconds(DRIFT_S);
    if !is_same || !is_late || drift.state == DriftState::Open {
        return Ok(());
    }
    drifts::open_drift(tx, drift.id, cause(found, known.channel.wins))?;
    if let Some(write) = write {
        let what = "The channel shows a number that is neither the old nor the new one.";
        outbox::end_push(tx, write.id, (PushFate::Stale, what))?;
    }
    end_strict(tx, listing)?;
    let times = drifts::count_since(tx.conn(), listing.id, tx.now.plus_seconds(-DAY_S))?;
    if times >= DRIFTS_MAX {
        let what = format!(
            "Another program or person wrote its stock {times} times within a day. Purser no \
             longer writes it; end the other one, then let Purser write again."
        );
        listings::update_stopped(tx, listing.id, &what)?;
        raise(tx, ("stopped", listing), &what)?;
    }
    match known.channel.wins {
        Wins::Hub => {
            drifts::end_drift(tx, drift.id, (DriftState::Decided, "hub", None))?;
            listings::update_sellable(tx, listing.id, (found.seen, found.seen_since), found.at)
        }
        Wins::Channel => {
            take_over(tx, listing, (found.seen - found.expected, found.at), None)?;
            drifts::end_drift(tx, drift.id, (DriftState::Decided, "channel", None))?;
            listings::update_sellable(tx, listing.id, (found.seen, found.seen_since), found.at)
        }
        Wins::Ask => {
            let what = format!(
                "{} shows {} where {} were to be expected. Decide which of them holds.",
                listing.sku, found.seen, found.expected
            );
            raise(tx, ("drift", listing), &what)
        }
    }
}

fn cause(found: &Found, wins: Wins) -> &'static str {
    match (found.seen > found.expected, wins) {
        (true, _) => "somebody else raised it, or units came back that no order tells of",
        (false, _) => "somebody else lowered it, or it sold where no order tells of it",
    }
}

/// The bound does not hold where others write too: strict ends, and says so.
pub(super) fn end_strict(tx: &Tx<'_>, listing: &StockListing) -> Result<(), StoreError> {
    for (sku, _) in listings::list_sold(tx.conn(), listing.id)? {
        let Some(variant) = variants::find_variant(tx.conn(), &sku)? else { continue };
        if variants::find_settings(tx.conn(), variant)?.mode != Mode::Strict {
            continue;
        }
        variants::update_mode(tx, variant, Mode::Mirror)?;
        let what = format!(
            "Strict mode of {sku} is off: somebody else writes its stock on a channel, so Purser \
             cannot promise that it is never oversold."
        );
        let new = NewAlert {
            kind: "strict_off",
            subject: &sku,
            what: &what,
            variant: Some(variant),
            listing: Some(listing.id),
        };
        drifts::raise_alert(tx, &new)?;
    }
    Ok(())
}

/// The channel's own number is taken for the truth; by whom, where somebody said so.
pub fn take_over(
    tx: &Tx<'_>,
    listing: &StockListing,
    (more, at): (i64, Instant),
    action: Option<StockActionId>,
) -> Result<(), StoreError> {
    let location = locations::find_usual_location(tx)?;
    for (sku, units) in listings::list_sold(tx.conn(), listing.id)? {
        let variant = variants::upsert_variant(tx, &sku, "")?;
        let key = format!("channel:{}:{}:{}", listing.account, listing.listing, at.0);
        let new = NewEvent {
            variant,
            location,
            lot: None,
            kind: EventKind::ChannelEdit,
            change: Change::Delta(more.saturating_mul(units)),
            reason: "channel_edit",
            reference: &listing.listing,
            key: &key,
            occurred_at: at,
            unit_cost: None,
            order: None,
            action,
        };
        append_event(tx, &new)?;
    }
    Ok(())
}

pub(super) fn raise(
    tx: &Tx<'_>,
    (kind, listing): (&str, &StockListing),
    what: &str,
) -> Result<(), StoreError> {
    let subject = listing.id.to_string();
    let new = NewAlert { kind, subject: &subject, what, variant: None, listing: Some(listing.id) };
    drifts::raise_alert(tx, &new).map(|_| ())
}
