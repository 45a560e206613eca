//! A day's ad spend over the lines sold on it: reported product, attributed orders, mapped
//! target, then the store (PROFIT, section 7).

use crate::base::Money;
use crate::base::split::Split;
use crate::domain::rules::{Rules, Target};

/// A line sold on the day, gift cards left out. Lines come by the order's instant, then the
/// store's name, then the order's id, then as they stand in the order.
#[derive(Clone, Debug)]
pub struct DayLine<'a> {
    /// Gross sales + discounts, converted.
    pub weight_minor: i64,
    pub quantity: i64,
    pub sku: Option<&'a str>,
    pub store: &'a str,
    /// The order's campaign.
    pub campaign: Option<&'a str>,
}

/// One row of spend of the day.
#[derive(Clone, Debug)]
pub struct Spend<'a> {
    pub amount: Money,
    pub platform: &'a str,
    pub campaign: &'a str,
    pub store: Option<&'a str>,
    pub sku: Option<&'a str>,
}

/// The step that bore a row of spend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    Product = 1,
    Attributed = 2,
    Mapped = 3,
    Store = 4,
}

impl Step {
    pub const ALL: [Self; 4] = [Self::Product, Self::Attributed, Self::Mapped, Self::Store];

    pub fn number(self) -> i64 {
        self as i64
    }

    pub fn parse(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.number() == number)
    }

    /// Whether `--ads matched` keeps it.
    pub fn is_matched(self) -> bool {
        self <= Self::Mapped
    }
}

/// What became of one row of spend.
#[derive(Clone, Debug, PartialEq)]
pub struct Allocated {
    /// `None`: no line could bear it.
    pub step: Option<Step>,
    /// (index of the line, minor units of the spend's currency); they add up to the spend.
    pub parts: Vec<(usize, i64)>,
}

/// Spreads one row of spend over the day's lines. A step with no line passes on to the next.
pub fn allocate(lines: &[DayLine<'_>], spend: &Spend<'_>, rules: &Rules) -> Allocated {
    let in_store = |line: &DayLine<'_>| spend.store.is_none_or(|store| line.store == store);
    let target = rules.find_campaign_target(spend.platform, spend.campaign);
    for step in Step::ALL {
        let bears = |line: &DayLine<'_>| match step {
            Step::Product => spend.sku.is_some() && line.sku == spend.sku,
            Step::Attributed => line.campaign == Some(spend.campaign),
            Step::Mapped => target.is_some_and(|target| is_target(line, target, rules)),
            Step::Store => true,
        };
        let chosen: Vec<usize> = (0..lines.len())
            .filter(|index| in_store(&lines[*index]) && bears(&lines[*index]))
            .collect();
        if chosen.is_empty() {
            continue;
        }
        let weights: Vec<i64> = chosen.iter().map(|index| lines[*index].weight_minor).collect();
        let quantities: Vec<i64> = chosen.iter().map(|index| lines[*index].quantity).collect();
        let split = Split { whole: spend.amount.minor, weights: &weights, quantities: &quantities };
        let parts = chosen.into_iter().zip(split.parts()).collect();
        return Allocated { step: Some(step), parts };
    }
    Allocated { step: None, parts: Vec::new() }
}

fn is_target(line: &DayLine<'_>, target: &Target, rules: &Rules) -> bool {
    match target {
        Target::Sku(sku) => line.sku == Some(sku),
        Target::Group(group) => {
            line.sku.and_then(|sku| rules.find_group(sku)) == Some(group.as_str())
        }
        Target::Store(store) => line.store == store,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Currency;
    use crate::domain::rules::{CampaignRule, Group};

    fn line<'a>(
        weight: i64,
        sku: &'a str,
        store: &'a str,
        campaign: Option<&'a str>,
    ) -> DayLine<'a> {
        DayLine { weight_minor: weight, quantity: 1, sku: Some(sku), store, campaign }
    }

    fn spend<'a>(minor: i64, store: Option<&'a str>, sku: Option<&'a str>) -> Spend<'a> {
        let amount = Money::new(minor, Currency::parse("EUR").unwrap());
        Spend { amount, platform: "meta", campaign: "c1", store, sku }
    }

    #[test]
    fn each_step_passes_on_what_no_line_of_it_can_bear() {
        let lines = [
            line(100, "MUG", "a", None),
            line(300, "CUP", "a", Some("c1")),
            line(100, "CUP", "b", None),
        ];
        let mut rules = Rules::default();
        let check = |rules: &Rules, spend: &Spend<'_>, step, parts: &[(usize, i64)], why: &str| {
            let allocated = allocate(&lines, spend, rules);
            assert_eq!((allocated.step, allocated.parts.as_slice()), (step, parts), "{why}");
        };
        check(&rules, &spend(100, None, Some("MUG")), Some(Step::Product), &[(0, 100)], "product");
        check(&rules, &spend(100, None, None), Some(Step::Attributed), &[(1, 100)], "attributed");
        check(&rules, &spend(100, Some("b"), None), Some(Step::Store), &[(2, 100)], "its store");
        check(&rules, &spend(100, Some("x"), None), None, &[], "no line of that store");
        rules.groups.push(Group { name: "cups".into(), sku_prefix: "CU".into() });
        rules.campaigns.push(CampaignRule {
            platform: Some("meta".into()),
            campaign: None,
            target: Target::Group("cups".into()),
        });
        check(&rules, &spend(100, Some("b"), None), Some(Step::Mapped), &[(2, 100)], "mapped");
        let other = Spend { campaign: "c2", ..spend(100, None, None) };
        let parts = [(1, 75), (2, 25)];
        check(&rules, &other, Some(Step::Mapped), &parts, "by gross sales + discounts");
    }

    #[test]
    fn spend_over_shared_products_is_counted_once() {
        // Worked case 6: X in three of five orders, Y in four of them.
        let lines: Vec<DayLine<'_>> = [1999, 1999, 1999, 2550, 2550, 2550, 2550]
            .into_iter()
            .enumerate()
            .map(|(index, weight)| line(weight, if index < 3 { "X" } else { "Y" }, "a", None))
            .collect();
        let allocated = allocate(&lines, &spend(100_000, None, None), &Rules::default());
        assert_eq!(allocated.parts.iter().map(|(_, minor)| minor).sum::<i64>(), 100_000);
        assert_eq!(allocated.parts.len(), 7);
    }
}
