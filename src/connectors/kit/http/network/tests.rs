//! The network against servers that misbehave, all of them on this machine.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::base::secret::Secret;
use crate::base::time::Stopwatch;

mod pulled;

/// Answers every connection with `answer`, which is given the head of the request.
fn serve(answer: impl Fn(&str, &mut dyn Write) + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let answer = Arc::new(answer);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = Arc::clone(&answer);
            std::thread::spawn(move || talk(stream, &*answer));
        }
    });
    address
}

fn talk(mut stream: TcpStream, answer: &dyn Fn(&str, &mut dyn Write)) {
    let head = read_head(&mut BufReader::new(stream.try_clone().unwrap()));
    answer(&head, &mut stream);
}

fn read_head(reader: &mut dyn BufRead) -> String {
    let mut head = String::new();
    while reader.read_line(&mut head).is_ok_and(|read| read > 2) {}
    head
}

/// Who goes away early is no fault of the server's.
fn say(out: &mut dyn Write, text: &[u8]) -> bool {
    out.write_all(text).and_then(|()| out.flush()).is_ok()
}

fn reach(address: SocketAddr) -> Reach {
    Reach { loopback: vec![address], ..Reach::default() }
}

fn request(address: SocketAddr) -> Request {
    Request::get("orders", format!("http://{address}/orders")).timeout(Duration::from_secs(5))
}

fn ask(address: SocketAddr) -> Result<Answer, Fault> {
    Network::new().send(&request(address), &reach(address))
}

const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\nConnection: close\r\n";

#[test]
fn an_answer_comes_whole_and_says_who_asked() {
    let address = serve(|head, out| {
        assert!(head.contains("purser/") && head.contains("x-key: abc"), "{head}");
        say(out, HEAD);
        say(out, b"X-Left: 7\r\nContent-Length: 4\r\n\r\ntrue");
    });
    let key = Secret::new("abc".to_owned());
    let request = request(address).secret("x-key", &key);
    let mut answer = Network::new().send(&request, &reach(address)).unwrap();
    assert_eq!((answer.status, answer.header("x-left")), (200, Some("7")));
    assert!(answer.json::<bool>().unwrap());
}

#[test]
fn a_body_is_unpacked_and_a_bomb_is_cut_off() {
    let pack = |plain: &[u8]| {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        packer.write_all(plain).unwrap();
        packer.finish().unwrap()
    };
    let serve_packed = |plain: Vec<u8>| {
        serve(move |_, out| {
            say(out, HEAD);
            say(out, b"Content-Encoding: gzip\r\n\r\n");
            say(out, &pack(&plain));
        })
    };
    let address = serve_packed(b"[1,2]".to_vec());
    assert_eq!(ask(address).unwrap().json::<Vec<u8>>().unwrap(), [1, 2]);
    let address = serve_packed(vec![b' '; 8 * 1024 * 1024]);
    let request = request(address).bytes_max(1024 * 1024);
    let mut answer = Network::new().send(&request, &reach(address)).unwrap();
    assert_eq!(answer.bytes().unwrap_err().name(), "refused");
    let address = serve(|_, out| {
        say(out, HEAD);
        say(out, b"Content-Encoding: gzip\r\n\r\nno gzip at all");
    });
    assert_eq!(ask(address).unwrap().bytes().unwrap_err().name(), "transient");
}

#[test]
fn garbage_is_a_fault_and_no_crash() {
    for garbage in [
        b"".as_slice(),
        b"\x16\x03\x01\x02\x00",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/9.9 999 ???\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: minus one\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\xff\xfe: \x00\r\n\r\n",
        &[0; 4096],
    ] {
        let address = serve(move |_, out| {
            say(out, garbage);
        });
        let fault = ask(address).and_then(|mut answer| answer.json::<bool>()).unwrap_err();
        assert_eq!(fault.name(), "transient", "{garbage:?}: {fault}");
    }
}

