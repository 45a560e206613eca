//! SKUs that are the same but for how they are written: case, width, blanks, dashes, underscores
//! and dots. A break between two digits stays one, or `A-1-23` would be `A-12-3`.

/// A character in its usual width.
pub fn usual_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xff01 + 0x21).unwrap_or(c),
        '\u{3000}' | '\u{a0}' => ' ',
        _ => c,
    }
}

/// Whether it only parts what stands beside it.
pub fn is_break(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '-' | '_' | '.' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{200b}' | '\u{ad}' | '·'
        )
}

/// The SKU as it would be written without care; empty where nothing of it is left.
pub fn normalised_sku(sku: &str) -> String {
    let mut text = String::with_capacity(sku.len());
    let mut broke = false;
    for c in sku.trim().chars().map(usual_width) {
        if is_break(c) {
            broke = !text.is_empty();
            continue;
        }
        let after_digit = text.chars().next_back().is_some_and(|last| last.is_ascii_digit());
        if broke && after_digit && c.is_ascii_digit() {
            text.push('-');
        }
        broke = false;
        text.extend(c.to_lowercase());
    }
    text
}

/// A normalised SKU without the zeros that its numbers begin with, which spreadsheets lose.
pub fn without_zeros(normalised: &str) -> String {
    let mut text = String::with_capacity(normalised.len());
    let mut zeros = 0;
    let mut in_number = false;
    for c in normalised.chars() {
        if c == '0' && !in_number {
            zeros += 1;
            continue;
        }
        if zeros > 0 && !c.is_ascii_digit() {
            text.push('0');
        }
        zeros = 0;
        in_number = c.is_ascii_digit();
        text.push(c);
    }
    if zeros > 0 {
        text.push('0');
    }
    text
}

/// The words of a SKU, as its breaks part it.
pub fn parts(sku: &str) -> Vec<String> {
    let usual: String = sku.trim().chars().map(usual_width).collect();
    let parts = usual.split(is_break).filter(|part| !part.is_empty());
    parts.map(str::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_width_and_breaks_do_not_count_but_between_numbers() {
        let check = |one: &str, other: &str, same: bool| {
            assert_eq!(normalised_sku(one) == normalised_sku(other), same, "{one} {other}");
        };
        check("MUG-RED", "mug_red", true);
        check(" Mug.Red ", "MUG RED", true);
        check("ＭＵＧ－０１", "mug-01", true);
        check("MUG\u{2013}RED", "mugred", true);
        check("A-1-23", "A-12-3", false);
        check("A-1-23", "a 1 23", true);
        check("12.5", "125", false);
        check("MUG-01", "MUG01", true);
        check("MUG-RED", "MUG-BLUE", false);
        assert_eq!(normalised_sku(" -_. "), "");
    }

    #[test]
    fn zeros_in_front_of_numbers_are_told_apart() {
        let check = |sku: &str, expected: &str| {
            assert_eq!(without_zeros(&normalised_sku(sku)), expected, "{sku}");
        };
        check("00123", "123");
        check("A-007", "a7");
        check("A-0-5", "a0-5");
        check("A100", "a100");
        check("000", "0");
        check("0A0", "0a0");
        assert_ne!(normalised_sku("00123"), normalised_sku("123"));
    }
}
