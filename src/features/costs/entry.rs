//! A cost as somebody types it, read by the rules of the `costs` file (CONTRACT, "Import
//! formats"). What is wrong is said at its field, and all of it at once.

use serde::Deserialize;

use crate::base::{Currency, Day, Decimal};
use crate::domain::record::Cost;
use crate::web::ask::write_href;
use crate::web::words::{self, Word, say};

const SKU_CHARS_MAX: usize = 200;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Entry {
    pub sku: String,
    pub unit_cost: String,
    pub currency: String,
    pub valid_from: String,
    pub store: String,
    pub country: String,
    /// Why it is changed; no part of the cost.
    pub why: String,
    #[serde(rename = "do")]
    pub what: String,
    /// The entry whose effect was shown.
    pub seen: String,
}

/// What is wrong, by field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wrong {
    pub sku: Option<String>,
    pub unit_cost: Option<String>,
    pub currency: Option<String>,
    pub valid_from: Option<String>,
    pub store: Option<String>,
    pub country: Option<String>,
}

impl Entry {
    pub fn of(cost: &Cost) -> Self {
        Self {
            sku: cost.sku.clone(),
            unit_cost: cost.unit_cost.to_string(),
            currency: cost.currency.code().to_owned(),
            valid_from: cost.valid_from.to_string(),
            store: cost.store.clone().unwrap_or_default(),
            country: cost.country.clone().unwrap_or_default(),
            ..Self::default()
        }
    }

    /// The address that shows the effect of the entry.
    pub fn href(&self) -> String {
        let params = [
            ("sku", &self.sku),
            ("unit_cost", &self.unit_cost),
            ("currency", &self.currency),
            ("valid_from", &self.valid_from),
            ("store", &self.store),
            ("country", &self.country),
            ("why", &self.why),
        ];
        let params = params.map(|(name, value)| (name.to_owned(), value.clone())).into_iter();
        let params = params.chain([("do".to_owned(), "show".to_owned())]);
        write_href(super::PATH, params.filter(|(_, value)| !value.is_empty()))
    }

    /// Reads the entry; `stores` are those that there are.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(&self, stores: &[String]) -> Result<Cost, Box<Wrong>> {
        let mut wrong = Wrong::default();
        let sku = self.sku.trim();
        if sku.is_empty() || sku.chars().count() > SKU_CHARS_MAX {
            wrong.sku = Some(words::text(Word::CostSkuWrong).to_owned());
        }
        let unit_cost = keep(&mut wrong.unit_cost, read_cost(&self.unit_cost));
        let currency = Currency::parse(self.currency.trim());
        let currency = currency.map_err(|_| words::text(Word::CostCurrencyWrong).to_owned());
        let currency = keep(&mut wrong.currency, currency);
        let day = Day::parse(self.valid_from.trim());
        let day = day.map_err(|_| say::day_wrong(self.valid_from.trim()));
        let day = keep(&mut wrong.valid_from, day);
        let store = some(&self.store);
        if store.as_ref().is_some_and(|name| !stores.contains(name)) {
            wrong.store = Some(words::text(Word::CostStoreWrong).to_owned());
        }
        let country = keep(&mut wrong.country, read_country(&self.country));
        match (unit_cost, currency, day, country) {
            (Some(unit_cost), Some(currency), Some(valid_from), Some(country))
                if wrong == Wrong::default() =>
            {
                let sku = sku.to_owned();
                Ok(Cost { sku, valid_from, unit_cost, currency, store, country })
            }
            _ => Err(Box::new(wrong)),
        }
    }
}

fn keep<T>(place: &mut Option<String>, read: Result<T, String>) -> Option<T> {
    match read {
        Ok(value) => Some(value),
        Err(fault) => {
            *place = Some(fault);
            None
        }
    }
}

fn read_cost(text: &str) -> Result<Decimal, String> {
    let fault = |word| words::text(word).to_owned();
    let cost = Decimal::parse(text.trim()).map_err(|_| fault(Word::CostWrong))?;
    if cost.is_negative() { Err(fault(Word::CostNegative)) } else { Ok(cost) }
}

fn read_country(text: &str) -> Result<Option<String>, String> {
    let Some(text) = some(text) else { return Ok(None) };
    let is_code = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
    match is_code {
        true => Ok(Some(text.to_ascii_uppercase())),
        false => Err(words::text(Word::CostCountryWrong).to_owned()),
    }
}

fn some(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry {
        Entry {
            sku: " MUG-RED ".into(),
            unit_cost: "4.205".into(),
            currency: "EUR".into(),
            valid_from: "2026-01-01".into(),
            store: "Heron".into(),
            country: "de".into(),
            ..Entry::default()
        }
    }

    #[test]
    fn an_entry_is_read_as_a_row_of_the_file_would_be() {
        let cost = entry().read(&["Heron".to_owned()]).unwrap();
        assert_eq!((cost.sku.as_str(), cost.country.as_deref()), ("MUG-RED", Some("DE")));
        assert_eq!(cost.unit_cost.to_string(), "4.205");
        assert_eq!(Entry::of(&cost).read(&["Heron".to_owned()]), Ok(cost));
    }

    #[test]
    fn each_wrong_field_is_named_and_no_other() {
        let check = |change: &dyn Fn(&mut Entry), place: &dyn Fn(&Wrong) -> bool| {
            let mut wrong = entry();
            change(&mut wrong);
            let fault = wrong.read(&["Heron".to_owned()]).unwrap_err();
            assert!(place(&fault), "{fault:?}");
            let faults = [
                &fault.sku,
                &fault.unit_cost,
                &fault.currency,
                &fault.valid_from,
                &fault.store,
                &fault.country,
            ];
            assert_eq!(faults.iter().filter(|fault| fault.is_some()).count(), 1);
        };
        for cost in ["", "4,20", "-1", "1e3", "1234567890123", "0.1234567890123"] {
            let change = |entry: &mut Entry| entry.unit_cost = cost.to_owned();
            check(&change, &|wrong| wrong.unit_cost.is_some());
        }
        check(&|entry| entry.sku = " ".into(), &|wrong| wrong.sku.is_some());
        check(&|entry| entry.currency = "EURO".into(), &|wrong| wrong.currency.is_some());
        check(&|entry| entry.valid_from = "2026-02-30".into(), &|w| w.valid_from.is_some());
        check(&|entry| entry.store = "Nowhere".into(), &|wrong| wrong.store.is_some());
        check(&|entry| entry.country = "DEU".into(), &|wrong| wrong.country.is_some());
    }
}
