//! Floor 4: facts → profit lines → rollups. Works from facts alone; knows no channel.

pub mod ads_job;
pub mod gather;
pub mod profit_job;
pub mod verify;

use crate::base::id::OrderId;
use crate::domain::profit::convert::Overflow;
use crate::store::StoreError;

#[derive(Debug, thiserror::Error)]
pub enum BooksError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the stored facts of order {order} cannot be read: {what}")]
    Facts { order: OrderId, what: String },
    #[error(transparent)]
    Overflow(#[from] Overflow),
    #[error("stopped before the books were done; they go on at the next start")]
    Stopped,
}
