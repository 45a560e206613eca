//! What stands before the content of a container: who made it and when, and the slots that open it.
//! Limits come before every derivation, and the whole of it is bound to the content.
//!
//! `magic(8) format(2) length(4) fields… mac(32)`; numbers are big-endian.

use std::io::Read;

use super::{Keys, unsound};
use crate::base::{Instant, Secret};
use crate::store::StoreError;
use crate::store::crypt::{self, KEY_LEN, Key, Place};
use crate::store::vault::openers::{Openers, keyring_name};
use crate::store::vault::slots::{self, Kind, Slot};
use crate::store::vault::{Vault, backup_key_of, recovery};

pub const MAGIC: &[u8; 8] = b"PURSERBK";
pub const FORMAT: u16 = 1;
const START_LEN: usize = 14;
const MAC_LEN: usize = 32;
/// A header holds a few hundred bytes.
const BYTES_MAX: usize = 16 * 1024;
const SLOTS_MAX: usize = 4;
const TEXT_MAX: usize = 64;
pub const PREFIX_LEN: usize = 7;
/// More than any database of ours, and still counted in pieces of 32 bits.
const CONTENT_BYTES_MAX: u64 = 1 << 42;

const PLACE: Place<'_> =
    Place { key_id: 0, table: "backup", column: "content", row: "key", connection: "" };

/// What a container says of itself. Nothing of it is believed before its key was found.
pub struct Header {
    /// The version of the program that made it.
    pub app: String,
    /// The step of its structure.
    pub step: i64,
    pub made_at: Instant,
    /// Which installation it is of.
    pub instance: String,
    /// Of its content.
    pub bytes: u64,
    slots: Vec<Slot>,
    salt: [u8; 16],
    sealed: Vec<u8>,
    key_check: [u8; 16],
    pub prefix: [u8; PREFIX_LEN],
}

/// A header whose key is known and whose every byte was found to be as it was written.
pub struct Opened {
    pub header: Header,
    pub key: Key,
    /// Binds the content to this very header.
    pub digest: [u8; 32],
}

/// What is told of a new container.
pub struct About<'a> {
    pub step: i64,
    pub made_at: Instant,
    pub instance: &'a str,
    pub bytes: u64,
}

/// A new header with a key of its own, sealed under the vault's, and its bytes.
///
/// # Errors
/// `Internal` where the system gives no random bytes.
pub fn make(
    about: &About<'_>,
    slots: Vec<Slot>,
    wrap: impl FnOnce(&[u8; 16]) -> Result<Key, StoreError>,
) -> Result<(Opened, Vec<u8>), StoreError> {
    let (key, salt) = (crypt::random_key()?, crypt::random()?);
    let header = Header {
        app: env!("CARGO_PKG_VERSION").to_owned(),
        step: about.step,
        made_at: about.made_at,
        instance: about.instance.to_owned(),
        bytes: about.bytes,
        slots,
        sealed: crypt::seal(&*wrap(&salt)?, PLACE, key.as_slice())?,
        salt,
        key_check: crypt::key_check(&key),
        prefix: crypt::random()?,
    };
    let mut bytes = header.write();
    let mac = mac_of(&key, &bytes)?;
    bytes.extend_from_slice(&mac);
    let digest = crypt::sha256(&bytes);
    Ok((Opened { header, key, digest }, bytes))
}

fn mac_of(key: &Key, bytes: &[u8]) -> Result<[u8; MAC_LEN], StoreError> {
    let key = crypt::derive(key, &[], "purser backup header 1")?;
    Ok(crypt::hmac_sha256(key.as_slice(), bytes))
}

/// A header as it was read, with its bytes and the seal over them.
pub struct Found {
    pub header: Header,
    bytes: Vec<u8>,
    mac: [u8; MAC_LEN],
}

