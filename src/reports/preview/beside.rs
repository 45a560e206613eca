//! What no line bears, converted under both sides of an edit: fees of the period, exchange
//! differences, expenses.

use std::collections::BTreeSet;

use super::{ByMonth, Looking, NOTHING};
use crate::domain::ask::{Ask, Scope};
use crate::reports::ReportError;
use crate::reports::profit::find_range;
use crate::reports::rows::Names;
use crate::reports::spread::Spreading;
use crate::store::Reader;

/// # Errors
/// `Store`, `Overflow`.
pub fn list_months(reader: &Reader<'_>, looking: &Looking) -> Result<ByMonth, ReportError> {
    let ask = Ask::all(Scope::All);
    let range = find_range(reader, &ask, looking.today)?;
    let mut months = ByMonth::new();
    for (known, is_new) in [(&looking.before, false), (&looking.after, true)] {
        let names = Names::load(reader, &known.policy.rules, false)?;
        let mut spreading =
            Spreading { reader, ask: &ask, range, known, names: &names, missing: BTreeSet::new() };
        let mut list = spreading.list_charges()?;
        list.extend(spreading.list_expenses()?);
        for amount in list {
            let sides = months.entry(amount.day.first_of_month()).or_insert(NOTHING);
            let side = if is_new { &mut sides.1 } else { &mut sides.0 };
            side[amount.component.index()] += amount.minor;
        }
    }
    Ok(months)
}
