//! The same sums out of the stored lines, a month at a time: to make them again, and to see
//! whether they are what they should be.

use std::collections::{BTreeMap, HashMap};

use rusqlite::params;

use super::{
    Cell, Counted, Deltas, Dim, MEASURES, Measures, Span, add_measures, insert_rows, read,
};
use crate::base::id::{OrderId, PlaceId};
use crate::base::{Day, DayRange};
use crate::store::places::{OrderPlace, list_places};
use crate::store::profit::{
    LINE_COLUMNS, LineKind, StoredLine, line_columns, line_from_row, list_lines,
};
use crate::store::{Reader, StoreError, Tx};

/// Rows by day.
pub type Rows = HashMap<Cell, Box<Measures>>;

/// Adds up the lines month by month, the newest first, because a refund moves what it gives back
/// only to days before it; hands over each month when nothing more can come to it.
///
/// # Errors
/// Those of `each`, `StoreError` of the database.
pub fn each_month<E: From<StoreError>>(
    reader: &Reader<'_>,
    each: &mut dyn FnMut(Day, Rows) -> Result<(), E>,
) -> Result<(), E> {
    let mut waiting: BTreeMap<Day, Rows> = BTreeMap::new();
    let places: HashMap<OrderPlace, PlaceId> =
        list_places(reader)?.into_iter().map(|(id, place)| (place, id)).collect();
    for month in list_months(reader)?.into_iter().rev() {
        let mut deltas = sum_month(reader, month, &places)?;
        for (cell, measures) in deltas.drain() {
            let rows = waiting.entry(cell.day.first_of_month()).or_default();
            let row = rows.entry(cell).or_insert_with(|| Box::new([0; MEASURES]));
            add_measures(row, &measures);
        }
        while let Some((newest, rows)) = waiting.pop_last() {
            if newest < month {
                waiting.insert(newest, rows);
                break;
            }
            each(newest, without_nothing(rows))?;
        }
    }
    while let Some((newest, rows)) = waiting.pop_last() {
        each(newest, without_nothing(rows))?;
    }
    Ok(())
}

fn without_nothing(mut rows: Rows) -> Rows {
    rows.retain(|_, measures| measures.iter().any(|measure| *measure != 0));
    rows
}

/// Months with lines, or with new customers, ascending.
fn list_months(reader: &Reader<'_>) -> Result<Vec<Day>, StoreError> {
    let mut statement = reader.conn().prepare(
        "select min(day), max(day) from (
            select min(event_day) as day from profit_lines
            union all select max(event_day) from profit_lines
            union all select min(order_day) from orders where new_customer_day is not null
            union all select max(order_day) from orders where new_customer_day is not null)",
    )?;
    let (first, last): (Option<Day>, Option<Day>) =
        statement.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let (Some(first), Some(last)) = (first, last) else { return Ok(Vec::new()) };
    let mut months = Vec::new();
    let mut month = first.first_of_month();
    while month <= last {
        months.push(month);
        month = month.plus_months(1);
    }
    Ok(months)
}

fn month_range(month: Day) -> DayRange {
    DayRange { from: month, to: Span::Month.end(month).plus(-1) }
}

/// The lines whose event lies in a month.
fn sum_month(
    reader: &Reader<'_>,
    month: Day,
    places: &HashMap<OrderPlace, PlaceId>,
) -> Result<Deltas, StoreError> {
    let range = month_range(month);
    let mut deltas = Deltas::default();
    let sql = format!(
        "select {}, country, channel, campaign, new_customer_day
         from profit_lines join orders on orders.id = order_id
         where event_day between ? and ?",
        line_columns()
    );
    let mut statement = reader.conn().prepare_cached(&sql)?;
    let mut rows = statement.query(params![range.from, range.to])?;
    let mut orders: HashMap<OrderId, (Vec<StoredLine>, PlaceId, bool)> = HashMap::new();
    while let Some(row) = rows.next()? {
        let line = line_from_row(row)?;
        let text = |index: usize| row.get::<_, Option<String>>(LINE_COLUMNS + index);
        let (country, channel, campaign) = (text(0)?, text(1)?, text(2)?);
        let place = OrderPlace::new(country.as_deref(), channel.as_deref(), campaign.as_deref());
        // One that no row counts yet is none of the known ones.
        let place = places.get(&place).copied().unwrap_or(PlaceId(-1));
        deltas.add_line(&line, place, 1);
        let new_customer_day: Option<Day> = row.get(LINE_COLUMNS + 3)?;
        let is_first = new_customer_day.is_some();
        orders.entry(line.order).or_insert_with(|| (Vec::new(), place, is_first)).0.push(line);
    }
    drop(rows);
    for (id, (mut lines, place, is_first)) in orders {
        deltas.add_order(&Counted { lines: &lines, place, is_first }, 1);
        if lines.iter().any(|line| line.kind != LineKind::Sale) {
            // What an order bears a mark for the first time may lie before this month.
            lines = list_lines(reader.conn(), id)?;
        }
        let order = Counted { lines: &lines, place, is_first };
        deltas.add_marks(&order, |day| range.contains(day), 1);
    }
    let mut statement = reader.conn().prepare_cached(
        "select new_customer_day, store_id, count(*) from orders
         where order_day between ? and ? and new_customer_day is not null group by 1, 2",
    )?;
    let mut rows = statement.query(params![range.from, range.to])?;
    while let Some(row) = rows.next()? {
        deltas.add_new_customer(row.get(0)?, row.get(1)?, row.get(2)?);
    }
    Ok(deltas)
}

