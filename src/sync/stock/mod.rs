//! Stock out to the channels, and what they show back in.
//!
//! ```text
//! orders, counts ── marks ──▶ plan.rs ──▶ outbox ──▶ write.rs ──▶ channel
//!                    ▲                                              │
//!                    └──── settle.rs ◀── waits for orders ◀── look.rs (live numbers)
//! ```
//!
//! What people say of channels goes through `steer.rs`, a first push through `arm.rs`; `ask.rs`
//! asks a channel while somebody waits.
//!
//! `job.rs` has both run; `gate.rs` is the kill switch and what tells a new run of the program, or
//! a clock that was set, from the one before.

pub mod arm;
pub mod ask;
pub mod gate;
pub mod job;
pub mod look;
pub mod plan;
pub mod settle;
pub mod steer;
pub mod turn;
pub mod write;
