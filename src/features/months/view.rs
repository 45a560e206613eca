//! A row for each month with what it brought, what it takes over from closed ones, and the way to
//! close or reopen it.

use askama::Template;

use super::SLUG;
use super::page::{Act, Answer};
use crate::base::{Day, Money};
use crate::domain::ask::BooksView;
use crate::domain::profit::component::{Step, Subtotal};
use crate::domain::profit::figures::Figures;
use crate::reports::months::{Adjustment, MonthRow};
use crate::web::ask::write_href;
use crate::web::figure::{Better, Figure, Link};
use crate::web::flash::Flash;
use crate::web::form::{Button, ButtonKind, Form};
use crate::web::format;
use crate::web::gaps::Gaps;
use crate::web::layout::Frame;
use crate::web::notice::Empty;
use crate::web::page::Page;
use crate::web::parts::{Items, PageHead, SectionHead, State, StateMark};
use crate::web::permission::Permission;
use crate::web::standing::Standing;
use crate::web::strip::{Choice, Strip, Switch};
use crate::web::table::{Cell, Column, Row, RowKind, Table, Words};
use crate::web::words::{self, Word, ladder as names, months as told};

/// The steps of the ladder that have a column; the report of a month has all.
const STEPS: [Step; 2] =
    [Step::Subtotal(Subtotal::NetRevenue), Step::Subtotal(Subtotal::ContributionMargin)];

#[derive(Template)]
#[template(path = "months/page.html")]
pub struct View {
    frame: Frame,
    standing: Standing,
    head: PageHead,
    ask: Option<Asking>,
    books: Option<Switch>,
    table: Option<Table>,
    empty: Option<Empty>,
    history: Option<(SectionHead, Table)>,
}

/// The last look before a month is closed or reopened.
struct Asking {
    head: SectionHead,
    why: &'static str,
    lines: Vec<String>,
    gaps: Option<Items>,
    form: Form,
}

impl View {
    pub fn new(page: &Page, answer: &Answer, (standing, flash): (Standing, Flash)) -> Self {
        let closed: Vec<String> = answer
            .months
            .rows
            .iter()
            .filter(|row| row.closed.is_some())
            .map(|row| format::month(row.first, page.locale))
            .collect();
        let strip = Strip { period: None, against: None, known: None, ..page.strip() };
        let title = words::text(Word::PageMonths);
        let has_history = !answer.history.is_empty();
        Self {
            frame: page.frame_with_toast(title, SLUG, Some(strip), flash.toast),
            standing,
            head: PageHead {
                title: title.to_owned(),
                answer: told::answer(&closed),
                ..PageHead::default()
            },
            ask: answer.act.and_then(|act| Maker { page, answer }.asking(act)),
            books: Some(books(page, answer.view)),
            table: Some(Maker { page, answer }.table()),
            empty: None,
            history: has_history.then(|| history(page, answer)),
        }
    }
}

/// Before the first store.
pub fn nothing(page: &Page) -> View {
    let title = words::text(Word::PageMonths);
    View {
        frame: page.frame(title, SLUG, None),
        standing: Standing::default(),
        head: PageHead { title: title.to_owned(), ..PageHead::default() },
        ask: None,
        books: None,
        table: None,
        empty: Some(Empty {
            sentence: words::text(Word::MonthsEmpty).to_owned(),
            why: words::text(Word::MonthsEmptyWhy).to_owned(),
            ..Empty::default()
        }),
        history: None,
    }
}

fn books(page: &Page, view: BooksView) -> Switch {
    let choice = |one: BooksView, word: Word| {
        let href =
            page.ask.href_with(&[("books", Some(one.name())), ("close", None), ("reopen", None)]);
        Choice::new(words::text(word), href, one == view)
    };
    Switch {
        name: words::text(Word::MonthsBooks).to_owned(),
        choices: vec![
            choice(BooksView::Closed, Word::MonthsBooksClosed),
            choice(BooksView::Open, Word::MonthsBooksOpen),
        ],
    }
}

struct Maker<'a> {
    page: &'a Page,
    answer: &'a Answer,
}

