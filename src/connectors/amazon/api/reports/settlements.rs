//! Settlements: Amazon makes them by itself and lists them for ninety days. Each is read once, as
//! the file that it is, and held against Amazon's own summary of it.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::{PATH, WireReport, fetch, read};
use crate::base::{Instant, Money};
use crate::connectors::amazon::api::call;
use crate::connectors::amazon::api::region::Seller;
use crate::connectors::amazon::api::spec;
use crate::connectors::amazon::api::wire::Amount;
use crate::connectors::amazon::file;
use crate::connectors::contract::{Cursor, Document, Page, Problem, Progress};
use crate::connectors::ctx::Ctx;
use crate::connectors::fault::Fault;
use crate::connectors::kit::http::Method;
use crate::domain::record::{Payout, Record, StatedTotal};

const KIND: &str = "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2";
const SUMMARY: &str = "/finances/2024-06-19/summary";
const REPORT: &str = "amazon summary";
/// Amazon keeps a report for ninety days; a day is left for the way.
const KEPT_S: i64 = 89 * 86_400;
/// Reports whose ids are remembered, so that none is fetched twice.
const KNOWN_MAX: usize = 1_000;
const PLACE_VERSION: u32 = 1;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Place {
    /// When the list of this turn was begun; `None` between turns.
    listing: Option<Instant>,
    /// Up to when the list is known.
    listed: Option<Instant>,
    page: Option<String>,
    /// Report and document, still to be read.
    waiting: VecDeque<(String, String)>,
    /// Reports that were read.
    known: VecDeque<String>,
    read: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    #[serde(default)]
    reports: Vec<WireReport>,
    next_token: Option<String>,
}

/// # Errors
/// As `call::send`.
pub fn pull(ctx: &Ctx<'_>, _: &Seller<'_>, from: &Cursor) -> Result<Page, Fault> {
    let place: Place = from.read(PLACE_VERSION)?.unwrap_or_default();
    // The list is read to its end first: its token does not live long.
    let (next, documents) = match place.waiting.front() {
        Some((report, document)) if place.page.is_none() => {
            let documents = settle(ctx, document)?;
            (done(&place, report), documents)
        }
        _ => (list(ctx, &place)?, Vec::new()),
    };
    let more = next.page.is_some() || !next.waiting.is_empty();
    let total = next.read + next.waiting.len() as u64;
    Ok(Page {
        documents,
        progress: Some(Progress { done: next.read, total: Some(total) }),
        next: Cursor::write(PLACE_VERSION, &next)?,
        more,
        wait: None,
    })
}

fn list(ctx: &Ctx<'_>, place: &Place) -> Result<Place, Fault> {
    let now = ctx.clock.now();
    let begun = place.listing.unwrap_or(now);
    let path = format!("{PATH}/reports");
    let request = call::request(ctx, (Method::Get, "reports"), &path)?;
    let mut answer = match &place.page {
        // A further page bears nothing but its token.
        Some(page) => call::send_page(ctx, request.query("nextToken", page), || {
            let place = Place { page: None, listing: None, ..place.clone() };
            Cursor::write(PLACE_VERSION, &place)
        })?,
        None => {
            let overlap = spec::SPEC.find_stream(spec::SETTLEMENTS).map_or(0, |it| it.overlap_s);
            let kept = now.plus_seconds(-KEPT_S);
            let since = place.listed.map(|at| at.plus_seconds(-i64::from(overlap)));
            let since = since.unwrap_or(kept).max(kept);
            let request = request
                .query("reportTypes", KIND)
                .query("processingStatuses", "DONE")
                .query("pageSize", "100")
                .query("createdSince", &since.to_string());
            call::send(ctx, request)?
        }
    };
    let wire: Listed = answer.json()?;
    let mut next = place.clone();
    for report in wire.reports {
        let is_known = next.known.contains(&report.report_id)
            || next.waiting.iter().any(|(waiting, _)| *waiting == report.report_id);
        if let Some(document) = report.report_document_id.filter(|_| !is_known) {
            next.waiting.push_back((report.report_id, document));
        }
    }
    next.page = wire.next_token.filter(|token| !token.is_empty());
    next.listing = Some(begun);
    if next.page.is_none() {
        (next.listing, next.listed) = (None, Some(begun));
    }
    Ok(next)
}

fn done(place: &Place, report: &str) -> Place {
    let mut next = place.clone();
    next.waiting.pop_front();
    next.known.push_back(report.to_owned());
    while next.known.len() > KNOWN_MAX {
        next.known.pop_front();
    }
    next.read += 1;
    next
}

/// One settlement, and what Amazon's summary says of it.
fn settle(ctx: &Ctx<'_>, document: &str) -> Result<Vec<Document>, Fault> {
    let bytes = fetch(ctx, document)?;
    let mut documents = read(ctx, (KIND, document), (file::read, bytes));
    for document in &mut documents {
        let payouts = document.records.iter().filter_map(|record| match record {
            Record::Payout(payout) => Some(payout.clone()),
            _ => None,
        });
        for payout in payouts.collect::<Vec<Payout>>() {
            tie_out(ctx, &payout, document)?;
        }
    }
    Ok(documents)
}

#[derive(Deserialize)]
struct Summaries {
    #[serde(default)]
    summaries: Vec<Summary>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    net_proceeds: Option<Amount>,
}

/// Holds a settlement against Amazon's own summary of it, where the account has one.
fn tie_out(ctx: &Ctx<'_>, payout: &Payout, document: &mut Document) -> Result<(), Fault> {
    let request = call::request(ctx, (Method::Get, "summary"), SUMMARY)?
        .query("relatedIdentifierName", "SETTLEMENT_ID")
        .query("relatedIdentifierValue", &payout.id);
    let wire: Summaries = match call::send(ctx, request) {
        Ok(mut answer) => answer.json()?,
        // Not every account has it; the settlement stands without.
        Err(Fault::Refused { .. }) => return Ok(()),
        Err(fault) => return Err(fault),
    };
    let net: Option<Vec<i64>> = wire
        .summaries
        .iter()
        .filter_map(|summary| summary.net_proceeds.as_ref())
        .map(|amount| amount.minor(payout.currency, "netProceeds").ok())
        .collect();
    // In another currency there is nothing to compare.
    let Some(net) = net.filter(|net| !net.is_empty()) else { return Ok(()) };
    let net = Money::new(net.iter().sum(), payout.currency);
    if net.minor != payout.stated_minor {
        let stated = Money::new(payout.stated_minor, payout.currency);
        let what = format!("Amazon's summary of the settlement says {net}, its report {stated}.");
        document.problems.push(Problem::Doubt { what });
    }
    document.records.push(Record::StatedTotal(StatedTotal {
        report: REPORT.to_owned(),
        from: payout.from,
        to: payout.to,
        name: format!("net_proceeds {}", payout.id),
        amount: net,
    }));
    Ok(())
}
