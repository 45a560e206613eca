//! Payouts: where each stands, what our ledger expects of it, and what of each account is still to
//! come. Every face reads these.

use std::collections::{BTreeMap, BTreeSet};

use super::ReportError;
use super::ledger;
use crate::base::id::{PayoutId, StoreId};
use crate::base::{Currency, Day, DayRange, Zone};
use crate::domain::ask::Scope;
use crate::domain::payouts::{Account, PaidOut, PayoutDetail, Payouts, Standing};
use crate::domain::record::{Order, PayoutStatus};
use crate::store::charges::{self, StoredPayout};
use crate::store::{Reader, organisation, stores};

/// Which payouts are asked for; those that are on their way belong to every range.
#[derive(Clone, Debug)]
pub struct PayoutAsk {
    pub store: Option<StoreId>,
    pub scope: Scope,
    pub range: Option<DayRange>,
    pub today: Day,
}

/// How the parts of a payout of Shopify's are named that only its payouts export tells.
const STATED: &str = "Shopify Payments payout of ";
const TRANSACTIONS: &str = "Shopify Payments transactions of ";

/// # Errors
/// `ReportError::Store`.
pub fn list(reader: &Reader<'_>, ask: &PayoutAsk) -> Result<Payouts, ReportError> {
    let mut known = list_known(reader, ask)?;
    tell_releases(&mut known);
    let mut accounts = Accounts::default();
    let mut payouts = Vec::new();
    for known in known {
        let Known { mut payout, format } = known;
        let is_asked = match (ask.range, payout.day) {
            (Some(range), Some(day)) => {
                range.contains(day) || payout.standing == Standing::InTransit
            }
            _ => true,
        };
        if is_asked {
            payout.ledger = read_ledger(reader, &payout, format)?;
        }
        accounts.add(&payout, format, is_asked);
        if is_asked {
            payouts.push(payout);
        }
    }
    accounts.add_without_payouts(reader, ask)?;
    payouts.sort_by(|left, right| {
        let key = |payout: &PaidOut| (payout.day.is_some(), payout.day);
        key(right).cmp(&key(left)).then_with(|| left.reference.cmp(&right.reference))
    });
    Ok(Payouts { accounts: accounts.finish(reader)?, payouts })
}

/// One payout with its orders and charges; `None` where there is none of that id in scope.
///
/// # Errors
/// `ReportError::Store`.
pub fn find(
    reader: &Reader<'_>,
    id: PayoutId,
    ask: &PayoutAsk,
) -> Result<Option<PayoutDetail>, ReportError> {
    let mut known = list_known(reader, &PayoutAsk { store: None, range: None, ..ask.clone() })?;
    tell_releases(&mut known);
    let Some(found) = known.into_iter().find(|known| known.payout.id == id) else {
        return Ok(None);
    };
    let Known { mut payout, format } = found;
    let Some(reference) = payout.members.clone().filter(|_| !payout.shared) else {
        return Ok(Some(PayoutDetail { payout, orders: Vec::new(), charges: Vec::new() }));
    };
    let key = (payout.store, reference.as_str(), payout.currency);
    let orders = ledger::list_orders(reader, key)?;
    let charges = ledger::list_charges(reader, key, format.name)?;
    let is_told = !orders.is_empty() || !charges.is_empty();
    payout.ledger = is_told.then(|| ledger::sum(&orders, &charges));
    Ok(Some(PayoutDetail { payout, orders, charges }))
}

/// A payout, and what the format that told it is to us.
struct Known {
    payout: PaidOut,
    format: &'static Format,
}

fn read_ledger(
    reader: &Reader<'_>,
    payout: &PaidOut,
    format: &Format,
) -> Result<Option<crate::domain::ledger::Moved>, ReportError> {
    let Some(reference) = payout.members.as_ref().filter(|_| !payout.shared) else {
        return Ok(None);
    };
    let key = (payout.store, reference.as_str(), payout.currency);
    let orders = ledger::list_orders(reader, key)?;
    let charges = ledger::list_charges(reader, key, format.name)?;
    // Documents of before members were told; the statement's own rows stand in.
    let is_told = !orders.is_empty() || !charges.is_empty();
    Ok(is_told.then(|| ledger::sum(&orders, &charges)))
}

