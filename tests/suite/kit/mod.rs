//! What all tests share.

pub mod app;
pub mod seed;
pub mod shop;
