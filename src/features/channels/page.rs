//! All channels: state, place, rules, exposure, and the switch that stops everything.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::view::{self, Part, View};
use super::{PATH, SLUG};
use crate::reports::pushed::{self, Pushed, PushedChannel};
use crate::sync::ctx::Tools;
use crate::sync::stock::job;
use crate::web::answer::html;
use crate::web::error::AppError;
use crate::web::figure::Figure;
use crate::web::form::{Button, ButtonKind};
use crate::web::format;
use crate::web::notice::{Empty, Notice, Weight};
use crate::web::page::{self, Page, Site};
use crate::web::parts::PageHead;
use crate::web::permission::Permission;
use crate::web::session::Who;
use crate::web::state::{Shared, read};
use crate::web::table::{Cell, Column, Row, Table, Words};
use crate::web::words::{self, Word, channels as told};

/// Entries of the history that are shown.
const HISTORY_MAX: i64 = 10;

pub async fn show(
    state: Shared,
    (site, tools): (web::Data<Site>, web::Data<Tools>),
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let page = page::open(&state, site, who, &request).await?;
    let now = state.clock.now();
    let looked = read(&state, move |reader| {
        let facts = job::find_facts_in(&tools.db)?;
        let pushed = pushed::run(reader, (&facts, now))?;
        Ok((pushed, view::list_history(reader, None, HISTORY_MAX)?))
    });
    let (mut pushed, history) = looked.await?;
    let scope = &page.who.scope;
    pushed.channels.retain(|one| one.account.store.is_none_or(|store| scope.allows(store)));
    let flash = state.flashes.take(&page.who);
    let title = words::text(Word::PageChannels);
    let frame = page.frame_with_toast(title, SLUG, None, flash.toast);
    let head = PageHead {
        title: title.to_owned(),
        answer: match pushed.channels.is_empty() {
            true => told::ANSWER.to_owned(),
            false => exposure(&page, &pushed),
        },
        ..PageHead::default()
    };
    let may_edit = Permission::EditStock.allows(page.who.role);
    let mut notices = flash.notices;
    if pushed.is_stopped {
        notices.push(Notice {
            weight: Weight::Broken,
            title: told::STOPPED_TITLE.to_owned(),
            text: told::STOPPED_TEXT.to_owned(),
            buttons: Vec::new(),
            link: None,
        });
    }
    let empty = pushed.channels.is_empty().then(|| Empty {
        sentence: told::EMPTY.to_owned(),
        why: told::EMPTY_WHY.to_owned(),
        button: Permission::ManageStores
            .allows(page.who.role)
            .then(|| Button::link(told::CONNECT, ButtonKind::Main, page.url("/connections"))),
        link: None,
    });
    let mut parts = Vec::new();
    if !pushed.channels.is_empty() {
        parts.push(list(&page, &pushed, may_edit));
    }
    if !history.is_empty() {
        parts.push(view::history(&page, &history, may_edit));
    }
    html(StatusCode::OK, &View { frame, head, notices, empty, parts })
}

fn exposure(page: &Page, pushed: &Pushed) -> String {
    let quantity = |units| format::quantity(units, page.locale);
    let exposure = pushed.exposure;
    told::exposure(&quantity(exposure.units), &quantity(exposure.variants), exposure.unknown)
}

fn list(page: &Page, pushed: &Pushed, may_edit: bool) -> Part {
    let mut part = Part::new("channels", told::ALL);
    let mut table = Table::new("channels-table", told::ALL);
    table.columns = vec![
        Column::words(told::CHANNEL),
        Column::words(told::STATE).wide(),
        Column::words(told::RULES).wide(),
        Column::figures(told::LISTINGS),
        Column::figures(told::OFF),
        Column::figures(told::MODE).wide(),
        Column::figures(told::ON_SALE).wide(),
        Column::words(told::LAGS).wide(),
        Column::words(told::READ).wide(),
    ];
    table.rows = pushed.channels.iter().map(|one| row(page, one)).collect();
    part.tables.push(table);
    if may_edit {
        let button = match pushed.is_stopped {
            true => view::press(told::ALLOW, ButtonKind::Main, "allow"),
            false => view::press(told::STOP, ButtonKind::Danger, "stop"),
        };
        let mut form = view::buttons(&page.url(PATH), vec![button]);
        form.note = (!pushed.is_stopped).then(|| told::STOP_NOTE.to_owned());
        part.forms.push(form);
    }
    part
}

fn row(page: &Page, one: &PushedChannel) -> Row {
    let channel = &one.channel;
    let count = |count| Cell::figure(Figure::text(format::quantity(count, page.locale)));
    let problems = [
        (!channel.held.is_empty(), told::why_not("held")),
        (channel.unreached_at.is_some(), told::why_not("unreached")),
    ];
    let problem = problems.into_iter().find(|(stands, _)| *stands).map(|(_, text)| text);
    let name = Words {
        text: one.account.name.clone(),
        href: Some(view::href(page, &one.account.name)),
        under: Some(channel.place_name.clone()).filter(|place| !place.is_empty()),
        beside: problem.map(str::to_owned),
        line: Some(view::state_mark(channel.state)),
        ..Words::default()
    };
    let rule = channel.rule;
    let swept = channel.swept_at.map_or_else(String::new, |at| view::when(page, at));
    let lags =
        told::lags(&told::seconds(channel.order_lag_ms), &told::seconds(channel.apply_lag_ms));
    let is_known = channel.swept_at.is_some();
    Row::new(vec![
        Cell::Words(name),
        Cell::State(view::state_mark(channel.state)),
        Cell::quiet(told::rule(rule.percent, rule.buffer, rule.cap, rule.end_when)),
        count(one.listings),
        view::units(page, is_known.then_some(one.off)),
        count(one.strict),
        view::units(page, is_known.then_some(one.on_sale)),
        Cell::quiet(lags),
        Cell::quiet(swept),
    ])
}
