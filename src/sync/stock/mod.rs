//! Stock out to the channels, and what they show back in.
//!
//! ```text
//! orders, counts ── marks ──▶ plan.rs ──▶ outbox ──▶ write.rs ──▶ channel
//!                    ▲                                              │
//!                    └──── settle.rs ◀── waits for orders ◀── look.rs (live numbers)
//! ```
//!
//! `job.rs` has both run; `gate.rs` is the kill switch and what tells a new run of the program, or a
//! clock that was set, from the one before.

pub mod gate;
pub mod job;
pub mod look;
pub mod plan;
pub mod settle;
pub mod turn;
pub mod write;
