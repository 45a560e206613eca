//! Every word that a reader sees stands in `src/web/words/`: a template holds no literal text,
//! neither between its tags nor in the attributes that are read aloud.

use std::fs;
use std::path::{Path, PathBuf};

/// Attributes whose text a reader sees or hears.
const SPOKEN: [&str; 5] = ["title=\"", "aria-label=\"", "placeholder=\"", "alt=\"", "content=\""];
/// Literal text that is no word of a language, file by file.
const ALLOWED: [(&str, &str); 7] = [
    ("_error.html", "width=device-width, initial-scale=1"),
    ("_door.html", "width=device-width, initial-scale=1"),
    ("_door.html", "light dark"),
    ("_layout.html", "width=device-width, initial-scale=1"),
    ("_layout.html", "light dark"),
    ("_layout.html", "same-origin"),
    ("_layout.html", "2; url="),
];

fn templates(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            templates(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "html") {
            found.push(path);
        }
    }
}

/// The template without its expressions, statements and comments. What stood between quotes
/// inside them goes with them, because it may be a name; words belong into the catalogue.
fn without_expressions(template: &str) -> String {
    let mut rest = template;
    let mut kept = String::new();
    while let Some(start) = rest.find("{{").into_iter().chain(rest.find("{%")).min() {
        kept.push_str(&rest[..start]);
        let end = if rest[start..].starts_with("{{") { "}}" } else { "%}" };
        let length = rest[start..].find(end).map_or(rest.len() - start, |at| at + 2);
        rest = &rest[start + length..];
    }
    kept.push_str(rest);
    kept
}

/// The text between tags and the spoken attributes that hold a letter.
fn literals(template: &str) -> Vec<String> {
    let plain = without_expressions(template);
    let mut found = Vec::new();
    let mut rest = plain.as_str();
    while !rest.is_empty() {
        let (text, after) = rest.split_at(rest.find('<').unwrap_or(rest.len()));
        found.push(text.trim().to_owned());
        let (tag, after) = after.split_at(after.find('>').map_or(after.len(), |at| at + 1));
        for attribute in SPOKEN {
            let value = tag.split(attribute).nth(1).and_then(|value| value.split('"').next());
            found.extend(value.map(str::to_owned));
        }
        rest = after;
    }
    found.retain(|text| text.chars().any(char::is_alphabetic));
    found
}

#[test]
fn templates_hold_no_words_of_their_own() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let mut files = Vec::new();
    templates(&root, &mut files);
    assert!(files.len() > 10, "the templates were not found");
    let mut strays = Vec::new();
    for path in files {
        let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
        for text in literals(&fs::read_to_string(&path).unwrap()) {
            if !ALLOWED.contains(&(name.as_str(), text.as_str())) {
                strays.push(format!("{name}: {text}"));
            }
        }
    }
    assert!(strays.is_empty(), "move these into src/web/words/: {strays:#?}");
}

#[test]
fn no_template_trusts_markup_or_writes_it_inline() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let mut files = Vec::new();
    templates(&root, &mut files);
    for path in files {
        let text = fs::read_to_string(&path).unwrap();
        for forbidden in ["|safe", "| safe", " style=", "<style", "javascript:", "escape(\"none\")"]
        {
            assert!(!text.contains(forbidden), "{}: {forbidden}", path.display());
        }
    }
}

#[test]
fn the_scan_finds_what_it_looks_for() {
    let check = |template: &str, expected: &[&str]| {
        assert_eq!(literals(template), expected, "{template}");
    };
    check("<p>Hello {{ name }}</p>", &["Hello"]);
    check("<p>{{ name }} · {% if x %}–{% endif %}</p>", &[]);
    check(r#"<a title="Go" href="/orders">{{ x }}</a>"#, &["Go"]);
    check(r#"<input placeholder="{{ Word::Find }}">"#, &[]);
    check(r#"<svg aria-label="Trend of {{ name }}"/>"#, &["Trend of "]);
}
