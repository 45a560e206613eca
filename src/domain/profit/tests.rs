//! The worked cases of the profit definition (PROFIT, section 10), each on the engine's facts,
//! with the arithmetic of a pocket calculator beside it.

mod guess;
mod layers;
mod links;
mod rates;
mod spread;

use super::component::{Component, Quality, Subtotal};
use super::convert::{Converter, Rates};
use super::engine::{Booked, Booking, EventKind, book};
use super::facts::{CostBook, Policy};
use super::figures::Figures;
use super::payout::fx_difference;
use super::ratio::Ratio;
use crate::base::{Currency, Day, Decimal, Instant, Money, Zone};
use crate::domain::record::order::{CustomerIdentity, SourceTag};
use crate::domain::record::rate::RateSource;
use crate::domain::record::{
    Cost, ExchangeRate, Fee, FeeClass, FinancialStatus, Line, Order, Payment, Refund, RefundLine,
    Shipping, SourceKind,
};
use crate::domain::rules::{
    HandlingCostRule, PaymentFeeRule, Per, Rules, ShippingCostRule, VatRate,
};

fn eur() -> Currency {
    Currency::parse("EUR").unwrap()
}

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn noon(day: &str) -> Instant {
    Instant::parse(&format!("{day}T12:00:00Z")).unwrap()
}

fn decimal(text: &str) -> Decimal {
    Decimal::parse(text).unwrap()
}

fn policy() -> Policy {
    Policy {
        reporting: eur(),
        zone: Zone::utc(),
        vat_registered: true,
        rules: Rules::default(),
        costs: CostBook::default(),
        rates: Rates::default(),
        fee_estimates: Default::default(),
        links: Default::default(),
    }
}

fn cost(sku: &str, from: &str, unit_cost: &str) -> Cost {
    Cost {
        sku: sku.into(),
        valid_from: day(from),
        unit_cost: decimal(unit_cost),
        currency: eur(),
        store: None,
        country: None,
    }
}

/// An order whose fees and parcel cost nothing, so that a case shows only what it is about.
fn order(placed: &str, lines: Vec<Line>) -> Order {
    Order {
        id: "1".into(),
        number: Some("1001".into()),
        placed_at: noon(placed),
        cancelled_at: None,
        source: SourceTag {
            kind: SourceKind::OrdersFile,
            part: String::new(),
            label: "orders file".into(),
            settled: None,
        },
        financial_status: FinancialStatus::Paid,
        test: false,
        currency: eur(),
        taxes_included: false,
        marketplace_remitted_tax: false,
        country: None,
        region: None,
        customer: CustomerIdentity::default(),
        campaign: None,
        channel: None,
        lines,
        order_discount_minor: 0,
        shipping: Shipping::default(),
        tips_minor: 0,
        duties_minor: 0,
        service_income_minor: 0,
        service_tax_minor: 0,
        gift_card_paid_minor: 0,
        payments: vec![Payment {
            gateway: "cash".into(),
            amount_minor: 0,
            fee: Some(Money::zero(eur())),
        }],
        fees: Vec::new(),
        labels: Vec::new(),
        progress: None,
        shipping_cost: Some(Money::zero(eur())),
        refunds: Vec::new(),
        unexplained_minor: 0,
        platform_status: None,
        stock: Default::default(),
    }
}

fn line(id: &str, quantity: i64, unit_price_minor: i64) -> Line {
    Line {
        id: id.into(),
        sku: Some("MUG".into()),
        title: None,
        quantity,
        price_minor: quantity * unit_price_minor,
        discount_minor: 0,
        tax_minor: None,
        gift_card: false,
        weight_grams: 0,
        added_at: None,
        restocked_in_all: 0,
        stock: Default::default(),
    }
}

