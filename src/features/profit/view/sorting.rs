//! In which order the rows of a report stand. Figures sort as numbers, names by their letters;
//! what has no value stands last either way.

use std::cmp::Ordering;

use crate::domain::ask::Key;
use crate::domain::profit::component::{Step, ladder};
use crate::domain::report::{Report, ReportRow};
use crate::web::ask::{Dir, PageAsk, Sort};

pub const NAME: &str = "name";
pub const SKU: &str = "sku";
pub const UNITS: &str = "units";
pub const ORDERS: &str = "orders";
pub const MARGIN: &str = "net_margin";

/// The ask with the sorting that holds: days newest first, all else by profit.
pub fn ask(ask: &PageAsk, key: Key) -> PageAsk {
    let is_known = |sort: &Sort| column(&sort.column).is_some();
    let usual = match key {
        Key::Day | Key::Week | Key::Month => NAME,
        _ => "net_profit",
    };
    let sort = ask.sort.clone().filter(is_known);
    let sort = sort.unwrap_or_else(|| Sort { column: usual.to_owned(), dir: Dir::Down });
    PageAsk { sort: Some(sort), ..ask.clone() }
}

#[derive(Clone, Copy)]
enum Sorted {
    Name,
    Sku,
    Units,
    Orders,
    Margin,
    Step(Step),
}

fn column(name: &str) -> Option<Sorted> {
    match name {
        NAME => Some(Sorted::Name),
        SKU => Some(Sorted::Sku),
        UNITS => Some(Sorted::Units),
        ORDERS => Some(Sorted::Orders),
        MARGIN => Some(Sorted::Margin),
        other => ladder().into_iter().find(|step| step.name() == other).map(Sorted::Step),
    }
}

pub fn sort<'a>(report: &'a Report, ask: &PageAsk) -> Vec<&'a ReportRow> {
    let mut rows: Vec<&ReportRow> = report.rows.iter().collect();
    let Some(sort) = &ask.sort else { return rows };
    let Some(column) = column(&sort.column) else { return rows };
    // Equal rows keep the report's own order, so that pages do not overlap.
    match column {
        Sorted::Name => sort_by(&mut rows, sort.dir, name),
        Sorted::Sku => sort_by(&mut rows, sort.dir, sku),
        Sorted::Units => sort_by(&mut rows, sort.dir, |row| Some(row.figures.units)),
        Sorted::Orders => sort_by(&mut rows, sort.dir, |row| Some(row.figures.orders)),
        Sorted::Margin => sort_by(&mut rows, sort.dir, |row| row.figures.net_margin()),
        Sorted::Step(step) => sort_by(&mut rows, sort.dir, |row| Some(row.figures.step(step))),
    }
    rows
}

fn name(row: &ReportRow) -> Option<String> {
    row.title.clone().or(sku(row)).map(|name| name.to_lowercase())
}

fn sku(row: &ReportRow) -> Option<String> {
    row.keys.first().and_then(|(_, value)| value.clone())
}

fn sort_by<T: Ord>(rows: &mut [&ReportRow], dir: Dir, of: impl Fn(&ReportRow) -> Option<T>) {
    rows.sort_by_cached_key(|row| Keyed { value: of(row), dir });
}

struct Keyed<T> {
    value: Option<T>,
    dir: Dir,
}

impl<T: Ord> Ord for Keyed<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.value, &other.value) {
            (Some(mine), Some(theirs)) if self.dir == Dir::Up => mine.cmp(theirs),
            (Some(mine), Some(theirs)) => theirs.cmp(mine),
            (mine, theirs) => mine.is_none().cmp(&theirs.is_none()),
        }
    }
}

impl<T: Ord> PartialOrd for Keyed<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T: Ord> PartialEq for Keyed<T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<T: Ord> Eq for Keyed<T> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_value_stands_last_either_way() {
        let keyed = |value, dir| Keyed { value, dir };
        let order = |dir| {
            let mut values = [None, Some(1), Some(3), Some(2)];
            values.sort_by_key(|value| keyed(*value, dir));
            values
        };
        assert_eq!(order(Dir::Up), [Some(1), Some(2), Some(3), None]);
        assert_eq!(order(Dir::Down), [Some(3), Some(2), Some(1), None]);
    }

    #[test]
    fn every_step_of_the_ladder_can_be_sorted_by_and_nothing_else() {
        assert!(ladder().into_iter().all(|step| column(step.name()).is_some()));
        assert!(column("1; drop table orders").is_none());
    }
}
