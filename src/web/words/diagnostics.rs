//! Words and sentences of the program's look at itself: what it found, what that means, the way
//! out; and of the list of hosts that were called.

pub const ANSWER_WELL: &str = "Everything that Purser can look at on this machine is in order.";
pub const EMPTY_CALLS: &str = "No host has been called yet.";
pub const EMPTY_CALLS_WHY: &str =
    "Purser calls the platforms that you connect, and nobody else. Each call is listed here.";
pub const CHECKS: &str = "What was looked at";
pub const CHECK: &str = "Looked at";
pub const STATE: &str = "State";
pub const FOUND: &str = "Found";
pub const MEANS: &str = "What it means and what to do";
pub const CALLS: &str = "Hosts that were called";
pub const CALLS_NOTE: &str = "Every call that leaves this machine passes one place and is counted \
    there: whom, for what, how often, how much. Purser reports to nobody else.";
pub const DAY: &str = "Day";
pub const HOST: &str = "Host";
pub const CONNECTION: &str = "Connection";
pub const PURPOSE: &str = "Purpose";
pub const TIMES: &str = "Calls";
pub const FAILED: &str = "Failed";
pub const SENT: &str = "Sent";
pub const RECEIVED: &str = "Received";
pub const LAST: &str = "Last";
pub const BUNDLE: &str = "Download the bundle for support";
pub const BUNDLE_NOTE: &str = "The bundle holds these checks, versions, settings, the last 2,000 \
    lines of the log, how the jobs stand, the tables and how many rows each has. It holds no \
    credential, no order and no customer.";

pub const OK: &str = "in order";
pub const WARN: &str = "look at it";
pub const BAD: &str = "needs you";
pub const UNKNOWN: &str = "not known";

pub const DISK: &str = "Disk";
pub const CLOCK: &str = "Clock";
pub const DATABASE: &str = "Database";
pub const KEY: &str = "Key and vault";
pub const CONNECTIONS: &str = "Connections";
pub const BACKUPS: &str = "Backups";
pub const FOLDERS: &str = "Who may read the folders";
pub const PLACE: &str = "Where the data lies";
pub const VERSIONS: &str = "Versions";

pub const LOW_DISK: &str = "The disk is nearly full. Syncs and imports pause.";
pub const DISK_MEANS: &str = "Below the mark syncs and imports pause, so that nothing breaks off.";
pub const DISK_WAY: &str = "Nothing is lost. Free room on this disk, or move the data folder to a \
    larger one; the work goes on by itself.";
pub const DISK_UNTOLD: &str = "This system does not tell how much room there is.";
pub const CLOCK_FINE: &str = "Within five minutes of what platforms say.";
pub const CLOCK_UNSEEN: &str = "No platform has been asked yet that could be compared with.";
pub const CLOCK_WAY: &str = "Orders would stand on the wrong day and platforms may refuse our \
    signatures. Set the clock of this machine, best by its time service.";
pub const CLOCK_OLD: &str = "The clock says a time before this program was made.";
pub const DATABASE_FINE: &str = "The file is whole and of this version.";
pub const DATABASE_BROKEN: &str = "The file is damaged. Stop the program, keep the file as it is, \
    and restore the last backup.";
pub const DATABASE_LOG: &str = "The log beside the file is long: somebody reads for very long, or \
    the program was killed. It is folded in by itself; if not, start the program again.";
pub const DATABASE_NONE: &str = "It cannot be opened. Nothing was changed.";
pub const KEY_FINE: &str = "What is sealed can be opened.";
pub const KEY_MISSING: &str = "Stored credentials stay closed; figures can be read. Put the key \
    file back, say the passphrase, or write a new key file with the recovery code: purser vault \
    recover.";
pub const CONNECTIONS_FINE: &str = "Each is asked in its turn.";
pub const CONNECTIONS_NONE: &str = "None is connected.";
pub const CONNECTIONS_WAY: &str = "What has come stays. Open the page Connections; each says there \
    what stands in its way.";
pub const BACKUPS_NONE: &str = "No backup is known.";
pub const BACKUPS_WAY: &str = "This machine holds the only copy of your books. Choose a folder on \
    another disk under Settings, Backup, or run `purser backup FILE`.";
pub const BACKUPS_BY_HAND: &str = "None is made by itself. Choose a folder on another disk under \
    Settings, Backup.";
pub const BACKUPS_LATE: &str = "The last one failed, or is more than a week old. Settings, Backup \
    says why; see that its folder is there, and make one now.";
