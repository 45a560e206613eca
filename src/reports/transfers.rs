//! Transfers with how far they have come, and what a marketplace's own ledger says came of one.

use std::collections::BTreeMap;

use crate::base::id::{LocationId, TransferId};
use crate::domain::transfer::{Transfer, TransferState, received_of};
use crate::reports::ReportError;
use crate::store::Reader;
use crate::store::purchasing::log::{self, Entry, LogKind};
use crate::store::purchasing::transfers::{self, KeptStep};
use crate::store::stock::locations::{self, Location, LocationKind};
use crate::store::stock::{on_hand, variants};

/// Edits that are shown of one thing.
const LOG_MAX: i64 = 100;

/// One transfer of the list.
#[derive(Clone, Debug, PartialEq)]
pub struct TransferRow {
    pub id: TransferId,
    pub transfer: Transfer,
    pub from: String,
    pub to: String,
    pub state: TransferState,
    pub sent: i64,
    pub received: i64,
    /// Units on the way; negative where more came than was sent.
    pub open: i64,
}

/// All transfers, the newest first.
///
/// # Errors
/// `Store`.
pub fn list(reader: &Reader<'_>) -> Result<Vec<TransferRow>, ReportError> {
    let names = names(reader)?;
    let rows = transfers::list_transfers(reader)?.into_iter().map(|(id, transfer)| {
        let steps = transfers::list_steps(reader.conn(), id)?;
        Ok(row((id, transfer), &steps, &names))
    });
    rows.collect()
}

fn names(reader: &Reader<'_>) -> Result<BTreeMap<LocationId, String>, ReportError> {
    let places = locations::list_locations(reader)?.into_iter();
    Ok(places.map(|place| (place.id, place.name)).collect())
}

fn row(
    (id, transfer): (TransferId, Transfer),
    steps: &[KeptStep],
    names: &BTreeMap<LocationId, String>,
) -> TransferRow {
    let standing: Vec<_> = steps.iter().filter(|step| step.undone_at.is_none()).collect();
    let standing: Vec<_> = standing.into_iter().map(|step| step.step.clone()).collect();
    let name = |id: LocationId| names.get(&id).cloned().unwrap_or_default();
    let state = transfer.state(&standing);
    let received = (1_i64..).zip(&transfer.lines).map(|(no, _)| received_of(&standing, no)).sum();
    let is_sent = !matches!(state, TransferState::Draft | TransferState::Cancelled);
    let sent = if is_sent { transfer.units() } else { 0 };
    TransferRow {
        from: name(transfer.from),
        to: name(transfer.to),
        open: if state == TransferState::Closed { 0 } else { sent - received },
        sent,
        received,
        state,
        id,
        transfer,
    }
}

/// A line with how far it has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineRow {
    pub line_no: i64,
    pub sku: String,
    pub lot: String,
    pub quantity: i64,
    pub received: i64,
    /// Units that lie where it goes out; `None` where the marketplace alone says so.
    pub at_hand: Option<i64>,
    /// What the marketplace's ledger says came, and is not received here yet.
    pub proposed: i64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct TransferDetail {
    pub row: TransferRow,
    pub lines: Vec<LineRow>,
    /// Those undone too, in the order in which they happened.
    pub steps: Vec<KeptStep>,
    pub places: Vec<Location>,
    pub log: Vec<Entry>,
}

/// # Errors
/// `Nothing` where there is no such transfer; `Store`.
pub fn find(reader: &Reader<'_>, id: TransferId) -> Result<TransferDetail, ReportError> {
    let conn = reader.conn();
    let transfer = transfers::find_transfer(conn, id)?.ok_or(ReportError::Nothing)?;
    let steps = transfers::list_steps(conn, id)?;
    let places = locations::list_locations(reader)?;
    let find_place = |id: LocationId| places.iter().find(|place| place.id == id);
    let is_fba = |place: Option<&Location>| place.is_some_and(|one| one.kind == LocationKind::Fba);
    let mut told = match find_place(transfer.to) {
        Some(place) if is_fba(Some(place)) => list_told(reader, &transfer.reference, place)?,
        Some(_) | None => BTreeMap::new(),
    };
    let standing: Vec<_> = steps.iter().filter(|step| step.undone_at.is_none()).collect();
    let standing: Vec<_> = standing.into_iter().map(|step| step.step.clone()).collect();
    let mut lines = Vec::new();
    for (line_no, line) in (1_i64..).zip(&transfer.lines) {
        let variant = variants::find_variant(conn, &line.sku)?;
        let at_hand = match variant.filter(|_| !is_fba(find_place(transfer.from))) {
            Some(variant) => Some(on_hand::find_at(conn, variant, transfer.from)?),
            None => None,
        };
        let received = received_of(&standing, line_no);
        // A marketplace tells no lots: the first line of a SKU takes what it wants.
        let of_sku = told.entry(line.sku.clone()).or_default();
        let rest = transfer.lines.iter().skip(lines.len() + 1);
        let is_last = rest.into_iter().all(|other| other.sku != line.sku);
        let most = if is_last { i64::MAX } else { line.quantity.max(received) };
        let share = (*of_sku).clamp(0, most);
        *of_sku -= share;
        lines.push(LineRow {
            line_no,
            sku: line.sku.clone(),
            lot: line.lot.clone(),
            quantity: line.quantity,
            received,
            at_hand,
            proposed: (share - received).max(0),
        });
    }
    let names = names(reader)?;
    Ok(TransferDetail {
        row: row((id, transfer), &steps, &names),
        lines,
        steps,
        places,
        log: log::list(conn, (LogKind::Transfer, id.0), LOG_MAX)?,
    })
}

/// Units that a marketplace says it received of a shipment, by SKU.
fn list_told(
    reader: &Reader<'_>,
    reference: &str,
    place: &Location,
) -> Result<BTreeMap<String, i64>, ReportError> {
    if reference.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut statement = reader.conn().prepare_cached(
        "select sku, sum(quantity) from stock_movements
         where kind = 'Receipts' and reference = ?1 and (?2 is null or store_id = ?2)
         group by sku",
    )?;
    let rows = statement.query_map(rusqlite::params![reference, place.store], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
