//! How many orders and new customers a group of products had. An order with two products of a
//! group counts once in it, so these are no sums of those of its products. The index by variant
//! holds all that tells the orders apart, so no line is read.

use std::collections::BTreeMap;

use super::ReportError;
use super::rows::{Place, Rows};
use super::spread::Spreading;
use crate::base::Day;
use crate::base::id::{OrderId, StoreId, VariantId};
use crate::domain::ask::{Key, Scope};
use crate::domain::profit::figures::Figures;
use crate::store::sold;

/// Adds them to the rows of the groups.
///
/// # Errors
/// What the database said.
pub fn add_orders(spreading: &Spreading<'_>, rows: &mut Rows) -> Result<(), ReportError> {
    let (reader, range, names) = (spreading.reader, spreading.range, spreading.names);
    let mut groups: BTreeMap<Option<i64>, Vec<Option<VariantId>>> = BTreeMap::new();
    // What was sold without a SKU is in no group.
    groups.entry(None).or_default().push(None);
    for variant in names.variants.keys() {
        groups.entry(names.find_group(*variant)).or_default().push(Some(*variant));
    }
    let mut firsts = OrderSet::default();
    sold::each_first(reader, &mut |order| {
        firsts.insert(order);
    })?;
    let ask = spreading.ask;
    let tells_stores =
        ask.store.is_some() || ask.scope != Scope::All || ask.by.contains(&Key::Store);
    let mut stores: Vec<StoreId> = Vec::new();
    if tells_stores {
        sold::each_order(reader, range, &mut |order, store| {
            let index = index_of(order);
            if stores.len() <= index {
                stores.resize(index + 1, StoreId(0));
            }
            stores[index] = store;
        })?;
    }
    for variants in groups.into_values() {
        let mut seen = OrderSet::default();
        for variant in variants {
            sold::each_sale(reader, variant, range, &mut |order: OrderId, day: Day| {
                let store = stores.get(index_of(order)).copied();
                if store.is_some_and(|store| !spreading.wants_line(store)) || !seen.insert(order) {
                    return;
                }
                let place = Place { day: Some(day), store, variant, ..Place::default() };
                let new_customers = i64::from(firsts.contains(order));
                let figures = Figures { orders: 1, new_customers, ..Figures::default() };
                if let Some(key) = rows.key(&place, names, false) {
                    rows.add(key, &figures, None);
                }
            })?;
        }
    }
    Ok(())
}

fn index_of(order: OrderId) -> usize {
    usize::try_from(order.0).unwrap_or_default()
}

/// Orders by their numbers, a bit each.
#[derive(Default)]
struct OrderSet(Vec<u64>);

impl OrderSet {
    /// Whether it was not there.
    fn insert(&mut self, order: OrderId) -> bool {
        let (word, bit) = (index_of(order) / 64, 1 << (index_of(order) % 64));
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        let is_new = self.0[word] & bit == 0;
        self.0[word] |= bit;
        is_new
    }

    fn contains(&self, order: OrderId) -> bool {
        let bit = 1 << (index_of(order) % 64);
        self.0.get(index_of(order) / 64).is_some_and(|word| word & bit != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_of_orders_tells_what_it_holds() {
        let mut set = OrderSet::default();
        assert!(!set.contains(OrderId(7)));
        assert!(set.insert(OrderId(7)) && set.insert(OrderId(200)) && !set.insert(OrderId(7)));
        assert!(set.contains(OrderId(7)) && set.contains(OrderId(200)));
        assert!(!set.contains(OrderId(71)) && !set.contains(OrderId(1_000_000)));
    }
}
