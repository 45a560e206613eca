//! A Rust file taken apart as far as the house rules need it: its code without comments and
//! texts, its texts alone, both also without what is compiled for tests only.

use std::collections::BTreeSet;

pub struct File {
    pub path: String,
    pub text: String,
    /// The code; comments and what stands between quotes are blank.
    pub code: String,
    /// `code` without tests.
    pub code_shipped: String,
    /// What stands between quotes, everything else blank, without tests.
    pub texts_shipped: String,
}

impl File {
    pub fn parse(path: &str, text: &str) -> Self {
        let (code, texts) = take_apart(text);
        let tests = find_tests(&code);
        let mut shipped = (code.clone(), texts);
        for (from, to) in tests {
            blank(&mut shipped.0, from, to);
            blank(&mut shipped.1, from, to);
        }
        let file = Self {
            path: path.to_owned(),
            text: text.to_owned(),
            code,
            code_shipped: shipped.0,
            texts_shipped: shipped.1,
        };
        if path.starts_with("src/") && !is_test_by_name(path) { file } else { file.into_test() }
    }

    /// The file as one of which nothing is shipped.
    pub fn into_test(self) -> Self {
        Self { code_shipped: String::new(), texts_shipped: String::new(), ..self }
    }

    /// The room of `src/` and the folder or file within it; empty outside `src/`.
    pub fn room(&self) -> (&str, &str) {
        let Some(path) = self.path.strip_prefix("src/") else { return ("", "") };
        let mut parts = path.trim_end_matches(".rs").split('/');
        (parts.next().unwrap_or_default(), parts.next().unwrap_or("mod"))
    }

    /// What the code names of the crate: `["store", "db", ..]` for `crate::store::db`.
    pub fn list_names(&self) -> Vec<Vec<String>> {
        let mut names = Vec::new();
        for (at, _) in words(&self.code).filter(|(_, word)| *word == "crate") {
            names.extend(expand(self.code[at + "crate".len()..].trim_start(), &[]));
        }
        let module: Vec<&str> = self.module_path();
        for (at, _) in words(&self.code).filter(|(_, word)| *word == "super") {
            if self.code[..at].ends_with("super::") {
                continue;
            }
            let (mut rest, mut depth) = (&self.code[at..], 0);
            while let Some(further) = rest.strip_prefix("super") {
                depth += 1;
                rest = further.strip_prefix("::").unwrap_or(further);
            }
            // What stays within its own room goes nowhere.
            if depth >= module.len() && !module.is_empty() {
                names.extend(expand(&format!("::{rest}"), &[]));
            } else if depth + 1 == module.len() {
                names.extend(expand(&format!("::{rest}"), &[module[0].to_owned()]));
            }
        }
        names
    }

    fn module_path(&self) -> Vec<&str> {
        let Some(path) = self.path.strip_prefix("src/") else { return Vec::new() };
        let path = path.trim_end_matches(".rs").trim_end_matches("/mod");
        path.split('/').filter(|part| *part != "lib" && *part != "main").collect()
    }
}

/// The words of the code and where they begin.
pub fn words(code: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    code.split(move |c| !is_word(c))
        .filter(|word| !word.is_empty())
        .map(|word| (word.as_ptr() as usize - code.as_ptr() as usize, word))
}

pub fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

/// `::a::{b, c::d}` into `a b` and `a c d`, after what came before.
fn expand(rest: &str, before: &[String]) -> Vec<Vec<String>> {
    let Some(rest) = rest.strip_prefix("::") else { return vec![before.to_vec()] };
    let rest = rest.trim_start();
    if let Some(group) = rest.strip_prefix('{') {
        return split_group(group).iter().flat_map(|one| expand(one, before)).collect();
    }
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    let mut path = before.to_vec();
    path.push(rest[..end].to_owned());
    expand(&rest[end..], &path)
}

fn split_group(group: &str) -> Vec<String> {
    let (mut parts, mut part, mut depth) = (Vec::new(), String::new(), 0);
    for c in group.chars() {
        match c {
            '}' if depth == 0 => break,
            ',' if depth == 0 => parts.push(std::mem::take(&mut part)),
            _ => {
                depth += i32::from(c == '{') - i32::from(c == '}');
                part.push(c);
            }
        }
    }
    parts.push(part);
    parts.iter().map(|part| format!("::{}", part.trim())).filter(|part| part != "::").collect()
}

/// Files that are modules for tests only, by the declaration in their parents, and their own.
pub fn list_test_files(files: &[File]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for file in files {
        let folder = file.path.trim_end_matches(".rs").trim_end_matches("/mod");
        let folder = folder.strip_suffix("/lib").unwrap_or(folder);
        for (from, to) in find_tests(&file.code) {
            let item = &file.code[from..to];
            let Some(name) = item.trim_end_matches(';').rsplit("mod ").next() else { continue };
            if item.ends_with(';') && item.contains("mod ") {
                found.insert(format!("{folder}/{name}.rs"));
                found.insert(format!("{folder}/{name}/mod.rs"));
            }
        }
    }
    found
}

fn is_test_by_name(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.contains("/tests/")
}

