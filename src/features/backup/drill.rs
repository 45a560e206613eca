//! The rehearsal of a restore: the newest backup beside the live data, with every check, its books
//! made again from its facts, and its totals beside the live ones.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::act::done;
use super::shown::{Part, View, post};
use super::{DRILL, PATH, SLUG};
use crate::base::{Currency, Day, Money};
use crate::books::verify;
use crate::domain::ask::{Ask, Scope};
use crate::domain::profit::component::Subtotal;
use crate::reports::profit;
use crate::store::backup::{folder, restore};
use crate::store::backups::{self, Drill};
use crate::store::{Db, Lane, Reader, StoreError, orders, organisation, settings};
use crate::sync::ctx::Tools;
use crate::web::answer::html;
use crate::web::error::AppError;
use crate::web::figure::{Figure, Link};
use crate::web::format;
use crate::web::page::{self, Page, Site};
use crate::web::parts::{PageHead, State, StateMark};
use crate::web::session::Who;
use crate::web::state::{Shared, off_thread, read};
use crate::web::table::{Cell, Column, Row, Table};
use crate::web::words::backup as told;

const DRILLS_MAX: i64 = 20;

pub async fn show(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let page = page::open(&state, site, who, &request).await?;
    let flash = state.flashes.take(&page.who);
    let drills = read(&state, |reader| backups::list_drills(reader, DRILLS_MAX)).await?;
    let mut part = Part::new("drills", told::DRILLS);
    part.posts.push(post(&page, told::DRILL_NOW, DRILL));
    match drills.first() {
        None => part.note = Some(told::DRILL_NONE.to_owned()),
        Some(last) => {
            let day = format::day(last.drilled_at.day_in(&page.zone), page.locale);
            part.note = Some(told::last(&day));
            part.table = Some(table(&page, &drills));
        }
    }
    let head = PageHead {
        trail: vec![Link::new(told::TITLE, page.url(PATH))],
        place: told::DRILL.to_owned(),
        title: told::DRILL.to_owned(),
        answer: told::DRILL_ANSWER.to_owned(),
        buttons: Vec::new(),
    };
    let frame = page.frame_with_toast(told::DRILL, SLUG, None, flash.toast);
    html(StatusCode::OK, &View { frame, head, notices: flash.notices, parts: vec![part] })
}

fn table(page: &Page, drills: &[Drill]) -> Table {
    let mut table = Table::new("drills-table", told::DRILLS);
    table.columns = vec![
        Column::words(told::WHEN),
        Column::words(told::WHAT),
        Column::words(told::DRILL_BACKUP).wide(),
        Column::figures(told::DRILL_THERE),
        Column::figures(told::DRILL_HERE),
    ];
    table.rows = drills.iter().map(|drill| row(page, drill)).collect();
    table
}

fn row(page: &Page, drill: &Drill) -> Row {
    let day = |at: crate::base::Instant| {
        format!("{} {}", format::day(at.day_in(&page.zone), page.locale), at.time_in(&page.zone))
    };
    let (state, text) = match &drill.fault {
        None => (State::Fresh, told::DRILL_WELL.to_owned()),
        Some(fault) => (State::Broken, fault.clone()),
    };
    let currency = drill.currency.as_deref().and_then(|code| Currency::parse(code).ok());
    let totals = |pick: fn((i64, i64)) -> i64| {
        let orders = drill.orders.map(pick).map(|count| format::quantity(count, page.locale));
        let profit = drill.net_profit.map(pick).zip(currency);
        let profit = profit
            .map(|(minor, currency)| format::amount(Money::new(minor, currency), page.locale));
        let unknown = || format::UNKNOWN.to_owned();
        let text =
            format!("{}, {}", orders.unwrap_or_else(unknown), profit.unwrap_or_else(unknown));
        Cell::figure(Figure::text(text))
    };
    Row::new(vec![
        Cell::text(day(drill.drilled_at)),
        Cell::State(StateMark::new(state, text)),
        Cell::quiet(drill.made_at.map_or_else(|| format::UNKNOWN.to_owned(), day)),
        totals(|pair| pair.0),
        totals(|pair| pair.1),
    ])
}

pub async fn rehearse(
    state: Shared,
    tools: web::Data<Tools>,
    who: Who,
) -> Result<HttpResponse, AppError> {
    let text = match off_thread(move || rehearse_newest(&tools)).await?? {
        None => told::DRILL_NO_BACKUP,
        Some(drill) if drill.fault.is_none() => told::DRILL_DONE,
        Some(_) => told::DRILL_FAILED,
    };
    Ok(done(&state, &who, text, DRILL))
}

/// `None` where there is nothing to rehearse with. What went wrong is kept, not returned.
fn rehearse_newest(tools: &Tools) -> Result<Option<Drill>, StoreError> {
    let found = tools.db.read(|reader| {
        let instance = settings::find(reader.conn(), "instance_id")?;
        Ok(backups::find_schedule(reader.conn())?.zip(instance))
    })?;
    let newest = found.and_then(|(schedule, instance)| {
        folder::list(&schedule.folder, &instance).into_iter().next()
    });
    let Some(newest) = newest else { return Ok(None) };
    let mut drill = Drill::begin(&newest.path, tools.db.clock().now());
    if let Err(fault) = run(tools, &newest.path, &mut drill) {
        drill.fault = Some(fault.to_string());
    }
    let kept = drill.clone();
    tools.db.write_local(Lane::Interactive, |tx| backups::append_drill(tx, &kept))?;
    Ok(Some(drill))
}

fn run(tools: &Tools, path: &std::path::Path, drill: &mut Drill) -> Result<(), StoreError> {
    let (db, clock) = (&tools.db, tools.db.clock());
    let keys = (tools.vault.openers(), tools.vault.vault());
    let rehearsal = restore::rehearse(path, db.path(), keys, clock)?;
    drill.made_at = rehearsal.made_at;
    let (there, here) = (find_totals(&rehearsal.db)?, find_totals(db)?);
    drill.orders = Some((there.orders, here.orders));
    drill.net_profit = there.net_profit.zip(here.net_profit);
    drill.currency = here.currency.map(|currency| currency.code().to_owned());
    let verified = rehearsal.db.read(|reader| Ok(verify::verify(reader)))?;
    match verified {
        Ok(verified) => drill.fault = verified.faults.first().cloned(),
        Err(fault) => drill.fault = Some(fault.to_string()),
    }
    Ok(())
}

struct Totals {
    orders: i64,
    net_profit: Option<i64>,
    currency: Option<Currency>,
}

/// Of all days, by the report that every page reads.
fn find_totals(db: &Db) -> Result<Totals, StoreError> {
    let now = db.clock().now();
    db.read(|reader: &Reader<'_>| {
        let organisation = organisation::find(reader.conn())?;
        let today: Day = now.day_in(&organisation::find_zone(reader.conn())?);
        let report = profit::run(reader, &Ask::all(Scope::All), today);
        Ok(Totals {
            orders: orders::count(reader)?,
            net_profit: report.ok().map(|report| report.total.subtotal(Subtotal::NetProfit)),
            currency: organisation.currency,
        })
    })
}
