//! Mail from the page to the bytes that arrive, and servers that do not behave.

use purser::base::Secret;
use purser::domain::mail::{Line, MailAddress, Message};
use purser::store::users::Role;
use purser::store::{Lane, Tx};
use purser::sync::mail;

use crate::kit::app::{App, As, EMAIL, PASSWORD, header, text};
use crate::kit::smtp::{self, Manner, Smtp};

const SECRET: &str = "heron wing eleven";

fn owner(app: &App) -> As {
    let user = app.make_user(EMAIL, Role::Owner, Some(PASSWORD));
    app.session_of(user)
}

fn describe(app: &App, who: &As, server: &Smtp, security: &str) -> u16 {
    let port = server.address.port().to_string();
    let form = [
        ("host", "127.0.0.1"),
        ("port", port.as_str()),
        ("security", security),
        ("user", "ann"),
        ("password", SECRET),
        ("from", "purser@example.com"),
        ("from_name", "Heron"),
        ("root", server.root.as_str()),
    ];
    app.post("/settings/mail", who, &form).status().as_u16()
}

/// What the page says of a test message: the status, and the text after it.
fn test(app: &App, who: &As) -> (u16, String) {
    let answer = app.post("/settings/mail/test", who, &[("to", "bob@example.com")]);
    let status = answer.status().as_u16();
    if status == 303 {
        return (status, text(app.get("/settings/mail", who)));
    }
    (status, text(answer))
}

#[test]
fn a_test_message_arrives_whole_and_the_servers_answer_is_told() {
    let (app, server) = (App::start(), smtp::serve(Manner::Good));
    let who = owner(&app);
    assert_eq!(describe(&app, &who, &server, "starttls"), 303);
    let (status, page) = test(&app, &who);
    assert_eq!(status, 303);
    assert!(page.contains("250 kept as 1"), "{page}");
    let messages = server.messages();
    assert_eq!(messages.len(), 1);
    for part in [
        "From: Heron <purser@example.com>\r\n",
        "To: bob@example.com\r\n",
        "Subject: Test message of Purser\r\n",
        "Auto-Submitted: auto-generated\r\n",
        "Content-Type: text/plain; charset=utf-8\r\n",
        "Content-Type: text/html; charset=utf-8\r\n",
        "Mail works.",
    ] {
        assert!(messages[0].contains(part), "{part}: {}", messages[0]);
    }
    // The password is in no page and not in the file.
    assert!(!page.contains(SECRET));
    app.running.state.db.checkpoint().unwrap();
    let bytes = std::fs::read(app.running.state.db.path()).unwrap();
    assert!(!bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes()));
    app.running.stop().unwrap();
}

#[test]
fn threat_33_a_server_without_starttls_hears_nothing() {
    let (app, server) = (App::start(), smtp::serve(Manner::NoStartTls));
    let who = owner(&app);
    describe(&app, &who, &server, "starttls");
    let (status, page) = test(&app, &who);
    assert_eq!(status, 422);
    assert!(page.contains("offers no STARTTLS") && page.contains("Nothing was sent"), "{page}");
    let said = server.said();
    assert!(said.starts_with("EHLO"), "{said}");
    for word in ["AUTH", "MAIL", "RCPT", "DATA", "example.com", "ann"] {
        assert!(!said.contains(word), "{said}");
    }
    app.running.stop().unwrap();
}

#[test]
fn threat_33_what_was_said_before_the_way_was_closed_is_not_believed() {
    let (app, server) = (App::start(), smtp::serve(Manner::TalksAhead));
    let who = owner(&app);
    describe(&app, &who, &server, "starttls");
    let (status, page) = test(&app, &who);
    assert_eq!(status, 422);
    assert!(page.contains("no TLS on this port that can be trusted"), "{page}");
    assert!(!server.said().contains("AUTH"), "{}", server.said());
    app.running.stop().unwrap();
}

#[test]
fn a_server_is_believed_by_its_own_root_only_and_never_in_plain() {
    let (app, server, other) = (App::start(), smtp::serve(Manner::Good), smtp::serve(Manner::Good));
    let who = owner(&app);
    let wrong = Smtp { address: server.address, root: other.root.clone(), taken: other.taken };
    describe(&app, &who, &wrong, "starttls");
    let (status, page) = test(&app, &who);
    assert_eq!(status, 422);
    assert!(page.contains("certificate that cannot be trusted"), "{page}");
    assert!(!server.said().contains("AUTH"), "{}", server.said());
    // A server that speaks plain where TLS was said.
    describe(&app, &who, &server, "tls");
    assert_eq!(test(&app, &who).0, 422);
    assert_eq!(server.messages().len(), 0);
    app.running.stop().unwrap();
}

