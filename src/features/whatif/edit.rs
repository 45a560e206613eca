//! The scenarios of a page: out of its address, or out of the form that was sent. In an address a
//! scenario is the number of a saved one, a definition, or both with a `~` between: a saved one
//! that was changed since.

use std::collections::HashMap;

use actix_web::web::Query;

use super::row::{FIELDS, Row, Terms};
use crate::base::id::ScenarioId;
use crate::domain::scenario::{Assumption, Scenario, VERSION, check};
use crate::reports::whatif::SCENARIOS_MAX;
use crate::store::scenarios::SavedScenario;

/// The letters of the columns, small as in the address.
pub const LETTERS: [&str; SCENARIOS_MAX] = ["a", "b", "c"];
/// A definition in an address is at most this long.
const VALUE_CHARS_MAX: usize = 8_000;

/// One scenario as it is looked at.
#[derive(Clone, Debug, Default)]
pub struct Edited {
    pub saved: Option<ScenarioId>,
    pub name: String,
    pub rows: Vec<Row>,
    /// By row: what is wrong with it.
    pub wrong: Vec<Option<String>>,
    /// `None` while something is wrong.
    pub scenario: Option<Scenario>,
    /// Whether it differs from what is saved under its number.
    pub is_changed: bool,
}

/// What an address says of the columns, in order.
pub fn list_values(query: &str) -> Vec<(&'static str, String)> {
    let pairs = Query::<Vec<(String, String)>>::from_query(query).map(Query::into_inner);
    let pairs = pairs.unwrap_or_default();
    let value = |letter: &str| {
        let found = pairs.iter().find(|(name, value)| name == letter && !value.is_empty());
        found.map(|(_, value)| value.chars().take(VALUE_CHARS_MAX).collect::<String>())
    };
    LETTERS.into_iter().filter_map(|letter| Some((letter, value(letter)?))).collect()
}

impl Edited {
    /// A column of an address; `None` where it names nothing that there is.
    pub fn parse(value: &str, saved: &[SavedScenario], terms: &Terms) -> Option<Self> {
        let (number, definition) = match value.split_once('~') {
            Some((number, definition)) => (number, Some(definition)),
            None if value.starts_with('{') => ("", Some(value)),
            None => (value, None),
        };
        let found = number.parse().ok().map(ScenarioId);
        let found = found.and_then(|id| saved.iter().find(|saved| saved.id == id));
        let text = match (definition, found) {
            (Some(definition), _) => definition,
            (None, Some(found)) => found.definition.as_str(),
            (None, None) => return None,
        };
        let scenario = Scenario::parse(text).ok()?;
        let mut edited = Self::of(scenario, terms);
        edited.saved = found.map(|found| found.id);
        edited.is_changed = match found {
            Some(found) => Scenario::parse(&found.definition).ok() != edited.scenario,
            None => true,
        };
        Some(edited)
    }

    fn of(scenario: Scenario, terms: &Terms) -> Self {
        let rows: Vec<Row> = scenario.assumptions.iter().map(|one| Row::of(one, terms)).collect();
        Self {
            name: scenario.name.clone(),
            wrong: vec![None; rows.len()],
            rows,
            scenario: Some(scenario),
            ..Self::default()
        }
    }

    /// A column of the form that was sent; `None` where it holds none of that letter.
    pub fn from_form(form: &HashMap<String, String>, letter: &str, terms: &Terms) -> Option<Self> {
        let name = form.get(&format!("{letter}_name"))?.trim().chars();
        let name = name.filter(|c| !c.is_control()).take(check::NAME_CHARS_MAX).collect();
        let rows = (0..).map_while(|n| Row::from_form(form, &format!("{letter}{n}_")));
        let id = form.get(&format!("{letter}_id")).and_then(|id| id.parse().ok());
        let mut edited = Self {
            saved: id.map(ScenarioId),
            name,
            rows: rows.take(check::ASSUMPTIONS_MAX).collect(),
            ..Self::default()
        };
        edited.read(terms);
        Some(edited)
    }

    /// Reads the rows; what is wrong stands beside each.
    pub fn read(&mut self, terms: &Terms) {
        let read: Vec<Result<Assumption, String>> =
            self.rows.iter().map(|row| row.read(terms)).collect();
        self.wrong = read.iter().map(|read| read.as_ref().err().cloned()).collect();
        self.scenario = None;
        let assumptions: Result<Vec<Assumption>, String> = read.into_iter().collect();
        let Ok(assumptions) = assumptions else { return };
        let scenario = Scenario { version: VERSION, name: self.name.clone(), assumptions };
        match scenario.check() {
            Ok(()) => self.scenario = Some(scenario),
            Err(fault) => {
                if let Some(wrong) = self.wrong.get_mut(fault.index.unwrap_or(0)) {
                    *wrong = Some(fault.reason);
                }
            }
        }
    }

    /// As an address tells it; `None` while something is wrong.
    pub fn to_value(&self, saved: &[SavedScenario]) -> Option<String> {
        let scenario = self.scenario.as_ref()?;
        let definition = serde_json::to_string(scenario).ok()?;
        let found = self.saved.and_then(|id| saved.iter().find(|saved| saved.id == id));
        Some(match found {
            Some(found) if Scenario::parse(&found.definition).as_ref() == Ok(scenario) => {
                found.id.to_string()
            }
            Some(found) => format!("{}~{definition}", found.id),
            None => definition,
        })
    }

    /// The fields that carry the rows where they are not shown.
    pub fn has_assumptions(&self) -> bool {
        !self.rows.is_empty()
    }
}

/// The name of a field of a row.
pub fn field_name(letter: &str, row: usize, field: &str) -> String {
    debug_assert!(FIELDS.contains(&field));
    format!("{letter}{row}_{field}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Currency;

    fn terms() -> Terms {
        Terms { reporting: Currency::EUR, groups: Vec::new(), skus: Vec::new() }
    }

    fn form(pairs: &[(&str, &str)]) -> HashMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_form_becomes_an_address_and_comes_back() {
        let sent = form(&[
            ("a_name", "Dearer"),
            ("a0_kind", "cost"),
            ("a0_value", "8"),
            ("a0_unit", "percent"),
            ("a1_kind", "volume"),
            ("a1_value", "3"),
            ("a1_unit", "percent"),
        ]);
        let edited = Edited::from_form(&sent, "a", &terms()).unwrap();
        let value = edited.to_value(&[]).unwrap();
        let again = Edited::parse(&value, &[], &terms()).unwrap();
        assert_eq!((again.name.as_str(), &again.rows), ("Dearer", &edited.rows));
        assert!(Edited::from_form(&sent, "b", &terms()).is_none());
        assert!(Edited::parse("7", &[], &terms()).is_none());
    }

    #[test]
    fn what_is_wrong_stands_at_its_row_and_gives_no_address() {
        let sent = form(&[
            ("a_name", ""),
            ("a0_kind", "ad_spend"),
            ("a0_value", "-20"),
            ("a1_kind", "ad_spend"),
            ("a1_value", "-200"),
        ]);
        let edited = Edited::from_form(&sent, "a", &terms()).unwrap();
        assert!(edited.wrong[0].is_none() && edited.wrong[1].is_some());
        assert_eq!(edited.to_value(&[]), None);
        assert_eq!(edited.rows[1].value, "-200", "what was typed stays");
    }
}
