//! The map of the house.

pub mod base;
pub mod books;
pub mod connectors;
pub mod domain;
pub mod jobs;
pub mod store;
pub mod sync;
