//! How accounts, their streams, problems and history look.

use super::PATH;
use crate::base::Instant;
use crate::store::accounts::AccountState;
use crate::sync::health::{AccountHealth, Health, StreamHealth};
use crate::web::figure::{Figure, Link};
use crate::web::form::{Button, ButtonKind, Field, Form, Pick};
use crate::web::format;
use crate::web::notice::{Notice, Post, Progress, Weight};
use crate::web::page::Page;
use crate::web::parts::{SectionHead, State, StateMark};
use crate::web::table::{Cell, Column, Row, Table};
use crate::web::words::connection as told;

/// One section.
pub struct Part {
    pub head: SectionHead,
    pub notices: Vec<Notice>,
    pub progress: Option<Progress>,
    pub note: Option<String>,
    pub tables: Vec<Table>,
    pub posts: Vec<Post>,
    pub form: Option<Form>,
    /// Whether its fields need many words: then each stands beside its own.
    pub is_guided: bool,
}

impl Part {
    pub fn new(id: &str, title: impl Into<String>) -> Self {
        Self {
            head: SectionHead::new(id, title),
            notices: Vec::new(),
            progress: None,
            note: None,
            tables: Vec::new(),
            posts: Vec::new(),
            form: None,
            is_guided: false,
        }
    }
}

pub fn post(page: &Page, label: &str, path: &str) -> Post {
    Post { label: label.to_owned(), action: page.url(path), csrf: String::new() }
}

/// An account with its streams, what is wrong, and what can be pressed.
pub fn account(page: &Page, account: &AccountHealth, now: Instant) -> Part {
    let row = &account.row;
    let path = format!("{PATH}/{}", row.id);
    let mut part = Part::new(&format!("account-{}", row.id), row.name.clone());
    let store = row.store_name.as_ref().map_or(String::new(), |store| format!(", {store}"));
    part.head.beside = Some(format!("{}{store}", account.label));
    part.head.link = Some(Link::new(told::MORE, page.url(&path)));
    part.notices = notices(page, account);
    if account.health == Health::Loading {
        part.progress = Some(loading(page, account));
    }
    let mut table = Table::new(format!("streams-{}", row.id), row.name.clone());
    table.columns = vec![
        Column::words(told::STREAM),
        Column::words(told::STATE),
        Column::words(told::LAST),
        Column::words(told::NEXT).wide(),
        Column::figures(told::RECORDS).wide(),
        Column::figures(told::PROBLEMS).wide(),
    ];
    table.rows = account.streams.iter().map(|stream| stream_row(page, stream, now)).collect();
    part.tables.push(table);
    let ways: &[(&str, &str)] = match row.state {
        AccountState::Active => &[("pull", told::PULL), ("pause", told::PAUSE)],
        AccountState::Paused => &[("resume", told::RESUME)],
        AccountState::Refused => &[("resume", told::RESUME)],
        AccountState::Disconnected => &[],
    };
    part.posts =
        ways.iter().map(|(what, label)| post(page, label, &format!("{path}/{what}"))).collect();
    part
}

fn stream_row(page: &Page, stream: &StreamHealth, now: Instant) -> Row {
    let (state, text) = match stream.health {
        Health::Fresh => (State::Fresh, stream.health.name()),
        Health::Loading => (State::Running, stream.health.name()),
        Health::Paused => (State::Off, stream.health.name()),
        Health::Waiting | Health::Late => (State::Late, stream.health.name()),
        Health::Stopped => (State::Broken, stream.health.name()),
    };
    let last = stream
        .row
        .success_at
        .map_or_else(|| told::NEVER.to_owned(), |at| told::ago(now.seconds() - at.seconds()));
    let next = match (stream.is_running, stream.next_at) {
        (true, _) => told::NOW.to_owned(),
        (false, Some(at)) => told::ahead(at.seconds() - now.seconds()),
        (false, None) => String::new(),
    };
    let quantity = |count| Cell::figure(Figure::text(format::quantity(count, page.locale)));
    Row::new(vec![
        Cell::text(stream.label),
        Cell::State(StateMark::new(state, text)),
        Cell::quiet(last),
        Cell::quiet(next),
        quantity(stream.row.records),
        quantity(stream.problems),
    ])
}

/// What stands in the way, each with its way out.
fn notices(page: &Page, account: &AccountHealth) -> Vec<Notice> {
    let row = &account.row;
    if let (AccountState::Refused, Some(fault)) = (row.state, &row.fault) {
        let path = format!("{PATH}/new/{}?name={}", row.platform, encode(&row.name));
        return vec![Notice {
            weight: Weight::Broken,
            title: fault.clone(),
            text: told::way_out("auth").to_owned(),
            buttons: vec![Button::link(told::AGAIN, ButtonKind::Plain, page.url(&path))],
            link: None,
        }];
    }
    let faulty = account.streams.iter().filter_map(|stream| {
        let fault = stream.row.fault.as_ref()?;
        let weight = match stream.health {
            Health::Stopped => Weight::Broken,
            _ => Weight::Late,
        };
        Some(Notice {
            weight,
            title: told::fault_title(stream.label),
            text: format!("{} {}", told::sentence(&fault.what), told::way_out(&fault.kind)),
            buttons: Vec::new(),
            link: None,
        })
    });
    faulty.collect()
}

