//! How fast a variant sells: units over whole days of the last four weeks on which there was
//! something to sell. A day at whose end nothing lay there, and on which nothing was sold, tells
//! nothing of what buyers want.

use std::collections::HashMap;

use rusqlite::params;

use crate::base::id::{LocationId, LotId, VariantId};
use crate::base::{Day, Instant, Zone};
use crate::domain::profit::ratio::Ratio;
use crate::domain::stock::event::{Change, Event};
use crate::domain::stock::fold::fold;
use crate::reports::ReportError;
use crate::store::stock::began::find_began;
use crate::store::{Reader, organisation};

/// Days looked at, today not among them.
pub const DAYS: i32 = 28;
/// From so few days a pace is a guess.
pub const DAYS_SURE: i64 = 7;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pace {
    pub sold: i64,
    /// On which there was something to sell.
    pub days: i64,
}

impl Pace {
    /// Units a day.
    pub fn ratio(self) -> Option<Ratio> {
        Ratio::of(self.sold, self.days)
    }

    pub fn is_guess(self) -> bool {
        self.days < DAYS_SURE
    }
}

/// The days looked at, as instants: from the beginning of the first to the end of the last.
struct Window {
    zone: Zone,
    from: Day,
    days: usize,
}

impl Window {
    fn find(reader: &Reader<'_>, today: Day) -> Result<Option<Self>, ReportError> {
        let Some(began) = find_began(reader.conn())? else { return Ok(None) };
        let zone = organisation::find(reader.conn())?.time_zone.unwrap_or_else(Zone::utc);
        let from = today.plus(-DAYS).max(began.day_in(&zone));
        let days = usize::try_from(today.0 - from.0).unwrap_or(0);
        Ok((days > 0).then_some(Self { zone, from, days }))
    }

    fn start(&self) -> Instant {
        Instant::start_of(self.from, &self.zone)
    }

    fn end(&self) -> Instant {
        Instant::start_of(self.from.plus(self.days as i32), &self.zone)
    }

    /// The index of the day of an instant; those after the window are in the last place.
    fn index(&self, at: Instant) -> usize {
        usize::try_from(at.day_in(&self.zone).0 - self.from.0).unwrap_or(0).min(self.days)
    }
}

/// What sold, and on how many days it could; every variant that anything is known of.
///
/// # Errors
/// `Store`.
pub fn list(reader: &Reader<'_>, today: Day) -> Result<HashMap<VariantId, Pace>, ReportError> {
    let Some(window) = Window::find(reader, today)? else { return Ok(HashMap::new()) };
    let sold = list_sold(reader, &window)?;
    let levels = list_levels(reader, &window)?;
    let mut paces: HashMap<VariantId, Pace> = HashMap::new();
    let none = vec![0; window.days];
    for variant in levels.keys().chain(sold.keys()) {
        let (sold, level) =
            (sold.get(variant).unwrap_or(&none), levels.get(variant).unwrap_or(&none));
        let could = sold.iter().zip(level).filter(|(sold, level)| **sold > 0 || **level > 0);
        let pace = Pace { sold: sold.iter().sum(), days: could.count() as i64 };
        paces.insert(*variant, pace);
    }
    Ok(paces)
}

/// Units that buyers took and did not call off, by the day of their order.
fn list_sold(
    reader: &Reader<'_>,
    window: &Window,
) -> Result<HashMap<VariantId, Vec<i64>>, ReportError> {
    let mut statement = reader.conn().prepare_cached(
        "select variant_id, placed_at, ordered - released from reservations
         where placed_at >= ? and placed_at < ?",
    )?;
    let mut rows = statement.query(params![window.start(), window.end()])?;
    let mut sold: HashMap<VariantId, Vec<i64>> = HashMap::new();
    while let Some(row) = rows.next()? {
        let days = sold.entry(row.get(0)?).or_insert_with(|| vec![0; window.days]);
        if let Some(day) = days.get_mut(window.index(row.get(1)?)) {
            *day += row.get::<_, i64>(2)?;
        }
    }
    Ok(sold)
}

type Cell = (VariantId, LocationId, Option<LotId>);