#[test]
fn a_wrong_password_is_told_without_the_servers_words() {
    let (app, server) = (App::start(), smtp::serve(Manner::WrongPassword));
    let who = owner(&app);
    describe(&app, &who, &server, "starttls");
    let (status, page) = test(&app, &who);
    assert_eq!(status, 422);
    assert!(page.contains("it said 535"), "{page}");
    assert!(!page.contains("AGFubgBoZXJvbg"), "{page}");
    app.running.stop().unwrap();
}

#[test]
fn a_password_is_not_given_to_another_server() {
    let (app, server, other) = (App::start(), smtp::serve(Manner::Good), smtp::serve(Manner::Good));
    let who = owner(&app);
    describe(&app, &who, &server, "starttls");
    let port = other.address.port().to_string();
    let form = [
        ("host", "127.0.0.1"),
        ("port", port.as_str()),
        ("user", "ann"),
        ("from", "purser@example.com"),
        ("root", other.root.as_str()),
    ];
    let answer = app.post("/settings/mail", &who, &form);
    assert_eq!(answer.status(), 422);
    assert!(text(answer).contains("Enter the password again"));
    for (field, value) in [
        ("host", "a b"),
        ("host", "2130706433"),
        ("port", "0"),
        ("from", "purser@example.com\r\nBcc: eve@example.com"),
        ("from_name", "Heron\r\nBcc: eve@example.com"),
        ("user", "ann\r\nRSET"),
        ("root", "none"),
    ] {
        let mut typed = form.to_vec();
        typed.retain(|(name, _)| *name != field);
        typed.extend([(field, value), ("password", "x")]);
        let status = app.post("/settings/mail", &who, &typed).status();
        assert_eq!(status, 422, "{field} {value:?}");
    }
    app.running.stop().unwrap();
}

