//! What a file was understood to say, added up before anything of it is booked: how many of what,
//! of which days, how much in which currency, and the first of them one by one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::{Day, Money, Zone};
use crate::domain::record::{Fee, Order, Record, Refund};

/// Records that are shown one by one.
const FIRST_MAX: usize = 3;
/// Different kinds of fee and charge that are told apart; a file that invents them is cut there.
const KINDS_MAX: usize = 200;

/// What a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    Order,
    Line,
    Refund,
    Return,
    Charge,
    Payout,
    Label,
    AdSpend,
    Listing,
    Link,
    ListedCost,
    FeeEstimate,
    Stock,
    StockMovement,
    Cost,
    Purchase,
    Landed,
    Expense,
    Rate,
    Rules,
    StatedTotal,
}

/// Fees or charges of one kind, in the file's words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kind {
    pub name: String,
    pub times: i64,
    /// One for each currency; fees positive where they cost, charges as they stand.
    pub sums: Vec<Money>,
}

/// One of the first records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Example {
    pub what: What,
    /// The order's number, the SKU, the campaign: what a person knows it by.
    pub name: String,
    pub day: Option<Day>,
    pub amount: Option<Money>,
    /// Of an order.
    pub lines: Option<i64>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Understood {
    pub counts: BTreeMap<What, i64>,
    /// What the records of a sort come to: orders their goods and shipping after discounts.
    pub sums: Vec<(What, Money)>,
    pub fees: Vec<Kind>,
    pub charges: Vec<Kind>,
    pub first_day: Option<Day>,
    pub last_day: Option<Day>,
    pub first: Vec<Example>,
}

impl Understood {
    pub fn count(&self, what: What) -> i64 {
        self.counts.get(&what).copied().unwrap_or(0)
    }

    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// Counts one record; instants fall on days of `zone`.
    pub fn add(&mut self, record: &Record, zone: &Zone) {
        let example = self.add_counts(record, zone);
        if let Some(day) = example.day {
            self.first_day = Some(self.first_day.map_or(day, |first| first.min(day)));
            self.last_day = Some(self.last_day.map_or(day, |last| last.max(day)));
        }
        if self.first.len() < FIRST_MAX {
            self.first.push(example);
        }
    }

    fn add_counts(&mut self, record: &Record, zone: &Zone) -> Example {
        let (what, name, day, amount) = match record {
            Record::Order(order) => return self.add_order(order, zone),
            Record::Refund { order_id, refund } => {
                // Its currency is its order's, which this file does not tell.
                for fee in &refund.fees {
                    self.add_fee(fee);
                }
                (What::Refund, order_id.clone(), Some(refund.at.day_in(zone)), None)
            }
            Record::Return(returned) => {
                let day = returned.at.day_in(zone);
                (What::Return, returned.order_id.clone(), Some(day), None)
            }
            Record::Charge(charge) => {
                add_kind(&mut self.charges, &charge.kind, charge.amount);
                let name = charge.label.clone();
                (What::Charge, name, Some(charge.day), Some(charge.amount))
            }
            Record::Payout(payout) => {
                let day = payout.deposited.or(payout.to).or(payout.from);
                let amount = Money::new(payout.stated_minor, payout.currency);
                (What::Payout, payout.id.clone(), day, Some(amount))
            }
            Record::Label(label) => {
                let day = label.at.day_in(zone);
                (What::Label, label.order.clone(), Some(day), Some(label.cost))
            }
            Record::AdSpend(spend) => {
                (What::AdSpend, spend.campaign.clone(), Some(spend.day), Some(spend.amount))
            }
            Record::Listing(listing) => {
                let name = listing.sku.clone().or_else(|| listing.title.clone());
                (What::Listing, name.unwrap_or_else(|| listing.key.clone()), None, None)
            }
            Record::Link(link) => {
                let name = link.listing_sku.clone().or_else(|| link.listing.clone());
                (What::Link, name.unwrap_or_default(), None, None)
            }
            Record::ListedCost(cost) => (What::ListedCost, cost.sku.clone(), None, None),
            Record::FeeEstimate(estimate) => (What::FeeEstimate, estimate.sku.clone(), None, None),
            Record::Stock(level) => (What::Stock, level.sku.clone(), None, None),
            Record::StockMovement(moved) => (What::StockMovement, moved.key.clone(), None, None),
            Record::Cost(cost) => (What::Cost, cost.sku.clone(), Some(cost.valid_from), None),
            Record::Purchase(purchase) => {
                let name = format!("{} {}", purchase.reference, purchase.sku);
                (What::Purchase, name, Some(purchase.received), None)
            }
            Record::Landed(cost) => {
                (What::Landed, cost.reference.clone(), cost.day, Some(cost.amount))
            }
            Record::Expense(expense) => {
                let name = expense.name.clone();
                (What::Expense, name, Some(expense.from), Some(expense.amount))
            }
            Record::Rate(rate) => {
                let name = format!("{}/{}", rate.base, rate.quote);
                (What::Rate, name, Some(rate.day), None)
            }
            Record::Rules(_) => (What::Rules, String::new(), None, None),
            Record::StatedTotal(total) => {
                (What::StatedTotal, total.name.clone(), total.to, Some(total.amount))
            }
        };
        self.add_one(what, amount);
        Example { what, name, day, amount, lines: None }
    }

