//! Cost of goods: the unit cost in force or the layers drawn, what a restocked return gives back,
//! what was written off (PROFIT, section 5).

mod drawn;

use super::component::{Component, Quality};
use super::engine::{Case, event_of_line};
use super::facts::{CostAsk, KnownCost, line_cost};
use super::input_vat::{Share, VatAsk, share_text};
use super::sheet::{At, Sheet};
use super::trail::Note;
use crate::base::rate::{Fraction, mul_div_half_even};
use crate::base::{Day, Money};
use crate::domain::record::Refund;
use crate::domain::rules::VatSource;
use drawn::Leaf;

/// The cost of one line at its sale; `None` where it is not known or there is none.
pub(super) type LineCosts = Vec<Option<LineCost>>;

#[derive(Clone)]
pub(super) struct LineCost {
    first: CostPart,
    /// In further currencies.
    more: Vec<CostPart>,
    sale_day: Day,
    /// Estimated where a rule guessed it, or stock had run out.
    quality: Quality,
}

/// What a line costs in one currency.
#[derive(Clone)]
struct CostPart {
    amount: Money,
    /// What its units cost one by one; empty where all cost the same.
    leaves: Vec<Leaf>,
}

impl LineCost {
    fn plain(amount: Money, sale_day: Day, quality: Quality) -> Self {
        let first = CostPart { amount, leaves: Vec::new() };
        Self { first, more: Vec::new(), sale_day, quality }
    }
}

/// What refunds before this one returned, by line.
pub(super) struct Returned {
    restocked: Vec<Counted>,
    lost: Vec<Counted>,
}

#[derive(Clone, Default)]
struct Counted {
    units: i64,
    minor: i64,
    /// Of the parts in further currencies.
    more: Vec<i64>,
}

impl Returned {
    pub fn new(n_lines: usize) -> Self {
        Self {
            restocked: vec![Counted::default(); n_lines],
            lost: vec![Counted::default(); n_lines],
        }
    }
}

/// Books the cost of every line sold.
pub(super) fn book_sale(case: &Case<'_>, sheet: &mut Sheet) -> LineCosts {
    let mut costs: LineCosts = vec![None; case.order.lines.len()];
    for (index, line) in case.order.lines.iter().enumerate() {
        if line.gift_card || line.quantity == 0 {
            continue;
        }
        let event = event_of_line(sheet, case, index);
        let day = sheet.events()[event].day;
        let at = At { event, line: index, component: Component::Cogs };
        costs[index] = match line.sku.as_deref() {
            None => book_unknown(case, sheet, at, day),
            Some(sku) => book_line(case, sheet, at, (sku, day)),
        };
    }
    costs
}

fn book_line(
    case: &Case<'_>,
    sheet: &mut Sheet,
    at: At,
    (sku, day): (&str, Day),
) -> Option<LineCost> {
    if case.draws.is_some() {
        return drawn::book(case, sheet, at, (sku, day));
    }
    if case.policy.find_link(ask(case, sku), &|_| false).is_some() {
        return drawn::book(case, sheet, at, (sku, day));
    }
    match case.policy.costs.find(ask(case, sku)) {
        Some(known) => book_dated(case, sheet, at, (known, day)),
        None if case.policy.rules.find_bundle(sku).is_some() => {
            drawn::book(case, sheet, at, (sku, day))
        }
        None => book_unknown(case, sheet, at, day),
    }
}

fn ask<'a>(case: &Case<'a>, sku: &'a str) -> CostAsk<'a> {
    CostAsk { sku, store: case.store, country: case.order.country.as_deref(), day: case.day }
}

