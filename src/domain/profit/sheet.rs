//! The sheet on which one order is booked: for each event and line the components, in the
//! currencies in which they were stated, until each is converted once.

use std::collections::BTreeSet;

use super::component::{Component, Mask, Quality};
use super::convert::{Converter, Overflow};
use super::engine::{Booked, Event, ProfitLine};
use super::figures::Amounts;
use super::trail::{Note, Part};
use crate::base::{Currency, Day, Money};

/// One order's events × lines.
pub struct Sheet {
    currency: Currency,
    events: Vec<Event>,
    n_lines: usize,
    /// By bucket (event × lines + line): amounts stated in the order's currency and converted
    /// on the event's day. Nearly all of them are.
    plain: Vec<Amounts>,
    /// The others.
    foreign: Vec<Foreign>,
    used: Vec<bool>,
    units: Vec<i64>,
    estimated: Vec<Mask>,
    missing: Vec<Mask>,
    cost_unknown: Vec<bool>,
    notes: Option<Vec<Entry>>,
    overflow: bool,
}

struct Foreign {
    bucket: usize,
    component: Component,
    minor: i64,
    currency: Currency,
    rate_day: Day,
}

struct Entry {
    bucket: usize,
    component: Component,
    currency: Currency,
    rate_day: Day,
    quality: Quality,
    note: Note,
}

/// Where an amount is booked.
#[derive(Clone, Copy, Debug)]
pub struct At {
    pub event: usize,
    pub line: usize,
    pub component: Component,
}

impl Sheet {
    pub fn new(currency: Currency, events: Vec<Event>, n_lines: usize, trail: bool) -> Self {
        let buckets = events.len() * n_lines;
        Self {
            currency,
            events,
            n_lines,
            plain: vec![[0; super::component::COMPONENTS]; buckets],
            foreign: Vec::new(),
            used: vec![false; buckets],
            units: vec![0; buckets],
            estimated: vec![0; buckets],
            missing: vec![0; buckets],
            cost_unknown: vec![false; n_lines],
            notes: trail.then(Vec::new),
            overflow: false,
        }
    }

    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// An amount of the order's own currency, converted on its event's day.
    pub fn add(&mut self, at: At, minor: i64, quality: Quality, note: impl FnOnce() -> Note) {
        let day = self.events[at.event].day;
        self.add_money(at, Money::new(minor, self.currency), day, quality, note);
    }

    /// An amount in any currency, converted at the rate of `rate_day`.
    pub fn add_money(
        &mut self,
        at: At,
        amount: Money,
        rate_day: Day,
        quality: Quality,
        note: impl FnOnce() -> Note,
    ) {
        let bucket = at.event * self.n_lines + at.line;
        self.used[bucket] = true;
        let plain = amount.currency == self.currency && rate_day == self.events[at.event].day;
        if plain {
            let cell = &mut self.plain[bucket][at.component.index()];
            match cell.checked_add(amount.minor) {
                Some(sum) => *cell = sum,
                None => self.overflow = true,
            }
        } else {
            self.add_foreign(bucket, at.component, amount, rate_day);
        }
        match quality {
            Quality::Actual => {}
            Quality::Estimated => self.estimated[bucket] |= at.component.bit(),
            Quality::Missing => self.missing[bucket] |= at.component.bit(),
        }
        if let Some(notes) = &mut self.notes {
            notes.push(Entry {
                bucket,
                component: at.component,
                currency: amount.currency,
                rate_day,
                quality,
                note: note(),
            });
        }
    }

    fn add_foreign(&mut self, bucket: usize, component: Component, amount: Money, rate_day: Day) {
        let same = self.foreign.iter_mut().find(|cell| {
            cell.bucket == bucket
                && cell.component == component
                && cell.currency == amount.currency
                && cell.rate_day == rate_day
        });
        match same {
            Some(cell) => match cell.minor.checked_add(amount.minor) {
                Some(sum) => cell.minor = sum,
                None => self.overflow = true,
            },
            None => self.foreign.push(Foreign {
                bucket,
                component,
                minor: amount.minor,
                currency: amount.currency,
                rate_day,
            }),
        }
    }

    pub fn overflowed(&mut self) {
        self.overflow = true;
    }

    /// The line exists in this event even where all its amounts are 0.
    pub fn touch(&mut self, event: usize, line: usize, units: i64) {
        let bucket = event * self.n_lines + line;
        self.used[bucket] = true;
        self.units[bucket] += units;
    }

    pub fn cost_unknown(&mut self, line: usize) {
        self.cost_unknown[line] = true;
    }

