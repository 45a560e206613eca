//! `refunds`: how much came back, after how long, what it took from profit, and what of it was
//! lost for good: fees that nobody gave back and goods that did not return.
//!
//! Reads the lines of refunds of the days, the sale of each, and the facts of the orders for the
//! units; what rates are taken from, `profit` by the same key.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rusqlite::params;

use super::catalogue::{Choice, Obeys, Question, Span, Spec};
use super::lines::{self, Wanted};
use super::rows::Names;
use super::{ReportError, cells, profit};
use crate::base::id::OrderId;
use crate::base::rate::mul_div_half_even;
use crate::base::{Day, Zone};
use crate::domain::ask::{Against, Basis, Key};
use crate::domain::chart::{Chart, TimeBar, Times};
use crate::domain::profit::component::{Component, Subtotal};
use crate::domain::profit::figures::Figures;
use crate::domain::profit::measure::Measure;
use crate::domain::profit::ratio::Ratio;
use crate::domain::record::Order;
use crate::domain::report::{Report, ReportRow};
use crate::domain::table::{Cell, Column, Grain, Headline, Kind, Row, Table, TableAsk, To, Value};
use crate::store::policy::find_terms;
use crate::store::profit::StoredLine;
use crate::store::{Reader, united};

pub const SPEC: Spec = Spec {
    name: "refunds",
    question: Question::Costs,
    choices: &[Choice {
        name: "by",
        values: &["day", "week", "month", "product", "country", "store"],
    }],
    obeys: Obeys::BASIS,
    usual: Span::Days30,
    columns: list_columns,
    run,
};

/// Orders whose facts are read for the units that came back; beyond it they are not told.
const ORDERS_READ_MAX: usize = 20_000;

fn list_columns() -> Vec<Column> {
    let mut columns = columns(Key::Day);
    let others = [Key::Week, Key::Month, Key::Product, Key::Country, Key::Store];
    columns.extend(others.map(key_column));
    columns
}

fn grain(key: Key) -> Option<Grain> {
    match key {
        Key::Day => Some(Grain::Day),
        Key::Week => Some(Grain::Week),
        Key::Month => Some(Grain::Month),
        _ => None,
    }
}

fn key_column(key: Key) -> Column {
    Column::key(key.name(), grain(key).map_or(Kind::Name, Kind::Time))
}

fn columns(key: Key) -> Vec<Column> {
    vec![
        key_column(key),
        Column::new("refunds", Kind::Count),
        Column::of(Measure::component(Component::Returns)).kept(),
        Column::new("refunded", Kind::Money).adding(),
        Column::new("refund_rate", Kind::Share).kept(),
        Column::new("refund_rate_units", Kind::Share),
        Column::new("days_to_refund", Kind::Times),
        Column::new("cogs_returned", Kind::Money).adding(),
        Column::new("fees_returned", Kind::Money).adding(),
        Column::new("refund_effect", Kind::Result).adding(),
        Column::new("fees_kept", Kind::Money).adding(),
        Column::of(Measure::component(Component::WrittenOff)),
        Column::new("refund_loss", Kind::Result).adding(),
    ]
    .into_iter()
    .map(|column| Column { adds: column.adds || column.name == "written_off", ..column })
    .collect()
}

/// What the refunds of a row come to.
#[derive(Clone, Debug, Default)]
struct Sum {
    figures: Figures,
    refunds: BTreeSet<(OrderId, i64)>,
    /// From the order to each refund.
    days: i64,
    /// `None` where too many orders came back to read them all.
    units: Option<i64>,
    fees_kept_minor: i64,
}

impl Sum {
    fn refunded_minor(&self) -> i64 {
        let of = |component| self.figures.get(component);
        of(Component::Returns) + of(Component::ShippingIncome) + of(Component::ServiceIncome)
    }

    fn fees_minor(&self) -> i64 {
        self.figures.get(Component::PaymentFees) + self.figures.get(Component::ChannelFees)
    }

    /// Fees that stayed and goods that did not come back.
    fn loss_minor(&self) -> i64 {
        self.fees_kept_minor - self.figures.get(Component::WrittenOff)
    }
}

