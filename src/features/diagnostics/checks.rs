//! The checks themselves. Each says a state, what was found, and what that means with the way out.
//! None changes anything.

use std::path::Path;

use super::Home;
use crate::base::{Clock, Instant};
use crate::reports::{backups, machine};
use crate::store::backups as kept;
use crate::store::place::{self, Drive};
use crate::store::room::{self, Room};
use crate::store::{Db, Reader, StoreError, migrate, settings};
use crate::sync::egress::{self, ClockSeen};
use crate::sync::health::{self, Health};
use crate::web::words::diagnostics as told;

/// Files up to this size are looked through while somebody waits for a page.
const PAGE_BYTES_MAX: u64 = 200 * 1024 * 1024;
/// As platforms allow when they check signatures.
const CLOCK_S_MAX: i64 = 300;
/// Longer than it ever is while all is well.
const LOG_BYTES_MAX: u64 = 128 * 1024 * 1024;
/// Before this no clock can have been right: 2026-01-01.
const MADE_S: i64 = 1_767_225_600;
/// A whole look takes 4 s for each GB.
pub const LOOK_MAX: std::time::Duration = std::time::Duration::from_secs(600);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Ok,
    Unknown,
    Warn,
    Bad,
}

impl State {
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Unknown => "unknown",
            Self::Warn => "warn",
            Self::Bad => "bad",
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => told::OK,
            Self::Unknown => told::UNKNOWN,
            Self::Warn => told::WARN,
            Self::Bad => told::BAD,
        }
    }
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    pub slug: &'static str,
    pub name: &'static str,
    pub state: State,
    pub found: String,
    /// What it means, and where it is not well what to do.
    pub means: String,
}

/// How far to look, and what the asker knows besides.
pub struct Asked<'a> {
    /// The whole file, whatever its size.
    pub is_whole: bool,
    /// Why the vault is locked, as a running server knows it.
    pub locked: Option<&'a str>,
    pub clock: &'a Clock,
}

/// Everything, in the order in which it is shown. Without a database it says why there is none.
pub fn look(home: &Home, db: Result<&Db, String>, asked: &Asked<'_>) -> Vec<Check> {
    let clock_seen = db.as_ref().ok().and_then(|db| {
        let text = db.read(|reader| settings::find(reader.conn(), egress::CLOCK_SEEN)).ok()?;
        egress::parse_clock_seen(&text?)
    });
    let mut checks = vec![
        disk(look_at_disk(home, db.as_ref().map_or(0, |db| db.bytes().0))),
        clock(asked.clock.now(), clock_seen.as_ref()),
    ];
    checks.push(match &db {
        Ok(db) => database(db, asked.is_whole),
        Err(why) => none("database", told::DATABASE, why),
    });
    checks.push(key(home, asked.locked));
    if let Ok(db) = &db {
        let now = asked.clock.now();
        let read = db.read(|reader| Ok((connections(reader, now)?, backups(reader, now)?)));
        match read {
            Ok((connections, backups)) => checks.extend([connections, backups]),
            Err(fault) => {
                checks.push(none("connections", told::CONNECTIONS, &fault.to_string()));
            }
        }
    }
    checks.push(folders(&[&home.data, &home.config]));
    checks.push(lies(&home.data, place::find_drive(&home.data)));
    checks.push(versions());
    checks
}

/// The room under the data folder, against the mark that holds there.
pub fn look_at_disk(home: &Home, database_bytes: u64) -> Room {
    let mark = home.mark.unwrap_or_else(|| room::mark_of(database_bytes));
    Room { free: place::free_bytes(&home.data), mark }
}

fn check(slug: &'static str, name: &'static str, state: State) -> Check {
    Check { slug, name, state, found: String::new(), means: String::new() }
}

fn none(slug: &'static str, name: &'static str, why: &str) -> Check {
    let means = told::DATABASE_NONE.to_owned();
    Check { found: why.to_owned(), means, ..check(slug, name, State::Bad) }
}

fn disk(room: Room) -> Check {
    let (slug, name) = ("disk", told::DISK);
    let Some(free) = room.free else {
        let means = told::DISK_MEANS.to_owned();
        let found = told::DISK_UNTOLD.to_owned();
        return Check { found, means, ..check(slug, name, State::Unknown) };
    };
    let (state, means) = match room.is_low() {
        true => (State::Bad, told::DISK_WAY),
        // Half as much again: a large import away from the mark.
        false if free < room.mark.saturating_add(room.mark >> 1) => (State::Warn, told::DISK_WAY),
        false => (State::Ok, told::DISK_MEANS),
    };
    Check {
        found: told::disk(free, room.mark),
        means: means.to_owned(),
        ..check(slug, name, state)
    }
}