fn list_known(reader: &Reader<'_>, ask: &PayoutAsk) -> Result<Vec<Known>, ReportError> {
    let names: BTreeMap<StoreId, String> = stores::list_stores(reader)?
        .into_iter()
        .filter(|store| ask.scope.allows(store.id))
        .filter(|store| ask.store.is_none_or(|asked| asked == store.id))
        .map(|store| (store.id, store.name))
        .collect();
    let formats = list_formats(reader)?;
    let mut known = Vec::new();
    for stored in charges::list_stored_payouts(reader)? {
        let Some(name) = names.get(&stored.store) else { continue };
        let format = formats.get(&stored.id).map_or("", String::as_str);
        let format = ledger::format_behind(format);
        let format = FORMATS.iter().find(|known| known.name == format).unwrap_or(&OTHER);
        known.push(know(stored, name, format, ask.today));
    }
    unite_twins(&mut known);
    known.sort_by(|left, right| {
        let key = |known: &Known| (known.payout.store, known.payout.day);
        key(left).cmp(&key(right)).then_with(|| left.payout.reference.cmp(&right.payout.reference))
    });
    Ok(known)
}

/// The format of the file that brought each payout.
fn list_formats(reader: &Reader<'_>) -> Result<BTreeMap<PayoutId, String>, ReportError> {
    let mut statement = reader.conn().prepare_cached(
        "select payouts.id, format from payouts join imports on imports.id = import_id",
    )?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What a format that tells payouts is to a reader.
#[derive(Debug)]
pub(super) struct Format {
    pub name: &'static str,
    platform: &'static str,
    /// Whether its orders say which payout they are in.
    pub names_members: bool,
    /// Whether rows may be in no payout yet.
    tells_open: bool,
    /// Payments that it pays out, where a shop has others beside.
    pub gateway: Option<&'static str>,
}

const fn format(name: &'static str, platform: &'static str) -> Format {
    Format { name, platform, names_members: true, tells_open: false, gateway: None }
}

static FORMATS: [Format; 5] = [
    format("amazon-settlement", "Amazon"),
    Format { tells_open: true, ..format("ebay-transactions", "eBay") },
    Format { names_members: false, ..format("etsy-statement", "Etsy") },
    Format {
        tells_open: true,
        gateway: Some("shopify payments"),
        ..format("shopify-payments", "Shopify Payments")
    },
    format("tiktok-settlement", "TikTok Shop"),
];
static OTHER: Format = Format { names_members: false, ..format("", "") };

/// The format behind a platform's name.
pub(super) fn format_of(platform: &str) -> &'static Format {
    FORMATS.iter().find(|format| format.platform == platform).unwrap_or(&OTHER)
}

fn know(stored: StoredPayout, store: &str, format: &'static Format, today: Day) -> Known {
    let payout = stored.payout;
    let day = payout.deposited.or(payout.due);
    let standing = match (payout.status, payout.deposited) {
        (Some(PayoutStatus::Failed), _) => Standing::Failed,
        (Some(PayoutStatus::InTransit), _) => Standing::InTransit,
        // The day of a deposit may be stated before it comes.
        (_, Some(day)) if day > today => Standing::InTransit,
        (_, Some(_)) => Standing::Paid,
        (Some(PayoutStatus::Paid), None) => Standing::Paid,
        (None, None) => Standing::Untold,
    };
    let is_outside =
        |part: &&crate::domain::record::PayoutPart| part.rows == 0 && part.group == "balance";
    let outside = payout.parts.iter().filter(is_outside).map(|part| part.amount_minor).sum();
    let held = payout.parts.iter().filter(|part| part.group == "reserves");
    let held = -held.map(|part| part.amount_minor.min(0)).sum::<i64>();
    let ledger_of = format.names_members.then(|| payout.id.clone());
    let ledger_of = ledger_of.filter(|id| !id.starts_with(STATED));
    let payout = PaidOut {
        id: stored.id,
        store: stored.store,
        store_name: store.to_owned(),
        platform: format.platform,
        reference: payout.id,
        members: ledger_of,
        shared: false,
        currency: payout.currency,
        range: payout.from.zip(payout.to).map(|(from, to)| DayRange { from, to }),
        day: day.or(payout.to),
        standing,
        rows: payout.rows,
        parts: payout.parts,
        ledger: None,
        outside_minor: outside,
        stated_minor: payout.stated_minor,
        received: payout.received,
        held_minor: held,
        released: None,
    };
    Known { payout, format }
}

