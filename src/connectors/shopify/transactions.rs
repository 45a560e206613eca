//! Shopify Payments' transactions export, in every width: each row a document of its order or a
//! charge of the store, and for each payout the sum of its rows. Memory holds the payouts, one a
//! day, and not the rows.

pub mod normalise;
pub mod vocabulary;

use std::collections::{BTreeMap, HashMap};
use std::io::BufRead;

use self::normalise::Transaction;
use self::vocabulary::Meaning;
use super::payouts;
use crate::base::money::MINOR_LIMIT;
use crate::base::{Currency, Day, Instant};
use crate::connectors::contract::{Emit, Found, Head, Match, ReadCtx, UnknownKind};
use crate::connectors::fault::FileFault;
use crate::connectors::kit::sheet::{self, CellFault, Cells, Field, Sheet};
use crate::connectors::kit::when::DayOrder;

use crate::domain::record::{ChargeClass, FeeClass, Payout, PayoutPart, PayoutStatus, Record};

/// Places in `FIELDS`.
mod column {
    pub const AT: usize = 0;
    pub const TYPE: usize = 1;
    pub const ORDER: usize = 2;
    pub const AMOUNT: usize = 3;
    pub const FEE: usize = 4;
    pub const NET: usize = 5;
    pub const STATUS: usize = 6;
    pub const PAYOUT_DAY: usize = 7;
    pub const VAT: usize = 8;
    pub const CURRENCY: usize = 9;
}
use column::*;

static FIELDS: [Field; 11] = [
    Field::required(&["transaction date"]),
    Field::required(&["type"]),
    Field::optional(&["order"]),
    Field::required(&["amount"]).amount(),
    Field::required(&["fee"]).amount(),
    Field::required(&["net"]).amount(),
    Field::required(&["payout status"]),
    Field::optional(&["payout date"]),
    Field::optional(&["vat"]).amount(),
    Field::optional(&["currency"]),
    Field::ignored(&[
        "card brand",
        "card source",
        "payout id",
        "available on",
        "checkout",
        "payment method name",
        "presentment amount",
        "presentment currency",
        "business entity name",
        "business entity id",
    ]),
];

/// Days of the export are written year first; of others the American order is Shopify's own.
const DAYS: DayOrder = DayOrder::MonthFirst;
const TIED: &str = "The export states no payout's total, so the sum of its rows is taken for it. A \
                    payout of which the export holds only a part is told too small; the payouts \
                    export states the totals.";

pub fn recognises(head: &Head<'_>) -> Match {
    sheet::recognise(head, &FIELDS)
}

/// # Errors
/// `NotThisFormat` for another header.
pub fn read(source: &mut dyn BufRead, ctx: &ReadCtx, emit: Emit<'_>) -> Result<(), FileFault> {
    let mut sheet = Sheet::open(source, &FIELDS)?;
    sheet.tell_unknown_columns(emit)?;
    let mut payouts = Payouts::default();
    let mut twins = Twins::default();
    while let Some(cells) = sheet.next_row()? {
        let row = cells.line;
        if let Some(name) = cells.find_strange_currency(CURRENCY) {
            emit(Found::Unknown { row, kind: UnknownKind::Currency, name })?;
        }
        let (transaction, payout) = match read_row(&cells, ctx, &mut twins) {
            Ok(read) => read,
            Err(fault) => {
                emit(Found::Refused(cells.refuse(fault)))?;
                continue;
            }
        };
        for (kind, name) in find_unknown(&cells, &transaction) {
            emit(Found::Unknown { row, kind, name })?;
        }
        if let Some(payout) = payout {
            payouts.add(row, payout, &transaction);
        }
        if let Some(record) = normalise::read(&transaction) {
            emit(Found::Records { row, records: vec![record] })?;
        }
    }
    payouts.hand_out(emit)
}

/// The payout of a row: its day, and whether it was paid.
struct PayoutOf {
    day: Day,
    status: Option<PayoutStatus>,
}

