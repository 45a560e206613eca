//! The profit report worked out a second time: each order booked in memory, everything else summed
//! in plain Rust out of the facts. No database, no rollup, no code of the reports.

use std::collections::{BTreeMap, BTreeSet};

use purser::base::{Day, DayRange, Money};
use purser::domain::ask::{AdsMode, Ask, Basis, Key, Scope};
use purser::domain::profit::component::Component;
use purser::domain::profit::convert::{Converter, Rates};
use purser::domain::profit::engine::{Booking, EventKind, book};
use purser::domain::profit::expenses;
use purser::domain::profit::facts::{CostBook, Policy};
use purser::domain::profit::figures::Figures;
use purser::domain::profit::input_vat::InputVat;
use purser::domain::record::AdSpend;
use purser::domain::rules::{Rules, Target};

use super::facts::Facts;

/// A row's name: the values of its keys.
pub type Name = Vec<Option<String>>;

#[derive(Default)]
pub struct Answer {
    pub rows: BTreeMap<Name, Figures>,
    pub unallocated: Figures,
    pub total: Figures,
}

/// What a line of an order came to in one event.
struct Atom {
    order: usize,
    is_sale: bool,
    /// Sold on this day, gift cards left out: such lines bear ad spend and expenses.
    is_sold: bool,
    event: usize,
    line: usize,
    event_day: Day,
    order_day: Day,
    sku: Option<String>,
    /// Of the order itself and all else but ad spend that a campaign brought.
    figures: Figures,
    units: i64,
    /// Campaign, whether it was matched, amount.
    ads: Vec<(String, bool, i64)>,
}

struct Beside {
    component: Component,
    minor: i64,
    day: Day,
    store: Option<String>,
    sku: Option<String>,
    campaign: Option<String>,
}

/// A shop with everything that no question changes.
pub struct Plain<'a> {
    facts: &'a Facts,
    atoms: Vec<Atom>,
    /// By order: whether it is its customer's first.
    firsts: BTreeSet<usize>,
    /// Ad spend that no line bears, and by which step it went to the lines where one did.
    spends: Vec<(Beside, Option<u8>)>,
    charges: Vec<Beside>,
    /// By day and store, in the reporting currency, with what lines bear of it when fully loaded.
    expenses: BTreeMap<(Day, Option<String>), Expense>,
}

/// What was spent, and of it what each of these atoms bears.
type Expense = (i64, Vec<(usize, i64)>);

/// Largest remainder, from the definition: floors first, then one unit each by the largest rest.
pub fn share_out(whole: i64, weights: &[i64], quantities: &[i64]) -> Vec<i64> {
    let some = |list: &[i64]| list.iter().any(|weight| *weight > 0);
    let by: Vec<i128> = match () {
        () if some(weights) => weights.iter().map(|weight| i128::from((*weight).max(0))).collect(),
        () if some(quantities) => quantities.iter().map(|n| i128::from((*n).max(0))).collect(),
        () => vec![1; weights.len()],
    };
    let (amount, sum) = (i128::from(whole.abs()), by.iter().sum::<i128>());
    let mut parts: Vec<i128> = by.iter().map(|weight| amount * weight / sum).collect();
    let mut left = amount - parts.iter().sum::<i128>();
    let mut given = vec![false; by.len()];
    while left > 0 {
        let rest = |index: usize| amount * by[index] % sum;
        let waiting = (0..by.len()).rev().filter(|index| !given[*index]);
        // Of equal rests the last of the reversed is the first of all.
        let best = waiting.max_by_key(|index| rest(*index)).unwrap();
        given[best] = true;
        parts[best] += 1;
        left -= 1;
    }
    parts.into_iter().map(|part| part as i64 * whole.signum()).collect()
}

pub fn policy_of(facts: &Facts) -> Policy {
    Policy {
        reporting: facts.reporting,
        zone: facts.zone.clone(),
        vat_registered: facts.vat_registered,
        rules: facts.rules.clone(),
        costs: CostBook::new(facts.costs.clone()),
        rates: Rates::new(&facts.rates),
        fee_estimates: Default::default(),
        links: Default::default(),
    }
}

