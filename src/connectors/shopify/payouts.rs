//! Shopify Payments' payouts export: each row a payout with the total that it states, and the
//! parts that it is made of. A row whose parts do not add up is refused.

use std::io::BufRead;

use crate::base::{Currency, Day};
use crate::connectors::contract::{Emit, Found, Head, Match, ReadCtx, UnknownKind};
use crate::connectors::fault::FileFault;
use crate::connectors::kit::sheet::{self, CellFault, Cells, Field, Sheet};
use crate::connectors::kit::when::DayOrder;
use crate::connectors::kit::{amount, sheet::normal};
use crate::domain::record::{Payout, PayoutPart, PayoutStatus, Record};

/// Places in `FIELDS`.
mod column {
    pub const DAY: usize = 0;
    pub const STATUS: usize = 1;
    pub const TOTAL: usize = 2;
    pub const CURRENCY: usize = 3;
    /// From here on the parts.
    pub const CHARGES: usize = 4;
}
use column::*;

static FIELDS: [Field; 11] = [
    Field::required(&["payout date"]),
    Field::required(&["status"]),
    Field::required(&["total"]).amount(),
    Field::optional(&["currency"]),
    Field::required(&["charges"]).amount(),
    Field::required(&["refunds"]).amount(),
    Field::optional(&["adjustments"]).amount(),
    Field::optional(&["reserved funds"]).amount(),
    Field::required(&["fees"]).amount(),
    Field::optional(&["retried amount"]).amount(),
    Field::ignored(&["payout id", "bank reference", "business entity name", "business entity id"]),
];

/// The bridge's row of each part, in the order of `FIELDS`.
const GROUPS: [&str; 6] = ["sales", "refunds", "other_income", "reserves", "fees", "balance"];
const STATUSES: [&str; 7] =
    ["paid", "pending", "in_transit", "in transit", "scheduled", "failed", "canceled"];
const DAYS: DayOrder = DayOrder::MonthFirst;

pub fn recognises(head: &Head<'_>) -> Match {
    sheet::recognise(head, &FIELDS)
}

/// # Errors
/// `NotThisFormat` for another header.
pub fn read(source: &mut dyn BufRead, ctx: &ReadCtx, emit: Emit<'_>) -> Result<(), FileFault> {
    let mut sheet = Sheet::open(source, &FIELDS)?;
    sheet.tell_unknown_columns(emit)?;
    let further: Vec<(usize, String)> =
        sheet.unknown_columns().map(|(column, name)| (column, name.trim().to_owned())).collect();
    let mut before: Option<(Day, Currency)> = None;
    let mut number = 1;
    while let Some(cells) = sheet.next_row()? {
        let row = cells.line;
        if let Some(name) = cells.find_strange_currency(CURRENCY) {
            emit(Found::Unknown { row, kind: UnknownKind::Currency, name })?;
        }
        let (day, mut payout) = match read_row(&cells, ctx, &further) {
            Ok(read) => read,
            Err(fault) => {
                emit(Found::Refused(cells.refuse(fault)))?;
                continue;
            }
        };
        let status = cells.text(STATUS).to_lowercase();
        if !STATUSES.contains(&status.as_str()) {
            emit(Found::Unknown { row, kind: UnknownKind::Status, name: status })?;
        }
        // A second payout of the day is told apart by its place.
        let same = before == Some((day, payout.currency));
        number = if same { number + 1 } else { 1 };
        before = Some((day, payout.currency));
        if number > 1 {
            payout.id = format!("{}/{number}", payout.id);
        }
        emit(Found::Records { row, records: vec![Record::Payout(payout)] })?;
    }
    Ok(())
}

/// The name of a day's payout.
pub fn id_of(day: Day) -> String {
    format!("Shopify Payments payout of {day}")
}

/// Shopify's word for where a payout stands.
pub fn find_status(text: &str) -> Option<PayoutStatus> {
    match text.trim().to_lowercase().as_str() {
        "paid" => Some(PayoutStatus::Paid),
        "in_transit" | "in transit" | "scheduled" => Some(PayoutStatus::InTransit),
        "failed" | "canceled" => Some(PayoutStatus::Failed),
        _ => None,
    }
}

fn read_row(
    cells: &Cells<'_>,
    ctx: &ReadCtx,
    further: &[(usize, String)],
) -> Result<(Day, Payout), CellFault> {
    let currency = cells.currency(CURRENCY)?.or(ctx.currency).ok_or_else(|| {
        CellFault::new(CURRENCY, "The row names no currency, nor does the store.")
    })?;
    let when = cells.when(DAY, DAYS)?;
    let day = when.ok_or_else(|| CellFault::new(DAY, "The payout bears no day."))?.day;
    let total = cells.minor(TOTAL, currency)?;
    let stated_minor = total.ok_or_else(|| CellFault::new(TOTAL, "The payout states no total."))?;
    let part = |group: &str, kind: String, amount_minor, unclassified| PayoutPart {
        group: group.to_owned(),
        kind,
        amount_minor,
        rows: 1,
        unclassified,
    };
    let mut parts = Vec::new();
    for (index, group) in GROUPS.iter().enumerate() {
        let amount_minor = cells.minor_or_zero(CHARGES + index, currency)?;
        if amount_minor != 0 {
            parts.push(part(
                group,
                FIELDS[CHARGES + index].names[0].to_owned(),
                amount_minor,
                false,
            ));
        }
    }
    let sum = |parts: &[PayoutPart]| -> i128 {
        parts.iter().map(|part| i128::from(part.amount_minor)).sum()
    };
    if sum(&parts) != i128::from(stated_minor) {
        // A column that is new here may hold the rest.
        for (column, name) in further {
            let minor = amount::minor(&cells.column(*column), cells.mark(), currency);
            if let Ok(Some(minor)) = minor
                && minor != 0
            {
                parts.push(part("unclassified", normal(name), minor, true));
            }
        }
    }
    if sum(&parts) != i128::from(stated_minor) {
        let reason = "The payout's parts do not add up to its total, so it cannot be trusted. \
                      Export the file again and import it unchanged.";
        return Err(CellFault::new(TOTAL, reason));
    }
    let status = find_status(&cells.text(STATUS));
    Ok((day, payout_of(day, (stated_minor, currency), status, parts)))
}

/// The payout of a day as the shop states it, by whichever way it was told.
pub(super) fn payout_of(
    day: Day,
    (stated_minor, currency): (i64, Currency),
    status: Option<PayoutStatus>,
    parts: Vec<PayoutPart>,
) -> Payout {
    let is_paid = status == Some(PayoutStatus::Paid);
    Payout {
        id: id_of(day),
        currency,
        from: None,
        to: None,
        deposited: is_paid.then_some(day),
        status,
        due: (!is_paid).then_some(day),
        stated_minor,
        rows: 1,
        parts,
        received: None,
    }
}

#[cfg(test)]
mod tests;
