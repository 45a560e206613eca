//! FBA customer returns: units that arrived back at Amazon, and whether they can be sold again.

use std::io::BufRead;

use crate::connectors::amazon::rows::{self, Numbers, Told};
use crate::connectors::contract::{Emit, Head, Match, ReadCtx, UnknownKind};
use crate::connectors::fault::FileFault;
use crate::connectors::kit::sheet::{self, CellFault, Cells, Field};
use crate::connectors::kit::when::DayOrder;
use crate::domain::record::{CustomerReturn, Record};

const AT: usize = 0;
const ORDER: usize = 1;
const SKU: usize = 2;
const DISPOSITION: usize = 3;
const QUANTITY: usize = 4;
const REASON: usize = 5;
const PLATE: usize = 6;

static FIELDS: [Field; 8] = [
    Field::required(&["return-date", "fecha-de-devolucion"]),
    Field::required(&["order-id", "identificador-del-pedido"]),
    Field::required(&["sku"]),
    Field::required(&["detailed-disposition", "disposicion-detallada"]),
    Field::optional(&["quantity", "cantidad"]),
    Field::optional(&["reason", "motivo"]),
    Field::optional(&["license-plate-number", "numero-de-matricula"]),
    Field::ignored(&[
        "asin",
        "fnsku",
        "product-name",
        "nombre-del-producto",
        "fulfillment-center-id",
        "identificador-del-centro-logistico",
        "status",
        "estado",
        "customer-comments",
        "comentarios-del-cliente",
    ]),
];

const SELLABLE: [&str; 2] = ["SELLABLE", "VENDIBLE"];
const NOT_SELLABLE: [&str; 11] = [
    "DAMAGED",
    "CUSTOMER_DAMAGED",
    "CARRIER_DAMAGED",
    "DISTRIBUTOR_DAMAGED",
    "WAREHOUSE_DAMAGED",
    "DEFECTIVE",
    "EXPIRED",
    "UNSELLABLE",
    "MISSING",
    "DANADO_POR_CLIENTE",
    "DEFECTUOSO",
];

pub fn recognises(head: &Head<'_>) -> Match {
    sheet::recognise(head, &FIELDS)
}

/// # Errors
/// As `rows::read`.
pub fn read(source: &mut dyn BufRead, ctx: &ReadCtx, emit: Emit<'_>) -> Result<(), FileFault> {
    let mut numbers = Numbers::default();
    rows::read(source, &FIELDS, emit, |cells, told| record(cells, ctx, (&mut numbers, told)))
}

fn record(
    cells: &Cells<'_>,
    ctx: &ReadCtx,
    (numbers, told): (&mut Numbers, &mut Told),
) -> Result<Vec<Record>, CellFault> {
    let order_id = cells.id(ORDER)?;
    let sku = cells.need(SKU)?;
    let at = cells.instant(AT, (DayOrder::DayFirst, &ctx.zone))?;
    let at = at.ok_or_else(|| CellFault::new(AT, "The cell is empty; a return needs its day."))?;
    let disposition = cells.text(DISPOSITION).to_uppercase();
    let restocked = SELLABLE.contains(&disposition.as_str());
    if !restocked && !NOT_SELLABLE.contains(&disposition.as_str()) {
        // Units of which it is not known that they can be sold again are not put on the shelf.
        told.unknown(cells.line, UnknownKind::Status, disposition.clone());
    }
    let quantity = cells.count(QUANTITY)?.unwrap_or(1);
    if quantity < 0 {
        return Err(CellFault::new(QUANTITY, "A return of fewer than no units cannot be read."));
    }
    let key = match cells.find(PLATE) {
        Some(plate) => plate,
        None => format!("{}/{sku}/{disposition}", cells.text(AT)),
    };
    // The number counts within the order: `key` alone may repeat in another one.
    let key = numbers.key(format!("{order_id}/{key}"));
    Ok(vec![Record::Return(Box::new(CustomerReturn {
        key,
        order_id,
        at,
        sku,
        quantity,
        restocked,
        disposition,
        reason: cells.find(REASON),
    }))])
}
