//! Keys for rows that bear none: what a row says, and how many rows before it said the same.
//!
//! A row keeps its key in every file that holds all rows of its day, wherever the file was cut
//! otherwise, and two equal rows of one file differ. Remembers one small number for each
//! different row.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

#[derive(Default)]
pub struct Tally {
    seen: HashMap<u64, u32>,
}

impl Tally {
    /// `what` for the first row that says so, `what/2` for the second.
    pub fn key(&mut self, what: String) -> String {
        let mut hasher = DefaultHasher::new();
        what.hash(&mut hasher);
        let count = self.seen.entry(hasher.finish()).or_insert(0);
        *count += 1;
        match *count {
            1 => what,
            count => format!("{what}/{count}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_rows_differ_and_keep_their_keys_in_the_next_file() {
        let keys = || {
            let mut tally = Tally::default();
            ["a", "b", "a", "a"].map(|what| tally.key(what.to_owned()))
        };
        assert_eq!(keys(), ["a", "b", "a/2", "a/3"]);
        assert_eq!(keys(), keys());
    }
}
