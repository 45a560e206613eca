//! One binary for all integration tests.

// A test may end with a crash; that is how it says no.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod kit;

mod ads;
mod amazon;
mod audit;
mod backup;
mod bridges;
mod cases;
mod command;
mod connectors;
mod crash;
mod demo;
mod features;
mod floors;
mod flow;
mod hooks;
mod imports;
mod lan;
mod machine;
mod markers;
mod market;
mod overlap;
mod oversell;
mod people;
mod privacy;
mod proof;
mod push_killed;
mod routes;
mod scenarios;
mod security;
mod shopify;
mod sight;
mod stock_push;
mod tiktok_shop;
mod upgrade;
mod vault;
mod words;
