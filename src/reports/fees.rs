//! `fees`: what payments, channels and the period took, kind by kind as the facts name them, the
//! kinds that no table knows on top, each as a share of net revenue.
//!
//! The sums are those of `profit`. Their kinds stand in the facts alone, so the orders of the days
//! that bear a fee are read; of more than `ORDERS_READ_MAX` only the components are told.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::catalogue::{Choice, Obeys, Question, Span, Spec};
use super::lines::{self, Wanted};
use super::rows::Names;
use super::spread::Spreading;
use super::{ReportError, cells, profit};
use crate::base::id::{OrderId, StoreId};
use crate::base::{Day, DayRange, Money, Zone};
use crate::domain::profit::component::{Component, Subtotal};
use crate::domain::profit::convert::Converter;
use crate::domain::profit::figures::Figures;
use crate::domain::profit::ratio::Ratio;
use crate::domain::record::{ChargeClass, Fee, FeeClass, Order};
use crate::domain::table::{Cell, Column, Headline, Kind, Row, Table, TableAsk, Value};
use crate::store::policy::{KnownPolicy, find_terms};
use crate::store::{Reader, charges, united};

pub const SPEC: Spec = Spec {
    name: "fees",
    question: Question::Costs,
    choices: &[Choice { name: "by", values: &["kind", "store"] }],
    obeys: Obeys::BASIS,
    usual: Span::Days30,
    columns: list_columns,
    run,
};

/// Orders whose facts are read; about a second and a half of them.
const ORDERS_READ_MAX: i64 = 50_000;

const COMPONENTS: [Component; 3] =
    [Component::PaymentFees, Component::ChannelFees, Component::PeriodFees];

fn list_columns() -> Vec<Column> {
    columns(true)
}

fn columns(by_store: bool) -> Vec<Column> {
    let store = by_store.then(|| Column::key("store", Kind::Name));
    store
        .into_iter()
        .chain([
            Column::key("kind", Kind::Name),
            Column { is_kept: false, ..Column::key("component", Kind::Word) },
            Column::new("known", Kind::Word).optional(),
            Column::new("orders_bearing", Kind::Count),
            Column::new("amount", Kind::Money).adding().kept(),
            Column::new("fee_rate", Kind::Share),
            Column::new("fees_share", Kind::Share),
        ])
        .collect()
}

/// What a row is of. The order of the fields is that of rows with one amount.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    component: Component,
    kind: Named,
    store: Option<StoreId>,
    is_unclassified: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Named {
    /// As the platform calls it.
    Told(String),
    /// A word of ours, where no record tells the fee.
    Ours(&'static str),
}

#[derive(Clone, Debug, Default)]
struct Sum {
    minor: i64,
    orders: BTreeSet<OrderId>,
    is_estimated: bool,
}

type Sums = BTreeMap<Place, Sum>;

fn run(reader: &Reader<'_>, ask: &TableAsk) -> Result<Table, ReportError> {
    let by_store = ask.choice("by") == "store";
    let report = profit::run(reader, &ask.ask.clone().by(&[]), ask.today)?;
    let known = find_terms(reader)?.ok_or(ReportError::Nothing)?;
    let names = Names::load(reader, &known.policy.rules, false)?;
    let mut reading = Reading { reader, known: &known, by_store, sums: Sums::new() };
    if report.total.orders <= ORDERS_READ_MAX {
        reading.add_orders(ask, report.range)?;
    } else {
        reading.add_components(&report.total);
    }
    let spreading = Spreading {
        reader,
        ask: &ask.ask,
        range: report.range,
        known: &known,
        names: &names,
        missing: BTreeSet::new(),
    };
    reading.add_charges(&spreading)?;
    let columns = columns(by_store);
    let whole: i64 = COMPONENTS.iter().map(|component| report.total.get(*component)).sum();
    let net_revenue = report.total.subtotal(Subtotal::NetRevenue);
    let shares = |columns: &[Column], row: &mut Row, minor: i64| {
        cells::put(columns, row, "fee_rate", Cell::ratio(Ratio::of(-minor, net_revenue)));
        cells::put(columns, row, "fees_share", Cell::ratio(Ratio::of(minor, whole)));
    };
    let mut table = Table::new(report.currency, report.range, report.basis);
    table.missing_rates.clone_from(&report.missing_rates);
    let mut sums: Vec<(&Place, &Sum)> =
        reading.sums.iter().filter(|(_, sum)| sum.minor != 0 || !sum.orders.is_empty()).collect();
    sums.sort_by_key(|(place, sum)| (Reverse(place.is_unclassified), sum.minor));
    for (place, sum) in sums {
        let mut row: Row = vec![Cell::default(); columns.len()];
        let mut put = |name: &str, cell: Cell| cells::put(&columns, &mut row, name, cell);
        let store = place.store.and_then(|store| names.stores.get(&store).cloned());
        put("store", Cell::of(Value::text(store)));
        put(
            "kind",
            match &place.kind {
                Named::Told(kind) => Cell::text(kind.as_str()),
                Named::Ours(word) => Cell::word(word),
            },
        );
        put("component", Cell::word(place.component.name()));
        if place.is_unclassified {
            put("known", Cell::word("unclassified"));
        }
        put("orders_bearing", Cell::count(sum.orders.len() as i64));
        let amount = Cell::money(sum.minor);
        put("amount", if sum.is_estimated { amount.estimated() } else { amount });
        shares(&columns, &mut row, sum.minor);
        table.rows.push(row);
    }
    let borne: i64 = reading.sums.values().map(|sum| sum.minor).sum();
    let sum_row = |minor: i64| {
        let mut row: Row = vec![Cell::default(); columns.len()];
        cells::put(&columns, &mut row, "amount", Cell::money(minor));
        shares(&columns, &mut row, minor);
        row
    };
    table.unallocated = (borne != whole).then(|| sum_row(whole - borne));
    table.total = Some(sum_row(whole));
    table.headlines = headlines(&report.total, &reading.sums, (whole, net_revenue));
    table.bars = Some("amount");
    table.columns = columns;
    Ok(table)
}

fn headlines(total: &Figures, sums: &Sums, (whole, net_revenue): (i64, i64)) -> Vec<Headline> {
    let rate = |minor: i64| Cell::ratio(Ratio::of(-minor, net_revenue));
    let unclassified = sums.iter().filter(|(place, _)| place.is_unclassified);
    let unclassified: i64 = unclassified.map(|(_, sum)| sum.minor).sum();
    let one = |name: &'static str, kind: Kind, cell: Cell| Headline { name, kind, cell };
    let channel = total.get(Component::ChannelFees);
    vec![
        one("fee_rate", Kind::Share, rate(whole)),
        one("payment_fee_rate", Kind::Share, rate(total.get(Component::PaymentFees))),
        one("channel_fee_rate", Kind::Share, rate(channel)),
        one("unclassified_fees", Kind::Money, Cell::money(unclassified)),
    ]
}

struct Reading<'a> {
    reader: &'a Reader<'a>,
    known: &'a KnownPolicy,
    by_store: bool,
    sums: Sums,
}

