//! Pictures that are tables with bars in their last column, because names need room: the ladder
//! (a waterfall lying down) and goals. Bars of one column stand in any table (`bars.rs`).

use crate::base::Currency;
use crate::domain::chart;
use crate::domain::table::Grain;
use crate::web::chart::bars::{Axis, GoalBar, LadderBar, Step};
use crate::web::figure::{Figure, Mark, Tone};
use crate::web::format::{self, Locale};
use crate::web::table::{Cell, Column, Row, RowKind, Table};
use crate::web::words::{self, Word, chart as say, definitions};

/// How amounts of a picture are written.
#[derive(Clone, Debug)]
pub struct Shown {
    /// Unique in its page.
    pub id: String,
    pub title: String,
    /// The head of the names.
    pub head: String,
    /// The head of the amounts, such as the currency.
    pub measure: String,
    pub digits: u32,
    pub locale: Locale,
}

impl Shown {
    fn table(&self) -> Table {
        let mut table = Table::new(self.id.clone(), self.title.clone());
        table.dense = true;
        table.columns =
            vec![Column::words(self.head.clone()), Column::figures(self.measure.clone())];
        table
    }

    fn text(&self, amount: i64) -> String {
        format::money(amount, self.digits, self.locale)
    }

    /// A loss is coloured, and its sign says the same.
    fn figure(&self, amount: i64) -> Figure {
        let tone = if amount < 0 { Tone::Loss } else { Tone::Ink };
        Figure { tone, ..Figure::text(self.text(amount)) }
    }
}

/// From the first sum to the last, each step floating where the one before ended.
#[derive(Clone, Debug)]
pub struct Waterfall {
    pub shown: Shown,
    pub steps: Vec<WaterfallStep>,
}

#[derive(Clone, Debug)]
pub struct WaterfallStep {
    pub name: String,
    pub href: Option<String>,
    /// What the step adds; of a total the running sum itself.
    pub amount: i64,
    pub mark: Mark,
    pub is_total: bool,
}

impl Waterfall {
    pub fn table(&self) -> Table {
        let mut table = self.shown.table();
        table.columns.push(Column::bars(words::text(Word::RunningSum)));
        let mut running = 0_i64;
        let mut spans = Vec::with_capacity(self.steps.len());
        for step in &self.steps {
            let from = if step.is_total { 0 } else { running };
            running = if step.is_total { step.amount } else { running.saturating_add(step.amount) };
            spans.push((from, running));
        }
        let axis = Axis::over(spans.iter().map(|(_, to)| *to));
        let last = self.steps.len().saturating_sub(1);
        for (index, (step, (from, to))) in self.steps.iter().zip(spans).enumerate() {
            let (kind, bar) = match (step.is_total, index == last, to < 0) {
                (true, true, false) => (RowKind::Total, Step::Gain),
                (true, true, true) => (RowKind::Total, Step::Loss),
                (true, false, false) => (RowKind::Subtotal, Step::Total),
                (true, false, true) => (RowKind::Subtotal, Step::Loss),
                (false, ..) if from == 0 && to > 0 => (RowKind::Plain, Step::Total),
                (false, ..) => (RowKind::Plain, Step::Cost),
            };
            let name = match &step.href {
                Some(href) => Cell::link(step.name.clone(), href.clone()),
                None => Cell::text(step.name.clone()),
            };
            let figure = match kind {
                RowKind::Plain => Figure::text(self.shown.text(step.amount)),
                _ => self.shown.figure(step.amount),
            };
            let figure = Figure { mark: step.mark.clone(), ..figure };
            let bar = Cell::Step(LadderBar::new(from, to, axis, bar));
            table.rows.push(Row::of(kind, vec![name, Cell::figure(figure), bar]));
        }
        table.legend = self.steps.iter().any(|step| step.mark != Mark::Actual);
        table
    }
}

/// How far goals are reached.
#[derive(Clone, Debug)]
pub struct Progress {
    pub shown: Shown,
    pub rows: Vec<ProgressRow>,
}

#[derive(Clone, Debug)]
pub struct ProgressRow {
    pub name: String,
    pub href: Option<String>,
    /// `None` while nothing is known.
    pub actual: Option<i64>,
    pub goal: i64,
    /// Where it ends at this pace; only while the time is open.
    pub outlook: Option<i64>,
    /// Amounts of this row have so many digits: counts have none.
    pub digits: u32,
}

