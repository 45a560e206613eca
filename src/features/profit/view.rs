//! The page of profit by one key: a row for each, sorted by any column, totals over all of them.

mod sorting;

use askama::Template;

use crate::base::{Currency, Day, DayRange, Money};
use crate::domain::ask::Key;
use crate::domain::profit::component::{Component, Quality, Step, Subtotal};
use crate::domain::profit::figures::Figures;
use crate::domain::report::{Report, ReportRow};
use crate::features::profit::page::KEYS;
use crate::web::ask::PageAsk;
use crate::web::chart::{Axis, RowBar};
use crate::web::define::Define;
use crate::web::figure::{Figure, Link};
use crate::web::form::{Button, ButtonKind};
use crate::web::format::{self, Locale, fraction};
use crate::web::layout::Frame;
use crate::web::notice::Empty;
use crate::web::page::Page;
use crate::web::parts::{PageHead, State, StateMark};
use crate::web::permission::Permission;
use crate::web::standing::Standing;
use crate::web::strip::{Choice, Strip, Switch};
use crate::web::table::{Cell, Column, Pager, Row, RowKind, Table, Words};
use crate::web::words::{self, Word, ladder as names, say, tell};

const ROWS_PER_PAGE: i64 = 50;

/// The steps of the ladder that have a column; the files hold all of them.
const STEPS: [Step; 6] = [
    Step::Subtotal(Subtotal::NetRevenue),
    Step::Component(Component::Cogs),
    Step::Subtotal(Subtotal::GrossProfit),
    Step::Subtotal(Subtotal::ContributionMargin),
    Step::Component(Component::AdSpend),
    Step::Subtotal(Subtotal::NetProfit),
];

#[derive(Template)]
#[template(path = "profit/page.html")]
pub struct Profit {
    frame: Frame,
    standing: Standing,
    head: PageHead,
    keys: Switch,
    coverage: Option<String>,
    table: Table,
}

impl Profit {
    pub fn new(page: &Page, key: Key, report: &Report, standing: Standing) -> Self {
        let key_word = words::text(names::key(key));
        let answer = if report.rows.is_empty() { String::new() } else { answer(page, key, report) };
        let file = |ending: &str| {
            page.ask.href_with(&[("page", None)]).replacen(
                &page.ask.path,
                &format!("{}.{ending}", page.url("/profit")),
                1,
            )
        };
        let button = |word: Word, ending: &str| {
            Button::link(words::text(word), ButtonKind::Plain, file(ending))
        };
        // The page compares nothing, so the strip does not offer it.
        let strip = Strip { against: None, ..page.strip() };
        Self {
            frame: page.frame(tell::profit_by(key_word), "profit", Some(strip)),
            standing,
            head: PageHead {
                title: tell::profit_by(key_word),
                answer,
                buttons: vec![button(Word::Csv, "csv"), button(Word::Xlsx, "xlsx")],
                ..PageHead::default()
            },
            keys: keys(page, key),
            coverage: report
                .total
                .coverage_cogs()
                .map(|share| format::percent(fraction(Some(share)), page.locale))
                .map(|share| tell::cost_known(&share)),
            table: Maker { page, key, report, ask: sorting::ask(&page.ask, key) }.table(),
        }
    }
}

fn keys(page: &Page, chosen: Key) -> Switch {
    let choice = |key: Key| {
        let by = (key != Key::Product).then_some(key.name());
        let href = page.ask.href_with(&[("by", by), ("sort", None), ("dir", None), ("page", None)]);
        Choice::new(words::text(names::key(key)), href, key == chosen)
    };
    Switch {
        name: words::text(Word::ProfitBy).to_owned(),
        choices: KEYS.into_iter().map(choice).collect(),
    }
}

fn answer(page: &Page, key: Key, report: &Report) -> String {
    let quantity = |count: usize| format::quantity(count as i64, page.locale);
    let (one, many) = names::key_counted(key);
    let count = report.rows.len();
    let lost: Vec<i64> =
        report.rows.iter().map(|row| row.figures.net_profit()).filter(|minor| *minor < 0).collect();
    let amount = Money::new(lost.iter().sum(), report.currency);
    let costless = report.rows.iter().filter(|row| row.figures.is_at_most()).count();
    tell::profit_answer(&tell::ProfitAnswer {
        rows: &say::counted(count as i64, &quantity(count), one, many),
        lost: lost.len() as i64,
        lost_shown: &quantity(lost.len()),
        lost_amount: &format::amount(amount, page.locale),
        costless: costless as i64,
        costless_shown: &quantity(costless),
    })
}

/// What the table is made from.
struct Maker<'a> {
    page: &'a Page,
    key: Key,
    report: &'a Report,
    /// With the order in which the rows really stand.
    ask: PageAsk,
}

