//! `fifo` and `average`: the events of one SKU in order of time, and which received layers each
//! line sold draws on (PROFIT, section 5). Pure; `landed.rs` makes the layers of receipts.
//!
//! A receipt counts from the start of its day. A line takes what is there, the oldest first;
//! what it sells beyond that is uncovered for good: a later receipt does not fill back. A
//! restocked return gives back to the very layers that its line took, the last taken first, and
//! of a line that was not covered whole the uncovered units first of all.

pub mod landed;
pub mod moves;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use super::convert::Overflow;
use crate::base::id::OrderId;
use crate::base::rate::{Fraction, div_half_even};
use crate::base::{Currency, Day};

pub use landed::Layer;
pub use moves::Move;

/// How the cost of what was sold is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CostMethod {
    Dated,
    Fifo,
    Average,
}

impl CostMethod {
    pub const ALL: [Self; 3] = [Self::Dated, Self::Fifo, Self::Average];

    pub fn name(self) -> &'static str {
        match self {
            Self::Dated => "dated",
            Self::Fifo => "fifo",
            Self::Average => "average",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.name() == name)
    }
}

/// What one unit costs in one currency: the goods in theirs, freight perhaps in another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitCost {
    #[serde(rename = "c")]
    pub currency: Currency,
    #[serde(rename = "u")]
    pub cost: Fraction,
}

/// Units that a line took at one cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draw {
    #[serde(rename = "n")]
    pub units: i64,
    /// The receipt's reference and day; `None` for the moving average of all.
    #[serde(rename = "f")]
    pub from: Option<(String, Day)>,
    #[serde(rename = "c")]
    pub unit: Vec<UnitCost>,
}

/// What a line took of one SKU: its own, or a component of its bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeafDraws {
    pub sku: String,
    /// Units of the SKU in the whole line.
    pub units: i64,
    /// In the order in which they were taken; less than `units` where stock ran out.
    pub draws: Vec<Draw>,
}

/// Of one order, by line.
pub type OrderDraws = BTreeMap<i64, Vec<LeafDraws>>;

/// Of all orders; `None` under `dated`, where nothing is drawn.
#[derive(Clone, Debug, Default)]
pub struct Draws {
    orders: Option<HashMap<OrderId, OrderDraws>>,
}

impl Draws {
    /// Those of the method `dated`.
    pub fn none() -> Self {
        Self::default()
    }

    pub fn new() -> Self {
        Self { orders: Some(HashMap::new()) }
    }

    pub fn put(&mut self, order: OrderId, line: i64, leaf: LeafDraws) {
        let orders = self.orders.get_or_insert_default();
        let leaves = orders.entry(order).or_default().entry(line).or_default();
        let at = leaves.partition_point(|other| other.sku < leaf.sku);
        leaves.insert(at, leaf);
    }

    /// As a booking takes them.
    pub fn of(&self, order: OrderId) -> Option<&OrderDraws> {
        static NOTHING: OrderDraws = OrderDraws::new();
        let orders = self.orders.as_ref()?;
        Some(orders.get(&order).unwrap_or(&NOTHING))
    }

    /// Orders that draw on anything.
    pub fn orders(&self) -> impl Iterator<Item = (OrderId, &OrderDraws)> {
        self.orders.iter().flatten().map(|(order, draws)| (*order, draws))
    }
}

/// A move of an order that is known by more than its number in the database, so that the order
/// of arrival does not matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacedMove<'a> {
    pub order: OrderId,
    pub store: &'a str,
    pub external_id: &'a str,
    pub moved: Move,
}

/// What the fold of one SKU came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folded {
    /// By order and line, each line sold once.
    pub lines: BTreeMap<(OrderId, i64), LeafDraws>,
    /// Units left of each layer, as they were given.
    pub left: Vec<i64>,
    /// Under `average`: what the units left are worth, by currency.
    pub pool: Vec<UnitCost>,
}

