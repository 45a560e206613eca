//! An expense as somebody types it, read by the rules of the `expenses` file (CONTRACT, "Import
//! formats"). What is wrong is said at its field, and all of it at once.

use serde::Deserialize;

use crate::base::{Currency, Day, Money};
use crate::domain::record::{Every, Expense};
use crate::web::words::{self, Word, expense, say};

const NAME_CHARS_MAX: usize = 200;

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Entry {
    /// The row that is changed; empty for a new one.
    pub id: String,
    pub name: String,
    pub amount: String,
    pub currency: String,
    pub every: String,
    pub from: String,
    pub to: String,
    pub store: String,
    pub category: String,
    /// Why it is changed; no part of the expense.
    pub why: String,
    #[serde(rename = "do")]
    pub what: String,
    /// The entry whose effect was shown.
    pub seen: String,
}

/// What is wrong, by field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wrong {
    pub name: Option<String>,
    pub amount: Option<String>,
    pub currency: Option<String>,
    pub every: Option<String>,
    pub from: Option<String>,
    pub to: Option<String>,
    pub store: Option<String>,
    pub category: Option<String>,
}

impl Entry {
    pub fn of(expense: &Expense) -> Self {
        Self {
            name: expense.name.clone(),
            amount: expense.amount.to_decimal_text(),
            currency: expense.amount.currency.code().to_owned(),
            every: expense.every.name().to_owned(),
            from: expense.from.to_string(),
            to: expense.to.map(|day| day.to_string()).unwrap_or_default(),
            store: expense.store.clone().unwrap_or_default(),
            category: expense.category.clone().unwrap_or_default(),
            ..Self::default()
        }
    }

    /// Reads the entry; `stores` are those that there are.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(&self, stores: &[String]) -> Result<Expense, Box<Wrong>> {
        let mut wrong = Wrong::default();
        let text = |word| Some(words::text(word).to_owned());
        let is_long = |name: &str| name.chars().count() > NAME_CHARS_MAX;
        let name = self.name.trim();
        if name.is_empty() || is_long(name) {
            wrong.name = text(Word::ExpenseNameWrong);
        }
        if is_long(self.category.trim()) {
            wrong.category = text(Word::ExpenseNameWrong);
        }
        let currency = Currency::parse(self.currency.trim()).ok();
        if currency.is_none() {
            wrong.currency = text(Word::CostCurrencyWrong);
        }
        let amount = currency.and_then(|currency| {
            let amount = Money::parse(self.amount.trim(), currency);
            wrong.amount = amount.is_err().then(|| expense::amount_wrong(currency.digits()));
            amount.ok()
        });
        let every = Every::parse(&self.every);
        if every.is_none() {
            wrong.every = text(Word::ExpenseEveryWrong);
        }
        let from = Day::parse(self.from.trim()).ok();
        if from.is_none() {
            wrong.from = Some(say::day_wrong(self.from.trim()));
        }
        let to = some(&self.to).map(|day| Day::parse(&day));
        if let Some(Err(_)) = to {
            wrong.to = Some(say::day_wrong(self.to.trim()));
        }
        let to = to.and_then(Result::ok);
        if to.zip(from).is_some_and(|(to, from)| to < from) {
            wrong.to = text(Word::ExpenseToWrong);
        }
        let store = some(&self.store);
        if store.as_ref().is_some_and(|name| !stores.contains(name)) {
            wrong.store = text(Word::CostStoreWrong);
        }
        match (amount, every, from) {
            (Some(amount), Some(every), Some(from)) if wrong == Wrong::default() => {
                let (name, category) = (name.to_owned(), some(&self.category));
                Ok(Expense { name, amount, from, to, every, store, category })
            }
            _ => Err(Box::new(wrong)),
        }
    }

    /// Tells one entry from another.
    pub fn mark(&self) -> String {
        let Self { id, name, amount, currency, every, from, to, store, category, .. } = self;
        let parts = [id, name, amount, currency, every, from, to, store, category];
        parts.map(|part| part.trim()).join("|")
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
            name: " Rent ".into(),
            amount: "-310.5".into(),
            currency: "EUR".into(),
            every: "month".into(),
            from: "2026-01-31".into(),
            to: "2026-12-31".into(),
            store: "Heron".into(),
            category: "rooms".into(),
            ..Entry::default()
        }
    }

    #[test]
    fn an_entry_is_read_as_a_row_of_the_file_would_be() {
        let stores = ["Heron".to_owned()];
        let expense = entry().read(&stores).unwrap();
        assert_eq!((expense.name.as_str(), expense.amount.minor), ("Rent", -310_50));
        assert_eq!(Entry::of(&expense).read(&stores), Ok(expense));
        let open = Entry { to: " ".into(), store: "".into(), category: "".into(), ..entry() };
        let expense = open.read(&stores).unwrap();
        assert_eq!((expense.to, expense.store, expense.category), (None, None, None));
    }

    #[test]
    fn each_wrong_field_is_named_and_no_other() {
        let check = |change: &dyn Fn(&mut Entry), place: &dyn Fn(&Wrong) -> bool| {
            let mut wrong = entry();
            change(&mut wrong);
            let fault = wrong.read(&["Heron".to_owned()]).unwrap_err();
            assert!(place(&fault), "{fault:?}");
            let Wrong { name, amount, currency, every, from, to, store, category } = *fault;
            let faults = [name, amount, currency, every, from, to, store, category];
            assert_eq!(faults.iter().flatten().count(), 1);
        };
        for amount in ["", "4,20", "4.205", "1e3", "10000000000000000"] {
            check(&|entry| entry.amount = amount.to_owned(), &|wrong| wrong.amount.is_some());
        }
        check(&|entry| entry.name = " ".into(), &|wrong| wrong.name.is_some());
        check(&|entry| entry.name = "x".repeat(201), &|wrong| wrong.name.is_some());
        check(&|entry| entry.category = "x".repeat(201), &|wrong| wrong.category.is_some());
        check(&|entry| entry.currency = "EURO".into(), &|wrong| wrong.currency.is_some());
        check(&|entry| entry.every = "fortnight".into(), &|wrong| wrong.every.is_some());
        check(&|entry| entry.from = "2026-02-30".into(), &|wrong| wrong.from.is_some());
        check(&|entry| entry.to = "2026-01-30".into(), &|wrong| wrong.to.is_some());
        check(&|entry| entry.to = "soon".into(), &|wrong| wrong.to.is_some());
        check(&|entry| entry.store = "Nowhere".into(), &|wrong| wrong.store.is_some());
    }
}
