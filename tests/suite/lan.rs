//! Who is let in from the network, and over which way: nothing by default, and never in plain.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use purser::app::control;
use purser::app::serve::{self, Options, Running};
use purser::app::tls::OwnFiles;
use purser::base::{Clock, Instant};
use purser::store::Lane;
use purser::store::users::Role;
use serde_json::json;
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use crate::kit::app::{App, EMAIL, Folder, PASSWORD, header, session_in, text};

fn options(listen: &str, lan: bool, tls: Option<OwnFiles>) -> Options {
    Options {
        listen: listen.parse().unwrap(),
        base_path: "/".to_owned(),
        allow_hosts: Vec::new(),
        tls,
        lan,
        hooks_listen: None,
    }
}

fn clock() -> Clock {
    Clock::set_at(Instant::parse("2026-11-20T12:00:00Z").unwrap())
}

fn start(folder: &Folder, options: &Options) -> Result<Running, String> {
    serve::start(&folder.paths(), options, clock()).map_err(|fault| format!("{fault:#}"))
}

/// A folder with a manager and an owner; that one with a second factor where it is asked for.
fn folder(has_second_factor: bool) -> Folder {
    let app = App::start();
    let user = app.make_user("owner@example.test", Role::Owner, None);
    app.make_user(EMAIL, Role::Manager, Some(PASSWORD));
    if has_second_factor {
        let give = move |tx: &purser::store::Tx<'_>| {
            tx.conn().execute("update users set totp_sealed = x'00' where id = ?", [user])?;
            Ok(())
        };
        app.running.state.db.write(Lane::Interactive, give).unwrap();
    }
    let App { running, folder, .. } = app;
    running.stop().unwrap();
    folder
}

/// An own certificate for this machine, written beside the data.
fn own(folder: &Path) -> OwnFiles {
    let key = rcgen::KeyPair::generate().unwrap();
    let params = rcgen::CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    let files = OwnFiles { certificate: folder.join("own.pem"), key: folder.join("own.key") };
    std::fs::write(&files.certificate, params.self_signed(&key).unwrap().pem()).unwrap();
    std::fs::write(&files.key, key.serialize_pem()).unwrap();
    files
}

fn agent(root: &Path) -> Agent {
    let root = Certificate::from_pem(&std::fs::read(root).unwrap()).unwrap();
    let tls = TlsConfig::builder().root_certs(RootCerts::from([root])).build();
    Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .tls_config(tls)
        .timeout_global(Some(Duration::from_secs(30)))
        .build()
        .new_agent()
}

#[test]
fn threat_07_what_starts_and_what_does_not() {
    let (with, without, empty) = (folder(true), folder(false), Folder::new());
    let cert = own(with.path());
    let missing = OwnFiles { certificate: with.path().join("none"), key: cert.key.clone() };
    let (any, here) = ("0.0.0.0:0", "127.0.0.1:0");
    for (folder, listen, lan, tls, expected) in [
        (&with, here, false, None, Ok("http://127.0.0.1:")),
        (&without, here, false, None, Ok("http://127.0.0.1:")),
        (&without, here, false, Some(&cert), Ok("https://127.0.0.1:")),
        (&with, any, false, None, Err("needs the flag --lan")),
        (&with, any, false, Some(&cert), Err("needs the flag --lan")),
        (&with, "[::]:0", false, None, Err("needs the flag --lan")),
        (&without, any, true, None, Err("second factor")),
        (&without, any, true, Some(&cert), Err("second factor")),
        (&without, here, true, None, Err("second factor")),
        (&empty, any, true, None, Err("second factor")),
        (&with, any, true, Some(&missing), Err("none")),
        (&with, any, true, None, Ok("https://")),
        (&with, any, true, Some(&cert), Ok("https://")),
        (&with, here, true, None, Ok("https://127.0.0.1:")),
    ] {
        let said = format!("{listen} lan {lan} tls {}", tls.is_some());
        match (start(folder, &options(listen, lan, tls.cloned())), expected) {
            (Ok(running), Ok(begin)) => {
                assert!(running.url("/").starts_with(begin), "{said}: {}", running.url("/"));
                running.stop().unwrap();
            }
            (Err(fault), Err(part)) => assert!(fault.contains(part), "{said}: {fault}"),
            (Ok(_), Err(_)) => panic!("{said}: it started"),
            (Err(fault), Ok(_)) => panic!("{said}: {fault}"),
        }
    }
}

