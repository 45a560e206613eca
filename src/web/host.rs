//! Is this really our own address? A page of another name that was made to point at this machine
//! (DNS rebinding) must reach nothing. Reads the raw `Host` and the authority of the request
//! line, never what a forwarding header claims.

use std::net::SocketAddr;

use actix_web::HttpRequest;
use actix_web::http::header;

use crate::web::error::AppError;

/// The spellings under which we answer, byte by byte.
#[derive(Clone, Debug)]
pub struct Hosts(Vec<String>);

impl Hosts {
    /// `extra` are names from `--allow-host`: with a port exactly so, without one with ours.
    pub fn new(address: SocketAddr, extra: &[String]) -> Self {
        let port = address.port();
        let mut hosts = vec![address.to_string()];
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
    }
}
