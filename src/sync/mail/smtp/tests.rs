//! What stands between the parts; the talk with whole servers is held in the suite.

use super::*;

#[test]
fn a_line_that_begins_with_a_dot_does_not_end_the_message() {
    assert_eq!(stuffed(b"a\r\n.\r\nb\r\n"), b"a\r\n..\r\nb\r\n.\r\n");
    assert_eq!(stuffed(b"..a"), b"...a\r\n.\r\n");
    assert_eq!(stuffed(b"a."), b"a.\r\n.\r\n");
}

#[test]
fn an_answer_ends_with_the_line_that_has_no_dash() {
    assert_eq!(end_of_answer(b"250-a\r\n250-b\r\n250 c\r\n354"), Some(21));
    assert_eq!(end_of_answer(b"250-a\r\n250-b\r\n"), None);
    assert_eq!(end_of_answer(b"220 hello"), None);
    assert_eq!(end_of_answer(b"x\r\n"), Some(3));
}

#[test]
fn threat_14_mail_goes_inside_only_where_its_owner_said_so() {
    use crate::domain::mail::{MailAddress, MailHost};
    let server = |host: &str, private_network| MailServer {
        host: MailHost::parse(host).unwrap(),
        port: 25,
        security: Security::Tls,
        user_name: String::new(),
        has_password: false,
        from: MailAddress::parse("p@example.com").unwrap(),
        from_name: Line::of("Purser"),
        root_pem: String::new(),
        private_network,
    };
    let inside = |host: &str, private| connect(&server(host, private)).err();
    for host in ["localhost", "10.0.0.1", "192.168.1.1", "::ffff:10.0.0.1", "169.254.169.254"] {
        assert_eq!(inside(host, false), Some(SendFault::Inside), "{host}");
    }
    for host in ["localhost", "169.254.169.254", "::ffff:127.0.0.1", "0.0.0.0", "fe80::1"] {
        assert_eq!(inside(host, true), Some(SendFault::Inside), "{host}");
    }
    // A literal loopback address is itself the consent, for its very port.
    let reach = reach_of(&server("127.0.0.1", false));
    assert!(reach.allows("127.0.0.1:25".parse().unwrap()));
    assert!(!reach.allows("127.0.0.1:26".parse().unwrap()));
    assert!(!reach.allows("127.0.0.2:25".parse().unwrap()));
    assert!(!reach_of(&server("localhost", true)).allows("127.0.0.1:25".parse().unwrap()));
}
