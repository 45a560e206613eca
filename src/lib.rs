//! The map of the house.

// A test may end with a crash; that is how it says no.
#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)
)]

pub mod app;
pub mod base;
pub mod books;
pub mod connectors;
pub mod domain;
pub mod features;
pub mod jobs;
pub mod reports;
pub mod store;
pub mod sync;
pub mod web;
