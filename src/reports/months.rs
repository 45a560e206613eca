//! The months, open and closed (PROFIT, section 11). On the closed view a closed month stands as
//! it was known when it was closed; what became known later about its days is counted, as
//! adjustments, in the next open month. On the open view everything stands on its own day. Both
//! add up to the same: whatever a closing took over is taken from the day that it is about.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::id::StoreId;
use crate::base::{Currency, Day, DayRange, Instant};
use crate::domain::ask::{Basis, BooksView, Scope};
use crate::domain::known::DayFigures;
use crate::domain::profit::component::{COMPONENTS, Component, Step, Subtotal};
use crate::domain::profit::figures::{Amounts, Figures};
use crate::store::closings::{self, Closing, Kept};
use crate::store::{Reader, dirty};

use super::ReportError;
use super::known::{ChangesAsk, day_figures};

/// What is asked of the months.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MonthsAsk {
    /// Any days; whole months are answered.
    pub range: Option<DayRange>,
    pub basis: Basis,
    pub store: Option<StoreId>,
    pub scope: Scope,
}

impl MonthsAsk {
    pub fn all() -> Self {
        Self { range: None, basis: Basis::Event, store: None, scope: Scope::All }
    }
}

/// What became known about a closed month after it was closed, or after a later closing had taken
/// over what was known by then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Adjustment {
    /// The first day of the closed month.
    pub month: Day,
    pub amounts: Amounts,
    /// Since when; with the month's days it is the question for the causes. `None` where the
    /// closing has taken it over: the causes are of an earlier day.
    pub since: Option<Instant>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MonthRow {
    pub first: Day,
    /// The closing in force.
    pub closed: Option<Closing>,
    /// A closing that counts for nothing now, because it is in a currency of the past.
    pub suspended: Option<Closing>,
    /// The open view: the month's own days as they are known today.
    pub today: Amounts,
    /// The closed view: the month's own days as they were closed; of an open month as they are
    /// known today, less what a closed month has taken over.
    pub own: Amounts,
    /// The closed view: what the month takes over from closed ones.
    pub adjustments: Amounts,
    /// The same by the month that it is about.
    pub sources: Vec<Adjustment>,
}

impl MonthRow {
    /// A step of the ladder without adjustments; these stand under a name of their own.
    pub fn step(&self, step: Step, view: BooksView) -> i64 {
        let amounts = match view {
            BooksView::Open => self.today,
            BooksView::Closed => self.own,
        };
        Figures { amounts, ..Figures::default() }.step(step)
    }

    /// What is taken over, of the net profit.
    pub fn adjusted_profit(&self) -> i64 {
        Figures { amounts: self.adjustments, ..Figures::default() }.net_profit()
    }

    pub fn net_profit(&self, view: BooksView) -> i64 {
        let own = self.step(Step::Subtotal(Subtotal::NetProfit), view);
        match view {
            BooksView::Open => own,
            BooksView::Closed => own + self.adjusted_profit(),
        }
    }

    /// The closed view of one component, adjustments among it.
    pub fn closed(&self, component: Component) -> i64 {
        self.own[component.index()] + self.adjustments[component.index()]
    }

    pub fn range(&self) -> DayRange {
        month_range(self.first)
    }
}

#[derive(Clone, Debug)]
pub struct Months {
    pub currency: Currency,
    pub basis: Basis,
    /// From the first month with anything to this one.
    pub rows: Vec<MonthRow>,
}

/// The days of the month that begins on `first`.
pub fn month_range(first: Day) -> DayRange {
    DayRange { from: first, to: first.plus_months(1).plus(-1) }
}

/// All months, or those of a range.
///
/// # Errors
/// `Nothing` before the first store.
pub fn run(reader: &Reader<'_>, ask: &MonthsAsk, today: Day) -> Result<Months, ReportError> {
    let currency = dirty::find_reporting(reader)?.ok_or(ReportError::Nothing)?;
    let state = State::load(reader, currency, today)?;
    let this_month = today.first_of_month();
    let first = state.first_month().unwrap_or(this_month);
    let mut rows = Vec::new();
    let mut month = first;
    while month <= this_month {
        let own = month_range(month);
        let is_asked = ask.range.is_none_or(|range| range.from <= own.to && own.from <= range.to);
        if is_asked {
            rows.push(state.row(month, ask));
        }
        month = month.plus_months(1);
    }
    Ok(Months { currency, basis: ask.basis, rows })
}

/// The instant from which on news about a closed month are late ones.
///
/// # Errors
/// `Nothing` before the first store.
pub fn find_since(reader: &Reader<'_>, month: Day) -> Result<Option<Instant>, ReportError> {
    let currency = dirty::find_reporting(reader)?.ok_or(ReportError::Nothing)?;
    let closed = list_in_force(reader, currency)?.0;
    Ok(closed.contains_key(&month).then(|| since(&closed, month)).flatten())
}

/// What closing a month now would keep.
///
/// # Errors
/// `Nothing` before the first store.
pub fn keep(reader: &Reader<'_>, month: Day, today: Day) -> Result<(Currency, Kept), ReportError> {
    let currency = dirty::find_reporting(reader)?.ok_or(ReportError::Nothing)?;
    let state = State::load(reader, currency, today)?;
    Ok((currency, state.keep(month)))
}

type InForce = BTreeMap<Day, (Closing, Kept)>;

