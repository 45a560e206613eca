//! A receipt or a bill as somebody types it, read by the rules of their files (CONTRACT, "Import
//! formats"). What is wrong is said at its field, and all of it at once.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::base::{Currency, Day, Decimal, Money};
use crate::domain::record::{LandedCost, LandedKind, Purchase, PurchaseChange, SplitBy};
use crate::web::words::{self, Word, expense, purchase as told, say};

const NAME_CHARS_MAX: usize = 200;
const LINES_MAX: usize = 1_000;
const UNITS_MAX: i64 = 1_000_000_000;

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Entry {
    /// `receipt`, `bill`, `delete`, `unland`.
    pub act: String,
    pub reference: String,
    pub received: String,
    pub supplier: String,
    pub currency: String,
    pub lines: String,
    pub kind: String,
    pub amount: String,
    pub by: String,
    pub day: String,
    pub bill: String,
    /// The bill that is removed.
    pub id: String,
    /// Why it is changed; no part of it.
    pub why: String,
    #[serde(rename = "do")]
    pub what: String,
    /// The entry whose effect was shown.
    pub seen: String,
}

/// What is wrong, by field.
pub type Wrong = BTreeMap<&'static str, String>;

impl Entry {
    /// # Errors
    /// What is wrong with it.
    pub fn read(&self) -> Result<PurchaseChange, Wrong> {
        let mut wrong = Wrong::new();
        let reference = self.reference.trim().to_owned();
        let is_long = |name: &str| name.chars().count() > NAME_CHARS_MAX;
        if reference.is_empty() || is_long(&reference) {
            wrong.insert("reference", words::text(Word::ExpenseNameWrong).to_owned());
        }
        let currency = Currency::parse(self.currency.trim()).unwrap_or(Currency::EUR);
        if Currency::parse(self.currency.trim()).is_err() {
            wrong.insert("currency", words::text(Word::CostCurrencyWrong).to_owned());
        }
        let mut change = PurchaseChange::default();
        if self.act == "bill" {
            change.landed.extend(self.read_bill(reference, currency, &mut wrong));
        } else {
            if is_long(self.supplier.trim()) {
                wrong.insert("supplier", words::text(Word::ExpenseNameWrong).to_owned());
            }
            change.put = self.read_lines(&reference, currency, &mut wrong);
        }
        if wrong.is_empty() { Ok(change) } else { Err(wrong) }
    }

    fn read_bill(
        &self,
        reference: String,
        currency: Currency,
        wrong: &mut Wrong,
    ) -> Option<LandedCost> {
        let amount = Money::parse(self.amount.trim(), currency).ok();
        if amount.is_none() {
            wrong.insert("amount", expense::amount_wrong(currency.digits()));
        }
        let day = some(&self.day).map(|text| Day::parse(&text));
        if let Some(Err(_)) = day {
            wrong.insert("day", say::day_wrong(self.day.trim()));
        }
        let (kind, by) = (LandedKind::parse(&self.kind), SplitBy::parse(&self.by));
        let choose = || words::text(Word::PurchaseKindWrong).to_owned();
        if kind.is_none() {
            wrong.insert("kind", choose());
        }
        if by.is_none() {
            wrong.insert("by", choose());
        }
        if self.bill.trim().chars().count() > NAME_CHARS_MAX {
            wrong.insert("bill", words::text(Word::ExpenseNameWrong).to_owned());
        }
        let (day, bill) = (day.and_then(Result::ok), some(&self.bill));
        Some(LandedCost { reference, kind: kind?, amount: amount?, by: by?, day, bill })
    }

