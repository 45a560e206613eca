//! What happened to an order, and when.

use super::order::in_currency;
use crate::base::{Instant, Money};
use crate::domain::profit::component::Subtotal;
use crate::domain::profit::engine::EventKind;
use crate::domain::record::{Line, Order, Refund};
use crate::reports::explain::Explained;
use crate::web::figure::Figure;
use crate::web::format;
use crate::web::page::Page;
use crate::web::parts::{Item, Items};
use crate::web::words::{self, Word, tell};

/// Lines of an order that are named.
const LINES_NAMED_MAX: usize = 4;

pub fn event_word(kind: EventKind) -> Word {
    match kind {
        EventKind::Sale => Word::OrderPlaced,
        EventKind::Edit => Word::LinesAdded,
        EventKind::Refund(_) => Word::Refund,
    }
}

pub fn items(page: &Page, explained: &Explained) -> Items {
    let mut items: Vec<(Instant, Item)> = explained
        .events
        .iter()
        .map(|event| {
            let brought = event.figures.subtotal(Subtotal::ContributionAfterAds);
            let money = Money::new(brought, explained.currency);
            let figure = Figure::result(money, page.locale);
            let note =
                explained.order.as_ref().map(|order| note(page, order, event.kind, event.at));
            let word = words::text(event_word(event.kind));
            let item = item(page, event.at, word, note.unwrap_or_default());
            (event.at, Item { figure: Some(figure), ..item })
        })
        .collect();
    let header = &explained.stored.header;
    if items.is_empty() {
        let placed = words::text(Word::OrderPlaced);
        let sold = explained.order.as_ref().map(|order| sold(page, order, |_| true));
        let item = item(page, header.placed_at, placed, sold.unwrap_or_default());
        items.push((header.placed_at, item));
    }
    let cancelled = explained.order.as_ref().and_then(|order| order.cancelled_at);
    if let Some(at) = cancelled {
        items.push((at, item(page, at, words::text(Word::OrderCancelled), String::new())));
    }
    items.sort_by_key(|(at, _)| *at);
    Items { items: items.into_iter().map(|(_, item)| item).collect() }
}

fn item(page: &Page, at: Instant, title: &str, note: String) -> Item {
    let day = format::day_short(at.day_in(&page.zone), page.locale);
    Item {
        when: Some(format!("{day} {}", at.time_in(&page.zone))),
        title: title.to_owned(),
        note,
        ..Item::default()
    }
}

fn note(page: &Page, order: &Order, kind: EventKind, at: Instant) -> String {
    match kind {
        EventKind::Sale => sold(page, order, |line| line.added_at.is_none()),
        EventKind::Edit => sold(page, order, |line| line.added_at == Some(at)),
        EventKind::Refund(index) => {
            order.refunds.get(index).map(|found| refund(page, order, found)).unwrap_or_default()
        }
    }
}

/// `2 × Mug, 1 × Teapot`.
fn sold(page: &Page, order: &Order, belongs: impl Fn(&Line) -> bool) -> String {
    let lines: Vec<&Line> = order.lines.iter().filter(|line| belongs(line)).collect();
    let name = |line: &Line| line.title.clone().or(line.sku.clone()).unwrap_or(line.id.clone());
    let named: Vec<String> = lines
        .iter()
        .take(LINES_NAMED_MAX)
        .map(|line| tell::times(&format::quantity(line.quantity, page.locale), &name(line)))
        .collect();
    let more = lines.len().saturating_sub(LINES_NAMED_MAX) as i64;
    tell::sold(&named, more)
}

fn refund(page: &Page, order: &Order, refund: &Refund) -> String {
    let units = refund.lines.iter().map(|line| line.quantity).sum();
    let restocked = refund.lines.iter().map(|line| line.restocked).sum();
    let goods: i64 = refund.lines.iter().map(|line| line.amount_minor + line.tax_minor).sum();
    let given = goods
        + refund.shipping_minor
        + refund.shipping_tax_minor
        + refund.adjustment_minor
        + refund.adjustment_tax_minor
        + refund.service_minor
        + refund.service_tax_minor;
    let given = in_currency(Money::new(given, order.currency), page.locale);
    tell::refunded(&given, &tell::refund_note(units, restocked))
}
