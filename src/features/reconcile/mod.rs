//! Do our figures tie out with the platforms' own?

pub mod json;