fn refund(at: &str, lines: Vec<RefundLine>) -> Refund {
    Refund {
        id: at.into(),
        at: noon(at),
        estimated: false,
        tax_inside: false,
        lines,
        shipping_minor: 0,
        shipping_tax_minor: 0,
        adjustment_minor: 0,
        adjustment_tax_minor: 0,
        service_minor: 0,
        service_tax_minor: 0,
        fee_returned: None,
        fees: Vec::new(),
    }
}

fn returned(line: &str, quantity: i64, amount_minor: i64, restocked: i64) -> RefundLine {
    RefundLine { line_id: line.into(), quantity, amount_minor, tax_minor: 0, restocked }
}

fn fee(kind: &str, minor: i64) -> Fee {
    Fee {
        kind: kind.into(),
        class: FeeClass::Channel,
        amount: Money::new(minor, eur()),
        line_id: None,
        estimated: false,
        unclassified: false,
    }
}

fn run(order: &Order, policy: &Policy) -> Booked {
    assert_eq!(order.check(), Ok(()));
    let booking = Booking { order, store: "shop", policy, draws: None, trail: true };
    let mut converter = Converter::new(&policy.rates, policy.reporting);
    let booked = book(&booking, &mut converter).unwrap();
    let plain = book(&Booking { trail: false, ..booking }, &mut converter).unwrap();
    assert_eq!(booked.lines, plain.lines, "a trail changes no amount");
    for component in Component::ALL {
        let parts: i64 = booked
            .parts
            .iter()
            .filter(|part| part.component == component)
            .filter_map(|part| part.converted_minor)
            .sum();
        assert_eq!(parts, sum(&booked, |_| true).get(component), "the trail of {component:?}");
    }
    booked
}

/// Figures of the lines whose event's day fits.
fn sum(booked: &Booked, fits: impl Fn(Day) -> bool) -> Figures {
    let mut figures = Figures::default();
    for line in &booked.lines {
        let event = &booked.events[line.event];
        if fits(event.day) {
            let mut one = Figures {
                amounts: line.amounts,
                estimated: line.estimated,
                missing: line.missing,
                units: line.units,
                ..Figures::default()
            };
            if line.cost_known {
                one.costed_net_sales = one.net_sales();
            }
            figures.add(&one);
        }
    }
    figures
}

fn all(booked: &Booked) -> Figures {
    sum(booked, |_| true)
}

#[test]
fn case_01_vat_inside_the_price() {
    let mut sold = order("2026-03-02", vec![line("a", 1, 120_00)]);
    sold.taxes_included = true;
    sold.country = Some("DE".into());
    let mut policy = policy();
    policy.costs = CostBook::new(vec![cost("MUG", "2026-01-01", "80")]);
    policy.rules.vat_rates.push(VatRate {
        country: Some("DE".into()),
        rate: decimal("20"),
        from: None,
    });
    let mut figures = all(&run(&sold, &policy));
    // 120 × 20 / 120 = 20; 100 − 80 = 20; 20 / 100.
    assert_eq!(figures.get(Component::GrossSales), 100_00);
    assert_eq!(figures.get(Component::TaxCollected), 20_00);
    assert_eq!(figures.net_margin(), Some(Ratio(2_000)));
    figures.attributed_ad_spend = -25_00;
    assert_eq!(figures.roas(), Some(Ratio(40_000)));
}

#[test]
fn case_02_a_gift_card_is_no_sale() {
    let mut policy = policy();
    policy.costs = CostBook::new(vec![cost("MUG", "2026-01-01", "20")]);
    let mut card = line("g", 1, 50_00);
    card.gift_card = true;
    let january = all(&run(&order("2026-01-10", vec![card]), &policy));
    assert_eq!(january.net_profit(), 0);
    assert_eq!((january.units, january.missing), (0, 0));
    let mut redeemed = order("2026-02-10", vec![line("a", 1, 50_00)]);
    redeemed.gift_card_paid_minor = 50_00;
    redeemed.payments.clear();
    // 50 − 20; nothing was charged, so no payment fee is missing.
    let february = all(&run(&redeemed, &policy));
    assert_eq!((february.net_profit(), february.missing), (30_00, 0));
}

