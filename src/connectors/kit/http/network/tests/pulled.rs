//! Every platform that can be asked, pulled from servers that misbehave: a clear fault and no harm
//! beyond it.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::connectors::contract::{Api, Cursor};
use crate::connectors::kit::stage::Stage;
use crate::connectors::spec::{AUTH_URL, BASE_URL, FieldKind};

const MARKER: &str = "marker-5190-never-told";
/// What a pull may take here, where nothing may take longer than a moment.
const PULL_MAX: Duration = Duration::from_secs(40);

/// The network, with little patience.
struct Hurried(Network);

impl Transport for Hurried {
    fn send(&self, request: &Request, reach: &Reach) -> Result<Answer, Fault> {
        let request = request.clone().timeout(Duration::from_millis(400)).bytes_max(1024 * 1024);
        self.0.send(&request, reach)
    }
}

fn stage(api: &dyn Api, url: &str) -> Stage {
    let mut stage = Stage::new().setting(BASE_URL, url).setting(AUTH_URL, url);
    for field in api.spec().fields {
        stage = match field.kind {
            FieldKind::Secret => stage.secret(field.key, MARKER),
            FieldKind::Text if field.required && field.key != BASE_URL => {
                stage.setting(field.key, field.example.split(',').next().unwrap_or_default())
            }
            FieldKind::Text | FieldKind::Switch | FieldKind::Choice(_) => stage,
        };
    }
    stage
}

/// The fault of each platform's first stream, and of its check.
fn pull_all(scheme: &str, address: SocketAddr) -> Vec<(String, Fault)> {
    let (url, network) = (format!("{scheme}://{address}"), Hurried(Network::new()));
    let mut faults = Vec::new();
    let known = crate::connectors::ALL.iter().filter(|known| known.slug() != "made");
    for (slug, api) in known.filter_map(|known| Some((known.slug(), known.api()?))) {
        let stage = stage(api, &url);
        let ctx = stage.ctx(api, &network);
        let has_secret = api.spec().fields.iter().any(|field| field.kind == FieldKind::Secret);
        let watch = Stopwatch::start();
        let checked = api.check(&ctx).map(|_| ());
        let pulled = api.pull(&ctx, &api.spec().streams[0], &Cursor::start()).map(|_| ());
        assert!(watch.elapsed() < PULL_MAX, "{slug} took {:?}", watch.elapsed());
        for (what, outcome) in [("check", checked), ("pull", pulled)] {
            let fault = outcome.expect_err(&format!("{slug} {what}"));
            let told = format!("{fault} {fault:?}");
            assert!(!has_secret || !told.contains(MARKER), "{slug} {what}: {told}");
            assert!(fault.to_string().len() > 10, "{slug} {what}: {told}");
            faults.push((format!("{slug} {what}"), fault));
        }
    }
    assert!(faults.len() >= 8, "ecb, woocommerce, shopify, amazon");
    faults
}

#[test]
fn garbage_is_a_fault_of_every_platform() {
    for garbage in [b"\x16\x03\x01 no HTTP at all".as_slice(), b"HTTP/1.1 200 OK\r\n\r\n<html>{"] {
        let address = serve(move |_, out| {
            say(out, garbage);
        });
        pull_all("http", address);
    }
}

#[test]
fn an_answer_that_repeats_our_secrets_is_not_told() {
    for status in ["400 Bad Request", "401 Unauthorized", "403 Forbidden", "500 Oh"] {
        let address = serve(move |head, out| {
            // Whatever we sent comes back, and what we hold besides.
            let body =
                format!("{{\"error\":\"{MARKER}\",\"message\":\"{MARKER}\",\"x\":{head:?}}}");
            let length = body.len();
            let head = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n{body}");
            say(out, head.as_bytes());
        });
        pull_all("http", address);
    }
}

#[test]
fn a_body_without_end_and_one_byte_now_and_then_hold_no_platform_up() {
    let sent = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&sent);
    let address = serve(move |_, out| {
        say(out, HEAD);
        say(out, b"\r\n");
        while say(out, &[b'['; 64 * 1024]) {
            counted.fetch_add(64 * 1024, Ordering::Relaxed);
        }
    });
    pull_all("http", address);
    assert!(sent.load(Ordering::Relaxed) < 1024 * 1024 * 1024, "we went away early");
    let address = serve(|_, out| {
        say(out, HEAD);
        say(out, b"\r\n");
        while say(out, b" ") {
            std::thread::sleep(Duration::from_millis(100));
        }
    });
    pull_all("http", address);
}

#[test]
fn no_platform_leads_us_to_another_host() {
    let reached = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&reached);
    let other = serve(move |_, out| {
        counted.fetch_add(1, Ordering::SeqCst);
        say(out, HEAD);
    });
    for status in ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"] {
        let address = serve(move |_, out| {
            let to = format!("http://{other}/?key={MARKER}");
            let head = format!("HTTP/1.1 {status}\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n");
            say(out, head.as_bytes());
        });
        pull_all("http", address);
    }
    assert_eq!(reached.load(Ordering::SeqCst), 0);
}

#[test]
fn no_platform_is_told_anything_under_a_certificate_that_is_not_its_own() {
    for pair in [RIGHT, OTHER] {
        for (what, fault) in pull_all("https", serve_tls(pair)) {
            assert!(fault.to_string().contains("certificate"), "{what}: {fault}");
        }
    }
}
