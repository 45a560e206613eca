//! Floor 6: the only place that knows everybody.

pub mod build;
pub mod changes;
pub mod cli;
pub mod commands;
pub mod connections;
pub mod control;
pub mod demo;
pub mod figures;
pub mod hooks;
pub mod import;
pub mod jobs;
pub mod keyring;
pub mod known;
pub mod lock;
pub mod logging;
pub mod passphrase;
pub mod paths;
pub mod pulled;
pub mod push;
pub mod report;
pub mod serve;
pub mod stores;
pub mod taken;
pub mod vault;
pub mod walk;
pub mod whatif;
