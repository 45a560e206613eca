//! Where a data folder lies: how much room its disk has, whether it is a drive of another machine,
//! on which SQLite's locks do not hold, and whether a program copies it elsewhere while it changes.

use std::path::Path;

/// What kind of drive a folder lies on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drive {
    Local,
    /// Another machine's; locks there cannot be relied on.
    Network(&'static str),
    /// A file system by a program that we do not know.
    Unknown,
}

/// Numbers by which Linux names file systems of other machines.
const NETWORK_MAGIC: [(u64, &str); 12] = [
    (0x6969, "NFS"),
    (0xff53_4d42, "SMB"),
    (0xfe53_4d42, "SMB"),
    (0x517b, "SMB"),
    (0x564c, "NCP"),
    (0x0102_1997, "9P"),
    (0x00c3_6400, "Ceph"),
    (0x5346_414f, "AFS"),
    (0x6b41_4653, "AFS"),
    (0x7375_7245, "Coda"),
    (0x0bd0_0bd0, "Lustre"),
    (0x1983_0326, "BeeGFS"),
];
const FUSE_MAGIC: u64 = 0x6573_5546;

/// What stands behind `fuse.` in the list of mounts, for programs that fetch from elsewhere.
const FUSE_REMOTE: [&str; 18] = [
    "sshfs",
    "rclone",
    "s3fs",
    "davfs",
    "davfs2",
    "glusterfs",
    "gvfsd-fuse",
    "curlftpfs",
    "gcsfuse",
    "google-drive-ocamlfuse",
    "onedriver",
    "ceph",
    "ceph-fuse",
    "goofys",
    "smbnetfs",
    "juicefs",
    "nfs-ganesha",
    "kio-fuse",
];
const FUSE_LOCAL: [&str; 10] = [
    "fuseblk",
    "ntfs-3g",
    "ntfs",
    "exfat",
    "encfs",
    "gocryptfs",
    "cryfs",
    "mergerfs",
    "bindfs",
    "veracrypt",
];

/// What the number of a file system and its name in the list of mounts say of it.
pub fn judge_drive(magic: u64, mount: Option<&str>) -> Drive {
    if let Some((_, name)) = NETWORK_MAGIC.iter().find(|(known, _)| *known == magic) {
        return Drive::Network(name);
    }
    if magic != FUSE_MAGIC {
        return Drive::Local;
    }
    let Some(mount) = mount else { return Drive::Unknown };
    let name = mount.strip_prefix("fuse.").unwrap_or(mount);
    if let Some(known) = FUSE_REMOTE.iter().find(|known| **known == name) {
        return Drive::Network(known);
    }
    if FUSE_LOCAL.contains(&name) { Drive::Local } else { Drive::Unknown }
}

