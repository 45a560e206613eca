//! How many units a title or a SKU speaks of: `3-pack`, `set of 3`, `x3`, `3er-Set`. Sizes such as
//! `2 x 4 cm` speak of none.

use super::normal;

/// More is a number of something else.
const UNITS_MAX: i64 = 1_000;

/// Words that say how many there are, behind a number or with `of` before one.
const PACKS: [&str; 19] = [
    "pack", "packs", "pk", "pcs", "pc", "pieces", "piece", "set", "sets", "bundle", "lot", "box",
    "case", "count", "ct", "stück", "stk", "packung", "paket",
];

/// The units that a text speaks of; `None` where it says nothing of it, or that there is one.
pub fn find_units(text: &str) -> Option<i64> {
    let words = words(text);
    let found = (0..words.len()).find_map(|at| units_at(&words, at));
    found.filter(|units| (2..=UNITS_MAX).contains(units))
}

/// The units that one part of a SKU stands for: `3pk`, `x3`.
pub fn units_of_part(part: &str) -> Option<i64> {
    let part = part.to_lowercase();
    let digits: String = part.chars().filter(char::is_ascii_digit).collect();
    let rest = part.replace(&digits, "");
    let is_pack = rest == "x" || rest == "er" || PACKS.contains(&rest.as_str());
    let is_whole = part == format!("{digits}{rest}") || part == format!("{rest}{digits}");
    digits.parse().ok().filter(|units| is_pack && is_whole && (2..=UNITS_MAX).contains(units))
}

/// Letters and digits, each run by itself.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut last = None;
    for c in text.chars().map(normal::usual_width).flat_map(char::to_lowercase) {
        let c = if c == '×' { 'x' } else { c };
        let kind = match c {
            c if c.is_ascii_digit() => Some(true),
            c if c.is_alphanumeric() => Some(false),
            _ => None,
        };
        match (kind, words.last_mut()) {
            (Some(_), Some(word)) if kind == last => word.push(c),
            (Some(_), _) => words.push(c.to_string()),
            // A number with a point in it counts no units.
            (None, _) if matches!(c, '.' | ',') => words.push(c.to_string()),
            (None, _) => {}
        }
        last = kind;
    }
    words
}

fn units_at(words: &[String], at: usize) -> Option<i64> {
    let word = |at: usize| words.get(at).map_or("", String::as_str);
    let before = |back: usize| at.checked_sub(back).map_or("", word);
    let number: i64 = match word(at) {
        "twin" if PACKS.contains(&word(at + 1)) => return Some(2),
        "triple" if PACKS.contains(&word(at + 1)) => return Some(3),
        digits => digits.parse().ok()?,
    };
    let is_number = |word: &str| word.parse::<i64>().is_ok();
    let in_decimal = matches!(before(1), "." | ",") && is_number(before(2))
        || matches!(word(at + 1), "." | ",") && is_number(word(at + 2));
    if in_decimal {
        return None;
    }
    // `3-pack`, `3 pcs`, `3er Set`, `3er-Pack`.
    let behind = if word(at + 1) == "er" { word(at + 2) } else { word(at + 1) };
    if PACKS.contains(&behind) {
        return Some(number);
    }
    // `set of 3`, `pack of 3`, `Set mit 3`.
    if matches!(before(1), "of" | "mit" | "à") && PACKS.contains(&before(2)) {
        return Some(number);
    }
    // `3x Mug`, `Mug x3`, and not `2 x 4`.
    if word(at + 1) == "x" && !is_number(word(at + 2)) && before(1) != "x" {
        return Some(number);
    }
    let is_alone = !is_number(before(2)) && word(at + 1) != "x";
    let is_end = at + 1 == words.len();
    (before(1) == "x" && is_alone && is_end).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_tell_how_many() {
        let check = |title: &str, expected: Option<i64>| {
            assert_eq!(find_units(title), expected, "{title}");
        };
        check("Mug, red, 3-pack", Some(3));
        check("Mug red (Pack of 12)", Some(12));
        check("Set of 3 mugs", Some(3));
        check("Becher rot, 3er-Set", Some(3));
        check("6 Stück Becher", Some(6));
        check("Mug red x3", Some(3));
        check("2x Mug red", Some(2));
        check("2 × Mug red", Some(2));
        check("Twin pack of soap", Some(2));
        check("Mug red", None);
        check("Tile 2 x 4 cm", None);
        check("Tile 2x4", None);
        check("Bottle 0.5 pack", None);
        check("Pack of 1", None);
        check("Cable 3 m", None);
        check("Screws, box of 5000", None);
    }

    #[test]
    fn parts_of_skus_tell_how_many() {
        let check = |part: &str, expected: Option<i64>| {
            assert_eq!(units_of_part(part), expected, "{part}");
        };
        check("3PK", Some(3));
        check("x3", Some(3));
        check("set6", Some(6));
        check("3", None);
        check("red", None);
        check("1pk", None);
        check("", None);
    }
}
