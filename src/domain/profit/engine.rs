//! One order in, its profit lines out: the sale, each later edit and each refund an event of its
//! own day, each line with every component (PROFIT, sections 2 and 3).

use std::collections::BTreeSet;

use super::component::Mask;
use super::convert::{Converter, MissingRate, Overflow};
use super::facts::Policy;
use super::figures::Amounts;
use super::input_vat::{Share, VatAsk};
use super::layers::OrderDraws;
use super::sheet::Sheet;
use super::trail::Part;
use super::{cogs, fees, sales, shipping};
use crate::base::split::Split;
use crate::base::{Currency, Day, Instant, Money};
use crate::domain::record::Order;
use crate::domain::rules::VatSource;

/// What is asked of the engine about one order.
pub struct Booking<'a> {
    pub order: &'a Order,
    /// The store's name: costs may be its own.
    pub store: &'a str,
    pub policy: &'a Policy,
    /// What its lines drew of received layers; `None` where the method is `dated`.
    pub draws: Option<&'a OrderDraws>,
    /// Whether the parts are wanted; the amounts are the same either way.
    pub trail: bool,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Booked {
    pub events: Vec<Event>,
    /// By event, then by line.
    pub lines: Vec<ProfitLine>,
    /// Empty unless a trail was asked for.
    pub parts: Vec<Part>,
    pub missing_rates: Vec<MissingRate>,
    /// Currencies that were converted, or would have been with a rate.
    pub converted: BTreeSet<Currency>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    pub kind: EventKind,
    pub day: Day,
    pub at: Instant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventKind {
    Sale,
    /// Lines added by a later edit.
    Edit,
    /// Index into the order's refunds.
    Refund(usize),
}

/// One order line in one event, in minor units of the reporting currency.
#[derive(Clone, Debug, PartialEq)]
pub struct ProfitLine {
    /// Index into `Booked::events`.
    pub event: usize,
    /// Index into the order's lines.
    pub line: usize,
    pub units: i64,
    pub amounts: Amounts,
    pub estimated: Mask,
    pub missing: Mask,
    pub cost_known: bool,
}

/// The order with what is worked out once and used by every step.
pub(super) struct Case<'a> {
    pub order: &'a Order,
    pub store: &'a str,
    pub policy: &'a Policy,
    pub draws: Option<&'a OrderDraws>,
    /// The day of the order in the organisation's zone.
    pub day: Day,
    /// Lines that bear what belongs to the whole order.
    pub bearers: Vec<usize>,
    pub only_gift_cards: bool,
    /// By bearer: gross_sales + discounts at the sale, filled by `sales`.
    pub weights: Vec<i64>,
    pub quantities: Vec<i64>,
}

impl Case<'_> {
    /// An amount of the whole order, split over the lines that bear it: (line, part).
    pub fn split(&self, whole: i64) -> impl Iterator<Item = (usize, i64)> + use<> {
        let split = Split { whole, weights: &self.weights, quantities: &self.quantities };
        self.bearers.clone().into_iter().zip(split.parts())
    }

    /// `12.50 × 40.33 / 106.72`, for a trail; by quantity or evenly where nothing weighs.
    pub fn share_text(&self, whole: Money, line: usize) -> String {
        if self.bearers.len() == 1 {
            return String::new();
        }
        let show = |minor| self.order.money(minor).to_decimal_text();
        let index = self.bearers.iter().position(|bearer| *bearer == line).unwrap_or(0);
        let of = |list: &[i64]| {
            let total: i64 = list.iter().filter(|weight| **weight > 0).sum();
            (list.get(index).copied().unwrap_or(0).max(0), total)
        };
        let whole = whole.to_decimal_text();
        match (of(&self.weights), of(&self.quantities)) {
            ((weight, total), _) if total > 0 => {
                format!("{whole} × {} / {}", show(weight), show(total))
            }
            (_, (units, total)) if total > 0 => format!("{whole} × {units} / {total}"),
            _ => format!("{whole} / {}", self.bearers.len()),
        }
    }

    /// What is left of an amount of this order once recoverable VAT is taken out of it.
    pub fn vat_share(&self, source: VatSource, day: Day, currency: Currency) -> Option<Share> {
        let vat = self.policy.input_vat();
        if vat.is_none() {
            return None;
        }
        let (platform, country) = (self.order.channel.as_deref(), self.order.country.as_deref());
        vat.find(VatAsk { platform, country, ..VatAsk::new(source, day, currency) })
    }

    /// An amount without recoverable VAT, and ` × 100 / 120` where any was taken out; `None`
    /// beyond 64 bits.
    pub fn net(&self, source: VatSource, day: Day, amount: Money) -> Option<(Money, String)> {
        match self.vat_share(source, day, amount.currency) {
            None => Some((amount, String::new())),
            Some(share) => {
                let net = Money::new(share.net(amount.minor)?, amount.currency);
                let text = format!("; {}{}", amount.to_decimal_text(), share.text());
                Some((net, format!("{text} = {}", net.to_decimal_text())))
            }
        }
    }

    pub fn bears(&self, line: usize) -> bool {
        self.bearers.contains(&line)
    }
}