fn clock(now: Instant, seen: Option<&ClockSeen>) -> Check {
    let (slug, name) = ("clock", told::CLOCK);
    if now.seconds() < MADE_S {
        let (found, means) = (told::CLOCK_OLD.to_owned(), told::CLOCK_WAY.to_owned());
        return Check { found, means, ..check(slug, name, State::Bad) };
    }
    let Some(seen) = seen else {
        let means = told::CLOCK_UNSEEN.to_owned();
        return Check { found: now.to_string(), means, ..check(slug, name, State::Unknown) };
    };
    let (state, means) = match seen.seconds.abs() > CLOCK_S_MAX {
        true => (State::Bad, told::CLOCK_WAY),
        false => (State::Ok, told::CLOCK_FINE),
    };
    let found = told::clock(seen.seconds, &seen.host);
    Check { found, means: means.to_owned(), ..check(slug, name, state) }
}

fn database(db: &Db, is_whole: bool) -> Check {
    let (slug, name, sizes) = ("database", told::DATABASE, db.bytes());
    let is_looked_through = is_whole || sizes.0 <= PAGE_BYTES_MAX;
    let verdict = match is_looked_through {
        true => db.read_within(LOOK_MAX, machine::quick_check),
        false => Ok("ok".to_owned()),
    };
    let how = if is_looked_through { told::CHECKED } else { told::UNCHECKED };
    let found = told::database(sizes, migrate::known_step(), how);
    let (state, found, means) = match verdict {
        Ok(verdict) if verdict == "ok" && sizes.1 > LOG_BYTES_MAX => {
            (State::Warn, found, told::DATABASE_LOG)
        }
        Ok(verdict) if verdict == "ok" => (State::Ok, found, told::DATABASE_FINE),
        Ok(verdict) => (State::Bad, told::damaged(&verdict), told::DATABASE_BROKEN),
        Err(fault @ StoreError::Damaged { .. }) => {
            (State::Bad, told::damaged(&fault.to_string()), told::DATABASE_BROKEN)
        }
        Err(fault) => (State::Warn, fault.to_string(), told::DATABASE_NONE),
    };
    Check { found, means: means.to_owned(), ..check(slug, name, state) }
}

fn key(home: &Home, locked: Option<&str>) -> Check {
    let (slug, name, path) = ("key", told::KEY, home.key_file.display().to_string());
    if let Some(why) = locked {
        let means = told::KEY_MISSING.to_owned();
        return Check { found: why.to_owned(), means, ..check(slug, name, State::Bad) };
    }
    // Who asks without a server cannot know whether a passphrase or a keyring stands for it.
    let (state, means) = match home.key_file.exists() {
        true => (State::Ok, told::KEY_FINE),
        false => (State::Unknown, told::KEY_MISSING),
    };
    Check { found: path, means: means.to_owned(), ..check(slug, name, state) }
}

fn connections(reader: &Reader<'_>, now: Instant) -> Result<Check, StoreError> {
    let accounts = health::list_health(reader, now)?;
    let count = |wanted: fn(Health) -> bool| accounts.iter().filter(|a| wanted(a.health)).count();
    let stopped = count(|health| health == Health::Stopped);
    let late = count(|health| health == Health::Late);
    let (state, means) = match (accounts.len(), stopped, late) {
        (0, ..) => (State::Ok, told::CONNECTIONS_NONE),
        (_, 0, 0) => (State::Ok, told::CONNECTIONS_FINE),
        (_, 0, _) => (State::Warn, told::CONNECTIONS_WAY),
        _ => (State::Bad, told::CONNECTIONS_WAY),
    };
    let found = told::connections(accounts.len() - stopped - late, late, stopped);
    let means = means.to_owned();
    Ok(Check { found, means, ..check("connections", told::CONNECTIONS, state) })
}

/// By the same standing as the list of what is to do.
fn backups(reader: &Reader<'_>, now: Instant) -> Result<Check, StoreError> {
    let (slug, name) = ("backups", told::BACKUPS);
    let verified_at = kept::find_verified_at(reader)?;
    let found = verified_at
        .map_or_else(|| told::BACKUPS_NONE.to_owned(), |at| told::backup_verified(&at.to_string()));
    let (state, means) = match backups::find_standing(reader, now)? {
        None if verified_at.is_none() => (State::Warn, told::BACKUPS_WAY),
        None => (State::Warn, told::BACKUPS_BY_HAND),
        Some(standing) if standing.asks() => (State::Bad, told::BACKUPS_LATE),
        Some(_) => (State::Ok, told::BACKUPS_FINE),
    };
    Ok(Check { found, means: means.to_owned(), ..check(slug, name, state) })
}

