//! The running expenses of the shop: once, or again and again from a day on.

use std::io::BufRead;

use super::table::{CellFault, Cells, Shape};
use crate::connectors::contract::{Emit, FileFormat, Head, Match, ReadCtx, Rows, Seen};
use crate::connectors::fault::FileFault;
use crate::domain::record::{Every, Expense, Record};

pub const EXPENSES: FileFormat = FileFormat {
    name: "expenses",
    label: "Expenses",
    needs_store: false,
    seen: Seen::InTheWild,
    rows: Rows::Table,
    recognises,
    read,
};

const SHAPE: Shape = Shape {
    required: &["name", "amount", "currency", "from"],
    optional: &["to", "every", "store", "category"],
    number: "amount",
    record,
};

fn recognises(head: &Head<'_>) -> Match {
    SHAPE.recognises(head)
}

fn read(source: &mut dyn BufRead, _ctx: &ReadCtx, emit: Emit<'_>) -> Result<(), FileFault> {
    SHAPE.read(source, emit)
}

fn record(cells: &Cells<'_>) -> Result<Record, CellFault> {
    let (from, to) = (cells.day("from")?, cells.find_day("to")?);
    if to.is_some_and(|to| to < from) {
        return Err(CellFault::new(
            "to",
            "The last day lies before the first; both days are inclusive.",
        ));
    }
    let every = match cells.find("every") {
        None => Every::Once,
        Some(text) => Every::parse(&text).ok_or_else(|| {
            let names = Every::ALL.map(Every::name).join(", ");
            CellFault::new("every", format!("This is none of {names}."))
        })?,
    };
    let currency = cells.currency("currency")?;
    Ok(Record::Expense(Expense {
        name: cells.text("name")?,
        amount: cells.money("amount", currency)?,
        from,
        to,
        every,
        store: cells.find("store"),
        category: cells.find("category"),
    }))
}
