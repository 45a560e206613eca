//! Any sequence of edits, in any order, ends where the final facts alone lead: imports in pieces,
//! changes by hand, imports taken back, books made now and then or only at the end.

use std::collections::BTreeMap;

use proptest::prelude::*;
use purser::base::id::ImportId;
use purser::base::{DayRange, Instant, Money};
use purser::domain::ask::{AdsMode, Ask, Basis, Key, Scope};
use purser::domain::record::{
    AdSpend, Charge, Cost, ExchangeRate, Expense, Label, Order, Payout, Record, SourceKind,
};
use purser::domain::rules::Rules;
use purser::store::changes::By;
use purser::sync::edit;

use super::differential::{list_records, open_desk};
use super::facts::{
    Facts, any_charge, any_cost, any_currency, any_expense, any_payout, any_rate, any_rules,
    any_spend, currency, first_day,
};
use super::orders::make_order;
use crate::kit::desk::Desk;
use crate::kit::tape::{Tape, config, numbers};

/// One thing that is told, with what tells it from others.
#[derive(Clone, Debug, PartialEq)]
enum Fact {
    Order(usize, Box<Order>),
    Charge(usize, Charge),
    Payout(usize, Payout),
    Cost(Cost),
    Rate(ExchangeRate),
    Spend(AdSpend),
    Expense(Expense),
    Rules(Box<Rules>),
    Label(usize, Label),
}

impl Fact {
    fn key(&self) -> String {
        match self {
            Self::Order(store, order) => {
                format!("order {store} {} {:?} {}", order.id, order.source.kind, order.source.part)
            }
            Self::Label(store, label) => format!("label {store} {}", label.key),
            Self::Charge(store, charge) => format!("charge {store} {}", charge.key),
            Self::Payout(store, payout) => {
                format!("payout {store} {} {}", payout.id, payout.currency.code())
            }
            Self::Cost(cost) => format!("cost {:?}", cost.key()),
            Self::Rate(rate) => {
                format!("rate {} {:?}", rate.day, (rate.base, rate.quote, rate.source))
            }
            Self::Spend(row) => format!(
                "spend {} {:?}",
                row.day,
                (&row.platform, &row.campaign, &row.store, &row.sku)
            ),
            Self::Expense(row) => format!("expense {} {:?}", row.from, (&row.name, &row.store)),
            Self::Rules(_) => "rules".to_owned(),
        }
    }

    fn store(&self) -> Option<usize> {
        match self {
            Self::Order(store, _)
            | Self::Charge(store, _)
            | Self::Payout(store, _)
            | Self::Label(store, _) => Some(*store),
            _ => None,
        }
    }

    fn record(&self) -> Record {
        match self.clone() {
            Self::Order(_, order) => Record::Order(order),
            Self::Charge(_, charge) => Record::Charge(charge),
            Self::Payout(_, payout) => Record::Payout(payout),
            Self::Cost(cost) => Record::Cost(cost),
            Self::Rate(rate) => Record::Rate(rate),
            Self::Spend(spend) => Record::AdSpend(spend),
            Self::Expense(expense) => Record::Expense(expense),
            Self::Rules(rules) => Record::Rules(rules),
            Self::Label(_, label) => Record::Label(Box::new(label)),
        }
    }
}

/// One of them may be a parcel of another, or an order of its own.
const ORDERS: [&str; 6] = ["o0", "o1", "o2", "o0-2", "o4", "o5"];

/// An order as one of its sources tells it.
fn any_document(tape: &mut Tape<'_>, number: usize) -> Order {
    let mut order = make_order(tape, ORDERS[number]);
    let (kind, part) = tape.pick(&[
        (SourceKind::OrdersFile, ""),
        (SourceKind::OrdersFile, ""),
        (SourceKind::Settlement, "A"),
        (SourceKind::Settlement, "B"),
        (SourceKind::Api, ""),
    ]);
    (order.source.kind, order.source.part) = (kind, part.to_owned());
    order.currency = currency(["EUR", "USD"][number % 2]);
    order
}

fn any_label(tape: &mut Tape<'_>, number: usize) -> Label {
    Label {
        key: format!("label-{number}"),
        order: tape.pick(&["o0", "#o1", "o2", "o0-2", "o1-1", "o7"]).to_owned(),
        store: None,
        at: Instant::parse("2026-01-12T10:00:00Z").unwrap(),
        cost: Money::new(tape.within(1, 900), any_currency(tape)),
        voided: tape.chance(20),
        is_return: tape.chance(20),
        estimated: tape.chance(20),
        tracking: None,
        carrier: None,
    }
}