impl Progress {
    /// Goals as a report gives them.
    pub fn of(progress: &chart::Progress, currency: Currency, locale: Locale) -> Self {
        let row = |row: &chart::ProgressRow| ProgressRow {
            name: say::of_month(
                definitions::label(row.measure),
                &format::time_short(Grain::Month, row.month, locale),
            ),
            href: None,
            actual: row.actual,
            goal: row.goal,
            outlook: row.outlook,
            digits: if row.kind.is_money() { currency.digits() } else { 0 },
        };
        let shown = Shown {
            id: "goals-reached".to_owned(),
            title: words::text(Word::GoalsReached).to_owned(),
            head: words::text(Word::Goal).to_owned(),
            measure: words::text(Word::SoFar).to_owned(),
            digits: currency.digits(),
            locale,
        };
        Self { shown, rows: progress.rows.iter().map(row).collect() }
    }

    pub fn table(&self) -> Table {
        let mut table = self.shown.table();
        table.columns.push(Column::figures(words::text(Word::Goal)));
        table.columns.push(Column::figures(words::text(Word::Outlook)).wide());
        table.columns.push(Column::figures(words::text(Word::Reached)).wide());
        table.columns.push(Column::bars(words::text(Word::Reached)));
        let row = |row: &ProgressRow| {
            let text = |amount| format::money(amount, row.digits, self.shown.locale);
            let figure = |amount: Option<i64>| {
                amount.map_or_else(Figure::unknown, |amount| Figure::text(text(amount)))
            };
            let outlook = match row.outlook {
                Some(outlook) => figure(Some(outlook)).estimated(),
                None => Figure::default(),
            };
            let reached = match row.actual {
                Some(actual) => format::share(actual, row.goal, self.shown.locale),
                None => format::UNKNOWN.to_owned(),
            };
            let actual = row.actual.unwrap_or_default();
            let name = match &row.href {
                Some(href) => Cell::link(row.name.clone(), href.clone()),
                None => Cell::text(row.name.clone()),
            };
            Row::new(vec![
                name,
                Cell::figure(figure(row.actual)),
                Cell::figure(figure(Some(row.goal))),
                Cell::figure(outlook),
                Cell::figure(Figure::text(reached)),
                Cell::Goal(GoalBar::new(actual, row.goal, row.outlook)),
            ])
        };
        table.rows = self.rows.iter().map(row).collect();
        table.legend = self.rows.iter().any(|row| row.outlook.is_some());
        table
    }
}

#[cfg(test)]
mod tests {
    use askama::Template;

    use super::*;

    fn shown() -> Shown {
        Shown {
            id: "t".into(),
            title: "Net profit".into(),
            head: "Step".into(),
            measure: "EUR".into(),
            digits: 2,
            locale: Locale::En,
        }
    }

    #[test]
    fn a_waterfall_floats_and_ends_on_the_axis() {
        let step = |name: &str, amount, is_total| WaterfallStep {
            name: name.into(),
            href: None,
            amount,
            mark: Mark::Actual,
            is_total,
        };
        let steps = vec![
            step("Gross sales", 10_000, false),
            step("Cost of goods", -12_000, false),
            step("Net profit", -2_000, true),
        ];
        let html = Waterfall { shown: shown(), steps }.table().render().unwrap();
        // The axis runs from −20 to 100: zero lies at a sixth.
        assert!(html.contains(r#"data-kind="total" x="16.66%""#), "{html}");
        assert!(html.contains(r#"data-kind="cost" x="0.00%" y="1" width="100.00%""#), "{html}");
        assert!(html.contains("url(#hatch)") && html.contains("−20.00"), "{html}");
    }

    #[test]
    fn a_goal_says_how_much_of_it_is_reached() {
        let row = |actual, goal, outlook, digits| ProgressRow {
            name: "Nov 2026".into(),
            href: None,
            actual,
            goal,
            outlook,
            digits,
        };
        let rows = vec![row(Some(5_000), 10_000, Some(7_500), 2), row(None, 12, None, 0)];
        let html = Progress { shown: shown(), rows }.table().render().unwrap();
        for shown in ["50.00", "100.00", "75.00", "50.0\u{202F}%", ">12<"] {
            assert!(html.contains(shown), "{shown}: {html}");
        }
        assert!(html.contains("estimated"), "{html}");
    }
}
