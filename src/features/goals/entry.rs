//! A goal as it is typed, and what is wrong with it.

use serde::Deserialize;

use crate::base::{Currency, Day, Money};
use crate::domain::goal::{Goal, GoalFigure};
use crate::web::words::{self, Word, goal as told};

/// More orders in a month than anybody means.
const ORDERS_MAX: i64 = 1_000_000_000;

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Entry {
    /// `2026-11`.
    pub month: String,
    pub figure: String,
    pub amount: String,
    pub store: String,
    /// Which button was pressed.
    #[serde(rename = "do")]
    pub what: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wrong {
    pub month: Option<String>,
    pub figure: Option<String>,
    pub amount: Option<String>,
}

/// The first day of a month such as `2026-11`.
pub fn parse_month(text: &str) -> Option<Day> {
    Day::parse(&format!("{}-01", text.trim())).ok()
}

impl Entry {
    pub fn of(goal: &Goal) -> Self {
        let amount = match goal.currency {
            Some(currency) => Money::new(goal.amount, currency).to_decimal_text(),
            None => goal.amount.to_string(),
        };
        Self {
            month: goal.month.month_text(),
            figure: goal.figure.name().to_owned(),
            amount,
            store: goal.store.clone().unwrap_or_default(),
            what: String::new(),
        }
    }

    pub fn store(&self) -> Option<&str> {
        Some(self.store.as_str()).filter(|name| !name.is_empty())
    }

    pub fn key(&self) -> Option<(Day, GoalFigure)> {
        parse_month(&self.month).zip(GoalFigure::parse(&self.figure))
    }

    /// # Errors
    /// What is wrong, field by field.
    pub fn read(&self, currency: Currency) -> Result<Goal, Wrong> {
        let mut wrong = Wrong::default();
        let month = parse_month(&self.month);
        if month.is_none() {
            wrong.month = Some(words::text(Word::GoalMonthWrong).to_owned());
        }
        let figure = GoalFigure::parse(&self.figure);
        if figure.is_none() {
            wrong.figure = Some(words::text(Word::GoalFigureWrong).to_owned());
        }
        let is_money = figure.is_none_or(GoalFigure::is_money);
        let amount = match is_money {
            true => Money::parse(self.amount.trim(), currency).ok().map(|money| money.minor),
            false => self.amount.trim().parse().ok().filter(|count| *count <= ORDERS_MAX),
        };
        let amount = amount.filter(|amount| *amount > 0);
        if amount.is_none() {
            wrong.amount = Some(told::amount_wrong(is_money.then(|| currency.digits())));
        }
        match (month, figure, amount) {
            (Some(month), Some(figure), Some(amount)) => Ok(Goal {
                month,
                store: self.store().map(str::to_owned),
                figure,
                amount,
                currency: figure.is_money().then_some(currency),
            }),
            _ => Err(wrong),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(month: &str, figure: &str, amount: &str) -> Entry {
        Entry {
            month: month.into(),
            figure: figure.into(),
            amount: amount.into(),
            ..Entry::default()
        }
    }

    #[test]
    fn money_and_orders_are_read_and_written_back() {
        let goal = entry("2026-11", "net_profit", " 1500.5 ").read(Currency::EUR).unwrap();
        assert_eq!((goal.amount, goal.currency), (150_050, Some(Currency::EUR)));
        assert_eq!(Entry::of(&goal).read(Currency::EUR), Ok(goal));
        let goal = entry("2026-11", "orders", "1000").read(Currency::EUR).unwrap();
        assert_eq!((goal.amount, goal.currency), (1000, None));
        assert_eq!(Entry::of(&goal).read(Currency::EUR), Ok(goal));
    }

    #[test]
    fn each_wrong_field_is_named() {
        let check = |entry: Entry, expected: (bool, bool, bool)| {
            let wrong = entry.read(Currency::EUR).unwrap_err();
            let found = (wrong.month.is_some(), wrong.figure.is_some(), wrong.amount.is_some());
            assert_eq!(found, expected, "{entry:?}");
        };
        check(entry("2026-13", "orders", "5"), (true, false, false));
        check(entry("2026-11", "cogs", "5"), (false, true, false));
        for amount in ["", "0", "-5", "5.5", "9999999999999"] {
            check(entry("2026-11", "orders", amount), (false, false, true));
        }
        for amount in ["0.00", "-1", "1,000.00", "1.234"] {
            check(entry("2026-11", "net_revenue", amount), (false, false, true));
        }
    }
}
