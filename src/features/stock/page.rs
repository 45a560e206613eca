//! All products: what is free, what channels show, how long it lasts; beside them the panel of
//! what is done to them.

use std::collections::HashMap;
use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::entry::Entry;
use super::panel::{self, Looked};
use super::rows::{self, Listed};
use super::{ACTIONS, LABELS, PATH, SLUG};
use crate::base::id::VariantId;
use crate::base::{Day, Money};
use crate::reports::ReportError;
use crate::reports::stock::alerts::{self, Alert};
use crate::reports::stock::levels::{self, Level};
use crate::reports::stock::pace::{self, Pace};
use crate::reports::stock::table::is_shown;
use crate::reports::stock::{self as stock_report, Standing, Stocked, age};
use crate::reports::valuation::{self, Worth};
use crate::store::stock::locations::{Location, list_locations};
use crate::store::{Reader, StoreError};
use crate::web::answer::html;
use crate::web::ask::Dir;
use crate::web::error::AppError;
use crate::web::form::{Button, ButtonKind, Panel};
use crate::web::format;
use crate::web::kept::Kept;
use crate::web::layout::Frame;
use crate::web::page::{self, Page, Site};
use crate::web::parts::{Chip, ChipKind, Item, Items, PageHead, State};
use crate::web::permission::Permission;
use crate::web::session::Who;
use crate::web::state::{Shared, read};
use crate::web::strip::{Choice, Menu, Strip};
use crate::web::table::Table;
use crate::web::words::{self, Word, definitions, stock as told};

pub const PER_PAGE: i64 = 50;
const ALERTS_MAX: i64 = 5;

/// Whole days only move when the day does, or what was written of former ones.
static PACES: Kept<(Day, i64), HashMap<VariantId, Pace>> = Kept::new();
static WORTH: Kept<Day, Worth> = Kept::new();

#[derive(Template)]
#[template(path = "stock/page.html")]
struct View {
    frame: Frame,
    head: PageHead,
    alerts: Option<Items>,
    find: Find,
    chips: Vec<Chip>,
    table: Table,
    panel: Option<Panel>,
}

/// The field that finds a product.
struct Find {
    action: String,
    value: String,
    label: &'static str,
    hidden: Vec<(String, String)>,
}

/// What the panel is asked to show.
#[derive(Clone, Debug, Default)]
pub struct Panelled {
    pub entry: Option<Entry>,
    pub wrong: Option<String>,
    /// What many products become is to be shown.
    pub looks: bool,
}

/// What the page is made of.
pub struct Known {
    pub all: Vec<Stocked>,
    /// Those that fit, in their order.
    pub found: Vec<usize>,
    pub worth: Option<Arc<Worth>>,
    pub ages: HashMap<VariantId, i64>,
    pub levels: HashMap<String, Vec<Level>>,
    pub places: Vec<Location>,
    alerts: Vec<Alert>,
}

pub async fn show(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    answer(&state, site, who, &request, (Panelled::default(), StatusCode::OK)).await
}

/// A parameter of this page's own.
pub fn own(page: &Page, name: &str) -> Option<String> {
    let (_, value) = page.ask.rest.iter().find(|(other, _)| other == name)?;
    (!value.trim().is_empty()).then(|| value.trim().to_owned())
}

/// What was asked of the list.
#[derive(Clone, Debug, Default)]
struct Wanted {
    text: String,
    show: String,
    place: String,
    sort: Option<(String, Dir)>,
    page: i64,
    has_figures: bool,
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
    (panelled, status): (Panelled, StatusCode),
) -> Result<HttpResponse, AppError> {
    let page = page::open(state, site, who, request).await?;
    let flash = state.flashes.take(&page.who);
    let wanted = Wanted {
        text: own(&page, "q").unwrap_or_default().to_lowercase(),
        show: own(&page, "show").unwrap_or_default(),
        place: own(&page, "place").unwrap_or_default(),
        sort: page.ask.sort.as_ref().map(|sort| (sort.column.clone(), sort.dir)),
        page: i64::from(page.ask.page),
        has_figures: Permission::SeeFigures.allows(page.who.role),
    };
    let (asked, today, now) = (wanted.clone(), page.today, state.clock.now());
    let known = read(state, move |reader| {
        let mut known = find(reader, today, &asked).map_err(store_fault)?;
        let shown: Vec<VariantId> = shown_rows(&known.found, asked.page)
            .map(|index| VariantId(known.all[index].variant))
            .collect();
        if !shown.is_empty() {
            let since = age::list(reader, &shown).map_err(store_fault)?.into_iter();
            known.ages = since.map(|(id, since)| (id, age::days(since, now))).collect();
            known.levels = levels::list(reader, &shown).map_err(store_fault)?;
        }
        Ok(known)
    });
    let known = known.await?;
    let act = panelled.entry.as_ref().map(|entry| entry.act.clone()).or(own(&page, "act"));
    let act = act.filter(|_| Permission::EditStock.allows(page.who.role));
    let panel = act.filter(|act| panel::ACTS.contains(&act.as_str())).map(|act| {
        panel::panel(&Looked { page: &page, act: &act, panelled: &panelled, known: &known })
    });
    let listed = Listed {
        page: &page,
        known: &known,
        is_wide: panel.is_none(),
        has_figures: wanted.has_figures,
    };
    let strip = Strip { menus: places_menu(&page, &known, &wanted.place), ..Strip::default() };
    let strip = (known.places.len() > 1).then_some(strip);
    let view = View {
        frame: page.frame_with_toast(words::text(Word::NavStock), SLUG, strip, flash.toast),
        head: head_of(&page, &known, wanted.has_figures),
        alerts: (!known.alerts.is_empty()).then(|| alerts_of(&page, &known.alerts)),
        find: Find {
            action: page.url(PATH),
            value: own(&page, "q").unwrap_or_default(),
            label: told::FIND,
            hidden: page.ask.hidden_without(&["q", "act", "sku"]),
        },
        chips: chips_of(&page, &known, &wanted.show),
        table: rows::table(&listed),
        panel,
    };
    html(status, &view)
}