fn run(reader: &Reader<'_>, ask: &TableAsk) -> Result<Table, ReportError> {
    let key = Key::parse(ask.choice("by")).unwrap_or(Key::Day);
    let report = profit::run(reader, &ask.ask.clone().by(&[key]), ask.today)?;
    let sums = sum_refunds(reader, ask, (&report, key))?;
    let columns = columns(key);
    let mut table = Table::new(report.currency, report.range, report.basis);
    table.missing_rates.clone_from(&report.missing_rates);
    let mut total = Sum { units: Some(0), ..Sum::default() };
    for sum in sums.values() {
        total.figures.add(&sum.figures);
        total.refunds.extend(&sum.refunds);
        total.units = total.units.zip(sum.units).map(|(all, own)| all + own);
        total.fees_kept_minor += sum.fees_kept_minor;
    }
    // A refund of two products stands in the rows of both, once in the total.
    total.days = sum_days(reader, &total.refunds)?;
    let mut rows: Vec<(&Option<String>, &Sum)> = sums.iter().collect();
    if grain(key).is_none() {
        rows.sort_by_key(|(_, sum)| sum.figures.get(Component::Returns));
    }
    for (value, sum) in rows {
        let of = report.rows.iter().find(|row| row.key(key.name()) == value.as_deref());
        let sold = of.map(|row| row.figures).unwrap_or_default();
        let mut row = cells_of(&columns, sum, &sold);
        row[0] = name(key, value.as_deref(), of);
        table.rows.push(row);
    }
    table.total = Some(cells_of(&columns, &total, &report.total));
    table.headlines = headlines(&total, &report);
    table.chart = grain(key).map(|grain| chart(ask, grain, &report, &sums));
    table.bars = table.chart.is_none().then_some("returns");
    table.columns = columns;
    Ok(table)
}

fn cells_of(columns: &[Column], sum: &Sum, sold: &Figures) -> Row {
    let mut row = cells::row(columns, &sum.figures);
    let count = sum.refunds.len() as i64;
    let units = sum.units.and_then(|units| Ratio::of(units, sold.units));
    let mut put = |name: &str, cell: Cell| cells::put(columns, &mut row, name, cell);
    put("refunds", Cell::count(count));
    put("refunded", Cell::money(sum.refunded_minor()));
    put("refund_rate", Cell::ratio(rate(&sum.figures, sold)));
    put("refund_rate_units", Cell::ratio(units));
    put("days_to_refund", Cell::ratio(Ratio::of(sum.days, count)));
    put("cogs_returned", Cell::money(sum.figures.get(Component::Cogs)));
    put("fees_returned", Cell::money(sum.fees_minor()));
    put("refund_effect", Cell::money(sum.figures.subtotal(Subtotal::ContributionMargin)));
    put("fees_kept", Cell::money(sum.fees_kept_minor));
    put("refund_loss", Cell::money(sum.loss_minor()));
    row
}

/// Returns over what was sold, gross sales less discounts.
fn rate(refunded: &Figures, sold: &Figures) -> Option<Ratio> {
    let whole = sold.get(Component::GrossSales) + sold.get(Component::Discounts);
    Ratio::of(-refunded.get(Component::Returns), whole)
}

fn name(key: Key, value: Option<&str>, row: Option<&ReportRow>) -> Cell {
    let Some(text) = value else { return Cell::default() };
    let day = Day::parse(text).or_else(|_| Day::parse(&format!("{text}-01")));
    match (grain(key), day) {
        (Some(_), Ok(day)) => Cell::of(Value::Day(day)),
        _ => {
            let title = row.and_then(|row| row.title.clone()).filter(|title| title != text);
            let to = (key == Key::Product).then(|| To::Product(text.to_owned()));
            Cell { value: Value::Text(text.to_owned()), to, beside: title, ..Cell::default() }
        }
    }
}

fn headlines(total: &Sum, report: &Report) -> Vec<Headline> {
    let count = total.refunds.len() as i64;
    let one = |name: &'static str, kind: Kind, cell: Cell| Headline { name, kind, cell };
    let units = total.units.and_then(|units| Ratio::of(units, report.total.units));
    vec![
        one("refund_rate", Kind::Share, Cell::ratio(rate(&total.figures, &report.total))),
        one("refund_rate_units", Kind::Share, Cell::ratio(units)),
        one("days_to_refund", Kind::Times, Cell::ratio(Ratio::of(total.days, count))),
        one("refund_loss", Kind::Result, Cell::money(total.loss_minor())),
    ]
}

fn chart(
    ask: &TableAsk,
    grain: Grain,
    report: &Report,
    sums: &BTreeMap<Option<String>, Sum>,
) -> Chart {
    let bar = |first: Day| TimeBar {
        first,
        minor: sums
            .get(&Some(grain.text(first)))
            .map_or(0, |sum| -sum.figures.get(Component::Returns)),
        is_open: grain.next(first) > ask.today,
    };
    Chart::Times(Times {
        measure: "returns",
        is_cost: true,
        grain,
        bars: grain.list_firsts(report.range).into_iter().map(bar).collect(),
        former: Vec::new(),
        against: Against::Nothing,
    })
}

