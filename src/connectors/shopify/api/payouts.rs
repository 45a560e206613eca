//! Payouts of Shopify Payments, each under the name that the payouts export would give it, and for
//! each day what its transactions are gathered under.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::balance::FIRST_PAYMENT;
use super::client::{Shop, Trouble};
use super::orders::{parse, sort_out};
use super::spec::{DAY_S, PAYOUTS_OVERLAP_S};
use super::{documents, scrub, wire};
use crate::base::{Currency, Day, Instant, Zone};
use crate::connectors::contract::{Cursor, Document, Kept, Page, Problem, UnknownKind};
use crate::connectors::ctx::Account;
use crate::connectors::fault::Fault;
use crate::connectors::shopify::payouts::{find_status, payout_of};
use crate::connectors::shopify::transactions::id_of as id_of_transactions;
use crate::domain::record::{Payout, PayoutPart, Record};

const VERSION: u32 = 1;
const PAGE: u32 = 50;
const PAGES_MAX: u32 = 400;
/// Group and name of each part as the payouts export has it, and Shopify's amounts in it; those
/// of the fees are taken away.
const PARTS: [(&str, &str, &[&str]); 7] = [
    ("sales", "charges", &["chargesGross"]),
    ("refunds", "refunds", &["refundsFeeGross"]),
    ("other_income", "adjustments", &["adjustmentsGross", "usdcRebateCreditAmount"]),
    ("reserves", "reserved funds", &["reservedFundsGross"]),
    ("fees", "fees", &FEES),
    ("balance", "retried amount", &["retriedPayoutsGross"]),
    ("balance", "advances", &["advanceGross"]),
];
const FEES: [&str; 6] = [
    "chargesFee",
    "refundsFee",
    "adjustmentsFee",
    "reservedFundsFee",
    "retriedPayoutsFee",
    "advanceFees",
];

/// Until when all payouts are known.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Place {
    until: Instant,
}

/// A shop without Shopify Payments has nothing there; one whose app may not see it is told so.
///
/// # Errors
/// `Refused` where the app lacks the permission.
pub fn lacks_payments(from: &Cursor, is_denied: bool) -> Result<Page, Fault> {
    match is_denied {
        true => Err(Fault::refused(
            200,
            "The app may not read payouts. Give it the permission read_shopify_payments in \
             Shopify, then resume the connection.",
        )),
        false => Ok(Page { next: from.clone(), ..Page::default() }),
    }
}

/// All payouts since a day, at once: of two on one day both must be known.
///
/// # Errors
/// A fault of the way.
pub fn pull(shop: &Shop<'_, '_>, from: &Cursor) -> Result<Page, Fault> {
    let ctx = shop.ctx;
    let now = ctx.clock.now();
    let since = match from.read::<Place>(VERSION)? {
        Some(place) => place.until.min(now).plus_seconds(-i64::from(PAYOUTS_OVERLAP_S)),
        None => ctx.since.max(FIRST_PAYMENT),
    };
    // The first day may be cut; it is asked for whole and left out where it is not.
    let from_day = since.day_in(&ctx.account.zone);
    let asked_from = since.plus_seconds(-2 * i64::from(DAY_S));
    let (mut nodes, mut after): (Vec<Value>, Option<String>) = (Vec::new(), None);
    for _ in 0..PAGES_MAX {
        let variables = json!({
            "first": PAGE, "after": after, "q": format!("issued_at:>='{asked_from}'")
        });
        type Found = wire::payments::Payments<wire::payments::Payouts>;
        let reply = shop.ask::<Found>("payouts", documents::PAYOUTS, variables, 5 * PAGE);
        let reply = reply.map_err(Trouble::into_fault)?;
        let Some(account) = reply.data.shopify_payments_account else {
            return lacks_payments(from, reply.is_denied);
        };
        nodes.extend(account.payouts.nodes);
        let info = account.payouts.page_info;
        after = info.end_cursor.filter(|_| info.has_next_page);
        if after.is_none() {
            break;
        }
    }
    let documents = read(nodes, from_day, &ctx.account.zone);
    let next = Cursor::write(VERSION, &Place { until: now })?;
    Ok(Page { documents, next, ..Page::default() })
}

/// The day on which a payout was issued. An instant at midnight UTC is a day that was written as
/// one; any other is of the shop's own day.
pub fn day_of(issued: Instant, zone: &Zone) -> Day {
    match issued.seconds() % 86_400 {
        0 => issued.day_in(&Zone::utc()),
        _ => issued.day_in(zone),
    }
}

fn read(nodes: Vec<Value>, from_day: Day, zone: &Zone) -> Vec<Document> {
    let mut days: BTreeMap<(Day, Currency), Vec<(Payout, Value)>> = BTreeMap::new();
    let mut documents = Vec::new();
    for node in sort_out(nodes) {
        let mut document = read_one(&node, 1, zone);
        if let Some((day, payout)) = document.1 {
            if day < from_day {
                continue;
            }
            let same = days.entry((day, payout.currency)).or_default();
            same.push((payout, node.clone()));
            if same.len() > 1 {
                document = read_one(&node, same.len(), zone);
            }
        }
        documents.push(document.0);
    }
    documents.extend(days.into_values().map(|payouts| gather(payouts, zone)));
    documents
}

