//! Sums of profit lines by day, month and year: of each store, of its products and of the places
//! that it sells to. Kept in step by adding what a line became and taking away what it was, in
//! the transaction that wrote the line. While very many orders are written those of products and
//! places lag behind (`mark_behind`): nobody reads them until they are made again from the lines.
//!
//! Rows are kept for the basis `event`. What a later refund or edit moves between days when an
//! order counts on its own day stands in rows of the basis `order`, which are added to these.

pub mod marks;
pub mod packed;
pub mod read;
pub mod rebuild;

use marks::Mark;
use rusqlite::{Connection, OptionalExtension, params};
use rustc_hash::FxHashMap;

use crate::base::Day;
use crate::base::id::{PlaceId, StoreId, VariantId};
use crate::domain::ask::Basis;
use crate::domain::profit::component::{Component, Mask};
use crate::domain::profit::figures::Figures;
use crate::store::profit::{AMOUNTS_STORED, LINE_COMPONENTS, LineKind, StoredLine};
use crate::store::{Reader, StoreError, Tx};

// The measures of a row: amounts as `AMOUNT_COLUMNS`, these counts, for each component how many
// lines have it estimated, or missing, and for each mark its orders and what is at stake.
const ORDERS: usize = AMOUNTS_STORED;
const UNITS: usize = ORDERS + 1;
const COSTED_NET_SALES: usize = ORDERS + 2;
const SALE_NET_REVENUE: usize = ORDERS + 3;
const NEW_CUSTOMERS: usize = ORDERS + 4;
const COUNTS: usize = ORDERS + 5;
const MARKS: usize = COUNTS + 2 * LINE_COMPONENTS.len();
pub const MEASURES: usize = MARKS + 2 * Mark::ALL.len();

/// What a rollup row holds, or what is added to one.
pub type Measures = [i64; MEASURES];

/// What rows are kept by, beside the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dim {
    Store = 0,
    Product = 1,
    Place = 2,
}

impl Dim {
    pub fn name(self) -> &'static str {
        match self {
            Self::Store => "store",
            Self::Product => "product",
            Self::Place => "place",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Span {
    Day = 0,
    Month = 1,
    Year = 2,
}

impl Span {
    pub const ALL: [Self; 3] = [Self::Day, Self::Month, Self::Year];

    pub fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Month => "month",
            Self::Year => "year",
        }
    }

    /// The first day of the span that a day lies in.
    pub fn first(self, day: Day) -> Day {
        match self {
            Self::Day => day,
            Self::Month => day.first_of_month(),
            Self::Year => {
                let (_, month, _) = day.civil();
                day.first_of_month().plus_months(1 - month as i32)
            }
        }
    }

    /// The first day after the span that begins on `first`.
    pub fn end(self, first: Day) -> Day {
        match self {
            Self::Day => first.plus(1),
            Self::Month => first.plus_months(1),
            Self::Year => first.plus_months(12),
        }
    }
}

/// A row by day; those by month and year are sums of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Cell {
    pub dim: Dim,
    /// 0 by event, 1 what has to be added to count by order.
    pub basis: i64,
    pub day: Day,
    pub key: i64,
    pub store: StoreId,
}

/// An order as the sums of products and places count it.
#[derive(Clone, Copy)]
pub struct Counted<'a> {
    pub lines: &'a [StoredLine],
    pub place: PlaceId,
    /// Whether it is its buyer's first.
    pub is_first: bool,
}

/// Changes of rollup rows, gathered while lines are written.
#[derive(Default)]
pub struct Deltas {
    stores: FxHashMap<Cell, Box<Measures>>,
    others: FxHashMap<Cell, Box<Measures>>,
    only_stores: bool,
}

impl Deltas {
    /// Leaves products and places out: they are made again from the lines when all are written.
    pub fn of_stores() -> Self {
        Self { only_stores: true, ..Self::default() }
    }

    /// Adds a line (`sign` 1) or takes it away (−1).
    pub fn add_line(&mut self, line: &StoredLine, place: PlaceId, sign: i64) {
        let keys = [
            (Dim::Store, 0),
            (Dim::Product, line.variant.unwrap_or(VariantId(0)).0),
            (Dim::Place, place.0),
        ];
        let n_dims = if self.only_stores { 1 } else { keys.len() };
        for (dim, key) in keys.into_iter().take(n_dims) {
            let mut add = |basis, day, sign| {
                let cell = Cell { dim, basis, day, key, store: line.store };
                add_to(self.row(cell), line, sign);
            };
            add(0, line.event_day, sign);
            if line.order_day != line.event_day {
                add(1, line.order_day, sign);
                add(1, line.event_day, -sign);
            }
        }
    }

    /// Counts an order on the day of its sale, which both bases share: once in its store and its
    /// place, once for each product that it sold.
    pub fn add_order(&mut self, order: &Counted<'_>, sign: i64) {
        let first = if order.is_first { sign } else { 0 };
        let Some(sale) = order.lines.iter().find(|line| line.kind == LineKind::Sale) else {
            return;
        };
        let cell =
            Cell { dim: Dim::Store, basis: 0, day: sale.event_day, key: 0, store: sale.store };
        self.row(cell)[ORDERS] += sign;
        self.count(order, ORDERS, sign);
        self.count(order, NEW_CUSTOMERS, first);
    }