/// The refunds of the days by the text of their key, as `profit` names its rows.
fn sum_refunds(
    reader: &Reader<'_>,
    ask: &TableAsk,
    (report, key): (&Report, Key),
) -> Result<BTreeMap<Option<String>, Sum>, ReportError> {
    let known = find_terms(reader)?.ok_or(ReportError::Nothing)?;
    let names = Names::load(reader, &known.policy.rules, key == Key::Product)?;
    let mut list: Vec<(Option<String>, StoredLine)> = Vec::new();
    lines::each(reader, (&ask.ask, report.range), Wanted::Refunds, &mut |line, of_order| {
        let day = match ask.ask.basis {
            Basis::Event => line.event_day,
            Basis::Order => line.order_day,
        };
        let value = match (grain(key), key) {
            (Some(grain), _) => Some(grain.text(grain.first(day))),
            (None, Key::Product) => line
                .variant
                .and_then(|variant| names.variants.get(&variant))
                .map(|(sku, _)| sku.clone()),
            (None, Key::Country) => of_order.country.map(str::to_owned),
            (None, _) => names.stores.get(&line.store).cloned(),
        };
        list.push((value, *line));
        Ok(())
    })?;
    let mut orders: Vec<OrderId> = list.iter().map(|(_, line)| line.order).collect();
    orders.dedup();
    let units = list_units(reader, &orders, &known.policy.zone)?;
    let mut sums: BTreeMap<Option<String>, Sum> = BTreeMap::new();
    for (value, line) in list {
        let sum = sums.entry(value).or_insert_with(|| Sum { units: Some(0), ..Sum::default() });
        sum.figures.add(&profit::line_figures(&line, ask.ask.ads));
        let place = (line.order, line.event_no, line.line_no);
        let own = units.as_ref().map(|units| units.get(&place).copied().unwrap_or(0));
        sum.units = sum.units.zip(own).map(|(all, own)| all + own);
        sum.fees_kept_minor += fees_kept(reader, &line)?;
        if sum.refunds.insert((line.order, line.event_no)) {
            sum.days += i64::from(line.event_day.0 - line.order_day.0);
        }
    }
    Ok(sums)
}

fn sum_days(reader: &Reader<'_>, refunds: &BTreeSet<(OrderId, i64)>) -> Result<i64, ReportError> {
    let mut statement = reader.conn().prepare_cached(
        "select event_day - order_day from profit_lines
         where order_id = ? and event_no = ? limit 1",
    )?;
    let mut days = 0;
    for (order, event_no) in refunds {
        days += statement.query_row(params![order, event_no], |row| row.get::<_, i64>(0))?;
    }
    Ok(days)
}

/// The fees of the sold line, as far as it was refunded, less what of them was given back.
fn fees_kept(reader: &Reader<'_>, line: &StoredLine) -> Result<i64, ReportError> {
    let mut statement = reader.conn().prepare_cached(
        "select payment_fees_minor + channel_fees_minor,
            gross_sales_minor + discounts_minor + shipping_income_minor + service_income_minor
         from profit_lines where order_id = ? and line_no = ? and kind in (0, 1)
         order by event_no limit 1",
    )?;
    let mut rows = statement.query(params![line.order, line.line_no])?;
    let given_back = line.amounts[8] + line.amounts[9];
    let Some(row) = rows.next()? else { return Ok(given_back) };
    let (fees, sold): (i64, i64) = (row.get(0)?, row.get(1)?);
    let refunded = (-(line.amounts[2] + line.amounts[3] + line.amounts[4])).clamp(0, sold.max(0));
    let share = mul_div_half_even(i128::from(fees), i128::from(refunded), i128::from(sold));
    Ok(share.unwrap_or(0) + given_back)
}

type UnitsByLine = HashMap<(OrderId, i64, i64), i64>;

/// Units that came back by order, event and line, out of the orders' facts; `None` where there
/// are too many to read.
fn list_units(
    reader: &Reader<'_>,
    orders: &[OrderId],
    zone: &Zone,
) -> Result<Option<UnitsByLine>, ReportError> {
    if orders.len() > ORDERS_READ_MAX {
        return Ok(None);
    }
    let mut units = UnitsByLine::new();
    for id in orders {
        if let Some(order) = united::find_united(reader, *id)?.order {
            for (event_no, line_no, quantity) in units_of(&order, zone) {
                *units.entry((*id, event_no, line_no)).or_default() += quantity;
            }
        }
    }
    Ok(Some(units))
}

/// The events of an order are its sale, its edits by day, then its refunds by their instant.
fn units_of(order: &Order, zone: &Zone) -> Vec<(i64, i64, i64)> {
    let edits: BTreeSet<Day> =
        order.lines.iter().filter_map(|line| Some(line.added_at?.day_in(zone))).collect();
    let mut refunds: Vec<_> = order.refunds.iter().collect();
    refunds.sort_by_key(|refund| refund.at);
    let mut units = Vec::new();
    for (index, refund) in refunds.into_iter().enumerate() {
        let event_no = (1 + edits.len() + index) as i64;
        for line in &refund.lines {
            let at = order.lines.iter().position(|sold| sold.id == line.line_id);
            let sold = at.filter(|at| !order.lines[*at].gift_card);
            units.extend(sold.map(|at| (event_no, at as i64, line.quantity)));
        }
    }
    units
}
