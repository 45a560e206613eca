//! Sentences of the page of rules.

pub fn title_edit(list: &str, number: &str) -> String {
    format!("{list}, rule {number}")
}

pub fn title_new(list: &str) -> String {
    format!("{list}, new rule")
}

pub fn title_remove(list: &str, number: &str) -> String {
    format!("{list}: remove rule {number}?")
}

pub fn title_move(list: &str, number: &str, to: &str) -> String {
    format!("{list}: rule {number} becomes rule {to}")
}

/// A set of rules of a former time.
pub fn title_restore(from: &str) -> String {
    format!("Put the rules of {from} back?")
}
