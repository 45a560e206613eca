//! A made-up shop: all that a seller may have told the program, read from a tape.

use purser::base::{Currency, Day, Decimal, Money, Zone};
use purser::domain::record::rate::RateSource;
use purser::domain::record::{
    AdSpend, Charge, ChargeClass, Cost, Every, ExchangeRate, Expense, Label, Order, Payout,
};
use purser::domain::rules::{
    CampaignRule, CostGuess, Group, HandlingCostRule, PaymentFeeRule, Per, Rules, ShippingCostRule,
    Target, VatRate,
};

use super::orders::make_order;
use crate::kit::tape::Tape;

pub const STORES: [&str; 3] = ["north", "south", "west"];
pub const SKUS: [&str; 4] = ["MUG-1", "MUG-2", "POT", "TEA"];
pub const COUNTRIES: [&str; 3] = ["DE", "AT", "US"];
pub const CAMPAIGNS: [&str; 3] = ["spring", "brand", "*"];
/// All that happens lies within so many days of the first of January.
pub const DAYS: i64 = 24;

#[derive(Clone, Debug)]
pub struct Facts {
    pub reporting: Currency,
    pub zone: Zone,
    pub vat_registered: bool,
    pub stores: Vec<(&'static str, Currency)>,
    /// With the index of the store.
    pub orders: Vec<(usize, Order)>,
    pub costs: Vec<Cost>,
    pub rates: Vec<ExchangeRate>,
    pub rules: Rules,
    pub spends: Vec<AdSpend>,
    pub expenses: Vec<Expense>,
    pub charges: Vec<(usize, Charge)>,
    pub payouts: Vec<(usize, Payout)>,
    pub labels: Vec<(usize, Label)>,
}

pub fn currency(code: &str) -> Currency {
    Currency::parse(code).unwrap()
}

pub fn any_currency(tape: &mut Tape<'_>) -> Currency {
    currency(tape.pick(&["EUR", "EUR", "USD", "JPY", "KWD"]))
}

pub fn first_day() -> Day {
    Day::parse("2026-01-01").unwrap()
}

pub fn any_day(tape: &mut Tape<'_>) -> Day {
    first_day().plus(tape.within(0, DAYS - 1) as i32)
}

fn decimal(minor: i64, digits: u32) -> Decimal {
    Decimal::from_minor(minor, digits)
}

pub fn any_facts(tape: &mut Tape<'_>) -> Facts {
    let zone = Zone::parse(tape.pick(&["UTC", "Asia/Tokyo", "America/New_York"])).unwrap();
    let n_stores = tape.within(1, 3) as usize;
    let stores: Vec<(&str, Currency)> =
        STORES[..n_stores].iter().map(|name| (*name, any_currency(tape))).collect();
    let mut facts = Facts {
        reporting: currency(tape.pick(&["EUR", "EUR", "USD", "JPY"])),
        zone,
        vat_registered: !tape.chance(15),
        stores,
        orders: Vec::new(),
        costs: many(tape, 6, any_cost),
        rates: many(tape, 10, any_rate),
        rules: any_rules(tape),
        spends: many(tape, 5, any_spend),
        expenses: many(tape, 4, any_expense),
        charges: Vec::new(),
        payouts: Vec::new(),
        labels: Vec::new(),
    };
    for number in 0..tape.below(4) {
        facts.charges.push((tape.below(n_stores), any_charge(tape, number)));
    }
    for number in 0..tape.below(3) {
        facts.payouts.push((tape.below(n_stores), any_payout(tape, number)));
    }
    // Last, because they are long: a tape that ends leaves orders out, not what is told of them.
    for number in 0..tape.within(1, 9) {
        let order = make_order(tape, &format!("o{number}"));
        facts.orders.push((tape.below(n_stores), order));
    }
    keep_last(&mut facts.costs, |cost| {
        let (sku, from, store, country) = cost.key();
        (sku.to_owned(), from, store.map(str::to_owned), country.map(str::to_owned))
    });
    keep_last(&mut facts.rates, |rate| (rate.day, rate.base, rate.quote, rate.source));
    keep_last(&mut facts.spends, |spend| {
        let (store, sku) = (spend.store.clone(), spend.sku.clone());
        (spend.day, spend.platform.clone(), spend.campaign.clone(), store, sku)
    });
    keep_last(&mut facts.expenses, |row| (row.name.clone(), row.from, row.store.clone()));
    facts
}

fn many<T>(tape: &mut Tape<'_>, most: usize, make: fn(&mut Tape<'_>) -> T) -> Vec<T> {
    (0..tape.below(most + 1)).map(|_| make(tape)).collect()
}