/// One payout that two exports of Shopify's tell: its transactions are our ledger, its row in the
/// payouts export states the deposit. They have the day in common; of several on a day nobody
/// says which transaction is in which.
fn unite_twins(known: &mut Vec<Known>) {
    let key = |known: &Known, prefix: &str| {
        let day = known.payout.reference.strip_prefix(prefix)?.split('/').next()?.to_owned();
        Some((known.payout.store, known.payout.currency, day))
    };
    let mut stated: BTreeMap<(StoreId, Currency, String), Vec<usize>> = BTreeMap::new();
    for (index, one) in known.iter().enumerate() {
        if let Some(key) = key(one, STATED) {
            stated.entry(key).or_default().push(index);
        }
    }
    let mut told_twice = BTreeSet::new();
    for index in 0..known.len() {
        let Some(key) = key(&known[index], TRANSACTIONS) else { continue };
        let Some(twins) = stated.get(&key) else { continue };
        told_twice.insert(known[index].payout.id);
        let (range, rows) = (known[index].payout.range, known[index].payout.rows);
        known[twins[0]].payout.members = known[index].payout.members.clone();
        match twins[..] {
            [twin] => (known[twin].payout.range, known[twin].payout.rows) = (range, rows),
            _ => twins.iter().for_each(|twin| known[*twin].payout.shared = true),
        }
    }
    known.retain(|one| !told_twice.contains(&one.payout.id));
}

/// What one payout holds back the next of the account that frees anything gives back, where it is
/// the same amount; else nobody says when.
fn tell_releases(known: &mut [Known]) {
    for index in 0..known.len() {
        let held = known[index].payout.held_minor;
        if held == 0 {
            continue;
        }
        let account =
            |known: &Known| (known.payout.store, known.format.platform, known.payout.currency);
        let freed = |known: &Known| -> i64 {
            let own = known.payout.parts.iter().filter(|part| part.group == "reserves");
            own.map(|part| part.amount_minor.max(0)).sum()
        };
        let own = account(&known[index]);
        let mut later = known[index + 1..].iter().filter(|other| account(other) == own);
        let next = later.find(|other| freed(other) != 0);
        let day = next.filter(|other| freed(other) == held).and_then(|other| other.payout.day);
        known[index].payout.released = day;
    }
}

#[derive(Default)]
struct Accounts {
    accounts: Vec<(Account, &'static Format, Facts)>,
}

/// What is gathered of an account on the way.
#[derive(Default)]
struct Facts {
    /// The first day that any of its payouts covers, and the last that one was deposited.
    first: Option<Day>,
    last: Option<Day>,
}

impl Accounts {
    fn open(
        &mut self,
        format: &'static Format,
        (store, name): (StoreId, &str),
        currency: Currency,
    ) -> (&mut Account, &mut Facts) {
        let same = |account: &Account| {
            account.store == store
                && account.platform == format.platform
                && account.currency == currency
        };
        let index = self.accounts.iter().position(|(account, ..)| same(account));
        let index = index.unwrap_or_else(|| {
            let account = Account {
                store,
                store_name: name.to_owned(),
                platform: format.platform,
                currency,
                open_minor: 0,
                waiting: (0, 0),
                in_transit_minor: 0,
                held_minor: 0,
                paid_minor: 0,
                untold_minor: 0,
                payouts: 0,
                off: 0,
            };
            self.accounts.push((account, format, Facts::default()));
            self.accounts.len() - 1
        });
        let (account, _, facts) = &mut self.accounts[index];
        (account, facts)
    }

