//! What a document of a settlement moved for the seller, by the bridge's rows: what buyers paid,
//! less what was given back, less what the platform took. Our side of every payout.

use std::collections::BTreeMap;

use crate::base::{Currency, Money};
use crate::domain::record::{Fee, FeeClass, Order, Refund};

/// Rows of the bridges on which what buyers paid and were given back stands.
pub const TRADE: [&str; 4] = ["sales", "tax", "refunds", "withheld_tax"];

/// Amounts by the bridge's row; positive reaches the seller.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moved(BTreeMap<&'static str, i64>);

impl Moved {
    pub fn add(&mut self, group: &'static str, minor: i64) {
        if minor != 0 {
            *self.0.entry(group).or_default() += minor;
        }
    }

    pub fn add_all(&mut self, other: &Self) {
        for (group, minor) in &other.0 {
            self.add(group, *minor);
        }
    }

    pub fn of(&self, group: &str) -> i64 {
        self.0.get(group).copied().unwrap_or(0)
    }

    pub fn total(&self) -> i64 {
        self.0.values().sum()
    }

    /// What buyers paid less what they were given back, before anything was taken.
    pub fn trade(&self) -> i64 {
        TRADE.iter().map(|group| self.of(group)).sum()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&'static str, i64)> + '_ {
        self.0.iter().map(|(group, minor)| (*group, *minor))
    }
}

/// What one document moved in its payout, in the payout's currency. Where that is another than
/// the document's the platform's own net stands whole on `fx`.
pub fn moved(document: &Order, currency: Currency) -> Moved {
    let mut moved = Moved::default();
    let settled = document.source.settled.as_ref();
    if document.currency != currency {
        let net = settled.and_then(|settled| settled.moved);
        moved.add("fx", net.filter(|net| net.currency == currency).map_or(0, |net| net.minor));
        return moved;
    }
    let (sales, tax) = sold(document);
    moved.add("sales", sales);
    moved.add("tax", tax);
    moved.add("withheld_tax", -settled.map_or(0, |settled| settled.withheld_minor));
    for payment in &document.payments {
        moved.add("fees", -minor_in(payment.fee, currency));
    }
    for fee in &document.fees {
        take(&mut moved, fee, currency);
    }
    for refund in &document.refunds {
        let (back, tax) = given_back(refund);
        moved.add("refunds", -back);
        moved.add("tax", -tax);
        moved.add("fees", minor_in(refund.fee_returned, currency));
        for fee in &refund.fees {
            take(&mut moved, fee, currency);
        }
    }
    moved
}

/// What the buyer owed for the goods and beside them, and the tax on top of it.
pub fn sold(order: &Order) -> (i64, i64) {
    let goods: i64 = order.lines.iter().map(|line| line.price_minor - line.discount_minor).sum();
    let shipping = order.shipping.price_minor - order.shipping.discount_minor;
    let beside = order.service_income_minor + order.tips_minor + order.duties_minor;
    let sales = goods - order.order_discount_minor + shipping + beside + order.unexplained_minor;
    if order.taxes_included {
        // A service's tax is never inside its amount.
        return (sales, order.service_tax_minor);
    }
    let lines: i64 = order.lines.iter().filter_map(|line| line.tax_minor).sum();
    (sales, lines + order.shipping.tax_minor.unwrap_or(0) + order.service_tax_minor)
}

/// What a refund gave back without tax, and the tax.
pub fn given_back(refund: &Refund) -> (i64, i64) {
    let lines: i64 = refund.lines.iter().map(|line| line.amount_minor).sum();
    let taxes: i64 = refund.lines.iter().map(|line| line.tax_minor).sum();
    let back = lines + refund.shipping_minor + refund.adjustment_minor + refund.service_minor;
    let tax =
        taxes + refund.shipping_tax_minor + refund.adjustment_tax_minor + refund.service_tax_minor;
    (back, tax)
}

fn minor_in(money: Option<Money>, currency: Currency) -> i64 {
    money.filter(|money| money.currency == currency).map_or(0, |money| money.minor)
}

fn take(moved: &mut Moved, fee: &Fee, currency: Currency) {
    let group = match fee.class {
        _ if fee.unclassified => "unclassified",
        FeeClass::Channel | FeeClass::Payment | FeeClass::ShippingCost => "fees",
        FeeClass::OtherIncome => "other_income",
        FeeClass::Advertising => "advertising",
    };
    moved.add(group, -minor_in(Some(fee.amount), currency));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::record::order::Settled;

    fn eur() -> Currency {
        Currency::parse("EUR").unwrap()
    }

    fn fee(class: &str, minor: i64, unclassified: bool) -> serde_json::Value {
        let amount = json!({ "minor": minor, "currency": "EUR" });
        json!({ "kind": "k", "class": class, "amount": amount, "unclassified": unclassified })
    }

    fn document() -> Order {
        let order = json!({
            "id": "1", "placed_at": 0, "currency": "EUR", "financial_status": "paid",
            "source": { "kind": "settlement", "label": "made up",
                "settled": { "withheld_minor": 380 } },
            "lines": [{ "id": "a", "quantity": 2, "price_minor": 4800, "discount_minor": 800,
                "tax_minor": 380 }],
            "shipping": { "price_minor": 500 },
            "fees": [fee("channel", 720, false), fee("other_income", -100, false),
                fee("channel", 123, true)],
            "refunds": [{ "id": "r", "at": 0, "adjustment_minor": 1000,
                "adjustment_tax_minor": 95,
                "fee_returned": { "minor": 30, "currency": "EUR" } }],
        });
        serde_json::from_value(order).unwrap()
    }

    #[test]
    fn a_document_moves_what_its_parts_say() {
        let moved = moved(&document(), eur());
        let expected = [
            ("fees", -6_90),
            ("other_income", 1_00),
            ("refunds", -10_00),
            ("sales", 45_00),
            ("tax", 2_85),
            ("unclassified", -1_23),
            ("withheld_tax", -3_80),
        ];
        assert_eq!(moved.iter().collect::<Vec<_>>(), expected);
        // 45.00 + 2.85 − 3.80 − 10.00, then − 6.90 + 1.00 − 1.23.
        assert_eq!((moved.trade(), moved.total()), (34_05, 26_92));
    }

    #[test]
    fn in_another_currency_the_platforms_own_net_counts() {
        let usd = Currency::parse("USD").unwrap();
        let mut document = document();
        assert_eq!(moved(&document, usd).total(), 0);
        let net = Some(Money::new(29_61, usd));
        document.source.settled = Some(Settled { moved: net, ..Settled::default() });
        assert_eq!(moved(&document, usd).of("fx"), 29_61);
    }
}