    fn add_order(&mut self, order: &Order, zone: &Zone) -> Example {
        let goods = order.lines.iter().fold(0_i64, |sum, line| {
            sum.saturating_add(line.price_minor).saturating_sub(line.discount_minor)
        });
        let shipping = order.shipping.price_minor.saturating_sub(order.shipping.discount_minor);
        let minor = goods.saturating_sub(order.order_discount_minor).saturating_add(shipping);
        let amount = order.money(minor);
        self.add_one(What::Order, Some(amount));
        let lines = order.lines.len() as i64;
        if lines > 0 {
            *self.counts.entry(What::Line).or_default() += lines;
        }
        for refund in &order.refunds {
            self.add_one(What::Refund, Some(order.money(given_back(refund))));
            refund.fees.iter().for_each(|fee| self.add_fee(fee));
        }
        order.fees.iter().for_each(|fee| self.add_fee(fee));
        Example {
            what: What::Order,
            name: order.number.clone().unwrap_or_else(|| order.id.clone()),
            day: Some(order.placed_at.day_in(zone)),
            amount: Some(amount),
            lines: Some(lines),
        }
    }

    fn add_one(&mut self, what: What, amount: Option<Money>) {
        *self.counts.entry(what).or_default() += 1;
        let Some(amount) = amount else { return };
        let same = |sum: &&mut (What, Money)| sum.0 == what && sum.1.currency == amount.currency;
        match self.sums.iter_mut().find(same) {
            Some((_, sum)) => sum.minor = sum.minor.saturating_add(amount.minor),
            None => self.sums.push((what, amount)),
        }
    }

    fn add_fee(&mut self, fee: &Fee) {
        add_kind(&mut self.fees, &fee.kind, fee.amount);
    }
}

fn given_back(refund: &Refund) -> i64 {
    let lines = refund.lines.iter().fold(0_i64, |sum, line| sum.saturating_add(line.amount_minor));
    lines.saturating_add(refund.shipping_minor).saturating_add(refund.adjustment_minor)
}

