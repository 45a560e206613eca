//! All that a platform paid out in a range of days, from our own net sales of these days on: what
//! was sold or given back in other days than it was settled, what was paid another way, what the
//! platform took, held back and converted. What stays is a fault, with the orders that it is in.

mod foreign;

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::params;

use super::BridgeAsk;
use crate::base::id::{OrderId, StoreId};
use crate::base::{Currency, Day, DayRange};
use crate::domain::ask::Scope;
use crate::domain::ledger::{Moved, given_back, moved, sold};
use crate::domain::payouts::{Account, GROUPS, PaidOut, Standing};
use crate::domain::profit::component::Component;
use crate::domain::profit::convert::Converter;
use crate::domain::profit::engine::{Booking, EventKind, book};
use crate::domain::profit::facts::Policy;
use crate::domain::record::Order;
use crate::domain::report::{Bridge, BridgeRecord, BridgeRow, BridgeSource, RECORDS_MAX};
use crate::reports::payouts::{self, Format, PayoutAsk, format_of};
use crate::reports::{ReportError, ledger};
use crate::store::{Reader, policy, united};

/// Beyond so many orders a bridge is not drawn: the answer would take too long to read.
const ORDERS_MAX: usize = 100_000;

const ALWAYS: DayRange = DayRange { from: Day(-1_000_000), to: Day(1_000_000) };

/// One bridge for each account that paid anything out in the days.
///
/// # Errors
/// `ReportError::Store`, `ReportError::Overflow`.
pub fn list_account_bridges(
    reader: &Reader<'_>,
    ask: &BridgeAsk,
    today: Day,
) -> Result<Vec<Bridge>, ReportError> {
    let wanted = PayoutAsk { store: ask.store, scope: Scope::All, range: ask.range, today };
    let known = payouts::list(reader, &wanted)?;
    let Some(policy) = policy::find_policy(reader)? else { return Ok(Vec::new()) };
    let range = ask.range.unwrap_or(ALWAYS);
    let mut bridges = Vec::new();
    for account in &known.accounts {
        // Without its members nobody can say what of ours a payout pays.
        let names_members = format_of(account.platform).names_members;
        let is_its = |payout: &&PaidOut| {
            payout.store == account.store
                && payout.platform == account.platform
                && payout.currency == account.currency
                && payout.standing != Standing::Failed
                && payout.day.is_some_and(|day| range.contains(day))
                && (payout.ledger.is_some() || payout.shared || !names_members)
        };
        let own: Vec<&PaidOut> = known.payouts.iter().filter(is_its).collect();
        if own.is_empty() {
            continue;
        }
        let case = Case {
            reader,
            account,
            format: format_of(account.platform),
            policy: &policy.policy,
            payouts: own,
            held: list_held(reader, account.store)?,
            range,
        };
        bridges.extend(case.bridge(ask.range)?);
    }
    Ok(bridges)
}