#[test]
fn case_03_an_edit_is_an_event_of_its_own_day() {
    let mut added = line("b", 1, 50_00);
    added.added_at = Some(noon("2026-03-02"));
    let booked = run(&order("2026-03-01", vec![line("a", 1, 100_00), added]), &policy());
    let sales = |text: &str| sum(&booked, |on| on == day(text)).net_sales();
    assert_eq!((sales("2026-03-01"), sales("2026-03-02")), (100_00, 50_00));
    assert_eq!(booked.events[1].kind, EventKind::Edit);
    assert_eq!(all(&booked).net_sales(), 150_00);
}

#[test]
fn case_04_a_restocked_half_gives_its_cost_back() {
    let mut policy = policy();
    policy.costs = CostBook::new(vec![cost("MUG", "2026-01-01", "10")]);
    let mut sold = order("2026-01-20", vec![line("a", 2, 100_00)]);
    sold.refunds.push(refund("2026-02-03", vec![returned("a", 1, 100_00, 1)]));
    let booked = run(&sold, &policy);
    let february = sum(&booked, |on| on >= day("2026-02-01"));
    assert_eq!(february.get(Component::Cogs), 10_00);
    assert_eq!(february.get(Component::Returns), -100_00);
    assert_eq!(february.get(Component::WrittenOff), 0);
    sold.refunds[0].lines[0].restocked = 0;
    let booked = run(&sold, &policy);
    let february = sum(&booked, |on| on >= day("2026-02-01"));
    assert_eq!(february.get(Component::Cogs), 0);
    assert_eq!(february.get(Component::WrittenOff), 10_00);
}

#[test]
fn case_05_a_marketplace_refund_is_three_rows() {
    let mut sold = order("2026-01-20", vec![line("a", 1, 60_00)]);
    sold.fees = vec![fee("commission", 9_63), fee("fulfilment", 8_25)];
    let mut back = refund("2026-01-28", vec![returned("a", 1, 60_00, 0)]);
    back.fees = vec![fee("commission", -9_63), fee("refund_administration", 1_93)];
    sold.refunds.push(back);
    let booked = run(&sold, &policy());
    let fees = |fits: &dyn Fn(Day) -> bool| sum(&booked, fits).get(Component::ChannelFees);
    assert_eq!(fees(&|on| on == day("2026-01-20")), -17_88);
    // 9.63 − 1.93; the fulfilment fee is kept.
    assert_eq!(fees(&|on| on == day("2026-01-28")), 7_70);
    let rows = booked.parts.iter().filter(|part| part.component == Component::ChannelFees);
    let arithmetic: Vec<&str> = rows.map(|part| part.arithmetic.as_str()).collect();
    assert_eq!(arithmetic, ["-9.63; -8.25", "9.63; -1.93"]);
}

#[test]
fn case_08_a_payout_at_another_rate_is_a_difference() {
    let mut policy = policy();
    policy.reporting = Currency::parse("USD").unwrap();
    policy.rates = Rates::new(&[ExchangeRate {
        day: day("2026-03-01"),
        base: eur(),
        quote: policy.reporting,
        rate: decimal("1.10"),
        source: RateSource::Own,
    }]);
    let booked = run(&order("2026-03-02", vec![line("a", 1, 100_00)]), &policy);
    assert_eq!(all(&booked).net_revenue(), 110_00);
    let mut converter = Converter::new(&policy.rates, policy.reporting);
    let rows = [(Money::new(100_00, eur()), day("2026-03-02"))];
    // 107.00 − 100 × 1.10.
    let received = (Money::new(107_00, policy.reporting), day("2026-03-09"));
    assert_eq!(fx_difference(&rows, received, &mut converter), Ok(Some(-3_00)));
}

