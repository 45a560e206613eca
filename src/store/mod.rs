//! Floor 2: the only writer of the database. Knows no HTTP and no channel.
//!
//! One function, one statement; verbs: find, list, insert, upsert, append, delete.
//!
//! | tables | file |
//! | --- | --- |
//! | the file itself: connections, transactions, migrations | `db.rs`, `migrate.rs` |
//! | how base types look in a column | `column.rs` |
//! | organisation, organisation_past · settings | `organisation.rs` · `settings.rs` |
//! | users · sessions · one_time_links | `users.rs` · `sessions.rs` · `links.rs` |
//! | login_attempts · api_tokens | `attempts.rs` · `tokens.rs` |
//! | user_stores, token_stores · recovery_codes | `scopes.rs` · `totp.rs` |
//! | audit_log, audit_head, audit_anchor | `audit.rs`, `audit/` |
//! | key_slots, sealed_keys | `vault.rs`, `vault/` |
//! | facts with a key and their past | `fact.rs` |
//! | stores | `stores.rs` |
//! | accounts · account_secrets | `accounts.rs` · `credentials.rs` |
//! | streams · documents · problems | `streams.rs` · `documents.rs` · `problems.rs` |
//! | call_levels · calls_out | `call_levels.rs` · `egress.rs` |
//! | hook_deliveries, hook_tallies · privacy requests, orders_forgotten | `hooks.rs` · |
//! | | `privacy.rs` |
//! | buyers_erased, buyers_restricted · retention_runs | `register.rs` · `retention.rs` |
//! | imports, refused_rows, import_notices, import_unknowns | `imports.rs` |
//! | orders, order_facts, leans, customers, variants | `orders.rs`, `united.rs` |
//! | costs, expenses, ad_spend, fx_rates, rules | `costs.rs`, `policy.rs`, `deducted.rs`, |
//! | | `expenses.rs`, `rates.rs` and `rules.rs` for what is changed by hand |
//! | purchases, landed_costs | `purchases.rs` |
//! | suppliers, supplier_prices, purchase_orders, purchase_order_lines, purchase_receipts, | |
//! | purchase_receipt_lines, transfers, transfer_lines, transfer_steps, transfer_step_lines, | |
//! | purchasing_log | `purchasing/` |
//! | line_moves, line_draws, layers_left, dirty_skus | `layers.rs` |
//! | charges, payouts, stated_totals | `charges.rs` |
//! | listings, listed_costs, fee_estimates | `listings.rs` |
//! | channel_listings · listing_links | `channel_listings.rs` · `listing_links.rs` |
//! | listing_parts · listing_suggestions | `listing_parts.rs` · `suggestions.rs` |
//! | which variants there are to link to | `catalogue.rs` |
//! | variant_settings, locations, lots, stock_actions, stock_events, on_hand, reservations, | |
//! | unlinked_lines, stock_channels, stock_listings, pushes, drifts, stock_alerts, dirty_stock, | |
//! | dirty_claims, stocktakes, stocktake_lines, variant_settings_past, stock_steerings | |
//! | (all of stock) | `stock/` |
//! | stock_levels, stock_movements · labels | `stock_levels.rs` · `labels.rs` |
//! | profit_lines, ad_results, missing rates | `profit.rs`, `day_lines.rs`, `sold.rs`, |
//! | | `booked.rs` |
//! | rollups, rollups_behind · places | `rollups.rs` · `places.rs` |
//! | dirty_orders, dirty_days, and what an edit touches | `dirty.rs`, `touched.rs` |
//! | changes | `changes.rs` |
//! | jobs · goals · scenarios | `jobs.rs` · `goals.rs` · `scenarios.rs` |
//! | mail_server, mail_wishes, mails, sign_in_origins | `mail.rs`, `mail/` |
//! | notes, note_entries, note_files | `notes.rs` |
//! | backups, restore_drills | `backups.rs` |
//! | month_closings, closing_figures, closing_covers | `closings.rs` |
//! | known_figures, known_orders, known_records, in copies only | `known.rs` |
//!
//! Without tables: `backup/` (the encrypted container, its checks, the way back), `snapshots.rs`
//! (copies of the books as they were known) and `rewind.rs` (which takes such a copy back, cause by
//! cause), `crypt.rs` (what we ask of `ring`), `password.rs` and
//! `frequent.rs` (which passwords will do, and their hashes), `files.rs` (private files, replaced
//! in one step), `place.rs` (the drive under the data folder), `room.rs` (how full it is, and the
//! ballast), `people.rs` (what an owner does with people), `behalf.rs` (of whom a write is).

pub mod accounts;
pub mod attempts;
pub mod audit;
pub mod backup;
pub mod backups;
pub mod behalf;
pub mod booked;
pub mod call_levels;
pub mod catalogue;
pub mod changes;
pub mod channel_listings;
pub mod charges;
pub mod closings;
pub mod column;
pub mod costs;
pub mod credentials;
pub mod crypt;
pub mod day_lines;
pub mod db;
pub mod deducted;
pub mod dirty;
pub mod documents;
pub mod egress;
pub mod error;
pub mod expenses;
pub mod fact;
pub mod files;
mod frequent;
pub mod goals;
pub mod hooks;
pub mod imports;
pub mod jobs;
pub mod known;
pub mod labels;
pub mod layers;
pub mod links;
pub mod listing_links;
pub mod listing_parts;
pub mod listings;
pub mod mail;
pub mod migrate;
pub mod notes;
pub mod orders;
pub mod organisation;
pub mod password;
pub mod people;
pub mod place;
pub mod places;
pub mod policy;
pub mod privacy;
pub mod problems;
pub mod profit;
pub mod purchases;
pub mod purchasing;
pub mod rates;
pub mod register;
pub mod retention;
pub mod rewind;
pub mod rollups;
pub mod room;
pub mod rules;
pub mod scenarios;
pub mod scopes;
pub mod second_factor;
pub mod sessions;
pub mod settings;
pub mod snapshots;
pub mod sold;
pub mod stock;
pub mod stock_levels;
pub mod stores;
pub mod streams;
pub mod suggestions;
#[cfg(test)]
pub mod testing;
pub mod tokens;
pub mod totp;
pub mod touched;
pub mod united;
pub mod users;
pub mod vault;

pub use db::{Db, Lane, Reader, Tx};
pub use error::StoreError;
