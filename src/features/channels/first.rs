//! The first push of a channel: which number of each item is true, what that would change, with
//! the money that goes, and the word that arms it.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::act::{self, done, said};
use super::form::{Typed, pick};
use super::view::{self, Part, View};
use super::{PATH, SLUG, one};
use crate::base::Money;
use crate::base::id::AccountId;
use crate::reports::pushed;
use crate::store::accounts::AccountRow;
use crate::store::stock::first::{First, FirstChange, FirstItem, Truth, Truths};
use crate::sync::ctx::Tools;
use crate::sync::stock::arm as arming;
use crate::sync::stock::job;
use crate::web::answer::html;
use crate::web::ask::{write_href, write_path};
use crate::web::error::AppError;
use crate::web::figure::{Figure, Link};
use crate::web::form::{Button, ButtonKind, Field, Form, Pick};
use crate::web::format;
use crate::web::layout::Frame;
use crate::web::page::{self, Page, Site};
use crate::web::parts::PageHead;
use crate::web::permission::Permission;
use crate::web::session::Who;
use crate::web::state::{Shared, off_thread, read};
use crate::web::table::{Cell, Column, Row, Table, Words};
use crate::web::words::channels as told;

/// Items whose truth can be chosen one by one: those that are told differently.
const ITEMS_MAX: usize = 100;
const CHANGES_MAX: usize = 200;
const ALL: &str = "truth";
const OF_ITEM: &str = "t-";

/// What was chosen, out of an address or a form.
fn truths(named: impl Iterator<Item = (String, String)>) -> Truths {
    let mut truths = Truths::default();
    for (name, text) in named {
        let Some(truth) = Truth::parse(&text) else { continue };
        if name == ALL {
            truths.all = truth;
        } else if let Some(sku) = name.strip_prefix(OF_ITEM) {
            truths.items.insert(sku.to_owned(), truth);
        }
    }
    truths
}

fn pairs(truths: &Truths) -> Vec<(String, String)> {
    let items = truths.items.iter();
    let items = items.map(|(sku, truth)| (format!("{OF_ITEM}{sku}"), truth.name()));
    std::iter::once((ALL.to_owned(), truths.all.name())).chain(items).collect()
}

pub async fn show(
    state: Shared,
    (site, tools): (web::Data<Site>, web::Data<Tools>),
    who: Who,
    request: HttpRequest,
    name: web::Path<String>,
) -> Result<HttpResponse, AppError> {
    let page = page::open(&state, site, who, &request).await?;
    let row = view::find(&state, &page, &name).await?;
    // All of them: an address of a page keeps only a few.
    let named = web::Query::<Vec<(String, String)>>::from_query(request.query_string());
    let truths = truths(named.map(web::Query::into_inner).unwrap_or_default().into_iter());
    let (account, chosen) = (row.id, truths.clone());
    let looked = off_thread(move || {
        let facts = job::find_facts(&tools)?;
        arming::look(&tools, (account, &chosen), &facts)
    });
    let (first, accounts) = (looked.await??, read(&state, pushed::list_accounts).await?);
    let flash = state.flashes.take(&page.who);
    let frame: Frame = page.frame_with_toast(told::FIRST_TITLE, SLUG, None, flash.toast);
    let to = view::href(&page, &row.name);
    let head = PageHead {
        trail: vec![Link::new(told::ALL, page.url(PATH)), Link::new(row.name.clone(), to)],
        place: told::FIRST_TITLE.to_owned(),
        title: told::FIRST_TITLE.to_owned(),
        answer: told::FIRST_ANSWER.to_owned(),
        ..PageHead::default()
    };
    let names: HashMap<AccountId, String> =
        accounts.into_iter().map(|row| (row.id, row.name)).collect();
    let parts = vec![
        choice(&page, (&row, &first), (&truths, &names)),
        diff(&page, &first, &names),
        arm_part(&page, (&row, &first), &truths),
        one::preconditions(),
    ];
    html(StatusCode::OK, &View { frame, head, notices: flash.notices, empty: None, parts })
}

