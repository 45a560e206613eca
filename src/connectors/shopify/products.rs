//! Shopify's products export: what is sold under which SKU, what the seller noted that it costs,
//! and how much of it there is. A product stands on consecutive rows, its own cells on the first.

use std::io::BufRead;

use super::cell::unguard;
use crate::base::{Currency, Decimal, Money};
use crate::connectors::contract::{Emit, Found, Head, Match, ReadCtx, UnknownKind};
use crate::connectors::fault::FileFault;
use crate::connectors::kit::sheet::{self, CellFault, Cells, Field, Sheet};
use crate::domain::record::{ListedCost, Listing, Record, StockLevel, StockState};

/// Places in `FIELDS`.
mod column {
    pub const HANDLE: usize = 0;
    pub const TITLE: usize = 1;
    pub const SKU: usize = 2;
    pub const PRICE: usize = 3;
    pub const COST: usize = 4;
    pub const BARCODE: usize = 5;
    pub const GRAMS: usize = 6;
    pub const STATUS: usize = 7;
    pub const OPTION1: usize = 8;
    pub const OPTION2: usize = 9;
    pub const OPTION3: usize = 10;
    pub const TRACKER: usize = 11;
    pub const QUANTITY: usize = 12;
}
use column::*;

/// Both headers: that of old, and the one of the template since 2024.
static FIELDS: [Field; 14] = [
    Field::required(&["handle", "url handle"]),
    Field::optional(&["title"]),
    Field::required(&["variant sku", "sku"]),
    Field::required(&["variant price", "price"]).amount(),
    Field::optional(&["cost per item"]).amount(),
    Field::optional(&["variant barcode", "barcode"]),
    Field::optional(&["variant grams", "weight value (grams)"]),
    Field::optional(&["status"]),
    Field::optional(&["option1 value"]),
    Field::optional(&["option2 value"]),
    Field::optional(&["option3 value"]),
    Field::optional(&["variant inventory tracker", "inventory tracker"]),
    Field::optional(&["variant inventory qty", "inventory quantity"]),
    Field::ignored(&[
        "body (html)",
        "description",
        "vendor",
        "product category",
        "standard product type",
        "custom product type",
        "type",
        "tags",
        "published",
        "published on online store",
        "option1 name",
        "option1 linked to",
        "option2 name",
        "option2 linked to",
        "option3 name",
        "option3 linked to",
        "variant inventory policy",
        "continue selling when out of stock",
        "variant fulfillment service",
        "fulfillment service",
        "variant compare at price",
        "compare-at price",
        "variant requires shipping",
        "requires shipping",
        "variant taxable",
        "charge tax",
        "variant tax code",
        "tax code",
        "unit price total measure",
        "unit price total measure unit",
        "unit price base measure",
        "unit price base measure unit",
        "image src",
        "product image url",
        "image position",
        "image alt text",
        "variant image",
        "variant image url",
        "variant weight unit",
        "weight unit for display",
        "gift card",
        "seo title",
        "seo description",
    ]),
];

/// Headers of which a shop has as many as it has markets, fields of its own, or feeds.
const FAMILIES: [&str; 5] =
    ["included / ", "price / ", "compare at price / ", "compare-at price / ", "google shopping / "];
const OWN_FIELD: &str = "(product.metafields.";
/// Before the name of a place, one column each.
const PLACE: &str = "inventory available: ";
/// The only place of a shop whose export names none.
pub const ONLY_PLACE: &str = "Shopify";
pub const STATUSES: [&str; 4] = ["active", "draft", "archived", "unlisted"];

/// Refused rows that are tried again may all lack their product's title.
pub fn recognises(head: &Head<'_>) -> Match {
    let mut text = head.text.as_bytes();
    match Sheet::open(&mut text, &FIELDS) {
        Ok(sheet) if sheet.has(TITLE) => Match::Yes,
        Ok(_) => Match::Perhaps,
        Err(_) => Match::No,
    }
}

/// # Errors
/// `NotThisFormat` for another header.
pub fn read(source: &mut dyn BufRead, ctx: &ReadCtx, emit: Emit<'_>) -> Result<(), FileFault> {
    let mut sheet = Sheet::open(source, &FIELDS)?;
    let mut places = Vec::new();
    for (column, title) in sheet.unknown_columns() {
        let name = sheet::normal(title);
        if name.starts_with(PLACE) {
            places.push((column, title[PLACE.len()..].trim().to_owned()));
        } else if !is_of_a_family(&name) {
            let name = title.trim().to_owned();
            emit(Found::Unknown { row: 1, kind: UnknownKind::Column, name })?;
        }
    }
    if ctx.currency.is_none() {
        let what = "The export does not say its currency, and neither does the store: prices and \
                    costs were left out. Name it with --currency and import the file again.";
        emit(Found::Notice { row: 1, what: what.to_owned() })?;
    }
    let mut product = Product::default();
    while let Some(cells) = sheet.next_row()? {
        let row = cells.line;
        if cells.is_empty(HANDLE) {
            let reason = "The row does not say which product it belongs to.";
            emit(Found::Refused(cells.refuse(CellFault::new(HANDLE, reason))))?;
            continue;
        }
        if let Some(name) = product.take(&cells) {
            emit(Found::Unknown { row, kind: UnknownKind::Status, name })?;
        }
        if !is_variant(&cells) {
            continue;
        }
        match read_variant(&cells, &product, &places, ctx.currency) {
            Err(fault) => emit(Found::Refused(cells.refuse(fault)))?,
            Ok((records, notice)) => {
                emit(Found::Records { row, records })?;
                if let Some(what) = notice {
                    emit(Found::Notice { row, what })?;
                }
            }
        }
    }
    Ok(())
}

