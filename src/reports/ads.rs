//! What advertising cost by platform and campaign, by the step that found lines to bear it, and
//! what the campaigns' orders brought where orders name one.

pub mod table;

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::params;

use super::ReportError;
use super::rows::Names;
use super::spread::Spreading;
use crate::base::id::AdSpendId;
use crate::base::{Currency, Day, DayRange};
use crate::domain::ask::{AdsMode, Ask, Key};
use crate::domain::profit::ads::Step;
use crate::domain::profit::component::Component;
use crate::domain::profit::convert::MissingRate;
use crate::domain::profit::figures::Figures;
use crate::domain::rules::{Rules, Target};
use crate::reports::profit;
use crate::store::Reader;
use crate::store::policy::find_policy;

/// Spend by step, positive, in minor units of the reporting currency; the last is what no line
/// could bear.
pub type BySteps = [i64; 5];

/// One campaign of one platform.
#[derive(Clone, Debug)]
pub struct Campaign {
    pub platform: String,
    pub campaign: String,
    /// No ad report tells it: it was deducted from payouts.
    pub is_deducted: bool,
    pub steps: BySteps,
    /// What the user mapped it to.
    pub target: Option<Target>,
    /// Figures of the orders that name it. `None` where none does, or where campaigns of several
    /// platforms share the name, so that nobody can tell whose the orders are.
    pub brought: Option<Figures>,
}

impl Campaign {
    pub fn spend_minor(&self) -> i64 {
        self.steps.iter().sum()
    }
}

#[derive(Clone, Debug)]
pub struct AdsReport {
    pub currency: Currency,
    pub range: DayRange,
    /// By platform, then the most spend first.
    pub campaigns: Vec<Campaign>,
    /// Advertising that platforms charged with the very order; of no campaign.
    pub direct_minor: i64,
    /// All ad spend of the days; the campaigns and the direct charges add up to it.
    pub total_minor: i64,
    pub missing_rates: Vec<MissingRate>,
    pub rules: Rules,
}

/// # Errors
/// `Nothing` before the first store; `Overflow` where a figure would leave 64 bits.
pub fn run(reader: &Reader<'_>, ask: &Ask, today: Day) -> Result<AdsReport, ReportError> {
    let ask = Ask { ads: AdsMode::Blended, fully_loaded: false, ..ask.clone() };
    let ask = ask.by(&[Key::Campaign]);
    let report = profit::run(reader, &ask, today)?;
    let known = find_policy(reader)?.ok_or(ReportError::Nothing)?;
    let names = Names::load(reader, &known.policy.rules, false)?;
    let spreading = Spreading {
        reader,
        ask: &ask,
        range: report.range,
        known: &known,
        names: &names,
        missing: BTreeSet::new(),
    };
    let rows = list_rows(reader, report.range)?;
    let mut sums: BTreeMap<(String, String, bool), BySteps> = BTreeMap::new();
    let mut add = |row: &SpendRow, step: usize, minor: i64| {
        let key = (row.platform.clone(), row.campaign.clone(), row.is_deducted);
        sums.entry(key).or_default()[step] -= minor;
    };
    if ask.store.is_none() && ask.scope == crate::domain::ask::Scope::All {
        for row in rows.values() {
            match row.step {
                Some(step) => add(row, step as usize - 1, row.borne_minor),
                None => add(row, NONE, row.whole_minor),
            }
        }
    } else {
        // What lines of some stores bear is known of each line only.
        for part in spreading.list_ad_parts()? {
            if let Some(row) = rows.get(&part.spend) {
                add(row, part.step as usize - 1, part.minor);
            }
        }
        for row in rows.values().filter(|row| row.step.is_none()) {
            let store = Some(row.store.as_str()).filter(|store| !store.is_empty());
            if spreading.wants(store) {
                add(row, NONE, row.whole_minor);
            }
        }
    }
    let rules = known.policy.rules.clone();
    let mut platforms: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (platform, campaign, _) in sums.keys() {
        platforms.entry(campaign).or_default().insert(platform);
    }
    let brought = |campaign: &str| {
        let is_shared = platforms.get(campaign).is_some_and(|platforms| platforms.len() > 1);
        let row = report.rows.iter().find(|row| row.key("campaign") == Some(campaign))?;
        (!is_shared && row.figures.orders > 0).then_some(row.figures)
    };
    let mut campaigns: Vec<Campaign> = sums
        .iter()
        .map(|((platform, campaign, is_deducted), steps)| Campaign {
            target: rules.find_campaign_target(platform, campaign).cloned(),
            brought: brought(campaign),
            platform: platform.clone(),
            campaign: campaign.clone(),
            is_deducted: *is_deducted,
            steps: *steps,
        })
        .collect();
    let largest = |one: &Campaign| std::cmp::Reverse(one.spend_minor());
    campaigns.sort_by(|a, b| a.platform.cmp(&b.platform).then(largest(a).cmp(&largest(b))));
    let total_minor = -report.total.get(Component::AdSpend);
    let direct_minor = total_minor - campaigns.iter().map(Campaign::spend_minor).sum::<i64>();
    Ok(AdsReport {
        currency: report.currency,
        range: report.range,
        campaigns,
        direct_minor,
        total_minor,
        missing_rates: report.missing_rates,
        rules,
    })
}

const NONE: usize = 4;

struct SpendRow {
    platform: String,
    campaign: String,
    store: String,
    is_deducted: bool,
    step: Option<Step>,
    borne_minor: i64,
    whole_minor: i64,
}

fn list_rows(
    reader: &Reader<'_>,
    range: DayRange,
) -> Result<BTreeMap<AdSpendId, SpendRow>, ReportError> {
    let mut statement = reader.conn().prepare_cached(
        "select ad_spend.id, platform, campaign, store, derived, step, borne_minor, whole_minor
         from ad_results join ad_spend on ad_spend.id = ad_spend_id
         where ad_results.day between ? and ?",
    )?;
    let rows = statement.query_map(params![range.from, range.to], |row| {
        let step: Option<i64> = row.get(5)?;
        let spent = SpendRow {
            platform: row.get(1)?,
            campaign: row.get(2)?,
            store: row.get(3)?,
            is_deducted: row.get(4)?,
            step: step.and_then(Step::parse),
            borne_minor: row.get(6)?,
            whole_minor: row.get(7)?,
        };
        Ok((row.get(0)?, spent))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
