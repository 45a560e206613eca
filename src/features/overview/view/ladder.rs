//! From gross sales to net profit: a table whose last column floats the bars.

use super::{money, profit_href};
use crate::domain::gap::GapKind;
use crate::domain::profit::component::{Component, Quality, Step, Subtotal, ladder};
use crate::domain::profit::figures::Figures;
use crate::features::overview::query::Answer;
use crate::web::chart::{self, Axis, LadderBar};
use crate::web::figure::{Figure, Link};
use crate::web::format;
use crate::web::page::Page;
use crate::web::table::{Cell, Column, Row, RowKind, Table};
use crate::web::words::{self, Word, ladder as names, tell};

pub fn table(page: &Page, answer: &Answer) -> Table {
    let total = &answer.days.total;
    let mut table = Table::new("ladder-table", words::text(Word::FromGrossToNet));
    table.columns = vec![
        Column::words(words::text(Word::Component)),
        Column::figures(answer.days.currency.code()),
        Column::figures(words::text(Word::PercentOfNetRevenue)).wide(),
        Column::bars(words::text(Word::RunningSum)),
    ];
    let steps: Vec<Step> = ladder().into_iter().filter(|step| is_shown(*step, total)).collect();
    let axis = Axis::over(list_running(&steps, total));
    let mut running = 0;
    for step in steps {
        let from = if matches!(step, Step::Component(_)) { running } else { 0 };
        running = match step {
            Step::Component(component) => running + total.get(component),
            Step::Subtotal(subtotal) => total.subtotal(subtotal),
        };
        let (bar, kind) = drawn(step, from, running);
        let href = profit_href(page, by_of(step), step.name());
        let share = format::share(total.step(step), total.net_revenue(), page.locale);
        table.rows.push(Row::of(
            kind,
            vec![
                Cell::link(words::text(names::step(step)), href),
                Cell::figure(figure(step, page, answer)),
                Cell::figure(Figure::text(share).quiet()),
                Cell::Step(LadderBar::new(from, running, axis, bar)),
            ],
        ));
    }
    table.legend = total.estimated != 0 || total.missing != 0;
    table
}

/// What is nothing and in no doubt is left out, but for the steps that every shop has.
fn is_shown(step: Step, total: &Figures) -> bool {
    match step {
        Step::Component(component) => {
            let always = matches!(
                component,
                Component::GrossSales
                    | Component::Discounts
                    | Component::Returns
                    | Component::Cogs
                    | Component::ShippingCost
                    | Component::PaymentFees
                    | Component::AdSpend
            );
            let in_doubt = (total.estimated | total.missing) & component.bit() != 0;
            always || in_doubt || total.get(component) != 0
        }
        // Without anything after the ads it is the net profit itself.
        Step::Subtotal(Subtotal::ContributionAfterAds) => {
            [Component::PeriodFees, Component::OperatingExpenses, Component::FxDifference]
                .into_iter()
                .any(|component| total.get(component) != 0)
        }
        Step::Subtotal(_) => true,
    }
}

fn list_running(steps: &[Step], total: &Figures) -> Vec<i64> {
    let mut running = 0;
    steps
        .iter()
        .map(|step| {
            running = match step {
                Step::Component(component) => running + total.get(*component),
                Step::Subtotal(subtotal) => total.subtotal(*subtotal),
            };
            running
        })
        .collect()
}

fn drawn(step: Step, from: i64, running: i64) -> (chart::Step, RowKind) {
    let result = if running < 0 { chart::Step::Loss } else { chart::Step::Gain };
    match step {
        Step::Component(_) if from == 0 => (chart::Step::Total, RowKind::Plain),
        Step::Component(_) => (chart::Step::Cost, RowKind::Plain),
        Step::Subtotal(Subtotal::NetProfit) => (result, RowKind::Total),
        Step::Subtotal(_) => (chart::Step::Total, RowKind::Subtotal),
    }
}

/// The rows that a step is made of.
fn by_of(step: Step) -> &'static str {
    match step {
        Step::Component(Component::AdSpend) => "campaign",
        Step::Component(
            Component::PeriodFees | Component::OperatingExpenses | Component::FxDifference,
        ) => "month",
        _ => "product",
    }
}

fn figure(step: Step, page: &Page, answer: &Answer) -> Figure {
    let total = &answer.days.total;
    let shown = Figure::money(money(total.step(step), answer.days.currency), page.locale);
    let component = match step {
        Step::Component(component) => component,
        // Subtotals inherit a missing cost, not an estimate.
        Step::Subtotal(subtotal) => {
            let holds_cost = subtotal.mask() & Component::Cogs.bit() != 0;
            return if holds_cost && total.is_at_most() { shown.at_most() } else { shown };
        }
    };
    match Quality::of(component, total.estimated, total.missing) {
        Quality::Actual => shown,
        Quality::Estimated => shown.estimated(),
        Quality::Missing => {
            let label = missing_label(component, page, answer);
            let gap = Link::new(label, "#missing");
            if total.get(component) == 0 {
                Figure::missing(Some(gap))
            } else if total.estimated & component.bit() != 0 {
                shown.estimated().after(gap)
            } else {
                shown.after(gap)
            }
        }
    }
}

/// `3 without cost`, or how many orders lack something else.
fn missing_label(component: Component, page: &Page, answer: &Answer) -> String {
    let kind = match component {
        Component::Cogs => GapKind::UnitCost,
        Component::ShippingCost => GapKind::ShippingCost,
        Component::PaymentFees => GapKind::PaymentFees,
        _ => GapKind::VatRate,
    };
    let quantity = |count| format::quantity(count, page.locale);
    match answer.gaps.iter().find(|gap| gap.kind == kind) {
        Some(gap) if kind == GapKind::UnitCost => tell::without_cost(&quantity(gap.products)),
        Some(gap) => {
            words::say::counted(gap.count, &quantity(gap.count), Word::Order, Word::Orders)
        }
        None => words::text(Word::Missing).to_owned(),
    }
}
