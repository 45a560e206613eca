//! The page about security: what it says is looked at, and the tests that it names are there.

use std::path::Path;

use purser::features::security::chapters::CHAPTERS;
use purser::store::users::Role;

use crate::kit::app::{App, EMAIL, PASSWORD, text};

const PATH: &str = "/settings/security";

/// Every line of our sources and tests.
fn sources(folder: &Path, found: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push_str(&std::fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn every_test_that_the_page_names_exists() {
    let (root, mut all) = (Path::new(env!("CARGO_MANIFEST_DIR")), String::new());
    sources(&root.join("src"), &mut all);
    sources(&root.join("tests/suite"), &mut all);
    for chapter in &CHAPTERS {
        assert!(!chapter.tests.is_empty(), "{}", chapter.number);
        for name in chapter.tests {
            assert!(all.contains(&format!("fn {name}(")), "{}: {name}", chapter.number);
        }
    }
}

#[cfg(unix)]
#[test]
fn t09_the_page_says_what_is_looked_at_now() {
    use std::os::unix::fs::PermissionsExt;
    let app = App::start();
    let user = app.make_user(EMAIL, Role::Owner, Some(PASSWORD));
    let who = app.session_of(user);
    let page = text(app.get(PATH, &who));
    for told in [
        "good: reached from this machine only",
        "to be done: an owner has no second factor",
        "good: open; the key file is its owner",
        "good: the database is its owner",
        "to be done: no backups are scheduled",
        "to be done: there is no recovery code",
        "good: nobody was called yet",
    ] {
        assert!(page.contains(told), "{told}: {page}");
    }
    // It is looked at, not only said.
    let key = app.folder.paths().key_file();
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let page = text(app.get(PATH, &who));
    assert!(page.contains("to be done: others of this machine may read the key file"), "{page}");
    app.running.stop().unwrap();
}
