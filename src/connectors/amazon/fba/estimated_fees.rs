//! The fee preview: what Amazon expects to take for one unit of each SKU.

use std::collections::HashSet;
use std::io::BufRead;

use crate::base::{Currency, Money};
use crate::connectors::amazon::rows::{self, Told};
use crate::connectors::contract::{Emit, Head, Match, ReadCtx};
use crate::connectors::fault::FileFault;
use crate::connectors::kit::sheet::{self, CellFault, Cells, Field};
use crate::domain::record::{FeeEstimate, Record};

const SKU: usize = 0;
const REFERRAL: usize = 1;
const CURRENCY: usize = 2;
const YOUR_PRICE: usize = 3;
const SALES_PRICE: usize = 4;
const TOTAL: usize = 5;
const CLOSING: usize = 6;
const FULFILMENT: usize = 7;
/// What fulfilment consists of in older files: per order, per pick, by weight.
const FULFILMENT_PARTS: [usize; 3] = [8, 9, 10];
const FULFILLED_BY: usize = 11;
const STORE: usize = 12;

static FIELDS: [Field; 14] = [
    Field::required(&["sku"]),
    Field::required(&[
        "estimated-referral-fee-per-unit",
        "comision-por-recomendacion-estimada-por-unidad",
    ])
    .amount(),
    Field::required(&["currency", "divisa"]),
    Field::required(&["your-price", "tu-precio"]).amount(),
    Field::optional(&["sales-price", "precio-de-venta"]).amount(),
    Field::optional(&["estimated-fee-total", "total-estimado-de-tarifas"]).amount(),
    Field::optional(&["estimated-variable-closing-fee", "tarifa-variable-de-cierre-estimada"])
        .amount(),
    Field::optional(&[
        "expected-fulfillment-fee-per-unit",
        "expected-domestic-fulfilment-fee-per-unit",
        "tarifa-de-gestion-logistica-prevista-por-unidad",
    ])
    .amount(),
    Field::optional(&[
        "estimated-order-handling-fee-per-order",
        "tarifa-de-gestion-de-pedido-estimada",
    ])
    .amount(),
    Field::optional(&[
        "estimated-pick-pack-fee-per-unit",
        "tarifa-de-recogida-y-embalaje-estimada",
    ])
    .amount(),
    Field::optional(&[
        "estimated-weight-handling-fee-per-unit",
        "tarifa-de-manipulacion-por-peso-estimada",
    ])
    .amount(),
    Field::optional(&["fulfilled-by", "gestionado-por"]),
    Field::optional(&["amazon-store"]),
    Field::ignored(&[
        "fnsku",
        "asin",
        "product-name",
        "nombre-del-producto",
        "product-group",
        "grupo-de-productos",
        "brand",
        "marca",
        "has-local-inventory",
        "longest-side",
        "lado-mas-largo",
        "median-side",
        "lado-medio",
        "shortest-side",
        "lado-mas-corto",
        "length-and-girth",
        "largo-y-contorno",
        "unit-of-dimension",
        "unidad-de-dimension",
        "item-package-weight",
        "peso-del-paquete",
        "unit-of-weight",
        "unidad-de-peso",
        "product-size-tier",
        "nivel-de-tamano-del-producto",
        "product-size-weight-band",
        "expected-efn-fulfilment-fee-per-unit-uk",
        "expected-efn-fulfilment-fee-per-unit-de",
        "expected-efn-fulfilment-fee-per-unit-fr",
        "expected-efn-fulfilment-fee-per-unit-it",
        "expected-efn-fulfilment-fee-per-unit-es",
        "expected-efn-fulfilment-fee-per-unit-se",
        "expected-efn-fulfilment-fee-per-unit-nl",
        "expected-efn-fulfilment-fee-per-unit-pl",
        "expected-efn-fulfilment-fee-per-unit-be",
        "estimated-future-fee (current selling on amazon + future fulfillment fees)",
        "estimated-future-fee",
        "tarifa-futura-estimada",
        "estimated-future-order-handling-fee-per-order",
        "tarifa-futura-de-gestion-de-pedido",
        "estimated-future-pick-pack-fee-per-unit",
        "tarifa-futura-de-recogida-y-embalaje",
        "estimated-future-weight-handling-fee-per-unit",
        "tarifa-futura-de-manipulacion-por-peso",
        "expected-future-fulfillment-fee-per-unit",
        "tarifa-futura-de-gestion-logistica-por-unidad",
        "estimated-future-referral-fee-per-unit",
        "comision-futura-estimada-por-unidad",
        "current-fee-category",
        "categoria-de-tarifa-actual",
        "future-fee-category",
        "categoria-de-tarifa-futura",
        "future-fee-category-effective-date",
        "fecha-efectiva-de-la-categoria-futura",
    ]),
];

