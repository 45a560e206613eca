//! What several channels need. Knows none of them.

pub mod ads;
pub mod amount;
pub mod bounded;
pub mod csv;
pub mod decode;
pub mod elements;
pub mod json;
pub mod sheet;
pub mod when;
