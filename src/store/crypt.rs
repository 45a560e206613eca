//! The few things that we ask of `ring`: random bytes, digests, HMAC and sealed boxes.

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom, SystemRandom};
use ring::{digest, hkdf, hmac};
use zeroize::Zeroizing;

use crate::store::StoreError;

pub const KEY_LEN: usize = 32;
const TAG_LEN: usize = 16;
const BOX_VERSION: u8 = 1;
const AES_256_GCM_ID: u8 = 1;
const HEAD_LEN: usize = 6;

/// A 256-bit key, wiped when dropped.
pub type Key = Zeroizing<[u8; KEY_LEN]>;

/// # Errors
/// `Internal` when the system has no random bytes for us.
pub fn random<const N: usize>() -> Result<[u8; N], StoreError> {
    let mut bytes = [0_u8; N];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| StoreError::Internal("the system gave no random bytes".to_owned()))?;
    Ok(bytes)
}

/// # Errors
/// As `random`.
pub fn random_key() -> Result<Key, StoreError> {
    Ok(Zeroizing::new(random()?))
}

pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0_u8; 32];
    out.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    out
}

/// HMAC-SHA256 over the parts, each preceded by its length, so that no two lists look alike.
pub fn hmac_parts(key: &[u8; KEY_LEN], parts: &[&[u8]]) -> [u8; 32] {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key));
    for part in parts {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part);
    }
    let mut out = [0_u8; 32];
    out.copy_from_slice(context.sign().as_ref());
    out
}

/// Plain HMAC-SHA256.
pub fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut out = [0_u8; 32];
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message);
    out.copy_from_slice(tag.as_ref());
    out
}

/// HKDF-SHA256: another key for another purpose.
///
/// # Errors
/// Never in practice; the length is fixed.
pub fn derive(key: &[u8; KEY_LEN], salt: &[u8], label: &str) -> Result<Key, StoreError> {
    let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, salt).extract(key);
    let mut out = Key::default();
    let info = [label.as_bytes()];
    let made = prk.expand(&info, hkdf::HKDF_SHA256).and_then(|okm| okm.fill(out.as_mut()));
    made.map_err(|_| StoreError::Internal("a key could not be derived".to_owned()))?;
    Ok(out)
}

/// Tells a wrong key from a broken box, and ties a box to one key.
pub fn key_check(key: &[u8; KEY_LEN]) -> [u8; 16] {
    let mut out = [0_u8; 16];
    out.copy_from_slice(&hmac_sha256(key, b"purser key check 1")[..16]);
    out
}

/// Compares in constant time.
pub fn same(left: &[u8], right: &[u8]) -> bool {
    // Comparing the tags of both under a key of the moment takes the same time for every content.
    let Ok(key) = random::<KEY_LEN>() else { return false };
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), left);
    hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, &key), right, tag.as_ref()).is_ok()
}

/// Where a box belongs; one that was moved elsewhere does not open.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    pub key_id: u32,
    pub table: &'a str,
    pub column: &'a str,
    pub row: &'a str,
    /// Empty for boxes that belong to no connection.
    pub connection: &'a str,
}

impl Place<'_> {
    fn associated(&self, head: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let names = [self.table, self.column, self.row, self.connection];
        for part in [b"purser box".as_slice(), head].into_iter().chain(names.map(str::as_bytes)) {
            bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
            bytes.extend_from_slice(part);
        }
        bytes
    }

    fn head(&self) -> [u8; HEAD_LEN] {
        let id = self.key_id.to_be_bytes();
        [BOX_VERSION, AES_256_GCM_ID, id[0], id[1], id[2], id[3]]
    }
}

/// `version(1) algorithm(1) key id(4) nonce(12) ciphertext tag(16)`.
///
/// # Errors
/// `Internal` when no nonce could be made.
pub fn seal(key: &[u8; KEY_LEN], place: Place<'_>, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
    seal_with(key, place, plain, random()?)
}

fn seal_with(
    key: &[u8; KEY_LEN],
    place: Place<'_>,
    plain: &[u8],
    nonce: [u8; NONCE_LEN],
) -> Result<Vec<u8>, StoreError> {
    let failed = |_| StoreError::Internal("a secret could not be sealed".to_owned());
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).map_err(failed)?);
    let head = place.head();
    let mut secret = Zeroizing::new(plain.to_vec());
    let aad = Aad::from(place.associated(&head));
    let nonce_used = Nonce::assume_unique_for_key(nonce);
    let tag =
        key.seal_in_place_separate_tag(nonce_used, aad, secret.as_mut_slice()).map_err(failed)?;
    let mut sealed = Vec::with_capacity(HEAD_LEN + NONCE_LEN + plain.len() + TAG_LEN);
    sealed.extend_from_slice(&head);
    sealed.extend_from_slice(&nonce);
    sealed.extend_from_slice(&secret);
    sealed.extend_from_slice(tag.as_ref());
    Ok(sealed)
}

