//! The rows of one day and campaign added up, exactly, to what is stored: one fact for each
//! product that the platform reports, and one for the campaign.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::row::{Counted, Placed, Reading};
use super::totals::ROUNDED_MAX;
use crate::base::money::MINOR_LIMIT;
use crate::base::{Currency, Day, Decimal, Money};
use crate::connectors::contract::{Emit, Found, Refusal};
use crate::connectors::fault::FileFault;
use crate::domain::record::{AdSpend, Record};

/// All rows of a file, by day and campaign, as they came.
#[derive(Default)]
pub struct Sums {
    groups: Vec<Group>,
    places: HashMap<(Day, Currency, String), usize>,
}

/// What stands or falls together: a retried row replaces what it was added to.
struct Group {
    line: u64,
    day: Day,
    campaign: String,
    currency: Currency,
    /// In boxes, because most groups have one and the map makes room for eleven.
    by_sku: BTreeMap<Option<String>, Box<Sum>>,
    faults: Vec<Refusal>,
}

#[derive(Default)]
struct Sum {
    rows: Option<Counted>,
    /// Rows that are the total of rows of a breakdown, or of spend that it does not name.
    parents: Option<Counted>,
}

/// Totals that stood among the rows, by campaign.
pub type LeftOut = Vec<(String, Decimal)>;

impl Sums {
    pub fn add(&mut self, placed: Placed, counted: Counted) {
        let (line, is_parent) = (placed.line, placed.is_parent);
        let (group, sku) = self.group(placed);
        let sum = group.by_sku.entry(sku).or_default();
        let side = if is_parent { &mut sum.parents } else { &mut sum.rows };
        match side {
            None => *side = Some(counted),
            Some(so_far) => match so_far.plus(&counted) {
                Some(whole) => *so_far = whole,
                None => group.faults.push(Refusal {
                    row: line,
                    column: String::new(),
                    reason: "With this row the campaign's day is too large to be kept.".to_owned(),
                    raw: String::new(),
                }),
            },
        }
    }

    /// Nothing of the row's day and campaign is taken in.
    pub fn spoil(&mut self, placed: Placed, refusal: Refusal) {
        self.group(placed).0.faults.push(refusal);
    }

    fn group(&mut self, placed: Placed) -> (&mut Group, Option<String>) {
        let Placed { line, day, campaign, sku, currency, .. } = placed;
        let key = (day, currency, campaign);
        let place = match self.places.get(&key) {
            Some(place) => *place,
            None => {
                let place = self.groups.len();
                self.groups.push(Group {
                    line,
                    day,
                    campaign: key.2.clone(),
                    currency,
                    by_sku: BTreeMap::new(),
                    faults: Vec::new(),
                });
                self.places.insert(key, place);
                place
            }
        };
        (&mut self.groups[place], sku)
    }

    /// Hands out what the rows come to, in the order in which the groups begin.
    ///
    /// # Errors
    /// What `emit` returns.
    pub fn finish(
        self,
        platform: &str,
        reading: &Reading,
        emit: Emit<'_>,
    ) -> Result<LeftOut, FileFault> {
        let twofold = find_twofold(&self.groups);
        let main = self.find_main(reading.currency);
        for name in &twofold {
            let what = format!(
                "Campaigns named {name:?} stand in this file in several currencies. What is not \
                 in {} is kept under the name with its currency behind it.",
                main.as_ref().map_or("", |main| main.code())
            );
            emit(Found::Notice { row: 0, what })?;
        }
        let mut left_out = Vec::new();
        for mut group in self.groups {
            group.leave_totals(&mut left_out);
            if main != Some(group.currency) && twofold.contains(&group.campaign) {
                group.campaign = format!("{} ({})", group.campaign, group.currency);
            }
            emit(group.into_found(platform, reading))?;
        }
        Ok(left_out)
    }

    /// The currency whose campaigns keep their bare names, so that they are the same facts as in a
    /// file of one account: the one that was said, else the file's first.
    fn find_main(&self, said: Option<Currency>) -> Option<Currency> {
        said.filter(|said| self.groups.iter().any(|group| group.currency == *said))
            .or(self.groups.first().map(|group| group.currency))
    }
}

