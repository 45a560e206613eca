//! What is planned is written: noted before the call, since from then on it may have taken effect.

use super::look;
use super::settle::raise;
use super::turn::{Known, Turn, TurnFault, parts, target};
use crate::base::Instant;
use crate::connectors::contract::{LevelChange, Verdict, WriteTool};
use crate::connectors::fault::Fault;
use crate::store::stock::channels::{self, PushState};
use crate::store::stock::listings::{self, ListingStatus, StockListing, Waiting};
use crate::store::stock::outbox::{self, PushFate, PushRow};
use crate::store::{Lane, StoreError, Tx};

/// A planned number with what is written for it.
struct Ready<'a> {
    push: &'a PushRow,
    listing: &'a StockListing,
    to: i64,
    expected: i64,
}

pub(super) fn write_planned(turn: &Turn<'_>, known: &Known) -> Result<(), TurnFault> {
    let planned: Vec<(&PushRow, &StockListing)> = known
        .open
        .iter()
        .filter(|push| push.fate == PushFate::Planned)
        .filter_map(|push| {
            let listing = known.listings.iter().find(|one| one.id == push.listing)?;
            may_write(known, listing).then_some((push, listing))
        })
        .collect();
    for part in parts(&planned, turn.outlet.spec().write_max) {
        let ready = match turn.outlet.spec().tool {
            WriteTool::CompareAndSet => part
                .iter()
                .filter_map(|(push, listing)| {
                    let expected = listing.sellable?;
                    Some(Ready { push, listing, to: push.to, expected })
                })
                .collect(),
            WriteTool::PlainSet => look_before(turn, known, part)?,
        };
        if !ready.is_empty() {
            write(turn, known, &ready)?;
        }
    }
    Ok(())
}

fn may_write(known: &Known, listing: &StockListing) -> bool {
    let state = listing.state.unwrap_or(known.channel.state);
    state == PushState::Armed
        && listing.status == ListingStatus::Active
        && listing.stopped.is_empty()
        && known.in_flight(listing).is_none()
}

/// A channel that just overwrites is read right before: what is missing there are sales that we do
/// not see yet, and they are taken off what is written.
fn look_before<'a>(
    turn: &Turn<'_>,
    known: &Known,
    part: &[(&'a PushRow, &'a StockListing)],
) -> Result<Vec<Ready<'a>>, TurnFault> {
    let listings: Vec<&StockListing> = part.iter().map(|(_, listing)| *listing).collect();
    let live = look::read(turn, known, &listings)?;
    let mut ready = Vec::new();
    for ((push, listing), live) in part.iter().zip(live) {
        let (Some(live), Some(sellable)) = (live, listing.sellable) else { continue };
        let to = push.to.saturating_sub((sellable - live).max(0)).max(0);
        // More than can be: somebody else wrote it, or a sale was called off. Its reading tells.
        if live > sellable {
            skip(turn, push, "the channel offers more than was to be expected")?;
        } else if to == live {
            skip(turn, push, "the channel offers as many already")?;
        } else {
            ready.push(Ready { push, listing, to, expected: live });
        }
    }
    Ok(ready)
}

fn skip(turn: &Turn<'_>, push: &PushRow, why: &str) -> Result<(), StoreError> {
    turn.db
        .write_local(Lane::Background, |tx| outbox::end_push(tx, push.id, (PushFate::Skipped, why)))
}

fn write(turn: &Turn<'_>, known: &Known, ready: &[Ready<'_>]) -> Result<(), TurnFault> {
    let (sent, at, answer) = turn.gate.pass(|| -> Result<_, TurnFault> {
        let sent = turn.db.write_local(Lane::Background, |tx| mark_sent(tx, turn, ready))?;
        let changes: Vec<LevelChange> = sent
            .iter()
            .map(|index| &ready[*index])
            .map(|ready| LevelChange {
                target: target(&known.channel, ready.listing),
                quantity: ready.to,
                expected: ready.expected,
                key: ready.push.key.clone(),
            })
            .collect();
        let at = turn.db.clock().now();
        let answer = match changes.is_empty() {
            true => Ok(Vec::new()),
            false => turn.outlet.push(&changes),
        };
        Ok((sent, at, answer))
    })?;
    // What came of it is not known: a reading will tell.
    let verdicts = answer?;
    if verdicts.len() != sent.len() {
        let what = format!("{} answers for {} changes", verdicts.len(), sent.len());
        return Err(Fault::drift("stock", what).into());
    }
    turn.db.write_local(Lane::Background, |tx| {
        for (index, verdict) in sent.iter().zip(&verdicts) {
            take(tx, (known, &ready[*index]), verdict, at)?;
        }
        Ok(())
    })?;
    Ok(())
}

/// Which of them may go: nothing once everything is stopped, nothing that a newer plan replaced.
fn mark_sent(tx: &Tx<'_>, turn: &Turn<'_>, ready: &[Ready<'_>]) -> Result<Vec<usize>, StoreError> {
    let channel = channels::find_channel(tx.conn(), turn.account)?;
    let is_open = channel.is_some_and(|one| one.held.is_empty() && one.state == PushState::Armed);
    if !is_open || outbox::is_stopped(tx.conn())? {
        return Ok(Vec::new());
    }
    let mut sent = Vec::new();
    for (index, one) in ready.iter().enumerate() {
        // An order may have come between the look and now.
        let fresh = listings::find_listing(tx.conn(), one.listing.id)?;
        let is_same = fresh.is_some_and(|fresh| {
            (fresh.sellable, fresh.status) == (one.listing.sellable, one.listing.status)
        });
        if is_same && outbox::mark_sent(tx, one.push.id, (one.to, one.expected))? {
            sent.push(index);
        }
    }
    Ok(sent)
}

fn take(
    tx: &Tx<'_>,
    (known, ready): (&Known, &Ready<'_>),
    verdict: &Verdict,
    at: Instant,
) -> Result<(), StoreError> {
    let (id, listing) = (ready.push.id, ready.listing);
    match verdict {
        // In flight, for all we know: a reading tells.
        Verdict::Unknown { .. } => return Ok(()),
        Verdict::Accepted { submission } => return outbox::mark_accepted(tx, id, submission),
        Verdict::Stale { live } => {
            outbox::end_push(tx, id, (PushFate::Stale, "the channel had another number"))?;
            if let Some(units) = *live {
                let waiting = Some(Waiting { units, at, epoch: known.epoch });
                listings::update_seen(tx, listing.id, (*live, listing.status), waiting)?;
            }
        }
        Verdict::Refused { what } => {
            outbox::end_push(tx, id, (PushFate::Failed, what))?;
            listings::update_stopped(tx, listing.id, what)?;
            raise(tx, ("refused", listing), what)?;
        }
        Verdict::Again { what } => outbox::end_push(tx, id, (PushFate::Failed, what))?,
    }
    listings::mark_listing(tx, listing.id)
}
