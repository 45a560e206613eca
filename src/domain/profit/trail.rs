//! The explanation of an order: each component's parts, with quality, source or rule and the
//! arithmetic, so that a pocket calculator gets the same result (PROFIT, section 9).

use super::component::{Component, Quality};
use crate::base::{Currency, Day};

/// What one line bears of one component in one event and currency: the unit that is converted.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    pub component: Component,
    /// Index into `Booked::events`.
    pub event: usize,
    /// Index into the order's lines.
    pub line: usize,
    /// Minor units of `currency`.
    pub minor: i64,
    pub currency: Currency,
    /// Minor units of the reporting currency; `None` without a rate.
    pub converted_minor: Option<i64>,
    /// The day whose rate converts it.
    pub rate_day: Day,
    pub quality: Quality,
    /// The record that tells it.
    pub source: String,
    /// The rule that made it, where no record tells.
    pub rule: String,
    pub arithmetic: String,
}

/// What is said of one stated amount when a trail is wanted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Note {
    pub source: String,
    pub rule: String,
    pub arithmetic: String,
}

impl Note {
    pub fn source(source: impl Into<String>, arithmetic: impl Into<String>) -> Self {
        Self { source: source.into(), rule: String::new(), arithmetic: arithmetic.into() }
    }

    pub fn rule(rule: impl Into<String>, arithmetic: impl Into<String>) -> Self {
        Self { source: String::new(), rule: rule.into(), arithmetic: arithmetic.into() }
    }
}
