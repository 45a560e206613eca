//! The expenses of the business, and what each puts on the month.

use super::ReportError;
use crate::base::id::ExpenseId;
use crate::base::{Currency, Day, DayRange};
use crate::domain::profit::convert::Converter;
use crate::domain::profit::expenses::list_days;
use crate::domain::record::Expense;
use crate::store::policy::find_policy;
use crate::store::{Reader, costs};

#[derive(Clone, Debug)]
pub struct Listed {
    pub id: ExpenseId,
    pub expense: Expense,
    /// What falls on the days of this month, past and to come, in minor units of the reporting
    /// currency; `None` where no rate converts it.
    pub month_minor: Option<i64>,
    /// It bears nothing from today on.
    pub is_over: bool,
}

/// All expenses, those that go on first, by what they put on this month; with the reporting
/// currency, which there is not before the first store.
///
/// # Errors
/// `Store`; `Overflow` where an amount leaves 64 bits.
pub fn list(
    reader: &Reader<'_>,
    today: Day,
) -> Result<(Option<Currency>, Vec<Listed>), ReportError> {
    let known = find_policy(reader)?;
    let first = today.first_of_month();
    let month = DayRange { from: first, to: first.plus_months(1).plus(-1) };
    let mut listed = Vec::new();
    let vat = known.as_ref().map(|known| known.policy.input_vat()).unwrap_or_default();
    for (id, expense) in costs::list_expenses(reader)? {
        let mut month_minor = known.as_ref().map(|_| 0);
        if let Some(known) = &known {
            let mut converter = Converter::new(&known.policy.rates, known.policy.reporting);
            for (day, minor) in list_days(&expense, month, vat) {
                let part = converter.convert(minor, expense.amount.currency, day)?;
                month_minor = month_minor.zip(part).map(|(sum, part)| sum + part);
            }
        }
        let ahead = DayRange { from: today, to: today.plus(400) };
        let is_over = expense.from < today && list_days(&expense, ahead, vat).is_empty();
        listed.push(Listed { id, expense, month_minor, is_over });
    }
    listed.sort_by_key(|one| (one.is_over, std::cmp::Reverse(one.month_minor)));
    Ok((known.map(|known| known.policy.reporting), listed))
}
