//! Rows while they are summed: keys as numbers, distinct orders, names put in at the end.

use std::collections::HashMap;

use rustc_hash::FxHashMap;

use crate::base::Day;
use crate::base::id::{OrderId, StoreId, VariantId};
use crate::domain::ask::Key;
use crate::domain::profit::figures::Figures;
use crate::domain::report::ReportRow;
use crate::domain::rules::Rules;
use crate::store::{Reader, StoreError, profit, stores};

/// What is lacking, as a number that sorts last.
const NONE: i64 = i64::MAX;
/// Lines of one order fit below this.
const LINES_MAX: i64 = 1 << 20;

/// What one amount may be filed under.
#[derive(Clone, Copy, Debug, Default)]
pub struct Place<'a> {
    pub day: Option<Day>,
    pub store: Option<StoreId>,
    pub variant: Option<VariantId>,
    pub country: Option<&'a str>,
    pub channel: Option<&'a str>,
    pub campaign: Option<&'a str>,
    pub order: Option<OrderId>,
    pub line_no: i64,
}

/// Names by their numbers.
pub struct Names {
    pub stores: FxHashMap<StoreId, String>,
    pub store_ids: FxHashMap<String, StoreId>,
    pub variants: HashMap<VariantId, (String, Option<String>)>,
    pub variant_ids: HashMap<String, VariantId>,
    /// By variant: the number of its group in the rules.
    groups: HashMap<VariantId, i64>,
    group_names: Vec<String>,
}

impl Names {
    /// `with_products` brings the variants and, as ones of their own, the SKUs that only ad spend
    /// or a charge names.
    ///
    /// # Errors
    /// `StoreError` of the database.
    pub fn load(
        reader: &Reader<'_>,
        rules: &Rules,
        with_products: bool,
    ) -> Result<Self, StoreError> {
        let store_list = stores::list_names(reader)?;
        let mut names = Self {
            store_ids: store_list.iter().map(|(id, name)| (name.clone(), *id)).collect(),
            stores: store_list.into_iter().collect(),
            variants: HashMap::new(),
            variant_ids: HashMap::new(),
            groups: HashMap::new(),
            group_names: rules.groups.iter().map(|group| group.name.clone()).collect(),
        };
        if !with_products {
            return Ok(names);
        }
        let mut variants = profit::list_variants(reader.conn())?;
        for sku in profit::list_unsold_skus(reader)? {
            // Numbers below zero are those of no variant.
            variants.push((VariantId(-1 - variants.len() as i64), sku, None));
        }
        for (id, sku, title) in variants {
            if let Some(group) = rules.find_group(&sku) {
                let number = names.group_names.iter().position(|name| name == group);
                names.groups.insert(id, number.unwrap_or(0) as i64);
            }
            names.variant_ids.insert(sku.clone(), id);
            names.variants.insert(id, (sku, title));
        }
        Ok(names)
    }

    /// The number of the group that a variant is in, if it is in one.
    pub fn find_group(&self, variant: VariantId) -> Option<i64> {
        self.groups.get(&variant).copied()
    }
}

/// The rows of a report as they grow.
pub struct Rows {
    by: Vec<Key>,
    sums: Sums,
    texts: HashMap<String, i64>,
    text_list: Vec<String>,
    orders: HashMap<OrderId, (String, StoreId)>,
    lines: HashMap<(OrderId, i64), String>,
}

#[derive(Default)]
struct Sum {
    key: [i64; 2],
    figures: Figures,
    last_order: Option<OrderId>,
}

/// Sums by their keys. Days mostly come one after another, and are found without a map.
#[derive(Default)]
struct Sums {
    list: Vec<Sum>,
    /// Where each key stands, from the first on that came before another.
    indexes: Option<FxHashMap<[i64; 2], usize>>,
}

impl Sums {
    fn find(&mut self, key: [i64; 2]) -> &mut Sum {
        let next = self.list.len();
        let index = match &mut self.indexes {
            Some(indexes) => *indexes.entry(key).or_insert(next),
            None => match self.list.binary_search_by_key(&key, |sum| sum.key) {
                Ok(index) => index,
                Err(index) if index == next => next,
                Err(_) => {
                    let known = self.list.iter().map(|sum| sum.key).chain([key]);
                    self.indexes = Some(known.enumerate().map(|(at, key)| (key, at)).collect());
                    next
                }
            },
        };
        if index == next {
            self.list.push(Sum { key, ..Sum::default() });
        }
        &mut self.list[index]
    }

