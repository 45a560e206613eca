//! What moved in the balance of Shopify Payments: the real fee of each payment and in which payout
//! it went out. A row is the very document that the transactions export tells, so that both are
//! one.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::client::{Shop, Trouble};
use super::orders::{parse, sort_out};
use super::payouts::{day_of, lacks_payments};
use super::spec::{DAY_S, FEES_OVERLAP_S};
use super::walk::{Depth, Pace, Walk};
use super::{documents, scrub, wire};
use crate::base::{Currency, Day, Instant, Zone};
use crate::connectors::contract::{Cursor, Document, Kept, Page, Problem, UnknownKind};
use crate::connectors::ctx::Account;
use crate::connectors::fault::Fault;
use crate::connectors::shopify::transactions::id_of;
use crate::connectors::shopify::transactions::normalise::{self, Transaction, kind_of};
use crate::connectors::shopify::transactions::vocabulary::{self, Meaning};

const VERSION: u32 = 1;
/// Before there were payments of Shopify's own.
pub const FIRST_PAYMENT: Instant = Instant(1_325_376_000_000_000);
/// A row is in no payout at first; which one it went into is seen when it is read again.
static PACE: Pace = Pace {
    overlap_s: FEES_OVERLAP_S,
    deep_every_s: DAY_S / 2,
    deep_back_s: 60 * DAY_S,
    span_s: 0,
    size: 100,
};
const DAYS_PER_CALL: usize = 40;
/// The payout itself, which the payouts tell.
const TRANSFER: &str = "TRANSFER";
/// Where a row stands on its way out.
const STATUSES: [&str; 7] =
    ["ACTION_REQUIRED", "CANCELED", "FAILED", "IN_TRANSIT", "PAID", "PENDING", "SCHEDULED"];

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Place {
    walk: Walk,
    /// The rows of the last instant that was read, by what they look like.
    twins: Twins,
}

/// Rows that look alike are told apart by their number, as in the export.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Twins {
    at: Option<Instant>,
    seen: Vec<(String, Vec<String>)>,
    /// The place of the row at hand, where it has one or is given it.
    #[serde(skip)]
    told: Option<usize>,
}

/// What one row does not say of itself: the day of its payout, and how many before it are just
/// alike.
#[derive(Serialize, Deserialize)]
struct Beside {
    day: Option<Day>,
    place: usize,
}

impl Twins {
    fn key(&mut self, at: Instant, id: &str, key: String) -> String {
        if self.at != Some(at) {
            (self.at, self.seen) = (Some(at), Vec::new());
        }
        let index = self.seen.iter().position(|(known, _)| *known == key);
        let index = index.unwrap_or_else(|| {
            self.seen.push((key.clone(), Vec::new()));
            self.seen.len() - 1
        });
        let ids = &mut self.seen[index].1;
        let place = ids.iter().position(|known| known == id).unwrap_or_else(|| {
            ids.push(id.to_owned());
            ids.len() - 1
        });
        let place = *self.told.get_or_insert(place);
        if place == 0 { key } else { format!("{key}/{}", place + 1) }
    }
}

/// # Errors
/// A fault of the way.
pub fn pull(shop: &Shop<'_, '_>, from: &Cursor) -> Result<Page, Fault> {
    let ctx = shop.ctx;
    let (walk, mut twins) = match from.read::<Place>(VERSION)? {
        Some(place) => (PACE.resume(Some(place.walk), ctx), place.twins),
        None => (PACE.first(ctx.since.max(FIRST_PAYMENT), ctx), Twins::default()),
    };
    let mut walk = walk;
    if walk.window.page.is_none() {
        twins = Twins::default();
    }
    let reply = walk.ask(|walk| {
        let variables = json!({
            "first": walk.size, "after": walk.window.page, "q": walk.search("processed_at")
        });
        shop.ask::<wire::payments::Payments<wire::payments::Balance>>(
            "fees",
            documents::BALANCE,
            variables,
            4 * walk.size,
        )
    });
    let reply = reply.map_err(Trouble::into_fault)?;
    let Some(account) = reply.data.shopify_payments_account else {
        return lacks_payments(from, reply.is_denied);
    };
    let list = account.balance_transactions;
    let mut rows = read_rows(list.nodes);
    rows.sort_by_key(|row| row.at);
    let days = find_days(shop, &rows)?;
    let last = rows.last().and_then(|row| row.at);
    let count = rows.len();
    let zone = &ctx.account.zone;
    let documents = rows.into_iter().map(|row| {
        twins.told = None;
        row.into_document(&days, zone, &mut twins)
    });
    let documents = documents.collect();
    let depth = last.map_or(Depth::Unknown, Depth::Time);
    let (walk, more) = PACE.step(walk, &list.page_info, (count, depth))?;
    let next = Cursor::write(VERSION, &Place { walk, twins })?;
    Ok(Page { documents, next, more, ..Page::default() })
}

/// # Errors
/// `Drift` where its place and its payout's day were not kept.
pub fn replay(account: &Account, kept: &Kept<'_>) -> Result<Document, Fault> {
    let beside: Beside = kept.read_beside()?;
    let node: Value = kept.read()?;
    let payout = node.pointer("/associatedPayout/id").and_then(Value::as_str);
    let day = payout.zip(beside.day).map(|(id, day)| (id.to_owned(), day));
    let days: Vec<(String, Day)> = day.into_iter().collect();
    let mut twins = Twins { told: Some(beside.place), ..Twins::default() };
    let mut documents = read_rows(vec![node]).into_iter();
    let row = documents.next().ok_or_else(|| Fault::drift(kept.key, "it is no payment"))?;
    Ok(row.into_document(&days, &account.zone, &mut twins))
}

