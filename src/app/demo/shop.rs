//! The whole made-up shop as records: two stores, twelve months. Pure: the same seed, number of
//! orders and moment give the same shop.

use std::collections::VecDeque;

use super::calendar::Calendar;
use super::chance::{Chance, Stream};
use super::order::{self, Fate, Side, Slot};
use super::place::{DOLLAR_GATEWAYS, EURO_GATEWAYS, EUROPE, STATES};
use super::{books, payouts, purchases, refund, spend};
use crate::base::time::TimeError;
use crate::base::{Currency, Instant, Zone};
use crate::domain::record::{Order, Record};

pub const ZONE: &str = "Europe/Tallinn";
pub const EUROPE_STORE: &str = "Harbour & Hearth";
pub const STATES_STORE: &str = "Harbour & Hearth US";
/// Of a thousand orders, how many the European store has.
const EUROPE_PER_MILLE: i64 = 680;
/// So long after the first order its exchange goes out.
const EXCHANGE_AFTER_S: i64 = 9 * 86_400;
const FIRST_NUMBER: i64 = 1_001;

#[derive(Clone, Copy, Debug)]
pub struct Asked {
    pub orders: i64,
    pub seed: u64,
    pub now: Instant,
}

#[derive(Debug, PartialEq)]
pub struct Shop {
    /// In the order in which they are made: the first one sets currency and zone.
    pub stores: Vec<ShopStore>,
    /// What belongs to no store.
    pub common: Vec<Record>,
}

impl Shop {
    pub fn count_orders(&self) -> i64 {
        let records = self.stores.iter().flat_map(|store| &store.records);
        records.filter(|record| matches!(record, Record::Order(_))).count() as i64
    }
}

#[derive(Debug, PartialEq)]
pub struct ShopStore {
    pub name: &'static str,
    pub currency: Currency,
    pub zone: Zone,
    pub records: Vec<Record>,
    /// What its card processor tells.
    pub payments: Vec<Record>,
}

#[derive(Debug, thiserror::Error)]
pub enum ShopError {
    #[error(transparent)]
    Zone(#[from] TimeError),
    #[error(transparent)]
    Currency(#[from] crate::base::currency::UnknownCurrency),
}

/// # Errors
/// None that this program's own zones and currencies could cause.
pub fn make(asked: &Asked) -> Result<Shop, ShopError> {
    let dollar = Currency::parse("USD")?;
    let sides = [
        Side {
            name: EUROPE_STORE,
            currency: Currency::EUR,
            zone: ZONE,
            places: EUROPE,
            gateways: EURO_GATEWAYS,
            taxes_included: true,
        },
        Side {
            name: STATES_STORE,
            currency: dollar,
            zone: "America/New_York",
            places: STATES,
            gateways: DOLLAR_GATEWAYS,
            taxes_included: false,
        },
    ];
    let calendar = Calendar::new(asked.now, Zone::parse(ZONE)?);
    let days = calendar.spread(asked.orders, asked.seed);
    let mut shelves = [Shelf::default(), Shelf::default()];
    let mut index = 0;
    for (number, (day, count)) in days.iter().enumerate() {
        let mut chance = Chance::new(asked.seed, Stream::Calendar, (1 << 32) + number as u64);
        for at in calendar.instants(*day, *count, &mut chance) {
            let which = usize::from(!chance.happens(EUROPE_PER_MILLE));
            shelves[which].add(&sides[which], (index, at), &calendar, asked.seed);
            index += 1;
        }
    }
    let mut stores = Vec::with_capacity(sides.len());
    for (side, shelf) in sides.iter().zip(shelves) {
        let payments = payouts::tell(&shelf.orders, side.currency, &calendar);
        let mut records = books::charges(&calendar, side.name, side.currency);
        records.extend(shelf.orders.into_iter().map(|order| Record::Order(Box::new(order))));
        let zone = Zone::parse(side.zone)?;
        let (name, currency) = (side.name, side.currency);
        stores.push(ShopStore { name, currency, zone, records, payments });
    }
    let names = spend::Stores { europe: EUROPE_STORE, states: STATES_STORE, dollar };
    let mut common = books::rates(&calendar, asked.seed, dollar);
    common.push(books::rules(STATES_STORE, dollar));
    common.extend(books::costs(&calendar, asked.seed, STATES_STORE, dollar));
    common.extend(purchases::list(&calendar, asked.orders));
    common.extend(books::expenses(&calendar, asked.orders, STATES_STORE));
    common.extend(spend::list(&calendar, &days, asked.seed, &names));
    Ok(Shop { stores, common })
}

/// The orders of one store so far.
#[derive(Default)]
struct Shelf {
    orders: Vec<Order>,
    /// Places in `orders` whose goods will be exchanged.
    waiting: VecDeque<usize>,
}

impl Shelf {
    fn add(&mut self, side: &Side, (index, at): (u64, Instant), calendar: &Calendar, seed: u64) {
        let slot = Slot { index, number: FIRST_NUMBER + self.orders.len() as i64, at };
        let order = self
            .make_exchange(side, slot, calendar, seed)
            .unwrap_or_else(|| order::make(side, slot, calendar, seed));
        if Fate::of(index) == Fate::Exchanged && order.refunds.is_empty() && order.counts() {
            self.waiting.push_back(self.orders.len());
        }
        self.orders.push(order);
    }

    /// The next usual order after a while stands for an exchange.
    fn make_exchange(
        &mut self,
        side: &Side,
        slot: Slot,
        calendar: &Calendar,
        seed: u64,
    ) -> Option<Order> {
        let first = self.waiting.front().copied()?;
        let due = self.orders[first].placed_at.plus_seconds(EXCHANGE_AFTER_S);
        if Fate::of(slot.index) != Fate::Usual || slot.at < due {
            return None;
        }
        self.waiting.pop_front();
        let mut chance = Chance::new(seed, Stream::Order, slot.index);
        let country = self.orders[first].country.clone();
        let place = side.places.iter().find(|place| Some(place.country) == country.as_deref())?;
        let first = &mut self.orders[first];
        let mut second = refund::exchange(first, side, slot, place)?;
        super::basket::tax(&mut second, place.tax(calendar.day_of(slot.at)));
        refund::pay_exchange(&mut second);
        order::send(&mut chance, &mut second, place, false);
        Some(second)
    }
}
