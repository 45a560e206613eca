//! The network itself. Time-outs count from the first byte to the last, a packed body is unpacked
//! by us so that its limit counts what comes out, and a name is looked at after it was resolved.

use std::collections::HashMap;
use std::io::{self, Read};
use std::net::ToSocketAddrs;
use std::sync::{Mutex, PoisonError};

use flate2::read::MultiGzDecoder;
use ureq::config::Config;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Proxy, http};

use super::{Answer, Reach, Request, Transport, address};
use crate::connectors::fault::Fault;

/// What we call ourselves; shops block who says nothing.
const USER_AGENT: &str = concat!("purser/", env!("CARGO_PKG_VERSION"));
/// Different reaches whose connections are kept open.
const AGENTS_MAX: usize = 64;
const HEADERS_BYTES_MAX: usize = 64 * 1024;

/// Connections to platforms. One of an account is never used by another with a shorter reach.
pub struct Network {
    roots: RootCerts,
    agents: Mutex<HashMap<Reach, Agent>>,
}

impl Network {
    /// Trusts the certificate authorities that browsers trust.
    pub fn new() -> Self {
        Self::trusting(RootCerts::WebPki)
    }

    /// Trusts these certificates and no others.
    ///
    /// # Errors
    /// A sentence, where the text holds no certificate.
    pub fn trusting_only(pem: &str) -> Result<Self, String> {
        let wrong = |_| "this is no certificate in PEM form".to_owned();
        let certificate = Certificate::from_pem(pem.as_bytes()).map_err(wrong)?;
        Ok(Self::trusting(RootCerts::from([certificate])))
    }

    fn trusting(roots: RootCerts) -> Self {
        Self { roots, agents: Mutex::default() }
    }

    fn agent(&self, reach: &Reach, is_loopback: bool) -> Agent {
        // What is on this machine is not asked for through somebody else's.
        let proxy = if is_loopback { None } else { Proxy::try_from_env() };
        let mut agents = self.agents.lock().unwrap_or_else(PoisonError::into_inner);
        if agents.len() >= AGENTS_MAX {
            agents.clear();
        }
        let make = || {
            let config = Config::builder()
                .http_status_as_error(false)
                .max_redirects(0)
                .max_redirects_will_error(false)
                .user_agent(USER_AGENT)
                .accept_encoding("gzip")
                .max_response_header_size(HEADERS_BYTES_MAX)
                .proxy(proxy)
                .tls_config(TlsConfig::builder().root_certs(self.roots.clone()).build())
                .build();
            let resolver = Guard { reach: reach.clone() };
            Agent::with_parts(config, DefaultConnector::default(), resolver)
        };
        match is_loopback {
            true => make(),
            false => agents.entry(reach.clone()).or_insert_with(make).clone(),
        }
    }
}

impl Default for Network {
    fn default() -> Self {
        Self::new()
    }
}

impl Transport for Network {
    fn send(&self, request: &Request, reach: &Reach) -> Result<Answer, Fault> {
        let place = request.place();
        reach.check_url(&request.url).map_err(|what| Fault::refused(0, what))?;
        let is_loopback = reach.is_loopback(&request.url);
        if !is_loopback && !reach.allows_literal(&request.url) {
            return Err(inner_address(&request.url));
        }
        let built = build(request).map_err(|_| {
            Fault::refused(0, format!("{place}: the address or a header cannot be sent."))
        })?;
        let agent = self.agent(reach, is_loopback);
        let timed = agent.configure_request(built).timeout_global(Some(request.timeout)).build();
        let response = agent.run(timed).map_err(|fault| way_fault(request, &fault))?;
        let (parts, body) = response.into_parts();
        let headers: Vec<(String, String)> = parts
            .headers
            .iter()
            .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?)))
            .map(|(name, value)| (name, value.to_owned()))
            .collect();
        let is_packed = super::answer::header(&headers, "content-encoding")
            .is_some_and(|coding| coding.eq_ignore_ascii_case("gzip"));
        let plain = InTime(body.into_with_config().limit(u64::MAX).reader());
        let body: Box<dyn Read + Send> = match is_packed {
            true => Box::new(MultiGzDecoder::new(plain)),
            false => Box::new(plain),
        };
        let body = (body, request.bytes_max);
        Ok(Answer::new(parts.status.as_u16(), headers, body, place))
    }
}

