//! Floor 1: what the numbers mean. Pure and total; no SQL, HTTP, clock or float.
//!
//! | section of the definition | file |
//! | --- | --- |
//! | 1 exactness | `base/{money,rate,split}.rs`, `profit/convert.rs` |
//! | 2 events and days | `profit/engine.rs` |
//! | 3 the ladder | `profit/component.rs`, `profit/sales.rs`, `profit/ratio.rs` |
//! | 4 tax, input VAT | `profit/tax.rs`, `profit/input_vat.rs` |
//! | 5 cost of goods | `profit/cogs.rs`, `profit/layers.rs` |
//! | 6 fees | `profit/fees.rs` |
//! | 7 ad spend | `profit/ads.rs` |
//! | 8 expenses | `profit/expenses.rs` |
//! | 9 quality | `profit/component.rs`, `profit/trail.rs` |
//! | 11 closing a month | `known.rs` |
//! | 12 overlapping sources | `record/unite.rs` |
//!
//! What lies where, and what channels may offer: `stock/`. What is ordered of suppliers, and how
//! long it takes to come: `purchase/`; what is moved between places: `transfer.rs`.
//!
//! `ledger.rs` tells what a settlement moved, `payouts.rs` how payouts are told.
//! A report is a `table.rs` with the data of its `chart.rs`; what can be read off profit lines by
//! name stands in `profit/measure.rs`.
//! `catalogue/` tells which variant a listing sells.
//! `mail.rs` is what a message may say, and to whom; no line of it can hold a second one.
//! Beside the definition: `scenario/` is what a seller assumes instead of what was, `preset.rs`
//! tells our figures by the definitions of other tools. `rotation.rs` tells which backups stay.

pub mod ask;
pub mod catalogue;
pub mod chart;
pub mod gap;
pub mod goal;
pub mod known;
pub mod ledger;
pub mod mail;
pub mod payouts;
pub mod preset;
pub mod profit;
pub mod purchase;
pub mod record;
pub mod report;
pub mod rotation;
pub mod rules;
pub mod scenario;
pub mod stock;
pub mod table;
pub mod transfer;
pub mod understood;
