//! The threats of the door and of the server, each with its number.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use purser::store::users::{self, Role};
use purser::store::{Lane, links, sessions};

use crate::kit::app::{App, As, EMAIL, Folder, PASSWORD, header, session_in, text};

fn status_of(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or("none")
}

#[test]
fn threat_01_only_our_own_names_are_answered() {
    let app = App::start();
    let port = app.running.address.port();
    let ask = |host: &str| {
        app.raw(&format!("GET /healthz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"))
    };
    for good in ["localhost", "127.0.0.1", "[::1]"] {
        let answer = ask(&format!("{good}:{port}"));
        assert_eq!(status_of(&answer), "200", "{good}: {answer}");
    }
    let hostile = [
        "evil",
        "evil.example",
        "evil.example:80",
        "localhost",
        "127.0.0.1",
        "[::1]",
        "localhost.",
        "localhost:80",
        "localhost:",
        "localhost:0",
        "127.0.0.1:80",
        "[::1]:80",
        "0.0.0.0",
        "127.1",
        "127.0.0.1.",
        "2130706433",
        "0x7f000001",
        "017700000001",
        "::1",
        "null",
        "*",
        "purser",
        "localhost.localdomain",
        "localhost,evil",
        "localhost evil",
    ];
    let with_port = [
        "evil",
        "evil.example",
        "localhost.evil",
        "evil.localhost",
        "localhost.",
        "LOCALHOST",
        "Localhost",
        "127.0.0.1.nip.io",
        "127.0.0.1.",
        "127.0.0.2",
        "127.1",
        "0.0.0.0",
        "0",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[0:0:0:0:0:0:0:1]",
        "user@localhost",
        "localhost@evil",
        "evil#localhost",
        "localhost:1",
        "xn--localhost-",
        "localhost%00",
        "localhost/",
        "169.254.169.254",
        "192.168.1.2",
    ];
    let hosts = hostile.iter().map(|host| (*host).to_owned());
    let hosts: Vec<String> =
        hosts.chain(with_port.iter().map(|host| format!("{host}:{port}"))).collect();
    assert!(hosts.len() >= 40);
    for host in &hosts {
        let answer = ask(host);
        assert!(matches!(status_of(&answer), "421" | "400"), "{host}: {answer}");
        assert!(!answer.contains("ok\n"), "{host}");
    }
    let lines = [
        // The request line carries a name of its own.
        format!("GET http://evil.example/healthz HTTP/1.1\r\nHost: localhost:{port}\r\n"),
        format!("GET http://user@localhost:{port}/healthz HTTP/1.1\r\nHost: localhost:{port}\r\n"),
        format!("GET http://127.0.0.1:{port}/healthz HTTP/1.1\r\nHost: localhost:{port}\r\n"),
        // A forwarding header claims to be us, or the other way round.
        format!("GET /healthz HTTP/1.1\r\nHost: evil\r\nX-Forwarded-Host: localhost:{port}\r\n"),
        format!("GET /healthz HTTP/1.1\r\nHost: evil\r\nForwarded: host=localhost:{port}\r\n"),
        "GET /healthz HTTP/1.1\r\n".to_owned(),
        "GET /healthz HTTP/1.0\r\n".to_owned(),
        format!("GET /healthz HTTP/1.1\r\nHost: localhost:{port}\r\nHost: evil\r\n"),
        format!("GET /healthz HTTP/1.1\r\nHost: localhost:{port}\r\nHost: localhost:{port}\r\n"),
    ];
    for line in lines {
        let answer = app.raw(&format!("{line}Connection: close\r\n\r\n"));
        assert!(matches!(status_of(&answer), "421" | "400"), "{line}: {answer}");
    }
    let own = format!("GET http://localhost:{port}/healthz HTTP/1.1\r\nHost: localhost:{port}\r\n");
    let answer = app.raw(&format!("{own}X-Forwarded-Host: evil\r\nConnection: close\r\n\r\n"));
    assert_eq!(status_of(&answer), "200", "{answer}");
    app.running.stop().unwrap();
}

