//! How states, listings and entries of the history look.

use askama::Template;

use crate::base::Instant;
use crate::base::id::AccountId;
use crate::reports::pushed::{self, PushedListing};
use crate::store::accounts::AccountRow;
use crate::store::stock::channels::PushState;
use crate::store::stock::listings::Waiting;
use crate::store::stock::steering::Steering;
use crate::store::{Reader, StoreError};
use crate::web::ask::write_path;
use crate::web::error::AppError;
use crate::web::figure::Figure;
use crate::web::form::{Button, ButtonKind, Form};
use crate::web::format;
use crate::web::layout::Frame;
use crate::web::notice::{Empty, Notice};
use crate::web::page::Page;
use crate::web::parts::{Items, PageHead, SectionHead, State, StateMark};
use crate::web::state::{Shared, read};
use crate::web::table::{Cell, Column, Row, Table, Words};
use crate::web::words::{self, Word, channels as told};

#[derive(Template)]
#[template(path = "channels/page.html")]
pub struct View {
    pub frame: Frame,
    pub head: PageHead,
    pub notices: Vec<Notice>,
    pub empty: Option<Empty>,
    pub parts: Vec<Part>,
}

/// One section.
#[derive(Default)]
pub struct Part {
    pub head: SectionHead,
    pub notices: Vec<Notice>,
    pub notes: Vec<String>,
    pub items: Option<Items>,
    pub forms: Vec<Form>,
    pub tables: Vec<Table>,
}

impl Part {
    pub fn new(id: &str, title: impl Into<String>) -> Self {
        Self { head: SectionHead::new(id, title), ..Self::default() }
    }
}

/// The account of an address, if its store may be seen.
///
/// # Errors
/// `NotFound` where there is none.
pub async fn find(state: &Shared, page: &Page, name: &str) -> Result<AccountRow, AppError> {
    let rows = read(state, pushed::list_accounts).await?;
    let row = rows.into_iter().find(|row| row.name == name);
    let may_see = |row: &AccountRow| row.store.is_none_or(|store| page.who.scope.allows(store));
    row.filter(may_see).ok_or(AppError::NotFound)
}

pub fn href(page: &Page, name: &str) -> String {
    page.url(&write_path(&["channels", name]))
}

pub fn href_of_listing(page: &Page, name: &str, id: i64) -> String {
    page.url(&write_path(&["channels", name, "listings", &id.to_string()]))
}

/// Buttons that post one word to an address.
pub fn buttons(action: &str, buttons: Vec<Button>) -> Form {
    Form { action: action.to_owned(), method: "post", buttons, ..Form::default() }
}

pub fn press(label: impl Into<String>, kind: ButtonKind, what: &str) -> Button {
    Button::submit(label, kind).sending("do", what)
}

pub fn when(page: &Page, at: Instant) -> String {
    let day = format::day_short(at.day_in(&page.zone), page.locale);
    format!("{day}, {}", at.time_in(&page.zone))
}

pub fn units(page: &Page, units: Option<i64>) -> Cell {
    Cell::figure(match units {
        Some(units) => Figure::text(format::quantity(units, page.locale)),
        None => Figure::unknown(),
    })
}

pub fn state_mark(state: PushState) -> StateMark {
    let mark = match state {
        PushState::Off => State::Off,
        PushState::Observe | PushState::DryRun => State::Late,
        PushState::Armed => State::Fresh,
    };
    StateMark::new(mark, told::state(state.name()))
}

/// How a listing stands, in one line.
pub fn listing_mark(one: &PushedListing) -> StateMark {
    let listing = &one.listing;
    if one.sku.is_none() {
        return StateMark::new(State::Off, told::UNLINKED);
    }
    if listing.seen_at.is_none() {
        return StateMark::new(State::Running, told::NOT_READ);
    }
    if let Some(why) = one.why_not {
        let state = match why.name() {
            "stopped" | "drift" | "unreached" | "oversold" => State::Broken,
            "held" => State::Late,
            _ => State::Off,
        };
        return StateMark::new(state, told::why_not(why.name()));
    }
    match (&one.in_flight, &one.planned) {
        (Some(push), _) => StateMark::new(State::Running, told::fate(push.fate.name())),
        (None, Some(push)) => StateMark::new(State::Late, told::fate(push.fate.name())),
        (None, None) if one.desired == listing.sellable.map(|units| units.max(0)) => {
            StateMark::new(State::Fresh, told::IN_STEP)
        }
        (None, None) => StateMark::new(State::Late, told::NEXT),
    }
}

