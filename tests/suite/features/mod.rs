//! One file for each feature: page, JSON and files of each agree.

mod ads;
mod costs;
mod expenses;
pub mod import;
mod orders;
mod overview;
mod presets;
mod profit;
mod reconcile;
mod rules;
mod settings;
mod todo;
mod whatif;
