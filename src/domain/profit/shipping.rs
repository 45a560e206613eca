//! What sending the order cost: the real label, else the channel's own charge, else a rule;
//! handling by rules (PROFIT, section 3).

use super::component::{Component, Quality};
use super::engine::{Case, EventKind};
use super::sheet::{At, Sheet};
use super::trail::Note;
use crate::base::{Decimal, Money};
use crate::domain::record::{FeeClass, Label};
use crate::domain::rules::Per;

pub(super) fn book(case: &Case<'_>, sheet: &mut Sheet) {
    book_shipping(case, sheet);
    if !keeps_rules_away(case) {
        for (index, rule) in case.policy.rules.find_handling_costs() {
            let name = format!("handling rule {}", index + 1);
            let cost = RuleCost { cost: rule.cost, currency: rule.currency, per: rule.per };
            book_rule(case, sheet, Component::HandlingCost, &cost, &name);
        }
    }
}

/// An order that was cancelled or holds only gift cards bears no cost by rule.
fn keeps_rules_away(case: &Case<'_>) -> bool {
    case.order.cancelled_at.is_some() || case.only_gift_cards
}

fn book_shipping(case: &Case<'_>, sheet: &mut Sheet) {
    let order = case.order;
    let component = Component::ShippingCost;
    if !order.labels.is_empty() {
        book_labels(case, sheet);
        return;
    }
    if let Some(cost) = order.shipping_cost {
        let day = sheet.events()[0].day;
        for (line, part) in case.split(-cost.minor) {
            let amount = Money::new(part, cost.currency);
            sheet.add_money(At { event: 0, line, component }, amount, day, Quality::Actual, || {
                Note::source(&order.source.label, arithmetic(case, line, &cost))
            });
        }
        return;
    }
    let by_channel = order.fees.iter().any(|fee| fee.class == FeeClass::ShippingCost);
    if by_channel || keeps_rules_away(case) {
        return;
    }
    let grams = order
        .lines
        .iter()
        .filter(|line| !line.gift_card)
        .map(|line| line.weight_grams.saturating_mul(line.quantity))
        .fold(0_i64, i64::saturating_add);
    let country = order.country.as_deref();
    match case.policy.rules.find_shipping_cost(country, grams) {
        Some((index, rule)) => {
            let name = format!("shipping rule {}", index + 1);
            let cost = RuleCost { cost: rule.cost, currency: rule.currency, per: rule.per };
            book_rule(case, sheet, component, &cost, &name);
        }
        None => {
            for line in case.bearers.clone() {
                sheet.add(At { event: 0, line, component }, 0, Quality::Missing, || {
                    Note::rule("neither a label nor a rule tells what sending it cost", "–")
                });
            }
        }
    }
}

/// What was really paid for the parcels: at the sale, for a parcel that came back at the refund
/// that it belongs to.
fn book_labels(case: &Case<'_>, sheet: &mut Sheet) {
    let component = Component::ShippingCost;
    for label in &case.order.labels {
        let event = event_of_label(sheet, case, label);
        let day = sheet.events()[event].day;
        let quality = if label.estimated { Quality::Estimated } else { Quality::Actual };
        for (line, part) in case.split(-label.cost.minor) {
            let amount = Money::new(part, label.cost.currency);
            sheet.add_money(At { event, line, component }, amount, day, quality, || {
                let carrier = label.carrier.as_deref().unwrap_or("shipping");
                let back = if label.is_return { "return " } else { "" };
                let source = format!("{carrier} {back}label {}", label.key);
                Note::source(source, arithmetic(case, line, &label.cost))
            });
        }
    }
}

/// The first refund on or after the day of a return label, else the last one; the sale for any
/// other label, and where nothing was refunded.
fn event_of_label(sheet: &Sheet, case: &Case<'_>, label: &Label) -> usize {
    if !label.is_return {
        return 0;
    }
    let day = label.at.day_in(&case.policy.zone);
    let refunds = || {
        let events = sheet.events().iter().enumerate();
        events.filter(|(_, event)| matches!(event.kind, EventKind::Refund(_)))
    };
    let later = refunds().find(|(_, event)| event.day >= day);
    later.or_else(|| refunds().next_back()).map_or(0, |(index, _)| index)
}

struct RuleCost {
    cost: Decimal,
    currency: crate::base::Currency,
    per: Per,
}

/// A cost per item becomes money on each line; a cost per order once, and is then split.
fn book_rule(
    case: &Case<'_>,
    sheet: &mut Sheet,
    component: Component,
    rule: &RuleCost,
    name: &str,
) {
    let day = sheet.events()[0].day;
    let digits = rule.currency.digits();
    match rule.per {
        Per::Order => {
            let Some(whole) = rule.cost.to_minor(digits) else {
                sheet.overflowed();
                return;
            };
            let cost = Money::new(whole, rule.currency);
            for (line, part) in case.split(-whole) {
                let amount = Money::new(part, rule.currency);
                let at = At { event: 0, line, component };
                sheet.add_money(at, amount, day, Quality::Estimated, || {
                    Note::rule(name, arithmetic(case, line, &cost))
                });
            }
        }
        Per::Item => {
            for line in case.bearers.clone() {
                let quantity = case.order.lines[line].quantity;
                let Some(minor) = rule.cost.times(quantity, digits) else {
                    sheet.overflowed();
                    return;
                };
                let amount = Money::new(-minor, rule.currency);
                let at = At { event: 0, line, component };
                sheet.add_money(at, amount, day, Quality::Estimated, || {
                    Note::rule(name, format!("−{quantity} × {}", rule.cost))
                });
            }
        }
    }
}

fn arithmetic(case: &Case<'_>, line: usize, cost: &Money) -> String {
    let share = case.share_text(*cost, line);
    let plain = if share.is_empty() { cost.to_decimal_text() } else { share };
    format!("−{plain}")
}
