//! The streams of orders: everything in one go at first, then what changed, and once a day the
//! last weeks again. An order is made whole (all its lines, each of its refunds) before it is
//! read, whichever way it came.

use std::collections::HashSet;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::bulk::{self, Asked, Standing};
use super::client::{Shop, Trouble};
use super::spec::{AGAIN_BACK_S, DAY_S, ORDERS_OVERLAP_S};
use super::walk::{Depth, FIRST_SHOP, Pace, Walk};
use super::{documents, order, scrub, wire};
use crate::base::Instant;
use crate::connectors::contract::{Cursor, Document, Kept, Page, Problem, Progress};
use crate::connectors::fault::Fault;
use crate::connectors::kit::json;
use crate::connectors::kit::roll::{Entry, Roll};

const VERSION: u32 = 1;
const AGAIN_VERSION: u32 = 2;
/// Orders of a page out of the file; one with refunds takes calls of its own.
const PAGE_ORDERS: usize = 50;
const REFUNDS_PER_PAGE_MAX: usize = 40;
const BUSY_WAIT: Duration = Duration::from_secs(30);
const POLL_WAIT_S: u64 = 2;
const POLL_WAIT_S_MAX: u64 = 20;
/// As many as we ask for at once; more of them would be left out.
const REFUNDS_MAX: usize = 50;
const TRANSACTIONS_MAX: usize = 30;
const PAGES_MAX: u32 = 200;
/// The name of the files in which it is noted which orders there are.
const ROLL: &str = "orders-again";
/// Seconds within which a missing order was surely looked for: an app that may not read all orders
/// loses sight of one after 60 days.
const MISSED_BACK_S: i64 = 58 * 86_400;
/// Missing orders of one page that are asked for by themselves.
const MISSING_PER_PAGE: usize = 20;

static PACE: Pace = Pace {
    overlap_s: ORDERS_OVERLAP_S,
    deep_every_s: 0,
    deep_back_s: 0,
    span_s: 90 * DAY_S,
    size: 20,
};
static AGAIN: Pace = Pace { overlap_s: AGAIN_BACK_S, span_s: 7 * DAY_S, ..PACE };

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Place {
    Asked(Asked),
    Reading(Reading),
    Walk(Walk),
}

/// How far the file of all orders was read.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Reading {
    asked: Asked,
    offset: u64,
    done: u64,
    total: u64,
}

/// Where the second reading stands.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Again {
    walk: Walk,
    roll: Roll,
    /// Orders of the last turn that this one did not find; `None` until they are looked for.
    missing: Option<Vec<Entry>>,
}

/// # Errors
/// A fault of the way.
pub fn pull(shop: &Shop<'_, '_>, from: &Cursor) -> Result<Page, Fault> {
    let ctx = shop.ctx;
    match from.read::<Place>(VERSION)? {
        None => begin(shop, Asked::new(ctx.clock.now())),
        Some(Place::Asked(asked)) => match asked.operation.clone() {
            None => begin(shop, asked),
            Some(id) => look(shop, asked, &id),
        },
        Some(Place::Reading(reading)) => read(shop, reading),
        Some(Place::Walk(walk)) => {
            step(shop, (&PACE, "updated_at"), PACE.resume(Some(walk), ctx), Place::Walk)
        }
    }
}

/// The orders that were placed within the last weeks, whether they say that they changed or not,
/// and those that are no more.
///
/// # Errors
/// A fault of the way.
pub fn pull_again(shop: &Shop<'_, '_>, from: &Cursor) -> Result<Page, Fault> {
    let ctx = shop.ctx;
    let Again { walk, mut roll, missing } = match from.read::<Again>(AGAIN_VERSION)? {
        Some(again) => again,
        None => {
            let begin = ctx.clock.now().plus_seconds(-i64::from(AGAIN_BACK_S));
            let walk = AGAIN.first(begin, ctx);
            Again { walk, roll: Roll::default(), missing: None }
        }
    };
    if let Some(mut missing) = missing {
        let n_taken = missing.len().min(MISSING_PER_PAGE);
        let taken = missing.drain(..n_taken).map(|(id, _)| find(shop, &id));
        let documents = taken.collect::<Result<_, _>>()?;
        let more = !missing.is_empty();
        if !more {
            roll.close();
        }
        let again = Again { walk, roll, missing: more.then_some(missing) };
        let next = Cursor::write(AGAIN_VERSION, &again)?;
        return Ok(Page { documents, next, more, ..Page::default() });
    }
    let (orders, walk, mut more) =
        list(shop, (&AGAIN, "created_at"), AGAIN.resume(Some(walk), ctx))?;
    let named: Vec<Entry> = orders
        .iter()
        .map(|order| (id_of(order).to_owned(), text_of(order, "createdAt").to_owned()))
        .collect();
    roll.note(ctx.spool, ROLL, &named)?;
    let documents =
        orders.into_iter().map(|order| complete(shop, order)).collect::<Result<_, _>>()?;
    let mut missing = None;
    if !more {
        let since = walk.until().plus_seconds(-MISSED_BACK_S);
        let is_young = |(_, at): &Entry| Instant::parse(at).is_ok_and(|at| at > since);
        let found = roll.list_missing(ctx.spool, ROLL, &is_young)?;
        missing = (!found.is_empty()).then_some(found);
        more = missing.is_some();
        if !more {
            roll.close();
        }
    }
    let next = Cursor::write(AGAIN_VERSION, &Again { walk, roll, missing })?;
    Ok(Page { documents, next, more, ..Page::default() })
}