    /// One line a row: SKU, units, unit cost, and grams of one unit.
    fn read_lines(&self, reference: &str, currency: Currency, wrong: &mut Wrong) -> Vec<Purchase> {
        let received = Day::parse(self.received.trim()).ok();
        if received.is_none() {
            wrong.insert("received", say::day_wrong(self.received.trim()));
        }
        let received = received.unwrap_or(Day(0));
        let mut list: Vec<Purchase> = Vec::new();
        let rows = self.lines.lines().map(str::trim).enumerate();
        for (index, row) in rows.filter(|(_, row)| !row.is_empty()).take(LINES_MAX) {
            let number = (index + 1).to_string();
            let Some((sku, quantity, unit_cost, weight_grams)) = read_line(row) else {
                wrong.insert("lines", told::line_wrong(&number));
                break;
            };
            if list.iter().any(|other| other.sku == sku) {
                wrong.insert("lines", told::line_twice(&number, &sku));
                break;
            }
            list.push(Purchase {
                reference: reference.to_owned(),
                received,
                sku,
                line: None,
                quantity,
                unit_cost,
                currency,
                supplier: some(&self.supplier),
                weight_grams,
            });
        }
        if list.is_empty() {
            wrong.entry("lines").or_insert_with(told::lines_empty);
        }
        list
    }

    /// Tells one entry from another.
    pub fn mark(&self) -> String {
        let Self { act, reference, received, supplier, currency, lines, .. } = self;
        let Self { kind, amount, by, day, bill, .. } = self;
        let parts =
            [act, reference, received, supplier, currency, lines, kind, amount, by, day, bill];
        // A browser sends line ends of its own.
        parts.map(|part| part.trim().replace("\r\n", "\n").replace('\n', ";")).join("|")
    }
}

fn read_line(row: &str) -> Option<(String, i64, Decimal, Option<i64>)> {
    let cells: Vec<&str> = row.split([',', ';', '\t']).map(str::trim).collect();
    let (first, grams) = match cells.as_slice() {
        [sku, units, cost] => ([sku, units, cost], None),
        [sku, units, cost, grams] => ([sku, units, cost], Some(*grams)),
        _ => return None,
    };
    let [sku, units, cost] = first;
    let quantity = units.parse().ok().filter(|units| (1..=UNITS_MAX).contains(units))?;
    let unit_cost = Decimal::parse(cost).ok().filter(|cost| !cost.is_negative())?;
    let grams = match grams.filter(|grams| !grams.is_empty()) {
        None => None,
        Some(grams) => Some(grams.parse().ok().filter(|grams| (0..=UNITS_MAX).contains(grams))?),
    };
    (!sku.is_empty() && sku.chars().count() <= NAME_CHARS_MAX)
        .then(|| ((*sku).to_owned(), quantity, unit_cost, grams))
}

fn some(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn receipt(lines: &str) -> Entry {
        Entry {
            act: "receipt".into(),
            reference: " PO-7 ".into(),
            received: "2026-03-01".into(),
            currency: "EUR".into(),
            lines: lines.into(),
            ..Entry::default()
        }
    }

    #[test]
    fn lines_are_read_one_a_row() {
        let change = receipt("MUG, 100, 4.205\r\n\r\nBOX; 5; 0; 350").read().unwrap();
        let told: Vec<(&str, i64, String, Option<i64>)> = change
            .put
            .iter()
            .map(|one| {
                (one.sku.as_str(), one.quantity, one.unit_cost.to_string(), one.weight_grams)
            })
            .collect();
        let expected =
            [("MUG", 100, "4.205".to_owned(), None), ("BOX", 5, "0".to_owned(), Some(350))];
        assert_eq!(told, expected);
        assert_eq!(change.put[0].reference, "PO-7");
    }

    #[test]
    fn each_wrong_field_is_named() {
        let check = |entry: Entry, fields: &[&str]| {
            let wrong = entry.read().unwrap_err();
            assert_eq!(wrong.keys().copied().collect::<Vec<_>>(), fields);
        };
        for lines in ["", "MUG, 100", "MUG, 0, 4", "MUG, 1, -4", "MUG, 1, 4,20, 5", ", 1, 2"] {
            check(receipt(lines), &["lines"]);
        }
        check(receipt("MUG, 1, 2\nMUG, 1, 3"), &["lines"]);
        check(Entry { received: "1.3.2026".into(), ..receipt("A, 1, 2") }, &["received"]);
        check(Entry { reference: "".into(), ..receipt("A, 1, 2") }, &["reference"]);
        let bill = Entry {
            act: "bill".into(),
            amount: "12,50".into(),
            kind: "tip".into(),
            by: "size".into(),
            day: "x".into(),
            ..receipt("")
        };
        check(bill, &["amount", "by", "day", "kind"]);
    }
}