    /// By their keys, without those in which nothing happened.
    fn list(&self) -> Vec<&Sum> {
        let mut list: Vec<&Sum> = Vec::with_capacity(self.list.len());
        list.extend(self.list.iter().filter(|sum| !sum.figures.is_empty()));
        if self.indexes.is_some() {
            list.sort_unstable_by_key(|sum| sum.key);
        }
        list
    }
}

impl Rows {
    pub fn new(by: &[Key]) -> Self {
        Self {
            by: by.to_vec(),
            sums: Sums::default(),
            texts: HashMap::new(),
            text_list: Vec::new(),
            orders: HashMap::new(),
            lines: HashMap::new(),
        }
    }

    /// The row's number for a place. `strict`: `None` where the place does not name a key.
    pub fn key(&mut self, place: &Place<'_>, names: &Names, strict: bool) -> Option<[i64; 2]> {
        let mut key = [0; 2];
        for (part, index) in key.iter_mut().zip(0..self.by.len()) {
            let number = self.number(self.by[index], place, names);
            if strict && number == NONE {
                return None;
            }
            *part = number;
        }
        Some(key)
    }

    fn number(&mut self, key: Key, place: &Place<'_>, names: &Names) -> i64 {
        let day = |day: Day| i64::from(day.0);
        match key {
            Key::Day => place.day.map_or(NONE, day),
            Key::Week => place.day.map_or(NONE, |of| day(of.monday())),
            Key::Month => place.day.map_or(NONE, |of| day(of.first_of_month())),
            Key::Store => place.store.map_or(NONE, |store| store.0),
            Key::Product | Key::Variant => place.variant.map_or(NONE, |variant| variant.0),
            Key::Group => place.variant.and_then(|id| names.find_group(id)).unwrap_or(NONE),
            Key::Country => self.text(place.country),
            Key::Channel => self.text(place.channel),
            Key::Campaign => self.text(place.campaign),
            Key::Order => place.order.map_or(NONE, |order| order.0),
            Key::Line => place.order.map_or(NONE, |order| order.0 * LINES_MAX + place.line_no),
        }
    }

    fn text(&mut self, text: Option<&str>) -> i64 {
        let Some(text) = text else { return NONE };
        if let Some(number) = self.texts.get(text) {
            return *number;
        }
        let number = self.text_list.len() as i64;
        self.texts.insert(text.to_owned(), number);
        self.text_list.push(text.to_owned());
        number
    }

    /// The row to add to; an order is counted once in each, its lines coming one after another.
    pub fn add(&mut self, key: [i64; 2], figures: &Figures, order: Option<OrderId>) {
        let sum = self.sums.find(key);
        if order.is_none() {
            sum.figures.add(figures);
            return;
        }
        let mut figures = *figures;
        if sum.last_order == order {
            figures.orders = 0;
            figures.new_customers = 0;
        } else if figures.orders > 0 {
            sum.last_order = order;
        }
        sum.figures.add(&figures);
    }

    pub fn name_order(&mut self, order: OrderId, name: impl FnOnce() -> String, store: StoreId) {
        self.orders.entry(order).or_insert_with(|| (name(), store));
    }

    pub fn name_line(&mut self, order: OrderId, line_no: i64, id: String) {
        self.lines.insert((order, line_no), id);
    }

    /// The rows by their keys, without those in which nothing happened.
    pub fn close(self, names: &Names) -> Vec<ReportRow> {
        let mut rows: Vec<ReportRow> =
            self.sums.list().into_iter().map(|sum| self.row(sum, names)).collect();
        // Days are in order by their numbers; all else is by its name.
        if self.by.iter().all(|key| matches!(key, Key::Day | Key::Week | Key::Month)) {
            return rows;
        }
        rows.sort_by_cached_key(|row| {
            let values = row.keys.iter().map(|(_, v)| (v.is_none(), v.clone().unwrap_or_default()));
            (values.collect::<Vec<(bool, String)>>(), row.order)
        });
        rows
    }