/// What lay at the end of each day where it may be offered: back from what lies there now.
fn list_levels(
    reader: &Reader<'_>,
    window: &Window,
) -> Result<HashMap<VariantId, Vec<i64>>, ReportError> {
    let mut events = list_events(reader, window)?;
    let mut statement = reader.conn().prepare_cached(
        "select variant_id, location_id, nullif(lot_id, 0), units from on_hand
         join locations on locations.id = location_id where pushable = 1 and closed_at is null",
    )?;
    let mut rows = statement.query([])?;
    let mut levels: HashMap<VariantId, Vec<i64>> = HashMap::new();
    while let Some(row) = rows.next()? {
        let cell: Cell = (row.get(0)?, row.get(1)?, row.get(2)?);
        let mut level: i64 = row.get(3)?;
        let mut own = events.remove(&cell).unwrap_or_default();
        let days = levels.entry(cell.0).or_insert_with(|| vec![0; window.days]);
        for index in (0..window.days).rev() {
            while let Some(event) = own.pop_if(|event| window.index(event.occurred_at) > index) {
                level = match event.change {
                    Change::Delta(delta) => level.saturating_sub(delta),
                    Change::Count(_) => level_before(reader, cell, &event)?,
                };
            }
            days[index] = days[index].saturating_add(level);
        }
    }
    Ok(levels)
}

/// Events since the window began that stand, by their place, in their order.
fn list_events(
    reader: &Reader<'_>,
    window: &Window,
) -> Result<HashMap<Cell, Vec<Event>>, ReportError> {
    let mut statement = reader.conn().prepare_cached(
        "select variant_id, location_id, lot_id, id, occurred_at, delta, counted
         from stock_events event
         where occurred_at >= ? and kind <> 'reversed'
            and not exists (select 1 from stock_events later where later.reverses_id = event.id)
         order by occurred_at, id",
    )?;
    let mut rows = statement.query([window.start()])?;
    let mut events: HashMap<Cell, Vec<Event>> = HashMap::new();
    while let Some(row) = rows.next()? {
        let cell = (row.get(0)?, row.get(1)?, row.get(2)?);
        events.entry(cell).or_default().push(event_from_row(row)?);
    }
    Ok(events)
}

/// An event of columns 3 to 6: id, time, delta, count.
fn event_from_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Event> {
    let change = match row.get(6)? {
        Some(counted) => Change::Count(counted),
        None => Change::Delta(row.get::<_, Option<i64>>(5)?.unwrap_or_default()),
    };
    Ok(Event { id: row.get(3)?, occurred_at: row.get(4)?, change })
}

/// What was thought to lie in a place before it was counted.
pub fn level_before(
    reader: &Reader<'_>,
    (variant, location, lot): Cell,
    counted: &Event,
) -> Result<i64, ReportError> {
    let mut statement = reader.conn().prepare_cached(
        "select variant_id, location_id, lot_id, id, occurred_at, delta, counted
         from stock_events event
         where variant_id = ?1 and location_id = ?2 and lot_id is ?3 and kind <> 'reversed'
            and (occurred_at < ?4 or occurred_at = ?4 and id < ?5)
            and not exists (select 1 from stock_events later where later.reverses_id = event.id)",
    )?;
    let key = params![variant, location, lot, counted.occurred_at, counted.id];
    let mut events: Vec<Event> =
        statement.query_map(key, event_from_row)?.collect::<Result<_, _>>()?;
    Ok(fold(&mut events).unwrap_or_default().units)
}

/// Ledgers so short that every event counts at once.
const SHORT: i64 = 20_000;
/// Of longer ones, events that change nothing of what days long over tell.
const LONG_STEP: i64 = 1_000;

/// Another number when what was written may have changed a pace.
///
/// # Errors
/// `Store`.
pub fn mark(reader: &Reader<'_>) -> Result<i64, ReportError> {
    let sql = "select coalesce(max(id), 0) from stock_events";
    let last: i64 = reader.conn().prepare_cached(sql)?.query_row([], |row| row.get(0))?;
    if last > SHORT {
        return Ok(-last / LONG_STEP);
    }
    let sql = "select count(*) + coalesce(sum(held), 0) from reservations";
    let claims: i64 = reader.conn().prepare_cached(sql)?.query_row([], |row| row.get(0))?;
    Ok(last + SHORT * claims)
}