fn list_held(reader: &Reader<'_>, store: StoreId) -> Result<BTreeSet<String>, ReportError> {
    let mut statement =
        reader.conn().prepare_cached("select external_id from payouts where store_id = ?")?;
    let rows = statement.query_map([store], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

struct Case<'a> {
    reader: &'a Reader<'a>,
    account: &'a Account,
    format: &'static Format,
    policy: &'a Policy,
    payouts: Vec<&'a PaidOut>,
    /// Every payout of the store of which a file is held, whatever its day.
    held: BTreeSet<String>,
    range: DayRange,
}

/// What buyers paid and got back of one order: in the days asked for, and in all.
#[derive(Clone, Copy, Debug, Default)]
struct Cash {
    sold_in: i64,
    sold_all: i64,
    back_in: i64,
    back_all: i64,
}

/// What of one order is in the platform's statements.
#[derive(Clone, Debug, Default)]
struct Told {
    sold_in: i64,
    sold_all: i64,
    back_in: i64,
    back_all: i64,
    /// Some of it is in no payout yet.
    is_open: bool,
    /// Some of it is in a payout that no file states.
    is_astray: bool,
    is_told: bool,
    /// Another platform of the store tells it.
    is_elsewhere: bool,
    /// Paid out in another currency than sold in: the platform's own sum.
    converted_in: i64,
}

/// The bridge's rows of differences, in the order in which they are told.
const DIFFERENCES: [&str; 7] =
    ["gift_cards", "other_gateways", "open", "payout_not_held", "timing", "refund_dating", "fx"];

struct Rows {
    ours: BTreeMap<&'static str, i64>,
    orders: i64,
    /// What buyers paid and got back by the documents of these payouts.
    told: i64,
    differences: BTreeMap<&'static str, BridgeRow>,
    suspects: Vec<BridgeRecord>,
}

impl Rows {
    fn new() -> Self {
        let differences = DIFFERENCES.iter().map(|name| (*name, BridgeRow::empty(name))).collect();
        Self { ours: BTreeMap::new(), orders: 0, told: 0, differences, suspects: Vec::new() }
    }

    fn ours(&mut self, name: &'static str, minor: i64) {
        *self.ours.entry(name).or_default() += minor;
    }

    fn differ(&mut self, name: &'static str, order: &Named, amount_minor: i64) {
        if let (Some(row), true) = (self.differences.get_mut(name), amount_minor != 0) {
            row.add(order.record(amount_minor));
        }
    }
}

struct Named {
    id: OrderId,
    name: String,
    day: Day,
}

impl Named {
    fn record(&self, amount_minor: i64) -> BridgeRecord {
        BridgeRecord { order: self.id, name: self.name.clone(), day: self.day, amount_minor }
    }
}

impl Case<'_> {
    fn bridge(&self, asked: Option<DayRange>) -> Result<Option<Bridge>, ReportError> {
        let members: BTreeSet<&str> =
            self.payouts.iter().filter_map(|payout| payout.members.as_deref()).collect();
        let orders = self.list_orders(&members)?;
        if orders.len() > ORDERS_MAX {
            return Ok(None);
        }
        let currency = self.account.currency;
        let mut converter = Converter::new(&self.policy.rates, currency);
        let mut rows = Rows::new();
        let mut taken = Moved::default();
        for named in &orders {
            let Some(order) = united::find_united(self.reader, named.id)?.order else { continue };
            if order.currency != currency {
                let sides = (&mut converter, &mut rows, &mut taken);
                self.add_foreign((&order, named), &members, sides)?;
                continue;
            }
            let (told, fees) = self.read_documents(named.id, &members)?;
            taken.add_all(&fees);
            rows.told += told.sold_in + told.back_in + told.converted_in;
            let cash = self.count(&order, named, &mut converter, &mut rows)?;
            self.compare(&order, named, (&cash, &told), &mut rows);
            rows.differ("fx", named, told.converted_in);
        }
        Ok(Some(self.finish(asked, rows, &taken)?))
    }

    /// The orders with an event in the days, or with a document in one of the payouts.
    fn list_orders(&self, members: &BTreeSet<&str>) -> Result<Vec<Named>, ReportError> {
        let mut statement = self.reader.conn().prepare_cached(
            "select orders.id, coalesce(number, external_id), orders.order_day
             from (select distinct order_id from profit_lines
                where event_day between ?2 and ?3 and store_id = ?1) touched
             cross join orders on orders.id = touched.order_id",
        )?;
        let (from, to) = (self.range.from, self.range.to);
        let rows = statement.query_map(params![self.account.store, from, to], |row| {
            Ok(Named { id: row.get(0)?, name: row.get(1)?, day: row.get(2)? })
        })?;
        let mut orders: BTreeMap<OrderId, Named> = BTreeMap::new();
        for named in rows {
            let named = named?;
            orders.insert(named.id, named);
        }
        for member in members {
            let key = (self.account.store, *member, self.account.currency);
            for order in ledger::list_orders(self.reader, key)? {
                let named = Named { id: order.order, name: order.name, day: order.day };
                orders.insert(named.id, named);
            }
        }
        Ok(orders.into_values().collect())
    }

    /// Whether a document is in one of the payouts; of a statement without members, in its days.
    fn is_in(&self, document: &Order, members: &BTreeSet<&str>) -> bool {
        let payout = document.source.settled.as_ref().map(|settled| &settled.payout);
        match (payout, self.format.names_members) {
            (Some(Some(payout)), _) => members.contains(payout.as_str()),
            (Some(None), false) => {
                self.range.contains(document.placed_at.day_in(&self.policy.zone))
            }
            _ => false,
        }
    }

    /// An order's documents of settlements: what buyers paid and got back by them, and what of the
    /// documents of these payouts the platform took.
    fn read_documents(
        &self,
        order: OrderId,
        members: &BTreeSet<&str>,
    ) -> Result<(Told, Moved), ReportError> {
        let currency = self.account.currency;
        let mut told = Told::default();
        let mut fees = Moved::default();
        for (document, is_its) in ledger::list_documents(self.reader, order, self.format.name)? {
            let Some(settled) = document.source.settled.as_ref().filter(|_| is_its) else {
                told.is_elsewhere |= !is_its;
                continue;
            };
            let own = moved(&document, currency);
            let is_in = self.is_in(&document, members);
            let is_nowhere = settled.payout.as_deref() == Some("");
            // What the platform keeps for others counts on neither side, sold or given back.
            let withheld = own.of("withheld_tax");
            let gives_back = !document.refunds.is_empty();
            let back = own.of("refunds") + refunded_tax(&document, currency);
            let sold = own.of("sales") + own.of("tax") - refunded_tax(&document, currency);
            let (kept_back, kept_sold) =
                if gives_back && sold == 0 { (withheld, 0) } else { (0, withheld) };
            told.is_told = true;
            told.is_open |= is_nowhere;
            let payout = settled.payout.as_deref().filter(|id| !id.is_empty());
            told.is_astray |= payout.is_some_and(|id| !self.held.contains(id));
            told.sold_all += sold + kept_sold;
            told.back_all += back + kept_back;
            if is_in {
                told.sold_in += sold + kept_sold;
                told.back_in += back + kept_back;
                told.converted_in += own.of("fx");
                for (group, minor) in own.iter() {
                    let is_trade = matches!(group, "sales" | "tax" | "refunds" | "withheld_tax");
                    fees.add(group, if is_trade || group == "fx" { 0 } else { minor });
                }
            }
        }
        Ok((told, fees))
    }

    /// Our figures of an order's events in the days, each component on its row, and what its
    /// buyer paid.
    fn count(
        &self,
        order: &Order,
        named: &Named,
        converter: &mut Converter<'_>,
        rows: &mut Rows,
    ) -> Result<Cash, ReportError> {
        let mut cash = Cash::default();
        // What goods cost moves no money of the account.
        let (store, policy) = (&self.account.store_name, self.policy);
        let booking = Booking { order, store, policy, draws: None, trail: false };
        let booked = book(&booking, converter)?;
        if booked.events.is_empty() {
            return Ok(cash);
        }
        // What the marketplace keeps is no money of the seller's.
        let kept = order.marketplace_remitted_tax;
        let (mut sale_all, mut sold_any) = (0, false);
        let mut back_of: BTreeMap<usize, (i64, bool)> = BTreeMap::new();
        for (index, event) in booked.events.iter().enumerate() {
            let lines = booked.lines.iter().filter(|line| line.event == index);
            let sum = |component: Component| -> i64 {
                lines.clone().map(|line| line.amounts[component.index()]).sum()
            };
            let parts = [
                ("net_sales", net_sales(&sum)),
                ("shipping_income", sum(Component::ShippingIncome)),
                ("service_income", sum(Component::ServiceIncome)),
                ("tax_collected", if kept { 0 } else { sum(Component::TaxCollected) }),
                ("duties_collected", sum(Component::DutiesCollected)),
            ];
            let total: i64 = parts.iter().map(|(_, minor)| minor).sum();
            let is_in = self.range.contains(event.day);
            if is_in {
                parts.iter().for_each(|(name, minor)| rows.ours(name, *minor));
            }
            match event.kind {
                EventKind::Sale | EventKind::Edit => {
                    sale_all += total;
                    cash.sold_in += if is_in { total } else { 0 };
                    sold_any |= is_in && event.kind == EventKind::Sale;
                }
                EventKind::Refund(refund) => {
                    back_of.insert(refund, (total, is_in));
                }
            }
        }
        rows.orders += i64::from(sold_any);
        let (sales, tax) = sold(order);
        let paid = sales + if kept && !order.taxes_included { 0 } else { tax };
        let inside = if kept && order.taxes_included { tax_inside(order) } else { 0 };
        cash.sold_all = paid - inside - order.gift_card_paid_minor;
        // Gift cards are no sales but are paid for; what is paid with them reaches nobody again.
        let gift = gift_cards(order);
        if sold_any {
            rows.differ("gift_cards", named, gift);
            rows.ours("tips", order.tips_minor);
            cash.sold_in += cash.sold_all - sale_all;
        }
        for (index, refund) in order.refunds.iter().enumerate() {
            let (back, tax) = given_back(refund);
            let paid_back = -(back + if kept { 0 } else { tax });
            cash.back_all += paid_back;
            let is_in = back_of.get(&index).is_some_and(|(_, is_in)| *is_in);
            cash.back_in += if is_in { paid_back } else { 0 };
        }
        let rest = cash.sold_all - sale_all - gift - order.tips_minor;
        if sold_any && rest != 0 && !self.policy.vat_registered {
            // Tax on top of prices that the seller does not owe: in no figure of ours.
            rows.ours("tax_not_ours", rest);
        }
        Ok(cash)
    }

    /// Names what of an order is settled in other days than it happened, or not at all.
    fn compare(&self, order: &Order, named: &Named, sides: (&Cash, &Told), rows: &mut Rows) {
        let (cash, told) = sides;
        let elsewhere: i64 = order
            .payments
            .iter()
            .filter(|payment| !self.format.pays(&payment.gateway))
            .map(|payment| payment.amount_minor)
            .sum();
        let is_sold_in = cash.sold_in != 0;
        if !told.is_told {
            let name = match (self.format.gateway.is_some(), elsewhere) {
                (true, 1..) => "other_gateways",
                _ if told.is_elsewhere => "other_gateways",
                _ => "open",
            };
            rows.differ(name, named, -cash.sold_in - cash.back_in);
            return;
        }
        if is_sold_in {
            rows.differ("other_gateways", named, -elsewhere);
        }
        let sold_all = cash.sold_all - elsewhere;
        let sold_in = if is_sold_in { cash.sold_in - elsewhere } else { 0 };
        // Settled in these payouts as a whole: whatever its amount is then off by is a fault. In
        // part only: nobody can say yet.
        let settle = |told_in: i64, told_all: i64, ours: i64| match told_in {
            0 => (0, 0),
            part if part == told_all => (ours, told_in - ours),
            part => (part, 0),
        };
        let (sold_base, sold_off) = settle(told.sold_in, told.sold_all, sold_all);
        let (back_base, back_off) = settle(told.back_in, told.back_all, cash.back_all);
        let is_whole = told.sold_in == told.sold_all;
        let late = match told.sold_all {
            0 => "open",
            _ if told.is_open && !is_whole => "open",
            _ if told.is_astray && !is_whole => "payout_not_held",
            _ => "timing",
        };
        rows.differ(late, named, sold_base - sold_in);
        rows.differ("refund_dating", named, back_base - cash.back_in);
        let off = sold_off + back_off;
        if off != 0 && rows.suspects.len() < RECORDS_MAX {
            rows.suspects.push(named.record(off));
        }
    }

    fn finish(
        &self,
        asked: Option<DayRange>,
        mut rows: Rows,
        taken: &Moved,
    ) -> Result<Bridge, ReportError> {
        let stated: i64 = self.payouts.iter().map(|payout| payout.stated_minor).sum();
        let mut list: Vec<BridgeRow> = Vec::new();
        let names = [
            "net_sales",
            "shipping_income",
            "service_income",
            "tax_collected",
            "duties_collected",
            "tips",
            "tax_not_ours",
        ];
        for name in names {
            let minor = rows.ours.get(name).copied().unwrap_or(0);
            if minor != 0 || name == "net_sales" {
                list.push(BridgeRow { orders: rows.orders, ..BridgeRow::of(name, minor) });
            }
        }
        for name in DIFFERENCES {
            let row = rows.differences.remove(name);
            list.extend(row.filter(|row| row.orders != 0));
        }
        let theirs = self.sum_theirs(taken)?;
        for name in GROUPS.into_iter().filter(|name| !matches!(*name, "sales" | "refunds" | "fx")) {
            if theirs.of(name) != 0 {
                list.push(BridgeRow::of(name, theirs.of(name)));
            }
        }
        if !self.format.names_members {
            // Rows of these days that another day's deposit pays, and the other way round.
            let balance = stated - rows.told - theirs.total();
            list.extend((balance != 0).then(|| BridgeRow::of("carried_over", balance)));
        }
        Ok(Bridge {
            store: self.account.store_name.clone(),
            source: BridgeSource::Account,
            reference: self.account.platform.to_owned(),
            name: format!("paid out by {}", self.account.platform),
            currency: self.account.currency,
            range: asked,
            reached_minor: list.iter().map(|row| row.amount_minor).sum(),
            rows: list,
            stated_minor: Some(stated),
            suspects: rows.suspects,
        })
    }

    /// What the payouts hold beside the trade with buyers: charges as they stand in our ledger,
    /// the orders' own fees, and what only the statement's rows tell.
    fn sum_theirs(&self, taken: &Moved) -> Result<Moved, ReportError> {
        let mut sum = Moved::default();
        sum.add_all(taken);
        let (store, currency) = (self.account.store, self.account.currency);
        if !self.format.names_members {
            let key = (store, "", currency);
            for charge in ledger::list_charges(self.reader, key, self.format.name)? {
                if self.range.contains(charge.day) {
                    sum.add(charge.group, charge.amount_minor);
                }
            }
            return Ok(sum);
        }
        for payout in &self.payouts {
            sum.add("balance", payout.outside_minor);
            let Some(members) = &payout.members else { continue };
            let key = (store, members.as_str(), currency);
            for charge in ledger::list_charges(self.reader, key, self.format.name)? {
                sum.add(charge.group, charge.amount_minor);
            }
        }
        Ok(sum)
    }
}

/// Tax that a document's refunds gave back, as `moved` has it in its tax.
fn refunded_tax(document: &Order, currency: Currency) -> i64 {
    if document.currency != currency {
        return 0;
    }
    -document.refunds.iter().map(|refund| given_back(refund).1).sum::<i64>()
}

fn net_sales(sum: &dyn Fn(Component) -> i64) -> i64 {
    sum(Component::GrossSales) + sum(Component::Discounts) + sum(Component::Returns)
}

/// Tax within the prices of the lines and the shipping, as far as it is known.
fn tax_inside(order: &Order) -> i64 {
    let lines: i64 = order.lines.iter().filter_map(|line| line.tax_minor).sum();
    lines + order.shipping.tax_minor.unwrap_or(0)
}

/// Gift cards bought with the order, less those that it was paid with.
fn gift_cards(order: &Order) -> i64 {
    let bought = order.lines.iter().filter(|line| line.gift_card);
    let on_top = |tax: Option<i64>| if order.taxes_included { 0 } else { tax.unwrap_or(0) };
    let bought: i64 =
        bought.map(|line| line.price_minor - line.discount_minor + on_top(line.tax_minor)).sum();
    bought - order.gift_card_paid_minor
}
