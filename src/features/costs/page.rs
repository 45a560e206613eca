//! Products by what their cost leaves open, and beside them the panel of the chosen one.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::entry::{Entry, Wrong};
use super::panel::{self, Looked};
use super::{PATH, SLUG};
use crate::base::Money;
use crate::base::id::CostId;
use crate::base::{Currency, Day};
use crate::domain::record::Cost;
use crate::features::feature::{look, sight};
use crate::reports::ReportError;
use crate::reports::costs::{self as costs_report, Product};
use crate::reports::preview::{CostChange, Edit};
use crate::store::StoreError;
use crate::store::costs;
use crate::sync::import_job::BOOKS_JOB;
use crate::web::answer::html;
use crate::web::error::AppError;
use crate::web::figure::{Figure, Link};
use crate::web::form::{Button, ButtonKind, Form, Panel};
use crate::web::format;
use crate::web::gaps;
use crate::web::layout::Frame;
use crate::web::notice::{Empty, Progress};
use crate::web::page::{self, Page, Recount, Site};
use crate::web::parts::{Chip, ChipKind, PageHead, SectionHead};
use crate::web::permission::Permission;
use crate::web::session::Who;
use crate::web::state::{Shared, read};
use crate::web::table::{Cell, Column, Pager, Row, RowKind, Table, Words};
use crate::web::words::{self, Word, say};

const PER_PAGE: i64 = 50;

#[derive(Template)]
#[template(path = "costs/page.html")]
struct View {
    frame: Frame,
    head: PageHead,
    progress: Option<Progress>,
    find: Find,
    chip: Option<Chip>,
    table: Table,
    guess: Option<(SectionHead, Form)>,
    panel: Option<Panel>,
}

/// The field that finds a SKU.
struct Find {
    action: String,
    value: String,
    hidden: Vec<(String, String)>,
}

/// What the panel is asked to show.
#[derive(Clone, Debug, Default)]
pub struct Panelled {
    pub entry: Option<Entry>,
    pub wrong: Wrong,
    pub change: Option<CostChange>,
    pub status: StatusCode,
}

struct Known {
    products: Vec<Product>,
    history: Vec<(CostId, Cost, Option<String>)>,
    remove: Option<Cost>,
    groups: Vec<String>,
}

pub async fn show(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let panelled = super::save::read_address(&state, &who, &request).await?;
    answer(&state, site, who, &request, panelled).await
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
    let page = page::open(state, site, who, request).await?;
    let flash = state.flashes.take_beside(&page.who, page.waiting != (0, 0));
    let typed = panelled.entry.as_ref().map(|entry| entry.sku.trim().to_owned());
    let chosen = own(&page, "sku").or(typed).filter(|sku| !sku.is_empty());
    let removing = own(&page, "delete").and_then(|id| id.parse().ok()).map(CostId);
    let (sku, today) = (chosen.clone(), page.today);
    let is_changed = panelled.change.is_some();
    let known = read(state, move |reader| {
        let from = today.plus_months(-12).plus(1);
        let products = costs_report::list(reader, from, today).map_err(store_fault)?;
        let history = match &sku {
            Some(sku) => costs::list_costs_of(reader, sku)?,
            None => Vec::new(),
        };
        let remove = history.iter().find(|(id, ..)| Some(*id) == removing);
        let remove = remove.map(|(_, cost, _)| cost.clone()).filter(|_| !is_changed);
        let groups = costs::find_rules(reader)?.groups.into_iter().map(|group| group.name);
        Ok(Known { products, history, remove, groups: groups.collect() })
    });
    let known = known.await?;
    let removed = || known.remove.clone().map(CostChange::Remove);
    let change = panelled.change.clone().or_else(removed);
    let looked = look(state, request, change.map(Edit::Cost), today).await?;
    let here = match &panelled.entry {
        Some(entry) => page.url(&entry.href()),
        None => page.ask.href_with(&[]),
    };
    let sight = sight(&page, looked.as_ref(), &here);
    let refresh = sight.refresh.clone();
    let missing_only = own(&page, "missing").is_some();
    let wanted = own(&page, "q").unwrap_or_default();
    let panel = chosen.as_deref().map(|sku| {
        let product = known.products.iter().find(|product| product.sku == sku);
        panel::panel(Looked {
            page: &page,
            sku,
            product,
            history: &known.history,
            entry: panelled.entry.as_ref(),
            wrong: &panelled.wrong,
            look: looked.as_ref(),
            sight,
            remove: known.remove.as_ref(),
        })
    });
    let n_unguessed = known.products.iter().filter(|one| one.missing_orders > 0 && !one.is_guessed);
    let guess = (n_unguessed.count() > 0 && chosen.is_none())
        .then(|| gaps::first_guess(&page, &known.groups))
        .flatten()
        .map(|form| {
            let head = SectionHead::new("guess", words::text(Word::GuessTitle));
            (SectionHead { note: Some(words::text(Word::GuessWhy).to_owned()), ..head }, form)
        });
    let n_missing = known.products.iter().filter(|product| product.missing_orders > 0).count();
    let mut frame = page.frame_with_toast(words::text(Word::PageCosts), SLUG, None, flash.toast);
    frame.refresh = refresh;
    let view = View {
        frame,
        head: head_of(&page, &known.products),
        progress: page.recounting(&match request.query_string() {
            "" => "/costs/progress".to_owned(),
            query => format!("/costs/progress?{query}"),
        }),
        find: Find {
            action: page.url(PATH),
            value: wanted.clone(),
            hidden: page.ask.hidden_without(&["q", "sku", "delete"]),
        },
        chip: (n_missing > 0 || missing_only).then(|| chip_of(&page, n_missing, missing_only)),
        table: table_of(&page, &known.products, (&wanted, missing_only, chosen.as_deref())),
        guess,
        panel,
    };
    html(panelled.status, &view)
}

