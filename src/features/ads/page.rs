//! Ad spend of the picked days, and beside it the panel that maps a campaign.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::map::Mapping;
use super::panel::Looked;
use super::{panel, view};
use crate::base::{Day, DayRange};
use crate::domain::ask::Ask;
use crate::features::feature::refuse;
use crate::reports::ReportError;
use crate::reports::ads::{self, AdsReport};
use crate::reports::preview::rules::{self as preview, Trial};
use crate::store::Reader;
use crate::web::answer::html;
use crate::web::error::AppError;
use crate::web::page::{self, Page, Site};
use crate::web::permission::Permission;
use crate::web::session::Who;
use crate::web::standing;
use crate::web::state::Shared;

/// Days on which a mapping is tried at most.
const DAYS_TRIED_MAX: i32 = 92;

/// What a form asked for, and how it was answered.
#[derive(Clone, Debug, Default)]
pub struct Panelled {
    pub mapping: Option<Mapping>,
    pub wrong: Option<&'static str>,
    pub status: StatusCode,
}

pub async fn show(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    answer(&state, site, who, &request, Panelled::default()).await
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
    panelled: Panelled,
) -> Result<HttpResponse, AppError> {
    let page = page::open_as_known(state, site, who, request).await?;
    let flash = state.flashes.take_beside(&page.who, page.waiting != (0, 0));
    let (ask, today) = (page.report_ask(), page.today);
    let asked = panelled.mapping.clone().filter(|_| panelled.wrong.is_none());
    let known = page.read(state, move |reader| Ok(look(reader, &ask, today, asked.as_ref())));
    let (report, trial) = match known.await? {
        Err(ReportError::Nothing) => return html(StatusCode::OK, &view::nothing(&page, flash)),
        known => known.map_err(refuse)?,
    };
    let standing = standing::open(state, &page, &report.missing_rates).await?;
    let mapping = panelled.mapping.or_else(|| Mapping::of_address(&page, &report));
    // What was known cannot be edited.
    let may = Permission::EditCosts.allows(page.who.role) && page.ask.as_known.is_none();
    let panel = mapping.filter(|_| may).map(|mapping| {
        let wrong = panelled.wrong;
        panel::panel(&Looked { page: &page, report: &report, mapping: &mapping, wrong, trial })
    });
    html(panelled.status, &view::View::new(&page, &report, (standing, panel), flash))
}

fn look(
    reader: &Reader<'_>,
    ask: &Ask,
    today: Day,
    asked: Option<&Mapping>,
) -> Result<(AdsReport, Option<Trial>), ReportError> {
    let report = ads::run(reader, ask, today)?;
    let trial = match asked {
        Some(mapping) => {
            let rules = mapping.applied(&report.rules);
            Some(preview::run(reader, &rules, days_tried(report.range))?)
        }
        None => None,
    };
    Ok((report, trial))
}

/// The picked days, as far as they can be tried while somebody waits.
pub fn days_tried(range: DayRange) -> DayRange {
    DayRange { from: range.from.max(range.to.plus(1 - DAYS_TRIED_MAX)), ..range }
}

/// The page of another campaign, or of none; the days stay.
pub fn href(page: &Page, campaign: Option<(&str, &str)>) -> String {
    let (platform, campaign) = campaign.unzip();
    page.ask.href_with(&[("platform", platform), ("campaign", campaign)])
}
