//! The expenses, those that go on first, and beside them the panel of the chosen one.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::entry::{Entry, Wrong};
use super::panel::{self, Looked};
use super::{PATH, SLUG};
use crate::base::id::ExpenseId;
use crate::base::{Currency, Money};
use crate::domain::record::Every;
use crate::features::feature::refuse;
use crate::reports::ReportError;
use crate::reports::expenses::{self as expenses_report, Listed};
use crate::reports::preview::expenses::{self as preview, ExpenseChange};
use crate::web::answer::html;
use crate::web::error::AppError;
use crate::web::figure::{Figure, Link};
use crate::web::form::{Button, ButtonKind, Panel};
use crate::web::format;
use crate::web::layout::Frame;
use crate::web::notice::Empty;
use crate::web::page::{self, Page, Site};
use crate::web::parts::PageHead;
use crate::web::permission::Permission;
use crate::web::session::Who;
use crate::web::state::{Shared, read};
use crate::web::table::{Cell, Column, Row, RowKind, Table, Words};
use crate::web::words::{self, Word, expense as told};

#[derive(Template)]
#[template(path = "expenses/page.html")]
struct View {
    frame: Frame,
    head: PageHead,
    table: Table,
    panel: Option<Panel>,
}

/// What the panel is asked to show.
#[derive(Clone, Debug, Default)]
pub struct Panelled {
    pub entry: Option<Entry>,
    pub wrong: Wrong,
    pub change: Option<ExpenseChange>,
    pub status: StatusCode,
}

/// What an address asks of the panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    Add,
    Edit(ExpenseId),
    End(ExpenseId),
    Delete(ExpenseId),
}

impl Act {
    fn parse(page: &Page) -> Option<Self> {
        let own = |name: &str| {
            let (_, value) = page.ask.rest.iter().find(|(other, _)| other == name)?;
            Some(value.as_str())
        };
        let id = |text: &str| text.parse().ok().map(ExpenseId);
        match (own("id"), own("end"), own("delete")) {
            (Some("new"), _, _) => Some(Self::Add),
            (Some(text), _, _) => id(text).map(Self::Edit),
            (_, Some(text), _) => id(text).map(Self::End),
            (_, _, Some(text)) => id(text).map(Self::Delete),
            _ => None,
        }
    }

    pub fn id(self) -> Option<ExpenseId> {
        match self {
            Self::Add => None,
            Self::Edit(id) | Self::End(id) | Self::Delete(id) => Some(id),
        }
    }
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
    let page = page::open(state, site, who, request).await?;
    let flash = state.flashes.take_beside(&page.who, page.waiting != (0, 0));
    let typed = panelled.entry.as_ref().map(|entry| match entry.id.trim().parse() {
        Ok(id) => Act::Edit(ExpenseId(id)),
        Err(_) => Act::Add,
    });
    let act = Act::parse(&page).or(typed);
    let act = act.filter(|_| Permission::EditCosts.allows(page.who.role));
    let (today, change) = (page.today, panelled.change.clone());
    let known = read(state, move |reader| {
        let listed = expenses_report::list(reader, today);
        let listed = match listed {
            Ok(listed) => listed,
            Err(fault) => return Ok(Err(fault)),
        };
        let chosen = act.and_then(Act::id);
        let chosen = chosen.and_then(|id| listed.1.iter().find(|one| one.id == id)).cloned();
        let removed = || match (act, &chosen) {
            (Some(Act::Delete(_)), Some(one)) => {
                Some(ExpenseChange { gone: vec![one.expense.clone()], put: None })
            }
            _ => None,
        };
        let preview = match change.or_else(removed) {
            None => Ok(None),
            Some(change) => match preview::run(reader, &change, today) {
                Ok(preview) => Ok(Some(preview)),
                Err(ReportError::Nothing) => Ok(None),
                Err(fault) => Err(fault),
            },
        };
        Ok(preview.map(|preview| (listed, chosen, preview)))
    });
    let ((currency, listed), chosen, preview) = known.await?.map_err(refuse)?;
    // An address of a row that is gone shows the list.
    let act = act.filter(|act| act.id().is_none() || chosen.is_some());
    let panel = act.map(|act| {
        panel::panel(&Looked {
            page: &page,
            act,
            chosen: chosen.as_ref().map(|one| &one.expense),
            entry: panelled.entry.as_ref(),
            wrong: &panelled.wrong,
            preview: preview.as_ref(),
        })
    });
    let view = View {
        frame: page.frame_with_toast(words::text(Word::PageExpenses), SLUG, None, flash.toast),
        head: head_of(&page, currency, &listed),
        table: table_of(&page, currency, &listed, act),
        panel,
    };
    html(panelled.status, &view)
}

pub fn every_word(every: Every) -> Word {
    match every {
        Every::Once => Word::EveryOnce,
        Every::Day => Word::EveryDay,
        Every::Week => Word::EveryWeek,
        Every::Month => Word::EveryMonth,
        Every::Quarter => Word::EveryQuarter,
        Every::Year => Word::EveryYear,
    }
}

fn sum_of_month(listed: &[Listed]) -> i64 {
    listed.iter().filter_map(|one| one.month_minor).sum()
}

fn add_button(page: &Page, kind: ButtonKind) -> Button {
    Button::link(words::text(Word::ExpenseAdd), kind, page.ask.href_with(&[("id", Some("new"))]))
}