#[test]
fn threat_07_from_the_network_all_goes_over_tls_and_plain_http_is_closed() {
    let folder = folder(true);
    let running = start(&folder, &options("0.0.0.0:0", true, None)).unwrap();
    let (authority, _) = running.authority.clone().unwrap();
    assert_eq!(authority.fingerprint.len(), 95);
    let port = running.address.port();
    let base = format!("https://127.0.0.1:{port}");
    let agent = agent(&authority.file);
    assert_eq!(agent.get(format!("{base}/healthz")).call().unwrap().status(), 200);
    let form = [("email", EMAIL), ("password", PASSWORD)];
    let enter = |origin: &str| {
        let request = agent.post(format!("{base}/sign-in")).header("Origin", origin);
        request.send_form(form).unwrap()
    };
    assert_eq!(
        enter(&format!("http://127.0.0.1:{port}")).status(),
        403,
        "the plain one is another"
    );
    let entered = enter(&base);
    assert_eq!(entered.status(), 303);
    let cookie = header(&entered, "set-cookie");
    assert!(cookie.starts_with("__Host-purser_"), "{cookie}");
    for part in ["; Secure", "; HttpOnly", "; Path=/", "; SameSite=Lax"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
    assert_eq!(header(&entered, "strict-transport-security"), "max-age=31536000");
    let session = cookie.split(';').next().unwrap();
    assert!(session_in(&entered).is_some());
    let page = agent.get(format!("{base}/settings")).header("Cookie", session).call().unwrap();
    assert!(text(page).contains("Open to your network"));

    // Names that are not ours stay outside also here.
    for host in ["evil.example", "0.0.0.0", "evil.local"] {
        let request = agent.get(format!("{base}/healthz")).header("Host", format!("{host}:{port}"));
        assert_eq!(request.call().unwrap().status(), 421, "{host}");
    }

    // In plain nothing is answered: no page, no redirect.
    let mut plain = TcpStream::connect(("127.0.0.1", port)).unwrap();
    plain.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let ask = format!("GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n");
    plain.write_all(ask.as_bytes()).unwrap();
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer);
    assert!(!String::from_utf8_lossy(&answer).contains("HTTP/"), "{answer:?}");

    // Commands of this machine go on, by a door of their own that has nothing else behind it.
    let made = control::run(&folder.paths(), clock(), "link", &json!({})).unwrap();
    let holder = made.server.unwrap();
    assert!(holder.address.ip().is_loopback() && holder.address.port() != port);
    assert!(holder.url("/").starts_with("https://"), "{}", holder.url("/"));
    let commands = format!("http://{}", holder.address);
    for path in ["/", "/sign-in", "/settings", "/api/v1/openapi.json", "/healthz"] {
        let answer = agent.get(format!("{commands}{path}")).call().unwrap();
        assert_eq!(answer.status(), 404, "{path}");
    }
    running.stop().unwrap();
}

#[test]
fn over_tls_on_this_machine_there_is_no_banner_and_commands_go_on() {
    let folder = folder(false);
    let files = own(folder.path());
    let running = start(&folder, &options("127.0.0.1:0", false, Some(files.clone()))).unwrap();
    assert!(running.authority.is_none());
    let base = running.url("");
    let agent = agent(&files.certificate);
    let page = agent.get(format!("{base}/sign-in")).call().unwrap();
    assert_eq!(page.status(), 200);
    assert!(!text(page).contains("Open to your network"));
    assert!(control::run(&folder.paths(), clock(), "link", &json!({})).unwrap().server.is_some());
    running.stop().unwrap();
}