impl<'a> Plain<'a> {
    pub fn new(facts: &'a Facts, range: DayRange) -> Self {
        let policy = policy_of(facts);
        let mut plain = Self {
            facts,
            atoms: list_atoms(facts, &policy),
            firsts: find_firsts(facts),
            spends: Vec::new(),
            charges: Vec::new(),
            expenses: BTreeMap::new(),
        };
        let mut converter = Converter::new(&policy.rates, facts.reporting);
        let mut convert = |minor: i64, money: Money, day: Day| {
            converter.convert(minor, money.currency, day).unwrap().unwrap_or(0)
        };
        plain.spread_ads(&mut convert);
        plain.list_charges(&mut convert);
        plain.spread_expenses(range, &mut convert);
        plain
    }

    fn store_of(&self, atom: &Atom) -> &'static str {
        self.facts.stores[self.facts.orders[atom.order].0].0
    }

    /// Lines sold on a day, in the order in which money is split over several orders.
    fn sold_on(&self, day: Day) -> Vec<usize> {
        let mut sold: Vec<usize> = (0..self.atoms.len())
            .filter(|index| self.atoms[*index].is_sold && self.atoms[*index].event_day == day)
            .collect();
        sold.sort_by_key(|index| {
            let atom = &self.atoms[*index];
            let order = &self.facts.orders[atom.order].1;
            (order.placed_at, self.store_of(atom), order.id.clone(), atom.event, atom.line)
        });
        sold
    }

    fn weigh(&self, lines: &[usize]) -> (Vec<i64>, Vec<i64>) {
        let weight = |index: &usize| {
            let figures = &self.atoms[*index].figures;
            figures.get(Component::GrossSales) + figures.get(Component::Discounts)
        };
        let units = |index: &usize| self.atoms[*index].units;
        (lines.iter().map(weight).collect(), lines.iter().map(units).collect())
    }

    fn spread_ads(&mut self, convert: &mut impl FnMut(i64, Money, Day) -> i64) {
        for spend in &self.facts.spends {
            let (step, bearers) = self.find_bearers(spend);
            let (weights, quantities) = self.weigh(&bearers);
            if step.is_some() {
                let parts = share_out(spend.amount.minor, &weights, &quantities);
                for (index, part) in bearers.into_iter().zip(parts) {
                    let minor = convert(-part, spend.amount, spend.day);
                    let ad = (spend.campaign.clone(), step != Some(4), minor);
                    self.atoms[index].ads.push(ad);
                }
            }
            let beside = Beside {
                component: Component::AdSpend,
                minor: -convert(spend.amount.minor, spend.amount, spend.day),
                day: spend.day,
                store: spend.store.clone(),
                sku: spend.sku.clone(),
                campaign: Some(spend.campaign.clone()),
            };
            self.spends.push((beside, step));
        }
    }

    fn find_bearers(&self, spend: &AdSpend) -> (Option<u8>, Vec<usize>) {
        let rules = &self.facts.rules;
        let all = self.sold_on(spend.day);
        let here: Vec<usize> = all
            .into_iter()
            .filter(|index| {
                let store = self.store_of(&self.atoms[*index]);
                spend.store.as_deref().is_none_or(|named| named == store)
            })
            .collect();
        for step in 1..=4 {
            let bears = |index: &usize| {
                let atom = &self.atoms[*index];
                match step {
                    1 => spend.sku.is_some() && atom.sku == spend.sku,
                    2 => {
                        let campaign = &self.facts.orders[atom.order].1.campaign;
                        campaign.as_deref() == Some(spend.campaign.as_str())
                    }
                    3 => match find_target(rules, spend) {
                        Some(Target::Sku(sku)) => atom.sku.as_ref() == Some(sku),
                        Some(Target::Store(store)) => self.store_of(atom) == store,
                        Some(Target::Group(group)) => {
                            group_of(rules, atom.sku.as_deref()) == Some(group)
                        }
                        None => false,
                    },
                    _ => true,
                }
            };
            let chosen: Vec<usize> = here.iter().copied().filter(|index| bears(index)).collect();
            if !chosen.is_empty() {
                return (Some(step), chosen);
            }
        }
        (None, Vec::new())
    }

    fn list_charges(&mut self, convert: &mut impl FnMut(i64, Money, Day) -> i64) {
        for (store, charge) in &self.facts.charges {
            if charge.class.counts() {
                self.charges.push(Beside {
                    component: Component::PeriodFees,
                    minor: convert(charge.amount.minor, charge.amount, charge.day),
                    day: charge.day,
                    store: Some(self.facts.stores[*store].0.to_owned()),
                    sku: charge.sku.clone(),
                    campaign: None,
                });
            }
        }
        let policy = policy_of(self.facts);
        let known = |money: Money, day: Day| {
            money.minor == 0
                || money.currency == self.facts.reporting
                || policy.rates.find(money.currency, self.facts.reporting, day).is_some()
        };
        for (store, payout) in &self.facts.payouts {
            let (Some(received), Some(day)) = (payout.received, payout.deposited) else { continue };
            let stated = Money::new(payout.stated_minor, payout.currency);
            if known(received, day) && known(stated, day) {
                let minor =
                    convert(received.minor, received, day) - convert(stated.minor, stated, day);
                self.charges.push(Beside {
                    component: Component::FxDifference,
                    minor,
                    day,
                    store: Some(self.facts.stores[*store].0.to_owned()),
                    sku: None,
                    campaign: None,
                });
            }
        }
    }

    fn spread_expenses(
        &mut self,
        range: DayRange,
        convert: &mut impl FnMut(i64, Money, Day) -> i64,
    ) {
        let vat = InputVat::new(&self.facts.rules.input_vat, self.facts.vat_registered);
        for expense in &self.facts.expenses {
            for (day, minor) in expenses::list_days(expense, range, vat) {
                let minor = convert(-minor, expense.amount, day);
                self.expenses.entry((day, expense.store.clone())).or_default().0 += minor;
            }
        }
        let levels: Vec<(Day, Option<String>)> = self.expenses.keys().cloned().collect();
        for (day, store) in levels {
            let mut lines = self.sold_on(day);
            lines.retain(|index| {
                store.as_deref().is_none_or(|store| store == self.store_of(&self.atoms[*index]))
            });
            if lines.is_empty() {
                continue;
            }
            let (weights, quantities) = self.weigh(&lines);
            let sum = self.expenses.get_mut(&(day, store)).unwrap();
            let parts = share_out(sum.0, &weights, &quantities);
            sum.1 = lines.into_iter().zip(parts).collect();
        }
    }

    pub fn answer(&self, ask: &Ask, range: DayRange) -> Answer {
        let mut sums = Sums { ask, plain: self, answer: Answer::default(), sold: BTreeMap::new() };
        for (index, atom) in self.atoms.iter().enumerate() {
            let day = day_of(atom, ask.basis);
            if !range.contains(day) || !self.wants(ask, Some(self.store_of(atom))) {
                continue;
            }
            sums.add_atom(index, atom, day);
        }
        for (spend, step) in &self.spends {
            let is_beside = step.is_none() || (*step == Some(4) && ask.ads == AdsMode::Matched);
            if is_beside {
                sums.add_beside(spend, range);
            }
        }
        for charge in &self.charges {
            sums.add_beside(charge, range);
        }
        for ((day, store), (whole, parts)) in &self.expenses {
            if ask.fully_loaded && !parts.is_empty() {
                continue;
            }
            let beside = Beside {
                component: Component::OperatingExpenses,
                minor: *whole,
                day: *day,
                store: store.clone(),
                sku: None,
                campaign: None,
            };
            sums.add_beside(&beside, range);
        }
        sums.close()
    }

    fn wants(&self, ask: &Ask, store: Option<&str>) -> bool {
        let id = |name: &str| {
            let found = self.facts.stores.iter().position(|(known, _)| *known == name)?;
            Some(purser::base::id::StoreId(found as i64 + 1))
        };
        let store = store.and_then(id);
        let in_scope = match &ask.scope {
            Scope::All => true,
            Scope::Stores(stores) => store.is_some_and(|store| stores.contains(&store)),
        };
        in_scope && ask.store.is_none_or(|wanted| store == Some(wanted))
    }
}

