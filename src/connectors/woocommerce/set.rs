//! Numbers that are set. The shop writes whatever it is told, so it is looked at right before:
//! nothing is written that stands there already, that is another than was expected, that the shop
//! does not count, or that it sells beyond. Where an answer is lost, the next look tells.

use serde::Deserialize;
use serde_json::{Value, json};

use super::client::Shop;
use super::stock::{Address, Counted, Seen, look, name_of};
use super::wire::{List, Text};
use crate::connectors::contract::{LevelChange, Reading, StockRef, Verdict};
use crate::connectors::fault::Fault;
use crate::connectors::kit::http::Method;
use crate::connectors::kit::slate::Slate;

const OPERATION: &str = "stock";
const CODE_LETTERS_MAX: usize = 60;

const UNCOUNTED: &str = "The shop does not count its units. To have them counted, in WordPress: \
    Products, the product, Inventory, Track stock quantity.";
const OVERSOLD: &str = "The shop goes on selling it at nothing, so a number does not stop it. In \
    WordPress: Products, the product, Inventory, Allow backorders: Do not allow.";
const SHARED: &str = "Variations of this product share one number, which stands at the product. \
    Link all of them to the same SKU here, or have each counted in WordPress.";
const READ_ONLY: &str = "The key may only read. In WordPress: WooCommerce, Settings, Advanced, \
    REST API, the key, Permissions: Read/Write; reading goes on meanwhile.";

/// One number of the shop, and the changes that want it so.
struct Row {
    at: Address,
    quantity: i64,
    wanted_by: Vec<usize>,
}

/// # Errors
/// What the shop says, where nothing was taken before it.
pub fn push(shop: &Shop<'_, '_>, changes: &[LevelChange]) -> Result<Vec<Verdict>, Fault> {
    let targets: Vec<StockRef> = changes.iter().map(|change| change.target.clone()).collect();
    let seen = look(shop, &targets)?;
    let mut slate = Slate::new(changes.len());
    let rows = sort_out(changes, &seen, &mut slate);
    let mut lists: Vec<String> = rows.iter().map(|row| row.at.list()).collect();
    lists.sort_unstable();
    lists.dedup();
    for list in lists {
        let rows: Vec<&Row> = rows.iter().filter(|row| row.at.list() == list).collect();
        let sent: Vec<usize> = rows.iter().flat_map(|row| row.wanted_by.clone()).collect();
        if let Err(fault) = write(shop, (&list, &rows), &mut slate) {
            return slate.break_off(fault, &sent);
        }
    }
    Ok(slate.close())
}

/// What is to be written, each number once.
fn sort_out(changes: &[LevelChange], seen: &[Seen], slate: &mut Slate) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for (index, (change, seen)) in changes.iter().zip(seen).enumerate() {
        let refused = |what: &str| Verdict::Refused { what: what.to_owned() };
        let verdict = match &seen.reading {
            _ if change.quantity < 0 => {
                refused("A shop cannot be told that it has less than none.")
            }
            Reading::Gone(what) => refused(what),
            Reading::Uncounted => refused(UNCOUNTED),
            Reading::Oversold(_) => refused(OVERSOLD),
            Reading::Live(live) if *live == change.quantity => accepted(),
            Reading::Live(live) if *live != change.expected => Verdict::Stale { live: Some(*live) },
            Reading::Live(_) => {
                let Some(at) = seen.at else { continue };
                let quantity = change.quantity;
                match rows.iter_mut().find(|row| row.at == at) {
                    Some(row) => row.wanted_by.push(index),
                    None => rows.push(Row { at, quantity, wanted_by: vec![index] }),
                }
                continue;
            }
        };
        slate.set(index, verdict);
    }
    // Several that want different numbers in one place: none of them is right.
    rows.retain(|row| {
        let is_one = row.wanted_by.iter().all(|index| changes[*index].quantity == row.quantity);
        for index in row.wanted_by.iter().filter(|_| !is_one) {
            slate.set(*index, Verdict::Refused { what: SHARED.to_owned() });
        }
        is_one
    });
    rows
}

fn accepted() -> Verdict {
    Verdict::Accepted { submission: String::new() }
}