/// A payout that is the so manieth of its day; and its day, with the payout as it is alone.
fn read_one(node: &Value, place: usize, zone: &Zone) -> (Document, Option<(Day, Payout)>) {
    let key = wire::number_of(node["id"].as_str().unwrap_or_default()).to_owned();
    let mut problems = Vec::new();
    let read = parse::<wire::payments::Payout>(node).and_then(|payout| {
        let read = normalise(&payout, zone, &mut problems);
        read.map_err(|what| Problem::Unread { path: key.clone(), what })
    });
    let raw = Some(scrub::raw(node).beside(&place));
    let mut document = Document { key, raw, ..Document::default() };
    let read = match read {
        Ok((day, payout)) => {
            let mut own = payout.clone();
            // A second payout of the day is told apart by its place.
            if place > 1 {
                own.id = format!("{}/{place}", own.id);
            }
            document.records.push(Record::Payout(own));
            Some((day, payout))
        }
        Err(problem) => {
            problems.push(problem);
            None
        }
    };
    document.problems = problems;
    (document, read)
}

/// One payout, or all of a day.
///
/// # Errors
/// `Drift` where its place among the day's was not kept.
pub fn replay(account: &Account, kept: &Kept<'_>) -> Result<Document, Fault> {
    let node: Value = kept.read()?;
    let Value::Array(nodes) = node else {
        return Ok(read_one(&node, kept.read_beside()?, &account.zone).0);
    };
    let payouts = nodes.into_iter().filter_map(|node| {
        let (_, payout) = read_one(&node, 1, &account.zone).1?;
        Some((payout, node))
    });
    Ok(gather(payouts.collect(), &account.zone))
}

fn normalise(
    payout: &wire::payments::Payout,
    zone: &Zone,
    problems: &mut Vec<Problem>,
) -> Result<(Day, Payout), String> {
    let day = day_of(wire::instant(&payout.issued_at)?, zone);
    let currency = payout.net.currency()?.ok_or("a payout names no currency")?;
    let stated_minor = payout.net.minor(currency)?;
    let mut parts = Vec::new();
    for (group, kind, names) in PARTS {
        let mut amount_minor = 0;
        for name in names {
            if let Some(Some(amount)) = payout.summary.get(*name) {
                amount_minor += amount.minor(currency)?;
            }
        }
        let amount_minor = if group == "fees" { -amount_minor } else { amount_minor };
        if amount_minor != 0 {
            parts.push(part(group, kind, amount_minor));
        }
    }
    let rest = stated_minor - parts.iter().map(|part| part.amount_minor).sum::<i64>();
    if rest != 0 {
        parts.push(PayoutPart { unclassified: true, ..part("unclassified", "rest", rest) });
        let what = "The parts of a payout do not add up to its amount; the rest is shown.";
        problems.push(Problem::Doubt { what: what.to_owned() });
    }
    let status = find_status(&payout.status);
    if status.is_none() {
        let name = payout.status.chars().take(40).collect();
        problems.push(Problem::Unknown { kind: UnknownKind::Status, name });
    }
    Ok((day, payout_of(day, (stated_minor, currency), status, parts)))
}

fn part(group: &str, kind: &str, amount_minor: i64) -> PayoutPart {
    let (group, kind) = (group.to_owned(), kind.to_owned());
    PayoutPart { group, kind, amount_minor, rows: 1, unclassified: false }
}

/// What the transactions of a day are gathered under, all payouts of the day together: a
/// transaction tells the day of its payout only.
fn gather(payouts: Vec<(Payout, Value)>, zone: &Zone) -> Document {
    let mut whole: Option<Payout> = None;
    let (payouts, nodes): (Vec<Payout>, Vec<Value>) = payouts.into_iter().unzip();
    let issued = nodes.first().and_then(|node| wire::instant(node["issuedAt"].as_str()?).ok());
    let day = issued.map_or(Day(0), |at| day_of(at, zone));
    for payout in payouts {
        let Some(sum) = &mut whole else {
            whole = Some(Payout { id: id_of_transactions(day), ..payout });
            continue;
        };
        sum.stated_minor += payout.stated_minor;
        sum.rows += payout.rows;
        if sum.status != payout.status {
            (sum.status, sum.deposited, sum.due) = (None, None, Some(day));
        }
        for part in payout.parts {
            let same =
                |known: &&mut PayoutPart| (&known.group, &known.kind) == (&part.group, &part.kind);
            match sum.parts.iter_mut().find(same) {
                Some(known) => {
                    known.amount_minor += part.amount_minor;
                    known.rows += part.rows;
                }
                None => sum.parts.push(part),
            }
        }
    }
    let currency = whole.as_ref().map_or("", |payout| payout.currency.code()).to_owned();
    Document {
        key: format!("{day}/{currency}"),
        raw: Some(scrub::raw(&Value::Array(nodes))),
        records: whole.into_iter().map(Record::Payout).collect(),
        ..Document::default()
    }
}