    /// Stores that a platform told of, and that no payout paid yet.
    fn add_without_payouts(
        &mut self,
        reader: &Reader<'_>,
        ask: &PayoutAsk,
    ) -> Result<(), ReportError> {
        let mut statement = reader.conn().prepare_cached(
            "select distinct store_id, format from imports
             where store_id is not null and state = 'done' order by store_id, format",
        )?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let told: Vec<(StoreId, String)> = rows.collect::<Result<_, _>>()?;
        for store in stores::list_stores(reader)? {
            let is_asked = ask.store.is_none_or(|asked| asked == store.id);
            if !is_asked || !ask.scope.allows(store.id) {
                continue;
            }
            for format in &FORMATS {
                let is_its =
                    |(of, name): &(StoreId, String)| *of == store.id && name == format.name;
                let has_any = self.accounts.iter().any(|(account, ..)| {
                    account.store == store.id && account.platform == format.platform
                });
                if told.iter().any(is_its) && !has_any {
                    self.open(format, (store.id, &store.name), store.currency);
                }
            }
        }
        Ok(())
    }

    fn add(&mut self, payout: &PaidOut, format: &'static Format, is_asked: bool) {
        let (account, facts) =
            self.open(format, (payout.store, &payout.store_name), payout.currency);
        let begins = payout.range.map(|range| range.from).or(payout.day);
        facts.first = [facts.first, begins].into_iter().flatten().min();
        facts.last = facts.last.max(payout.day);
        account.held_minor -= payout.theirs("reserves");
        match payout.standing {
            Standing::InTransit => account.in_transit_minor += payout.stated_minor,
            Standing::Untold => account.untold_minor += payout.stated_minor,
            Standing::Paid if is_asked => account.paid_minor += payout.stated_minor,
            Standing::Paid | Standing::Failed => {}
        }
        account.payouts += i64::from(is_asked);
        account.off += i64::from(is_asked && payout.unexplained_minor() != 0);
    }

    /// Adds what is in no payout yet.
    fn finish(self, reader: &Reader<'_>) -> Result<Vec<Account>, ReportError> {
        let zone = organisation::find(reader.conn())?.time_zone.unwrap_or_else(Zone::utc);
        let mut accounts = Vec::new();
        for (mut account, format, facts) in self.accounts {
            let key = (account.store, "", account.currency);
            if format.tells_open {
                let orders = ledger::list_orders(reader, key)?;
                let charges = ledger::list_charges(reader, key, format.name)?;
                account.open_minor = ledger::sum(&orders, &charges).total();
            } else if !format.names_members {
                let last = facts.last.unwrap_or(Day(i32::MIN));
                let key = (account.store, format.name, account.currency);
                account.open_minor = ledger::sum_statement(reader, key, (last, &zone))?.total();
            }
            if let Some(first) = facts.first {
                let is_of = |order: &Order| is_paid_by(order, format);
                let untold = ledger::count_untold(reader, account.store, first, &is_of)?;
                account.waiting = untold.get(&account.currency).copied().unwrap_or_default();
            }
            accounts.push(account);
        }
        Ok(accounts)
    }
}

/// Whether the platform pays out what the buyer of an order paid.
fn is_paid_by(order: &Order, format: &Format) -> bool {
    order.payments.iter().any(|payment| format.pays(&payment.gateway)) || format.gateway.is_none()
}

impl Format {
    /// Whether payments of a gateway are paid out by the platform.
    pub fn pays(&self, gateway: &str) -> bool {
        let name = gateway.replace('_', " ").to_lowercase();
        self.gateway.is_none_or(|own| name.contains(own))
    }
}