/// Follows the recount after a change.
pub async fn progress(state: Shared, request: HttpRequest) -> Result<HttpResponse, AppError> {
    let recount = read(&state, |reader| Recount::find(reader, BOOKS_JOB)).await?;
    // Back to the same rows; the address is ours, whatever stands behind its question mark.
    let here = format!("{}?{}", state.url(PATH), request.query_string());
    Ok(HttpResponse::Ok().json(recount.json(&here)))
}

fn store_fault(fault: ReportError) -> StoreError {
    match fault {
        ReportError::Store(fault) => fault,
        other => StoreError::Refused(other.to_string()),
    }
}

/// A parameter of this page's own.
fn own(page: &Page, name: &str) -> Option<String> {
    let (_, value) = page.ask.rest.iter().find(|(other, _)| other == name)?;
    (!value.trim().is_empty()).then(|| value.trim().to_owned())
}

fn head_of(page: &Page, products: &[Product]) -> PageHead {
    let missing = || products.iter().filter(|product| product.missing_orders > 0);
    let at_stake: i64 = missing().map(|product| product.missing_minor).sum();
    let answer = match (missing().count() as i64, page.organisation.currency) {
        (0, _) | (_, None) => words::text(Word::CostAnswer).to_owned(),
        (count, Some(currency)) => {
            let shown = format::quantity(count, page.locale);
            let products = say::counted(count, &shown, Word::Product1, Word::Products);
            let amount = format::amount(Money::new(at_stake, currency), page.locale);
            say::counted_without_cost(&amount, currency.code(), &products)
        }
    };
    let may = Permission::EditCosts.allows(page.who.role);
    let button =
        Button::link(words::text(Word::CostImport), ButtonKind::Plain, page.url("/import"));
    PageHead {
        title: words::text(Word::PageCosts).to_owned(),
        answer,
        buttons: if may { vec![button] } else { Vec::new() },
        ..PageHead::default()
    }
}

fn chip_of(page: &Page, count: usize, chosen: bool) -> Chip {
    let (kind, value) = match chosen {
        true => (ChipKind::Chosen, None),
        false => (ChipKind::Plain, Some("yes")),
    };
    Chip {
        label: words::text(Word::CostMissing).to_owned(),
        count: Some(format::quantity(count as i64, page.locale)),
        kind,
        href: page.ask.href_with(&[("missing", value)]),
    }
}

