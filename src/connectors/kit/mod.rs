//! What several channels need. Knows none of them.

pub mod ads;
pub mod amount;
pub mod bare;
pub mod bounded;
pub mod country;
pub mod csv;
pub mod decode;
pub mod elements;
pub mod group;
pub mod http;
pub mod json;
pub mod limit;
#[cfg(test)]
pub mod made;
pub mod oauth;
pub mod replay;
#[cfg(test)]
pub mod reread;
pub mod roll;
pub mod sheet;
pub mod sign;
pub mod slate;
pub mod stage;
pub mod tally;
pub mod walk;
pub mod when;
pub mod words;
