//! Rows of a range, of as few spans as it can be put together from.

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::params;

use super::{AdsBorne, Dim, MEASURES, Measures, Span, bases, figures_of, packed};
use crate::base::id::StoreId;
use crate::base::{Day, DayRange};
use crate::domain::ask::Basis;
use crate::domain::profit::figures::Figures;
use crate::store::{Reader, StoreError};

/// A range of so many days is read day by day.
const SHORT_DAYS: i32 = 62;

/// One row: a store, or a product or place in it, over a span.
#[derive(Clone, Debug)]
pub struct Row {
    pub span: Span,
    /// The span's first day.
    pub day: Day,
    pub key: i64,
    pub store: StoreId,
    pub measures: Measures,
}

impl Row {
    pub fn figures(&self, ads: AdsBorne) -> Figures {
        figures_of(&self.measures, ads)
    }
}

/// What is asked of the rollups.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    pub dim: Dim,
    pub basis: Basis,
    pub range: DayRange,
    /// The longest span that may be told as one.
    pub longest: Span,
}

/// Hands over the rows, each of one span; those of one span come by day.
///
/// # Errors
/// Those of `each`, `StoreError` of the database.
pub fn visit(
    reader: &Reader<'_>,
    wanted: &Wanted,
    each: &mut dyn FnMut(Row),
) -> Result<(), StoreError> {
    for (span, range) in find_spans(reader, wanted)? {
        visit_span(reader, (wanted.dim, wanted.basis, span), range, each)?;
    }
    Ok(())
}

/// Where a row stands that is added up.
#[derive(Clone, Copy, Debug)]
pub struct Spot {
    /// The span's first day.
    pub day: Day,
    pub key: i64,
    pub store: StoreId,
}

/// Adds every row of a range to what `find` names for its spot; what it names nothing for is left
/// out. The rows of a basis are sums, too, so none of them is put together first.
///
/// # Errors
/// `StoreError` of the database.
pub fn add_up(
    reader: &Reader<'_>,
    wanted: &Wanted,
    find: &mut dyn FnMut(Spot) -> Option<usize>,
    sums: &mut Vec<Measures>,
) -> Result<(), StoreError> {
    for (span, range) in find_spans(reader, wanted)? {
        for basis in bases(wanted.basis) {
            let mut statement = reader.conn().prepare_cached(ROWS)?;
            let asked = params![wanted.dim as i64, basis, span as i64, range.from, range.to];
            let mut rows = statement.query(asked)?;
            while let Some(row) = rows.next()? {
                let spot = Spot { day: row.get(0)?, key: row.get(1)?, store: row.get(2)? };
                let Some(index) = find(spot) else { continue };
                if sums.len() <= index {
                    sums.resize(index + 1, [0; MEASURES]);
                }
                packed::add(
                    row.get_ref(3)?.as_blob().map_err(rusqlite::Error::from)?,
                    &mut sums[index],
                )?;
            }
        }
    }
    Ok(())
}

fn visit_span(
    reader: &Reader<'_>,
    (dim, basis, span): (Dim, Basis, Span),
    range: DayRange,
    each: &mut dyn FnMut(Row),
) -> Result<(), StoreError> {
    // The few rows that turn the basis, which are added to those of the events.
    let mut moved: HashMap<(Day, i64, StoreId), Measures> = HashMap::new();
    for other in bases(basis).iter().skip(1) {
        visit_basis(reader, (dim, *other, span), range, &mut |row| {
            moved.insert((row.day, row.key, row.store), row.measures);
        })?;
    }
    visit_basis(reader, (dim, 0, span), range, &mut |mut row| {
        if let Some(more) = moved.remove(&(row.day, row.key, row.store)) {
            super::add_measures(&mut row.measures, &more);
        }
        each(row);
    })?;
    let mut rest: Vec<_> = moved.into_iter().collect();
    rest.sort_unstable_by_key(|(key, _)| *key);
    for ((day, key, store), measures) in rest {
        each(Row { span, day, key, store, measures });
    }
    Ok(())
}

const ROWS: &str = "select first_day, key, store_id, measures from rollups
    where dim = ? and basis = ? and span = ? and first_day between ? and ?
    order by first_day, key, store_id";

