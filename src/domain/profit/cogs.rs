//! Cost of goods: the unit cost in force, what a restocked return gives back, what was written
//! off (PROFIT, section 5).

use super::component::{Component, Quality};
use super::engine::{Case, event_of_line};
use super::facts::{CostAsk, line_cost};
use super::sheet::{At, Sheet};
use super::trail::Note;
use crate::base::rate::mul_div_half_even;
use crate::base::{Day, Money};
use crate::domain::record::Refund;

/// The cost of one line at its sale; `None` where it is not known or there is none.
pub(super) type LineCosts = Vec<Option<LineCost>>;

#[derive(Clone, Copy)]
pub(super) struct LineCost {
    amount: Money,
    sale_day: Day,
    /// Estimated where a rule guessed it.
    quality: Quality,
}

/// What refunds before this one returned, by line.
pub(super) struct Returned {
    restocked: Vec<Counted>,
    lost: Vec<Counted>,
}

#[derive(Clone, Copy, Default)]
struct Counted {
    units: i64,
    minor: i64,
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
        let found = line.sku.as_deref().and_then(|sku| {
            let country = case.order.country.as_deref();
            case.policy.costs.find(CostAsk { sku, store: case.store, country, day: case.day })
        });
        let Some(known) = found else {
            sheet.cost_unknown(index);
            costs[index] = book_guess(case, sheet, at, day);
            continue;
        };
        let cost = known.cost;
        let Some(minor) = line_cost(line.quantity, cost.unit_cost, cost.currency) else {
            sheet.overflowed();
            continue;
        };
        let amount = Money::new(-minor, cost.currency);
        sheet.add_money(at, amount, day, Quality::Actual, || {
            Note::source(known.source(), format!("−{} × {}", line.quantity, cost.unit_cost))
        });
        let amount = Money::new(minor, cost.currency);
        costs[index] = Some(LineCost { amount, sale_day: day, quality: Quality::Actual });
    }
    costs
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
    Some(LineCost { amount: case.order.money(minor), sale_day, quality: Quality::Estimated })
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
        let Some(LineCost { amount: cost, sale_day, quality }) = costs[index] else {
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
            if units == 0 {
                continue;
            }
            counted.units = (counted.units + units).min(quantity);
            let Some(so_far) = share(cost.minor, counted.units, quantity) else {
                sheet.overflowed();
                continue;
            };
            let before = std::mem::replace(&mut counted.minor, so_far);
            let (units_so_far, amount) =
                (counted.units, Money::new(so_far - before, cost.currency));
            let at = At { event, line: index, component };
            sheet.add_money(at, amount, sale_day, quality, || {
                let whole = cost.to_decimal_text();
                let before = Money::new(before, cost.currency).to_decimal_text();
                Note::source(
                    format!("refund {}", refund.id),
                    format!("{whole} × {units_so_far} / {quantity} − {before}"),
                )
            });
        }
    }
}

fn share(minor: i64, units: i64, quantity: i64) -> Option<i64> {
    mul_div_half_even(i128::from(minor), i128::from(units), i128::from(quantity))
}
