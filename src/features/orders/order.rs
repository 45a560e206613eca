//! One order: how its profit is made, part by part.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};

use crate::base::id::OrderId;
use crate::domain::ask::Scope;
use crate::features::feature::refuse;
use crate::features::orders::query::{self, Neighbour};
use crate::features::orders::view::{self, order::OrderPage};
use crate::reports::ReportError;
use crate::reports::explain::{Explained, explain};
use crate::store::Reader;
use crate::web::answer::html;
use crate::web::error::AppError;
use crate::web::page::{self, Site};
use crate::web::session::Who;
use crate::web::standing;
use crate::web::state::Shared;

/// What the page is made from.
pub struct Answer {
    pub explained: Explained,
    pub neighbours: [Option<Neighbour>; 2],
    /// Its figures are still those of before a change.
    pub waiting: bool,
}

enum Found {
    Here(Box<Answer>),
    /// Under its own address; it was named by its number.
    Elsewhere(OrderId),
    Nowhere,
}

pub async fn show(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
    wanted: web::Path<String>,
) -> Result<HttpResponse, AppError> {
    let page = page::open_as_known(&state, site, who, &request).await?;
    let (scope, wanted) = (page.who.scope.clone(), wanted.into_inner());
    let asked = wanted.clone();
    let found = page.read(&state, move |reader| Ok(find(reader, &asked, &scope)));
    match found.await?.map_err(refuse)? {
        Found::Here(answer) => {
            let missing = &answer.explained.missing_rates;
            let standing = standing::open(&state, &page, missing).await?;
            html(StatusCode::OK, &OrderPage::new(&page, &answer, standing))
        }
        Found::Elsewhere(order) => Ok(HttpResponse::SeeOther()
            .insert_header((header::LOCATION, page.url(&format!("/orders/{order}"))))
            .finish()),
        Found::Nowhere => html(StatusCode::NOT_FOUND, &view::missing(&page, &wanted)),
    }
}

fn find(reader: &Reader<'_>, wanted: &str, scope: &Scope) -> Result<Found, ReportError> {
    if let Some(id) = query::find_by_row(reader, wanted, scope)? {
        let explained = explain(reader, id)?;
        let header = &explained.stored.header;
        let place = (header.order_day, header.placed_at, id);
        let neighbours = query::find_neighbours(reader, place, scope)?;
        let waiting = query::is_waiting(reader, id)?;
        return Ok(Found::Here(Box::new(Answer { explained, neighbours, waiting })));
    }
    let meant = query::find_meant(reader, wanted, None, scope)?;
    Ok(meant.first().map_or(Found::Nowhere, |order| Found::Elsewhere(*order)))
}
