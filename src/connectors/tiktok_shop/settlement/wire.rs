//! One row of the settlement by its columns, whose set changes with country and quarter: what the
//! fields name, and every further column with an amount.

use super::vocabulary::{self, Meaning, RowKind};
use crate::base::{Currency, Instant, Zone};
use crate::connectors::contract::ReadCtx;
use crate::connectors::kit::amount;
use crate::connectors::kit::sheet::{self, CellFault, Cells, Field, Sheet};
use crate::connectors::kit::when::DayOrder;

/// Places in `FIELDS`.
pub mod column {
    pub const ID: usize = 0;
    pub const TYPE: usize = 1;
    pub const TOTAL: usize = 2;
    pub const REVENUE: usize = 3;
    pub const FEES: usize = 4;
    pub const ADJUSTMENT: usize = 5;
    pub const SETTLED: usize = 6;
    pub const SHIPPING: usize = 7;
    pub const STATEMENT: usize = 8;
    pub const CURRENCY: usize = 9;
    pub const CREATED: usize = 10;
    pub const RELATED: usize = 11;
    pub const SKU_ID: usize = 12;
    pub const QUANTITY: usize = 13;
    pub const BEFORE: usize = 14;
    pub const DISCOUNT: usize = 15;
    pub const BACK_BEFORE: usize = 16;
    pub const BACK_DISCOUNT: usize = 17;
}
use column::*;

pub static FIELDS: [Field; 18] = [
    Field::required(&["order/adjustment id", "order\\adjustment id", "order / adjustment id"]),
    Field::required(&["type", "transaction type"]),
    Field::required(&["total settlement amount"]).amount(),
    Field::required(&["total revenue", "net sales"]).amount(),
    Field::required(&["total fees", "fees"]).amount(),
    Field::required(&["adjustment amount", "adjustments", "adjustment"]).amount(),
    Field::required(&[
        "order settled time",
        "order settled time(utc)",
        "order settled date",
        "statement date",
        "statement time",
    ]),
    Field::optional(&["shipping", "total shipping"]).amount(),
    Field::optional(&["statement id"]),
    Field::optional(&["currency"]),
    Field::optional(&[
        "order created time",
        "order created time(utc)",
        "order created date",
        "creation date",
    ]),
    Field::optional(&["related order id"]),
    Field::optional(&["sku id"]),
    Field::optional(&["quantity"]),
    Field::optional(&["subtotal before discounts", "gross sales"]).amount(),
    Field::optional(&["seller discounts", "seller discount"]).amount(),
    Field::optional(&["refund subtotal before seller discounts", "gross sales refund"]).amount(),
    Field::optional(&["refund of seller discounts", "seller discount refund"]).amount(),
];

/// One row, read. Amounts are as signed as the file writes them, but for the discounts.
pub struct Entry {
    pub line: u64,
    pub id: String,
    pub related: Option<String>,
    pub type_: String,
    pub kind: RowKind,
    pub settled: Instant,
    pub created: Option<Instant>,
    pub sku_id: Option<String>,
    pub quantity: i64,
    pub total: i64,
    pub revenue: i64,
    /// Fees, and shipping where it stands apart from them.
    pub taken: i64,
    pub adjustment: i64,
    pub before: i64,
    pub discount: i64,
    pub back_before: i64,
    pub back_discount: i64,
    /// Place in `Layout::amounts`, amount; none of them 0.
    pub parts: Vec<(usize, i64)>,
}

/// The columns beyond the fields.
pub struct Layout {
    /// Column of the file, name, meaning; `None` is a fee that no table names.
    pub amounts: Vec<(usize, String, Option<Meaning>)>,
    /// Columns that are neither amounts nor known.
    pub unknown: Vec<String>,
    /// In which days are counted.
    pub days: Zone,
    currency: Option<Currency>,
    settled_zone: Zone,
    created_zone: Zone,
    /// Whether sales and discounts stand apart from the revenue.
    tells_sales: bool,
}

impl Layout {
    /// A column that no table names is a fee where it stands between the fees' sum and the
    /// adjustment.
    pub fn of(sheet: &Sheet<'_>, ctx: &ReadCtx) -> Self {
        let (from, to) = (sheet.place(FEES), sheet.place(ADJUSTMENT));
        let (mut amounts, mut unknown) = (Vec::new(), Vec::new());
        for (place, title) in sheet.unknown_columns() {
            let meaning = vocabulary::find_column(&sheet::normal(title));
            let is_within = Some(place) > from && to.is_some_and(|to| place < to);
            match meaning {
                Some(Meaning::Memo) => {}
                None if !is_within => unknown.push(title.trim().to_owned()),
                meaning => amounts.push((place, title.trim().to_owned(), meaning)),
            }
        }
        // Some exports say in the column's name that its times are not the shop's own.
        let zone_of = |field| match sheet.title(field).to_lowercase().contains("(utc)") {
            true => Zone::utc(),
            false => ctx.zone.clone(),
        };
        Self {
            amounts,
            unknown,
            days: ctx.zone.clone(),
            currency: ctx.currency,
            settled_zone: zone_of(SETTLED),
            created_zone: zone_of(CREATED),
            tells_sales: sheet.has(BEFORE),
        }
    }