/// `None` when the box was altered, moved, or sealed under another key.
pub fn open(key: &[u8; KEY_LEN], place: Place<'_>, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    if sealed.len() < HEAD_LEN + NONCE_LEN + TAG_LEN {
        return None;
    }
    let (head, rest) = sealed.split_at(HEAD_LEN);
    if head != place.head() {
        return None;
    }
    let (nonce, body) = rest.split_at(NONCE_LEN);
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).ok()?);
    let mut body = Zeroizing::new(body.to_vec());
    let aad = Aad::from(place.associated(head));
    let length = key.open_in_place(nonce, aad, body.as_mut_slice()).ok()?.len();
    body.truncate(length);
    Some(body)
}

pub fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Exactly `N` bytes in lower-case hexadecimal, or nothing.
pub fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != 2 * N {
        return None;
    }
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let mut out = [0_u8; N];
    for (byte, pair) in out.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PLACE: Place<'_> = Place {
        key_id: 7,
        table: "sealed_keys",
        column: "sealed",
        row: "customer",
        connection: "",
    };

    #[test]
    fn primitives_give_the_published_answers() {
        // RFC 6234 / FIPS 180-2, RFC 4231 case 2, RFC 5869 case 1 (first 32 bytes).
        let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(to_hex(&sha256(b"abc")), digest);
        let tag = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(to_hex(&hmac_sha256(b"Jefe", b"what do ya want for nothing?")), tag);
        let prk = hkdf::Salt::new(
            hkdf::HKDF_SHA256,
            &from_hex::<13>("000102030405060708090a0b0c").unwrap(),
        )
        .extract(&[0x0b; 22]);
        let info = [from_hex::<10>("f0f1f2f3f4f5f6f7f8f9").unwrap()];
        let info = [info[0].as_slice()];
        let mut out = [0_u8; 32];
        prk.expand(&info, hkdf::HKDF_SHA256).unwrap().fill(&mut out).unwrap();
        let okm = "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf";
        assert_eq!(to_hex(&out), okm);
    }

    #[test]
    fn the_box_has_its_documented_form() {
        let sealed = seal_with(&[1; 32], PLACE, b"secret", [9; 12]).unwrap();
        assert_eq!(sealed.len(), 34 + 6);
        assert_eq!(sealed[..18], [1, 1, 0, 0, 0, 7, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9]);
        // AES-256-GCM itself: test case 14 of the GCM specification.
        let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &[0; 32]).unwrap());
        let mut block = [0_u8; 16];
        let nonce = Nonce::assume_unique_for_key([0; 12]);
        let tag = key.seal_in_place_separate_tag(nonce, Aad::empty(), &mut block).unwrap();
        assert_eq!(to_hex(&block), "cea7403d4d606b6e074ec5d3baf39d18");
        assert_eq!(to_hex(tag.as_ref()), "d0d1c8a799996bf0265b98b5d48ab919");
    }

    #[test]
    fn a_box_opens_only_where_it_belongs() {
        let key = random_key().unwrap();
        let sealed = seal(&key, PLACE, b"secret").unwrap();
        assert_eq!(open(&key, PLACE, &sealed).unwrap().as_slice(), b"secret");
        for place in [
            Place { key_id: 8, ..PLACE },
            Place { table: "other", ..PLACE },
            Place { column: "other", ..PLACE },
            Place { row: "other", ..PLACE },
            Place { connection: "other", ..PLACE },
            // The same letters, cut elsewhere.
            Place { table: "sealed_keyss", column: "ealed", ..PLACE },
        ] {
            assert!(open(&key, place, &sealed).is_none(), "{place:?}");
        }
        assert!(open(&random_key().unwrap(), PLACE, &sealed).is_none());
        assert!(open(&key, PLACE, &sealed[..20]).is_none());
    }

    #[test]
    fn threat_09_no_single_flipped_bit_goes_unnoticed() {
        let key = random_key().unwrap();
        let sealed = seal(&key, PLACE, b"secret").unwrap();
        for bit in 0..sealed.len() * 8 {
            let mut flipped = sealed.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(open(&key, PLACE, &flipped).is_none(), "bit {bit}");
        }
    }

    proptest! {
        #[test]
        fn what_was_sealed_opens(plain in proptest::collection::vec(any::<u8>(), 0..200)) {
            let key = random_key().unwrap();
            let sealed = seal(&key, PLACE, &plain).unwrap();
            let opened = open(&key, PLACE, &sealed).unwrap();
            prop_assert_eq!(opened.as_slice(), plain.as_slice());
        }

        #[test]
        fn hexadecimal_round_trips(bytes in any::<[u8; 8]>()) {
            prop_assert_eq!(from_hex(&to_hex(&bytes)), Some(bytes));
        }
    }

    #[test]
    fn comparing_sees_every_difference() {
        assert!(same(b"abc", b"abc"));
        assert!(!same(b"abc", b"abd"));
        assert!(!same(b"abc", b"abcd"));
    }
}
