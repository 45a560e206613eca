//! The ledger: events are appended, each once, and what is on hand follows in the same
//! transaction. What was done at once (an action) can be taken back at once.

use rusqlite::{Connection, OptionalExtension, params};

use crate::base::id::{
    ImportId, LocationId, LotId, OrderId, StockActionId, StockEventId, UserId, VariantId,
};
use crate::base::{Currency, Decimal, Instant};
use crate::domain::stock::event::{Change, Event, EventKind};
use crate::domain::stock::fold::{OnHand, fold};
use crate::store::audit::{self, Kind, Note};
use crate::store::stock::variants::mark_dirty;
use crate::store::{StoreError, Tx};

/// What somebody did.
#[derive(Clone, Copy, Debug, Default)]
pub struct NewAction<'a> {
    /// `count`, `adjust`, `move`, `receive`, ...
    pub kind: &'a str,
    pub note: &'a str,
    pub user: Option<UserId>,
    pub import: Option<ImportId>,
}

pub fn insert_action(tx: &Tx<'_>, new: &NewAction<'_>) -> Result<StockActionId, StoreError> {
    insert(tx, new, None)
}

fn insert(
    tx: &Tx<'_>,
    new: &NewAction<'_>,
    undoes: Option<StockActionId>,
) -> Result<StockActionId, StoreError> {
    tx.conn()
        .prepare_cached(
            "insert into stock_actions (kind, note, user_id, import_id, at, undoes_id)
             values (?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![new.kind, new.note, new.user, new.import, tx.now, undoes])?;
    let id = StockActionId(tx.conn().last_insert_rowid());
    let subject = format!("action {id}: {}", new.kind);
    let before = undoes.map(|undone| format!("action {undone}"));
    let (kind, before, after) = (Kind::Stock, before.as_deref(), Some(new.note));
    let after = after.filter(|note| !note.is_empty());
    audit::note(tx, Note { kind, subject: &subject, before, after })?;
    Ok(id)
}

/// What happened to units of one variant at one place.
#[derive(Clone, Debug)]
pub struct NewEvent<'a> {
    pub variant: VariantId,
    pub location: LocationId,
    pub lot: Option<LotId>,
    /// Any but `Reversed`; `Counted` with a count, all others with a delta.
    pub kind: EventKind,
    pub change: Change,
    pub reason: &'a str,
    pub reference: &'a str,
    /// An event whose key is known already is not written again.
    pub key: &'a str,
    pub occurred_at: Instant,
    pub unit_cost: Option<(Decimal, Currency)>,
    pub order: Option<(OrderId, &'a str)>,
    pub action: Option<StockActionId>,
}

/// Units of one place and lot: beyond this nothing is a stock.
const UNITS_MAX: i64 = 1_000_000_000_000;

/// Appends an event; `None` where its key is known already.
///
/// # Errors
/// `Refused` for a number of units that cannot be.
pub fn append_event(tx: &Tx<'_>, new: &NewEvent<'_>) -> Result<Option<StockEventId>, StoreError> {
    let (delta, counted) = match new.change {
        Change::Delta(delta) => (Some(delta), None),
        Change::Count(counted) => (None, Some(counted)),
    };
    let units = delta.or(counted).unwrap_or_default();
    if !(-UNITS_MAX..=UNITS_MAX).contains(&units) || counted.is_some_and(|units| units < 0) {
        return Err(StoreError::Refused(format!(
            "{units} is no number of units. Nothing was changed."
        )));
    }
    let (cost, currency) = new.unit_cost.unzip();
    let (order, line) = new.order.unzip();
    let written = tx
        .conn()
        .prepare_cached(
            "insert into stock_events (variant_id, location_id, lot_id, kind, delta, counted,
                reason, reference, order_id, line, key, occurred_at, recorded_at, unit_cost,
                currency, action_id)
             values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
             on conflict (key) do nothing",
        )?
        .execute(params![
            new.variant,
            new.location,
            new.lot,
            new.kind.name(),
            delta,
            counted,
            new.reason,
            new.reference,
            order,
            line.unwrap_or_default(),
            new.key,
            new.occurred_at,
            tx.now,
            cost,
            currency,
            new.action,
        ])?;
    if written == 0 {
        return Ok(None);
    }
    let id = tx.conn().last_insert_rowid();
    let cell = Cell { variant: new.variant, location: new.location, lot: new.lot };
    let event = Event { id, occurred_at: new.occurred_at, change: new.change };
    match find_cell(tx.conn(), cell)?.unwrap_or_default().with(&event) {
        Some(grown) => write_cell(tx, cell, grown)?,
        None => refold_cell(tx, cell)?,
    }
    mark_dirty(tx, new.variant)?;
    Ok(Some(StockEventId(id)))
}

