//! A made-up order with everything that one may hold, within what every order must fulfil.

use purser::base::{Instant, Money};
use purser::domain::record::order::{CustomerIdentity, SourceTag};
use purser::domain::record::{
    Fee, FeeClass, FinancialStatus, Line, Order, Payment, Refund, RefundLine, Shipping, SourceKind,
};

use super::facts::{CAMPAIGNS, COUNTRIES, DAYS, SKUS, any_currency};
use crate::kit::tape::Tape;

const DAY_SECONDS: i64 = 86_400;

/// Whole hours, so that orders fall together and on both sides of midnight.
fn any_instant(tape: &mut Tape<'_>) -> Instant {
    let first = Instant::parse("2026-01-01T00:00:00Z").unwrap();
    first.plus_seconds(tape.within(0, DAYS - 1) * DAY_SECONDS + tape.within(0, 23) * 3_600)
}

pub fn make_order(tape: &mut Tape<'_>, id: &str) -> Order {
    let placed_at = any_instant(tape);
    let currency = any_currency(tape);
    let taxes_included = tape.chance(40);
    let n_lines = tape.within(1, 4);
    let lines: Vec<Line> =
        (0..n_lines).map(|number| make_line(tape, number, (placed_at, taxes_included))).collect();
    let room: i64 = lines
        .iter()
        .filter(|line| !line.gift_card)
        .map(|line| line.price_minor - line.discount_minor)
        .sum();
    let price_minor = tape.maybe(50, |tape| tape.within(0, 990)).unwrap_or(0);
    let discount_minor = tape.maybe(20, |tape| tape.within(0, price_minor)).unwrap_or(0);
    let net = price_minor - discount_minor;
    let mut order = Order {
        id: id.to_owned(),
        number: tape.maybe(70, |_| format!("#{id}")),
        placed_at,
        cancelled_at: tape.maybe(8, |_| placed_at.plus_seconds(3_600)),
        source: SourceTag {
            kind: SourceKind::OrdersFile,
            part: String::new(),
            label: "orders file".to_owned(),
            settled: None,
        },
        financial_status: if tape.chance(12) {
            tape.pick(&FinancialStatus::ALL)
        } else {
            FinancialStatus::Paid
        },
        test: tape.chance(4),
        currency,
        taxes_included,
        marketplace_remitted_tax: tape.chance(10),
        country: tape.maybe(70, |tape| tape.pick(&COUNTRIES).to_owned()),
        region: None,
        customer: CustomerIdentity {
            reference: tape.maybe(60, |tape| tape.pick(&["ann", "bob", "cem"]).to_owned()),
            ..CustomerIdentity::default()
        },
        campaign: tape.maybe(50, |tape| tape.pick(&CAMPAIGNS).to_owned()),
        channel: tape.maybe(50, |tape| tape.pick(&["web", "market"]).to_owned()),
        lines,
        order_discount_minor: tape.maybe(30, |tape| tape.within(0, room)).unwrap_or(0),
        shipping: Shipping {
            price_minor,
            discount_minor,
            tax_minor: tape.maybe(40, |tape| tape.within(0, net)),
        },
        tips_minor: tape.maybe(15, |tape| tape.within(0, 500)).unwrap_or(0),
        duties_minor: tape.maybe(15, |tape| tape.within(0, 500)).unwrap_or(0),
        service_income_minor: tape.maybe(15, |tape| tape.within(0, 500)).unwrap_or(0),
        service_tax_minor: tape.maybe(10, |tape| tape.within(0, 90)).unwrap_or(0),
        gift_card_paid_minor: tape.maybe(10, |tape| tape.within(0, 2_000)).unwrap_or(0),
        payments: Vec::new(),
        fees: Vec::new(),
        labels: Vec::new(),
        progress: None,
        shipping_cost: tape.maybe(50, |tape| Money::new(tape.within(0, 900), any_currency(tape))),
        refunds: Vec::new(),
        unexplained_minor: 0,
        platform_status: None,
        stock: Default::default(),
    };
    for _ in 0..tape.below(3) {
        order.payments.push(Payment {
            gateway: tape.pick(&["stripe", "paypal"]).to_owned(),
            amount_minor: tape.within(0, 12_000),
            fee: tape.maybe(50, |tape| Money::new(tape.within(-50, 500), any_currency(tape))),
        });
    }
    order.fees = make_fees(tape, &order.lines);
    for number in 0..tape.below(3) {
        let refund = make_refund(tape, &order, number);
        order.refunds.push(refund);
    }
    assert_eq!(order.check(), Ok(()));
    order
}

