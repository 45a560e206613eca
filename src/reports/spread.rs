//! What no order line bears: unallocated ad spend, fees of the period, operating expenses and
//! exchange differences, each with the day, store, product and campaign that its record names.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::id::{AdSpendId, StoreId};
use crate::base::split::Split;
use crate::base::{Day, DayRange};
use crate::domain::ask::{AdsMode, Ask, Basis};
use crate::domain::profit::ads;
use crate::domain::profit::component::Component;
use crate::domain::profit::convert::{Converter, MissingRate};
use crate::domain::profit::expenses::list_days;
use crate::domain::profit::payout::fx_difference;
use crate::domain::record::{AdSpend, Expense};
use crate::store::day_lines::{self, SoldLine};
use crate::store::policy::KnownPolicy;
use crate::store::{Reader, charges, costs};

use super::ReportError;
use super::rows::Names;

/// Amounts that lines bear, and what stays beside them.
type Spread = (Vec<(SoldLine, i64)>, Vec<Beside>);

/// An amount that stands beside the lines, in minor units of the reporting currency.
#[derive(Clone, Debug)]
pub struct Beside {
    pub component: Component,
    pub minor: i64,
    pub day: Day,
    pub store: Option<String>,
    pub sku: Option<String>,
    pub campaign: Option<String>,
    /// An estimate that nothing has settled yet.
    pub estimated: bool,
}

/// What one line bears of one row of spend; negative.
#[derive(Clone, Debug)]
pub struct AdPart {
    pub sold: SoldLine,
    pub spend: AdSpendId,
    pub campaign: String,
    pub step: ads::Step,
    pub minor: i64,
}

pub struct Spreading<'a> {
    pub reader: &'a Reader<'a>,
    pub ask: &'a Ask,
    pub range: DayRange,
    pub known: &'a KnownPolicy,
    pub names: &'a Names,
    pub missing: BTreeSet<MissingRate>,
}