/// An order by its id, or word that it is no more.
fn find(shop: &Shop<'_, '_>, id: &str) -> Result<Document, Fault> {
    let variables = json!({ "id": id });
    let reply = shop.ask::<wire::WholeOrder>("order", documents::ORDER, variables, 30);
    match reply.map_err(Trouble::into_fault)?.data.order {
        Some(order) => complete(shop, order),
        None => {
            let key = wire::number_of(id).to_owned();
            let what = format!(
                "Order {key} was deleted at Shopify. It stays in your books as it was known last."
            );
            let problems = vec![Problem::Doubt { what }];
            Ok(Document { key, problems, ..Document::default() })
        }
    }
}

fn begin(shop: &Shop<'_, '_>, mut asked: Asked) -> Result<Page, Fault> {
    let since = shop.ctx.since;
    let search = match since > FIRST_SHOP {
        true => format!("updated_at:>='{since}'"),
        false => String::new(),
    };
    match bulk::start(shop, &search, &mut asked)? {
        Standing::Never { why } => walk_instead(shop, &why),
        _ => wait(asked, 0),
    }
}

fn look(shop: &Shop<'_, '_>, mut asked: Asked, id: &str) -> Result<Page, Fault> {
    match bulk::poll(shop, &asked, id)? {
        Standing::Busy { done } => {
            asked.polls += 1;
            wait(asked, done)
        }
        Standing::Anew(asked) => wait(asked, 0),
        Standing::Never { why } => walk_instead(shop, &why),
        Standing::Kept { total } => {
            let reading = Reading { asked, offset: 0, done: 0, total };
            Ok(Page {
                next: Cursor::write(VERSION, &Place::Reading(reading))?,
                more: true,
                progress: Some(Progress { done: 0, total: Some(total) }),
                ..Page::default()
            })
        }
    }
}

/// Shopify is at work, or has too much of it.
fn wait(asked: Asked, done: u64) -> Result<Page, Fault> {
    let wait = match asked.operation {
        None => BUSY_WAIT,
        Some(_) => {
            let seconds = POLL_WAIT_S + u64::from(asked.polls) * 2;
            Duration::from_secs(seconds.min(POLL_WAIT_S_MAX))
        }
    };
    Ok(Page {
        next: Cursor::write(VERSION, &Place::Asked(asked))?,
        wait: Some(wait),
        progress: Some(Progress { done, total: None }),
        ..Page::default()
    })
}

/// What cannot be had in one go is gone through page by page.
fn walk_instead(shop: &Shop<'_, '_>, why: &str) -> Result<Page, Fault> {
    let walk = PACE.first(shop.ctx.since.max(FIRST_SHOP), shop.ctx);
    let what = format!("Shopify does not hand out all orders at once, so they come slowly. {why}");
    let document = Document {
        key: "first-load".to_owned(),
        problems: vec![Problem::Doubt { what }],
        ..Document::default()
    };
    Ok(Page {
        documents: vec![document],
        next: Cursor::write(VERSION, &Place::Walk(walk))?,
        more: true,
        ..Page::default()
    })
}