/// The fees that the lines of one order bear in one event.
#[derive(Clone, Copy, Debug)]
struct Borne {
    order: OrderId,
    event_no: i64,
    day: Day,
    store: StoreId,
    payment_minor: i64,
    channel_minor: i64,
    is_payment_estimated: bool,
    is_channel_estimated: bool,
    lines: i64,
}

/// One stated fee; negative where it takes.
struct Stated<'a> {
    kind: &'a str,
    amount: Money,
    is_unclassified: bool,
}

impl Reading<'_> {
    fn add_orders(&mut self, ask: &TableAsk, range: DayRange) -> Result<(), ReportError> {
        let mut list: Vec<Borne> = Vec::new();
        lines::each(self.reader, (&ask.ask, range), Wanted::Fees, &mut |line, _| {
            let estimated = |component: Component| line.estimated & component.bit() != 0;
            let (payment, channel) = (line.amounts[8], line.amounts[9]);
            let (by_rule, guessed) =
                (estimated(Component::PaymentFees), estimated(Component::ChannelFees));
            match list.last_mut() {
                Some(last) if (last.order, last.event_no) == (line.order, line.event_no) => {
                    last.payment_minor += payment;
                    last.channel_minor += channel;
                    last.is_payment_estimated |= by_rule;
                    last.is_channel_estimated |= guessed;
                    last.lines += 1;
                }
                _ => list.push(Borne {
                    order: line.order,
                    event_no: line.event_no,
                    day: line.event_day,
                    store: line.store,
                    payment_minor: payment,
                    channel_minor: channel,
                    is_payment_estimated: by_rule,
                    is_channel_estimated: guessed,
                    lines: 1,
                }),
            }
            Ok(())
        })?;
        for events in list.chunk_by(|a, b| a.order == b.order) {
            let order = united::find_united(self.reader, events[0].order)?.order;
            for borne in events {
                self.add_event(borne, order.as_ref())?;
            }
        }
        Ok(())
    }

    fn add_event(&mut self, borne: &Borne, order: Option<&Order>) -> Result<(), ReportError> {
        let (payment, channel) = match order {
            Some(order) => stated_of(order, borne.event_no, &self.known.policy.zone),
            None => (Vec::new(), Vec::new()),
        };
        let of_payment = (Component::PaymentFees, borne.payment_minor);
        self.add_kinds(borne, of_payment, &payment, borne.is_payment_estimated)?;
        let of_channel = (Component::ChannelFees, borne.channel_minor);
        self.add_kinds(borne, of_channel, &channel, borne.is_channel_estimated)
    }

    /// What the lines bear is converted line by line; the kinds are converted whole, and a rest
    /// of single cents goes to the largest of them. A larger rest is what a rule made.
    fn add_kinds(
        &mut self,
        borne: &Borne,
        (component, whole): (Component, i64),
        stated: &[Stated<'_>],
        is_estimated: bool,
    ) -> Result<(), ReportError> {
        if whole == 0 && stated.is_empty() {
            return Ok(());
        }
        let reporting = self.known.policy.reporting;
        let mut converter = Converter::new(&self.known.policy.rates, reporting);
        let mut parts: Vec<i64> = Vec::with_capacity(stated.len());
        for one in stated {
            let Money { minor, currency } = one.amount;
            parts.push(converter.convert(minor, currency, borne.day)?.unwrap_or_default());
        }
        let is_foreign = |one: &Stated<'_>| one.amount.currency != reporting;
        let cents = borne.lines * (stated.len() as i64 + 1);
        let mut rest = whole - parts.iter().sum::<i64>();
        if stated.iter().any(is_foreign) && rest.abs() <= cents {
            let largest = (0..parts.len()).max_by_key(|index| parts[*index].abs());
            if let Some(largest) = largest {
                parts[largest] += std::mem::take(&mut rest);
            }
        }
        let store = self.by_store.then_some(borne.store);
        for (one, part) in stated.iter().zip(parts) {
            let kind = Named::Told(one.kind.to_owned());
            let is_unclassified = one.is_unclassified;
            self.add(Place { component, kind, store, is_unclassified }, part, borne.order, false);
        }
        if rest != 0 {
            let word = match component {
                Component::PaymentFees => "by_rule",
                _ => "by_estimate",
            };
            let kind = Named::Ours(word);
            let place = Place { component, kind, store, is_unclassified: false };
            self.add(place, rest, borne.order, is_estimated);
        }
        Ok(())
    }

    fn add(&mut self, place: Place, minor: i64, order: OrderId, is_estimated: bool) {
        let sum = self.sums.entry(place).or_default();
        sum.minor += minor;
        sum.orders.insert(order);
        sum.is_estimated |= is_estimated;
    }

    /// Without their kinds, where there are too many orders to read.
    fn add_components(&mut self, total: &Figures) {
        for component in [Component::PaymentFees, Component::ChannelFees] {
            let kind = Named::Ours("all_kinds");
            let place = Place { component, kind, store: None, is_unclassified: false };
            let is_estimated = total.estimated & component.bit() != 0;
            let minor = total.get(component);
            self.sums.insert(place, Sum { minor, is_estimated, ..Sum::default() });
        }
    }

    /// Fees of a store or a product that belong to no order.
    fn add_charges(&mut self, spreading: &Spreading<'_>) -> Result<(), ReportError> {
        let policy = &self.known.policy;
        let mut converter = Converter::new(&policy.rates, policy.reporting);
        for (store, charge) in charges::list_charges(self.reader, spreading.range)? {
            let name = spreading.names.stores.get(&store).map(String::as_str);
            if !charge.class.counts() || !spreading.wants(name) {
                continue;
            }
            let Money { minor, currency } = charge.amount;
            let Some(minor) = converter.convert(minor, currency, charge.day)? else { continue };
            let place = Place {
                component: Component::PeriodFees,
                kind: Named::Told(charge.kind),
                store: self.by_store.then_some(store),
                is_unclassified: charge.class == ChargeClass::Unclassified,
            };
            let sum = self.sums.entry(place).or_default();
            sum.minor += minor;
            sum.is_estimated |= charge.estimate.is_some();
        }
        Ok(())
    }
}

