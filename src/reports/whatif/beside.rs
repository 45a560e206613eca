//! What stands beside the orders under a scenario: the day's ad spend over the lines as they would
//! have been, charges, exchange differences and expenses, by the same functions as the report's.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use rusqlite::params;

use super::replay::{Replayed, Scope};
use super::sums::{Of, Place, Sums};
use crate::base::{Day, DayRange};
use crate::domain::ask::Basis;
use crate::domain::profit::ads::{DayLine, Spend, allocate};
use crate::domain::profit::component::Component;
use crate::domain::profit::convert::Converter;
use crate::domain::profit::figures::Figures;
use crate::domain::record::AdSpend;
use crate::domain::scenario::Assumed;
use crate::reports::ReportError;
use crate::reports::rows::Names;
use crate::reports::spread::{Beside, Spreading};
use crate::store::policy::KnownPolicy;
use crate::store::{Reader, costs};

/// A line that may bear ad spend.
#[derive(Debug)]
pub struct SoldLine {
    pub weight_minor: i64,
    pub quantity: i64,
    pub sku: Option<String>,
    pub store: String,
    pub campaign: Option<String>,
    /// Where it counts, if it does.
    pub place: Option<Place>,
}

/// The ad spend of every day on which a counted line was sold.
pub struct Days {
    spends: BTreeMap<Day, Vec<AdSpend>>,
    with_spend: HashSet<Day>,
}

impl Days {
    /// # Errors
    /// `Store`.
    pub fn load(reader: &Reader<'_>, basis: Basis, range: DayRange) -> Result<Self, ReportError> {
        let mut spends: BTreeMap<Day, Vec<AdSpend>> = BTreeMap::new();
        let mut read = |range: DayRange| -> Result<(), ReportError> {
            for (_, spend) in costs::list_ad_spend(reader, range)? {
                spends.entry(spend.day).or_default().push(spend);
            }
            Ok(())
        };
        read(range)?;
        if basis == Basis::Order {
            // Lines that were added later count under the day of their order.
            let mut statement = reader.conn().prepare_cached(
                "select distinct event_day from profit_lines
                 where order_day between ?1 and ?2 and kind = 1
                    and event_day not between ?1 and ?2",
            )?;
            let days = statement.query_map(params![range.from, range.to], |row| row.get(0))?;
            for day in days.collect::<Result<Vec<Day>, _>>()? {
                read(DayRange { from: day, to: day })?;
            }
        }
        let with_spend = spends.keys().copied().collect();
        Ok(Self { spends, with_spend })
    }

    pub fn has_spend(&self, day: Day) -> bool {
        self.with_spend.contains(&day)
    }
}

/// What all scenarios share.
pub struct Around<'a> {
    pub reader: &'a Reader<'a>,
    pub known: &'a KnownPolicy,
    pub names: &'a Names,
    pub scope: &'a Scope<'a>,
}

