//! The page of a report: what may be chosen, the figures that answer by themselves, chart, table
//! and the meaning of every column. On paper all rows, without what can only be clicked.

mod cells;

use askama::Template;

use super::chart::{self, Drawn};
use super::grid::{self, Grid, Head, Line, Role};
use super::page::{PRINT, VIEW};
use super::{PATH, SLUG, sorting};
use crate::domain::ask::AdsMode;
use crate::domain::table::{Column as Defined, Kind, Row, Table, TableAsk, Value};
use crate::reports::catalogue::{Choice as Chosen, Spec};
use crate::web::chart::Axis;
use crate::web::define::Define;
use crate::web::figure::{Figure, Link};
use crate::web::form::{Button, ButtonKind};
use crate::web::format::{self, fraction};
use crate::web::layout::Frame;
use crate::web::notice::Empty;
use crate::web::page::Page;
use crate::web::parts::PageHead;
use crate::web::permission::Permission;
use crate::web::standing::Standing;
use crate::web::strip::{Choice, Strip, Switch};
use crate::web::table::{Cell, Column, Pager, RowKind, Table as Shell};
use crate::web::words::definitions::{self, Definition};
use crate::web::words::{self, Word, reports, tell};

use cells::Cells;

const ROWS_PER_PAGE: usize = 50;
/// Rows of a view to print; beyond it a file is the better paper.
const ROWS_PRINTED_MAX: usize = 2_000;

#[derive(Template)]
#[template(path = "reports/page.html")]
pub struct View {
    frame: Frame,
    standing: Standing,
    head: PageHead,
    switches: Vec<Switch>,
    coverage: Option<String>,
    headlines: Vec<Headline>,
    chart: Option<Drawn>,
    table: Shell,
    meanings: Vec<Meaning>,
    /// The same view under an address that names its days.
    link: String,
    definitions: String,
    /// The way back from paper; `None` on a screen.
    back: Option<String>,
}

impl View {
    fn body_class(&self) -> &'static str {
        if self.back.is_some() { " print-view" } else { "" }
    }
}

struct Headline {
    name: String,
    define: Option<Define>,
    figure: Figure,
}

struct Meaning {
    label: &'static str,
    text: &'static str,
    formula: Option<String>,
}

/// What a page is made from.
pub struct Shown<'a> {
    pub page: &'a Page,
    pub spec: &'a Spec,
    pub ask: &'a TableAsk,
    pub table: &'a Table,
    pub is_print: bool,
}

