//! Ad spend over a day's lines and expenses over their days, by many cases.

use proptest::prelude::*;

use crate::base::{Currency, Day, DayRange, Money};
use crate::domain::profit::ads::{DayLine, Spend, Step, allocate};
use crate::domain::profit::expenses::list_days;
use crate::domain::profit::input_vat::InputVat;
use crate::domain::record::{Every, Expense};
use crate::domain::rules::{CampaignRule, Group, Rules, Target};

const SKUS: [&str; 3] = ["MUG-1", "MUG-2", "POT"];
const STORES: [&str; 2] = ["north", "south"];
const CAMPAIGNS: [&str; 2] = ["spring", "brand"];

fn pick<'a>(list: &[&'a str], index: usize) -> Option<&'a str> {
    list.get(index).copied()
}

fn any_line() -> impl Strategy<Value = DayLine<'static>> {
    (-50..5_000_i64, 1..4_i64, 0..4_usize, 0..2_usize, 0..3_usize).prop_map(
        |(weight_minor, quantity, sku, store, campaign)| DayLine {
            weight_minor,
            quantity,
            sku: pick(&SKUS, sku),
            store: STORES[store],
            campaign: pick(&CAMPAIGNS, campaign),
        },
    )
}

fn rules(target: usize) -> Rules {
    let mut rules = Rules::default();
    rules.groups.push(Group { name: "mugs".to_owned(), sku_prefix: "MUG-".to_owned() });
    let target = match target {
        0 => Target::Sku("POT".to_owned()),
        1 => Target::Group("mugs".to_owned()),
        2 => Target::Store("south".to_owned()),
        _ => return rules,
    };
    rules.campaigns.push(CampaignRule { platform: None, campaign: None, target });
    rules
}

/// Whether a line may bear the spend by a step, from the definition's own sentence.
fn bears(line: &DayLine<'_>, spend: &Spend<'_>, (step, target): (Step, usize)) -> bool {
    let in_store = spend.store.is_none_or(|store| store == line.store);
    in_store
        && match step {
            Step::Product => spend.sku.is_some_and(|sku| line.sku == Some(sku)),
            Step::Attributed => line.campaign == Some(spend.campaign),
            Step::Mapped => match target {
                0 => line.sku == Some("POT"),
                1 => line.sku.is_some_and(|sku| sku.starts_with("MUG-")),
                2 => line.store == "south",
                _ => false,
            },
            Step::Store => true,
        }
}

proptest! {
    #[test]
    fn spend_goes_whole_to_the_first_step_that_has_a_line(
        lines in proptest::collection::vec(any_line(), 0..7),
        minor in -10_000..100_000_i64,
        (store, sku, campaign, target) in (0..3_usize, 0..4_usize, 0..2_usize, 0..4_usize),
    ) {
        let spend = Spend {
            amount: Money::new(minor, Currency::parse("EUR").unwrap()),
            platform: "meta",
            campaign: CAMPAIGNS[campaign],
            store: pick(&STORES, store),
            sku: pick(&SKUS, sku),
        };
        let allocated = allocate(&lines, &spend, &rules(target));
        let first = Step::ALL
            .into_iter()
            .find(|step| lines.iter().any(|line| bears(line, &spend, (*step, target))));
        prop_assert_eq!(allocated.step, first);
        let Some(step) = first else {
            prop_assert!(allocated.parts.is_empty());
            return Ok(());
        };
        prop_assert_eq!(allocated.parts.iter().map(|(_, part)| part).sum::<i64>(), minor);
        let bearing: Vec<usize> = (0..lines.len())
            .filter(|index| bears(&lines[*index], &spend, (step, target)))
            .collect();
        let named: Vec<usize> = allocated.parts.iter().map(|(index, _)| *index).collect();
        prop_assert_eq!(named, bearing);
        // Who weighs more bears no less.
        let weighs = |index: usize| lines[index].weight_minor.max(0);
        let some = allocated.parts.iter().any(|(index, _)| weighs(*index) > 0);
        for (left, borne) in &allocated.parts {
            for (right, other) in &allocated.parts {
                let is_more = some && weighs(*left) > weighs(*right);
                prop_assert!(!is_more || borne.abs() >= other.abs());
            }
        }
    }

    #[test]
    fn each_whole_period_bears_its_amount_and_its_days_differ_by_a_cent_at_most(
        minor in -1_000_000..1_000_000_i64, start in 19_000..20_000_i32, every in 1..6_usize,
        number in 0..30_i32,
    ) {
        let from = Day(start);
        let every = Every::ALL[every];
        let begins = |number: i32| match every {
            Every::Once | Every::Day => from.plus(number),
            Every::Week => from.plus(7 * number),
            Every::Month => from.plus_months(number),
            Every::Quarter => from.plus_months(3 * number),
            Every::Year => from.plus_months(12 * number),
        };
        let amount = Money::new(minor, Currency::parse("EUR").unwrap());
        let (store, category) = (None, None);
        let expense =
            Expense { name: "rent".into(), amount, from, to: None, every, store, category };
        let period = DayRange { from: begins(number), to: begins(number + 1).plus(-1) };
        let days = list_days(&expense, period, InputVat::default());
        let parts: Vec<i64> = days.iter().map(|(_, part)| *part).collect();
        prop_assert_eq!(parts.iter().sum::<i64>(), minor);
        if minor != 0 {
            prop_assert_eq!(days.len() as i32, period.days());
            let (first, last) = (parts[0].abs(), parts[parts.len() - 1].abs());
            prop_assert!(first - last <= 1);
            prop_assert!(parts.windows(2).all(|pair| pair[0].abs() >= pair[1].abs()));
        }
    }
}