    /// The statement that a row belongs to; without an id its day, of which there is one each.
    pub fn find_key(&self, cells: &Cells<'_>) -> (String, Option<Currency>) {
        let currency = cells.currency(CURRENCY).ok().flatten().or(self.currency);
        let day = || {
            let when = cells.when(SETTLED, DayOrder::DayFirst).ok().flatten();
            when.map(|when| format!("statement of {}", when.day)).unwrap_or_default()
        };
        (cells.find(STATEMENT).unwrap_or_else(day), currency)
    }

    /// # Errors
    /// A cell that cannot be read, or a total that is not the sum of its parts.
    pub fn read(&self, cells: &Cells<'_>) -> Result<Entry, CellFault> {
        let currency = cells.currency(CURRENCY)?.or(self.currency).ok_or_else(|| {
            CellFault::new(CURRENCY, "The row names no currency; name it with --currency.")
        })?;
        let minor = |field| cells.minor_or_zero(field, currency);
        let days = match currency.code() {
            "USD" => DayOrder::MonthFirst,
            _ => DayOrder::DayFirst,
        };
        let settled = cells.instant(SETTLED, (days, &self.settled_zone))?;
        let settled = settled.ok_or_else(|| CellFault::new(SETTLED, "The row bears no day."))?;
        let type_ = cells.need(TYPE)?;
        let (total, revenue) = (minor(TOTAL)?, minor(REVENUE)?);
        let (taken, adjustment) = (minor(FEES)? + minor(SHIPPING)?, minor(ADJUSTMENT)?);
        if total != revenue + taken + adjustment {
            let reason = "The total is not revenue, fees and adjustment together, so the row is \
                          not understood.";
            return Err(CellFault::new(TOTAL, reason));
        }
        let (mut before, mut discount) = (minor(BEFORE)?, minor(DISCOUNT)?.abs());
        let (mut back_before, mut back_discount) =
            (minor(BACK_BEFORE)?.abs(), minor(BACK_DISCOUNT)?.abs());
        if !self.tells_sales {
            before = revenue;
        }
        if before < 0 {
            // What is given back, in the columns of what was sold.
            back_before -= std::mem::take(&mut before);
            back_discount += std::mem::take(&mut discount);
        }
        Ok(Entry {
            line: cells.line,
            id: cells.id(ID)?,
            related: cells.find(RELATED).filter(|id| id.contains(|c: char| c.is_ascii_digit())),
            kind: vocabulary::find_type(&type_),
            type_,
            settled,
            created: cells.instant(CREATED, (days, &self.created_zone))?,
            sku_id: cells.find(SKU_ID),
            quantity: cells.count(QUANTITY)?.unwrap_or(1),
            total,
            revenue,
            taken,
            adjustment,
            before,
            discount,
            back_before,
            back_discount,
            parts: self.read_parts(cells, currency)?,
        })
    }

    fn read_parts(
        &self,
        cells: &Cells<'_>,
        currency: Currency,
    ) -> Result<Vec<(usize, i64)>, CellFault> {
        let mut parts = Vec::new();
        for (index, (place, name, meaning)) in self.amounts.iter().enumerate() {
            match amount::minor(&cells.column(*place), cells.mark(), currency) {
                Ok(None | Some(0)) => {}
                Ok(Some(minor)) => parts.push((index, minor)),
                // A word in a column that nobody knows is no fee.
                Err(_) if meaning.is_none() => {}
                Err(reason) => return Err(CellFault::new(FEES, format!("{name}: {reason}."))),
            }
        }
        Ok(parts)
    }

    /// The columns of a row's amounts that no table names.
    pub fn strange_fees<'a>(&'a self, entry: &'a Entry) -> impl Iterator<Item = &'a str> {
        let amounts = entry.parts.iter().map(|(index, _)| &self.amounts[*index]);
        amounts.filter(|(.., meaning)| meaning.is_none()).map(|(_, name, _)| name.as_str())
    }
}

/// The line under the header that tells what each column means.
pub fn is_description(cells: &Cells<'_>) -> bool {
    let has_digit = |field| cells.text(field).contains(|sign: char| sign.is_ascii_digit());
    !has_digit(ID) && !has_digit(TOTAL)
}
