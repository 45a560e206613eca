//! Words of the page that says what is protected, and how.

pub const PAGE: &str = "Security";
pub const ANSWER: &str = "What is protected here, and how. Where it can be looked at, it is looked \
    at now.";
pub const NOW: &str = "How it stands now";
pub const NOW_NOTE: &str = "A program that runs as you, and whoever holds this machine unlocked, \
    can do what you can do: against these nothing here helps. Encrypt the disk.";
pub const WHAT: &str = "What";
pub const HOW: &str = "How";
pub const STANDS: &str = "Looked at now";
pub const CHAPTERS: &str = "Against a public list";
pub const CHAPTERS_NOTE: &str = "The chapters of the OWASP Application Security Verification \
    Standard 5.0 that apply, with tests of this program for each.";
pub const CHAPTER: &str = "Chapter";
pub const TESTS: &str = "Tests";

pub const GOOD: &str = "good: ";
pub const ACT: &str = "to be done: ";
pub const ALWAYS: &str = "always so";

pub const DOOR_LOOPBACK: &str = "reached from this machine only";
pub const DOOR_CLOSED: &str = "reached from this machine only, over TLS";
pub const DOOR_NETWORK: &str = "reached from the network, over TLS only";
pub const FACTOR_LACKS: &str = "an owner has no second factor; set one up in the settings";
pub const FACTOR_OWNERS: &str = "every owner has a second factor";
pub const FACTOR_ALL: &str = "every owner has a second factor, and everybody must";
pub const VAULT_LOCKED: &str = "the vault is locked; unlock it under Connections";
pub const VAULT_PASSPHRASE: &str = "open; no key file lies on this machine";
pub const KEY_PRIVATE: &str = "open; the key file is its owner’s alone";
pub const KEY_OPEN: &str = "others of this machine may read the key file; take that right away";
pub const FILE_PRIVATE: &str = "the database is its owner’s alone";
pub const FILE_OPEN: &str = "others of this machine may read the database; take that right away";
pub const UNSEEN: &str = "this system does not say who may read the file";
pub const BACKUP_NONE: &str = "no backups are scheduled; choose a folder under Backup";
pub const BACKUP_LATE: &str = "the last backup failed or is too old; look under Backup";
pub const BACKUP_GOOD: &str = "the last backup was opened again and found whole";
pub const CODE_NONE: &str = "there is no recovery code; make one under Backup";
pub const CODE_THERE: &str = "there is a recovery code";
pub const NO_CALLS: &str = "nobody was called yet";

pub fn called(hosts: usize) -> String {
    if hosts == 1 { "1 host was called".to_owned() } else { format!("{hosts} hosts were called") }
}

/// A thing that is protected: its name, and how.
pub const DOOR: (&str, &str) = (
    "The door",
    "Every page asks who you are, also on this machine. Only our own names are answered, no other \
     site can send or read anything, and no page can be framed.",
);
pub const FACTOR: (&str, &str) = (
    "Signing in",
    "Five wrong tries lock an account and an address for five minutes, growing, also over a \
     restart. A code of a second factor is good once. Sessions end by themselves and can be ended \
     from the settings.",
);
pub const PASSWORDS: (&str, &str) = (
    "Passwords",
    "Kept as Argon2id hashes that take a quarter of a second to try. The most frequent ones are \
     refused. Sessions, links and tokens are kept as digests only.",
);
pub const KEYS: (&str, &str) = (
    "Keys and credentials",
    "What opens your shops is sealed with AES-256-GCM, each connection under a key of its own, \
     bound to its place. The key lies outside the database: a copied file opens nothing.",
);
pub const FILE: (&str, &str) = (
    "The database",
    "One file of yours. What is deleted is overwritten. Figures and orders in it are not \
     encrypted by us; your disk does that.",
);
pub const BACKUPS: (&str, &str) = (
    "Backups",
    "Encrypted and sealed piece by piece; each is opened again before it counts. A restore refuses \
     what was altered, and keeps what was there.",
);
pub const CODE: (&str, &str) = (
    "Getting everything back",
    "With a backup and the recovery code, on any machine; without both, nobody can.",
);
pub const LEAVES: (&str, &str) = (
    "What leaves this machine",
    "Calls to the platforms that you connected, over TLS, and mail where you set it up. No \
     telemetry. Every host that was called stands on the page Diagnostics.",
);
pub const LOG: (&str, &str) = (
    "The log of what people do",
    "Only ever added to: every row bears the digest of the one before and a tag under a key of the \
     vault. The page Audit log checks it.",
);
pub const BUYERS: (&str, &str) = (
    "Buyers",
    "Known by a keyed hash only. What can be told, erased or restricted stands under Privacy.",
);