/// Books one order. Without events or lines when the order does not count.
///
/// # Errors
/// `Overflow` where a sum leaves 64 bits.
pub fn book(booking: &Booking<'_>, converter: &mut Converter<'_>) -> Result<Booked, Overflow> {
    let order = booking.order;
    if !order.counts() || order.lines.is_empty() {
        return Ok(Booked::default());
    }
    let mut case = open_case(booking);
    let events = list_events(order, booking.policy);
    let mut sheet = Sheet::new(order.currency, events, order.lines.len(), booking.trail);
    sales::book_lines(&mut case, &mut sheet);
    sales::book_order_income(&case, &mut sheet);
    let costs = cogs::book_sale(&case, &mut sheet);
    shipping::book(&case, &mut sheet);
    let paid = fees::book_sale(&case, &mut sheet);
    let mut returned = cogs::Returned::new(order.lines.len());
    let mut given_back_minor = 0;
    for event in 0..sheet.events().len() {
        let EventKind::Refund(index) = sheet.events()[event].kind else { continue };
        let refund = &order.refunds[index];
        sales::book_refund(&case, &mut sheet, event, refund);
        cogs::book_refund(&case, &mut sheet, event, refund, (&costs, &mut returned));
        given_back_minor =
            fees::book_refund(&case, &mut sheet, event, refund, (&paid, given_back_minor));
    }
    sheet.close(converter)
}

fn open_case<'a>(booking: &Booking<'a>) -> Case<'a> {
    let order = booking.order;
    let index_where = |wanted: &dyn Fn(&crate::domain::record::Line) -> bool| -> Vec<usize> {
        (0..order.lines.len()).filter(|index| wanted(&order.lines[*index])).collect()
    };
    let only_gift_cards = order.lines.iter().all(|line| line.gift_card);
    let mut bearers = index_where(&|line| !line.gift_card && line.added_at.is_none());
    if bearers.is_empty() {
        bearers = index_where(&|line| only_gift_cards || !line.gift_card);
    }
    let quantities = bearers.iter().map(|index| order.lines[*index].quantity).collect();
    Case {
        order,
        store: booking.store,
        policy: booking.policy,
        draws: booking.draws,
        day: order.placed_at.day_in(&booking.policy.zone),
        weights: vec![0; bearers.len()],
        bearers,
        only_gift_cards,
        quantities,
    }
}

/// The sale, then edits by day, then refunds by their instant, equal ones as they stand.
fn list_events(order: &Order, policy: &Policy) -> Vec<Event> {
    let at = |kind, at: Instant| Event { kind, at, day: at.day_in(&policy.zone) };
    let mut events = vec![at(EventKind::Sale, order.placed_at)];
    let mut edits: Vec<Instant> = order.lines.iter().filter_map(|line| line.added_at).collect();
    edits.sort_unstable();
    for instant in edits {
        let edit = at(EventKind::Edit, instant);
        if !events.iter().any(|event| event.kind == EventKind::Edit && event.day == edit.day) {
            events.push(edit);
        }
    }
    let mut refunds: Vec<usize> = (0..order.refunds.len()).collect();
    refunds.sort_by_key(|index| order.refunds[*index].at);
    events.extend(refunds.into_iter().map(|i| at(EventKind::Refund(i), order.refunds[i].at)));
    events
}

/// The event in which a line was sold: the sale, or the edit of its day.
pub(super) fn event_of_line(sheet: &Sheet, case: &Case<'_>, line: usize) -> usize {
    let Some(added_at) = case.order.lines[line].added_at else { return 0 };
    let day = added_at.day_in(&case.policy.zone);
    sheet
        .events()
        .iter()
        .position(|event| event.kind == EventKind::Edit && event.day == day)
        .unwrap_or(0)
}
