//! What costs, rules, rates, spend and expenses become under a scenario.

use super::{Amount, Assumed, Assumption, Change, Costs, Goods, RateChange, Scenario};
use crate::base::rate::{Fraction, mul_div_half_even};
use crate::base::{Day, Decimal, Money};
use crate::domain::profit::convert::{AssumedRate, Overflow};
use crate::domain::profit::facts::Policy;
use crate::domain::profit::layers::{OrderDraws, UnitCost};
use crate::domain::record::{AdSpend, Cost, Expense, Order};

/// Before every day that a record may bear.
const ALWAYS: Day = Day(-1_000_000);

impl<'a> Assumed<'a> {
    /// `skus` are all that was ever sold: a new cost holds also where none was known.
    ///
    /// # Errors
    /// `Overflow` where an amount leaves what can be kept exactly.
    pub fn new(
        scenario: &'a Scenario,
        real: &'a Policy,
        skus: &[String],
    ) -> Result<Self, Overflow> {
        let mut policy = real.clone();
        for assumption in &scenario.assumptions {
            change_terms(&mut policy, assumption, real, skus)?;
        }
        Ok(Self { scenario, real, policy })
    }

    /// What an order's lines draw on purchases, at the costs that are self. `real` are the lines
    /// as they were, `kept` those that are left of them.
    pub fn draws(&self, draws: &OrderDraws, (real, kept): (&Order, &Order)) -> OrderDraws {
        let day = real.placed_at.day_in(&self.real.zone);
        let mut changed = OrderDraws::new();
        for (index, line) in kept.lines.iter().enumerate() {
            let was = real.lines.iter().position(|other| other.id == line.id);
            let Some(leaves) = was.and_then(|was| draws.get(&(was as i64))) else { continue };
            let mut leaves = leaves.clone();
            for assumption in &self.scenario.assumptions {
                let Assumption::Cost { of, change, from } = assumption else { continue };
                if from.is_some_and(|from| day < from) {
                    continue;
                }
                let rules = &self.real.rules;
                for leaf in leaves.iter_mut().filter(|leaf| of.means(Some(&leaf.sku), rules)) {
                    leaf.draws.iter_mut().for_each(|draw| change_unit(&mut draw.unit, change));
                }
            }
            changed.insert(index as i64, leaves);
        }
        changed
    }

    /// What a row of ad spend comes to.
    ///
    /// # Errors
    /// `Overflow` beyond 64 bits.
    pub fn spend(&self, spend: &AdSpend) -> Result<Money, Overflow> {
        let mut amount = spend.amount;
        for assumption in &self.scenario.assumptions {
            let Assumption::AdSpend { percent, platform, campaign } = assumption else { continue };
            let fits = |wanted: &Option<String>, value: &str| {
                wanted.as_deref().is_none_or(|wanted| wanted == value)
            };
            if fits(platform, &spend.platform) && fits(campaign, &spend.campaign) {
                amount.minor = changed(amount.minor, *percent)?;
            }
        }
        Ok(amount)
    }

    /// What an expense comes to in each of its periods.
    ///
    /// # Errors
    /// `Overflow` beyond 64 bits.
    pub fn expense(&self, mut expense: Expense) -> Result<Expense, Overflow> {
        for assumption in &self.scenario.assumptions {
            let Assumption::Expenses { percent, name } = assumption else { continue };
            if name.as_deref().is_none_or(|name| name == expense.name) {
                expense.amount.minor = changed(expense.amount.minor, *percent)?;
            }
        }
        Ok(expense)
    }
}

/// An amount after a change by a percentage, rounded once, half to even.
pub(super) fn changed(minor: i64, percent: Decimal) -> Result<i64, Overflow> {
    percent.factor_of_percent().and_then(|factor| factor.of_minor(minor)).ok_or(Overflow)
}

