//! Cuts a scenario's text into sentences, and a sentence into clauses.

use std::collections::BTreeMap;

/// One story: a title and its sentences.
pub struct Scenario {
    pub title: String,
    pub line: usize,
    pub sentences: Vec<Sentence>,
}

/// A line with those that are indented below it.
pub struct Sentence {
    pub line: usize,
    pub text: String,
    pub below: Vec<Sentence>,
}

pub fn read_scenarios(text: &str) -> Vec<Scenario> {
    let mut scenarios: Vec<Scenario> = Vec::new();
    for (index, written) in text.lines().enumerate() {
        let line = index + 1;
        let plain = written.trim();
        if plain.is_empty() || plain.starts_with('#') {
            continue;
        }
        if let Some(title) = plain.strip_prefix("== ") {
            let title = title.to_owned();
            scenarios.push(Scenario { title, line, sentences: Vec::new() });
            continue;
        }
        let scenario = scenarios.last_mut().unwrap_or_else(|| panic!("line {line}: no title yet"));
        let indent = written.len() - written.trim_start().len();
        let mut list = &mut scenario.sentences;
        for _ in 0..indent / 2 {
            let above = list.last_mut();
            list = &mut above.unwrap_or_else(|| panic!("line {line}: below nothing")).below;
        }
        list.push(Sentence { line, text: plain.to_owned(), below: Vec::new() });
    }
    scenarios
}

impl Sentence {
    fn clauses(&self) -> impl Iterator<Item = &str> {
        self.text.split(", ").map(str::trim)
    }

    /// The words up to the first comma.
    pub fn words(&self) -> Vec<&str> {
        self.clauses().next().unwrap_or_default().split_whitespace().collect()
    }

    /// What stands behind the commas, by name; a clause that is none of the names is a fault, so
    /// that nothing that is written goes unheard.
    pub fn options(&self, names: &[&'static str]) -> Result<Options<'_>, String> {
        let mut found = BTreeMap::new();
        for clause in self.clauses().skip(1) {
            let fits = |name: &&&'static str| {
                clause
                    .strip_prefix(**name)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
            };
            let name = names.iter().filter(fits).max_by_key(|name| name.len());
            let name = name.ok_or_else(|| format!("{clause:?} is not understood"))?;
            found.insert(*name, clause[name.len()..].trim());
        }
        Ok(Options(found))
    }
}

pub struct Options<'a>(BTreeMap<&'static str, &'a str>);

impl<'a> Options<'a> {
    pub fn find(&self, name: &str) -> Option<&'a str> {
        self.0.get(name).copied()
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// For a cell of a table: nothing where it is not said.
    pub fn cell(&self, name: &str) -> &'a str {
        self.find(name).unwrap_or_default()
    }
}
