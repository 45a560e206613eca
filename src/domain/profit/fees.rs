//! Payment and channel fees: the real fee wins over the rule, and what refunds give back of it
//! (PROFIT, section 6).

use super::component::{Component, Quality};
use super::engine::{Case, event_of_line};
use super::sales::book_split;
use super::sheet::{At, Sheet};
use super::trail::Note;
use crate::base::rate::mul_div_half_even;
use crate::base::{Decimal, Money};
use crate::domain::record::{Fee, FeeClass, Refund};
use crate::domain::rules::{FeeKindClass, FeePlace, PaymentFeeRule, VatSource};

/// What was charged and what it cost, for the fees that refunds give back.
pub(super) struct Paid {
    /// Sum of the payments, in the order's currency.
    charged_minor: i64,
    payments: Vec<PaidFee>,
}

struct PaidFee {
    fee: Money,
    /// Percent given back on refunds.
    returned: Decimal,
    /// For the trail.
    rule: String,
}

/// One payment as the rules see it; an order without payments is one payment of its total.
struct Charge<'a> {
    gateway: Option<&'a str>,
    minor: i64,
    fee: Option<Money>,
}

pub(super) fn book_sale(case: &Case<'_>, sheet: &mut Sheet) -> Paid {
    // A label that was paid tells what the parcel cost; the channel's own charge gives way to it.
    let is_labelled = case.order.labels.iter().any(|label| !label.is_return && !label.estimated);
    for fee in &case.order.fees {
        if fee.class != FeeClass::ShippingCost || !is_labelled {
            book_fee(case, sheet, 0, fee);
        }
    }
    let order = case.order;
    if !order.fees.iter().any(|fee| fee.class == FeeClass::Channel) {
        book_estimates(case, sheet);
    }
    let mut charges: Vec<Charge<'_>> = order
        .payments
        .iter()
        .map(|payment| Charge {
            gateway: Some(&payment.gateway),
            minor: payment.amount_minor,
            fee: payment.fee,
        })
        .collect();
    if charges.is_empty() {
        charges.push(Charge { gateway: None, minor: order.owed_minor().max(0), fee: None });
    }
    let told_apart = order.fees.iter().any(|fee| fee.class == FeeClass::Payment);
    let charged_minor = charges.iter().map(|charge| charge.minor).sum();
    let payments =
        charges.iter().filter_map(|charge| book_payment(case, sheet, charge, told_apart)).collect();
    Paid { charged_minor, payments }
}

/// What the marketplace said that it takes per unit, until a settlement tells what it took.
fn book_estimates(case: &Case<'_>, sheet: &mut Sheet) {
    if case.policy.fee_estimates.is_empty() || case.order.cancelled_at.is_some() {
        return;
    }
    for (index, line) in case.order.lines.iter().enumerate() {
        let Some(sku) = line.sku.as_deref().filter(|_| !line.gift_card && line.quantity > 0) else {
            continue;
        };
        let key = (case.store.to_owned(), sku.to_owned());
        let Some(estimate) = case.policy.fee_estimates.get(&key) else { continue };
        if estimate.price.currency != case.order.currency || estimate.price.minor <= 0 {
            continue;
        }
        let sold_minor = line.price_minor - line.discount_minor;
        let share = mul_div_half_even(
            i128::from(estimate.share_minor),
            i128::from(sold_minor),
            i128::from(estimate.price.minor),
        );
        let fixed = estimate.fixed_minor.checked_mul(line.quantity);
        let Some(fee_minor) = share.zip(fixed).and_then(|(share, fixed)| share.checked_add(fixed))
        else {
            sheet.overflowed();
            continue;
        };
        let event = event_of_line(sheet, case, index);
        let at = At { event, line: index, component: Component::ChannelFees };
        let Some((fee, vat)) = net_fee(case, sheet, event, case.order.money(fee_minor)) else {
            continue;
        };
        sheet.add(at, -fee.minor, Quality::Estimated, || {
            let show = |minor: i64| case.order.money(minor).to_decimal_text();
            let (share, price) = (show(estimate.share_minor), show(estimate.price.minor));
            let fixed = show(estimate.fixed_minor);
            let arithmetic = format!(
                "−({share} × {} / {price} + {} × {fixed}){vat}",
                show(sold_minor),
                line.quantity
            );
            Note::rule(format!("the marketplace's own estimate for {sku}"), arithmetic)
        });
    }
}

