//! The inventory ledger in both views: what moved units in and out of Amazon's warehouses, event
//! by event, or summed up by day or month.

use std::io::BufRead;

use super::location;
use crate::base::Day;
use crate::connectors::amazon::rows::{self, Numbers, Told};
use crate::connectors::contract::{Emit, Head, Match, ReadCtx, UnknownKind};
use crate::connectors::fault::FileFault;
use crate::connectors::kit::decode;
use crate::connectors::kit::sheet::{self, CellFault, Cells, Field};
use crate::connectors::kit::when::{self, DayOrder};
use crate::domain::record::{Record, StockMovement};

// Both views have these at the same places.
const DAY: usize = 0;
const SKU: usize = 1;
const FNSKU: usize = 2;
const DISPOSITION: usize = 3;
const COUNTRY: usize = 4;

const EVENT: usize = 5;
const QUANTITY: usize = 6;
const REFERENCE: usize = 7;
const CENTRE: usize = 8;
const REASON: usize = 9;

static DETAIL: [Field; 11] = [
    Field::required(&["date", "fecha"]),
    Field::required(&["msku"]),
    Field::required(&["fnsku"]),
    Field::required(&["disposition", "estado"]),
    Field::optional(&["country", "país", "pais"]),
    Field::required(&["event type", "eventtype", "tipo de evento"]),
    Field::required(&["quantity", "cantidad"]),
    Field::optional(&["reference id", "referenceid", "id de referencia"]),
    Field::optional(&["fulfillment center", "fulfillmentcenter", "centro logístico"]),
    Field::optional(&["reason", "motivo"]),
    Field::ignored(&[
        "asin",
        "title",
        "título",
        "reconciled quantity",
        "reconciledquantity",
        "cantidad conciliada",
        "unreconciled quantity",
        "unreconciledquantity",
        "cantidad sin conciliar",
        "date and time",
        "fecha y hora",
        "store",
    ]),
];

const START: usize = 5;
const END: usize = 6;
/// The columns that move units, from here to the last but one.
const FIRST_MOVE: usize = 7;

static SUMMARY: [Field; 19] = [
    Field::required(&["date", "fecha"]),
    Field::required(&["msku"]),
    Field::required(&["fnsku"]),
    Field::required(&["disposition", "estado"]),
    Field::optional(&["location", "ubicación"]),
    Field::required(&["starting warehouse balance", "startingwarehousebalance"]),
    Field::required(&["ending warehouse balance", "endingwarehousebalance"]),
    Field::optional(&["receipts"]),
    Field::optional(&["customer shipments", "customershipments"]),
    Field::optional(&["customer returns", "customerreturns"]),
    Field::optional(&["vendor returns", "vendorreturns"]),
    Field::optional(&["warehouse transfer in/out", "warehousetransferin/out"]),
    Field::optional(&["found"]),
    Field::optional(&["lost"]),
    Field::optional(&["damaged"]),
    Field::optional(&["disposed"]),
    Field::optional(&["other events", "otherevents"]),
    Field::optional(&["unknown events", "unknownevents"]),
    Field::ignored(&[
        "asin",
        "title",
        "in transit between warehouses",
        "intransitbetweenwarehouses",
        "store",
    ]),
];

/// What Amazon calls the events of the detailed view, without blanks, in lower case.
const EVENTS: [&str; 7] = [
    "receipts",
    "shipments",
    "customerreturns",
    "vendorreturns",
    "whsetransfers",
    "adjustments",
    "envíos",
];

pub fn recognises(head: &Head<'_>) -> Match {
    sheet::recognise(head, &DETAIL).max(sheet::recognise(head, &SUMMARY))
}

/// # Errors
/// `NotThisFormat` where it is neither view, and what `emit` returns.
pub fn read(source: &mut dyn BufRead, _ctx: &ReadCtx, emit: Emit<'_>) -> Result<(), FileFault> {
    let mut numbers = Numbers::default();
    let begin = decode::text(source.fill_buf()?).into_owned();
    // The English report puts the month first, translated ones the day.
    let first = begin.split(['\t', ',', ';']).next().map(sheet::normal);
    let is_english = first.as_deref() == Some("date");
    let order = if is_english { DayOrder::MonthFirst } else { DayOrder::DayFirst };
    if sheet::recognise(&Head::of_text(&begin, ""), &SUMMARY) == Match::No {
        return rows::read(source, &DETAIL, emit, |cells, told| {
            detail(cells, order, (&mut numbers, told))
        });
    }
    rows::read(source, &SUMMARY, emit, |cells, told| summary(cells, order, (&mut numbers, told)))
}

