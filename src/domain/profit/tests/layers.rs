//! Costs of several sorts on one line: layers, bundles, input VAT, by the sentences of the
//! definition.

use super::*;
use crate::base::rate::Fraction;
use crate::domain::profit::layers::{Draw, LeafDraws, OrderDraws, UnitCost};
use crate::domain::rules::{Bundle, BundlePart, InputVatRule, VatSource};

fn usd() -> Currency {
    Currency::parse("USD").unwrap()
}

fn draw(units: i64, unit: &[(&str, Currency)]) -> Draw {
    let cost = |(text, currency): &(&str, Currency)| UnitCost {
        currency: *currency,
        cost: Fraction::from_decimal(decimal(text)),
    };
    let from = Some(("PO-1".to_owned(), day("2026-01-01")));
    Draw { units, from, unit: unit.iter().map(cost).collect() }
}

fn leaf(sku: &str, units: i64, draws: Vec<Draw>) -> OrderDraws {
    OrderDraws::from([(0, vec![LeafDraws { sku: sku.into(), units, draws }])])
}

fn run_drawn(order: &Order, policy: &Policy, draws: &OrderDraws) -> Booked {
    let booking = Booking { order, store: "shop", policy, draws: Some(draws), trail: true };
    let mut converter = Converter::new(&policy.rates, policy.reporting);
    book(&booking, &mut converter).unwrap()
}

fn cogs_on(booked: &Booked, text: &str) -> i64 {
    sum(booked, |on| on == day(text)).get(Component::Cogs)
}

fn quality_of(figures: &Figures) -> Quality {
    Quality::of(Component::Cogs, figures.estimated, figures.missing)
}

#[test]
fn a_line_over_two_layers_becomes_money_once() {
    let draws = leaf("MUG", 3, vec![draw(1, &[("4.005", eur())]), draw(2, &[("4.105", eur())])]);
    let booked = run_drawn(&order("2026-01-20", vec![line("a", 3, 60_00)]), &policy(), &draws);
    // 4.005 + 2 × 4.105 = 12.215, to even 12.22; by parts it would be 4.00 + 8.21.
    assert_eq!(cogs_on(&booked, "2026-01-20"), -12_22);
    let part = booked.parts.iter().find(|part| part.component == Component::Cogs).unwrap();
    assert_eq!(part.arithmetic, "−(1 × 4.005 + 2 × 4.105)");
    assert_eq!(part.source, "layer PO-1 received 2026-01-01");
    assert_eq!(quality_of(&all(&booked)), Quality::Actual);
}

#[test]
fn each_currency_of_a_layer_is_a_part_of_its_own_at_the_day_of_the_sale() {
    let mut policy = policy();
    policy.rates = Rates::new(&[ExchangeRate {
        day: day("2026-01-01"),
        base: usd(),
        quote: eur(),
        rate: decimal("0.5"),
        source: RateSource::Own,
    }]);
    let draws = leaf("MUG", 2, vec![draw(2, &[("10.01", usd()), ("0.3", eur())])]);
    let mut sold = order("2026-01-20", vec![line("a", 2, 60_00)]);
    sold.refunds.push(refund("2026-02-03", vec![returned("a", 1, 60_00, 1)]));
    let booked = run_drawn(&sold, &policy, &draws);
    // 20.02 × 0.5 = 10.01 and 0.60; half of each comes back.
    assert_eq!(cogs_on(&booked, "2026-01-20"), -10_61);
    // 10.01 × 0.5 = 5.005, to even 5.00, and 0.30.
    assert_eq!(cogs_on(&booked, "2026-02-03"), 5_30);
}

#[test]
fn a_restocked_unit_gives_back_what_the_last_taken_cost_and_a_lost_one_the_first() {
    let draws = leaf("MUG", 3, vec![draw(2, &[("4", eur())]), draw(1, &[("7", eur())])]);
    let mut sold = order("2026-01-20", vec![line("a", 3, 60_00)]);
    sold.refunds.push(refund("2026-02-01", vec![returned("a", 1, 60_00, 1)]));
    sold.refunds.push(refund("2026-02-02", vec![returned("a", 1, 60_00, 0)]));
    sold.refunds.push(refund("2026-02-03", vec![returned("a", 1, 60_00, 1)]));
    let booked = run_drawn(&sold, &policy(), &draws);
    let cogs = ["2026-01-20", "2026-02-01", "2026-02-02", "2026-02-03"];
    let cogs = cogs.map(|on| cogs_on(&booked, on));
    // 4 + 4 + 7; the 7 comes back, then one of the 4; the other 4 is written off.
    assert_eq!(cogs, [-15_00, 7_00, 0, 4_00]);
    assert_eq!(all(&booked).get(Component::WrittenOff), 4_00);
}

