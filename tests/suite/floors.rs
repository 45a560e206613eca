//! The house rules that no compiler knows: the direction of imports, where SQL, floats, clocks
//! and `async` may stand, and that a slice is whole. Each rule is a function from a file to what
//! is wrong with it, and each is shown to find a made-up violation.

mod rules;
mod source;
mod tree;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use source::File;
use tree::House;

/// Every file of the repository that is text and of ours, by its path with forward slashes.
fn read_repository() -> BTreeMap<String, String> {
    const NOT_OURS: [&str; 3] = ["target", "node_modules", "pictures"];
    fn walk(root: &Path, folder: &Path, found: &mut BTreeMap<String, String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if path.is_dir() {
                if !NOT_OURS.contains(&name) && name != ".git" {
                    walk(root, &path, found);
                }
            } else if name != ".git"
                && let Ok(text) = fs::read_to_string(&path)
            {
                let path = path.strip_prefix(root).unwrap();
                let parts = path.iter().map(|part| part.to_str().unwrap());
                found.insert(parts.collect::<Vec<_>>().join("/"), text);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = BTreeMap::new();
    walk(root, root, &mut found);
    found
}

fn rust_files(repository: &BTreeMap<String, String>) -> Vec<File> {
    let is_rust = |path: &str| path.ends_with(".rs");
    let files: Vec<File> = repository
        .iter()
        .filter(|(path, _)| is_rust(path))
        .map(|(path, text)| File::parse(path, text))
        .collect();
    let tests = source::list_test_files(&files);
    files
        .into_iter()
        .map(|file| if tests.contains(&file.path) { file.into_test() } else { file })
        .collect()
}

#[test]
fn every_file_keeps_the_house_rules() {
    let repository = read_repository();
    let (files, house) = (rust_files(&repository), House::of(&repository));
    assert!(files.len() > 100, "the sources were not found");
    let mut strays = Vec::new();
    for file in &files {
        for (name, rule) in rules::OF_A_FILE {
            strays.extend(rule(file, &house).into_iter().map(|found| format!("{name}: {found}")));
        }
    }
    assert!(strays.is_empty(), "{} against the house rules: {strays:#?}", strays.len());
}

#[test]
fn every_slice_is_whole_and_listed() {
    let repository = read_repository();
    let mut strays = Vec::new();
    for (name, rule) in tree::OF_THE_TREE {
        strays.extend(rule(&repository).into_iter().map(|found| format!("{name}: {found}")));
    }
    assert!(strays.is_empty(), "{} against the house rules: {strays:#?}", strays.len());
}
