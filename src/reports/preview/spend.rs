//! The ad spend of days over their lines under both sides of an edit, as the books would spread
//! it.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::books::Sold;
use super::{ByMonth, Looking, Moved, MovedPlace, NOTHING};
use crate::base::id::OrderId;
use crate::base::{Day, DayRange};
use crate::domain::profit::ads::{Allocated, DayLine, allocate};
use crate::domain::profit::component::Component;
use crate::domain::profit::convert::{Converter, Overflow};
use crate::domain::profit::facts::Policy;
use crate::domain::record::AdSpend;
use crate::reports::ReportError;
use crate::reports::spread::as_spend;
use crate::store::day_lines::{self, Standing};
use crate::store::{Reader, costs};

#[derive(Default)]
pub struct Spend {
    /// What orders sell on a day as it would be, until the day is spread.
    waiting: BTreeMap<Day, OfDay>,
    /// Days that were spread.
    done: BTreeSet<Day>,
    pub months: ByMonth,
    /// Orders that bear another share than before.
    pub changed: Vec<OrderId>,
    moved: BTreeMap<MovedPlace, (i64, i64)>,
}

#[derive(Default)]
struct OfDay {
    /// Orders whose lines stand in `lines`, or nowhere any more.
    orders: HashSet<OrderId>,
    lines: Vec<Line>,
}

/// A line sold on a day.
#[derive(Clone)]
struct Line {
    standing: Standing,
    order: OrderId,
    weight: i64,
    units: i64,
    sku: Option<String>,
    campaign: Option<String>,
}

impl Line {
    fn as_day_line(&self) -> DayLine<'_> {
        DayLine {
            weight_minor: self.weight,
            quantity: self.units,
            sku: self.sku.as_deref(),
            store: &self.standing.1,
            campaign: self.campaign.as_deref(),
        }
    }
}

impl Spend {
    pub fn put(&mut self, sold: Vec<Sold>) {
        for one in sold {
            for day in &one.days {
                self.waiting.entry(*day).or_default().orders.insert(one.order);
            }
            // The store's name is put in when the day is spread.
            for line in one.lines {
                let standing = (
                    one.placed_at,
                    one.store.to_string().into(),
                    one.external_id.clone(),
                    line.event_no,
                    line.line_no,
                );
                self.waiting.entry(line.day).or_default().lines.push(Line {
                    standing,
                    order: one.order,
                    weight: line.weight,
                    units: line.units,
                    sku: line.sku,
                    campaign: one.campaign.clone(),
                });
            }
        }
    }

    /// Spreads what waits on days before `until`; without one all, and the days that the edit
    /// touches by itself.
    ///
    /// # Errors
    /// `Store`, `Overflow`.
    pub fn flush(
        &mut self,
        reader: &Reader<'_>,
        looking: &Looking,
        until: Option<Day>,
    ) -> Result<(), ReportError> {
        while let Some((day, _)) = self.waiting.first_key_value() {
            if until.is_some_and(|until| *day >= until) {
                break;
            }
            if let Some((day, waiting)) = self.waiting.pop_first() {
                self.spread(reader, looking, day, waiting)?;
            }
        }
        if until.is_none() {
            for day in &looking.days {
                if !self.done.contains(day) {
                    self.spread(reader, looking, *day, OfDay::default())?;
                }
            }
        }
        Ok(())
    }

