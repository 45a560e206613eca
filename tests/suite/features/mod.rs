//! One file for each feature.

mod costs;
mod import;
mod settings;
