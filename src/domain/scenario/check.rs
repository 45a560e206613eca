//! What a scenario must keep before it is replayed; each fault names its assumption and says how
//! it is written.

use super::{Amount, Assumption, Change, Costs, Goods, RateChange, Scenario, VERSION};
use crate::base::Decimal;
use crate::domain::rules::{Rules, check as rule_check};

pub const ASSUMPTIONS_MAX: usize = 20;
pub const NAME_CHARS_MAX: usize = 80;
const TEXT_CHARS_MAX: usize = 200;
const RULES_MAX: usize = 50;
const ORDERS_MAX: i64 = 1_000_000;
/// A thousandfold is a slip of the pen.
const PERCENT_MAX: i64 = 100_000;

/// What is wrong with a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScenarioFault {
    /// `None`: the scenario as a whole.
    pub index: Option<usize>,
    pub reason: String,
}

impl Scenario {
    /// Reads a definition.
    ///
    /// # Errors
    /// A sentence: what is wrong, and how it is written.
    pub fn parse(text: &str) -> Result<Self, String> {
        let scenario: Self = serde_json::from_str(text)
            .map_err(|fault| format!("This is not a scenario: {fault}."))?;
        match scenario.check() {
            Ok(()) => Ok(scenario),
            Err(ScenarioFault { index: Some(index), reason }) => {
                Err(format!("assumptions[{index}]: {reason}"))
            }
            Err(ScenarioFault { index: None, reason }) => Err(reason),
        }
    }

    /// # Errors
    /// The first thing that is wrong.
    pub fn check(&self) -> Result<(), ScenarioFault> {
        let whole = |reason: String| Err(ScenarioFault { index: None, reason });
        if self.version != VERSION {
            return whole(format!(
                "The scenario is written in version {}; this program reads version {VERSION}.",
                self.version
            ));
        }
        if self.assumptions.len() > ASSUMPTIONS_MAX {
            return whole(format!("A scenario holds at most {ASSUMPTIONS_MAX} assumptions."));
        }
        if self.name.chars().count() > NAME_CHARS_MAX || self.name.chars().any(char::is_control) {
            return whole(format!("A name has at most {NAME_CHARS_MAX} characters on one line."));
        }
        for (index, assumption) in self.assumptions.iter().enumerate() {
            check_one(assumption).map_err(|reason| ScenarioFault { index: Some(index), reason })?;
        }
        Ok(())
    }
}

fn check_one(assumption: &Assumption) -> Result<(), String> {
    match assumption {
        Assumption::Cost { of, change, .. } | Assumption::Price { of, change, .. } => {
            goods(of)?;
            change_is_right(change)
        }
        Assumption::FreeShipping { from, country: place } => {
            country(place.as_deref())?;
            money(from)
        }
        Assumption::ShippingCharge { change, country: place } => {
            country(place.as_deref())?;
            change_is_right(change)
        }
        Assumption::PaymentFees { rules } => {
            has_rules(rules.len())?;
            fits_rules(Rules { payment_fees: rules.clone(), ..Rules::default() })
        }
        Assumption::Commission { percent, store } => {
            text(store.as_deref())?;
            match percent.is_negative() || *percent > Decimal::from_minor(100, 0) {
                true => Err(format!("{percent} is not a percentage from 0 to 100.")),
                false => Ok(()),
            }
        }
        Assumption::ShippingCost { costs: Costs::Rules(rules) } => {
            has_rules(rules.len())?;
            fits_rules(Rules { shipping_costs: rules.clone(), ..Rules::default() })
        }
        Assumption::HandlingCost { costs: Costs::Rules(rules) } => {
            has_rules(rules.len())?;
            fits_rules(Rules { handling_costs: rules.clone(), ..Rules::default() })
        }
        Assumption::ShippingCost { costs: Costs::Percent(change) }
        | Assumption::HandlingCost { costs: Costs::Percent(change) } => percent(*change),
        Assumption::AdSpend { percent: change, platform, campaign } => {
            text(platform.as_deref())?;
            text(campaign.as_deref())?;
            percent(*change)
        }
        Assumption::Drop { of: Goods::All } => {
            Err("Name the product or group that is dropped.".to_owned())
        }
        Assumption::Drop { of } => goods(of),
        Assumption::Rate { change: RateChange::Percent(change), .. } => {
            percent(*change)?;
            match *change == Decimal::from_minor(-100, 0) {
                true => Err("A rate is above 0.".to_owned()),
                false => Ok(()),
            }
        }
        Assumption::Rate { change: RateChange::Fixed(rate), .. } => match rate.is_positive() {
            true => Ok(()),
            false => Err("A rate is above 0.".to_owned()),
        },
        Assumption::Expenses { percent: change, name } => {
            text(name.as_deref())?;
            percent(*change)
        }
        Assumption::Volume { of, percent: change } => {
            goods(of)?;
            percent(*change)
        }
        Assumption::MoreOrders { count, of } => {
            goods(of)?;
            match (0..=ORDERS_MAX).contains(count) {
                true => Ok(()),
                false => Err(format!("Write a number of orders from 0 to {ORDERS_MAX}.")),
            }
        }
    }
}

fn percent(change: Decimal) -> Result<(), String> {
    let (least, most) = (Decimal::from_minor(-100, 0), Decimal::from_minor(PERCENT_MAX, 0));
    if change < least || change > most {
        return Err(format!(
            "{change} is not a change in percent; write 8 for 8 % more or -20 for 20 % less."
        ));
    }
    Ok(())
}

fn money(amount: &Amount) -> Result<(), String> {
    let digits = amount.currency.digits();
    let minor = amount.amount.to_minor(digits);
    let is_money = minor.map(|minor| Decimal::from_minor(minor, digits)) == Some(amount.amount);
    if amount.amount.is_negative() || !is_money {
        return Err(format!("{} is not an amount of {}.", amount.amount, amount.currency));
    }
    Ok(())
}

fn change_is_right(change: &Change) -> Result<(), String> {
    match change {
        Change::Percent(change) => percent(*change),
        // A unit cost may be finer than money.
        Change::To(Amount { amount, .. }) if amount.is_negative() => {
            Err(format!("{amount} is negative; write an amount such as 4.20."))
        }
        Change::To(_) => Ok(()),
    }
}

fn goods(of: &Goods) -> Result<(), String> {
    match of {
        Goods::All => Ok(()),
        Goods::Group(name) | Goods::Sku(name) if name.trim().is_empty() => {
            Err("Name the product or group.".to_owned())
        }
        Goods::Group(name) | Goods::Sku(name) => text(Some(name)),
    }
}

fn text(text: Option<&str>) -> Result<(), String> {
    match text {
        Some(text) if text.chars().count() > TEXT_CHARS_MAX => {
            Err(format!("A name has at most {TEXT_CHARS_MAX} characters."))
        }
        Some("") => Err("A name is empty; leave it out instead.".to_owned()),
        _ => Ok(()),
    }
}

fn country(code: Option<&str>) -> Result<(), String> {
    let is_code = |code: &str| code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase());
    match code {
        Some(code) if !is_code(code) => {
            Err("A country is written as two capital letters such as DE.".to_owned())
        }
        _ => Ok(()),
    }
}

fn has_rules(count: usize) -> Result<(), String> {
    match count {
        0 => Err("There is no rule in it.".to_owned()),
        1..=RULES_MAX => Ok(()),
        _ => Err(format!("It holds at most {RULES_MAX} rules.")),
    }
}

fn fits_rules(rules: Rules) -> Result<(), String> {
    rule_check::check(&rules).map_err(|fault| format!("{}: {}", fault.path(), fault.reason))
}
