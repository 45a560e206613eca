//! A statement's columns and one of its rows, amounts read, nothing interpreted.

use crate::base::{Currency, Day, Instant};
use crate::connectors::contract::{ReadCtx, UnknownKind};
use crate::connectors::kit::amount;
use crate::connectors::kit::sheet::{CellFault, Cells, Field};
use crate::connectors::kit::when::{DayOrder, When};

pub const DATE: usize = 0;
const TYPE: usize = 1;
pub const TITLE: usize = 2;
const INFO: usize = 3;
const CURRENCY: usize = 4;
const AMOUNT: usize = 5;
const FEES: usize = 6;
pub const NET: usize = 7;

pub static FIELDS: [Field; 9] = [
    Field::required(&["date", "datum"]),
    Field::required(&["type", "art"]),
    Field::required(&["title", "titel"]),
    Field::optional(&["info"]),
    Field::required(&["currency", "währung"]),
    Field::required(&["amount", "betrag"]).amount(),
    Field::required(&["fees & taxes", "gebühren & steuern"]).amount(),
    Field::required(&["net", "netto"]).amount(),
    Field::ignored(&["tax details", "taxes", "steuerliche angaben"]),
];

#[derive(Clone, Debug)]
pub struct Row {
    pub line: u64,
    /// `None` where the row bears no date.
    pub day: Option<Day>,
    pub at: Option<Instant>,
    pub kind: String,
    pub title: String,
    pub info: String,
    pub currency: Currency,
    /// Of a sale or a refund.
    pub amount_minor: i64,
    /// Both together; negative takes from the seller.
    pub net_minor: i64,
    /// As it stood; only of rows that may yet be refused.
    pub raw: String,
}

pub struct RowFault {
    pub cell: CellFault,
    pub unknown: Option<(UnknownKind, String)>,
}

impl From<CellFault> for RowFault {
    fn from(cell: CellFault) -> Self {
        Self { cell, unknown: None }
    }
}

impl Row {
    /// # Errors
    /// The first cell that cannot be read; amounts that do not add up to their net.
    pub fn read(
        cells: &Cells<'_>,
        ctx: &ReadCtx,
        last: Option<Currency>,
    ) -> Result<Self, RowFault> {
        let currency = read_currency(cells, ctx, last)?;
        let when = cells.when(DATE, DayOrder::MonthFirst)?;
        let at = match when {
            Some(when) => Some(instant(when, ctx)?),
            None => None,
        };
        let (amount, fees) = (cells.minor(AMOUNT, currency)?, cells.minor(FEES, currency)?);
        let sum = amount.unwrap_or(0) + fees.unwrap_or(0);
        let net = cells.minor(NET, currency)?;
        if let Some(net) = net
            && net != sum
            && (amount.is_some() || fees.is_some())
        {
            let reason = "Amount and fees do not add up to the row's net.";
            return Err(CellFault::new(NET, reason).into());
        }
        Ok(Self {
            line: cells.line,
            day: when.map(|when| when.day),
            at,
            kind: cells.need(TYPE)?,
            title: cells.find(TITLE).unwrap_or_default(),
            info: cells.find(INFO).unwrap_or_default(),
            currency,
            amount_minor: amount.or(net).unwrap_or(0),
            net_minor: net.unwrap_or(sum),
            raw: String::new(),
        })
    }
}

fn instant(when: When, ctx: &ReadCtx) -> Result<Instant, CellFault> {
    let wrong = || CellFault::new(DATE, "The day is outside of 1970 to 2199.");
    when.instant(&ctx.zone).ok_or_else(wrong)
}

/// The row's own currency, else that of the row before, else what its amounts' sign tells.
fn read_currency(
    cells: &Cells<'_>,
    ctx: &ReadCtx,
    last: Option<Currency>,
) -> Result<Currency, RowFault> {
    match cells.currency(CURRENCY) {
        Ok(Some(currency)) => return Ok(currency),
        Ok(None) => {}
        Err(cell) => {
            let unknown = cells.find(CURRENCY).map(|code| (UnknownKind::Currency, code));
            return Err(RowFault { cell, unknown });
        }
    }
    let sign = |field| amount::currency_of_sign(&cells.text(field), ctx.currency);
    let told = last.or_else(|| sign(NET)).or_else(|| sign(TITLE)).or(ctx.currency);
    told.ok_or_else(|| {
        let reason = "The row names no currency; name it with --currency.";
        CellFault::new(CURRENCY, reason).into()
    })
}
