//! Storage fees as Amazon reports them: by month for all units, by snapshot for old ones. Both are
//! estimates that give way to the settlement's own charge.

use std::io::BufRead;

use crate::base::{Currency, Day, Money};
use crate::connectors::amazon::rows::{self, Fractions, Numbers, Told};
use crate::connectors::contract::{Emit, Head, Match, ReadCtx};
use crate::connectors::fault::FileFault;
use crate::connectors::kit::sheet::{self, CellFault, Cells, Field};
use crate::connectors::kit::when::{self, DayOrder};
use crate::domain::record::{Charge, ChargeClass, GivesWay, Record};

static MONTHLY: [Field; 11] = [
    Field::required(&["month_of_charge", "month-of-charge"]),
    Field::required(&["estimated_monthly_storage_fee", "estimated-monthly-storage-fee"]).amount(),
    Field::required(&["currency"]),
    Field::required(&["asin"]),
    Field::optional(&["fnsku"]),
    Field::optional(&["sku"]),
    Field::optional(&["product_name", "product-name"]),
    Field::optional(&["fulfillment_center", "fulfillment-center"]),
    Field::optional(&["country_code", "country-code"]),
    Field::optional(&["dangerous_goods_storage_type"]),
    Field::ignored(&[
        "longest_side",
        "median_side",
        "shortest_side",
        "measurement_units",
        "weight",
        "weight_units",
        "item_volume",
        "volume_units",
        "product_size_tier",
        "average_quantity_on_hand",
        "average_quantity_pending_removal",
        "estimated_total_item_volume",
        "storage_rate",
        "average_quantity_customer_orders",
        "base_rate",
        "breakdown_incentive_fee_amount",
        "eligible_for_inventory_discount",
        "eligible_for_discount",
        "qualifies_for_inventory_discount",
        "qualifies_for_discount",
        "storage_utilization_ratio",
        "storage_utilization_ratio_units",
        "total_incentive_fee_amount",
        "utilization_surcharge_rate",
        "avg_qty_for_sus",
        "est_vol_for_sus",
        "est_base_msf",
        "est_sus",
        "category",
    ]),
];

static LONG_TERM: [Field; 11] = [
    Field::required(&["snapshot-date"]),
    Field::required(&["amount-charged", "12-mo-long-terms-storage-fee"]).amount(),
    Field::required(&["currency"]),
    Field::required(&["asin"]),
    Field::optional(&["fnsku"]),
    Field::required(&["sku"]),
    Field::optional(&["product-name"]),
    Field::optional(&["surcharge-age-tier"]),
    Field::optional(&["country"]),
    Field::optional(&["6-mo-long-terms-storage-fee"]).amount(),
    Field::ignored(&[
        "condition",
        "per-unit-volume",
        "volume-unit",
        "qty-charged",
        "rate-surcharge",
        "qty-charged-12-mo-long-term-storage-fee",
        "qty-charged-6-mo-long-term-storage-fee",
        "enrolled-in-small-and-light",
    ]),
];

// Both reports have these at the same places.
const DAY: usize = 0;
const FEE: usize = 1;
const CURRENCY: usize = 2;
const ASIN: usize = 3;
const FNSKU: usize = 4;
const SKU: usize = 5;
const TITLE: usize = 6;
/// The warehouse, or how old the units are.
const WHERE: usize = 7;
const COUNTRY: usize = 8;
/// Of the long-term report: a second fee on the same row.
const SIX_MONTHS: usize = 9;

pub fn recognises_monthly(head: &Head<'_>) -> Match {
    sheet::recognise(head, &MONTHLY)
}

pub fn recognises_long_term(head: &Head<'_>) -> Match {
    sheet::recognise(head, &LONG_TERM)
}

/// # Errors
/// As `rows::read`.
pub fn read_monthly(
    source: &mut dyn BufRead,
    _ctx: &ReadCtx,
    emit: Emit<'_>,
) -> Result<(), FileFault> {
    let mut charges = Charges::default();
    rows::read(source, &MONTHLY, emit, |cells, told| {
        let month = month(cells)?;
        let next = month.plus_months(1);
        // Amazon charges a month's storage in the middle of the next one.
        let way = GivesWay::ToFamily { from: next, to: next.plus_months(1).plus(-1) };
        let fees = [FEE];
        charges.take(cells, told, &Kind { name: "storage", day: next.plus(-1), way, fees: &fees })
    })
}

