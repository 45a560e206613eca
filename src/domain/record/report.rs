//! Totals that a platform's own report states, kept to be reconciled with ours.

use serde::{Deserialize, Serialize};

use crate::base::{Day, Money};

/// One figure of one report. Re-importing the same report replaces it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatedTotal {
    /// The report: `woocommerce report-sales`.
    pub report: String,
    pub from: Option<Day>,
    pub to: Option<Day>,
    /// The platform's own word for the figure: `total_sales`, `net_sales`, `total_tax`.
    pub name: String,
    pub amount: Money,
}