pub fn recognises(head: &Head<'_>) -> Match {
    sheet::recognise(head, &FIELDS)
}

/// A SKU that is offered in several countries has a row for each; one of them can count, the
/// first in the store's currency. Memory grows by the SKUs.
///
/// # Errors
/// As `rows::read`.
pub fn read(source: &mut dyn BufRead, ctx: &ReadCtx, emit: Emit<'_>) -> Result<(), FileFault> {
    let mut seen = HashSet::new();
    rows::read(source, &FIELDS, emit, |cells, told| record(cells, ctx, (&mut seen, told)))
}

fn record(
    cells: &Cells<'_>,
    ctx: &ReadCtx,
    (seen, told): (&mut HashSet<String>, &mut Told),
) -> Result<Vec<Record>, CellFault> {
    let sku = cells.need(SKU)?;
    let currency = told.currency(cells, CURRENCY)?;
    let currency = currency.ok_or_else(|| {
        CellFault::new(CURRENCY, "The cell is empty; an estimate needs its currency.")
    })?;
    let amount = |field| cells.minor(field, currency);
    let price_minor = amount(SALES_PRICE)?.filter(|minor| *minor > 0).or(amount(YOUR_PRICE)?);
    let (share, fixed) = (amount(REFERRAL)?, fixed(cells, currency)?);
    let (Some(price_minor), Some(share_minor), Some(fixed_minor)) = (price_minor, share, fixed)
    else {
        told.notice(cells.line, format!("Amazon expects no fee of {sku} yet; none is estimated."));
        return Ok(Vec::new());
    };
    let store = cells.find(STORE).map(|store| format!(" for {store}")).unwrap_or_default();
    if ctx.currency.is_some_and(|own| own != currency) || !seen.insert(sku.clone()) {
        told.notice(
            cells.line,
            format!(
                "The estimate{store} in {currency} of {sku} is not used: one counts for each SKU, \
                 the first in the store's currency."
            ),
        );
        return Ok(Vec::new());
    }
    Ok(vec![Record::FeeEstimate(FeeEstimate {
        sku,
        price: Money::new(price_minor, currency),
        share_minor,
        fixed_minor,
    })])
}

/// Closing and fulfilment, which are the same at any price; `None` where Amazon sends the item and
/// does not tell for how much.
fn fixed(cells: &Cells<'_>, currency: Currency) -> Result<Option<i64>, CellFault> {
    let closing = cells.minor_or_zero(CLOSING, currency)?;
    if let Some(fulfilment) = cells.minor(FULFILMENT, currency)? {
        return Ok(Some(closing + fulfilment));
    }
    let mut parts = None;
    for field in FULFILMENT_PARTS {
        if let Some(minor) = cells.minor(field, currency)? {
            parts = Some(parts.unwrap_or(closing) + minor);
        }
    }
    if parts.is_some() {
        return Ok(parts);
    }
    if cells.text(FULFILLED_BY).to_lowercase().contains("merchant") {
        return Ok(Some(closing));
    }
    let (total, share) = (cells.minor(TOTAL, currency)?, cells.minor(REFERRAL, currency)?);
    Ok(total.zip(share).map(|(total, share)| total - share))
}