/// From each `#[cfg(test)]` to the end of its item.
fn find_tests(code: &str) -> Vec<(usize, usize)> {
    const MARK: &str = "#[cfg(test)]";
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = code[from..].find(MARK).map(|at| at + from) {
        let mut depth = 0;
        let after = at + MARK.len();
        let end = code[after..].char_indices().find(|(_, c)| {
            depth += i32::from(*c == '{') - i32::from(*c == '}');
            depth == 0 && matches!(c, ';' | '}')
        });
        from = end.map_or(code.len(), |(end, _)| after + end + 1);
        found.push((at, from));
    }
    found
}

fn blank(text: &mut String, from: usize, to: usize) {
    let blanks: String = text[from..to].bytes().map(blank_of).collect();
    text.replace_range(from..to, &blanks);
}

fn blank_of(byte: u8) -> char {
    if byte == b'\n' { '\n' } else { ' ' }
}

/// The code and the texts of a file, each as long as the file itself, byte by byte.
fn take_apart(text: &str) -> (String, String) {
    let bytes = text.as_bytes();
    let (mut code, mut texts) = (Vec::new(), Vec::new());
    let mut at = 0;
    while at < bytes.len() {
        let (length, is_text) = match find_literal(text, at) {
            Some(found) => found,
            None => {
                let length = text[at..].chars().next().map_or(1, char::len_utf8);
                code.extend_from_slice(&bytes[at..at + length]);
                texts.extend(bytes[at..at + length].iter().map(|b| blank_of(*b) as u8));
                at += length;
                continue;
            }
        };
        for byte in &bytes[at..at + length] {
            code.push(blank_of(*byte) as u8);
            texts.push(if is_text { *byte } else { blank_of(*byte) as u8 });
        }
        at += length;
    }
    (String::from_utf8(code).unwrap(), String::from_utf8(texts).unwrap())
}

/// The length of the comment or text that begins here, and whether it is a text.
fn find_literal(text: &str, at: usize) -> Option<(usize, bool)> {
    let rest = &text[at..];
    let to_end = |found: Option<usize>, end: usize| found.map_or(rest.len(), |from| from + end);
    if rest.starts_with("//") {
        return Some((to_end(rest.find('\n'), 0), false));
    }
    if let Some(comment) = rest.strip_prefix("/*") {
        return Some((to_end(comment.find("*/"), 4), false));
    }
    let before = text[..at].chars().next_back().unwrap_or(' ');
    if rest.starts_with('r') && !(before.is_alphanumeric() && before != 'b' || before == '_') {
        let hashes = rest[1..].bytes().take_while(|b| *b == b'#').count();
        if rest[1 + hashes..].starts_with('"') {
            let end = format!("\"{}", "#".repeat(hashes));
            let from = 2 + hashes;
            return Some((to_end(rest[from..].find(&end), from + end.len()), true));
        }
    }
    if rest.starts_with('"') {
        return Some((quoted(rest, '"'), true));
    }
    // A lifetime has no second quote after its one letter, or is longer.
    let is_char = rest.starts_with("'\\") || rest.chars().nth(2) == Some('\'');
    (rest.starts_with('\'') && is_char).then(|| (quoted(rest, '\''), true))
}

fn quoted(rest: &str, quote: char) -> usize {
    let mut is_escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            _ if c == quote => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

#[test]
fn a_file_is_taken_apart_into_code_and_texts() {
    let check = |text: &str, code: &str, texts: &str| {
        let squeeze = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let (found_code, found_texts) = take_apart(text);
        assert_eq!((squeeze(&found_code), squeeze(&found_texts)), (code.into(), texts.into()));
        assert_eq!((found_code.len(), found_texts.len()), (text.len(), text.len()));
    };
    check("let a = \"b // c\"; // d", "let a = ;", "\"b // c\"");
    check("r#\"a\"b\"# x", "x", "r#\"a\"b\"#");
    check("fn f<'a>(x: &'a str) { '\\'' }", "fn f<'a>(x: &'a str) { }", "'\\''");
    check("/* \" */ a('\"', b\"x\")", "a( , b )", "'\"' \"x\"");
    check("\"a\\\"b\" c", "c", "\"a\\\"b\"");
    check("for_r\"ä\"", "for_r", "\"ä\"");
}

#[test]
fn what_is_compiled_for_tests_is_not_shipped() {
    let text = "fn a() {}\n#[cfg(test)]\nmod tests { fn b() { c() } }\nfn d() {}\n\
                #[cfg(test)]\npub mod testing;\n";
    let file = File::parse("src/store/mod.rs", text);
    let shipped: Vec<&str> = file.code_shipped.split_whitespace().collect();
    assert_eq!(shipped.join(" "), "fn a() {} fn d() {}");
    assert!(list_test_files(&[file]).contains("src/store/testing.rs"));
    assert_eq!(File::parse("src/store/db/tests.rs", "fn a() {}").code_shipped, "");
}

#[test]
fn names_are_found_in_groups_and_upwards() {
    let text = "use crate::{base::Day, store::{self, db::Db}};\nuse super::super::jobs::x;\n\
                use super::other;\nuse super::super::super::web;";
    let file = File::parse("src/sync/pull/page.rs", text);
    let names: Vec<String> = file.list_names().iter().map(|name| name.join(" ")).collect();
    assert_eq!(names, ["base Day", "store self", "store db Db", "sync jobs x", "web"]);
}
