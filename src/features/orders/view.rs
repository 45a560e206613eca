//! Orders in words: the list, one order, and an order that is not there.

pub mod list;
pub mod order;
mod story;
mod trail;

use askama::Template;

use crate::store::orders::Header;
use crate::web::ask::PageAsk;
use crate::web::figure::Link;
use crate::web::form::{Button, ButtonKind};
use crate::web::layout::Frame;
use crate::web::notice::Empty;
use crate::web::page::Page;
use crate::web::words::{self, Word};

#[derive(Template)]
#[template(path = "orders/missing.html")]
pub struct Missing {
    frame: Frame,
    empty: Empty,
}

/// No order has this number; the way to the search, with what was wanted in it.
pub fn missing(page: &Page, wanted: &str) -> Missing {
    let orders = PageAsk::new(&page.url("/orders"), page.today);
    let search = orders.href_with(&[("q", Some(wanted)), ("period", Some("all"))]);
    let label = words::text(Word::OrdersFind);
    Missing {
        frame: page.frame(words::text(Word::OrderMissing), "orders", None),
        empty: Empty {
            sentence: words::text(Word::OrderMissing).to_owned(),
            why: words::text(Word::OrderMissingWhy).to_owned(),
            button: Some(Button::link(label, ButtonKind::Main, search)),
            link: Some(Link::new(words::text(Word::PageOrders), orders.href_with(&[]))),
        },
    }
}

/// The state of an order's money in a word.
pub fn status(header: &Header) -> Word {
    match header.financial_status.as_str() {
        _ if header.test => Word::StatusTest,
        "paid" if header.cancelled => Word::StatusCancelled,
        "partially_refunded" => Word::StatusPartiallyRefunded,
        "refunded" => Word::StatusRefunded,
        "partially_paid" => Word::StatusPartiallyPaid,
        "authorized" => Word::StatusAuthorized,
        "pending" => Word::StatusPending,
        "failed" => Word::StatusFailed,
        "voided" => Word::StatusVoided,
        _ => Word::StatusPaid,
    }
}
