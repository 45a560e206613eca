//! What all tests share.

pub mod app;
pub mod shop;
