//! In which order the rows of a table stand: by any column, what has no value last either way.

use std::cmp::Ordering;

use crate::domain::table::{Cell, Row, Table, Value};
use crate::web::ask::{Dir, PageAsk};

/// The rows as the address sorts them; in the report's own order where it does not.
pub fn sort<'a>(table: &'a Table, ask: &PageAsk) -> Vec<&'a Row> {
    let mut rows: Vec<&Row> = table.rows.iter().collect();
    if table.is_turned {
        return rows;
    }
    let Some(sort) = &ask.sort else { return rows };
    let Some(index) = table.index(&sort.column) else { return rows };
    // Equal rows keep the report's own order, so that pages do not overlap.
    rows.sort_by(|a, b| compare(&a[index], &b[index], sort.dir));
    rows
}

fn compare(a: &Cell, b: &Cell, dir: Dir) -> Ordering {
    let turn = |ordering: Ordering| if dir == Dir::Up { ordering } else { ordering.reverse() };
    match (&a.value, &b.value) {
        (Value::None, Value::None) => Ordering::Equal,
        (Value::None, _) => Ordering::Greater,
        (_, Value::None) => Ordering::Less,
        (Value::Text(a), Value::Text(b)) => turn(a.to_lowercase().cmp(&b.to_lowercase())),
        (Value::Word(a), Value::Word(b)) => turn(a.cmp(b)),
        (Value::Day(a), Value::Day(b)) => turn(a.cmp(b)),
        (a, b) => turn(a.number().cmp(&b.number())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_value_stands_last_either_way() {
        let cells = [Cell::default(), Cell::money(1), Cell::money(3), Cell::money(2)];
        let order = |dir| {
            let mut cells = cells.to_vec();
            cells.sort_by(|a, b| compare(a, b, dir));
            cells.iter().map(|cell| cell.value.number()).collect::<Vec<_>>()
        };
        assert_eq!(order(Dir::Up), [1, 2, 3, 0]);
        assert_eq!(order(Dir::Down), [3, 2, 1, 0]);
    }
}