impl Maker<'_> {
    /// The owner alone closes and reopens.
    fn may(&self) -> bool {
        Permission::ManageSettings.allows(self.page.who.role)
    }

    fn amount(&self, minor: i64) -> String {
        format::amount(Money::new(minor, self.answer.months.currency), self.page.locale)
    }

    fn money(&self, minor: i64) -> Cell {
        let money = Money::new(minor, self.answer.months.currency);
        Cell::figure(Figure::money(money, self.page.locale))
    }

    fn result(&self, minor: i64) -> Cell {
        let money = Money::new(minor, self.answer.months.currency);
        Cell::figure(Figure::result(money, self.page.locale))
    }

    fn month(&self, first: Day) -> String {
        format::month(first, self.page.locale)
    }

    fn table(&self) -> Table {
        let view = self.answer.view;
        let mut table = Table::new("months-table", words::text(Word::MonthsTable));
        table.columns = vec![
            Column::words(words::text(Word::MonthHistoryMonth)),
            Column::words(words::text(Word::MonthsState)),
        ];
        let step = |step: Step| Column::figures(words::text(names::step(step))).wide();
        table.columns.extend(STEPS.map(step));
        if view == BooksView::Closed {
            table.columns.push(Column::figures(words::text(Word::MonthAdjustments)).wide());
        }
        let net_profit = names::step(Step::Subtotal(Subtotal::NetProfit));
        table.columns.push(Column::figures(words::text(net_profit)));
        if self.may() {
            table.columns.push(Column::words(words::text(Word::MonthsMay)));
        }
        table.rows = self.answer.months.rows.iter().rev().map(|row| self.row(row)).collect();
        let mut cells = vec![Cell::text(words::text(Word::Total)), Cell::Blank];
        let rows = &self.answer.months.rows;
        for step in STEPS {
            cells.push(self.money(rows.iter().map(|row| row.step(step, view)).sum()));
        }
        if view == BooksView::Closed {
            cells.push(self.money(rows.iter().map(MonthRow::adjusted_profit).sum()));
        }
        cells.push(self.result(rows.iter().map(|row| row.net_profit(view)).sum()));
        cells.resize_with(table.columns.len(), Cell::default);
        table.rows.push(Row::of(RowKind::Total, cells));
        table.note = Some(words::text(Word::MonthsTableNote).to_owned());
        table
    }

    fn row(&self, row: &MonthRow) -> Row {
        let view = self.answer.view;
        let (state, ways) = self.state(row);
        let mut cells = vec![self.name(row), state];
        cells.extend(STEPS.map(|step| self.money(row.step(step, view))));
        if view == BooksView::Closed {
            let figure = match row.adjusted_profit() {
                0 if row.sources.is_empty() => Figure::unknown(),
                minor => {
                    let money = Money::new(minor, self.answer.months.currency);
                    Figure::change(money, Better::More, self.page.locale)
                }
            };
            cells.push(Cell::figure(figure));
        }
        cells.push(self.result(row.net_profit(view)));
        if self.may() {
            cells.push(ways);
        }
        let own = Row::new(cells);
        if view == BooksView::Open || row.sources.is_empty() {
            return own;
        }
        let told: Vec<String> = row
            .sources
            .iter()
            .map(|one| {
                let profit = Figures { amounts: one.amounts, ..Figures::default() }.net_profit();
                let amount = Money::new(profit, self.answer.months.currency);
                let digits = amount.currency.digits();
                let shown = format::change(amount.minor, digits, self.page.locale);
                told::of_month(&self.month(one.month), &shown)
            })
            .collect();
        own.folding(told::takes_over(&told.join(", ")), self.sources(row))
    }

    fn name(&self, row: &MonthRow) -> Cell {
        let own = row.range();
        let ask = crate::web::ask::PageAsk {
            path: self.page.url("/"),
            rest: Vec::new(),
            ..self.page.ask.clone()
        };
        let words = Words {
            text: self.month(row.first),
            href: Some(ask.href_of_range(own)),
            ..Words::default()
        };
        Cell::Words(words)
    }

    /// Its state, and what its owner may do.
    fn state(&self, row: &MonthRow) -> (Cell, Cell) {
        let may = self.may();
        let text = row.first.month_text();
        let way = |word: Word, name: &str| {
            let mut changes = [("close", None), ("reopen", None)];
            for change in &mut changes {
                change.1 = (change.0 == name).then_some(text.as_str());
            }
            Link::new(words::text(word), self.page.ask.href_with(&changes))
        };
        let is_over = row.range().to < self.page.today;
        let is_closed = row.closed.as_ref().or(row.suspended.as_ref());
        let (state, way) = match (is_closed, is_over) {
            (Some(_), _) => (
                StateMark::new(State::Off, words::text(Word::MonthClosed)),
                Some(way(Word::MonthReopenShort, "reopen")),
            ),
            (None, true) => (
                StateMark::new(State::Fresh, words::text(Word::MonthOpen)),
                Some(way(Word::MonthCloseShort, "close")),
            ),
            (None, false) => {
                (StateMark::new(State::Running, words::text(Word::MonthNotOver)), None)
            }
        };
        let state = match &row.suspended {
            Some(_) => StateMark::new(State::Late, words::text(Word::MonthOtherCurrency)),
            None => state,
        };
        (Cell::State(state), Cell::Links(way.filter(|_| may).into_iter().collect()))
    }

    /// What a month takes over, by the closed month that it is about.
    fn sources(&self, row: &MonthRow) -> Table {
        let id = format!("adjustments-{}", row.first.month_text());
        let mut table = Table::new(id, words::text(Word::MonthAdjustments));
        table.dense = true;
        table.columns = vec![
            Column::words(words::text(Word::MonthHistoryMonth)),
            Column::figures(words::text(Word::KnownOnNetProfit)),
            Column::words(words::text(Word::KnownCauses)),
        ];
        table.rows = row.sources.iter().map(|one| self.source(one)).collect();
        table
    }

    fn source(&self, one: &Adjustment) -> Row {
        let profit = Figures { amounts: one.amounts, ..Figures::default() }.net_profit();
        let money = Money::new(profit, self.answer.months.currency);
        let why = one.since.map(|_| {
            let closing = ("closing".to_owned(), one.month.month_text());
            let basis = ("basis".to_owned(), self.answer.months.basis.name().to_owned());
            let store = self.page.ask.store.clone().map(|name| ("store".to_owned(), name));
            let params = [closing, basis].into_iter().chain(store);
            let href = write_href(&self.page.url("/changes-since"), params);
            Link::new(words::text(Word::KnownWhatChanged), href)
        });
        Row::new(vec![
            Cell::text(self.month(one.month)),
            Cell::figure(Figure::change(money, Better::More, self.page.locale)),
            Cell::Links(why.into_iter().collect()),
        ])
    }

    fn asking(&self, act: Act) -> Option<Asking> {
        let (month, is_close) = match act {
            Act::Close(month) => (month, true),
            Act::Reopen(month) => (month, false),
        };
        let row = self.answer.months.rows.iter().find(|row| row.first == month)?;
        let is_closed = row.closed.is_some() || row.suspended.is_some();
        let is_possible = match is_close {
            true => !is_closed && row.range().to < self.page.today,
            false => is_closed,
        };
        if !is_possible {
            return None;
        }
        let name = self.month(month);
        let code = self.answer.months.currency.code();
        let (title, why, path) = match is_close {
            true => (told::close(&name), Word::MonthCloseWhy, "/months/close"),
            false => (told::reopen(&name), Word::MonthReopenWhy, "/months/reopen"),
        };
        let gaps = Gaps {
            page: self.page,
            gaps: &self.answer.lacking,
            currency: self.answer.months.currency,
        };
        let cancel = self.page.ask.href_with(&[("close", None), ("reopen", None)]);
        Some(Asking {
            head: SectionHead::new("act", title.clone()),
            why: words::text(why),
            lines: if is_close { self.lines(row, code) } else { Vec::new() },
            gaps: (!self.answer.lacking.is_empty()).then(|| gaps.items()),
            form: Form {
                action: self.page.url(path),
                method: "post",
                hidden: vec![("month".to_owned(), month.month_text())],
                buttons: vec![
                    Button::submit(title, ButtonKind::Main),
                    Button::link(words::text(Word::Cancel), ButtonKind::Plain, cancel),
                ],
                ..Form::default()
            },
        })
    }

    fn lines(&self, row: &MonthRow, code: &str) -> Vec<String> {
        let profit = self.amount(row.net_profit(BooksView::Closed));
        let mut lines = vec![told::net_profit_now(&profit, code)];
        if row.adjusted_profit() != 0 {
            lines.push(told::with_adjustments(&self.amount(row.adjusted_profit()), code));
        }
        let rows = self.answer.months.rows.iter();
        let open: Vec<String> = rows
            .filter(|one| one.first < row.first && one.closed.is_none())
            .map(|one| self.month(one.first))
            .collect();
        if !open.is_empty() {
            let count = format::quantity(open.len() as i64, self.page.locale);
            lines.push(told::open_before(&open, &count));
        }
        let is_whole = self.answer.lacking.is_empty();
        let word = if is_whole { Word::MonthLackingNone } else { Word::MonthLacking };
        lines.push(words::text(word).to_owned());
        lines
    }
}