fn table_of(
    page: &Page,
    products: &[Product],
    (wanted, missing_only, chosen): (&str, bool, Option<&str>),
) -> Table {
    let wanted = wanted.to_lowercase();
    let is_wanted = |product: &&Product| {
        let title = product.title.as_deref().unwrap_or_default().to_lowercase();
        (!missing_only || product.missing_orders > 0)
            && (product.sku.to_lowercase().contains(&wanted) || title.contains(&wanted))
    };
    let found: Vec<&Product> = products.iter().filter(is_wanted).collect();
    let mut table = Table::new("costs-table", words::text(Word::CostTable));
    let currency = page.organisation.currency.map(|currency| currency.code().to_owned());
    let net_sales = match &currency {
        Some(code) => format!("{}, {code}", words::text(Word::CostNetSales)),
        None => words::text(Word::CostNetSales).to_owned(),
    };
    table.columns = vec![
        Column::words(words::text(Word::CostSku)),
        Column::words(words::text(Word::CostProduct)).wide(),
        Column::figures(words::text(Word::CostUnitCost)),
        Column::words(words::text(Word::CostSince)).wide(),
    ];
    if chosen.is_none() {
        table.columns.push(Column::figures(words::text(Word::CostUnits)).wide());
        table.columns.push(Column::figures(net_sales).wide());
    }
    let last = (found.len() as i64).saturating_sub(1).max(0) / PER_PAGE;
    let skipped = (i64::from(page.ask.page) - 1).clamp(0, last) * PER_PAGE;
    table.rows = found
        .iter()
        .skip(skipped as usize)
        .take(PER_PAGE as usize)
        .map(|product| row_of(page, product, chosen))
        .collect();
    let is_empty = products.is_empty();
    table.empty = Some(Empty {
        sentence: words::text(if is_empty { Word::CostEmpty } else { Word::CostNoneFound })
            .to_owned(),
        why: if is_empty { words::text(Word::CostEmptyWhy).to_owned() } else { String::new() },
        button: own(page, "q").map(|sku| {
            let href = page.ask.href_with(&[("sku", Some(&sku))]);
            Button::link(say::enter_cost_for(&sku), ButtonKind::Plain, href)
        }),
        link: None,
    });
    table.note = Some(words::text(Word::CostTableNote).to_owned());
    if found.len() as i64 > PER_PAGE {
        table.pager = Some(Pager::new(&page.ask, found.len() as i64, PER_PAGE, page.locale));
    }
    table
}

fn row_of(page: &Page, product: &Product, chosen: Option<&str>) -> Row {
    let is_chosen = chosen == Some(product.sku.as_str());
    let href = page.ask.href_with(&[("sku", Some(&product.sku)), ("delete", None)]);
    let sku = Words { text: product.sku.clone(), href: Some(href), mono: true, ..Words::default() };
    let currency = page.organisation.currency.unwrap_or(Currency::EUR);
    let mut cells = vec![
        Cell::Words(sku),
        Cell::text(product.title.clone().unwrap_or_default()),
        Cell::figure(cost_figure(page, product)),
        since(page, product),
    ];
    if chosen.is_none() {
        let units = format::quantity(product.units, page.locale);
        cells.push(Cell::figure(Figure::text(units)));
        let net_sales = Money::new(product.net_sales_minor, currency);
        cells.push(Cell::figure(Figure::money(net_sales, page.locale)));
    }
    Row::of(if is_chosen { RowKind::Chosen } else { RowKind::Plain }, cells)
}

fn cost_figure(page: &Page, product: &Product) -> Figure {
    let missing = (product.missing_orders > 0).then(|| {
        let shown = format::quantity(product.missing_orders, page.locale);
        let orders = say::counted(product.missing_orders, &shown, Word::Order, Word::Orders);
        let href = page.ask.href_with(&[("sku", Some(&product.sku)), ("delete", None)]);
        Link::new(orders, href)
    });
    match (&product.cost, missing) {
        // A guess stands in; what it comes to differs from order to order.
        (None, Some(gap)) if product.is_guessed => Figure::unknown().estimated().after(gap),
        (None, gap) => Figure::missing(gap),
        (Some(cost), gap) => {
            let figure = Figure::text(panel::cost_text(page, cost));
            match gap {
                Some(gap) => figure.after(Link::new(say::without(&gap.label), gap.href)),
                None => figure,
            }
        }
    }
}

fn since(page: &Page, product: &Product) -> Cell {
    let day = |day: Day| format::day(day, page.locale);
    let text = product.cost.as_ref().map(|cost| day(cost.valid_from)).unwrap_or_default();
    let further = (product.further > 0)
        .then(|| say::further_costs(&format::quantity(product.further, page.locale)));
    Cell::Words(Words { text, beside: further, quiet: true, ..Words::default() })
}
