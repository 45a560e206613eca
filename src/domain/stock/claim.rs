//! What an order has a claim on: held + shipped + released = ordered, from the first sight of it
//! on, also before it is paid.

use crate::domain::record::order::{FinancialStatus, Line, Order};

/// Units of one line, in units of what was sold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Claim {
    pub ordered: i64,
    /// Promised, and still on the shelf.
    pub held: i64,
    /// Gone to the buyer.
    pub shipped: i64,
    /// Not to be sent any more.
    pub released: i64,
    /// Of those shipped, back on the shelf.
    pub returned: i64,
    /// Of those released, not there to be sent: they are not free again.
    pub short: i64,
}

impl Claim {
    /// The same of each of `units` parts that one of these takes.
    #[must_use]
    pub fn times(self, units: i64) -> Self {
        Self {
            ordered: self.ordered.saturating_mul(units),
            held: self.held.saturating_mul(units),
            shipped: self.shipped.saturating_mul(units),
            released: self.released.saturating_mul(units),
            returned: self.returned.saturating_mul(units),
            short: self.short.saturating_mul(units),
        }
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            ordered: self.ordered.saturating_add(other.ordered),
            held: self.held.saturating_add(other.held),
            shipped: self.shipped.saturating_add(other.shipped),
            released: self.released.saturating_add(other.released),
            returned: self.returned.saturating_add(other.returned),
            short: self.short.saturating_add(other.short),
        }
    }

    /// The first `units` of it, and the rest. Of what was shipped, held and released each the first
    /// take theirs first.
    #[must_use]
    pub fn split(self, units: i64) -> (Self, Self) {
        let mut room = units.clamp(0, self.ordered);
        let ordered = room;
        let mut take = |from: i64| {
            let taken = from.min(room);
            room -= taken;
            taken
        };
        let (shipped, held, released) = (take(self.shipped), take(self.held), take(self.released));
        let returned = self.returned.min(shipped);
        let short = self.short.min(released);
        let first = Self { ordered, held, shipped, released, returned, short };
        let rest = Self {
            ordered: self.ordered - ordered,
            held: self.held - held,
            shipped: self.shipped - shipped,
            released: self.released - released,
            returned: self.returned - returned,
            short: self.short - short,
        };
        (first, rest)
    }
}

/// Whether an order is about stock of the seller's at all.
fn is_of_stock(order: &Order, line: &Line) -> bool {
    !order.test && !line.gift_card && !line.stock.by_channel && line.quantity > 0
}

