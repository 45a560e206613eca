//! What the page of one product is made of.

use std::sync::Arc;

use askama::Template;

use super::entry::Entry;
use super::panel::{labels_href, picks, units_fields};
use super::{PATH, SLUG};
use crate::base::{Instant, Money};
use crate::reports::stock::Stocked;
use crate::reports::stock::one::{Claimed, Entry as Written, Lying, Shown, course};
use crate::reports::valuation::Worth;
use crate::store::stock::locations::Location;
use crate::store::stock::variants::VariantSettings;
use crate::web::chart::{Course, CourseChart};
use crate::web::figure::{Figure, Link, Tone};
use crate::web::form::{Button, ButtonKind, Entry as Input, Field, Form};
use crate::web::format;
use crate::web::layout::Frame;
use crate::web::notice::Toast;
use crate::web::page::Page;
use crate::web::parts::{PageHead, SectionHead, Stat, State, StateMark, Stats};
use crate::web::permission::Permission;
use crate::web::table::{Cell, Column, Pager, Row, Table, Words};
use crate::web::words::{self, Word, definitions, stock as told};

const PER_PAGE: i64 = 50;
/// Days of the chart.
const COURSE_DAYS: i32 = 60;

pub struct Known {
    pub stocked: Stocked,
    pub settings: VariantSettings,
    /// The oldest first.
    pub entries: Vec<Written>,
    pub claims: Vec<Claimed>,
    pub shown: Vec<Shown>,
    pub lying: Vec<Lying>,
    pub places: Vec<Location>,
    pub age: Option<i64>,
    pub worth: Option<Arc<Worth>>,
}

#[derive(Template)]
#[template(path = "stock/item.html")]
pub struct View {
    frame: Frame,
    head: PageHead,
    stats: Stats,
    course: Option<(SectionHead, CourseChart)>,
    tables: Vec<(SectionHead, Table)>,
    forms: Vec<(SectionHead, Form)>,
}

pub fn view(page: &Page, known: &Known, toast: Option<Toast>) -> View {
    let one = &known.stocked;
    let title = one.title.clone().filter(|title| !title.is_empty());
    let title = title.unwrap_or_else(|| one.sku.clone());
    let labels = Button::link(told::LABELS, ButtonKind::Plain, labels_href(page, &one.sku));
    let head = PageHead {
        trail: vec![Link::new(words::text(Word::NavStock), page.url(PATH))],
        place: one.sku.clone(),
        title: title.clone(),
        answer: format!("{} · {}", one.sku, definitions::label(one.standing().name())),
        buttons: vec![labels],
    };
    let may = Permission::EditStock.allows(page.who.role);
    let section = |id: &str, title: &str| SectionHead::new(id, title);
    View {
        frame: page.frame_with_toast(title, SLUG, None, toast),
        head,
        stats: stats(page, known),
        course: (!known.entries.is_empty())
            .then(|| (section("course", told::COURSE), chart(page, known))),
        tables: vec![
            (section("lying", told::LYING), lying(page, known)),
            (section("listings", told::LISTINGS), listings(page, known)),
            (section("claims", told::CLAIMS), claims(page, known)),
            (
                SectionHead {
                    note: Some(told::LEDGER_NOTE.to_owned()),
                    ..section("ledger", told::LEDGER)
                },
                ledger(page, known),
            ),
        ],
        forms: if may { forms(page, known) } else { Vec::new() },
    }
}

fn stats(page: &Page, known: &Known) -> Stats {
    let one = &known.stocked;
    let quantity = |units| format::quantity(units, page.locale);
    let days = |days: i64| told::days(&quantity(days));
    let dash = || format::UNKNOWN.to_owned();
    let stat = |name: &str, figure: String, asks| Stat {
        figure,
        name: definitions::label(name).to_owned(),
        asks,
    };
    let mut stats = vec![
        stat("on_hand", if one.is_unkept { dash() } else { quantity(one.on_hand) }, false),
        stat("held", quantity(one.held), false),
        stat("available", quantity(one.available), one.available < 0),
        stat("incoming", quantity(one.incoming), false),
        stat("days_of_cover", one.cover().map_or_else(dash, days), false),
        stat("stock_age_days", known.age.map_or_else(dash, days), false),
    ];
    if let Some((worth, currency)) = known.worth.as_ref().zip(page.organisation.currency) {
        let value = worth.find(&one.sku, one.on_hand + one.incoming);
        let value = value.map(|minor| format::amount(Money::new(minor, currency), page.locale));
        stats.push(stat("stock_value", value.unwrap_or_else(dash), false));
    }
    Stats { stats }
}

fn chart(page: &Page, known: &Known) -> CourseChart {
    let course_of = course(&known.entries, (page.today, COURSE_DAYS), &page.zone);
    CourseChart::new(&Course {
        id: "stock-course".to_owned(),
        title: told::COURSE.to_owned(),
        note: told::COURSE_NOTE.to_owned(),
        head: told::DAY.to_owned(),
        times: course_of
            .iter()
            .map(|(day, _)| (*day, format::day_short(*day, page.locale)))
            .collect(),
        lines: vec![(told::COURSE.to_owned(), course_of.iter().map(|(_, level)| *level).collect())],
        digits: 0,
        locale: page.locale,
    })
}