fn read_row(
    cells: &Cells<'_>,
    ctx: &ReadCtx,
    twins: &mut Twins,
) -> Result<(Transaction, Option<PayoutOf>), CellFault> {
    let currency = cells.currency(CURRENCY)?.or(ctx.currency).ok_or_else(|| {
        CellFault::new(CURRENCY, "The row names no currency, nor does the store.")
    })?;
    let at = cells.instant(AT, (DAYS, &ctx.zone))?;
    let at = at.ok_or_else(|| CellFault::new(AT, "The transaction bears no time."))?;
    let type_ = cells.need(TYPE)?;
    let amount_minor = cells.minor_or_zero(AMOUNT, currency)?;
    let net_minor = read_net(cells, currency, amount_minor)?;
    let order = cells.find(ORDER);
    let name = order.as_deref().unwrap_or_default();
    let kind = normalise::kind_of(&type_);
    let key = twins.key(at, format!("{at}/{kind}/{name}/{amount_minor}"));
    let payout = find_payout(cells)?;
    let transaction = Transaction {
        at,
        day: at.day_in(&ctx.zone),
        meaning: vocabulary::find(&type_),
        type_,
        order,
        currency,
        amount_minor,
        net_minor,
        payout: payout.as_ref().map(|payout| id_of(payout.day)),
        key,
    };
    Ok((transaction, payout))
}

/// Net = amount − fee, VAT on the fee within it or beside it.
fn read_net(cells: &Cells<'_>, currency: Currency, amount: i64) -> Result<i64, CellFault> {
    let fee = cells.minor_or_zero(FEE, currency)?;
    let vat = cells.minor_or_zero(VAT, currency)?;
    let net = cells.minor(NET, currency)?.unwrap_or(amount - fee);
    if net == amount - fee || net == amount - fee - vat {
        return Ok(net);
    }
    let reason = "Net is not the amount less the fee, so the row cannot be trusted. Export the \
                  file again and import it unchanged.";
    Err(CellFault::new(NET, reason))
}

/// What has no payout yet is told a day on which there may be one; it can still change.
fn find_payout(cells: &Cells<'_>) -> Result<Option<PayoutOf>, CellFault> {
    let status = cells.text(STATUS);
    if status.eq_ignore_ascii_case("pending") || status.is_empty() {
        return Ok(None);
    }
    let status = payouts::find_status(&status);
    let day = cells.when(PAYOUT_DAY, DAYS)?;
    Ok(day.map(|when| PayoutOf { day: when.day, status }))
}

const STATUSES: [&str; 8] =
    ["", "pending", "paid", "in_transit", "in transit", "scheduled", "failed", "canceled"];

fn find_unknown(cells: &Cells<'_>, transaction: &Transaction) -> Vec<(UnknownKind, String)> {
    let mut unknown = Vec::new();
    if transaction.meaning == Meaning::Unknown {
        unknown.push((UnknownKind::Transaction, transaction.type_.clone()));
    }
    let status = cells.text(STATUS);
    if !STATUSES.iter().any(|known| status.eq_ignore_ascii_case(known)) {
        unknown.push((UnknownKind::Status, status.into_owned()));
    }
    unknown
}

/// Rows that look alike are told apart by their number; such rows stand together in the export.
#[derive(Default)]
struct Twins {
    at: Option<Instant>,
    seen: HashMap<String, u32>,
}

impl Twins {
    fn key(&mut self, at: Instant, key: String) -> String {
        if self.at != Some(at) {
            self.at = Some(at);
            self.seen.clear();
        }
        let times = self.seen.entry(key.clone()).or_default();
        *times += 1;
        if *times == 1 { key } else { format!("{key}/{times}") }
    }
}

/// The export of payouts names none, so the day is what both have in common.
pub fn id_of(day: Day) -> String {
    format!("Shopify Payments transactions of {day}")
}

#[derive(Default)]
struct Payouts(BTreeMap<(Day, String), Sums>);