/// A row replaces an earlier one of its key.
fn keep_last<T, K: PartialEq>(rows: &mut Vec<T>, key: impl Fn(&T) -> K) {
    let keys: Vec<K> = rows.iter().map(&key).collect();
    let mut index = 0;
    rows.retain(|_| {
        index += 1;
        !keys[index..].contains(&keys[index - 1])
    });
}

pub fn any_cost(tape: &mut Tape<'_>) -> Cost {
    Cost {
        sku: tape.pick(&SKUS).to_owned(),
        valid_from: any_day(tape).plus(-10),
        unit_cost: decimal(tape.within(0, 30_000), 3),
        currency: any_currency(tape),
        store: tape.maybe(25, |tape| tape.pick(&STORES).to_owned()),
        country: tape.maybe(25, |tape| tape.pick(&COUNTRIES).to_owned()),
    }
}

pub fn any_rate(tape: &mut Tape<'_>) -> ExchangeRate {
    let codes = ["EUR", "USD", "JPY", "KWD"];
    let base = tape.below(codes.len());
    let quote = (base + tape.within(1, 3) as usize) % codes.len();
    ExchangeRate {
        day: any_day(tape).plus(-12),
        base: currency(codes[base]),
        quote: currency(codes[quote]),
        rate: decimal(tape.within(1, 2_000_000), 4),
        source: tape.pick(&[RateSource::Own, RateSource::Ecb]),
    }
}

pub fn any_spend(tape: &mut Tape<'_>) -> AdSpend {
    AdSpend {
        day: any_day(tape),
        platform: tape.pick(&["meta", "google"]).to_owned(),
        campaign: tape.pick(&["spring", "brand", "summer"]).to_owned(),
        amount: Money::new(tape.within(-500, 20_000), any_currency(tape)),
        whole_campaign: false,
        // One that there is not, too.
        store: tape.maybe(30, |tape| tape.pick(&["north", "south", "west", "gone"]).to_owned()),
        sku: tape.maybe(30, |tape| tape.pick(&["MUG-1", "POT", "NEVER"]).to_owned()),
        country: None,
        impressions: None,
        clicks: None,
        conversions: None,
        conversion_value: None,
    }
}

pub fn any_expense(tape: &mut Tape<'_>) -> Expense {
    let from = any_day(tape).plus(-tape.within(0, 40) as i32);
    Expense {
        name: tape.pick(&["rent", "tools", "fair"]).to_owned(),
        amount: Money::new(tape.within(-1_000, 100_000), any_currency(tape)),
        from,
        to: tape.maybe(40, |tape| from.plus(tape.within(0, 60) as i32)),
        every: tape.pick(&Every::ALL),
        store: tape.maybe(40, |tape| tape.pick(&["north", "south", "west", "gone"]).to_owned()),
        category: None,
    }
}

pub fn any_charge(tape: &mut Tape<'_>, number: usize) -> Charge {
    Charge {
        key: format!("charge-{number}"),
        day: any_day(tape),
        kind: "storage".to_owned(),
        class: tape.pick(&ChargeClass::ALL),
        amount: Money::new(tape.within(-5_000, 500), any_currency(tape)),
        sku: tape.maybe(40, |tape| tape.pick(&["MUG-1", "POT", "STORED"]).to_owned()),
        payout: None,
        label: "settlement 1".to_owned(),
        family: None,
        estimate: None,
    }
}

