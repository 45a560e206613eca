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
//! | 9 quality | `profit/quality.rs`, `profit/trail.rs` |
//! | 12 overlapping sources | `record/unite.rs` |

pub mod ask;
pub mod gap;
pub mod profit;
pub mod record;
pub mod report;
pub mod rules;
pub mod understood;
