//! All orders in one go: Shopify is told what to write down, works on it in its own time, and
//! hands out one file. It is put together order by order, scrubbed, and kept until it was read.

use std::collections::VecDeque;
use std::io::{BufRead, Read, Write};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::client::{Shop, Trouble};
use super::{documents, scrub, wire};
use crate::base::Instant;
use crate::connectors::ctx::{Ctx, Spool};
use crate::connectors::fault::Fault;
use crate::connectors::kit::http::Answer;

/// The file of the account in which the orders wait.
const FILE: &str = "orders";
/// An order's lines follow it, but may be mixed with those of its neighbours.
const OPEN_MAX: usize = 2_000;
const LINE_BYTES_MAX: u64 = 8 * 1024 * 1024;
/// A result that does not come whole is asked for again so often.
pub const FAILURES_MAX: u32 = 3;

/// What Shopify was told to write down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Shopify's name of the work; none before it began.
    pub operation: Option<String>,
    pub begun: Instant,
    pub polls: u32,
    pub failures: u32,
    /// Whether the app may see the buyer's number and country.
    pub with_buyer: bool,
}

/// How the work stands.
pub enum Standing {
    /// Shopify is at it; so many orders are written.
    Busy { done: u64 },
    /// There are so many orders in the file.
    Kept { total: u64 },
    /// There is no such work any more, or it went wrong: it begins anew.
    Anew(Asked),
    /// It cannot be had in one go; why.
    Never { why: String },
}

impl Asked {
    pub fn new(now: Instant) -> Self {
        Self { operation: None, begun: now, polls: 0, failures: 0, with_buyer: true }
    }

    fn anew(&self) -> Self {
        Self { operation: None, polls: 0, failures: self.failures + 1, ..self.clone() }
    }
}

/// Tells Shopify to begin; `Busy` where it has too much to do already.
///
/// # Errors
/// A fault of the way.
pub fn start(shop: &Shop<'_, '_>, search: &str, asked: &mut Asked) -> Result<Standing, Fault> {
    let query = documents::bulk_orders(search, asked.with_buyer);
    let reply = shop.ask::<wire::Started>("bulk", documents::START_BULK, json!({ "q": query }), 10);
    let started = match reply {
        Ok(reply) => reply.data.bulk_operation_run_query,
        Err(Trouble::Fault(fault)) => return Err(fault),
        Err(other) => return Ok(Standing::Never { why: other.into_fault().to_string() }),
    };
    if let Some(error) = started.user_errors.first() {
        let is_busy =
            matches!(error.code.as_deref(), Some("OPERATION_IN_PROGRESS" | "LIMIT_REACHED"));
        return Ok(match is_busy {
            true => Standing::Busy { done: 0 },
            false => Standing::Never { why: error.message.chars().take(200).collect() },
        });
    }
    let Some(operation) = started.bulk_operation else {
        return Err(Fault::drift("bulkOperation", "there is neither work nor an error"));
    };
    let begun = operation.created_at.as_deref().and_then(|text| Instant::parse(text).ok());
    let now = shop.ctx.clock.now();
    // What changes from here on may be missing in the file.
    asked.begun = begun.map_or(now, |begun| begun.min(now));
    asked.operation = Some(operation.id);
    Ok(Standing::Busy { done: 0 })
}

/// Asks how far it is, and fetches the file where it is done.
///
/// # Errors
/// A fault of the way.
pub fn poll(shop: &Shop<'_, '_>, asked: &Asked, id: &str) -> Result<Standing, Fault> {
    let reply = shop.ask::<wire::Polled>("bulk", documents::POLL_BULK, json!({ "id": id }), 5);
    let Some(work) = reply.map_err(Trouble::into_fault)?.data.bulk_operation else {
        return Ok(anew(asked, "Shopify no longer knows of it."));
    };
    match work.status.as_str() {
        "CREATED" | "RUNNING" | "CANCELING" => {
            Ok(Standing::Busy { done: wire::count_of(work.root_object_count.as_ref()) })
        }
        "COMPLETED" => fetch(shop, &work),
        "FAILED" if work.error_code.as_deref() == Some("ACCESS_DENIED") && asked.with_buyer => {
            Ok(Standing::Anew(Asked { with_buyer: false, ..asked.anew() }))
        }
        other => Ok(anew(asked, &format!("Shopify says {other}."))),
    }
}

fn anew(asked: &Asked, why: &str) -> Standing {
    match asked.failures < FAILURES_MAX {
        true => Standing::Anew(asked.anew()),
        false => Standing::Never { why: why.to_owned() },
    }
}