#[test]
fn the_first_owner_is_made_through_a_link_once() {
    let app = App::start();
    let link = app.link();
    assert!(link.starts_with("/setup/"));
    // Looking at it, as a preview does, uses nothing up.
    assert!(text(app.get(&link, &As::Nobody)).contains("method=\"post\""));
    let form = |password| [("email", EMAIL), ("password", password)];
    let weak = app.post(&link, &As::Nobody, &form("password1234"));
    assert_eq!(weak.status(), 422);
    assert!(!text(weak).contains("password1234"));
    let made = app.post(&link, &As::Nobody, &form(PASSWORD));
    assert_eq!((made.status().as_u16(), header(&made, "location").as_str()), (303, "/"));
    let who = session_in(&made).unwrap();
    assert_eq!(app.get("/", &who).status(), 200);
    let again =
        app.post(&link, &As::Nobody, &[("email", "b@example.test"), ("password", PASSWORD)]);
    assert_eq!(again.status(), 410);
    let users = app.running.state.db.read(|reader| users::list(reader.conn())).unwrap();
    assert_eq!(users.len(), 1);
    assert_eq!(users[0].role, Role::Owner);
    assert_eq!(app.sign_in(EMAIL, PASSWORD).status(), 303);
    app.running.stop().unwrap();
}

#[test]
fn a_second_set_up_link_makes_no_second_owner() {
    let app = App::start();
    let (first, second) = (app.link(), app.link());
    let form = |email| [("email", email), ("password", PASSWORD)];
    assert_eq!(app.post(&first, &As::Nobody, &form(EMAIL)).status(), 303);
    assert_eq!(app.post(&second, &As::Nobody, &form("b@example.test")).status(), 410);
    app.running.stop().unwrap();
}

#[test]
fn a_sign_in_link_works_once_by_its_button_and_not_after_a_quarter_of_an_hour() {
    let app = App::start();
    app.make_user(EMAIL, Role::Owner, None);
    let link = app.link();
    assert!(link.starts_with("/link/"));
    let page = app.get(&link, &As::Nobody);
    assert_eq!(header(&page, "set-cookie"), "");
    assert_eq!(text(page).matches("<button").count(), 1);
    let used = app.post(&link, &As::Nobody, &[]);
    assert_eq!(app.get("/", &session_in(&used).unwrap()).status(), 200);
    assert_eq!(app.post(&link, &As::Nobody, &[]).status(), 410);
    let late = app.link();
    app.clock.advance_seconds(links::LIFE_S);
    assert_eq!(app.post(&late, &As::Nobody, &[]).status(), 410);
    app.running.stop().unwrap();
}

#[test]
fn threat_18_a_session_set_before_never_survives_the_sign_in() {
    let app = App::start();
    let user = app.make_user(EMAIL, Role::Owner, Some(PASSWORD));
    let mut headers = app.credentials(&As::Session("f".repeat(64)));
    headers.push(("Origin".to_owned(), app.origin()));
    let form = [("email", EMAIL), ("password", PASSWORD)];
    let entered = app.post_with("/sign-in", &headers, &form);
    let cookie = header(&entered, "set-cookie");
    for part in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let instance = app.running.state.instance_id.clone();
    assert!(cookie.starts_with(&format!("purser_{instance}=")), "{cookie}");
    let first = session_in(&entered).unwrap();
    assert!(matches!(&first, As::Session(token) if token.len() == 64 && !token.starts_with("fff")));
    assert_eq!(app.get("/", &As::Session("f".repeat(64))).status(), 303);

    // Signing in again under the old cookie ends the old session.
    let mut headers = app.credentials(&first);
    headers.push(("Origin".to_owned(), app.origin()));
    let second = session_in(&app.post_with("/sign-in", &headers, &form)).unwrap();
    assert_eq!(app.get("/", &first).status(), 303);
    assert_eq!(app.get("/", &second).status(), 200);

    app.post("/sign-out", &second, &[]);
    assert_eq!(app.get("/", &second).status(), 303);

    let third = app.session_of(user);
    assert_eq!(app.get("/", &third).status(), 200);
    let db = &app.running.state.db;
    db.write(Lane::Interactive, move |tx| sessions::delete_of_user(tx, user)).unwrap();
    assert_eq!(app.get("/", &third).status(), 303);
    app.running.stop().unwrap();
}

