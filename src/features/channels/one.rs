//! One channel: how far Purser goes with it, what it may offer, and each of its listings.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::view::{self, Part, View};
use super::{PATH, SLUG, form};
use crate::connectors::contract::StockPlace;
use crate::reports::pushed::{self, ListingsAsk, PlannedPush, PushedListing};
use crate::store::accounts::AccountRow;
use crate::store::stock::channels::{self, PushState, StockChannel};
use crate::store::stock::listings;
use crate::store::stock::outbox;
use crate::store::stock::steering::Steering;
use crate::sync::ctx::Tools;
use crate::sync::stock::job;
use crate::web::answer::html;
use crate::web::error::AppError;
use crate::web::figure::Link;
use crate::web::form::{Button, ButtonKind, Field, Form};
use crate::web::format;
use crate::web::notice::{Empty, Notice, Weight};
use crate::web::page::{self, Page, Site};
use crate::web::parts::{Item, Items, PageHead};
use crate::web::permission::Permission;
use crate::web::session::Who;
use crate::web::state::{Shared, read};
use crate::web::table::{Cell, Column, Pager, Row, Table};
use crate::web::words::channels as told;

const PER_PAGE: i64 = 50;
/// Rows of a plan that are shown.
const PLANNED_MAX: usize = 100;
const HISTORY_MAX: i64 = 10;

struct Known {
    channel: StockChannel,
    is_stopped: bool,
    listings: Vec<PushedListing>,
    total: i64,
    counted: (i64, i64),
    planned: Vec<PlannedPush>,
    history: Vec<(Steering, bool)>,
}

pub async fn show(
    state: Shared,
    (site, tools): (web::Data<Site>, web::Data<Tools>),
    who: Who,
    request: HttpRequest,
    name: web::Path<String>,
) -> Result<HttpResponse, AppError> {
    answer(&state, (site, tools), (who, &request), (&name, Vec::new())).await
}

/// The page; with places, they are to be chosen from.
///
/// # Errors
/// `NotFound` where there is no such channel, what the store said.
pub async fn answer(
    state: &Shared,
    (site, tools): (web::Data<Site>, web::Data<Tools>),
    (who, request): (Who, &HttpRequest),
    (name, places): (&str, Vec<StockPlace>),
) -> Result<HttpResponse, AppError> {
    let page = page::open(state, site, who, request).await?;
    let row = view::find(state, &page, name).await?;
    let (now, account) = (state.clock.now(), row.id);
    let text = page.ask.rest.iter().find(|(name, _)| name == "find");
    let text = text.map(|(_, text)| text.trim().to_owned()).unwrap_or_default();
    let offset = (i64::from(page.ask.page) - 1).max(0) * PER_PAGE;
    let ask = ListingsAsk { account, text: text.clone(), offset, limit: PER_PAGE };
    let looked = read(state, move |reader| {
        let facts = job::find_facts_in(&tools.db)?;
        let channel = channels::find_channel(reader.conn(), account)?;
        let channel = channel.unwrap_or_else(|| StockChannel::new(account));
        let (listings, total) = pushed::list_listings(reader, &ask, (&facts, now))?;
        let planned = match channel.state >= PushState::DryRun {
            true => pushed::list_planned(reader, Some(account), (&facts, now))?,
            false => Vec::new(),
        };
        Ok(Known {
            is_stopped: outbox::is_stopped(reader.conn())?,
            counted: listings::count_unread(reader.conn(), account)?,
            history: view::list_history(reader, Some(account), HISTORY_MAX)?,
            channel,
            listings,
            total,
            planned,
        })
    });
    let known = looked.await?;
    let flash = state.flashes.take(&page.who);
    let frame = page.frame_with_toast(row.name.clone(), SLUG, None, flash.toast);
    let head = PageHead {
        trail: vec![Link::new(told::ALL, page.url(PATH))],
        place: row.name.clone(),
        title: row.name.clone(),
        answer: told::state_sentence(known.channel.state.name()).to_owned(),
        ..PageHead::default()
    };
    let may_edit = Permission::EditStock.allows(page.who.role);
    let mut notices = flash.notices;
    notices.extend(warnings(&page, &known));
    let action = view::href(&page, &row.name);
    let mut parts = Vec::new();
    if !known.channel.held.is_empty() || !known.planned.is_empty() {
        parts.push(plan(&page, &known, (&action, may_edit)));
    }
    parts.push(state_part(&page, &known, (&action, may_edit), &places));
    parts.push(listings(&page, (&row, &known), &text));
    if may_edit && known.channel.state != PushState::Off {
        let mut part = Part::new("rules", told::RULES_HEAD);
        part.forms.push(form::rules(&action, &known.channel));
        parts.push(part);
    }
    parts.push(preconditions());
    if !known.history.is_empty() {
        parts.push(view::history(&page, &known.history, may_edit));
    }
    html(StatusCode::OK, &View { frame, head, notices, empty: None, parts })
}

fn warnings(page: &Page, known: &Known) -> Vec<Notice> {
    let notice = |weight, title: String, text: &str| Notice {
        weight,
        title,
        text: text.to_owned(),
        buttons: Vec::new(),
        link: None,
    };
    let mut notices = Vec::new();
    if known.is_stopped {
        notices.push(notice(Weight::Broken, told::STOPPED_TITLE.to_owned(), told::STOPPED_TEXT));
    }
    if let Some(at) = known.channel.unreached_at {
        let title = told::unreached(&view::when(page, at));
        notices.push(notice(Weight::Broken, title, told::UNREACHED_TEXT));
    }
    if !known.channel.held.is_empty() {
        let title = told::HELD_TITLE.to_owned();
        notices.push(notice(Weight::Broken, title, &known.channel.held));
    }
    notices
}

