//! One binary for all integration tests.

mod kit;

mod cases;
mod command;
mod flow;
mod routes;
mod security;
mod words;