/// Names of campaigns with more than one currency: one fact can hold but one.
fn find_twofold(groups: &[Group]) -> BTreeSet<String> {
    let mut currencies: HashMap<&str, Currency> = HashMap::new();
    let mut twofold = BTreeSet::new();
    for group in groups {
        if *currencies.entry(&group.campaign).or_insert(group.currency) != group.currency {
            twofold.insert(group.campaign.clone());
        }
    }
    twofold
}

impl Group {
    /// A row without the breakdown that comes to what the rows with it do is their total; with
    /// another amount it is spend that the breakdown does not name.
    fn leave_totals(&mut self, left_out: &mut LeftOut) {
        for sum in self.by_sku.values_mut() {
            let (Some(rows), Some(parents)) = (&sum.rows, &sum.parents) else { continue };
            if is_total_of(parents.amount, rows, self.currency) {
                left_out.push((self.campaign.clone(), parents.amount));
                sum.parents = None;
            }
        }
    }

    fn into_found(self, platform: &str, reading: &Reading) -> Found {
        let Some(parts) = self.add_parts() else {
            return self.into_refusal("The sum is too large to be kept.".to_owned(), reading);
        };
        if let Some(fault) = self.faults.first() {
            let reason = fault.reason.clone();
            return self.into_refusal(reason, reading);
        }
        let mut records = Vec::new();
        for (sku, counted) in parts {
            let minor = counted.amount.to_minor(self.currency.digits());
            let Some(minor) = minor.filter(|minor| minor.abs() < MINOR_LIMIT) else {
                return self.into_refusal("The sum is too large to be kept.".to_owned(), reading);
            };
            records.push(Record::AdSpend(AdSpend {
                day: self.day,
                platform: platform.to_owned(),
                campaign: self.campaign.clone(),
                amount: Money::new(minor, self.currency),
                whole_campaign: sku.is_none(),
                store: None,
                sku,
                country: None,
                impressions: counted.impressions,
                clicks: counted.clicks,
                conversions: counted.conversions.map(|number| number.to_string()),
                conversion_value: counted.value.map(|number| number.to_string()),
            }));
        }
        Found::Records { row: self.line, records }
    }

    /// The products, and the campaign where rows name none: with all of them, so that it is the
    /// same figure as in a report that knows no products.
    fn add_parts(&self) -> Option<Vec<(Option<String>, Counted)>> {
        let mut parts = Vec::new();
        let mut whole: Option<Counted> = None;
        for (sku, sum) in &self.by_sku {
            let counted = match (&sum.rows, &sum.parents) {
                (Some(rows), Some(parents)) => rows.plus(parents)?,
                (Some(one), None) | (None, Some(one)) => one.clone(),
                (None, None) => continue,
            };
            whole = Some(match &whole {
                Some(whole) => whole.plus(&counted)?,
                None => counted.clone(),
            });
            if sku.is_some() {
                parts.push((sku.clone(), counted));
            }
        }
        if self.by_sku.contains_key(&None) {
            parts.extend(whole.map(|whole| (None, whole)));
        }
        Some(parts)
    }

    fn into_refusal(self, reason: String, reading: &Reading) -> Found {
        let first = self.faults.first();
        let (row, column) = match first {
            Some(fault) => (fault.row, fault.column.clone()),
            None => (self.line, String::new()),
        };
        let mut raw: Vec<String> = self
            .faults
            .iter()
            .map(|fault| fault.raw.clone())
            .filter(|raw| !raw.is_empty())
            .collect();
        let mut others = self.faults.len().saturating_sub(1) as i64;
        for (sku, sum) in &self.by_sku {
            for counted in [&sum.rows, &sum.parents].into_iter().flatten() {
                others += counted.rows;
                let part = (sku.as_deref(), counted);
                raw.push(reading.raw((self.day, self.currency), &self.campaign, part));
            }
        }
        let reason = match others {
            0 => reason,
            _ => format!(
                "{reason} The campaign's other rows of {} ({others}) wait with it, because they \
                 are added up to one figure.",
                self.day
            ),
        };
        Found::Refused(Refusal { row, column, reason, raw: raw.join("\n") })
    }
}

/// Each of the rows may have been rounded by up to one minor unit.
fn is_total_of(total: Decimal, rows: &Counted, currency: Currency) -> bool {
    let digits = currency.digits();
    let (Some(total), Some(sum)) = (total.to_minor(digits), rows.amount.to_minor(digits)) else {
        return false;
    };
    total.abs_diff(sum) <= rows.rows.min(ROUNDED_MAX).unsigned_abs()
}