    /// Counts an order under the marks that its lines bear. Takes all of its lines; counts those
    /// days that are wanted.
    pub fn add_marks(&mut self, order: &Counted<'_>, wanted: impl Fn(Day) -> bool, sign: i64) {
        for first in marks::list_firsts(order.lines) {
            let line = first.line;
            if !wanted(line.event_day) {
                continue;
            }
            let keys = [
                (Dim::Store, 0, first.of_order),
                (Dim::Place, order.place.0, first.of_order && !self.only_stores),
                (Dim::Product, line.variant.unwrap_or(VariantId(0)).0, !self.only_stores),
            ];
            for (dim, key, _) in keys.into_iter().filter(|(.., wanted)| *wanted) {
                let cell = Cell { dim, basis: 0, day: line.event_day, key, store: line.store };
                self.row(cell)[MARKS + 2 * first.mark as usize] += sign;
            }
        }
    }

    /// A buyer's first order in the sums by store, on its day.
    pub fn add_new_customer(&mut self, day: Day, store: StoreId, sign: i64) {
        let cell = Cell { dim: Dim::Store, basis: 0, day, key: 0, store };
        self.row(cell)[NEW_CUSTOMERS] += sign;
    }

    /// A buyer's first order in the sums by product and place, as far as it has lines.
    pub fn add_first(&mut self, order: &Counted<'_>, sign: i64) {
        self.count(order, NEW_CUSTOMERS, sign);
    }

    fn count(&mut self, order: &Counted<'_>, measure: usize, sign: i64) {
        if sign == 0 || self.only_stores {
            return;
        }
        let sales = || order.lines.iter().filter(|line| line.kind == LineKind::Sale);
        for (index, line) in sales().enumerate() {
            let mut add = |dim, key| {
                let cell = Cell { dim, basis: 0, day: line.event_day, key, store: line.store };
                self.row(cell)[measure] += sign;
            };
            if index == 0 {
                add(Dim::Place, order.place.0);
            }
            if !sales().take(index).any(|earlier| earlier.variant == line.variant) {
                add(Dim::Product, line.variant.unwrap_or(VariantId(0)).0);
            }
        }
    }

    fn row(&mut self, cell: Cell) -> &mut Measures {
        let rows = if cell.dim == Dim::Store { &mut self.stores } else { &mut self.others };
        rows.entry(cell).or_insert_with(|| Box::new([0; MEASURES]))
    }

    /// Takes all rows out.
    fn drain(&mut self) -> FxHashMap<Cell, Box<Measures>> {
        let mut rows = std::mem::take(&mut self.stores);
        rows.extend(self.others.drain());
        rows
    }

    /// Writes and empties all.
    ///
    /// # Errors
    /// `StoreError` of the database.
    pub fn write(&mut self, tx: &Tx<'_>) -> Result<(), StoreError> {
        write_rows(tx, self.stores.drain().chain(self.others.drain()))
    }
}

fn add_to(row: &mut Measures, line: &StoredLine, sign: i64) {
    for (measure, minor) in row.iter_mut().zip(line.amounts) {
        *measure += sign * minor;
    }
    row[UNITS] += sign * line.units;
    if line.cost_known {
        row[COSTED_NET_SALES] += sign * line.net_sales();
    }
    if line.kind == LineKind::Sale {
        row[SALE_NET_REVENUE] += sign * line.net_revenue();
    }
    if line.estimated | line.missing != 0 {
        for (index, component) in LINE_COMPONENTS.into_iter().enumerate() {
            let has = |mask: Mask| i64::from(mask & component.bit() != 0);
            row[COUNTS + 2 * index] += sign * has(line.estimated);
            row[COUNTS + 2 * index + 1] += sign * has(line.missing);
        }
        for mark in Mark::ALL.into_iter().filter(|mark| mark.is_on(line)) {
            row[MARKS + 2 * mark as usize + 1] += sign * mark.at_stake(line);
        }
    }
}

/// Adds the sums of one row to those of another.
pub fn add_measures(row: &mut Measures, more: &Measures) {
    for (mine, theirs) in row.iter_mut().zip(more) {
        *mine += theirs;
    }
}

/// Adds to the rows of each day, and to those of its month and year.
fn write_rows(
    tx: &Tx<'_>,
    rows: impl Iterator<Item = (Cell, Box<Measures>)>,
) -> Result<(), StoreError> {
    let mut by_span: FxHashMap<(Span, Cell), Box<Measures>> = FxHashMap::default();
    for (cell, measures) in rows.filter(|(_, measures)| measures.iter().any(|m| *m != 0)) {
        for span in [Span::Month, Span::Year] {
            let whole = Cell { day: span.first(cell.day), ..cell };
            let sum = by_span.entry((span, whole)).or_insert_with(|| Box::new([0; MEASURES]));
            add_measures(sum, &measures);
        }
        by_span.insert((Span::Day, cell), measures);
    }
    let mut sorted: Vec<_> = by_span.into_iter().collect();
    sorted.sort_unstable_by_key(|((span, cell), _)| (cell.dim, cell.basis, *span, *cell));
    for ((span, cell), delta) in sorted {
        add_to_row(tx, (span, cell), *delta)?;
    }
    Ok(())
}

