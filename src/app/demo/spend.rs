//! What the made-up shop's advertising cost, day by day: six campaigns on two platforms, some
//! mapped to products, one known by its orders, one that names the product itself.

use super::basket::share;
use super::calendar::Calendar;
use super::chance::{Chance, Stream};
use super::order::CAMPAIGN_OF_ORDERS;
use crate::base::{Currency, Day, Decimal, Money};
use crate::domain::record::{AdSpend, Record};
use crate::domain::rules::{CampaignRule, Target};

struct Campaign {
    platform: &'static str,
    name: &'static str,
    /// Of a thousand parts of a usual day's spend.
    per_mille: i64,
    store: Reach,
    sku: Option<&'static str>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    Everywhere,
    Europe,
    States,
}

const fn campaign(
    (platform, name): (&'static str, &'static str),
    per_mille: i64,
    store: Reach,
    sku: Option<&'static str>,
) -> Campaign {
    Campaign { platform, name, per_mille, store, sku }
}

/// The one that ran away on the loss days.
const RUNAWAY: &str = "Mugs, all year";
const LINEN: &str = "Linen, spring";

static CAMPAIGNS: &[Campaign] = &[
    campaign(("meta", RUNAWAY), 260, Reach::Europe, None),
    campaign(("meta", LINEN), 190, Reach::Europe, None),
    campaign(("meta", CAMPAIGN_OF_ORDERS), 110, Reach::Everywhere, None),
    campaign(("google", "Brand search"), 90, Reach::Everywhere, None),
    campaign(("google", "Shopping, kitchen"), 40, Reach::Europe, Some("BRD-OLIVE")),
    campaign(("google", "Shopping, kitchen"), 60, Reach::Europe, Some("TEA-POT")),
    campaign(("google", "US launch"), 250, Reach::States, None),
];

/// A usual day's spend for each of its orders, in cents.
const PER_ORDER_MINOR: i64 = 470;
const RUNAWAY_TIMES: i64 = 40;
const CLICK_MINOR: i64 = 55;

/// The names of the two stores, and the currency of the second.
pub struct Stores {
    pub europe: &'static str,
    pub states: &'static str,
    pub dollar: Currency,
}

pub fn list(calendar: &Calendar, days: &[(Day, i64)], seed: u64, stores: &Stores) -> Vec<Record> {
    let mut records = Vec::with_capacity(days.len() * CAMPAIGNS.len());
    for (index, (day, orders)) in days.iter().enumerate() {
        let mut chance = Chance::new(seed, Stream::Spend, index as u64);
        // Budgets follow the season, but not each day's luck.
        let near = &days[index.saturating_sub(3)..(index + 4).min(days.len())];
        let usual: i64 = near.iter().map(|(_, orders)| orders).sum();
        let usual_minor = share(usual * PER_ORDER_MINOR, 1, near.len() as i64);
        for campaign in CAMPAIGNS {
            let noise = chance.between(750, 1_250);
            let mut minor = share(usual_minor * campaign.per_mille, noise, 1_000_000);
            if campaign.name == LINEN && !is_linen_time(*day) {
                continue;
            }
            if campaign.name == RUNAWAY && calendar.is_loss_day(*day) {
                minor = minor.max(share(orders * PER_ORDER_MINOR, 260, 1_000)) * RUNAWAY_TIMES;
            }
            if minor > 0 {
                records.push(Record::AdSpend(spend(campaign, *day, minor, &mut chance, stores)));
            }
        }
    }
    records
}

fn is_linen_time(day: Day) -> bool {
    let (_, month, _) = day.civil();
    (3..=10).contains(&month)
}

fn spend(
    campaign: &Campaign,
    day: Day,
    minor: i64,
    chance: &mut Chance,
    stores: &Stores,
) -> AdSpend {
    let (store, currency) = match campaign.store {
        Reach::Everywhere => (None, Currency::EUR),
        Reach::Europe => (Some(stores.europe.to_owned()), Currency::EUR),
        Reach::States => (Some(stores.states.to_owned()), stores.dollar),
    };
    let clicks = minor / CLICK_MINOR + 1;
    // Platforms count halves.
    let conversions = Decimal::from_minor(share(clicks, chance.between(15, 45), 100), 1);
    let value = Decimal::from_minor(share(minor, chance.between(120, 480), 100), 2);
    AdSpend {
        day,
        platform: campaign.platform.to_owned(),
        campaign: campaign.name.to_owned(),
        amount: Money::new(minor, currency),
        whole_campaign: false,
        store,
        sku: campaign.sku.map(str::to_owned),
        country: None,
        impressions: Some(clicks * chance.between(40, 90)),
        clicks: Some(clicks),
        conversions: Some(conversions.to_string()),
        conversion_value: Some(value.to_string()),
    }
}

/// What the seller said about campaigns; "Brand search" is left to the stores.
pub fn rules(states: &str) -> Vec<CampaignRule> {
    let rule = |platform: &str, campaign: &str, target: Target| CampaignRule {
        platform: Some(platform.to_owned()),
        campaign: Some(campaign.to_owned()),
        target,
    };
    vec![
        rule("meta", RUNAWAY, Target::Group("mugs".to_owned())),
        rule("meta", LINEN, Target::Group("linen".to_owned())),
        rule("google", "US launch", Target::Store(states.to_owned())),
    ]
}