/// Takes an action back: each of its events is undone by another, and on hand is what it would be
/// had they never been. Gives the action that did it, and how many events it undid.
///
/// # Errors
/// `Refused` where it was taken back already, or undoes another itself.
pub fn reverse_action(
    tx: &Tx<'_>,
    action: StockActionId,
    user: Option<UserId>,
) -> Result<(StockActionId, usize), StoreError> {
    let found: Option<(String, bool, bool)> = tx
        .conn()
        .prepare_cached(
            "select kind, undoes_id is not null,
                exists (select 1 from stock_actions later where later.undoes_id = action.id)
             from stock_actions action where id = ?",
        )?
        .query_row([action], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let refused = match found {
        None => Some("There is no such entry in the stock's history."),
        Some((_, true, _)) => Some("This took something back itself; enter it again instead."),
        Some((_, _, true)) => Some("This was taken back already."),
        Some(_) => None,
    };
    if let Some(what) = refused {
        return Err(StoreError::Refused(format!("{what} Nothing was changed.")));
    }
    let kind = found.map(|(kind, ..)| kind).unwrap_or_default();
    let new = NewAction { kind: &kind, note: "", user, import: None };
    let undoing = insert(tx, &new, Some(action))?;
    let undone = reverse_events(tx, action, undoing)?;
    Ok((undoing, undone))
}

/// What kind of action it was; `None` where there is no such action.
pub fn find_kind(conn: &Connection, action: StockActionId) -> Result<Option<String>, StoreError> {
    let kind = conn
        .prepare_cached("select kind from stock_actions where id = ?")?
        .query_row([action], |row| row.get(0))
        .optional()?;
    Ok(kind)
}

/// Takes back what an import counted.
pub fn reverse_import(tx: &Tx<'_>, import: ImportId) -> Result<(), StoreError> {
    let mut statement = tx.conn().prepare_cached(
        "select id from stock_actions action where import_id = ? and undoes_id is null
            and not exists (select 1 from stock_actions later where later.undoes_id = action.id)",
    )?;
    let actions: Vec<StockActionId> =
        statement.query_map([import], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for action in actions {
        reverse_action(tx, action, None)?;
    }
    Ok(())
}

fn reverse_events(
    tx: &Tx<'_>,
    action: StockActionId,
    undoing: StockActionId,
) -> Result<usize, StoreError> {
    let mut statement = tx.conn().prepare_cached(
        "select id from stock_events event where action_id = ? and kind <> 'reversed'
            and not exists (select 1 from stock_events later where later.reverses_id = event.id)
         order by id",
    )?;
    let events: Vec<StockEventId> =
        statement.query_map([action], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for event in &events {
        reverse_event(tx, *event, Some(undoing))?;
    }
    Ok(events.len())
}

/// Undoes one event.
pub fn reverse_event(
    tx: &Tx<'_>,
    event: StockEventId,
    action: Option<StockActionId>,
) -> Result<(), StoreError> {
    let cell = tx
        .conn()
        .prepare_cached("select variant_id, location_id, lot_id from stock_events where id = ?")?
        .query_row([event], |row| {
            Ok(Cell { variant: row.get(0)?, location: row.get(1)?, lot: row.get(2)? })
        })?;
    tx.conn()
        .prepare_cached(
            "insert into stock_events (variant_id, location_id, lot_id, kind, reference, order_id,
                line, key, occurred_at, recorded_at, action_id, reverses_id)
             select variant_id, location_id, lot_id, 'reversed', reference, order_id, line,
                'undo:' || id, occurred_at, ?2, ?3, id
             from stock_events where id = ?1",
        )?
        .execute(params![event, tx.now, action])?;
    refold_cell(tx, cell)?;
    mark_dirty(tx, cell.variant)
}

/// Units of one variant, place and lot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cell {
    variant: VariantId,
    location: LocationId,
    lot: Option<LotId>,
}

fn find_cell(conn: &Connection, cell: Cell) -> Result<Option<OnHand>, StoreError> {
    let found = conn
        .prepare_cached(
            "select units, last_at, last_event_id from on_hand
             where variant_id = ? and location_id = ? and lot_id = ?",
        )?
        .query_row(params![cell.variant, cell.location, lot_number(cell.lot)], |row| {
            let last = Some((row.get(1)?, row.get(2)?));
            Ok(OnHand { units: row.get(0)?, last })
        })
        .optional()?;
    Ok(found)
}

fn lot_number(lot: Option<LotId>) -> i64 {
    lot.map_or(0, |lot| lot.0)
}

fn write_cell(tx: &Tx<'_>, cell: Cell, on_hand: OnHand) -> Result<(), StoreError> {
    let key = (cell.variant, cell.location, lot_number(cell.lot));
    let Some((at, event)) = on_hand.last else {
        tx.conn()
            .prepare_cached(
                "delete from on_hand where variant_id = ? and location_id = ? and lot_id = ?",
            )?
            .execute(key)?;
        return Ok(());
    };
    tx.conn()
        .prepare_cached(
            "insert or replace into on_hand
                (variant_id, location_id, lot_id, units, last_at, last_event_id)
             values (?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![key.0, key.1, key.2, on_hand.units, at, event])?;
    Ok(())
}

fn refold_cell(tx: &Tx<'_>, cell: Cell) -> Result<(), StoreError> {
    let mut statement = tx.conn().prepare_cached(
        "select id, occurred_at, delta, counted from stock_events event
         where variant_id = ? and location_id = ? and lot_id is ? and kind <> 'reversed'
            and not exists (select 1 from stock_events later where later.reverses_id = event.id)",
    )?;
    let mut events: Vec<Event> = statement
        .query_map(params![cell.variant, cell.location, cell.lot], |row| {
            let (delta, counted): (Option<i64>, Option<i64>) = (row.get(2)?, row.get(3)?);
            let change = match (delta, counted) {
                (_, Some(counted)) => Change::Count(counted),
                (delta, None) => Change::Delta(delta.unwrap_or_default()),
            };
            Ok(Event { id: row.get(0)?, occurred_at: row.get(1)?, change })
        })?
        .collect::<Result<_, _>>()?;
    let on_hand = fold(&mut events).ok_or_else(|| {
        let what = "So many units cannot be written down. Nothing was changed.";
        StoreError::Refused(what.to_owned())
    })?;
    write_cell(tx, cell, on_hand)
}

/// What a place holds of a lot of a variant.
pub type Folded = (VariantId, LocationId, Option<LotId>, OnHand);

/// What is on hand, made anew of all events: one pass over the ledger.
///
/// # Errors
/// `Internal` where a sum cannot be written down.
pub fn fold_all(conn: &Connection) -> Result<Vec<Folded>, StoreError> {
    let mut statement = conn.prepare_cached(
        "select variant_id, location_id, lot_id, occurred_at, id, delta, counted
         from stock_events event
         where kind <> 'reversed'
            and not exists (select 1 from stock_events later where later.reverses_id = event.id)
         order by variant_id, location_id, lot_id, occurred_at, id",
    )?;
    let mut rows = statement.query([])?;
    let mut folded: Vec<Folded> = Vec::new();
    while let Some(row) = rows.next()? {
        let cell: (VariantId, LocationId, Option<LotId>) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let (delta, counted): (Option<i64>, Option<i64>) = (row.get(5)?, row.get(6)?);
        let change = match counted {
            Some(counted) => Change::Count(counted),
            None => Change::Delta(delta.unwrap_or_default()),
        };
        let event = Event { id: row.get(4)?, occurred_at: row.get(3)?, change };
        match folded.last_mut() {
            Some(last) if (last.0, last.1, last.2) == cell => {
                last.3 = last.3.with(&event).ok_or_else(too_many)?;
            }
            _ => {
                let first = OnHand::default().with(&event).ok_or_else(too_many)?;
                folded.push((cell.0, cell.1, cell.2, first));
            }
        }
    }
    Ok(folded)
}

fn too_many() -> StoreError {
    StoreError::Internal("the stock ledger holds a sum that cannot be written down".to_owned())
}
