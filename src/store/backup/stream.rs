//! The content of a container: pieces of 1 MiB, each sealed with its number and whether it is the
//! last (the STREAM construction), so that none can be left out, moved, repeated or cut off; behind
//! them its length and digest under a seal of their own.

use std::io::{Read, Write};

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::digest;

use super::header::{Opened, PREFIX_LEN};
use super::{Progress, stopped, unsound};
use crate::store::StoreError;
use crate::store::crypt::{self, Key};

pub const PIECE: usize = 1024 * 1024;
const TAG_LEN: usize = 16;
/// Length, digest and seal.
pub const TRAILER_LEN: usize = 8 + 32 + 32;

fn aead(key: &Key) -> Result<LessSafeKey, StoreError> {
    let key = UnboundKey::new(&AES_256_GCM, key.as_slice());
    key.map(LessSafeKey::new).map_err(|_| StoreError::Internal("a key has no use".to_owned()))
}

fn nonce(prefix: &[u8; PREFIX_LEN], number: u32, is_last: bool) -> Nonce {
    let mut bytes = [0_u8; NONCE_LEN];
    bytes[..PREFIX_LEN].copy_from_slice(prefix);
    bytes[PREFIX_LEN..NONCE_LEN - 1].copy_from_slice(&number.to_be_bytes());
    bytes[NONCE_LEN - 1] = u8::from(is_last);
    Nonce::assume_unique_for_key(bytes)
}

/// The lengths of the pieces; there is always one, be it empty.
fn pieces(bytes: u64) -> impl Iterator<Item = (u32, usize, bool)> {
    let count = bytes.div_ceil(PIECE as u64).max(1);
    (0..count).map(move |number| {
        let length = (bytes - number * PIECE as u64).min(PIECE as u64);
        (number as u32, length as usize, number + 1 == count)
    })
}

fn trailer(opened: &Opened, digest: &[u8]) -> Result<[u8; TRAILER_LEN], StoreError> {
    let mut out = [0_u8; TRAILER_LEN];
    out[..8].copy_from_slice(&opened.header.bytes.to_be_bytes());
    out[8..40].copy_from_slice(digest);
    let key = crypt::derive(&opened.key, &opened.digest, "purser backup trailer 1")?;
    let seal = crypt::hmac_sha256(key.as_slice(), &out[..40]);
    out[40..].copy_from_slice(&seal);
    Ok(out)
}

/// Seals all of `from` behind a header that was written already.
///
/// # Errors
/// What reading or writing gave, told by `failed`; `Refused` where it was stopped.
pub fn seal(
    opened: &Opened,
    from: &mut impl Read,
    to: &mut impl Write,
    failed: &dyn Fn(std::io::Error) -> StoreError,
    progress: Progress<'_>,
) -> Result<(), StoreError> {
    let (key, total) = (aead(&opened.key)?, opened.header.bytes);
    let mut whole = digest::Context::new(&digest::SHA256);
    let mut piece = Vec::with_capacity(PIECE + TAG_LEN);
    let mut done = 0;
    for (number, length, is_last) in pieces(total) {
        piece.resize(length, 0);
        from.read_exact(&mut piece).map_err(failed)?;
        whole.update(&piece);
        let nonce = nonce(&opened.header.prefix, number, is_last);
        key.seal_in_place_append_tag(nonce, Aad::from(opened.digest), &mut piece)
            .map_err(|_| StoreError::Internal("a piece could not be sealed".to_owned()))?;
        to.write_all(&piece).map_err(failed)?;
        done += length as u64;
        if !progress(done, total) {
            return Err(stopped());
        }
    }
    to.write_all(&trailer(opened, whole.finish().as_ref())?).map_err(failed)
}

/// Opens what stands behind a header, which must be all that is left of `from`.
///
/// # Errors
/// `Refused` for a piece that is not the one that was sealed there; what writing gave.
pub fn open(
    opened: &Opened,
    from: &mut impl Read,
    to: &mut impl Write,
    failed: &dyn Fn(std::io::Error) -> StoreError,
    progress: Progress<'_>,
) -> Result<(), StoreError> {
    let (key, total) = (aead(&opened.key)?, opened.header.bytes);
    let mut whole = digest::Context::new(&digest::SHA256);
    let mut piece = Vec::new();
    let mut done = 0;
    for (number, length, is_last) in pieces(total) {
        piece.resize(length + TAG_LEN, 0);
        from.read_exact(&mut piece).map_err(|_| unsound("it is cut off"))?;
        let nonce = nonce(&opened.header.prefix, number, is_last);
        let plain = key
            .open_in_place(nonce, Aad::from(opened.digest), &mut piece)
            .map_err(|_| unsound("a piece of it was altered, moved, or is of another backup"))?;
        whole.update(plain);
        to.write_all(plain).map_err(failed)?;
        done += length as u64;
        if !progress(done, total) {
            return Err(stopped());
        }
    }
    let mut end = [0_u8; TRAILER_LEN];
    from.read_exact(&mut end).map_err(|_| unsound("it is cut off"))?;
    if !crypt::same(&end, &trailer(opened, whole.finish().as_ref())?) {
        return Err(unsound("its end was altered"));
    }
    match from.read(&mut [0_u8; 1]) {
        Ok(0) => Ok(()),
        Ok(_) => Err(unsound("something was added behind its end")),
        Err(error) => Err(failed(error)),
    }
}
