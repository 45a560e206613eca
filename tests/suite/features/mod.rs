//! One file for each feature: page, JSON and files of each agree.

mod ads;
mod buyers;
mod changes;
mod channels;
mod connections;
mod costs;
mod definitions;
mod expenses;
mod goals;
pub mod import;
mod known;
mod months;
mod orders;
mod overview;
mod payouts;
mod presets;
mod profit;
mod purchases;
mod rates;
mod reconcile;
mod reports;
mod rules;
mod settings;
mod todo;
mod whatif;
