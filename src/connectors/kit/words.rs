//! Names of our own making for what a platform names and we do not know.

/// The longest name of a kind that we make.
const KIND_CHARS_MAX: usize = 60;

/// A kind for words that no table of ours has: `FBA transportation fee` →
/// `fba_transportation_fee`.
pub fn kind_of_words(text: &str) -> String {
    let mut kind = String::new();
    let mut after_lower = false;
    for sign in text.chars() {
        let starts_word = sign.is_ascii_uppercase() && after_lower;
        if (starts_word || !sign.is_alphanumeric()) && !kind.is_empty() && !kind.ends_with('_') {
            kind.push('_');
        }
        if sign.is_alphanumeric() {
            kind.extend(sign.to_lowercase());
        }
        after_lower = sign.is_ascii_lowercase() || sign.is_ascii_digit();
    }
    let kind: String = kind.chars().take(KIND_CHARS_MAX).collect();
    match kind.trim_end_matches('_') {
        "" => "unknown".to_owned(),
        kind => kind.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_kinds() {
        assert_eq!(kind_of_words("FBA transportation fee"), "fba_transportation_fee");
        assert_eq!(kind_of_words("SomeNewFee2"), "some_new_fee2");
        assert_eq!(kind_of_words(" -/- "), "unknown");
        assert_eq!(kind_of_words(&"x".repeat(200)).len(), KIND_CHARS_MAX);
    }
}