fn is_of_a_family(name: &str) -> bool {
    FAMILIES.iter().any(|family| name.starts_with(family)) || name.contains(OWN_FIELD)
}

/// What stands on a product's first row only.
#[derive(Default)]
struct Product {
    handle: String,
    title: Option<String>,
    status: Option<String>,
}

impl Product {
    /// Begins a new product where the row's handle is another; gives a status that is not known.
    fn take(&mut self, cells: &Cells<'_>) -> Option<String> {
        let handle = cells.text(HANDLE);
        if *handle != self.handle {
            *self = Self { handle: handle.into_owned(), ..Self::default() };
        }
        if let Some(title) = cells.find(TITLE) {
            self.title = Some(title);
        }
        let status = cells.find(STATUS)?.to_lowercase();
        let is_known = STATUSES.contains(&status.as_str());
        self.status = Some(status.clone());
        (!is_known).then_some(status)
    }
}

/// Further rows of a product may hold only another picture of it.
fn is_variant(cells: &Cells<'_>) -> bool {
    [SKU, PRICE, OPTION1].iter().any(|field| !cells.is_empty(*field))
}

type Variant = (Vec<Record>, Option<String>);

fn read_variant(
    cells: &Cells<'_>,
    product: &Product,
    places: &[(usize, String)],
    currency: Option<Currency>,
) -> Result<Variant, CellFault> {
    let sku = cells.find(SKU).map(|text| unguard(&text).to_owned());
    let options: Vec<String> =
        [OPTION1, OPTION2, OPTION3].iter().filter_map(|field| cells.find(*field)).collect();
    let is_only = matches!(options.as_slice(), [only] if only == "Default Title");
    let named: &[String] = if is_only { &[] } else { &options };
    let title: Vec<&str> = product.title.iter().chain(named).map(String::as_str).collect();
    let listing = Listing {
        key: sku.clone().unwrap_or_else(|| format!("{}/{}", product.handle, options.join("/"))),
        title: (!title.is_empty()).then(|| title.join(", ")),
        product: Some(product.handle.clone()),
        barcode: cells.find(BARCODE).map(|text| unguard(&text).to_owned()),
        catalogue_id: None,
        price: read_price(cells, currency)?,
        weight_grams: read_grams(cells)?,
        status: product.status.clone(),
        sku,
        ..Listing::default()
    };
    let mut records = Vec::with_capacity(3);
    let mut notice = None;
    let cost = read_cost(cells)?;
    if let Some(sku) = &listing.sku {
        if let (Some(unit_cost), Some(currency)) = (cost, currency) {
            records.push(Record::ListedCost(ListedCost { sku: sku.clone(), unit_cost, currency }));
        }
        for level in read_stock(cells, sku, places)? {
            records.push(Record::Stock(level));
        }
    } else if cost.is_some() {
        notice = Some(format!(
            "{} bears a cost but no SKU, so no order's line can be given it. Enter a SKU in \
             Shopify and export again.",
            listing.title.as_deref().unwrap_or(&listing.key)
        ));
    }
    records.insert(0, Record::Listing(Box::new(listing)));
    Ok((records, notice))
}

fn read_price(cells: &Cells<'_>, currency: Option<Currency>) -> Result<Option<Money>, CellFault> {
    let Some(currency) = currency else { return Ok(None) };
    match cells.minor(PRICE, currency)? {
        Some(minor) if minor < 0 => Err(CellFault::new(PRICE, "A price cannot be below 0.")),
        minor => Ok(minor.map(|minor| Money::new(minor, currency))),
    }
}

fn read_cost(cells: &Cells<'_>) -> Result<Option<Decimal>, CellFault> {
    let fault = |reason: String| CellFault::new(COST, reason);
    let Some(number) = cells.number(COST)? else { return Ok(None) };
    let cost = Decimal::parse(&number).map_err(|cause| fault(format!("{cause}.")))?;
    if cost.is_negative() {
        return Err(fault("A cost cannot be below 0.".to_owned()));
    }
    Ok(Some(cost))
}

/// Whole grams, half to even.
fn read_grams(cells: &Cells<'_>) -> Result<Option<i64>, CellFault> {
    let Some(number) = cells.number(GRAMS)? else { return Ok(None) };
    let grams = Decimal::parse(&number).ok().and_then(|grams| grams.to_minor(0));
    match grams {
        Some(grams) if grams >= 0 => Ok(Some(grams)),
        _ => Err(CellFault::new(GRAMS, format!("{number} is no weight in grams."))),
    }
}

/// Units by place; the one quantity of a shop with one place, where Shopify counts it at all.
fn read_stock(
    cells: &Cells<'_>,
    sku: &str,
    places: &[(usize, String)],
) -> Result<Vec<StockLevel>, CellFault> {
    let level = |location: &str, quantity| StockLevel {
        sku: sku.to_owned(),
        location: location.to_owned(),
        state: StockState::Available,
        quantity,
        at: None,
        reason: None,
        listing: None,
    };
    let mut levels = Vec::new();
    for (column, place) in places {
        // A place that does not stock the variant says so in words.
        if let Ok(quantity) = cells.column(*column).parse() {
            levels.push(level(place, quantity));
        }
    }
    if places.is_empty()
        && !cells.is_empty(TRACKER)
        && let Some(quantity) = cells.count(QUANTITY)?
    {
        levels.push(level(ONLY_PLACE, quantity));
    }
    Ok(levels)
}

#[cfg(test)]
mod tests;