/// The fee of one payment: the real one, else the first rule that fits, else missing. Where
/// nothing was charged no rule applies.
fn book_payment(
    case: &Case<'_>,
    sheet: &mut Sheet,
    charge: &Charge<'_>,
    told_apart: bool,
) -> Option<PaidFee> {
    let order = case.order;
    let day = sheet.events()[0].day;
    let fitting = case.policy.rules.find_payment_fee(charge.gateway, order.currency);
    let returned =
        fitting.and_then(|(_, rule)| rule.returned_on_refund_percent).unwrap_or(Decimal::ZERO);
    let gateway = charge.gateway.unwrap_or("no gateway named");
    let component = Component::PaymentFees;
    if let Some(fee) = charge.fee {
        let (fee, vat) = net_fee(case, sheet, 0, fee)?;
        for (line, part) in case.split(-fee.minor) {
            let amount = Money::new(part, fee.currency);
            sheet.add_money(At { event: 0, line, component }, amount, day, Quality::Actual, || {
                let share = case.share_text(fee, line);
                let plain = if share.is_empty() { fee.to_decimal_text() } else { share };
                let source = format!("{}, fee of {gateway}", order.source.label);
                Note::source(source, format!("−{plain}{vat}"))
            });
        }
        // A refund is spread over the payments in proportion: one of nothing has no part in it.
        let is_paid = charge.minor != 0;
        return is_paid.then(|| PaidFee { fee, returned, rule: rule_name(fitting) });
    }
    if charge.minor == 0 || told_apart {
        return None;
    }
    let Some((index, rule)) = fitting else {
        for line in case.bearers.clone() {
            sheet.add(At { event: 0, line, component }, 0, Quality::Missing, || {
                Note::rule(format!("no fee and no rule is known for {gateway}"), "–")
            });
        }
        return None;
    };
    let Some(fee_minor) = fee_by_rule(rule, charge.minor, order.currency.digits()) else {
        sheet.overflowed();
        return None;
    };
    let name = format!("payment fee rule {}", index + 1);
    let (fee, vat) = net_fee(case, sheet, 0, order.money(fee_minor))?;
    book_split(case, sheet, (0, component), -fee.minor, Quality::Estimated, |share| {
        let text = rule_text(case, rule, charge.minor, fee_minor);
        Note::rule(&name, format!("{text}{vat}; {share}"))
    });
    Some(PaidFee { fee, returned, rule: name })
}

fn rule_name(fitting: Option<(usize, &PaymentFeeRule)>) -> String {
    fitting.map(|(index, _)| format!("payment fee rule {}", index + 1)).unwrap_or_default()
}

/// `percent × charged + fixed`, rounded once, then held within minimum and maximum.
pub fn fee_by_rule(rule: &PaymentFeeRule, charged_minor: i64, digits: u32) -> Option<i64> {
    let percent = rule.percent.unwrap_or(Decimal::ZERO);
    let fixed = rule.fixed.unwrap_or(Decimal::ZERO);
    let (percent_over, percent_under) = percent.parts();
    let (fixed_over, fixed_under) = fixed.parts();
    let scale = 10_i128.pow(digits);
    // percent × charged / 100 + fixed × scale, over one denominator.
    let under = percent_under.checked_mul(100)?.checked_mul(fixed_under)?;
    let from_percent =
        percent_over.checked_mul(i128::from(charged_minor))?.checked_mul(fixed_under)?;
    let from_fixed = fixed_over.checked_mul(scale)?.checked_mul(percent_under)?.checked_mul(100)?;
    let sum = from_percent.checked_add(from_fixed)?;
    let mut fee = i64::try_from(crate::base::rate::div_half_even(sum, under)?).ok()?;
    if let Some(minimum) = rule.minimum {
        fee = fee.max(minimum.to_minor(digits)?);
    }
    if let Some(maximum) = rule.maximum {
        fee = fee.min(maximum.to_minor(digits)?);
    }
    Some(fee)
}