/// What a line has a claim on; `None` where it is no matter of the seller's shelves.
///
/// Where the source does not tell what was shipped, a paid order counts as gone at once: whether
/// its units are held or gone makes no difference to what can be offered.
pub fn claim(order: &Order, line: &Line) -> Option<Claim> {
    if !is_of_stock(order, line) {
        return None;
    }
    let ordered = line.quantity;
    let of_line = || {
        let lines = order.refunds.iter().flat_map(|refund| &refund.lines);
        lines.filter(|refunded| refunded.line_id == line.id)
    };
    let refunded: i64 = of_line().map(|refunded| refunded.quantity.max(0)).sum();
    let restocked: i64 = of_line().map(|refunded| refunded.restocked.max(0)).sum();
    let restocked = restocked.max(line.restocked_in_all);
    let is_off = order.cancelled_at.is_some()
        || matches!(order.financial_status, FinancialStatus::Voided | FinancialStatus::Failed);
    let shipped = match line.stock.shipped {
        Some(shipped) => shipped.clamp(0, ordered),
        None if is_off => 0,
        None if order.financial_status.counts() => ordered,
        None => 0,
    };
    let open = ordered - shipped;
    // Money that was given back for what never left: it is not to be sent any more.
    let is_all_back = order.financial_status == FinancialStatus::Refunded;
    let released = if is_off || is_all_back { open } else { refunded.min(open) };
    let returned = (restocked - released).clamp(0, shipped);
    let short = if order.stock.cancelled_for_lack { released } else { 0 };
    Some(Claim { ordered, held: open - released, shipped, released, returned, short })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn order(status: &str, line: &str, more: &str) -> Order {
        let text = format!(
            r#"{{"id":"1","placed_at":0,"source":{{"kind":"api","label":"x"}},"currency":"EUR",
                "financial_status":"{status}",
                "lines":[{{"id":"a","sku":"MUG","quantity":5,"price_minor":500{line}}}]{more}}}"#
        );
        serde_json::from_str(&text).unwrap()
    }

    /// Held, shipped, released, returned, short.
    fn told(status: &str, line: &str, more: &str) -> Option<[i64; 5]> {
        let order = order(status, line, more);
        let claim = claim(&order, &order.lines[0])?;
        assert_eq!(claim.held + claim.shipped + claim.released, claim.ordered);
        Some([claim.held, claim.shipped, claim.released, claim.returned, claim.short])
    }

    const TWO_BACK: &str = r#","refunds":[{"id":"r","at":5,"lines":[
        {"line_id":"a","quantity":3,"amount_minor":300,"restocked":2}]}]"#;

    #[test]
    fn an_order_holds_its_units_from_the_first_sight_of_it() {
        let shipped = r#","stock":{"shipped":0}"#;
        assert_eq!(told("pending", shipped, ""), Some([5, 0, 0, 0, 0]));
        assert_eq!(told("pending", "", ""), Some([5, 0, 0, 0, 0]));
        assert_eq!(told("paid", shipped, ""), Some([5, 0, 0, 0, 0]));
        assert_eq!(told("paid", r#","stock":{"shipped":2}"#, ""), Some([3, 2, 0, 0, 0]));
        // More than was ordered is a slip of the source.
        assert_eq!(told("paid", r#","stock":{"shipped":9}"#, ""), Some([0, 5, 0, 0, 0]));
        // Where nobody tells, what is paid for is gone.
        assert_eq!(told("paid", "", ""), Some([0, 5, 0, 0, 0]));
    }

    #[test]
    fn what_is_called_off_or_given_back_unsent_is_free_again() {
        let off = r#","cancelled_at":7"#;
        assert_eq!(told("paid", r#","stock":{"shipped":2}"#, off), Some([0, 2, 3, 0, 0]));
        assert_eq!(told("voided", r#","stock":{"shipped":0}"#, ""), Some([0, 0, 5, 0, 0]));
        assert_eq!(told("paid", "", off), Some([0, 0, 5, 0, 0]));
        // Three of five are refunded: three were never sent, so two of them are back by themselves.
        let unsent = r#","stock":{"shipped":0}"#;
        assert_eq!(told("partially_refunded", unsent, TWO_BACK), Some([2, 0, 3, 0, 0]));
        assert_eq!(told("refunded", unsent, ""), Some([0, 0, 5, 0, 0]));
    }

    #[test]
    fn what_was_sent_comes_back_where_it_was_put_back() {
        let sent = r#","stock":{"shipped":5}"#;
        assert_eq!(told("partially_refunded", sent, TWO_BACK), Some([0, 5, 0, 2, 0]));
        // One was never sent, one of the two that were put back was.
        let sent = r#","stock":{"shipped":4}"#;
        assert_eq!(told("partially_refunded", sent, TWO_BACK), Some([0, 4, 1, 1, 0]));
    }

    #[test]
    fn i21_an_order_called_off_for_lack_of_stock_frees_nothing() {
        let lack = r#","cancelled_at":7,"stock":{"cancelled_for_lack":true}"#;
        assert_eq!(told("paid", r#","stock":{"shipped":1}"#, lack), Some([0, 1, 4, 0, 4]));
    }

    #[test]
    fn the_channels_own_units_gift_cards_and_tests_are_no_matter_of_ours() {
        assert_eq!(told("paid", r#","stock":{"by_channel":true}"#, ""), None);
        assert_eq!(told("paid", r#","gift_card":true"#, ""), None);
        assert_eq!(told("paid", "", r#","test":true"#), None);
    }

    proptest! {
        #[test]
        fn i03_a_claim_is_held_shipped_and_released_also_when_it_is_split(
            parts in (0_i64..9, 0_i64..9, 0_i64..9), units in -3_i64..30,
        ) {
            let (held, shipped, released) = parts;
            let whole = Claim {
                ordered: held + shipped + released, held, shipped, released,
                returned: shipped / 2, short: released,
            };
            let (first, rest) = whole.split(units);
            prop_assert_eq!(first.ordered, units.clamp(0, whole.ordered));
            for one in [first, rest] {
                prop_assert_eq!(one.held + one.shipped + one.released, one.ordered);
                prop_assert!(one.returned <= one.shipped && one.short <= one.released);
                prop_assert!(one.returned >= 0 && one.short >= 0 && one.held >= 0);
            }
            prop_assert_eq!(first.shipped + rest.shipped, shipped);
            prop_assert_eq!(first.returned + rest.returned, whole.returned);
        }
    }
}
