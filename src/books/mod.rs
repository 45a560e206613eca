//! Floor 4: facts → profit lines → rollups. Works from facts alone; knows no channel.

pub mod ads_job;
pub mod layers_job;
pub mod profit_job;
pub mod verify;

use crate::domain::profit::convert::Overflow;
use crate::store::StoreError;

#[derive(Debug, thiserror::Error)]
pub enum BooksError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Overflow(#[from] Overflow),
    #[error("stopped before the books were done; they go on at the next start")]
    Stopped,
}
