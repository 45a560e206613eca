//! Where the made-up shop sells to: tax, gateways and what a parcel costs there.

use super::chance::Chance;
use crate::base::Day;

pub struct Place {
    pub country: &'static str,
    pub region: Option<&'static str>,
    pub weight: i64,
    /// What a label up to a kilogram costs, and each further one.
    pub label_minor: i64,
    pub label_more_minor: i64,
}

const fn place(country: &'static str, weight: i64, label: (i64, i64)) -> Place {
    let (label_minor, label_more_minor) = label;
    Place { country, region: None, weight, label_minor, label_more_minor }
}

const fn state(region: &'static str, weight: i64) -> Place {
    let region = Some(region);
    Place { country: "US", region, weight, label_minor: 560, label_more_minor: 140 }
}

pub static EUROPE: &[Place] = &[
    place("EE", 300, (285, 40)),
    place("DE", 210, (540, 110)),
    place("LV", 120, (355, 50)),
    place("LT", 90, (355, 50)),
    place("FR", 70, (720, 150)),
    place("NL", 60, (610, 120)),
    place("AT", 50, (640, 120)),
    place("PL", 50, (430, 90)),
    place("IT", 30, (760, 160)),
    place("IE", 20, (890, 210)),
];

pub static STATES: &[Place] = &[
    state("CA", 260),
    state("NY", 200),
    state("TX", 190),
    state("FL", 140),
    state("WA", 110),
    state("OR", 100),
];

pub fn draw(chance: &mut Chance, places: &'static [Place]) -> &'static Place {
    &places[chance.weighted(places.iter().map(|place| place.weight))]
}

/// VAT in hundredths of a percent from a day on; also the seller's rules.
pub static VAT: &[(&str, i64, &str)] = &[
    ("EE", 2_200, "2024-01-01"),
    ("EE", 2_400, "2025-07-01"),
    ("DE", 1_900, "2021-01-01"),
    ("LV", 2_100, "2012-07-01"),
    ("LT", 2_100, "2009-09-01"),
    ("FR", 2_000, "2014-01-01"),
    ("NL", 2_100, "2012-10-01"),
    ("AT", 2_000, "1984-01-01"),
    ("PL", 2_300, "2011-01-01"),
    ("IT", 2_200, "2013-10-01"),
    ("IE", 2_300, "2021-03-01"),
];

const SALES_TAX: &[(&str, i64)] =
    &[("CA", 725), ("NY", 888), ("TX", 625), ("FL", 600), ("WA", 1_025), ("OR", 0)];

impl Place {
    /// Hundredths of a percent: VAT inside the price, or sales tax on top of it.
    pub fn tax(&self, day: Day) -> i64 {
        if let Some(region) = self.region {
            let found = SALES_TAX.iter().find(|(name, _)| *name == region);
            return found.map_or(0, |(_, rate)| *rate);
        }
        let in_force = |from: &str| Day::parse(from).is_ok_and(|from| from <= day);
        let mut rates =
            VAT.iter().filter(|(name, _, from)| *name == self.country && in_force(from));
        rates.next_back().map_or(0, |(_, rate, _)| *rate)
    }

    pub fn label(&self, grams: i64) -> i64 {
        self.label_minor + self.label_more_minor * (grams - 1).max(0).div_euclid(1_000)
    }
}

/// How buyers pay.
pub struct Gateway {
    pub name: &'static str,
    weight: i64,
    /// Hundredths of a percent, and minor units.
    pub fee: (i64, i64),
    /// Of a thousand payments, how many tell their real fee.
    pub told_per_mille: i64,
}

const fn gateway(name: &'static str, weight: i64, fee: (i64, i64), told_per_mille: i64) -> Gateway {
    Gateway { name, weight, fee, told_per_mille }
}

/// No rule fits a bank transfer, so its fee is missing.
pub const NO_RULE_GATEWAY: &str = "bank_transfer";

/// Pays out every week, and tells what each payout is made of.
pub const PROCESSOR: &str = "shopify_payments";

pub static EURO_GATEWAYS: &[Gateway] = &[
    gateway("stripe", 640, (150, 25), 1_000),
    gateway("paypal", 210, (249, 35), 700),
    gateway("klarna", 120, (329, 20), 0),
    gateway(NO_RULE_GATEWAY, 30, (0, 0), 0),
];

pub static DOLLAR_GATEWAYS: &[Gateway] = &[
    gateway(PROCESSOR, 720, (290, 30), 1_000),
    gateway("paypal", 220, (349, 49), 700),
    gateway("afterpay", 60, (600, 30), 0),
];

pub fn draw_gateway(chance: &mut Chance, gateways: &'static [Gateway]) -> &'static Gateway {
    &gateways[chance.weighted(gateways.iter().map(|gateway| gateway.weight))]
}
