//! A roll call: what a platform named in a turn, kept in files page by page, so that what it named
//! in the turn before and no longer names is found. It proves nothing: what is missing has to be
//! asked for by itself. Where a file is lost nothing is missing.

use std::collections::HashSet;
use std::io::{BufRead, Write};

use serde::{Deserialize, Serialize};

use crate::connectors::ctx::Spool;
use crate::connectors::fault::Fault;

/// Files of one turn, a page each; of a turn with more nothing is missing.
const FILES_MAX: u32 = 20_000;

/// Where the roll call stands. Serves as a part of a cursor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Roll {
    /// Turns that came to their end; the last bit names the files.
    turns: u64,
    /// Files of the last turn, and of this one.
    n_before: u32,
    n_files: u32,
}

/// Something that was named: its key, and what is to be remembered of it.
pub type Entry = (String, String);

impl Roll {
    /// Notes what a page named, before the page is handed out.
    ///
    /// # Errors
    /// `Transient` where it cannot be written.
    pub fn note(&mut self, spool: &dyn Spool, name: &str, named: &[Entry]) -> Result<(), Fault> {
        if named.is_empty() || self.n_files > FILES_MAX {
            return Ok(());
        }
        let mut text = String::new();
        for entry in named {
            let line = serde_json::to_string(entry)
                .map_err(|fault| Fault::drift("roll", fault.to_string()))?;
            text.push_str(&line);
            text.push('\n');
        }
        let file = file_name(name, self.turns, self.n_files);
        let written = spool.create(&file).and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.flush()
        });
        written.map_err(not_kept)?;
        self.n_files += 1;
        Ok(())
    }

    /// What the last turn named and this one did not, as far as it is wanted, by its key.
    ///
    /// # Errors
    /// `Transient` where a file cannot be read.
    pub fn list_missing(
        &self,
        spool: &dyn Spool,
        name: &str,
        is_wanted: &dyn Fn(&Entry) -> bool,
    ) -> Result<Vec<Entry>, Fault> {
        let mut named = HashSet::new();
        for file in 0..self.n_files {
            let is_there = read(spool, &file_name(name, self.turns, file), &mut |entry| {
                named.insert(entry.0);
            })?;
            if !is_there {
                return Ok(Vec::new());
            }
        }
        if self.n_files > FILES_MAX || self.n_before > FILES_MAX {
            return Ok(Vec::new());
        }
        let mut missing: Vec<Entry> = Vec::new();
        for file in 0..self.n_before {
            read(spool, &file_name(name, self.turns + 1, file), &mut |entry| {
                if !named.contains(&entry.0) && is_wanted(&entry) {
                    missing.push(entry);
                }
            })?;
        }
        missing.sort_unstable();
        missing.dedup_by(|left, right| left.0 == right.0);
        Ok(missing)
    }

    /// The turn has come to its end.
    pub fn close(&mut self) {
        *self = Self { turns: self.turns + 1, n_before: self.n_files, n_files: 0 };
    }
}

/// Two sets of files take turns, so that the last one is there until this one is whole.
fn file_name(name: &str, turns: u64, file: u32) -> String {
    format!("{name}-{}-{file}", turns % 2)
}

/// Whether the file is there. A line that was cut off holds nothing.
fn read(spool: &dyn Spool, name: &str, take: &mut dyn FnMut(Entry)) -> Result<bool, Fault> {
    let Some(file) = spool.open(name, 0).map_err(not_kept)? else { return Ok(false) };
    for line in file.lines() {
        if let Ok(entry) = serde_json::from_str(&line.map_err(not_kept)?) {
            take(entry);
        }
    }
    Ok(true)
}

fn not_kept(fault: std::io::Error) -> Fault {
    Fault::transient(format!("What the platform named could not be kept: {fault}."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connectors::kit::stage::Files;

    fn entries(keys: &[&str]) -> Vec<Entry> {
        keys.iter().map(|key| ((*key).to_owned(), format!("of {key}"))).collect()
    }

    fn turn(roll: &mut Roll, spool: &Files, pages: &[&[&str]]) -> Vec<Entry> {
        for page in pages {
            roll.note(spool, "roll", &entries(page)).unwrap();
        }
        let missing = roll.list_missing(spool, "roll", &|_| true).unwrap();
        roll.close();
        missing
    }

    #[test]
    fn what_is_no_longer_named_is_missing_once() {
        let (mut roll, spool) = (Roll::default(), Files::default());
        assert!(turn(&mut roll, &spool, &[&["a", "b"], &[], &["c\td\n"]]).is_empty());
        assert_eq!(turn(&mut roll, &spool, &[&["b"]]), entries(&["a", "c\td\n"]));
        assert!(turn(&mut roll, &spool, &[&["b"], &["e"]]).is_empty());
        assert_eq!(turn(&mut roll, &spool, &[]), entries(&["b", "e"]));
    }

    #[test]
    fn a_page_noted_twice_is_noted_once_and_what_is_not_wanted_is_not_missed() {
        let (mut roll, spool) = (Roll::default(), Files::default());
        turn(&mut roll, &spool, &[&["a", "b"]]);
        let before = roll.clone();
        roll.note(&spool, "roll", &entries(&["b"])).unwrap();
        roll = before;
        roll.note(&spool, "roll", &entries(&["c"])).unwrap();
        let missing = roll.list_missing(&spool, "roll", &|entry| entry.0 == "b").unwrap();
        assert_eq!(missing, entries(&["b"]));
    }

    #[test]
    fn with_a_lost_file_nothing_is_missing() {
        let (mut roll, spool) = (Roll::default(), Files::default());
        turn(&mut roll, &spool, &[&["a"], &["b"]]);
        roll.note(&spool, "roll", &entries(&["a"])).unwrap();
        roll.note(&spool, "roll", &entries(&["c"])).unwrap();
        spool.remove("roll-1-0");
        assert!(roll.list_missing(&spool, "roll", &|_| true).unwrap().is_empty());
        assert!(turn(&mut roll, &Files::default(), &[]).is_empty());
        // Of the turn before it is known what its other files hold.
        assert_eq!(turn(&mut roll, &spool, &[&["a"]]), entries(&["c"]));
    }
}
