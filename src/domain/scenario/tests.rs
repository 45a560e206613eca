//! Each kind of assumption on one small order, the figures worked out with a pocket calculator.
//!
//! The order: 2 mugs at 12.00 and a pot at 36.00, 20 % VAT inside, shipping 6.00; 66.00 paid by
//! stripe for a fee of 1.21. A mug costs 4.00, a pot 10.00, sending it 5.00. So gross sales 50.00,
//! shipping income 5.00, cogs −18.00 and tax 11.00.

use super::{Assumed, Assumption, Scenario, Touched};
use crate::base::{Currency, Day, Decimal, Instant, Money, Zone};
use crate::domain::profit::component::Component;
use crate::domain::profit::convert::{Converter, Rates};
use crate::domain::profit::engine::{Booking, book};
use crate::domain::profit::facts::{CostBook, Policy};
use crate::domain::profit::figures::Amounts;
use crate::domain::record::order::{CustomerIdentity, SourceTag};
use crate::domain::record::rate::RateSource;
use crate::domain::record::{
    AdSpend, Cost, Every, ExchangeRate, Expense, Fee, FeeClass, FinancialStatus, Label, Line,
    Order, Payment, Refund, RefundLine, Shipping, SourceKind,
};
use crate::domain::rules::{Group, PaymentFeeRule, Rules};

fn decimal(text: &str) -> Decimal {
    Decimal::parse(text).unwrap()
}

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn noon(day: &str) -> Instant {
    Instant::parse(&format!("{day}T12:00:00Z")).unwrap()
}

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

fn cost(sku: &str, unit_cost: &str) -> Cost {
    Cost {
        sku: sku.into(),
        valid_from: day("2026-01-01"),
        unit_cost: decimal(unit_cost),
        currency: Currency::EUR,
        store: None,
        country: None,
    }
}

fn policy() -> Policy {
    let stripe = PaymentFeeRule {
        gateway: Some("stripe".into()),
        currency: None,
        percent: Some(decimal("1.5")),
        fixed: Some(decimal("0.25")),
        minimum: None,
        maximum: None,
        returned_on_refund_percent: None,
    };
    Policy {
        reporting: Currency::EUR,
        zone: Zone::utc(),
        vat_registered: true,
        rules: Rules {
            payment_fees: vec![stripe],
            groups: vec![Group { name: "mugs".into(), sku_prefix: "MUG".into() }],
            ..Rules::default()
        },
        costs: CostBook::new(vec![cost("MUG", "4.00"), cost("POT", "10.00")]),
        rates: Rates::default(),
        fee_estimates: Default::default(),
        links: Default::default(),
    }
}

fn line(id: &str, sku: &str, quantity: i64, price_minor: i64, tax_minor: i64) -> Line {
    Line {
        id: id.into(),
        sku: Some(sku.into()),
        title: None,
        quantity,
        price_minor,
        discount_minor: 0,
        tax_minor: Some(tax_minor),
        gift_card: false,
        weight_grams: 100,
        restocked_in_all: 0,
        added_at: None,
        stock: Default::default(),
    }
}

fn order() -> Order {
    Order {
        id: "1".into(),
        number: None,
        placed_at: noon("2026-05-10"),
        cancelled_at: None,
        source: SourceTag {
            kind: SourceKind::OrdersFile,
            part: String::new(),
            label: "orders file".into(),
            settled: None,
        },
        financial_status: FinancialStatus::Paid,
        test: false,
        currency: Currency::EUR,
        taxes_included: true,
        marketplace_remitted_tax: false,
        country: Some("DE".into()),
        region: None,
        customer: CustomerIdentity::default(),
        campaign: None,
        channel: None,
        lines: vec![line("a", "MUG", 2, 24_00, 4_00), line("b", "POT", 1, 36_00, 6_00)],
        order_discount_minor: 0,
        shipping: Shipping { price_minor: 6_00, discount_minor: 0, tax_minor: Some(1_00) },
        tips_minor: 0,
        duties_minor: 0,
        service_income_minor: 0,
        service_tax_minor: 0,
        gift_card_paid_minor: 0,
        payments: vec![Payment {
            gateway: "stripe".into(),
            amount_minor: 66_00,
            fee: Some(eur(1_21)),
        }],
        fees: Vec::new(),
        labels: Vec::new(),
        progress: None,
        shipping_cost: Some(eur(5_00)),
        refunds: Vec::new(),
        unexplained_minor: 0,
        platform_status: None,
        stock: Default::default(),
    }
}