fn make_line(tape: &mut Tape<'_>, number: i64, (placed, inside): (Instant, bool)) -> Line {
    let quantity = tape.within(1, 4);
    let price_minor = quantity * tape.within(0, 6_000);
    let discount_minor = tape.maybe(25, |tape| tape.within(0, price_minor)).unwrap_or(0);
    let net = price_minor - discount_minor;
    Line {
        id: format!("l{number}"),
        sku: tape.maybe(90, |tape| tape.pick(&SKUS).to_owned()),
        title: None,
        quantity,
        price_minor,
        discount_minor,
        tax_minor: tape.maybe(50, |tape| {
            let most = if inside { net / 4 } else { net };
            tape.within(0, most)
        }),
        gift_card: tape.chance(10),
        weight_grams: tape.within(0, 900),
        added_at: tape
            .maybe(12, |tape| placed.plus_seconds(tape.within(0, 3) * DAY_SECONDS + 3_600)),
        restocked_in_all: 0,
        stock: Default::default(),
    }
}

fn make_fees(tape: &mut Tape<'_>, lines: &[Line]) -> Vec<Fee> {
    let classes = [
        FeeClass::Channel,
        FeeClass::Channel,
        FeeClass::Payment,
        FeeClass::OtherIncome,
        FeeClass::ShippingCost,
        FeeClass::Advertising,
    ];
    (0..tape.below(3))
        .map(|_| Fee {
            kind: "commission".to_owned(),
            class: tape.pick(&classes),
            amount: Money::new(tape.within(-200, 900), any_currency(tape)),
            line_id: tape.maybe(40, |tape| tape.pick(lines).id),
            estimated: tape.chance(20),
            unclassified: tape.chance(10),
        })
        .collect()
}

fn make_refund(tape: &mut Tape<'_>, order: &Order, number: usize) -> Refund {
    let mut lines: Vec<RefundLine> = Vec::new();
    for line in &order.lines {
        if tape.chance(60) {
            let quantity = tape.within(0, line.quantity + 1);
            lines.push(RefundLine {
                line_id: line.id.clone(),
                quantity,
                amount_minor: tape.within(0, line.price_minor + 10),
                tax_minor: tape.maybe(40, |tape| tape.within(0, 300)).unwrap_or(0),
                restocked: tape.within(0, quantity),
            });
        }
    }
    let some =
        |tape: &mut Tape<'_>, most: i64| tape.maybe(25, |tape| tape.within(0, most)).unwrap_or(0);
    Refund {
        id: format!("r{number}"),
        at: order.placed_at.plus_seconds(tape.within(0, 12) * DAY_SECONDS + 7_200),
        estimated: tape.chance(15),
        tax_inside: tape.chance(15),
        lines,
        shipping_minor: some(tape, 500),
        shipping_tax_minor: some(tape, 90),
        adjustment_minor: some(tape, 900) - some(tape, 300),
        adjustment_tax_minor: some(tape, 90),
        service_minor: some(tape, 300),
        service_tax_minor: some(tape, 90),
        fee_returned: tape.maybe(20, |tape| Money::new(tape.within(0, 99), any_currency(tape))),
        fees: make_fees(tape, &order.lines),
    }
}