/// Rows of a dimension, basis and span as they stand.
///
/// # Errors
/// As `visit`.
pub fn visit_basis(
    reader: &Reader<'_>,
    (dim, basis, span): (Dim, i64, Span),
    range: DayRange,
    each: &mut dyn FnMut(Row),
) -> Result<(), StoreError> {
    let mut statement = reader.conn().prepare_cached(ROWS)?;
    let mut rows =
        statement.query(params![dim as i64, basis, span as i64, range.from, range.to])?;
    while let Some(row) = rows.next()? {
        let bytes = row.get_ref(3)?.as_blob().map_err(rusqlite::Error::from)?;
        each(Row {
            span,
            day: row.get(0)?,
            key: row.get(1)?,
            store: row.get(2)?,
            measures: packed::unpack(bytes)?,
        });
    }
    Ok(())
}

/// Rows by store of a range, for a report that shows each day or longer spans.
pub enum StoreRows {
    /// Those of all days, and which of them lie in the range.
    Kept(Arc<Vec<Row>>, std::ops::Range<usize>),
    Read(Vec<Row>),
}

impl StoreRows {
    pub fn as_slice(&self) -> &[Row] {
        match self {
            Self::Kept(rows, range) => &rows[range.clone()],
            Self::Read(rows) => rows,
        }
    }
}

/// The rows by store of a range: those that readers keep, or as few as it can be put together from.
///
/// # Errors
/// As `visit`.
pub fn list_stores(reader: &Reader<'_>, wanted: &Wanted) -> Result<StoreRows, StoreError> {
    let is_by_day = wanted.longest == Span::Day || wanted.range.days() <= SHORT_DAYS;
    if is_by_day && let Some(rows) = reader.store_days(wanted.basis)? {
        let from = rows.partition_point(|row| row.day < wanted.range.from);
        let to = rows.partition_point(|row| row.day <= wanted.range.to);
        return Ok(StoreRows::Kept(rows, from..to));
    }
    let mut rows = Vec::new();
    visit(reader, wanted, &mut |row| rows.push(row))?;
    Ok(StoreRows::Read(rows))
}

/// All rows by store and day, by day.
///
/// # Errors
/// As `visit`.
pub fn list_store_days(reader: &Reader<'_>, basis: Basis) -> Result<Vec<Row>, StoreError> {
    let range = DayRange { from: Day(i32::MIN), to: Day(i32::MAX) };
    let mut rows = Vec::new();
    visit_span(reader, (Dim::Store, basis, Span::Day), range, &mut |row| rows.push(row))?;
    rows.sort_by_key(|row| (row.day, row.store));
    Ok(rows)
}

/// How many rows `list_store_days` gives, about.
///
/// # Errors
/// As `visit`.
pub fn count_store_days(reader: &Reader<'_>) -> Result<i64, StoreError> {
    let mut statement = reader
        .conn()
        .prepare_cached("select count(*) from rollups where dim = 0 and basis = 0 and span = 0")?;
    Ok(statement.query_row([], |row| row.get(0))?)
}

/// The last day, by event, on which anything was sold or given back.
///
/// # Errors
/// `StoreError` of the database.
pub fn find_last_day(
    reader: &Reader<'_>,
    up_to: Day,
    store: Option<StoreId>,
) -> Result<Option<Day>, StoreError> {
    use rusqlite::OptionalExtension;
    Ok(reader
        .conn()
        .prepare_cached(
            "select first_day from rollups
             where dim = 0 and basis = 0 and span = 0 and first_day <= ?1
                and (?2 is null or store_id = ?2)
             order by first_day desc limit 1",
        )?
        .query_row(params![up_to, store], |row| row.get(0))
        .optional()?)
}

/// The pieces of which the range is put together.
fn find_spans(reader: &Reader<'_>, wanted: &Wanted) -> Result<Vec<(Span, DayRange)>, StoreError> {
    let range = match wanted.longest {
        Span::Year => widen(wanted.range, find_bounds(reader, wanted.basis)?),
        Span::Day | Span::Month => wanted.range,
    };
    Ok(list_spans(range, wanted.longest))
}

/// The first and the last day of which there is any row.
fn find_bounds(reader: &Reader<'_>, basis: Basis) -> Result<Option<DayRange>, StoreError> {
    let mut statement = reader.conn().prepare_cached(
        "select (select min(first_day) from rollups where dim = 0 and basis = ?1 and span = 0),
            (select max(first_day) from rollups where dim = 0 and basis = ?1 and span = 0)",
    )?;
    let mut whole: Option<DayRange> = None;
    for basis in bases(basis) {
        let found: (Option<Day>, Option<Day>) =
            statement.query_row([basis], |row| Ok((row.get(0)?, row.get(1)?)))?;
        if let (Some(from), Some(to)) = found {
            let known = whole.unwrap_or(DayRange { from, to });
            whole = Some(DayRange { from: known.from.min(from), to: known.to.max(to) });
        }
    }
    Ok(whole)
}