fn change_terms(
    policy: &mut Policy,
    assumption: &Assumption,
    real: &Policy,
    skus: &[String],
) -> Result<(), Overflow> {
    match assumption {
        Assumption::Cost { of, change, from } => {
            change_costs(policy, (of, change, *from), real, skus)
        }
        Assumption::PaymentFees { rules } => {
            let known = std::mem::take(&mut policy.rules.payment_fees);
            policy.rules.payment_fees = rules.iter().cloned().chain(known).collect();
            Ok(())
        }
        Assumption::ShippingCost { costs: Costs::Rules(rules) } => {
            let known = std::mem::take(&mut policy.rules.shipping_costs);
            policy.rules.shipping_costs = rules.iter().cloned().chain(known).collect();
            Ok(())
        }
        Assumption::ShippingCost { costs: Costs::Percent(percent) } => {
            let factor = percent.factor_of_percent().ok_or(Overflow)?;
            for rule in &mut policy.rules.shipping_costs {
                rule.cost = rule.cost.checked_mul(factor).ok_or(Overflow)?;
            }
            Ok(())
        }
        Assumption::HandlingCost { costs: Costs::Rules(rules) } => {
            policy.rules.handling_costs.clone_from(rules);
            Ok(())
        }
        Assumption::HandlingCost { costs: Costs::Percent(percent) } => {
            let factor = percent.factor_of_percent().ok_or(Overflow)?;
            for rule in &mut policy.rules.handling_costs {
                rule.cost = rule.cost.checked_mul(factor).ok_or(Overflow)?;
            }
            Ok(())
        }
        Assumption::Commission { percent, store } => {
            for ((of, _), estimate) in &mut policy.fee_estimates {
                if store.as_deref().is_none_or(|store| store == of) {
                    let (over, under) = percent.parts();
                    let price = i128::from(estimate.price.minor);
                    estimate.share_minor = under
                        .checked_mul(100)
                        .and_then(|under| mul_div_half_even(price, over, under))
                        .ok_or(Overflow)?;
                }
            }
            Ok(())
        }
        Assumption::Rate { currency, change } => {
            let rate = match change {
                RateChange::Fixed(rate) => AssumedRate::Fixed(Fraction::from_decimal(*rate)),
                RateChange::Percent(percent) => {
                    let factor = percent.factor_of_percent().ok_or(Overflow)?;
                    AssumedRate::Times(Fraction::from_decimal(factor))
                }
            };
            policy.rates.assume(*currency, real.reporting, rate);
            Ok(())
        }
        Assumption::Price { .. }
        | Assumption::FreeShipping { .. }
        | Assumption::ShippingCharge { .. }
        | Assumption::AdSpend { .. }
        | Assumption::Drop { .. }
        | Assumption::Expenses { .. }
        | Assumption::Volume { .. }
        | Assumption::MoreOrders { .. } => Ok(()),
    }
}

fn change_costs(
    policy: &mut Policy,
    (of, change, from): (&Goods, &Change, Option<Day>),
    real: &Policy,
    skus: &[String],
) -> Result<(), Overflow> {
    let is_meant = |sku: &&String| of.means(Some(sku), &real.rules);
    match change {
        Change::Percent(percent) => {
            let factor = percent.factor_of_percent().ok_or(Overflow)?;
            let change = |cost: Decimal| cost.checked_mul(factor);
            let known = policy.costs.list_skus();
            for sku in known.iter().filter(is_meant) {
                let mut is_kept = true;
                policy.costs.replace_all(sku, |own, listed| {
                    let changed = (restate(own, from, &change), restate(listed, from, &change));
                    is_kept = changed.0.is_some() && changed.1.is_some();
                    (changed.0.unwrap_or_default(), changed.1.unwrap_or_default())
                });
                if !is_kept {
                    return Err(Overflow);
                }
            }
        }
        Change::To(amount) => {
            let mut all = policy.costs.list_skus();
            all.extend(skus.iter().cloned());
            all.sort_unstable();
            all.dedup();
            for sku in all.iter().filter(is_meant) {
                policy.costs.replace_all(sku, |own, listed| {
                    (put_new(own, sku, from.unwrap_or(ALWAYS), amount), listed)
                });
            }
        }
    }
    Ok(())
}

/// The rows with other costs from a day on; what is in force on it is cut in two.
fn restate(
    rows: Vec<Cost>,
    from: Option<Day>,
    change: &dyn Fn(Decimal) -> Option<Decimal>,
) -> Option<Vec<Cost>> {
    let from = from.unwrap_or(ALWAYS);
    let same =
        |left: &Cost, right: &Cost| (&left.store, &left.country) == (&right.store, &right.country);
    let mut restated: Vec<Cost> = Vec::with_capacity(rows.len());
    for row in &rows {
        if row.valid_from >= from {
            restated.push(Cost { unit_cost: change(row.unit_cost)?, ..row.clone() });
            continue;
        }
        restated.push(row.clone());
        let is_cut = rows.iter().any(|other| {
            same(row, other) && other.valid_from > row.valid_from && other.valid_from <= from
        });
        if !is_cut {
            let unit_cost = change(row.unit_cost)?;
            restated.push(Cost { unit_cost, valid_from: from, ..row.clone() });
        }
    }
    Some(restated)
}

/// One cost from a day on, in every store and country that had one of its own, and elsewhere.
fn put_new(rows: Vec<Cost>, sku: &str, from: Day, amount: &Amount) -> Vec<Cost> {
    let mut places: Vec<(Option<String>, Option<String>)> = vec![(None, None)];
    for row in &rows {
        let place = (row.store.clone(), row.country.clone());
        if !places.contains(&place) {
            places.push(place);
        }
    }
    let mut all: Vec<Cost> = rows.into_iter().filter(|row| row.valid_from < from).collect();
    all.extend(places.into_iter().map(|(store, country)| Cost {
        sku: sku.to_owned(),
        valid_from: from,
        unit_cost: amount.amount,
        currency: amount.currency,
        store,
        country,
    }));
    all
}

fn change_unit(unit: &mut Vec<UnitCost>, change: &Change) {
    match change {
        Change::Percent(percent) => {
            if let Some(factor) = percent.factor_of_percent() {
                let factor = Fraction::from_decimal(factor);
                unit.iter_mut().for_each(|cost| cost.cost = cost.cost.times(&factor));
            }
        }
        Change::To(amount) => {
            let cost = Fraction::from_decimal(amount.amount);
            *unit = vec![UnitCost { currency: amount.currency, cost }];
        }
    }
}