fn day_of(atom: &Atom, basis: Basis) -> Day {
    match basis {
        Basis::Event => atom.event_day,
        Basis::Order => atom.order_day,
    }
}

fn group_of<'a>(rules: &'a Rules, sku: Option<&str>) -> Option<&'a String> {
    let sku = sku?;
    let found = rules.groups.iter().find(|group| sku.starts_with(&group.sku_prefix));
    found.map(|group| &group.name)
}

fn find_target<'a>(rules: &'a Rules, spend: &AdSpend) -> Option<&'a Target> {
    let fits = |wanted: &Option<String>, value: &str| {
        wanted.as_deref().is_none_or(|wanted| wanted == "*" || wanted == value)
    };
    let found = rules.campaigns.iter().find(|rule| {
        fits(&rule.platform, &spend.platform) && fits(&rule.campaign, &spend.campaign)
    });
    found.map(|rule| &rule.target)
}

fn list_atoms(facts: &Facts, policy: &Policy) -> Vec<Atom> {
    let mut atoms = Vec::new();
    for (number, (store, order)) in facts.orders.iter().enumerate() {
        let mut converter = Converter::new(&policy.rates, policy.reporting);
        let store = facts.stores[*store].0;
        let booking = Booking { order, store, policy, draws: None, trail: false };
        let booked = book(&booking, &mut converter).unwrap();
        for line in &booked.lines {
            let event = &booked.events[line.event];
            let mut figures = Figures {
                amounts: line.amounts,
                units: line.units,
                estimated: line.estimated,
                missing: line.missing,
                ..Figures::default()
            };
            figures.attributed_ad_spend = figures.get(Component::AdSpend);
            if line.cost_known {
                figures.costed_net_sales = figures.net_sales();
            }
            if event.kind == EventKind::Sale {
                figures.sale_net_revenue = figures.net_revenue();
            }
            atoms.push(Atom {
                order: number,
                is_sale: event.kind == EventKind::Sale,
                is_sold: !matches!(event.kind, EventKind::Refund(_)) && line.units > 0,
                event: line.event,
                line: line.line,
                event_day: event.day,
                order_day: order.placed_at.day_in(&facts.zone),
                sku: order.lines[line.line].sku.clone(),
                figures,
                units: line.units,
                ads: Vec::new(),
            });
        }
    }
    atoms
}