/// What was said of one thing, layer by layer: by an import, or by hand. The topmost counts; one
/// without a fact says that there is none.
type Layers = Vec<(Option<ImportId>, Option<Fact>)>;

/// A shop while it is edited, and what must be known of it.
struct Course {
    desk: Desk,
    facts: Facts,
    layers: BTreeMap<String, Layers>,
    imports: Vec<ImportId>,
    told: Vec<String>,
}

impl Course {
    fn new(tape: &mut Tape<'_>) -> Self {
        let mut facts = super::facts::any_facts(tape);
        facts.orders.clear();
        facts.costs.clear();
        facts.rates.clear();
        facts.spends.clear();
        facts.expenses.clear();
        facts.charges.clear();
        facts.payouts.clear();
        facts.labels.clear();
        facts.rules = Rules::default();
        let desk = open_desk(&facts);
        Self { desk, facts, layers: BTreeMap::new(), imports: Vec::new(), told: Vec::new() }
    }

    fn step(&mut self, tape: &mut Tape<'_>) {
        match tape.below(12) {
            0..6 => self.import(tape),
            6 | 7 => self.undo(tape),
            8 => self.cost_by_hand(tape),
            9 => self.rules_by_hand(tape),
            10 => self.organisation(tape),
            _ => {
                self.told.push("books".to_owned());
                self.desk.settle();
            }
        }
    }

    fn any_fact(&self, tape: &mut Tape<'_>) -> Fact {
        let n_stores = self.facts.stores.len();
        match tape.below(11) {
            0..4 => {
                let number = tape.below(ORDERS.len());
                Fact::Order(number % n_stores, Box::new(any_document(tape, number)))
            }
            4 => Fact::Cost(any_cost(tape)),
            5 => Fact::Rate(any_rate(tape)),
            6 => Fact::Spend(any_spend(tape)),
            7 => Fact::Expense(any_expense(tape)),
            8 => Fact::Rules(Box::new(any_rules(tape))),
            _ => {
                let (store, number) = (tape.below(n_stores), tape.below(2));
                match tape.below(3) {
                    0 => Fact::Label(store, any_label(tape, number)),
                    1 => Fact::Charge(store, any_charge(tape, number)),
                    _ => Fact::Payout(store, any_payout(tape, number)),
                }
            }
        }
    }

    fn import(&mut self, tape: &mut Tape<'_>) {
        let first = self.any_fact(tape);
        let mut batch = BTreeMap::from([(first.key(), first.clone())]);
        for _ in 0..tape.below(4) {
            let fact = self.any_fact(tape);
            // A file is of one store, or of none.
            if fact.store() == first.store() {
                batch.insert(fact.key(), fact);
            }
        }
        let store = first.store().map(|store| self.facts.stores[store].0);
        let records = batch.values().map(Fact::record).collect();
        // Booked by the books, as they come in, or as very many that come in.
        self.desk.at_once = tape.pick(&[None, Some(1), Some(1_000_000)]);
        let import = self.desk.take(store, records);
        let way = self.desk.at_once;
        self.told.push(format!("import {import}, at once {way:?}: {:?}", batch.keys()));
        for (key, fact) in batch {
            self.write(Some(import), key, Some(fact));
        }
        self.imports.push(import);
    }

    fn write(&mut self, by: Option<ImportId>, key: String, fact: Option<Fact>) {
        let layers = self.layers.entry(key).or_default();
        let known = layers.last().and_then(|(_, fact)| fact.clone());
        // What is known already belongs to whoever told it first.
        if known != fact {
            layers.push((by, fact));
        }
    }

    fn undo(&mut self, tape: &mut Tape<'_>) {
        if self.imports.is_empty() {
            return;
        }
        let import = self.imports.remove(tape.below(self.imports.len()));
        self.told.push(format!("undo {import}"));
        self.desk.undo(import);
        for layers in self.layers.values_mut() {
            layers.retain(|(by, _)| *by != Some(import));
        }
    }

    fn cost_by_hand(&mut self, tape: &mut Tape<'_>) {
        let cost = any_cost(tape);
        let key = Fact::Cost(cost.clone()).key();
        let is_known = |layers: &Layers| layers.last().is_some_and(|(_, fact)| fact.is_some());
        if tape.chance(40) && self.layers.get(&key).is_some_and(is_known) {
            self.told.push(format!("by hand: no {key}"));
            edit::delete_cost(self.desk.tools(), &cost, &By::default()).unwrap();
            self.write(None, key, None);
        } else {
            self.told.push(format!("by hand: {key}"));
            edit::save_cost(self.desk.tools(), &cost, &By::default()).unwrap();
            self.write(None, key, Some(Fact::Cost(cost)));
        }
    }

