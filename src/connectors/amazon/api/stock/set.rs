//! Numbers that are set. Amazon writes whatever it is told, a quarter of an hour later at most, so
//! the live number is looked at right before. The patch merges: replacing would lose the handling
//! time and the restock date that stand beside the number.

use serde::Deserialize;
use serde_json::json;

use super::listings::OWN_CHANNEL;
use super::live::{self, Live};
use super::target::is_by_amazon;
use crate::connectors::amazon::api::call;
use crate::connectors::amazon::api::region::{Place as Market, Seller};
use crate::connectors::contract::{LevelChange, Reading, Verdict};
use crate::connectors::ctx::Ctx;
use crate::connectors::fault::Fault;
use crate::connectors::kit::http::Method;
use crate::connectors::kit::slate::Slate;

/// Fits every listing whose attributes are merged.
const PRODUCT_TYPE: &str = "PRODUCT";
const ISSUES_MAX: usize = 3;
const ISSUE_LETTERS_MAX: usize = 200;

const BY_AMAZON: &str = "Amazon holds and sends it, so its number cannot be set; it follows from \
    what you send to Amazon.";
const UNCOUNTED: &str = "Amazon counts no units of yours for it. In Seller Central: Manage All \
    Inventory, the listing, enter a quantity once.";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Submission {
    status: String,
    #[serde(default)]
    submission_id: String,
    #[serde(default)]
    issues: Option<Vec<Issue>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Issue {
    code: String,
    message: String,
    severity: String,
}

/// # Errors
/// As `call::send`, where nothing was taken before it.
pub fn push(
    ctx: &Ctx<'_>,
    seller: &Seller<'_>,
    changes: &[LevelChange],
) -> Result<Vec<Verdict>, Fault> {
    let mut slate = Slate::new(changes.len());
    let mut written: Vec<&str> = Vec::new();
    for (index, change) in changes.iter().enumerate() {
        let sku = change.target.listing.as_str();
        if is_by_amazon(&change.target) {
            slate.set(index, refused(BY_AMAZON));
            continue;
        }
        if written.contains(&sku) {
            let what = "Another change of the same number goes first.".to_owned();
            slate.set(index, Verdict::Again { what });
            continue;
        }
        let seen = match live::look(ctx, seller, sku) {
            Ok(seen) => seen,
            Err(Fault::Refused { what, .. }) => {
                slate.set(index, Verdict::Refused { what });
                continue;
            }
            Err(fault) => return slate.break_off(fault, &[]),
        };
        let market = match decide(change, seen) {
            Ok(market) => market,
            Err(verdict) => {
                slate.set(index, verdict);
                continue;
            }
        };
        match patch(ctx, seller, (market, change)) {
            Ok(verdict) => slate.set(index, verdict),
            Err(Fault::Refused { what, .. }) => slate.set(index, Verdict::Refused { what }),
            Err(fault) => return slate.break_off(fault, &[index]),
        }
        written.push(sku);
    }
    Ok(slate.close())
}

fn refused(what: &str) -> Verdict {
    Verdict::Refused { what: what.to_owned() }
}

/// Where it is to be written; a verdict where it is not.
fn decide(change: &LevelChange, seen: Live) -> Result<&'static Market, Verdict> {
    let live = match (seen.reading, seen.by_amazon) {
        (_, true) => return Err(refused(BY_AMAZON)),
        (Reading::Gone(what), _) => return Err(refused(&what)),
        (Reading::Uncounted, _) => return Err(refused(UNCOUNTED)),
        (Reading::Live(live) | Reading::Oversold(live), _) => live,
    };
    if change.quantity < 0 {
        return Err(refused("Amazon cannot be told that there is less than nothing."));
    }
    if live == change.quantity {
        return Err(Verdict::Accepted { submission: String::new() });
    }
    if live != change.expected {
        return Err(Verdict::Stale { live: Some(live) });
    }
    seen.market.ok_or_else(|| refused("It is offered in none of the marketplaces."))
}

fn patch(
    ctx: &Ctx<'_>,
    seller: &Seller<'_>,
    (market, change): (&Market, &LevelChange),
) -> Result<Verdict, Fault> {
    let value = json!([
        { "fulfillment_channel_code": OWN_CHANNEL, "quantity": change.quantity }
    ]);
    let body = json!({
        "productType": PRODUCT_TYPE,
        "patches": [
            { "op": "merge", "path": "/attributes/fulfillment_availability", "value": value }
        ],
    });
    let path = live::path(seller, &change.target.listing);
    let request = call::request(ctx, (Method::Patch, "set stock"), &path)?
        .query("marketplaceIds", market.id)
        .json(&body);
    let answer: Submission = call::send(ctx, request)?.json()?;
    match answer.status.as_str() {
        "ACCEPTED" => Ok(Verdict::Accepted { submission: answer.submission_id }),
        "INVALID" => Ok(Verdict::Refused { what: tell(answer.issues.as_deref()) }),
        other => {
            let what = format!("Amazon says {:?} of a number", cut(other, 40));
            Err(Fault::drift("status", what))
        }
    }
}

/// What Amazon finds wrong with it.
fn tell(issues: Option<&[Issue]>) -> String {
    let issues = issues.unwrap_or_default();
    let grave = issues.iter().filter(|issue| issue.severity == "ERROR");
    let told: Vec<String> = grave
        .take(ISSUES_MAX)
        .map(|issue| {
            let message = cut(&issue.message, ISSUE_LETTERS_MAX);
            format!("{message} ({})", cut(&issue.code, 40))
        })
        .collect();
    match told.is_empty() {
        true => "Amazon refuses the number and does not say why.".to_owned(),
        false => format!("Amazon refuses the number: {}", told.join("; ")),
    }
}

fn cut(text: &str, letters: usize) -> String {
    text.chars().filter(|c| !c.is_control()).take(letters).collect()
}
