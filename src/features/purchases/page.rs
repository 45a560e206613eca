//! The receipts, the newest first, and beside them the panel of a new one or of one's bills.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::entry::{Entry, Wrong};
use super::panel::{self, Looked};
use super::{PATH, SLUG};
use crate::base::Decimal;
use crate::base::id::PurchaseOrderId;
use crate::domain::profit::layers::{CostMethod, UnitCost};
use crate::domain::record::PurchaseChange;
use crate::features::feature::refuse;
use crate::reports::ReportError;
use crate::reports::preview::purchases::{self as preview, PurchasePreview};
use crate::reports::purchases::{self as purchases_report, Receipt, ReceiptLine};
use crate::store::purchasing::orders;
use crate::web::answer::html;
use crate::web::error::AppError;
use crate::web::figure::{Figure, Link};
use crate::web::form::{Button, ButtonKind, Panel};
use crate::web::format;
use crate::web::layout::Frame;
use crate::web::notice::Empty;
use crate::web::page::{self, Page, Site};
use crate::web::parts::PageHead;
use crate::web::permission::Permission;
use crate::web::session::Who;
use crate::web::state::{Shared, read};
use crate::web::table::{Cell, Column, Pager, Row, RowKind, Table, Words};
use crate::web::words::{self, Word, purchase as told, say};

/// Rows of the list on one page.
const PER_PAGE: i64 = 50;

#[derive(Template)]
#[template(path = "purchases/page.html")]
struct View {
    frame: Frame,
    head: PageHead,
    table: Table,
    panel: Option<Panel>,
}

/// What the panel is asked to show.
#[derive(Clone, Debug, Default)]
pub struct Panelled {
    pub entry: Option<Entry>,
    pub wrong: Wrong,
    pub change: Option<PurchaseChange>,
    pub status: StatusCode,
}

/// What an address or a form asks of the panel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    New,
    /// A purchase order's bills, and a new one.
    Bill(String),
    Delete(String),
    Unland(i64),
}

impl Act {
    fn parse(page: &Page, entry: Option<&Entry>) -> Option<Self> {
        if let Some(entry) = entry {
            let reference = entry.reference.trim().to_owned();
            return Some(if entry.act == "bill" { Self::Bill(reference) } else { Self::New });
        }
        let own = |name: &str| {
            let (_, value) = page.ask.rest.iter().find(|(other, _)| other == name)?;
            Some(value.clone())
        };
        match (own("id"), own("order"), own("delete"), own("bill")) {
            (Some(text), ..) if text == "new" => Some(Self::New),
            (_, Some(reference), ..) => Some(Self::Bill(reference)),
            (_, _, Some(reference), _) => Some(Self::Delete(reference)),
            (_, _, _, Some(id)) => id.parse().ok().map(Self::Unland),
            _ => None,
        }
    }

    /// What the address itself would do.
    fn change(&self) -> Option<PurchaseChange> {
        match self {
            Self::New | Self::Bill(_) => None,
            Self::Delete(reference) => {
                let gone = Some(reference.clone());
                Some(PurchaseChange { gone, ..PurchaseChange::default() })
            }
            Self::Unland(id) => {
                Some(PurchaseChange { landed_gone: Some(*id), ..PurchaseChange::default() })
            }
        }
    }

