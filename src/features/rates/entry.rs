//! A rate as somebody types it, read by the rules of the `fx` file (CONTRACT, "Import formats").

use serde::Deserialize;

use crate::base::{Currency, Day, Decimal};
use crate::domain::record::ExchangeRate;
use crate::domain::record::rate::RateSource;
use crate::web::ask::write_href;
use crate::web::words::{self, Word, change as told, say};

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Entry {
    pub base: String,
    pub quote: String,
    pub day: String,
    pub rate: String,
    /// The day of the own rate that is changed; empty for a new one.
    pub was: String,
    pub why: String,
    #[serde(rename = "do")]
    pub what: String,
    /// The entry whose effect was shown.
    pub seen: String,
}

/// What is wrong, by field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wrong {
    pub base: Option<String>,
    pub quote: Option<String>,
    pub day: Option<String>,
    pub rate: Option<String>,
}

impl Entry {
    pub fn of(rate: &ExchangeRate) -> Self {
        Self {
            base: rate.base.code().to_owned(),
            quote: rate.quote.code().to_owned(),
            day: rate.day.to_string(),
            rate: rate.rate.to_string(),
            was: rate.day.to_string(),
            ..Self::default()
        }
    }

    /// # Errors
    /// What is wrong with it.
    pub fn read(&self) -> Result<ExchangeRate, Box<Wrong>> {
        let mut wrong = Wrong::default();
        let currency = |text: &str, place: &mut Option<String>| {
            let read = Currency::parse(text.trim());
            if read.is_err() {
                *place = Some(words::text(Word::CostCurrencyWrong).to_owned());
            }
            read.ok()
        };
        let base = currency(&self.base, &mut wrong.base);
        let quote = currency(&self.quote, &mut wrong.quote);
        if base.is_some() && base == quote {
            wrong.quote = Some(told::RATE_SAME.to_owned());
        }
        let day = Day::parse(self.day.trim()).ok();
        if day.is_none() {
            wrong.day = Some(say::day_wrong(self.day.trim()));
        }
        let rate = Decimal::parse(self.rate.trim()).ok().filter(|rate| rate.is_positive());
        if rate.is_none() {
            wrong.rate = Some(told::RATE_WRONG.to_owned());
        }
        match (base, quote, day, rate) {
            (Some(base), Some(quote), Some(day), Some(rate)) if wrong == Wrong::default() => {
                Ok(ExchangeRate { day, base, quote, rate, source: RateSource::Own })
            }
            _ => Err(Box::new(wrong)),
        }
    }

    /// The own rate that the entry is about, by its key; its rate is not looked at.
    pub fn key(&self) -> Option<ExchangeRate> {
        Some(ExchangeRate {
            day: Day::parse(self.was.trim()).ok()?,
            base: Currency::parse(self.base.trim()).ok()?,
            quote: Currency::parse(self.quote.trim()).ok()?,
            rate: Decimal::ZERO,
            source: RateSource::Own,
        })
    }

    /// Tells one entry from another.
    pub fn mark(&self) -> String {
        let Self { base, quote, day, rate, was, .. } = self;
        [base, quote, day, rate, was].map(|part| part.trim()).join("|")
    }

    /// The address that shows its effect.
    pub fn href(&self) -> String {
        let params = [
            ("base", &self.base),
            ("quote", &self.quote),
            ("day", &self.day),
            ("rate", &self.rate),
            ("was", &self.was),
            ("why", &self.why),
        ];
        let params = params.map(|(name, value)| (name.to_owned(), value.clone())).into_iter();
        let params = params.chain([("do".to_owned(), "show".to_owned())]);
        write_href(super::PATH, params.filter(|(_, value)| !value.is_empty()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry {
        Entry {
            base: "EUR".into(),
            quote: "USD".into(),
            day: "2026-01-02".into(),
            rate: "1.0842".into(),
            ..Entry::default()
        }
    }

    #[test]
    fn each_wrong_field_is_named_and_no_other() {
        assert_eq!(entry().read().unwrap().rate.to_string(), "1.0842");
        let check = |change: &dyn Fn(&mut Entry), place: &dyn Fn(&Wrong) -> bool| {
            let mut wrong = entry();
            change(&mut wrong);
            let fault = wrong.read().unwrap_err();
            assert!(place(&fault), "{fault:?}");
            let faults = [&fault.base, &fault.quote, &fault.day, &fault.rate];
            assert_eq!(faults.iter().filter(|fault| fault.is_some()).count(), 1, "{fault:?}");
        };
        for rate in ["", "0", "-1", "1,1", "1e3"] {
            check(&|entry| entry.rate = rate.to_owned(), &|wrong| wrong.rate.is_some());
        }
        check(&|entry| entry.quote = "EUR".into(), &|wrong| wrong.quote.is_some());
        check(&|entry| entry.base = "EURO".into(), &|wrong| wrong.base.is_some());
        check(&|entry| entry.day = "2026-02-30".into(), &|wrong| wrong.day.is_some());
    }
}
