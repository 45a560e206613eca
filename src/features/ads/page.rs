//! Ad spend of the picked days, and beside it the panel that maps a campaign.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::map::Mapping;
use super::panel::Looked;
use super::{panel, view};
use crate::features::feature::{look, refuse, sight};
use crate::reports::ReportError;
use crate::reports::ads;
use crate::reports::preview::Edit;
use crate::reports::preview::desk::Look;
use crate::web::answer::html;
use crate::web::error::AppError;
use crate::web::page::{self, Page, Site};
use crate::web::permission::Permission;
use crate::web::session::Who;
use crate::web::standing;
use crate::web::state::Shared;

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
    let may = Permission::EditCosts.allows(who.role);
    let mapping = Mapping::shown_by(&request).filter(|_| may);
    answer(&state, site, who, &request, Panelled { mapping, ..Panelled::default() }).await
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
    let known = page.read(state, move |reader| Ok(ads::run(reader, &ask, today)));
    let report = match known.await? {
        Err(ReportError::Nothing) => return html(StatusCode::OK, &view::nothing(&page, flash)),
        known => known.map_err(refuse)?,
    };
    let asked = panelled.mapping.as_ref().filter(|_| panelled.wrong.is_none());
    let edit = asked.map(|mapping| Edit::Rules(Box::new(mapping.applied(&report.rules))));
    let looked = look(state, request, edit, today).await?;
    let standing = standing::open(state, &page, &report.missing_rates).await?;
    let mapping = panelled.mapping.or_else(|| Mapping::of_address(&page, &report));
    // What was known cannot be edited.
    let may = Permission::EditCosts.allows(page.who.role) && page.ask.as_known.is_none();
    let mut refresh = None;
    let panel = mapping.filter(|_| may).map(|mapping| {
        let wrong = panelled.wrong;
        let sight = sight(&page, looked.as_ref(), &mapping.href(&page));
        refresh = sight.refresh.clone();
        let orders = match &looked {
            Some(Look::Done(preview)) => Some(preview.orders),
            _ => None,
        };
        panel::panel(Looked {
            page: &page,
            report: &report,
            mapping: &mapping,
            wrong,
            is_shown: looked.is_some(),
            orders,
            sight,
        })
    });
    html(panelled.status, &view::View::new(&page, &report, (standing, panel, refresh), flash))
}

/// The page of another campaign, or of none; the days stay.
pub fn href(page: &Page, campaign: Option<(&str, &str)>) -> String {
    let (platform, campaign) = campaign.unzip();
    page.ask.href_with(&[
        ("platform", platform),
        ("campaign", campaign),
        ("target_kind", None),
        ("target", None),
        ("why", None),
        ("do", None),
    ])
}