    /// The purchase order that it is about, among those listed.
    fn find<'a>(&self, receipts: &'a [Receipt]) -> Option<&'a Receipt> {
        receipts.iter().find(|receipt| match self {
            Self::New => false,
            Self::Bill(reference) | Self::Delete(reference) => receipt.reference == *reference,
            Self::Unland(id) => receipt.landed.iter().any(|(other, _)| other == id),
        })
    }
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
    let page = page::open(state, site, who, request).await?;
    let flash = state.flashes.take_beside(&page.who, page.waiting != (0, 0));
    let act = Act::parse(&page, panelled.entry.as_ref());
    let act = act.filter(|_| Permission::EditCosts.allows(page.who.role));
    let change = panelled.change.clone().or_else(|| act.as_ref().and_then(Act::change));
    let today = page.today;
    let known = read(state, move |reader| {
        let listed = match purchases_report::list(reader) {
            Ok(listed) => listed,
            Err(fault) => return Ok(Err(fault)),
        };
        let preview = match change.map(|change| preview::run(reader, &change, today)) {
            None | Some(Err(ReportError::Nothing)) => None,
            Some(Ok(preview)) => Some(preview),
            Some(Err(fault)) => return Ok(Err(fault)),
        };
        Ok(Ok((listed, preview, orders::list_numbers(reader)?)))
    });
    let ((method, receipts), preview, orders): (_, Option<PurchasePreview>, Orders) =
        known.await?.map_err(refuse)?;
    // An address of an order that is gone shows the list.
    let act = act.filter(|act| *act == Act::New || act.find(&receipts).is_some());
    let panel = act.as_ref().map(|act| {
        panel::panel(&Looked {
            page: &page,
            act,
            chosen: act.find(&receipts),
            entry: panelled.entry.as_ref(),
            wrong: &panelled.wrong,
            preview: preview.as_ref(),
            orders: &orders,
        })
    });
    let view = View {
        frame: page.frame_with_toast(words::text(Word::PagePurchases), SLUG, None, flash.toast),
        head: head_of(&page, &receipts),
        table: table_of(&page, method, (&receipts, &orders), act.as_ref()),
        panel,
    };
    html(panelled.status, &view)
}

fn add_button(page: &Page, kind: ButtonKind) -> Button {
    Button::link(words::text(Word::PurchaseAdd), kind, page.ask.href_with(&[("id", Some("new"))]))
}

fn head_of(page: &Page, receipts: &[Receipt]) -> PageHead {
    let may = Permission::EditCosts.allows(page.who.role);
    let lines = || receipts.iter().flat_map(|receipt| &receipt.lines);
    let units: i64 = lines().map(|line| line.purchase.quantity).fold(0, i64::saturating_add);
    let quantity = |count| format::quantity(count, page.locale);
    let orders = receipts.len() as i64;
    let told = told::answer(
        &say::counted(orders, &quantity(orders), Word::PurchaseOrder1, Word::PurchaseOrders),
        &say::counted(units, &quantity(units), Word::UnitSmall, Word::UnitsSmall),
    );
    let import =
        Button::link(words::text(Word::CostImport), ButtonKind::Plain, page.url("/import"));
    // On an empty page the list itself says what to do.
    let buttons = match may && !receipts.is_empty() {
        true => vec![import, add_button(page, ButtonKind::Main)],
        false => Vec::new(),
    };
    PageHead {
        title: words::text(Word::PagePurchases).to_owned(),
        answer: if receipts.is_empty() { String::new() } else { told },
        buttons,
        ..PageHead::default()
    }
}

fn table_of(
    page: &Page,
    method: CostMethod,
    (receipts, orders): (&[Receipt], &Orders),
    act: Option<&Act>,
) -> Table {
    let may = Permission::EditCosts.allows(page.who.role);
    let mut table = Table::new("purchases-table", words::text(Word::PurchaseTable));
    // Beside the panel there is no room for all.
    let is_wide = act.is_none();
    let figures = |word| Column::figures(words::text(word));
    table.columns = vec![
        Column::words(words::text(Word::PurchaseProduct)),
        figures(Word::PurchaseLanded),
        figures(Word::PurchaseLeft),
    ];
    if is_wide {
        table.columns.insert(1, Column::words(words::text(Word::PurchaseReceived)).wide());
        table.columns.insert(2, figures(Word::PurchaseUnits).wide());
        table.columns.insert(3, figures(Word::PurchaseUnitCost).wide());
        table.columns.push(Column::words(words::text(Word::PurchaseSupplier)).wide());
    }
    let chosen = act.and_then(|act| act.find(receipts)).map(|receipt| &receipt.reference);
    let mut rows = Vec::new();
    for receipt in receipts {
        let kind = match chosen == Some(&receipt.reference) {
            true => RowKind::Chosen,
            false => RowKind::Plain,
        };
        for line in &receipt.lines {
            let name = name_cell(page, (receipt, orders), (&line.purchase.sku, may));
            rows.push(Row::of(kind, cells_of(page, line, name, is_wide)));
        }
        if receipt.lines.is_empty() {
            let nothing = words::text(Word::PurchaseNothing);
            let mut cells = vec![name_cell(page, (receipt, orders), (nothing, may))];
            cells.resize_with(table.columns.len(), Cell::default);
            rows.push(Row::of(kind, cells));
        }
    }
    let total = rows.len() as i64;
    if total > PER_PAGE {
        // Beside the panel the list begins where its purchase order does.
        let chosen = rows.iter().position(|row| row.kind == RowKind::Chosen);
        let mut ask = page.ask.clone();
        ask.page = chosen.map_or(ask.page, |index| (index as i64 / PER_PAGE) as u32 + 1);
        let pages = (total - 1) / PER_PAGE + 1;
        let first = (i64::from(ask.page).min(pages) - 1) * PER_PAGE;
        table.pager = Some(Pager::new(&ask, total, PER_PAGE, page.locale));
        rows = rows.into_iter().skip(first as usize).take(PER_PAGE as usize).collect();
    }
    table.rows = rows;
    table.empty = Some(Empty {
        sentence: words::text(Word::PurchaseEmpty).to_owned(),
        why: words::text(Word::PurchaseEmptyWhy).to_owned(),
        button: may.then(|| add_button(page, ButtonKind::Main)),
        link: may.then(|| Link::new(words::text(Word::CostImport), page.url("/import"))),
    });
    let note = match method {
        CostMethod::Dated => Word::PurchaseNoteDated,
        CostMethod::Fifo | CostMethod::Average => Word::PurchaseNote,
    };
    table.note = (!receipts.is_empty()).then(|| words::text(note).to_owned());
    table
}

