//! The second factor: RFC 6238 with HMAC-SHA1, steps of 30 seconds and six digits, as every
//! authenticator speaks it. The secret is sealed by the vault; a step is used once, and only
//! later ones after it. Recovery codes are kept as their SHA-256, for they hold 80 random bits.

use ring::hmac;
use rusqlite::{Connection, OptionalExtension};
use zeroize::Zeroizing;

use crate::base::id::UserId;
use crate::base::{Instant, Secret};
use crate::store::vault::Vault;
use crate::store::{StoreError, Tx, crypt};

pub const STEP_S: i64 = 30;
/// A clock may be one step off, either way.
const STEPS_OFF: i64 = 1;
const SECRET_LEN: usize = 20;
const RECOVERY_CODES: usize = 10;
const RECOVERY_LEN: usize = 10;

/// What an authenticator and we know.
pub type Shared = Zeroizing<Vec<u8>>;

/// Six digits for one step.
pub fn code_at(secret: &[u8], step: i64) -> String {
    let digits = truncated(secret, step) % 1_000_000;
    format!("{digits:06}")
}

fn truncated(secret: &[u8], step: i64) -> u32 {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let bytes = tag.as_ref();
    let offset = usize::from(bytes.last().copied().unwrap_or_default() & 0x0f);
    let mut word = [0_u8; 4];
    for (to, from) in word.iter_mut().zip(bytes.iter().skip(offset)) {
        *to = *from;
    }
    u32::from_be_bytes(word) & 0x7fff_ffff
}

/// The step for which this code is right now, if any.
pub fn find_step(secret: &[u8], code: &str, now: Instant) -> Option<i64> {
    let step = now.seconds().div_euclid(STEP_S);
    let mut found = None;
    // All are compared, so that the time taken tells nothing.
    for near in -STEPS_OFF..=STEPS_OFF {
        let right = code_at(secret, step + near);
        if crypt::same(right.as_bytes(), code.as_bytes()) {
            found = Some(step + near);
        }
    }
    found
}

/// What an authenticator's picture holds.
pub fn uri(secret: &[u8], email: &str, issuer: &str) -> String {
    let (email, issuer) = (percent(email), percent(issuer));
    format!(
        "otpauth://totp/{issuer}:{email}?secret={}&issuer={issuer}&algorithm=SHA1&digits=6\
         &period={STEP_S}",
        to_base32(secret)
    )
}

fn percent(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
            char::from(byte).to_string()
        }
        other => format!("%{other:02X}"),
    };
    text.bytes().map(byte).collect()
}

/// RFC 4648, without padding: what a person types where there is no camera.
pub fn to_base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut out = String::new();
    for chunk in bytes.chunks(5) {
        let mut word = [0_u8; 8];
        for (to, from) in word.iter_mut().skip(3).zip(chunk) {
            *to = *from;
        }
        let word = u64::from_be_bytes(word);
        let letters = (chunk.len() * 8).div_ceil(5);
        for at in 0..letters {
            let index = (word >> (35 - 5 * at)) & 31;
            out.push(char::from(LETTERS[usize::try_from(index).unwrap_or_default()]));
        }
    }
    out
}

/// Whether a second factor is in force for somebody.
///
/// # Errors
/// What SQLite said.
pub fn is_on(conn: &Connection, user: UserId) -> Result<bool, StoreError> {
    let sql = "select totp_sealed is not null from users where id = ?";
    Ok(conn.query_row(sql, [user], |row| row.get(0)).optional()?.unwrap_or_default())
}

/// Whether anybody has one, so that the door asks for codes.
///
/// # Errors
/// What SQLite said.
pub fn is_any(conn: &Connection) -> Result<bool, StoreError> {
    let sql = "select exists (select 1 from users where totp_sealed is not null and disabled = 0)";
    Ok(conn.query_row(sql, [], |row| row.get(0))?)
}

/// A secret that is in force as soon as somebody shows a code of it; the one before stays until
/// then.
///
/// # Errors
/// `StoreError` of the database; `Internal` where the system gives no random bytes.
pub fn begin(tx: &Tx<'_>, vault: &Vault, user: UserId) -> Result<Shared, StoreError> {
    let secret: Shared = Zeroizing::new(crypt::random::<SECRET_LEN>()?.to_vec());
    let sealed = vault.seal_factor(user, &secret)?;
    tx.conn().execute("update users set totp_pending = ?2 where id = ?1", (user, sealed))?;
    Ok(secret)
}

/// The secret that is being set up.
///
/// # Errors
/// `Damaged` where it does not open.
pub fn find_pending(
    conn: &Connection,
    vault: &Vault,
    user: UserId,
) -> Result<Option<Shared>, StoreError> {
    find_secret(conn, vault, user, "totp_pending")
}

/// The secret in force.
///
/// # Errors
/// `Damaged` where it does not open.
pub fn find(conn: &Connection, vault: &Vault, user: UserId) -> Result<Option<Shared>, StoreError> {
    find_secret(conn, vault, user, "totp_sealed")
}

fn find_secret(
    conn: &Connection,
    vault: &Vault,
    user: UserId,
    column: &str,
) -> Result<Option<Shared>, StoreError> {
    let sql = format!("select {column} from users where id = ?");
    let sealed: Option<Option<Vec<u8>>> =
        conn.query_row(&sql, [user], |row| row.get(0)).optional()?;
    sealed.flatten().map(|sealed| vault.open_factor(user, &sealed)).transpose()
}

