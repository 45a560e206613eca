//! What several channels need. Knows none of them.

pub mod csv;
pub mod decode;
pub mod json;
