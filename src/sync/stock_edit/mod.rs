//! What a person does to stock by hand, the same from pages and commands: each is one action of
//! the ledger with who and why, and can be taken back whole.
//!
//! | what | file |
//! | --- | --- |
//! | counts, adjustments, moves, kits, returns | `units.rs` |
//! | settings of variants, one or many at once | `settings.rs` |
//! | a stocktake as it goes | `stocktake.rs` |
//! | places | `places.rs` |

pub mod places;
pub mod settings;
pub mod stocktake;
pub mod units;

use super::ctx::Tools;
use crate::base::Instant;
use crate::base::id::{LocationId, LotId, StockActionId, UserId, VariantId};
use crate::domain::stock::event::{Change, EventKind};
use crate::store::stock::ledger::{self, NewAction, NewEvent, append_event};
use crate::store::stock::locations::{Location, find_location};
use crate::store::stock::{began, claims, settings_past, variants};
use crate::store::{Lane, StoreError, Tx};

/// Who does it, and why.
#[derive(Clone, Debug, Default)]
pub struct Doer {
    /// `None` for a command or a program.
    pub user: Option<UserId>,
    pub note: String,
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Done {
    pub action: StockActionId,
    /// How many events it wrote, or settings it changed.
    pub changes: usize,
}

pub(super) fn refused<T>(what: impl Into<String>) -> Result<T, StoreError> {
    Err(StoreError::Refused(format!("{} Nothing was changed.", what.into())))
}

/// One action being written.
struct Acting<'a> {
    tx: &'a Tx<'a>,
    action: StockActionId,
    events: usize,
}

/// An event of an action, before it has a key.
struct Happened<'a> {
    variant: VariantId,
    location: LocationId,
    lot: Option<LotId>,
    kind: EventKind,
    change: Change,
    reason: &'a str,
    reference: &'a str,
    at: Instant,
}

impl<'a> Acting<'a> {
    /// Of units: with the first, stock begins to be kept.
    fn begin(tx: &'a Tx<'a>, kind: &str, doer: &Doer) -> Result<Self, StoreError> {
        if began::begin(tx)? {
            claims::mark_open_orders(tx)?;
        }
        Self::open(tx, kind, doer)
    }

    /// Of what is said of products.
    fn open(tx: &'a Tx<'a>, kind: &str, doer: &Doer) -> Result<Self, StoreError> {
        let new = NewAction { kind, note: doer.note.trim(), user: doer.user, import: None };
        Ok(Self { tx, action: ledger::insert_action(tx, &new)?, events: 0 })
    }

    fn append(&mut self, happened: &Happened<'_>) -> Result<(), StoreError> {
        self.events += 1;
        let key = format!("action:{}:{}", self.action, self.events);
        let new = NewEvent {
            variant: happened.variant,
            location: happened.location,
            lot: happened.lot,
            kind: happened.kind,
            change: happened.change,
            reason: happened.reason,
            reference: happened.reference,
            key: &key,
            occurred_at: happened.at,
            unit_cost: None,
            order: None,
            action: Some(self.action),
        };
        append_event(self.tx, &new).map(|_| ())
    }

    fn done(&self) -> Done {
        Done { action: self.action, changes: self.events }
    }
}

/// Runs one action in a transaction of its own, and has what follows of it be done.
fn act(
    tools: &Tools,
    (kind, doer): (&str, &Doer),
    work: impl Fn(&mut Acting<'_>) -> Result<(), StoreError>,
) -> Result<Done, StoreError> {
    let done = tools.db.write_local(Lane::Interactive, |tx| {
        let mut acting = Acting::begin(tx, kind, doer)?;
        work(&mut acting)?;
        Ok(acting.done())
    })?;
    tools.signal.wake();
    Ok(done)
}

/// Takes an action back: its events, and what it said of variants.
///
/// # Errors
/// `Refused` where it was taken back already, or what it changed was changed again.
pub fn undo(tools: &Tools, action: StockActionId, doer: &Doer) -> Result<Done, StoreError> {
    let done = tools.db.write_local(Lane::Interactive, |tx| {
        let kind = ledger::find_kind(tx.conn(), action)?;
        if let Some(what) = kind.as_deref().and_then(find_whole) {
            return refused(what.to_owned());
        }
        let (undoing, events) = ledger::reverse_action(tx, action, doer.user)?;
        let settings = settings_past::restore_settings(tx, action)?;
        Ok(Done { action: undoing, changes: events + settings })
    })?;
    tools.signal.wake();
    Ok(done)
}

/// Where an action is half of something, and the other half would stay: what to do instead.
fn find_whole(kind: &str) -> Option<&'static str> {
    match kind {
        "receive" => Some(
            "These units came with a receipt. Take the receipt back on its purchase order, so \
             that what they cost goes with them.",
        ),
        "transfer" => Some(
            "These units moved with a transfer. Take the step back on the transfer, so that it \
             knows of it.",
        ),
        _ => None,
    }
}

fn find_sku(tx: &Tx<'_>, sku: &str) -> Result<VariantId, StoreError> {
    let sku = sku.trim();
    match variants::find_variant(tx.conn(), sku)? {
        Some(variant) => Ok(variant),
        None => refused(format!("There is no product {sku:?}; add it first.")),
    }
}

/// An open place by its name. What the marketplace holds is told by the marketplace alone.
fn find_place(tx: &Tx<'_>, name: &str) -> Result<Location, StoreError> {
    use crate::store::stock::locations::LocationKind;
    let Some(place) = find_location(tx.conn(), name)? else {
        return refused(format!("There is no place {:?}.", name.trim()));
    };
    if place.closed_at.is_some() {
        return refused(format!("The place {:?} is closed.", place.name));
    }
    if place.kind == LocationKind::Fba {
        let name = &place.name;
        return refused(format!("What lies in {name:?} is counted by the marketplace alone."));
    }
    Ok(place)
}
