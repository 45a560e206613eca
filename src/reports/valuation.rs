//! `valuation`: what stock is worth at cost on any day. Under `fifo` and `average` it is the
//! layers that are left of receipts, exactly as the books draw on them; under `dated` the units on
//! hand at the cost of the day.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::catalogue::{Choice, Obeys, Question, Span, Spec};
use super::{ReportError, cells};
use crate::base::id::{OrderId, StoreId, VariantId};
use crate::base::rate::Fraction;
use crate::base::{Currency, Day, DayRange, Instant};
use crate::domain::ask::Basis;
use crate::domain::profit::component::Quality;
use crate::domain::profit::convert::{Converter, MissingRate, Overflow};
use crate::domain::profit::facts::{CostAsk, Policy};
use crate::domain::profit::layers::moves::{Move, moves_of};
use crate::domain::profit::layers::{CostMethod, Layer, PlacedMove, UnitCost, fold};
use crate::domain::table::{Cell, Column, Headline, Kind, Row, Table, TableAsk, To, Value};
use crate::store::policy::find_policy;
use crate::store::{Reader, layers, purchases, stores, united};

pub const SPEC: Spec = Spec {
    name: "valuation",
    question: Question::Stock,
    choices: &[Choice { name: "method", values: &["of_books", "fifo", "average"] }],
    obeys: Obeys::UNTIL,
    usual: Span::Days30,
    columns,
    run,
};

fn columns() -> Vec<Column> {
    vec![
        Column::key("product", Kind::Name),
        Column::new("title", Kind::Name),
        Column::new("on_hand", Kind::Count).adding(),
        Column::new("layer_units", Kind::Count).adding().optional(),
        Column::new("beyond_layers", Kind::Count).adding().optional(),
        Column::new("stock_value", Kind::Money).kept(),
    ]
}

/// What a SKU is worth by its layers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LayersLeft {
    pub units: i64,
    /// `None` where a rate is missing.
    pub minor: Option<i64>,
}

/// What every SKU is worth on a day.
#[derive(Clone, Debug, Default)]
pub struct Worth {
    pub method: Option<CostMethod>,
    layers: BTreeMap<String, LayersLeft>,
    /// Under `dated`: the cost of a unit, and what its currency makes of one minor unit.
    dated: HashMap<String, (Fraction, Currency)>,
    policy: Option<std::sync::Arc<Policy>>,
    day: Option<Day>,
    pub missing_rates: Vec<MissingRate>,
}

impl Worth {
    /// What so many units of a SKU are worth; `None` where nobody knows.
    pub fn find(&self, sku: &str, units: i64) -> Option<i64> {
        if units <= 0 && !self.layers.contains_key(sku) {
            return Some(0);
        }
        if self.method != Some(CostMethod::Dated) {
            return self.layers.get(sku)?.minor;
        }
        let (cost, currency) = self.dated.get(sku)?;
        let (policy, day) = (self.policy.as_ref()?, self.day?);
        let minor = cost.of_units(units).to_minor(currency.digits())?;
        let mut converter = Converter::new(&policy.rates, policy.reporting);
        converter.convert(minor, *currency, day).ok().flatten()
    }

    pub fn find_layers(&self, sku: &str) -> Option<LayersLeft> {
        self.layers.get(sku).copied()
    }
}

/// By the method of the books, as of the end of today.
///
/// # Errors
/// As `worth_on`.
pub fn worth(reader: &Reader<'_>, today: Day) -> Result<Worth, ReportError> {
    worth_on(reader, (None, today))
}

/// As of the end of a day; `None` is the method of the books.
///
/// # Errors
/// `Store`, `Overflow`.
pub fn worth_on(
    reader: &Reader<'_>,
    (method, day): (Option<CostMethod>, Day),
) -> Result<Worth, ReportError> {
    let Some(known) = find_policy(reader)? else { return Ok(Worth::default()) };
    let own = layers::find_method(reader)?;
    let method = method.unwrap_or(own);
    let policy = known.policy;
    let mut worth = Worth { method: Some(method), day: Some(day), ..Worth::default() };
    if method == CostMethod::Dated {
        for sku in policy.costs.list_skus() {
            let ask = CostAsk { sku: &sku, store: "", country: None, day };
            if let Some(found) = policy.costs.find(ask) {
                let cost = Fraction::from_decimal(found.cost.unit_cost);
                worth.dated.insert(sku.clone(), (cost, found.cost.currency));
            }
        }
        worth.policy = Some(policy);
        return Ok(worth);
    }
    let mut converter = Converter::new(&policy.rates, policy.reporting);
    // Books that take costs by date keep no moves; they are read off the orders themselves.
    let mut moves = match own {
        CostMethod::Dated => gather_moves(reader, (&policy, day))?,
        CostMethod::Fifo | CostMethod::Average => list_moves(reader, day)?,
    };
    for (sku, mut own) in layers::list_layers(reader, &policy)? {
        own.retain(|layer| layer.received <= day);
        let moves = moves.remove(&sku).unwrap_or_default();
        let left = value_layers((method, day), (&own, &moves), &mut converter)?;
        worth.layers.insert(sku, left);
    }
    worth.missing_rates = converter.missing.into_iter().collect();
    Ok(worth)
}