fn fetch(shop: &Shop<'_, '_>, work: &wire::Bulk) -> Result<Standing, Fault> {
    // Without any order there is no file.
    let Some(url) = &work.url else { return Ok(Standing::Kept { total: 0 }) };
    let expected = wire::count_of(work.object_count.as_ref());
    let total = shop.download(url, |answer| keep(shop.ctx, answer, expected))?;
    Ok(Standing::Kept { total })
}

/// Puts the orders together and keeps them; gives how many there are.
fn keep(ctx: &Ctx<'_>, answer: Answer, expected: u64) -> Result<u64, Fault> {
    let mut kept =
        Kept { out: ctx.spool.create(FILE).map_err(not_kept)?, open: VecDeque::new(), orders: 0 };
    let mut reader = answer.into_reader();
    let (mut line, mut objects) = (Vec::new(), 0);
    loop {
        line.clear();
        let read = (&mut reader).take(LINE_BYTES_MAX).read_until(b'\n', &mut line);
        if read.map_err(|_| cut_off())? == 0 {
            break;
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        let value: Value = serde_json::from_slice(&line).map_err(|_| cut_off())?;
        kept.take(value)?;
        objects += 1;
    }
    if objects < expected {
        return Err(cut_off());
    }
    kept.finish()
}

struct Kept {
    out: Box<dyn Write + Send>,
    /// Orders whose lines may still come, the oldest first.
    open: VecDeque<(String, Value)>,
    orders: u64,
}

impl Kept {
    fn take(&mut self, mut value: Value) -> Result<(), Fault> {
        let id = value.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        let parent = value.as_object_mut().and_then(|members| members.remove("__parentId"));
        let Some(parent) = parent else {
            if self.open.len() >= OPEN_MAX {
                self.close_first()?;
            }
            value["lineItems"] = json!({ "nodes": [] });
            value["shippingLines"] = json!({ "nodes": [] });
            self.open.push_back((id, value));
            return Ok(());
        };
        let parent = parent.as_str().unwrap_or_default();
        let member = match id.split('/').nth(3) {
            Some("LineItem") => "lineItems",
            Some("ShippingLine") => "shippingLines",
            _ => return Err(Fault::drift("bulk", "a part of an order is of no kind we know")),
        };
        let order = self.open.iter_mut().rev().find(|(id, _)| id == parent);
        let nodes = order.and_then(|(_, order)| order[member]["nodes"].as_array_mut());
        let Some(nodes) = nodes else {
            return Err(Fault::drift("bulk", "a part of an order stands far from its order"));
        };
        nodes.push(value);
        Ok(())
    }

    fn close_first(&mut self) -> Result<(), Fault> {
        let Some((_, order)) = self.open.pop_front() else { return Ok(()) };
        self.orders += 1;
        let line = format!("{}\n", scrub::spooled(&order));
        self.out.write_all(line.as_bytes()).map_err(not_kept)
    }

    fn finish(mut self) -> Result<u64, Fault> {
        while !self.open.is_empty() {
            self.close_first()?;
        }
        self.out.flush().map_err(not_kept)?;
        Ok(self.orders)
    }
}

fn cut_off() -> Fault {
    Fault::transient("Shopify's file of orders broke off; we fetch it again.")
}

fn not_kept(fault: std::io::Error) -> Fault {
    Fault::transient(format!("Shopify's file of orders could not be kept: {fault}."))
}

/// The next orders of the file from an offset on, each with the offset behind it; `None` where
/// the file is gone.
///
/// # Errors
/// `Transient` where it cannot be read.
pub fn read(
    spool: &dyn Spool,
    offset: u64,
    count: usize,
) -> Result<Option<Vec<(Value, u64)>>, Fault> {
    let Some(mut reader) = spool.open(FILE, offset).map_err(not_kept)? else { return Ok(None) };
    let (mut orders, mut line, mut at) = (Vec::new(), String::new(), offset);
    while orders.len() < count {
        line.clear();
        let read = reader.read_line(&mut line).map_err(not_kept)?;
        // Half a line is a file that the system lost the end of.
        let Some(text) = line.strip_suffix('\n') else { break };
        let Ok(order) = serde_json::from_str(text) else { break };
        at += read as u64;
        orders.push((order, at));
    }
    Ok(Some(orders))
}

pub fn remove(spool: &dyn Spool) {
    spool.remove(FILE);
}
