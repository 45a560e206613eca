//! What a person does about transfers. Units leave one place and lie in transit until they came.
//!
//! Of a marketplace's own warehouse the ledger holds no number: what lies there is what the
//! marketplace tells (STOCK, "a channel's number is an observation"). So units that came there
//! leave transit and enter no place of ours; that they came is kept with the transfer.

use super::ctx::Tools;
use super::purchasing::{find_user, moment_of, note, refuse, write};
use crate::base::id::{LocationId, PurchasingLogId, StockActionId, TransferId, TransferStepId};
use crate::base::{Day, Instant};
use crate::domain::stock::event::{Change, EventKind};
use crate::domain::transfer::{CalledOff, Step, StepKind, Transfer, TransferLine, TransferState};
use crate::store::changes::By;
use crate::store::purchasing::log::LogKind;
use crate::store::purchasing::transfers::{self, KeptStep, NewStep};
use crate::store::stock::ledger::{self, NewAction, NewEvent};
use crate::store::stock::locations::{self, IN_TRANSIT, LocationKind};
use crate::store::stock::variants;
use crate::store::{Lane, StoreError, Tx};

/// Why units in transit are written off, or on.
pub const LOST: &str = "lost in transit";
pub const FOUND: &str = "found in transit";

/// A transfer as it was typed; where its units are on the way is ours to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Typed {
    pub number: String,
    pub from: LocationId,
    pub to: LocationId,
    pub reference: String,
    pub note: String,
    pub lines: Vec<TransferLine>,
}

/// Makes a draft, or changes one. The number of a transfer stays.
///
/// # Errors
/// `Refused` where its number is taken or it was sent already, `Missing`.
pub fn put(
    tools: &Tools,
    id: Option<TransferId>,
    typed: &Typed,
    by: &By,
) -> Result<(TransferId, PurchasingLogId), StoreError> {
    tools.db.write_local(Lane::Interactive, |tx| {
        let transfer = Transfer {
            number: typed.number.clone(),
            from: typed.from,
            to: typed.to,
            via: locations::upsert_location(tx, IN_TRANSIT, LocationKind::InTransit)?,
            reference: typed.reference.clone(),
            note: typed.note.clone(),
            called_off: CalledOff::No,
            lines: typed.lines.clone(),
        };
        if transfer.from == transfer.to || [transfer.from, transfer.to].contains(&transfer.via) {
            return refuse("Choose two places, neither of them in transit. Nothing was changed.");
        }
        let (id, before, what) = match id {
            Some(id) => {
                let (before, _) = find_in(tx, id, &[TransferState::Draft])?;
                transfers::update_transfer(tx, id, &transfer)?;
                (id, Some(before), "edited")
            }
            None => (transfers::insert_transfer(tx, &transfer, None)?, None, "made"),
        };
        let after = transfers::find_transfer(tx.conn(), id)?;
        let texts = (write(&before)?, write(&after)?);
        Ok((id, note(tx, (LogKind::Transfer, id.0), what, texts, by)?))
    })
}

/// Calls off a transfer that was not sent.
///
/// # Errors
/// `Refused` where it was sent, `Missing`.
pub fn cancel(tools: &Tools, id: TransferId, by: &By) -> Result<PurchasingLogId, StoreError> {
    tools.db.write_local(Lane::Interactive, |tx| {
        let (before, _) = find_in(tx, id, &[TransferState::Draft])?;
        let after = Transfer { called_off: CalledOff::Yes, ..before.clone() };
        transfers::update_transfer(tx, id, &after)?;
        let texts = (write(&Some(&before))?, write(&Some(&after))?);
        note(tx, (LogKind::Transfer, id.0), "cancelled", texts, by)
    })
}

/// What happens to a transfer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    Send,
    /// Units by number of line.
    Receive(Vec<(i64, i64)>),
    /// What did not come is given up.
    Close,
}

/// Sends, receives or closes a transfer: its units move in the same transaction.
///
/// # Errors
/// `Refused` where it is not in a state for it or a product is not known, `Missing`.
pub fn act(
    tools: &Tools,
    id: TransferId,
    (act, day): (&Act, Day),
    by: &By,
) -> Result<TransferStepId, StoreError> {
    use TransferState::{Draft, PartlyReceived, Received, Sent};
    let made = tools.db.write_local(Lane::Interactive, |tx| {
        let (kind, allowed): (_, &[TransferState]) = match act {
            Act::Send => (StepKind::Sent, &[Draft]),
            Act::Receive(_) => (StepKind::Received, &[Sent, PartlyReceived, Received]),
            Act::Close => (StepKind::Closed, &[Sent, PartlyReceived]),
        };
        let (transfer, steps) = find_in(tx, id, allowed)?;
        let units: Vec<(i64, i64)> = match act {
            Act::Send => (1_i64..).zip(transfer.lines.iter().map(|line| line.quantity)).collect(),
            Act::Receive(units) => units.clone(),
            Act::Close => transfer.differences(&steps),
        };
        let units: Vec<(i64, i64)> = units.into_iter().filter(|(_, units)| *units != 0).collect();
        if units.is_empty() {
            return refuse("No units were written. Nothing was changed.");
        }
        let is_odd = |(_, units): &(i64, i64)| *units < 0 && kind != StepKind::Closed;
        if units.iter().any(is_odd) {
            return refuse("Fewer than no units cannot come. Nothing was changed.");
        }
        let moment = moment_of(tx, day)?;
        let user = find_user(tx, by)?;
        let action = NewAction { kind: "transfer", note: &transfer.number, user, import: None };
        let action = ledger::insert_action(tx, &action)?;
        let step = NewStep { transfer: id, kind, day, by_name: &by.name, action };
        let step = transfers::insert_step(tx, &step)?;
        for (line_no, units) in units {
            transfers::insert_step_line(tx, step, (line_no, units))?;
            let moved = Moved { transfer: &transfer, step, kind, action, moment };
            move_units(tx, &moved, (line_no, units))?;
        }
        Ok(step)
    })?;
    tools.signal.wake();
    Ok(made)
}

