//! One binary for all integration tests.

mod features;
mod kit;

mod command;
mod routes;
mod security;
mod words;