/// Puts the pending secret in force: its owner showed the code of `step`. Gives the recovery
/// codes, which are shown once.
///
/// # Errors
/// What SQLite said.
pub fn confirm(tx: &Tx<'_>, user: UserId, step: i64) -> Result<Vec<Secret>, StoreError> {
    tx.conn().execute(
        "update users set totp_sealed = totp_pending, totp_pending = null, totp_step = ?2
         where id = ?1 and totp_pending is not null",
        (user, step),
    )?;
    make_recovery_codes(tx, user)
}

/// Uses a code up. `false` for a step that was used already, or an earlier one; of two at the same
/// time one wins, for writes come one after the other.
///
/// # Errors
/// What SQLite said.
pub fn take_step(tx: &Tx<'_>, user: UserId, step: i64) -> Result<bool, StoreError> {
    let sql = "update users set totp_step = ?2
        where id = ?1 and totp_sealed is not null and (totp_step is null or totp_step < ?2)";
    Ok(tx.conn().execute(sql, (user, step))? == 1)
}

/// Ends the second factor of somebody, whatever of it there was.
///
/// # Errors
/// What SQLite said.
pub fn delete(tx: &Tx<'_>, user: UserId) -> Result<(), StoreError> {
    let sql = "update users set totp_sealed = null, totp_pending = null, totp_step = null
        where id = ?";
    tx.conn().execute(sql, [user])?;
    tx.conn().execute("delete from recovery_codes where user_id = ?", [user])?;
    Ok(())
}

/// Ten codes in place of those before.
///
/// # Errors
/// What SQLite said.
pub fn make_recovery_codes(tx: &Tx<'_>, user: UserId) -> Result<Vec<Secret>, StoreError> {
    tx.conn().execute("delete from recovery_codes where user_id = ?", [user])?;
    let mut codes = Vec::new();
    for _ in 0..RECOVERY_CODES {
        let letters = to_base32(&crypt::random::<RECOVERY_LEN>()?).to_lowercase();
        let groups: Vec<&str> = (0..4).filter_map(|at| letters.get(at * 4..at * 4 + 4)).collect();
        let code = Secret::new(groups.join("-"));
        let hash = hash_of_recovery(user, code.expose());
        let sql = "insert into recovery_codes (code_hash, user_id) values (?, ?)";
        tx.conn().execute(sql, (hash, user))?;
        codes.push(code);
    }
    Ok(codes)
}

/// Uses a recovery code up; `false` for one that is not theirs or was used.
///
/// # Errors
/// What SQLite said.
pub fn take_recovery(tx: &Tx<'_>, user: UserId, code: &str) -> Result<bool, StoreError> {
    let sql = "update recovery_codes set used_at = ?3
        where code_hash = ?1 and user_id = ?2 and used_at is null";
    let hash = hash_of_recovery(user, code);
    Ok(tx.conn().execute(sql, (hash, user, tx.now))? == 1)
}

/// How many recovery codes somebody has left.
///
/// # Errors
/// What SQLite said.
pub fn count_recovery(conn: &Connection, user: UserId) -> Result<i64, StoreError> {
    let sql = "select count(*) from recovery_codes where user_id = ? and used_at is null";
    Ok(conn.query_row(sql, [user], |row| row.get(0))?)
}

fn hash_of_recovery(user: UserId, code: &str) -> [u8; 32] {
    let letters: String =
        code.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    crypt::sha256(format!("recovery {user} {letters}").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B, of the SHA-1 column; eight digits there, of which ours are the last.
    #[test]
    fn s02_totp_codes_are_those_of_the_rfc() {
        let secret = b"12345678901234567890";
        for (seconds, code) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000_i64, "65353130"),
        ] {
            let step = seconds / STEP_S;
            assert_eq!(format!("{:08}", truncated(secret, step) % 100_000_000), code);
            assert_eq!(code_at(secret, step), &code[2..]);
        }
    }

    /// RFC 4226, appendix D: the counter itself.
    #[test]
    fn s02_hotp_codes_are_those_of_the_rfc() {
        let secret = b"12345678901234567890";
        let codes = ["755224", "287082", "359152", "969429", "338314", "254676", "287922"];
        for (step, code) in codes.iter().enumerate() {
            assert_eq!(code_at(secret, i64::try_from(step).unwrap()), *code);
        }
    }

    #[test]
    fn a_clock_may_be_one_step_off_and_no_more() {
        let secret = b"12345678901234567890";
        let now = Instant::from_seconds(1_111_111_111);
        let step = 1_111_111_111 / STEP_S;
        for near in -1..=1 {
            let code = code_at(secret, step + near);
            assert_eq!(find_step(secret, &code, now), Some(step + near));
        }
        for far in [-2, 2] {
            assert_eq!(find_step(secret, &code_at(secret, step + far), now), None);
        }
        for wrong in ["", "12345", "1234567", "abcdef", "      "] {
            assert_eq!(find_step(secret, wrong, now), None);
        }
    }

    /// RFC 4648, section 10.
    #[test]
    fn base32_is_that_of_the_rfc_without_its_padding() {
        let vectors = [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ];
        for (plain, coded) in vectors {
            assert_eq!(to_base32(plain.as_bytes()), coded);
        }
    }

    #[test]
    fn a_picture_names_whose_code_it_is() {
        let uri = uri(b"12345678901234567890", "ann+x@example.test", "Purser & Co");
        assert_eq!(
            uri,
            "otpauth://totp/Purser%20%26%20Co:ann%2Bx%40example.test?secret=\
             GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Purser%20%26%20Co&algorithm=SHA1&digits=6\
             &period=30"
        );
    }
}