#[test]
fn case_09_break_even_roas() {
    let mut figures = Figures::default();
    figures.put(Component::GrossSales, 100_00);
    figures.put(Component::Cogs, -40_00);
    figures.put(Component::ShippingCost, -10_00);
    figures.put(Component::PaymentFees, -4_00);
    // 100 / 46.
    assert_eq!(figures.break_even_roas(), Some(Ratio(21_739)));
    // A ROAS of 1.90 is a spend of 52.63: 46 − 52.63.
    figures.put(Component::AdSpend, -52_63);
    assert_eq!(figures.subtotal(Subtotal::ContributionAfterAds), -6_63);
}

#[test]
fn case_10_an_unknown_fee_counts_and_mapping_it_keeps_the_total() {
    let mut sold = order("2026-01-20", vec![line("a", 1, 60_00)]);
    let before = all(&run(&sold, &policy())).net_profit();
    let mut unknown = fee("RegFee_DE", 1_23);
    unknown.unclassified = true;
    sold.fees.push(unknown);
    let booked = run(&sold, &policy());
    assert_eq!(all(&booked).net_profit(), before - 1_23);
    assert!(booked.parts.iter().any(|part| part.source.contains("RegFee_DE (unclassified)")));
    sold.fees[0].unclassified = false;
    sold.fees[0].class = FeeClass::Payment;
    let mapped = all(&run(&sold, &policy()));
    assert_eq!(mapped.net_profit(), before - 1_23);
    assert_eq!(mapped.get(Component::PaymentFees), -1_23);
}

#[test]
fn case_12_a_refund_below_the_lines_value_leaves_an_adjustment() {
    let mut sold = order("2026-01-20", vec![line("a", 1, 60_00)]);
    let mut back = refund("2026-01-28", vec![returned("a", 1, 60_00, 0)]);
    back.adjustment_minor = -15_00;
    sold.refunds.push(back);
    // −60 + 15.
    assert_eq!(all(&run(&sold, &policy())).get(Component::Returns), -45_00);
    let mut cancelled = order("2026-01-20", vec![line("a", 1, 60_00)]);
    cancelled.cancelled_at = Some(noon("2026-01-21"));
    cancelled.payments[0] = Payment {
        gateway: "stripe".into(),
        amount_minor: 60_00,
        fee: Some(Money::new(1_09, eur())),
    };
    cancelled.refunds.push(refund("2026-01-21", vec![returned("a", 1, 60_00, 1)]));
    let figures = all(&run(&cancelled, &policy()));
    assert_eq!(figures.net_revenue(), 0);
    assert_eq!(figures.net_profit(), -1_09);
}

#[test]
fn orders_never_paid_and_test_orders_have_no_lines() {
    let mut sold = order("2026-01-20", vec![line("a", 1, 60_00)]);
    for status in FinancialStatus::ALL {
        sold.financial_status = status;
        assert_eq!(run(&sold, &policy()).lines.is_empty(), !status.counts(), "{status:?}");
    }
    sold.financial_status = FinancialStatus::Paid;
    sold.test = true;
    assert_eq!(run(&sold, &policy()), Booked::default());
}

#[test]
fn a_discount_on_the_order_is_split_before_tax_is_taken_out() {
    let mut sold = order("2026-01-20", vec![line("a", 1, 40_00), line("b", 1, 66_39)]);
    sold.taxes_included = true;
    sold.order_discount_minor = 10_64;
    sold.lines[0].tax_minor = Some(5_74);
    sold.lines[1].tax_minor = Some(9_54);
    let booked = run(&sold, &policy());
    // 10.64 × 40 / 106.39 = 4.0004, so 4.00 and 6.64. N = 36.00 and 59.75.
    // 40.00 × 30.26 / 36.00 = 33.622; 66.39 × 50.21 / 59.75 = 55.790.
    let gross: Vec<i64> = booked.lines.iter().map(|line| line.amounts[0]).collect();
    let discounts: Vec<i64> = booked.lines.iter().map(|line| line.amounts[1]).collect();
    assert_eq!(gross, [33_62, 55_79]);
    assert_eq!(discounts, [30_26 - 33_62, 50_21 - 55_79]);
}

