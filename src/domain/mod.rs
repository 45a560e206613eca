//! Floor 1: what the numbers mean. Pure and total; no SQL, HTTP, clock or float.
//!
//! | section of the definition | file |
//! | --- | --- |
//! | 1 exactness | `base/{money,rate,split}.rs`, `profit/convert.rs` |
//! | 2 events and days | `profit/engine.rs` |
//! | 3 the ladder | `profit/component.rs`, `profit/sales.rs`, `profit/ratio.rs` |
//! | 4 tax | `profit/tax.rs` |
//! | 5 cost of goods | `profit/cogs.rs` |
//! | 6 fees | `profit/fees.rs` |
//! | 7 ad spend | `profit/ads.rs` |
//! | 8 expenses | `profit/expenses.rs` |
//! | 9 quality | `profit/quality.rs`, `profit/trail.rs` |
//! | 12 overlapping sources | `record/unite.rs` |
//!
//! Beside the definition: `scenario/` is what a seller assumes instead of what was, `preset.rs`
//! tells our figures by the definitions of other tools.

pub mod ask;
pub mod gap;
pub mod preset;
pub mod profit;
pub mod record;
pub mod report;
pub mod rules;
pub mod scenario;
pub mod understood;
