//! A table as heads and lines, the way every face but JSON prints it: rows as they are, or turned
//! so that each stands in a column of its own; what no row bears and the total at the end.

use crate::base::Currency;
use crate::base::money::decimal_text;
use crate::domain::profit::component::Quality;
use crate::domain::profit::ratio::Ratio;
use crate::domain::table::{Cell, Column, Kind, Row, Table, Value, Weight};

/// Columns of files that say how sure the others are, by the names of those.
const DOUBTS: [&str; 3] = ["estimated", "missing", "at_most"];
/// The head over the names of what stood in columns.
pub const ITEM: &str = "item";

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Head {
    /// A column of the table.
    Column(Column),
    /// The name of the total, of a row beside it, or of a column of doubts.
    Name(&'static str),
    /// A row that stands in a column.
    Row(Kind, Cell),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Plain,
    Unallocated,
    Subtotal,
    Total,
    After,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub role: Role,
    pub cells: Vec<(Kind, Cell)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grid {
    pub heads: Vec<Head>,
    pub lines: Vec<Line>,
}

impl Grid {
    /// With the rows that are given, in their order. A file has every column, and beside them
    /// what says how sure the others are.
    pub fn new(table: &Table, rows: &[&Row], in_file: bool) -> Self {
        let shown: Vec<usize> =
            (0..table.columns.len()).filter(|index| is_shown(table, *index, in_file)).collect();
        let maker = Maker { table, shown, in_file };
        let grid = maker.grid(rows);
        if table.is_turned { turned(grid) } else { grid }
    }
}

/// A page has no column of which nothing is known, and none that is for files.
pub fn is_shown(table: &Table, index: usize, in_file: bool) -> bool {
    let column = &table.columns[index];
    let is_empty = |row: &Row| row.get(index).is_none_or(|cell| cell.value == Value::None);
    let is_left_out = column.is_optional && table.rows.iter().all(is_empty);
    !is_left_out && (in_file || !column.is_for_files)
}

struct Maker<'a> {
    table: &'a Table,
    shown: Vec<usize>,
    in_file: bool,
}

impl Maker<'_> {
    fn grid(&self, rows: &[&Row]) -> Grid {
        let table = self.table;
        let columns = self.shown.iter().map(|index| Head::Column(table.columns[*index]));
        let mut heads: Vec<Head> = columns.collect();
        if self.in_file {
            heads.extend(DOUBTS.map(Head::Name));
        }
        let plain = |row: &&Row| self.line(Role::Plain, row, None, None);
        let mut lines: Vec<Line> = rows.iter().map(plain).collect();
        if let Some(row) = &table.unallocated {
            lines.push(self.line(Role::Unallocated, row, Some("unallocated"), None));
        }
        if let Some(row) = &table.total {
            lines.push(self.line(Role::Total, row, Some("total"), None));
        }
        for beside in &table.beside {
            lines.push(self.line(Role::After, &beside.cells, Some(beside.name), beside.kind));
        }
        Grid { heads, lines }
    }

    fn line(&self, role: Role, row: &Row, name: Option<&'static str>, kind: Option<Kind>) -> Line {
        let cell = |index: &usize| {
            let column = &self.table.columns[*index];
            let kind = kind.filter(|_| column.kind.is_figure()).unwrap_or(column.kind);
            (kind, row.get(*index).cloned().unwrap_or_default())
        };
        let mut cells: Vec<(Kind, Cell)> = self.shown.iter().map(cell).collect();
        if let (Some(name), Some(first)) = (name, cells.first_mut()) {
            *first = (Kind::Word, Cell::word(name));
        }
        if self.in_file {
            cells.extend(self.doubts_of(row));
        }
        Line { role, cells }
    }

    fn doubts_of(&self, row: &Row) -> Vec<(Kind, Cell)> {
        let named = |wanted: &dyn Fn(&Cell) -> bool| {
            let columns = self.table.columns.iter().zip(row);
            let names = columns.filter(|(_, cell)| wanted(cell)).map(|(column, _)| column.name);
            (Kind::Name, Cell::text(names.collect::<Vec<_>>().join(" ")))
        };
        vec![
            named(&|cell| cell.quality == Quality::Estimated),
            named(&|cell| cell.quality == Quality::Missing),
            named(&|cell| cell.is_at_most),
        ]
    }
}

/// Each line becomes a column, each column but the first a line.
fn turned(grid: Grid) -> Grid {
    let mut heads = vec![Head::Name(ITEM)];
    for line in &grid.lines {
        heads.push(match line.cells.first() {
            Some((_, Cell { value: Value::Word(name), .. })) => Head::Name(name),
            Some((kind, cell)) => Head::Row(*kind, cell.clone()),
            None => Head::Name(ITEM),
        });
    }
    let lines = grid.heads.iter().enumerate().skip(1).map(|(index, head)| {
        let (name, weight) = match head {
            Head::Column(column) => (column.name, column.weight),
            Head::Name(name) => (*name, Weight::After),
            Head::Row(..) => (ITEM, Weight::Plain),
        };
        let mut cells = vec![(Kind::Word, Cell::word(name))];
        cells.extend(grid.lines.iter().map(|line| line.cells[index].clone()));
        let role = match weight {
            Weight::Plain => Role::Plain,
            Weight::Subtotal => Role::Subtotal,
            Weight::Total => Role::Total,
            Weight::After => Role::After,
        };
        Line { role, cells }
    });
    let lines = lines.collect();
    Grid { heads, lines }
}

/// A cell as files have it: exact, by machine names, empty where nothing is known.
pub fn plain(kind: Kind, cell: &Cell, currency: Currency) -> String {
    match &cell.value {
        Value::None => String::new(),
        Value::Text(text) => text.clone(),
        Value::Word(word) => (*word).to_owned(),
        Value::Day(day) => match kind {
            Kind::Time(grain) => grain.text(*day),
            _ => day.to_string(),
        },
        Value::Count(count) => count.to_string(),
        Value::Money(minor) => decimal_text(*minor, currency.digits()),
        Value::Ratio(ratio) => Ratio::to_decimal_text(*ratio),
    }
}

/// Heads and lines as text, for CSV and the terminal.
pub fn texts(grid: &Grid, currency: Currency) -> (Vec<String>, Vec<Vec<String>>) {
    let head = |head: &Head| match head {
        Head::Column(column) => column.name.to_owned(),
        Head::Name(name) => (*name).to_owned(),
        Head::Row(kind, cell) => plain(*kind, cell, currency),
    };
    let line =
        |line: &Line| line.cells.iter().map(|(kind, cell)| plain(*kind, cell, currency)).collect();
    (grid.heads.iter().map(head).collect(), grid.lines.iter().map(line).collect())
}
