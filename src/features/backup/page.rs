//! The page of backups: how they stand, where and when, the recovery code, what lies in the folder,
//! and the way back.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::shown::{Part, View, notice, post};
use super::{DRILL, PATH, SLUG};
use crate::base::Instant;
use crate::reports::backups::{self as report, Standing};
use crate::store::backup::folder::{self, Kept};
use crate::store::backups::{self, Backup, HOUR_USUAL};
use crate::store::settings;
use crate::store::vault::recovery;
use crate::web::answer::html;
use crate::web::error::AppError;
use crate::web::figure::{Figure, Link};
use crate::web::form::{Button, ButtonKind, Field, Form, Pick, Wrong};
use crate::web::format;
use crate::web::notice::{Notice, Weight};
use crate::web::page::{self, Page, Site};
use crate::web::parts::PageHead;
use crate::web::session::Who;
use crate::web::state::{Shared, off_thread, read};
use crate::web::table::{Cell, Column, Row, Table};
use crate::web::words::{self, Word, backup as told};

const RUNS_MAX: i64 = 14;

/// What a form that failed shows again, and what is shown once.
#[derive(Default)]
pub struct Again {
    pub folder: Option<String>,
    pub hour: Option<String>,
    pub file: Option<String>,
    pub wrong: Wrong,
    pub code: Option<String>,
    pub status: StatusCode,
}

struct Known {
    standing: Option<Standing>,
    runs: Vec<Backup>,
    has_code: bool,
    instance: String,
}

pub async fn show(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    answer(&state, site, who, &request, Again::default()).await
}

/// # Errors
/// What the store said.
pub async fn answer(
    state: &Shared,
    site: web::Data<Site>,
    who: Who,
    request: &HttpRequest,
    again: Again,
) -> Result<HttpResponse, AppError> {
    let page = page::open(state, site, who, request).await?;
    let flash = state.flashes.take(&page.who);
    let now = state.clock.now();
    let known = read(state, move |reader| {
        Ok(Known {
            standing: report::find_standing(reader, now)?,
            runs: backups::list_backups(reader, RUNS_MAX)?,
            has_code: recovery::has_code(reader.conn())?,
            instance: settings::find(reader.conn(), "instance_id")?.unwrap_or_default(),
        })
    });
    let known = known.await?;
    let place = known.standing.as_ref().map(|standing| standing.schedule.folder.clone());
    let instance = known.instance.clone();
    // A disk may take its time.
    let looked = off_thread(move || place.map(|place| folder::list(&place, &instance)));
    let kept = looked.await?.unwrap_or_default();
    let mut parts = vec![schedule(&page, known.standing.as_ref(), &again)];
    parts.push(code(&page, known.has_code, again.code.clone()));
    if known.standing.is_some() {
        parts.push(lying(&page, &kept));
        parts.push(runs(&page, &known.runs));
    }
    parts.push(restore(&page, &kept, &again));
    let mut notices = flash.notices;
    notices.extend(standing(known.standing.as_ref()));
    let title = told::TITLE;
    let view = View {
        frame: page.frame_with_toast(title, SLUG, None, flash.toast),
        head: head(&page),
        notices,
        parts,
    };
    html(again.status, &view)
}

fn head(page: &Page) -> PageHead {
    PageHead {
        trail: vec![Link::new(words::text(Word::PageSettings), page.url("/settings"))],
        place: told::TITLE.to_owned(),
        title: told::TITLE.to_owned(),
        answer: told::ANSWER.to_owned(),
        buttons: vec![Button::link(told::DRILL, ButtonKind::Plain, page.url(DRILL))],
    }
}

/// What asks for somebody.
fn standing(standing: Option<&Standing>) -> Vec<Notice> {
    let Some(standing) = standing else {
        return vec![notice(Weight::Late, told::NONE_CHOSEN, told::NONE_CHOSEN_WHY)];
    };
    let fault = standing.fault.as_ref().and_then(|run| run.fault.clone());
    let mut notices = Vec::new();
    notices.extend(fault.map(|fault| notice(Weight::Broken, told::FAILED, format!("{fault}."))));
    notices.extend(
        standing.late_days.map(|days| notice(Weight::Broken, told::LATE, told::late(days))),
    );
    notices
}

fn moment(page: &Page, at: Instant) -> String {
    format!("{} {}", format::day(at.day_in(&page.zone), page.locale), at.time_in(&page.zone))
}