#[test]
fn a_head_without_end_is_cut_off() {
    let address = serve(|_, out| {
        say(out, HEAD);
        while say(out, format!("X-More: {}\r\n", "a".repeat(1000)).as_bytes()) {}
    });
    let watch = Stopwatch::start();
    assert_eq!(ask(address).unwrap_err().name(), "transient");
    assert!(watch.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_body_without_end_is_cut_off() {
    let address = serve(|_, out| {
        say(out, HEAD);
        say(out, b"\r\n");
        while say(out, &[b'1'; 64 * 1024]) {}
    });
    let request = request(address).bytes_max(1024 * 1024);
    let mut answer = Network::new().send(&request, &reach(address)).unwrap();
    let fault = answer.bytes().unwrap_err();
    assert!(fault.to_string().contains("more than 1 MiB"), "{fault}");
}

#[test]
fn one_byte_now_and_then_does_not_hold_us() {
    let address = serve(|_, out| {
        say(out, HEAD);
        say(out, b"\r\n");
        while say(out, b" ") {
            std::thread::sleep(Duration::from_millis(50));
        }
    });
    let watch = Stopwatch::start();
    let request = request(address).timeout(Duration::from_millis(600));
    let mut answer = Network::new().send(&request, &reach(address)).unwrap();
    let fault = answer.bytes().unwrap_err();
    assert!(fault.to_string().contains("took too long"), "{fault}");
    assert!(watch.elapsed() < Duration::from_secs(4));
}

#[test]
fn a_server_that_says_nothing_does_not_hold_us() {
    let address = serve(|_, _| std::thread::sleep(Duration::from_secs(8)));
    let request = request(address).timeout(Duration::from_millis(300));
    let fault = Network::new().send(&request, &reach(address)).unwrap_err();
    assert!(fault.to_string().contains("took too long"), "{fault}");
}

#[test]
fn a_body_that_is_cut_in_half_is_no_answer() {
    let address = serve(|_, out| {
        say(out, HEAD);
        say(out, b"Content-Length: 1000\r\n\r\n[1, 2,");
    });
    let fault = ask(address).unwrap().json::<Vec<u8>>().unwrap_err();
    assert_eq!(fault.name(), "transient", "{fault}");
}

#[test]
fn a_redirect_is_given_back_and_not_followed() {
    let address = serve(|_, out| {
        say(out, b"HTTP/1.1 302 Found\r\nLocation: https://evil.example.test/\r\n");
        say(out, b"Content-Length: 0\r\nConnection: close\r\n\r\n");
    });
    assert_eq!(ask(address).unwrap().status, 302);
}

#[test]
fn nobody_listens() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let fault = ask(address).unwrap_err();
    assert_eq!(fault.name(), "transient");
    assert!(fault.to_string().contains("refuses connections"), "{fault}");
}

#[test]
fn threat_14_what_the_reach_does_not_allow_is_never_connected_to() {
    let address = serve(|_, _| panic!("somebody came"));
    let network = Network::new();
    for url in [
        format!("http://{address}/"),
        format!("https://{address}/"),
        format!("https://localhost:{}/", address.port()),
        format!("https://[::ffff:127.0.0.1]:{}/", address.port()),
        "https://169.254.169.254/latest/meta-data".to_owned(),
        "https://10.0.0.1/".to_owned(),
        "file:///etc/passwd".to_owned(),
    ] {
        let fault = network.send(&Request::get("orders", &url), &Reach::default()).unwrap_err();
        assert_eq!(fault.name(), "refused", "{url}: {fault}");
    }
}

fn serve_tls(pair: (&'static str, &'static str)) -> SocketAddr {
    use rustls::pki_types::pem::PemObject;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};

    let chain = vec![CertificateDer::from_pem_slice(pair.0.as_bytes()).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(pair.1.as_bytes()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut session = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut tls = BufReader::new(rustls::Stream::new(&mut session, &mut stream));
            let head = read_head(&mut tls);
            if head.is_empty() {
                continue;
            }
            say(tls.get_mut(), HEAD);
            say(tls.get_mut(), b"Content-Length: 4\r\n\r\ntrue");
        }
    });
    address
}

const ROOT: &str = include_str!("../../../../../tests/fixtures/tls/root.pem");
const RIGHT: (&str, &str) = (
    include_str!("../../../../../tests/fixtures/tls/right.pem"),
    include_str!("../../../../../tests/fixtures/tls/right.key"),
);
const OTHER: (&str, &str) = (
    include_str!("../../../../../tests/fixtures/tls/other.pem"),
    include_str!("../../../../../tests/fixtures/tls/other.key"),
);

#[test]
fn a_certificate_must_be_the_hosts_and_of_somebody_we_trust() {
    let ask = |network: &Network, address: SocketAddr| {
        let request = Request::get("orders", format!("https://{address}/"));
        network.send(&request.timeout(Duration::from_secs(5)), &reach(address))
    };
    let (right, other) = (serve_tls(RIGHT), serve_tls(OTHER));
    let ours = Network::trusting_only(ROOT).unwrap();
    assert!(ask(&ours, right).unwrap().json::<bool>().unwrap());
    for (network, address, why) in
        [(&ours, other, "another host's"), (&Network::new(), right, "of a root nobody knows")]
    {
        let fault = ask(network, address).unwrap_err();
        assert_eq!(fault.name(), "refused", "{why}: {fault}");
        assert!(fault.to_string().contains("certificate"), "{why}: {fault}");
    }
    let plain = serve(|_, out| {
        say(out, HEAD);
    });
    assert!(ask(&ours, plain).is_err());
    assert!(Network::trusting_only("no certificate").is_err());
}
