//! Proofs by many cases: made-up shops whose reports are worked out a second time by other means,
//! and sequences of edits that must end where the final facts alone lead.

mod behind;
mod differential;
mod edits;
mod facts;
mod orders;
mod plain;
mod pulled;