fn encode(text: &str) -> String {
    crate::connectors::kit::http::address::encode(text)
}

fn loading(page: &Page, account: &AccountHealth) -> Progress {
    let loading = account.streams.iter().filter(|stream| stream.row.loaded_at.is_none());
    let documents: i64 = account.streams.iter().map(|stream| stream.row.documents).sum();
    let (mut done, mut total) = (0, 0);
    for (so_far, of) in loading.filter_map(|stream| stream.row.progress) {
        done += so_far;
        total += of.unwrap_or(so_far);
    }
    Progress {
        id: format!("loading-{}", account.row.id),
        title: told::LOADING.to_owned(),
        beside: None,
        done,
        total: total.max(1),
        shown: told::loaded(&format::quantity(documents, page.locale)),
        note: told::LOADING_NOTE.to_owned(),
        poll: None,
        stop: None,
    }
}

/// What can be connected: its name, what it brings, and the address of its form.
pub fn platforms(rows: &[(&str, &str, Option<String>)]) -> Table {
    let mut table = Table::new("platforms", told::CONNECT_MORE);
    table.columns = vec![Column::words(told::PLATFORM), Column::words(told::ABOUT)];
    let row = |(label, about, path): &(&str, &str, Option<String>)| {
        let name = match path {
            Some(path) => Cell::link(*label, path.clone()),
            None => Cell::text(*label),
        };
        Row::new(vec![name, Cell::quiet(*about)])
    };
    table.rows = rows.iter().map(row).collect();
    table
}

/// What was not understood; `None` where everything was.
pub fn problems(page: &Page, account: &AccountHealth) -> Option<Part> {
    if account.problems.is_empty() {
        return None;
    }
    let mut part = Part::new("problems", told::PROBLEMS);
    part.note = Some(told::PROBLEMS_NOTE.to_owned());
    let mut table = Table::new("problems-table", told::PROBLEMS);
    table.columns = vec![
        Column::words(told::STREAM).wide(),
        Column::words(told::PROBLEM_KIND),
        Column::words(told::PROBLEM_NAME),
        Column::words(told::PROBLEM_WHAT).wide(),
        Column::figures(told::PROBLEM_TIMES),
    ];
    let row = |problem: &crate::store::problems::ProblemRow| {
        Row::new(vec![
            Cell::quiet(&problem.stream),
            Cell::text(told::problem_kind(&problem.kind)),
            Cell::text(&problem.name),
            Cell::quiet(&problem.what),
            Cell::figure(Figure::text(format::quantity(problem.times, page.locale))),
        ])
    };
    table.rows = account.problems.iter().map(row).collect();
    part.tables.push(table);
    Some(part)
}

/// What ran lately.
pub fn history(page: &Page, account: &AccountHealth) -> Part {
    let mut part = Part::new("history", told::HISTORY);
    let mut table = Table::new("history-table", told::HISTORY);
    table.columns = vec![
        Column::words(told::HISTORY_WHEN),
        Column::words(told::STATE),
        Column::words(told::HISTORY_HOW),
    ];
    let row = |job: &crate::store::jobs::Job| {
        let at = job.started_at.unwrap_or(job.due_at);
        let day = format::day(at.day_in(&page.zone), page.locale);
        let what = job.fault.as_deref().unwrap_or(&job.result);
        Row::new(vec![
            Cell::quiet(format!("{day}, {}", at.time_in(&page.zone))),
            Cell::text(told::job_state(&job.state)),
            Cell::quiet(what),
        ])
    };
    table.rows = account.jobs.iter().map(row).collect();
    part.tables.push(table);
    part
}

/// The form to read everything, or from a day on, once more.
pub fn anew(page: &Page, account: &AccountHealth) -> Part {
    let mut part = Part::new("anew", told::ANEW);
    part.note = Some(told::ANEW_NOTE.to_owned());
    part.form = Some(Form {
        action: page.url(&format!("{PATH}/{}/anew", account.row.id)),
        method: "post",
        fields: vec![Field::day("from", told::ANEW_FROM, "").with_help(told::ANEW_HELP)],
        buttons: vec![Button::submit(told::ANEW_BUTTON, ButtonKind::Plain)],
        ..Form::default()
    });
    part
}

/// The form that ends a connection.
pub fn end(page: &Page, account: &AccountHealth) -> Part {
    let mut part = Part::new("end", told::END);
    part.note = Some(told::END_NOTE.to_owned());
    let pick = |value: &str, label: &str| Pick { value: value.into(), label: label.into() };
    let picks = vec![pick("keep", told::END_KEEP), pick("delete", told::END_DELETE)];
    part.form = Some(Form {
        action: page.url(&format!("{PATH}/{}/disconnect", account.row.id)),
        method: "post",
        fields: vec![Field::select("data", told::END_DATA, "keep", picks)],
        buttons: vec![Button::submit(told::END_BUTTON, ButtonKind::Danger)],
        ..Form::default()
    });
    part
}
