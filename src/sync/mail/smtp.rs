//! Handing one message over to a server. The commands and their answers are lettre's; the road is
//! our own, for three reasons: the address is looked at after the name was resolved, nothing that
//! was said in plain before STARTTLS is believed after it, and all of it together has an end.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::commands::{Auth, Data, Ehlo, Mail, Quit, Rcpt, Starttls};
use lettre::transport::smtp::extension::{ClientId, Extension, ServerInfo};
use lettre::transport::smtp::response::Response;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::base::Secret;
use crate::base::time::Stopwatch;
use crate::connectors::kit::http::Reach;
use crate::domain::mail::{Line, Security, SendFault};
use crate::store::mail::MailServer;

const CONNECT_MAX: Duration = Duration::from_secs(10);
/// For everything together, from the first byte to the last.
const TALK_MAX: Duration = Duration::from_secs(45);
const ANSWER_BYTES_MAX: usize = 16 * 1024;
const CHALLENGES_MAX: usize = 3;
/// What programs call themselves that have no name in the network.
const OUR_NAME: ClientId = ClientId::Ipv4(std::net::Ipv4Addr::LOCALHOST);

/// To whom, from whom, and the whole message.
pub struct Parcel<'a> {
    pub from: &'a Address,
    pub to: &'a Address,
    pub bytes: &'a [u8],
}

/// Where mail may go: to public addresses, and further in only where its owner said so.
pub fn reach_of(server: &MailServer) -> Reach {
    let literal = server.host.as_str().parse().ok();
    let loopback = literal.filter(std::net::IpAddr::is_loopback);
    Reach {
        plain_http: false,
        private: server.private_network,
        loopback: loopback.map(|ip| SocketAddr::new(ip, server.port)).into_iter().collect(),
    }
}

/// Hands it over; gives what the server said. `before` is called when the server is about to get
/// the message itself.
///
/// # Errors
/// `SendFault`; only after `Unheard` may the server have it.
pub fn send(
    server: &MailServer,
    password: Option<&Secret>,
    parcel: &Parcel<'_>,
    before: &mut dyn FnMut() -> bool,
) -> Result<String, SendFault> {
    let mut talk = Talk::begin(server)?;
    if let Some(password) = password.filter(|_| !server.user_name.is_empty()) {
        talk.sign_in(&server.user_name, password)?;
    }
    talk.say(Mail::new(Some(parcel.from.clone()), Vec::new()))?;
    talk.say(Rcpt::new(parcel.to.clone(), Vec::new()))?;
    talk.say(Data)?;
    if !before() {
        return Err(SendFault::NotNoted);
    }
    let handed = talk.write(&stuffed(parcel.bytes)).and_then(|()| talk.answer());
    let answer = handed.map_err(|fault| match fault {
        SendFault::Later { .. } | SendFault::Refused { .. } => fault,
        _ => SendFault::Unheard,
    })?;
    let _ = talk.say(Quit);
    Ok(answer)
}

/// A line that begins with a dot would end the message.
fn stuffed(bytes: &[u8]) -> Vec<u8> {
    let mut stuffed = Vec::with_capacity(bytes.len() + 64);
    let mut begins = true;
    for byte in bytes {
        if begins && *byte == b'.' {
            stuffed.push(b'.');
        }
        stuffed.push(*byte);
        begins = *byte == b'\n';
    }
    if !stuffed.ends_with(b"\r\n") {
        stuffed.extend_from_slice(b"\r\n");
    }
    stuffed.extend_from_slice(b".\r\n");
    stuffed
}

enum Way {
    Open(TcpStream),
    Closed(Box<StreamOwned<ClientConnection, TcpStream>>),
    /// Between the two.
    Gone,
}

impl Way {
    fn socket(&self) -> Option<&TcpStream> {
        match self {
            Self::Open(socket) => Some(socket),
            Self::Closed(stream) => Some(&stream.sock),
            Self::Gone => None,
        }
    }

    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Open(socket) => socket.read(into),
            Self::Closed(stream) => stream.read(into),
            Self::Gone => Ok(0),
        }
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Open(socket) => socket.write_all(bytes).and_then(|()| socket.flush()),
            Self::Closed(stream) => stream.write_all(bytes).and_then(|()| stream.flush()),
            Self::Gone => Err(io::ErrorKind::NotConnected.into()),
        }
    }
}