/// The closings in force in a currency, and those that count for nothing because of it.
fn list_in_force(
    reader: &Reader<'_>,
    currency: Currency,
) -> Result<(InForce, BTreeMap<Day, Closing>), ReportError> {
    let mut kept = closings::list_kept(reader)?;
    let (mut in_force, mut suspended) = (InForce::new(), BTreeMap::new());
    for closing in closings::list(reader)? {
        if closing.reopened.is_some() {
            continue;
        }
        let own = kept.remove(&closing.id).unwrap_or_default();
        if closing.currency == currency {
            in_force.insert(closing.month, (closing, own));
        } else {
            suspended.insert(closing.month, closing);
        }
    }
    Ok((in_force, suspended))
}

/// When a closed month's figures were last brought into a closing; what was known at that very
/// instant is in it.
fn since(in_force: &InForce, month: Day) -> Option<Instant> {
    let covering = in_force
        .iter()
        .filter(|(closed, (_, kept))| **closed == month || kept.covers.contains(&month));
    covering.map(|(_, (closing, _))| Instant(closing.closed_at.0 + 1)).max()
}

/// Everything as it is known today, and what the closings in force keep.
struct State {
    today: DayFigures,
    in_force: InForce,
    suspended: BTreeMap<Day, Closing>,
    /// What closings took over, on the days that it is about.
    taken_over: DayFigures,
}

impl State {
    fn load(reader: &Reader<'_>, currency: Currency, today: Day) -> Result<Self, ReportError> {
        // As everywhere, the month that is not over yet is counted up to today.
        let figures = day_figures(reader, DayRange { from: Day(0), to: today })?;
        let (in_force, suspended) = list_in_force(reader, currency)?;
        let taken_over = in_force
            .values()
            .fold(DayFigures::default(), |sum, (_, kept)| sum.plus(&kept.adjustments));
        Ok(Self { today: figures, in_force, suspended, taken_over })
    }

    fn first_month(&self) -> Option<Day> {
        let figures = self.today.iter().map(|(place, _)| place.day.first_of_month()).min();
        let closed = self.in_force.keys().next().copied();
        figures.into_iter().chain(closed).min()
    }

    /// The first month after a closed one that is open.
    fn next_open(&self, month: Day) -> Day {
        let mut next = month.plus_months(1);
        while self.in_force.contains_key(&next) {
            next = next.plus_months(1);
        }
        next
    }

    /// The closed months whose late news a month takes over.
    fn list_taken(&self, month: Day) -> BTreeSet<Day> {
        let closed = self.in_force.keys().copied();
        closed.filter(|closed| *closed < month && self.next_open(*closed) == month).collect()
    }

    /// An open month's own days, less what closed months took over of them.
    fn left(&self, month: Day) -> DayFigures {
        of_month(&self.today, month).less(&of_month(&self.taken_over, month))
    }

    /// What became known about a closed month and is in no closing yet.
    fn outstanding(&self, month: Day) -> DayFigures {
        match self.in_force.get(&month) {
            Some((_, kept)) => self.left(month).less(&kept.own),
            None => DayFigures::default(),
        }
    }

    fn keep(&self, month: Day) -> Kept {
        let covers = self.list_taken(month);
        let adjustments = covers
            .iter()
            .fold(DayFigures::default(), |sum, closed| sum.plus(&self.outstanding(*closed)));
        Kept { own: self.left(month), adjustments, covers }
    }

    fn row(&self, month: Day, ask: &MonthsAsk) -> MonthRow {
        let wanted = ChangesAsk {
            range: month_range(month),
            basis: ask.basis,
            store: ask.store,
            scope: ask.scope.clone(),
        };
        let sum = |figures: &DayFigures| {
            figures.sum(|place| place.basis == ask.basis && wanted.wants(place.store))
        };
        let closed = self.in_force.get(&month);
        let own = match closed {
            Some((_, kept)) => sum(&kept.own),
            None => sum(&self.left(month)),
        };
        let sources: Vec<Adjustment> = match closed {
            Some((_, kept)) => {
                let months: BTreeSet<Day> =
                    kept.adjustments.iter().map(|(place, _)| place.day.first_of_month()).collect();
                let of = |month: Day| Adjustment {
                    month,
                    amounts: sum(&of_month(&kept.adjustments, month)),
                    since: None,
                };
                months.into_iter().map(of).collect()
            }
            None => {
                let of = |month: Day| Adjustment {
                    month,
                    amounts: sum(&self.outstanding(month)),
                    since: since(&self.in_force, month),
                };
                self.list_taken(month).into_iter().map(of).collect()
            }
        };
        let sources: Vec<Adjustment> =
            sources.into_iter().filter(|one| one.amounts != [0; COMPONENTS]).collect();
        let mut adjustments = [0; COMPONENTS];
        for source in &sources {
            adjustments.iter_mut().zip(source.amounts).for_each(|(sum, minor)| *sum += minor);
        }
        MonthRow {
            first: month,
            closed: closed.map(|(closing, _)| closing.clone()),
            suspended: self.suspended.get(&month).cloned(),
            today: sum(&of_month(&self.today, month)),
            own,
            adjustments,
            sources,
        }
    }
}

fn of_month(figures: &DayFigures, month: Day) -> DayFigures {
    figures.only(|place| place.day.first_of_month() == month)
}
