//! What the made-up shop bought: every quarter each supplier sends what sells, freight and duty
//! are billed for the whole of it, and the freight bill of the last one has not come yet.

use super::basket::share;
use super::calendar::Calendar;
use super::catalogue::{PRODUCTS, Product};
use crate::base::{Currency, Day, Decimal, Money};
use crate::domain::record::{LandedCost, LandedKind, Purchase, Record, SplitBy};

struct Supplier {
    name: &'static str,
    /// How the SKUs begin that it makes.
    prefixes: &'static [&'static str],
    /// Days after the first of the quarter.
    after: i32,
    /// Of a thousand parts of the goods' value.
    freight: i64,
    duty: i64,
}

const SUPPLIERS: [Supplier; 3] = [
    Supplier {
        name: "Potteries of Porto",
        prefixes: &["MUG", "GLS"],
        after: 3,
        freight: 70,
        duty: 0,
    },
    Supplier { name: "Baltic Linen", prefixes: &["LIN", "BRD"], after: 9, freight: 35, duty: 0 },
    Supplier {
        name: "Mountain Garden",
        prefixes: &["TEA", "CAN"],
        after: 16,
        freight: 90,
        duty: 42,
    },
];

/// The first comes before the first order, so that nothing is sold that was never bought.
const QUARTERS: i32 = 4;
const FIRST_BEFORE: i32 = 25;
/// Of a unit cost a supplier's price without freight and duty, in thousandths.
const PRICE_PER_MILLE: i64 = 905;
/// Units bought for every hundred that an even year would sell.
const STOCK_PER_CENT: i64 = 118;
/// Units of an order, in tenths.
const UNITS_TENTHS: i64 = 21;
const DIGITS: u32 = 4;

pub fn list(calendar: &Calendar, orders: i64) -> Vec<Record> {
    let pulls: i64 = PRODUCTS.iter().map(|product| product.pull).sum();
    let mut records = Vec::new();
    let mut number = 101;
    for quarter in 0..QUARTERS {
        for (index, supplier) in SUPPLIERS.iter().enumerate() {
            let first = calendar.range.from.plus(-FIRST_BEFORE).plus_months(3 * quarter);
            let order = Bought {
                reference: format!("PO-{number}"),
                received: first.plus(supplier.after),
                supplier,
                units_of: &|product| {
                    let year = share(orders * UNITS_TENTHS * product.pull, 1, 10 * pulls);
                    share(year, STOCK_PER_CENT, 100 * i64::from(QUARTERS)).max(1)
                },
                rise: 1_000 + 12 * i64::from(quarter),
            };
            let is_last = quarter == QUARTERS - 1 && index == SUPPLIERS.len() - 1;
            order.tell(&mut records, !is_last);
            number += 1;
        }
    }
    records
}

struct Bought<'a> {
    reference: String,
    received: Day,
    supplier: &'static Supplier,
    units_of: &'a dyn Fn(&Product) -> i64,
    /// Prices against those of the first quarter, in thousandths.
    rise: i64,
}

impl Bought<'_> {
    fn tell(&self, records: &mut Vec<Record>, is_billed: bool) {
        let mut value_minor = 0;
        for product in PRODUCTS.iter().filter(|product| self.is_its(product)) {
            let Some(cost_e4) = product.cost_e4 else { continue };
            let units = (self.units_of)(product);
            let price_e4 = share(cost_e4 * self.rise, PRICE_PER_MILLE, 1_000_000);
            value_minor += units * price_e4 / 100;
            records.push(Record::Purchase(Box::new(Purchase {
                reference: self.reference.clone(),
                received: self.received,
                sku: product.sku.to_owned(),
                line: None,
                quantity: units,
                unit_cost: Decimal::from_minor(price_e4, DIGITS),
                currency: Currency::EUR,
                supplier: Some(self.supplier.name.to_owned()),
                weight_grams: Some(product.grams),
            })));
        }
        let freight = (LandedKind::Freight, self.supplier.freight, SplitBy::Weight, 6);
        let duty = (LandedKind::Duty, self.supplier.duty, SplitBy::Value, 0);
        for (kind, per_mille, by, days) in [freight, duty] {
            let minor = share(value_minor, per_mille, 1_000);
            let is_told = is_billed || kind != LandedKind::Freight;
            if minor > 0 && is_told {
                records.push(Record::Landed(LandedCost {
                    reference: self.reference.clone(),
                    kind,
                    amount: Money::new(minor, Currency::EUR),
                    by,
                    day: Some(self.received.plus(days)),
                    bill: None,
                }));
            }
        }
    }

    fn is_its(&self, product: &Product) -> bool {
        self.supplier.prefixes.iter().any(|prefix| product.sku.starts_with(prefix))
    }
}
