//! `cohorts`: customers by the month of their first order, how many came back, and what one of
//! them has brought month by month (LTV: cumulative contribution margin per customer), beside what
//! it cost to win one. Customers are counted, never named.
//!
//! A customer belongs to the month, and to the store, of the first counted order in any store. A
//! cohort counts while its first orders lie within the days asked for, with everything that it
//! brought until their end. Reads the lines of the days and their orders once (`bought.rs`), the
//! first orders of all customers, and the rollups for ad spend.

use std::collections::{BTreeMap, HashMap};

use super::catalogue::{Obeys, Question, Span, Spec};
use super::{ReportError, bought, cells, profit};
use crate::base::id::CustomerId;
use crate::base::rate::mul_div_half_even;
use crate::base::{Day, DayRange};
use crate::domain::ask::Key;
use crate::domain::chart::{Chart, Heat, HeatRow};
use crate::domain::profit::component::{Component, Subtotal};
use crate::domain::profit::figures::Figures;
use crate::domain::profit::measure::{Measure, Quotient};
use crate::domain::profit::ratio::Ratio;
use crate::domain::table::{Cell, Column, Grain, Kind, Row, Table, TableAsk, Value};
use crate::store::Reader;

pub const SPEC: Spec = Spec {
    name: "cohorts",
    question: Question::Customers,
    choices: &[],
    obeys: Obeys::BASIS,
    usual: Span::Months12,
    columns,
    run,
};

/// The months after the first for which a customer's worth is shown.
const MONTHS: usize = 24;
/// The columns of the months, 0 to 24.
pub const LTV: [&str; MONTHS + 1] = [
    "ltv_0", "ltv_1", "ltv_2", "ltv_3", "ltv_4", "ltv_5", "ltv_6", "ltv_7", "ltv_8", "ltv_9",
    "ltv_10", "ltv_11", "ltv_12", "ltv_13", "ltv_14", "ltv_15", "ltv_16", "ltv_17", "ltv_18",
    "ltv_19", "ltv_20", "ltv_21", "ltv_22", "ltv_23", "ltv_24",
];

fn columns() -> Vec<Column> {
    let mut columns = vec![
        Column::key("cohort", Kind::Time(Grain::Month)),
        Column::new("customers", Kind::Count).adding().kept(),
        Column::new("repeat_rate", Kind::Share),
        Column { adds: true, ..Column::of(Measure::Orders) },
        Column::of(Measure::subtotal(Subtotal::NetRevenue)),
        Column::of(Measure::subtotal(Subtotal::ContributionMargin)),
        Column::new("ltv", Kind::Result).kept(),
        Column::of(Measure::component(Component::AdSpend)),
        Column::of(Measure::Quotient(Quotient::Cac)),
        Column::new("payback_month", Kind::Count),
    ];
    columns.extend(LTV.map(|name| Column::new(name, Kind::Result).optional()));
    columns
}

/// The customers whose first order lies in one month.
#[derive(Clone, Debug, Default)]
struct Cohort {
    figures: Figures,
    customers: i64,
    /// Of them, who ordered again.
    repeated: i64,
    /// Contribution margin by months since the first.
    by_month: BTreeMap<usize, i64>,
    /// Of the month, whole; negative.
    ad_spend: i64,
}

struct Customer {
    cohort: Day,
    orders: i64,
}

fn run(reader: &Reader<'_>, ask: &TableAsk) -> Result<Table, ReportError> {
    let report = profit::run(reader, &ask.ask.clone().by(&[Key::Month]), ask.today)?;
    let range = report.range;
    let mut cohorts: BTreeMap<Day, Cohort> = BTreeMap::new();
    for first in Grain::Month.list_firsts(range) {
        cohorts.insert(first, Cohort::default());
    }
    let mut customers: HashMap<CustomerId, Customer> = HashMap::new();
    for (customer, day, store) in bought::list_first_orders(reader)? {
        if !range.contains(day) || !bought::is_wanted(&ask.ask, store) {
            continue;
        }
        let cohort = day.first_of_month();
        cohorts.entry(cohort).or_default().customers += 1;
        customers.insert(customer, Customer { cohort, orders: 0 });
    }
    // Customers of earlier months or of other stores, and orders without one.
    let mut others = Figures::default();
    bought::each(reader, &ask.ask, range, |line| {
        let Some(customer) = line.customer.and_then(|id| customers.get_mut(&id)) else {
            others.add(&line.figures);
            return;
        };
        let cohort = cohorts.entry(customer.cohort).or_default();
        customer.orders += line.figures.orders;
        if line.figures.orders > 0 && customer.orders == 2 {
            cohort.repeated += 1;
        }
        cohort.figures.add(&line.figures);
        let since = months_between(customer.cohort, line.day);
        *cohort.by_month.entry(since).or_default() += line.figures.contribution_margin();
    })?;
    for row in &report.rows {
        let month = row.key("month").and_then(|text| Day::parse(&format!("{text}-01")).ok());
        if let Some(cohort) = month.and_then(|month| cohorts.get_mut(&month)) {
            cohort.ad_spend = row.figures.get(Component::AdSpend);
        }
    }
    let columns = columns();
    let mut table = Table::new(report.currency, range, report.basis);
    let lists =
        cohorts.iter().map(|(first, cohort)| (*first, cohort, worth(*first, cohort, range)));
    let lists: Vec<(Day, &Cohort, Vec<Worth>)> = lists.collect();
    table.rows = lists
        .iter()
        .map(|(first, cohort, worth)| row(&columns, Value::Day(*first), cohort, worth))
        .collect();
    table.unallocated = (!others.is_empty()).then(|| {
        let row = cells::unallocated(&columns, &without_ads(&others));
        let mut row = row.unwrap_or_else(|| columns.iter().map(|_| Cell::default()).collect());
        cells::put(&columns, &mut row, "orders", Cell::count(others.orders));
        row
    });
    table.total = Some(total(&columns, &cohorts, &others));
    table.chart = Some(Chart::Heat(heat(&lists)));
    table.coverage = report.total.coverage_cogs();
    table.missing_rates = report.missing_rates;
    table.columns = columns;
    Ok(table)
}

