//! Signatures of requests and of calls that reach us. What is compared is compared in constant
//! time.

use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};

use super::http::address;
use crate::base::Instant;
use crate::base::secret::Secret;
use crate::connectors::fault::Fault;

/// What a signature is made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Digest {
    Sha1,
    Sha256,
}

impl Digest {
    fn algorithm(self) -> hmac::Algorithm {
        match self {
            Self::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => hmac::HMAC_SHA256,
        }
    }

    fn method(self) -> &'static str {
        match self {
            Self::Sha1 => "HMAC-SHA1",
            Self::Sha256 => "HMAC-SHA256",
        }
    }
}

pub fn hmac(digest: Digest, key: &[u8], message: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(digest.algorithm(), key), message).as_ref().to_vec()
}

/// Whether a tag is the message's, in constant time.
pub fn is_genuine(digest: Digest, key: &[u8], message: &[u8], tag: &[u8]) -> bool {
    hmac::verify(&hmac::Key::new(digest.algorithm(), key), message, tag).is_ok()
}

/// As `is_genuine`, of a tag in base64, in its one right spelling.
pub fn is_genuine_base64(key: &Secret, message: &[u8], tag: &str) -> bool {
    let bytes = address::from_base64(tag).filter(|bytes| address::base64(bytes) == tag);
    bytes.is_some_and(|bytes| is_genuine(Digest::Sha256, key.expose().as_bytes(), message, &bytes))
}

/// SHA-256 in hexadecimal letters.
pub fn fingerprint(message: &[u8]) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, message);
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// 32 letters that nobody foresees.
///
/// # Errors
/// `Transient` where the system gives no random bytes.
pub fn nonce() -> Result<String, Fault> {
    let mut bytes = [0_u8; 16];
    let filled = SystemRandom::new().fill(&mut bytes);
    filled.map_err(|_| Fault::transient("the system gave no random bytes"))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// One-legged OAuth 1.0a (RFC 5849): a consumer without a token.
pub struct OAuth1<'a> {
    pub key: &'a Secret,
    pub secret: &'a Secret,
    pub digest: Digest,
}

impl OAuth1<'_> {
    /// The address with its signature in the query, where servers find it that see no headers.
    pub fn sign_url(&self, method: &str, url: &str, (nonce, at): (&str, Instant)) -> Secret {
        let stamp = at.seconds().to_string();
        let own = [
            ("oauth_consumer_key", self.key.expose()),
            ("oauth_nonce", nonce),
            ("oauth_signature_method", self.digest.method()),
            ("oauth_timestamp", stamp.as_str()),
        ];
        let mut signed = String::from(url);
        for (name, value) in own {
            signed.push(if signed.contains('?') { '&' } else { '?' });
            signed.push_str(&address::form(&[(name, value)]));
        }
        let signature = self.signature(method, &signed);
        Secret::new(format!("{signed}&oauth_signature={}", address::encode(&signature)))
    }

    fn signature(&self, method: &str, url: &str) -> String {
        let encoded =
            |(name, value): &(String, String)| (address::encode(name), address::encode(value));
        let mut pairs: Vec<_> = address::list_parameters(url).iter().map(encoded).collect();
        pairs.sort_unstable();
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let path = url.split(['?', '#']).next().unwrap_or_default();
        let tail =
            path.split_once("://").and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]));
        let origin = address::origin(url).unwrap_or_default();
        let place = format!("{origin}{}", tail.unwrap_or("/"));
        let parts = [method, place.as_str(), &pairs.join("&")].map(address::encode);
        let key = zeroize::Zeroizing::new(format!("{}&", address::encode(self.secret.expose())));
        address::base64(&hmac(self.digest, key.as_bytes(), parts.join("&").as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn secret(text: &str) -> Secret {
        Secret::new(text.to_owned())
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn tags_are_the_published_ones() {
        // RFC 2202 and RFC 4231, case 2.
        let message = b"what do ya want for nothing?";
        let tag = "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79";
        assert_eq!(hex(&hmac(Digest::Sha1, b"Jefe", message)), tag);
        let tag = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(hex(&hmac(Digest::Sha256, b"Jefe", message)), tag);
    }

    #[test]
    fn a_consumer_signs_as_the_worked_example_does() {
        // The worked example of RFC 5849's base string, without token: its parameters sorted,
        // names and values encoded twice, port and scheme in one spelling.
        let (key, secret) = (secret("dpf43f3p2l4k3l03"), secret("kd94hf93k423kf44"));
        let consumer = OAuth1 { key: &key, secret: &secret, digest: Digest::Sha1 };
        let url = "HTTP://Photos.example.net:80/photos?size=original&file=vacation.jpg";
        let at = Instant::from_seconds(1_191_242_096);
        let signed = consumer.sign_url("GET", url, ("kllo9940pd9333jh", at));
        let base = "GET&http%3A%2F%2Fphotos.example.net%2Fphotos&file%3Dvacation.jpg%26\
            oauth_consumer_key%3Ddpf43f3p2l4k3l03%26oauth_nonce%3Dkllo9940pd9333jh%26\
            oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D1191242096%26size%3Doriginal";
        let tag = address::base64(&hmac(Digest::Sha1, b"kd94hf93k423kf44&", base.as_bytes()));
        let expected = format!("&oauth_signature={}", address::encode(&tag));
        assert!(signed.expose().ends_with(&expected), "{}", signed.expose());
    }

    #[test]
    fn a_tag_of_another_message_key_or_length_is_refused() {
        let key = secret("hook secret");
        let tag = address::base64(&hmac(Digest::Sha256, b"hook secret", b"{\"id\":1}"));
        assert!(is_genuine_base64(&key, b"{\"id\":1}", &tag));
        assert!(!is_genuine_base64(&key, b"{\"id\":2}", &tag));
        assert!(!is_genuine_base64(&secret("other"), b"{\"id\":1}", &tag));
        assert!(!is_genuine_base64(&key, b"{\"id\":1}", &tag[..40]));
        assert!(!is_genuine_base64(&key, b"{\"id\":1}", "no base64!"));
        assert!(!is_genuine_base64(&key, b"{\"id\":1}", ""));
    }

    #[test]
    fn a_nonce_does_not_come_twice() {
        assert_ne!(nonce().unwrap(), nonce().unwrap());
        assert_eq!(nonce().unwrap().len(), 32);
    }

    proptest! {
        #[test]
        fn no_flipped_bit_passes(
            message in proptest::collection::vec(any::<u8>(), 1..60),
            bit in 0_usize..256,
        ) {
            let mut tag = hmac(Digest::Sha256, b"key", &message);
            prop_assert!(is_genuine(Digest::Sha256, b"key", &message, &tag));
            tag[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(!is_genuine(Digest::Sha256, b"key", &message, &tag));
        }

        #[test]
        fn the_order_of_parameters_does_not_change_a_signature(
            pairs in proptest::collection::btree_map("[a-z&=+ ä]{1,6}", "[a-z&=+ %ä]{0,6}", 1..6),
        ) {
            let (key, secret) = (secret("k"), secret("s"));
            let consumer = OAuth1 { key: &key, secret: &secret, digest: Digest::Sha256 };
            let forward: Vec<_> = pairs.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
            let backward: Vec<_> = forward.iter().rev().copied().collect();
            let url = |pairs: &[(&str, &str)]| format!("https://a.test/x?{}", address::form(pairs));
            prop_assert_eq!(
                consumer.signature("GET", &url(&forward)),
                consumer.signature("GET", &url(&backward))
            );
        }
    }
}