fn when(page: &Page, at: Instant) -> String {
    let day = format::day(at.day_in(&page.zone), page.locale);
    format!("{day} {}", at.time_in(&page.zone))
}

fn count(page: &Page, units: i64) -> Cell {
    let tone = if units < 0 { Tone::Loss } else { Tone::Ink };
    Cell::figure(Figure { tone, ..Figure::text(format::quantity(units, page.locale)) })
}

fn lying(page: &Page, known: &Known) -> Table {
    let mut table = Table::new("stock-lying", told::LYING);
    table.dense = true;
    table.columns = vec![
        Column::words(told::PLACE),
        Column::words(told::LOT),
        Column::figures(told::UNITS),
        Column::words(told::STATE).wide(),
    ];
    for one in &known.lying {
        let expires = one.expires.map(|day| told::expires(&format::day(day, page.locale)));
        let lot = one.lot.clone().unwrap_or_default();
        table.rows.push(Row::new(vec![
            Cell::Words(Words {
                text: one.place.clone(),
                beside: Some(told::place_kind(&one.kind).to_owned()),
                ..Words::default()
            }),
            Cell::Words(Words { text: lot, beside: expires, ..Words::default() }),
            count(page, one.units),
            Cell::quiet(if one.pushable { told::OFFERED } else { told::NOT_OFFERED }),
        ]));
    }
    table.note = known.lying.is_empty().then(|| told::NO_ENTRIES.to_owned());
    table
}

fn listings(page: &Page, known: &Known) -> Table {
    let mut table = Table::new("stock-listings", told::LISTINGS);
    table.dense = true;
    table.columns = vec![
        Column::words(told::STORE),
        Column::figures(told::DESIRED),
        Column::figures(told::LIVE),
        Column::figures(told::CONFIRMED).wide(),
        Column::words(told::READ).wide(),
        Column::words(told::STATE),
    ];
    let units = |units: Option<i64>| match units {
        Some(units) => count(page, units),
        None => Cell::figure(Figure::unknown()),
    };
    for one in &known.shown {
        let differs = one.live.zip(one.desired).is_some_and(|(live, desired)| live != desired);
        let push = one.push.as_deref().unwrap_or_default();
        let is_moving = matches!(push, "planned" | "sent" | "accepted");
        let (state, text) = match (one.stopped.as_str(), &one.status) {
            (_, None) => (State::Off, ""),
            (stopped, _) if !stopped.is_empty() => (State::Broken, stopped),
            _ if is_moving => (State::Running, told::push(push)),
            _ if differs => (State::Broken, told::push("stale")),
            _ => (State::Fresh, told::push(push)),
        };
        let read_at = one.read_at.map(|at| when(page, at)).unwrap_or_default();
        table.rows.push(Row::new(vec![
            Cell::Words(Words {
                text: one.store.clone(),
                beside: Some(one.title.clone()),
                ..Words::default()
            }),
            units(one.desired),
            units(one.live),
            units(one.confirmed),
            Cell::quiet(read_at),
            Cell::State(StateMark::new(state, text)),
        ]));
    }
    table.note = known.shown.is_empty().then(|| told::NO_LISTINGS.to_owned());
    table
}

fn claims(page: &Page, known: &Known) -> Table {
    let mut table = Table::new("stock-claims", told::CLAIMS);
    table.dense = true;
    table.columns = vec![
        Column::words(told::ORDER),
        Column::words(told::STORE).wide(),
        Column::words(told::WHEN).wide(),
        Column::figures(told::ORDERED).wide(),
        Column::figures(definitions::label("held")),
        Column::figures(told::SHIPPED),
        Column::figures(told::RELEASED).wide(),
    ];
    let may = Permission::SeeFigures.allows(page.who.role);
    for one in &known.claims {
        let href = may.then(|| page.url(&format!("/orders/{}", one.order)));
        table.rows.push(Row::new(vec![
            Cell::Words(Words { text: one.number.clone(), href, ..Words::default() }),
            Cell::text(one.store.clone()),
            Cell::quiet(when(page, one.placed_at)),
            count(page, one.ordered),
            count(page, one.held),
            count(page, one.shipped),
            count(page, one.released),
        ]));
    }
    table.note = known.claims.is_empty().then(|| told::NO_CLAIMS.to_owned());
    table
}