impl Around<'_> {
    /// Weighs the guesses in and adds what stands beside the orders.
    ///
    /// # Errors
    /// `Store`, `Overflow`.
    pub fn close(&self, assumed: &Assumed<'_>, replayed: Replayed) -> Result<Sums, ReportError> {
        let Replayed { mut sums, sold, .. } = replayed;
        sums.weigh_guesses()?;
        let known = KnownPolicy { policy: assumed.policy.clone().into(), ..self.known.clone() };
        let mut missing: BTreeSet<_> = sums.missing.iter().copied().collect();
        let mut beside = Vec::new();
        let mut terms = self.spreading(&known);
        self.add_ads(assumed, (&sold, &terms), &mut sums, &mut missing)?;
        let charges = terms.list_charges()?.into_iter();
        beside.extend(charges.filter(|one| one.component != Component::FxDifference));
        let expenses = costs::list_expenses(self.reader)?.into_iter();
        let expenses =
            expenses.map(|(_, one)| assumed.expense(one)).collect::<Result<Vec<_>, _>>()?;
        beside.extend(terms.spread_expenses(expenses.into_iter(), terms.range)?);
        missing.extend(terms.missing);
        // What the bank's rate was away from the booked one stays as it was.
        let mut real = self.spreading(self.known);
        let differences = real.list_charges()?.into_iter();
        beside.extend(differences.filter(|one| one.component == Component::FxDifference));
        for one in &beside {
            self.add_beside(one, &mut sums);
        }
        sums.missing = missing.into_iter().collect();
        Ok(sums)
    }

    fn spreading<'s>(&'s self, known: &'s KnownPolicy) -> Spreading<'s> {
        Spreading {
            reader: self.reader,
            ask: self.scope.ask,
            range: self.scope.range,
            known,
            names: self.names,
            missing: BTreeSet::new(),
        }
    }

    fn add_beside(&self, one: &Beside, sums: &mut Sums) {
        let mut figures = Figures::default();
        figures.put(one.component, one.minor);
        if one.estimated {
            figures.estimated |= one.component.bit();
        }
        let store = one.store.as_ref().and_then(|name| self.names.store_ids.get(name)).copied();
        let place = (one.day.first_of_month(), store);
        sums.all.places.entry(place).or_default().add(&figures);
        if let Some(sku) = one.sku.as_ref().filter(|sku| self.names.variant_ids.contains_key(*sku))
        {
            let of = Of::Sku(sku.clone());
            sums.all.products.entry(of).or_default().add(&figures);
        }
    }

    /// As the books do it, day by day: each part converted by itself.
    fn add_ads(
        &self,
        assumed: &Assumed<'_>,
        (sold, spreading): (&std::collections::HashMap<Day, Vec<SoldLine>>, &Spreading<'_>),
        sums: &mut Sums,
        missing: &mut BTreeSet<crate::domain::profit::convert::MissingRate>,
    ) -> Result<(), ReportError> {
        let policy = &assumed.policy;
        let mut converter = Converter::new(&policy.rates, policy.reporting);
        let none = Vec::new();
        for (day, spends) in &self.scope.days.spends {
            let sold = sold.get(day).unwrap_or(&none);
            let lines: Vec<DayLine<'_>> = sold.iter().map(day_line).collect();
            for spend in spends {
                let amount = assumed.spend(spend)?;
                let row = Spend {
                    amount,
                    platform: &spend.platform,
                    campaign: &spend.campaign,
                    store: spend.store.as_deref(),
                    sku: spend.sku.as_deref(),
                };
                let allocated = allocate(&lines, &row, &policy.rules);
                for (index, minor) in &allocated.parts {
                    let part = converter.convert(*minor, amount.currency, *day)?;
                    let Some(place) = sold[*index].place else { continue };
                    let mut figures = Figures::default();
                    figures.put(Component::AdSpend, -part.unwrap_or_default());
                    figures.attributed_ad_spend = figures.get(Component::AdSpend);
                    let sku = sold[*index].sku.clone();
                    let of = sku.map_or(Of::Nameless, Of::Sku);
                    sums.all.add(place, &of, &figures);
                }
                let is_here = self.scope.range.contains(*day);
                let is_wanted = spreading.wants(spend.store.as_deref());
                if allocated.step.is_none() && is_here && is_wanted {
                    let whole = converter.convert(amount.minor, amount.currency, *day)?;
                    let one = Beside {
                        component: Component::AdSpend,
                        minor: -whole.unwrap_or_default(),
                        day: *day,
                        store: spend.store.clone(),
                        sku: spend.sku.clone(),
                        campaign: None,
                        estimated: false,
                    };
                    self.add_beside(&one, sums);
                }
            }
        }
        missing.extend(std::mem::take(&mut converter.missing));
        Ok(())
    }
}

fn day_line(sold: &SoldLine) -> DayLine<'_> {
    DayLine {
        weight_minor: sold.weight_minor,
        quantity: sold.quantity,
        sku: sold.sku.as_deref(),
        store: &sold.store,
        campaign: sold.campaign.as_deref(),
    }
}