/// Reads the header and nothing behind it; derives nothing.
///
/// # Errors
/// `Refused` for one that is none, or asks for more than may be.
pub fn read(from: &mut impl Read) -> Result<Found, StoreError> {
    let cut = |_| unsound("it is cut off");
    let mut bytes = vec![0_u8; START_LEN];
    from.read_exact(&mut bytes).map_err(cut)?;
    if !bytes.starts_with(MAGIC) {
        return Err(unsound("it does not begin as one"));
    }
    let format = u16::from_be_bytes([bytes[8], bytes[9]]);
    if format != FORMAT {
        return Err(unsound("it is of a format that this version does not know"));
    }
    let length = u32::from_be_bytes([bytes[10], bytes[11], bytes[12], bytes[13]]) as usize;
    if length > BYTES_MAX {
        return Err(unsound("its head is longer than any that purser writes"));
    }
    bytes.resize(START_LEN + length, 0);
    from.read_exact(&mut bytes[START_LEN..]).map_err(cut)?;
    let mut mac = [0_u8; MAC_LEN];
    from.read_exact(&mut mac).map_err(cut)?;
    let fields = parse(&bytes[START_LEN..]);
    let header = fields.ok_or_else(|| unsound("its head makes no sense, or asks for too much"))?;
    Ok(Found { header, bytes, mac })
}

impl Found {
    /// Finds the key by what is at hand, and holds every byte of the header against it. A vault
    /// that is open serves for backups made under its own keys, also where nobody has its opener.
    ///
    /// # Errors
    /// `Refused` where nothing at hand opens it, or it was altered.
    pub fn open(self, keys: Keys<'_>, vault: Option<&Vault>) -> Result<Opened, StoreError> {
        let header = &self.header;
        let mut key = None;
        if let Some(vault) = vault {
            key = header.open_sealed(&vault.backup_key(&header.salt)?);
        }
        if key.is_none() {
            key = header.find_key(keys)?;
        }
        let key = key.ok_or_else(|| header.refuse(keys))?;
        self.open_with(key)
    }

    /// As `open`, by the key itself.
    ///
    /// # Errors
    /// `Refused` where it was altered.
    pub fn open_with(self, key: Key) -> Result<Opened, StoreError> {
        if !crypt::same(&mac_of(&key, &self.bytes)?, &self.mac) {
            return Err(unsound("its head was altered"));
        }
        let mut bytes = self.bytes;
        bytes.extend_from_slice(&self.mac);
        Ok(Opened { header: self.header, key, digest: crypt::sha256(&bytes) })
    }
}

impl Header {
    /// What opens it, by name.
    pub fn opens_by(&self) -> Vec<&'static str> {
        self.slots.iter().map(|slot| slot.kind.name()).collect()
    }

    /// Whether it opens on another machine.
    pub fn is_portable(&self) -> bool {
        self.slots.iter().any(|slot| matches!(slot.kind, Kind::Passphrase | Kind::Recovery))
    }

    fn find_key(&self, keys: Keys<'_>) -> Result<Option<Key>, StoreError> {
        let name = keyring_name(&self.instance);
        for slot in &self.slots {
            let kek = match slot.kind {
                Kind::Recovery => keys.code.and_then(|code| recovery::open_slot(slot, code)),
                // A key file that is none opens nothing; another slot may.
                _ => slots::open_slot(slot, keys.openers, &name).ok().and_then(Result::ok),
            };
            let Some(kek) = kek else { continue };
            let wrap = backup_key_of(&kek, &self.salt)?;
            return match self.open_sealed(&wrap) {
                Some(key) => Ok(Some(key)),
                None => Err(unsound("its key was altered")),
            };
        }
        Ok(None)
    }

    fn open_sealed(&self, wrap: &Key) -> Option<Key> {
        let key = crypt::open(wrap, PLACE, &self.sealed).and_then(|key| slots::to_key(&key))?;
        crypt::same(&crypt::key_check(&key), &self.key_check).then_some(key)
    }

    fn refuse(&self, keys: Keys<'_>) -> StoreError {
        let what = if keys.code.is_some() {
            "This recovery code does not open the backup. It opens by the code that was in force \
             when it was made"
        } else if self.slots.iter().any(|slot| slot.kind == Kind::Recovery) {
            "Nothing at hand opens this backup. Say the recovery code that was in force when it \
             was made"
        } else {
            "Nothing at hand opens this backup, and it was made without a recovery code: it opens \
             only with the key file, keyring or passphrase of the machine that made it"
        };
        StoreError::Refused(format!("{what}. Nothing was changed"))
    }

    fn write(&self) -> Vec<u8> {
        let mut fields = Vec::new();
        put(&mut fields, self.app.as_bytes());
        fields.extend_from_slice(&(self.step as u32).to_be_bytes());
        fields.extend_from_slice(&self.made_at.0.to_be_bytes());
        put(&mut fields, self.instance.as_bytes());
        fields.extend_from_slice(&self.bytes.to_be_bytes());
        fields.push(self.slots.len() as u8);
        for slot in &self.slots {
            put(&mut fields, slot.kind.name().as_bytes());
            put(&mut fields, slot.params.as_deref().unwrap_or_default().as_bytes());
            fields.extend_from_slice(&slot.salt);
            put(&mut fields, &slot.sealed);
            put(&mut fields, &slot.key_check);
        }
        fields.extend_from_slice(&self.salt);
        put(&mut fields, &self.sealed);
        fields.extend_from_slice(&self.key_check);
        fields.extend_from_slice(&self.prefix);
        let mut bytes = MAGIC.to_vec();
        bytes.extend_from_slice(&FORMAT.to_be_bytes());
        bytes.extend_from_slice(&(fields.len() as u32).to_be_bytes());
        bytes.extend_from_slice(&fields);
        bytes
    }
}