/// Desired, live, what it can sell, what is on its way, why it is not written.
pub fn listings(page: &Page, name: &str, list: &[PushedListing]) -> Table {
    let mut table = Table::new("channel-listings", told::LISTINGS);
    table.columns = vec![
        Column::words(told::LISTING),
        Column::figures(told::DESIRED),
        Column::figures(told::LIVE),
        Column::figures(told::CONFIRMED).wide(),
        Column::words(told::FLIGHT).wide(),
        Column::words(told::STATE).wide(),
    ];
    let row = |one: &PushedListing| {
        let listing = &one.listing;
        let flight = one.in_flight.as_ref().map(|push| {
            let from = push.expected.or(push.from).unwrap_or_default();
            let quantity = |units| format::quantity(units, page.locale);
            told::arrow(&quantity(from), &quantity(push.to))
        });
        let name = Words {
            text: listing.name().to_owned(),
            href: Some(href_of_listing(page, name, listing.id.0)),
            under: Some(one.title.clone()).filter(|title| !title.is_empty()),
            line: Some(listing_mark(one)),
            ..Words::default()
        };
        let live = listing.waiting.map(|Waiting { units, .. }| units).or(listing.seen);
        Row::new(vec![
            Cell::Words(name),
            units(page, one.desired),
            units(page, live),
            units(page, listing.sellable),
            flight.map_or(Cell::Blank, Cell::text),
            Cell::State(listing_mark(one)),
        ])
    };
    table.rows = list.iter().map(row).collect();
    table
}

/// What was set, by whom; what still stands can be taken back.
pub fn history(page: &Page, list: &[(Steering, bool)], may_edit: bool) -> Part {
    let mut part = Part::new("said", told::HISTORY);
    let mut table = Table::new("said-table", told::HISTORY);
    table.columns =
        vec![Column::words(told::WHEN), Column::words(told::WHAT), Column::words(told::BY).wide()];
    for (entry, _) in list {
        let by = match entry.by_name.as_str() {
            "" => words::text(Word::ImportByCommand),
            name => name,
        };
        let is_undo = entry.undoes.is_some();
        let what = Words {
            text: told::said_of(&entry.kind, &entry.subject, is_undo),
            under: Some(entry.note.clone()).filter(|note| !note.is_empty()),
            ..Words::default()
        };
        let cells =
            vec![Cell::text(when(page, entry.at)), Cell::Words(what), Cell::quiet(by.to_owned())];
        table.rows.push(Row::new(cells));
    }
    part.tables.push(table);
    let undoable = list.iter().filter(|(_, can_undo)| *can_undo && may_edit);
    part.forms = undoable
        .map(|(entry, _)| {
            let label = format!(
                "{}: {}",
                words::text(Word::Undo),
                told::said_of(&entry.kind, &entry.subject, false)
            );
            let action = format!("{}?undo={}", page.url(super::PATH), entry.action);
            buttons(&action, vec![Button::submit(label, ButtonKind::Plain)])
        })
        .collect();
    part
}

/// The newest entries of a channel, and whether each can be taken back.
///
/// # Errors
/// `StoreError` of the database.
pub fn list_history(
    reader: &Reader<'_>,
    account: Option<AccountId>,
    limit: i64,
) -> Result<Vec<(Steering, bool)>, StoreError> {
    let list = crate::store::stock::steering::list_steerings(reader.conn(), account, limit)?;
    let with = |entry: Steering| {
        let can_undo = crate::sync::stock::steer::can_undo(reader.conn(), &entry)?;
        Ok((entry, can_undo))
    };
    list.into_iter().map(with).collect()
}
