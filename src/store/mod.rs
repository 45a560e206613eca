//! Floor 2: the only writer of the database. Knows no HTTP and no channel.
//!
//! One function, one statement; verbs: find, list, insert, upsert, append, update, delete.
//! A function that reads takes a `&Connection`, so it serves `Tx` and `Reader` alike.
//!
//! | tables | file |
//! | --- | --- |
//! | the file itself: connections, transactions, migrations | `db.rs`, `migrate.rs` |
//! | how base types look in a column | `column.rs` |
//! | organisation · settings | `organisation.rs` · `settings.rs` |
//! | users · sessions · one_time_links · login_attempts · api_tokens | `users.rs` · `sessions.rs` · `links.rs` · `attempts.rs` · `tokens.rs` |
//! | key_slots, sealed_keys | `vault.rs` |
//!
//! Without tables: `crypt.rs` (what we ask of `ring`), `password.rs` and `frequent.rs` (which
//! passwords will do, and their hashes), `files.rs` (private files, replaced in one step).

pub mod attempts;
pub mod column;
pub mod crypt;
pub mod db;
pub mod error;
pub mod files;
mod frequent;
pub mod links;
pub mod migrate;
pub mod organisation;
pub mod password;
pub mod sessions;
pub mod settings;
#[cfg(test)]
pub mod testing;
pub mod tokens;
pub mod users;
pub mod vault;

pub use db::{Db, Lane, Reader, Tx};
pub use error::StoreError;