/// Writes a row where none is.
fn insert_packed(tx: &Tx<'_>, row: &rebuild::PackedRow) -> Result<(), StoreError> {
    write_packed(tx, (row.span, row.cell), &row.packed)
}

/// A row of nothing is none.
fn add_to_row(tx: &Tx<'_>, (span, cell): (Span, Cell), delta: Measures) -> Result<(), StoreError> {
    let mut measures = delta;
    let key = params![cell.dim as i64, cell.basis, span as i64, cell.day, cell.key, cell.store];
    let known: Option<Vec<u8>> = tx
        .conn()
        .prepare_cached(
            "select measures from rollups where dim = ? and basis = ? and span = ?
                and first_day = ? and key = ? and store_id = ?",
        )?
        .query_row(key, |row| row.get(0))
        .optional()?;
    if let Some(known) = &known {
        packed::add(known, &mut measures)?;
    }
    let is_empty = measures.iter().all(|measure| *measure == 0);
    if is_empty {
        if known.is_some() {
            tx.conn()
                .prepare_cached(
                    "delete from rollups where dim = ? and basis = ? and span = ?
                        and first_day = ? and key = ? and store_id = ?",
                )?
                .execute(key)?;
        }
        return Ok(());
    }
    put_row(tx, (span, cell), &measures)
}

/// Writes a row, in place of the one that is there.
fn put_row(tx: &Tx<'_>, key: (Span, Cell), measures: &Measures) -> Result<(), StoreError> {
    write_packed(tx, key, &packed::pack(measures))
}

fn write_packed(
    tx: &Tx<'_>,
    (span, cell): (Span, Cell),
    measures: &[u8],
) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached(
            "insert into rollups (dim, basis, span, first_day, key, store_id, measures)
             values (?, ?, ?, ?, ?, ?, ?)
             on conflict do update set measures = excluded.measures",
        )?
        .execute(params![
            cell.dim as i64,
            cell.basis,
            span as i64,
            cell.day,
            cell.key,
            cell.store,
            measures
        ])?;
    Ok(())
}

/// Whether the sums by product and place lag behind the lines.
pub fn is_behind(reader: &Reader<'_>) -> Result<bool, StoreError> {
    Ok(find_behind(reader.conn())?.is_some())
}

/// How often lines were written without these sums since they were whole; `None` where they are.
pub fn find_behind(conn: &Connection) -> Result<Option<i64>, StoreError> {
    let mut statement = conn.prepare_cached("select mark from rollups_behind")?;
    Ok(statement.query_row([], |row| row.get(0)).optional()?)
}

pub fn mark_behind(tx: &Tx<'_>) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached(
            "insert into rollups_behind (id, mark) values (1, 1)
             on conflict do update set mark = mark + 1",
        )?
        .execute([])?;
    Ok(())
}

/// The sums are those of the lines, as far as none was written since `mark` was found.
pub fn clear_behind(tx: &Tx<'_>, mark: i64) -> Result<(), StoreError> {
    tx.conn().prepare_cached("delete from rollups_behind where mark = ?")?.execute([mark])?;
    Ok(())
}

/// Which of the ad spend that lines bear counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdsBorne {
    All,
    Matched,
    /// What a source ties to the very order.
    Direct,
}

/// The orders under a mark, and what is at stake on their lines.
pub fn marked(measures: &Measures, mark: Mark) -> (i64, i64) {
    let index = MARKS + 2 * mark as usize;
    (measures[index], measures[index + 1])
}

/// As figures.
pub fn figures_of(measures: &Measures, ads: AdsBorne) -> Figures {
    let mut figures = Figures {
        orders: measures[ORDERS],
        units: measures[UNITS],
        costed_net_sales: measures[COSTED_NET_SALES],
        sale_net_revenue: measures[SALE_NET_REVENUE],
        new_customers: measures[NEW_CUSTOMERS],
        ..Figures::default()
    };
    for (index, component) in LINE_COMPONENTS.into_iter().enumerate() {
        figures.put(component, measures[index]);
        if measures[COUNTS + 2 * index] > 0 {
            figures.estimated |= component.bit();
        }
        if measures[COUNTS + 2 * index + 1] > 0 {
            figures.missing |= component.bit();
        }
    }
    let (matched, blended) = (measures[AMOUNTS_STORED - 2], measures[AMOUNTS_STORED - 1]);
    figures.put(
        Component::AdSpend,
        match ads {
            AdsBorne::All => matched + blended,
            AdsBorne::Matched => matched,
            AdsBorne::Direct => 0,
        },
    );
    figures.attributed_ad_spend = figures.get(Component::AdSpend);
    figures
}

/// The rows of which a basis is made.
fn bases(basis: Basis) -> &'static [i64] {
    match basis {
        Basis::Event => &[0],
        Basis::Order => &[0, 1],
    }
}
