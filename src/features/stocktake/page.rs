//! The stocktakes that go on and those that went, and the form that begins one.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{PATH, SLUG};
use crate::reports::ReportError;
use crate::reports::stock::take::{self, Taken};
use crate::store::StoreError;
use crate::store::stock::locations::{LocationKind, list_locations};
use crate::web::answer::html;
use crate::web::error::AppError;
use crate::web::figure::Figure;
use crate::web::form::{Button, ButtonKind, Field, Form, Pick};
use crate::web::format;
use crate::web::layout::Frame;
use crate::web::notice::Notice;
use crate::web::page::{self, Page, Site};
use crate::web::parts::{PageHead, SectionHead};
use crate::web::session::Who;
use crate::web::state::{Shared, read};
use crate::web::table::{Cell, Column, Row, Table, Words};
use crate::web::words::{Word, stock as told};

const TAKES_MAX: i64 = 50;

#[derive(Template)]
#[template(path = "stocktake/page.html")]
struct View {
    frame: Frame,
    head: PageHead,
    notices: Vec<Notice>,
    begin: Form,
    takes: (SectionHead, Table),
}

pub async fn show(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let page = page::open(&state, site, who, &request).await?;
    let flash = state.flashes.take(&page.who);
    let known = read(&state, |reader| {
        let takes = take::list_takes(reader, TAKES_MAX).map_err(store_fault)?;
        Ok((takes, list_locations(reader)?))
    });
    let (takes, places) = known.await?;
    let open = places.iter().filter(|it| it.closed_at.is_none() && it.kind != LocationKind::Fba);
    let names: Vec<String> = open.map(|place| place.name.clone()).collect();
    let view = View {
        frame: page.frame_with_toast(told::TAKE, SLUG, None, flash.toast),
        head: PageHead {
            title: told::TAKE.to_owned(),
            answer: told::TAKE_LEAD.to_owned(),
            ..PageHead::default()
        },
        notices: flash.notices,
        begin: begin_form(&page, &names),
        takes: (SectionHead::new("takes", told::TAKES), table_of(&page, &takes)),
    };
    html(StatusCode::OK, &view)
}

pub fn store_fault(fault: ReportError) -> StoreError {
    match fault {
        ReportError::Store(fault) => fault,
        other => StoreError::Refused(other.to_string()),
    }
}

fn begin_form(page: &Page, names: &[String]) -> Form {
    let pick = |name: &String| Pick { value: name.clone(), label: name.clone() };
    // Before anything is named there is the usual shelf.
    let usual = crate::store::stock::locations::USUAL.to_owned();
    let places = match names {
        [] => vec![pick(&usual)],
        names => names.iter().map(pick).collect(),
    };
    Form {
        action: page.url(PATH),
        method: "post",
        fields: vec![
            Field::select("place", told::PLACE, "", places),
            Field::text("note", told::NOTE_FIELD, ""),
        ],
        buttons: vec![Button::submit(told::BEGIN, ButtonKind::Main)],
        ..Form::default()
    }
}

fn table_of(page: &Page, takes: &[Taken]) -> Table {
    let mut table = Table::new("stocktakes", told::TAKES);
    table.columns = vec![
        Column::words(told::PLACE),
        Column::words(told::WHEN),
        Column::figures(told::COUNTED),
        Column::words(told::STATE),
        Column::words(told::NOTE_FIELD).wide(),
    ];
    for one in takes {
        let day = format::day(one.began_at.day_in(&page.zone), page.locale);
        table.rows.push(Row::new(vec![
            Cell::Words(Words {
                text: one.place.clone(),
                href: Some(page.url(&format!("{PATH}/{}", one.id))),
                ..Words::default()
            }),
            Cell::quiet(format!("{day} {}", one.began_at.time_in(&page.zone))),
            Cell::figure(Figure::text(format::quantity(one.lines, page.locale))),
            Cell::text(told::stocktake_state(&one.state)),
            Cell::text(one.note.clone()),
        ]));
    }
    table.note = takes.is_empty().then(|| told::NO_TAKES.to_owned());
    table
}