/// Folds the events of one SKU. The layers and moves come in any order.
///
/// # Errors
/// `Overflow` where a value leaves its range.
pub fn fold(
    method: CostMethod,
    layers: &[Layer],
    moves: &[PlacedMove<'_>],
) -> Result<Folded, Overflow> {
    let mut arriving: Vec<usize> = (0..layers.len()).collect();
    arriving.sort_by(|a, b| layers[*a].key().cmp(&layers[*b].key()));
    let mut sorted: Vec<&PlacedMove<'_>> = moves.iter().collect();
    sorted.sort_by_key(|one| {
        let Move { at, day, line, part, .. } = &one.moved;
        (*day, *at, *part > 0, one.store, one.external_id, *line, *part)
    });
    let mut stock = Stock {
        layers,
        rank: ranks(&arriving),
        open: BTreeSet::new(),
        left: vec![0; layers.len()],
        pool: (method == CostMethod::Average).then(Pool::default),
        taken: HashMap::new(),
        lines: BTreeMap::new(),
    };
    let mut arriving = arriving.into_iter().peekable();
    for one in sorted {
        while let Some(layer) = arriving.next_if(|at| layers[*at].received <= one.moved.day) {
            stock.receive(layer)?;
        }
        match one.moved.part {
            0 => stock.sell(one)?,
            _ => stock.put_back(one)?,
        }
    }
    for layer in arriving {
        stock.receive(layer)?;
    }
    let pool = stock.pool.map(Pool::worth).unwrap_or_default();
    Ok(Folded { lines: stock.lines, left: stock.left, pool })
}

/// The place of each layer in the order in which layers are used up.
fn ranks(arriving: &[usize]) -> Vec<usize> {
    let mut rank = vec![0; arriving.len()];
    for (place, layer) in arriving.iter().enumerate() {
        rank[*layer] = place;
    }
    rank
}

/// What is there at a moment.
struct Stock<'a> {
    layers: &'a [Layer],
    rank: Vec<usize>,
    /// Layers with units left, by rank.
    open: BTreeSet<(usize, usize)>,
    left: Vec<i64>,
    /// Under `average`.
    pool: Option<Pool>,
    /// What each line took, in order; `None` for uncovered units. Returns take from its end.
    taken: HashMap<(OrderId, i64), Vec<Taken>>,
    lines: BTreeMap<(OrderId, i64), LeafDraws>,
}

struct Taken {
    layer: Option<usize>,
    units: i64,
    /// Under `average`: the averages of that moment.
    at: Vec<(Currency, i128)>,
}

impl Stock<'_> {
    fn receive(&mut self, layer: usize) -> Result<(), Overflow> {
        let received = &self.layers[layer];
        if received.quantity <= 0 {
            return Ok(());
        }
        if let Some(pool) = &mut self.pool {
            pool.receive(received)?;
        }
        self.add(layer, received.quantity);
        Ok(())
    }

    fn add(&mut self, layer: usize, units: i64) {
        self.left[layer] += units;
        self.open.insert((self.rank[layer], layer));
    }

    fn sell(&mut self, one: &PlacedMove<'_>) -> Result<(), Overflow> {
        let averages = self.pool.as_ref().map(Pool::averages).unwrap_or_default();
        let mut wanted = one.moved.units;
        let (mut taken, mut draws) = (Vec::new(), Vec::new());
        while wanted > 0 {
            let Some((rank, layer)) = self.open.first().copied() else { break };
            let units = wanted.min(self.left[layer]);
            self.left[layer] -= units;
            wanted -= units;
            if self.left[layer] == 0 {
                self.open.remove(&(rank, layer));
            }
            let received = &self.layers[layer];
            taken.push(Taken { layer: Some(layer), units, at: averages.clone() });
            if self.pool.is_none() {
                let from = Some((received.reference.clone(), received.received));
                draws.push(Draw { units, from, unit: received.unit.clone() });
            }
        }
        let covered = one.moved.units - wanted;
        if let Some(pool) = &mut self.pool
            && covered > 0
        {
            pool.take(covered)?;
            draws.push(Draw { units: covered, from: None, unit: unit_costs(&averages) });
        }
        if wanted > 0 {
            taken.push(Taken { layer: None, units: wanted, at: Vec::new() });
        }
        let (key, sku) = ((one.order, one.moved.line), one.moved.sku.clone());
        self.taken.insert(key, taken);
        self.lines.insert(key, LeafDraws { sku, units: one.moved.units, draws });
        Ok(())
    }

    fn put_back(&mut self, one: &PlacedMove<'_>) -> Result<(), Overflow> {
        let key = (one.order, one.moved.line);
        let Some(mut taken) = self.taken.remove(&key) else { return Ok(()) };
        let mut back = one.moved.units;
        while back > 0 {
            let Some(last) = taken.last_mut() else { break };
            let units = back.min(last.units);
            back -= units;
            last.units -= units;
            if let Some(layer) = last.layer {
                if let Some(pool) = &mut self.pool {
                    pool.put_back(units, &last.at)?;
                }
                self.add(layer, units);
            }
            if last.units == 0 {
                taken.pop();
            }
        }
        self.taken.insert(key, taken);
        Ok(())
    }
}