    fn row(&self, sum: &Sum, names: &Names) -> ReportRow {
        let keys = Vec::with_capacity(self.by.len());
        let mut row =
            ReportRow { keys, figures: sum.figures, order: None, store: None, title: None };
        for (by, number) in self.by.iter().zip(sum.key) {
            let value = || if number == NONE { None } else { self.value(*by, number, names) };
            match by {
                Key::Order | Key::Line => self.push_order(&mut row, *by, number, value(), names),
                Key::Store => row.store = (number != NONE).then_some(StoreId(number)),
                Key::Product | Key::Variant => {
                    let variant = names.variants.get(&VariantId(number));
                    row.title = variant.and_then(|(_, title)| title.clone());
                }
                _ => {}
            }
            if !row.keys.iter().any(|(name, _)| *name == by.name()) {
                row.keys.push((by.name(), value()));
            }
        }
        row
    }

    fn push_order(
        &self,
        row: &mut ReportRow,
        by: Key,
        number: i64,
        value: Option<String>,
        names: &Names,
    ) {
        let order = OrderId(if by == Key::Line { number / LINES_MAX } else { number });
        let known = self.orders.get(&order);
        row.order = known.map(|_| order);
        row.store = known.map(|(_, store)| *store);
        row.keys.push((by.name(), value));
        if by == Key::Line {
            row.keys.push(("order", known.map(|(name, _)| name.clone())));
        }
        let store = row.store.and_then(|store| names.stores.get(&store).cloned());
        if !self.by.contains(&Key::Store) {
            row.keys.push(("store", store));
        }
    }

    fn value(&self, key: Key, number: i64, names: &Names) -> Option<String> {
        match key {
            Key::Day | Key::Week => Some(Day(number as i32).to_string()),
            Key::Month => Some(Day(number as i32).month_text()),
            Key::Store => names.stores.get(&StoreId(number)).cloned(),
            Key::Product | Key::Variant => {
                names.variants.get(&VariantId(number)).map(|(sku, _)| sku.clone())
            }
            Key::Group => names.group_names.get(number as usize).cloned(),
            Key::Country | Key::Channel | Key::Campaign => {
                self.text_list.get(number as usize).cloned()
            }
            Key::Order => self.orders.get(&OrderId(number)).map(|(name, _)| name.clone()),
            Key::Line => {
                let (order, line_no) = (OrderId(number / LINES_MAX), number % LINES_MAX);
                let named = self.lines.get(&(order, line_no)).cloned();
                named.or_else(|| Some((line_no + 1).to_string()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(orders: i64, units: i64) -> Figures {
        Figures { orders, units, ..Figures::default() }
    }

    fn list(sums: &Sums) -> Vec<(i64, i64, i64)> {
        let show = |sum: &&Sum| (sum.key[0], sum.figures.orders, sum.figures.units);
        sums.list().iter().map(show).collect()
    }

    #[test]
    fn sums_are_those_of_their_keys_in_whatever_order_these_come() {
        let mut sums = Sums::default();
        for (key, units) in [(3, 1), (5, 2), (5, 4), (3, 8), (9, 16)] {
            sums.find([key, 0]).figures.add(&figures(1, units));
        }
        assert!(sums.indexes.is_none(), "days in order need no map");
        assert_eq!(list(&sums), [(3, 2, 9), (5, 2, 6), (9, 1, 16)]);
        for (key, units) in [(4, 32), (9, 64), (1, 128), (4, 256), (NONE, 512)] {
            sums.find([key, 0]).figures.add(&figures(1, units));
        }
        sums.find([7, 0]);
        assert!(sums.indexes.is_some());
        let all = [(1, 1, 128), (3, 2, 9), (4, 2, 288), (5, 2, 6), (9, 2, 80), (NONE, 1, 512)];
        assert_eq!(list(&sums), all, "one in which nothing happened is none");
    }

    #[test]
    fn an_order_counts_once_in_a_row_as_long_as_its_lines_stand_together() {
        let mut rows = Rows::new(&[Key::Day]);
        for (day, order) in [(1, 7), (1, 7), (2, 7), (1, 8)] {
            rows.add([day, 0], &figures(1, 1), Some(OrderId(order)));
        }
        rows.add([2, 0], &figures(5, 0), None);
        assert_eq!(list(&rows.sums), [(1, 2, 3), (2, 6, 1)]);
    }
}