fn rule_text(case: &Case<'_>, rule: &PaymentFeeRule, charged: i64, fee: i64) -> String {
    let show = |minor: i64| case.order.money(minor).to_decimal_text();
    let percent = rule.percent.unwrap_or(Decimal::ZERO);
    let fixed = rule.fixed.unwrap_or(Decimal::ZERO);
    let held = |word: &str, limit: Option<Decimal>| {
        limit.map(|limit| format!(", {word} {limit}")).unwrap_or_default()
    };
    let (least, most) = (held("at least", rule.minimum), held("at most", rule.maximum));
    format!("{} × {percent} % + {fixed}{least}{most} = {}", show(charged), show(fee))
}

/// A fee without recoverable VAT, by the day of its event, and how that was taken out.
fn net_fee(
    case: &Case<'_>,
    sheet: &mut Sheet,
    event: usize,
    fee: Money,
) -> Option<(Money, String)> {
    let net = case.net(VatSource::Fees, sheet.events()[event].day, fee);
    if net.is_none() {
        sheet.overflowed();
    }
    net
}

/// A fee that names a line stands on it; any other, and one that names a line which bears
/// nothing, is split.
fn book_fee(case: &Case<'_>, sheet: &mut Sheet, event: usize, fee: &Fee) {
    let given = class_given(case, fee);
    let component = given.map_or_else(|| component_of(fee.class), component_given);
    let quality = if fee.estimated { Quality::Estimated } else { Quality::Actual };
    let day = sheet.events()[event].day;
    let net = match fee.class {
        FeeClass::Channel | FeeClass::Payment | FeeClass::ShippingCost => {
            net_fee(case, sheet, event, fee.amount)
        }
        // What is paid out is no cost; what advertising costs is told by its own source.
        FeeClass::OtherIncome | FeeClass::Advertising => Some((fee.amount, String::new())),
    };
    let Some((amount, vat)) = net else { return };
    let whole = Money::new(-amount.minor, amount.currency);
    let named = fee
        .line_id
        .as_deref()
        .and_then(|id| case.order.lines.iter().position(|line| line.id == id))
        .filter(|line| case.bears(*line));
    let parts: Vec<(usize, i64)> = match named {
        Some(line) => vec![(line, whole.minor)],
        None => case.split(whole.minor).collect(),
    };
    for (line, part) in parts {
        let part = Money::new(part, whole.currency);
        sheet.add_money(At { event, line, component }, part, day, quality, || {
            let unknown = match given {
                Some(class) => format!(" (given the class {})", class.name()),
                None if fee.unclassified => " (unclassified)".to_owned(),
                None => String::new(),
            };
            let share = match named {
                Some(_) => String::new(),
                None => case.share_text(whole, line),
            };
            let plain = if share.is_empty() { whole.to_decimal_text() } else { share };
            Note::source(
                format!("{}, {}{unknown}", case.order.source.label, fee.kind),
                format!("{plain}{vat}"),
            )
        });
    }
}

/// The class that the seller gave to a kind which no table knows. It moves the row and nothing
/// else: whether a rule is kept away is the reader's class to say.
fn class_given(case: &Case<'_>, fee: &Fee) -> Option<FeeKindClass> {
    let order = case.order;
    let place = FeePlace { channel: order.channel.as_deref(), source: &order.source.label };
    fee.unclassified.then(|| case.policy.rules.find_fee_class(&fee.kind, place)).flatten()
}

fn component_of(class: FeeClass) -> Component {
    match class {
        FeeClass::Channel => Component::ChannelFees,
        FeeClass::Payment => Component::PaymentFees,
        FeeClass::OtherIncome => Component::OtherIncome,
        FeeClass::ShippingCost => Component::ShippingCost,
        FeeClass::Advertising => Component::AdSpend,
    }
}

