//! The bytes of a message, whatever was put into it.

use proptest::prelude::*;

use super::*;
use crate::base::Secret;
use crate::domain::mail::{MailHost, Security};

fn server() -> MailServer {
    MailServer {
        host: MailHost::parse("smtp.example.com").unwrap(),
        port: 587,
        security: Security::StartTls,
        user_name: String::new(),
        has_password: false,
        from: MailAddress::parse("purser@example.com").unwrap(),
        from_name: Line::of("Hollow & Pine"),
        root_pem: String::new(),
        private_network: false,
    }
}

fn bytes_of(message: &Message) -> String {
    let (server, to) = (server(), MailAddress::parse("ann@example.com").unwrap());
    let at = Instant::parse("2026-11-22T08:30:00Z").unwrap();
    let head = Head { server: &server, to: &to, message_id: "<1@example.com>", at };
    let manner =
        Manner { zone: Zone::utc(), locale: Locale::default(), organisation: "Heron".to_owned() };
    String::from_utf8(compose(&head, &manner, message).unwrap().bytes).unwrap()
}

fn heads(bytes: &str) -> Vec<&str> {
    let (head, _) = bytes.split_once("\r\n\r\n").unwrap();
    let names = head.split("\r\n").filter(|line| !line.starts_with([' ', '\t']));
    names.map(|line| line.split(':').next().unwrap()).collect()
}

const HEADS: [&str; 8] = [
    "From",
    "To",
    "Subject",
    "Message-ID",
    "Date",
    "Auto-Submitted",
    "MIME-Version",
    "Content-Type",
];

#[test]
fn a_message_has_its_heads_and_both_bodies() {
    let link = Secret::new("https://purser.test/join/abc".to_owned());
    let (organisation, by) = (Line::of("Heron"), Line::of("Ann <b>"));
    let bytes = bytes_of(&Message::Invitation { organisation, by, link });
    let mut found = heads(&bytes);
    found.sort_unstable();
    let mut expected = HEADS;
    expected.sort_unstable();
    assert_eq!(found, expected);
    assert!(bytes.contains("Date: Sun, 22 Nov 2026 08:30:00"), "{bytes}");
    assert!(bytes.contains("Message-ID: <1@example.com>\r\n"), "{bytes}");
    assert!(bytes.contains("Content-Type: text/plain"), "{bytes}");
    assert!(bytes.contains("Content-Type: text/html"), "{bytes}");
    assert!(bytes.contains("\r\nhttps://purser.test/join/abc\r\n"), "{bytes}");
    let html = bytes.split("text/html").nth(1).unwrap();
    assert!(!html.contains("Ann <b>"), "{html}");
    assert!(bytes.is_ascii() && bytes.lines().all(|line| line.len() <= 998));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn threat_33_nothing_adds_a_head_or_a_reader(text in "\\PC{0,80}", other in ".{0,80}") {
        for message in [
            Message::NewSignIn {
                address: Line::of(&text), agent: Line::of(&other), at: Instant(0),
            },
            Message::SyncAttention {
                platform: Line::of(&text),
                connection: Line::of(&other),
                why: crate::domain::mail::Attention::Drift,
            },
            Message::BackupFailed { what: Line::of(&other) },
        ] {
            let bytes = bytes_of(&message);
            let mut found = heads(&bytes);
            found.sort_unstable();
            let mut expected = HEADS;
            expected.sort_unstable();
            prop_assert_eq!(&found[..], &expected[..]);
        }
    }
}
