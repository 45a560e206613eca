//! The tables of one order: what it is about, its lines, receipts, bills and history.

use super::PATH;
use crate::base::Money;
use crate::domain::record::{LandedCost, LandedKind};
use crate::reports::purchasing::OrderDetail;
use crate::store::purchasing::receipts::Receipt;
use crate::web::dossier::{self, Undo};
use crate::web::figure::{Figure, Link};
use crate::web::format;
use crate::web::notice::Empty;
use crate::web::page::Page;
use crate::web::permission::Permission;
use crate::web::table::{Cell, Column, Row, RowKind, Table, Words};
use crate::web::words::{self, Word, purchasing as told};

pub fn money_figure(page: &Page, money: Option<Money>) -> Figure {
    let text = |money: Money| {
        Figure::text(format!("{} {}", money.currency.code(), format::amount(money, page.locale)))
    };
    money.map_or_else(Figure::unknown, text)
}

fn count(page: &Page, units: i64) -> Cell {
    Cell::figure(Figure::text(format::quantity(units, page.locale)))
}

fn empty(sentence: &str) -> Option<Empty> {
    Some(Empty { sentence: sentence.to_owned(), ..Empty::default() })
}

/// On paper only what the supplier is to know.
pub fn about(page: &Page, detail: &OrderDetail, is_print: bool) -> Table {
    let order = &detail.row.order;
    let mut table = Table::new("about", told::ABOUT);
    table.dense = true;
    table.columns = vec![Column::words(told::WHAT), Column::words(told::ABOUT)];
    let mut row = |name: &str, value: String| {
        if !value.is_empty() {
            table.rows.push(Row::new(vec![Cell::quiet(name), Cell::text(value)]));
        }
    };
    let day = |day| format::day(day, page.locale);
    if !is_print {
        row(told::STATE, told::state(detail.row.state).to_owned());
    }
    row(told::SUPPLIER, detail.row.supplier.clone());
    row(told::DELIVER_TO, detail.row.location.clone());
    row(told::ORDERED, order.ordered.map(day).unwrap_or_default());
    let forecast = detail.forecast.filter(|_| !is_print).map(|by| told::forecast(&day(by)));
    row(told::EXPECTED, order.expected.map(day).or(forecast).unwrap_or_default());
    row(told::NOTE, order.note.clone());
    table
}

pub fn lines(page: &Page, detail: &OrderDetail, is_print: bool) -> Table {
    let has_figures = Permission::SeeFigures.allows(page.who.role);
    let order = &detail.row.order;
    let mut table = Table::new("lines-table", told::LINES_TABLE);
    table.dense = is_print;
    table.columns = vec![Column::words(told::SKU), Column::figures(told::UNITS)];
    if is_print {
        table.columns.push(Column::words(told::CODE));
        table.columns.push(Column::figures(told::PACK));
    } else {
        table.columns.push(Column::figures(told::RECEIVED));
        table.columns.push(Column::figures(told::TO_COME));
        table.columns.push(Column::figures(told::PACK).wide());
    }
    if has_figures {
        table.columns.push(Column::figures(told::UNIT_COST).wide());
        table.columns.push(Column::figures(told::LINE_TOTAL));
    }
    let is_open = detail.row.open_units > 0;
    for line in &order.lines {
        let name = Words {
            text: line.sku.clone(),
            under: Some(line.code.clone()).filter(|code| !code.is_empty() && !is_print),
            ..Words::default()
        };
        let mut cells = vec![Cell::Words(name), count(page, line.quantity)];
        if is_print {
            cells.extend([Cell::text(&line.code), count(page, line.pack)]);
        } else {
            let received = detail.row.received.get(&line.sku).copied().unwrap_or_default();
            let open = if is_open { line.open(&detail.row.received) } else { 0 };
            cells.extend([count(page, received), count(page, open), count(page, line.pack)]);
        }
        if has_figures {
            let digits = order.currency.digits();
            let cost = format::decimal(line.unit_cost, digits, page.locale);
            cells.push(Cell::figure(Figure::text(cost)));
            let total = line.total_minor(order.currency);
            let total = total.map(|minor| format::money(minor, digits, page.locale));
            cells.push(Cell::figure(total.map_or_else(Figure::unknown, Figure::text)));
        }
        table.rows.push(Row::new(cells));
    }
    table.rows.push(total_row(page, detail, (table.columns.len(), has_figures)));
    table
}

fn total_row(page: &Page, detail: &OrderDetail, (columns, has_figures): (usize, bool)) -> Row {
    let mut cells = vec![Cell::text(told::TOTAL), count(page, detail.row.order.units())];
    cells.resize_with(columns, Cell::default);
    if has_figures {
        cells[columns - 1] = Cell::figure(money_figure(page, detail.row.total));
    }
    Row::of(RowKind::Total, cells)
}