struct Talk {
    way: Way,
    /// What was read beyond the last answer.
    rest: Vec<u8>,
    watch: Stopwatch,
    info: Option<ServerInfo>,
}

impl Talk {
    fn begin(server: &MailServer) -> Result<Self, SendFault> {
        let watch = Stopwatch::start();
        let tls = tls_of(server)?;
        let way = Way::Open(connect(server)?);
        let mut talk = Self { way, rest: Vec::new(), watch, info: None };
        match server.security {
            Security::Tls => {
                talk.hurry()?;
                talk.close(tls)?;
                talk.answer().map_err(not_closed)?;
            }
            Security::StartTls => {
                talk.answer()?;
                talk.greet()?;
                if !talk.can(Extension::StartTls) {
                    return Err(SendFault::NoStartTls);
                }
                talk.say(Starttls).map_err(|fault| match fault {
                    SendFault::Later { .. } | SendFault::Refused { .. } => SendFault::NoStartTls,
                    other => other,
                })?;
                // Whatever came along in plain was said by nobody whom we know.
                if !talk.rest.is_empty() {
                    return Err(SendFault::NoTls);
                }
                talk.close(tls)?;
            }
        }
        talk.greet().map_err(not_closed)?;
        Ok(talk)
    }

    /// From here on nobody on the way reads along.
    fn close(&mut self, (config, name): Closing) -> Result<(), SendFault> {
        let Way::Open(socket) = std::mem::replace(&mut self.way, Way::Gone) else {
            return Err(SendFault::NoTls);
        };
        let session = ClientConnection::new(config, name).map_err(|_| SendFault::NoTls)?;
        let mut stream = StreamOwned::new(session, socket);
        // Agreed on before a word is said, so that a fault of it is known as such.
        while stream.conn.is_handshaking() {
            stream.conn.complete_io(&mut stream.sock).map_err(|fault| match way_fault(&fault) {
                SendFault::Broke => SendFault::NoTls,
                other => other,
            })?;
        }
        self.way = Way::Closed(Box::new(stream));
        Ok(())
    }

    fn can(&self, extension: Extension) -> bool {
        self.info.as_ref().is_some_and(|info| info.supports_feature(extension))
    }

    fn greet(&mut self) -> Result<(), SendFault> {
        let response = self.exchange(Ehlo::new(OUR_NAME))?;
        self.info = ServerInfo::from_response(&response).ok();
        Ok(())
    }

    fn sign_in(&mut self, user: &str, password: &Secret) -> Result<(), SendFault> {
        let ways = [Mechanism::Plain, Mechanism::Login];
        let way = self.info.as_ref().and_then(|info| info.get_auth_mechanism(&ways));
        let way = way.ok_or(SendFault::NoLogin)?;
        let credentials = Credentials::new(user.to_owned(), password.expose().to_owned());
        let first = Auth::new(way, credentials.clone(), None).map_err(|_| SendFault::NoLogin)?;
        let mut response = self.ask(first)?;
        for _ in 0..CHALLENGES_MAX {
            if !response.has_code(334) {
                break;
            }
            let next = Auth::new_from_response(way, credentials.clone(), &response);
            response = self.ask(next.map_err(|_| SendFault::NoLogin)?)?;
        }
        match response.code().to_string() {
            code if code == "235" => Ok(()),
            code => Err(SendFault::Login { code }),
        }
    }

    /// A command that has to be agreed to.
    fn say(&mut self, command: impl std::fmt::Display) -> Result<String, SendFault> {
        self.write(command.to_string().as_bytes())?;
        self.answer()
    }

    fn exchange(&mut self, command: impl std::fmt::Display) -> Result<Response, SendFault> {
        let response = self.ask(command)?;
        agreed(&response).map(|_| response)
    }

    fn ask(&mut self, command: impl std::fmt::Display) -> Result<Response, SendFault> {
        self.write(command.to_string().as_bytes())?;
        self.read()
    }

    fn answer(&mut self) -> Result<String, SendFault> {
        agreed(&self.read()?)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), SendFault> {
        self.hurry()?;
        self.way.write_all(bytes).map_err(|fault| way_fault(&fault))
    }

