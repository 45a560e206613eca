//! Listings linked to another product, or to several units of one: bundles that no rule names.

use super::{cost, day, line, order, policy, run};
use crate::domain::profit::component::Component;
use crate::domain::profit::facts::{CostAsk, CostBook, Links, Policy};
use crate::domain::record::{Cost, Line};
use crate::domain::rules::{Bundle, BundlePart, Rules};

const STORE: &str = "shop";

fn linked(costs: Vec<Cost>, bundles: Vec<Bundle>, links: &[(&str, &str, i64)]) -> Policy {
    let link = |(sku, part, units): &(&str, &str, i64)| {
        (STORE.to_owned(), (*sku).to_owned(), ((*part).to_owned(), *units))
    };
    Policy {
        costs: CostBook::new(costs),
        rules: Rules { bundles, ..Rules::default() },
        links: Links::new(links.iter().map(link)),
        ..policy()
    }
}

fn bundle(sku: &str, parts: &[(&str, i64)]) -> Bundle {
    let part =
        |(sku, quantity): &(&str, i64)| BundlePart { sku: (*sku).to_owned(), quantity: *quantity };
    Bundle { sku: sku.to_owned(), components: parts.iter().map(part).collect() }
}

/// The cost of two of a SKU.
fn cost_of(sku: &str, policy: &Policy) -> i64 {
    let sold = Line { sku: Some(sku.into()), ..line("a", 2, 100_00) };
    let booked = run(&order("2026-01-20", vec![sold]), policy);
    booked.lines.iter().map(|line| line.amounts[Component::Cogs.index()]).sum()
}

fn mug() -> Vec<Cost> {
    vec![cost("MUG", "2026-01-01", "4.00")]
}

#[test]
fn a_listing_costs_its_units_of_the_variant() {
    let policy = linked(mug(), Vec::new(), &[("AMZ", "MUG", 3), ("ONE", "MUG", 1)]);
    assert_eq!(cost_of("AMZ", &policy), -24_00);
    assert_eq!(cost_of("ONE", &policy), -8_00);
    assert_eq!(cost_of("MUG", &policy), -8_00);
    // A pack that bears the SKU of what is in it.
    let policy = linked(mug(), Vec::new(), &[("MUG", "MUG", 3)]);
    assert_eq!(cost_of("MUG", &policy), -24_00);
    // A link is followed once: what it leads to is no listing.
    let policy = linked(mug(), Vec::new(), &[("AMZ", "ONE", 2), ("ONE", "MUG", 3)]);
    assert_eq!(cost_of("AMZ", &policy), 0);
    assert_eq!(cost_of("ONE", &policy), -24_00);
}

#[test]
fn what_the_seller_says_of_the_sku_itself_goes_before_its_link() {
    let mut costs = mug();
    costs.push(cost("AMZ", "2026-01-01", "11.00"));
    let policy = linked(costs, Vec::new(), &[("AMZ", "MUG", 3)]);
    assert_eq!(cost_of("AMZ", &policy), -22_00);
    // A bundle of that SKU, and one that the link leads to: a mug and two of it.
    let sets = vec![bundle("AMZ", &[("MUG", 2)]), bundle("SET", &[("MUG", 1), ("MUG", 2)])];
    let policy = linked(mug(), sets, &[("AMZ", "MUG", 3), ("EBAY", "SET", 2)]);
    assert_eq!(cost_of("AMZ", &policy), -16_00);
    assert_eq!(cost_of("EBAY", &policy), -48_00);
    assert_eq!(policy.list_holders("MUG"), ["AMZ", "EBAY", "MUG", "SET"]);
}

#[test]
fn another_store_knows_nothing_of_it_and_receipts_keep_a_sku_its_own() {
    let policy = linked(mug(), Vec::new(), &[("AMZ", "MUG", 3)]);
    let ask = |store| CostAsk { sku: "AMZ", store, country: None, day: day("2026-01-20") };
    assert_eq!(policy.list_leaves(ask(STORE), &|_| false), [("MUG", 3)]);
    assert_eq!(policy.list_leaves(ask("market"), &|_| false), [("AMZ", 1)]);
    assert_eq!(policy.list_leaves(ask(STORE), &|sku| sku == "AMZ"), [("AMZ", 1)]);
}
