//! Words and sentences of backups, restores and their rehearsals.

pub const TITLE: &str = "Backup";
pub const ALL: &str = "Settings";
pub const ANSWER: &str = "A backup is one encrypted file with everything in it. Each is opened \
    again and checked before it counts.";
pub const NONE_CHOSEN: &str = "No backups are made yet";
pub const NONE_CHOSEN_WHY: &str = "Choose a folder on another disk, and a backup is made there \
    every day. Until then there is only what you back up yourself.";
pub const LATE: &str = "There is no fresh backup";
pub const FAILED: &str = "The last backup was not made";
pub const TODO: &str = "Backups";
pub const TODO_NOTE: &str = "What you would lose with this machine.";

pub const SCHEDULE: &str = "Every day";
pub const SCHEDULE_NOTE: &str = "The folder may be on a disk that is not always there: nothing is \
    written while it is away, and it is tried again by itself. Kept are the newest of 7 days, 4 \
    weeks and 12 months.";
pub const FOLDER: &str = "Folder";
pub const FOLDER_HELP: &str = "The whole path, on another disk than the data. Leave it empty to \
    end the schedule; what lies there stays.";
pub const FOLDER_EXAMPLE: &str = "/media/backup/purser";
pub const HOUR: &str = "Hour of the day";
pub const SAVE: &str = "Save";
pub const SAVED: &str = "Saved. The first backup in a new folder is made at once.";
pub const ENDED: &str = "No backups are made any more.";
pub const NOW: &str = "Back up now";
pub const QUEUED: &str = "A backup is being made.";
pub const LAST: &str = "Last verified";
pub const NEVER: &str = "never";

pub const KEPT: &str = "In the folder";
pub const MADE: &str = "Made";
pub const SIZE: &str = "Size";
pub const FILE: &str = "File";
pub const NO_KEPT: &str = "There is no backup of this installation in the folder yet.";
pub const RUNS: &str = "What was done";
pub const WHEN: &str = "When";
pub const WHAT: &str = "What came of it";
pub const ORDERS: &str = "Orders";

pub const CODE: &str = "Recovery code";
pub const CODE_LACKS: &str = "There is no recovery code: without it, backups open on this machine \
    only, and nothing opens when its key is lost. Make one before you connect anything, print \
    this page or write the code down, and keep it elsewhere.";
pub const CODE_THERE: &str = "There is a recovery code. With it and a backup, everything can be \
    had again on another machine. A new one replaces it; backups made before open by the former \
    one.";
pub const CODE_MAKE: &str = "Make a recovery code";
pub const CODE_ANEW: &str = "Make a new recovery code";
pub const CODE_ONCE: &str =
    "Write the recovery code down now; it is not kept on this machine and not shown again.";
pub const CODE_SHEET: &str = "Emergency sheet: to move to a new machine, install Purser, take a \
    backup file, run `purser restore FILE --recovery-code-stdin` and type this code.";

pub const RESTORE: &str = "Restore";
pub const RESTORE_NOTE: &str = "First you see what the backup holds beside what there is now. \
    What there is now is kept beside it.";
pub const RESTORE_FILE: &str = "Backup file on this machine";
pub const RESTORE_CODE: &str = "Recovery code, where the key of this machine does not open it";
pub const RESTORE_LOOK: &str = "Look into it";
pub const RESTORE_TITLE: &str = "Restore this backup?";
pub const RESTORE_ANSWER: &str = "All checks are passed. Nothing was changed yet.";
pub const RESTORE_NOW: &str = "Restore it";
pub const RESTORE_KEEP: &str = "Keep what there is";
pub const RESTORE_KEPT: &str = "Nothing was restored, and nothing was changed.";
pub const RESTORING: &str = "Purser starts again with what the backup holds";
pub const RESTORING_WHY: &str = "This takes a moment. What was there is kept beside it. You may \
    have to sign in again, as you did when the backup was made.";
pub const RESTORING_LINK: &str = "Go on";
pub const OTHER: &str = "This backup is of another installation than the one here.";
pub const STOPPED: &str = "The writing of stock is stopped in it, because what is known of stock \
    is old. Look at Channels before you allow it again.";
pub const LOCKED: &str = "Its vault opens by its passphrase, which Purser will ask for.";
pub const THERE: &str = "In the backup";
pub const HERE: &str = "Now";
pub const VERSION: &str = "Made by version";
pub const ORGANISATION: &str = "Organisation";
pub const STORES: &str = "Stores";
pub const PRODUCTS: &str = "Products";
pub const CONNECTIONS: &str = "Connections";
pub const USERS: &str = "People";
pub const LAST_ORDER: &str = "Newest order";
pub const BUSY: &str = "Another backup is being looked into. Wait for it to end.";
pub const FILE_MISSING: &str = "Write the whole path of the file.";

pub const DRILL: &str = "Rehearse a restore";
pub const DRILL_ANSWER: &str = "The newest backup is restored beside the live data, checked, \
    counted again from its facts, and removed. Nothing live is touched.";
pub const DRILL_NOW: &str = "Rehearse now";
pub const DRILLS: &str = "Rehearsals";
pub const DRILL_NONE: &str = "A restore was never rehearsed.";
pub const DRILL_WELL: &str = "Whole, and its books agree with their facts";
pub const DRILL_BACKUP: &str = "Backup of";
pub const DRILL_THERE: &str = "orders, net profit in it";
pub const DRILL_HERE: &str = "live then";
pub const DRILL_NO_BACKUP: &str =
    "There is no backup in the folder to rehearse with. Nothing was done.";
pub const DRILL_DONE: &str = "The backup can be restored.";
pub const DRILL_FAILED: &str = "The backup could not be restored. Make a new one, and look why.";

pub fn late(days: i64) -> String {
    format!(
        "No backup was verified for {days} days. Look whether its folder is there, and make \
         one now."
    )
}

pub fn erased(orders: i64) -> String {
    match orders {
        1 => "1 order whose buyer was erased since is erased in it again.".to_owned(),
        orders => format!("{orders} orders whose buyers were erased since are erased in it again."),
    }
}

pub fn verified(orders: &str) -> String {
    format!("Made and verified: {orders} orders")
}

pub fn last(drilled: &str) -> String {
    format!("A restore was last rehearsed on {drilled}.")
}

/// `02:00`.
pub fn hour(hour: u32) -> String {
    format!("{hour:02}:00")
}

/// In whole units of a thousand, as disks are sold.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{} kB", bytes.div_ceil(1_000)),
        1_000_000..10_000_000_000 => format!("{} MB", bytes.div_ceil(1_000_000)),
        _ => format!("{} GB", bytes.div_ceil(1_000_000_000)),
    }
}
