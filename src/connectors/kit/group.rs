//! Rows that make one record follow one another in a file and stand or fall together.
//!
//! What is kept of the file are two small numbers for each group, by which rows that were sorted
//! apart are told from rows that stand twice.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::sheet::{CellFault, Cells, Field, Kept};
use crate::connectors::contract::Refusal;

const APART: &str = "Other rows of it stand elsewhere in the file and were taken in without these. \
    Sort the file by this column, or export it again, and import it once more.";

/// The rows of one key, one behind the other.
pub struct Groups<R> {
    /// The column of the key.
    key_field: usize,
    key: String,
    open: Group<R>,
    /// By key, what its rows said.
    seen: HashMap<u64, u64>,
}

/// One record's rows.
pub struct Group<R> {
    /// The line on which it begins.
    pub line: u64,
    pub rows: Vec<R>,
    kept: Vec<Kept>,
    fault: Option<(u64, CellFault)>,
}

impl<R> Default for Group<R> {
    fn default() -> Self {
        Self { line: 0, rows: Vec::new(), kept: Vec::new(), fault: None }
    }
}

impl<R> Groups<R> {
    pub fn new(key_field: usize) -> Self {
        Self { key_field, key: String::new(), open: Group::default(), seen: HashMap::new() }
    }

    /// Takes a row in; hands out the group before it where it begins another.
    pub fn take(&mut self, cells: &Cells<'_>, row: Result<R, CellFault>) -> Option<Group<R>> {
        let key = cells.text(self.key_field);
        let closed = if *key == *self.key { None } else { self.close() };
        if self.open.kept.is_empty() {
            self.key.clear();
            self.key.push_str(&key);
            self.open.line = cells.line;
        }
        self.open.kept.push(cells.keep());
        match row {
            Ok(row) => self.open.rows.push(row),
            Err(fault) if self.open.fault.is_none() => {
                self.open.fault = Some((cells.line, fault));
            }
            Err(_) => {}
        }
        closed
    }

    /// The last group; `None` where there is none, or where its rows stood in the file before.
    pub fn close(&mut self) -> Option<Group<R>> {
        let mut group = std::mem::take(&mut self.open);
        if group.kept.is_empty() {
            return None;
        }
        let hash = |what: &dyn Fn(&mut DefaultHasher)| {
            let mut hasher = DefaultHasher::new();
            what(&mut hasher);
            hasher.finish()
        };
        let key = hash(&|hasher| self.key.hash(hasher));
        let said = hash(&|hasher| {
            for cell in group.kept.iter().flat_map(Kept::bytes) {
                cell.hash(hasher);
            }
        });
        match self.seen.insert(key, said) {
            Some(before) if before == said => return None,
            Some(_) if group.fault.is_none() => {
                group.fault = Some((group.line, CellFault::new(self.key_field, APART)));
            }
            _ => {}
        }
        Some(group)
    }
}

impl<R> Group<R> {
    /// The fault of a row, which is that of the whole group.
    pub fn take_fault(&mut self) -> Option<(u64, CellFault)> {
        self.fault.take()
    }

    /// The refusal of all rows, for a fault on one line.
    pub fn refuse(&self, (row, fault): (u64, CellFault), fields: &[Field]) -> Refusal {
        let raws: Vec<String> = self.kept.iter().map(Kept::raw).collect();
        Refusal {
            row,
            column: fields[fault.field].names[0].to_owned(),
            reason: fault.reason,
            raw: raws.join("\n"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sheet::Sheet;
    use super::*;

    static FIELDS: [Field; 2] = [Field::required(&["order"]), Field::required(&["count"])];

    /// For each group its rows, or why it is refused.
    fn groups(text: &str) -> Vec<Result<Vec<i64>, String>> {
        let mut source = text.as_bytes();
        let mut sheet = Sheet::open(&mut source, &FIELDS).unwrap();
        let mut groups = Groups::new(0);
        let mut closed = Vec::new();
        while let Some(cells) = sheet.next_row().unwrap() {
            let row = cells.count(1).map(Option::unwrap_or_default);
            closed.extend(groups.take(&cells, row));
        }
        closed.extend(groups.close());
        let told = closed.into_iter().map(|mut group| match group.take_fault() {
            None => Ok(group.rows),
            Some(fault) => {
                let refusal = group.refuse(fault, &FIELDS);
                let rows = refusal.raw.lines().count();
                Err(format!("{} {} of {rows}", refusal.row, refusal.column))
            }
        });
        told.collect()
    }

    #[test]
    fn rows_stand_or_fall_together() {
        let found = groups("order,count\na,1\na,2\nb,x\nb,3\nc,4\n");
        assert_eq!(found, [Ok(vec![1, 2]), Err("4 count of 2".into()), Ok(vec![4])]);
    }

    #[test]
    fn rows_apart_are_told_from_rows_that_stand_twice() {
        let found = groups("order,count\na,1\nb,2\na,1\nb,3\n");
        assert_eq!(found, [Ok(vec![1]), Ok(vec![2]), Err("5 order of 1".into())]);
    }
}