/// What would be written next; where it is held, the ways out of it.
fn plan(page: &Page, known: &Known, (action, may_edit): (&str, bool)) -> Part {
    let is_held = !known.channel.held.is_empty();
    let title = match (is_held, known.channel.state) {
        (true, _) => told::HELD_DIFF,
        (false, PushState::Armed) => told::PLAN_DIFF,
        (false, _) => told::PLAN_DIFF_DRY,
    };
    let mut part = Part::new("plan", title);
    let mut table = Table::new("plan-table", title);
    table.columns = vec![
        Column::words(told::LISTING),
        Column::figures(told::FROM),
        Column::figures(told::TO),
        Column::words(told::WHY).wide(),
    ];
    let row = |push: &PlannedPush| {
        Row::new(vec![
            Cell::text(push.listing.name()),
            view::units(page, Some(push.from)),
            view::units(page, Some(push.to)),
            Cell::quiet(told::why(push.why)),
        ])
    };
    table.rows = known.planned.iter().take(PLANNED_MAX).map(row).collect();
    let more = known.planned.len().saturating_sub(PLANNED_MAX) as i64;
    table.cut = (more > 0).then(|| told::more_rows(&format::quantity(more, page.locale)));
    part.tables.push(table);
    if is_held && may_edit {
        part.forms.push(view::buttons(
            action,
            vec![
                view::press(told::LET_GO, ButtonKind::Danger, "let_go"),
                view::press(told::DROP, ButtonKind::Plain, "dry_run").focused(),
            ],
        ));
    }
    part
}

/// The next step up, and the ways down.
fn state_part(
    page: &Page,
    known: &Known,
    (action, may_edit): (&str, bool),
    places: &[StockPlace],
) -> Part {
    let channel = &known.channel;
    let mut part = Part::new("state", told::STATE_HEAD);
    part.head.beside = Some(told::state(channel.state.name()).to_owned());
    let quantity = |count| format::quantity(count, page.locale);
    let (all, unread) = known.counted;
    if channel.state != PushState::Off {
        part.notes.push(told::read_of(&quantity(all - unread), &quantity(all)));
        part.head.note = Some(channel.place_name.clone()).filter(|name| !name.is_empty());
    }
    if !may_edit {
        return part;
    }
    if channel.place_name.is_empty() || !places.is_empty() {
        part.forms.push(watch(action, places));
        return part;
    }
    let mut buttons = Vec::new();
    let is_read = channel.swept_at.is_some() && unread == 0;
    if channel.state != PushState::Armed && channel.state != PushState::Off {
        let to = format!("{action}/first");
        let button = Button::link(told::TO_FIRST, ButtonKind::Main, to);
        buttons.push(if is_read { button } else { button.off(told::NOT_READ) });
    }
    let ways = [
        (PushState::DryRun, told::TO_DRY_RUN),
        (PushState::Observe, told::TO_OBSERVE),
        (PushState::Off, told::TO_OFF),
    ];
    for (state, label) in ways {
        let is_way = state != channel.state
            && (state != PushState::DryRun || is_read)
            && (channel.state != PushState::Off || state == PushState::Observe);
        if is_way {
            buttons.push(view::press(label, ButtonKind::Plain, state.name()));
        }
    }
    part.forms.push(view::buttons(action, buttons));
    part
}

fn watch(action: &str, places: &[StockPlace]) -> Form {
    let mut form = view::buttons(action, vec![view::press(told::WATCH, ButtonKind::Main, "watch")]);
    form.note = Some(told::WATCH_NOTE.to_owned());
    if !places.is_empty() {
        let picks = places.iter().map(|place| form::pick(&place.id, &place.name)).collect();
        form.fields.push(Field::select("place", told::CHOOSE_PLACE, "", picks));
    }
    form
}

fn listings(page: &Page, (row, known): (&AccountRow, &Known), text: &str) -> Part {
    let mut part = Part::new("listings", told::LISTINGS);
    let mut table = view::listings(page, &row.name, &known.listings);
    if known.total > PER_PAGE {
        table.pager = Some(Pager::new(&page.ask, known.total, PER_PAGE, page.locale));
    }
    table.empty = known.listings.is_empty().then(|| Empty {
        sentence: told::NO_LISTINGS.to_owned(),
        why: told::NO_LISTINGS_WHY.to_owned(),
        ..Empty::default()
    });
    part.tables.push(table);
    if known.total > PER_PAGE || !text.is_empty() {
        part.forms.push(Form {
            action: view::href(page, &row.name),
            method: "get",
            fields: vec![Field::text("find", told::FIND, text)],
            buttons: vec![Button::submit(told::SHOW, ButtonKind::Plain)],
            ..Form::default()
        });
    }
    part
}

/// What the guarantee of strict mode rests on.
pub fn preconditions() -> Part {
    let mut part = Part::new("preconditions", told::PRECONDITIONS);
    part.notes.push(told::PRECONDITIONS_NOTE.to_owned());
    let items = told::PRECONDITION.map(|(title, note)| Item {
        title: title.to_owned(),
        note: note.to_owned(),
        ..Item::default()
    });
    part.items = Some(Items { items: items.to_vec() });
    part
}
