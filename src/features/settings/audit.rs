//! The log of everything that people did: searched, taken along as a file, checked.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::SLUG;
use super::people::head;
use crate::base::{Day, Instant};
use crate::store::audit::read::{Listed, Wanted};
use crate::store::audit::{self, Kind, read as log};
use crate::store::behalf::COMMAND_LINE;
use crate::web::answer::html;
use crate::web::ask::write_href;
use crate::web::csv as web_csv;
use crate::web::error::AppError;
use crate::web::figure::Link;
use crate::web::form::{Button, ButtonKind, Field, Form, Pick};
use crate::web::format;
use crate::web::layout::Frame;
use crate::web::notice::{Empty, Notice, Weight};
use crate::web::page::{self, Page, Site};
use crate::web::parts::PageHead;
use crate::web::session::Who;
use crate::web::state::{Shared, read};
use crate::web::table::{Cell, Column, Pager, Row, Table, Words};
use crate::web::words::{Word, people as told};

pub const PATH: &str = "/settings/audit";
const PER_PAGE: i64 = 50;
/// A file holds all that fits the search; more is asked for by days.
const FILE_ROWS_MAX: i64 = 200_000;
const SHOWN_CHARS_MAX: usize = 160;
const OWN: [&str; 5] = ["who", "kind", "text", "since", "until"];

#[derive(Template)]
#[template(path = "settings/audit.html")]
struct View {
    frame: Frame,
    head: PageHead,
    notice: Option<Notice>,
    form: Form,
    table: Table,
}

pub async fn show(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let page = page::open(&state, site, who, &request).await?;
    let wanted = wanted_of(&page);
    let offset = (i64::from(page.ask.page) - 1) * PER_PAGE;
    let verifies = own(&page, "verify").is_some();
    let key = state.vault.vault().map(|vault| vault.audit_key().clone());
    let asked = wanted.clone();
    let (rows, total, people, verified) = read(&state, move |reader| {
        let conn = reader.conn();
        Ok((
            log::list(conn, &asked, (offset, PER_PAGE))?,
            log::count(conn, &asked)?,
            log::list_people(conn)?,
            match verifies {
                true => Some(audit::verify(conn, key.as_ref())?),
                false => None,
            },
        ))
    })
    .await?;
    let notice = verified.as_ref().and_then(|found| {
        found.fault.as_ref().map(|_| Notice {
            weight: Weight::Broken,
            title: told::VERIFY_WRONG.to_owned(),
            text: told::verified(found),
            buttons: Vec::new(),
            link: None,
        })
    });
    let good = verified.filter(|found| found.fault.is_none());
    let answer = good.map_or_else(|| told::AUDIT_ANSWER.to_owned(), |good| told::verified(&good));
    let view = View {
        frame: page.frame(told::AUDIT, SLUG, None),
        head: PageHead {
            buttons: vec![Button::link(
                told::VERIFY,
                ButtonKind::Plain,
                page.url(&format!("{PATH}?verify=yes")),
            )],
            ..head(&page, told::AUDIT, &answer)
        },
        notice,
        form: form(&page, &people),
        table: table(&page, &rows, total),
    };
    html(StatusCode::OK, &view)
}

fn own(page: &Page, name: &str) -> Option<String> {
    let (_, value) = page.ask.rest.iter().find(|(other, _)| other == name)?;
    (!value.trim().is_empty()).then(|| value.trim().to_owned())
}

fn wanted_of(page: &Page) -> Wanted {
    let day = |name: &str| own(page, name).and_then(|text| Day::parse(&text).ok());
    Wanted {
        who: own(page, "who"),
        kind: own(page, "kind").and_then(|name| Kind::parse(&name)),
        text: own(page, "text").unwrap_or_default(),
        from: day("since").map(|day| Instant::start_of(day, &page.zone)),
        to: day("until").map(|day| Instant::start_of(day.plus(1), &page.zone)),
    }
}

fn form(page: &Page, people: &[String]) -> Form {
    let value = |name: &str| own(page, name).unwrap_or_default();
    let mut names = vec![Pick::new("", told::ANYBODY)];
    names.extend(people.iter().map(|name| Pick::new(name, name)));
    let mut kinds = vec![Pick::new("", told::ANYTHING)];
    kinds.extend(Kind::ALL.map(|kind| Pick::new(kind.name(), told::kind(Some(kind)))));
    Form {
        action: page.url(PATH),
        method: "get",
        fields: vec![
            Field::select("who", told::WHO, value("who"), names),
            Field::select("kind", told::WHAT, value("kind"), kinds),
            Field::text("text", told::TEXT, value("text")),
            Field::day("since", told::FROM_DAY, value("since")),
            Field::day("until", told::TO_DAY, value("until")),
        ],
        buttons: vec![Button::submit(told::SEARCH, ButtonKind::Plain)],
        ..Form::default()
    }
}