/// Digits to which averages and the value of the pool are kept.
const POOL_DIGITS: u32 = 12;

/// Under `average`: all units that are there, and what they are worth in each currency. The
/// average of a moment is the worth over the units, to twelve digits, half to even.
#[derive(Default)]
struct Pool {
    units: i64,
    worth: BTreeMap<Currency, (i128, i128)>,
}

impl Pool {
    fn receive(&mut self, layer: &Layer) -> Result<(), Overflow> {
        for one in &layer.unit {
            let value = one.cost.of_units(layer.quantity).to_scaled(POOL_DIGITS).ok_or(Overflow)?;
            let (worth, _) = self.worth.entry(one.currency).or_default();
            *worth = worth.checked_add(value).ok_or(Overflow)?;
        }
        self.units = self.units.checked_add(layer.quantity).ok_or(Overflow)?;
        self.average();
        Ok(())
    }

    fn take(&mut self, units: i64) -> Result<(), Overflow> {
        for (worth, average) in self.worth.values_mut() {
            let value = average.checked_mul(i128::from(units)).ok_or(Overflow)?;
            *worth = worth.checked_sub(value).ok_or(Overflow)?;
        }
        self.units -= units;
        Ok(())
    }

    fn put_back(&mut self, units: i64, at: &[(Currency, i128)]) -> Result<(), Overflow> {
        for (currency, average) in at {
            let value = average.checked_mul(i128::from(units)).ok_or(Overflow)?;
            let (worth, _) = self.worth.entry(*currency).or_default();
            *worth = worth.checked_add(value).ok_or(Overflow)?;
        }
        self.units += units;
        self.average();
        Ok(())
    }

    fn average(&mut self) {
        for (worth, average) in self.worth.values_mut() {
            *average = div_half_even(*worth, i128::from(self.units)).unwrap_or_default();
        }
    }

    fn averages(&self) -> Vec<(Currency, i128)> {
        self.worth.iter().map(|(currency, (_, average))| (*currency, *average)).collect()
    }

    fn worth(self) -> Vec<UnitCost> {
        let all = self.worth.into_iter().map(|(currency, (worth, _))| (currency, worth));
        unit_costs(&all.collect::<Vec<_>>())
    }
}

fn unit_costs(scaled: &[(Currency, i128)]) -> Vec<UnitCost> {
    let one = |(currency, value): &(Currency, i128)| {
        let cost = Fraction::new(*value, 10_i128.pow(POOL_DIGITS))?.reduced();
        Some(UnitCost { currency: *currency, cost })
    };
    scaled.iter().filter_map(one).collect()
}