fn schedule(page: &Page, standing: Option<&Standing>, again: &Again) -> Part {
    let schedule = standing.map(|standing| &standing.schedule);
    let mut part = Part::new("schedule", told::SCHEDULE);
    let last = standing.and_then(|standing| standing.verified_at);
    let last = last.map_or_else(|| told::NEVER.to_owned(), |at| moment(page, at));
    part.head.beside = schedule.map(|_| format!("{}: {last}", told::LAST));
    part.note = Some(told::SCHEDULE_NOTE.to_owned());
    let folder = again.folder.clone().unwrap_or_else(|| {
        schedule.map(|one| one.folder.to_string_lossy().into_owned()).unwrap_or_default()
    });
    let hour = schedule.map_or(HOUR_USUAL, |one| one.hour).to_string();
    let hours = (0..24).map(|hour| Pick::new(hour.to_string(), told::hour(hour)));
    let folder = Field {
        example: Some(told::FOLDER_EXAMPLE.to_owned()),
        ..Field::text("folder", told::FOLDER, folder)
    };
    part.form = Some(Form {
        action: page.url(PATH),
        method: "post",
        fields: vec![
            folder.with_help(told::FOLDER_HELP).told(&again.wrong),
            Field::select("hour", told::HOUR, again.hour.clone().unwrap_or(hour), hours.collect()),
        ],
        buttons: vec![Button::submit(told::SAVE, ButtonKind::Main)],
        ..Form::default()
    });
    if schedule.is_some() {
        part.posts.push(post(page, told::NOW, "/settings/backup/now"));
    }
    part
}

fn code(page: &Page, has_code: bool, made: Option<String>) -> Part {
    let mut part = Part::new("code", told::CODE);
    part.note = Some((if has_code { told::CODE_THERE } else { told::CODE_LACKS }).to_owned());
    part.secret = made.map(|code| (code, told::CODE_ONCE, told::CODE_SHEET));
    let label = if has_code { told::CODE_ANEW } else { told::CODE_MAKE };
    part.posts.push(post(page, label, "/settings/backup/code"));
    part
}

fn lying(page: &Page, kept: &[Kept]) -> Part {
    let mut part = Part::new("kept", told::KEPT);
    if kept.is_empty() {
        part.note = Some(told::NO_KEPT.to_owned());
        return part;
    }
    let mut table = Table::new("kept-table", told::KEPT);
    table.columns = vec![
        Column::words(told::MADE),
        Column::figures(told::SIZE),
        Column::words(told::FILE).wide(),
    ];
    let row = |one: &Kept| {
        let name = one.path.file_name().map(|name| name.to_string_lossy().into_owned());
        Row::new(vec![
            Cell::text(moment(page, one.made_at)),
            Cell::figure(Figure::text(told::size(one.bytes))),
            Cell::mono(name.unwrap_or_default()),
        ])
    };
    table.rows = kept.iter().map(row).collect();
    part.table = Some(table);
    part
}

fn runs(page: &Page, runs: &[Backup]) -> Part {
    let mut part = Part::new("runs", told::RUNS);
    let mut table = Table::new("runs-table", told::RUNS);
    table.columns = vec![Column::words(told::WHEN), Column::words(told::WHAT)];
    let row = |run: &Backup| {
        let what = match (&run.fault, run.orders) {
            (Some(fault), _) => format!("{}: {fault}", told::FAILED),
            (None, orders) => {
                let orders = orders.map(|orders| format::quantity(orders, page.locale));
                told::verified(&orders.unwrap_or_else(|| format::UNKNOWN.to_owned()))
            }
        };
        Row::new(vec![Cell::text(moment(page, run.began_at)), Cell::text(what)])
    };
    table.rows = runs.iter().map(row).collect();
    part.table = (!runs.is_empty()).then_some(table);
    part
}

fn restore(page: &Page, kept: &[Kept], again: &Again) -> Part {
    let mut part = Part::new("restore", told::RESTORE);
    part.note = Some(told::RESTORE_NOTE.to_owned());
    let newest = kept.first().map(|one| one.path.to_string_lossy().into_owned());
    let file = again.file.clone().or(newest).unwrap_or_default();
    part.form = Some(Form {
        action: page.url("/settings/backup/restore"),
        method: "post",
        fields: vec![
            Field::text("file", told::RESTORE_FILE, file).needed().told(&again.wrong),
            Field::secret("code", told::RESTORE_CODE),
        ],
        buttons: vec![Button::submit(told::RESTORE_LOOK, ButtonKind::Plain)],
        ..Form::default()
    });
    part
}
