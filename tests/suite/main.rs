//! One binary for all integration tests.

mod kit;

mod command;
mod demo;
mod routes;
mod security;
mod words;