pub fn any_payout(tape: &mut Tape<'_>, number: usize) -> Payout {
    Payout {
        id: format!("payout-{number}"),
        currency: any_currency(tape),
        from: None,
        to: None,
        deposited: tape.maybe(90, any_day),
        status: None,
        due: None,
        stated_minor: tape.within(0, 100_000),
        rows: 0,
        parts: Vec::new(),
        received: tape.maybe(80, |tape| Money::new(tape.within(0, 100_000), any_currency(tape))),
    }
}

pub fn any_rules(tape: &mut Tape<'_>) -> Rules {
    let country =
        |tape: &mut Tape<'_>| tape.maybe(60, |tape| tape.pick(&["DE", "AT", "US", "*"]).to_owned());
    let mut rules = Rules::default();
    for _ in 0..tape.below(3) {
        rules.payment_fees.push(PaymentFeeRule {
            gateway: tape.maybe(50, |tape| tape.pick(&["stripe", "paypal", "*"]).to_owned()),
            currency: tape.maybe(30, |tape| tape.pick(&["EUR", "USD", "*"]).to_owned()),
            percent: tape.maybe(80, |tape| decimal(tape.within(0, 500), 2)),
            fixed: tape.maybe(60, |tape| decimal(tape.within(0, 500), 3)),
            minimum: tape.maybe(20, |tape| decimal(tape.within(0, 3), 0)),
            maximum: tape.maybe(20, |tape| decimal(tape.within(4, 9), 0)),
            returned_on_refund_percent: tape.maybe(50, |tape| decimal(tape.within(0, 100), 0)),
        });
    }
    for _ in 0..tape.below(3) {
        rules.shipping_costs.push(ShippingCostRule {
            country: country(tape),
            up_to_grams: tape.maybe(40, |tape| tape.within(0, 2_000)),
            cost: decimal(tape.within(0, 12_000), 3),
            currency: any_currency(tape),
            per: tape.pick(&[Per::Order, Per::Item]),
        });
    }
    for _ in 0..tape.below(3) {
        rules.handling_costs.push(HandlingCostRule {
            per: tape.pick(&[Per::Order, Per::Item]),
            cost: decimal(tape.within(0, 2_000), 3),
            currency: any_currency(tape),
        });
    }
    for _ in 0..tape.below(4) {
        rules.vat_rates.push(VatRate {
            country: country(tape),
            rate: decimal(tape.within(0, 250), 1),
            from: tape.maybe(50, |tape| any_day(tape).plus(-5)),
        });
    }
    for _ in 0..tape.below(3) {
        rules.campaigns.push(CampaignRule {
            platform: tape.maybe(40, |tape| tape.pick(&["meta", "google"]).to_owned()),
            campaign: tape.maybe(60, |tape| tape.pick(&CAMPAIGNS).to_owned()),
            target: match tape.below(3) {
                0 => Target::Sku(tape.pick(&SKUS).to_owned()),
                1 => Target::Group(tape.pick(&["mugs", "hot", "none"]).to_owned()),
                _ => Target::Store(tape.pick(&STORES).to_owned()),
            },
        });
    }
    if tape.chance(60) {
        rules.groups.push(Group { name: "mugs".to_owned(), sku_prefix: "MUG-".to_owned() });
    }
    if tape.chance(40) {
        let sku_prefix = tape.pick(&["T", "P", ""]).to_owned();
        rules.groups.push(Group { name: "hot".to_owned(), sku_prefix });
    }
    if tape.chance(25) {
        rules.cost_guesses.push(CostGuess {
            group: tape.maybe(50, |tape| tape.pick(&["mugs", "hot"]).to_owned()),
            percent: decimal(tape.within(0, 1_000), 1),
        });
    }
    rules
}
