//! The map of the house.

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
