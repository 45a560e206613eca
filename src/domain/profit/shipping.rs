//! What sending the order cost: the real label, else the channel's own charge, else a rule;
//! handling by rules (PROFIT, section 3).

use super::component::{Component, Quality};
use super::engine::{Case, EventKind};
use super::input_vat::{Share, share_text};
use super::sheet::{At, Sheet};
use super::trail::Note;
use crate::base::rate::Fraction;
use crate::base::{Decimal, Money};
use crate::domain::record::{FeeClass, Label};
use crate::domain::rules::{Per, VatSource};

pub(super) fn book(case: &Case<'_>, sheet: &mut Sheet) {
    book_shipping(case, sheet);
    if !keeps_rules_away(case) {
        for (index, rule) in case.policy.rules.find_handling_costs() {
            let name = format!("handling rule {}", index + 1);
            let vat = VatSource::HandlingCosts;
            let cost = RuleCost { cost: rule.cost, currency: rule.currency, per: rule.per, vat };
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
        let Some((cost, vat)) = case.net(VatSource::ShippingCosts, day, cost) else {
            sheet.overflowed();
            return;
        };
        for (line, part) in case.split(-cost.minor) {
            let amount = Money::new(part, cost.currency);
            sheet.add_money(At { event: 0, line, component }, amount, day, Quality::Actual, || {
                let text = arithmetic(case, line, &cost);
                Note::source(&order.source.label, format!("{text}{vat}"))
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
            let vat = VatSource::ShippingCosts;
            let cost = RuleCost { cost: rule.cost, currency: rule.currency, per: rule.per, vat };
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
        let bought = label.at.day_in(&case.policy.zone);
        let Some((cost, vat)) = case.net(VatSource::Labels, bought, label.cost) else {
            sheet.overflowed();
            continue;
        };
        for (line, part) in case.split(-cost.minor) {
            let amount = Money::new(part, cost.currency);
            sheet.add_money(At { event, line, component }, amount, day, quality, || {
                let carrier = label.carrier.as_deref().unwrap_or("shipping");
                let back = if label.is_return { "return " } else { "" };
                let source = format!("{carrier} {back}label {}", label.key);
                Note::source(source, format!("{}{vat}", arithmetic(case, line, &cost)))
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
    vat: VatSource,
}

/// `units` times the rule's cost, recoverable VAT taken out, rounded once.
fn rule_minor(rule: &RuleCost, units: i64, share: Option<Share>) -> Option<i64> {
    let digits = rule.currency.digits();
    match share {
        None => rule.cost.times(units, digits),
        Some(share) => {
            let gross = Fraction::from_decimal(rule.cost).of_units(units);
            share.net_of(&gross)?.to_minor(digits)
        }
    }
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
    let share = case.vat_share(rule.vat, day, rule.currency);
    let vat = share_text(share);
    match rule.per {
        Per::Order => {
            let Some(whole) = rule_minor(rule, 1, share) else {
                sheet.overflowed();
                return;
            };
            let cost = Money::new(whole, rule.currency);
            for (line, part) in case.split(-whole) {
                let amount = Money::new(part, rule.currency);
                let at = At { event: 0, line, component };
                sheet.add_money(at, amount, day, Quality::Estimated, || {
                    let text = arithmetic(case, line, &cost);
                    let whole = cost.to_decimal_text();
                    let from = share.map(|_| format!("; {}{vat} = {whole}", rule.cost));
                    Note::rule(name, format!("{text}{}", from.unwrap_or_default()))
                });
            }
        }
        Per::Item => {
            for line in case.bearers.clone() {
                let quantity = case.order.lines[line].quantity;
                let Some(minor) = rule_minor(rule, quantity, share) else {
                    sheet.overflowed();
                    return;
                };
                let amount = Money::new(-minor, rule.currency);
                let at = At { event: 0, line, component };
                sheet.add_money(at, amount, day, Quality::Estimated, || {
                    Note::rule(name, format!("−{quantity} × {}{vat}", rule.cost))
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
