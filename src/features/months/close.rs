//! Closing a month and reopening it, alike for the page and the command.

use crate::base::{Day, Zone};
use crate::domain::ask::{Ask, Scope};
use crate::domain::gap::Gap;
use crate::reports::{ReportError, missing, months};
use crate::store::{Db, Lane, Reader, StoreError, closings, dirty, organisation};
use crate::web::words::gap;

/// Something changed while the figures were read; tried again so often.
const TRIES_MAX: u32 = 5;

#[derive(Debug, thiserror::Error)]
pub enum CloseError {
    #[error("{0} is not over yet; only a month that is over can be closed. Nothing was changed")]
    NotOver(String),
    #[error("{0} is closed already; nothing was changed")]
    Closed(String),
    #[error("{0} is not closed; nothing was changed")]
    Open(String),
    #[error("figures are being computed; nothing was closed. Try again when they are done")]
    Computing,
    #[error(transparent)]
    Report(#[from] ReportError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// `2026-05` as the first day of its month.
pub fn read_month(text: &str) -> Option<Day> {
    (text.len() == 7).then(|| Day::parse(&format!("{text}-01")).ok()).flatten()
}

/// Closes a month with its figures as they are known now.
///
/// # Errors
/// `NotOver`, `Closed`, `Computing`, and what the reports and the store said.
pub fn close(db: &Db, month: Day, by: &str) -> Result<(), CloseError> {
    let now = db.clock().now();
    for _ in 0..TRIES_MAX {
        let found = db.read(|reader| {
            let today = now.day_in(&zone_of(reader)?);
            if dirty::count(reader)? != (0, 0) {
                return Ok(Err(CloseError::Computing));
            }
            if month.plus_months(1) > today {
                return Ok(Err(CloseError::NotOver(month.month_text())));
            }
            if closings::find_closed_at(reader, month)?.is_some() {
                return Ok(Err(CloseError::Closed(month.month_text())));
            }
            let version = dirty::find_version(reader)?;
            Ok(read_kept(reader, month, today).map(|kept| (version, kept)))
        })?;
        let (version, (currency, kept, lacking)) = found?;
        let by = by.to_owned();
        let closed = db.write_local(Lane::Interactive, |tx| {
            // What is kept must be what the books hold at this very instant.
            if dirty::find_version_for_write(tx)? != version {
                return Ok(false);
            }
            closings::insert(tx, (month, currency), (&by, &lacking), &kept)?;
            Ok(true)
        });
        match closed {
            Ok(true) => return Ok(()),
            Ok(false) => {}
            Err(StoreError::Conflict) => return Err(CloseError::Closed(month.month_text())),
            Err(fault) => return Err(fault.into()),
        }
    }
    Err(CloseError::Computing)
}

type Read = (crate::base::Currency, closings::Kept, String);

fn read_kept(reader: &Reader<'_>, month: Day, today: Day) -> Result<Read, CloseError> {
    let (currency, kept) = months::keep(reader, month, today)?;
    let lacking: Vec<String> = list_lacking(reader, month, today)?.iter().map(told).collect();
    Ok((currency, kept, lacking.join("\n")))
}

/// A gap in a line of text.
pub fn told(lacking: &Gap) -> String {
    let count = lacking.count.to_string();
    format!("{}: {count}", gap::words(&lacking.kind, &count, "").title)
}

/// What is still missing in a month.
///
/// # Errors
/// What the report said.
pub fn list_lacking(reader: &Reader<'_>, month: Day, today: Day) -> Result<Vec<Gap>, ReportError> {
    let ask = Ask::all(Scope::All).over(months::month_range(month));
    missing::list_gaps(reader, &ask, today)
}

/// Ends the closing of a month; it stays in the history.
///
/// # Errors
/// `Open`, and what the store said.
pub fn reopen(db: &Db, month: Day, by: &str) -> Result<(), CloseError> {
    let done = db.write_local(Lane::Interactive, |tx| closings::reopen(tx, month, by));
    match done {
        Err(StoreError::Missing) => Err(CloseError::Open(month.month_text())),
        done => Ok(done?),
    }
}

fn zone_of(reader: &Reader<'_>) -> Result<Zone, StoreError> {
    let zone = organisation::find(reader.conn())?.time_zone;
    Ok(zone.unwrap_or_else(Zone::utc))
}