/// Calendar months from a cohort's month to that of a day.
fn months_between(cohort: Day, day: Day) -> usize {
    let index = |day: Day| day.civil().0 * 12 + day.civil().1 as i32;
    usize::try_from(index(day) - index(cohort)).unwrap_or(0)
}

/// What one customer brought until the end of a month.
#[derive(Clone, Copy, Debug)]
struct Worth {
    /// Of all customers of the cohort together.
    sum: i64,
    each: i64,
    /// The month is not over.
    is_open: bool,
}

/// By months since the first, as far as the days reach; nothing for a cohort without customers.
fn worth(first: Day, cohort: &Cohort, range: DayRange) -> Vec<Worth> {
    let mut list = Vec::new();
    let mut sum = 0;
    for since in 0..=months_between(first, range.to) {
        sum += cohort.by_month.get(&since).copied().unwrap_or(0);
        let Some(each) = mul_div_half_even(sum.into(), 1, cohort.customers.into()) else {
            break;
        };
        let last = first.plus_months(since as i32 + 1).plus(-1);
        list.push(Worth { sum, each, is_open: last > range.to });
    }
    list
}

/// The first month by whose end the customers brought what winning them cost. A month that is not
/// over counts: what came in has come in, though a refund may still take it back.
fn payback(cohort: &Cohort, worth: &[Worth]) -> Option<i64> {
    let spent = -cohort.ad_spend;
    let found = worth.iter().position(|worth| worth.sum >= spent).filter(|_| spent > 0)?;
    Some(found as i64)
}

/// What lines bear of ad spend stands with the month that spent it, not with its customers.
fn without_ads(figures: &Figures) -> Figures {
    let mut rest = *figures;
    rest.put(Component::AdSpend, -figures.get(Component::AdSpend));
    rest
}

/// The figures of a row: what its customers brought, and what the month spent.
fn shown(cohort: &Cohort) -> Figures {
    let mut figures = without_ads(&cohort.figures);
    figures.put(Component::AdSpend, cohort.ad_spend);
    figures.new_customers = cohort.customers;
    figures
}

fn row(columns: &[Column], first: Value, cohort: &Cohort, worth: &[Worth]) -> Row {
    let figures = shown(cohort);
    let mut row = cells::row(columns, &figures);
    row[0] = Cell::of(first);
    let mut put = |name, cell| cells::put(columns, &mut row, name, cell);
    put("customers", Cell::count(cohort.customers));
    put("repeat_rate", Cell::ratio(Ratio::of(cohort.repeated, cohort.customers)));
    put("payback_month", Cell::of(payback(cohort, worth).map_or(Value::None, Value::Count)));
    let is_at_most = figures.is_at_most();
    let of = |worth: &Worth| {
        let cell = Cell { is_at_most, ..Cell::money(worth.each) };
        if worth.is_open { cell.estimated() } else { cell }
    };
    if let Some(last) = worth.last() {
        put("ltv", of(last));
    }
    for (name, worth) in LTV.into_iter().zip(worth) {
        put(name, of(worth));
    }
    row
}

/// All cohorts and the others: what the days brought. Ratios are those of the cohorts.
fn total(columns: &[Column], cohorts: &BTreeMap<Day, Cohort>, others: &Figures) -> Row {
    let mut all = Cohort::default();
    for cohort in cohorts.values() {
        all.figures.add(&cohort.figures);
        all.customers += cohort.customers;
        all.repeated += cohort.repeated;
        all.ad_spend += cohort.ad_spend;
    }
    let brought = all.figures.contribution_margin();
    let mut figures = shown(&all);
    figures.add(&without_ads(others));
    figures.new_customers = all.customers;
    let mut row = cells::row(columns, &figures);
    let mut put = |name, cell| cells::put(columns, &mut row, name, cell);
    put("customers", Cell::count(all.customers));
    put("repeat_rate", Cell::ratio(Ratio::of(all.repeated, all.customers)));
    let each = mul_div_half_even(brought.into(), 1, all.customers.into());
    let is_at_most = all.figures.is_at_most();
    put("ltv", Cell { is_at_most, ..Cell::of(Value::money(each)) });
    row
}

fn heat(lists: &[(Day, &Cohort, Vec<Worth>)]) -> Heat {
    let shown = lists.iter().filter(|(_, cohort, _)| cohort.customers > 0);
    let longest = shown.clone().map(|(_, _, worth)| worth.len().min(LTV.len())).max();
    let row = |(first, cohort, worth): &(Day, &Cohort, Vec<Worth>)| HeatRow {
        name: Value::Day(*first),
        beside: Some(cohort.customers),
        cells: worth.iter().take(LTV.len()).map(|w| Some((w.each, w.is_open))).collect(),
    };
    Heat {
        measure: "ltv",
        kind: Kind::Result,
        is_sum: false,
        rows_are: "cohort",
        columns: (0..longest.unwrap_or(0) as i64).map(Value::Count).collect(),
        rows: shown.map(row).collect(),
    }
}
