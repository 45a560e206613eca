//! What did this order bring, and why?

pub mod json;