#[test]
fn units_beyond_what_was_received_take_the_cost_in_force_and_are_estimated() {
    let mut policy = policy();
    policy.costs = CostBook::new(vec![cost("MUG", "2026-01-01", "5")]);
    let sold = order("2026-01-20", vec![line("a", 3, 60_00)]);
    let draws = leaf("MUG", 3, vec![draw(2, &[("4", eur())])]);
    let figures = all(&run_drawn(&sold, &policy, &draws));
    assert_eq!((figures.get(Component::Cogs), quality_of(&figures)), (-13_00, Quality::Estimated));
    assert_eq!(figures.costed_net_sales, figures.net_sales());
    // Without such a cost the two are known and the third is missing.
    policy.costs = CostBook::default();
    let figures = all(&run_drawn(&sold, &policy, &draws));
    assert_eq!((figures.get(Component::Cogs), quality_of(&figures)), (-8_00, Quality::Missing));
    assert_eq!(figures.costed_net_sales, 0);
    // Nothing at all is known: as under `dated`.
    let figures = all(&run_drawn(&sold, &policy, &leaf("MUG", 3, Vec::new())));
    assert_eq!((figures.get(Component::Cogs), quality_of(&figures)), (0, Quality::Missing));
}

fn set_of(parts: &[(&str, i64)]) -> Bundle {
    let part =
        |(sku, quantity): &(&str, i64)| BundlePart { sku: (*sku).to_owned(), quantity: *quantity };
    Bundle { sku: "SET".into(), components: parts.iter().map(part).collect() }
}

#[test]
fn a_bundle_costs_the_sum_of_its_components() {
    let mut policy = policy();
    policy.rules.bundles = vec![
        set_of(&[("CUP", 2), ("BOX", 1)]),
        Bundle {
            sku: "BOX".into(),
            components: vec![BundlePart { sku: "LID".into(), quantity: 3 }],
        },
    ];
    policy.costs =
        CostBook::new(vec![cost("CUP", "2026-01-01", "1.005"), cost("LID", "2026-01-01", "0.1")]);
    let mut sold = order("2026-01-20", vec![line("a", 3, 60_00)]);
    sold.lines[0].sku = Some("SET".into());
    let booked = run(&sold, &policy);
    // 6 × 1.005 + 9 × 0.1 = 6.93.
    assert_eq!(all(&booked).get(Component::Cogs), -6_93);
    let part = booked.parts.iter().find(|part| part.component == Component::Cogs).unwrap();
    assert_eq!(part.arithmetic, "−(6 × 1.005 + 9 × 0.1)");
    sold.refunds.push(refund("2026-02-01", vec![returned("a", 1, 60_00, 1)]));
    assert_eq!(cogs_on(&run(&sold, &policy), "2026-02-01"), 2_31);
    // A cost of its own wins, also that of a bundle within it.
    policy.costs.put(cost("BOX", "2026-01-01", "1"));
    assert_eq!(cogs_on(&run(&sold, &policy), "2026-01-20"), -(6_03 + 3_00));
    policy.costs.put(cost("SET", "2026-01-01", "2.5"));
    assert_eq!(cogs_on(&run(&sold, &policy), "2026-01-20"), -7_50);
}

#[test]
fn a_bundle_without_the_cost_of_a_component_is_missing() {
    let mut policy = policy();
    policy.rules.bundles = vec![set_of(&[("CUP", 2), ("BOX", 1)])];
    policy.costs = CostBook::new(vec![cost("CUP", "2026-01-01", "1")]);
    let mut sold = order("2026-01-20", vec![line("a", 1, 60_00)]);
    sold.lines[0].sku = Some("SET".into());
    let figures = all(&run(&sold, &policy));
    assert_eq!((figures.get(Component::Cogs), quality_of(&figures)), (0, Quality::Missing));
    assert_eq!(figures.costed_net_sales, 0);
}

