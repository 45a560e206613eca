//! Costs guessed by rule: a share of the line's net sale price where no cost is known.

use super::{all, cost, day, decimal, line, noon, order, policy, refund, returned, run, sum};
use crate::domain::profit::component::{Component, Quality};
use crate::domain::profit::facts::{CostBook, Policy};
use crate::domain::profit::ratio::Ratio;
use crate::domain::record::Line;
use crate::domain::rules::{CostGuess, Group, Rules, VatRate};

fn guess(group: Option<&str>, percent: &str) -> CostGuess {
    CostGuess { group: group.map(str::to_owned), percent: decimal(percent) }
}

fn guessing(guesses: Vec<CostGuess>) -> Policy {
    let groups = vec![Group { name: "mugs".into(), sku_prefix: "MUG".into() }];
    Policy { rules: Rules { cost_guesses: guesses, groups, ..Rules::default() }, ..policy() }
}

fn lamp(id: &str, price_minor: i64) -> Line {
    Line { sku: Some("LAMP".into()), ..line(id, 1, price_minor) }
}

#[test]
fn a_line_without_a_cost_is_guessed_and_stays_uncovered() {
    let mut policy = guessing(vec![guess(Some("mugs"), "25"), guess(None, "40")]);
    let mut nameless = line("c", 1, 3_33);
    nameless.sku = None;
    let sold = order("2026-01-20", vec![line("a", 2, 10_01), lamp("b", 5_05), nameless]);
    let booked = run(&sold, &policy);
    let cogs: Vec<i64> =
        booked.lines.iter().map(|line| line.amounts[Component::Cogs.index()]).collect();
    // 20.02 × 25 % = 5.005, to even 5.00; 5.05 × 40 % = 2.02; 3.33 × 40 % = 1.332.
    assert_eq!(cogs, [-5_00, -2_02, -1_33]);
    for line in &booked.lines {
        let quality = Quality::of(Component::Cogs, line.estimated, line.missing);
        assert_eq!((quality, line.cost_known), (Quality::Estimated, false));
    }
    let part = booked.parts.iter().find(|part| part.component == Component::Cogs).unwrap();
    assert_eq!(part.rule, "cost guess 1, 25 % of the net price of group mugs");
    assert_eq!(part.arithmetic, "−20.02 × 25 %");
    // A cost that is known wins, and only it is covered: 20.02 of 28.40.
    policy.costs = CostBook::new(vec![cost("MUG", "2026-01-01", "4")]);
    let booked = run(&sold, &policy);
    let figures = all(&booked);
    assert_eq!(figures.get(Component::Cogs), -8_00 - 2_02 - 1_33);
    let known: Vec<bool> = booked.lines.iter().map(|line| line.cost_known).collect();
    assert_eq!(known, [true, false, false]);
    assert_eq!(Ratio::of(20_02, 28_40), Some(Ratio(7049)));
}

#[test]
fn what_no_guess_fits_is_missing() {
    let policy = guessing(vec![guess(Some("mugs"), "25")]);
    let booked = run(&order("2026-01-20", vec![lamp("b", 5_05)]), &policy);
    let quality =
        |component| Quality::of(component, booked.lines[0].estimated, booked.lines[0].missing);
    assert_eq!(quality(Component::Cogs), Quality::Missing);
    assert_eq!(all(&booked).get(Component::Cogs), 0);
}

#[test]
fn the_share_is_of_the_price_without_tax_and_after_discounts() {
    let mut policy = guessing(vec![guess(None, "50")]);
    policy.rules.vat_rates =
        vec![VatRate { country: Some("DE".into()), rate: decimal("19"), from: None }];
    let mut sold = order("2026-01-20", vec![line("a", 1, 120_00)]);
    sold.taxes_included = true;
    sold.country = Some("DE".into());
    sold.lines[0].discount_minor = 1_00;
    // 119.00 paid, 19.00 of it tax: half of 100.00.
    assert_eq!(all(&run(&sold, &policy)).get(Component::Cogs), -50_00);
}

#[test]
fn a_return_gives_its_share_of_the_guess_back() {
    let policy = guessing(vec![guess(None, "40")]);
    let mut sold = order("2026-01-20", vec![line("a", 3, 10_00)]);
    sold.refunds.push(refund("2026-02-03", vec![returned("a", 1, 10_00, 1)]));
    sold.refunds.push(refund("2026-02-04", vec![returned("a", 1, 10_00, 0)]));
    let booked = run(&sold, &policy);
    let on = |text: &str, component| sum(&booked, |on| on == day(text)).get(component);
    assert_eq!(on("2026-01-20", Component::Cogs), -12_00);
    assert_eq!(on("2026-02-03", Component::Cogs), 4_00);
    assert_eq!(on("2026-02-04", Component::Cogs), 0);
    assert_eq!(on("2026-02-04", Component::WrittenOff), 4_00);
    let back = booked.lines.iter().find(|line| booked.events[line.event].at == noon("2026-02-03"));
    assert_ne!(back.unwrap().estimated & Component::Cogs.bit(), 0);
}

#[test]
fn rules_without_guesses_are_written_as_before() {
    let text = serde_json::to_string(&Rules::default()).unwrap();
    assert!(!text.contains("cost_guesses"), "{text}");
    let rules = guessing(vec![guess(None, "40")]).rules;
    let text = serde_json::to_string(&rules).unwrap();
    assert!(text.contains(r#""cost_guesses":[{"group":null,"percent":"40"}]"#), "{text}");
    assert_eq!(serde_json::from_str::<Rules>(&text).unwrap(), rules);
}