impl Maker<'_> {
    fn table(&self) -> Table {
        let key_word = words::text(names::key(self.key));
        let mut table = Table::new("profit-table", tell::profit_by(key_word));
        table.columns = self.columns();
        let sorted = sorting::sort(self.report, &self.ask);
        let total = sorted.len() as i64;
        let pager = Pager::new(&self.ask, total, ROWS_PER_PAGE, self.locale());
        let pages = (total.saturating_sub(1)).max(0) / ROWS_PER_PAGE + 1;
        let first = (i64::from(self.ask.page).min(pages) - 1) * ROWS_PER_PAGE;
        let axis = Axis::over(sorted.iter().map(|row| row.figures.net_profit()));
        let shown = sorted.iter().skip(first as usize).take(ROWS_PER_PAGE as usize);
        table.rows = shown.map(|row| self.row(row, axis)).collect();
        if sorted.is_empty() {
            table.empty = Some(self.empty());
        }
        if !self.report.unallocated.is_empty() {
            table.rows.push(self.unborne());
        }
        if !table.rows.is_empty() {
            table.rows.push(self.total());
            let (one, many) = names::key_counted(self.key);
            let count = format::quantity(total, self.locale());
            table.note = Some(tell::sums_over_all(&say::counted(total, &count, one, many)));
            table.legend = self.report.total.estimated != 0 || self.report.total.missing != 0;
            table.pager = Some(pager);
        }
        table
    }

    fn locale(&self) -> Locale {
        self.page.locale
    }

    fn has_sku(&self) -> bool {
        matches!(self.key, Key::Product | Key::Variant)
    }

    fn columns(&self) -> Vec<Column> {
        let sorted = |column: Column, key: &str| column.sorted(&self.ask, key);
        let mut columns =
            vec![sorted(Column::words(words::text(names::key(self.key))), sorting::NAME)];
        if self.has_sku() {
            columns.push(sorted(Column::words(words::text(Word::Sku)).wide(), sorting::SKU));
        }
        let figures = |word: Word| Column::figures(words::text(word));
        columns.push(sorted(figures(Word::Units).wide(), sorting::UNITS));
        columns.push(sorted(figures(Word::OrdersHead).wide(), sorting::ORDERS));
        for step in STEPS {
            let define = Define::find("head", step.name(), &self.page.base);
            let column = sorted(figures(names::step(step)), step.name()).defined(define);
            let is_result = step == Step::Subtotal(Subtotal::NetProfit);
            columns.push(if is_result { column } else { column.wide() });
        }
        columns.push(sorted(figures(Word::Margin).wide(), sorting::MARGIN));
        columns.push(Column::bars(words::text(Word::Bar)));
        columns
    }

    fn row(&self, row: &ReportRow, axis: Axis) -> Row {
        let net_profit = row.figures.net_profit();
        let bar = if row.figures.is_at_most() {
            RowBar::at_most(net_profit, axis)
        } else {
            RowBar::new(net_profit, axis)
        };
        let mut cells = vec![self.name(row)];
        if self.has_sku() {
            let sku = row.key(self.key.name());
            cells.push(sku.map_or(Cell::Blank, Cell::mono));
        }
        cells.extend(self.figures(&row.figures, Some(row)));
        cells.push(Cell::Bar(bar));
        Row::new(cells)
    }

    fn name(&self, row: &ReportRow) -> Cell {
        let value = row.key(self.key.name());
        let text = match (self.key, value) {
            (_, None) => tell::without(words::text(names::key(self.key))),
            (Key::Product | Key::Variant, Some(sku)) => {
                row.title.clone().filter(|title| !title.is_empty()).unwrap_or(sku.to_owned())
            }
            (Key::Day | Key::Week, Some(day)) => match Day::parse(day) {
                Ok(day) => format::day(day, self.locale()),
                Err(_) => day.to_owned(),
            },
            (Key::Month, Some(month)) => match Day::parse(&format!("{month}-01")) {
                Ok(day) => format::month(day, self.locale()),
                Err(_) => month.to_owned(),
            },
            (_, Some(value)) => value.to_owned(),
        };
        let line = row
            .figures
            .is_at_most()
            .then(|| StateMark::new(State::Late, words::text(Word::NoCostKnown)));
        let href = value.and_then(|value| self.door(value));
        Cell::Words(Words { text, href, line, quiet: value.is_none(), ..Words::default() })
    }

    /// Where the orders of a row are, or the row's own overview.
    fn door(&self, value: &str) -> Option<String> {
        let orders = self.page.url("/orders");
        let with = |path: String, changes: &[(&str, Option<&str>)]| {
            let ask =
                PageAsk { path, rest: Vec::new(), sort: None, page: 1, ..self.page.ask.clone() };
            ask.href_with(changes)
        };
        let days = |range: DayRange| {
            let ask = PageAsk {
                path: orders.clone(),
                rest: Vec::new(),
                sort: None,
                page: 1,
                ..self.page.ask.clone()
            };
            ask.href_of_range(range)
        };
        match self.key {
            Key::Product | Key::Variant => Some(with(orders.clone(), &[("q", Some(value))])),
            Key::Store => Some(with(self.page.url("/"), &[("store", Some(value))])),
            Key::Day => Day::parse(value).ok().map(|day| days(DayRange { from: day, to: day })),
            Key::Week => {
                let monday = Day::parse(value).ok()?;
                Some(days(DayRange { from: monday, to: monday.plus(6).min(self.page.today) }))
            }
            Key::Month => {
                let first = Day::parse(&format!("{value}-01")).ok()?;
                let last = first.plus_months(1).plus(-1);
                Some(days(DayRange { from: first, to: last }))
            }
            _ => None,
        }
    }

    /// Units to margin. `row` is set for a row of its own, which may lack its cost.
    fn figures(&self, figures: &Figures, row: Option<&ReportRow>) -> Vec<Cell> {
        let locale = self.locale();
        let mut cells = vec![
            Cell::figure(Figure::text(format::quantity(figures.units, locale))),
            Cell::figure(Figure::text(format::quantity(figures.orders, locale))),
        ];
        cells.extend(STEPS.into_iter().map(|step| Cell::figure(self.figure(figures, step))));
        let margin = if figures.is_at_most() && row.is_some() {
            Figure::missing(None)
        } else {
            Figure::text(format::percent(fraction(figures.net_margin()), locale))
        };
        cells.push(Cell::figure(margin));
        cells
    }

    fn figure(&self, figures: &Figures, step: Step) -> Figure {
        let money = Money::new(figures.step(step), self.currency());
        match step {
            Step::Subtotal(Subtotal::NetProfit) => {
                let shown = Figure::result(money, self.locale());
                if figures.is_at_most() { shown.at_most() } else { shown }
            }
            Step::Subtotal(_) => Figure::money(money, self.locale()),
            Step::Component(component) => {
                let shown = Figure::money(money, self.locale());
                match Quality::of(component, figures.estimated, figures.missing) {
                    Quality::Actual => shown,
                    Quality::Estimated => shown.estimated(),
                    Quality::Missing if money.minor == 0 => Figure::missing(self.gap(Word::NoCost)),
                    Quality::Missing => match self.gap(Word::InPart) {
                        Some(gap) => shown.after(gap),
                        None => shown.at_most(),
                    },
                }
            }
        }
    }

    /// The way to the costs, for those who may go there.
    fn gap(&self, word: Word) -> Option<Link> {
        let may = Permission::EditCosts.allows(self.page.who.role);
        may.then(|| Link::new(words::text(word), self.page.url("/costs?missing=yes")))
    }

    fn currency(&self) -> Currency {
        self.report.currency
    }

    fn unborne(&self) -> Row {
        let figures = &self.report.unallocated;
        let key_word = words::text(names::key(self.key));
        let mut cells = vec![Cell::text(tell::borne_by_no(key_word))];
        if self.has_sku() {
            cells.push(Cell::Blank);
        }
        let unknown = || Cell::figure(Figure::unknown());
        cells.extend([unknown(), unknown()]);
        for step in STEPS {
            let minor = figures.step(step);
            let is_result = step == Step::Subtotal(Subtotal::NetProfit);
            cells.push(if minor == 0 && !is_result {
                unknown()
            } else {
                Cell::figure(Figure::money(Money::new(minor, self.currency()), self.locale()))
            });
        }
        cells.extend([unknown(), Cell::Blank]);
        Row::of(RowKind::Unborne, cells)
    }

    fn total(&self) -> Row {
        let mut cells = vec![Cell::text(words::text(Word::Total))];
        if self.has_sku() {
            cells.push(Cell::Blank);
        }
        cells.extend(self.figures(&self.report.total, None));
        cells.push(Cell::Blank);
        Row::of(RowKind::Total, cells)
    }

    fn empty(&self) -> Empty {
        let all = [("from", None), ("to", None), ("period", Some("all")), ("page", None)];
        Empty {
            sentence: words::text(Word::NoFiguresInDays).to_owned(),
            why: String::new(),
            button: None,
            link: Some(Link::new(words::text(Word::ShowAllDays), self.page.ask.href_with(&all))),
        }
    }
}

#[derive(Template)]
#[template(path = "profit/nothing.html")]
pub struct Nothing {
    frame: Frame,
    empty: Empty,
}

/// Before the first store.
pub fn nothing(page: &Page) -> Nothing {
    let may = Permission::Import.allows(page.who.role);
    let import = || {
        let label = words::text(Word::ImportFiles);
        Button::link(label, ButtonKind::Main, page.url("/import"))
    };
    let why = if may { Word::NoFiguresWhy } else { Word::NoFiguresViewer };
    Nothing {
        frame: page.frame(words::text(Word::PageProfit), "profit", None),
        empty: Empty {
            sentence: words::text(Word::NoFigures).to_owned(),
            why: words::text(why).to_owned(),
            button: may.then(import),
            link: None,
        },
    }
}
