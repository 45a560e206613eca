//! The rules that look at one Rust file.

use super::source::{File, line_of, words};
use super::tree::House;

pub type Rule = fn(&File, &House) -> Vec<String>;

pub const OF_A_FILE: [(&str, Rule); 9] = [
    ("imports come from lower floors only", imports_come_from_lower_floors),
    ("no slice names another", no_slice_names_another),
    ("lines have at most 100 columns", lines_are_short),
    ("no float but in charts and outlooks", no_float),
    ("SQL that writes stands in the store", writes_stand_in_the_store),
    ("async ends at the handler", async_ends_at_the_handler),
    ("one system clock", one_system_clock),
    ("no crash and no print", no_crash_and_no_print),
    ("every file says what it is for", a_header_says_what_it_is_for),
];

/// A room may name rooms of lower floors and itself.
const FLOORS: [&[&str]; 7] = [
    &["base"],
    &["domain", "mail"],
    &["store", "connectors"],
    &["jobs", "web"],
    &["sync", "books", "reports", "mcp"],
    &["features"],
    &["app"],
];
/// What connectors share; everything else beside it is another channel.
const SHARED_BY_CONNECTORS: [&str; 5] = ["contract", "fault", "kit", "spec", "ctx"];
/// A chart's coordinates and an outlook's odds are no amounts; a spreadsheet's number is a
/// double by its format, written out of the exact text and never read back.
const MAY_FLOAT: [&str; 4] =
    ["src/web/chart.rs", "src/web/chart/", "src/domain/outlook/", "src/web/xlsx.rs"];
const MAY_WAIT: [&str; 4] = ["web", "mcp", "features", "app"];
const CLOCK: &str = "src/base/time.rs";
const CLOCKS: [&str; 6] = [
    "SystemTime",
    "std::time::Instant",
    "Instant::now",
    "Timestamp::now",
    "Zoned::now",
    "Utc::now",
];
const COLUMNS_MAX: usize = 100;
const CRASHES: [&str; 11] = [
    ".unwrap()",
    ".expect(",
    "panic!",
    "todo!",
    "unimplemented!",
    "unreachable!",
    "dbg!",
    "println!",
    "eprintln!",
    "print!",
    "eprint!",
];

fn floor_of(room: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&room))
}

fn imports_come_from_lower_floors(file: &File, _: &House) -> Vec<String> {
    let (room, _) = file.room();
    if ["", "lib", "main"].contains(&room) {
        return Vec::new();
    }
    let Some(floor) = floor_of(room) else {
        return vec![format!("{}: the room {room} has no floor", file.path)];
    };
    let mut names = file.list_names();
    names.retain(|name| {
        let named = name.first().map_or("", String::as_str);
        named != room && floor_of(named).is_some_and(|named| named >= floor)
    });
    names.iter().map(|name| format!("{}: {}", file.path, name.join("::"))).collect()
}

fn no_slice_names_another(file: &File, house: &House) -> Vec<String> {
    let (room, own) = file.room();
    let (slices, shared): (_, &[&str]) = match room {
        "connectors" => (&house.connectors, &SHARED_BY_CONNECTORS),
        "features" => (&house.features, &["feature"]),
        _ => return Vec::new(),
    };
    // The list and the tests of the list know everybody.
    if ["mod", "tests"].contains(&own) {
        return Vec::new();
    }
    let is_other = |name: &str| name != own && slices.contains(name) && !shared.contains(&name);
    let mut names = file.list_names();
    names.retain(|name| name[0] == room && name.get(1).is_some_and(|name| is_other(name)));
    names.iter().map(|name| format!("{}: {}", file.path, name.join("::"))).collect()
}

fn lines_are_short(file: &File, _: &House) -> Vec<String> {
    // A raw text has no place to break it.
    let is_long = |line: &str| line.chars().count() > COLUMNS_MAX && !line.contains("r#\"");
    let lines = file.text.lines().enumerate().filter(|(_, line)| is_long(line));
    lines.map(|(number, _)| format!("{}:{}", file.path, number + 1)).collect()
}

