//! A supplier and its price list: what a unit costs from how many on and since when.

use serde::{Deserialize, Serialize};

use crate::base::{Currency, Day, Decimal};

/// A business of which the seller buys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Supplier {
    pub name: String,
    pub currency: Currency,
    /// When it wants to be paid, in the seller's words.
    pub terms: String,
    /// The least that an order must come to, in minor units of the currency.
    pub minimum_minor: Option<i64>,
    /// As the seller knows it; measured of receipts otherwise.
    pub lead_days: Option<i64>,
    pub note: String,
    pub archived: Archived,
}

/// Whether it is still asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Archived {
    #[default]
    No,
    Yes,
}

/// One row of a price list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupplierPrice {
    pub sku: String,
    /// What the supplier calls it.
    pub code: String,
    pub unit_cost: Decimal,
    pub currency: Currency,
    /// The least that can be ordered at once.
    pub moq: i64,
    /// Units come in packs of so many.
    pub pack: i64,
    /// It costs this from so many units on.
    pub from_quantity: i64,
    pub valid_from: Day,
}

impl SupplierPrice {
    /// What tells one row from another.
    pub fn key(&self) -> (&str, Day, i64) {
        (&self.sku, self.valid_from, self.from_quantity)
    }
}

/// The row in force for so many units on a day. A newer list of a SKU replaces the older one
/// whole; below its lowest step the lowest holds.
pub fn pick<'a>(
    prices: &'a [SupplierPrice],
    (sku, quantity): (&str, i64),
    day: Day,
) -> Option<&'a SupplierPrice> {
    let known = || prices.iter().filter(|one| one.sku == sku && one.valid_from <= day);
    let newest = known().map(|one| one.valid_from).max()?;
    let steps = || known().filter(|one| one.valid_from == newest);
    let reached = steps().filter(|one| one.from_quantity <= quantity);
    reached
        .max_by_key(|one| one.from_quantity)
        .or_else(|| steps().min_by_key(|one| one.from_quantity))
}

/// What a list that is put over another does to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merged {
    /// The list as it would be, in the order of its keys.
    pub list: Vec<SupplierPrice>,
    pub added: Vec<SupplierPrice>,
    /// As they were, and as they would be.
    pub changed: Vec<(SupplierPrice, SupplierPrice)>,
    pub unchanged: usize,
}

impl Merged {
    pub fn is_nothing(&self) -> bool {
        self.added.is_empty() && self.changed.is_empty()
    }
}

/// Puts rows over a list: those of a key replace it, the others stay.
pub fn merge(known: &[SupplierPrice], put: &[SupplierPrice]) -> Merged {
    let mut merged = Merged { list: known.to_vec(), ..Merged::default() };
    for row in put {
        match merged.list.iter_mut().find(|one| one.key() == row.key()) {
            Some(one) if one == row => merged.unchanged += 1,
            Some(one) => {
                let former = std::mem::replace(one, row.clone());
                merged.changed.push((former, row.clone()));
            }
            None => {
                merged.list.push(row.clone());
                merged.added.push(row.clone());
            }
        }
    }
    merged.list.sort_by(|a, b| a.key().cmp(&b.key()));
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    fn price(sku: &str, from: &str, quantity: i64, cost: &str) -> SupplierPrice {
        SupplierPrice {
            sku: sku.to_owned(),
            code: String::new(),
            unit_cost: Decimal::parse(cost).unwrap(),
            currency: Currency::EUR,
            moq: 1,
            pack: 1,
            from_quantity: quantity,
            valid_from: Day::parse(from).unwrap(),
        }
    }

    #[test]
    fn the_newest_list_of_a_sku_is_in_force_with_its_own_steps() {
        let list = [
            price("MUG", "2026-01-01", 1, "5"),
            price("MUG", "2026-01-01", 100, "4"),
            price("MUG", "2026-03-01", 10, "4.5"),
            price("MUG", "2026-03-01", 50, "4.2"),
            price("BOX", "2026-01-01", 1, "0.5"),
        ];
        let check = |(sku, quantity): (&str, i64), day: &str, expected: Option<&str>| {
            let found = pick(&list, (sku, quantity), Day::parse(day).unwrap());
            let found = found.map(|one| one.unit_cost.to_string());
            assert_eq!(found.as_deref(), expected, "{sku} {quantity} {day}");
        };
        check(("MUG", 99), "2026-02-01", Some("5"));
        check(("MUG", 100), "2026-02-28", Some("4"));
        check(("MUG", 100), "2026-03-01", Some("4.2"));
        check(("MUG", 12), "2026-03-01", Some("4.5"));
        check(("MUG", 3), "2026-03-01", Some("4.5"));
        check(("MUG", 3), "2025-12-31", None);
        check(("JUG", 3), "2026-03-01", None);
    }

    #[test]
    fn a_list_put_over_another_tells_what_it_does() {
        let known = [price("MUG", "2026-01-01", 1, "5"), price("BOX", "2026-01-01", 1, "0.5")];
        let put = [
            price("MUG", "2026-01-01", 1, "5.5"),
            price("BOX", "2026-01-01", 1, "0.5"),
            price("BOX", "2026-01-01", 10, "0.4"),
        ];
        let merged = merge(&known, &put);
        assert_eq!((merged.added.len(), merged.changed.len(), merged.unchanged), (1, 1, 1));
        let costs: Vec<String> = merged.list.iter().map(|one| one.unit_cost.to_string()).collect();
        assert_eq!(costs, ["0.5", "0.4", "5.5"]);
        assert!(merge(&merged.list, &put).is_nothing());
    }
}