#[test]
fn threat_18_asking_keeps_a_session_awake_and_silence_ends_it() {
    let app = App::start();
    let user = app.make_user(EMAIL, Role::Owner, None);
    let who = app.session_of(user);
    for _ in 0..6 {
        app.clock.advance_seconds(20 * 60);
        assert_eq!(app.get("/", &who).status(), 200);
    }
    app.clock.advance_seconds(31 * 60);
    assert_eq!(app.get("/", &who).status(), 303);
    app.running.stop().unwrap();
}

#[test]
fn threat_19_guessing_ends_after_five_tries_also_across_a_restart() {
    let app = App::start();
    app.make_user(EMAIL, Role::Owner, Some(PASSWORD));
    let hashes = || app.running.state.passwords.computed();
    let before = hashes();
    let wrong = app.sign_in(EMAIL, "wrong wrong wrong");
    assert_eq!(wrong.status(), 401);
    let known = hashes() - before;
    let wrong_text = text(wrong).replace(EMAIL, "X");
    let unknown = app.sign_in("nobody@example.test", "wrong wrong wrong");
    assert_eq!(unknown.status(), 401);
    assert_eq!(text(unknown).replace("nobody@example.test", "X"), wrong_text);
    assert_eq!((known, hashes() - before), (1, 2));
    for _ in 0..3 {
        assert_eq!(app.sign_in(EMAIL, "wrong wrong wrong").status(), 401);
    }
    let blocked = app.sign_in(EMAIL, PASSWORD);
    assert_eq!((blocked.status().as_u16(), header(&blocked, "retry-after")), (429, "300".into()));
    assert_eq!(hashes() - before, 5);
    let app = app.restart();
    assert_eq!(app.sign_in(EMAIL, PASSWORD).status(), 429);
    // Whoever is at the machine gets in all the same.
    let link = app.link();
    assert_eq!(app.post(&link, &As::Nobody, &[]).status(), 303);
    assert_eq!(app.sign_in(EMAIL, PASSWORD).status(), 303);
    app.running.stop().unwrap();
}

#[test]
fn threat_16_pages_of_errors_tell_nothing_of_the_inside() {
    let app = App::start();
    let user = app.make_user(EMAIL, Role::Owner, None);
    let who = app.session_of(user);
    // A table that is gone makes the next page fail inside.
    let db = &app.running.state.db;
    db.write(Lane::Interactive, |tx| {
        tx.conn().execute_batch("ALTER TABLE one_time_links RENAME TO canary_links")?;
        Ok(())
    })
    .unwrap();
    let failed = app.get("/link/canary-token", &who);
    assert_eq!(failed.status(), 500);
    let page = text(failed);
    for inside in ["canary", "SQL", "sqlite", "one_time_links", "rusqlite"] {
        assert!(!page.contains(inside), "{inside}: {page}");
    }
    assert!(page.contains("<code>"), "no number: {page}");

    let missing = app.get("/no/such/%3Cscript%3Epage", &who);
    assert_eq!(missing.status(), 404);
    assert!(!text(missing).contains("<script>"));
    let mut headers = app.credentials(&who);
    headers.push(("Accept".to_owned(), "application/json".to_owned()));
    let mut request = app.agent.get(app.running.url("/no/such/page"));
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let json = request.call().unwrap();
    assert_eq!(header(&json, "content-type"), "application/json");
    assert!(text(json).contains("\"error\":\"This page does not exist.\""));
    app.running.stop().unwrap();
}