fn picks(first: &First, names: &HashMap<AccountId, String>) -> Vec<Pick> {
    let mut shown: Vec<AccountId> =
        first.items.iter().flat_map(|item| &item.shown).map(|(account, _)| *account).collect();
    shown.sort_unstable();
    shown.dedup();
    let mut picks = vec![pick(&Truth::Lowest.name(), told::LOWEST)];
    for account in shown {
        let name = names.get(&account).map_or("", String::as_str);
        picks.push(pick(&Truth::Channel(account).name(), &told::from_channel(name)));
    }
    picks.push(pick(&Truth::Mine.name(), told::MINE));
    picks.push(pick(&Truth::Count.name(), told::COUNT));
    picks
}

/// For all items, and for those that are told differently one by one.
fn choice(
    page: &Page,
    (row, first): (&AccountRow, &First),
    (truths, names): (&Truths, &HashMap<AccountId, String>),
) -> Part {
    let mut part = Part::new("truth", told::ITEMS_HEAD);
    let doubted: Vec<&FirstItem> = first.items.iter().filter(|item| item.is_in_doubt()).collect();
    let picks = picks(first, names);
    let mut fields = vec![Field::select(ALL, told::TRUTH_ALL, truths.all.name(), picks.clone())];
    let own: Vec<Pick> =
        std::iter::once(pick("", told::AS_ALL)).chain(picks.iter().cloned()).collect();
    for item in doubted.iter().take(ITEMS_MAX) {
        let name = format!("{OF_ITEM}{}", item.sku);
        let value = truths.items.get(&item.sku).map(|truth| truth.name()).unwrap_or_default();
        fields.push(Field::select(&name, item.sku.clone(), value, own.clone()));
    }
    part.forms.push(Form {
        action: format!("{}/first", view::href(page, &row.name)),
        method: "get",
        fields,
        buttons: vec![Button::submit(told::TRUTH_SHOW, ButtonKind::Plain)],
        ..Form::default()
    });
    let mut table = Table::new("truth-table", told::ITEMS_HEAD);
    table.columns = vec![Column::words(told::ITEM), Column::figures(told::KNOWN)];
    let mut shown: Vec<AccountId> =
        doubted.iter().flat_map(|item| &item.shown).map(|(account, _)| *account).collect();
    shown.sort_unstable();
    shown.dedup();
    for account in &shown {
        table.columns.push(Column::figures(names.get(account).cloned().unwrap_or_default()).wide());
    }
    table.columns.push(Column::figures(told::BECOMES));
    for item in doubted.iter().take(ITEMS_MAX) {
        let mut cells = vec![Cell::text(item.sku.clone()), view::units(page, Some(item.mine))];
        for account in &shown {
            let of = item.shown.iter().find(|(known, _)| known == account);
            cells.push(view::units(page, of.map(|(_, units)| *units)));
        }
        cells.push(view::units(page, item.becomes));
        table.rows.push(Row::new(cells));
    }
    let more = doubted.len().saturating_sub(ITEMS_MAX) as i64;
    table.cut = (more > 0).then(|| told::more_rows(&format::quantity(more, page.locale)));
    if !table.rows.is_empty() {
        part.tables.push(table);
    }
    part
}