    /// One whole answer: lines of one code, the last with a blank behind it.
    fn read(&mut self) -> Result<Response, SendFault> {
        loop {
            if let Some(end) = end_of_answer(&self.rest) {
                let text = String::from_utf8_lossy(&self.rest[..end]).into_owned();
                self.rest.drain(..end);
                return text.parse().map_err(|_| SendFault::Broke);
            }
            if self.rest.len() > ANSWER_BYTES_MAX {
                return Err(SendFault::Broke);
            }
            self.hurry()?;
            let mut piece = [0; 2048];
            match self.way.read(&mut piece) {
                Ok(0) => return Err(SendFault::Broke),
                Ok(read) => self.rest.extend_from_slice(&piece[..read]),
                Err(fault) if fault.kind() == io::ErrorKind::Interrupted => {}
                Err(fault) => return Err(way_fault(&fault)),
            }
        }
    }

    /// Lets the next step take no longer than is left of the whole.
    fn hurry(&mut self) -> Result<(), SendFault> {
        let left = TALK_MAX.checked_sub(self.watch.elapsed()).filter(|left| !left.is_zero());
        let left = left.ok_or(SendFault::TooSlow)?;
        let socket = self.way.socket().ok_or(SendFault::Broke)?;
        let set = socket.set_read_timeout(Some(left));
        set.and_then(|()| socket.set_write_timeout(Some(left))).map_err(|_| SendFault::Broke)
    }
}

/// Before the way is closed, a server that says something else speaks no TLS here.
fn not_closed(fault: SendFault) -> SendFault {
    match fault {
        SendFault::Broke => SendFault::NoTls,
        other => other,
    }
}

fn end_of_answer(bytes: &[u8]) -> Option<usize> {
    let mut begin = 0;
    while let Some(length) = bytes[begin..].windows(2).position(|pair| pair == b"\r\n") {
        let (line, end) = (&bytes[begin..begin + length], begin + length + 2);
        if line.get(3) != Some(&b'-') {
            return Some(end);
        }
        begin = end;
    }
    None
}

fn agreed(response: &Response) -> Result<String, SendFault> {
    let text: Vec<&str> = response.message().collect();
    let said = Line::of(&format!("{} {}", response.code(), text.join(" "))).as_str().to_owned();
    if response.is_positive() {
        return Ok(said);
    }
    match said.starts_with('4') {
        true => Err(SendFault::Later { said }),
        false => Err(SendFault::Refused { said }),
    }
}

/// Whom we believe, and whose name has to stand in the certificate.
type Closing = (Arc<ClientConfig>, ServerName<'static>);

/// # Errors
/// `Root` for an own root that is none.
pub fn tls_of(server: &MailServer) -> Result<Closing, SendFault> {
    let mut roots = RootCertStore::empty();
    if server.root_pem.is_empty() {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    } else {
        for root in CertificateDer::pem_slice_iter(server.root_pem.as_bytes()) {
            let added = root.map_err(|_| SendFault::Root)?;
            roots.add(added).map_err(|_| SendFault::Root)?;
        }
        if roots.is_empty() {
            return Err(SendFault::Root);
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| SendFault::NoTls)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(server.host.as_str().to_owned());
    Ok((Arc::new(config), name.map_err(|_| SendFault::NotFound)?))
}

/// Connects to what the name means now, where it may.
fn connect(server: &MailServer) -> Result<TcpStream, SendFault> {
    let named = (server.host.as_str(), server.port);
    let found: Vec<SocketAddr> =
        named.to_socket_addrs().map_err(|_| SendFault::NotFound)?.collect();
    let reach = reach_of(server);
    let allowed: Vec<SocketAddr> = found.into_iter().filter(|one| reach.allows(*one)).collect();
    if allowed.is_empty() {
        return Err(SendFault::Inside);
    }
    // An address, not the name: what was looked at is what is connected to.
    let mut made = allowed.iter().map(|one| TcpStream::connect_timeout(one, CONNECT_MAX));
    made.find_map(Result::ok).ok_or(SendFault::Unreachable)
}

fn way_fault(fault: &io::Error) -> SendFault {
    match fault.kind() {
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => SendFault::TooSlow,
        io::ErrorKind::InvalidData if fault.to_string().contains("certificate") => {
            SendFault::Certificate
        }
        io::ErrorKind::InvalidData => SendFault::NoTls,
        _ => SendFault::Broke,
    }
}

#[cfg(test)]
mod tests;
