//! A set of rules tried on some days: their orders are booked under both sets, their ad spend is
//! spread under both, and the figures of the days stand before and after.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::params;

use super::{Rebooked, rebook};
use crate::base::id::{OrderId, StoreId};
use crate::base::{Currency, Day, DayRange};
use crate::domain::ask::{Ask, Scope};
use crate::domain::profit::ads::{self, Step};
use crate::domain::profit::convert::{Converter, Overflow};
use crate::domain::profit::facts::Policy;
use crate::domain::profit::figures::Figures;
use crate::domain::profit::input_vat::InputVat;
use crate::domain::record::AdSpend;
use crate::domain::rules::Rules;
use crate::reports::rows::Names;
use crate::reports::spread::{as_spend, day_line};
use crate::reports::{ReportError, profit};
use crate::store::policy::find_policy;
use crate::store::{Reader, costs, day_lines, rollups};

/// Days on which rules are tried.
const DAYS_TRIED: i32 = 30;

/// What a set of rules would make of some days, by event.
#[derive(Clone, Debug)]
pub struct Trial {
    pub currency: Currency,
    pub range: DayRange,
    /// Orders whose figures change.
    pub orders: i64,
    /// All figures of the days, with ads and expenses; of `after` the amounts alone are new.
    pub before: Figures,
    pub after: Figures,
    /// What each step of the allocation bears of the ad spend, where that changes.
    pub ads: Vec<Moved>,
}

/// Minor units of the reporting currency, positive for spend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved {
    /// `None`: no line could bear it.
    pub step: Option<Step>,
    pub before_minor: i64,
    pub after_minor: i64,
}

impl Trial {
    pub fn change_minor(&self) -> i64 {
        self.after.net_profit() - self.before.net_profit()
    }
}

/// The last 30 days, or the 30 that end with the newest order where these are empty.
///
/// # Errors
/// `Store`.
pub fn find_days(reader: &Reader<'_>, today: Day) -> Result<DayRange, ReportError> {
    let newest = rollups::read::find_last_day(reader, today, None)?;
    let since = today.plus(1 - DAYS_TRIED);
    let to = newest.filter(|day| *day < since).unwrap_or(today);
    Ok(DayRange { from: to.plus(1 - DAYS_TRIED), to })
}

/// Tries a set of rules on the days.
///
/// # Errors
/// `Nothing` before the first store; `Overflow` where a figure would leave 64 bits.
pub fn run(reader: &Reader<'_>, rules: &Rules, range: DayRange) -> Result<Trial, ReportError> {
    let known = find_policy(reader)?.ok_or(ReportError::Nothing)?;
    let before = known.policy;
    let after = Policy { rules: rules.clone(), ..before.clone() };
    let report = profit::run(reader, &Ask::all(Scope::All).over(range), range.to)?;
    let mut trial = Trial {
        currency: before.reporting,
        range,
        orders: 0,
        before: report.total,
        after: report.total,
        ads: Vec::new(),
    };
    let mut touched: BTreeSet<OrderId> = BTreeSet::new();
    let is_alike =
        before.rules.bundles == rules.bundles && before.rules.input_vat == rules.input_vat;
    let orders = list_orders(reader, range)?;
    rebook(reader, (&before, &after, is_alike), &orders, &mut |changed| {
        if add_changes(&changed, range, &mut trial.after) {
            touched.insert(changed.id);
        }
    })?;
    let spreads_alike = before.rules.campaigns == rules.campaigns
        && before.rules.groups == rules.groups
        && before.rules.input_vat == rules.input_vat;
    if !spreads_alike {
        trial.ads = move_ads(reader, (&before, rules), range, &mut touched)?;
    }
    trial.orders = touched.len() as i64;
    Ok(trial)
}

fn list_orders(
    reader: &Reader<'_>,
    range: DayRange,
) -> Result<Vec<(OrderId, StoreId)>, ReportError> {
    let mut statement = reader.conn().prepare_cached(
        "select distinct order_id, store_id from profit_lines where event_day between ? and ?",
    )?;
    let rows =
        statement.query_map(params![range.from, range.to], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Adds what changes on the days; gives whether anything does.
fn add_changes(changed: &Rebooked<'_>, range: DayRange, after: &mut Figures) -> bool {
    let within = |event: usize| range.contains(changed.new.events[event].day);
    for (booked, sign) in [(&changed.old, -1), (&changed.new, 1)] {
        for line in booked.lines.iter().filter(|line| within(line.event)) {
            for (sum, minor) in after.amounts.iter_mut().zip(line.amounts) {
                *sum += sign * minor;
            }
        }
    }
    let lines = changed.old.lines.iter().zip(&changed.new.lines);
    lines.into_iter().any(|(old, new)| old != new && within(new.event))
}

/// Spreads each row of spend under both sets: the sums by step, and the orders that bear another
/// share than before.
fn move_ads(
    reader: &Reader<'_>,
    (policy, rules): (&Policy, &Rules),
    range: DayRange,
    touched: &mut BTreeSet<OrderId>,
) -> Result<Vec<Moved>, ReportError> {
    let names = Names::load(reader, &policy.rules, false)?;
    let mut converter = Converter::new(&policy.rates, policy.reporting);
    let mut sums: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
    let mut sold: (Option<Day>, Vec<day_lines::SoldLine>) = (None, Vec::new());
    let vat =
        [&policy.rules, rules].map(|set| InputVat::new(&set.input_vat, policy.vat_registered));
    for (_, spend) in costs::list_stated_ad_spend(reader, range)? {
        if sold.0 != Some(spend.day) {
            sold = (Some(spend.day), day_lines::list_sold(reader, spend.day)?);
        }
        let lines: Vec<ads::DayLine<'_>> =
            sold.1.iter().map(|line| day_line(line, &names)).collect();
        let mut nets = [spend.clone(), spend.clone()];
        for (net, vat) in nets.iter_mut().zip(vat) {
            if let Some(share) = costs::spend_share(vat, &spend) {
                net.amount.minor = share.net(spend.amount.minor).ok_or(Overflow)?;
            }
        }
        let [was, becomes] = &nets;
        let old = ads::allocate(&lines, &as_spend(was), &policy.rules);
        let new = ads::allocate(&lines, &as_spend(becomes), rules);
        let mut whole = |net: &AdSpend| {
            let amount = net.amount;
            Ok::<_, Overflow>(converter.convert(amount.minor, amount.currency, net.day)?)
        };
        let key = |step: Option<Step>| step.map_or(i64::MAX, Step::number);
        sums.entry(key(old.step)).or_default().0 += whole(was)?.unwrap_or_default();
        sums.entry(key(new.step)).or_default().1 += whole(becomes)?.unwrap_or_default();
        if old != new {
            let borne = |parts: &[(usize, i64)]| -> BTreeMap<OrderId, i64> {
                let mut by_order = BTreeMap::new();
                for (index, minor) in parts {
                    *by_order.entry(sold.1[*index].line.order).or_default() += *minor;
                }
                by_order
            };
            let (was, becomes) = (borne(&old.parts), borne(&new.parts));
            let orders = was.keys().chain(becomes.keys());
            touched.extend(orders.filter(|order| was.get(order) != becomes.get(order)));
        }
    }
    let moved = sums.into_iter().map(|(step, (before_minor, after_minor))| Moved {
        step: Step::parse(step),
        before_minor,
        after_minor,
    });
    Ok(moved.filter(|moved| moved.before_minor != moved.after_minor).collect())
}