/// What Windows says of a drive: 4 is a remote one. A path `\\server\share` is one as well.
pub fn judge_windows(drive_type: u32, path: &str) -> Drive {
    let is_share = path.starts_with(r"\\") && !path.starts_with(r"\\?\") || is_long_share(path);
    if drive_type == 4 || is_share { Drive::Network("Windows share") } else { Drive::Local }
}

fn is_long_share(path: &str) -> bool {
    path.get(..8).is_some_and(|start| start.eq_ignore_ascii_case(r"\\?\UNC\"))
}

/// Programs that copy a folder to other machines, and how their folder is called.
const SYNC_FOLDERS: [(&str, &str); 19] = [
    ("dropbox", "Dropbox"),
    ("onedrive", "OneDrive"),
    ("google drive", "Google Drive"),
    ("googledrive", "Google Drive"),
    ("my drive", "Google Drive"),
    ("icloud drive", "iCloud Drive"),
    ("iclouddrive", "iCloud Drive"),
    ("mobile documents", "iCloud Drive"),
    ("cloudstorage", "a cloud's folder"),
    ("nextcloud", "Nextcloud"),
    ("owncloud", "ownCloud"),
    ("box sync", "Box"),
    ("pclouddrive", "pCloud"),
    ("megasync", "MEGA"),
    ("syncthing", "Syncthing"),
    ("seafile", "Seafile"),
    ("proton drive", "Proton Drive"),
    ("tresorit", "Tresorit"),
    ("yandex.disk", "Yandex Disk"),
];

/// The program that copies this folder while it changes, by the name of a folder above it.
pub fn sync_folder(path: &Path) -> Option<&'static str> {
    let parts = path.components().map(|part| part.as_os_str().to_string_lossy().to_lowercase());
    for part in parts {
        let is_it = |name: &str| {
            // `OneDrive - Company`, `Dropbox (Personal)`.
            let rest = part.strip_prefix(name);
            rest.is_some_and(|rest| {
                rest.is_empty() || rest.starts_with(" -") || rest.starts_with(" (")
            })
        };
        if let Some((_, program)) = SYNC_FOLDERS.iter().find(|(name, _)| is_it(name)) {
            return Some(program);
        }
    }
    None
}

/// The drive under a folder; `Unknown` where the system does not tell.
pub fn find_drive(path: &Path) -> Drive {
    let there = nearest(path);
    #[cfg(target_os = "linux")]
    {
        let Ok(found) = rustix::fs::statfs(there) else { return Drive::Unknown };
        let mounts = std::fs::read_to_string("/proc/self/mounts").unwrap_or_default();
        // The kernel's type differs between machines in width and sign; its low half is the number.
        #[allow(clippy::cast_sign_loss, clippy::unnecessary_cast)]
        let magic = (found.f_type as u64) & 0xffff_ffff;
        judge_drive(magic, mount_of(&mounts, there).as_deref())
    }
    #[cfg(windows)]
    return judge_windows(0, &there.to_string_lossy());
    #[cfg(not(any(target_os = "linux", windows)))]
    {
        let _ = there;
        Drive::Local
    }
}

/// The type of the file system that holds a path, by the list of mounts: the longest one wins.
pub fn mount_of(mounts: &str, path: &Path) -> Option<String> {
    let mut found: Option<(usize, String)> = None;
    for line in mounts.lines() {
        let mut fields = line.split(' ');
        let (Some(point), Some(kind)) = (fields.nth(1), fields.next()) else { continue };
        let point = point.replace("\\040", " ");
        let is_longer = found.as_ref().is_none_or(|(length, _)| point.len() >= *length);
        if path.starts_with(&point) && is_longer {
            found = Some((point.len(), kind.to_owned()));
        }
    }
    found.map(|(_, kind)| kind)
}

/// Bytes that we may still write there; `None` where the system does not tell.
pub fn free_bytes(path: &Path) -> Option<u64> {
    #[cfg(unix)]
    {
        let found = rustix::fs::statvfs(nearest(path)).ok()?;
        Some(found.f_bavail.saturating_mul(found.f_frsize))
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        None
    }
}

/// The path, or the first folder above it that is there.
fn nearest(path: &Path) -> &Path {
    path.ancestors().find(|one| one.exists()).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threat_31_a_drive_of_another_machine_is_known_by_its_number() {
        for (magic, mount, expected) in [
            (0xef53, None, Drive::Local),
            (0x9123_683e, Some("btrfs"), Drive::Local),
            (0x0102_1994, Some("tmpfs"), Drive::Local),
            (0x6969, Some("nfs4"), Drive::Network("NFS")),
            (0xff53_4d42, Some("cifs"), Drive::Network("SMB")),
            (0xfe53_4d42, None, Drive::Network("SMB")),
            (0x0102_1997, Some("9p"), Drive::Network("9P")),
            (FUSE_MAGIC, Some("fuse.sshfs"), Drive::Network("sshfs")),
            (FUSE_MAGIC, Some("fuse.rclone"), Drive::Network("rclone")),
            (FUSE_MAGIC, Some("fuseblk"), Drive::Local),
            (FUSE_MAGIC, Some("fuse.gocryptfs"), Drive::Local),
            (FUSE_MAGIC, Some("fuse.somebodys"), Drive::Unknown),
            (FUSE_MAGIC, None, Drive::Unknown),
        ] {
            assert_eq!(judge_drive(magic, mount), expected, "{magic:#x} {mount:?}");
        }
        for (kind, path, expected) in [
            (3, r"C:\Users\ann\purser", Drive::Local),
            (3, r"\\?\C:\Users\ann", Drive::Local),
            (4, r"Z:\purser", Drive::Network("Windows share")),
            (0, r"\\nas\shop\purser", Drive::Network("Windows share")),
            (0, r"\\?\UNC\nas\shop", Drive::Network("Windows share")),
        ] {
            assert_eq!(judge_windows(kind, path), expected, "{path}");
        }
    }

    #[test]
    fn threat_31_a_folder_that_is_copied_elsewhere_is_known_by_its_name() {
        for (path, expected) in [
            ("/home/ann/.local/share/purser", None),
            ("/home/ann/Dropbox/purser", Some("Dropbox")),
            ("/home/ann/Dropbox (Personal)/books", Some("Dropbox")),
            ("/mnt/OneDrive - Mugs Ltd/purser", Some("OneDrive")),
            ("/Users/ann/Library/Mobile Documents/purser", Some("iCloud Drive")),
            ("/Users/ann/Library/CloudStorage/x/purser", Some("a cloud's folder")),
            ("/home/ann/Nextcloud/purser", Some("Nextcloud")),
            ("/home/ann/dropboxes/purser", None),
        ] {
            assert_eq!(sync_folder(Path::new(path)), expected, "{path}");
        }
    }

    #[test]
    fn the_longest_mount_above_a_folder_is_its_own() {
        let mounts = "/dev/vda / ext4 rw 0 0\nann@nas: /home/ann/far\\040away fuse.sshfs rw 0 0\n";
        let kind = |path: &str| mount_of(mounts, Path::new(path));
        assert_eq!(kind("/home/ann/near").as_deref(), Some("ext4"));
        assert_eq!(kind("/home/ann/far away/purser").as_deref(), Some("fuse.sshfs"));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_the_system_says_of_a_folder_that_is_not_there_yet_is_said_of_the_one_above() {
        let path = std::env::temp_dir().join("not/there/yet");
        assert!(free_bytes(&path).unwrap() > 0);
        assert_eq!(find_drive(&path), find_drive(&std::env::temp_dir()));
    }
}
