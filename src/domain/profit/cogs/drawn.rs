//! A line of several unit costs: layers drawn on, the components of a bundle, units beyond what
//! was received. All of a currency becomes money once, half to even.

use super::{CostPart, LineCost, ask, book_unknown, cost_share};
use crate::base::rate::Fraction;
use crate::base::{Currency, Day, Decimal, Money};
use crate::domain::profit::component::Quality;
use crate::domain::profit::engine::Case;
use crate::domain::profit::input_vat::share_text;
use crate::domain::profit::layers::{Draw, LeafDraws};
use crate::domain::profit::sheet::{At, Sheet};
use crate::domain::profit::trail::Note;

/// What the units of one SKU in a line cost in one currency, in the order they were taken.
#[derive(Clone)]
pub(super) struct Leaf {
    /// Units of the SKU in one of the line.
    per: i64,
    taken: Vec<(i64, Fraction)>,
}

impl Leaf {
    /// What so many units of the line cost, counted from the first taken or from the last.
    pub fn worth(&self, units: i64, from_last: bool) -> Fraction {
        let mut wanted = units.saturating_mul(self.per);
        let mut sum = Fraction::from_decimal(Decimal::ZERO);
        let mut add = |(units, cost): &(i64, Fraction)| {
            let part = wanted.min(*units);
            wanted -= part;
            if part > 0 {
                sum = sum.plus(&cost.of_units(part));
            }
        };
        match from_last {
            true => self.taken.iter().rev().for_each(&mut add),
            false => self.taken.iter().for_each(&mut add),
        }
        sum
    }
}

/// What a line took, step by step: of which of its SKUs, and how many units.
#[derive(Default)]
struct Taking {
    steps: Vec<(usize, i64)>,
    taken: Vec<Taken>,
}

/// What the units of one step cost in one currency.
struct Taken {
    step: usize,
    units: i64,
    currency: Currency,
    cost: Fraction,
    quality: Quality,
    source: String,
    /// The unit cost as a trail shows it.
    text: String,
}

/// Books a line by its draws, and by the cost in force where there are none.
pub(super) fn book(
    case: &Case<'_>,
    sheet: &mut Sheet,
    at: At,
    (sku, day): (&str, Day),
) -> Option<LineCost> {
    let leaves = list_leaves(case, at.line, sku);
    let (mut taking, mut unknown) = (Taking::default(), Vec::new());
    for (number, leaf) in leaves.iter().enumerate() {
        leaf.draws.iter().for_each(|draw| taking.add_draw(number, draw));
        let rest = leaf.units - leaf.draws.iter().map(|draw| draw.units).sum::<i64>();
        if rest > 0 && !taking.add_dated(case, number, (leaf, rest)) {
            unknown.push(leaf.sku.as_str());
        }
    }
    let taken = &taking.taken;
    // Of a line whose stock ran out what is known counts; of a bundle at costs in force all or
    // nothing, because without one of its parts its cost says little.
    if !unknown.is_empty() && (taken.is_empty() || case.draws.is_none()) {
        return book_unknown(case, sheet, at, day);
    }
    let quality = taken.iter().map(|one| one.quality).max().unwrap_or(Quality::Actual);
    if !unknown.is_empty() {
        sheet.cost_unknown(at.line);
        sheet.add(at, 0, Quality::Missing, || {
            let skus = unknown.join(", ");
            let text = format!("stock of {skus} had run out, and no unit cost is known for it");
            Note::rule(text, "–")
        });
    }
    let mut parts = Vec::new();
    for currency in currencies(taken) {
        let own: Vec<&Taken> = taken.iter().filter(|one| one.currency == currency).collect();
        let worth = own.iter().map(|one| one.cost.of_units(one.units)).reduce(|a, b| a.plus(&b));
        let Some(minor) = worth.and_then(|worth| worth.to_minor(currency.digits())) else {
            sheet.overflowed();
            return None;
        };
        sheet.add_money(at, Money::new(-minor, currency), day, quality, || note(&own));
        let leaves = taking.by_leaf(&leaves, &own, case.order.lines[at.line].quantity);
        parts.push(CostPart { amount: Money::new(minor, currency), leaves });
    }
    let mut parts = parts.into_iter();
    let first = parts.next()?;
    Some(LineCost { first, more: parts.collect(), sale_day: day, quality })
}

