//! What follows when the prices or the shipping of an order are other ones: its taxes, payments,
//! fees and refunds scale with them, each rounded once, half to even.

use crate::base::rate::mul_div_half_even;
use crate::base::split::{Split, by_weight};
use crate::domain::profit::convert::Overflow;
use crate::domain::profit::fees::fee_by_rule;
use crate::domain::record::{Fee, FeeClass, Order};
use crate::domain::rules::Rules;

/// Fees of these kinds are a share of what the buyer pays; all others are so much apiece.
const SHARES: [&str; 9] = [
    "commission",
    "referral",
    "transaction",
    "final_value",
    "share_and_save",
    "regulatory",
    "international",
    "currency_conversion",
    "offsite_ads",
];

/// Whether a fee grows with what the buyer pays.
pub fn is_share(fee: &Fee) -> bool {
    let kind = fee.kind.as_str();
    let named = SHARES.iter().any(|share| kind.contains(share)) && !kind.contains("fixed");
    match fee.class {
        FeeClass::Payment => true,
        FeeClass::Channel | FeeClass::Advertising => named || kind == "promoted_listings",
        FeeClass::OtherIncome | FeeClass::ShippingCost => false,
    }
}

/// What each line brings, its share of the order's discount taken off, as prices are written.
pub fn list_nets(order: &Order) -> Vec<i64> {
    let net = |index: usize| order.lines[index].price_minor - order.lines[index].discount_minor;
    let mut nets: Vec<i64> = (0..order.lines.len()).map(net).collect();
    let sold: Vec<usize> =
        (0..order.lines.len()).filter(|index| !order.lines[*index].gift_card).collect();
    let weights: Vec<i64> = sold.iter().map(|index| nets[*index]).collect();
    let quantities: Vec<i64> = sold.iter().map(|index| order.lines[*index].quantity).collect();
    let split =
        Split { whole: order.order_discount_minor, weights: &weights, quantities: &quantities };
    for (index, part) in sold.into_iter().zip(split.parts()) {
        nets[index] -= part;
    }
    nets
}

/// The goods of an order that are no gift cards, after discounts.
pub fn goods_minor(order: &Order, nets: &[i64]) -> i64 {
    let sold = order.lines.iter().zip(nets).filter(|(line, _)| !line.gift_card);
    sold.map(|(_, net)| net).sum()
}

/// How one amount became another; an amount that hangs on it follows.
#[derive(Clone, Copy)]
struct Moved {
    was: i64,
    becomes: i64,
}

impl Moved {
    fn of(self, minor: i64) -> Result<i64, Overflow> {
        if self.was == self.becomes || self.was == 0 {
            return Ok(minor);
        }
        let (becomes, was) = (i128::from(self.becomes), i128::from(self.was));
        mul_div_half_even(i128::from(minor), becomes, was).ok_or(Overflow)
    }

    fn apply(self, minor: &mut i64) -> Result<(), Overflow> {
        *minor = self.of(*minor)?;
        Ok(())
    }
}

/// Brings taxes, refunds, payments and fees of `new` after its prices, discounts and shipping.
/// The lines stand as in `old`.
///
/// # Errors
/// `Overflow` beyond 64 bits.
pub fn follow(old: &Order, new: &mut Order, rules: &Rules) -> Result<(), Overflow> {
    let (was, becomes) = (list_nets(old), list_nets(new));
    let lines: Vec<Moved> =
        was.iter().zip(&becomes).map(|(was, new)| Moved { was: *was, becomes: *new }).collect();
    let goods = Moved { was: goods_minor(old, &was), becomes: goods_minor(new, &becomes) };
    let shipping = Moved {
        was: old.shipping.price_minor - old.shipping.discount_minor,
        becomes: new.shipping.price_minor - new.shipping.discount_minor,
    };
    for (line, moved) in new.lines.iter_mut().zip(&lines) {
        if let Some(tax) = &mut line.tax_minor {
            moved.apply(tax)?;
        }
    }
    new.shipping.tax_minor = match (new.shipping.tax_minor, shipping.was) {
        // Nothing was charged, so its tax tells nothing: that of the goods does.
        (Some(_), 0) if shipping.becomes != 0 => tax_like_goods(old, &was, shipping.becomes)?,
        (Some(tax), _) => Some(shipping.of(tax)?),
        (None, _) => None,
    };
    for refund in &mut new.refunds {
        for part in &mut refund.lines {
            let index = old.lines.iter().position(|line| line.id == part.line_id);
            if let Some(moved) = index.map(|index| lines[index]) {
                moved.apply(&mut part.amount_minor)?;
                moved.apply(&mut part.tax_minor)?;
            }
        }
        goods.apply(&mut refund.adjustment_minor)?;
        goods.apply(&mut refund.adjustment_tax_minor)?;
        shipping.apply(&mut refund.shipping_minor)?;
        shipping.apply(&mut refund.shipping_tax_minor)?;
    }
    let owed = Moved { was: old.owed_minor().max(0), becomes: new.owed_minor().max(0) };
    let fees = new.fees.iter_mut().chain(new.refunds.iter_mut().flat_map(|r| &mut r.fees));
    for fee in fees.filter(|fee| is_share(fee)) {
        let named = fee.line_id.as_ref().and_then(|id| old.lines.iter().position(|l| l.id == *id));
        named.map_or(owed, |index| lines[index]).apply(&mut fee.amount.minor)?;
    }
    follow_payments(old, new, (owed, rules))
}

/// The tax on shipping at the rate of the goods; unknown where theirs is.
fn tax_like_goods(order: &Order, nets: &[i64], minor: i64) -> Result<Option<i64>, Overflow> {
    let taxes: Option<i64> = order.lines.iter().map(|line| line.tax_minor).sum();
    let goods: i64 = nets.iter().sum();
    let Some(taxes) = taxes.filter(|_| goods != 0) else { return Ok(None) };
    let tax = mul_div_half_even(i128::from(minor), i128::from(taxes), i128::from(goods));
    tax.map(Some).ok_or(Overflow)
}

/// What was paid moves with what was owed. A real fee moves by what its rule says of the
/// difference; without a rule, in proportion.
fn follow_payments(
    old: &Order,
    new: &mut Order,
    (owed, rules): (Moved, &Rules),
) -> Result<(), Overflow> {
    if owed.was == owed.becomes {
        return Ok(());
    }
    let before: Vec<i64> = old.payments.iter().map(|payment| payment.amount_minor).collect();
    let paid: i64 = before.iter().sum();
    let amounts = by_weight(owed.of(paid)?, &before);
    let digits = new.currency.digits();
    for ((payment, was), becomes) in new.payments.iter_mut().zip(&before).zip(amounts) {
        payment.amount_minor = becomes;
        let Some(fee) = &mut payment.fee else { continue };
        let rule = rules.find_payment_fee(Some(&payment.gateway), new.currency);
        let rule = rule.filter(|_| fee.currency == new.currency && *was != 0);
        match rule {
            Some((_, rule)) => {
                let by_rule = |minor| match minor {
                    0 => Some(0),
                    minor => fee_by_rule(rule, minor, digits),
                };
                let (was, becomes) = by_rule(*was).zip(by_rule(becomes)).ok_or(Overflow)?;
                fee.minor += becomes - was;
            }
            None => Moved { was: *was, becomes }.apply(&mut fee.minor)?,
        }
    }
    for refund in &mut new.refunds {
        if let Some(returned) = &mut refund.fee_returned {
            owed.apply(&mut returned.minor)?;
        }
    }
    Ok(())
}