fn table(page: &Page, rows: &[Listed], total: i64) -> Table {
    let mut table = Table::new("audit-table", told::AUDIT);
    table.columns = vec![
        Column::words(told::WHEN),
        Column::words(told::WHO),
        Column::words(told::WHAT),
        Column::words(told::BEFORE_AFTER).wide(),
    ];
    table.rows = rows.iter().map(|row| line(page, row)).collect();
    if total > PER_PAGE {
        table.pager = Some(Pager::new(&page.ask, total, PER_PAGE, page.locale));
    }
    let kept = OWN.iter().filter_map(|name| Some(((*name).to_owned(), own(page, name)?)));
    let kept: Vec<(String, String)> = kept.collect();
    let file = |label: &str, ending: &str| {
        let path = page.url(&format!("{PATH}.{ending}"));
        Link::new(label, write_href(&path, kept.clone().into_iter()))
    };
    table.files = vec![file(told::AS_CSV, "csv"), file(told::AS_JSON, "json")];
    table.empty = Some(Empty {
        sentence: told::EMPTY.to_owned(),
        why: told::EMPTY_WHY.to_owned(),
        button: None,
        link: None,
    });
    table
}

fn line(page: &Page, row: &Listed) -> Row {
    let (day, time) = (row.at.day_in(&page.zone), row.at.time_in(&page.zone));
    let when = format!("{}, {time}", format::day(day, page.locale));
    let who = Words {
        text: name_of(row).to_owned(),
        under: Some(row.origin.clone()).filter(|origin| !origin.is_empty()),
        ..Words::default()
    };
    let what = Words {
        text: told::kind(row.kind).to_owned(),
        under: Some(row.subject.clone()).filter(|subject| !subject.is_empty()),
        ..Words::default()
    };
    let values = [row.before.as_deref(), row.after.as_deref()];
    let change = match values {
        [None, None] => String::new(),
        [before, after] => {
            format!("{} → {}", before.map_or("–", short), after.map_or("–", short))
        }
    };
    Row::new(vec![
        Cell::text(when),
        Cell::Words(who),
        Cell::Words(what),
        Cell::Words(Words { text: change, quiet: true, ..Words::default() }),
    ])
}

fn short(value: &str) -> &str {
    let end = value.char_indices().nth(SHOWN_CHARS_MAX).map_or(value.len(), |(at, _)| at);
    &value[..end]
}

fn name_of(row: &Listed) -> &str {
    match (row.who.as_str(), row.origin.as_str()) {
        ("", COMMAND_LINE) => told::COMMAND,
        ("", _) => told::NOBODY,
        (who, _) => who,
    }
}

/// Everything that fits the search, the newest first.
async fn list_all(
    state: &Shared,
    site: web::Data<Site>,
    who: Who,
    request: &HttpRequest,
) -> Result<Vec<Listed>, AppError> {
    let page = page::open(state, site, who, request).await?;
    let wanted = wanted_of(&page);
    let rows = read(state, move |reader| log::list(reader.conn(), &wanted, (0, FILE_ROWS_MAX)));
    rows.await
}

pub async fn csv(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let rows = list_all(&state, site, who, &request).await?;
    let header = ["row", "at", "who", "from", "kind", "subject", "before", "after"];
    let header = header.map(str::to_owned);
    let lines: Vec<Vec<String>> = rows
        .into_iter()
        .map(|row| {
            vec![
                row.id.to_string(),
                row.at.to_string(),
                row.who,
                row.origin,
                row.kind.map_or("", Kind::name).to_owned(),
                row.subject,
                row.before.unwrap_or_default(),
                row.after.unwrap_or_default(),
            ]
        })
        .collect();
    let text = web_csv::write(&header, &lines);
    Ok(web_csv::file("audit.csv", "text/csv; charset=utf-8", text.into_bytes()))
}

pub async fn json(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let rows = list_all(&state, site, who, &request).await?;
    let rows: Vec<serde_json::Value> = rows
        .into_iter()
        .map(|row| {
            serde_json::json!({
                "row": row.id,
                "at": row.at.to_string(),
                "who": row.who,
                "from": row.origin,
                "kind": row.kind.map(Kind::name),
                "subject": row.subject,
                "before": row.before,
                "after": row.after,
            })
        })
        .collect();
    Ok(HttpResponse::Ok().json(serde_json::json!({ "rows": rows })))
}
