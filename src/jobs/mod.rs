//! Floor 3: work that survives the program. The queue is in the database; this room leases, runs
//! and records, and knows no job by name.

pub mod backoff;
pub mod kind;
pub mod runner;

#[cfg(test)]
mod tests;

pub use kind::{JobFault, JobKind, Lease};
pub use runner::Runner;
