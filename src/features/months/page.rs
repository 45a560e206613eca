//! The months, the newest first, as closed or as known today; and what closing one means, before
//! it is done.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::close::{list_lacking, read_month};
use super::view;
use crate::base::Day;
use crate::domain::ask::BooksView;
use crate::domain::gap::Gap;
use crate::features::feature::refuse;
use crate::reports::ReportError;
use crate::reports::months::{self, Months, MonthsAsk};
use crate::store::closings::{self, Closing};
use crate::web::answer::html;
use crate::web::error::AppError;
use crate::web::page::{self, Page, Site};
use crate::web::permission::Permission;
use crate::web::session::Who;
use crate::web::standing;
use crate::web::state::{Shared, read};

/// What the address asks to do with a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    Close(Day),
    Reopen(Day),
}

/// What the page is made from.
pub struct Answer {
    pub months: Months,
    pub history: Vec<Closing>,
    pub act: Option<Act>,
    pub lacking: Vec<Gap>,
    pub view: BooksView,
}

pub async fn show(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let page = page::open(&state, site, who, &request).await?;
    let flash = state.flashes.take(&page.who);
    let report = page.report_ask();
    let ask =
        MonthsAsk { range: None, basis: report.basis, store: report.store, scope: report.scope };
    let view = match own(&page, "books") {
        Some(name) => BooksView::parse(name).unwrap_or(BooksView::Closed),
        None => BooksView::Closed,
    };
    let may = Permission::ManageSettings.allows(page.who.role);
    let act = act_of(&page).filter(|_| may);
    let today = state.clock.now().day_in(&page.zone);
    let answer = read(&state, move |reader| {
        let answer = || -> Result<Answer, ReportError> {
            let lacking = match act {
                Some(Act::Close(month)) => list_lacking(reader, month, today)?,
                Some(Act::Reopen(_)) | None => Vec::new(),
            };
            let months = months::run(reader, &ask, today)?;
            let history = closings::list(reader)?;
            Ok(Answer { months, history, act, lacking, view })
        };
        Ok(answer())
    });
    match answer.await? {
        Ok(mut answer) => {
            let known = |month: Day| answer.months.rows.iter().any(|row| row.first == month);
            answer.act = answer.act.filter(|act| match *act {
                Act::Close(month) | Act::Reopen(month) => known(month),
            });
            let standing = standing::open(&state, &page, &[]).await?;
            html(StatusCode::OK, &view::View::new(&page, &answer, (standing, flash)))
        }
        Err(ReportError::Nothing) => html(StatusCode::OK, &view::nothing(&page)),
        Err(fault) => Err(refuse(fault)),
    }
}

fn own<'a>(page: &'a Page, name: &str) -> Option<&'a str> {
    let found = page.ask.rest.iter().find(|(other, _)| other == name);
    found.map(|(_, value)| value.as_str())
}

fn act_of(page: &Page) -> Option<Act> {
    let close = own(page, "close").and_then(read_month).map(Act::Close);
    close.or_else(|| own(page, "reopen").and_then(read_month).map(Act::Reopen))
}
