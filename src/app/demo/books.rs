//! What belongs to no order: unit costs that change, expenses, monthly charges, exchange rates,
//! and the seller's rules, with the gaps that sellers leave.

use super::basket::share;
use super::calendar::Calendar;
use super::catalogue::{PRODUCTS, Product, SAMPLE_COST_E4, SAMPLE_SKU};
use super::chance::{Chance, Stream};
use super::place::{EURO_GATEWAYS, NO_RULE_GATEWAY, PROCESSOR, VAT};
use super::spend;
use crate::base::{Currency, Day, Decimal, Money};
use crate::domain::record::rate::RateSource;
use crate::domain::record::{Charge, ChargeClass, Cost, Every, ExchangeRate, Expense, Record};
use crate::domain::rules::{
    Group, HandlingCostRule, PaymentFeeRule, Per, Rules, ShippingCostRule, VatRate,
};

/// Digits of a unit cost behind the point.
const COST_DIGITS: u32 = 4;
/// The shop for which the expenses below are meant; another one's are in proportion.
const ORDERS_USUAL: i64 = 10_000;

/// Costs go up twice a year for most products, and steeply for two of them.
pub fn costs(calendar: &Calendar, seed: u64, states: &str, dollar: Currency) -> Vec<Record> {
    let mut records = Vec::new();
    let from = calendar.range.from.plus(-30);
    for (index, product) in PRODUCTS.iter().enumerate() {
        let mut chance = Chance::new(seed, Stream::Costs, index as u64);
        let Some(first_e4) = product.cost_e4 else { continue };
        let mut cost_e4 = first_e4;
        records.push(cost(product.sku, from, cost_e4));
        for months in [4, 8] {
            if is_steep(product) || chance.happens(550) {
                let rise = if is_steep(product) { 1_110 } else { chance.between(985, 1_065) };
                cost_e4 = share(cost_e4, rise, 1_000);
                let day = from.plus_months(months).plus(chance.below(20) as i32);
                records.push(cost(product.sku, day, cost_e4));
            }
        }
        // Some goods for the States are made there.
        if index % 6 == 1 {
            records.push(Record::Cost(Cost {
                store: Some(states.to_owned()),
                currency: dollar,
                ..cost_of(product.sku, from, share(first_e4, 109, 100))
            }));
        }
    }
    records.push(cost(SAMPLE_SKU, from, SAMPLE_COST_E4));
    records
}

/// Products whose cost has overtaken their price.
fn is_steep(product: &Product) -> bool {
    matches!(product.sku, "TEA-POT" | "BRD-BLOCK")
}

fn cost(sku: &str, valid_from: Day, cost_e4: i64) -> Record {
    Record::Cost(cost_of(sku, valid_from, cost_e4))
}

fn cost_of(sku: &str, valid_from: Day, cost_e4: i64) -> Cost {
    Cost {
        sku: sku.to_owned(),
        valid_from,
        unit_cost: Decimal::from_minor(cost_e4, COST_DIGITS),
        currency: Currency::EUR,
        store: None,
        country: None,
    }
}

pub fn expenses(calendar: &Calendar, orders: i64, states: &str) -> Vec<Record> {
    let first = calendar.range.from;
    let fair = calendar.range.from.plus(200);
    let expense = |name: &str, minor: i64, from: Day, every: Every, category: &str| Expense {
        name: name.to_owned(),
        amount: Money::new(share(minor, orders, ORDERS_USUAL).max(1), Currency::EUR),
        from,
        to: None,
        every,
        store: None,
        category: Some(category.to_owned()),
    };
    let list = vec![
        expense("Rent, workshop", 105_000, first, Every::Month, "premises"),
        expense("Part-time help", 215_000, first, Every::Month, "people"),
        expense("Bookkeeping", 22_000, first, Every::Month, "office"),
        expense("Software", 8_900, first, Every::Month, "office"),
        expense("Insurance", 98_000, calendar.range.from, Every::Year, "office"),
        expense("Stand at the design fair", 185_000, fair, Every::Once, "marketing"),
        Expense {
            store: Some(states.to_owned()),
            ..expense(
                "Photographs for the US launch",
                64_000,
                fair.plus(30),
                Every::Once,
                "marketing",
            )
        },
    ];
    list.into_iter().map(Record::Expense).collect()
}

