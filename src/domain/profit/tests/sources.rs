//! What stands beside the order itself: labels, costs noted at listings, estimates of fees,
//! advertising of one order.

use super::*;
use crate::domain::profit::component::Quality;
use crate::domain::record::{FeeEstimate, Label};

pub fn label(key: &str, at: &str, minor: i64) -> Label {
    Label {
        key: key.into(),
        order: "1001".into(),
        store: None,
        at: noon(at),
        cost: Money::new(minor, eur()),
        voided: false,
        is_return: false,
        estimated: false,
        tracking: None,
        carrier: Some("DHL".into()),
    }
}

#[test]
fn labels_win_over_all_else_and_a_return_label_stands_at_its_refund() {
    let mut sold = order("2026-01-10", vec![line("a", 1, 60_00), line("b", 1, 20_00)]);
    sold.shipping_cost = Some(Money::new(9_99, eur()));
    sold.labels = vec![label("L1", "2026-01-11", 5_01), label("L2", "2026-01-12", 2_00)];
    let back = Label { is_return: true, ..label("L3", "2026-01-20", 3_00) };
    sold.labels.push(back);
    sold.refunds.push(refund("2026-02-03", vec![returned("a", 1, 60_00, 0)]));
    let booked = run(&sold, &policy());
    let cost = |text: &str| sum(&booked, |on| on == day(text)).get(Component::ShippingCost);
    assert_eq!((cost("2026-01-10"), cost("2026-02-03")), (-7_01, -3_00));
    let named = booked.parts.iter().any(|part| part.source.contains("DHL return label L3"));
    assert!(named, "the trail names the label");
    sold.refunds.clear();
    assert_eq!(all(&run(&sold, &policy())).get(Component::ShippingCost), -10_01);
    sold.fees.push(Fee { class: FeeClass::ShippingCost, ..fee("label", 6_00) });
    let cost = |sold: &Order| all(&run(sold, &policy())).get(Component::ShippingCost);
    assert_eq!(cost(&sold), -10_01, "the channel's own charge gives way");
    sold.labels.clear();
    sold.shipping_cost = None;
    assert_eq!(cost(&sold), -6_00, "without a label it counts");
}

#[test]
fn a_cost_noted_at_a_listing_gives_way_to_the_sellers_own() {
    let noted = |store: &str, from: &str, unit_cost: &str| Cost {
        store: Some(store.into()),
        ..cost("MUG", from, unit_cost)
    };
    let listed = vec![
        noted("other", "1970-01-01", "7"),
        noted("shop", "1970-01-01", "8"),
        noted("shop", "2026-01-15", "9"),
    ];
    let mut policy = policy();
    policy.costs = CostBook::new(Vec::new()).with_listed(listed.clone());
    let cogs = |policy: &Policy, on: &str| {
        all(&run(&order(on, vec![line("a", 2, 60_00)]), policy)).get(Component::Cogs)
    };
    assert_eq!(cogs(&policy, "2026-01-10"), -16_00, "of the store of the sale");
    assert_eq!(cogs(&policy, "2026-01-15"), -18_00, "the latest in force");
    let own = vec![cost("MUG", "2026-01-20", "5")];
    policy.costs = CostBook::new(own).with_listed(listed);
    assert_eq!(cogs(&policy, "2026-01-19"), -18_00, "before the seller's own begins");
    assert_eq!(cogs(&policy, "2026-01-20"), -10_00, "the seller's own wins");
}

#[test]
fn an_estimated_fee_counts_until_a_real_one_is_known() {
    let mut policy = policy();
    let estimate = FeeEstimate {
        sku: "MUG".into(),
        price: Money::new(20_00, eur()),
        share_minor: 3_00,
        fixed_minor: 2_50,
    };
    policy.fee_estimates.insert(("shop".into(), "MUG".into()), estimate);
    let mut sold = order("2026-01-10", vec![line("a", 2, 30_00)]);
    sold.lines[0].discount_minor = 3_33;
    let figures = all(&run(&sold, &policy));
    // 3.00 × 56.67 / 20.00 = 8.5005, and 2 × 2.50.
    assert_eq!(figures.get(Component::ChannelFees), -13_50);
    let quality = Quality::of(Component::ChannelFees, figures.estimated, figures.missing);
    assert_eq!(quality, Quality::Estimated);
    sold.fees.push(fee("commission", 4_20));
    let figures = all(&run(&sold, &policy));
    assert_eq!(figures.get(Component::ChannelFees), -4_20);
    assert_eq!(figures.estimated & Component::ChannelFees.bit(), 0);
}

#[test]
fn advertising_of_one_order_is_ad_spend_of_that_order() {
    let mut sold = order("2026-01-10", vec![line("a", 1, 60_00), line("b", 1, 20_00)]);
    let ad = Fee { class: FeeClass::Advertising, ..fee("offsite ads", 9_00) };
    sold.fees.push(ad);
    let figures = all(&run(&sold, &policy()));
    assert_eq!(figures.get(Component::AdSpend), -9_00);
    assert_eq!(figures.get(Component::ChannelFees), 0);
}
