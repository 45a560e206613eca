//! Where an account may go: to public addresses over TLS, unless its owner said otherwise.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::address;
use crate::connectors::ctx::Account;
use crate::connectors::spec::{AUTH_URL, BASE_URL, Spec};

/// What an account's settings allow.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Reach {
    /// Plain http, where the platform's own spec knows it.
    pub plain_http: bool,
    /// Addresses of private networks.
    pub private: bool,
    /// Literal loopback addresses that the owner wrote: their very host and port, plain http too.
    pub loopback: Vec<SocketAddr>,
}

impl Reach {
    /// Of an account's settings.
    pub fn of(spec: &Spec, account: &Account) -> Self {
        let addresses = [BASE_URL, AUTH_URL].iter().filter_map(|key| account.setting(key));
        Self {
            plain_http: spec.allows_plain_http,
            private: account.allows_private_network(),
            loopback: addresses.filter_map(loopback_address).collect(),
        }
    }

    /// Whether an address may be asked at all.
    ///
    /// # Errors
    /// A sentence, where it may not.
    pub fn check_url(&self, url: &str) -> Result<(), String> {
        let host = address::host(url).unwrap_or_default();
        if self.is_loopback(url) {
            return Ok(());
        }
        if address::authority(url).is_none_or(|authority| authority.contains('@')) {
            return Err("The address is none such as https://example.com.".to_owned());
        }
        match address::scheme(url).map(str::to_ascii_lowercase).as_deref() {
            Some("https") => Ok(()),
            Some("http") if self.plain_http => Ok(()),
            Some("http") => Err(format!(
                "{host} is asked over plain http, where everybody on the way could read along. \
                 Use an address that begins with https."
            )),
            _ => Err("The address is none such as https://example.com.".to_owned()),
        }
    }

    /// Whether it is one of the loopback addresses that the owner wrote.
    pub fn is_loopback(&self, url: &str) -> bool {
        loopback_address(url).is_some_and(|literal| self.loopback.contains(&literal))
    }

    /// Whether a host that is written as an address may be asked; a proxy would not look.
    pub fn allows_literal(&self, url: &str) -> bool {
        let literal = address::host(url).and_then(|host| host.parse::<IpAddr>().ok());
        literal.is_none_or(|ip| self.allows(SocketAddr::new(ip, 0)))
    }

    /// Whether a host may be connected to at this address, after its name was resolved.
    pub fn allows(&self, resolved: SocketAddr) -> bool {
        if self.loopback.contains(&resolved) {
            return true;
        }
        match kind_of(resolved.ip()) {
            Kind::Public => true,
            Kind::Private => self.private,
            Kind::Never => false,
        }
    }
}

/// The address of a url whose host is a literal loopback address.
fn loopback_address(url: &str) -> Option<SocketAddr> {
    let ip: IpAddr = address::host(url)?.parse().ok()?;
    let authority = address::authority(url)?;
    let port = match (authority.rsplit_once(':'), address::scheme(url)?) {
        (Some((_, port)), _) if port.bytes().all(|byte| byte.is_ascii_digit()) => {
            port.parse().ok()?
        }
        (_, "https") => 443,
        _ => 80,
    };
    ip.is_loopback().then_some(SocketAddr::new(ip, port))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Public,
    /// Of a home or a firm.
    Private,
    /// This machine, its neighbours by wire, groups, and what is reserved.
    Never,
}

fn kind_of(ip: IpAddr) -> Kind {
    match ip {
        IpAddr::V4(ip) => kind_of_v4(ip),
        IpAddr::V6(ip) => kind_of_v6(ip),
    }
}

fn kind_of_v4(ip: Ipv4Addr) -> Kind {
    let [first, second, third, _] = ip.octets();
    if ip.is_private() || (first == 100 && (64..128).contains(&second)) {
        return Kind::Private;
    }
    let is_reserved = first == 0
        || first >= 224
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_documentation()
        || (first == 198 && (18..20).contains(&second))
        || (first == 192 && second == 0 && third == 0)
        || (first == 192 && second == 88 && third == 99);
    if is_reserved { Kind::Never } else { Kind::Public }
}

