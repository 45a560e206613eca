//! Floor 4: the one place where each figure is read. SELECT only; knows no face. Pages, JSON,
//! commands, tools and mails call the same functions.

pub mod ads;
pub mod costs;
pub mod expenses;
pub mod explain;
pub mod imported;
pub mod missing;
pub mod preview;
pub mod profit;
pub mod purchases;
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