pub const BACKUPS_FINE: &str = "One is made every day, and opened again before it counts.";
pub const FOLDERS_FINE: &str = "Only your account can enter them.";
pub const FOLDERS_UNTOLD: &str = "On this system the folders' rights are those of your profile.";
pub const FOLDERS_MEANS: &str = "Other accounts of this machine could read your books.";
pub const PLACE_FINE: &str = "On a disk of this machine.";
pub const PLACE_NETWORK: &str = "Locks do not hold across machines: the database can be damaged. \
    Move the data folder to a disk of this machine.";
pub const PLACE_UNKNOWN: &str = "Purser does not know this kind of drive. If another machine holds \
    it, move the data folder to a disk of this machine.";
pub const PLACE_SYNCED: &str = "It copies files while they change, and such a copy is torn. Move \
    the data folder elsewhere and let the backups be copied instead.";
pub const VERSIONS_MEANS: &str = "Say these when you ask for help.";

/// `2 of 9 need you.`
pub fn answer(bad: usize, all: usize) -> String {
    match bad {
        0 => ANSWER_WELL.to_owned(),
        1 => format!("1 of {all} needs you."),
        _ => format!("{bad} of {all} need you."),
    }
}

/// `1.3 GB`, with one digit after the point, never rounded up.
pub fn bytes(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["bytes", "kB", "MB", "GB", "TB"];
    let (mut tenths, mut unit) = (u128::from(bytes) * 10, 0);
    while tenths >= 10_000 && unit + 1 < UNITS.len() {
        tenths /= 1_000;
        unit += 1;
    }
    match unit {
        0 => format!("{bytes} {}", UNITS[0]),
        _ => format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit]),
    }
}

/// Why, what is unchanged, what ends it.
pub fn low_disk(free: u64, mark: u64) -> String {
    format!(
        "{} are free, and Purser needs {}. Nothing is lost, and pages and stock go on. Free room \
         on this disk; the rest goes on by itself.",
        bytes(free),
        bytes(mark)
    )
}

pub fn disk(free: u64, mark: u64) -> String {
    format!("{} free, the mark is at {}", bytes(free), bytes(mark))
}

pub fn clock(seconds: i64, host: &str) -> String {
    match seconds {
        0 => format!("As {host} says"),
        1.. => format!("{seconds} s behind {host}"),
        _ => format!("{} s ahead of {host}", seconds.unsigned_abs()),
    }
}

pub fn database((file, log): (u64, u64), step: i64, checked: &str) -> String {
    format!("{} and a log of {}, step {step}, {checked}", bytes(file), bytes(log))
}

pub const CHECKED: &str = "looked through just now";
pub const UNCHECKED: &str = "too large to look through here: run purser doctor";

/// What a look through the file said.
pub fn damaged(verdict: &str) -> String {
    format!("The look through it said: {verdict}")
}

pub fn connections(fresh: usize, late: usize, stopped: usize) -> String {
    format!("{fresh} well, {late} late, {stopped} stopped")
}

pub fn folder(path: &str, mode: u32) -> String {
    format!("{path} is open to others (mode {mode:03o})")
}

pub fn folder_way(path: &str) -> String {
    format!("{FOLDERS_MEANS} Close it: chmod -R go= '{path}'")
}

pub fn network(path: &str, kind: &str) -> String {
    format!("{path} lies on a drive of another machine ({kind})")
}

pub fn synced(path: &str, program: &str) -> String {
    format!("{path} lies in a folder of {program}")
}

pub fn versions(program: &str, sqlite: &str, system: &str) -> String {
    format!("purser {program}, SQLite {sqlite}, {system}")
}

/// The start is refused there; nothing was made.
pub fn network_refused(path: &str, kind: &str) -> String {
    format!(
        "the data folder {path} lies on a drive of another machine ({kind}), where the locks that \
         keep a database whole do not hold. Nothing was made; name a folder on a disk of this \
         machine with --data. Who knows better writes allow_network_drive = true into purser.toml"
    )
}

pub fn backup_verified(at: &str) -> String {
    format!("The last one was verified at {at}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_told_in_the_unit_in_which_they_are_short() {
        for (given, expected) in [
            (0, "0 bytes"),
            (999, "999 bytes"),
            (1_000, "1.0 kB"),
            (524_288_000, "524.2 MB"),
            (1_299_999_999, "1.2 GB"),
            (4_000_000_000_000, "4.0 TB"),
        ] {
            assert_eq!(bytes(given), expected);
        }
    }
}
