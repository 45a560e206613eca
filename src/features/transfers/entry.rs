//! A transfer as somebody types it. What is wrong is said at its field, and all of it at once.

use serde::Deserialize;

use crate::base::id::LocationId;
use crate::domain::transfer::{Transfer, TransferLine};
use crate::sync::transfers::Typed;
use crate::web::form::Wrong;
use crate::web::words::{purchasing, transfer as told};

const NAME_CHARS_MAX: usize = 200;
const LINES_MAX: usize = 1_000;
const UNITS_MAX: i64 = 1_000_000_000;

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Entry {
    /// Empty for a new one.
    pub id: String,
    pub number: String,
    pub from: String,
    pub to: String,
    pub reference: String,
    pub note: String,
    pub lines: String,
}

impl Entry {
    pub fn of(id: i64, transfer: &Transfer) -> Self {
        let line = |line: &TransferLine| match line.lot.as_str() {
            "" => format!("{}, {}", line.sku, line.quantity),
            lot => format!("{}, {}, {lot}", line.sku, line.quantity),
        };
        Self {
            id: id.to_string(),
            number: transfer.number.clone(),
            from: transfer.from.to_string(),
            to: transfer.to.to_string(),
            reference: transfer.reference.clone(),
            note: transfer.note.clone(),
            lines: transfer.lines.iter().map(line).collect::<Vec<_>>().join("\n"),
        }
    }

    /// `is_known` tells the SKUs that there are.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(&self, is_known: &dyn Fn(&str) -> bool) -> Result<Typed, Wrong> {
        let mut wrong = Wrong::new();
        let texts =
            [("number", &self.number), ("reference", &self.reference), ("note", &self.note)];
        for (field, text) in texts {
            let is_short = text.trim().chars().count() <= NAME_CHARS_MAX;
            if !is_short || field == "number" && text.trim().is_empty() {
                wrong.insert(field.to_owned(), purchasing::NAME_WRONG.to_owned());
            }
        }
        let place = |text: &str| text.trim().parse().ok().map(LocationId);
        let (from, to) = (place(&self.from), place(&self.to));
        if from.is_none() || to.is_none() || from == to {
            wrong.insert("to".to_owned(), told::PLACES_WRONG.to_owned());
        }
        let lines = match self.read_lines(is_known) {
            Ok(lines) => lines,
            Err(what) => {
                wrong.insert("lines".to_owned(), what);
                Vec::new()
            }
        };
        match (from, to) {
            (Some(from), Some(to)) if wrong.is_empty() => Ok(Typed {
                number: self.number.trim().to_owned(),
                from,
                to,
                reference: self.reference.trim().to_owned(),
                note: self.note.trim().to_owned(),
                lines,
            }),
            _ => Err(wrong),
        }
    }

    fn read_lines(&self, is_known: &dyn Fn(&str) -> bool) -> Result<Vec<TransferLine>, String> {
        let mut lines: Vec<TransferLine> = Vec::new();
        let rows = self.lines.lines().map(str::trim).enumerate();
        for (index, row) in rows.filter(|(_, row)| !row.is_empty()) {
            if lines.len() == LINES_MAX {
                return Err(told::LINES_TOO_MANY.to_owned());
            }
            let number = (index + 1).to_string();
            let line = read_line(row).ok_or_else(|| told::line_wrong(&number))?;
            if !is_known(&line.sku) {
                return Err(told::unknown_sku(&number, &line.sku));
            }
            if lines.iter().any(|other| (&other.sku, &other.lot) == (&line.sku, &line.lot)) {
                return Err(told::line_twice(&number, &line.sku));
            }
            lines.push(line);
        }
        if lines.is_empty() { Err(told::LINES_EMPTY.to_owned()) } else { Ok(lines) }
    }
}

fn read_line(row: &str) -> Option<TransferLine> {
    let cells: Vec<&str> = row.split([',', ';', '\t']).map(str::trim).collect();
    let (sku, units, lot) = match cells.as_slice() {
        [sku, units] => (sku, units, ""),
        [sku, units, lot] => (sku, units, *lot),
        _ => return None,
    };
    let quantity = units.parse().ok().filter(|units| (1..=UNITS_MAX).contains(units))?;
    let is_named = !sku.is_empty() && sku.chars().count() <= NAME_CHARS_MAX;
    is_named.then(|| TransferLine { sku: (*sku).to_owned(), lot: lot.to_owned(), quantity })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(lines: &str) -> Entry {
        Entry {
            number: "T-1".into(),
            from: "1".into(),
            to: "2".into(),
            lines: lines.into(),
            ..Entry::default()
        }
    }

    #[test]
    fn lines_are_read_with_their_lots_and_each_wrong_field_is_named() {
        let known = |sku: &str| sku != "JUG";
        let typed = entry("MUG, 10\r\nMUG; 5; L1\n").read(&known).unwrap();
        let told: Vec<(&str, i64, &str)> = typed
            .lines
            .iter()
            .map(|line| (line.sku.as_str(), line.quantity, line.lot.as_str()))
            .collect();
        assert_eq!(told, [("MUG", 10, ""), ("MUG", 5, "L1")]);
        for lines in ["", "MUG", "MUG, 0", "MUG, x", "JUG, 1", "MUG, 1\nMUG, 2"] {
            let wrong = entry(lines).read(&known).unwrap_err();
            assert_eq!(wrong.keys().collect::<Vec<_>>(), ["lines"], "{lines}");
        }
        let same = Entry { to: "1".into(), number: String::new(), ..entry("MUG, 1") };
        let wrong = same.read(&known).unwrap_err();
        assert_eq!(wrong.keys().collect::<Vec<_>>(), ["number", "to"]);
    }
}
