//! How the backups stand: what the page of backups shows, and what asks for somebody.

use crate::base::Instant;
use crate::store::backups::{self, Backup, Schedule};
use crate::store::{Reader, StoreError};

/// Days without a verified backup after which somebody is told.
pub const DAYS_MAX: i64 = 7;

/// What there is to say of the schedule.
#[derive(Clone, Debug)]
pub struct Standing {
    pub schedule: Schedule,
    pub verified_at: Option<Instant>,
    /// Why the last run came to nothing.
    pub fault: Option<Backup>,
    /// Days since the last verified one, or since the folder was chosen, where they are too many.
    pub late_days: Option<i64>,
}

impl Standing {
    pub fn asks(&self) -> bool {
        self.fault.is_some() || self.late_days.is_some()
    }
}

/// `None` where nobody chose a folder.
///
/// # Errors
/// `StoreError` of the database.
pub fn find_standing(reader: &Reader<'_>, now: Instant) -> Result<Option<Standing>, StoreError> {
    let Some(schedule) = backups::find_schedule(reader.conn())? else { return Ok(None) };
    let verified_at = backups::find_verified_at(reader)?;
    let last = backups::list_backups(reader, 1)?.pop();
    let since = verified_at.unwrap_or(schedule.since).max(schedule.since);
    let days = (now.seconds() - since.seconds()) / 86_400;
    Ok(Some(Standing {
        verified_at,
        fault: last.filter(|last| last.fault.is_some() && last.began_at >= schedule.since),
        late_days: (days >= DAYS_MAX).then_some(days),
        schedule,
    }))
}