fn history(page: &Page, answer: &Answer) -> (SectionHead, Table) {
    let mut table = Table::new("closings-table", words::text(Word::MonthHistoryTable));
    table.columns = vec![
        Column::words(words::text(Word::MonthHistoryMonth)),
        Column::words(words::text(Word::MonthHistoryClosed)),
        Column::words(words::text(Word::MonthHistoryReopened)),
        Column::words(words::text(Word::MonthLacking)).wide(),
    ];
    let when = |at: crate::base::Instant, by: &str| {
        let day = format::day(at.day_in(&page.zone), page.locale);
        told::closed_by(&format!("{day} {}", at.time_in(&page.zone)), by)
    };
    let mut closings: Vec<_> = answer.history.iter().collect();
    closings.sort_by_key(|one| std::cmp::Reverse((one.closed_at, one.id)));
    let row = |one: &&crate::store::closings::Closing| {
        let reopened = one.reopened.as_ref().map(|(at, by)| when(*at, by));
        Row::new(vec![
            Cell::text(format::month(one.month, page.locale)),
            Cell::text(when(one.closed_at, &one.closed_by)),
            Cell::text(reopened.unwrap_or_default()),
            Cell::quiet(one.lacking.replace('\n', ", ")),
        ])
    };
    table.rows = closings.iter().map(row).collect();
    (SectionHead::new("closings", words::text(Word::MonthHistory)), table)
}
