//! Floor 2: the only writer of the database. Knows no HTTP and no channel.
//!
//! One function, one statement; verbs: find, list, insert, upsert, append, delete.
//!
//! | tables | file |
//! | --- | --- |
//! | the file itself: connections, transactions, migrations | `db.rs`, `migrate.rs` |
//! | how base types look in a column | `column.rs` |
//! | facts with a key and their past | `fact.rs` |
//! | stores | `stores.rs` |
//! | imports, refused_rows, import_notices | `imports.rs` |
//! | orders, order_facts, customers, variants | `orders.rs` |
//! | costs, expenses, ad_spend, fx_rates, rules | `costs.rs` |
//! | charges, payouts, stated_totals | `charges.rs` |
//! | profit_lines, ad_results, missing rates | `profit.rs` |
//! | rollup_days | `rollups.rs` |
//! | dirty_orders, dirty_days | `dirty.rs` |
//! | jobs | `jobs.rs` |

pub mod charges;
pub mod column;
pub mod costs;
pub mod day_lines;
pub mod db;
pub mod dirty;
pub mod error;
pub mod fact;
pub mod files;
pub mod imports;
pub mod jobs;
pub mod migrate;
pub mod orders;
pub mod policy;
pub mod profit;
pub mod rollups;
pub mod stores;
#[cfg(test)]
pub mod testing;
pub mod united;

pub use db::{Db, Lane, Reader, Tx};
pub use error::StoreError;
