//! A supplier as somebody types it. What is wrong is said at its field, and all of it at once.

use serde::Deserialize;

use crate::base::{Currency, Money};
use crate::domain::purchase::supplier::{Archived, Supplier};
use crate::web::form::Wrong;
use crate::web::words::{self, Word, purchasing as told};

const NAME_CHARS_MAX: usize = 200;
const NOTE_CHARS_MAX: usize = 2_000;
const LEAD_DAYS_MAX: i64 = 3_650;

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Entry {
    /// Empty for a new one.
    pub id: String,
    pub name: String,
    pub currency: String,
    pub terms: String,
    pub minimum: String,
    pub lead_days: String,
    pub note: String,
    pub archived: String,
}

impl Entry {
    pub fn of(id: i64, supplier: &Supplier) -> Self {
        let minimum = supplier.minimum_minor.map(|minor| Money::new(minor, supplier.currency));
        Self {
            id: id.to_string(),
            name: supplier.name.clone(),
            currency: supplier.currency.code().to_owned(),
            terms: supplier.terms.clone(),
            minimum: minimum.map(|money| money.to_decimal_text()).unwrap_or_default(),
            lead_days: supplier.lead_days.map(|days| days.to_string()).unwrap_or_default(),
            note: supplier.note.clone(),
            archived: if supplier.archived == Archived::Yes { "yes" } else { "" }.to_owned(),
        }
    }

    /// # Errors
    /// What is wrong with it.
    pub fn read(&self) -> Result<Supplier, Wrong> {
        let mut wrong = Wrong::new();
        let mut tell = |field: &str, what: &str| wrong.insert(field.to_owned(), what.to_owned());
        let name = self.name.trim();
        if name.is_empty() || name.chars().count() > NAME_CHARS_MAX {
            tell("name", told::NAME_WRONG);
        }
        for (field, text, most) in
            [("terms", &self.terms, NAME_CHARS_MAX), ("note", &self.note, NOTE_CHARS_MAX)]
        {
            if text.trim().chars().count() > most {
                tell(field, told::NAME_WRONG);
            }
        }
        let currency = Currency::parse(self.currency.trim()).unwrap_or(Currency::EUR);
        if Currency::parse(self.currency.trim()).is_err() {
            tell("currency", words::text(Word::CostCurrencyWrong));
        }
        let minimum = some(&self.minimum).map(|text| Money::parse(text, currency));
        let minimum_minor = match minimum {
            Some(Ok(money)) if money.minor >= 0 => Some(money.minor),
            Some(_) => {
                tell("minimum", told::AMOUNT_WRONG);
                None
            }
            None => None,
        };
        let days = some(&self.lead_days).map(|text| text.parse::<i64>());
        let lead_days = match days {
            Some(Ok(days)) if (0..=LEAD_DAYS_MAX).contains(&days) => Some(days),
            Some(_) => {
                tell("lead_days", told::DAYS_WRONG);
                None
            }
            None => None,
        };
        if !wrong.is_empty() {
            return Err(wrong);
        }
        Ok(Supplier {
            name: name.to_owned(),
            currency,
            terms: self.terms.trim().to_owned(),
            minimum_minor,
            lead_days,
            note: self.note.trim().to_owned(),
            archived: if self.archived == "yes" { Archived::Yes } else { Archived::No },
        })
    }
}

fn some(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_read_and_each_wrong_field_is_named() {
        let entry = Entry {
            name: " Potter ".into(),
            currency: "EUR".into(),
            minimum: "250".into(),
            lead_days: "14".into(),
            ..Entry::default()
        };
        let supplier = entry.read().unwrap();
        assert_eq!((supplier.name.as_str(), supplier.minimum_minor), ("Potter", Some(250_00)));
        assert_eq!(Entry::of(3, &supplier).read().unwrap(), supplier);
        let entry = Entry {
            currency: "Euro".into(),
            minimum: "-1".into(),
            lead_days: "soon".into(),
            ..Entry::default()
        };
        let wrong = entry.read().unwrap_err();
        let fields: Vec<&str> = wrong.keys().map(String::as_str).collect();
        assert_eq!(fields, ["currency", "lead_days", "minimum", "name"]);
    }
}
