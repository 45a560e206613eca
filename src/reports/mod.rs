//! Floor 4: the one place where each figure is read. SELECT only; knows no face. Pages, JSON,
//! commands, tools and mails call the same functions.
//!
//! What settlements moved by our own records is gathered in `ledger.rs`: `payouts.rs` holds it
//! against each deposit, `reconcile/account.rs` against all that was paid out in a range of days.

pub mod ads;
pub mod costs;
pub mod expenses;
pub mod explain;
pub mod imported;
mod ledger;
pub mod missing;
pub mod payouts;
pub mod preview;
pub mod profit;
pub mod reconcile;
mod rows;
mod spread;

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
