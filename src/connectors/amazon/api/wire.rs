//! Values as the interface writes them: amounts as text or as numbers, which never pass through
//! a float, and texts that may be absent.

use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::base::{Currency, Instant, money};
use crate::connectors::contract::{Problem, UnknownKind};
use crate::connectors::kit::json;

/// A number or a text, as it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text(pub String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Value::deserialize(deserializer)? {
            Value::String(text) => Self(text),
            Value::Number(number) => Self(number.to_string()),
            Value::Bool(flag) => Self(flag.to_string()),
            _ => Self::default(),
        })
    }
}

/// An amount of the newer interfaces.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Amount {
    #[serde(alias = "currencyAmount", alias = "Amount", default)]
    pub amount: Text,
    #[serde(rename = "currencyCode", alias = "CurrencyCode", default)]
    pub currency: String,
}

impl Amount {
    /// # Errors
    /// A problem at `path`: no amount of that currency.
    pub fn minor(&self, currency: Currency, path: &str) -> Result<i64, Problem> {
        if self.currency != currency.code() {
            return Err(unread(path, format!("{:?} is another currency", self.currency)));
        }
        minor(&self.amount.0, currency).map_err(|what| unread(path, what))
    }

    /// # Errors
    /// A problem: no currency that we know.
    pub fn currency(&self) -> Result<Currency, Problem> {
        Currency::parse(&self.currency).map_err(|_| Problem::Unknown {
            kind: UnknownKind::Currency,
            name: self.currency.clone(),
        })
    }
}

/// Minor units; zeros beyond the currency's digits are none.
fn minor(text: &str, currency: Currency) -> Result<i64, String> {
    let text = text.trim();
    let digits = currency.digits() as usize;
    let short = match text.split_once('.') {
        Some((whole, fraction)) => {
            let kept = fraction.trim_end_matches('0');
            let kept = if kept.len() <= digits { kept } else { fraction };
            if kept.is_empty() { whole.to_owned() } else { format!("{whole}.{kept}") }
        }
        None => text.to_owned(),
    };
    money::parse_minor(&short, currency).map_err(|fault| fault.to_string())
}

pub fn unread(path: &str, what: impl Into<String>) -> Problem {
    Problem::Unread { path: path.to_owned(), what: what.into() }
}

/// An element of an answer.
///
/// # Errors
/// A problem that names the place.
pub fn read<'a, T: Deserialize<'a>>(raw: &'a RawValue) -> Result<T, Problem> {
    serde_json::from_str(raw.get()).map_err(|fault| {
        let found = json::explain(raw.get(), &fault);
        Problem::Unread { path: found.path, what: found.reason }
    })
}

/// An instant; `None` where there is none, or none that can be read.
pub fn instant(text: Option<&str>) -> Option<Instant> {
    Instant::parse(text?.trim()).ok()
}

/// `None` for an empty text.
pub fn some(text: Option<&String>) -> Option<String> {
    text.map(|text| text.trim()).filter(|text| !text.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_exact_whether_it_is_written_as_text_or_as_a_number() {
        let eur = Currency::EUR;
        for (text, expected) in [
            (r#"{"currencyAmount":89.8,"currencyCode":"EUR"}"#, Ok(89_80)),
            (r#"{"currencyAmount":-0.10,"currencyCode":"EUR"}"#, Ok(-10)),
            (r#"{"amount":"24.99","currencyCode":"EUR"}"#, Ok(24_99)),
            (r#"{"amount":"24.9900","currencyCode":"EUR"}"#, Ok(24_99)),
            (r#"{"amount":"24.00","currencyCode":"EUR"}"#, Ok(24_00)),
            (r#"{"amount":"24.999","currencyCode":"EUR"}"#, Err(())),
            (r#"{"amount":"","currencyCode":"EUR"}"#, Err(())),
            (r#"{"amount":"1","currencyCode":"USD"}"#, Err(())),
        ] {
            let amount: Amount = serde_json::from_str(text).unwrap();
            assert_eq!(amount.minor(eur, "x").map_err(|_| ()), expected, "{text}");
        }
    }
}