fn detail(
    cells: &Cells<'_>,
    order: DayOrder,
    (numbers, told): (&mut Numbers, &mut Told),
) -> Result<Vec<Record>, CellFault> {
    let row = Row::read(cells, order, "ledger")?;
    let event = cells.need(EVENT)?;
    let plain = event.to_lowercase().replace([' ', '_'], "");
    if !EVENTS.contains(&plain.as_str()) {
        told.unknown(cells.line, UnknownKind::Transaction, event.clone());
    }
    let quantity = cells.count(QUANTITY)?.ok_or_else(|| {
        CellFault::new(QUANTITY, "The cell is empty; a movement needs its units.")
    })?;
    let reference = cells.find(REFERENCE);
    let name = format!(
        "{event}/{}/{}/{quantity}/{}",
        reference.as_deref().unwrap_or_default(),
        cells.text(CENTRE),
        cells.text(REASON)
    );
    let movement = StockMovement { reason: cells.find(REASON), reference, ..row.movement(event) };
    Ok(vec![row.record(StockMovement { quantity, ..movement }, &name, numbers)])
}

/// One movement for each column that moved units, and one for what the columns do not explain.
fn summary(
    cells: &Cells<'_>,
    order: DayOrder,
    (numbers, told): (&mut Numbers, &mut Told),
) -> Result<Vec<Record>, CellFault> {
    let row = Row::read(cells, order, "ledger-summary")?;
    let (start, end) = (cells.count(START)?, cells.count(END)?);
    let mut records = Vec::new();
    let mut rest = end.zip(start).map(|(end, start)| end - start);
    for (field, column) in SUMMARY.iter().enumerate().take(SUMMARY.len() - 1).skip(FIRST_MOVE) {
        let units = cells.count(field)?.unwrap_or(0);
        rest = rest.map(|rest| rest - units);
        if units != 0 {
            let movement = row.movement(column.names[0].to_owned());
            let movement = StockMovement { quantity: units, ..movement };
            records.push(row.record(movement, column.names[0], numbers));
        }
    }
    if let Some(rest) = rest.filter(|rest| *rest != 0) {
        told.notice(
            cells.line,
            format!(
                "The movements of {} explain {rest} units less than its balance changed by; the \
                 rest is kept as a movement of its own.",
                row.sku
            ),
        );
        let movement = row.movement("unexplained".to_owned());
        let movement = StockMovement { quantity: rest, ..movement };
        records.push(row.record(movement, "unexplained", numbers));
    }
    Ok(records)
}

/// What a row of either view says of its units.
struct Row {
    view: &'static str,
    day: Day,
    sku: String,
    fnsku: String,
    location: String,
    disposition: Option<String>,
}

impl Row {
    fn read(cells: &Cells<'_>, order: DayOrder, view: &'static str) -> Result<Self, CellFault> {
        Ok(Self {
            view,
            day: day(cells, order)?,
            // Units that were merged with other sellers' bear no SKU of the seller.
            sku: cells.find(SKU).map_or_else(|| cells.need(FNSKU), Ok)?,
            fnsku: cells.text(FNSKU).into_owned(),
            location: location(cells.find(COUNTRY)),
            disposition: cells.find(DISPOSITION),
        })
    }

    fn movement(&self, kind: String) -> StockMovement {
        StockMovement {
            key: String::new(),
            day: self.day,
            sku: self.sku.clone(),
            location: self.location.clone(),
            kind,
            quantity: 0,
            disposition: self.disposition.clone(),
            reason: None,
            reference: None,
        }
    }

    fn record(&self, movement: StockMovement, name: &str, numbers: &mut Numbers) -> Record {
        let key = numbers.key(format!(
            "{}/{}/{}/{}/{}/{}/{name}",
            self.view,
            self.day,
            self.sku,
            self.fnsku,
            self.location,
            self.disposition.as_deref().unwrap_or_default(),
        ));
        Record::StockMovement(Box::new(StockMovement { key, ..movement }))
    }
}

/// A ledger summed up by month says `08/2026`, and counts on that month's last day.
fn day(cells: &Cells<'_>, order: DayOrder) -> Result<Day, CellFault> {
    let text = cells.need(DAY)?;
    let wrong = || CellFault::new(DAY, format!("{text:?} is not a day or month."));
    if let Some((month, year)) = text.split_once('/').filter(|(_, year)| year.len() == 4) {
        let first = when::parse(&format!("{year}-{month}-01"), DayOrder::MonthFirst);
        return Ok(first.map_err(|_| wrong())?.day.plus_months(1).plus(-1));
    }
    let when = when::parse(&text, order).map_err(|_| wrong())?;
    Ok(when.day)
}