/// Quantity × unit cost in force.
fn book_dated(
    case: &Case<'_>,
    sheet: &mut Sheet,
    at: At,
    (known, day): (KnownCost<'_>, Day),
) -> Option<LineCost> {
    let (cost, quantity) = (known.cost, case.order.lines[at.line].quantity);
    let share = cost_share(case, known);
    let minor = match share {
        None => line_cost(quantity, cost.unit_cost, cost.currency),
        Some(share) => share
            .net_of(&Fraction::from_decimal(cost.unit_cost).of_units(quantity))
            .and_then(|net| net.to_minor(cost.currency.digits())),
    };
    let Some(minor) = minor else {
        sheet.overflowed();
        return None;
    };
    sheet.add_money(at, Money::new(-minor, cost.currency), day, Quality::Actual, || {
        let text = format!("−{quantity} × {}{}", cost.unit_cost, share_text(share));
        Note::source(known.source(), text)
    });
    Some(LineCost::plain(Money::new(minor, cost.currency), day, Quality::Actual))
}

/// What is left of a unit cost; its VAT is that of the day from which the cost holds.
fn cost_share(case: &Case<'_>, known: KnownCost<'_>) -> Option<Share> {
    let vat = case.policy.input_vat();
    if vat.is_none() {
        return None;
    }
    let cost = known.cost;
    let ask = VatAsk::new(VatSource::Costs, cost.valid_from, cost.currency);
    vat.find(VatAsk { country: case.order.country.as_deref(), ..ask })
}

fn book_unknown(case: &Case<'_>, sheet: &mut Sheet, at: At, day: Day) -> Option<LineCost> {
    sheet.cost_unknown(at.line);
    book_guess(case, sheet, at, day)
}

/// A line without a known cost: the first guess that fits, a share of its net sale price, or
/// nothing but the mark that it is missing. Guessed or not, its cost stays unknown.
fn book_guess(case: &Case<'_>, sheet: &mut Sheet, at: At, sale_day: Day) -> Option<LineCost> {
    let line = &case.order.lines[at.line];
    let Some((number, guess)) = case.policy.rules.find_cost_guess(line.sku.as_deref()) else {
        sheet.add(at, 0, Quality::Missing, || {
            let sku = line.sku.as_deref().unwrap_or("a line without SKU");
            Note::rule(format!("no unit cost is known for {sku} on {}", case.day), "–")
        });
        return None;
    };
    let net = sheet.weight(at.event, at.line);
    let (over, under) = guess.percent.parts();
    let minor = under
        .checked_mul(100)
        .and_then(|divisor| mul_div_half_even(i128::from(net), over, divisor));
    let Some(minor) = minor else {
        sheet.overflowed();
        return None;
    };
    sheet.add(at, -minor, Quality::Estimated, || {
        let of = guess.group.as_deref().filter(|group| *group != "*");
        let of = of.map_or("of any product".to_owned(), |group| format!("of group {group}"));
        let rule = format!("cost guess {}, {} % of the net price {of}", number + 1, guess.percent);
        Note::rule(
            rule,
            format!("−{} × {} %", case.order.money(net).to_decimal_text(), guess.percent),
        )
    });
    Some(LineCost::plain(case.order.money(minor), sale_day, Quality::Estimated))
}

/// A restocked return gives its share of the line's cost back, at the rate of the sale day; what
/// did not come back is a memo.
pub(super) fn book_refund(
    case: &Case<'_>,
    sheet: &mut Sheet,
    event: usize,
    refund: &Refund,
    (costs, returned): (&LineCosts, &mut Returned),
) {
    for part in &refund.lines {
        let found = case.order.lines.iter().position(|line| line.id == part.line_id);
        let Some(index) = found.filter(|index| !case.order.lines[*index].gift_card) else {
            continue;
        };
        let quantity = case.order.lines[index].quantity;
        let Some(cost) = &costs[index] else {
            if quantity > 0 && part.quantity > 0 {
                let at = At { event, line: index, component: Component::Cogs };
                sheet.add(at, 0, Quality::Missing, || Note::rule("no unit cost is known", "–"));
            }
            continue;
        };
        let restocked = part.restocked.clamp(0, part.quantity);
        let moves = [
            (Component::Cogs, &mut returned.restocked[index], restocked),
            (Component::WrittenOff, &mut returned.lost[index], part.quantity - restocked),
        ];
        for (component, counted, units) in moves {
            if units != 0 {
                counted.units = (counted.units + units).min(quantity);
                let at = At { event, line: index, component };
                give_back(sheet, at, (cost, counted, quantity), refund);
            }
        }
    }
}

/// Gives back what the units returned so far cost, less what was given back before.
fn give_back(
    sheet: &mut Sheet,
    at: At,
    (cost, counted, quantity): (&LineCost, &mut Counted, i64),
    refund: &Refund,
) {
    counted.more.resize(cost.more.len(), 0);
    let units = counted.units;
    let minors = std::iter::once(&mut counted.minor).chain(&mut counted.more);
    for (part, given) in std::iter::once(&cost.first).chain(&cost.more).zip(minors) {
        // Units that went back to the shelf are the last taken, lost ones the first.
        let is_last = at.component == Component::Cogs;
        let Some((so_far, text)) = so_far(part, (units, quantity), is_last) else {
            sheet.overflowed();
            continue;
        };
        let before = std::mem::replace(given, so_far);
        let amount = Money::new(so_far - before, part.amount.currency);
        sheet.add_money(at, amount, cost.sale_day, cost.quality, || {
            let before = Money::new(before, part.amount.currency).to_decimal_text();
            let whole = part.amount.to_decimal_text();
            Note::source(format!("refund {}", refund.id), format!("{whole} × {text} − {before}"))
        });
    }
}

/// The line's cost × the share of the units returned so far: by number where all cost the same,
/// else by what these very units cost.
fn so_far(part: &CostPart, (units, quantity): (i64, i64), is_last: bool) -> Option<(i64, String)> {
    let minor = part.amount.minor;
    if part.leaves.is_empty() {
        return Some((share(minor, units, quantity)?, format!("{units} / {quantity}")));
    }
    let worth = |units: i64| {
        let all = part.leaves.iter().map(|leaf| leaf.worth(units, is_last));
        all.reduce(|sum, one| sum.plus(&one))
    };
    let (own, whole) = (worth(units)?, worth(quantity)?);
    let Some(over) = whole.invert() else { return Some((0, format!("{units} / {quantity}"))) };
    let text = format!("{} / {}", own.to_decimal_text(), whole.to_decimal_text());
    Some((own.times(&over).apply(minor)?, text))
}

fn share(minor: i64, units: i64, quantity: i64) -> Option<i64> {
    mul_div_half_even(i128::from(minor), i128::from(units), i128::from(quantity))
}