struct Sums {
    row: u64,
    currency: Currency,
    from: Day,
    to: Day,
    /// Of all its rows; `None` where they do not agree.
    status: Option<PayoutStatus>,
    rows: i64,
    total: i128,
    parts: BTreeMap<(&'static str, String), (i64, i64, bool)>,
}

impl Payouts {
    fn add(&mut self, row: u64, payout: PayoutOf, transaction: &Transaction) {
        let day = transaction.day;
        let code = transaction.currency.code().to_owned();
        let sums = self.0.entry((payout.day, code)).or_insert_with(|| Sums {
            row,
            currency: transaction.currency,
            from: day,
            to: day,
            status: payout.status,
            rows: 0,
            total: 0,
            parts: BTreeMap::new(),
        });
        (sums.from, sums.to) = (sums.from.min(day), sums.to.max(day));
        if sums.status != payout.status {
            sums.status = None;
        }
        sums.rows += 1;
        sums.total += i128::from(transaction.net_minor);
        let unclassified = transaction.meaning == Meaning::Unknown;
        let mut part = |group, kind: String, minor: i64| {
            let part = sums.parts.entry((group, kind)).or_insert((0, 0, unclassified));
            part.0 = part.0.saturating_add(minor);
            part.1 += 1;
        };
        part(group_of(transaction), transaction.type_.clone(), transaction.amount_minor);
        let fee_minor = transaction.fee_minor();
        if fee_minor != 0 {
            part("fees", format!("{} / Fee", transaction.type_), -fee_minor);
        }
    }

    fn hand_out(self, emit: Emit<'_>) -> Result<(), FileFault> {
        if let Some(sums) = self.0.values().next() {
            emit(Found::Notice { row: sums.row, what: TIED.to_owned() })?;
        }
        for ((day, _), sums) in self.0 {
            let row = sums.row;
            let stated = i64::try_from(sums.total).ok().filter(|it| it.abs() < MINOR_LIMIT);
            let Some(stated_minor) = stated else {
                let what = format!("The payout of {day} adds up to too large an amount.");
                emit(Found::Notice { row, what })?;
                continue;
            };
            let payout = sums.into_payout(day, stated_minor);
            emit(Found::Records { row, records: vec![Record::Payout(payout)] })?;
        }
        Ok(())
    }
}

impl Sums {
    fn into_payout(self, day: Day, stated_minor: i64) -> Payout {
        let part = |((group, kind), (amount_minor, rows, unclassified)): (
            (&'static str, String),
            (i64, i64, bool),
        )| {
            PayoutPart { group: group.to_owned(), kind, amount_minor, rows, unclassified }
        };
        let is_paid = self.status == Some(PayoutStatus::Paid);
        Payout {
            id: id_of(day),
            currency: self.currency,
            from: Some(self.from),
            to: Some(self.to),
            deposited: is_paid.then_some(day),
            status: self.status,
            due: (!is_paid).then_some(day),
            stated_minor,
            rows: self.rows,
            parts: self.parts.into_iter().map(part).collect(),
            received: None,
        }
    }
}

/// The bridge's row on which an amount stands.
fn group_of(transaction: &Transaction) -> &'static str {
    match transaction.meaning {
        Meaning::Charge => "sales",
        Meaning::Refund | Meaning::Chargeback => "refunds",
        Meaning::ChargebackFee => "fees",
        Meaning::Other { class: FeeClass::OtherIncome, .. } => "other_income",
        Meaning::Other { .. } => "fees",
        Meaning::Outside(ChargeClass::PeriodFee, _) => "period_fees",
        Meaning::Outside(ChargeClass::PeriodIncome, _) => "other_income",
        Meaning::Outside(ChargeClass::AdvertisingPayment, _) => "advertising",
        Meaning::Outside(ChargeClass::Balance, "reserve") => "reserves",
        Meaning::Outside(ChargeClass::Balance, _) => "balance",
        Meaning::Outside(ChargeClass::Tax, _) => "tax",
        Meaning::Outside(ChargeClass::Unclassified, _) | Meaning::Unknown => "unclassified",
    }
}

#[cfg(test)]
mod tests;