/// What the platform takes every month, whatever was sold.
pub fn charges(calendar: &Calendar, store: &str, currency: Currency) -> Vec<Record> {
    let charge = |day: Day| Charge {
        key: format!("subscription {}", day.month_text()),
        day,
        kind: "subscription".to_owned(),
        class: ChargeClass::PeriodFee,
        amount: Money::new(-2_900, currency),
        sku: None,
        payout: None,
        label: format!("platform subscription of {store}"),
        family: None,
        estimate: None,
    };
    calendar.months().map(|day| Record::Charge(charge(day))).collect()
}

/// Dollars for a euro on every working day, wandering slowly.
pub fn rates(calendar: &Calendar, seed: u64, dollar: Currency) -> Vec<Record> {
    let mut chance = Chance::new(seed, Stream::Rates, 0);
    let mut rate_e4 = 10_900;
    let mut records = Vec::new();
    let mut day = calendar.range.from.plus(-7);
    while day <= calendar.range.to {
        if day.weekday() < 5 {
            // Back towards the middle the further it is away.
            let pull = (10_900 - rate_e4) / 80;
            rate_e4 += chance.between(-55, 55) + pull;
            records.push(Record::Rate(ExchangeRate {
                day,
                base: Currency::EUR,
                quote: dollar,
                rate: Decimal::from_minor(rate_e4, 4),
                source: RateSource::Ecb,
            }));
        }
        day = day.plus(1);
    }
    records
}

/// Rules for most of what no record tells; bank transfers and some countries have none.
pub fn rules(states: &str, dollar: Currency) -> Record {
    Record::Rules(Box::new(Rules {
        payment_fees: payment_fees(dollar),
        shipping_costs: shipping_costs(dollar),
        handling_costs: vec![
            HandlingCostRule { per: Per::Order, cost: cents(45), currency: Currency::EUR },
            HandlingCostRule { per: Per::Item, cost: cents(12), currency: Currency::EUR },
        ],
        vat_rates: VAT
            .iter()
            .map(|(country, hundredths, from)| VatRate {
                country: Some((*country).to_owned()),
                rate: cents(*hundredths),
                from: Day::parse(from).ok(),
            })
            .collect(),
        campaigns: spend::rules(states),
        groups: [("mugs", "MUG-"), ("linen", "LIN-"), ("boards", "BRD-"), ("candles", "CAN-")]
            .map(|(name, prefix)| Group { name: name.to_owned(), sku_prefix: prefix.to_owned() })
            .to_vec(),
        bundles: vec![super::stock::bundle()],
        ..Rules::default()
    }))
}

fn cents(minor: i64) -> Decimal {
    Decimal::from_minor(minor, 2)
}

fn payment_fees(dollar: Currency) -> Vec<PaymentFeeRule> {
    let rule = |gateway: &str, currency: Currency, (percent, fixed): (i64, i64), back: i64| {
        PaymentFeeRule {
            gateway: Some(gateway.to_owned()),
            currency: Some(currency.code().to_owned()),
            percent: Some(cents(percent)),
            fixed: Some(cents(fixed)),
            minimum: None,
            maximum: None,
            returned_on_refund_percent: Some(Decimal::from_minor(back, 0)),
        }
    };
    let mut rules: Vec<PaymentFeeRule> = EURO_GATEWAYS
        .iter()
        .filter(|gateway| gateway.name != NO_RULE_GATEWAY)
        .map(|gateway| {
            let back = if gateway.name == "klarna" { 100 } else { 0 };
            rule(gateway.name, Currency::EUR, gateway.fee, back)
        })
        .collect();
    rules.push(rule(PROCESSOR, dollar, (290, 30), 0));
    rules.push(rule("paypal", dollar, (349, 49), 0));
    rules.push(rule("afterpay", dollar, (600, 30), 100));
    rules
}

fn shipping_costs(dollar: Currency) -> Vec<ShippingCostRule> {
    let rule = |country: &str, up_to_grams: i64, minor: i64, currency: Currency| ShippingCostRule {
        country: Some(country.to_owned()),
        up_to_grams: Some(up_to_grams),
        cost: cents(minor),
        currency,
        per: Per::Order,
    };
    vec![
        rule("EE", 2_000, 310, Currency::EUR),
        rule("EE", 10_000, 480, Currency::EUR),
        rule("LV", 10_000, 390, Currency::EUR),
        rule("LT", 10_000, 390, Currency::EUR),
        rule("DE", 2_000, 590, Currency::EUR),
        rule("DE", 10_000, 980, Currency::EUR),
        rule("US", 2_000, 640, dollar),
        rule("US", 10_000, 1_150, dollar),
    ]
}