fn head_of(page: &Page, currency: Option<Currency>, listed: &[Listed]) -> PageHead {
    let may = Permission::EditCosts.allows(page.who.role);
    let answer = currency.filter(|_| !listed.is_empty()).map(|currency| {
        let amount = format::amount(Money::new(sum_of_month(listed), currency), page.locale);
        told::answer(&format::month(page.today, page.locale), &amount, currency.code())
    });
    let import =
        Button::link(words::text(Word::CostImport), ButtonKind::Plain, page.url("/import"));
    // On an empty page the list itself says what to do.
    let buttons = match may && !listed.is_empty() {
        true => vec![import, add_button(page, ButtonKind::Main)],
        false => Vec::new(),
    };
    PageHead {
        title: words::text(Word::PageExpenses).to_owned(),
        answer: answer.unwrap_or_default(),
        buttons,
        ..PageHead::default()
    }
}

fn table_of(page: &Page, currency: Option<Currency>, listed: &[Listed], act: Option<Act>) -> Table {
    let may = Permission::EditCosts.allows(page.who.role);
    let mut table = Table::new("expenses-table", words::text(Word::ExpenseTable));
    let month = match currency {
        Some(currency) => format!("{}, {currency}", words::text(Word::ExpenseThisMonth)),
        None => words::text(Word::ExpenseThisMonth).to_owned(),
    };
    table.columns = vec![
        Column::words(words::text(Word::ExpenseName)),
        Column::figures(words::text(Word::ExpenseAmount)),
        Column::words(words::text(Word::ExpenseEvery)),
    ];
    // Beside the panel there is no room for all.
    let is_wide = act.is_none();
    if is_wide {
        table.columns.extend([
            Column::words(words::text(Word::ExpenseFrom)).wide(),
            Column::words(words::text(Word::ExpenseTo)).wide(),
            Column::words(words::text(Word::ExpenseStore)).wide(),
            Column::figures(month).wide(),
        ]);
        if may {
            table.columns.push(Column::words(words::text(Word::CostChangeIt)).wide());
        }
    }
    let chosen = act.and_then(Act::id);
    let row = |one: &Listed| {
        let kind = if chosen == Some(one.id) { RowKind::Chosen } else { RowKind::Plain };
        let mut cells = cells_of(page, currency, one, may);
        if is_wide {
            cells.extend(wide_cells(page, currency, one));
            if may {
                cells.push(Cell::Links(ways(page, one)));
            }
        }
        Row::of(kind, cells)
    };
    table.rows = listed.iter().map(row).collect();
    if let Some(currency) = currency.filter(|_| is_wide && !listed.is_empty()) {
        let sum = Money::new(sum_of_month(listed), currency);
        let mut cells = vec![Cell::text(words::text(Word::Total))];
        cells.resize_with(6, Cell::default);
        cells.push(Cell::figure(Figure::money(sum, page.locale)));
        cells.resize_with(table.columns.len(), Cell::default);
        table.rows.push(Row::of(RowKind::Total, cells));
    }
    table.empty = Some(Empty {
        sentence: words::text(Word::ExpenseEmpty).to_owned(),
        why: words::text(Word::ExpenseEmptyWhy).to_owned(),
        button: may.then(|| add_button(page, ButtonKind::Main)),
        link: may.then(|| Link::new(words::text(Word::CostImport), page.url("/import"))),
    });
    table.note = (!listed.is_empty()).then(|| words::text(Word::ExpenseTableNote).to_owned());
    table
}

fn cells_of(page: &Page, currency: Option<Currency>, one: &Listed, may: bool) -> Vec<Cell> {
    let expense = &one.expense;
    let href =
        page.ask.href_with(&[("id", Some(&one.id.to_string())), ("end", None), ("delete", None)]);
    let name = Words {
        text: expense.name.clone(),
        href: may.then_some(href),
        beside: expense.category.clone(),
        quiet: one.is_over && !may,
        ..Words::default()
    };
    let shown = format::amount(expense.amount, page.locale);
    let amount = match Some(expense.amount.currency) == currency {
        true => shown,
        false => format!("{} {shown}", expense.amount.currency.code()),
    };
    vec![
        Cell::Words(name),
        Cell::figure(Figure::text(amount)),
        Cell::text(words::text(every_word(expense.every))),
    ]
}

fn wide_cells(page: &Page, currency: Option<Currency>, one: &Listed) -> Vec<Cell> {
    let expense = &one.expense;
    let day = |day| format::day(day, page.locale);
    let store = || words::text(Word::ExpenseOfNone).to_owned();
    let month = match (one.month_minor, currency) {
        (Some(minor), Some(currency)) => Figure::money(Money::new(minor, currency), page.locale),
        _ => Figure::unknown(),
    };
    vec![
        Cell::quiet(day(expense.from)),
        Cell::quiet(expense.to.map(day).unwrap_or_default()),
        Cell::quiet(expense.store.clone().unwrap_or_else(store)),
        Cell::figure(month),
    ]
}

fn ways(page: &Page, one: &Listed) -> Vec<Link> {
    let id = one.id.to_string();
    let to = |name: &str| page.ask.href_with(&[(name, Some(&id))]);
    let delete = Link::new(words::text(Word::CostDeleteShort), to("delete"));
    match one.is_over || one.expense.every == Every::Once {
        true => vec![delete],
        false => vec![Link::new(words::text(Word::ExpenseEnd), to("end")), delete],
    }
}

/// Where the list stands without a panel.
pub fn list_href(page: &Page) -> String {
    page.url(PATH)
}
