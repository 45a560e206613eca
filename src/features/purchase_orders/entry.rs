//! An order as somebody types it. What is wrong is said at its field, and all of it at once.

use serde::Deserialize;

use crate::base::id::{LocationId, SupplierId};
use crate::base::{Currency, Day, Decimal};
use crate::domain::purchase::order::{OrderLine, PurchaseOrder, Stage};
use crate::domain::purchase::supplier::{SupplierPrice, pick};
use crate::web::form::Wrong;
use crate::web::words::{purchasing as told, say};

const NAME_CHARS_MAX: usize = 200;
const NOTE_CHARS_MAX: usize = 2_000;
const LINES_MAX: usize = 1_000;
const UNITS_MAX: i64 = 1_000_000_000;

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Entry {
    /// Empty for a new one.
    pub id: String,
    pub number: String,
    pub supplier: String,
    pub location: String,
    pub expected: String,
    pub note: String,
    pub lines: String,
}

/// What an entry is read against.
pub struct Known<'a> {
    /// The supplier's currency, and that of the order.
    pub currency: Currency,
    pub supplier: SupplierId,
    pub location: LocationId,
    pub prices: &'a [SupplierPrice],
    pub today: Day,
}

impl Entry {
    pub fn of(id: i64, order: &PurchaseOrder) -> Self {
        let line = |line: &OrderLine| {
            let pack = if line.pack > 1 { format!(", {}", line.pack) } else { String::new() };
            format!("{}, {}, {}{pack}", line.sku, line.quantity, line.unit_cost)
        };
        Self {
            id: id.to_string(),
            number: order.number.clone(),
            supplier: order.supplier.to_string(),
            location: order.location.to_string(),
            expected: order.expected.map(|day| day.to_string()).unwrap_or_default(),
            note: order.note.clone(),
            lines: order.lines.iter().map(line).collect::<Vec<_>>().join("\n"),
        }
    }

    /// # Errors
    /// What is wrong with it.
    pub fn read(&self, known: &Known<'_>) -> Result<PurchaseOrder, Wrong> {
        let mut wrong = Wrong::new();
        let number = self.number.trim();
        if number.is_empty() || number.chars().count() > NAME_CHARS_MAX {
            wrong.insert("number".to_owned(), told::NAME_WRONG.to_owned());
        }
        let expected = Some(self.expected.trim()).filter(|text| !text.is_empty());
        let expected = expected.map(Day::parse);
        if let Some(Err(_)) = expected {
            wrong.insert("expected".to_owned(), say::day_wrong(self.expected.trim()));
        }
        if self.note.trim().chars().count() > NOTE_CHARS_MAX {
            wrong.insert("note".to_owned(), told::NAME_WRONG.to_owned());
        }
        let lines = match self.read_lines(known) {
            Ok(lines) => lines,
            Err(what) => {
                wrong.insert("lines".to_owned(), what);
                Vec::new()
            }
        };
        if !wrong.is_empty() {
            return Err(wrong);
        }
        Ok(PurchaseOrder {
            number: number.to_owned(),
            supplier: known.supplier,
            currency: known.currency,
            location: known.location,
            stage: Stage::Draft,
            ordered: None,
            expected: expected.and_then(Result::ok),
            note: self.note.trim().to_owned(),
            lines,
        })
    }

    /// One line a row: product, units, and what the price list knows otherwise.
    fn read_lines(&self, known: &Known<'_>) -> Result<Vec<OrderLine>, String> {
        let mut lines: Vec<OrderLine> = Vec::new();
        let rows = self.lines.lines().map(str::trim).enumerate();
        for (index, row) in rows.filter(|(_, row)| !row.is_empty()) {
            if lines.len() == LINES_MAX {
                return Err(told::LINES_TOO_MANY.to_owned());
            }
            let number = (index + 1).to_string();
            let wrong = || told::line_wrong(&number);
            let (sku, quantity, cost, pack) = read_line(row).ok_or_else(wrong)?;
            if lines.iter().any(|other| other.sku == sku) {
                return Err(told::line_twice(&number, &sku));
            }
            let price = pick(known.prices, (&sku, quantity), known.today);
            let of_list = price.filter(|price| price.currency == known.currency);
            let unit_cost = cost.or_else(|| of_list.map(|price| price.unit_cost));
            let unpriced = || told::line_unpriced(&number, &sku);
            lines.push(OrderLine {
                quantity,
                unit_cost: unit_cost.ok_or_else(unpriced)?,
                pack: pack.or_else(|| price.map(|price| price.pack)).unwrap_or(1),
                code: price.map(|price| price.code.clone()).unwrap_or_default(),
                weight_grams: None,
                sku,
            });
        }
        if lines.is_empty() { Err(told::LINES_EMPTY.to_owned()) } else { Ok(lines) }
    }
}

