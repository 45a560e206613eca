//! Passwords: which are good enough, and Argon2id for those that are.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};

use argon2::{Algorithm, Argon2, Params, Version};
use zeroize::Zeroizing;

use crate::base::Secret;
use crate::store::{StoreError, crypt};

pub const LENGTH_MIN: usize = 12;
pub const LENGTH_MAX: usize = 200;
/// 64 MiB, three passes, one lane.
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
const LANES: u32 = 1;
/// What a stored hash may ask of us at most.
const MEMORY_KIB_MAX: u32 = 256 * 1024;
const PASSES_MAX: u32 = 10;
/// At once; more would fill the memory.
const AT_ONCE_MAX: usize = 2;

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum WeakPassword {
    #[error("the password is too short; use at least {LENGTH_MIN} characters, such as four words")]
    Short,
    #[error("the password is too long; use at most {LENGTH_MAX} characters")]
    Long,
    #[error("the password is one that many people use; choose words that nobody would guess")]
    Frequent,
    #[error("the password holds your own e-mail address; choose another")]
    OwnName,
}

/// No rules of composition: length, and nothing that is tried first.
///
/// # Errors
/// Why not.
pub fn check(password: &str, email: &str) -> Result<(), WeakPassword> {
    let length = password.chars().count();
    if length < LENGTH_MIN {
        return Err(WeakPassword::Short);
    }
    if length > LENGTH_MAX {
        return Err(WeakPassword::Long);
    }
    let lower = password.to_lowercase();
    let local = email.split('@').next().unwrap_or_default().to_lowercase();
    if local.chars().count() >= 4 && lower.contains(&local) {
        return Err(WeakPassword::OwnName);
    }
    if super::frequent::is_frequent(&lower) { Err(WeakPassword::Frequent) } else { Ok(()) }
}

/// Computes hashes, a few at once, and counts how many.
#[derive(Default)]
pub struct Passwords {
    computed: AtomicU64,
    running: Mutex<usize>,
    freed: Condvar,
}

impl Passwords {
    /// How often a hash was computed since the start.
    pub fn computed(&self) -> u64 {
        self.computed.load(Ordering::Relaxed)
    }

    /// The text that is stored; it bears its parameters and its salt.
    ///
    /// # Errors
    /// `Internal`.
    pub fn hash(&self, password: &Secret) -> Result<String, StoreError> {
        let salt = crypt::random::<16>()?;
        let cost = Cost::NOW;
        let hash = self.compute(password, &salt, cost)?;
        Ok(format!("{cost}${}${}", crypt::to_hex(&salt), crypt::to_hex(hash.as_slice())))
    }

    /// Takes as long for nobody (`None`) as for somebody.
    ///
    /// # Errors
    /// `Internal`.
    pub fn verify(&self, stored: Option<&str>, password: &Secret) -> Result<Verdict, StoreError> {
        let Some((cost, salt, expected)) = stored.and_then(parse) else {
            self.compute(password, &[0; 16], Cost::NOW)?;
            return Ok(Verdict::Wrong);
        };
        let hash = self.compute(password, &salt, cost)?;
        Ok(match (crypt::same(hash.as_slice(), &expected), cost == Cost::NOW) {
            (false, _) => Verdict::Wrong,
            (true, true) => Verdict::Right,
            (true, false) => Verdict::RightButOld,
        })
    }

    fn compute(
        &self,
        password: &Secret,
        salt: &[u8; 16],
        cost: Cost,
    ) -> Result<Zeroizing<[u8; 32]>, StoreError> {
        let _turn = self.wait_for_turn();
        self.computed.fetch_add(1, Ordering::Relaxed);
        stretch(password, salt, cost)
    }

    fn wait_for_turn(&self) -> Turn<'_> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        while *running >= AT_ONCE_MAX {
            running = self.freed.wait(running).unwrap_or_else(PoisonError::into_inner);
        }
        *running += 1;
        Turn(self)
    }
}

#[cfg(test)]
thread_local! {
    /// How often this thread stretched a text.
    pub(super) static STRETCHED: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

/// Argon2id: 256 bits of a text that somebody remembers.
///
/// # Errors
/// `Internal`.
pub(super) fn stretch(
    password: &Secret,
    salt: &[u8; 16],
    cost: Cost,
) -> Result<Zeroizing<[u8; 32]>, StoreError> {
    #[cfg(test)]
    STRETCHED.set(STRETCHED.get() + 1);
    let failed = |error: argon2::Error| StoreError::Internal(error.to_string());
    let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(32));
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.map_err(failed)?);
    let mut out = Zeroizing::new([0_u8; 32]);
    let text = password.expose().as_bytes();
    argon.hash_password_into(text, salt, out.as_mut()).map_err(failed)?;
    Ok(out)
}

