//! The same sums out of the stored lines, day by day: to make them again, and to see whether they
//! are what they should be.

use std::collections::{BTreeMap, HashMap, HashSet};

use rusqlite::params;
use rustc_hash::FxHashMap;

use super::{
    Cell, Counted, Deltas, Dim, MEASURES, Measures, Span, add_measures, insert_packed, packed,
};
use crate::base::Day;
use crate::base::id::{OrderId, PlaceId, StoreId};
use crate::store::places::list_places;
use crate::store::profit::{
    self, LINE_COLUMNS, LineKind, StoredLine, line_columns, line_from_row, list_lines,
};
use crate::store::{Reader, StoreError, Tx};

/// Rows that wait so that they are handed over in the order in which they are stored; beyond,
/// they are handed over as they come.
const WAITING_MAX: usize = 300_000;

/// A row as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackedRow {
    pub span: Span,
    pub cell: Cell,
    pub packed: Vec<u8>,
}

type Each<'a, E> = &'a mut dyn FnMut(PackedRow) -> Result<(), E>;

/// Adds up all lines and hands over every row once: those of products by day first, as the days
/// pass, the others at the end.
///
/// # Errors
/// Those of `each`, `StoreError` of the database.
pub fn each_row<E: From<StoreError>>(reader: &Reader<'_>, each: Each<'_, E>) -> Result<(), E> {
    let mut sums = Sums { firsts: list_new_customers(reader)?, ..Sums::default() };
    visit_groups(reader, &mut |day, group| -> Result<(), E> {
        if sums.day.is_some_and(|open| open != day) {
            sums.close_day(each)?;
        }
        sums.day = Some(day);
        sums.add_group(reader, day, group)?;
        Ok(())
    })?;
    sums.finish(each)
}

/// The lines of an order on one day.
struct Group {
    order: OrderId,
    place: PlaceId,
    is_first: bool,
    lines: Vec<StoredLine>,
}

/// The lines in the order of their days, those of an order on a day together.
fn visit_groups<E: From<StoreError>>(
    reader: &Reader<'_>,
    each: &mut dyn FnMut(Day, &Group) -> Result<(), E>,
) -> Result<(), E> {
    let mut places: HashMap<String, PlaceId> = HashMap::new();
    let mut name = String::new();
    for (id, place) in list_places(reader)? {
        name_place([&place.country, &place.channel, &place.campaign], &mut name);
        places.insert(name.clone(), id);
    }
    let sql = format!(
        "select {}, country, channel, campaign, new_customer_day
         from profit_lines cross join orders on orders.id = order_id
         order by event_day, order_id, event_no, line_no",
        line_columns()
    );
    let mut statement = reader.conn().prepare_cached(&sql).map_err(StoreError::from)?;
    let mut rows = statement.query([]).map_err(StoreError::from)?;
    let mut group: Option<(Day, Group)> = None;
    while let Some(row) = rows.next().map_err(StoreError::from)? {
        let line = line_from_row(row).map_err(StoreError::from)?;
        if let Some((day, open)) = &mut group
            && *day == line.event_day
            && open.order == line.order
        {
            open.lines.push(line);
            continue;
        }
        if let Some((day, done)) = &group {
            each(*day, done)?;
        }
        let text = |index: usize| {
            let value = row.get_ref(LINE_COLUMNS + index).map_err(StoreError::from)?;
            let text = value.as_str_or_null().map_err(rusqlite::Error::from);
            Ok::<_, StoreError>(text.map_err(StoreError::from)?.unwrap_or_default())
        };
        name_place([text(0)?, text(1)?, text(2)?], &mut name);
        let first: Option<Day> = row.get(LINE_COLUMNS + 3).map_err(StoreError::from)?;
        let found = Group {
            order: line.order,
            // One that no row counts yet is none of the known ones.
            place: places.get(&name).copied().unwrap_or(PlaceId(-1)),
            is_first: first.is_some(),
            lines: vec![line],
        };
        group = Some((line.event_day, found));
    }
    match &group {
        Some((day, done)) => each(*day, done),
        None => Ok(()),
    }
}

fn name_place(parts: [&str; 3], name: &mut String) {
    name.clear();
    for part in parts {
        name.push_str(part);
        name.push('\0');
    }
}

/// How many buyers are new in each store on each day.
fn list_new_customers(
    reader: &Reader<'_>,
) -> Result<BTreeMap<Day, Vec<(StoreId, i64)>>, StoreError> {
    let mut statement = reader.conn().prepare_cached(
        "select new_customer_day, store_id, count(*) from orders
         where new_customer_day is not null group by 1, 2",
    )?;
    let mut rows = statement.query([])?;
    let mut firsts: BTreeMap<Day, Vec<(StoreId, i64)>> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        firsts.entry(row.get(0)?).or_default().push((row.get(1)?, row.get(2)?));
    }
    Ok(firsts)
}