/// The places in the list of one page of it.
pub fn shown_rows(found: &[usize], page: i64) -> impl Iterator<Item = usize> {
    let last = (found.len() as i64).saturating_sub(1).max(0) / PER_PAGE;
    let skipped = (page - 1).clamp(0, last) * PER_PAGE;
    found.iter().copied().skip(skipped as usize).take(PER_PAGE as usize)
}

pub fn store_fault(fault: ReportError) -> StoreError {
    match fault {
        ReportError::Store(fault) => fault,
        other => StoreError::Refused(other.to_string()),
    }
}

/// How fast things sell, kept while nothing was written.
pub fn find_paces(
    reader: &Reader<'_>,
    today: Day,
) -> Result<Arc<HashMap<VariantId, Pace>>, ReportError> {
    let asked = (today, pace::mark(reader)?);
    let found = PACES.find_or(reader, &asked, || pace::list(reader, today).map(Some));
    Ok(found?.unwrap_or_default())
}

pub fn find_worth(reader: &Reader<'_>, today: Day) -> Result<Option<Arc<Worth>>, ReportError> {
    WORTH.find_or(reader, &today, || valuation::worth(reader, today).map(Some))
}

fn find(reader: &Reader<'_>, today: Day, wanted: &Wanted) -> Result<Known, ReportError> {
    let all = stock_report::list(reader, &*find_paces(reader, today)?)?;
    let places = list_locations(reader)?;
    let place = places.iter().find(|place| place.name == wanted.place);
    let at = place.map(|place| stock_report::list_at(reader, place.id)).transpose()?;
    let barcodes = match wanted.text.as_str() {
        "" => Vec::new(),
        text => stock_report::list_by_barcode(reader, text)?,
    };
    let worth = if wanted.has_figures { find_worth(reader, today)? } else { None };
    let fits = |one: &Stocked| {
        let is_named = wanted.text.is_empty()
            || one.sku.to_lowercase().contains(&wanted.text)
            || one.title.as_deref().is_some_and(|it| it.to_lowercase().contains(&wanted.text))
            || barcodes.contains(&one.variant);
        let is_there = at.as_ref().is_none_or(|at| at.contains_key(&one.variant));
        let is_wanted = if wanted.show == "archived" {
            one.is_archived
        } else {
            !one.is_archived && is_shown(one, &wanted.show)
        };
        is_wanted && is_named && is_there
    };
    let mut found: Vec<usize> = (0..all.len()).filter(|index| fits(&all[*index])).collect();
    sort(&mut found, &all, (wanted.sort.as_ref(), worth.as_deref()));
    Ok(Known {
        found,
        worth,
        places,
        all,
        ages: HashMap::new(),
        levels: HashMap::new(),
        alerts: alerts::list(reader, ALERTS_MAX)?,
    })
}

/// By a column; without one, what needs somebody first.
fn sort(
    found: &mut [usize],
    all: &[Stocked],
    (by, worth): (Option<&(String, Dir)>, Option<&Worth>),
) {
    let Some((column, dir)) = by else {
        found.sort_by_key(|index| match all[*index].standing() {
            Standing::Oversold => 0,
            Standing::Low => 1,
            Standing::Out => 2,
            Standing::Plenty => 3 + i64::from(all[*index].is_unkept),
        });
        return;
    };
    let key = |index: &usize| {
        let one = &all[*index];
        match column.as_str() {
            "on_hand" => one.on_hand,
            "held" => one.held,
            "incoming" => one.incoming,
            "days_of_cover" => one.cover().unwrap_or(i64::MAX),
            "stock_value" => {
                worth.and_then(|worth| worth.find(&one.sku, one.on_hand)).unwrap_or(-1)
            }
            _ => one.available,
        }
    };
    found.sort_by_cached_key(key);
    if *dir == Dir::Down {
        found.reverse();
    }
}

