//! Numbers that are set: many in one call, which Shopify takes as a whole or not at all. A row that
//! it refuses is taken out and has its own verdict; the others go again. Every row says which
//! number it expects, and every call bears a key by which its repetition is known.

use serde_json::{Value, json};

use super::client::{Shop, Trouble};
use super::stock::{is_number, item_gid, place_gid};
use super::wire::UserError;
use super::wire::goods::StockSet;
use super::{documents, stock, wire};
use crate::connectors::contract::{LevelChange, Reading, StockRef, Verdict};
use crate::connectors::fault::Fault;
use crate::connectors::kit::slate::Slate;

/// Calls of one push: rows that are wrong are found one call after the other.
const CALLS_MAX: u32 = 40;
const CALL_COST: u32 = 12;
/// As Shopify allows.
const QUANTITY_MAX: i64 = 1_000_000_000;
const NAME_LETTERS_MAX: usize = 60;

pub const NOT_STOCKED: &str = "It is not stocked at this place. In Shopify: Products, the variant, \
    Inventory, Edit locations; then read again.";
const NOT_ALLOWED: &str = "The app may not set stock in Shopify. Give it the permission \
    write_inventory and release it again; reading goes on meanwhile.";

/// What became of one call.
enum Answer {
    Taken { submission: String },
    Wrong(Vec<UserError>),
}

/// # Errors
/// A fault of the way, where nothing was taken before it.
pub fn push(shop: &Shop<'_, '_>, changes: &[LevelChange]) -> Result<Vec<Verdict>, Fault> {
    let mut slate = Slate::new(changes.len());
    let rows = sort_out(changes, &mut slate);
    let (mut waiting, mut calls) = (vec![rows], 0);
    while let Some(rows) = waiting.pop() {
        if rows.is_empty() || calls == CALLS_MAX {
            continue;
        }
        calls += 1;
        match set(shop, changes, &rows) {
            Ok(Answer::Taken { submission }) => {
                for index in rows {
                    slate.set(index, Verdict::Accepted { submission: submission.clone() });
                }
            }
            Ok(Answer::Wrong(errors)) => {
                waiting.extend(judge(&errors, rows, &mut slate).into_iter().rev());
            }
            Err(fault) => return slate.break_off(fault, &rows),
        }
    }
    look_at_stale(shop, changes, &mut slate);
    Ok(slate.close())
}

/// The rows that can be sent: each number once.
fn sort_out(changes: &[LevelChange], slate: &mut Slate) -> Vec<usize> {
    let mut rows: Vec<usize> = Vec::new();
    for (index, LevelChange { target, quantity, expected, .. }) in changes.iter().enumerate() {
        let refuse = |what: &str| Verdict::Refused { what: what.to_owned() };
        if !is_number(&target.listing) || !is_number(&target.place) {
            slate.set(index, refuse("This is no item of Shopify's at one of its places."));
        } else if !(0..=QUANTITY_MAX).contains(quantity) || expected.abs() > QUANTITY_MAX {
            slate.set(index, refuse("Shopify takes numbers from 0 to 1,000,000,000."));
        } else if rows.iter().any(|row| is_same(&changes[*row].target, target)) {
            let what = "Another change of the same number goes first.".to_owned();
            slate.set(index, Verdict::Again { what });
        } else {
            rows.push(index);
        }
    }
    // Whoever sends them, and in whatever order: the same rows are the same call.
    rows.sort_by(|left, right| changes[*left].key.cmp(&changes[*right].key));
    rows
}

fn is_same(left: &StockRef, right: &StockRef) -> bool {
    (&left.listing, &left.place) == (&right.listing, &right.place)
}

fn set(shop: &Shop<'_, '_>, changes: &[LevelChange], rows: &[usize]) -> Result<Answer, Fault> {
    let row = |index: &usize| {
        let LevelChange { target, quantity, expected, .. } = &changes[*index];
        json!({
            "inventoryItemId": item_gid(target), "locationId": place_gid(target),
            "quantity": quantity, "changeFromQuantity": expected,
        })
    };
    let quantities: Vec<Value> = rows.iter().map(row).collect();
    let key = key_of(changes, rows, &quantities);
    let input = json!({
        "name": "available", "reason": "correction",
        "referenceDocumentUri": format!("gid://purser/StockChange/{key}"),
        "quantities": quantities,
    });
    let variables = json!({ "input": input, "key": key });
    let reply = shop.ask::<StockSet>("set stock", documents::SET_STOCK, variables, CALL_COST);
    let not_allowed = || Fault::refused(200, NOT_ALLOWED);
    let reply = match reply {
        Ok(reply) => reply,
        Err(Trouble::Key(code)) => {
            let message = String::new();
            return Ok(Answer::Wrong(vec![UserError { code: Some(code), field: None, message }]));
        }
        Err(Trouble::Denied(_)) => return Err(not_allowed()),
        Err(other) => return Err(other.into_fault()),
    };
    let Some(answer) = reply.data.inventory_set_quantities else {
        return Err(match reply.is_denied {
            true => not_allowed(),
            false => Fault::drift("inventorySetQuantities", "there is neither a group nor errors"),
        });
    };
    if !answer.user_errors.is_empty() {
        return Ok(Answer::Wrong(answer.user_errors));
    }
    // Numbers that were as they should be make no group.
    let group = answer.inventory_adjustment_group;
    let submission = group.map(|group| wire::number_of(&group.id).to_owned()).unwrap_or_default();
    Ok(Answer::Taken { submission })
}

