//! What a handler may reach. Made once in `app/build.rs`, shared by all workers.

use std::sync::Arc;
use std::time::Duration;

use crate::base::{Clock, Secret};
use crate::store::behalf::{self, Behalf};
use crate::store::password::Passwords;
use crate::store::vault::VaultState;
use crate::store::{Db, Lane, Reader, StoreError, Tx};
use crate::web::error::AppError;
use crate::web::flash::Flashes;
use crate::web::host::Hosts;
use crate::web::known::Builds;

/// How long a page may read.
pub const PAGE_READ_MAX: Duration = Duration::from_secs(5);

pub struct State {
    pub db: Db,
    pub vault: Arc<VaultState>,
    pub passwords: Passwords,
    pub clock: Clock,
    pub hosts: Hosts,
    /// How browsers reach us.
    pub door: Door,
    /// `/` or `/purser/`: with a slash at both ends.
    pub base_path: String,
    pub instance_id: String,
    /// What the next page tells of what was just done.
    pub flashes: Flashes,
    /// Copies of the books as they were known.
    pub known: Builds,
    /// Opens `/control/...` to commands of this machine; stands in the lock file.
    pub control_token: Secret,
}

/// The way by which browsers reach us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// Plain, on this very machine.
    Loopback,
    /// Over TLS, on this very machine.
    Closed,
    /// Over TLS, from the network.
    Network,
}

impl Door {
    pub fn is_closed(self) -> bool {
        self != Self::Loopback
    }

    pub fn scheme(self) -> &'static str {
        if self.is_closed() { "https" } else { "http" }
    }
}

impl State {
    /// A path of ours as a browser asks for it; `path` begins with a slash.
    pub fn url(&self, path: &str) -> String {
        format!("{}{}", self.base_path.trim_end_matches('/'), path)
    }
}

/// The handle that handlers take: `state: Shared`.
pub type Shared = actix_web::web::Data<State>;

/// Reads off the workers' threads, within the deadline of a page.
///
/// # Errors
/// Those of `work`.
pub async fn read<T, F>(state: &Shared, work: F) -> Result<T, AppError>
where
    T: Send + 'static,
    F: FnOnce(&Reader<'_>) -> Result<T, StoreError> + Send + 'static,
{
    let state = Arc::clone(state);
    Ok(off_thread(move || state.db.read_within(PAGE_READ_MAX, work)).await??)
}

/// As `read`, for what takes microseconds: on this very thread where a reader is idle.
///
/// # Errors
/// Those of `work`.
pub async fn read_quickly<T, F>(state: &Shared, work: F) -> Result<T, AppError>
where
    T: Send + 'static,
    F: FnOnce(&Reader<'_>) -> Result<T, StoreError> + Send + 'static,
{
    match state.db.read_now(work) {
        Ok(answer) => Ok(answer?),
        Err(work) => read(state, work).await,
    }
}

/// As `read`, of other books than those of today.
///
/// # Errors
/// Those of `work`.
pub async fn read_of<T, F>(books: &Db, work: F) -> Result<T, AppError>
where
    T: Send + 'static,
    F: FnOnce(&Reader<'_>) -> Result<T, StoreError> + Send + 'static,
{
    let books = books.clone();
    Ok(off_thread(move || books.read_within(PAGE_READ_MAX, work)).await??)
}

/// Writes in one transaction; somebody is waiting for it.
///
/// # Errors
/// Those of `work`.
pub async fn write<T, F>(state: &Shared, work: F) -> Result<T, AppError>
where
    T: Send + 'static,
    F: FnOnce(&Tx<'_>) -> Result<T, StoreError> + Send + 'static,
{
    let state = Arc::clone(state);
    Ok(off_thread(move || state.db.write(Lane::Interactive, work)).await??)
}

/// Runs what blocks on a thread that may.
///
/// # Errors
/// `AppError::Internal` when it panicked.
pub async fn off_thread<T, F>(work: F) -> Result<T, AppError>
where
    T: Send + 'static,
    F: FnOnce() -> T + Send + 'static,
{
    // The thread writes for whoever asked.
    let behalf = BEHALF.try_with(Clone::clone).ok();
    let work = move || behalf::run(behalf, work);
    actix_web::web::block(work).await.map_err(|error| AppError::Internal(error.to_string()))
}

tokio::task_local! {
    /// Who asks for a change; set by the guard of the route (`permission.rs`).
    pub static BEHALF: Arc<Behalf>;
}