fn no_float(file: &File, _: &House) -> Vec<String> {
    let is_free = MAY_FLOAT.iter().any(|place| file.path.starts_with(place));
    if is_free || !file.path.starts_with("src/") {
        return Vec::new();
    }
    let floats = words(&file.code).filter(|(_, word)| matches!(*word, "f32" | "f64"));
    floats.map(|(at, word)| told(file, at, word)).collect()
}

/// Also names statements of our own schema; only migrations and the store make tables.
pub fn find_write(sql: &str) -> Option<&'static str> {
    let plain = sql.to_lowercase().replace(['\\', '"', '(', ','], " ");
    let words: Vec<&str> = plain.split_whitespace().collect();
    words.windows(3).chain([words.as_slice()]).find_map(|window| match window {
        ["insert", "into" | "or", ..] => Some("insert"),
        ["replace", "into", ..] => Some("replace"),
        ["delete", "from", ..] => Some("delete"),
        ["update", _, "set", ..] => Some("update"),
        ["create" | "drop" | "alter", "table", ..] => Some("table"),
        _ => None,
    })
}

fn writes_stand_in_the_store(file: &File, _: &House) -> Vec<String> {
    if file.room().0 == "store" {
        return Vec::new();
    }
    let found = find_write(&file.texts_shipped);
    found.map(|verb| format!("{}: {verb}", file.path)).into_iter().collect()
}

fn async_ends_at_the_handler(file: &File, _: &House) -> Vec<String> {
    let (room, _) = file.room();
    if room.is_empty() || MAY_WAIT.contains(&room) {
        return Vec::new();
    }
    let found = words(&file.code).filter(|(_, word)| *word == "async");
    found.map(|(at, word)| told(file, at, word)).collect()
}

fn one_system_clock(file: &File, _: &House) -> Vec<String> {
    if file.path == CLOCK {
        return Vec::new();
    }
    find_all(file, &CLOCKS)
        // The runtime's own timer counts a wait, it does not say what time it is.
        .filter(|at| !file.code_shipped[..*at].ends_with("tokio::time::"))
        .map(|at| told(file, at, "a clock"))
        .collect()
}

fn no_crash_and_no_print(file: &File, _: &House) -> Vec<String> {
    find_all(file, &CRASHES).map(|at| told(file, at, "a crash or a print")).collect()
}

fn a_header_says_what_it_is_for(file: &File, _: &House) -> Vec<String> {
    let has_header = file.text.starts_with("//! ") && file.text.lines().next() != Some("//! ");
    if has_header { Vec::new() } else { vec![file.path.clone()] }
}

/// Where one of these begins in what is shipped, as a word of its own.
fn find_all<'a>(file: &'a File, needles: &'a [&str]) -> impl Iterator<Item = usize> + 'a {
    needles.iter().flat_map(move |needle| {
        let found = file.code_shipped.match_indices(needle).map(|(at, _)| at);
        found.filter(move |at| {
            let before = file.code_shipped[..*at].chars().next_back().unwrap_or(' ');
            needle.starts_with('.') || !(before.is_alphanumeric() || before == '_')
        })
    })
}

