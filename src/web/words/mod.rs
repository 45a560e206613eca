//! Every word that a user reads.

pub mod door;
