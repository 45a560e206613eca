//! The figures of every day and store, and what changed them since an earlier day: both states of
//! the books asked the very same way, and the causes that were kept between them.

use crate::base::id::StoreId;
use crate::base::{Currency, Day, DayRange};
use crate::domain::ask::{Ask, Basis, Key, Scope};
use crate::domain::known::{Cause, DayFigures, DayPlace};
use crate::domain::profit::component::COMPONENTS;
use crate::domain::profit::convert::MissingRate;
use crate::domain::profit::figures::Amounts;
use crate::domain::report::{Report, ReportRow};
use crate::store::known::{self, MovedOrder, MovedRecord};
use crate::store::{Reader, dirty, stores};

use super::{ReportError, profit};

/// Orders that are named behind a cause.
const ORDERS_MAX: usize = 10;
/// Records that are named behind a cause.
const RECORDS_MAX: usize = 10;
/// Days after today of which figures are kept too: expenses and spend may be planned ahead.
const DAYS_AHEAD: i32 = 400;

/// All days of which figures are kept, seen from `today`.
pub fn all_days(today: Day) -> DayRange {
    DayRange { from: Day(0), to: today.plus(DAYS_AHEAD) }
}

/// Every component of every day and store, on both bases; nothing before the first store.
///
/// # Errors
/// What the profit report said.
pub fn day_figures(reader: &Reader<'_>, range: DayRange) -> Result<DayFigures, ReportError> {
    let mut figures = DayFigures::default();
    for basis in [Basis::Event, Basis::Order] {
        let whole = Ask { basis, ..Ask::all(Scope::All) }.over(range);
        let asks = [whole.clone().by(&[Key::Day]), whole.by(&[Key::Day, Key::Store])];
        let reports = match profit::run_each(reader, &asks, range.to) {
            Err(ReportError::Nothing) => return Ok(DayFigures::default()),
            reports => reports?,
        };
        let [by_day, by_store] = reports.as_slice() else { return Err(ReportError::Nothing) };
        // What no store bears is what the stores leave of the day.
        let mut of_none = DayFigures::default();
        for (day, row) in list_days(by_day) {
            of_none.add(DayPlace { basis, day, store: None }, &row.figures.amounts);
        }
        for (day, row) in list_days(by_store) {
            let amounts = &row.figures.amounts;
            figures.add(DayPlace { basis, day, store: row.store }, amounts);
            of_none.take(DayPlace { basis, day, store: None }, amounts);
        }
        figures = figures.plus(&of_none);
        debug_assert_eq!(figures.sum(|place| place.basis == basis), by_day.total.amounts);
    }
    Ok(figures)
}

/// The rows of a report by day; every amount has a day.
fn list_days(report: &Report) -> impl Iterator<Item = (Day, &ReportRow)> {
    let day = |row: &ReportRow| row.key(Key::Day.name()).and_then(|day| Day::parse(day).ok());
    report.rows.iter().filter_map(move |row| Some((day(row)?, row)))
}

/// What is asked of the difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangesAsk {
    pub range: DayRange,
    pub basis: Basis,
    pub store: Option<StoreId>,
    pub scope: Scope,
}

impl ChangesAsk {
    pub fn wants(&self, store: Option<StoreId>) -> bool {
        let in_scope = match (&self.scope, store) {
            (Scope::All, _) => true,
            (scope, Some(store)) => scope.allows(store),
            (_, None) => false,
        };
        in_scope && self.store.is_none_or(|wanted| store == Some(wanted))
    }
}

/// One cause, what it changed, and what lies behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CauseRow {
    pub cause: Cause,
    /// Today less then, by component.
    pub amounts: Amounts,
    pub orders: Vec<MovedOrder>,
    /// Orders behind it that are not named here.
    pub more_orders: usize,
    pub records: Vec<MovedRecord>,
    pub more_records: usize,
}

/// Then, today, and the causes between: then + causes = now, for every component.
#[derive(Clone, Debug)]
pub struct Changes {
    pub currency: Currency,
    pub range: DayRange,
    pub basis: Basis,
    pub then: Amounts,
    pub now: Amounts,
    pub causes: Vec<CauseRow>,
    /// The reporting currency then, where it was another one: then is restated in today's.
    pub then_currency: Option<Currency>,
    pub missing_rates: Vec<MissingRate>,
    pub stores: Vec<(StoreId, String)>,
}

/// Holds the books against a copy of them as they were known. `None` where the books changed since
/// the copy was made, so that its causes are not all of them.
///
/// # Errors
/// `Nothing` before the first store.
pub fn changes(
    books: &Reader<'_>,
    copy: &Reader<'_>,
    (ask, today): (&ChangesAsk, Day),
) -> Result<Option<Changes>, ReportError> {
    if known::find_version(copy)? != Some(dirty::find_version(books)?) {
        return Ok(None);
    }
    let report_ask = Ask { basis: ask.basis, store: ask.store, ..Ask::all(ask.scope.clone()) };
    let now = profit::run(books, &report_ask.over(ask.range), today)?;
    let by_cause = known::list_figures(copy, ask.basis, ask.range)?;
    let mut causes = Vec::new();
    let mut then = now.total.amounts;
    for (cause, figures) in by_cause {
        let amounts = figures.sum(|place| ask.wants(place.store));
        then.iter_mut().zip(amounts).for_each(|(then, minor)| *then -= minor);
        let orders = list_orders(copy, cause, ask)?;
        if amounts == [0; COMPONENTS] && orders.is_empty() {
            continue;
        }
        let records = known::list_records(copy, cause)?;
        causes.push(CauseRow {
            cause,
            amounts,
            more_orders: orders.len().saturating_sub(ORDERS_MAX),
            orders: orders.into_iter().take(ORDERS_MAX).collect(),
            more_records: records.len().saturating_sub(RECORDS_MAX),
            records: records.into_iter().take(RECORDS_MAX).collect(),
        });
    }
    let named = stores::list_stores(books)?.into_iter().map(|store| (store.id, store.name));
    Ok(Some(Changes {
        currency: now.currency,
        range: ask.range,
        basis: ask.basis,
        then,
        now: now.total.amounts,
        causes,
        then_currency: match known::find_restated(copy)? {
            Some(_) => dirty::find_reporting(copy)?,
            None => None,
        },
        missing_rates: now.missing_rates,
        stores: named.collect(),
    }))
}

fn list_orders(
    copy: &Reader<'_>,
    cause: Cause,
    ask: &ChangesAsk,
) -> Result<Vec<MovedOrder>, ReportError> {
    let orders = known::list_orders(copy, cause, (ask.basis, ask.range))?;
    Ok(orders.into_iter().filter(|order| ask.wants(Some(order.store))).collect())
}
