//! All figures of the overview in one reading: the days of both periods from the rollups, the
//! stores, what is missing, and where the books end.

use rusqlite::{OptionalExtension, params};

use crate::base::{Day, DayRange};
use crate::domain::ask::{Ask, Basis, Key};
use crate::domain::gap::Gap;
use crate::domain::report::Report;
use crate::reports::{ReportError, missing, profit};
use crate::store::{Reader, StoreError, rollups};

/// What is asked; with the version of the books it names an answer for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub ask: Ask,
    pub former: Option<DayRange>,
    pub today: Day,
}

#[derive(Debug)]
pub struct Answer {
    /// By day; its total is the total of the page.
    pub days: Report,
    pub stores: Report,
    /// By day; `None` where nothing is compared, or nothing had begun yet.
    pub former: Option<Report>,
    pub gaps: Vec<Gap>,
    /// The newest day with anything on it.
    pub last_day: Option<Day>,
}

/// `None` before the first store.
///
/// # Errors
/// What the reports said.
pub fn run(reader: &Reader<'_>, asked: &Asked) -> Result<Option<Answer>, ReportError> {
    let ask = |key: Key| asked.ask.clone().by(&[key]);
    let mut asks = vec![ask(Key::Day), ask(Key::Store)];
    asks.extend(asked.former.map(|range| ask(Key::Day).over(range)));
    let mut reports = match profit::run_each(reader, &asks, asked.today) {
        Err(ReportError::Nothing) => return Ok(None),
        answer => answer?.into_iter(),
    };
    let (Some(days), Some(stores)) = (reports.next(), reports.next()) else { return Ok(None) };
    let former = reports.next();
    // Against nothing everything would be a change.
    let former = former.filter(|former| !former.total.is_empty());
    let gaps = missing::list_gaps(reader, &asked.ask.clone().over(days.range), asked.today)?;
    let last_day = find_last_day(reader, &asked.ask)?;
    Ok(Some(Answer { days, stores, former, gaps, last_day }))
}

fn find_last_day(reader: &Reader<'_>, ask: &Ask) -> Result<Option<Day>, StoreError> {
    if ask.basis == Basis::Event {
        return rollups::read::find_last_day(reader, Day(i32::MAX), ask.store);
    }
    let found = reader
        .conn()
        .prepare_cached(
            "select order_day from orders
             where counted = 1 and (?1 is null or store_id = ?1)
             order by order_day desc limit 1",
        )?
        .query_row(params![ask.store], |row| row.get(0))
        .optional()?;
    Ok(found)
}
