//! All listings of one marketplace by Amazon's report of them, for sellers with more than its
//! search hands out. What is read of the report is put into a file, a listing a line, and handed
//! on some at a time, so that the catalogue can be asked about each.

use std::io::{BufRead, Write};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::catalogue::ASINS_MAX;
use super::listings::{AMAZON_CHANNEL, OWN_CHANNEL};
use super::offer::{Offer, Told};
use crate::base::{Currency, Money};
use crate::connectors::amazon::api::region::Seller;
use crate::connectors::amazon::api::reports::{self, Made, Step, Wanted};
use crate::connectors::amazon::encoding;
use crate::connectors::contract::{Document, Problem, UnknownKind};
use crate::connectors::ctx::Ctx;
use crate::connectors::fault::{Fault, FileFault};
use crate::connectors::kit::sheet::{CellFault, Cells, Field, Sheet};

const KIND: &str = "GET_MERCHANT_LISTINGS_ALL_DATA";
/// Rows that could not be read and are told; further ones are counted.
const TOLD_MAX: usize = 20;

const SKU: usize = 0;
const PRICE: usize = 1;
const QUANTITY: usize = 2;
const CHANNEL: usize = 3;
const ASIN: usize = 4;
const TITLE: usize = 5;
const STATUS: usize = 6;

static FIELDS: [Field; 8] = [
    Field::required(&["seller-sku"]),
    Field::required(&["price"]).amount(),
    Field::required(&["quantity"]),
    Field::optional(&["fulfillment-channel"]),
    Field::optional(&["asin1", "product-id"]),
    Field::optional(&["item-name"]),
    Field::optional(&["status"]),
    Field::ignored(&[
        "item-description",
        "listing-id",
        "open-date",
        "image-url",
        "item-is-marketplace",
        "product-id-type",
        "zshop-shipping-fee",
        "item-note",
        "item-condition",
        "zshop-category1",
        "zshop-browse-path",
        "zshop-storefront-feature",
        "asin2",
        "asin3",
        "will-ship-internationally",
        "expedited-shipping",
        "zshop-boldface",
        "bid-for-featured-placement",
        "add-delete",
        "pending-quantity",
        "merchant-shipping-group",
        "maximum-retail-price",
        "minimum-seller-allowed-price",
        "maximum-seller-allowed-price",
        "business price",
        "quantity price type",
        "optional payment type exclusion",
        "scheduled delivery sku set",
        "standard price point",
        "progressive discount type",
    ]),
];

/// Where the report of one marketplace stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Place {
    Making(Step),
    /// The file is read from there on.
    Reading(u64),
}

impl Default for Place {
    fn default() -> Self {
        Self::Making(Step::Ask)
    }
}

/// What came of a step.
pub enum Came {
    Not {
        next: Place,
        wait: Option<Duration>,
    },
    /// Some listings; without `next` they are the last.
    Some {
        listings: Vec<Told>,
        next: Option<Place>,
        beside: Vec<Document>,
    },
    /// Amazon does not make it, or what it made cannot be read.
    Never {
        beside: Vec<Document>,
    },
}

/// Brings the report of the seller's one marketplace a step further; `file` is where it is kept.
///
/// # Errors
/// As `call::send`; `Transient` where the file cannot be written.
pub fn go_on(
    ctx: &Ctx<'_>,
    seller: &Seller<'_>,
    (place, file): (&Place, &str),
) -> Result<Came, Fault> {
    match place {
        Place::Making(Step::Read { document }) => {
            let bytes = reports::fetch(ctx, document)?;
            keep(ctx, (seller, file), &bytes)
        }
        Place::Making(step) => {
            let made = reports::make(ctx, seller, (step, &Wanted { kind: KIND, span: None }));
            Ok(match made {
                Ok(Made::Not(step, wait)) => Came::Not { next: Place::Making(step), wait },
                Ok(Made::Nothing) => Came::Never { beside: Vec::new() },
                Ok(Made::Failed(trouble)) => Came::Never { beside: vec![trouble] },
                Err(Fault::Refused { what, .. }) => {
                    let problems = vec![Problem::Unread { path: KIND.to_owned(), what }];
                    let key = KIND.to_owned();
                    Came::Never { beside: vec![Document { key, problems, ..Document::default() }] }
                }
                Err(fault) => return Err(fault),
            })
        }
        Place::Reading(offset) => read_on(ctx, (file, *offset)),
    }
}