    fn spread(
        &mut self,
        reader: &Reader<'_>,
        looking: &Looking,
        day: Day,
        waiting: OfDay,
    ) -> Result<(), ReportError> {
        self.done.insert(day);
        if day > looking.today {
            return Ok(());
        }
        let stored = day_lines::list_standing(reader, day)?.into_iter();
        let old: Vec<Line> = stored
            .map(|(standing, sold)| Line {
                standing,
                order: sold.line.order,
                weight: sold.line.weight(),
                units: sold.line.units,
                sku: sold.sku.as_deref().map(str::to_owned),
                campaign: sold.campaign.as_deref().map(str::to_owned),
            })
            .collect();
        let mut new: Vec<Line> =
            old.iter().filter(|line| !waiting.orders.contains(&line.order)).cloned().collect();
        let named = waiting.lines.into_iter().map(|mut line| {
            let id = line.standing.1.parse().map(crate::base::id::StoreId);
            let name = id.ok().and_then(|id| looking.stores.get(&id)).cloned();
            line.standing.1 = name.unwrap_or_default().into();
            line
        });
        new.extend(named);
        new.sort_by(|one, other| one.standing.cmp(&other.standing));
        let (before, after) = looking.policies();
        let mut was = Converter::new(&before.rates, before.reporting);
        let mut becomes = Converter::new(&after.rates, after.reporting);
        let (old_lines, new_lines): (Vec<DayLine<'_>>, Vec<DayLine<'_>>) = (
            old.iter().map(Line::as_day_line).collect(),
            new.iter().map(Line::as_day_line).collect(),
        );
        let (mut shares, range) = (BTreeMap::new(), DayRange { from: day, to: day });
        for (_, spend) in costs::list_stated_ad_spend(reader, range)? {
            let (was_net, is_net) = (net_of(&spend, before)?, net_of(&spend, after)?);
            let was_spread = allocate(&old_lines, &as_spend(&was_net), &before.rules);
            let is_spread = allocate(&new_lines, &as_spend(&is_net), &after.rules);
            self.take(&old, &was_spread, (&was_net, &mut was), false, &mut shares)?;
            self.take(&new, &is_spread, (&is_net, &mut becomes), true, &mut shares)?;
        }
        let differing = shares.into_iter().filter(|(_, (old, new))| old != new);
        self.changed.extend(differing.map(|(order, _)| order));
        Ok(())
    }

    /// Adds what one side bears of one row.
    fn take(
        &mut self,
        lines: &[Line],
        allocated: &Allocated,
        (spend, converter): (&AdSpend, &mut Converter<'_>),
        is_new: bool,
        shares: &mut BTreeMap<OrderId, (i64, i64)>,
    ) -> Result<(), ReportError> {
        fn side(sides: &mut (i64, i64), is_new: bool) -> &mut i64 {
            if is_new { &mut sides.1 } else { &mut sides.0 }
        }
        let (day, currency) = (spend.day, spend.amount.currency);
        let mut sum = 0;
        for (index, minor) in &allocated.parts {
            let part = converter.convert(*minor, currency, day)?.unwrap_or_default();
            sum += part;
            let line = &lines[*index];
            *side(shares.entry(line.order).or_default(), is_new) += part;
            let store = MovedPlace::Store(line.standing.1.to_string());
            *side(self.moved.entry(store).or_default(), is_new) += part;
            if let Some(sku) = &line.sku {
                let sku = MovedPlace::Sku(sku.clone());
                *side(self.moved.entry(sku).or_default(), is_new) += part;
            }
        }
        if allocated.step.is_none() {
            sum = converter.convert(spend.amount.minor, currency, day)?.unwrap_or_default();
        }
        let step = MovedPlace::Step(allocated.step);
        *side(self.moved.entry(step).or_default(), is_new) += sum;
        let sides = self.months.entry(day.first_of_month()).or_insert(NOTHING);
        let amounts = if is_new { &mut sides.1 } else { &mut sides.0 };
        amounts[Component::AdSpend.index()] -= sum;
        Ok(())
    }

    /// What is borne elsewhere than before; steps, then stores, then products.
    pub fn list_moved(&self) -> Vec<Moved> {
        let moved = self.moved.iter().filter(|(_, (before, after))| before != after);
        moved
            .map(|(place, (before_minor, after_minor))| Moved {
                place: place.clone(),
                before_minor: *before_minor,
                after_minor: *after_minor,
            })
            .collect()
    }
}

/// A row of spend without recoverable VAT.
fn net_of(spend: &AdSpend, policy: &Policy) -> Result<AdSpend, ReportError> {
    let mut net = spend.clone();
    if let Some(share) = costs::spend_share(policy.input_vat(), spend) {
        net.amount.minor = share.net(spend.amount.minor).ok_or(Overflow)?;
    }
    Ok(net)
}