struct Row {
    node: Value,
    read: Result<wire::payments::BalanceRow, Problem>,
    /// To the second, as the export writes it.
    at: Option<Instant>,
}

fn read_rows(nodes: Vec<Value>) -> Vec<Row> {
    let rows = sort_out(nodes).into_iter().map(|node| {
        let read = parse::<wire::payments::BalanceRow>(&node);
        let at = read.as_ref().ok().and_then(|row| wire::instant(&row.transaction_date).ok());
        Row { node, read, at: at.map(|at| Instant::from_seconds(at.seconds())) }
    });
    rows.collect()
}

/// The day of each payout that the rows name; a row names it by its number alone.
fn find_days(shop: &Shop<'_, '_>, rows: &[Row]) -> Result<Vec<(String, Day)>, Fault> {
    let named = rows
        .iter()
        .filter_map(|row| row.read.as_ref().ok()?.associated_payout.as_ref()?.id.clone());
    let mut ids: Vec<String> = named.collect();
    ids.sort_unstable();
    ids.dedup();
    let mut days = Vec::new();
    for ids in ids.chunks(DAYS_PER_CALL) {
        let variables: Map<String, Value> =
            ids.iter().enumerate().map(|(index, id)| (format!("p{index}"), json!(id))).collect();
        let query = documents::payout_days(ids.len());
        let cost = ids.len() as u32;
        let reply = shop.ask::<Map<String, Value>>("days", &query, Value::Object(variables), cost);
        let found = reply.map_err(Trouble::into_fault)?.data;
        for (index, id) in ids.iter().enumerate() {
            let payout = found.get(&format!("p{index}")).cloned().unwrap_or_default();
            let issued =
                serde_json::from_value::<Option<wire::payments::PayoutDay>>(payout).ok().flatten();
            let issued = issued.and_then(|payout| payout.issued_at);
            let issued = issued.and_then(|text| wire::instant(&text).ok());
            days.extend(issued.map(|at| (id.clone(), day_of(at, &shop.ctx.account.zone))));
        }
    }
    Ok(days)
}

impl Row {
    fn into_document(self, days: &[(String, Day)], zone: &Zone, twins: &mut Twins) -> Document {
        let id = self.node["id"].as_str().unwrap_or_default();
        let key = wire::number_of(id).to_owned();
        let mut problems = Vec::new();
        let payout = self.node.pointer("/associatedPayout/id").and_then(Value::as_str);
        let day = days.iter().find(|(id, _)| payout == Some(id.as_str())).map(|(_, day)| *day);
        let records = self.read.and_then(|row| {
            let read = normalise_row(&row, (days, zone), twins, &mut problems);
            read.map_err(|what| Problem::Unread { path: key.clone(), what })
        });
        let records = records.unwrap_or_else(|problem| {
            problems.push(problem);
            None
        });
        let raw = scrub::raw(&self.node).beside(&Beside { day, place: twins.told.unwrap_or(0) });
        Document { key, raw: Some(raw), records: records.into_iter().collect(), problems }
    }
}

fn normalise_row(
    row: &wire::payments::BalanceRow,
    (days, zone): (&[(String, Day)], &Zone),
    twins: &mut Twins,
    problems: &mut Vec<Problem>,
) -> Result<Option<crate::domain::record::Record>, String> {
    if row.test || row.type_ == TRANSFER {
        return Ok(None);
    }
    let at = Instant::from_seconds(wire::instant(&row.transaction_date)?.seconds());
    let currency = row.amount.currency()?.ok_or("a row names no currency")?;
    let (amount_minor, net_minor) = (row.amount.minor(currency)?, row.net.minor(currency)?);
    check_net(row, currency, amount_minor - net_minor)?;
    let type_ = row.type_.to_lowercase();
    let meaning = vocabulary::find(&type_);
    if meaning == Meaning::Unknown {
        let name = row.type_.chars().take(60).collect();
        problems.push(Problem::Unknown { kind: UnknownKind::Transaction, name });
    }
    let order = row.associated_order.as_ref().map(|order| order.name.clone());
    let payout = find_payout(row, days, problems);
    let name = order.as_deref().unwrap_or_default();
    let key = twins.key(at, &row.id, format!("{at}/{}/{name}/{amount_minor}", kind_of(&type_)));
    let transaction = Transaction {
        at,
        day: at.day_in(zone),
        type_,
        meaning,
        order,
        currency,
        amount_minor,
        net_minor,
        payout: payout.map(id_of),
        key,
    };
    Ok(normalise::read(&transaction))
}

fn check_net(
    row: &wire::payments::BalanceRow,
    currency: Currency,
    taken: i64,
) -> Result<(), String> {
    match row.fee.minor(currency)? == taken {
        true => Ok(()),
        false => Err("the net is not the amount less the fee".to_owned()),
    }
}

/// The day of the payout that a row is in; `None` for none yet.
fn find_payout(
    row: &wire::payments::BalanceRow,
    days: &[(String, Day)],
    problems: &mut Vec<Problem>,
) -> Option<Day> {
    let payout = row.associated_payout.as_ref()?;
    if let Some(name) = payout.status.as_deref().filter(|status| !STATUSES.contains(status)) {
        let name = name.chars().take(40).collect();
        problems.push(Problem::Unknown { kind: UnknownKind::Status, name });
    }
    let id = payout.id.as_ref()?;
    let found = days.iter().find(|(known, _)| known == id).map(|(_, day)| *day);
    if found.is_none() {
        let what = "A payment is in a payout that Shopify does not show; it stands as not paid \
                    out yet.";
        problems.push(Problem::Doubt { what: what.to_owned() });
    }
    found
}