/// Puts what is read of the report into the file.
fn keep(ctx: &Ctx<'_>, (seller, file): (&Seller<'_>, &str), bytes: &[u8]) -> Result<Came, Fault> {
    let market = seller.places.first().and_then(|place| place.marketplace());
    let currency = market.and_then(|market| Currency::parse(market.currency).ok());
    let mut out = ctx.spool.create(file).map_err(not_kept)?;
    let mut problems = Vec::new();
    let read = each(bytes, currency, &mut problems, &mut |offer| {
        let line = serde_json::to_string(&offer).map_err(std::io::Error::other)?;
        out.write_all(format!("{line}\n").as_bytes())
    });
    let read = match read {
        Err(FileFault::Read(fault)) => return Err(not_kept(fault)),
        other => other,
    };
    out.flush().map_err(not_kept)?;
    let path = seller.places.first().map_or("", |place| place.name);
    let key = format!("{KIND} {path}").trim().to_owned();
    if let Err(fault) = read {
        problems.push(Problem::Unread { path: KIND.to_owned(), what: fault.to_string() });
        let beside = vec![Document { key, problems, ..Document::default() }];
        return Ok(Came::Never { beside });
    }
    // Said without a problem, what it once had is none any more.
    let beside = vec![Document { key, problems, ..Document::default() }];
    Ok(Came::Some { listings: Vec::new(), next: Some(Place::Reading(0)), beside })
}

fn each(
    mut bytes: &[u8],
    currency: Option<Currency>,
    problems: &mut Vec<Problem>,
    take: &mut dyn FnMut(Offer) -> std::io::Result<()>,
) -> Result<(), FileFault> {
    let mut source = encoding::open(&mut bytes)?;
    let mut sheet = Sheet::open(&mut source, &FIELDS)?;
    for (_, name) in sheet.unknown_columns() {
        problems.push(Problem::Unknown { kind: UnknownKind::Column, name: name.to_owned() });
    }
    let mut n_refused = 0;
    while let Some(cells) = sheet.next_row()? {
        match understand(&cells, currency) {
            Ok(offer) => take(offer)?,
            Err(fault) => {
                n_refused += 1;
                if n_refused <= TOLD_MAX {
                    let refusal = cells.refuse(fault);
                    let path = format!("line {}, {}", refusal.row, refusal.column);
                    problems.push(Problem::Unread { path, what: refusal.reason });
                }
            }
        }
    }
    Ok(())
}

fn understand(cells: &Cells<'_>, currency: Option<Currency>) -> Result<Offer, CellFault> {
    let channel = cells.text(CHANNEL).to_ascii_uppercase();
    let price = match currency {
        Some(currency) => cells.minor(PRICE, currency)?.map(|minor| Money::new(minor, currency)),
        None => None,
    };
    Ok(Offer {
        sku: cells.need(SKU)?,
        asin: cells.find(ASIN),
        title: cells.find(TITLE),
        price,
        by_amazon: channel.starts_with(AMAZON_CHANNEL),
        own_units: match channel == OWN_CHANNEL {
            true => cells.count(QUANTITY)?,
            false => None,
        },
        status: cells.find(STATUS).map(|word| word.to_lowercase()),
    })
}

fn read_on(ctx: &Ctx<'_>, (file, offset): (&str, u64)) -> Result<Came, Fault> {
    let Some(mut reader) = ctx.spool.open(file, offset).map_err(not_kept)? else {
        // It is gone, so the report is made anew.
        return Ok(Came::Not { next: Place::default(), wait: None });
    };
    let (mut listings, mut line, mut at) = (Vec::new(), String::new(), offset);
    while listings.len() < ASINS_MAX {
        line.clear();
        let read = reader.read_line(&mut line).map_err(not_kept)?;
        let Some(text) = line.strip_suffix('\n') else { break };
        at += read as u64;
        let offer = serde_json::from_str(text)
            .map_err(|_| Fault::Stale { restart: crate::connectors::contract::Cursor::start() })?;
        listings.push(Told { offer: Some(offer), problems: Vec::new() });
    }
    // The file stays until the next report: these may be asked for again.
    let is_last = listings.len() < ASINS_MAX;
    let next = (!is_last).then_some(Place::Reading(at));
    Ok(Came::Some { listings, next, beside: Vec::new() })
}

fn not_kept(fault: std::io::Error) -> Fault {
    Fault::transient(format!("Amazon's report of your listings could not be kept: {fault}."))
}