fn add_kind(kinds: &mut Vec<Kind>, name: &str, amount: Money) {
    let place = kinds.iter().position(|kind| kind.name == name);
    let kind = match place {
        Some(place) => &mut kinds[place],
        None if kinds.len() < KINDS_MAX => {
            kinds.push(Kind { name: name.to_owned(), times: 0, sums: Vec::new() });
            let last = kinds.len() - 1;
            &mut kinds[last]
        }
        None => return,
    };
    kind.times += 1;
    match kind.sums.iter_mut().find(|sum| sum.currency == amount.currency) {
        Some(sum) => sum.minor = sum.minor.saturating_add(amount.minor),
        None => kind.sums.push(amount),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Currency, Instant};
    use crate::domain::record::{AdSpend, Charge, ChargeClass};

    fn eur(minor: i64) -> Money {
        Money::new(minor, Currency::parse("EUR").unwrap())
    }

    fn order(number: &str) -> Record {
        let placed = Instant::parse("2026-03-02T23:30:00Z").unwrap().0;
        let text = format!(
            r#"{{"id":"x{number}","number":"{number}","placed_at":{placed},
            "source":{{"kind":"orders_file","label":"t"}},"financial_status":"paid",
            "currency":"EUR","order_discount_minor":100,
            "lines":[{{"id":"1","quantity":2,"price_minor":2400,"discount_minor":200}}],
            "shipping":{{"price_minor":500}},"payments":[],
            "fees":[{{"kind":"commission","amount":{{"minor":150,"currency":"EUR"}}}}],
            "refunds":[{{"id":"r","at":{placed},
                "lines":[{{"line_id":"1","amount_minor":1100}}]}}]}}"#
        );
        Record::Order(Box::new(serde_json::from_str(&text).unwrap()))
    }

    #[test]
    fn everything_is_counted_and_added_up_by_currency() {
        let zone = Zone::parse("Europe/Rome").unwrap();
        let mut understood = Understood::default();
        for record in [order("1001"), order("1002")] {
            understood.add(&record, &zone);
        }
        let day = Day::parse("2026-02-28").unwrap();
        let charge = |minor: i64| {
            Record::Charge(Charge {
                key: minor.to_string(),
                day,
                kind: "storage".into(),
                class: ChargeClass::PeriodFee,
                amount: eur(minor),
                sku: None,
                payout: None,
                label: "Storage fee".into(),
                family: None,
                estimate: None,
            })
        };
        understood.add(&charge(-300), &zone);
        understood.add(&charge(-400), &zone);
        assert_eq!(understood.count(What::Order), 2);
        assert_eq!((understood.count(What::Line), understood.count(What::Refund)), (2, 2));
        // 24.00 - 2.00 - 1.00 + 5.00 = 26.00 each; 11.00 given back each.
        let sums =
            [(What::Order, eur(5_200)), (What::Refund, eur(2_200)), (What::Charge, eur(-700))];
        assert_eq!(understood.sums, sums);
        let fee = Kind { name: "commission".into(), times: 2, sums: vec![eur(300)] };
        assert_eq!(understood.fees, [fee]);
        let storage = Kind { name: "storage".into(), times: 2, sums: vec![eur(-700)] };
        assert_eq!(understood.charges, [storage]);
        // 23:30 in London is the next day in Rome.
        assert_eq!(understood.first_day, Some(day));
        assert_eq!(understood.last_day, Day::parse("2026-03-03").ok());
        let names: Vec<&str> = understood.first.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["1001", "1002", "Storage fee"]);
    }

    #[test]
    fn it_goes_through_json_and_sums_cannot_overflow() {
        let mut understood = Understood::default();
        for _ in 0..3 {
            let spend = AdSpend {
                day: Day::parse("2026-03-02").unwrap(),
                platform: "meta".into(),
                campaign: "c".into(),
                amount: eur(i64::MAX / 2),
                store: None,
                sku: None,
                country: None,
                impressions: None,
                clicks: None,
                conversions: None,
                conversion_value: None,
                whole_campaign: false,
            };
            understood.add(&Record::AdSpend(spend), &Zone::utc());
        }
        assert_eq!(understood.sums, [(What::AdSpend, eur(i64::MAX))]);
        let text = serde_json::to_string(&understood).unwrap();
        assert_eq!(serde_json::from_str::<Understood>(&text).unwrap(), understood);
    }
}
