//! One file for each feature: page, JSON and files of each agree.

mod ads;
mod changes;
mod costs;
mod expenses;
pub mod import;
mod orders;
mod overview;
mod profit;
mod purchases;
mod rates;
mod reconcile;
mod rules;
mod settings;
mod todo;
