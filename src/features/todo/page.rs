//! The list of what needs a person, each entry with the way to where it is mended.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{PATH, SLUG, query};
use crate::domain::gap::{Gap, GapKind};
use crate::features::feature::refuse;
use crate::reports::backups::{self, Standing as Saved};
use crate::reports::listings::{self, Counts, State as Linked};
use crate::reports::stock::alerts::{self, Alert};
use crate::store::mail::outbox;
use crate::store::{costs, orders};
use crate::web::answer::html;
use crate::web::ask::write_href;
use crate::web::error::AppError;
use crate::web::figure::Link;
use crate::web::form::{Button, ButtonKind, Form};
use crate::web::format;
use crate::web::gaps::{self, Gaps};
use crate::web::layout::Frame;
use crate::web::notice::Empty;
use crate::web::page::{self, Page, Site};
use crate::web::parts::{Item, Items, PageHead, SectionHead, State};
use crate::web::permission::Permission;
use crate::web::session::Who;
use crate::web::standing::{self, Standing};
use crate::web::state::{Shared, read};
use crate::web::strip::{Strip, stores_menu};
use crate::web::table::{Cell, Column, Row, Table};
use crate::web::words::{self, Word, backup as saved, gap, listing, mail as post, stock as told};

const ALERTS_MAX: i64 = 20;

#[derive(Template)]
#[template(path = "todo/page.html")]
struct View {
    frame: Frame,
    standing: Standing,
    head: PageHead,
    table: Option<Table>,
    /// Listings that a person may link; no figure waits for them.
    listings: Option<(SectionHead, Table)>,
    empty: Option<Empty>,
    note: &'static str,
    guess: Option<(SectionHead, Form)>,
    stock: Option<(SectionHead, Items)>,
    mail: Option<(SectionHead, Items)>,
    backups: Option<(SectionHead, Items)>,
}

pub async fn show(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let page = page::open(&state, site, who, &request).await?;
    let (ask, today, now) = (page.report_ask(), page.today, state.clock.now());
    let known = read(&state, move |reader| {
        let rules = costs::find_rules(reader)?;
        let groups: Vec<String> = rules.groups.into_iter().map(|group| group.name).collect();
        let has_orders = orders::count(reader)? > 0;
        let counts = listings::count(reader, &ask.scope, ask.store)?;
        let alerts = alerts::list(reader, ALERTS_MAX);
        let standing = backups::find_standing(reader, now)?;
        let beside = (alerts, outbox::count_dead(reader)?, standing);
        Ok((query::run(reader, &ask, today), groups, has_orders, counts, beside))
    });
    let (gaps, groups, has_orders, counts, (alerts, unsent, kept)) = known.await?;
    let (gaps, alerts) = (gaps.map_err(refuse)?, alerts.map_err(refuse)?);
    let standing = standing::open(&state, &page, &[]).await?;
    let mut view = view(&page, &gaps, (&groups, has_orders, &counts), standing);
    view.stock = stock(&page, &alerts);
    view.mail = mail(&page, unsent);
    view.backups = kept.and_then(|kept| backups_part(&page, &kept));
    html(StatusCode::OK, &view)
}

/// What of backups needs somebody.
fn backups_part(page: &Page, standing: &Saved) -> Option<(SectionHead, Items)> {
    let fault = standing.fault.as_ref();
    let failed = fault.and_then(|run| run.fault.as_ref().map(|what| (run.began_at, what)));
    let failed = failed.map(|(at, what)| Item {
        when: Some(format::day(at.day_in(&page.zone), page.locale)),
        state: Some(State::Broken),
        title: format!("{}: {what}", saved::FAILED),
        href: Some(page.url("/settings/backup")),
        ..Item::default()
    });
    let late = standing.late_days.map(|days| Item {
        state: Some(State::Late),
        title: saved::late(days),
        href: Some(page.url("/settings/backup")),
        ..Item::default()
    });
    let items: Vec<Item> = failed.into_iter().chain(late).collect();
    let head = SectionHead {
        note: Some(saved::TODO_NOTE.to_owned()),
        ..SectionHead::new("backups", saved::TODO)
    };
    (!items.is_empty()).then_some((head, Items { items }))
}