fn kind_of_v6(ip: Ipv6Addr) -> Kind {
    let parts = ip.segments();
    // Forms that carry an IPv4 address are that address: mapped, translated, 6to4.
    let carried = match parts {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            Some((high, low))
        }
        [0x2002, high, low, ..] => Some((high, low)),
        _ => None,
    };
    if let Some((high, low)) = carried {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        return kind_of_v4(Ipv4Addr::new(a, b, c, d));
    }
    if parts[0] & 0xfe00 == 0xfc00 {
        return Kind::Private;
    }
    // Only what is given out as global unicast, without its reserved corners.
    let is_global = parts[0] & 0xe000 == 0x2000;
    let is_reserved = parts[0] == 0x2001 && (parts[1] < 0x200 || parts[1] == 0xdb8)
        || parts[0] == 0x3fff && parts[1] < 0x1000;
    if is_global && !is_reserved { Kind::Public } else { Kind::Never }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(reach: &Reach, ip: &str) -> bool {
        reach.allows(SocketAddr::new(ip.parse().unwrap(), 443))
    }

    #[test]
    fn threat_14_no_form_of_an_inner_address_is_public() {
        let public = Reach::default();
        let private = Reach { private: true, ..Reach::default() };
        for ip in ["93.184.216.34", "8.8.8.8", "2606:4700::1", "2a00:1450::1", "64:ff9b::808:808"] {
            assert!(allows(&public, ip), "{ip}");
        }
        for ip in [
            "10.0.0.1",
            "10.255.255.255",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "fc00::1",
            "fdff::1",
            "::ffff:10.0.0.1",
            "::ffff:192.168.1.1",
            "64:ff9b::a00:1",
            "2002:a00:1::1",
            "::ffff:100.64.0.1",
        ] {
            assert!(!allows(&public, ip), "{ip}");
            assert!(allows(&private, ip), "{ip}");
        }
        for ip in [
            "127.0.0.1",
            "127.255.255.255",
            "0.0.0.0",
            "0.1.2.3",
            "169.254.169.254",
            "169.254.0.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "192.88.99.1",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::127.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "2002:7f00:1::1",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "ff02::1",
            "ff0e::1",
            "2001:db8::1",
            "2001::1",
            "2001:10::1",
            "100::1",
            "3fff::1",
            "4000::1",
        ] {
            assert!(!allows(&public, ip), "{ip}");
            assert!(!allows(&private, ip), "{ip}");
        }
    }

    #[test]
    fn a_loopback_address_that_the_owner_wrote_is_open_and_no_other() {
        let loopback = vec!["127.0.0.1:8080".parse().unwrap()];
        let reach = Reach { loopback, ..Reach::default() };
        assert!(reach.check_url("http://127.0.0.1:8080/x").is_ok());
        assert!(reach.allows("127.0.0.1:8080".parse().unwrap()));
        for url in ["http://127.0.0.1:8081/x", "http://127.0.0.2:8080/", "http://localhost:8080/"] {
            assert!(reach.check_url(url).is_err(), "{url}");
        }
        assert!(!reach.allows("127.0.0.1:8081".parse().unwrap()));
    }

    #[test]
    fn plain_http_and_names_in_addresses_are_refused() {
        let reach = Reach::default();
        assert!(reach.check_url("https://example.com/x").is_ok());
        for url in [
            "http://example.com/",
            "ftp://example.com/",
            "example.com",
            "https://",
            "https://user@example.com/",
            "https://user:word@example.com/",
        ] {
            assert!(reach.check_url(url).is_err(), "{url}");
        }
        let plain = Reach { plain_http: true, ..Reach::default() };
        assert!(plain.check_url("http://example.com/").is_ok());
    }
}