fn component_given(class: FeeKindClass) -> Component {
    match class {
        FeeKindClass::ChannelFees => Component::ChannelFees,
        FeeKindClass::PaymentFees => Component::PaymentFees,
        FeeKindClass::ShippingCost => Component::ShippingCost,
        FeeKindClass::OtherIncome => Component::OtherIncome,
        FeeKindClass::AdSpend => Component::AdSpend,
        FeeKindClass::PeriodFees => Component::PeriodFees,
    }
}

/// What a refund gives back of the fees. Returns what has been refunded so far, with tax.
pub(super) fn book_refund(
    case: &Case<'_>,
    sheet: &mut Sheet,
    event: usize,
    refund: &Refund,
    (paid, before_minor): (&Paid, i64),
) -> i64 {
    for fee in &refund.fees {
        book_fee(case, sheet, event, fee);
    }
    let refunded = refunded_with_tax(refund).max(0);
    let counted = refunded.min((paid.charged_minor - before_minor).max(0));
    let component = Component::PaymentFees;
    let source = format!("refund {}", refund.id);
    if let Some(returned) = refund.fee_returned {
        let Some((returned, vat)) = net_fee(case, sheet, event, returned) else {
            return before_minor + counted;
        };
        let day = sheet.events()[event].day;
        for (line, part) in case.split(returned.minor) {
            let amount = Money::new(part, returned.currency);
            sheet.add_money(At { event, line, component }, amount, day, Quality::Actual, || {
                let share = case.share_text(returned, line);
                let plain = returned.to_decimal_text();
                let plain = if share.is_empty() { plain } else { share };
                Note::source(&source, format!("{plain}{vat}"))
            });
        }
        return before_minor + counted;
    }
    for payment in &paid.payments {
        if counted == 0 || payment.returned.is_zero() {
            continue;
        }
        match returned_by_rule(payment, counted, paid.charged_minor) {
            Some(minor) => book_returned(case, sheet, event, payment, (minor, counted, paid)),
            None => sheet.overflowed(),
        }
    }
    before_minor + counted
}

fn book_returned(
    case: &Case<'_>,
    sheet: &mut Sheet,
    event: usize,
    payment: &PaidFee,
    (minor, counted, paid): (i64, i64, &Paid),
) {
    let day = sheet.events()[event].day;
    let component = Component::PaymentFees;
    for (line, part) in case.split(minor) {
        let amount = Money::new(part, payment.fee.currency);
        sheet.add_money(At { event, line, component }, amount, day, Quality::Estimated, || {
            let show = |minor: i64| case.order.money(minor).to_decimal_text();
            let whole = payment.fee.to_decimal_text();
            let back = Money::new(minor, payment.fee.currency);
            let text = format!(
                "{whole} × {} % × {} / {} = {}; {}",
                payment.returned,
                show(counted),
                show(paid.charged_minor),
                back.to_decimal_text(),
                case.share_text(back, line),
            );
            Note::rule(&payment.rule, text.trim_end_matches("; ").to_owned())
        });
    }
}

/// fee × returned share × refunded / charged, half to even.
fn returned_by_rule(payment: &PaidFee, counted: i64, charged: i64) -> Option<i64> {
    let (over, under) = payment.returned.parts();
    let fee_share = i128::from(payment.fee.minor).checked_mul(over)?;
    let divisor = under.checked_mul(100)?.checked_mul(i128::from(charged))?;
    mul_div_half_even(fee_share, i128::from(counted), divisor)
}

/// All that the buyer got back, gift cards bought included.
fn refunded_with_tax(refund: &Refund) -> i64 {
    let lines: i64 = refund.lines.iter().map(|line| line.amount_minor + line.tax_minor).sum();
    lines
        + refund.shipping_minor
        + refund.shipping_tax_minor
        + refund.adjustment_minor
        + refund.adjustment_tax_minor
        + refund.service_minor
        + refund.service_tax_minor
}