#[test]
fn a_seller_who_is_not_registered_keeps_the_tax_inside_prices() {
    let mut policy = policy();
    policy.vat_registered = false;
    let mut sold = order("2026-01-20", vec![line("a", 1, 120_00)]);
    sold.taxes_included = true;
    sold.lines[0].tax_minor = Some(20_00);
    let mut back = refund("2026-01-28", vec![returned("a", 1, 100_00, 0)]);
    back.lines[0].tax_minor = 20_00;
    sold.refunds.push(back);
    let figures = all(&run(&sold, &policy));
    assert_eq!(figures.get(Component::GrossSales), 120_00);
    assert_eq!(figures.get(Component::Returns), -120_00);
    assert_eq!(figures.get(Component::TaxCollected), 0);
    sold.taxes_included = false;
    let figures = all(&run(&sold, &policy));
    assert_eq!(figures.get(Component::Returns), -100_00);
    assert_eq!(figures.get(Component::TaxCollected), 0);
    // What a marketplace remits is taken out all the same.
    sold.taxes_included = true;
    sold.marketplace_remitted_tax = true;
    let figures = all(&run(&sold, &policy));
    assert_eq!(figures.get(Component::GrossSales), 100_00);
    assert_eq!(figures.get(Component::TaxCollected), 0);
}

#[test]
fn tax_inside_a_refund_that_nobody_tells_follows_the_rule() {
    let mut policy = policy();
    policy.rules.vat_rates.push(VatRate {
        country: Some("DE".into()),
        rate: decimal("19"),
        from: None,
    });
    let mut sold = order("2026-01-20", vec![line("a", 1, 119_00)]);
    sold.taxes_included = true;
    sold.country = Some("DE".into());
    let mut back = refund("2026-01-28", vec![returned("a", 1, 119_00, 0)]);
    back.tax_inside = true;
    sold.refunds.push(back);
    let figures = all(&run(&sold, &policy));
    assert_eq!(figures.get(Component::Returns), -100_00);
    assert_eq!(figures.net_sales(), 0);
    assert_eq!(figures.get(Component::TaxCollected), 0);
}

#[test]
fn what_belongs_to_the_order_is_split_and_adds_up() {
    let mut sold = order("2026-01-20", vec![line("a", 1, 10_00), line("b", 2, 10_00)]);
    sold.shipping.price_minor = 5_00;
    sold.tips_minor = 1_00;
    sold.service_income_minor = 2_50;
    sold.duties_minor = 70;
    sold.shipping_cost = Some(Money::new(4_99, eur()));
    let booked = run(&sold, &policy());
    let of = |component: Component| -> Vec<i64> {
        booked.lines.iter().map(|line| line.amounts[component.index()]).collect()
    };
    assert_eq!(of(Component::ShippingIncome), [1_67, 3_33]);
    assert_eq!(of(Component::OtherIncome), [33, 67]);
    assert_eq!(of(Component::ServiceIncome), [83, 1_67]);
    assert_eq!(of(Component::DutiesCollected), [23, 47]);
    assert_eq!(of(Component::ShippingCost), [-1_66, -3_33]);
}

