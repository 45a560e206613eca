//! Goals month by month with how far they are reached, and beside them the panel that sets one.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::SLUG;
use super::entry::{Entry, Wrong, parse_month};
use crate::base::Currency;
use crate::domain::ask::Against;
use crate::domain::chart::{Chart, Progress as Rows, ProgressRow};
use crate::domain::goal::{Goal, GoalFigure};
use crate::domain::table::{Table as Figures, TableAsk};
use crate::features::feature::refuse;
use crate::reports::{ReportError, goals as report};
use crate::store::goals;
use crate::web::answer::html;
use crate::web::ask::Preset;
use crate::web::chart::Progress;
use crate::web::error::AppError;
use crate::web::figure::Link;
use crate::web::form::{Button, ButtonKind, Field, Form, Panel, Pick};
use crate::web::format;
use crate::web::layout::Frame;
use crate::web::notice::Empty;
use crate::web::page::{self, Page, Site};
use crate::web::parts::PageHead;
use crate::web::permission::Permission;
use crate::web::session::Who;
use crate::web::standing::{self, Standing};
use crate::web::state::Shared;
use crate::web::strip::Strip;
use crate::web::table::Table;
use crate::web::words::{self, Word, definitions, goal as told};

/// Months that may be picked before and after the open one.
const MONTHS_BACK: i32 = 3;
const MONTHS_AHEAD: i32 = 14;

#[derive(Template)]
#[template(path = "goals/page.html")]
struct View {
    frame: Frame,
    standing: Standing,
    head: PageHead,
    table: Table,
    panel: Option<Panel>,
}

/// What the panel is asked to show.
#[derive(Clone, Debug, Default)]
pub struct Panelled {
    pub entry: Option<Entry>,
    pub wrong: Wrong,
    pub status: StatusCode,
}

pub async fn show(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    answer(&state, site, who, &request, Panelled::default()).await
}

/// The page with the panel as asked.
///
/// # Errors
/// What the store said.
pub async fn answer(
    state: &Shared,
    site: web::Data<Site>,
    who: Who,
    request: &HttpRequest,
    panelled: Panelled,
) -> Result<HttpResponse, AppError> {
    let mut page = page::open_as_known(state, site, who, request).await?;
    page.mean(request, Preset::TwelveMonths);
    let flash = state.flashes.take_beside(&page.who, page.waiting != (0, 0));
    let store = page.ask.store.clone();
    let ask = TableAsk {
        ask: page.report_ask(),
        against: Against::Nothing,
        choices: Vec::new(),
        today: page.today,
    };
    let known = page.read(state, move |reader| {
        let goals = goals::list_goals(reader, store.as_deref())?;
        Ok(match (report::SPEC.run)(reader, &ask) {
            Ok(figures) => Ok((goals, Some(figures))),
            Err(ReportError::Nothing) => Ok((goals, None)),
            Err(fault) => Err(fault),
        })
    });
    let (goals, figures) = known.await?.map_err(refuse)?;
    let missing = figures.as_ref().map(|figures| figures.missing_rates.as_slice());
    let standing = standing::open(state, &page, missing.unwrap_or_default()).await?;
    // A goal is set for what is still to come, not on a page of what was known.
    let may = Permission::EditCosts.allows(page.who.role)
        && figures.is_some()
        && page.ask.as_known.is_none();
    let entry = panelled.entry.or_else(|| entry_of_address(&page, &goals));
    let panel = entry.filter(|_| may).map(|entry| panel(&page, &goals, &entry, &panelled.wrong));
    let strip = Strip { against: None, ..page.strip() };
    let title = words::text(Word::PageGoals);
    let view = View {
        frame: page.frame_with_toast(title, SLUG, Some(strip), flash.toast),
        standing,
        head: head(&page, figures.as_ref(), may),
        table: table(&page, figures.as_ref(), may),
        panel,
    };
    html(panelled.status, &view)
}

fn own<'a>(page: &'a Page, name: &str) -> Option<&'a str> {
    let found = page.ask.rest.iter().find(|(other, _)| other == name);
    found.map(|(_, value)| value.as_str())
}

/// `?month=2026-11&figure=orders` opens the panel.
fn entry_of_address(page: &Page, goals: &[Goal]) -> Option<Entry> {
    let month = parse_month(own(page, "month")?)?;
    let figure = own(page, "figure").and_then(GoalFigure::parse).unwrap_or(GoalFigure::NetProfit);
    let known = goals.iter().find(|goal| (goal.month, goal.figure) == (month, figure));
    Some(known.map(Entry::of).unwrap_or_else(|| Entry {
        month: month.month_text(),
        figure: figure.name().to_owned(),
        store: page.ask.store.clone().unwrap_or_default(),
        ..Entry::default()
    }))
}

fn href(page: &Page, month: Option<&str>, figure: Option<&str>) -> String {
    page.ask.href_with(&[("month", month), ("figure", figure)])
}

fn set_button(page: &Page, kind: ButtonKind) -> Button {
    let month = page.today.month_text();
    Button::link(words::text(Word::GoalSet), kind, href(page, Some(&month), None))
}

