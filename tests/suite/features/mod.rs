//! One file for each feature: page, JSON and files of each agree.

mod costs;
pub mod import;
mod orders;
mod overview;
mod profit;
mod settings;
