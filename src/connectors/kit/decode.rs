//! Text and amounts as files write them: byte-order marks, UTF-8 or cp1252, quoted apostrophes.

use std::borrow::Cow;

use crate::base::{Currency, money};

/// The text of bytes that are UTF-8, or else Windows-1252, which decodes any byte.
pub fn text(bytes: &[u8]) -> Cow<'_, str> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().map(|byte| cp1252(*byte)).collect()),
    }
}

/// Windows-1252: Latin-1 but for the block 0x80 to 0x9f.
fn cp1252(byte: u8) -> char {
    const BLOCK: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž',
        '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}',
        'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9f => BLOCK[usize::from(byte - 0x80)],
        other => char::from(other),
    }
}

/// A cell without the one `'` that our exports (and Shopify's) write before `= + - @` and digits.
pub fn unquote_apostrophe(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@', '\t', '\r']) => rest,
        _ => cell,
    }
}

/// A cell without the blanks around it, a guarding apostrophe, an Excel wrapping `="…"`, or the
/// quotation marks that some tab-separated files put around every cell.
pub fn unwrap_cell(cell: &str) -> &str {
    let cell = cell.trim();
    let quoted = cell.strip_prefix('=').unwrap_or(cell);
    let inner = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let inner = inner.filter(|inner| !inner.contains('"'));
    unquote_apostrophe(inner.unwrap_or(cell)).trim()
}

/// An amount with a point, blanks around it ignored; in minor units.
///
/// # Errors
/// A sentence for the user.
pub fn minor(text: &str, currency: Currency) -> Result<i64, String> {
    money::parse_minor(text.trim(), currency).map_err(|fault| fault.to_string())
}

/// Like `minor`, but neither negative nor absent; an empty cell is 0.
///
/// # Errors
/// A sentence for the user.
pub fn minor_or_zero(text: &str, currency: Currency) -> Result<i64, String> {
    match text.trim() {
        "" => Ok(0),
        text => {
            let minor = minor(text, currency)?;
            if minor < 0 {
                let text = text.to_owned();
                return Err(money::AmountError::Negative { text }.to_string());
            }
            Ok(minor)
        }
    }
}

/// An ISO 3166 code, two letters; anything else is no country.
pub fn country(text: &str) -> Option<String> {
    let text = text.trim();
    let is_code = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
    is_code.then(|| text.to_ascii_uppercase())
}

/// `None` for an empty or blank cell.
pub fn some(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_not_utf8_are_read_as_windows_1252() {
        assert_eq!(text(b"\xef\xbb\xbfabc"), "abc");
        assert_eq!(text("Größe €".as_bytes()), "Größe €");
        assert_eq!(text(b"Gr\xf6\xdfe \x80"), "Größe €");
    }

    #[test]
    fn a_cell_loses_what_was_put_around_it() {
        for (cell, expected) in [
            (" =\"123\" ", "123"),
            ("\"123\"", "123"),
            ("\"", "\""),
            ("12\" ruler", "12\" ruler"),
            ("\"12\" ruler", "\"12\" ruler"),
            ("=1", "=1"),
        ] {
            assert_eq!(unwrap_cell(cell), expected, "{cell:?}");
        }
    }

    #[test]
    fn one_apostrophe_before_a_formula_sign_is_ours() {
        assert_eq!(unquote_apostrophe("'=1+1"), "=1+1");
        assert_eq!(unquote_apostrophe("''=1"), "''=1");
        assert_eq!(unquote_apostrophe("'tis"), "'tis");
        assert_eq!(unquote_apostrophe("'-5"), "-5");
    }
}
