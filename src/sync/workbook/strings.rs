//! The texts that the cells of a workbook share, in one piece of memory with a limit: they are
//! named by number before they are read, so they cannot be streamed.

use std::io::Read;

use super::xml::{self, Piece};
use crate::connectors::fault::FileFault;

/// All texts together.
const BYTES_MAX: usize = 64 * 1024 * 1024;
const STRINGS_MAX: usize = 4_000_000;

#[derive(Default)]
pub struct Strings {
    text: String,
    /// Where each text ends.
    ends: Vec<u32>,
}

impl Strings {
    /// # Errors
    /// `Broken` where they are damaged or more than is held.
    pub fn read(source: impl Read) -> Result<Self, FileFault> {
        let mut strings = Self::default();
        // A reading aid above the letters is no part of the text.
        let (mut in_text, mut in_aid) = (false, false);
        xml::each_piece(source, &mut |piece| {
            match piece {
                Piece::Open("rPh", _) => in_aid = true,
                Piece::Close("rPh") => in_aid = false,
                Piece::Open("t", _) => in_text = true,
                Piece::Close("t") => in_text = false,
                Piece::Close("si") => strings.ends.push(strings.text.len() as u32),
                Piece::Text(text) if in_text && !in_aid => strings.text.push_str(text),
                Piece::Open(..) | Piece::Close(_) | Piece::Text(_) => {}
            }
            if strings.text.len() > BYTES_MAX || strings.ends.len() > STRINGS_MAX {
                return Err(FileFault::broken(
                    "The Excel workbook holds more text than can be read. Nothing of it was \
                     taken in. Save its sheet as CSV and import that.",
                ));
            }
            Ok(())
        })?;
        Ok(strings)
    }

    #[cfg(test)]
    pub fn of(texts: &[&str]) -> Self {
        let mut strings = Self::default();
        for text in texts {
            strings.text.push_str(text);
            strings.ends.push(strings.text.len() as u32);
        }
        strings
    }

    pub fn find(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)? as usize;
        let start = match index.checked_sub(1) {
            Some(before) => self.ends[before] as usize,
            None => 0,
        };
        self.text.get(start..end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_found_by_number_with_all_their_runs() {
        let text = "<sst><si><t>a</t></si><si/><si><r><t xml:space=\"preserve\">b </t></r>\
            <r><t>c</t></r><rPh><t>aid</t></rPh></si></sst>";
        let strings = Strings::read(text.as_bytes()).unwrap();
        let found: Vec<Option<&str>> = (0..4).map(|index| strings.find(index)).collect();
        assert_eq!(found, [Some("a"), Some(""), Some("b c"), None]);
    }
}