    /// Gross sales and discounts of a line in an event, in the order's currency.
    pub fn weight(&self, event: usize, line: usize) -> i64 {
        let cells = &self.plain[event * self.n_lines + line];
        cells[Component::GrossSales.index()] + cells[Component::Discounts.index()]
    }

    /// Converts every cell once and gives out the lines.
    ///
    /// # Errors
    /// `Overflow` where a sum or a converted amount leaves 64 bits.
    pub fn close(self, converter: &mut Converter<'_>) -> Result<Booked, Overflow> {
        if self.overflow {
            return Err(Overflow);
        }
        converter.missing.clear();
        let mut lines: Vec<ProfitLine> = Vec::new();
        for (bucket, amounts) in self.plain.iter().enumerate() {
            if !self.used[bucket] {
                continue;
            }
            let event = bucket / self.n_lines;
            let day = self.events[event].day;
            let mut converted: Amounts = [0; super::component::COMPONENTS];
            for (index, minor) in amounts.iter().enumerate() {
                if *minor != 0 {
                    converted[index] =
                        converter.convert(*minor, self.currency, day)?.unwrap_or_default();
                }
            }
            for cell in self.foreign.iter().filter(|cell| cell.bucket == bucket) {
                let minor = converter.convert(cell.minor, cell.currency, cell.rate_day)?;
                let sum = &mut converted[cell.component.index()];
                *sum = sum.checked_add(minor.unwrap_or_default()).ok_or(Overflow)?;
            }
            let line = bucket % self.n_lines;
            lines.push(ProfitLine {
                event,
                line,
                units: self.units[bucket],
                amounts: converted,
                estimated: self.estimated[bucket],
                missing: self.missing[bucket],
                cost_known: !self.cost_unknown[line],
            });
        }
        let parts = self.list_parts(converter)?;
        let missing_rates = converter.missing.iter().copied().collect();
        let mut converted: BTreeSet<Currency> =
            self.foreign.iter().map(|cell| cell.currency).collect();
        converted.insert(self.currency);
        converted.remove(&converter.reporting());
        Ok(Booked { events: self.events, lines, parts, missing_rates, converted })
    }

    /// Notes grouped by what is converted together.
    fn list_parts(&self, converter: &mut Converter<'_>) -> Result<Vec<Part>, Overflow> {
        let mut parts: Vec<Part> = Vec::new();
        for entry in self.notes.iter().flatten() {
            let (event, line) = (entry.bucket / self.n_lines, entry.bucket % self.n_lines);
            let same = parts.iter_mut().find(|part| {
                part.event == event
                    && part.line == line
                    && part.component == entry.component
                    && part.currency == entry.currency
                    && part.rate_day == entry.rate_day
            });
            match same {
                Some(part) => {
                    part.quality = part.quality.max(entry.quality);
                    join(&mut part.source, &entry.note.source);
                    join(&mut part.rule, &entry.note.rule);
                    if !entry.note.arithmetic.is_empty() {
                        part.arithmetic = format!("{}; {}", part.arithmetic, entry.note.arithmetic);
                    }
                }
                None => parts.push(self.part_of(entry, event, line, converter)?),
            }
        }
        parts.sort_by_key(|part| (part.component, part.event, part.line));
        Ok(parts)
    }

    fn part_of(
        &self,
        entry: &Entry,
        event: usize,
        line: usize,
        converter: &mut Converter<'_>,
    ) -> Result<Part, Overflow> {
        let is_plain = entry.currency == self.currency && entry.rate_day == self.events[event].day;
        let minor = if is_plain {
            self.plain[entry.bucket][entry.component.index()]
        } else {
            let cell = self.foreign.iter().find(|cell| {
                cell.bucket == entry.bucket
                    && cell.component == entry.component
                    && cell.currency == entry.currency
                    && cell.rate_day == entry.rate_day
            });
            cell.map_or(0, |cell| cell.minor)
        };
        Ok(Part {
            component: entry.component,
            event,
            line,
            minor,
            currency: entry.currency,
            converted_minor: converter.convert(minor, entry.currency, entry.rate_day)?,
            rate_day: entry.rate_day,
            quality: entry.quality,
            source: entry.note.source.clone(),
            rule: entry.note.rule.clone(),
            arithmetic: entry.note.arithmetic.clone(),
        })
    }
}

fn join(text: &mut String, more: &str) {
    if more.is_empty() || text.contains(more) {
        return;
    }
    if !text.is_empty() {
        text.push_str(", ");
    }
    text.push_str(more);
}