type Line = (String, i64, Option<Decimal>, Option<i64>);

fn read_line(row: &str) -> Option<Line> {
    let cells: Vec<&str> = row.split([',', ';', '\t']).map(str::trim).collect();
    let whole = |text: &str| text.parse().ok().filter(|units| (1..=UNITS_MAX).contains(units));
    let cost = |text: &&str| Decimal::parse(text).ok().filter(|cost| !cost.is_negative());
    let given = |index: usize| cells.get(index).filter(|cell| !cell.is_empty());
    let (sku, units) = (cells.first()?, cells.get(1)?);
    if sku.is_empty() || sku.chars().count() > NAME_CHARS_MAX || cells.len() > 4 {
        return None;
    }
    let cost = match given(2) {
        Some(text) => Some(cost(text)?),
        None => None,
    };
    let pack = match given(3) {
        Some(text) => Some(whole(text)?),
        None => None,
    };
    Some(((*sku).to_owned(), whole(units)?, cost, pack))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &str) -> Result<PurchaseOrder, Wrong> {
        let price = |from_quantity, cost: &str| SupplierPrice {
            sku: "MUG".into(),
            code: "P-1".into(),
            unit_cost: Decimal::parse(cost).unwrap(),
            currency: Currency::EUR,
            moq: 50,
            pack: 12,
            from_quantity,
            valid_from: Day::parse("2026-01-01").unwrap(),
        };
        let known = Known {
            currency: Currency::EUR,
            supplier: SupplierId(1),
            location: LocationId(1),
            prices: &[price(1, "5"), price(100, "4.2")],
            today: Day::parse("2026-03-01").unwrap(),
        };
        let entry = Entry { number: " PO-1 ".into(), lines: lines.into(), ..Entry::default() };
        entry.read(&known)
    }

    #[test]
    fn what_is_not_typed_comes_of_the_price_list() {
        let order = read("MUG, 120\r\n\r\nBOX; 5; 0.50\nCUP, 7, , 6").unwrap_err();
        assert!(order["lines"].contains("Line 4"), "{order:?}");
        let order = read("MUG, 120\r\n\r\nBOX; 5; 0.50; 5").unwrap();
        let told: Vec<(&str, i64, String, i64, &str)> = order
            .lines
            .iter()
            .map(|one| {
                let cost = one.unit_cost.to_string();
                (one.sku.as_str(), one.quantity, cost, one.pack, one.code.as_str())
            })
            .collect();
        let expected = [("MUG", 120, "4.2".into(), 12, "P-1"), ("BOX", 5, "0.5".into(), 5, "")];
        assert_eq!(told, expected);
        assert_eq!(order.number, "PO-1");
        assert_eq!(Entry::of(1, &order).lines, "MUG, 120, 4.2, 12\nBOX, 5, 0.5, 5");
    }

    #[test]
    fn a_wrong_line_is_named() {
        for lines in ["", "MUG", "MUG, 0", "MUG, 1, -4", "MUG, 1, 4, 0", ", 1, 2", "A, 1, 2, 3, 4"]
        {
            let wrong = read(lines).unwrap_err();
            assert_eq!(wrong.keys().collect::<Vec<_>>(), ["lines"], "{lines}");
        }
        assert!(read("MUG, 1, 2\nMUG, 1, 3").unwrap_err()["lines"].contains("MUG stands twice"));
    }
}
