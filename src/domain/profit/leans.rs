//! What the figures of an order lean on besides its own records: which rules were looked up, and
//! which currencies were converted. Kept with the order, so that a later edit finds those that it
//! touches; it may name too much, never too little.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::engine::Booked;
use crate::base::Currency;
use crate::domain::record::{FeeClass, Order};

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Leans {
    /// Gateway and currency of payments whose fee a rule tells, or gives back on refunds.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub payment_fees: BTreeSet<(Option<String>, Currency)>,
    /// What sending it cost comes from a rule.
    #[serde(skip_serializing_if = "is_false")]
    pub shipping: bool,
    #[serde(skip_serializing_if = "is_false")]
    pub handling: bool,
    /// Tax is taken out by the country's rule.
    #[serde(skip_serializing_if = "is_false")]
    pub vat: bool,
    /// The cost of a line is not known, so a guess may stand in.
    #[serde(skip_serializing_if = "is_false")]
    pub guess: bool,
    /// What was converted, or would have been with a rate.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub converted: BTreeSet<Currency>,
}

fn is_false(flag: &bool) -> bool {
    !*flag
}

impl Leans {
    pub fn of(order: &Order, booked: &Booked) -> Self {
        if booked.lines.is_empty() {
            return Self::default();
        }
        let has_gift_cards_only = order.lines.iter().all(|line| line.gift_card);
        let is_ruled = order.cancelled_at.is_none() && !has_gift_cards_only;
        let is_shipped_by = |class: FeeClass| order.fees.iter().any(|fee| fee.class == class);
        let is_told = !order.labels.is_empty()
            || order.shipping_cost.is_some()
            || is_shipped_by(FeeClass::ShippingCost);
        Self {
            payment_fees: list_payment_fees(order),
            shipping: is_ruled && !is_told,
            handling: is_ruled,
            vat: leans_on_vat(order),
            guess: booked.lines.iter().any(|line| !line.cost_known),
            converted: booked.converted.clone(),
        }
    }

    /// As it is stored.
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// `None` where it cannot be read: then it may lean on anything.
    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

fn list_payment_fees(order: &Order) -> BTreeSet<(Option<String>, Currency)> {
    if order.payments.is_empty() {
        return BTreeSet::from([(None, order.currency)]);
    }
    let gives_back = !order.refunds.is_empty();
    let payments = order.payments.iter();
    let ruled = payments.filter(|payment| payment.fee.is_none() || gives_back);
    ruled.map(|payment| (Some(payment.gateway.clone()), order.currency)).collect()
}

/// Inside prices an unknown tax follows the rule; so does that of a line given away.
fn leans_on_vat(order: &Order) -> bool {
    let is_unknown = |tax: Option<i64>| tax.is_none();
    order.taxes_included
        && (order.lines.iter().any(|line| is_unknown(line.tax_minor))
            || (is_unknown(order.shipping.tax_minor)
                && order.shipping.price_minor != order.shipping.discount_minor)
            || order.order_discount_minor != 0
            || order.lines.iter().any(|line| line.price_minor <= line.discount_minor)
            || order.refunds.iter().any(|refund| refund.tax_inside))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again_and_nothing_is_short() {
        let leans = Leans {
            payment_fees: BTreeSet::from([
                (None, Currency::EUR),
                (Some("stripe".to_owned()), Currency::EUR),
            ]),
            shipping: true,
            converted: BTreeSet::from([Currency::EUR]),
            ..Leans::default()
        };
        assert_eq!(Leans::parse(&leans.to_text()), Some(leans));
        assert_eq!(Leans::default().to_text(), "{}");
        assert_eq!(Leans::parse("anything"), None);
    }
}
