//! Closed months in the profit and loss: which are, and their figures as they were closed with
//! what the open ones take over (PROFIT, section 11).

use std::collections::BTreeMap;

use crate::base::{Day, DayRange};
use crate::domain::ask::BooksView;
use crate::domain::profit::component::Component;
use crate::domain::profit::figures::Figures;
use crate::domain::report::{Report, ReportRow};
use crate::domain::table::TableAsk;
use crate::reports::ReportError;
use crate::reports::months::{self, MonthRow, Months, MonthsAsk, month_range};
use crate::store::{Reader, closings};

/// Figures of a time, and what it takes over from closed months, where that is told apart.
#[derive(Clone, Debug, Default)]
pub struct Taken {
    pub figures: Figures,
    pub adjustments: Option<i64>,
}

impl Taken {
    pub fn add(&mut self, figures: &Figures, adjustments: Option<i64>) {
        self.figures.add(figures);
        let sum = self.adjustments.unwrap_or(0) + adjustments.unwrap_or(0);
        self.adjustments = self.adjustments.or(adjustments).map(|_| sum);
    }

    pub fn net_profit(&self) -> i64 {
        self.figures.net_profit() + self.adjustments.unwrap_or(0)
    }
}

/// The months of the books, where any is closed; nothing is told of a shop that closes none.
///
/// # Errors
/// What the store said.
pub fn find(reader: &Reader<'_>, ask: &TableAsk) -> Result<Option<Months>, ReportError> {
    if closings::list(reader)?.iter().all(|closing| closing.reopened.is_some()) {
        return Ok(None);
    }
    let basis = ask.ask.basis;
    let (store, scope) = (ask.ask.store, ask.ask.scope.clone());
    months::run(reader, &MonthsAsk { range: None, basis, store, scope }, ask.today).map(Some)
}

/// Whole months up to today: a part of a closed month was never closed.
pub fn whole(range: DayRange, today: Day) -> DayRange {
    let from = range.from.first_of_month();
    let to = month_range(range.to.first_of_month()).to;
    DayRange { from, to: if range.to <= today { to.min(today) } else { range.to } }
}

/// `open`, `closed`, or `changed` where more became known of a closed month.
pub fn state(month: &MonthRow) -> &'static str {
    match &month.closed {
        None => "month_open",
        Some(_) if month.own == month.today => "month_closed",
        Some(_) => "month_changed",
    }
}

/// Puts the closed view in place of what is known today. Gives what each month takes over.
pub fn put(report: &mut Report, months: &Months) -> BTreeMap<Day, i64> {
    let mut taken = BTreeMap::new();
    let (range, total) = (report.range, &mut report.total);
    let is_asked = |month: &&MonthRow| range.contains(month.first);
    for month in months.rows.iter().filter(is_asked) {
        let text = month.first.month_text();
        let index = report.rows.iter().position(|row| row.key("month") == Some(&text));
        let index = index.unwrap_or_else(|| {
            // All of it is gone by now, but it was there when the month was closed.
            report.rows.push(ReportRow {
                keys: vec![("month", Some(text))],
                figures: Figures::default(),
                order: None,
                store: None,
                title: None,
            });
            report.rows.len() - 1
        });
        let figures = &mut report.rows[index].figures;
        for component in Component::ALL {
            let change = month.own[component.index()] - figures.get(component);
            figures.put(component, change);
            total.put(component, change);
        }
        taken.insert(month.first, month.adjusted_profit());
    }
    taken
}

/// Whether the ask wants the closed view.
pub fn is_asked(ask: &TableAsk) -> bool {
    BooksView::parse(ask.choice("books")) == Some(BooksView::Closed)
}