/// Where nothing lies before the range, or behind it, it may as well begin or end with a year.
fn widen(range: DayRange, bounds: Option<DayRange>) -> DayRange {
    let Some(bounds) = bounds else { return range };
    let (mut from, mut to) = (range.from, range.to);
    if from <= bounds.from {
        from = Span::Year.first(bounds.from);
    }
    if to >= bounds.to {
        to = Span::Year.end(Span::Year.first(bounds.to)).plus(-1);
    }
    // A range that lies beside all rows stays as it is.
    if from <= to { DayRange { from, to } } else { range }
}

/// Cuts a range into years, months and days, none longer than allowed; neighbours of one kind
/// are one piece.
pub fn list_spans(range: DayRange, longest: Span) -> Vec<(Span, DayRange)> {
    let mut pieces: Vec<(Span, DayRange)> = Vec::new();
    let mut day = range.from;
    while day <= range.to {
        let fits = |span: &Span| {
            *span <= longest && span.first(day) == day && span.end(day).plus(-1) <= range.to
        };
        let span = Span::ALL.into_iter().rev().find(fits).unwrap_or(Span::Day);
        match pieces.last_mut() {
            Some((last, piece)) if *last == span => piece.to = day,
            _ => pieces.push((span, DayRange { from: day, to: day })),
        }
        day = span.end(day);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(from: &str, to: &str, longest: Span) -> Vec<String> {
        let day = |text: &str| Day::parse(text).unwrap();
        let pieces = list_spans(DayRange { from: day(from), to: day(to) }, longest);
        let show =
            |(span, piece): (Span, DayRange)| format!("{span:?} {}..{}", piece.from, piece.to);
        pieces.into_iter().map(show).collect()
    }

    #[test]
    fn a_range_with_nothing_beside_it_is_one_of_whole_years() {
        let range = |from: &str, to: &str| DayRange {
            from: Day::parse(from).unwrap(),
            to: Day::parse(to).unwrap(),
        };
        let bounds = Some(range("2024-11-03", "2026-10-31"));
        let check = |from, to, wide: DayRange| assert_eq!(widen(range(from, to), bounds), wide);
        check("2024-11-01", "2026-10-31", range("2024-01-01", "2026-12-31"));
        check("2020-05-01", "2030-01-01", range("2024-01-01", "2026-12-31"));
        check("2025-03-04", "2026-11-20", range("2025-03-04", "2026-12-31"));
        check("2024-11-03", "2025-02-01", range("2024-01-01", "2025-02-01"));
        check("2024-11-04", "2026-10-30", range("2024-11-04", "2026-10-30"));
        check("2020-01-01", "2020-12-31", range("2020-01-01", "2020-12-31"));
        check("2030-01-01", "2030-12-31", range("2030-01-01", "2030-12-31"));
        assert_eq!(
            widen(range("2025-01-01", "2025-01-02"), None),
            range("2025-01-01", "2025-01-02")
        );
    }

    #[test]
    fn a_range_is_cut_into_the_longest_spans_that_fit() {
        let whole = ["Year 2024-01-01..2025-01-01"];
        assert_eq!(pieces("2024-01-01", "2025-12-31", Span::Year), whole);
        let mixed = [
            "Day 2023-11-29..2023-11-30",
            "Month 2023-12-01..2023-12-01",
            "Year 2024-01-01..2024-01-01",
            "Month 2025-01-01..2025-02-01",
            "Day 2025-03-01..2025-03-01",
        ];
        assert_eq!(pieces("2023-11-29", "2025-03-01", Span::Year), mixed);
        let months = ["Month 2024-01-01..2024-12-01", "Day 2025-01-01..2025-01-02"];
        assert_eq!(pieces("2024-01-01", "2025-01-02", Span::Month), months);
        assert_eq!(pieces("2024-01-01", "2024-12-31", Span::Day), ["Day 2024-01-01..2024-12-31"]);
        assert_eq!(pieces("2024-02-29", "2024-02-29", Span::Year), ["Day 2024-02-29..2024-02-29"]);
    }
}
