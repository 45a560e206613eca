//! Is this really our own address? A page of another name that was made to point at this machine
//! (DNS rebinding) must reach nothing. Reads the raw `Host` and the authority of the request
//! line, never what a forwarding header claims.

use std::net::SocketAddr;

use actix_web::HttpRequest;
use actix_web::http::{Version, header};

use crate::web::error::AppError;

/// The spellings under which we answer, byte by byte.
#[derive(Clone, Debug)]
pub struct Hosts(Vec<String>);

impl Hosts {
    /// `extra` are names from `--allow-host`: with a port exactly so, without one with ours.
    pub fn new(address: SocketAddr, extra: &[String]) -> Self {
        let port = address.port();
        let mut hosts = Vec::new();
        // "Any address" is where we listen, never how we are called.
        if !address.ip().is_unspecified() {
            hosts.push(address.to_string());
        }
        for name in
            ["localhost", "127.0.0.1", "[::1]"].into_iter().chain(extra.iter().map(|n| &**n))
        {
            if has_port(name) {
                hosts.push(name.to_owned());
                continue;
            }
            hosts.push(format!("{name}:{port}"));
            if port == 80 {
                hosts.push(name.to_owned());
            }
        }
        Self(hosts)
    }

    /// As it is, over TLS: there another port goes without saying.
    #[must_use]
    pub fn over_tls(mut self, address: SocketAddr) -> Self {
        if address.port() == 80 {
            self.0.retain(|host| has_port(host));
        }
        if address.port() == 443 {
            let bare: Vec<String> = self
                .0
                .iter()
                .filter_map(|host| host.strip_suffix(":443"))
                .map(str::to_owned)
                .collect();
            self.0.extend(bare);
        }
        self
    }

    /// As it is, and at another address of ours.
    #[must_use]
    pub fn and_at(mut self, address: SocketAddr) -> Self {
        self.0.push(address.to_string());
        self
    }

    pub fn allows(&self, host: &str) -> bool {
        self.0.iter().any(|allowed| allowed == host)
    }

    /// # Errors
    /// `BadRequest` without one single readable `Host`, `WrongHost` for one that is not ours.
    pub fn check(&self, request: &HttpRequest) -> Result<(), AppError> {
        let host = host_of(request)?;
        // `GET http://evil.example/` is an allowed form and carries a name of its own.
        let authority = request.uri().authority().map(|authority| authority.as_str());
        if self.allows(host) && authority.is_none_or(|authority| authority == host) {
            Ok(())
        } else {
            Err(AppError::WrongHost)
        }
    }
}

/// # Errors
/// `BadRequest` without one single readable `Host`.
pub fn host_of(request: &HttpRequest) -> Result<&str, AppError> {
    let mut hosts = request.headers().get_all(header::HOST);
    let (first, second) = (hosts.next(), hosts.next());
    // There the authority of the request stands in its place (RFC 9113, 8.3.1).
    if request.version() == Version::HTTP_2
        && first.is_none()
        && let Some(authority) = request.uri().authority()
    {
        return Ok(authority.as_str());
    }
    match (first.and_then(|host| host.to_str().ok()), second) {
        (Some(host), None) => Ok(host),
        _ => Err(AppError::BadRequest("The request does not say to which host.".to_owned())),
    }
}

fn has_port(name: &str) -> bool {
    let last = name.rsplit(':').next().unwrap_or_default();
    last.len() < name.len() && !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threat_01_over_http_2_the_authority_is_the_host() {
        use actix_web::http::Version;
        use actix_web::test::TestRequest;
        let hosts = Hosts::new("127.0.0.1:7373".parse().unwrap(), &[]);
        let ask = |uri: &str, host: Option<&str>| {
            let mut request = TestRequest::get().uri(uri).version(Version::HTTP_2);
            if let Some(host) = host {
                request = request.insert_header(("host", host));
            }
            hosts.check(&request.to_http_request()).is_ok()
        };
        assert!(ask("https://127.0.0.1:7373/", None));
        assert!(ask("https://127.0.0.1:7373/", Some("127.0.0.1:7373")));
        assert!(!ask("https://evil.example/", None));
        assert!(!ask("https://evil.example/", Some("127.0.0.1:7373")));
        assert!(!ask("https://127.0.0.1:7373/", Some("evil.example")));
        assert!(!ask("/", None));
    }

    #[test]
    fn names_are_taken_with_our_port_only() {
        let address = "127.0.0.1:7373".parse().unwrap();
        let hosts = Hosts::new(address, &["nas.local".to_owned(), "shop.test:443".to_owned()]);
        for good in ["localhost:7373", "127.0.0.1:7373", "[::1]:7373", "nas.local:7373"] {
            assert!(hosts.allows(good), "{good}");
        }
        assert!(hosts.allows("shop.test:443"));
        for bad in ["localhost", "localhost:80", "shop.test", "shop.test:7373", "::1:7373", ""] {
            assert!(!hosts.allows(bad), "{bad}");
        }
        let plain = Hosts::new("127.0.0.1:80".parse().unwrap(), &[]);
        assert!(plain.allows("localhost") && plain.allows("[::1]") && !plain.allows("evil"));
        let any: SocketAddr = "0.0.0.0:443".parse().unwrap();
        let any = Hosts::new(any, &["nas.local".to_owned()]).over_tls(any);
        for good in ["nas.local", "nas.local:443", "localhost", "[::1]"] {
            assert!(any.allows(good), "{good}");
        }
        assert!(!any.allows("0.0.0.0:443") && !any.allows("0.0.0.0"));
    }
}