/// What the line took: as it was drawn, else the products that it is made of.
fn list_leaves(case: &Case<'_>, line: usize, sku: &str) -> Vec<LeafDraws> {
    if let Some(leaves) = case.draws.and_then(|draws| draws.get(&(line as i64))) {
        return leaves.clone();
    }
    let quantity = case.order.lines[line].quantity;
    let leaves = case.policy.list_leaves(ask(case, sku), &|_| false);
    let leaf = |(sku, per): (&str, i64)| LeafDraws {
        sku: sku.to_owned(),
        units: quantity.saturating_mul(per),
        draws: Vec::new(),
    };
    leaves.into_iter().map(leaf).collect()
}

impl Taking {
    fn add_draw(&mut self, leaf: usize, draw: &Draw) {
        let source = match &draw.from {
            Some((reference, day)) => format!("layer {reference} received {day}"),
            None => "moving average of what was received".to_owned(),
        };
        self.steps.push((leaf, draw.units));
        for one in &draw.unit {
            self.taken.push(Taken {
                step: self.steps.len() - 1,
                units: draw.units,
                currency: one.currency,
                cost: one.cost.clone(),
                quality: Quality::Actual,
                source: source.clone(),
                text: one.cost.to_decimal_text(),
            });
        }
    }

    /// Units beyond what was received take the cost in force: estimated, but where the method is
    /// `dated` that cost is the very one. Gives whether one is known.
    fn add_dated(&mut self, case: &Case<'_>, leaf: usize, (of, rest): (&LeafDraws, i64)) -> bool {
        self.steps.push((leaf, rest));
        let Some(known) = case.policy.costs.find(ask(case, &of.sku)) else { return false };
        let share = cost_share(case, known);
        let gross = Fraction::from_decimal(known.cost.unit_cost);
        let cost = share.and_then(|share| share.net_of(&gross)).unwrap_or(gross);
        let (quality, source) = match case.draws {
            None => (Quality::Actual, known.source()),
            Some(_) => {
                (Quality::Estimated, format!("nothing left of {}: {}", of.sku, known.source()))
            }
        };
        self.taken.push(Taken {
            step: self.steps.len() - 1,
            units: rest,
            currency: known.cost.currency,
            cost,
            quality,
            source,
            text: format!("{}{}", known.cost.unit_cost, share_text(share)),
        });
        true
    }

    /// What each unit costs in the currency of `own`; empty where all cost the same.
    fn by_leaf(&self, leaves: &[LeafDraws], own: &[&Taken], quantity: i64) -> Vec<Leaf> {
        if self.steps.len() == 1 || quantity == 0 {
            return Vec::new();
        }
        let cost_of = |step: usize| {
            let found = own.iter().find(|one| one.step == step);
            found.map_or_else(|| Fraction::from_decimal(Decimal::ZERO), |one| one.cost.clone())
        };
        let leaf = |(number, leaf): (usize, &LeafDraws)| {
            let steps = self.steps.iter().enumerate().filter(|(_, (of, _))| *of == number);
            let taken = steps.map(|(step, (_, units))| (*units, cost_of(step))).collect();
            Leaf { per: leaf.units / quantity, taken }
        };
        leaves.iter().enumerate().map(leaf).collect()
    }
}

fn currencies(taken: &[Taken]) -> Vec<Currency> {
    let mut list = Vec::new();
    for one in taken {
        if !list.contains(&one.currency) {
            list.push(one.currency);
        }
    }
    list
}

fn note(own: &[&Taken]) -> Note {
    let mut sources: Vec<&str> = own.iter().map(|one| one.source.as_str()).collect();
    sources.dedup();
    let parts: Vec<String> =
        own.iter().map(|one| format!("{} × {}", one.units, one.text)).collect();
    let sum = match parts.as_slice() {
        [one] => format!("−{one}"),
        several => format!("−({})", several.join(" + ")),
    };
    Note::source(sources.join(", "), sum)
}
