//! Manage FBA Inventory (MYI): what each SKU has at Amazon, by what may be done with it.

use std::io::BufRead;

use super::location;
use crate::base::Money;
use crate::connectors::amazon::rows::{self, Told};
use crate::connectors::contract::{Emit, Head, Match, ReadCtx};
use crate::connectors::fault::FileFault;
use crate::connectors::kit::sheet::{self, CellFault, Cells, Field};
use crate::domain::record::{Listing, Record, StockLevel, StockState};

const SKU: usize = 0;
const AVAILABLE: usize = 1;
const RESERVED: usize = 2;
const UNSELLABLE: usize = 3;
const INBOUND: [usize; 3] = [4, 5, 6];
const RESEARCHING: usize = 7;
const ASIN: usize = 8;
const TITLE: usize = 9;
const PRICE: usize = 10;
const OWN_LISTED: usize = 11;
const OWN_QUANTITY: usize = 12;
const STORE: usize = 13;

static FIELDS: [Field; 15] = [
    Field::required(&["sku"]),
    Field::required(&["afn-fulfillable-quantity", "cantidad-disponible-gestionada-por-amazon"]),
    Field::optional(&["afn-reserved-quantity", "cantidad-reservada"]),
    Field::optional(&["afn-unsellable-quantity", "cantidad-no-vendible"]),
    Field::optional(&["afn-inbound-working-quantity", "cantidad-entrante-en-preparacion"]),
    Field::optional(&["afn-inbound-shipped-quantity", "cantidad-entrante-enviada"]),
    Field::optional(&["afn-inbound-receiving-quantity", "cantidad-entrante-en-recepcion"]),
    Field::optional(&["afn-researching-quantity", "cantidad-en-investigacion"]),
    Field::optional(&["asin"]),
    Field::optional(&["product-name", "nombre-del-producto"]),
    Field::optional(&["your-price", "tu-precio"]).amount(),
    Field::optional(&["mfn-listing-exists", "existe-oferta-gestionada-por-el-vendedor"]),
    Field::optional(&["mfn-fulfillable-quantity", "cantidad-gestionada-por-el-vendedor"]),
    Field::optional(&["store"]),
    Field::ignored(&[
        "fnsku",
        "condition",
        "estado",
        "afn-listing-exists",
        "existe-oferta-gestionada-por-amazon",
        "afn-warehouse-quantity",
        "cantidad-en-almacen-de-amazon",
        "afn-total-quantity",
        "cantidad-total-gestionada-por-amazon",
        "per-unit-volume",
        "volumen-por-unidad",
        "afn-reserved-future-supply",
        "cantidad-reservada-suministro-futuro",
        "afn-future-supply-buyable",
        "suministro-futuro-comprable",
        "afn-fulfillable-quantity-local",
        "afn-fulfillable-quantity-remote",
    ]),
];

pub fn recognises(head: &Head<'_>) -> Match {
    sheet::recognise(head, &FIELDS)
}

/// # Errors
/// As `rows::read`.
pub fn read(source: &mut dyn BufRead, ctx: &ReadCtx, emit: Emit<'_>) -> Result<(), FileFault> {
    rows::read(source, &FIELDS, emit, |cells, _: &mut Told| records(cells, ctx))
}

fn records(cells: &Cells<'_>, ctx: &ReadCtx) -> Result<Vec<Record>, CellFault> {
    let sku = cells.need(SKU)?;
    let price = match ctx.currency {
        // The file names no currency: without the store's the price means nothing.
        Some(currency) => cells.minor(PRICE, currency)?.map(|minor| Money::new(minor, currency)),
        None => None,
    };
    let mut records = vec![Record::Listing(Box::new(Listing {
        key: sku.clone(),
        sku: Some(sku.clone()),
        title: cells.find(TITLE),
        catalogue_id: cells.find(ASIN),
        price,
        ..Listing::default()
    }))];
    let mut inbound = None;
    for field in INBOUND {
        if let Some(units) = cells.count(field)? {
            inbound = Some(inbound.unwrap_or(0) + units);
        }
    }
    let place = location(cells.find(STORE));
    let levels = [
        (StockState::Available, cells.count(AVAILABLE)?),
        (StockState::Reserved, cells.count(RESERVED)?),
        (StockState::Unfulfillable, cells.count(UNSELLABLE)?),
        (StockState::Inbound, inbound),
        (StockState::Researching, cells.count(RESEARCHING)?),
    ];
    let level = |location: &str, state, quantity| {
        Record::Stock(StockLevel {
            sku: sku.clone(),
            location: location.to_owned(),
            state,
            quantity,
            at: None,
            reason: None,
            listing: None,
        })
    };
    // An empty cell tells nothing, and so makes no level of 0.
    let told = levels.into_iter().filter_map(|(state, units)| Some((state, units?)));
    records.extend(told.map(|(state, units)| level(&place, state, units)));
    let own_listed = matches!(cells.text(OWN_LISTED).to_lowercase().as_str(), "yes" | "sí" | "si");
    if let Some(units) = cells.count(OWN_QUANTITY)?.filter(|_| own_listed) {
        records.push(level("FBM", StockState::Available, units));
    }
    Ok(records)
}