/// What of stock needs somebody.
fn stock(page: &Page, alerts: &[Alert]) -> Option<(SectionHead, Items)> {
    let item = |alert: &Alert| {
        let sku = alert.sku.clone().map(|sku| ("sku".to_owned(), sku));
        Item {
            when: Some(format::day(alert.at.day_in(&page.zone), page.locale)),
            state: Some(State::Late),
            title: alert.what.clone(),
            href: sku.map(|sku| write_href(&page.url("/stock/item"), std::iter::once(sku))),
            ..Item::default()
        }
    };
    let head = SectionHead {
        note: Some(told::ALERTS_NOTE.to_owned()),
        link: Some(Link::new(words::text(Word::NavStock), page.url("/stock"))),
        ..SectionHead::new("stock", told::ALERTS)
    };
    let items = Items { items: alerts.iter().map(item).collect() };
    (!alerts.is_empty()).then_some((head, items))
}

/// Messages that were given up, for whoever may send them again.
fn mail(page: &Page, unsent: i64) -> Option<(SectionHead, Items)> {
    if unsent == 0 || !Permission::ManageSettings.allows(page.who.role) {
        return None;
    }
    let item = Item {
        state: Some(State::Late),
        title: post::dead(unsent, &format::quantity(unsent, page.locale)),
        href: Some(page.url("/settings/mail")),
        note: post::TODO_NOTE.to_owned(),
        ..Item::default()
    };
    Some((SectionHead::new("mail", post::TODO), Items { items: vec![item] }))
}

fn view(
    page: &Page,
    gaps: &[Gap],
    (groups, has_orders, counts): (&[String], bool, &Counts),
    standing: Standing,
) -> View {
    let listings = unlinked(page, counts);
    let names: Vec<String> = page.stores.iter().map(|store| store.name.clone()).collect();
    let stores = Some(stores_menu(&page.ask, &names, page.locale));
    let strip = has_orders.then(|| Strip { stores, ..Strip::default() });
    let table = page
        .organisation
        .currency
        .filter(|_| !gaps.is_empty())
        .map(|currency| Gaps { page, gaps, currency }.table());
    let lacks_cost = gaps.iter().any(|gap| gap.kind == GapKind::UnitCost);
    let guess = lacks_cost.then(|| gaps::first_guess(page, groups)).flatten();
    let guess = guess.map(|form| {
        let head = SectionHead::new("guess", words::text(Word::GuessTitle));
        (SectionHead { note: Some(words::text(Word::GuessWhy).to_owned()), ..head }, form)
    });
    let count = gaps.len() as i64;
    let answer = match has_orders {
        true => gap::answer(count, &format::quantity(count, page.locale)),
        false => String::new(),
    };
    View {
        frame: page.frame(words::text(Word::PageTodo), SLUG, strip),
        standing,
        head: PageHead {
            title: words::text(Word::PageTodo).to_owned(),
            answer,
            ..PageHead::default()
        },
        empty: (table.is_none() && listings.is_none()).then(|| empty(page, has_orders)),
        table,
        listings,
        note: words::text(Word::TodoMarks),
        guess,
        stock: None,
        mail: None,
        backups: None,
    }
}

/// Listings of which nobody knows yet which product they sell, by what is the matter with them.
fn unlinked(page: &Page, counts: &Counts) -> Option<(SectionHead, Table)> {
    let mut table = Table::new("todo-listings", listing::TASKS);
    table.dense = true;
    table.columns = vec![Column::words(listing::TASKS)];
    for state in [Linked::Unlinked, Linked::Blank, Linked::Duplicate, Linked::Suggested] {
        let count = counts.of(state);
        if count > 0 {
            let shown = format::quantity(count, page.locale);
            let href = page.url(&format!("/listings?state={}", state.name()));
            let text = listing::task(state.name(), count, &shown);
            table.rows.push(Row::new(vec![Cell::link(text, href)]));
        }
    }
    let head = SectionHead::new("todo-listings-head", listing::TASKS);
    (!table.rows.is_empty()).then_some((head, table))
}

/// Nothing to do, or nothing to do it with.
fn empty(page: &Page, has_orders: bool) -> Empty {
    if has_orders {
        let all = page
            .ask
            .store
            .is_some()
            .then(|| Link::new(words::text(Word::AllStores), page.url(PATH)));
        return Empty {
            sentence: words::text(Word::TodoNothing).to_owned(),
            why: words::text(Word::TodoNothingWhy).to_owned(),
            button: None,
            link: all.or_else(|| Some(Link::new(words::text(Word::PageOverview), page.url("/")))),
        };
    }
    let may = Permission::Import.allows(page.who.role);
    let import = || {
        let label = words::text(Word::ImportFiles);
        Button::link(label, ButtonKind::Main, page.url("/import"))
    };
    Empty {
        sentence: words::text(Word::NoFigures).to_owned(),
        why: words::text(if may { Word::NoFiguresWhy } else { Word::NoFiguresViewer }).to_owned(),
        button: may.then(import),
        link: None,
    }
}
