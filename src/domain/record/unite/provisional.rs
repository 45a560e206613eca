//! First words: what a marketplace posts by itself, weeks before the settlement that tells it for
//! good. Both say the same, so one gives way and nothing is counted twice.

use crate::base::Instant;
use crate::domain::record::order::Order;

pub(super) fn is_one(document: &Order) -> bool {
    document.source.settled.as_ref().is_some_and(|settled| settled.provisional)
}

/// The documents without first words that a settlement has told since.
pub(super) fn give_way(documents: Vec<Order>) -> Vec<Order> {
    if !documents.iter().any(is_one) {
        return documents;
    }
    let (first_words, mut others): (Vec<Order>, Vec<Order>) =
        documents.into_iter().partition(is_one);
    let kept: Vec<Order> =
        first_words.into_iter().filter(|word| !others.iter().any(|it| tells(it, word))).collect();
    others.extend(kept);
    others
}

/// Whether a settlement tells of the same side of the order, the sale or what was given back, up
/// to the time of the first word or later.
fn tells(settlement: &Order, word: &Order) -> bool {
    let Some(until) = settlement.source.settled.as_ref().and_then(|settled| settled.until) else {
        return false;
    };
    let is_same_side = match word.refunds.is_empty() {
        true => is_sale(settlement),
        false => !settlement.refunds.is_empty(),
    };
    is_same_side && posted_at(word) <= until
}

fn is_sale(document: &Order) -> bool {
    !document.fees.is_empty() || document.lines.iter().any(|line| line.quantity > 0)
}

fn posted_at(word: &Order) -> Instant {
    word.refunds.iter().map(|refund| refund.at).min().unwrap_or(word.placed_at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Currency, Money};
    use crate::domain::record::order::{Fee, FeeClass, Settled, SourceTag};
    use crate::domain::record::unite::unite;
    use crate::domain::record::{FinancialStatus, Line, Refund, SourceKind};

    fn at(day: i64) -> Instant {
        Instant::from_seconds(1_790_000_000 + day * 86_400)
    }

    fn fee(minor: i64) -> Fee {
        Fee {
            kind: "commission".to_owned(),
            class: FeeClass::Channel,
            amount: Money::new(minor, Currency::EUR),
            line_id: None,
            estimated: false,
            unclassified: false,
        }
    }

    fn order(kind: SourceKind, part: &str, day: i64, settled: Option<Settled>) -> Order {
        let mut order: Order = serde_json::from_value(serde_json::json!({
            "id": "1", "placed_at": at(day), "currency": "EUR", "lines": [],
            "source": {"kind": kind, "part": part, "label": part},
            "financial_status": FinancialStatus::Paid,
        }))
        .unwrap();
        order.source = SourceTag { settled, ..order.source };
        order
    }

    fn bought() -> Order {
        let mut order = order(SourceKind::Api, "", 0, None);
        order.lines = vec![Line {
            id: "1".to_owned(),
            sku: None,
            title: None,
            quantity: 1,
            price_minor: 20_00,
            discount_minor: 0,
            tax_minor: None,
            gift_card: false,
            weight_grams: 0,
            restocked_in_all: 0,
            added_at: None,
            stock: Default::default(),
        }];
        order
    }

    fn word(part: &str, day: i64, fee_minor: i64) -> Order {
        let settled = Settled { provisional: true, ..Settled::default() };
        let mut order = order(SourceKind::Api, part, day, Some(settled));
        order.fees.push(fee(fee_minor));
        order
    }

    fn settlement(until: i64, fee_minor: i64) -> Order {
        let settled = Settled { until: Some(at(until)), ..Settled::default() };
        let mut order = order(SourceKind::Settlement, "S1", 1, Some(settled));
        order.fees.push(fee(fee_minor));
        order
    }

    fn fees(documents: Vec<Order>) -> Vec<i64> {
        let united = unite(documents, Vec::new(), &[]).unwrap();
        united.fees.iter().map(|fee| fee.amount.minor).collect()
    }

    #[test]
    fn first_words_add_up_until_a_settlement_tells_them() {
        let words = || vec![bought(), word("f/1", 1, 3_00), word("f/2", 5, 2_00)];
        assert_eq!(fees(words()), [3_00, 2_00], "two parcels, two transactions");
        let mut some = words();
        some.push(settlement(3, 3_00));
        assert_eq!(fees(some.clone()), [3_00, 2_00], "the second parcel is not settled yet");
        some.reverse();
        assert_eq!(fees(some).iter().sum::<i64>(), 5_00, "whichever came first");
        let mut all = words();
        all.push(settlement(14, 5_00));
        assert_eq!(fees(all), [5_00]);
    }

    #[test]
    fn a_settled_sale_leaves_a_refund_that_is_not_settled() {
        let mut back = word("f/3", 2, 0);
        back.fees.clear();
        back.refunds = vec![Refund {
            adjustment_minor: 4_00,
            ..serde_json::from_value(serde_json::json!({"id": "r", "at": at(2)}))
                .unwrap_or_else(|_| panic!("a refund of nothing"))
        }];
        let documents = vec![bought(), word("f/1", 1, 3_00), back, settlement(14, 3_00)];
        let united = unite(documents, Vec::new(), &[]).unwrap();
        assert_eq!(united.fees.len(), 1);
        assert_eq!(united.refunds.len(), 1);
    }
}
