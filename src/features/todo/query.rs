//! The gaps of the last 12 months that a person can mend. The page and its badge count the same.

use crate::base::{Day, DayRange};
use crate::domain::ask::Ask;
use crate::domain::gap::Gap;
use crate::reports::{ReportError, missing};
use crate::store::Reader;

/// The gaps of the stores asked for.
///
/// # Errors
/// What the report said.
pub fn run(reader: &Reader<'_>, ask: &Ask, today: Day) -> Result<Vec<Gap>, ReportError> {
    let days = DayRange { from: today.plus_months(-12).plus(1), to: today };
    let ask = Ask { by: Vec::new(), ..ask.clone() }.over(days);
    missing::list_tasks(reader, &ask, today)
}
