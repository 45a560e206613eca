//! The orders report's columns and one of its rows, amounts read, nothing interpreted.

use crate::base::{Currency, Instant};
use crate::connectors::contract::ReadCtx;
use crate::connectors::kit::sheet::{CellFault, Cells, Field};
use crate::connectors::kit::when::DayOrder;

pub const ORDER: usize = 0;
const BUYER: usize = 1;
const BUYER_COUNTRY: usize = 2;
const SHIP_COUNTRY: usize = 3;
const SHIP_REGION: usize = 4;
const ITEM: usize = 5;
const TITLE: usize = 6;
const LABEL: usize = 7;
pub const QUANTITY: usize = 8;
pub const PRICE: usize = 9;
const SHIPPING: usize = 10;
const SELLER_TAX: usize = 11;
const EBAY_TAX: usize = 12;
const CHARGES: usize = 13;
pub const TOTAL: usize = 14;
const TAX_IN_TOTAL: usize = 15;
pub const SOLD: usize = 16;
const PAID: usize = 17;
const SHIPPED: usize = 18;
const TRANSACTION: usize = 19;
const INTERNATIONAL: usize = 20;
/// Fees that the buyer is charged by law, which pass through like a tax.
const BUYER_FEES: usize = 21;
const BUYER_FEES_COUNT: usize = 6;

pub static FIELDS: [Field; 80] = [
    Field::required(&["order number", "bestellnummer"]),
    Field::optional(&["buyer username", "nutzername des käufers"]).personal(),
    Field::optional(&["buyer country", "land des käufers"]),
    Field::optional(&["ship to country", "post to country", "versand nach land"]),
    Field::optional(&["ship to state", "post to county", "ship to county"]),
    Field::required(&["item number", "artikelnummer"]),
    Field::optional(&["item title", "artikelbezeichnung", "angebotstitel"]),
    Field::optional(&["custom label", "bestandseinheit"]),
    Field::required(&["quantity", "anzahl", "stückzahl"]),
    Field::required(&["sold for", "verkauft für", "verkaufspreis"]).amount(),
    Field::required(&["shipping and handling", "postage and packaging", "verpackung und versand"])
        .amount(),
    Field::optional(&["seller collected tax", "vom verkäufer eingezogene steuer"]).amount(),
    Field::optional(&["ebay collected tax", "von ebay eingezogene steuer"]).amount(),
    Field::optional(&["ebay collected charges", "von ebay eingezogene gebühren"]).amount(),
    Field::required(&["total price", "gesamtpreis", "gesamtbetrag"]).amount(),
    Field::optional(&["ebay collected tax and fees included in total"]),
    Field::required(&["sale date", "verkauft am", "verkaufsdatum"]),
    Field::optional(&["paid on date", "zahlungsdatum", "bezahldatum"]),
    Field::optional(&["shipped on date", "posted on date", "dispatched on date", "versanddatum"]),
    Field::optional(&["transaction id", "transaktions-id", "transaktionsnummer"]),
    Field::optional(&["ebay international shipping"]),
    Field::optional(&["electronic waste recycling fee"]).amount(),
    Field::optional(&["mattress recycling fee"]).amount(),
    Field::optional(&["battery recycling fee"]).amount(),
    Field::optional(&["white goods disposal tax"]).amount(),
    Field::optional(&["tire recycling fee"]).amount(),
    Field::optional(&["additional fee"]).amount(),
    Field::ignored(&["sales record number", "verkaufsprotokollnummer"]),
    Field::ignored(&["buyer name", "name des käufers"]),
    Field::ignored(&["buyer email"]),
    Field::ignored(&["buyer note"]),
    Field::ignored(&["buyer address 1"]),
    Field::ignored(&["buyer address 2"]),
    Field::ignored(&["buyer city"]),
    Field::ignored(&["buyer state", "buyer county"]),
    Field::ignored(&["buyer zip", "buyer postcode"]),
    Field::ignored(&["buyer tax identifier name"]),
    Field::ignored(&["buyer tax identifier value"]),
    Field::ignored(&["ship to name", "post to name"]),
    Field::ignored(&["ship to phone", "post to phone"]),
    Field::ignored(&["ship to address 1", "post to address 1"]),
    Field::ignored(&["ship to address 2", "post to address 2"]),
    Field::ignored(&["ship to city", "post to city"]),
    Field::ignored(&["ship to zip", "post to postcode"]),
    Field::ignored(&["sold via promoted listings"]),
    Field::ignored(&["item location"]),
    Field::ignored(&["item zip code", "item postcode"]),
    Field::ignored(&["item country"]),
    Field::ignored(&["ebay collect and remit tax rate"]),
    Field::ignored(&["ebay collect and remit tax type"]),
    Field::ignored(&["ebay reference name"]),
    Field::ignored(&["ebay reference value"]),
    Field::ignored(&["tax status"]),
    Field::ignored(&["included vat rate", "inbegriffener mwst.-satz"]),
    Field::ignored(&["payment method", "zahlungsmethode"]),
    Field::ignored(&["ship by date", "post by date", "dispatch by date"]),
    Field::ignored(&["minimum estimated delivery date"]),
    Field::ignored(&["maximum estimated delivery date"]),
    Field::ignored(&["feedback left"]),
    Field::ignored(&["feedback received"]),
    Field::ignored(&["my item note"]),
    Field::ignored(&["paypal transaction id"]),
    Field::ignored(&["shipping service", "delivery service"]),
    Field::ignored(&["tracking number"]),
    Field::ignored(&["variation details"]),
    Field::ignored(&["global shipping program", "global shipping programme"]),
    Field::ignored(&["global shipping reference id"]),
    Field::ignored(&["click and collect"]),
    Field::ignored(&["click and collect reference number"]),
    Field::ignored(&["ebay plus"]),
    Field::ignored(&["authenticity verification program"]),
    Field::ignored(&["authenticity verification status"]),
    Field::ignored(&["authenticity verification outcome reason"]),
    Field::ignored(&["ebay vault program"]),
    Field::ignored(&["vault fulfillment type"]),
    Field::ignored(&["ebay fulfillment program"]),
    Field::ignored(&["tax city"]),
    Field::ignored(&["tax state"]),
    Field::ignored(&["tax zip"]),
    Field::ignored(&["tax country"]),
];