#[test]
fn a_bundle_draws_on_the_layers_of_its_components() {
    let cups = vec![draw(3, &[("1", eur())]), draw(1, &[("2", eur())])];
    let boxes = vec![draw(2, &[("0.5", eur())])];
    let leaves = vec![
        LeafDraws { sku: "BOX".into(), units: 2, draws: boxes },
        LeafDraws { sku: "CUP".into(), units: 4, draws: cups },
    ];
    let mut sold = order("2026-01-20", vec![line("a", 2, 60_00)]);
    sold.lines[0].sku = Some("SET".into());
    sold.refunds.push(refund("2026-02-01", vec![returned("a", 1, 60_00, 1)]));
    let booked = run_drawn(&sold, &policy(), &OrderDraws::from([(0, leaves)]));
    // 1.00 + 5.00; one set back is a box and the last two cups: 0.50 + 2.00 + 1.00.
    assert_eq!(cogs_on(&booked, "2026-01-20"), -6_00);
    assert_eq!(cogs_on(&booked, "2026-02-01"), 3_50);
}

fn vat(source: VatSource, rate: &str) -> InputVatRule {
    let rate = decimal(rate);
    InputVatRule { source, rate, from: None, platform: None, currency: None, country: None }
}

#[test]
fn recoverable_vat_is_taken_out_of_every_cost_first() {
    let mut policy = policy();
    policy.costs = CostBook::new(vec![cost("MUG", "2026-01-01", "12.01")]);
    policy.rules.input_vat = [
        VatSource::Costs,
        VatSource::ShippingCosts,
        VatSource::HandlingCosts,
        VatSource::Labels,
        VatSource::Fees,
    ]
    .map(|source| vat(source, "20"))
    .to_vec();
    policy.rules.shipping_costs = vec![ShippingCostRule {
        country: None,
        up_to_grams: None,
        cost: decimal("4.205"),
        currency: eur(),
        per: Per::Order,
    }];
    policy.rules.handling_costs =
        vec![HandlingCostRule { per: Per::Item, cost: decimal("0.335"), currency: eur() }];
    let mut sold = order("2026-01-20", vec![line("a", 3, 60_00)]);
    sold.shipping_cost = None;
    sold.payments[0].fee = Some(Money::new(2_41, eur()));
    sold.fees = vec![fee("commission", 6_00)];
    let booked = run(&sold, &policy);
    let figures = all(&booked);
    // 36.03 / 1.2 = 30.025, to even 30.02.
    assert_eq!(figures.get(Component::Cogs), -30_02);
    // 4.205 / 1.2 = 3.504; 3 × 0.335 / 1.2 = 0.8375; 2.41 / 1.2 = 2.008.
    assert_eq!(figures.get(Component::ShippingCost), -3_50);
    assert_eq!(figures.get(Component::HandlingCost), -84);
    assert_eq!(figures.get(Component::PaymentFees), -2_01);
    assert_eq!(figures.get(Component::ChannelFees), -5_00);
    let part = booked.parts.iter().find(|part| part.component == Component::Cogs).unwrap();
    assert_eq!(part.arithmetic, "−3 × 12.01 × 100 / 120");
    let part = booked.parts.iter().find(|part| part.component == Component::ChannelFees).unwrap();
    assert!(part.arithmetic.contains("6.00 × 100 / 120 = 5.00"), "{}", part.arithmetic);
    sold.labels = vec![sources::label("L1", "2026-01-20", 6_00)];
    assert_eq!(all(&run(&sold, &policy)).get(Component::ShippingCost), -5_00);
    // Who is not registered bears it all.
    policy.vat_registered = false;
    let figures = all(&run(&sold, &policy));
    assert_eq!((figures.get(Component::Cogs), figures.get(Component::ChannelFees)), (-3603, -600));
}

#[test]
fn a_fee_given_back_by_rule_gives_back_what_was_left_of_it() {
    let mut policy = policy();
    policy.rules.input_vat = vec![vat(VatSource::Fees, "20")];
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
    sold.payments[0] = Payment { gateway: "card".into(), amount_minor: 60_00, fee: None };
    sold.refunds.push(refund("2026-01-28", vec![returned("a", 1, 30_00, 0)]));
    let booked = run(&sold, &policy);
    let fees = |text: &str| sum(&booked, |on| on == day(text)).get(Component::PaymentFees);
    // 6.00 / 1.2 = 5.00; half of it back.
    assert_eq!((fees("2026-01-20"), fees("2026-01-28")), (-5_00, 2_50));
}
