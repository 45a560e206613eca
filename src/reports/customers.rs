//! `customers`: new and returning customers of each month, what their orders brought, and what a
//! new one cost. Customers are counted, never named.
//!
//! An order is new where it is its customer's first counted one in any store. Reads the lines of
//! the days and their orders once (`bought.rs`), and the rollups for ad spend.

use std::collections::{BTreeMap, HashSet};

use super::catalogue::{Obeys, Question, Span, Spec};
use super::{ReportError, bought, profit};
use crate::base::Day;
use crate::base::id::CustomerId;
use crate::domain::ask::{Ask, Key};
use crate::domain::chart::{Chart, Course};
use crate::domain::profit::component::{Component, Subtotal};
use crate::domain::profit::figures::Figures;
use crate::domain::profit::measure::{Measure, Quotient};
use crate::domain::profit::ratio::Ratio;
use crate::domain::table::{Cell, Column, Grain, Kind, Row, Table, TableAsk, Value};
use crate::store::Reader;

pub const SPEC: Spec = Spec {
    name: "customers",
    question: Question::Customers,
    choices: &[],
    obeys: Obeys::BASIS,
    usual: Span::Months12,
    columns,
    run,
};

fn columns() -> Vec<Column> {
    let count = |name| Column::new(name, Kind::Count);
    let result = |name| Column::new(name, Kind::Result).adding();
    vec![
        Column::key("month", Kind::Time(Grain::Month)),
        count("new_customers").adding().kept(),
        // One who comes back in two months stands in both rows and once in the total.
        count("returning_customers"),
        count("new_orders").adding(),
        count("returning_orders").adding(),
        count("unknown_orders").adding().optional(),
        Column::new("returning_share", Kind::Share).kept(),
        Column::of(Measure::subtotal(Subtotal::NetRevenue)),
        Column::new("new_net_revenue", Kind::Money).adding(),
        Column::new("returning_net_revenue", Kind::Money).adding(),
        Column::new("unknown_net_revenue", Kind::Money).adding().optional(),
        Column::of(Measure::subtotal(Subtotal::ContributionMargin)),
        result("new_contribution_margin"),
        result("returning_contribution_margin"),
        result("unknown_contribution_margin").optional(),
        Column::of(Measure::component(Component::AdSpend)),
        Column::of(Measure::Quotient(Quotient::Cac)),
    ]
}

/// What a month's new, returning and unknown customers brought.
#[derive(Clone, Debug, Default)]
struct Split {
    new: Figures,
    returning: Figures,
    unknown: Figures,
    returned: HashSet<CustomerId>,
    ad_spend: i64,
}

impl Split {
    fn add(&mut self, line: &bought::Bought) {
        let side = match (line.is_first_order, line.customer) {
            (true, _) => &mut self.new,
            (false, Some(customer)) => {
                if line.figures.orders > 0 {
                    self.returned.insert(customer);
                }
                &mut self.returning
            }
            (false, None) => &mut self.unknown,
        };
        side.add(&line.figures);
    }

    fn whole(&self) -> Figures {
        let mut whole = self.new;
        whole.add(&self.returning);
        whole.add(&self.unknown);
        // Ad spend is taken whole, with what no line bears.
        let borne = whole.get(Component::AdSpend);
        whole.put(Component::AdSpend, self.ad_spend - borne);
        whole
    }

    /// `has_unknown`: some month has orders that name no buyer.
    fn row(&self, columns: &[Column], first: Value, has_unknown: bool) -> Row {
        let mut row = super::cells::row(columns, &self.whole());
        row[0] = Cell::of(first);
        let sides = [
            ("new_orders", "new_net_revenue", "new_contribution_margin", &self.new),
            (
                "returning_orders",
                "returning_net_revenue",
                "returning_contribution_margin",
                &self.returning,
            ),
            ("unknown_orders", "unknown_net_revenue", "unknown_contribution_margin", &self.unknown),
        ];
        let mut put = |name, cell| super::cells::put(columns, &mut row, name, cell);
        let shown = if has_unknown { 3 } else { 2 };
        for (orders, net_revenue, contribution, figures) in sides.into_iter().take(shown) {
            let margin = Measure::subtotal(Subtotal::ContributionMargin);
            put(orders, Cell::count(figures.orders));
            put(net_revenue, Cell::money(figures.net_revenue()));
            put(contribution, super::cells::cell(figures, margin));
        }
        put("new_customers", Cell::count(self.new.new_customers));
        put("returning_customers", Cell::count(self.returned.len() as i64));
        let known = self.new.orders + self.returning.orders;
        put("returning_share", Cell::ratio(Ratio::of(self.returning.orders, known)));
        row
    }
}

fn run(reader: &Reader<'_>, ask: &TableAsk) -> Result<Table, ReportError> {
    let asked: Ask = ask.ask.clone().by(&[Key::Month]);
    let report = profit::run(reader, &asked, ask.today)?;
    let mut months: BTreeMap<Day, Split> = BTreeMap::new();
    let mut total = Split::default();
    for first in Grain::Month.list_firsts(report.range) {
        months.insert(first, Split::default());
    }
    bought::each(reader, &ask.ask, report.range, |line| {
        months.entry(line.day.first_of_month()).or_default().add(line);
        total.add(line);
    })?;
    for row in &report.rows {
        let month = row.key("month").and_then(|text| Day::parse(&format!("{text}-01")).ok());
        if let Some(month) = month {
            let spend = row.figures.get(Component::AdSpend);
            months.entry(month).or_default().ad_spend = spend;
        }
    }
    total.ad_spend = report.total.get(Component::AdSpend);
    let columns = columns();
    let has_unknown = !total.unknown.is_empty();
    let mut table = Table::new(report.currency, report.range, report.basis);
    table.rows = months
        .iter()
        .map(|(first, split)| split.row(&columns, Value::Day(*first), has_unknown))
        .collect();
    table.total = Some(total.row(&columns, Value::None, has_unknown));
    let course = |of: fn(&Split) -> i64| months.values().map(|split| Some(of(split))).collect();
    table.chart = Some(Chart::Course(Course {
        measure: "new_customers",
        kind: Kind::Count,
        grain: Grain::Month,
        times: months.keys().copied().collect(),
        lines: vec![
            ("new_customers", course(|split| split.new.new_customers)),
            ("returning_customers", course(|split| split.returned.len() as i64)),
        ],
    }));
    table.coverage = report.total.coverage_cogs();
    table.missing_rates = report.missing_rates;
    table.columns = columns;
    Ok(table)
}