fn rows(figures: Option<&Figures>) -> Option<&Rows> {
    match figures?.chart.as_ref()? {
        Chart::Progress(progress) => Some(progress),
        _ => None,
    }
}

fn head(page: &Page, figures: Option<&Figures>, may: bool) -> PageHead {
    let open: Vec<&ProgressRow> = rows(figures)
        .map(|rows| rows.rows.iter())
        .into_iter()
        .flatten()
        .filter(|row| row.month == page.today.first_of_month())
        .collect();
    let currency = figures.map_or(Currency::EUR, |figures| figures.currency);
    let parts: Vec<String> = open
        .iter()
        .map(|row| {
            let digits = if row.kind.is_money() { currency.digits() } else { 0 };
            let text = |amount| format::money(amount, digits, page.locale);
            let actual = row.actual.map_or(format::UNKNOWN.to_owned(), text);
            told::reached(definitions::label(row.measure), &actual, &text(row.goal))
        })
        .collect();
    let answer = match parts.is_empty() {
        true => String::new(),
        false => told::answer(&format::month(page.today, page.locale), &parts.join("; ")),
    };
    let table = Button::link(
        words::text(Word::GoalsTable),
        ButtonKind::Plain,
        page.ask.href_of(&page.url("/reports/goals")),
    );
    let mut buttons: Vec<Button> =
        may.then(|| set_button(page, ButtonKind::Main)).into_iter().collect();
    buttons.push(table);
    let title = words::text(Word::PageGoals).to_owned();
    PageHead {
        trail: vec![Link::new(words::text(Word::PageReports), page.url("/reports"))],
        place: title.clone(),
        title,
        answer,
        buttons,
    }
}

fn table(page: &Page, figures: Option<&Figures>, may: bool) -> Table {
    let none = Rows { rows: Vec::new() };
    let rows = rows(figures).unwrap_or(&none);
    let currency = figures.map_or(Currency::EUR, |figures| figures.currency);
    let mut progress = Progress::of(rows, currency, page.locale);
    if may {
        for (shown, row) in progress.rows.iter_mut().zip(&rows.rows) {
            let month = row.month.month_text();
            shown.href = Some(href(page, Some(&month), Some(row.measure)));
        }
    }
    let mut table = progress.table();
    table.empty = Some(Empty {
        sentence: words::text(Word::GoalsEmpty).to_owned(),
        why: words::text(Word::GoalsEmptyWhy).to_owned(),
        button: may.then(|| set_button(page, ButtonKind::Main)),
        link: None,
    });
    table
}

fn panel(page: &Page, goals: &[Goal], entry: &Entry, wrong: &Wrong) -> Panel {
    let is_known = entry.key().is_some_and(|(month, figure)| {
        goals.iter().any(|goal| (goal.month, goal.figure) == (month, figure))
    });
    let close = href(page, None, None);
    let mut buttons =
        vec![Button::submit(words::text(Word::GoalSave), ButtonKind::Main).sending("do", "save")];
    if is_known {
        let remove = Button::submit(words::text(Word::GoalRemove), ButtonKind::Plain);
        buttons.push(remove.sending("do", "delete"));
    }
    let cancel = words::text(Word::Cancel);
    buttons.push(Button::link(cancel, ButtonKind::Plain, close.clone()));
    Panel {
        title: words::text(Word::GoalSet).to_owned(),
        lead: told::lead(entry.store()),
        close: Link::new(words::text(Word::Close), close.clone()),
        form: Form {
            action: close,
            method: "post",
            hidden: vec![("store".to_owned(), entry.store.clone())],
            fields: fields(page, entry, wrong),
            buttons,
            note: Some(words::text(Word::GoalNote).to_owned()),
            ..Form::default()
        },
        effect: None,
        progress: None,
        months: None,
        history: None,
    }
}

fn fields(page: &Page, entry: &Entry, wrong: &Wrong) -> Vec<Field> {
    let open = page.today.first_of_month();
    let pick = |value: String, label: String| Pick { value, label };
    let months = (-MONTHS_BACK..=MONTHS_AHEAD).map(|step| open.plus_months(step));
    let chosen = parse_month(&entry.month);
    let mut months: Vec<_> = months.chain(chosen).collect();
    months.sort();
    months.dedup();
    let months =
        months.iter().map(|month| pick(month.month_text(), format::month(*month, page.locale)));
    let figures = GoalFigure::ALL
        .map(|figure| pick(figure.name().to_owned(), definitions::label(figure.name()).to_owned()));
    let is_orders = entry.figure == GoalFigure::Orders.name();
    let currency = page.organisation.currency.unwrap_or(Currency::EUR);
    let unit = if is_orders { "" } else { currency.code() };
    let with = |field: Field, error: &Option<String>| Field { error: error.clone(), ..field };
    let select = |name: &str, label: Word, value: &str, picks: Vec<Pick>| {
        Field::select(name, words::text(label), value, picks)
    };
    let amount = Field::amount("amount", words::text(Word::Goal), &entry.amount, unit);
    vec![
        with(select("month", Word::MonthHead, &entry.month, months.collect()), &wrong.month),
        with(select("figure", Word::GoalFigure, &entry.figure, figures.to_vec()), &wrong.figure),
        with(Field { required: true, ..amount }, &wrong.amount),
    ]
}