/// A length of two bytes and what it counts.
fn put(out: &mut Vec<u8>, part: &[u8]) {
    out.extend_from_slice(&(part.len() as u16).to_be_bytes());
    out.extend_from_slice(part);
}

struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(head)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn part(&mut self, max: usize) -> Option<&'a [u8]> {
        let length = usize::from(u16::from_be_bytes(self.array()?));
        if length > max { None } else { self.take(length) }
    }

    fn text(&mut self) -> Option<String> {
        let text = std::str::from_utf8(self.part(TEXT_MAX)?).ok()?;
        text.chars().all(|c| c.is_ascii_graphic()).then(|| text.to_owned())
    }
}

/// `None` for what is no header, or whose slots ask for more than we give.
fn parse(fields: &[u8]) -> Option<Header> {
    let mut bytes = Bytes(fields);
    let app = bytes.text()?;
    let step = i64::from(u32::from_be_bytes(bytes.array()?));
    let made_at = Instant(i64::from_be_bytes(bytes.array()?));
    let instance = bytes.text()?;
    let length = u64::from_be_bytes(bytes.array()?);
    let count = usize::from(bytes.array::<1>()?[0]);
    if count > SLOTS_MAX || length > CONTENT_BYTES_MAX {
        return None;
    }
    let mut slots: Vec<Slot> = Vec::new();
    for _ in 0..count {
        let slot = parse_slot(&mut bytes)?;
        if slots.iter().any(|known| known.kind == slot.kind) {
            return None;
        }
        slots.push(slot);
    }
    let (salt, sealed) = (bytes.array()?, bytes.part(2 * KEY_LEN + 64)?.to_vec());
    let (key_check, prefix) = (bytes.array()?, bytes.array()?);
    if !bytes.0.is_empty() {
        return None;
    }
    let bytes = length;
    Some(Header { app, step, made_at, instance, bytes, slots, salt, sealed, key_check, prefix })
}

fn parse_slot(bytes: &mut Bytes<'_>) -> Option<Slot> {
    let kind = Kind::parse(&bytes.text()?)?;
    let params = Some(bytes.text()?).filter(|text| !text.is_empty());
    let slot = Slot {
        kind,
        params,
        salt: bytes.array()?,
        sealed: bytes.part(2 * KEY_LEN + 64)?.to_vec(),
        key_check: bytes.part(TEXT_MAX)?.to_vec(),
    };
    slot.is_affordable().then_some(slot)
}

/// A fuzzer's way in: any bytes as the head of a container, with a code that somebody typed. Gives
/// whether it was read; that it opens would need a key.
pub fn try_read(bytes: &[u8], code: &str) -> bool {
    let Ok(found) = read(&mut &bytes[..]) else { return false };
    let openers = Openers::of_key_file(std::path::Path::new(""));
    let code = Secret::new(code.to_owned());
    let _ = found.open(Keys { openers: &openers, code: Some(&code) }, None);
    true
}
