//! What a scenario's lines add up to: by month and store, by product, by the goods about which
//! something is guessed; and the guesses weighed in, each component rounded once per guess.

use std::collections::BTreeMap;

use super::{Cell, Column, Guessed, More, PRODUCTS_MAX, Product};
use crate::base::Day;
use crate::base::id::StoreId;
use crate::base::split::in_proportion;
use crate::domain::profit::convert::{MissingRate, Overflow};
use crate::domain::profit::figures::Figures;
use crate::domain::report::Report;
use crate::domain::scenario::even::orders_needed;
use crate::domain::scenario::{Guess, Touched};
use crate::reports::rows::Names;

/// A month by its first day, and a store.
pub type Place = (Day, Option<StoreId>);

/// Which product an amount belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Of {
    Sku(String),
    /// A line without SKU.
    Nameless,
}

/// Sums of lines, under the places and products that they stand on.
#[derive(Clone, Debug, Default)]
pub struct Set {
    pub places: BTreeMap<Place, Figures>,
    pub products: BTreeMap<Of, Figures>,
    pub orders: i64,
}

impl Set {
    pub fn add(&mut self, place: Place, of: &Of, figures: &Figures) {
        self.places.entry(place).or_default().add(figures);
        let alone = Figures { orders: 0, ..*figures };
        match self.products.get_mut(of) {
            Some(sum) => sum.add(&alone),
            None => {
                self.products.insert(of.clone(), alone);
            }
        }
    }

    pub fn total(&self) -> Figures {
        let mut total = Figures::default();
        for figures in self.places.values() {
            total.add(figures);
        }
        total
    }
}

/// Everything that a scenario's orders came to.
#[derive(Debug, Default)]
pub struct Sums {
    pub all: Set,
    /// By guess of sales: the lines that it is about.
    pub guessed: Vec<(Guess, Set)>,
    /// By guess of more orders: the orders that they are like.
    pub more: Vec<(i64, Set)>,
    pub touched: Vec<Touched>,
    pub missing: Vec<MissingRate>,
    /// The net profit that the first guess of sales brings or takes.
    pub(super) first_guess_minor: i64,
    pub(super) more_minor: i64,
}

impl Sums {
    /// Weighs the guesses in.
    ///
    /// # Errors
    /// `Overflow` beyond 64 bits.
    pub fn weigh_guesses(&mut self) -> Result<(), Overflow> {
        for (index, (guess, set)) in self.guessed.iter().enumerate() {
            let (over, under) = guess.percent.parts();
            let under = under.checked_mul(100).ok_or(Overflow)?;
            let change = weigh(&mut self.all, set, (over, under))?;
            if index == 0 {
                self.first_guess_minor = change;
            }
        }
        for (count, set) in &self.more {
            if set.orders > 0 {
                let share = (i128::from(*count), i128::from(set.orders));
                self.more_minor += weigh(&mut self.all, set, share)?;
                // Orders are whole; they are counted where the most of their kind were placed.
                let most = set.places.iter().max_by_key(|(_, figures)| figures.orders);
                if let Some(sum) = most.and_then(|(place, _)| self.all.places.get_mut(place)) {
                    sum.orders += count;
                }
            }
        }
        Ok(())
    }

    /// The column beside the real one.
    pub fn column(self, real: &Figures, by_product: &Report, names: &Names) -> Column {
        let total = self.all.total();
        let change = total.net_profit() - real.net_profit();
        let cell = |(place, figures): (&Place, &Figures)| Cell {
            month: place.0,
            store: place.1.and_then(|id| names.stores.get(&id).cloned()),
            figures: *figures,
        };
        let guess = self.guessed.first().map(|(guess, set)| Guessed {
            of: guess.of.clone(),
            fewer_percent: guess.percent.negated().to_string(),
            start_minor: change - self.first_guess_minor,
            whole_minor: set.total().net_profit(),
            units: set.total().units,
        });
        let more = self.more.first().map(|(count, set)| {
            let like_minor = set.total().net_profit();
            let without = change - self.more_minor;
            let needed = orders_needed(without, like_minor, set.orders);
            More { count: *count, like_orders: set.orders, like_minor, needed }
        });
        Column {
            total,
            real_minor: real.net_profit(),
            cells: self.all.places.iter().map(cell).collect(),
            products: list_products(&self.all, by_product),
            touched: self.touched,
            guess,
            more,
            missing_rates: self.missing.iter().map(|rate| (rate.currency, rate.day)).collect(),
        }
    }
}

