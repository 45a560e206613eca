//! Exchange rates per day.

use serde::{Deserialize, Serialize};

use crate::base::{Currency, Day, Decimal};

/// 1 `base` = `rate` `quote` on `day`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExchangeRate {
    pub day: Day,
    pub base: Currency,
    pub quote: Currency,
    pub rate: Decimal,
    /// `ecb` or `own`; for the same day an own rate beats the ECB's.
    pub source: RateSource,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RateSource {
    Ecb,
    Own,
}

impl RateSource {
    pub fn name(self) -> &'static str {
        match self {
            Self::Ecb => "ecb",
            Self::Own => "own",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        [Self::Ecb, Self::Own].into_iter().find(|source| source.name() == name)
    }
}
