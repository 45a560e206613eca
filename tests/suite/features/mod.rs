//! One file for each feature: page, JSON and files of each agree.

mod ads;
mod buyers;
mod costs;
mod definitions;
mod expenses;
mod goals;
pub mod import;
mod orders;
mod overview;
mod profit;
mod reconcile;
mod reports;
mod rules;
mod settings;
mod todo;