fn read(shop: &Shop<'_, '_>, mut reading: Reading) -> Result<Page, Fault> {
    let total = reading.total;
    if reading.done >= total {
        bulk::remove(shop.ctx.spool);
        let behind = reading.asked.begun.plus_seconds(-i64::from(ORDERS_OVERLAP_S));
        let walk = PACE.first(behind, shop.ctx);
        return Ok(Page {
            next: Cursor::write(VERSION, &Place::Walk(walk))?,
            more: true,
            progress: Some(Progress { done: total, total: Some(total) }),
            ..Page::default()
        });
    }
    let orders = bulk::read(shop.ctx.spool, reading.offset, PAGE_ORDERS)?.unwrap_or_default();
    if orders.is_empty() {
        // The file is gone, or not whole: Shopify still has it.
        let next = Cursor::write(VERSION, &Place::Asked(reading.asked))?;
        return Ok(Page { next, wait: Some(Duration::from_secs(1)), ..Page::default() });
    }
    let (mut documents, mut refunds) = (Vec::new(), 0);
    for (order, behind) in orders {
        refunds += list_refund_ids(&order).len();
        if refunds > REFUNDS_PER_PAGE_MAX && !documents.is_empty() {
            break;
        }
        documents.push(complete(shop, order)?);
        (reading.offset, reading.done) = (behind, reading.done + 1);
    }
    let progress = Some(Progress { done: reading.done, total: Some(total) });
    let next = Cursor::write(VERSION, &Place::Reading(reading))?;
    Ok(Page { documents, next, more: true, progress, ..Page::default() })
}

fn step<P: Serialize>(
    shop: &Shop<'_, '_>,
    paced: (&Pace, &str),
    walk: Walk,
    place: impl Fn(Walk) -> P,
) -> Result<Page, Fault> {
    let (orders, walk, more) = list(shop, paced, walk)?;
    let documents = orders.into_iter().map(|order| complete(shop, order)).collect::<Result<_, _>>();
    let next = Cursor::write(VERSION, &place(walk))?;
    Ok(Page { documents: documents?, next, more, ..Page::default() })
}

/// The orders of a page as they came, the place behind it, and whether there is more.
fn list(
    shop: &Shop<'_, '_>,
    (pace, member): (&Pace, &str),
    mut walk: Walk,
) -> Result<(Vec<Value>, Walk, bool), Fault> {
    let reply = walk.ask(|walk| {
        let variables = json!({
            "first": walk.size, "after": walk.window.page, "q": walk.search(member)
        });
        shop.ask::<wire::Orders>("orders", documents::ORDERS, variables, 10 * walk.size)
    });
    let list = reply.map_err(Trouble::into_fault)?.data.orders;
    let count = list.nodes.len();
    let orders = sort_out(list.nodes);
    let last = orders.iter().map(rank_of).max().unwrap_or(0);
    let (walk, more) = pace.step(walk, &list.page_info, (count, Depth::Number(last)))?;
    Ok((orders, walk, more))
}

fn text_of<'a>(node: &'a Value, member: &str) -> &'a str {
    node.get(member).and_then(Value::as_str).unwrap_or_default()
}

fn id_of(node: &Value) -> &str {
    text_of(node, "id")
}

fn rank_of(node: &Value) -> u64 {
    wire::rank_of(id_of(node))
}

/// Each thing once, in the order of its number.
pub fn sort_out(mut nodes: Vec<Value>) -> Vec<Value> {
    nodes.sort_by(|left, right| (rank_of(left), id_of(left)).cmp(&(rank_of(right), id_of(right))));
    nodes.dedup_by(|left, right| !id_of(left).is_empty() && id_of(left) == id_of(right));
    nodes
}

fn list_refund_ids(order: &Value) -> Vec<String> {
    let refunds = order.get("refunds").and_then(Value::as_array);
    let mut ids: Vec<String> =
        refunds.into_iter().flatten().map(|refund| id_of(refund).to_owned()).collect();
    ids.sort_unstable_by_key(|id| wire::rank_of(id));
    ids.dedup();
    ids
}

/// One order with all that belongs to it, understood.
fn complete(shop: &Shop<'_, '_>, mut node: Value) -> Result<Document, Fault> {
    add_lines(shop, &mut node)?;
    let ids = list_refund_ids(&node);
    let is_cut = ids.len() >= REFUNDS_MAX;
    let mut refunds = Vec::new();
    for id in ids {
        refunds.extend(fetch_refund(shop, &id)?);
    }
    Ok(understand(node, refunds, is_cut))
}

/// # Errors
/// `Drift` where what was kept is no JSON.
pub fn replay(kept: &Kept<'_>) -> Result<Document, Fault> {
    let mut node: Value = kept.read()?;
    let refunds = node.get_mut("refunds").map(Value::take);
    let refunds = refunds.as_ref().and_then(Value::as_array).cloned().unwrap_or_default();
    let is_cut = refunds.len() >= REFUNDS_MAX;
    Ok(understand(node, refunds, is_cut))
}