impl Spreading<'_> {
    /// Whether a record of this store, or of none, belongs to the report.
    pub fn wants(&self, store: Option<&str>) -> bool {
        let id = store.and_then(|name| self.names.store_ids.get(name)).copied();
        let in_scope = match (&self.ask.scope, id) {
            (crate::domain::ask::Scope::All, _) => true,
            (scope, Some(id)) => scope.allows(id),
            (_, None) => false,
        };
        in_scope && self.ask.store.is_none_or(|wanted| id == Some(wanted))
    }

    /// The days on which lines of the report were sold. By the order's day an edit counts with its
    /// order, and what its line bears is spent later.
    fn sold_range(&self) -> Result<DayRange, ReportError> {
        if self.ask.basis == Basis::Event {
            return Ok(self.range);
        }
        let mut statement = self.reader.conn().prepare_cached(
            "select max(event_day) from profit_lines join orders on orders.id = order_id
             where kind = 1 and orders.order_day between ?1 and ?2",
        )?;
        let last: Option<Day> =
            statement.query_row([self.range.from, self.range.to], |row| row.get(0))?;
        let to = last.map_or(self.range.to, |last| last.max(self.range.to));
        Ok(DayRange { to, ..self.range })
    }

    /// Whether a line is counted under a day of the report.
    fn counts_line(&self, line: &SoldLine) -> bool {
        let day = match self.ask.basis {
            Basis::Event => line.line.event_day,
            Basis::Order => line.line.order_day,
        };
        self.range.contains(day) && self.wants_line(line.line.store)
    }

    fn converter(&self) -> Converter<'_> {
        Converter::new(&self.known.policy.rates, self.known.policy.reporting)
    }

    /// Ad spend that no line bears; under `--ads matched` also what only the store's lines bore.
    pub fn list_unallocated_ads(&self) -> Result<Vec<Beside>, ReportError> {
        let steps = match self.ask.ads {
            AdsMode::Blended => "step is null",
            AdsMode::Matched => "(step is null or step = 4)",
        };
        let sql = format!(
            "select ad_results.day, step, whole_minor, campaign, store, sku
             from ad_results join ad_spend on ad_spend.id = ad_spend_id
             where ad_results.day between ? and ? and {steps}
             order by ad_spend_id"
        );
        let mut statement = self.reader.conn().prepare_cached(&sql)?;
        let mut rows = statement.query([self.range.from, self.range.to])?;
        let mut list = Vec::new();
        while let Some(row) = rows.next()? {
            let (store, sku): (String, String) = (row.get(4)?, row.get(5)?);
            let store = (!store.is_empty()).then_some(store);
            if self.wants(store.as_deref()) {
                list.push(Beside {
                    component: Component::AdSpend,
                    minor: row.get(2)?,
                    day: row.get(0)?,
                    store,
                    sku: (!sku.is_empty()).then_some(sku),
                    campaign: Some(row.get(3)?),
                    estimated: false,
                });
            }
        }
        Ok(list)
    }

    /// What the lines of all stores bear of each campaign.
    pub fn list_borne_ads(&self) -> Result<Vec<(String, i64)>, ReportError> {
        let steps = match self.ask.ads {
            AdsMode::Blended => "step is not null",
            AdsMode::Matched => "step < 4",
        };
        let sql = format!(
            "select campaign, sum(borne_minor)
             from ad_results join ad_spend on ad_spend.id = ad_spend_id
             where ad_results.day between ? and ? and {steps} group by campaign"
        );
        let mut statement = self.reader.conn().prepare_cached(&sql)?;
        let rows = statement
            .query_map([self.range.from, self.range.to], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Storage, subscriptions and the like, and what payouts were really converted at.
    pub fn list_charges(&mut self) -> Result<Vec<Beside>, ReportError> {
        let mut list = Vec::new();
        let mut converter = Converter::new(&self.known.policy.rates, self.known.policy.reporting);
        for (store, charge) in charges::list_charges(self.reader, self.range)? {
            let store = self.names.stores.get(&store).cloned();
            if !charge.class.counts() || !self.wants(store.as_deref()) {
                continue;
            }
            let money = charge.amount;
            let Some(minor) = converter.convert(money.minor, money.currency, charge.day)? else {
                continue;
            };
            list.push(Beside {
                component: Component::PeriodFees,
                minor,
                day: charge.day,
                store,
                sku: charge.sku,
                campaign: None,
                estimated: charge.estimate.is_some(),
            });
        }
        self.missing.extend(std::mem::take(&mut converter.missing));
        list.extend(self.list_fx_differences()?);
        Ok(list)
    }

    fn list_fx_differences(&mut self) -> Result<Vec<Beside>, ReportError> {
        let mut list = Vec::new();
        let mut converter = Converter::new(&self.known.policy.rates, self.known.policy.reporting);
        for payout in charges::list_received_payouts(self.reader, self.range)? {
            let (store, day) = (self.names.stores.get(&payout.store).cloned(), payout.day);
            if !self.wants(store.as_deref()) {
                continue;
            }
            let (paid, received) = ((payout.stated, day), (payout.received, day));
            let difference = fx_difference(&[paid], received, &mut converter)?;
            list.extend(difference.map(|minor| Beside {
                component: Component::FxDifference,
                minor,
                day,
                store,
                sku: None,
                campaign: None,
                estimated: false,
            }));
        }
        self.missing.extend(std::mem::take(&mut converter.missing));
        Ok(list)
    }

    /// Operating expenses per day and level (a store, or the organisation), converted.
    pub fn list_expenses(&mut self) -> Result<Vec<Beside>, ReportError> {
        self.list_expenses_of(self.range)
    }

    fn list_expenses_of(&mut self, range: DayRange) -> Result<Vec<Beside>, ReportError> {
        let known = costs::list_expenses(self.reader)?;
        self.spread_expenses(known.into_iter().map(|(_, expense)| expense), range)
    }

    /// As `list_expenses`, of any expenses.
    pub fn spread_expenses(
        &mut self,
        expenses: impl Iterator<Item = Expense>,
        range: DayRange,
    ) -> Result<Vec<Beside>, ReportError> {
        let mut by_level: BTreeMap<(Day, Option<String>), i64> = BTreeMap::new();
        let mut converter = Converter::new(&self.known.policy.rates, self.known.policy.reporting);
        let vat = self.known.policy.input_vat();
        for expense in expenses {
            if !self.wants(expense.store.as_deref()) && !self.ask.fully_loaded {
                continue;
            }
            for (day, minor) in list_days(&expense, range, vat) {
                let converted = converter.convert(-minor, expense.amount.currency, day)?;
                let sum = by_level.entry((day, expense.store.clone())).or_default();
                *sum += converted.unwrap_or_default();
            }
        }
        self.missing.extend(std::mem::take(&mut converter.missing));
        let beside = |((day, store), minor)| Beside {
            component: Component::OperatingExpenses,
            minor,
            day,
            store,
            sku: None,
            campaign: None,
            estimated: false,
        };
        Ok(by_level.into_iter().map(beside).collect())
    }

    /// `--fully-loaded`: each day's sum of each level over that day's lines of that level. Gives
    /// the shares of lines, and what stays on its level.
    pub fn load_expenses(&mut self) -> Result<Spread, ReportError> {
        let (mut shares, mut rest) = (Vec::new(), Vec::new());
        let mut sold: (Option<Day>, Vec<SoldLine>) = (None, Vec::new());
        for beside in self.list_expenses_of(self.sold_range()?)? {
            if sold.0 != Some(beside.day) {
                sold = (Some(beside.day), day_lines::list_sold(self.reader, beside.day)?);
            }
            let level = beside.store.as_ref().and_then(|name| self.names.store_ids.get(name));
            let lines: Vec<&SoldLine> = sold
                .1
                .iter()
                .filter(|line| beside.store.is_none() || level == Some(&line.line.store))
                .collect();
            if lines.is_empty() {
                if self.wants(beside.store.as_deref()) && self.range.contains(beside.day) {
                    rest.push(beside);
                }
                continue;
            }
            let weights: Vec<i64> = lines.iter().map(|line| line.line.weight()).collect();
            let quantities: Vec<i64> = lines.iter().map(|line| line.line.units).collect();
            let whole = beside.minor;
            let parts = Split { whole, weights: &weights, quantities: &quantities }.parts();
            for (line, part) in lines.into_iter().zip(parts) {
                if self.counts_line(line) {
                    shares.push((line.clone(), part));
                }
            }
        }
        Ok((shares, rest))
    }

    pub fn wants_line(&self, store: StoreId) -> bool {
        self.ask.scope.allows(store) && self.ask.store.is_none_or(|wanted| wanted == store)
    }

    /// For reports by campaign: what each line bears of each campaign, converted and negative.
    pub fn list_ad_parts(&self) -> Result<Vec<AdPart>, ReportError> {
        let spends = costs::list_ad_spend(self.reader, self.sold_range()?)?;
        let mut list = Vec::new();
        let mut sold: (Option<Day>, Vec<SoldLine>) = (None, Vec::new());
        let mut converter = self.converter();
        for (id, spend) in &spends {
            if sold.0 != Some(spend.day) {
                sold = (Some(spend.day), day_lines::list_sold(self.reader, spend.day)?);
            }
            let lines: Vec<ads::DayLine<'_>> =
                sold.1.iter().map(|line| day_line(line, self.names)).collect();
            let allocated = ads::allocate(&lines, &as_spend(spend), &self.known.policy.rules);
            let Some(step) = allocated.step else { continue };
            if self.ask.ads == AdsMode::Matched && !step.is_matched() {
                continue;
            }
            for (index, minor) in allocated.parts {
                let line = &sold.1[index];
                let part = converter.convert(-minor, spend.amount.currency, spend.day)?;
                if self.counts_line(line) {
                    list.push(AdPart {
                        sold: line.clone(),
                        spend: *id,
                        campaign: spend.campaign.clone(),
                        step,
                        minor: part.unwrap_or_default(),
                    });
                }
            }
        }
        Ok(list)
    }
}

/// A stored row of spend as the allocation takes it.
pub fn as_spend(spend: &AdSpend) -> ads::Spend<'_> {
    ads::Spend {
        amount: spend.amount,
        platform: &spend.platform,
        campaign: &spend.campaign,
        store: spend.store.as_deref(),
        sku: spend.sku.as_deref(),
    }
}

/// A stored line as the allocation takes it.
pub fn day_line<'a>(sold: &'a SoldLine, names: &'a Names) -> ads::DayLine<'a> {
    ads::DayLine {
        weight_minor: sold.line.weight(),
        quantity: sold.line.units,
        sku: sold.sku.as_deref(),
        store: names.stores.get(&sold.line.store).map_or("", String::as_str),
        campaign: sold.campaign.as_deref(),
    }
}
