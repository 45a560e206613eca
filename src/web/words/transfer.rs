//! Words and sentences of transfers between places.

use crate::domain::transfer::{StepKind, TransferState};
use crate::store::stock::locations::LocationKind;

pub const ADD: &str = "New transfer";
pub const LEAD: &str = "A draft first. Once sent, its units lie in transit until they came.";
pub const TABLE: &str = "Transfers, the newest first";
pub const EMPTY: &str = "No transfers yet.";
pub const EMPTY_WHY: &str = "A transfer moves units between two places, also into a marketplace's \
    warehouse, and tells what never came.";
pub const NUMBER: &str = "Number";
pub const FROM: &str = "From";
pub const TO: &str = "To";
pub const REFERENCE: &str = "Shipment";
pub const REFERENCE_HELP: &str =
    "The id of the FBA shipment: what Amazon says it received of it is proposed here.";
pub const NOTE: &str = "Note";
pub const LINES: &str = "Lines";
pub const LINES_HELP: &str = "One a row: product, units, and the lot where it is kept by lot.";
pub const STATE: &str = "State";
pub const SENT: &str = "Sent";
pub const RECEIVED: &str = "Received";
pub const IN_TRANSIT: &str = "In transit";
pub const AT_HAND: &str = "There now";
pub const UNITS: &str = "Units";
pub const LOT: &str = "Lot";
pub const PRODUCT: &str = "Product";
pub const SAVE: &str = "Save";
pub const EDIT: &str = "Edit";
pub const SEND: &str = "Send";
pub const SEND_ON: &str = "Sent on";
pub const RECEIVE: &str = "Receive";
pub const RECEIVE_ON: &str = "Received on";
pub const RECEIVE_LEAD: &str = "Units as they came; what is proposed is what is still on the way.";
pub const RECEIVE_LEAD_TOLD: &str =
    "What is proposed is what the marketplace says it received of this shipment.";
pub const CLOSE: &str = "Close with the difference";
pub const CLOSE_ON: &str = "Closed on";
pub const CLOSE_LEAD: &str =
    "What did not come is written off as lost in transit; what came beyond is written on.";
pub const CANCEL: &str = "Cancel it";
pub const CANCEL_ASK: &str = "Cancel this transfer?";
pub const CANCEL_LEAD: &str = "Nothing was sent of it. It can be undone.";
pub const STEP_ASK: &str = "Undo this step?";
pub const STEP_LEAD: &str = "Its units are where they were before it.";
pub const STEPS: &str = "What happened";
pub const HISTORY: &str = "History of the draft";
pub const LINES_TABLE: &str = "Lines of the transfer";
pub const DONE_SAVED: &str = "Transfer saved.";
pub const DONE_SENT: &str = "Sent: its units are in transit.";
pub const DONE_RECEIVED: &str = "Received.";
pub const DONE_CLOSED: &str = "Closed; the difference is written off.";
pub const DONE_CANCELLED: &str = "Transfer cancelled.";
pub const UNDONE: &str = "Undone. Its units are where they were.";
pub const LINES_EMPTY: &str = "Write at least one line, such as MUG-RED, 120.";
pub const LINES_TOO_MANY: &str = "These are more than 1,000 lines; make two transfers of them.";
pub const PLACES_WRONG: &str = "Choose two different places.";
pub const PLACE_ADD: &str = "Add a place";
pub const PLACE_LEAD: &str =
    "Your own shelf, another's warehouse that works for you, or a marketplace's.";
pub const PLACE_NAME: &str = "Name of the place";
pub const PLACE_KIND: &str = "Kind";
pub const PLACE_STORE: &str = "Whose warehouse it is";
pub const PLACE_NO_STORE: &str = "no store";
pub const PLACE_SAVED: &str = "Place added.";
pub const SHORT_TITLE: &str = "Fewer lie there than shall go out";
pub const TOLD_TITLE: &str = "The marketplace received more of it";
pub const FBA_NOTE: &str = "What lies at a marketplace is what it tells itself: units that came \
    there leave transit and are counted by it alone.";

pub fn title(number: &str) -> String {
    format!("Transfer {number}")
}

/// `From Main to FBA Germany.`
pub fn answer(from: &str, to: &str) -> String {
    format!("From {from} to {to}.")
}

/// `3 units are on the way in 1 transfer.`
pub fn list_answer(transfers: &str, units: &str) -> String {
    let are = if units == "1" { "unit is" } else { "units are" };
    let noun = if transfers == "1" { "transfer" } else { "transfers" };
    format!("{units} {are} on the way in {transfers} {noun}.")
}

pub fn line_wrong(number: &str) -> String {
    format!("Line {number} is not product, units, such as MUG-RED, 120.")
}

pub fn line_twice(number: &str, sku: &str) -> String {
    format!("Line {number}: {sku} stands twice. Add the units up.")
}

pub fn unknown_sku(number: &str, sku: &str) -> String {
    format!("Line {number}: there is no product {sku}.")
}

pub fn receive_line(sku: &str, open: &str) -> String {
    format!("{sku}, {open} on the way")
}

pub fn short(sku: &str, at_hand: &str, wanted: &str) -> String {
    format!("{sku}: {at_hand} lie there, {wanted} shall go out.")
}

pub fn told(sku: &str, units: &str) -> String {
    format!("{sku}: {units} more than are received here.")
}

pub fn state(state: TransferState) -> &'static str {
    match state {
        TransferState::Draft => "draft",
        TransferState::Sent => "sent",
        TransferState::PartlyReceived => "partly received",
        TransferState::Received => "received",
        TransferState::Closed => "closed with a difference",
        TransferState::Cancelled => "cancelled",
    }
}

/// `Received: 40 units`
pub fn step(kind: StepKind, units: &str) -> String {
    let name = match kind {
        StepKind::Sent => SENT,
        StepKind::Received => RECEIVED,
        StepKind::Closed => "Closed, difference",
    };
    format!("{name}: {units}")
}

pub fn place_kind(kind: LocationKind) -> &'static str {
    match kind {
        LocationKind::Own => "own shelf",
        LocationKind::Fba => "marketplace's warehouse (FBA)",
        LocationKind::ThreePl => "another's warehouse",
        LocationKind::InTransit => "in transit",
        LocationKind::Quarantine => "quarantine",
    }
}