#[test]
fn rules_stand_in_where_no_record_tells_and_are_marked() {
    let mut policy = policy();
    policy.rules.payment_fees.push(PaymentFeeRule {
        gateway: Some("stripe".into()),
        currency: Some("EUR".into()),
        percent: Some(decimal("1.4")),
        fixed: Some(decimal("0.25")),
        minimum: None,
        maximum: None,
        returned_on_refund_percent: Some(decimal("100")),
    });
    policy.rules.shipping_costs.push(ShippingCostRule {
        country: Some("DE".into()),
        up_to_grams: Some(2_000),
        cost: decimal("4.20"),
        currency: eur(),
        per: Per::Order,
    });
    for (per, cost) in [(Per::Order, "0.50"), (Per::Item, "0.355"), (Per::Item, "9")] {
        let handling = HandlingCostRule { per, cost: decimal(cost), currency: eur() };
        policy.rules.handling_costs.push(handling);
    }
    let mut sold = order("2026-01-20", vec![line("a", 3, 20_00)]);
    sold.country = Some("DE".into());
    sold.lines[0].weight_grams = 600;
    sold.shipping_cost = None;
    sold.payments[0] = Payment { gateway: "stripe".into(), amount_minor: 60_00, fee: None };
    sold.refunds.push(refund("2026-01-28", vec![returned("a", 1, 20_00, 0)]));
    let booked = run(&sold, &policy);
    let sale = sum(&booked, |on| on == day("2026-01-20"));
    // 60 × 1.4 % + 0.25 = 1.09; 0.50 + 3 × 0.355 = 1.065, to even 1.06.
    assert_eq!(sale.get(Component::PaymentFees), -1_09);
    assert_eq!(sale.get(Component::ShippingCost), -4_20);
    assert_eq!(sale.get(Component::HandlingCost), -50 - 1_06);
    let quality = |component| Quality::of(component, sale.estimated, sale.missing);
    assert_eq!(quality(Component::PaymentFees), Quality::Estimated);
    assert_eq!(quality(Component::ShippingCost), Quality::Estimated);
    assert_eq!(quality(Component::Cogs), Quality::Missing);
    // 1.09 × 20 / 60 = 0.3633.
    let back = sum(&booked, |on| on == day("2026-01-28"));
    assert_eq!(back.get(Component::PaymentFees), 36);
    sold.lines[0].weight_grams = 700;
    let heavy = all(&run(&sold, &policy));
    assert_eq!(heavy.get(Component::ShippingCost), 0);
    let missing = Quality::of(Component::ShippingCost, heavy.estimated, heavy.missing);
    assert_eq!(missing, Quality::Missing);
}

#[test]
fn refunds_give_back_fees_until_what_was_charged_is_used_up() {
    let mut policy = policy();
    policy.rules.payment_fees.push(PaymentFeeRule {
        gateway: None,
        currency: None,
        percent: Some(decimal("10")),
        fixed: None,
        minimum: None,
        maximum: None,
        returned_on_refund_percent: Some(decimal("100")),
    });
    let mut sold = order("2026-01-20", vec![line("a", 1, 60_00)]);
    sold.payments = vec![
        Payment { gateway: "card".into(), amount_minor: 40_00, fee: None },
        Payment {
            gateway: "paypal".into(),
            amount_minor: 20_00,
            fee: Some(Money::new(1_00, eur())),
        },
    ];
    sold.refunds.push(refund("2026-01-28", vec![returned("a", 1, 45_00, 0)]));
    sold.refunds.push(refund("2026-01-29", vec![returned("a", 0, 45_00, 0)]));
    let booked = run(&sold, &policy);
    let fees = |text: &str| sum(&booked, |on| on == day(text)).get(Component::PaymentFees);
    assert_eq!(fees("2026-01-20"), -5_00);
    // 4.00 × 45 / 60 = 3.00 and 1.00 × 45 / 60 = 0.75.
    assert_eq!(fees("2026-01-28"), 3_75);
    // Only 15 of the second 45 are left of the 60 charged.
    assert_eq!(fees("2026-01-29"), 1_25);
    // All three of the order's payments are given back exactly, no more.
    assert_eq!(all(&booked).get(Component::PaymentFees), 0);
}

