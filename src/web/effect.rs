//! What a change would do, as panels show it before anything is saved.

use std::collections::BTreeSet;
use std::fmt;

use crate::base::{Currency, Day, Money};
use crate::domain::report::MonthChange;
use crate::web::figure::{Better, Figure};
use crate::web::form::Field;
use crate::web::format::{self, Locale};
use crate::web::table::{Cell, Column, Row, RowKind, Table};
use crate::web::words::{self, Word, change as told};

/// Months that stand in rows of their own; those before them are one row.
const MONTHS_MAX: usize = 12;

/// A change inside a sentence or a column: coloured and signed, without a triangle.
pub fn change(money: Money, locale: Locale) -> Figure {
    Figure { arrow: None, ..Figure::change(money, Better::More, locale) }
}

/// The field of a reason, which every form of an edit has.
pub fn why(value: &str) -> Field {
    Field::text("why", told::WHY, value).with_help(told::WHY_HELP)
}

/// Before, after and the change of a row, after its name.
pub fn cells(name: &str, (before, after): (Money, Money), locale: Locale) -> Vec<Cell> {
    let moved = Money::new(after.minor - before.minor, after.currency);
    vec![
        Cell::text(name),
        Cell::figure(Figure::money(before, locale)),
        Cell::figure(Figure::money(after, locale)),
        Cell::figure(change(moved, locale)),
    ]
}

/// An empty table with the columns of `cells`.
pub fn table(id: &str, caption: &str, first: Word) -> Table {
    let mut table = Table::new(id, caption);
    table.dense = true;
    table.columns = vec![
        Column::words(words::text(first)),
        Column::figures(words::text(Word::CostBefore)),
        Column::figures(words::text(Word::CostAfter)),
        Column::figures(words::text(Word::CostChange)),
    ];
    table
}

/// Net profit by month before and after; the sum is over all months.
pub fn months(
    caption: impl fmt::Display,
    currency: Currency,
    months: &[MonthChange],
    (closed, locale): (&BTreeSet<Day>, Locale),
) -> Table {
    let mut table = table("effect-months", &caption.to_string(), Word::CostMonth);
    let (earlier, shown) = months.split_at(months.len().saturating_sub(MONTHS_MAX));
    let sum = |months: &[MonthChange]| {
        let before = months.iter().map(|month| month.before_minor).sum();
        let after = months.iter().map(|month| month.after_minor).sum();
        (Money::new(before, currency), Money::new(after, currency))
    };
    if !earlier.is_empty() {
        let name = words::text(Word::EffectEarlier);
        table.rows.push(Row::new(cells(name, sum(earlier), locale)));
    }
    for month in shown {
        let name = format::month(month.first, locale);
        let name = match closed.contains(&month.first) {
            true => told::closed_month(&name),
            false => name,
        };
        table.rows.push(Row::new(cells(&name, sum(std::slice::from_ref(month)), locale)));
    }
    let total = cells(words::text(Word::CostSum), sum(months), locale);
    table.rows.push(Row::of(RowKind::Total, total));
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn earlier_months_are_one_row_and_the_sum_is_over_all() {
        let first = Day::parse("2025-01-01").unwrap();
        let of = |n: i32| MonthChange {
            first: first.plus_months(n),
            before_minor: 100,
            after_minor: 90,
        };
        let list: Vec<MonthChange> = (0..15).map(of).collect();
        let closed = BTreeSet::from([first.plus_months(3)]);
        let table = months(told::MONTHS, Currency::EUR, &list, (&closed, Locale::En));
        let text = |row: &Row, cell: usize| match &row.cells[cell] {
            Cell::Words(words) => words.text.clone(),
            Cell::Figure(figure) => figure.text.clone(),
            other => panic!("{other:?}"),
        };
        assert_eq!(table.rows.len(), 1 + 12 + 1);
        assert_eq!(
            (text(&table.rows[0], 1), text(&table.rows[0], 3)),
            ("3.00".into(), "−0.30".into())
        );
        assert_eq!(text(&table.rows[1], 0), "April 2025, closed");
        assert_eq!(text(&table.rows[2], 0), "May 2025");
        assert_eq!(text(&table.rows[13], 3), "−1.50");
    }
}