/// Takes the last step of a transfer back, with its units.
///
/// # Errors
/// `Refused` where it is not the last that stands, `Missing`.
pub fn undo_step(
    tools: &Tools,
    id: TransferId,
    step: TransferStepId,
    by: &By,
) -> Result<(), StoreError> {
    tools.db.write_local(Lane::Interactive, |tx| {
        let steps = transfers::list_steps(tx.conn(), id)?;
        let last = steps.iter().rev().find(|one| one.undone_at.is_none());
        let last = last.ok_or(StoreError::Missing)?;
        if last.id != step {
            return refuse(
                "Something happened to this transfer since. Nothing was changed; take that back \
                 first.",
            );
        }
        let user = find_user(tx, by)?;
        match ledger::reverse_action(tx, last.action, user) {
            // What the stock's own history took back already is gone.
            Ok(_) | Err(StoreError::Refused(_)) => transfers::mark_undone(tx, step),
            Err(fault) => Err(fault),
        }
    })?;
    tools.signal.wake();
    Ok(())
}

/// The steps that stand.
pub fn standing(steps: &[KeptStep]) -> Vec<Step> {
    let standing = steps.iter().filter(|step| step.undone_at.is_none());
    standing.map(|step| step.step.clone()).collect()
}

fn find_in(
    tx: &Tx<'_>,
    id: TransferId,
    allowed: &[TransferState],
) -> Result<(Transfer, Vec<Step>), StoreError> {
    let transfer = transfers::find_transfer(tx.conn(), id)?.ok_or(StoreError::Missing)?;
    let steps = standing(&transfers::list_steps(tx.conn(), id)?);
    if !allowed.contains(&transfer.state(&steps)) {
        return refuse(
            "This transfer has gone on since the page was opened, or is over. Nothing was \
             changed; look at it again.",
        );
    }
    Ok((transfer, steps))
}

/// Of what units of a line are a part.
struct Moved<'a> {
    transfer: &'a Transfer,
    step: TransferStepId,
    kind: StepKind,
    action: StockActionId,
    moment: Instant,
}

fn move_units(
    tx: &Tx<'_>,
    moved: &Moved<'_>,
    (line_no, units): (i64, i64),
) -> Result<(), StoreError> {
    let transfer = moved.transfer;
    let index = usize::try_from(line_no - 1).map_err(|_| StoreError::Missing)?;
    let line = transfer.lines.get(index).ok_or(StoreError::Missing)?;
    let Some(variant) = variants::find_variant(tx.conn(), &line.sku)? else {
        return refuse(&format!(
            "There is no product {}. Nothing was changed; correct the line.",
            line.sku
        ));
    };
    let lot = match line.lot.as_str() {
        "" => None,
        code => {
            let lots = locations::list_lots(tx.conn(), variant)?;
            let Some(lot) = lots.iter().find(|lot| lot.code == code) else {
                return refuse(&format!(
                    "{} has no lot {code}. Nothing was changed; correct the line.",
                    line.sku
                ));
            };
            Some(lot.id)
        }
    };
    use EventKind::{Adjusted, MovedIn, MovedOut};
    let events: &[(LocationId, EventKind, i64, &str)] = match moved.kind {
        StepKind::Sent => {
            &[(transfer.from, MovedOut, -units, ""), (transfer.via, MovedIn, units, "")]
        }
        StepKind::Received => {
            &[(transfer.via, MovedOut, -units, ""), (transfer.to, MovedIn, units, "")]
        }
        StepKind::Closed => {
            let reason = if units > 0 { LOST } else { FOUND };
            &[(transfer.via, Adjusted, -units, reason)]
        }
    };
    for (location, kind, delta, reason) in events {
        let place = locations::find_location_by_id(tx.conn(), *location)?;
        if place.ok_or(StoreError::Missing)?.kind == LocationKind::Fba {
            continue;
        }
        let key = format!("transfer:{}:{line_no}:{}:{location}", moved.step, kind.name());
        let event = NewEvent {
            variant,
            location: *location,
            lot,
            kind: *kind,
            change: Change::Delta(*delta),
            reason,
            reference: &transfer.number,
            key: &key,
            occurred_at: moved.moment,
            unit_cost: None,
            order: None,
            action: Some(moved.action),
        };
        ledger::append_event(tx, &event)?;
    }
    Ok(())
}