/// Adds a share of a set's sums to `all`: every component of the whole is rounded once, and goes
/// over places, and over products, in proportion. Gives the change of net profit.
fn weigh(all: &mut Set, set: &Set, share: (i128, i128)) -> Result<i64, Overflow> {
    let places = shares(set.places.values(), share)?;
    let mut change = 0;
    for (place, share) in set.places.keys().zip(&places) {
        change += share.net_profit();
        all.places.entry(*place).or_default().add(share);
    }
    let products = shares(set.products.values(), share)?;
    for (of, share) in set.products.keys().zip(&products) {
        all.products.entry(of.clone()).or_default().add(share);
    }
    Ok(change)
}

fn shares<'a>(
    parts: impl Iterator<Item = &'a Figures>,
    (over, under): (i128, i128),
) -> Result<Vec<Figures>, Overflow> {
    let parts: Vec<&Figures> = parts.collect();
    let mut shares = vec![Figures::default(); parts.len()];
    let mut take = |get: &dyn Fn(&Figures) -> i64, put: &dyn Fn(&mut Figures, i64)| {
        let values: Vec<i64> = parts.iter().map(|part| get(part)).collect();
        let found = in_proportion(&values, over, under).ok_or(Overflow)?;
        for (share, value) in shares.iter_mut().zip(found) {
            put(share, value);
        }
        Ok::<(), Overflow>(())
    };
    for index in 0..Figures::default().amounts.len() {
        take(&|part| part.amounts[index], &|share, value| share.amounts[index] = value)?;
    }
    take(&|part| part.units, &|share, value| share.units = value)?;
    take(&|part| part.costed_net_sales, &|share, value| share.costed_net_sales = value)?;
    take(&|part| part.sale_net_revenue, &|share, value| share.sale_net_revenue = value)?;
    Ok(shares)
}

/// The products that win and lose most against the real report by product.
fn list_products(all: &Set, by_product: &Report) -> Vec<Product> {
    let mut products: BTreeMap<Of, Product> = BTreeMap::new();
    for row in &by_product.rows {
        let sku = row.key("product").map(str::to_owned);
        let of = sku.clone().map_or(Of::Nameless, Of::Sku);
        let was_minor = row.figures.net_profit();
        let title = row.title.clone();
        products.insert(of, Product { sku, title, was_minor, becomes_minor: 0 });
    }
    for (of, figures) in &all.products {
        let becomes_minor = figures.net_profit();
        match products.get_mut(of) {
            Some(product) => product.becomes_minor = becomes_minor,
            None => {
                let sku = match of {
                    Of::Sku(sku) => Some(sku.clone()),
                    Of::Nameless => None,
                };
                let product = Product { sku, title: None, was_minor: 0, becomes_minor };
                products.insert(of.clone(), product);
            }
        }
    }
    let change = |product: &Product| product.becomes_minor - product.was_minor;
    let mut moved: Vec<Product> =
        products.into_values().filter(|product| change(product) != 0).collect();
    moved.sort_by_key(|product| (std::cmp::Reverse(change(product).abs()), product.sku.clone()));
    moved.truncate(PRODUCTS_MAX);
    moved.sort_by_key(|product| (std::cmp::Reverse(change(product)), product.sku.clone()));
    moved
}
