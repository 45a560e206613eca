//! Reports of made-up shops, as the program reads them out of its rollups and lines, against the
//! same reports worked out in memory.

use std::collections::BTreeMap;

use proptest::prelude::*;
use purser::base::DayRange;
use purser::base::id::StoreId;
use purser::domain::ask::{AdsMode, Ask, Basis, Key, Scope};
use purser::domain::profit::component::Component;
use purser::domain::profit::figures::Figures;
use purser::domain::record::Record;
use purser::domain::report::{Report, ReportRow};

use super::facts::{DAYS, Facts, any_facts, first_day};
use super::plain::{Name, Plain};
use crate::kit::desk::Desk;
use crate::kit::tape::{Tape, config, numbers};

/// Every record of the shop, those of a store with its name.
pub fn list_records(facts: &Facts) -> Vec<(Option<&'static str>, Vec<Record>)> {
    let mut list: Vec<(Option<&str>, Vec<Record>)> = Vec::new();
    for (index, (name, _)) in facts.stores.iter().enumerate() {
        let mut records: Vec<Record> = Vec::new();
        let of = |store: &usize| *store == index;
        records.extend(
            facts
                .orders
                .iter()
                .filter(|(store, _)| of(store))
                .map(|(_, order)| order)
                .map(|order| Record::Order(Box::new(order.clone()))),
        );
        let charges = facts.charges.iter().filter(|(store, _)| of(store));
        records.extend(charges.map(|(_, charge)| Record::Charge(charge.clone())));
        let payouts = facts.payouts.iter().filter(|(store, _)| of(store));
        records.extend(payouts.map(|(_, payout)| Record::Payout(payout.clone())));
        let labels = facts.labels.iter().filter(|(store, _)| of(store));
        records.extend(labels.map(|(_, label)| Record::Label(Box::new(label.clone()))));
        list.push((Some(name), records));
    }
    let mut records = vec![Record::Rules(Box::new(facts.rules.clone()))];
    records.extend(facts.costs.iter().cloned().map(Record::Cost));
    records.extend(facts.rates.iter().cloned().map(Record::Rate));
    records.extend(facts.spends.iter().cloned().map(Record::AdSpend));
    records.extend(facts.expenses.iter().cloned().map(Record::Expense));
    list.push((None, records));
    list
}

pub fn open_desk(facts: &Facts) -> Desk {
    let mut desk = Desk::new(facts.reporting, &facts.zone);
    for (name, currency) in &facts.stores {
        desk.add_store(name, *currency);
    }
    desk.register_for_vat(facts.vat_registered);
    desk
}

fn name_of(row: &ReportRow, by: &[Key]) -> Name {
    let part = |name| row.key(name).unwrap_or("–").to_owned();
    by.iter()
        .map(|key| match key {
            Key::Order => Some(format!("{} {}", part("store"), part("order"))),
            Key::Line => Some(format!("{} {} {}", part("store"), part("order"), part("line"))),
            key => row.key(key.name()).map(str::to_owned),
        })
        .collect()
}

fn check(plain: &Plain<'_>, desk: &Desk, ask: &Ask, range: DayRange) -> Result<(), String> {
    let report = desk.report(ask, range.to);
    let expected = plain.answer(ask, range);
    let mut rows: BTreeMap<Name, Figures> = BTreeMap::new();
    for row in &report.rows {
        let name = name_of(row, &ask.by);
        if rows.insert(name.clone(), row.figures).is_some() {
            return Err(format!("{name:?} stands twice"));
        }
    }
    for name in rows.keys().chain(expected.rows.keys()) {
        same(rows.get(name), expected.rows.get(name))
            .map_err(|fault| format!("{name:?}{fault}"))?;
    }
    same(Some(&report.unallocated), Some(&expected.unallocated))
        .map_err(|fault| format!("unallocated{fault}"))?;
    same(Some(&report.total), Some(&expected.total)).map_err(|fault| format!("total{fault}"))?;
    adds_up(&report)
}

