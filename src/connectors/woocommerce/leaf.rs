//! Amounts, units, days and lists of a REST object, and where in it one of them cannot be read.

use std::cell::Cell;

use serde_json::value::RawValue;

use super::wire::{self, Text};
use crate::base::money::MINOR_LIMIT;
use crate::base::{Currency, Decimal, Instant};
use crate::connectors::contract::ReadCtx;
use crate::connectors::kit::decode;

/// Why the element is refused, and where in it.
#[derive(Debug)]
pub struct Problem {
    pub path: String,
    pub reason: String,
}

impl Problem {
    pub fn new(path: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { path: path.into(), reason: reason.into() }
    }
}

/// Reads amounts in one currency and names the path of what is none.
pub struct Amounts {
    currency: Currency,
    /// The absolute sum of all amounts read: while it is small enough, no sum of some can overflow.
    seen: Cell<i64>,
}

/// All amounts of one order together, each of them possibly told several times over.
const SEEN_MAX: i64 = 100 * MINOR_LIMIT;

impl Amounts {
    pub fn new(currency: Currency) -> Self {
        Self { currency, seen: Cell::new(0) }
    }

    /// Also a negative one; an absent one is 0.
    ///
    /// # Errors
    /// A `Problem` at `path`.
    pub fn signed(&self, path: &str, text: &Text) -> Result<i64, Problem> {
        let Some(text) = text.get() else { return Ok(0) };
        let minor =
            decode::minor(text, self.currency).map_err(|reason| Problem::new(path, reason))?;
        self.seen.set(self.seen.get().saturating_add(minor.abs()));
        if self.seen.get() > SEEN_MAX {
            return Err(Problem::new(path, "the amounts add up to more than can be kept"));
        }
        Ok(minor)
    }
}

/// # Errors
/// A `Problem` at `path` where it is no list, or not of what belongs there.
pub fn read_list<'a, T: serde::Deserialize<'a>>(
    path: &str,
    raw: Option<&'a RawValue>,
) -> Result<Vec<T>, Problem> {
    wire::list(raw).map_err(|_| Problem::new(path, "it is not a list as WooCommerce writes it"))
}

/// An absent quantity is 0; `2.0` is 2.
///
/// # Errors
/// A `Problem` at `path`.
pub fn whole_units(path: &str, text: &Text) -> Result<i64, Problem> {
    let Some(text) = text.get() else { return Ok(0) };
    let whole = Decimal::parse(text).ok().and_then(|quantity| match quantity.parts() {
        (units, 1) => i64::try_from(units).ok(),
        _ => None,
    });
    whole.ok_or_else(|| {
        let shown: String = text.chars().take(40).collect();
        Problem::new(path, format!("{shown:?} is no quantity; quantities are whole units here"))
    })
}

/// A day of the API, which is in UTC without saying so.
pub fn parse_instant(text: &Text) -> Option<Instant> {
    let text = text.get()?;
    Instant::parse(&format!("{text}Z")).or_else(|_| Instant::parse(text)).ok()
}

/// The order's, else that of the import.
///
/// # Errors
/// A `Problem` where there is none, or no known one.
pub fn read_currency(text: &Text, ctx: &ReadCtx) -> Result<Currency, Problem> {
    match (text.get(), ctx.currency) {
        (Some(code), _) => Currency::parse(&code.to_ascii_uppercase())
            .map_err(|fault| Problem::new("currency", fault.to_string())),
        (None, Some(currency)) => Ok(currency),
        (None, None) => {
            let reason = "no currency is told; name it with the import (--currency EUR)";
            Err(Problem::new("currency", reason))
        }
    }
}