pub fn receipts(page: &Page, detail: &OrderDetail) -> Table {
    let mut table = Table::new("receipts-table", told::RECEIPTS_TABLE);
    table.columns = vec![
        Column::words(told::RECEIPT),
        Column::words(told::SKU),
        Column::figures(told::GOOD),
        Column::figures(told::DAMAGED),
        Column::words(told::LOT).wide(),
        Column::words(told::PLACE).wide(),
        Column::words(words::change::UNDO),
    ];
    for receipt in &detail.receipts {
        for (index, line) in receipt.lines.iter().enumerate() {
            let (name, undo) = match index {
                0 => (receipt_name(page, receipt), receipt_undo(page, detail, receipt)),
                _ => (Cell::Blank, Cell::Blank),
            };
            let place = detail.places.iter().find(|place| place.id == receipt.location);
            let place = place.map(|place| place.name.clone()).unwrap_or_default();
            table.rows.push(Row::new(vec![
                name,
                Cell::text(&line.sku),
                count(page, line.good),
                count(page, line.damaged),
                Cell::quiet(&line.lot),
                Cell::quiet(place),
                undo,
            ]));
        }
    }
    table.empty = empty(told::RECEIPT_NONE);
    table
}

fn receipt_name(page: &Page, receipt: &Receipt) -> Cell {
    let name = told::receipt_name(&receipt.number.to_string());
    let day = format::day(receipt.day, page.locale);
    let under = [day, receipt.by_name.clone(), receipt.note.clone()];
    let under: Vec<String> = under.into_iter().filter(|part| !part.is_empty()).collect();
    Cell::Words(Words { text: name, under: Some(under.join(" · ")), ..Words::default() })
}

fn receipt_undo(page: &Page, detail: &OrderDetail, receipt: &Receipt) -> Cell {
    let may = Permission::EditStock.allows(page.who.role);
    match (receipt.undone_at, may) {
        (Some(_), _) => Cell::quiet(words::change::UNDONE),
        (None, true) => {
            let to = format!("{PATH}/{}?unreceive={}", detail.row.id, receipt.id);
            Cell::Links(vec![Link::new(words::change::UNDO, page.url(&to))])
        }
        (None, false) => Cell::Blank,
    }
}

pub fn kind_word(kind: LandedKind) -> &'static str {
    words::text(match kind {
        LandedKind::Freight => Word::PurchaseFreight,
        LandedKind::Duty => Word::PurchaseDuty,
        LandedKind::Other => Word::PurchaseOther,
    })
}

pub fn bills(page: &Page, detail: &OrderDetail) -> Table {
    let mut table = Table::new("bills-table", told::BILLS);
    table.dense = true;
    table.columns = vec![
        Column::words(words::text(Word::PurchaseKind)),
        Column::figures(words::text(Word::PurchaseAmount)),
        Column::words(words::text(Word::PurchaseBill)).wide(),
        Column::words(told::DAY).wide(),
    ];
    let row = |bill: &LandedCost| {
        let day = bill.day.map(|day| format::day(day, page.locale)).unwrap_or_default();
        Row::new(vec![
            Cell::text(kind_word(bill.kind)),
            Cell::figure(money_figure(page, Some(bill.amount))),
            Cell::quiet(bill.bill.clone().unwrap_or_default()),
            Cell::quiet(day),
        ])
    };
    table.rows = detail.bills.iter().map(|(_, bill)| row(bill)).collect();
    table.empty = empty(told::BILL_NONE);
    if !detail.bills.is_empty() || detail.strange_units != 0 || !detail.receipts.is_empty() {
        let pair = ("order".to_owned(), detail.row.order.number.clone());
        let to = crate::web::ask::write_href(&page.url("/purchases"), std::iter::once(pair));
        table.files = vec![Link::new(told::LAYERS, to)];
    }
    table
}

pub fn history(page: &Page, detail: &OrderDetail) -> Table {
    let may = Permission::EditCosts.allows(page.who.role);
    let entry = |entry: &crate::store::purchasing::log::Entry| dossier::Entry {
        at: entry.at,
        what: told::done(entry.kind.name(), &entry.what),
        by: entry.by_name.clone(),
        why: entry.why.clone(),
        undo: match (entry.undone_by, may) {
            (Some(_), _) => Undo::Done,
            (None, true) => {
                Undo::At(page.url(&format!("{PATH}/{}?undo={}", detail.row.id, entry.id)))
            }
            (None, false) => Undo::Not,
        },
    };
    dossier::history(page, detail.log.iter().map(entry).collect())
}
