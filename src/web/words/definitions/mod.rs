//! What every figure means, in one list: the ladder and its ratios with formulas drawn from the
//! code, and the columns and words of the reports. Shown at the head of a column, on a page, by
//! the API and by the command alike. A report's own words go into a file of its own here.

mod buyers;
mod ladder;
mod reports;
mod stock;

use crate::domain::profit::measure::{Formula, Measure, Term};

/// A name that reports use besides the ladder's.
pub struct Entry {
    /// The machine name.
    pub name: &'static str,
    pub label: &'static str,
    pub text: &'static str,
}

/// The lists of entries; a report with words of its own adds one.
const LISTS: &[&[Entry]] = &[reports::ENTRIES, buyers::ENTRIES, buyers::LTV, stock::ENTRIES];

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    pub name: &'static str,
    pub label: &'static str,
    pub text: &'static str,
    pub formula: Option<Formula>,
}

impl Definition {
    /// `Net sales + Shipping income + Service income`.
    pub fn formula_in_words(&self) -> Option<String> {
        Some(self.formula.as_ref()?.text(|name| label(name).to_owned()))
    }

    /// `net_sales + shipping_income + service_income`.
    pub fn formula_in_names(&self) -> Option<String> {
        Some(self.formula.as_ref()?.text(str::to_owned))
    }
}

pub fn find(name: &str) -> Option<Definition> {
    if let Some(measure) = Measure::find(name) {
        return Some(of_measure(measure));
    }
    if let Some(term) = Term::OWN.into_iter().find(|term| term.name() == name) {
        let (label, text) = ladder::term(term);
        return Some(Definition { name: term.name(), label, text, formula: None });
    }
    let entry = LISTS.iter().flat_map(|list| list.iter()).find(|entry| entry.name == name)?;
    let Entry { name, label, text } = entry;
    Some(Definition { name, label, text, formula: None })
}

/// What a machine word is called; the word itself where nothing is known of it.
pub fn label(name: &str) -> &str {
    find(name).map_or(name, |definition| definition.label)
}

/// All of them: the ladder from top to bottom, its ratios and their terms, then the reports'.
pub fn list() -> Vec<Definition> {
    let entries = LISTS.iter().flat_map(|list| list.iter()).map(|entry| entry.name);
    let terms = Term::OWN.into_iter().map(Term::name);
    let measures = Measure::list().into_iter().map(Measure::name);
    measures.chain(terms).chain(entries).filter_map(find).collect()
}

fn of_measure(measure: Measure) -> Definition {
    let (label, text) = ladder::measure(measure);
    Definition { name: measure.name(), label, text, formula: measure.formula() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_defined_once_and_in_words() {
        let all = list();
        for (index, definition) in all.iter().enumerate() {
            let name = definition.name;
            let first = all.iter().position(|other| other.name == name);
            assert_eq!(first, Some(index), "{name} is defined twice");
            assert!(!definition.label.is_empty() && definition.text.ends_with('.'), "{name}");
            assert!(!definition.text.contains(['!', '<']), "{name}: {}", definition.text);
            assert_eq!(find(name).as_ref(), Some(definition));
        }
        assert_eq!(label("of no list"), "of no list");
    }

    #[test]
    fn formulas_are_said_in_names_and_in_words() {
        let net_revenue = find("net_revenue").unwrap();
        let names = net_revenue.formula_in_names().unwrap();
        assert_eq!(names, "net_sales + shipping_income + service_income");
        let words = net_revenue.formula_in_words().unwrap();
        assert!(words.starts_with("Net sales + Shipping income"), "{words}");
        for definition in list() {
            let words = definition.formula_in_words().unwrap_or_default();
            assert!(!words.contains('_'), "{}: {words}", definition.name);
        }
    }
}
