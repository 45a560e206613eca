//! The vault's openers as a user has them: at the terminal, at a start without the passphrase, and
//! in the browser.

use std::io::Write;
use std::process::Stdio;

use purser::base::Secret;
use purser::store::users::Role;
use purser::store::vault::moves::{self, To};

use crate::kit::app::{App, EMAIL, PASSWORD, header, text};
use crate::kit::shop::{Said, Shop};

const PHRASE: &str = "seven quiet herons wading";

/// Runs a command with lines on its standard input.
fn say(shop: &Shop, arguments: &[&str], lines: &str) -> Said {
    let mut child = shop.command(arguments).stdin(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // A command that asks for nothing may be gone already.
    let _ = stdin.write_all(lines.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    Said {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn the_passphrase_is_said_by_a_file_or_by_stdin_and_never_by_an_argument() {
    let shop = Shop::new();
    let key_file = shop.folder.path().join("config/purser.key");
    assert_eq!(shop.run(&["vault", "verify"]).code, 0);
    let weak = say(&shop, &["vault", "passphrase"], "short\n");
    assert!(weak.code == 1 && weak.err.contains("too short"), "{}", weak.err);
    assert!(key_file.exists());
    let made = say(&shop, &["vault", "passphrase"], &format!("{PHRASE}\n"));
    assert_eq!(made.code, 0, "{}", made.err);
    assert!(!key_file.exists());
    // Nobody said it: told, and nothing done.
    let locked = shop.run(&["vault", "verify"]);
    assert!(locked.code == 1 && locked.err.contains("until its passphrase is said"));
    let locked = shop.run(&["sync"]);
    assert!(locked.code == 1 && locked.err.contains("until its passphrase is said"));
    let file = shop.file("phrase", &format!("{PHRASE}\n"));
    assert_eq!(shop.run(&["--passphrase-file", &file, "vault", "verify"]).code, 0);
    let mut command = shop.command(&["vault", "verify"]);
    assert!(command.env("PURSER_PASSPHRASE_FILE", &file).status().unwrap().success());
    let by_stdin = ["--passphrase-file", "-", "vault", "verify"];
    assert_eq!(say(&shop, &by_stdin, &format!("{PHRASE}\n")).code, 0);
    let wrong = say(&shop, &by_stdin, "eight loud herons\n");
    assert!(wrong.code == 1 && wrong.err.contains("does not open the vault"), "{}", wrong.err);
    // New keys, a code, another passphrase; each asks for the one in force.
    let lines = format!("{PHRASE}\n");
    assert_eq!(say(&shop, &["vault", "rotate-key"], &lines).code, 0);
    let code = say(&shop, &["vault", "recovery", "--json"], &lines);
    let code = code.json()["recovery_code"].as_str().unwrap().to_owned();
    let next = "nine louder herons wading";
    let changed = say(&shop, &["vault", "passphrase"], &format!("{PHRASE}\n{next}\n"));
    assert_eq!(changed.code, 0, "{}", changed.err);
    assert_eq!(say(&shop, &by_stdin, &lines).code, 1);
    assert_eq!(say(&shop, &by_stdin, &format!("{next}\n")).code, 0);
    // There is no keyring here, and nothing is lost by asking for it.
    let ring = say(&shop, &["vault", "keyring"], &format!("{next}\n"));
    assert!(ring.code == 1 && ring.err.contains("keyring cannot be used"), "{}", ring.err);
    assert_eq!(say(&shop, &["vault", "key-file"], &format!("{next}\n")).code, 0);
    assert!(key_file.exists());
    assert_eq!(shop.run(&["vault", "verify"]).code, 0);
    // Forgotten: the code of before opens it still.
    assert_eq!(say(&shop, &["vault", "passphrase"], &lines).code, 0);
    assert_eq!(say(&shop, &["vault", "recover"], &format!("{code}\n")).code, 0);
    assert_eq!(shop.run(&["vault", "verify"]).code, 0);
}

/// A server in the browser's hands whose vault wants a passphrase that nobody said.
fn locked() -> App {
    let app = App::start();
    let state = &app.running.state;
    let phrase = Secret::new(PHRASE.to_owned());
    moves::move_to(&state.db, state.vault.openers(), To::Passphrase(&phrase)).unwrap();
    app.restart()
}

#[test]
fn a_server_that_starts_without_its_passphrase_is_unlocked_in_the_browser() {
    let app = locked();
    let owner = app.session_of(app.make_user(EMAIL, Role::Owner, None));
    let manager = app.session_of(app.make_user("bob@example.test", Role::Manager, None));
    assert!(app.running.state.vault.vault().is_none());
    for path in ["/", "/orders", "/profit", "/settings"] {
        assert_eq!(app.get(path, &owner).status(), 200, "{path}");
    }
    let page = text(app.get("/connections", &owner));
    assert!(page.contains("The vault is locked") && page.contains("name=\"passphrase\""), "{page}");
    let page = text(app.get("/connections", &manager));
    assert!(page.contains("Only an owner can unlock it") && !page.contains("name=\"passphrase\""));
    let refused = app.post("/connections/unlock", &manager, &[("passphrase", PHRASE)]);
    assert_eq!(refused.status(), 403);
    // Nothing can be connected meanwhile, and the page says why.
    let answer = app.post("/connections/new/ecb", &owner, &[("base_url", "http://127.0.0.1:9")]);
    assert_eq!(answer.status(), 422);
    assert!(text(answer).contains("until its passphrase is said"));
    // Nothing said is no try.
    for _ in 0..8 {
        assert_eq!(app.post("/connections/unlock", &owner, &[]).status(), 422);
    }
    for n in 1..=5 {
        let wrong = app.post("/connections/unlock", &owner, &[("passphrase", "a loud heron")]);
        assert_eq!(wrong.status(), 422, "{n}");
        let page = text(wrong);
        assert!(page.contains("does not open the vault") && !page.contains("a loud heron"));
    }
    let blocked = app.post("/connections/unlock", &owner, &[("passphrase", PHRASE)]);
    assert_eq!(blocked.status(), 429);
    assert_eq!(header(&blocked, "retry-after"), "300");
    assert!(app.running.state.vault.vault().is_none());
    app.clock.advance_seconds(301);
    let opened = app.post("/connections/unlock", &owner, &[("passphrase", PHRASE)]);
    assert_eq!(
        (opened.status().as_u16(), header(&opened, "location").as_str()),
        (303, "/connections")
    );
    assert!(app.running.state.vault.vault().is_some());
    let page = text(app.get("/connections", &owner));
    assert!(page.contains("The vault is open") && !page.contains("The vault is locked"), "{page}");
    app.running.stop().unwrap();
}

#[test]
fn another_password_touches_no_key_of_the_vault() {
    let app = App::start();
    let owner = app.session_of(app.make_user(EMAIL, Role::Owner, Some(PASSWORD)));
    let keys = || {
        let find = |reader: &purser::store::Reader<'_>| {
            let sql =
                "select (select group_concat(kind || hex(salt) || hex(sealed)) from key_slots)
                || (select group_concat(name || hex(sealed)) from sealed_keys)";
            Ok(reader.conn().query_row(sql, [], |row| row.get::<_, String>(0))?)
        };
        app.running.state.db.read(find).unwrap()
    };
    let (before, file) = (keys(), std::fs::read(app.folder.paths().key_file()).unwrap());
    let form = [("password", PASSWORD), ("new_password", "copper badger violin nine")];
    assert_eq!(app.post("/settings/password", &owner, &form).status(), 303);
    assert_eq!(app.sign_in(EMAIL, "copper badger violin nine").status(), 303);
    assert_eq!(keys(), before);
    assert_eq!(std::fs::read(app.folder.paths().key_file()).unwrap(), file);
    app.running.stop().unwrap();
}

#[test]
fn for_how_long_documents_are_kept_is_said_at_the_terminal_and_in_the_browser() {
    let shop = Shop::new();
    assert!(shop.run(&["connections", "keep", "--json"]).json()["days"].is_null());
    assert_eq!(shop.run(&["connections", "keep", "10", "--json"]).json()["days"], 10);
    assert_eq!(shop.run(&["connections", "keep", "366"]).code, 2);
    assert_eq!(shop.run(&["connections", "keep", "--json"]).json()["days"], 10);
    let app = App::start();
    let owner = app.session_of(app.make_user(EMAIL, Role::Owner, None));
    assert_eq!(app.post("/connections/kept", &owner, &[("days", "45")]).status(), 303);
    assert!(text(app.get("/connections", &owner)).contains("value=\"45\""));
    for wrong in ["", "-1", "366", "many"] {
        assert_eq!(app.post("/connections/kept", &owner, &[("days", wrong)]).status(), 422);
    }
    assert!(text(app.get("/connections", &owner)).contains("value=\"45\""));
    app.running.stop().unwrap();
}