/// A row alone bears its change's own key; several together one that is made of all that they
/// say, so that no key ever stands for two different calls.
fn key_of(changes: &[LevelChange], rows: &[usize], quantities: &[Value]) -> String {
    if let [only] = rows {
        return changes[*only].key.clone();
    }
    let mut digest = ring::digest::Context::new(&ring::digest::SHA256);
    for (index, row) in rows.iter().zip(quantities) {
        digest.update(changes[*index].key.as_bytes());
        digest.update(row.to_string().as_bytes());
    }
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest.finish().as_ref()[..16]);
    // A UUID of version 8: made by a rule of one's own.
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let parts = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
    parts.join("-")
}

/// Verdicts of the rows that are named; what is to be sent again.
fn judge(errors: &[UserError], rows: Vec<usize>, slate: &mut Slate) -> Vec<Vec<usize>> {
    let mut is_any_named = false;
    for error in errors {
        if let Some(index) = place_of(error).and_then(|place| rows.get(place)) {
            slate.set(*index, verdict_of(error));
            is_any_named = true;
        }
    }
    if is_any_named {
        let rest = rows.into_iter().filter(|index| slate.get(*index).is_none());
        return vec![rest.collect()];
    }
    let is_at_work = |error: &UserError| error.code.as_deref() == Some(AT_WORK);
    let only = errors.first().filter(|_| rows.len() == 1);
    if let Some(error) = only.or(errors.iter().find(|error| is_at_work(error))) {
        for index in rows {
            slate.set(index, verdict_of(error));
        }
        return Vec::new();
    }
    // It does not say which: half of them goes by itself.
    let (left, right) = rows.split_at(rows.len() / 2);
    vec![left.to_vec(), right.to_vec()]
}

/// `["input", "quantities", "3", "changeFromQuantity"]` is about the fourth row.
fn place_of(error: &UserError) -> Option<usize> {
    let field = error.field.as_deref()?;
    let list = field.iter().position(|part| part == "quantities")?;
    field.get(list + 1)?.parse().ok()
}

const AT_WORK: &str = "IDEMPOTENCY_CONCURRENT_REQUEST";

fn verdict_of(error: &UserError) -> Verdict {
    let code = error.code.as_deref().unwrap_or_default();
    let refused = |what: &str| Verdict::Refused { what: what.to_owned() };
    match code {
        "CHANGE_FROM_QUANTITY_STALE" | "COMPARE_QUANTITY_STALE" => Verdict::Stale { live: None },
        AT_WORK => {
            let what = "Shopify is still at work on this very change.".to_owned();
            Verdict::Unknown { what }
        }
        "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED" => Verdict::Again {
            what: "Shopify failed at this change before and wants it as a new one.".to_owned(),
        },
        "IDEMPOTENCY_KEY_PARAMETER_MISMATCH" => {
            tracing::error!("The key of a change of stock was known to Shopify for another one");
            refused(
                "Shopify has had another change under this one's key. That is a fault of Purser's; \
             nothing was changed. The next plan makes a new one.",
            )
        }
        "ITEM_NOT_STOCKED_AT_LOCATION" | "NOT_STOCKED_AT_LOCATION" => refused(NOT_STOCKED),
        "NON_MUTABLE_INVENTORY_ITEM" => refused(
            "Shopify works its number out by itself, because it is a bundle. Set the numbers of \
             its parts, and switch this listing off here.",
        ),
        "INVALID_INVENTORY_ITEM" => refused(
            "There is no such item in the shop any more. Read the products again, or switch this \
             listing off here.",
        ),
        "INVALID_LOCATION" => {
            refused("The shop has no such place any more. Choose another one for this connection.")
        }
        "ITEM_NOT_TRACKED" | "UNTRACKED_INVENTORY_ITEM" => refused(NOT_TRACKED),
        other => {
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
            let is_name = other.len() <= NAME_LETTERS_MAX && other.bytes().all(is_plain);
            let code = if is_name && !other.is_empty() { other } else { "without a code" };
            Verdict::Refused { what: format!("Shopify refuses the number ({code}).") }
        }
    }
}

const NOT_TRACKED: &str = "Shopify does not count its units. To have them counted: Products, the \
    variant, Inventory, Track quantity.";

/// What the shop has in the place of what we expected, where that can be read.
fn look_at_stale(shop: &Shop<'_, '_>, changes: &[LevelChange], slate: &mut Slate) {
    let is_stale = |index: &usize| matches!(slate.get(*index), Some(Verdict::Stale { .. }));
    let stale: Vec<usize> = (0..changes.len()).filter(is_stale).collect();
    if stale.is_empty() {
        return;
    }
    let targets: Vec<StockRef> = stale.iter().map(|index| changes[*index].target.clone()).collect();
    // It is only told; the next reading tells it again.
    let Ok(readings) = stock::read(shop, &targets) else { return };
    for (index, reading) in stale.into_iter().zip(readings) {
        slate.replace(
            index,
            match reading {
                Reading::Live(live) | Reading::Oversold(live) => {
                    Verdict::Stale { live: Some(live) }
                }
                Reading::Uncounted => Verdict::Refused { what: NOT_TRACKED.to_owned() },
                Reading::Gone(what) => Verdict::Refused { what },
            },
        );
    }
}
