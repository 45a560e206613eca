//! One binary for all integration tests.

// A test may end with a crash; that is how it says no.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod kit;

mod command;
mod floors;
mod routes;
mod security;
mod words;
