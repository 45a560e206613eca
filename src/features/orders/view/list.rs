//! The list of orders: a row each, with what it brought.

use askama::Template;

use super::status;
use crate::base::{Currency, Money};
use crate::domain::profit::figures::Figures;
use crate::features::orders::query::{Listed, ListedOrder, ROWS_PER_PAGE};
use crate::web::figure::{Figure, Link};
use crate::web::format::{self, Locale, fraction};
use crate::web::layout::Frame;
use crate::web::notice::Empty;
use crate::web::page::Page;
use crate::web::parts::{PageHead, State, StateMark};
use crate::web::standing::Standing;
use crate::web::strip::Strip;
use crate::web::table::{Cell, Column, Pager, Row, Table, Words};
use crate::web::words::{self, Word, say, tell};

/// The box in which a number, an id or a SKU is typed.
pub struct Search {
    pub action: String,
    pub hidden: Vec<(String, String)>,
    pub value: String,
    /// Leads back to all orders, where something is looked for.
    pub clear: Option<Link>,
}

#[derive(Template)]
#[template(path = "orders/list.html")]
pub struct OrderList {
    frame: Frame,
    standing: Standing,
    head: PageHead,
    search: Search,
    table: Table,
}

impl OrderList {
    pub fn new(page: &Page, wanted: Option<&str>, listed: &Listed, standing: Standing) -> Self {
        // The list obeys days and stores; an order is the same on either basis.
        let strip = Strip { against: None, basis: None, ..page.strip() };
        let title = words::text(Word::PageOrders);
        let clear = page.ask.href_with(&[("q", None)]);
        Self {
            frame: page.frame(title, "orders", Some(strip)),
            standing,
            head: PageHead {
                title: title.to_owned(),
                answer: answer(page, wanted, listed),
                ..PageHead::default()
            },
            search: Search {
                action: page.ask.path.clone(),
                hidden: page.ask.hidden_without(&["q"]),
                value: wanted.unwrap_or_default().to_owned(),
                clear: wanted.map(|_| Link::new(words::text(Word::RemoveSearch), clear)),
            },
            table: table(page, wanted, listed),
        }
    }
}

fn answer(page: &Page, wanted: Option<&str>, listed: &Listed) -> String {
    let quantity = |count| format::quantity(count, page.locale);
    let orders = say::counted(listed.total, &quantity(listed.total), Word::Order, Word::Orders);
    match wanted {
        Some(wanted) => tell::orders_found(&orders, wanted),
        None if listed.total == 0 => String::new(),
        None => tell::orders_answer(&orders, listed.not_counted, &quantity(listed.not_counted)),
    }
}

fn table(page: &Page, wanted: Option<&str>, listed: &Listed) -> Table {
    let mut table = Table::new("orders-table", words::text(Word::PageOrders));
    let figures = |word: Word| Column::figures(words::text(word));
    let words_of = |word: Word| Column::words(words::text(word));
    table.columns = vec![
        words_of(Word::OrderHead),
        words_of(Word::OrderDayHead).wide(),
        words_of(Word::Store).wide(),
        words_of(Word::Country).wide(),
        words_of(Word::StateHead).wide(),
        figures(Word::Units).wide(),
        figures(Word::NetRevenue).wide(),
        figures(Word::NetProfit),
        figures(Word::Margin).wide(),
    ];
    let currency = listed.currency.unwrap_or(Currency::EUR);
    table.rows = listed.orders.iter().map(|order| row(page, order, currency)).collect();
    if listed.total == 0 {
        table.empty = Some(empty(page, wanted));
        return table;
    }
    let known: Vec<&Figures> = listed.orders.iter().filter_map(|o| o.figures.as_ref()).collect();
    table.legend = known.iter().any(|figures| figures.is_at_most());
    table.pager = Some(Pager::new(&page.ask, listed.total, ROWS_PER_PAGE, page.locale));
    table
}

fn row(page: &Page, order: &ListedOrder, currency: Currency) -> Row {
    let (header, locale) = (&order.stored.header, page.locale);
    let name = header.number.clone().unwrap_or_else(|| order.stored.external_id.clone());
    let day = format::day(header.order_day, locale);
    let state = state(order);
    let line = match &state {
        Some(mark) => mark.clone(),
        None => StateMark::new(State::Fresh, day.clone()),
    };
    let store = page.stores.iter().find(|store| store.id == order.stored.store);
    let state = state.map_or_else(|| Cell::quiet(words::text(status(header))), Cell::State);
    let mut cells = vec![
        Cell::Words(Words {
            text: name,
            href: Some(page.url_as_known(&format!("/orders/{}", order.stored.id))),
            line: Some(line),
            ..Words::default()
        }),
        Cell::quiet(day),
        Cell::text(store.map(|store| store.name.clone()).unwrap_or_default()),
        Cell::quiet(header.country.clone().unwrap_or_default()),
        state,
    ];
    cells.extend(figures(order.figures.as_ref(), currency, locale).map(Cell::figure));
    Row::new(cells)
}

/// Only what needs a person, or stands beside the figures, has a mark.
fn state(order: &ListedOrder) -> Option<StateMark> {
    if order.stored.fault.is_some() {
        return Some(StateMark::new(State::Broken, words::text(Word::StatusFault)));
    }
    if order.stored.header.counted {
        return None;
    }
    let status = words::text(status(&order.stored.header));
    let text = tell::day_and(status, words::text(Word::NotCounted));
    Some(StateMark::new(State::Off, text))
}

fn figures(figures: Option<&Figures>, currency: Currency, locale: Locale) -> [Figure; 4] {
    let Some(figures) = figures else {
        return std::array::from_fn(|_| Figure::unknown());
    };
    let profit = Figure::result(Money::new(figures.net_profit(), currency), locale);
    [
        Figure::text(format::quantity(figures.units, locale)),
        Figure::money(Money::new(figures.net_revenue(), currency), locale),
        if figures.is_at_most() { profit.at_most() } else { profit },
        if figures.is_at_most() {
            Figure::missing(None)
        } else {
            Figure::text(format::percent(fraction(figures.net_margin()), locale))
        },
    ]
}

fn empty(page: &Page, wanted: Option<&str>) -> Empty {
    let all = [("from", None), ("to", None), ("period", Some("all"))];
    Empty {
        sentence: words::text(Word::OrdersNone).to_owned(),
        why: match wanted {
            Some(_) => words::text(Word::OrdersNoneWhy).to_owned(),
            None => String::new(),
        },
        button: None,
        link: Some(Link::new(words::text(Word::ShowAllDays), page.ask.href_with(&all))),
    }
}
