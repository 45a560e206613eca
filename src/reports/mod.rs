//! Floor 4: the one place where each figure is read. SELECT only; knows no face. Pages, JSON,
//! commands, tools and mails call the same functions.
//!
//! Reports that answer with a typed table (`domain/table.rs`) stand in the list of `catalogue.rs`,
//! a file each; `cells.rs` turns sums of profit lines into their cells. Where no rollup serves,
//! `bought.rs` hands out the lines with their buyers and hours.
//! The profit report (`profit.rs`) adds sums by key in `rows.rs` and puts beside them what no line
//! bears (`spread.rs`), of the kinds that its days hold (`present.rs`).
//! What settlements moved by our own records is gathered in `ledger.rs`: `payouts.rs` holds it
//! against each deposit, `reconcile/account.rs` against all that was paid out in a range of days.
//! What there is of each product is read in `stock/`, what it is worth in `valuation.rs`.
//! How the machinery itself stands is counted in `machine.rs`.

pub mod ads;
pub mod backups;
mod bought;
mod calendar;
pub mod catalogue;
mod cells;
mod channels;
mod cohorts;
pub mod costs;
mod countries;
mod customers;
mod days;
mod discounts;
pub mod drifts;
pub mod expenses;
pub mod explain;
mod fees;
pub mod goals;
mod grouped;
mod hours;
pub mod imported;
pub mod known;
mod ladder;
mod ledger;
mod lines;
pub mod listings;
pub mod machine;
pub mod missing;
pub mod months;
pub mod payouts;
mod pnl;
mod present;
pub mod preset;
pub mod preview;
mod products;
pub mod profit;
pub mod purchases;
pub mod purchasing;
pub mod pushed;
pub mod reconcile;
mod refunds;
mod replenish;
mod rows;
mod spread;
pub mod stock;
pub mod transfers;
pub mod valuation;
pub mod whatif;

use crate::domain::profit::convert::Overflow;
use crate::store::StoreError;

#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Overflow(#[from] Overflow),
    /// There is no store and no currency yet, hence nothing to report.
    #[error("There is nothing to report yet: import the first orders.")]
    Nothing,
    #[error("{0}")]
    Asked(String),
}

impl From<rusqlite::Error> for ReportError {
    fn from(fault: rusqlite::Error) -> Self {
        Self::Store(fault.into())
    }
}