fn fee(kind: &str, class: FeeClass, minor: i64) -> Fee {
    Fee {
        kind: kind.into(),
        class,
        amount: eur(minor),
        line_id: None,
        estimated: false,
        unclassified: false,
    }
}

fn scenario(assumptions: &str) -> Scenario {
    Scenario::parse(&format!(r#"{{"assumptions":[{assumptions}]}}"#)).unwrap()
}

/// The order's amounts under the assumptions, and what the first of them touched; `None` where
/// it does not happen.
fn replay(order: &Order, policy: &Policy, assumptions: &str) -> (Option<Amounts>, Touched) {
    let scenario = scenario(assumptions);
    let skus = ["MUG".to_owned(), "POT".to_owned(), "NEW".to_owned()];
    let assumed = Assumed::new(&scenario, policy, &skus).unwrap();
    let mut touched = vec![Touched::default(); scenario.assumptions.len().max(1)];
    let changed = assumed.order(order, "shop", &mut touched).unwrap();
    let amounts = changed.map(|order| {
        let mut converter = Converter::new(&assumed.policy.rates, assumed.policy.reporting);
        let policy = &assumed.policy;
        let booking = Booking { order: &order, store: "shop", policy, draws: None, trail: false };
        let booked = book(&booking, &mut converter).unwrap();
        let mut sums: Amounts = [0; crate::domain::profit::component::COMPONENTS];
        for line in &booked.lines {
            for (sum, minor) in sums.iter_mut().zip(line.amounts) {
                *sum += minor;
            }
        }
        sums
    });
    (amounts, touched[0])
}

/// Every component that is not 0.
fn check(order: &Order, assumptions: &str, expected: &[(Component, i64)]) {
    check_with(order, &policy(), assumptions, expected);
}

fn check_with(order: &Order, policy: &Policy, assumptions: &str, expected: &[(Component, i64)]) {
    let (amounts, _) = replay(order, policy, assumptions);
    let amounts = amounts.expect("the order happens");
    let found: Vec<(Component, i64)> = Component::ALL
        .into_iter()
        .map(|component| (component, amounts[component.index()]))
        .filter(|(_, minor)| *minor != 0)
        .collect();
    assert_eq!(found, expected, "{assumptions}");
}

use Component::{
    ChannelFees, Cogs, GrossSales, HandlingCost, PaymentFees, Returns, ShippingCost,
    ShippingIncome, TaxCollected,
};

/// The order as it was, with some components replaced; one that is 0 goes.
fn but(changes: &[(Component, i64)]) -> Vec<(Component, i64)> {
    let mut all = vec![
        (GrossSales, 50_00),
        (ShippingIncome, 5_00),
        (Cogs, -18_00),
        (ShippingCost, -5_00),
        (PaymentFees, -1_21),
        (TaxCollected, 11_00),
    ];
    for (component, minor) in changes {
        all.retain(|(other, _)| other != component);
        all.push((*component, *minor));
    }
    all.retain(|(_, minor)| *minor != 0);
    all.sort_unstable();
    all
}

#[test]
fn nothing_assumed_is_what_was() {
    check(&order(), "", &but(&[]));
}

#[test]
fn a_supplier_asks_more_for_all_a_group_or_a_product_from_a_day_on() {
    let cost = |of: &str, change: &str, more: &str| {
        format!(r#"{{"kind":"cost","of":{of},"change":{change}{more}}}"#)
    };
    let eight = r#"{"percent":"8"}"#;
    // 2 × 4.32 + 10.80.
    check(&order(), &cost(r#""all""#, eight, ""), &but(&[(Cogs, -19_44)]));
    let mugs = r#"{"group":"mugs"}"#;
    check(&order(), &cost(mugs, eight, ""), &but(&[(Cogs, -18_64)]));
    check(&order(), &cost(mugs, eight, r#","from":"2026-05-10""#), &but(&[(Cogs, -18_64)]));
    check(&order(), &cost(mugs, eight, r#","from":"2026-05-11""#), &but(&[]));
    // 2 × 4.555 = 9.11.
    let to = r#"{"to":{"amount":"4.555","currency":"EUR"}}"#;
    check(&order(), &cost(r#"{"sku":"MUG"}"#, to, ""), &but(&[(Cogs, -19_11)]));
    // A product whose cost nobody knew has one now.
    let mut unknown = order();
    unknown.lines[0].sku = Some("NEW".into());
    check(&unknown, &cost(r#"{"sku":"NEW"}"#, to, ""), &but(&[(Cogs, -19_11)]));
    let (_, touched) = replay(&order(), &policy(), &cost(mugs, eight, ""));
    assert_eq!(touched, Touched { orders: 1, units: 2 });
}

#[test]
fn a_new_cost_wins_over_the_costs_of_stores_and_countries() {
    let mut policy = policy();
    policy.costs.put(Cost { store: Some("shop".into()), ..cost("MUG", "5.00") });
    policy.costs.put(Cost { country: Some("DE".into()), ..cost("POT", "11.00") });
    check_with(&order(), &policy, "", &but(&[(Cogs, -21_00)]));
    let to = r#"{"kind":"cost","of":"all","change":{"to":{"amount":"3","currency":"EUR"}}"#;
    check_with(&order(), &policy, &format!("{to}}}"), &but(&[(Cogs, -9_00)]));
    let from = format!(r#"{to},"from":"2026-05-01"}}"#);
    check_with(&order(), &policy, &from, &but(&[(Cogs, -9_00)]));
}

#[test]
fn prices_move_taxes_payments_and_fees_with_them() {
    // 25.20 and 37.80, so 69.00 paid; VAT 4.20 + 6.30 + 1.00. The fee by rule is 1.285, half to
    // even 1.28, instead of 1.24: 0.04 more than the real 1.21.
    let five = r#"{"kind":"price","of":"all","change":{"percent":"5"}}"#;
    let expected = [(GrossSales, 52_50), (PaymentFees, -1_25), (TaxCollected, 11_50)];
    check(&order(), five, &but(&expected));
    // Without a rule in proportion: 1.21 × 69 / 66 = 1.265, half to even 1.26.
    let mut without = policy();
    without.rules.payment_fees.clear();
    let expected = [(GrossSales, 52_50), (PaymentFees, -1_26), (TaxCollected, 11_50)];
    check_with(&order(), &without, five, &but(&expected));
    // 26.00 with VAT 4.33: 21.67 and 30.00. 68.00 paid: 1.27 − 1.24 more.
    let to = r#"{"kind":"price","of":{"sku":"MUG"},
        "change":{"to":{"amount":"13.00","currency":"EUR"}}}"#;
    let expected = [(GrossSales, 51_67), (PaymentFees, -1_24), (TaxCollected, 11_33)];
    check(&order(), to, &but(&expected));
    let later = r#"{"kind":"price","of":"all","change":{"percent":"5"},"from":"2026-06-01"}"#;
    check(&order(), later, &but(&[]));
}

#[test]
fn a_commission_grows_with_the_price_and_a_fee_apiece_does_not() {
    let mut order = order();
    // 15 % of 66.00, and 3.00 for the parcel.
    order.fees = vec![
        fee("commission", FeeClass::Channel, 9_90),
        fee("fulfilment", FeeClass::Channel, 3_00),
    ];
    let five = r#"{"kind":"price","of":"all","change":{"percent":"5"}}"#;
    // 9.90 × 69 / 66 = 10.35.
    let expected =
        [(GrossSales, 52_50), (PaymentFees, -1_25), (ChannelFees, -13_35), (TaxCollected, 11_50)];
    check(&order, five, &but(&expected));
    // Another share: 10 % of goods and shipping, 66.00.
    let ten = r#"{"kind":"commission","percent":"10"}"#;
    check(&order, ten, &but(&[(ChannelFees, -9_60)]));
    order.fees.clear();
    check(&order, ten, &but(&[]));
    let named = r#"{"kind":"commission","percent":"10","store":"shop"}"#;
    check(&order, named, &but(&[(ChannelFees, -6_60)]));
    let other = r#"{"kind":"commission","percent":"10","store":"market"}"#;
    check(&order, other, &but(&[]));
}

#[test]
fn refunds_and_discounts_move_with_the_price() {
    let mut order = order();
    order.lines[0].discount_minor = 2_40;
    order.lines[0].tax_minor = Some(3_60);
    order.payments[0].amount_minor = 63_60;
    let back = RefundLine {
        line_id: "a".into(),
        quantity: 1,
        amount_minor: 9_00,
        tax_minor: 1_80,
        restocked: 0,
    };
    order.refunds = vec![Refund {
        id: "r".into(),
        at: noon("2026-05-12"),
        estimated: false,
        tax_inside: false,
        lines: vec![back],
        shipping_minor: 0,
        shipping_tax_minor: 0,
        adjustment_minor: 0,
        adjustment_tax_minor: 0,
        service_minor: 0,
        service_tax_minor: 0,
        fee_returned: None,
        fees: Vec::new(),
    }];
    // A tenth more: 26.40 less 2.64, VAT 3.96; back 9.90 and VAT 1.98. The pot stays.
    // 65.76 is owed: 0.9864 + 0.25 = 1.24 instead of 0.954 + 0.25 = 1.20.
    let ten = r#"{"kind":"price","of":{"sku":"MUG"},"change":{"percent":"10"}}"#;
    check(
        &order,
        ten,
        &but(&[
            // 26.40 × 19.80 / 23.76 = 22.00, and the discount 2.20 of it.
            (GrossSales, 52_00),
            (Component::Discounts, -2_20),
            (Returns, -9_90),
            (PaymentFees, -1_25),
            (TaxCollected, 3_96 + 6_00 + 1_00 - 1_98),
            (Component::WrittenOff, 4_00),
        ]),
    );
}

#[test]
fn shipping_is_free_from_an_amount_on_or_charged_otherwise() {
    let free = |amount: &str| {
        format!(r#"{{"kind":"free_shipping","from":{{"amount":"{amount}","currency":"EUR"}}}}"#)
    };
    // 60.00 paid: 1.15 − 1.24 less of a fee.
    let expected = [(ShippingIncome, 0), (PaymentFees, -1_12), (TaxCollected, 10_00)];
    check(&order(), &free("60"), &but(&expected));
    check(&order(), &free("60.01"), &but(&[]));
    // 7.20 with VAT 1.20; 67.20 paid: 1.258 is 1.26.
    let to = r#"{"kind":"shipping_charge","change":{"to":{"amount":"7.20","currency":"EUR"}}}"#;
    let expected = [(ShippingIncome, 6_00), (PaymentFees, -1_23), (TaxCollected, 11_20)];
    check(&order(), to, &but(&expected));
    let elsewhere = to.replace(r#""change""#, r#""country":"AT","change""#);
    check(&order(), &elsewhere, &but(&[]));
    // 9.00 with VAT 1.50; 69.00 paid.
    let half = r#"{"kind":"shipping_charge","change":{"percent":"50"}}"#;
    let expected = [(ShippingIncome, 7_50), (PaymentFees, -1_25), (TaxCollected, 11_50)];
    check(&order(), half, &but(&expected));
    // Charged 4.80 where nothing was charged; VAT as on the goods, 10.00 of 60.00.
    let mut unpaid = order();
    unpaid.shipping = Shipping { tax_minor: Some(0), ..Shipping::default() };
    unpaid.payments[0].amount_minor = 60_00;
    let to = to.replace("7.20", "4.80");
    // 64.80 paid: 1.222 is 1.22 instead of 1.15.
    let expected = [(ShippingIncome, 4_00), (PaymentFees, -1_28), (TaxCollected, 10_80)];
    check(&unpaid, &to, &but(&expected));
}

#[test]
fn other_fees_and_costs_of_sending_take_the_place_of_the_real_ones() {
    // 2 % of 66.00.
    let fees = r#"{"kind":"payment_fees","rules":[{"gateway":"stripe","percent":"2"}]}"#;
    check(&order(), fees, &but(&[(PaymentFees, -1_32)]));
    let other = r#"{"kind":"payment_fees","rules":[{"gateway":"paypal","percent":"2"}]}"#;
    check(&order(), other, &but(&[]));
    let six = r#"{"kind":"shipping_cost","costs":{"percent":"6"}}"#;
    check(&order(), six, &but(&[(ShippingCost, -5_30)]));
    let rules = r#"{"kind":"shipping_cost","costs":{"rules":[
        {"country":"DE","up_to_grams":300,"cost":"4.20","currency":"EUR"}]}}"#;
    check(&order(), rules, &but(&[(ShippingCost, -4_20)]));
    let lighter = rules.replace("300", "299");
    check(&order(), &lighter, &but(&[]));
    // A real label gives way, too; that of the parcel that came back stays with its refund.
    let label = |key: &str, minor: i64, is_return: bool| Label {
        key: key.into(),
        order: "1".into(),
        store: None,
        at: noon("2026-05-12"),
        cost: eur(minor),
        voided: false,
        is_return,
        estimated: false,
        tracking: None,
        carrier: None,
    };
    let mut labelled = order();
    labelled.labels = vec![label("1", 6_10, false), label("2", 3_00, true)];
    labelled.refunds = vec![Refund {
        id: "r".into(),
        at: noon("2026-05-13"),
        estimated: false,
        tax_inside: false,
        lines: Vec::new(),
        shipping_minor: 0,
        shipping_tax_minor: 0,
        adjustment_minor: 0,
        adjustment_tax_minor: 0,
        service_minor: 0,
        service_tax_minor: 0,
        fee_returned: None,
        fees: Vec::new(),
    }];
    check(&labelled, "", &but(&[(ShippingCost, -9_10)]));
    check(&labelled, rules, &but(&[(ShippingCost, -7_20)]));
    let packing = r#"{"kind":"handling_cost","costs":{"rules":[
        {"per":"item","cost":"0.50","currency":"EUR"}]}}"#;
    check(&order(), packing, &but(&[(HandlingCost, -1_50)]));
}

#[test]
fn a_dropped_product_takes_its_line_along_and_the_rest_stays() {
    let drop = |sku: &str| format!(r#"{{"kind":"drop","of":{{"sku":"{sku}"}}}}"#);
    // 30.00 paid: 0.70 instead of 1.24 by rule.
    let expected = [(GrossSales, 20_00), (Cogs, -8_00), (PaymentFees, -67), (TaxCollected, 5_00)];
    check(&order(), &drop("POT"), &but(&expected));
    let mut discounted = order();
    discounted.order_discount_minor = 6_00;
    discounted.lines[0].tax_minor = Some(3_60);
    discounted.lines[1].tax_minor = Some(5_40);
    discounted.payments[0].amount_minor = 60_00;
    // The pot bore 3.60 of the discount. 24.00 − 2.40 + 6.00 = 27.60: 0.66 instead of 1.15.
    let expected = [
        (GrossSales, 20_00),
        (Component::Discounts, -2_00),
        (Cogs, -8_00),
        (PaymentFees, -72),
        (TaxCollected, 4_60),
    ];
    check(&discounted, &drop("POT"), &but(&expected));
    // An order of that alone does not happen.
    let both = format!("{},{}", drop("POT"), drop("MUG"));
    let (amounts, touched) = replay(&order(), &policy(), &both);
    assert_eq!((amounts, touched), (None, Touched { orders: 1, units: 1 }));
}

#[test]
fn another_rate_converts_what_is_in_its_currency() {
    let usd = Currency::parse("USD").unwrap();
    let mut order = order();
    order.currency = usd;
    order.taxes_included = false;
    order.payments[0].fee = Some(Money::zero(usd));
    order.lines.truncate(1);
    order.lines[0].tax_minor = None;
    order.shipping = Shipping::default();
    let mut policy = policy();
    let rate = ExchangeRate {
        day: day("2026-05-01"),
        base: usd,
        quote: Currency::EUR,
        rate: decimal("0.80"),
        source: RateSource::Own,
    };
    policy.rates = Rates::new(&[rate]);
    let rest = [(Cogs, -8_00), (ShippingCost, -5_00)];
    let expected = |gross| [&[(GrossSales, gross)][..], &rest].concat();
    check_with(&order, &policy, "", &expected(19_20));
    let fixed = r#"{"kind":"rate","currency":"USD","change":{"fixed":"0.90"}}"#;
    check_with(&order, &policy, fixed, &expected(21_60));
    let more = r#"{"kind":"rate","currency":"USD","change":{"percent":"10"}}"#;
    check_with(&order, &policy, more, &expected(21_12));
}

#[test]
fn spend_and_expenses_move_where_they_are_meant() {
    let spend = AdSpend {
        day: day("2026-05-10"),
        platform: "meta".into(),
        campaign: "c1".into(),
        amount: eur(100_00),
        whole_campaign: false,
        store: None,
        sku: None,
        country: None,
        impressions: None,
        clicks: None,
        conversions: None,
        conversion_value: None,
    };
    let rent = Expense {
        name: "Rent".into(),
        amount: eur(33_33),
        from: day("2026-01-01"),
        to: None,
        every: Every::Month,
        store: None,
        category: None,
    };
    let (policy, skus) = (policy(), []);
    let check = |assumptions: &str, ads: i64, expenses: i64| {
        let scenario = scenario(assumptions);
        let assumed = Assumed::new(&scenario, &policy, &skus).unwrap();
        let found = (
            assumed.spend(&spend).unwrap().minor,
            assumed.expense(rent.clone()).unwrap().amount.minor,
        );
        assert_eq!(found, (ads, expenses), "{assumptions}");
    };
    check(r#"{"kind":"ad_spend","percent":"-20"}"#, 80_00, 33_33);
    check(r#"{"kind":"ad_spend","percent":"-20","campaign":"c2"}"#, 100_00, 33_33);
    check(r#"{"kind":"ad_spend","percent":"-20","platform":"meta"}"#, 80_00, 33_33);
    // 36.663.
    check(r#"{"kind":"expenses","percent":"10"}"#, 100_00, 36_66);
    check(r#"{"kind":"expenses","percent":"10","name":"Tools"}"#, 100_00, 33_33);
}

#[test]
fn a_definition_is_read_strictly_and_written_as_it_is_read() {
    let text = r#"{"version":1,"name":"Dearer","assumptions":[
        {"kind":"cost","of":{"group":"mugs"},"change":{"percent":"8"},"from":"2026-05-01"},
        {"kind":"volume","of":"all","percent":"-6"},{"kind":"more_orders","count":38,"of":"all"},
        {"kind":"rate","currency":"USD","change":{"fixed":"0.9"}}]}"#;
    let scenario = Scenario::parse(text).unwrap();
    let again = serde_json::to_string(&scenario).unwrap();
    assert_eq!(Scenario::parse(&again), Ok(scenario));
    let refused = |assumption: &str, why: &str| {
        let text = format!(r#"{{"assumptions":[{assumption}]}}"#);
        let fault = Scenario::parse(&text).unwrap_err();
        assert!(fault.contains(why), "{assumption}: {fault}");
    };
    refused(r#"{"kind":"cost","of":"all","change":{"percent":"8"},"since":1}"#, "since");
    refused(r#"{"kind":"fewer"}"#, "fewer");
    refused(r#"{"kind":"volume","of":"all","percent":"-101"}"#, "change in percent");
    refused(r#"{"kind":"drop","of":"all"}"#, "Name the product");
    refused(r#"{"kind":"drop","of":{"sku":" "}}"#, "Name the product");
    refused(r#"{"kind":"rate","currency":"USD","change":{"fixed":"0"}}"#, "above 0");
    refused(r#"{"kind":"commission","percent":"101"}"#, "0 to 100");
    refused(r#"{"kind":"payment_fees","rules":[{"percent":"-1"}]}"#, "payment_fees[0].percent");
    refused(r#"{"kind":"more_orders","count":-1}"#, "0 to");
    let free = r#"{"kind":"free_shipping","from":{"amount":"4.005","currency":"EUR"}}"#;
    refused(free, "not an amount");
    assert!(Scenario::parse(r#"{"version":2,"assumptions":[]}"#).unwrap_err().contains("version"));
}

#[test]
fn guesses_are_those_that_are_made_or_those_that_a_price_asks_for() {
    let of = |assumptions: &str| {
        let guesses = scenario(assumptions).list_guesses().into_iter();
        guesses.map(|guess| (guess.of, guess.percent.to_string())).collect::<Vec<_>>()
    };
    let mugs = super::Goods::Group("mugs".into());
    let price = r#"{"kind":"price","of":{"group":"mugs"},"change":{"percent":"5"}}"#;
    assert_eq!(of(price), [(mugs.clone(), "0".to_owned())]);
    let fewer = r#"{"kind":"volume","of":{"group":"mugs"},"percent":"-6"}"#;
    assert_eq!(of(&format!("{price},{fewer}")), [(mugs, "-6".to_owned())]);
    assert_eq!(of(r#"{"kind":"ad_spend","percent":"5"}"#), []);
    let all = scenario(price).assumptions;
    assert!(matches!(all.as_slice(), [Assumption::Price { .. }]));
}