/// An order by its number, its store and its own id there.
type Placed = (Move, OrderId, String, String);

/// What orders took of each SKU up to a day.
fn list_moves(reader: &Reader<'_>, day: Day) -> Result<HashMap<String, Vec<Placed>>, ReportError> {
    let mut statement = reader.conn().prepare_cached(
        "select line_no, sku, part, at, day, units, order_id, stores.name, external_id
         from line_moves
         join orders on orders.id = order_id
         join stores on stores.id = store_id
         where day <= ? order by sku",
    )?;
    let mut rows = statement.query([day])?;
    let mut moves: HashMap<String, Vec<Placed>> = HashMap::new();
    while let Some(row) = rows.next()? {
        let moved = Move {
            line: row.get(0)?,
            sku: row.get(1)?,
            part: row.get(2)?,
            at: row.get(3)?,
            day: row.get(4)?,
            units: row.get(5)?,
        };
        let placed = (moved.clone(), row.get(6)?, row.get(7)?, row.get(8)?);
        moves.entry(moved.sku).or_default().push(placed);
    }
    Ok(moves)
}

/// As `list_moves`, of books that keep none.
fn gather_moves(
    reader: &Reader<'_>,
    (policy, day): (&Policy, Day),
) -> Result<HashMap<String, Vec<Placed>>, ReportError> {
    let names: HashMap<StoreId, String> = stores::list_names(reader)?.into_iter().collect();
    let received = purchases::list_received_skus(reader)?;
    let mut moves: HashMap<String, Vec<Placed>> = HashMap::new();
    if received.is_empty() {
        return Ok(moves);
    }
    let mut statement =
        reader.conn().prepare("select id, store_id, external_id from orders order by id")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (id, store, external_id): (OrderId, StoreId, String) =
            (row.get(0)?, row.get(1)?, row.get(2)?);
        let Some(order) = united::find_united(reader, id)?.order else { continue };
        let store = names.get(&store).cloned().unwrap_or_default();
        for moved in moves_of(&order, &store, policy, &|sku| received.contains(sku)) {
            if moved.day <= day {
                let placed = (moved.clone(), id, store.clone(), external_id.clone());
                moves.entry(moved.sku).or_default().push(placed);
            }
        }
    }
    Ok(moves)
}

fn value_layers(
    (method, day): (CostMethod, Day),
    (own, moves): (&[Layer], &[Placed]),
    converter: &mut Converter<'_>,
) -> Result<LayersLeft, ReportError> {
    let placed: Vec<PlacedMove<'_>> = moves
        .iter()
        .map(|(moved, order, store, external_id)| PlacedMove {
            order: *order,
            store,
            external_id,
            moved: moved.clone(),
        })
        .collect();
    let folded = fold(method, own, &placed)?;
    let units = folded.left.iter().sum();
    // The pool has no day of its own; a layer is worth what was paid, at the rate of that day.
    let parts: Vec<(Day, i64, &[UnitCost])> = match method {
        CostMethod::Average => vec![(day, 1, &folded.pool)],
        CostMethod::Fifo | CostMethod::Dated => own
            .iter()
            .zip(&folded.left)
            .map(|(layer, left)| (layer.received, *left, layer.unit.as_slice()))
            .collect(),
    };
    let mut minor = Some(0_i64);
    for (day, units, costs) in parts {
        for cost in costs.iter().filter(|_| units != 0) {
            let own = cost.cost.of_units(units).to_minor(cost.currency.digits());
            let converted = converter.convert(own.ok_or(Overflow)?, cost.currency, day)?;
            minor = match (minor, converted) {
                (Some(sum), Some(one)) => Some(sum.checked_add(one).ok_or(Overflow)?),
                _ => None,
            };
        }
    }
    Ok(LayersLeft { units, minor })
}

/// Units on hand and on the way at the end of a day, by variant: the fold of what happened until
/// then.
fn list_on_hand(
    reader: &Reader<'_>,
    until: Instant,
) -> Result<HashMap<VariantId, i64>, ReportError> {
    let mut statement = reader.conn().prepare_cached(
        "select variant_id, location_id, lot_id, delta, counted from stock_events event
         where kind <> 'reversed' and occurred_at < ?
            and not exists (select 1 from stock_events later where later.reverses_id = event.id)
         order by variant_id, location_id, lot_id, occurred_at, id",
    )?;
    let mut rows = statement.query([until])?;
    let mut cell: Option<(VariantId, i64, Option<i64>)> = None;
    let (mut level, mut sums) = (0_i64, HashMap::new());
    while let Some(row) = rows.next()? {
        let here = (row.get(0)?, row.get(1)?, row.get(2)?);
        if cell != Some(here) {
            if let Some((variant, ..)) = cell {
                *sums.entry(variant).or_default() += level;
            }
            (cell, level) = (Some(here), 0);
        }
        level = match row.get::<_, Option<i64>>(4)? {
            Some(counted) => counted,
            None => level.saturating_add(row.get::<_, Option<i64>>(3)?.unwrap_or_default()),
        };
    }
    if let Some((variant, ..)) = cell {
        *sums.entry(variant).or_default() += level;
    }
    Ok(sums)
}