/// What the lines have come to so far.
#[derive(Default)]
struct Sums {
    /// The day whose lines are being added up.
    day: Option<Day>,
    of_day: Deltas,
    firsts: BTreeMap<Day, Vec<(StoreId, i64)>>,
    /// First days of the month and the year that are not over, and what they come to so far.
    firsts_of: Option<[(Span, Day); 2]>,
    wholes: FxHashMap<(Span, Cell), Box<Measures>>,
    /// What counts on other days by the order's, packed because it waits for the end.
    moved: FxHashMap<Cell, Vec<u8>>,
    waiting: Vec<PackedRow>,
}

impl Sums {
    fn add_group(
        &mut self,
        reader: &Reader<'_>,
        day: Day,
        group: &Group,
    ) -> Result<(), StoreError> {
        for line in &group.lines {
            self.of_day.add_line(line, group.place, 1);
        }
        let counted = Counted { lines: &group.lines, place: group.place, is_first: group.is_first };
        self.of_day.add_order(&counted, 1);
        if group.lines.iter().all(|line| line.kind == LineKind::Sale) {
            self.of_day.add_marks(&counted, |_| true, 1);
            return Ok(());
        }
        // What an order bears a mark for the first time may lie before this day.
        let lines = list_lines(reader.conn(), group.order)?;
        self.of_day.add_marks(&Counted { lines: &lines, ..counted }, |on| on == day, 1);
        Ok(())
    }

    fn close_day<E: From<StoreError>>(&mut self, each: Each<'_, E>) -> Result<(), E> {
        let Some(day) = self.day.take() else { return Ok(()) };
        // A first order may count on a day on which no line lies.
        let until: Vec<Day> = self.firsts.range(..=day).map(|(day, _)| *day).collect();
        for first in until {
            self.add_firsts(first);
        }
        let mut rows: Vec<(Cell, Box<Measures>)> =
            self.of_day.drain().into_iter().filter(|(_, row)| is_something(row)).collect();
        rows.sort_unstable_by_key(|(cell, _)| *cell);
        for (cell, measures) in rows {
            if cell.basis == 0 {
                self.close_cell(cell, measures, each)?;
                continue;
            }
            let mut measures = measures;
            if let Some(known) = self.moved.get(&cell) {
                packed::add(known, &mut measures)?;
            }
            self.moved.insert(cell, packed::pack(&measures));
        }
        Ok(())
    }

    fn add_firsts(&mut self, day: Day) {
        for (store, count) in self.firsts.remove(&day).unwrap_or_default() {
            self.of_day.add_new_customer(day, store, count);
        }
    }

    /// A row by day is whole: it goes into its month and its year, and away.
    fn close_cell<E: From<StoreError>>(
        &mut self,
        cell: Cell,
        measures: Box<Measures>,
        each: Each<'_, E>,
    ) -> Result<(), E> {
        for (span, day) in self.open_wholes(cell.day) {
            let whole = (span, Cell { day, ..cell });
            let row = self.wholes.entry(whole).or_insert_with(|| Box::new([0; MEASURES]));
            add_measures(row, &measures);
        }
        let row = PackedRow { span: Span::Day, cell, packed: packed::pack(&measures) };
        if cell.dim == Dim::Product && cell.basis == 0 {
            return each(row);
        }
        self.waiting.push(row);
        if self.waiting.len() >= WAITING_MAX { self.hand_over(each) } else { Ok(()) }
    }

    /// The month and the year of a day; days come in their order, so others are over.
    fn open_wholes(&mut self, day: Day) -> [(Span, Day); 2] {
        if let Some(open) = self.firsts_of
            && (open[0].1..open[0].1.plus(28)).contains(&day)
        {
            return open;
        }
        let open = [Span::Month, Span::Year].map(|span| (span, span.first(day)));
        if self.firsts_of.replace(open) != Some(open) {
            self.close_wholes(&open);
        }
        open
    }

    /// All but these are over.
    fn close_wholes(&mut self, open: &[(Span, Day)]) {
        let over = self.wholes.extract_if(|(span, cell), _| !open.contains(&(*span, cell.day)));
        let rows =
            over.filter(|(_, measures)| is_something(measures)).map(|((span, cell), measures)| {
                PackedRow { span, cell, packed: packed::pack(&measures) }
            });
        self.waiting.extend(rows);
    }

    fn hand_over<E>(&mut self, each: Each<'_, E>) -> Result<(), E> {
        let mut rows = std::mem::take(&mut self.waiting);
        rows.sort_unstable_by_key(|row| (row.cell.dim, row.cell.basis, row.span, row.cell));
        rows.into_iter().try_for_each(each)
    }

    fn finish<E: From<StoreError>>(&mut self, each: Each<'_, E>) -> Result<(), E> {
        self.close_day(each)?;
        for day in self.firsts.keys().copied().collect::<Vec<_>>() {
            self.day = Some(day);
            self.close_day(each)?;
        }
        self.close_wholes(&[]);
        let mut moved: Vec<(Cell, Vec<u8>)> = self.moved.drain().collect();
        moved.sort_unstable_by_key(|(cell, _)| cell.day);
        for (cell, bytes) in moved {
            let measures = Box::new(packed::unpack(&bytes)?);
            if is_something(&measures) {
                self.close_cell(cell, measures, each)?;
            }
        }
        self.close_wholes(&[]);
        self.hand_over(each)
    }
}

