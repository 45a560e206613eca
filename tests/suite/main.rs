//! One binary for all integration tests.

mod kit;

mod command;
mod features;
mod routes;
mod security;
mod words;
