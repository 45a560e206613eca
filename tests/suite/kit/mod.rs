//! What all tests share.

pub mod app;