fn folders(paths: &[&Path]) -> Check {
    let (slug, name) = ("folders", told::FOLDERS);
    #[cfg(unix)]
    {
        let open = paths.iter().find_map(|path| find_open(path).map(|mode| (path, mode)));
        if let Some((path, (inner, mode))) = open {
            let found = told::folder(&inner.display().to_string(), mode);
            let means = told::folder_way(&path.display().to_string());
            return Check { found, means, ..check(slug, name, State::Bad) };
        }
        let listed: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
        let means = told::FOLDERS_FINE.to_owned();
        Check { found: listed.join(", "), means, ..check(slug, name, State::Ok) }
    }
    #[cfg(not(unix))]
    {
        let _ = paths;
        let means = told::FOLDERS_UNTOLD.to_owned();
        Check { means, ..check(slug, name, State::Unknown) }
    }
}

/// The folder, or a file right in it, that others may read.
#[cfg(unix)]
fn find_open(path: &Path) -> Option<(std::path::PathBuf, u32)> {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &Path| {
        let found = std::fs::metadata(path).ok()?.permissions().mode() & 0o777;
        (found & 0o077 != 0).then_some(found)
    };
    if let Some(found) = mode(path) {
        return Some((path.to_owned(), found));
    }
    let mut inner = std::fs::read_dir(path).ok()?.flatten().map(|entry| entry.path());
    inner.find_map(|path| mode(&path).map(|mode| (path, mode)))
}

fn lies(data: &Path, drive: Drive) -> Check {
    let (slug, name, path) = ("place", told::PLACE, data.display().to_string());
    let (state, found, means) = match (drive, place::sync_folder(data)) {
        (Drive::Network(kind), _) => (State::Bad, told::network(&path, kind), told::PLACE_NETWORK),
        (_, Some(program)) => (State::Warn, told::synced(&path, program), told::PLACE_SYNCED),
        (Drive::Unknown, None) => (State::Warn, path, told::PLACE_UNKNOWN),
        (Drive::Local, None) => (State::Ok, path, told::PLACE_FINE),
    };
    Check { found, means: means.to_owned(), ..check(slug, name, state) }
}

fn versions() -> Check {
    let system = format!("{} on {}", std::env::consts::OS, std::env::consts::ARCH);
    let found = told::versions(env!("CARGO_PKG_VERSION"), rusqlite::version(), &system);
    let means = told::VERSIONS_MEANS.to_owned();
    Check { found, means, ..check("versions", told::VERSIONS, State::Ok) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_disk_is_judged_by_its_mark() {
        let state = |free| disk(Room { free, mark: 1_000 }).state;
        for (free, expected) in [
            (Some(999), State::Bad),
            (Some(1_000), State::Warn),
            (Some(1_499), State::Warn),
            (Some(1_500), State::Ok),
            (None, State::Unknown),
        ] {
            assert_eq!(state(free), expected, "{free:?}");
        }
    }

    #[test]
    fn threat_28_the_clock_is_judged_by_what_platforms_say() {
        let now = Instant::parse("2026-11-20T12:00:00Z").unwrap();
        let seen = |seconds| ClockSeen { seconds, host: "a.example".to_owned(), at: now };
        for (at, seconds, expected) in [
            (now, Some(0), State::Ok),
            (now, Some(-300), State::Ok),
            (now, Some(301), State::Bad),
            (now, Some(-86_400), State::Bad),
            (now, None, State::Unknown),
            (Instant(0), Some(0), State::Bad),
        ] {
            let found = clock(at, seconds.map(seen).as_ref());
            assert_eq!(found.state, expected, "{seconds:?}: {}", found.found);
        }
    }

    #[test]
    fn threat_31_a_network_drive_needs_the_owner_and_a_sync_folder_a_look() {
        let state = |path: &str, drive| lies(Path::new(path), drive).state;
        assert_eq!(state("/srv/purser", Drive::Local), State::Ok);
        assert_eq!(state("/srv/purser", Drive::Network("NFS")), State::Bad);
        assert_eq!(state("/srv/purser", Drive::Unknown), State::Warn);
        assert_eq!(state("/home/ann/Dropbox/purser", Drive::Local), State::Warn);
    }

    #[cfg(unix)]
    #[test]
    fn threat_06_a_folder_or_a_file_that_others_may_read_is_named() {
        use std::os::unix::fs::PermissionsExt;
        let folder = crate::store::testing::Folder::new();
        let (inner, file) = (folder.file("data"), folder.file("data/purser.db"));
        std::fs::create_dir(&inner).unwrap();
        std::fs::write(&file, "").unwrap();
        let set = |path: &Path, mode| {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
        };
        set(&inner, 0o700);
        set(&file, 0o600);
        assert_eq!(folders(&[&inner]).state, State::Ok);
        set(&file, 0o640);
        let found = folders(&[&inner]);
        assert_eq!(found.state, State::Bad);
        assert!(found.found.contains("purser.db is open to others (mode 640)"), "{}", found.found);
        set(&inner, 0o755);
        assert!(folders(&[&inner]).means.contains("chmod"));
    }
}
