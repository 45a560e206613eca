//! `replenish`: what to order, and why: what sells a day, on days on which there was something to
//! sell; for how long that has to last until more can come, and after; less what there is and what
//! is on its way.

use super::catalogue::{Choice, Obeys, Question, Span, Spec};
use super::stock::pace::{self, Pace};
use super::stock::{Stocked, list};
use super::{ReportError, cells};
use crate::base::DayRange;
use crate::domain::ask::Basis;
use crate::domain::table::{Cell, Column, Headline, Kind, Row, Table, TableAsk, To, Value};
use crate::store::{Reader, organisation};

pub const SPEC: Spec = Spec {
    name: "replenish",
    question: Question::Stock,
    choices: &[Choice { name: "show", values: &["to_order", "all"] }],
    obeys: Obeys::NOW,
    usual: Span::Days30,
    columns,
    run,
};

fn columns() -> Vec<Column> {
    vec![
        Column::key("product", Kind::Name),
        Column::new("title", Kind::Name),
        Column::new("available", Kind::Count),
        Column::new("incoming", Kind::Count),
        Column::new("velocity", Kind::Times),
        Column::new("days_of_cover", Kind::Count).kept(),
        Column::new("lead_days", Kind::Count),
        Column::new("cover_days", Kind::Count),
        Column::new("to_order", Kind::Count).adding().kept(),
    ]
}

/// Units to order: what sells until the next delivery and for as long as that shall last, less
/// what can be sold and what is on its way; rounded up. Nothing while it lasts until more comes.
pub fn propose(one: &Stocked) -> i64 {
    let Some(pace) = one.pace.filter(|pace| pace.sold > 0 && pace.days > 0) else { return 0 };
    let there = i128::from(one.available) + i128::from(one.incoming);
    let of_days = |days: i64| {
        let units = i128::from(pace.sold) * i128::from(days);
        (units + i128::from(pace.days) - 1) / i128::from(pace.days)
    };
    if there > of_days(one.lead_days) {
        return 0;
    }
    let wanted = of_days(one.lead_days + one.cover_days) - there;
    i64::try_from(wanted).unwrap_or(i64::MAX).max(0)
}

fn run(reader: &Reader<'_>, ask: &TableAsk) -> Result<Table, ReportError> {
    let stocked = list(reader, &pace::list(reader, ask.today)?)?;
    let columns = columns();
    // It is of this moment, whatever days were named.
    let to = ask.ask.to.unwrap_or(ask.today);
    let range = DayRange { from: ask.ask.from.unwrap_or(to).min(to), to };
    let currency = organisation::find(reader.conn())?.currency;
    let Some(currency) = currency else { return Err(ReportError::Nothing) };
    let mut table = Table::new(currency, range, Basis::default());
    let (mut units, mut products) = (0_i64, 0);
    let shows_all = ask.choice("show") == "all";
    for one in stocked.iter().filter(|one| !one.is_archived) {
        let proposed = propose(one);
        if proposed == 0 && !shows_all {
            continue;
        }
        units = units.saturating_add(proposed);
        products += i64::from(proposed > 0);
        table.rows.push(row(&columns, one, proposed));
    }
    // What runs out first stands first.
    let cover = columns.iter().position(|column| column.name == "days_of_cover").unwrap_or(0);
    table.rows.sort_by_key(|row| match row[cover].value {
        Value::Count(days) => days,
        _ => i64::MAX,
    });
    let mut total: Row = columns.iter().map(|_| Cell::default()).collect();
    cells::put(&columns, &mut total, "to_order", Cell::count(units));
    table.total = Some(total);
    let headline = |name, count| Headline { name, kind: Kind::Count, cell: Cell::count(count) };
    table.headlines = vec![headline("products_to_order", products), headline("to_order", units)];
    table.columns = columns;
    Ok(table)
}

fn row(columns: &[Column], one: &Stocked, proposed: i64) -> Row {
    let is_guess = one.pace.is_some_and(Pace::is_guess);
    let guessed = |cell: Cell| if is_guess { cell.estimated() } else { cell };
    let mut row: Row = columns.iter().map(|_| Cell::default()).collect();
    let mut put = |name, cell| cells::put(columns, &mut row, name, cell);
    put("product", Cell::text(one.sku.clone()).to(To::Variant(one.sku.clone())));
    put("title", Cell::of(Value::text(one.title.clone())));
    put("available", Cell::count(one.available));
    put("incoming", Cell::count(one.incoming));
    put("velocity", guessed(Cell::ratio(one.pace.and_then(Pace::ratio))));
    if let Some(cover) = one.cover() {
        put("days_of_cover", guessed(Cell::count(cover)));
    }
    put("lead_days", Cell::count(one.lead_days));
    put("cover_days", Cell::count(one.cover_days));
    put("to_order", guessed(Cell::count(proposed)));
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(available: i64, incoming: i64, sold: i64) -> Stocked {
        Stocked {
            available,
            incoming,
            pace: Some(Pace { sold, days: 28 }),
            lead_days: 10,
            cover_days: 30,
            ..Stocked::default()
        }
    }

    #[test]
    fn a_proposal_lasts_until_more_can_come_and_for_as_long_as_was_set() {
        // 42 in 28 days are 1.5 a day: 40 days take 60, of which 10 are there and 5 come.
        assert_eq!(propose(&of(10, 5, 42)), 45);
        // The lead time takes 15: with 16 there is no hurry, with 15 there is.
        assert_eq!(propose(&of(16, 0, 42)), 0);
        assert_eq!(propose(&of(15, 0, 42)), 45);
        // 43 in 28 days: 40 days take 61.4, so 62; what is owed already is added.
        assert_eq!(propose(&of(-2, 0, 43)), 64);
        assert_eq!(propose(&of(0, 0, 0)), 0, "nothing sells");
        assert_eq!(propose(&Stocked { pace: None, ..of(0, 0, 5) }), 0, "not known");
    }
}
