//! The map of the house.

pub mod app;
pub mod base;
pub mod connectors;
pub mod domain;
pub mod features;
pub mod store;
pub mod web;