fn is_something(measures: &Measures) -> bool {
    measures.iter().any(|measure| *measure != 0)
}

/// Takes away the sums by product and place, and those by store where there are none yet; gives
/// the dimensions that are to be made again.
///
/// # Errors
/// `StoreError` of the database.
pub fn clear(tx: &Tx<'_>) -> Result<Vec<Dim>, StoreError> {
    super::mark_behind(tx)?;
    profit::create_indexes(tx)?;
    let has_stores: bool =
        tx.conn().query_row("select exists (select 1 from rollups where dim = 0)", [], |row| {
            row.get(0)
        })?;
    tx.conn().execute("delete from rollups where dim <> 0", [])?;
    tx.conn().execute(
        "insert or ignore into places (country, channel, campaign)
         select distinct coalesce(country, ''), coalesce(channel, ''), coalesce(campaign, '')
         from orders",
        [],
    )?;
    let mut dims = vec![Dim::Product, Dim::Place];
    if !has_stores {
        dims.push(Dim::Store);
    }
    Ok(dims)
}

/// The dimensions that are made again.
pub struct Rebuilding {
    dims: Vec<Dim>,
    /// Those by store are read at any time, so they appear all at once, at the end.
    stores: Vec<PackedRow>,
}

impl Rebuilding {
    pub fn new(dims: Vec<Dim>) -> Self {
        Self { dims, stores: Vec::new() }
    }

    /// Writes some rows; each comes once.
    ///
    /// # Errors
    /// `StoreError` of the database.
    pub fn write(&mut self, tx: &Tx<'_>, rows: Vec<PackedRow>) -> Result<(), StoreError> {
        for row in rows.into_iter().filter(|row| self.dims.contains(&row.cell.dim)) {
            match row.cell.dim {
                Dim::Store => self.stores.push(row),
                Dim::Product | Dim::Place => insert_packed(tx, &row)?,
            }
        }
        Ok(())
    }

    /// Writes the stores, and says that the sums are those of the lines as they were when `mark`
    /// was found.
    ///
    /// # Errors
    /// `StoreError` of the database.
    pub fn finish(self, tx: &Tx<'_>, mark: i64) -> Result<(), StoreError> {
        self.stores.iter().try_for_each(|row| insert_packed(tx, row))?;
        super::clear_behind(tx, mark)
    }
}

/// Tells each span whose stored rows are not the sums of the lines.
///
/// # Errors
/// `StoreError` of the database.
pub fn compare(
    reader: &Reader<'_>,
    tell: &mut dyn FnMut(Span, Dim, Day),
) -> Result<(), StoreError> {
    let mut found = reader.conn().prepare_cached(
        "select measures from rollups where dim = ? and basis = ? and span = ?
            and first_day = ? and key = ? and store_id = ?",
    )?;
    let mut counts: HashMap<(Dim, i64, Span, Day), i64> = HashMap::new();
    let mut wrong: HashSet<(Span, Dim, Day)> = HashSet::new();
    each_row(reader, &mut |PackedRow { span, cell, packed }| -> Result<(), StoreError> {
        *counts.entry((cell.dim, cell.basis, span, cell.day)).or_default() += 1;
        let key = params![cell.dim as i64, cell.basis, span as i64, cell.day, cell.key, cell.store];
        let mut rows = found.query(key)?;
        let same = match rows.next()? {
            Some(row) => row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)? == packed,
            None => false,
        };
        if !same {
            wrong.insert((span, cell.dim, cell.day));
        }
        Ok(())
    })?;
    // Of rows that no line is behind there is no sum.
    for dim in [Dim::Store, Dim::Product, Dim::Place] {
        for (basis, span, day, count) in count_rows(reader, dim)? {
            if counts.get(&(dim, basis, span, day)) != Some(&count) {
                wrong.insert((span, dim, day));
            }
        }
    }
    let mut wrong: Vec<_> = wrong.into_iter().collect();
    wrong.sort_unstable();
    wrong.into_iter().for_each(|(span, dim, day)| tell(span, dim, day));
    Ok(())
}

fn count_rows(reader: &Reader<'_>, dim: Dim) -> Result<Vec<(i64, Span, Day, i64)>, StoreError> {
    let mut statement = reader.conn().prepare_cached(
        "select basis, span, first_day, count(*) from rollups where dim = ?
         group by dim, basis, span, first_day",
    )?;
    let mut rows = statement.query([dim as i64])?;
    let mut counts = Vec::new();
    while let Some(row) = rows.next()? {
        let number: i64 = row.get(1)?;
        if let Some(span) = Span::ALL.into_iter().find(|span| *span as i64 == number) {
            counts.push((row.get(0)?, span, row.get(2)?, row.get(3)?));
        }
    }
    Ok(counts)
}