fn queue(app: &App, work: impl FnOnce(&Tx<'_>) + Send + 'static) {
    let db = &app.running.state.db;
    db.write(Lane::Interactive, move |tx| {
        work(tx);
        Ok(())
    })
    .unwrap();
    app.running.signal.wake();
}

/// Waits until the newest message has one of these states.
fn wait_for(app: &App, states: &[&str], attempts: i64) -> String {
    let sql = "select state || ' ' || attempts || ' ' || unheard || ' ' || answer from mails
        where not exists (select 1 from jobs where kind = 'mail' and state = 'leased')
        order by id desc limit 1";
    for _ in 0..1_500 {
        let found: String = app
            .running
            .state
            .db
            .read(|reader| {
                let found = reader.conn().query_row(sql, [], |row| row.get(0));
                Ok(found.unwrap_or_else(|_| "busy 0 0 ".to_owned()))
            })
            .unwrap();
        let mut parts = found.split(' ');
        let (state, tries) = (parts.next().unwrap(), parts.next().unwrap());
        let is_waiting = state == "due" && found.split(' ').nth(3) == Some("");
        if states.contains(&state) && tries == attempts.to_string() && !is_waiting {
            return found;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    panic!("the message did not come to its end");
}

fn disk() -> Message {
    Message::LowDisk { free_bytes: 123_000_000 }
}

#[test]
fn a_server_that_says_later_is_asked_again_and_the_same_is_told_once() {
    let (app, server) = (App::start(), smtp::serve(Manner::LaterFirst));
    let who = owner(&app);
    queue(&app, |tx| assert_eq!(mail::queue(tx, &disk()).unwrap(), 0, "no server yet"));
    describe(&app, &who, &server, "starttls");
    queue(&app, |tx| {
        assert_eq!(mail::queue(tx, &disk()).unwrap(), 1);
        assert_eq!(mail::queue(tx, &disk()).unwrap(), 0, "told already");
    });
    let found = wait_for(&app, &["due"], 1);
    assert!(found.contains("451 come back later"), "{found}");
    app.clock.advance_seconds(61);
    app.running.signal.wake();
    let found = wait_for(&app, &["sent"], 2);
    assert!(found.ends_with("250 kept as 1"), "{found}");
    let messages = server.messages();
    assert_eq!(messages.len(), 1);
    assert!(messages[0].contains("123 MB are free"), "{}", messages[0]);
    assert!(messages[0].contains(&format!("To: {EMAIL}\r\n")), "{}", messages[0]);
    app.running.stop().unwrap();
}

#[test]
fn what_nobody_heard_of_goes_once_more_under_the_same_mark_and_then_somebody_is_asked() {
    let (app, server) = (App::start(), smtp::serve(Manner::GoneAfter));
    let who = owner(&app);
    describe(&app, &who, &server, "starttls");
    queue(&app, |tx| assert_eq!(mail::queue(tx, &disk()).unwrap(), 1));
    wait_for(&app, &["due"], 1);
    app.clock.advance_seconds(61);
    app.running.signal.wake();
    wait_for(&app, &["dead"], 2);
    let messages = server.messages();
    assert_eq!(messages.len(), 2, "at most one repeat");
    let mark =
        |text: &str| text.lines().find(|line| line.starts_with("Message-ID")).unwrap().to_owned();
    assert_eq!(mark(&messages[0]), mark(&messages[1]));
    app.clock.advance_seconds(86_400);
    app.running.signal.wake();
    app.settle();
    assert_eq!(server.messages().len(), 2);
    let todo = text(app.get("/todo", &app.session_of(purser::base::id::UserId(1))));
    assert!(todo.contains("1 message was not sent."), "{todo}");
    app.running.stop().unwrap();
}

#[test]
fn a_refused_message_is_given_up_at_once_and_can_be_sent_again() {
    let (app, server) = (App::start(), smtp::serve(Manner::Refuses));
    let who = owner(&app);
    describe(&app, &who, &server, "starttls");
    queue(&app, |tx| assert_eq!(mail::queue(tx, &disk()).unwrap(), 1));
    let found = wait_for(&app, &["dead"], 1);
    assert!(found.contains("550 nobody of that name"), "{found}");
    let id = app.count("select max(id) from mails").to_string();
    let good = smtp::serve(Manner::Good);
    describe(&app, &who, &good, "starttls");
    assert_eq!(app.post("/settings/mail/again", &who, &[("id", &id)]).status(), 303);
    wait_for(&app, &["sent"], 1);
    assert_eq!(good.messages().len(), 1);
    app.running.stop().unwrap();
}

#[test]
fn a_link_is_sealed_until_it_is_sent_and_gone_after_it() {
    let (app, server) = (App::start(), smtp::serve(Manner::LaterFirst));
    let who = owner(&app);
    describe(&app, &who, &server, "starttls");
    let vault = app.running.state.vault.clone();
    queue(&app, move |tx| {
        let link = Secret::new("https://purser.test/join/canary-7731".to_owned());
        let by = Line::parse("Ann").unwrap();
        let message = Message::Invitation { organisation: by.clone(), by, link };
        let to = MailAddress::parse("new@example.com").unwrap();
        assert!(mail::queue_to(tx, vault.vault(), &to, &message).unwrap());
    });
    wait_for(&app, &["due"], 1);
    app.running.state.db.checkpoint().unwrap();
    let bytes = std::fs::read(app.running.state.db.path()).unwrap();
    assert!(!bytes.windows(11).any(|window| window == b"canary-7731"));
    assert_eq!(app.count("select count(*) from mails where link_sealed is not null"), 1);
    app.clock.advance_seconds(61);
    app.running.signal.wake();
    wait_for(&app, &["sent"], 2);
    assert_eq!(app.count("select count(*) from mails where link_sealed is not null"), 0);
    assert!(server.messages()[0].contains("canary-7731"));
    app.running.stop().unwrap();
}

#[test]
fn somebody_who_comes_from_somewhere_new_is_told_and_the_first_time_is_no_news() {
    let (app, server) = (App::start(), smtp::serve(Manner::Good));
    let who = owner(&app);
    describe(&app, &who, &server, "starttls");
    let enter = |agent: &str| {
        let headers =
            [("Origin".to_owned(), app.origin()), ("User-Agent".to_owned(), agent.to_owned())];
        let form = [("email", EMAIL), ("password", PASSWORD)];
        assert_eq!(app.post_with("/sign-in", &headers, &form).status(), 303);
    };
    let told = || app.count("select count(*) from mails where kind = 'new_sign_in'");
    enter("Fox/1.0");
    enter("Fox/2.7");
    assert_eq!(told(), 0, "another version is nothing new");
    enter("Lynx/1");
    assert_eq!(told(), 1);
    app.running.signal.wake();
    wait_for(&app, &["sent"], 1);
    assert!(server.messages()[0].contains("Lynx/1"), "{}", server.messages()[0]);
    // Who does not want it does not get it.
    let wishes = [("user", "1"), ("low_disk", "yes")];
    assert_eq!(app.post("/settings/mail/wishes", &who, &wishes).status(), 303);
    enter("Owl/1");
    assert_eq!(told(), 1);
    app.running.stop().unwrap();
}

#[test]
fn without_a_server_there_is_nothing_to_test_and_removing_gives_up_what_waits() {
    let (app, server) = (App::start(), smtp::serve(Manner::LaterFirst));
    let who = owner(&app);
    let page = app.get("/settings/mail", &who);
    assert_eq!((page.status().as_u16(), header(&page, "cache-control")), (200, "no-store".into()));
    assert!(text(page).contains("No mail server is set up."));
    describe(&app, &who, &server, "starttls");
    queue(&app, |tx| assert_eq!(mail::queue(tx, &disk()).unwrap(), 1));
    wait_for(&app, &["due"], 1);
    assert_eq!(app.post("/settings/mail/remove", &who, &[]).status(), 303);
    let found = wait_for(&app, &["dead"], 1);
    assert!(found.contains("No mail server is set up any more"), "{found}");
    assert_eq!(app.count("select count(*) from mail_server"), 0);
    app.running.stop().unwrap();
}

/// As whoever runs mail themselves would: `aiosmtpd`, with STARTTLS and a password required.
const REAL_SERVER: &str = r#"
import asyncio, socket, ssl, sys
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
class Keep:
    async def handle_DATA(self, server, session, envelope):
        sys.stdout.buffer.write(b"TLS %d\n" % (session.ssl is not None))
        sys.stdout.buffer.write(b"TO %s\n" % ",".join(envelope.rcpt_tos).encode())
        sys.stdout.buffer.write(envelope.content + b"\nEND\n")
        sys.stdout.flush()
        return "250 kept by a real one"
def check(server, session, envelope, mechanism, data):
    good = (data.login, data.password) == (b"ann", sys.argv[3].encode())
    return AuthResult(success=good)
free = socket.socket(); free.bind(("127.0.0.1", 0)); port = free.getsockname()[1]; free.close()
tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER); tls.load_cert_chain(sys.argv[1], sys.argv[2])
control = Controller(Keep(), hostname="127.0.0.1", port=port, tls_context=tls,
    require_starttls=True, auth_required=True, authenticator=check)
control.start()
print("PORT", port, flush=True)
sys.stdin.read()
control.stop()
"#;

#[test]
fn a_real_server_takes_it_too() {
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};
    let python = std::env::var("PURSER_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let has_server = Command::new(&python).args(["-c", "import aiosmtpd"]).output();
    if !has_server.is_ok_and(|done| done.status.success()) {
        eprintln!("skipped: {python} has no aiosmtpd; name one that has with PURSER_PYTHON");
        return;
    }
    let app = App::start();
    let who = owner(&app);
    let key = rcgen::KeyPair::generate().unwrap();
    let params = rcgen::CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    let root = params.self_signed(&key).unwrap().pem();
    let file = |name: &str| app.folder.path().join(name);
    std::fs::write(file("cert.pem"), &root).unwrap();
    std::fs::write(file("key.pem"), key.serialize_pem()).unwrap();
    let mut server = Command::new(&python)
        .arg("-c")
        .arg(REAL_SERVER)
        .args([file("cert.pem"), file("key.pem")])
        .arg(SECRET)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
    let port = lines.next().unwrap().unwrap().replace("PORT ", "");
    let told = |password: &str| {
        let form = [
            ("host", "127.0.0.1"),
            ("port", port.as_str()),
            ("security", "starttls"),
            ("user", "ann"),
            ("password", password),
            ("from", "purser@example.com"),
            ("from_name", "Heron, Éclair & Söhne"),
            ("root", root.as_str()),
        ];
        assert_eq!(app.post("/settings/mail", &who, &form).status(), 303);
        test(&app, &who)
    };
    let (status, page) = told("not the password");
    assert_eq!(status, 422);
    assert!(page.contains("it said 535"), "{page}");
    let (status, page) = told(SECRET);
    assert_eq!(status, 303, "{page}");
    assert!(page.contains("250 kept by a real one"), "{page}");
    let mut taken = Vec::new();
    for line in lines.by_ref() {
        let line = line.unwrap();
        if line == "END" {
            break;
        }
        taken.push(line.trim_end().to_owned());
    }
    assert_eq!(taken[..2], ["TLS 1", "TO bob@example.com"]);
    assert!(taken.contains(&"Subject: Test message of Purser".to_owned()), "{taken:?}");
    assert!(taken.contains(&"To: bob@example.com".to_owned()), "{taken:?}");
    assert!(taken.iter().any(|line| line.starts_with("From: ")), "{taken:?}");
    assert!(taken.iter().all(|line| line.is_ascii()), "{taken:?}");
    drop(server.stdin.take());
    server.wait().unwrap();
    app.running.stop().unwrap();
}
