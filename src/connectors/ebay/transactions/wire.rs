//! The transaction report's columns and one of its rows, amounts read, nothing interpreted.

use crate::base::{Currency, Day, Instant};
use crate::connectors::contract::{ReadCtx, UnknownKind};
use crate::connectors::kit::sheet::{CellFault, Cells, Field, Sheet};
use crate::connectors::kit::when::DayOrder;

pub const DATE: usize = 0;
pub const TYPE: usize = 1;
pub const ORDER: usize = 2;
const BUYER: usize = 3;
const REGION: usize = 4;
const COUNTRY: usize = 5;
pub const NET: usize = 6;
const PAYOUT_CURRENCY: usize = 7;
const PAYOUT: usize = 8;
const ITEM: usize = 9;
const TRANSACTION: usize = 10;
const TITLE: usize = 11;
const LABEL: usize = 12;
pub const QUANTITY: usize = 13;
const SUBTOTAL: usize = 14;
const SHIPPING: usize = 15;
const SELLER_TAX: usize = 16;
const EBAY_TAX: usize = 17;
pub const GROSS: usize = 18;
pub const CURRENCY: usize = 19;
const REFERENCE: usize = 20;
const DESCRIPTION: usize = 21;
/// The first of the columns that are fees.
const FEES: usize = 22;

/// Behind the fees and the columns that are not read.
const STATUS: usize = 37;

/// Our names of the fee columns, in the order of `FIELDS`.
const FEE_KINDS: [&str; 9] = [
    "final_value_fixed",
    "final_value",
    "regulatory_operating",
    "not_as_described",
    "below_standard",
    "international",
    "charity_donation",
    "deposit_processing",
    "promoted_listings",
];

pub static FIELDS: [Field; 41] = [
    Field::required(&["transaction creation date", "datum der transaktionserstellung"]),
    Field::required(&["type", "typ"]),
    Field::required(&["order number", "bestellnummer"]),
    Field::optional(&["buyer username", "nutzername des käufers"]).personal(),
    Field::optional(&[
        "ship to province/region/state",
        "post to province/region/state",
        "versandziel - bundesland/provinz",
    ]),
    Field::optional(&["ship to country", "post to country", "versandziel - land"]),
    Field::required(&["net amount", "betrag abzügl. kosten"]).amount(),
    Field::optional(&["payout currency", "auszahlungswährung"]),
    Field::required(&["payout id", "auszahlung nr."]),
    Field::optional(&["item id", "artikelnr.", "artikelnummer"]),
    Field::optional(&["transaction id", "transaktionsnr.", "transaktionsnummer"]),
    Field::optional(&["item title", "angebotstitel"]),
    Field::optional(&["custom label", "bestandseinheit"]),
    Field::optional(&["quantity", "anzahl", "stückzahl"]),
    Field::optional(&["item subtotal", "zwischensumme artikel"]).amount(),
    Field::optional(&["shipping and handling", "postage and packaging", "verpackung und versand"])
        .amount(),
    Field::optional(&[
        "seller collected tax",
        "vom verkäufer eingezogene steuer",
        "vom verkäufer eingezogene steuern",
    ])
    .amount(),
    Field::optional(&[
        "ebay collected tax",
        "von ebay eingezogene steuer",
        "von ebay eingezogene steuern",
    ])
    .amount(),
    Field::required(&["gross transaction amount", "transaktionsbetrag (inkl. kosten)"]).amount(),
    Field::required(&["transaction currency", "transaktionswährung"]),
    Field::optional(&["reference id", "referenznummer", "referenz-id"]),
    Field::optional(&["description", "beschreibung"]),
    Field::optional(&[
        "final value fee - fixed",
        "final value fee – fixed",
        "fixer anteil der verkaufsprovision",
    ])
    .amount(),
    Field::optional(&[
        "final value fee - variable",
        "final value fee – variable",
        "variabler anteil der verkaufsprovision",
    ])
    .amount(),
    Field::optional(&["regulatory operating fee"]).amount(),
    Field::optional(&[
        "very high \"item not as described\" fee",
        "very high 'item not as described' fee",
        "very high item not as described fee",
        "gebühr für sehr hohe quote an „nicht wie beschriebenen artikeln“",
    ])
    .amount(),
    Field::optional(&[
        "below standard performance fee",
        "gebühr für unterdurchschnittlichen servicestatus",
    ])
    .amount(),
    Field::optional(&["international fee", "internationale gebühr"]).amount(),
    Field::optional(&["charity donation", "spende"]).amount(),
    Field::optional(&["deposit processing fee"]).amount(),
    Field::optional(&["promoted listings fee", "ad fee"]).amount(),
    Field::ignored(&["legacy order id", "alte bestellnummer"]),
    Field::ignored(&["buyer name", "name des käufers"]),
    Field::ignored(&["ship to city", "post to city", "versandziel - ort"]),
    Field::ignored(&["ship to zip", "post to postcode", "versandziel - plz"]),
    Field::ignored(&["payout date", "auszahlungsdatum"]),
    Field::ignored(&["payout method", "auszahlungsmethode"]),
    Field::optional(&["payout status", "status der auszahlung"]),
    Field::ignored(&["reason for hold", "grund für die einbehaltung"]),
    Field::ignored(&["seller specified vat rate", "vom verkäufer angegebener mwst.-satz"]),
    Field::ignored(&["exchange rate", "wechselkurs"]),
];

