//! Floor 2: the only writer of the database. Knows no HTTP and no channel.
//!
//! One function, one statement; verbs: find, list, insert, upsert, append, delete.
//!
//! | tables | file |
//! | --- | --- |
//! | the file itself: connections, transactions, migrations | `db.rs`, `migrate.rs` |
//! | how base types look in a column | `column.rs` |

pub mod column;
pub mod db;
pub mod error;
pub mod files;
pub mod migrate;
#[cfg(test)]
pub mod testing;

pub use db::{Db, Lane, Reader, Tx};
pub use error::StoreError;