fn head_of(page: &Page, known: &Known, has_figures: bool) -> PageHead {
    let quantity = |count| format::quantity(count, page.locale);
    let listed = || known.all.iter().filter(|one| !one.is_archived);
    let units: i64 = listed().map(|one| one.on_hand).fold(0, i64::saturating_add);
    let own = page.organisation.currency;
    let value = known.worth.as_ref().zip(own.as_ref()).map(|(worth, currency)| {
        let all = listed().filter_map(|one| worth.find(&one.sku, one.on_hand + one.incoming));
        let minor = all.fold(0, i64::saturating_add);
        (format::amount(Money::new(minor, *currency), page.locale), currency.code())
    });
    let value = value.filter(|_| has_figures);
    let value = value.as_ref().map(|(value, currency)| (value.as_str(), *currency));
    let of = |standing| listed().filter(|one| one.standing() == standing).count() as i64;
    let (low, out) = (of(Standing::Low) + of(Standing::Oversold), of(Standing::Out));
    let answer = match listed().all(|one| one.is_unkept) {
        true => told::NOT_COUNTED.to_owned(),
        false => format!(
            "{} {}",
            told::answer(&quantity(units), value),
            told::answer_low(&quantity(low), &quantity(out))
        ),
    };
    let act = |label: &str, act: &str| {
        let href = page.ask.href_with(&[("act", Some(act)), ("sku", None)]);
        Button::link(label, ButtonKind::Plain, href)
    };
    let to = |label: &str, path: &str| Button::link(label, ButtonKind::Link, page.url(path));
    let may = Permission::EditStock.allows(page.who.role);
    let mut buttons = Vec::new();
    if may {
        buttons = vec![act(told::COUNT, "count"), act(told::MOVE, "move")];
        buttons.push(act(told::ADD, "new"));
        buttons.push(act(told::EDIT_MANY, "many"));
    }
    buttons.push(to(told::HISTORY, ACTIONS));
    buttons.push(to(told::LABELS, LABELS));
    buttons.push(to(told::PLACES, "/locations"));
    if has_figures {
        buttons.push(to(told::VALUATION, "/reports/valuation"));
        buttons.push(to(told::REPLENISH, "/reports/replenish"));
        buttons.push(to(words::text(Word::Csv), "/reports/stock.csv"));
    }
    PageHead {
        title: words::text(Word::NavStock).to_owned(),
        answer,
        buttons,
        ..PageHead::default()
    }
}

fn places_menu(page: &Page, known: &Known, chosen: &str) -> Vec<Menu> {
    let choice = |label: &str, value: Option<&str>| {
        let is_chosen = value.unwrap_or_default() == chosen;
        Choice::new(label, page.ask.href_with(&[("place", value)]), is_chosen)
    };
    let open = known.places.iter().filter(|place| place.closed_at.is_none());
    let choices = open.map(|place| choice(&place.name, Some(&place.name)));
    let all = std::iter::once(choice(told::ALL_PLACES, None)).chain(choices).collect();
    let label = if chosen.is_empty() { told::ALL_PLACES } else { chosen };
    let (name, label) = (told::PLACE.to_owned(), label.to_owned());
    vec![Menu { before: None, name, label, choices: all }]
}

fn chips_of(page: &Page, known: &Known, chosen: &str) -> Vec<Chip> {
    const SHOWN: [&str; 7] = [
        "",
        "stocked",
        "stock_low",
        "stock_out",
        "stock_oversold",
        "stock_negative",
        "stock_unlinked",
    ];
    let listed = || known.all.iter().filter(|one| !one.is_archived);
    let chip = |show: &&str| {
        let count = listed().filter(|one| is_shown(one, show)).count() as i64;
        let label = if show.is_empty() { told::ALL } else { definitions::label(show) };
        (count > 0 || *show == chosen || show.is_empty()).then(|| Chip {
            label: label.to_owned(),
            count: Some(format::quantity(count, page.locale)),
            kind: if *show == chosen { ChipKind::Chosen } else { ChipKind::Plain },
            href: page.ask.href_with(&[("show", Some(*show).filter(|it| !it.is_empty()))]),
        })
    };
    SHOWN.iter().filter_map(chip).collect()
}

fn alerts_of(page: &Page, alerts: &[Alert]) -> Items {
    let item = |alert: &Alert| Item {
        when: Some(format::day(alert.at.day_in(&page.zone), page.locale)),
        state: Some(State::Broken),
        title: alert.what.clone(),
        href: alert.sku.as_deref().map(|sku| rows::item_href(page, sku)),
        ..Item::default()
    };
    Items { items: alerts.iter().map(item).collect() }
}
