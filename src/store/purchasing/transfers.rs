//! Transfers between places, and what happened to each.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::taken;
use crate::base::id::{StockActionId, TransferId, TransferStepId};
use crate::base::{Day, Instant};
use crate::domain::transfer::{CalledOff, Step, StepKind, Transfer, TransferLine};
use crate::store::{Reader, StoreError, Tx};

const COLUMNS: &str = "number, from_id, to_id, via_id, reference, note, cancelled_at, id";

fn from_row(row: &Row<'_>) -> rusqlite::Result<(TransferId, Transfer)> {
    let cancelled: Option<Instant> = row.get(6)?;
    let transfer = Transfer {
        number: row.get(0)?,
        from: row.get(1)?,
        to: row.get(2)?,
        via: row.get(3)?,
        reference: row.get(4)?,
        note: row.get(5)?,
        called_off: cancelled.map_or(CalledOff::No, |_| CalledOff::Yes),
        lines: Vec::new(),
    };
    Ok((row.get(7)?, transfer))
}

fn line_from_row(row: &Row<'_>) -> rusqlite::Result<(TransferId, TransferLine)> {
    let line = TransferLine { sku: row.get(0)?, lot: row.get(1)?, quantity: row.get(2)? };
    Ok((row.get(3)?, line))
}

pub fn find_transfer(conn: &Connection, id: TransferId) -> Result<Option<Transfer>, StoreError> {
    let sql = format!("select {COLUMNS} from transfers where id = ?");
    let found = conn.prepare_cached(&sql)?.query_row([id], from_row).optional()?;
    let Some((_, mut transfer)) = found else { return Ok(None) };
    let mut statement = conn.prepare_cached(
        "select sku, lot, quantity, transfer_id from transfer_lines where transfer_id = ?
         order by line_no",
    )?;
    let lines = statement.query_map([id], line_from_row)?;
    transfer.lines = lines.map(|line| Ok(line?.1)).collect::<Result<_, rusqlite::Error>>()?;
    Ok(Some(transfer))
}

/// The newest first.
pub fn list_transfers(reader: &Reader<'_>) -> Result<Vec<(TransferId, Transfer)>, StoreError> {
    let mut lines: BTreeMap<TransferId, Vec<TransferLine>> = BTreeMap::new();
    let mut statement = reader.conn().prepare_cached(
        "select sku, lot, quantity, transfer_id from transfer_lines order by transfer_id, line_no",
    )?;
    for row in statement.query_map([], line_from_row)? {
        let (transfer, line) = row?;
        lines.entry(transfer).or_default().push(line);
    }
    let sql = format!("select {COLUMNS} from transfers order by id desc");
    let mut statement = reader.conn().prepare_cached(&sql)?;
    let rows = statement.query_map([], from_row)?;
    let whole = rows.map(|row| {
        let (id, mut transfer) = row?;
        transfer.lines = lines.remove(&id).unwrap_or_default();
        Ok((id, transfer))
    });
    Ok(whole.collect::<Result<_, rusqlite::Error>>()?)
}

/// # Errors
/// `Refused` where its number is taken.
pub fn insert_transfer(
    tx: &Tx<'_>,
    transfer: &Transfer,
    id: Option<TransferId>,
) -> Result<TransferId, StoreError> {
    let sql = "select exists (select 1 from transfers where number = ?)";
    if tx.conn().prepare_cached(sql)?.query_row([&transfer.number], |row| row.get(0))? {
        return Err(taken("a transfer", &transfer.number));
    }
    let cancelled = (transfer.called_off == CalledOff::Yes).then_some(tx.now);
    tx.conn()
        .prepare_cached(
            "insert into transfers (number, from_id, to_id, via_id, reference, note, created_at,
                cancelled_at, id)
             values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            transfer.number,
            transfer.from,
            transfer.to,
            transfer.via,
            transfer.reference,
            transfer.note,
            tx.now,
            cancelled,
            id,
        ])?;
    let id = TransferId(tx.conn().last_insert_rowid());
    insert_lines(tx, id, transfer)?;
    Ok(id)
}

/// Writes it as it is now, all but its number.
///
/// # Errors
/// `Missing`.
pub fn update_transfer(tx: &Tx<'_>, id: TransferId, transfer: &Transfer) -> Result<(), StoreError> {
    let cancelled = (transfer.called_off == CalledOff::Yes).then_some(tx.now);
    let changed = tx
        .conn()
        .prepare_cached(
            "update transfers set from_id = ?, to_id = ?, via_id = ?, reference = ?, note = ?,
                cancelled_at = ? where id = ?",
        )?
        .execute(params![
            transfer.from,
            transfer.to,
            transfer.via,
            transfer.reference,
            transfer.note,
            cancelled,
            id,
        ])?;
    if changed == 0 {
        return Err(StoreError::Missing);
    }
    delete_lines(tx, id)?;
    insert_lines(tx, id, transfer)
}