/// Rows of one list: the products, or the variations of one of them.
fn write(
    shop: &Shop<'_, '_>,
    (list, rows): (&str, &[&Row]),
    slate: &mut Slate,
) -> Result<(), Fault> {
    let reply = match rows {
        [] => return Ok(()),
        [row] => {
            let path = format!("{list}/{}", row.at.id());
            let body = json!({ "stock_quantity": row.quantity });
            shop.write(OPERATION, (Method::Put, &path), &body)
        }
        rows => {
            let one = |row: &&Row| json!({ "id": row.at.id(), "stock_quantity": row.quantity });
            let body = json!({ "update": rows.iter().map(one).collect::<Vec<Value>>() });
            shop.write(OPERATION, (Method::Post, &format!("{list}/batch")), &body)
        }
    };
    let refuse = |slate: &mut Slate, what: &str| {
        for index in rows.iter().flat_map(|row| &row.wanted_by) {
            slate.set(*index, Verdict::Refused { what: what.to_owned() });
        }
    };
    match reply {
        Ok(reply) => match understand(&reply.text) {
            Ok(told) => judge(rows, &told, slate),
            Err(fault) => look_again(shop, rows, (fault, slate))?,
        },
        // The account goes on: a key that may not write may still read.
        Err(refused) if matches!(refused.status, 401 | 403) && !refused.code.is_empty() => {
            refuse(slate, READ_ONLY);
        }
        Err(refused) => match refused.fault {
            Fault::Refused { what, .. } => refuse(slate, &what),
            fault @ (Fault::Transient { .. } | Fault::Drift { .. }) => {
                look_again(shop, rows, (fault, slate))?;
            }
            fault => return Err(fault),
        },
    }
    Ok(())
}

/// Each thing that was changed, as it is now.
fn understand(text: &str) -> Result<Vec<Counted>, Fault> {
    #[derive(Deserialize)]
    struct Batch {
        update: List<Counted>,
    }
    let drift = || Fault::drift(OPERATION, "the answer to a change is none");
    if let Ok(batch) = serde_json::from_str::<Batch>(text) {
        return Ok(batch.update.0);
    }
    let one: Counted = serde_json::from_str(text).map_err(|_| drift())?;
    if one.id.get().is_none() { Err(drift()) } else { Ok(vec![one]) }
}

fn judge(rows: &[&Row], told: &[Counted], slate: &mut Slate) {
    for row in rows {
        let id = row.at.id().to_string();
        let found = told.iter().find(|it| it.id.get() == Some(&id));
        let verdict = match found {
            None => {
                let what = "The shop does not say what became of it.".to_owned();
                Verdict::Unknown { what }
            }
            Some(Counted { error: Some(error), .. }) => refusal(&error.code),
            Some(it) if !it.is_counted() => Verdict::Refused { what: UNCOUNTED.to_owned() },
            // Another number than ours is a sale that came right behind; a reading tells.
            Some(_) => accepted(),
        };
        for index in &row.wanted_by {
            slate.set(*index, verdict.clone());
        }
    }
}

fn refusal(code: &Text) -> Verdict {
    let is_plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let code: String = code.get().unwrap_or("without a code").chars().filter(is_plain).collect();
    let code: String = code.chars().take(CODE_LETTERS_MAX).collect();
    let what = match code.contains("invalid_id") {
        true => "There is no such product in the shop any more.".to_owned(),
        false => format!("The shop refuses the number ({code})."),
    };
    Verdict::Refused { what }
}

/// A change whose answer was lost: what stands in the shop now tells whether it was made. A shop
/// that does not answer either leaves it open.
fn look_again(
    shop: &Shop<'_, '_>,
    rows: &[&Row],
    (fault, slate): (Fault, &mut Slate),
) -> Result<(), Fault> {
    let target = |row: &&Row| StockRef { listing: name_of(row.at), ..StockRef::default() };
    let targets: Vec<StockRef> = rows.iter().map(target).collect();
    let Ok(seen) = look(shop, &targets) else { return Err(fault) };
    for (row, seen) in rows.iter().zip(seen) {
        let verdict = match seen.reading {
            Reading::Live(live) if live == row.quantity => accepted(),
            _ => Verdict::Unknown { what: fault.to_string() },
        };
        for index in &row.wanted_by {
            slate.set(*index, verdict.clone());
        }
    }
    Ok(())
}