    fn rules_by_hand(&mut self, tape: &mut Tape<'_>) {
        let base = self.final_facts().rules;
        let put = any_rules(tape);
        self.told.push("rules by hand".to_owned());
        let is_done = edit::save_rules(self.desk.tools(), (&base, &put), &By::default()).unwrap();
        assert!(is_done, "other rules are in force than those of the final facts");
        if put != base {
            self.write(None, "rules".to_owned(), Some(Fact::Rules(Box::new(put))));
        }
    }

    fn organisation(&mut self, tape: &mut Tape<'_>) {
        let mut choice = purser::store::organisation::Choice::default();
        match tape.below(2) {
            0 => {
                self.facts.vat_registered = !self.facts.vat_registered;
                choice.vat_registered = Some(self.facts.vat_registered);
            }
            _ => {
                self.facts.reporting = currency(tape.pick(&["EUR", "USD", "JPY"]));
                choice.currency = Some(self.facts.reporting);
            }
        }
        self.told.push(format!("{choice:?}"));
        edit::set_organisation(self.desk.tools(), &choice, &By::default()).unwrap();
    }

    fn final_facts(&self) -> Facts {
        let mut facts = self.facts.clone();
        for layers in self.layers.values() {
            match layers.last().and_then(|(_, fact)| fact.clone()) {
                Some(Fact::Order(store, order)) => facts.orders.push((store, *order)),
                Some(Fact::Label(store, label)) => facts.labels.push((store, label)),
                Some(Fact::Charge(store, charge)) => facts.charges.push((store, charge)),
                Some(Fact::Payout(store, payout)) => facts.payouts.push((store, payout)),
                Some(Fact::Cost(cost)) => facts.costs.push(cost),
                Some(Fact::Rate(rate)) => facts.rates.push(rate),
                Some(Fact::Spend(spend)) => facts.spends.push(spend),
                Some(Fact::Expense(expense)) => facts.expenses.push(expense),
                Some(Fact::Rules(rules)) => facts.rules = *rules,
                None => {}
            }
        }
        facts
    }
}

/// Every stored line, by names instead of numbers, and every report.
fn figures(desk: &Desk) -> Vec<String> {
    let columns = desk.columns("profit_lines", &["order_id", "store_id", "variant_id"]);
    let columns: Vec<String> =
        columns.iter().map(|column| format!("profit_lines.{column}")).collect();
    let mut list = desk.rows(&format!(
        "select stores.name, external_id, sku, {} from profit_lines
         join orders on orders.id = order_id join stores on stores.id = profit_lines.store_id
         left join variants on variants.id = variant_id
         order by stores.name, external_id, event_no, line_no",
        columns.join(", ")
    ));
    let range = DayRange { from: first_day().plus(-60), to: first_day().plus(60) };
    for key in Key::ALL {
        for number in 0..4 {
            let mut ask = Ask::all(Scope::All).over(range).by(&[key]);
            ask.basis = if number & 1 == 0 { Basis::Event } else { Basis::Order };
            ask.ads = if number & 2 == 0 { AdsMode::Blended } else { AdsMode::Matched };
            let report = desk.report(&ask, range.to);
            let way = format!("{key:?} {:?} {:?}", ask.basis, ask.ads);
            let rows =
                report.rows.iter().map(|row| format!("{way} {:?} {:?}", row.keys, row.figures));
            list.extend(rows);
            list.push(format!("{way} {:?} {:?}", report.total, report.missing_rates));
        }
    }
    list
}

fn prove(numbers: &[u32]) -> Result<(), TestCaseError> {
    let mut tape = Tape::new(numbers);
    let mut course = Course::new(&mut Tape::new(&numbers[..12]));
    for _ in 0..tape.within(3, 22) {
        course.step(&mut tape);
    }
    course.desk.settle();
    prop_assert_eq!(course.desk.verify(), Vec::<String>::new(), "{:#?}", course.told);
    let facts = course.final_facts();
    let fresh = open_desk(&facts);
    for (store, records) in list_records(&facts) {
        fresh.take(store, records);
    }
    fresh.settle();
    let (found, expected) = (figures(&course.desk), figures(&fresh));
    let differs = found.iter().zip(&expected).find(|(found, expected)| found != expected);
    if let Some((found, expected)) = differs {
        let told = format!("{:#?}\nis {found}\nexpected {expected}\n{facts:#?}", course.told);
        return Err(TestCaseError::fail(told));
    }
    prop_assert_eq!(found.len(), expected.len(), "{:#?}", course.told);
    Ok(())
}

proptest! {
    #![proptest_config(config(10))]

    #[test]
    fn any_course_of_edits_ends_where_its_facts_lead(tape in numbers(60..1_200)) {
        prove(&tape.0)?;
    }
}