struct Turn<'a>(&'a Passwords);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *self.0.running.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        self.0.freed.notify_one();
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Wrong,
    Right,
    /// Right, but computed with less than we ask today: store a new hash.
    RightButOld,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

impl Cost {
    pub(super) const NOW: Self = Self { memory_kib: MEMORY_KIB, passes: PASSES, lanes: LANES };

    /// As `Display` writes it; `None` also for one that asks for more than we give.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.strip_prefix("argon2id$v=19$")?.split(',');
        let mut number = |name: &str| -> Option<u32> {
            numbers.next()?.strip_prefix(name)?.strip_prefix('=')?.parse().ok()
        };
        let cost = Self { memory_kib: number("m")?, passes: number("t")?, lanes: number("p")? };
        let affordable = cost.memory_kib <= MEMORY_KIB_MAX && cost.passes <= PASSES_MAX;
        affordable.then_some(cost)
    }
}

impl std::fmt::Display for Cost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "argon2id$v=19$m={},t={},p={}", self.memory_kib, self.passes, self.lanes)
    }
}

fn parse(stored: &str) -> Option<(Cost, [u8; 16], [u8; 32])> {
    let (rest, hash) = stored.rsplit_once('$')?;
    let (cost, salt) = rest.rsplit_once('$')?;
    Some((Cost::parse(cost)?, crypt::from_hex(salt)?, crypt::from_hex(hash)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Secret {
        Secret::new(text.to_owned())
    }

    #[test]
    fn argon2id_gives_the_published_answer() {
        // The test of the reference implementation: 64 MiB, two passes, one lane.
        let params = Params::new(65_536, 2, 1, Some(32)).unwrap();
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let mut out = [0_u8; 32];
        argon.hash_password_into(b"password", b"somesalt", &mut out).unwrap();
        let known = "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7";
        assert_eq!(crypt::to_hex(&out), known);
    }

    #[test]
    fn a_password_is_known_again_and_bears_its_parameters() {
        let passwords = Passwords::default();
        let stored = passwords.hash(&secret("four plain little words")).unwrap();
        assert!(stored.starts_with("argon2id$v=19$m=65536,t=3,p=1$"), "{stored}");
        let verify = |text: &str| passwords.verify(Some(&stored), &secret(text)).unwrap();
        assert_eq!(verify("four plain little words"), Verdict::Right);
        assert_eq!(verify("four plain little wordS"), Verdict::Wrong);
        let other = passwords.hash(&secret("four plain little words")).unwrap();
        assert_ne!(stored, other);
    }

    #[test]
    fn threat_19_nobody_costs_as_much_as_somebody() {
        let passwords = Passwords::default();
        let stored = passwords.hash(&secret("four plain little words")).unwrap();
        let before = passwords.computed();
        passwords.verify(Some(&stored), &secret("wrong")).unwrap();
        assert_eq!(passwords.computed() - before, 1);
        passwords.verify(None, &secret("wrong")).unwrap();
        assert_eq!(passwords.computed() - before, 2);
    }

    #[test]
    fn a_stored_hash_cannot_ask_for_all_our_memory() {
        let (salt, hash) = ("00".repeat(16), "00".repeat(32));
        for cost in ["m=99999999,t=3,p=1", "m=65536,t=99,p=1", "m=x,t=3,p=1", "t=3,m=65536,p=1"] {
            assert_eq!(parse(&format!("argon2id$v=19${cost}${salt}${hash}")), None, "{cost}");
        }
    }

    #[test]
    fn an_older_hash_is_right_but_old() {
        let passwords = Passwords::default();
        let cost = Cost { memory_kib: 19 * 1024, passes: 2, lanes: 1 };
        let hash = passwords.compute(&secret("four plain little words"), &[7; 16], cost).unwrap();
        let stored =
            format!("{cost}${}${}", crypt::to_hex(&[7; 16]), crypt::to_hex(hash.as_slice()));
        let verdict = passwords.verify(Some(&stored), &secret("four plain little words")).unwrap();
        assert_eq!(verdict, Verdict::RightButOld);
    }

    #[test]
    fn length_counts_and_composition_does_not() {
        assert_eq!(check("elevenchars", "ann@example.test"), Err(WeakPassword::Short));
        assert_eq!(check(&"q1 z".repeat(60), "ann@example.test"), Err(WeakPassword::Long));
        assert_eq!(check("marble otter vinyl seven", "ann@example.test"), Ok(()));
        let own = check("hello.annabel.99", "annabel@example.test");
        assert_eq!(own, Err(WeakPassword::OwnName));
    }
}