/// Takes away the sums by product and place, and those by store where there are none yet; gives
/// the dimensions that are to be made again.
pub fn clear(tx: &Tx<'_>) -> Result<Vec<Dim>, StoreError> {
    super::mark_behind(tx)?;
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

/// The dimensions that are made again, and what the years have come to so far.
pub struct Rebuilding {
    dims: Vec<Dim>,
    years: BTreeMap<Day, Rows>,
    /// Those by store are read at any time, so they appear all at once, at the end.
    stores: Rows,
}

impl Rebuilding {
    pub fn new(dims: Vec<Dim>) -> Self {
        Self { dims, years: BTreeMap::new(), stores: Rows::new() }
    }

    /// Writes a month; months come once each.
    ///
    /// # Errors
    /// `StoreError` of the database.
    pub fn write_month(&mut self, tx: &Tx<'_>, mut rows: Rows) -> Result<(), StoreError> {
        rows.retain(|cell, _| self.dims.contains(&cell.dim));
        for (cell, measures) in sum_up(Span::Year, &rows) {
            let year = self.years.entry(cell.day).or_default();
            let row = year.entry(cell).or_insert_with(|| Box::new([0; MEASURES]));
            add_measures(row, &measures);
        }
        self.stores.extend(rows.extract_if(|cell, _| cell.dim == Dim::Store));
        insert_rows(tx, Span::Month, sum_up(Span::Month, &rows).into_iter())?;
        insert_rows(tx, Span::Day, rows.into_iter())
    }

    /// Writes the years and the stores, and says that the sums are those of the lines.
    ///
    /// # Errors
    /// `StoreError` of the database.
    pub fn finish(self, tx: &Tx<'_>) -> Result<(), StoreError> {
        insert_rows(tx, Span::Month, sum_up(Span::Month, &self.stores).into_iter())?;
        insert_rows(tx, Span::Day, self.stores.into_iter())?;
        for rows in self.years.into_values() {
            insert_rows(tx, Span::Year, without_nothing(rows).into_iter())?;
        }
        super::clear_behind(tx)
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
    let mut years: BTreeMap<Day, Rows> = BTreeMap::new();
    let mut months: Vec<Day> = Vec::new();
    each_month(reader, &mut |month, rows| -> Result<(), StoreError> {
        months.push(month);
        let of_month = sum_up(Span::Month, &rows);
        for (cell, measures) in sum_up(Span::Year, &rows) {
            let year = years.entry(cell.day).or_default();
            let row = year.entry(cell).or_insert_with(|| Box::new([0; MEASURES]));
            add_measures(row, &measures);
        }
        compare_rows(reader, (Span::Day, month_range(month)), rows, tell)?;
        compare_rows(reader, (Span::Month, DayRange { from: month, to: month }), of_month, tell)
    })?;
    let firsts: Vec<Day> = years.keys().copied().collect();
    for (first, rows) in years {
        let range = DayRange { from: first, to: first };
        compare_rows(reader, (Span::Year, range), without_nothing(rows), tell)?;
    }
    tell_strays(reader, (&months, &firsts), tell)
}

fn sum_up(span: Span, rows: &Rows) -> Rows {
    let mut sums = Rows::new();
    for (cell, measures) in rows {
        let whole = Cell { day: span.first(cell.day), ..*cell };
        add_measures(sums.entry(whole).or_insert_with(|| Box::new([0; MEASURES])), measures);
    }
    without_nothing(sums)
}

fn compare_rows(
    reader: &Reader<'_>,
    (span, range): (Span, DayRange),
    mut expected: Rows,
    tell: &mut dyn FnMut(Span, Dim, Day),
) -> Result<(), StoreError> {
    let mut wrong: BTreeMap<(Dim, Day), ()> = BTreeMap::new();
    for dim in [Dim::Store, Dim::Product, Dim::Place] {
        for basis in [0, 1] {
            read::visit_basis(reader, (dim, basis, span), range, &mut |row| {
                let cell = Cell { dim, basis, day: row.day, key: row.key, store: row.store };
                if expected.remove(&cell).as_deref() != Some(&row.measures) {
                    wrong.insert((dim, row.day), ());
                }
            })?;
        }
    }
    wrong.extend(expected.into_keys().map(|cell| ((cell.dim, cell.day), ())));
    for (dim, day) in wrong.into_keys() {
        tell(span, dim, day);
    }
    Ok(())
}

/// Rows of months and years of which no line is.
fn tell_strays(
    reader: &Reader<'_>,
    (months, years): (&[Day], &[Day]),
    tell: &mut dyn FnMut(Span, Dim, Day),
) -> Result<(), StoreError> {
    let mut statement =
        reader.conn().prepare("select distinct span, first_day, dim from rollups")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (span, day, dim): (i64, Day, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let Some(span) = Span::ALL.into_iter().find(|known| *known as i64 == span) else {
            continue;
        };
        let known = match span {
            Span::Day | Span::Month => months.contains(&day.first_of_month()),
            Span::Year => years.contains(&day),
        };
        let dims = [Dim::Store, Dim::Product, Dim::Place];
        if let Some(dim) = dims.into_iter().find(|known| *known as i64 == dim).filter(|_| !known) {
            tell(span, dim, day);
        }
    }
    Ok(())
}
