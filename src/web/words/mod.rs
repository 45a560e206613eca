//! The catalogue of every word that a reader sees. Templates hold no literal text: they name a
//! `Word`, and sentences with figures in them are functions here. A test scans for strays.

use std::fmt;

pub mod ads;
pub mod backup;
pub mod bridge;
pub mod change;
pub mod channels;
pub mod chart;
pub mod connection;
pub mod definitions;
pub mod diagnostics;
pub mod door;
pub mod drift;
mod en;
pub mod expense;
pub mod gap;
pub mod goal;
pub mod hook;
pub mod imports;
pub mod known;
pub mod ladder;
pub mod listing;
pub mod mail;
pub mod months;
pub mod network;
pub mod note;
pub mod payout;
pub mod people;
pub mod preset;
pub mod privacy;
pub mod purchase;
pub mod purchasing;
pub mod reports;
pub mod rule;
pub mod say;
pub mod security;
pub mod stock;
pub mod tell;
pub mod transfer;
pub mod whatif;

pub use en::Word;

/// The text of a word.
pub fn text(word: Word) -> &'static str {
    en::text(word)
}

/// So that a template can write `{{ Word::Total }}`.
impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(text(*self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_is_empty_or_shouts() {
        for word in en::ALL {
            let text = text(*word);
            assert!(!text.trim().is_empty(), "{word:?}");
            assert!(!text.contains('!'), "{word:?} shouts: {text}");
            assert!(!text.contains('<'), "{word:?} holds markup: {text}");
        }
    }
}