/// Old → new for each listing, what goes first.
fn diff(page: &Page, first: &First, names: &HashMap<AccountId, String>) -> Part {
    let mut part = Part::new("diff", told::DIFF_HEAD);
    let quantity = |count| format::quantity(count, page.locale);
    let risk = first.risk;
    if first.changes.is_empty() {
        part.notes.push(told::NO_DIFF.to_owned());
        return part;
    }
    part.notes.push(told::changes(
        &quantity(risk.changed),
        &quantity(risk.active),
        &quantity(risk.emptied),
        &quantity(risk.steep),
    ));
    let sums = first.at_risk();
    if !sums.is_empty() {
        let sums = sums.into_iter().map(|(currency, minor)| {
            let amount = format::amount(Money::new(minor, currency), page.locale);
            format!("{amount} {}", currency.code())
        });
        part.notes.push(told::at_risk(&sums.collect::<Vec<_>>().join(", ")));
    }
    let mut table = Table::new("diff-table", told::DIFF_HEAD);
    table.columns = vec![
        Column::words(told::LISTING),
        Column::words(told::CHANNEL).wide(),
        Column::figures(told::FROM),
        Column::figures(told::TO),
        Column::figures(told::LOST).wide(),
    ];
    let row = |change: &FirstChange| {
        let name = Words {
            text: change.listing.name().to_owned(),
            under: Some(change.title.clone()).filter(|title| !title.is_empty()),
            ..Words::default()
        };
        let account = names.get(&change.listing.account).cloned().unwrap_or_default();
        let lost = change.price.filter(|_| change.step.lost() > 0).map(|price| {
            let lost = price.minor.saturating_mul(change.step.lost());
            let amount = format::amount(Money::new(lost, price.currency), page.locale);
            Figure::text(format!("{amount} {}", price.currency.code()))
        });
        Row::new(vec![
            Cell::Words(name),
            Cell::quiet(account),
            view::units(page, Some(change.step.from)),
            view::units(page, Some(change.step.to)),
            lost.map_or(Cell::Blank, Cell::figure),
        ])
    };
    table.rows = first.changes.iter().take(CHANGES_MAX).map(row).collect();
    let more = first.changes.len().saturating_sub(CHANGES_MAX) as i64;
    table.cut = (more > 0).then(|| told::more_rows(&quantity(more)));
    part.tables.push(table);
    part
}

fn arm_part(page: &Page, (row, first): (&AccountRow, &First), truths: &Truths) -> Part {
    let mut part = Part::new("arm", told::ARM_HEAD);
    part.notes.push(told::ARM_NOTE.to_owned());
    let open = first.count_open() as i64;
    if open > 0 {
        part.notes.push(told::open(&format::quantity(open, page.locale)));
        part.head.link = Some(Link::new(told::COUNT_LINK, page.url("/stocktake")));
    }
    let action = view::href(page, &row.name);
    let dry = view::press(told::DRY_RUN_ONLY, ButtonKind::Plain, "dry_run");
    if !Permission::ManageSettings.allows(page.who.role) {
        part.notes.push(told::ARM_NOT_YOURS.to_owned());
    } else if open == 0 {
        let mut form = Form {
            action: format!("{action}/arm"),
            method: "post",
            hidden: pairs(truths),
            buttons: vec![Button::submit(told::ARM, ButtonKind::Main)],
            ..Form::default()
        };
        if first.risk.needs_word() {
            form.fields.push(Field {
                required: true,
                ..Field::text("word", told::type_name(&row.name), "")
            });
        }
        part.forms.push(form);
    }
    part.forms.push(view::buttons(&action, vec![dry]));
    part
}

pub async fn arm(
    state: Shared,
    tools: web::Data<Tools>,
    who: Who,
    name: web::Path<String>,
    typed: web::Form<Typed>,
) -> Result<HttpResponse, AppError> {
    let row = act::find(&state, &who, &name).await?;
    let typed = typed.into_inner();
    let said = said(&who, &typed);
    let word = typed.get("word").cloned().unwrap_or_default();
    let truths = truths(typed.into_iter());
    let back =
        write_href(&write_path(&["channels", &row.name, "first"]), pairs(&truths).into_iter());
    let ask = arming::Ask { account: row.id, truths, word };
    let made = off_thread(move || {
        let facts = job::find_facts(&tools)?;
        arming::arm(&tools, (&ask, &facts), &said)
    });
    let made = made.await?;
    let to = if made.is_ok() { write_path(&["channels", &row.name]) } else { back };
    done((&state, &who, &to), made.map(Some), told::ARMED)
}
