//! One order: on a screen with its receipts, bills and history, on paper for the supplier.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::entry::Entry;
use super::receive::Typed;
use super::{PATH, SLUG, panel, tables};
use crate::base::Day;
use crate::base::id::PurchaseOrderId;
use crate::domain::purchase::order::{OrderState, Stage, find_over};
use crate::domain::purchase::quantity::Misfit;
use crate::features::feature::{purchase_effect, refuse};
use crate::reports::preview::purchases as preview;
use crate::reports::purchasing::{self, OrderDetail};
use crate::reports::{ReportError, preview::purchases::PurchasePreview};
use crate::store::purchasing::{receipts, suppliers};
use crate::store::stock::locations;
use crate::sync::receiving::{Receipt, change_of};
use crate::web::answer::html;
use crate::web::dossier::{Dossier, PRINT, VIEW, asked, is_print};
use crate::web::error::AppError;
use crate::web::figure::{Figure, Link};
use crate::web::form::{Button, ButtonKind, Panel, Wrong};
use crate::web::format;
use crate::web::notice::{Notice, Weight};
use crate::web::page::{self, Page, Site};
use crate::web::parts::PageHead;
use crate::web::permission::Permission;
use crate::web::session::Who;
use crate::web::state::{Shared, read};
use crate::web::table::{Cell, Column, Row, Table};
use crate::web::words::{self, Word, purchasing as told};

/// What the page is asked to show besides.
#[derive(Default)]
pub struct Shown {
    pub edit: Option<(Entry, Wrong)>,
    pub ordering: Option<Wrong>,
    pub bill: Option<([String; 5], Wrong)>,
    pub receive: Option<(Typed, Wrong)>,
    /// A receipt that was looked at, with nothing wrong in it.
    pub look: Option<Receipt>,
}

impl Shown {
    fn is_wrong(&self) -> bool {
        let has = |wrong: &Wrong| !wrong.is_empty();
        self.edit.as_ref().is_some_and(|(_, wrong)| has(wrong))
            || self.ordering.as_ref().is_some_and(has)
            || self.bill.as_ref().is_some_and(|(_, wrong)| has(wrong))
            || self.receive.as_ref().is_some_and(|(_, wrong)| has(wrong))
    }
}

