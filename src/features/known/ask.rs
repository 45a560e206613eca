//! What is asked of the changes: since the end of a day, or since a month was closed.

use crate::base::{Day, DayRange, Instant, Zone};
use crate::reports::known::{self, Changes, ChangesAsk};
use crate::reports::{ReportError, months};
use crate::store::{Db, dirty};
use crate::web::known::end_of;

/// Since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    Day(Day),
    /// News about a closed month that no closing has taken over yet.
    Closing(Day),
}

impl Since {
    /// The first instant whose news count; `None` for a month that is not closed.
    ///
    /// # Errors
    /// What the report said.
    pub fn find_at(self, books: &Db, zone: &Zone) -> Result<Option<Instant>, ReportError> {
        match self {
            Self::Day(day) => Ok(Some(end_of(day, zone))),
            Self::Closing(month) => books.read(|reader| Ok(months::find_since(reader, month)))?,
        }
    }

    /// The days that are looked at, where the question names them itself.
    pub fn range(self) -> Option<DayRange> {
        match self {
            Self::Day(_) => None,
            Self::Closing(month) => Some(months::month_range(month)),
        }
    }
}

/// The answer, from the books and a copy of them; `None` where the copy does not know their last
/// change, or figures are on their way.
///
/// # Errors
/// What the report said.
pub fn find_changes(
    books: &Db,
    copy: &Db,
    ask: &ChangesAsk,
    today: Day,
) -> Result<Option<Changes>, ReportError> {
    let answer = books.read(|reader| {
        if dirty::count(reader)? != (0, 0) {
            return Ok(Ok(None));
        }
        copy.read(|known| Ok(known::changes(reader, known, (ask, today))))
    });
    answer?
}

/// `2026-05` as the first day of its month.
pub fn read_month(text: &str) -> Option<Day> {
    (text.len() == 7).then(|| Day::parse(&format!("{text}-01")).ok()).flatten()
}