#[test]
fn the_most_specific_cost_in_force_wins_then_the_latest() {
    let named = |store: Option<&str>, country: Option<&str>, from: &str, unit: &str| Cost {
        store: store.map(str::to_owned),
        country: country.map(str::to_owned),
        ..cost("MUG", from, unit)
    };
    let mut policy = policy();
    policy.costs = CostBook::new(vec![
        named(None, None, "2026-01-01", "1"),
        named(None, None, "2026-02-01", "2"),
        named(Some("shop"), None, "2026-01-01", "3"),
        named(None, Some("DE"), "2026-01-01", "4"),
        named(Some("shop"), Some("DE"), "2026-01-01", "5"),
        named(Some("shop"), Some("DE"), "2026-03-01", "6"),
        named(Some("other"), Some("DE"), "2026-01-01", "7"),
    ]);
    let check = |placed: &str, country: Option<&str>, expected: i64| {
        let mut sold = order(placed, vec![line("a", 1, 60_00)]);
        sold.country = country.map(str::to_owned);
        let figures = all(&run(&sold, &policy));
        assert_eq!(figures.get(Component::Cogs), expected, "{placed} {country:?}");
    };
    check("2026-02-10", None, -3_00);
    check("2026-02-10", Some("FR"), -3_00);
    check("2026-02-10", Some("DE"), -5_00);
    check("2026-03-01", Some("DE"), -6_00);
    policy.costs = CostBook::new(vec![
        named(None, None, "2026-01-01", "1"),
        named(None, None, "2026-02-01", "2"),
        named(None, Some("DE"), "2026-03-01", "4"),
    ]);
    let mut sold = order("2026-02-10", vec![line("a", 1, 60_00)]);
    sold.country = Some("DE".into());
    assert_eq!(all(&run(&sold, &policy)).get(Component::Cogs), -2_00);
}

#[test]
fn each_currency_of_a_line_is_converted_once_at_its_events_day() {
    let usd = Currency::parse("USD").unwrap();
    let mut policy = policy();
    let rate = |on: &str, rate: &str| ExchangeRate {
        day: day(on),
        base: usd,
        quote: eur(),
        rate: decimal(rate),
        source: RateSource::Own,
    };
    policy.rates = Rates::new(&[rate("2026-01-01", "0.5"), rate("2026-02-01", "0.9")]);
    policy.costs =
        CostBook::new(vec![Cost { currency: usd, ..cost("MUG", "2026-01-01", "10.01") }]);
    let mut sold = order("2026-01-20", vec![line("a", 1, 60_00)]);
    sold.refunds.push(refund("2026-02-03", vec![returned("a", 1, 60_00, 1)]));
    let booked = run(&sold, &policy);
    let cogs = |text: &str| sum(&booked, |on| on == day(text)).get(Component::Cogs);
    // 10.01 × 0.5 = 5.005, to even 5.00; given back at the rate of the sale day.
    assert_eq!((cogs("2026-01-20"), cogs("2026-02-03")), (-5_00, 5_00));
    policy.rates = Rates::default();
    let booked = run(&sold, &policy);
    assert_eq!(booked.missing_rates.len(), 1);
    assert_eq!(booked.missing_rates[0].day, day("2026-01-20"));
}

#[test]
fn an_order_of_gift_cards_lets_them_bear_what_is_the_orders() {
    let mut card = line("g", 3, 50_00);
    card.gift_card = true;
    let mut other = line("h", 1, 50_00);
    other.gift_card = true;
    let mut sold = order("2026-01-10", vec![card, other]);
    sold.shipping.price_minor = 4_00;
    sold.shipping_cost = None;
    sold.payments[0] = Payment {
        gateway: "card".into(),
        amount_minor: 204_00,
        fee: Some(Money::new(4_00, eur())),
    };
    let booked = run(&sold, &policy());
    let fees: Vec<i64> =
        booked.lines.iter().map(|line| line.amounts[Component::PaymentFees.index()]).collect();
    // By quantity, 3 : 1.
    assert_eq!(fees, [-3_00, -1_00]);
    let figures = all(&booked);
    assert_eq!((figures.net_profit(), figures.missing), (0, 0));
    // Beside goods a gift card has no row.
    let mut card = line("g", 1, 50_00);
    card.gift_card = true;
    let booked = run(&order("2026-01-10", vec![line("a", 1, 10_00), card]), &policy());
    assert_eq!(booked.lines.len(), 1);
}

mod sources;