fn insert_lines(tx: &Tx<'_>, id: TransferId, transfer: &Transfer) -> Result<(), StoreError> {
    let mut statement = tx.conn().prepare_cached(
        "insert into transfer_lines (transfer_id, line_no, sku, lot, quantity)
         values (?, ?, ?, ?, ?)",
    )?;
    for (number, line) in (1_i64..).zip(&transfer.lines) {
        statement.execute(params![id, number, line.sku, line.lot, line.quantity])?;
    }
    Ok(())
}

fn delete_lines(tx: &Tx<'_>, id: TransferId) -> Result<(), StoreError> {
    let sql = "delete from transfer_lines where transfer_id = ?";
    tx.conn().prepare_cached(sql)?.execute([id])?;
    Ok(())
}

/// # Errors
/// `Conflict` where anything happened to it.
pub fn delete_transfer(tx: &Tx<'_>, id: TransferId) -> Result<(), StoreError> {
    delete_lines(tx, id)?;
    tx.conn().prepare_cached("delete from transfers where id = ?")?.execute([id])?;
    Ok(())
}

pub struct NewStep<'a> {
    pub transfer: TransferId,
    pub kind: StepKind,
    pub day: Day,
    pub by_name: &'a str,
    pub action: StockActionId,
}

/// A step as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptStep {
    pub id: TransferStepId,
    pub step: Step,
    pub day: Day,
    pub by_name: String,
    pub at: Instant,
    pub action: StockActionId,
    pub undone_at: Option<Instant>,
}

pub fn insert_step(tx: &Tx<'_>, step: &NewStep<'_>) -> Result<TransferStepId, StoreError> {
    tx.conn()
        .prepare_cached(
            "insert into transfer_steps (transfer_id, kind, day, by_name, at, action_id)
             values (?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            step.transfer,
            step.kind.name(),
            step.day,
            step.by_name,
            tx.now,
            step.action,
        ])?;
    Ok(TransferStepId(tx.conn().last_insert_rowid()))
}

pub fn insert_step_line(
    tx: &Tx<'_>,
    step: TransferStepId,
    (line_no, quantity): (i64, i64),
) -> Result<(), StoreError> {
    let sql = "insert into transfer_step_lines (step_id, line_no, quantity) values (?, ?, ?)";
    tx.conn().prepare_cached(sql)?.execute(params![step, line_no, quantity])?;
    Ok(())
}

pub fn mark_undone(tx: &Tx<'_>, step: TransferStepId) -> Result<(), StoreError> {
    let sql = "update transfer_steps set undone_at = ? where id = ?";
    tx.conn().prepare_cached(sql)?.execute(params![tx.now, step])?;
    Ok(())
}

const STEP_COLUMNS: &str = "id, kind, day, by_name, at, action_id, undone_at, transfer_id";

fn step_from_row(row: &Row<'_>) -> rusqlite::Result<(TransferId, KeptStep)> {
    let kind: String = row.get(1)?;
    let step = KeptStep {
        id: row.get(0)?,
        // The column's own check admits no other names.
        step: Step { kind: StepKind::parse(&kind).unwrap_or(StepKind::Closed), units: Vec::new() },
        day: row.get(2)?,
        by_name: row.get(3)?,
        at: row.get(4)?,
        action: row.get(5)?,
        undone_at: row.get(6)?,
    };
    Ok((row.get(7)?, step))
}

/// All of a transfer, those undone too, in the order in which they happened.
pub fn list_steps(conn: &Connection, transfer: TransferId) -> Result<Vec<KeptStep>, StoreError> {
    let sql =
        format!("select {STEP_COLUMNS} from transfer_steps where transfer_id = ? order by id");
    let mut statement = conn.prepare_cached(&sql)?;
    let rows = statement.query_map([transfer], step_from_row)?;
    let mut steps: Vec<KeptStep> =
        rows.map(|row| Ok(row?.1)).collect::<Result<_, rusqlite::Error>>()?;
    for step in &mut steps {
        let mut statement = conn.prepare_cached(
            "select line_no, quantity from transfer_step_lines where step_id = ? order by line_no",
        )?;
        let units = statement.query_map([step.id], |row| Ok((row.get(0)?, row.get(1)?)))?;
        step.step.units = units.collect::<Result<_, _>>()?;
    }
    Ok(steps)
}