/// The fees that the facts state for one event of an order, of payments and of channels.
fn stated_of<'a>(
    order: &'a Order,
    event_no: i64,
    zone: &Zone,
) -> (Vec<Stated<'a>>, Vec<Stated<'a>>) {
    let (mut payment, mut channel) = (Vec::new(), Vec::new());
    let mut add = |fees: &'a [Fee]| {
        for fee in fees {
            let amount = Money::new(-fee.amount.minor, fee.amount.currency);
            let one = Stated { kind: &fee.kind, amount, is_unclassified: fee.unclassified };
            match fee.class {
                FeeClass::Payment => payment.push(one),
                FeeClass::Channel => channel.push(one),
                FeeClass::OtherIncome | FeeClass::ShippingCost | FeeClass::Advertising => {}
            }
        }
    };
    if event_no == 0 {
        add(&order.fees);
        for paid in &order.payments {
            let Some(fee) = paid.fee else { continue };
            let amount = Money::new(-fee.minor, fee.currency);
            payment.push(Stated { kind: &paid.gateway, amount, is_unclassified: false });
        }
        return (payment, channel);
    }
    // The sale, its edits by day, then the refunds by their instant.
    let edits: BTreeSet<Day> =
        order.lines.iter().filter_map(|line| Some(line.added_at?.day_in(zone))).collect();
    let mut refunds: Vec<_> = order.refunds.iter().collect();
    refunds.sort_by_key(|refund| refund.at);
    let index = usize::try_from(event_no - 1 - edits.len() as i64).ok();
    let Some(refund) = index.and_then(|index| refunds.get(index)) else {
        return (payment, channel);
    };
    add(&refund.fees);
    if let Some(returned) = refund.fee_returned {
        let kind = order.payments.first().map_or("", |paid| paid.gateway.as_str());
        payment.push(Stated { kind, amount: returned, is_unclassified: false });
    }
    (payment, channel)
}