fn told(file: &File, at: usize, what: &str) -> String {
    format!("{}:{}: {what}", file.path, line_of(&file.text, at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rule: Rule, path: &str, text: &str, expected: usize) {
        let slices = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let house = House {
            connectors: slices(&["amazon", "ecb", "kit"]),
            features: slices(&["orders", "profit"]),
        };
        let found = rule(&File::parse(path, text), &house);
        assert_eq!(found.len(), expected, "{path}: {text}: {found:?}");
    }

    #[test]
    fn an_import_from_above_or_from_a_neighbour_is_found() {
        let rule = imports_come_from_lower_floors;
        check(rule, "src/store/db.rs", "use crate::base::Day;", 0);
        check(rule, "src/store/db.rs", "use crate::store::orders;", 0);
        check(rule, "src/store/db.rs", "use crate::features::profit::query;", 1);
        check(rule, "src/store/db.rs", "use crate::{base::Day, web::ask};", 1);
        check(rule, "src/store/db.rs", "use super::super::web;", 1);
        check(rule, "src/store/db.rs", "fn a() { crate::connectors::ALL; }", 1);
        check(rule, "src/books/verify.rs", "use crate::reports::profit;", 1);
        check(rule, "src/books/verify.rs", "// crate::reports::profit", 0);
        check(rule, "src/attic/mod.rs", "", 1);
    }

    #[test]
    fn a_slice_that_names_another_is_found() {
        let rule = no_slice_names_another;
        check(rule, "src/connectors/ecb/file.rs", "use crate::connectors::kit::csv;", 0);
        check(rule, "src/connectors/ecb/file.rs", "use crate::connectors::ecb::xml;", 0);
        check(rule, "src/connectors/ecb/file.rs", "use crate::connectors::amazon::wire;", 1);
        check(rule, "src/connectors/ecb/file.rs", "use super::super::amazon::wire;", 1);
        check(rule, "src/connectors/kit/csv.rs", "use crate::connectors::ecb::xml;", 1);
        check(rule, "src/connectors/mod.rs", "use crate::connectors::ecb::xml;", 0);
        check(rule, "src/features/profit/page.rs", "use crate::features::feature::Nav;", 0);
        check(rule, "src/features/profit/page.rs", "use crate::features::orders::page;", 1);
    }

    #[test]
    fn what_stands_in_the_wrong_place_is_found() {
        check(lines_are_short, "src/base/a.rs", &format!("// {}", "ä".repeat(97)), 0);
        check(lines_are_short, "src/base/a.rs", &format!("// {}", "ä".repeat(98)), 1);
        check(lines_are_short, "tests/a.rs", &format!("r#\"{}\"#", "a".repeat(100)), 0);
        check(no_float, "src/reports/a.rs", "let a: f64 = 1.0;", 1);
        check(no_float, "src/reports/a.rs", "let a = \"f64\"; // f64", 0);
        check(no_float, "src/web/chart/bars.rs", "let a: f64 = 1.0;", 0);
        let write = "conn.execute(\"update orders\\\n  set a = 1\")";
        check(writes_stand_in_the_store, "src/reports/a.rs", write, 1);
        check(writes_stand_in_the_store, "src/store/a.rs", write, 0);
        check(writes_stand_in_the_store, "src/reports/a.rs", "\"insert or ignore into a\"", 1);
        check(writes_stand_in_the_store, "src/reports/a.rs", "\"delete from a\"", 1);
        check(writes_stand_in_the_store, "src/reports/a.rs", "\"replace into a\"", 1);
        check(writes_stand_in_the_store, "src/reports/a.rs", "\"select a from b\"", 0);
        check(async_ends_at_the_handler, "src/sync/a.rs", "async fn a() {}", 1);
        check(async_ends_at_the_handler, "src/web/a.rs", "async fn a() {}", 0);
    }

    #[test]
    fn a_clock_a_crash_a_print_and_a_missing_header_are_found() {
        check(one_system_clock, "src/jobs/a.rs", "let a = SystemTime::now();", 1);
        check(one_system_clock, "src/jobs/a.rs", "let a = jiff::Zoned::now();", 1);
        check(one_system_clock, "src/jobs/a.rs", "use std::time::Instant;", 1);
        check(one_system_clock, "src/jobs/a.rs", "use std::time::Duration;", 0);
        check(one_system_clock, "src/app/a.rs", "tokio::time::Instant::now()", 0);
        check(one_system_clock, "src/base/time.rs", "SystemTime::now()", 0);
        check(no_crash_and_no_print, "src/jobs/a.rs", "a.unwrap(); println!(); todo!()", 3);
        check(no_crash_and_no_print, "src/jobs/a.rs", "a.unwrap_or(1); writeln!(f)", 0);
        check(no_crash_and_no_print, "src/jobs/tests.rs", "a.unwrap()", 0);
        check(a_header_says_what_it_is_for, "src/jobs/a.rs", "use a;", 1);
        check(a_header_says_what_it_is_for, "src/jobs/a.rs", "//! What for.\n", 0);
    }
}
