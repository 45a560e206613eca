//! Addresses and what goes into them: hosts, parts, percent signs, base64. No address is ever
//! shown with its query.

/// Percent-encoded but for letters, digits and `-._~` (RFC 3986).
pub fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// The text of a percent-encoded one; what is no encoding stays. `+` is a blank.
pub fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let pair = bytes.get(at + 1..at + 3).and_then(|pair| std::str::from_utf8(pair).ok());
        let byte = pair.filter(|pair| pair.bytes().all(|byte| byte.is_ascii_hexdigit()));
        match (bytes[at], byte.and_then(|pair| u8::from_str_radix(pair, 16).ok())) {
            (b'%', Some(byte)) => {
                decoded.push(byte);
                at += 3;
            }
            (b'+', _) => {
                decoded.push(b' ');
                at += 1;
            }
            (other, _) => {
                decoded.push(other);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// `a=1&b=2`, encoded.
pub fn form(fields: &[(&str, &str)]) -> String {
    let pairs = fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// The parameters of an address, decoded, in their order.
pub fn list_parameters(url: &str) -> Vec<(String, String)> {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let query = query.split('#').next().unwrap_or_default();
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

/// `https`, `http`.
pub fn scheme(url: &str) -> Option<&str> {
    url.split_once("://").map(|(scheme, _)| scheme)
}

/// `host` or `host:port`.
pub fn authority(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    (!authority.is_empty()).then_some(authority)
}

/// The host without its port; an IPv6 address without its brackets.
pub fn host(url: &str) -> Option<&str> {
    let authority = authority(url)?;
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next()?,
        None => authority.rsplit_once(':').map_or(authority, |(host, _)| host),
    };
    (!host.is_empty()).then_some(host)
}

/// The port that is called: as said, else the usual one of the scheme; 0 where there is neither.
pub fn port(url: &str) -> u16 {
    let said = authority(url).and_then(|name| name.rsplit_once(':'));
    let said = said.and_then(|(_, port)| port.parse().ok());
    said.unwrap_or_else(|| match scheme(url) {
        Some("https") => 443,
        Some("http") => 80,
        _ => 0,
    })
}

/// Scheme, host and port, in one spelling.
pub fn origin(url: &str) -> Option<String> {
    let (scheme, authority) = (scheme(url)?.to_ascii_lowercase(), authority(url)?);
    let authority = authority.to_ascii_lowercase();
    let usual = if scheme == "https" { ":443" } else { ":80" };
    Some(format!("{scheme}://{}", authority.strip_suffix(usual).unwrap_or(&authority)))
}

/// Where a `Location` leads from an address.
pub fn join(from: &str, target: &str) -> Option<String> {
    let target = target.trim();
    if target.chars().any(|letter| letter.is_control() || letter == ' ') || target.is_empty() {
        return None;
    }
    if target.starts_with("//") {
        return Some(format!("{}:{target}", scheme(from)?));
    }
    if let Some((scheme, rest)) = target.split_once("://") {
        let is_ours = ["http", "https"].iter().any(|known| known.eq_ignore_ascii_case(scheme));
        return (is_ours && !rest.is_empty()).then(|| target.to_owned());
    }
    let base = format!("{}://{}", scheme(from)?, authority(from)?);
    if target.starts_with('/') {
        return Some(format!("{base}{target}"));
    }
    let path = from.split(['?', '#']).next()?;
    if target.starts_with('?') {
        return Some(format!("{path}{target}"));
    }
    let folder = path.strip_prefix(base.as_str())?;
    let folder = folder.rsplit_once('/').map_or("", |(folder, _)| folder);
    Some(format!("{base}{folder}/{target}"))
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Standard base64 with padding.
pub fn base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let part = |at: usize| u32::from(chunk.get(at).copied().unwrap_or_default());
        let bits = part(0) << 16 | part(1) << 8 | part(2);
        for digit in 0..4 {
            let index = (bits >> (18 - 6 * digit)) & 63;
            let is_padding = digit > chunk.len();
            text.push(if is_padding { '=' } else { char::from(ALPHABET[index as usize]) });
        }
    }
    text
}

/// Standard base64, with or without its padding.
pub fn from_base64(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim().trim_end_matches('=');
    let mut bytes = Vec::with_capacity(digits.len() * 3 / 4);
    let (mut bits, mut held) = (0_u32, 0_u32);
    for byte in digits.bytes() {
        let index = ALPHABET.iter().position(|known| *known == byte)? as u32;
        bits = (bits << 6 | index) & 0xff_ffff;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
        }
    }
    (digits.len() % 4 != 1).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn hosts_are_told_from_what_stands_around_them() {
        for (url, expected) in [
            ("https://api.example.test/v1?a=b", "api.example.test"),
            ("http://127.0.0.1:8080", "127.0.0.1"),
            ("https://[2001:db8::1]:8443/x", "2001:db8::1"),
            ("https://example.test?x=/", "example.test"),
        ] {
            assert_eq!(host(url), Some(expected), "{url}");
        }
        assert_eq!(host("example.test/x"), None);
        assert_eq!(origin("HTTPS://Example.test:443/x"), origin("https://example.test/y"));
        assert_ne!(origin("https://example.test:8443/"), origin("https://example.test/"));
        assert_ne!(origin("http://example.test/"), origin("https://example.test/"));
    }

    #[test]
    fn a_redirect_leads_where_it_says() {
        let from = "https://example.test/a/b?c=d";
        for (target, expected) in [
            ("/x", Some("https://example.test/x")),
            ("x?y", Some("https://example.test/a/x?y")),
            ("?y", Some("https://example.test/a/b?y")),
            ("//other.test/x", Some("https://other.test/x")),
            ("http://other.test/x", Some("http://other.test/x")),
            ("ftp://other.test/x", None),
            ("", None),
            ("/a b", None),
        ] {
            assert_eq!(join(from, target).as_deref(), expected, "{target}");
        }
    }

    #[test]
    fn base64_gives_the_published_answers() {
        for (plain, text) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")]
        {
            assert_eq!(base64(plain.as_bytes()), text);
            assert_eq!(from_base64(text).unwrap(), plain.as_bytes());
        }
        assert_eq!(from_base64("Zg"), Some(b"f".to_vec()));
        assert_eq!(from_base64("Z"), None);
        assert_eq!(from_base64("Z*=="), None);
    }

    proptest! {
        #[test]
        fn what_was_encoded_is_decoded(text in "\\PC{0,40}") {
            prop_assert_eq!(decode(&encode(&text)), text);
        }

        #[test]
        fn base64_round_trips(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            prop_assert_eq!(from_base64(&base64(&bytes)), Some(bytes));
        }

        #[test]
        fn parameters_come_back(name in "\\PC{1,10}", value in "\\PC{0,20}") {
            let url = format!("https://a.test/?{}", form(&[(name.as_str(), value.as_str())]));
            prop_assert_eq!(list_parameters(&url), vec![(name, value)]);
        }
    }
}