/// An order and its refunds, each whole.
fn understand(mut node: Value, refunds: Vec<Value>, is_cut: bool) -> Document {
    let mut problems = Vec::new();
    let paid = node.get("transactions").and_then(Value::as_array).map_or(0, Vec::len);
    if is_cut || paid >= TRANSACTIONS_MAX {
        let what = "An order has so many payments or refunds that some may be missing.";
        problems.push(Problem::Doubt { what: what.to_owned() });
    }
    let key = wire::number_of(id_of(&node)).to_owned();
    let mut document = match (parse(&node), parse_all(&refunds)) {
        (Ok(order), Ok(refunds)) => order::normalise(&order, &refunds),
        (Err(problem), _) | (_, Err(problem)) => {
            Document { problems: vec![problem], ..Document::default() }
        }
    };
    node["refunds"] = Value::Array(refunds);
    document.raw = Some(scrub::raw(&node));
    document.problems.extend(problems);
    Document { key, ..document }
}

/// A thing of a list in our shape, or why not and where.
///
/// # Errors
/// `Problem::Unread`.
pub fn parse<T: serde::de::DeserializeOwned>(node: &Value) -> Result<T, Problem> {
    let text = node.to_string();
    serde_json::from_str(&text).map_err(|fault| {
        let found = json::explain(&text, &fault);
        Problem::Unread { path: found.path, what: found.reason }
    })
}

fn parse_all(refunds: &[Value]) -> Result<Vec<wire::Refund>, Problem> {
    refunds.iter().map(parse).collect()
}

/// The lines beyond the first page of an order.
fn add_lines(shop: &Shop<'_, '_>, node: &mut Value) -> Result<(), Fault> {
    let flag = |node: &Value, list: &str| {
        let found = node.pointer(&format!("/{list}/pageInfo/hasNextPage"));
        found.and_then(Value::as_bool).unwrap_or(false)
    };
    let end = node.pointer("/lineItems/pageInfo/endCursor").and_then(Value::as_str);
    let (mut after, mut more) = (end.map(str::to_owned), flag(node, "lineItems"));
    if !more && !flag(node, "shippingLines") {
        return Ok(());
    }
    let id = id_of(node).to_owned();
    for _ in 0..PAGES_MAX {
        let variables = json!({ "id": id, "after": after });
        let reply = shop.ask::<wire::OneOrder>("lines", documents::LINES, variables, 300);
        // Deleted meanwhile: what is known of it stands.
        let Some(found) = reply.map_err(Trouble::into_fault)?.data.order else { break };
        if more {
            let lines = node.pointer_mut("/lineItems/nodes").and_then(Value::as_array_mut);
            if let Some(lines) = lines {
                lines.extend(found.line_items.nodes);
            }
        }
        node["shippingLines"] = json!({ "nodes": found.shipping_lines.nodes });
        let info = found.line_items.page_info;
        more = more && info.has_next_page;
        if !more {
            break;
        }
        after = info.end_cursor;
    }
    Ok(())
}

/// A refund with all its lines; none where it is gone.
fn fetch_refund(shop: &Shop<'_, '_>, id: &str) -> Result<Option<Value>, Fault> {
    let (mut whole, mut after): (Option<Value>, Option<String>) = (None, None);
    let mut seen = HashSet::new();
    for _ in 0..PAGES_MAX {
        let variables = json!({ "id": id, "after": after });
        let reply = shop.ask::<wire::OneRefund>("refund", documents::REFUND, variables, 200);
        let Some(mut page) = reply.map_err(Trouble::into_fault)?.data.refund else { break };
        let info = page.pointer("/refundLineItems/pageInfo").cloned().unwrap_or_default();
        let info: wire::PageInfo = serde_json::from_value(info).unwrap_or_default();
        match &mut whole {
            None => whole = Some(page),
            Some(whole) => {
                let more = page.pointer_mut("/refundLineItems/nodes").map(Value::take);
                let more = more.as_ref().and_then(Value::as_array).cloned().unwrap_or_default();
                let lines = whole.pointer_mut("/refundLineItems/nodes");
                if let Some(lines) = lines.and_then(Value::as_array_mut) {
                    lines.extend(more);
                }
            }
        }
        match info.end_cursor.filter(|end| info.has_next_page && seen.insert(end.clone())) {
            Some(end) => after = Some(end),
            None => break,
        }
    }
    Ok(whole)
}
