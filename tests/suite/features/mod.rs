//! Page, JSON and files of each feature agree.

mod orders;
mod overview;
mod profit;