fn run(reader: &Reader<'_>, ask: &TableAsk) -> Result<Table, ReportError> {
    let Some(known) = find_policy(reader)? else { return Err(ReportError::Nothing) };
    let day = ask.ask.to.unwrap_or(ask.today).min(ask.today);
    let worth = worth_on(reader, (CostMethod::parse(ask.choice("method")), day))?;
    let until = Instant::start_of(day.plus(1), &known.policy.zone);
    let on_hand = list_on_hand(reader, until)?;
    let columns = columns();
    let range = DayRange { from: ask.ask.from.unwrap_or(day).min(day), to: day };
    let mut table = Table::new(known.policy.reporting, range, Basis::default());
    let mut names: BTreeMap<String, (Option<String>, Option<i64>)> = BTreeMap::new();
    for (id, sku, title) in crate::store::profit::list_variants(reader.conn())? {
        names.insert(sku, (title, on_hand.get(&id).copied()));
    }
    let skus: BTreeSet<&String> = names.keys().chain(worth.layers.keys()).collect();
    let (mut sums, mut unknown) = ([0_i64; 4], 0);
    for sku in skus {
        let (title, units) = names.get(sku).cloned().unwrap_or_default();
        let left = worth.find_layers(sku).filter(|left| left.units != 0);
        if units.unwrap_or(0) == 0 && left.is_none() {
            continue;
        }
        let one = Valued { sku, title, units, left };
        let (row, parts) = one.row(&columns, &worth);
        unknown += i64::from(parts[3].is_none());
        for (sum, part) in sums.iter_mut().zip(parts) {
            *sum = sum.checked_add(part.unwrap_or(0)).ok_or(Overflow)?;
        }
        table.rows.push(row);
    }
    table.total = Some(total(&columns, sums));
    let headline = |name, kind, cell| Headline { name, kind, cell };
    table.headlines = vec![
        headline("stock_value", Kind::Money, Cell::money(sums[3])),
        headline("unknown_value", Kind::Count, Cell::count(unknown)),
    ];
    table.bars = Some("stock_value");
    table.missing_rates = worth.missing_rates;
    table.columns = columns;
    Ok(table)
}

/// What nobody knows the cost of is in no sum; a headline counts it.
fn total(columns: &[Column], sums: [i64; 4]) -> Row {
    let value = Cell::money(sums[3]);
    let [units, layers, beyond] = [sums[0], sums[1], sums[2]].map(Cell::count);
    let mut row: Row = columns.iter().map(|_| Cell::default()).collect();
    let cells = [("on_hand", units), ("layer_units", layers), ("beyond_layers", beyond)];
    for (name, cell) in cells.into_iter().chain([("stock_value", value)]) {
        cells::put(columns, &mut row, name, cell);
    }
    row
}

/// One SKU.
struct Valued<'a> {
    sku: &'a str,
    title: Option<String>,
    /// By the ledger; `None` where it was never counted.
    units: Option<i64>,
    left: Option<LayersLeft>,
}

impl Valued<'_> {
    /// Its row, and its units, units of layers, the difference of both, and worth.
    fn row(&self, columns: &[Column], worth: &Worth) -> (Row, [Option<i64>; 4]) {
        let is_layered = worth.method != Some(CostMethod::Dated);
        let layer_units = is_layered.then(|| self.left.map_or(0, |left| left.units));
        let beyond = self.units.zip(layer_units).map(|(units, layers)| units - layers);
        let minor = match self.left {
            Some(left) => left.minor,
            None => worth.find(self.sku, self.units.unwrap_or(0)),
        };
        let mut row: Row = columns.iter().map(|_| Cell::default()).collect();
        let mut put = |name, cell| cells::put(columns, &mut row, name, cell);
        put("product", Cell::text(self.sku).to(To::Variant(self.sku.to_owned())));
        put("title", Cell::of(Value::text(self.title.clone())));
        let counts = [("on_hand", self.units), ("layer_units", layer_units)];
        for (name, count) in counts.into_iter().chain([("beyond_layers", beyond)]) {
            if let Some(count) = count {
                put(name, Cell::count(count));
            }
        }
        put(
            "stock_value",
            match minor {
                Some(minor) => Cell::money(minor),
                None => {
                    let (quality, to) = (Quality::Missing, Some(To::MissingCosts));
                    Cell { quality, to, ..Cell::default() }
                }
            },
        );
        (row, [self.units, layer_units, beyond, minor])
    }
}
