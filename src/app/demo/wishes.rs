//! What the made-up seller means to reach, and what they wonder about.

use super::basket::share;
use crate::base::{Currency, Day, Decimal};
use crate::domain::goal::{Goal, GoalFigure};
use crate::domain::scenario::{Amount, Assumption, Change, Goods, Scenario};

/// Minor units for each order of a year that a month is to bring.
const PROFIT_OF_ORDER: i64 = 80;
const REVENUE_OF_ORDER: i64 = 450;

/// For this month and the two before it.
pub fn list_goals(orders: i64, today: Day) -> Vec<Goal> {
    let goal = |back: i32, figure: GoalFigure, amount: i64| Goal {
        month: today.first_of_month().plus_months(-back),
        store: None,
        figure,
        amount: amount.max(1),
        currency: figure.is_money().then_some(Currency::EUR),
    };
    let profit = |back: i32, percent: i64| {
        goal(back, GoalFigure::NetProfit, share(orders * PROFIT_OF_ORDER, percent, 100))
    };
    vec![
        profit(2, 90),
        profit(1, 95),
        profit(0, 100),
        goal(0, GoalFigure::NetRevenue, orders * REVENUE_OF_ORDER),
        goal(0, GoalFigure::Orders, orders / 10),
    ]
}

pub fn list_scenarios() -> Vec<Scenario> {
    let scenario = |name: &str, assumption: Assumption| Scenario {
        name: name.to_owned(),
        assumptions: vec![assumption],
        ..Scenario::default()
    };
    let percent = Change::Percent(Decimal::from_minor(5, 0));
    let from = Amount { amount: Decimal::from_minor(50, 0), currency: Currency::EUR };
    vec![
        scenario(
            "Prices up by 5 %",
            Assumption::Price { of: Goods::All, change: percent, from: None },
        ),
        scenario("Free shipping from 50", Assumption::FreeShipping { from, country: None }),
    ]
}