/// A fee that stands in a column of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnFee {
    pub kind: String,
    /// As the header has it.
    pub title: String,
    /// Negative takes from the seller.
    pub minor: i64,
    pub unknown: bool,
}

/// One row; amounts in the transaction's currency but for `net_minor`.
#[derive(Clone, Debug)]
pub struct Row {
    pub line: u64,
    pub at: Instant,
    pub day: Day,
    pub kind: String,
    pub order: Option<String>,
    pub buyer: Option<String>,
    pub region: Option<String>,
    pub country: Option<String>,
    pub net_minor: Option<i64>,
    /// Of `net_minor`.
    pub payout_currency: Currency,
    pub payout: Option<String>,
    pub item: Option<String>,
    pub transaction: Option<String>,
    pub title: Option<String>,
    pub sku: Option<String>,
    pub quantity: Option<i64>,
    pub subtotal_minor: Option<i64>,
    pub shipping_minor: i64,
    pub seller_tax_minor: i64,
    pub ebay_tax_minor: i64,
    pub gross_minor: Option<i64>,
    pub currency: Currency,
    pub reference: Option<String>,
    pub description: Option<String>,
    /// eBay's word for where the payout stands.
    pub status: Option<String>,
    pub fees: Vec<ColumnFee>,
}

/// A row that cannot be read, and what of it no table of ours has.
pub struct RowFault {
    pub cell: CellFault,
    pub unknown: Option<(UnknownKind, String)>,
}

impl From<CellFault> for RowFault {
    fn from(cell: CellFault) -> Self {
        Self { cell, unknown: None }
    }
}

/// Columns between the collected tax and the gross amount that no field names: eBay adds fees
/// there.
pub fn find_unknown_fees(sheet: &Sheet<'_>) -> Vec<(usize, String)> {
    let names: Vec<(usize, String)> =
        sheet.unknown_columns().map(|(column, name)| (column, name.to_owned())).collect();
    let (from, to) = (sheet.column_of(EBAY_TAX), sheet.column_of(GROSS));
    let (Some(from), Some(to)) = (from, to) else { return Vec::new() };
    names.into_iter().filter(|(column, _)| (from..to).contains(column)).collect()
}

