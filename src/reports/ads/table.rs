//! `ads` as a table: campaigns or platforms, what they cost, and what the orders that name them
//! brought.
//!
//! Reads what `ads.rs` reads: `profit` by campaign, and what became of each row of spend.

use std::collections::BTreeMap;

use super::{AdsReport, Campaign, run};
use crate::domain::profit::component::Component;
use crate::domain::profit::figures::Figures;
use crate::domain::profit::measure::{Measure, Quotient};
use crate::domain::table::{Cell, Column, Kind, Row, Table, TableAsk};
use crate::reports::catalogue::{Choice, Obeys, Question, Span, Spec};
use crate::reports::{ReportError, cells};
use crate::store::Reader;

pub const SPEC: Spec = Spec {
    name: "ads",
    question: Question::Costs,
    choices: &[Choice { name: "by", values: &["campaign", "platform"] }],
    obeys: Obeys::BASIS,
    usual: Span::Days30,
    columns: list_columns,
    run: answer,
};

const AFTER_ADS: &str = "attributed_after_ads";

fn list_columns() -> Vec<Column> {
    columns(false)
}

fn columns(by_platform: bool) -> Vec<Column> {
    let mut columns = vec![Column::key("platform", Kind::Name)];
    if !by_platform {
        columns.push(Column::key("campaign", Kind::Name));
        columns.push(Column::new("spend_source", Kind::Word));
    }
    let quotients = [Quotient::Roas, Quotient::BreakEvenRoas, Quotient::Poas, Quotient::Acos];
    columns.extend([
        Column::of(Measure::component(Component::AdSpend)).kept(),
        Column::new("unborne_ad_spend", Kind::Money).adding().optional(),
        Column::new("attributed_orders", Kind::Count),
        Column::new("attributed_net_revenue", Kind::Money),
        Column::new("attributed_contribution_margin", Kind::Result),
        Column::new(AFTER_ADS, Kind::Result).kept(),
    ]);
    columns.extend(quotients.map(|quotient| Column::of(Measure::Quotient(quotient))));
    columns
}

/// A campaign, or several together.
#[derive(Clone, Debug, Default)]
struct Sum {
    /// Positive.
    spend_minor: i64,
    unborne_minor: i64,
    brought: Option<Figures>,
    /// Nobody can tell what some of the spend brought, so nothing is divided by it.
    is_in_part: bool,
}

impl Sum {
    fn add(&mut self, one: &Campaign) {
        let unborne = one.steps.last().copied().unwrap_or_default();
        self.spend_minor += one.spend_minor();
        self.unborne_minor += unborne;
        match one.brought {
            Some(brought) => self.brought.get_or_insert_default().add(&brought),
            None => self.is_in_part = true,
        }
    }

    fn row(&self, columns: &[Column]) -> Row {
        let mut row = match &self.brought {
            Some(brought) if !self.is_in_part => cells::row(columns, brought),
            _ => columns.iter().map(|_| Cell::default()).collect(),
        };
        let mut put = |name, cell| cells::put(columns, &mut row, name, cell);
        put(Component::AdSpend.name(), Cell::money(-self.spend_minor));
        if self.unborne_minor != 0 {
            put("unborne_ad_spend", Cell::money(-self.unborne_minor));
        }
        if let Some(brought) = &self.brought {
            let is_at_most = brought.is_at_most();
            let left = brought.contribution_margin() - self.spend_minor;
            let at_most = |minor| Cell { is_at_most, ..Cell::money(minor) };
            put("attributed_orders", Cell::count(brought.orders));
            put("attributed_net_revenue", Cell::money(brought.net_revenue()));
            put("attributed_contribution_margin", at_most(brought.contribution_margin()));
            if !self.is_in_part {
                put(AFTER_ADS, at_most(left));
            }
        }
        row
    }
}

fn answer(reader: &Reader<'_>, ask: &TableAsk) -> Result<Table, ReportError> {
    let report = run(reader, &ask.ask, ask.today)?;
    let by_platform = ask.choice("by") == "platform";
    let columns = columns(by_platform);
    let mut table = Table::new(report.currency, report.range, ask.ask.basis);
    table.rows =
        if by_platform { platforms(&report, &columns) } else { campaigns(&report, &columns) };
    let mut whole = Sum::default();
    report.campaigns.iter().for_each(|one| whole.add(one));
    whole.spend_minor = report.total_minor;
    let mut total = whole.row(&columns);
    // What was charged with the very order is of no campaign, so it is in no sum of theirs.
    cells::put(&columns, &mut total, AFTER_ADS, Cell::default());
    table.total = Some(total);
    table.unallocated = (report.direct_minor != 0).then(|| {
        let mut row: Row = columns.iter().map(|_| Cell::default()).collect();
        cells::put(
            &columns,
            &mut row,
            Component::AdSpend.name(),
            Cell::money(-report.direct_minor),
        );
        row
    });
    table.bars = Some(AFTER_ADS);
    table.missing_rates = report.missing_rates;
    table.columns = columns;
    Ok(table)
}

fn campaigns(report: &AdsReport, columns: &[Column]) -> Vec<Row> {
    let row = |one: &Campaign| {
        let mut sum = Sum::default();
        sum.add(one);
        let mut row = sum.row(columns);
        row[0] = Cell::text(one.platform.clone());
        row[1] = Cell::text(one.campaign.clone());
        row[2] = Cell::word(if one.is_deducted { "deducted" } else { "ad_report" });
        row
    };
    report.campaigns.iter().map(row).collect()
}

fn platforms(report: &AdsReport, columns: &[Column]) -> Vec<Row> {
    let mut sums: BTreeMap<&str, Sum> = BTreeMap::new();
    for one in &report.campaigns {
        sums.entry(&one.platform).or_default().add(one);
    }
    let row = |(platform, sum): (&&str, &Sum)| {
        let mut row = sum.row(columns);
        row[0] = Cell::text(*platform);
        row
    };
    sums.iter().map(row).collect()
}