/// # Errors
/// As `rows::read`.
pub fn read_long_term(
    source: &mut dyn BufRead,
    ctx: &ReadCtx,
    emit: Emit<'_>,
) -> Result<(), FileFault> {
    let mut charges = Charges::default();
    rows::read(source, &LONG_TERM, emit, |cells, told| {
        let when = cells.when(DAY, DayOrder::MonthFirst)?;
        let when =
            when.ok_or_else(|| CellFault::new(DAY, "The cell is empty; a fee has a day."))?;
        let day = when.day_in(&ctx.zone, &ctx.zone);
        // It is charged some days after the snapshot, and before the next one.
        let way = GivesWay::ToFamily { from: day, to: day.plus_months(1).plus(-1) };
        let fees = [FEE, SIX_MONTHS];
        charges.take(cells, told, &Kind { name: "storage_long_term", day, way, fees: &fees })
    })
}

/// The first day of `2026-07`, `2026-07-01`, `07/2026` or `Jul-26`.
fn month(cells: &Cells<'_>) -> Result<Day, CellFault> {
    let text = cells.need(DAY)?;
    let parts: Vec<&str> = text.split(['-', '/', ' ']).collect();
    let first = match parts.as_slice() {
        [year, month] if year.len() == 4 => format!("{year}-{month}-01"),
        [month, year] if month.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("{year}-{month}-01")
        }
        [month, year] => format!("1 {month} {year}"),
        _ => text,
    };
    let day = when::parse(&first, DayOrder::MonthFirst).map(|when| when.day.first_of_month());
    day.map_err(|_| {
        CellFault::new(DAY, format!("{:?} is not a month such as 2026-07.", cells.text(DAY)))
    })
}

/// What the fees of one row have in common.
struct Kind<'a> {
    name: &'static str,
    day: Day,
    way: GivesWay,
    fees: &'a [usize],
}

#[derive(Default)]
struct Charges {
    numbers: Numbers,
    fractions: Fractions,
}

impl Charges {
    fn take(
        &mut self,
        cells: &Cells<'_>,
        told: &mut Told,
        kind: &Kind<'_>,
    ) -> Result<Vec<Record>, CellFault> {
        let currency = told.currency(cells, CURRENCY)?;
        let currency = currency.ok_or_else(|| {
            CellFault::new(CURRENCY, "The cell is empty; a fee needs its currency.")
        })?;
        let mut minor = 0;
        for field in kind.fees {
            minor += self.minor(cells, *field, currency)?;
        }
        let part = |field: usize| cells.text(field).into_owned();
        let key = format!(
            "{}/{}/{}/{}/{}/{}",
            kind.name,
            kind.day,
            part(FNSKU),
            part(SKU),
            part(WHERE),
            part(COUNTRY)
        );
        // The number is counted before a fee of nothing is left out, so that keys stay.
        let key = self.numbers.key(key);
        if minor == 0 {
            return Ok(Vec::new());
        }
        Ok(vec![Record::Charge(Charge {
            key,
            day: kind.day,
            kind: kind.name.to_owned(),
            class: ChargeClass::PeriodFee,
            amount: Money::new(-minor, currency),
            sku: cells.find(SKU),
            payout: None,
            label: label(cells),
            family: Some(kind.name.to_owned()),
            estimate: Some(kind.way),
        })])
    }

    /// Fees come with more digits than their currency has; their sum is what counts.
    fn minor(
        &mut self,
        cells: &Cells<'_>,
        field: usize,
        currency: Currency,
    ) -> Result<i64, CellFault> {
        let Some(plain) = cells.number(field)? else { return Ok(0) };
        self.fractions.minor(&plain, currency).ok_or_else(|| {
            CellFault::new(field, format!("{plain:?} is not an amount that can be added."))
        })
    }
}

/// `Mug (B0MADEUP1, X001), FRA7, DE`.
fn label(cells: &Cells<'_>) -> String {
    let ids: Vec<String> =
        [ASIN, FNSKU].into_iter().filter_map(|field| cells.find(field)).collect();
    let title = cells.find(TITLE).map(|title| format!("{title} ")).unwrap_or_default();
    let places = [WHERE, COUNTRY].into_iter().filter_map(|field| cells.find(field));
    let mut label = format!("{title}({})", ids.join(", "));
    for place in places {
        label = format!("{label}, {place}");
    }
    label
}