/// The first counted order of each customer, in any store.
fn find_firsts(facts: &Facts) -> BTreeSet<usize> {
    let mut by_customer: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (number, (_, order)) in facts.orders.iter().enumerate() {
        if let (Some(customer), true) = (&order.customer.reference, order.counts()) {
            by_customer.entry(customer).or_default().push(number);
        }
    }
    let first = |orders: Vec<usize>| {
        orders.into_iter().min_by_key(|number| {
            let (store, order) = &facts.orders[*number];
            (order.placed_at, facts.stores[*store].0, order.id.clone())
        })
    };
    by_customer.into_values().filter_map(first).collect()
}

struct Sums<'a> {
    ask: &'a Ask,
    plain: &'a Plain<'a>,
    answer: Answer,
    /// Orders sold in each row, and in all.
    sold: BTreeMap<Option<Name>, BTreeSet<usize>>,
}

impl Sums<'_> {
    fn add_atom(&mut self, index: usize, atom: &Atom, day: Day) {
        let order = &self.plain.facts.orders[atom.order].1;
        let by_campaign = self.ask.by.contains(&Key::Campaign);
        let mut figures = atom.figures;
        for (campaign, matched, minor) in &atom.ads {
            if !matched && self.ask.ads == AdsMode::Matched {
                continue;
            }
            let mut ad = Figures { attributed_ad_spend: *minor, ..Figures::default() };
            ad.put(Component::AdSpend, *minor);
            if by_campaign {
                let name = self.name(atom, day, Some(campaign));
                self.add(Some(name), &ad);
            } else {
                figures.add(&ad);
            }
        }
        if self.ask.fully_loaded {
            for (_, parts) in self.plain.expenses.values() {
                for (_, minor) in parts.iter().filter(|(line, _)| *line == index) {
                    figures.put(Component::OperatingExpenses, *minor);
                }
            }
        }
        let name = self.name(atom, day, order.campaign.as_deref());
        if atom.is_sale {
            self.sold.entry(Some(name.clone())).or_default().insert(atom.order);
            self.sold.entry(None).or_default().insert(atom.order);
        }
        self.add(Some(name), &figures);
    }

    fn add(&mut self, name: Option<Name>, figures: &Figures) {
        self.answer.total.add(figures);
        match name {
            Some(name) => self.answer.rows.entry(name).or_default().add(figures),
            None => self.answer.unallocated.add(figures),
        }
    }

    fn name(&self, atom: &Atom, day: Day, campaign: Option<&str>) -> Name {
        let order = &self.plain.facts.orders[atom.order].1;
        let store = self.plain.store_of(atom);
        let shown = order.number.clone().unwrap_or_else(|| order.id.clone());
        let rules = &self.plain.facts.rules;
        let mut name = Vec::new();
        for key in &self.ask.by {
            name.push(match key {
                Key::Order => Some(format!("{store} {shown}")),
                Key::Line => Some(format!("{store} {shown} {}", order.lines[atom.line].id)),
                Key::Day => Some(day.to_string()),
                Key::Week => Some(day.monday().to_string()),
                Key::Month => Some(day.to_string()[..7].to_owned()),
                Key::Store => Some(store.to_owned()),
                Key::Product | Key::Variant => atom.sku.clone(),
                Key::Group => group_of(rules, atom.sku.as_deref()).cloned(),
                Key::Country => order.country.clone(),
                Key::Channel => order.channel.clone(),
                Key::Campaign => campaign.map(str::to_owned),
            });
        }
        name
    }

    /// Under what its own record names, where that is all that is asked for.
    fn add_beside(&mut self, beside: &Beside, range: DayRange) {
        let plain = self.plain;
        if !range.contains(beside.day) || !plain.wants(self.ask, beside.store.as_deref()) {
            return;
        }
        let rules = &plain.facts.rules;
        let is_store = |name: &&String| plain.facts.stores.iter().any(|(store, _)| store == name);
        let name: Option<Name> = self
            .ask
            .by
            .iter()
            .map(|key| {
                let value = match key {
                    Key::Day => Some(beside.day.to_string()),
                    Key::Week => Some(beside.day.monday().to_string()),
                    Key::Month => Some(beside.day.to_string()[..7].to_owned()),
                    Key::Store => beside.store.as_ref().filter(is_store).cloned(),
                    Key::Product | Key::Variant => beside.sku.clone(),
                    Key::Group => group_of(rules, beside.sku.as_deref()).cloned(),
                    Key::Campaign => beside.campaign.clone(),
                    Key::Order | Key::Line | Key::Country | Key::Channel => None,
                };
                value.map(Some)
            })
            .collect();
        let mut figures = Figures::default();
        figures.put(beside.component, beside.minor);
        self.add(name, &figures);
    }

    fn close(self) -> Answer {
        let Self { plain, mut answer, sold, .. } = self;
        for (name, orders) in sold {
            let figures = match name {
                Some(name) => answer.rows.entry(name).or_default(),
                None => &mut answer.total,
            };
            figures.orders = orders.len() as i64;
            figures.new_customers = orders.intersection(&plain.firsts).count() as i64;
        }
        answer.rows.retain(|_, figures| !figures.is_empty());
        answer
    }
}