impl Shown<'_> {
    pub fn view(&self, standing: Standing) -> View {
        let strip = Strip {
            against: self.page.strip().against.filter(|_| self.spec.obeys.against),
            basis: self.page.strip().basis.filter(|_| self.spec.obeys.basis),
            period: self.page.strip().period.filter(|_| self.spec.obeys.days),
            stores: self.page.strip().stores.filter(|_| self.spec.obeys.stores),
            ..self.page.strip()
        };
        let title = reports::title(self.spec.name);
        let answer = match (self.is_print, self.told_choices()) {
            (true, Some(chosen)) => format!("{} {chosen}", reports::about(self.spec.name)),
            _ => reports::about(self.spec.name).to_owned(),
        };
        let back = self.page.ask.href_with(&[(VIEW, None)]);
        View {
            frame: self.page.frame(title, SLUG, Some(strip)),
            standing,
            head: PageHead {
                trail: vec![Link::new(words::text(Word::PageReports), self.page.url(PATH))],
                place: title.to_owned(),
                title: title.to_owned(),
                answer,
                buttons: self.buttons(),
            },
            switches: self.switches(),
            coverage: self
                .table
                .coverage
                .map(|share| format::percent(fraction(Some(share)), self.page.locale))
                .map(|share| tell::cost_known(&share)),
            headlines: self.headlines(),
            chart: chart::draw(self.table, self.page.locale),
            table: self.table(),
            meanings: self.meanings(),
            link: self.link(),
            definitions: self.page.url("/definitions"),
            back: self.is_print.then_some(back),
        }
    }

    fn told_choices(&self) -> Option<String> {
        let chosen = self.ask.choices.iter().filter(|one| **one != ("books", "open"));
        let told: Vec<String> = chosen.map(|(_, value)| reports::value(value)).collect();
        (!told.is_empty()).then(|| format!("{}.", told.join(", ")))
    }

    fn buttons(&self) -> Vec<Button> {
        let file = |ending: &str| {
            let path = self.page.url(&format!("{PATH}/{}.{ending}", self.spec.name));
            self.page.ask.href_with(&[("page", None)]).replacen(&self.page.ask.path, &path, 1)
        };
        let button =
            |word: Word, href: String| Button::link(words::text(word), ButtonKind::Plain, href);
        let own = super::PAGES.iter().filter(|(name, ..)| *name == self.spec.name);
        let own = own.map(|(_, path, word)| button(*word, self.page.url(path)));
        let files = [
            button(Word::Csv, file("csv")),
            button(Word::Xlsx, file("xlsx")),
            button(Word::ReportPrint, self.page.ask.href_with(&[(VIEW, Some(PRINT))])),
        ];
        own.chain(files).collect()
    }

    /// All state is in the address; a period that moves with the day is written out as days.
    fn link(&self) -> String {
        self.page.ask.href_of_range(self.table.range)
    }

    fn has(&self, name: &str) -> bool {
        let index = self.table.columns.iter().position(|column| column.name == name);
        index.is_some_and(|index| grid::is_shown(self.table, index, false))
    }

    fn switches(&self) -> Vec<Switch> {
        let mut switches: Vec<Switch> = Vec::new();
        let is_usual = |choice: &Chosen| self.ask.choice(choice.name) == choice.values[0];
        for choice in self.spec.choices {
            // Where no month is closed there is no closed view of any.
            if choice.name == "books" && is_usual(choice) && !self.has("state") {
                continue;
            }
            let chosen = self.ask.choice(choice.name);
            let value = |value: &&'static str| {
                let named = (*value != choice.values[0]).then_some(*value);
                (*value, reports::value(value), named)
            };
            let values = choice.values.iter().map(value).collect();
            switches.push(self.switch(choice.name, reports::choice(choice.name), values, chosen));
        }
        let word = |word: Word| words::text(word).to_owned();
        if self.spec.obeys.ads {
            let values = vec![
                ("blended", word(Word::ReportAdsBlended), None),
                ("matched", word(Word::ReportAdsMatched), Some("matched")),
            ];
            let name = if self.ask.ask.ads == AdsMode::Matched { "matched" } else { "blended" };
            switches.push(self.switch("ads", words::text(Word::ReportAds), values, name));
        }
        if self.spec.obeys.fully_loaded {
            let values = vec![
                ("false", word(Word::ReportLoadedNo), None),
                ("true", word(Word::ReportLoadedYes), Some("true")),
            ];
            let name = if self.ask.ask.fully_loaded { "true" } else { "false" };
            switches.push(self.switch(
                "fully_loaded",
                words::text(Word::ReportLoaded),
                values,
                name,
            ));
        }
        switches
    }

    fn switch(
        &self,
        name: &'static str,
        label: &str,
        values: Vec<(&'static str, String, Option<&'static str>)>,
        chosen: &str,
    ) -> Switch {
        let choice = |(value, label, named): (&'static str, String, Option<&'static str>)| {
            let changes = [(name, named), ("sort", None), ("dir", None), ("page", None)];
            Choice::new(label, self.page.ask.href_with(&changes), value == chosen)
        };
        Switch { name: label.to_owned(), choices: values.into_iter().map(choice).collect() }
    }

    fn cells(&self) -> Cells<'_> {
        Cells { page: self.page, currency: self.table.currency, is_print: self.is_print }
    }

    fn headlines(&self) -> Vec<Headline> {
        let headline = |one: &crate::domain::table::Headline| Headline {
            name: definitions::label(one.name).to_owned(),
            define: self.define("headline", one.name),
            figure: self.cells().figure(one.kind, &one.cell, one.name),
        };
        self.table.headlines.iter().map(headline).collect()
    }

    fn define(&self, part: &str, name: &str) -> Option<Define> {
        let define = Define::find(part, name, &self.page.base);
        define.filter(|_| !self.is_print)
    }

    fn table(&self) -> Shell {
        let id = format!("{}-table", self.spec.name);
        let mut shell = Shell::new(id, reports::title(self.spec.name));
        let sorted = sorting::sort(self.table, &self.page.ask);
        let total = sorted.len();
        let is_paged = !self.is_print && !self.table.is_turned && total > ROWS_PER_PAGE;
        let pages = total.saturating_sub(1) / ROWS_PER_PAGE + 1;
        let first = ((self.page.ask.page as usize).min(pages) - 1) * ROWS_PER_PAGE;
        let rows: Vec<&Row> = match (is_paged, self.table.is_turned) {
            (true, _) => sorted.iter().skip(first).take(ROWS_PER_PAGE).copied().collect(),
            (false, true) => sorted.clone(),
            (false, false) => sorted.iter().take(ROWS_PRINTED_MAX).copied().collect(),
        };
        let grid = Grid::new(self.table, &rows, false);
        shell.columns =
            grid.heads.iter().enumerate().map(|(at, head)| self.column(&grid, at, head)).collect();
        let axis = self.axis(&sorted);
        if axis.is_some() {
            shell.columns.push(Column::bars(words::text(Word::Bar)));
        }
        if !self.table.rows.is_empty() {
            shell.rows = grid.lines.iter().map(|line| self.line(&grid, line, axis)).collect();
        }
        shell.dense = self.is_print;
        shell.empty = Some(self.empty());
        let count = format::quantity(total as i64, self.page.locale);
        let is_long = total > rows.len();
        shell.note = is_long.then(|| reports::rows(&count));
        shell.pager =
            is_paged.then(|| Pager::new(&self.page.ask, total as i64, 50, self.page.locale));
        shell.legend = grid.lines.iter().flat_map(|line| &line.cells).any(|(_, cell)| {
            cell.is_at_most || cell.quality != crate::domain::profit::component::Quality::Actual
        });
        shell
    }

    fn column(&self, grid: &Grid, at: usize, head: &Head) -> Column {
        let locale = self.page.locale;
        let is_last_row = !matches!(grid.heads.get(at + 1), Some(Head::Row(..)));
        match head {
            Head::Column(column) => self.straight(column),
            Head::Name(super::grid::ITEM) => {
                Column::words(reports::amounts_in(self.table.currency.code()))
            }
            Head::Name(name) => {
                let column =
                    Column::figures(definitions::label(name)).defined(self.define("head", name));
                if *name == "total" { column } else { column.wide() }
            }
            Head::Row(kind, cell) => {
                let label = match (kind, &cell.value) {
                    (Kind::Time(grain), Value::Day(day)) => {
                        format::time_short(*grain, *day, locale)
                    }
                    _ => self.cells().words(*kind, cell),
                };
                let column = Column::figures(label);
                // On a phone the latest time stays.
                if is_last_row { column } else { column.wide() }
            }
        }
    }

    fn straight(&self, column: &Defined) -> Column {
        let label = definitions::label(column.name);
        let head =
            if column.kind.is_figure() { Column::figures(label) } else { Column::words(label) };
        let head = if column.is_kept { head } else { head.wide() };
        let head = if self.is_print { head } else { head.sorted(&self.page.ask, column.name) };
        head.defined(self.define("head", column.name))
    }

    fn axis(&self, rows: &[&Row]) -> Option<Axis> {
        let index = self.table.index(self.table.bars?)?;
        let is_cost = self.table.columns[index].kind == Kind::Money;
        // What a cost comes to is drawn to the right, in the colour of no result.
        let drawn = |minor: i64| if is_cost { minor.saturating_abs() } else { minor };
        Some(Axis::over(rows.iter().map(|row| drawn(row[index].value.number()))))
    }

    fn line(&self, grid: &Grid, line: &Line, axis: Option<Axis>) -> crate::web::table::Row {
        let kind = match line.role {
            Role::Plain => RowKind::Plain,
            Role::Unallocated => RowKind::Unborne,
            Role::Subtotal => RowKind::Subtotal,
            Role::Total => RowKind::Total,
            Role::After => RowKind::After,
        };
        let cells = self.cells();
        let shown = line.cells.iter().enumerate().map(|(at, (kind, cell))| {
            let head = match &grid.heads[at] {
                Head::Column(column) => column.name,
                Head::Name(name) => name,
                Head::Row(..) => "",
            };
            match &cell.value {
                Value::Word(name) if at == 0 => cells.item(name, self.define("row", name)),
                _ if kind.is_figure() => Cell::figure(cells.figure(*kind, cell, head)),
                _ => {
                    let is_key = matches!(&grid.heads[at], Head::Column(column) if column.is_key);
                    let head = if is_key && line.role == Role::Plain { head } else { "" };
                    cells.name(*kind, cell, head)
                }
            }
        });
        let mut shown: Vec<Cell> = shown.collect();
        if let Some(axis) = axis {
            let is_its = |head: &&Head| match head {
                Head::Column(column) => Some(column.name) == self.table.bars,
                Head::Name(_) | Head::Row(..) => false,
            };
            let mut held = grid.heads.iter().zip(&line.cells);
            let held = held.find(|(head, _)| is_its(head)).map(|(_, held)| held);
            shown.push(match held {
                Some((kind, cell)) if line.role == Role::Plain => cells.bar(*kind, cell, axis),
                _ => Cell::Blank,
            });
        }
        crate::web::table::Row::of(kind, shown)
    }

    fn empty(&self) -> Empty {
        let all = [("from", None), ("to", None), ("period", Some("all")), ("page", None)];
        Empty {
            sentence: words::text(Word::NoFiguresInDays).to_owned(),
            link: Some(Link::new(words::text(Word::ShowAllDays), self.page.ask.href_with(&all))),
            ..Empty::default()
        }
    }

    fn meanings(&self) -> Vec<Meaning> {
        let shown = |definition: Definition| Meaning {
            label: definition.label,
            text: definition.text,
            formula: definition.formula_in_words(),
        };
        let headlines = self.table.headlines.iter().map(|one| one.name);
        let columns = self.table.columns.iter().enumerate();
        let columns = columns.filter(|(index, _)| super::grid::is_shown(self.table, *index, false));
        let columns = columns.map(|(_, column)| column.name);
        let beside = self.table.beside.iter().map(|beside| beside.name);
        headlines.chain(columns).chain(beside).filter_map(definitions::find).map(shown).collect()
    }
}

#[derive(Template)]
#[template(path = "reports/nothing.html")]
pub struct Nothing {
    frame: Frame,
    title: String,
    empty: Empty,
}

/// Before the first store.
pub fn nothing(page: &Page, spec: &Spec) -> Nothing {
    let may = Permission::Import.allows(page.who.role);
    let import = || {
        let label = words::text(Word::ImportFiles);
        Button::link(label, ButtonKind::Main, page.url("/import"))
    };
    let why = if may { Word::NoFiguresWhy } else { Word::NoFiguresViewer };
    Nothing {
        frame: page.frame(reports::title(spec.name), SLUG, None),
        title: reports::title(spec.name).to_owned(),
        empty: Empty {
            sentence: words::text(Word::NoFigures).to_owned(),
            why: words::text(why).to_owned(),
            button: may.then(import),
            link: None,
        },
    }
}