/// Purchase orders by their numbers.
pub type Orders = BTreeMap<String, PurchaseOrderId>;

/// Where a receipt's own purchase order stands, if it came of one.
pub fn order_href(page: &Page, orders: &Orders, reference: &str) -> Option<String> {
    let id = orders.get(reference)?;
    Some(page.url(&format!("/purchase-orders/{id}")))
}

/// A product, and under it the purchase order, to which it leads.
fn name_cell(
    page: &Page,
    (receipt, orders): (&Receipt, &Orders),
    (name, may): (&str, bool),
) -> Cell {
    let to = [("order", Some(receipt.reference.as_str())), ("id", None), ("delete", None)];
    let href = page.ask.href_with(&to);
    let its_order = order_href(page, orders, &receipt.reference);
    let href = if may { Some(href) } else { its_order };
    let (text, under) = (name.to_owned(), Some(receipt.reference.clone()));
    Cell::Words(Words { text, href, under, ..Words::default() })
}

fn cells_of(page: &Page, line: &ReceiptLine, name: Cell, is_wide: bool) -> Vec<Cell> {
    let purchase = &line.purchase;
    let count = |units| Figure::text(format::quantity(units, page.locale));
    let landed = match &line.unit {
        Some(unit) => Figure::text(unit_text(page, unit)),
        None => Figure::unknown(),
    };
    let left = line.left.map_or_else(Figure::unknown, count);
    let mut cells = vec![name, Cell::figure(landed), Cell::figure(left)];
    if is_wide {
        let digits = purchase.currency.digits();
        let cost = format::decimal(purchase.unit_cost, digits, page.locale);
        cells.insert(1, Cell::quiet(format::day(purchase.received, page.locale)));
        cells.insert(2, Cell::figure(count(purchase.quantity)));
        let cost = format!("{} {cost}", purchase.currency.code());
        cells.insert(3, Cell::figure(Figure::text(cost)));
        cells.push(Cell::quiet(purchase.supplier.clone().unwrap_or_default()));
    }
    cells
}

/// `EUR 4.60`, of several currencies with a plus between them.
fn unit_text(page: &Page, unit: &[UnitCost]) -> String {
    let one = |one: &UnitCost| {
        let digits = one.currency.digits();
        // Shown to two digits beyond those of the currency; counted exactly.
        let scaled = one.cost.to_scaled(digits + 2).and_then(|value| i64::try_from(value).ok());
        let shown = scaled.map_or_else(
            || one.cost.to_decimal_text(),
            |value| format::decimal(Decimal::from_minor(value, digits + 2), digits, page.locale),
        );
        format!("{} {shown}", one.currency.code())
    };
    unit.iter().map(one).collect::<Vec<_>>().join(" + ")
}

/// Where the list stands without a panel.
pub fn list_href(page: &Page) -> String {
    page.url(PATH)
}
