//! Notes of support: whose they are, their files, their history.

use purser::store::users::Role;

use crate::kit::app::{App, As, header, text};

fn add(app: &App, who: &As, title: &str, helper: &str) -> String {
    let form = [("title", title), ("text", "It puzzles me.\r\nSee the file."), ("helper", helper)];
    let answer = app.post("/settings/notes", who, &form);
    assert_eq!(answer.status(), 303);
    header(&answer, "location")
}

#[test]
fn a_note_is_seen_by_who_wrote_it_by_its_helper_and_by_owners() {
    let app = App::start();
    let user = |name: &str, role| {
        let user = app.make_user(&format!("{name}@example.test"), role, None);
        (user.to_string(), app.session_of(user))
    };
    let (owner, manager) = (user("ann", Role::Owner), user("bob", Role::Manager));
    let (viewer, other) = (user("cid", Role::Viewer), user("dot", Role::Viewer));
    let path = add(&app, &viewer.1, "Why <b>two</b> fees", &owner.0);
    let files = format!("{path}/files");
    let evil = ("a%22; b.html", "<script>alert(1)</script>");
    assert_eq!(app.upload(&files, &viewer.1, &[], &[evil]).status(), 303);
    let file = format!("{files}/1");
    let all = [path.clone(), file.clone(), format!("{path}/text")];
    for who in [&viewer.1, &owner.1] {
        for path in &all {
            assert_eq!(app.get(path, who).status(), 200, "{path}");
        }
    }
    for who in [&manager.1, &other.1, &app.token_of(Role::Viewer)] {
        for path in &all {
            assert_eq!(app.get(path, who).status(), 404, "{path}");
        }
        for (act, form) in [("", ("text", "mine")), ("/state", ("state", "closed"))] {
            assert_eq!(app.post(&format!("{path}{act}"), who, &[form]).status(), 404);
        }
        assert_eq!(app.post(&format!("{path}/bundle"), who, &[]).status(), 404);
        assert_eq!(app.upload(&files, who, &[], &[("x", "y")]).status(), 404);
    }
    assert!(!text(app.get("/settings/notes", &other.1)).contains("two"));
    assert!(!text(app.get("/settings/notes", &other.1)).contains("bob@example.test"));
    let page = text(app.get(&path, &viewer.1));
    assert!(page.contains("Why &#60;b&#62;two") && !page.contains("<b>two"), "{page}");

    // A file is kept by the browser and never shown, whatever it is.
    let answer = app.get(&file, &viewer.1);
    assert_eq!(header(&answer, "content-type"), "application/octet-stream");
    assert_eq!(header(&answer, "x-content-type-options"), "nosniff");
    let how = header(&answer, "content-disposition");
    assert!(how.starts_with("attachment; filename=\"a___b.html\";"), "{how}");
    assert_eq!(text(answer), evil.1);
    // Of another note's path it is not given.
    let second = add(&app, &other.1, "mine", "");
    assert_eq!(app.get(&format!("{second}/files/1"), &other.1).status(), 404);
    app.running.stop().unwrap();
}

#[test]
fn a_note_keeps_its_history_and_is_told_as_text() {
    let app = App::start();
    let user = app.make_user("ann@example.test", Role::Owner, None);
    let who = app.session_of(user);
    let path = add(&app, &who, "Fees", "");
    app.clock.advance_seconds(60);
    assert_eq!(app.post(&path, &who, &[("text", "Solved.")]).status(), 303);
    assert_eq!(app.post(&path, &who, &[("text", "  ")]).status(), 303);
    for state in ["waiting", "closed", "closed"] {
        assert_eq!(app.post(&format!("{path}/state"), &who, &[("state", state)]).status(), 303);
    }
    assert_eq!(app.post(&format!("{path}/state"), &who, &[("state", "gone")]).status(), 404);
    let told = text(app.get(&format!("{path}/text"), &who));
    assert_eq!(
        told,
        "Fees\nWritten by ann@example.test.\nState: closed\n\
         \n2026-11-20 12:00 ann@example.test\nIt puzzles me.\nSee the file.\n\
         \n2026-11-20 12:01 ann@example.test\nSolved.\n\
         \n2026-11-20 12:01 ann@example.test\nState: waiting\n\
         \n2026-11-20 12:01 ann@example.test\nState: closed\n"
    );
    let wrong = app.post("/settings/notes", &who, &[("title", "a\nb"), ("text", "kept")]);
    assert_eq!(wrong.status(), 422);
    assert!(text(wrong).contains(">kept</textarea>"));
    let bundle = app.post(&format!("{path}/bundle"), &who, &[]);
    assert_eq!(bundle.status(), 303);
    let large = vec![b'x'; 10 * 1024 * 1024 + 1];
    let answer = app.upload_bytes(&format!("{path}/files"), &who, &[], &[("x.bin", &large)]);
    assert_eq!(answer.status(), 303);
    assert!(text(app.get(&path, &who)).contains("larger than 10 MB"));
    assert_eq!(app.count("select count(*) from note_files"), 0);
    app.running.stop().unwrap();
}