fn same(found: Option<&Figures>, expected: Option<&Figures>) -> Result<(), String> {
    if found == expected {
        return Ok(());
    }
    let (Some(found), Some(expected)) = (found, expected) else {
        return Err(format!(": the program has {found:?}, expected is {expected:?}"));
    };
    let mut told = String::new();
    for component in Component::ALL {
        let (found, expected) = (found.get(component), expected.get(component));
        if found != expected {
            told += &format!("\n  {} is {found}, expected {expected}", component.name());
        }
    }
    let counts = |figures: &Figures| Figures { amounts: Default::default(), ..*figures };
    if counts(found) != counts(expected) {
        told += &format!("\n  {:?}\n  expected {:?}", counts(found), counts(expected));
    }
    Err(told)
}

/// rows + unallocated = total, whatever else is right or wrong.
fn adds_up(report: &Report) -> Result<(), String> {
    let mut sum = report.unallocated;
    report.rows.iter().for_each(|row| sum.add(&row.figures));
    if sum.amounts == report.total.amounts {
        return Ok(());
    }
    Err(format!("rows and unallocated are {sum:?}, the total is {:?}", report.total))
}

/// Every key by itself, and some of the pairs, under each way to ask.
fn list_asks(tape: &mut Tape<'_>, facts: &Facts, range: DayRange) -> Vec<Ask> {
    let mut keys: Vec<Vec<Key>> = vec![Vec::new()];
    keys.extend(Key::ALL.iter().map(|key| vec![*key]));
    for _ in 0..6 {
        let first = tape.below(Key::ALL.len());
        let second = (first + tape.within(1, Key::ALL.len() as i64 - 1) as usize) % Key::ALL.len();
        keys.push(vec![Key::ALL[first], Key::ALL[second]]);
    }
    let mut asks = Vec::new();
    for by in keys {
        for number in 0..8 {
            let mut ask = Ask::all(Scope::All).over(range).by(&by);
            ask.basis = if number & 1 == 0 { Basis::Event } else { Basis::Order };
            ask.ads = if number & 2 == 0 { AdsMode::Blended } else { AdsMode::Matched };
            ask.fully_loaded = number & 4 != 0;
            match tape.below(6) {
                1 => ask.store = Some(StoreId(tape.within(1, facts.stores.len() as i64))),
                2 => ask.scope = Scope::Stores(vec![StoreId(1), StoreId(3)]),
                _ => {}
            }
            asks.push(ask);
        }
    }
    asks
}

fn prove(tape: &[u32]) -> Result<(), TestCaseError> {
    let mut tape = Tape::new(tape);
    let cut = (tape.within(0, DAYS), tape.within(0, DAYS));
    let whole = tape.chance(50);
    let asks_from = tape.below(1 << 30) as u32;
    let facts = any_facts(&mut tape);
    let mut desk = open_desk(&facts);
    desk.at_once = [None, Some(1), Some(1_000_000)][asks_from as usize % 3];
    for (store, records) in list_records(&facts) {
        desk.take(store, records);
    }
    desk.settle();
    prop_assert_eq!(desk.verify(), Vec::<String>::new());
    let day = |number: i64| first_day().plus(number as i32);
    let range = match whole {
        true => DayRange { from: day(-60), to: day(80) },
        false => DayRange { from: day(cut.0.min(cut.1)), to: day(cut.0.max(cut.1)) },
    };
    // By the order's day a line that an edit added bears what was spent days later.
    let plain = Plain::new(&facts, DayRange { to: range.to.plus(DAYS as i32), ..range });
    let mixed: Vec<u32> = (0..400).map(|n: u32| mix(asks_from.wrapping_add(n))).collect();
    for ask in list_asks(&mut Tape::new(&mixed), &facts, range) {
        if let Err(fault) = check(&plain, &desk, &ask, range) {
            return Err(TestCaseError::fail(format!("{ask:?}\n{fault}\n{facts:#?}")));
        }
    }
    Ok(())
}

/// A number that has nothing to do with its neighbours.
fn mix(number: u32) -> u32 {
    let number = (number ^ (number >> 16)).wrapping_mul(0x45d9_f3b5);
    let number = (number ^ (number >> 16)).wrapping_mul(0x45d9_f3b5);
    number ^ (number >> 16)
}

proptest! {
    #![proptest_config(config(10))]

    #[test]
    fn reports_are_what_the_orders_come_to(tape in numbers(100..1_600)) {
        prove(&tape.0)?;
    }
}
