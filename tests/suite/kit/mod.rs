//! What all tests share.

pub mod app;
pub mod desk;
pub mod seed;
pub mod shop;
pub mod smtp;
pub mod tape;
pub mod woo;
