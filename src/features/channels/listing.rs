//! One listing of a channel: what holds for it, and everything that was ever written on it.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::view::{self, Part, View};
use super::{PATH, SLUG, form};
use crate::base::id::StockListingId;
use crate::reports::pushed::{self, PushedListing};
use crate::store::stock::channels::{self, PushState};
use crate::store::stock::outbox::{self, PushRow};
use crate::sync::ctx::Tools;
use crate::sync::stock::job;
use crate::web::answer::html;
use crate::web::error::AppError;
use crate::web::figure::Link;
use crate::web::form::{ButtonKind, Field, Form};
use crate::web::notice::{Empty, Notice, Weight};
use crate::web::page::{self, Page, Site};
use crate::web::parts::PageHead;
use crate::web::permission::Permission;
use crate::web::session::Who;
use crate::web::state::{Shared, read};
use crate::web::table::{Cell, Column, Row, Table, Words};
use crate::web::words::channels as told;

/// Rows of the outbox that are shown.
const OUTBOX_MAX: i64 = 100;

pub async fn show(
    state: Shared,
    (site, tools): (web::Data<Site>, web::Data<Tools>),
    who: Who,
    request: HttpRequest,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, AppError> {
    let (name, id) = path.into_inner();
    let id = StockListingId(id.parse().map_err(|_| AppError::NotFound)?);
    let page = page::open(&state, site, who, &request).await?;
    let row = view::find(&state, &page, &name).await?;
    let (now, account) = (state.clock.now(), row.id);
    let looked = read(&state, move |reader| {
        let facts = job::find_facts_in(&tools.db)?;
        let one = pushed::find_one(reader, id, (&facts, now))?;
        let one = one.filter(|one| one.listing.account == account);
        let channel = channels::find_channel(reader.conn(), account)?;
        let state = channel.map(|channel| channel.state).unwrap_or_default();
        Ok((one, state, outbox::list_of_listing(reader.conn(), id, OUTBOX_MAX)?))
    });
    let (one, channel, written) = looked.await?;
    let one = one.ok_or(AppError::NotFound)?;
    let flash = state.flashes.take(&page.who);
    let title = one.listing.name().to_owned();
    let frame = page.frame_with_toast(title.clone(), SLUG, None, flash.toast);
    let to = view::href(&page, &row.name);
    let head = PageHead {
        trail: vec![Link::new(told::ALL, page.url(PATH)), Link::new(row.name.clone(), to)],
        place: title.clone(),
        title,
        answer: one.title.clone(),
        ..PageHead::default()
    };
    let mut notices = flash.notices;
    if !one.listing.stopped.is_empty() {
        notices.push(Notice {
            weight: Weight::Broken,
            title: told::STOPPED_LISTING.to_owned(),
            text: one.listing.stopped.clone(),
            buttons: Vec::new(),
            link: None,
        });
    }
    let mut parts = Vec::new();
    let mut now = Part::new("now", told::STATE);
    now.tables.push(view::listings(&page, &row.name, std::slice::from_ref(&one)));
    let action = view::href_of_listing(&page, &row.name, id.0);
    let may_edit = Permission::EditStock.allows(page.who.role);
    if may_edit && !one.listing.stopped.is_empty() {
        let button = view::press(told::RELEASE, ButtonKind::Main, "release");
        now.forms.push(view::buttons(&action, vec![button]));
    }
    parts.push(now);
    if may_edit {
        parts.push(rules(&one, (&action, channel)));
    }
    parts.push(outbox_part(&page, &written));
    html(StatusCode::OK, &View { frame, head, notices, empty: None, parts })
}

fn rules(one: &PushedListing, (action, channel): (&str, PushState)) -> Part {
    let mut part = Part::new("rules", told::RULES_HEAD);
    if one.sku.is_some() {
        part.forms.push(Form {
            action: action.to_owned(),
            method: "post",
            fields: vec![Field::check("strict", told::STRICT, one.is_strict)],
            buttons: vec![view::press(told::SAVE, ButtonKind::Plain, "mode")],
            ..Form::default()
        });
    }
    part.forms.push(form::choices(action, &one.listing, channel));
    part
}

fn outbox_part(page: &Page, written: &[PushRow]) -> Part {
    let mut part = Part::new("outbox", told::OUTBOX);
    let mut table = Table::new("outbox-table", told::OUTBOX);
    table.columns = vec![
        Column::words(told::WHEN),
        Column::figures(told::FROM),
        Column::figures(told::TO),
        Column::words(told::WHY).wide(),
        Column::words(told::OUTCOME),
    ];
    let row = |push: &PushRow| {
        let outcome = Words {
            text: told::fate(push.fate.name()).to_owned(),
            under: Some(push.fault.clone()).filter(|fault| !fault.is_empty()),
            ..Words::default()
        };
        Row::new(vec![
            Cell::text(view::when(page, push.sent_at.unwrap_or(push.planned_at))),
            view::units(page, push.expected.or(push.from)),
            view::units(page, Some(push.to)),
            Cell::quiet(told::why(&push.why)),
            Cell::Words(outcome),
        ])
    };
    table.rows = written.iter().map(row).collect();
    table.empty = written
        .is_empty()
        .then(|| Empty { sentence: told::OUTBOX_EMPTY.to_owned(), ..Empty::default() });
    part.tables.push(table);
    part
}