pub async fn show(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, AppError> {
    let id = PurchaseOrderId(id.parse().map_err(|_| AppError::NotFound)?);
    answer(&state, site, who, (&request, id), Shown::default()).await
}

/// # Errors
/// `NotFound`, what the store said.
pub async fn answer(
    state: &Shared,
    site: web::Data<Site>,
    who: Who,
    (request, id): (&HttpRequest, PurchaseOrderId),
    shown: Shown,
) -> Result<HttpResponse, AppError> {
    let page = page::open(state, site, who, request).await?;
    let flash = state.flashes.take(&page.who);
    let (today, look) = (page.today, shown.look.clone());
    let found = read(state, move |reader| {
        let known = (suppliers::list_suppliers(reader)?, locations::list_locations(reader)?);
        let detail = match purchasing::find_order(reader, id, today) {
            Ok(detail) => detail,
            Err(fault) => return Ok(Err(fault)),
        };
        let number = receipts::find_next_number(reader.conn(), id)?;
        let effect = match look.map(|look| {
            let row = &detail.row;
            change_of(&row.order, &row.supplier, (number, &look))
        }) {
            None => None,
            Some(change) => match preview::run(reader, &change, today) {
                Ok(effect) => Some(effect),
                Err(ReportError::Nothing) => None,
                Err(fault) => return Ok(Err(fault)),
            },
        };
        Ok(Ok((detail, known, effect)))
    });
    let (detail, known, effect) = found.await?.map_err(refuse)?;
    let status = match shown.is_wrong() {
        true => StatusCode::UNPROCESSABLE_ENTITY,
        false => StatusCode::OK,
    };
    let on_paper = is_print(&page);
    let title = told::order_title(&detail.row.order.number);
    let frame = page.frame_with_toast(&title, SLUG, None, flash.toast);
    let mut view = Dossier::new(frame, head(&page, &detail, on_paper));
    view.tables.push((None, tables::lines(&page, &detail, on_paper)));
    view.add("about-head", told::ABOUT, tables::about(&page, &detail, on_paper));
    if on_paper {
        view.back = Some(Link::new(told::BACK, page.ask.href_with(&[(VIEW, None)])));
        return html(status, &view);
    }
    view.notices = notices(&page, &detail);
    view.add("receipts", told::RECEIPTS, tables::receipts(&page, &detail));
    if Permission::SeeFigures.allows(page.who.role) {
        view.add("bills", told::BILLS, tables::bills(&page, &detail));
        view.add("history-head", told::HISTORY, tables::history(&page, &detail));
    }
    view.panel = panel_of(&page, (&detail, &known), shown, effect.as_ref());
    html(status, &view)
}

fn panel_of(
    page: &Page,
    (detail, known): (&OrderDetail, &panel::Known),
    shown: Shown,
    effect: Option<&PurchasePreview>,
) -> Option<Panel> {
    let role = page.who.role;
    let (may, may_receive) =
        (Permission::EditCosts.allows(role), Permission::EditStock.allows(role));
    if let Some((typed, wrong)) = shown.receive {
        let has_figures = Permission::SeeFigures.allows(role);
        let effect = effect.filter(|_| has_figures).map(|one| purchase_effect(page, one));
        let over = shown.look.as_ref().and_then(|look| over_table(page, detail, look));
        let sight = panel::Sight { effect, over, is_ready: shown.look.is_some() };
        return Some(panel::receiving(page, detail, (&typed, &wrong), sight));
    }
    if let Some((entry, wrong)) = shown.edit {
        return Some(panel::order(page, &entry, (&wrong, known)));
    }
    if let Some(wrong) = shown.ordering {
        return Some(panel::ordering(page, detail, &wrong));
    }
    if let Some((typed, wrong)) = shown.bill {
        return Some(panel::bill(page, detail, (&typed, &wrong)));
    }
    let stage = detail.row.order.stage;
    let nothing = Wrong::default();
    if may_receive {
        if let Some(receipt) = asked(page, "unreceive").and_then(|id| id.parse().ok()) {
            return Some(panel::unreceiving(page, detail, receipt));
        }
        if asked(page, "act") == Some("receive") && stage == Stage::Ordered {
            let typed = Typed::usual(detail, page.today);
            return Some(panel::receiving(
                page,
                detail,
                (&typed, &nothing),
                panel::Sight::default(),
            ));
        }
    }
    if !may {
        return None;
    }
    if let Some(entry) = asked(page, "undo").and_then(|id| id.parse().ok()) {
        return Some(panel::undoing(page, detail, entry));
    }
    match (asked(page, "act")?, stage) {
        ("edit", Stage::Draft) => {
            let order = match asked(page, "round") {
                Some(_) => &detail.rounded,
                None => &detail.row.order,
            };
            let entry = Entry::of(detail.row.id.0, order);
            Some(panel::order(page, &entry, (&nothing, known)))
        }
        ("order", Stage::Draft) => Some(panel::ordering(page, detail, &nothing)),
        ("cancel", Stage::Draft | Stage::Ordered) => Some(panel::cancelling(page, detail)),
        ("bill", Stage::Draft | Stage::Ordered | Stage::Cancelled) => {
            let usual = ["freight", "", "value", &page.today.to_string(), ""].map(str::to_owned);
            Some(panel::bill(page, detail, (&usual, &nothing)))
        }
        _ => None,
    }
}

fn over_table(page: &Page, detail: &OrderDetail, look: &Receipt) -> Option<Table> {
    let over = find_over(&detail.row.order, &detail.row.received, &look.arrivals);
    let mut table = Table::new("over", told::OVER_TITLE);
    table.dense = true;
    table.columns = vec![Column::words(told::SKU), Column::figures(told::UNITS)];
    for (sku, units) in &over {
        let shown = format::quantity(*units, page.locale);
        table.rows.push(Row::new(vec![
            Cell::text(told::over(sku, &shown)),
            Cell::figure(Figure::text(shown)),
        ]));
    }
    (!over.is_empty()).then_some(table)
}

fn head(page: &Page, detail: &OrderDetail, is_print: bool) -> PageHead {
    let row = &detail.row;
    let ordered = row.order.ordered.map(|day: Day| format::day(day, page.locale));
    let title = told::order_title(&row.order.number);
    PageHead {
        trail: vec![Link::new(words::text(Word::PagePurchaseOrders), page.url(PATH))],
        place: row.order.number.clone(),
        title,
        answer: told::order_answer(&row.supplier, &row.location, ordered.as_deref()),
        buttons: if is_print { Vec::new() } else { buttons(page, detail) },
    }
}

fn buttons(page: &Page, detail: &OrderDetail) -> Vec<Button> {
    let role = page.who.role;
    let (may, may_receive) =
        (Permission::EditCosts.allows(role), Permission::EditStock.allows(role));
    let act = |label: &str, kind, act: &str| {
        let to = page.url(&format!("{PATH}/{}?act={act}", detail.row.id));
        Button::link(label, kind, to)
    };
    let paper = page.ask.href_with(&[(VIEW, Some(PRINT)), ("act", None)]);
    let mut buttons = vec![Button::link(told::ACT_PRINT, ButtonKind::Plain, paper)];
    if Permission::SeeFigures.allows(role) {
        let file = page.url(&format!("{PATH}/{}/order.csv", detail.row.id));
        buttons.push(Button::link(words::text(Word::Csv), ButtonKind::Plain, file));
    }
    let state = detail.row.state;
    let is_open = matches!(state, OrderState::Ordered | OrderState::PartlyReceived);
    if may {
        buttons.push(act(told::ACT_BILL, ButtonKind::Plain, "bill"));
        if state == OrderState::Draft {
            buttons.push(act(told::ORDER_EDIT, ButtonKind::Plain, "edit"));
        }
        if state == OrderState::Draft || is_open {
            buttons.push(act(told::ACT_CANCEL, ButtonKind::Plain, "cancel"));
        }
        if state == OrderState::Draft {
            buttons.push(act(told::ACT_ORDER, ButtonKind::Main, "order"));
        }
    }
    if may_receive && detail.row.order.stage == Stage::Ordered {
        let kind = if is_open { ButtonKind::Main } else { ButtonKind::Plain };
        buttons.push(act(told::ACT_RECEIVE, kind, "receive"));
    }
    buttons
}

fn notices(page: &Page, detail: &OrderDetail) -> Vec<Notice> {
    let quantity = |count| format::quantity(count, page.locale);
    let has_figures = Permission::SeeFigures.allows(page.who.role);
    let is_draft = detail.row.state == OrderState::Draft;
    let mut notices = Vec::new();
    let mut tell = |title: &str, text: String, buttons| {
        let title = title.to_owned();
        notices.push(Notice { weight: Weight::Late, title, text, buttons, link: None });
    };
    let misfit = |(sku, misfit): &(String, Misfit)| match misfit {
        Misfit::BelowMinimum { moq } => told::below_moq(sku, &quantity(*moq)),
        Misfit::NotWholePacks { pack } => told::not_packs(sku, &quantity(*pack)),
    };
    let mut told: Vec<String> = detail.misfits.iter().map(misfit).collect();
    if has_figures {
        for (sku, price) in &detail.off_list {
            let cost = format::decimal(price.unit_cost, price.currency.digits(), page.locale);
            told.push(told::off_list(sku, &format!("{} {cost}", price.currency.code())));
        }
        if let Some(least) = detail.below_minimum {
            let figure = tables::money_figure(page, Some(least));
            told.push(told::below_minimum(&figure.text));
        }
    }
    if is_draft && !told.is_empty() {
        let round = page.ask.href_with(&[("act", Some("edit")), ("round", Some("yes"))]);
        let may = Permission::EditCosts.allows(page.who.role) && !detail.misfits.is_empty();
        let button = Button::link(told::ACT_ROUND, ButtonKind::Plain, round);
        let buttons = if may { vec![button] } else { Vec::new() };
        tell(told::MISFIT_TITLE, told.join(" "), buttons);
    }
    if detail.strange_units > 0 {
        tell(told::STRANGE_TITLE, told::strange(&quantity(detail.strange_units)), Vec::new());
    }
    notices
}