fn ledger(page: &Page, known: &Known) -> Table {
    let mut table = Table::new("stock-ledger", told::LEDGER);
    table.columns = vec![
        Column::words(told::WHEN),
        Column::words(told::WHAT),
        Column::figures(told::CHANGE),
        Column::figures(told::BALANCE),
        Column::words(told::PLACE).wide(),
        Column::words(told::WHY).wide(),
        Column::words(told::WHO).wide(),
    ];
    let total = known.entries.len() as i64;
    let last = total.saturating_sub(1).max(0) / PER_PAGE;
    let skipped = (i64::from(page.ask.page) - 1).clamp(0, last) * PER_PAGE;
    let rows = known.entries.iter().rev().skip(skipped as usize).take(PER_PAGE as usize);
    table.rows = rows.map(|entry| ledger_row(page, entry)).collect();
    if total > PER_PAGE {
        table.pager = Some(Pager::new(&page.ask, total, PER_PAGE, page.locale));
    }
    table.note = known.entries.is_empty().then(|| told::NO_ENTRIES.to_owned());
    table
}

fn ledger_row(page: &Page, entry: &Written) -> Row {
    let change = match entry.change {
        Some(change) => Figure::text(format::change(change, 0, page.locale)),
        None => Figure::unknown(),
    };
    let undone = entry.is_undone.then(|| told::UNDONE.to_owned());
    let what = Words {
        text: told::event(entry.kind.name()).to_owned(),
        beside: undone.or(entry.counted.map(|units| format::quantity(units, page.locale))),
        ..Words::default()
    };
    let place = Words { text: entry.place.clone(), beside: entry.lot.clone(), ..Words::default() };
    let said = [told::reason(&entry.reason), &entry.reference, &entry.note];
    let said: Vec<&str> = said.into_iter().filter(|text| !text.is_empty()).collect();
    let may = Permission::SeeFigures.allows(page.who.role);
    let order = entry.order.filter(|_| may).map(|id| page.url(&format!("/orders/{id}")));
    let who = entry.user.clone().unwrap_or_default();
    Row::new(vec![
        Cell::quiet(when(page, entry.at)),
        Cell::Words(what),
        Cell::figure(change),
        count(page, entry.balance),
        Cell::Words(place),
        match said.is_empty() {
            true => Cell::Blank,
            false => {
                Cell::Words(Words { text: said.join(" · "), href: order, ..Words::default() })
            }
        },
        Cell::quiet(who),
    ])
}

fn forms(page: &Page, known: &Known) -> Vec<(SectionHead, Form)> {
    let sku = &known.stocked.sku;
    let open = known.places.iter().filter(|place| place.closed_at.is_none());
    let places: Vec<String> = open.map(|place| place.name.clone()).collect();
    let form = |act: &str, fields: Vec<Field>, save: &str| Form {
        action: page.url(PATH),
        method: "post",
        hidden: [("act", act), ("sku", sku.as_str()), ("back", "item")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec(),
        // Several forms stand on the page, and each field has its own label.
        fields: fields
            .into_iter()
            .map(|field| Field { id: format!("{act}-{}", field.name), ..field })
            .collect(),
        buttons: vec![Button::submit(save, ButtonKind::Plain)],
        note: Some(told::CAN_UNDO.to_owned()),
        ..Form::default()
    };
    let empty = Entry::default();
    let units = |act| units_fields(places.clone(), (act, &empty), false);
    let head = |act: &str, title: &str| SectionHead::new(format!("do-{act}"), title);
    let mut forms = vec![
        (head("count", told::COUNT), form("count", units("count"), told::SAVE_COUNT)),
        (head("adjust", told::ADJUST), form("adjust", units("adjust"), told::SAVE_ADJUST)),
    ];
    if places.len() > 1 {
        forms.push((head("move", told::MOVE), form("move", units("move"), told::SAVE_MOVE)));
    }
    forms.push((head("build", told::BUILD), form("build", units("build"), told::SAVE_BUILD)));
    let said = form("settings", settings_fields(&known.settings), told::SAVE_SETTINGS);
    forms.push((head("settings", told::SETTINGS), said));
    forms
}

fn settings_fields(settings: &VariantSettings) -> Vec<Field> {
    let number = |name: &str, label: &str, value: Option<i64>| Field {
        entry: Input::Input { kind: "text", mode: "numeric" },
        ..Field::text(name, label, value.map(|value| value.to_string()).unwrap_or_default())
    };
    let mode = [("mirror", told::MIRROR), ("strict", told::STRICT)];
    let archived = settings.archived_at.is_some();
    vec![
        Field::text("title", told::TITLE, &settings.title),
        Field::text("barcode", told::BARCODE, &settings.barcode),
        Field::text("catalogue_id", told::CATALOGUE, &settings.catalogue_id),
        number("low_at", told::LOW_AT, settings.low_at).with_help(told::LOW_HELP),
        number("lead_days", told::LEAD_DAYS, settings.lead_days).with_help(told::LEAD_HELP),
        number("cover_days", told::COVER_DAYS, settings.cover_days).with_help(told::COVER_HELP),
        Field::select("mode", told::MODE, settings.mode.name(), picks(&mode)),
        Field::check("lots", told::LOTS, settings.tracks_lots),
        Field::check("archived", told::ARCHIVED, archived),
    ]
}