fn build(request: &Request) -> Result<http::Request<Vec<u8>>, http::Error> {
    let mut built =
        http::Request::builder().method(request.method.name()).uri(request.url.as_str());
    for (name, value) in &request.headers {
        let mut value = http::HeaderValue::from_str(value.expose())?;
        value.set_sensitive(true);
        built = built.header(*name, value);
    }
    built.body(request.body.clone())
}

/// A fault of the way, in words; what the library says may name the address.
fn way_fault(request: &Request, fault: &ureq::Error) -> Fault {
    let place = request.place();
    let transient = |what: &str| Fault::transient(format!("{place} {what}"));
    match fault {
        ureq::Error::HostNotFound => transient(
            "was not found. Is the address right, and is \
             this machine on the internet?",
        ),
        ureq::Error::Timeout(_) => transient("took too long."),
        ureq::Error::ConnectionFailed => transient("could not be connected to."),
        ureq::Error::Rustls(tls) => Fault::refused(0, certificate_words(&place, tls)),
        ureq::Error::Tls(_) => {
            Fault::refused(0, format!("{place} speaks no TLS that we can trust."))
        }
        ureq::Error::Io(io) => io_fault(request, io),
        _ => transient("gave an answer that is none."),
    }
}

fn io_fault(request: &Request, fault: &io::Error) -> Fault {
    let inner = fault.get_ref();
    if inner.is_some_and(|inner| inner.is::<Forbidden>()) {
        return inner_address(&request.url);
    }
    if let Some(inner) = inner
        && let Some(fault) = inner.downcast_ref::<ureq::Error>()
    {
        return way_fault(request, fault);
    }
    let place = request.place();
    // A certificate that is refused comes out of the stream as bad data.
    if fault.kind() == io::ErrorKind::InvalidData {
        let text = fault.to_string();
        if text.contains("certificate") {
            return Fault::refused(0, untrusted(&place));
        }
        return Fault::transient(format!("{place} speaks no TLS, or was disturbed on the way."));
    }
    let why = match fault.kind() {
        io::ErrorKind::ConnectionRefused => "refuses connections.",
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => "took too long.",
        _ => "broke off.",
    };
    Fault::transient(format!("{place} {why}"))
}

fn certificate_words(place: &str, fault: &impl std::fmt::Display) -> String {
    match fault.to_string().contains("certificate") {
        true => untrusted(place),
        false => format!("{place} speaks no TLS that we can trust."),
    }
}

fn untrusted(place: &str) -> String {
    format!(
        "{place} shows a certificate that we cannot trust: it is another's, has run out, or was \
         made by nobody we know. Nothing was sent. Is the address right?"
    )
}

fn inner_address(url: &str) -> Fault {
    let host = address::host(url).unwrap_or("the platform");
    Fault::refused(
        0,
        format!(
            "{host} is an address of a private network or of this machine. If it is meant to be, \
             switch on \"private network\" for this connection."
        ),
    )
}

/// Resolves names, and lets through what the reach allows.
#[derive(Debug)]
struct Guard {
    reach: Reach,
}

#[derive(Debug, thiserror::Error)]
#[error("an address that may not be connected to")]
struct Forbidden;

impl Resolver for Guard {
    fn resolve(
        &self,
        uri: &http::Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        // A literal needs no look-up; the usual road spawns a thread for it.
        let found = match literal(uri) {
            Some(address) => {
                let mut found = self.empty();
                found.push(address);
                found
            }
            None => DefaultResolver::default().resolve(uri, config, timeout)?,
        };
        let mut allowed = self.empty();
        for address in found.iter().filter(|address| self.reach.allows(**address)) {
            allowed.push(*address);
        }
        match allowed.is_empty() {
            true => Err(ureq::Error::Io(io::Error::other(Forbidden))),
            false => Ok(allowed),
        }
    }
}

fn literal(uri: &http::Uri) -> Option<std::net::SocketAddr> {
    let host = uri.host()?;
    let port = uri.port_u16().unwrap_or(if uri.scheme_str() == Some("https") { 443 } else { 80 });
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let ip: std::net::IpAddr = bare.parse().ok()?;
    (ip, port).to_socket_addrs().ok()?.next()
}

/// A body whose time-outs are known as such.
struct InTime<R>(R);

impl<R: Read> Read for InTime<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.0.read(into).map_err(|fault| {
            let inner = fault.get_ref().and_then(|inner| inner.downcast_ref::<ureq::Error>());
            match inner {
                Some(ureq::Error::Timeout(_)) => io::Error::from(io::ErrorKind::TimedOut),
                _ => fault,
            }
        })
    }
}

#[cfg(test)]
mod tests;