impl Row {
    /// # Errors
    /// The first cell that cannot be read.
    pub fn read(
        cells: &Cells<'_>,
        ctx: &ReadCtx,
        unknown_fees: &[(usize, String)],
        fallback: Option<Currency>,
    ) -> Result<Self, RowFault> {
        let paid_out = cells.currency(PAYOUT_CURRENCY).ok().flatten();
        let currency = read_currency(cells, CURRENCY, paid_out.or(fallback))?;
        let payout_currency = read_currency(cells, PAYOUT_CURRENCY, Some(currency))?;
        let when = cells
            .when(DATE, DayOrder::MonthFirst)?
            .ok_or_else(|| CellFault::new(DATE, "The row has no date."))?;
        let at = when.instant(&ctx.zone);
        let at = at.ok_or_else(|| CellFault::new(DATE, "The day is outside of 1970 to 2199."))?;
        let id = |field| match cells.find(field) {
            Some(_) => cells.id(field).map(Some),
            None => Ok(None),
        };
        Ok(Self {
            line: cells.line,
            at,
            day: when.day,
            kind: cells.need(TYPE)?,
            order: id(ORDER)?,
            buyer: cells.find(BUYER),
            region: cells.find(REGION),
            country: cells.find(COUNTRY),
            net_minor: cells.minor(NET, payout_currency)?,
            payout_currency,
            payout: id(PAYOUT)?,
            item: id(ITEM)?,
            transaction: id(TRANSACTION)?,
            title: cells.find(TITLE),
            sku: cells.find(LABEL),
            quantity: cells.count(QUANTITY)?,
            subtotal_minor: cells.minor(SUBTOTAL, currency)?,
            shipping_minor: cells.minor_or_zero(SHIPPING, currency)?,
            seller_tax_minor: cells.minor_or_zero(SELLER_TAX, currency)?,
            ebay_tax_minor: cells.minor_or_zero(EBAY_TAX, currency)?,
            gross_minor: cells.minor(GROSS, currency)?,
            currency,
            reference: cells.find(REFERENCE),
            description: cells.find(DESCRIPTION),
            status: cells.find(STATUS),
            fees: read_fees(cells, currency, unknown_fees)?,
        })
    }

    /// Whether the row states no amount of its own: it tells one item of a row that does.
    pub fn is_item(&self) -> bool {
        self.net_minor.is_none() && self.gross_minor.is_none()
    }

    /// Whether rows of items may follow.
    pub fn is_head(&self) -> bool {
        !self.is_item() && self.item.is_none() && self.subtotal_minor.is_none()
    }

    pub fn fees_minor(&self) -> i64 {
        self.fees.iter().map(|fee| fee.minor).sum()
    }
}

fn read_currency(
    cells: &Cells<'_>,
    field: usize,
    fallback: Option<Currency>,
) -> Result<Currency, RowFault> {
    match cells.currency(field) {
        Ok(Some(currency)) => Ok(currency),
        Ok(None) => fallback.ok_or_else(|| {
            CellFault::new(field, "The row names no currency; name it with --currency.").into()
        }),
        Err(cell) => {
            Err(RowFault { cell, unknown: cells.find(field).map(|c| (UnknownKind::Currency, c)) })
        }
    }
}

fn read_fees(
    cells: &Cells<'_>,
    currency: Currency,
    unknown: &[(usize, String)],
) -> Result<Vec<ColumnFee>, CellFault> {
    let mut fees = Vec::new();
    for (index, kind) in FEE_KINDS.iter().enumerate() {
        let minor = cells.minor_or_zero(FEES + index, currency)?;
        if minor != 0 {
            let title = FIELDS[FEES + index].names[0].to_owned();
            fees.push(ColumnFee { kind: (*kind).to_owned(), title, minor, unknown: false });
        }
    }
    for (column, title) in unknown {
        let minor = cells.minor_of_column(*column, currency);
        let minor = minor.map_err(|reason| CellFault::new(GROSS, format!("{title}: {reason}.")))?;
        if let Some(minor) = minor.filter(|minor| *minor != 0) {
            let kind = crate::connectors::kit::words::kind_of_words(title);
            fees.push(ColumnFee { kind, title: title.clone(), minor, unknown: true });
        }
    }
    Ok(fees)
}