#[test]
fn threat_16_no_secret_reaches_the_database_in_plain_form() {
    let app = App::start();
    let link = app.link();
    let form = [("email", EMAIL), ("password", PASSWORD)];
    let made = app.post(&link, &As::Nobody, &form);
    let As::Session(session) = session_in(&made).unwrap() else { panic!("no session") };
    let As::Token(token) = app.token_of(Role::Viewer) else { panic!("no token") };
    // Somebody types the password into the wrong field.
    app.sign_in(PASSWORD, "x");
    let link_token = link.rsplit('/').next().unwrap().to_owned();
    let folder = app.folder.path().join("data");
    app.running.state.db.checkpoint().unwrap();
    let mut searched = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        for canary in [PASSWORD, &session, &token, &link_token] {
            let is_there = bytes.windows(canary.len()).any(|window| window == canary.as_bytes());
            assert!(!is_there, "{} holds {canary}", path.display());
        }
        searched += bytes.len();
    }
    assert!(searched > 10_000);
    app.running.stop().unwrap();
}

#[test]
fn threat_34_large_bodies_and_slow_heads_are_refused_and_others_are_served() {
    let app = App::start();
    let long = "x".repeat(5_000);
    assert_eq!(app.sign_in(&long, "x").status(), 413);
    // The same without saying its length beforehand.
    let chunked = format!(
        "POST /sign-in HTTP/1.1\r\nHost: {0}\r\nOrigin: http://{0}\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n\
         1400\r\nemail=a&password={1}\r\n0\r\n\r\n",
        app.running.address,
        "x".repeat(0x1400 - "email=a&password=".len()),
    );
    assert_eq!(status_of(&app.raw(&chunked)), "413");
    let hanging: Vec<TcpStream> = (0..500)
        .map(|_| {
            let mut stream = TcpStream::connect(app.running.address).unwrap();
            stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: ").unwrap();
            stream
        })
        .collect();
    assert_eq!(app.get("/healthz", &As::Nobody).status(), 200);
    let mut first = &hanging[0];
    first.set_read_timeout(Some(Duration::from_secs(15))).unwrap();
    let mut answer = String::new();
    first.read_to_string(&mut answer).unwrap();
    assert_eq!(status_of(&answer), "408", "{answer}");
    app.running.stop().unwrap();
}

#[test]
fn health_tells_nothing_but_that_it_is_well() {
    let app = App::start();
    let response = app.get("/healthz", &As::Nobody);
    assert_eq!(response.status(), 200);
    assert_eq!((header(&response, "server"), text(response)), (String::new(), "ok\n".to_owned()));
    app.running.stop().unwrap();
}

#[test]
fn threat_09_without_its_key_file_the_program_serves_but_makes_no_new_key() {
    let app = App::start();
    app.make_user(EMAIL, Role::Owner, Some(PASSWORD));
    assert!(app.running.state.vault.vault().is_some());
    let key_file = app.folder.paths().key_file();
    let kept = std::fs::read(&key_file).unwrap();
    std::fs::remove_file(&key_file).unwrap();
    let app = app.restart();
    assert!(app.running.state.vault.vault().is_none());
    assert!(!key_file.exists());
    assert_eq!(app.sign_in(EMAIL, PASSWORD).status(), 303);
    std::fs::write(&key_file, kept).unwrap();
    let app = app.restart();
    assert!(app.running.state.vault.vault().is_some());
    app.running.stop().unwrap();
}

#[test]
fn behind_a_proxy_everything_lies_under_the_base_path_and_the_allowed_name() {
    let hosts = vec!["nas.example:443".to_owned()];
    let app = App::start_with(Folder::new(), "/purser", hosts);
    assert_eq!(app.running.state.base_path, "/purser/");
    let home = app.get("/", &As::Nobody);
    assert_eq!(header(&home, "location"), "/purser/sign-in");
    assert!(text(app.get("/sign-in", &As::Nobody)).contains("action=\"/purser/sign-in\""));
    app.make_user(EMAIL, Role::Owner, Some(PASSWORD));
    let entered = app.sign_in(EMAIL, PASSWORD);
    assert!(header(&entered, "set-cookie").contains("Path=/purser/"));
    let outside = app.raw("GET /purser/healthz HTTP/1.0\r\nHost: nas.example:443\r\n\r\n");
    assert_eq!(status_of(&outside), "200");
    let outside = app.raw("GET /healthz HTTP/1.0\r\nHost: nas.example:443\r\n\r\n");
    assert_eq!(status_of(&outside), "404");
    app.running.stop().unwrap();
}