/// One row; amounts of the row, the unit's price aside.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Row {
    pub line: u64,
    pub order: String,
    pub buyer: Option<String>,
    pub country: Option<String>,
    pub region: Option<String>,
    pub item: Option<String>,
    pub title: Option<String>,
    pub label: Option<String>,
    pub quantity: Option<i64>,
    pub price_minor: Option<i64>,
    pub shipping_minor: Option<i64>,
    pub seller_tax_minor: i64,
    pub ebay_tax_minor: i64,
    /// Recycling fees and the like.
    pub buyer_fees_minor: i64,
    pub total_minor: Option<i64>,
    /// Whether the total holds what eBay collects.
    pub tax_in_total: bool,
    pub sold: Option<Instant>,
    pub paid: Option<Instant>,
    pub shipped: Option<Instant>,
    pub transaction: Option<String>,
}

impl Row {
    /// # Errors
    /// The first cell that cannot be read.
    pub fn read(cells: &Cells<'_>, ctx: &ReadCtx, currency: Currency) -> Result<Self, CellFault> {
        let id = |field| match cells.find(field) {
            Some(_) => cells.id(field).map(Some),
            None => Ok(None),
        };
        let at = |field| cells.instant(field, (DayOrder::MonthFirst, &ctx.zone));
        let is_yes = |field| matches!(cells.text(field).to_lowercase().as_str(), "yes" | "ja");
        let mut buyer_fees_minor = cells.minor_or_zero(CHARGES, currency)?;
        for field in BUYER_FEES..BUYER_FEES + BUYER_FEES_COUNT {
            buyer_fees_minor += cells.minor_or_zero(field, currency)?;
        }
        // A parcel for eBay's international hub names the hub as its destination.
        let country = if is_yes(INTERNATIONAL) { BUYER_COUNTRY } else { SHIP_COUNTRY };
        Ok(Self {
            line: cells.line,
            order: cells.id(ORDER)?,
            buyer: cells.find(BUYER),
            country: cells.find(country).or_else(|| cells.find(BUYER_COUNTRY)),
            region: cells.find(SHIP_REGION).filter(|_| !is_yes(INTERNATIONAL)),
            item: id(ITEM)?,
            title: cells.find(TITLE),
            label: cells.find(LABEL),
            quantity: cells.count(QUANTITY)?,
            price_minor: cells.minor(PRICE, currency)?,
            shipping_minor: cells.minor(SHIPPING, currency)?,
            seller_tax_minor: cells.minor_or_zero(SELLER_TAX, currency)?,
            ebay_tax_minor: cells.minor_or_zero(EBAY_TAX, currency)?,
            buyer_fees_minor,
            total_minor: cells.minor(TOTAL, currency)?,
            tax_in_total: !matches!(
                cells.text(TAX_IN_TOTAL).to_lowercase().as_str(),
                "no" | "nein"
            ),
            sold: at(SOLD)?,
            paid: at(PAID)?,
            shipped: at(SHIPPED)?,
            transaction: id(TRANSACTION)?,
        })
    }

    /// Whether the row sells something; otherwise it tells of its order only.
    pub fn has_item(&self) -> bool {
        self.item.is_some() || self.transaction.is_some()
    }
}

/// The currency of the report's amounts, which only their sign tells; `own` is the store's.
pub fn currency_of_sign(text: &str, own: Option<Currency>) -> Option<Currency> {
    const SIGNS: [(&str, &str); 10] = [
        ("AU $", "AUD"),
        ("AU$", "AUD"),
        ("C $", "CAD"),
        ("C$", "CAD"),
        ("CA$", "CAD"),
        ("US $", "USD"),
        ("US$", "USD"),
        ("£", "GBP"),
        ("€", "EUR"),
        ("EUR", "EUR"),
    ];
    let text = text.trim();
    // A lone `$` is the dollar that the user named, else that of the United States.
    if let Some(own) = own.filter(|own| text.starts_with('$') && own.code().ends_with('D')) {
        return Some(own);
    }
    let named = SIGNS.iter().find(|(sign, _)| text.starts_with(sign) || text.ends_with(sign));
    let code = named.map(|(_, code)| *code).or_else(|| text.starts_with('$').then_some("USD"))?;
    Currency::parse(code).ok()
}
