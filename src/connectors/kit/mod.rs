//! What several channels need. Knows none of them.

pub mod bounded;
pub mod csv;
pub mod decode;
pub mod elements;
pub mod json;
