//! Orders as they change: everything that was updated since the last time, a page at a time, by
//! the newer interface or, where Amazon does not give it to an account, by the older one.

mod normalise;
mod sums;
mod v0;
mod wire;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::call;
use super::region::Seller;
use super::wire::{instant, read};
use crate::base::{Currency, Instant};
use crate::connectors::contract::{Cursor, Document, Kept, Page, Problem, Raw};
use crate::connectors::ctx::{Account, Ctx};
use crate::connectors::fault::Fault;
use crate::connectors::kit::http::{Method, Request, address};
use crate::connectors::spec::Stream;
use wire::WireOrder;

const PATH: &str = "/orders/2026-01-01/orders";
/// No buyer, no recipient: none of them is needed to know what was earned.
const INCLUDED: &str = "PROCEEDS,EXPENSE,PROMOTION,CANCELLATION,FULFILLMENT,TAX";
const PAGE_SIZE: &str = "100";
/// Older orders come by report (`reports/past_orders.rs`), so that new ones need not wait.
const FIRST_LOOK_S: i64 = 2 * 86_400;
/// Amazon answers about what is two minutes old and older.
const LAG_S: i64 = 180;
/// Where the older interface is asked, the newer one is tried again after so long.
const NEWER_AGAIN_S: u64 = 86_400;
/// Under which it is told that the older one is asked.
const INTERFACE: &str = "orders interface";
const PLACE_VERSION: u32 = 1;

/// Up to when everything is known, and where within a turn we are.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Place {
    reached: Instant,
    /// Amazon's own end of the turn that is under way.
    next: Option<Instant>,
    page: Option<String>,
    /// When Amazon last said that this account does not have the newer interface.
    #[serde(default)]
    refused: Option<Instant>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    #[serde(default)]
    orders: Vec<Box<RawValue>>,
    pagination: Option<Pagination>,
    last_updated_before: Option<String>,
}

#[derive(Deserialize)]
struct Pagination {
    #[serde(rename = "nextToken")]
    next_token: Option<String>,
}

/// What one page told, whichever interface told it.
struct Told {
    documents: Vec<Document>,
    next_page: Option<String>,
    /// Up to when orders are told.
    until: Option<Instant>,
}

/// # Errors
/// As `call::send`.
pub fn pull(
    ctx: &Ctx<'_>,
    seller: &Seller<'_>,
    (stream, from): (&Stream, &Cursor),
) -> Result<Page, Fault> {
    let now = ctx.clock.now();
    let first = ctx.since.max(now.plus_seconds(-FIRST_LOOK_S));
    let place = from.read(PLACE_VERSION)?;
    let mut place: Place =
        place.unwrap_or(Place { reached: first, next: None, page: None, refused: None });
    let after = place.reached.plus_seconds(-i64::from(stream.overlap_s)).max(Instant(0));
    let mut told = match chosen(ctx, &place) {
        Interface::Older => v0::ask(ctx, seller, (&place, after))?,
        Interface::Newer => ask(ctx, seller, (&place, after))?,
        Interface::NewerIfGranted => try_both(ctx, seller, (&mut place, after))?,
    };
    // Amazon's own end of the first page counts; without one, what is surely told by now.
    let end = place.next.or(told.until).unwrap_or(now.plus_seconds(-LAG_S));
    let more = told.next_page.is_some();
    let next = match more {
        true => Place { next: Some(end), page: told.next_page.take(), ..place },
        false => Place {
            reached: normalise::later(Some(place.reached), end),
            next: None,
            page: None,
            ..place
        },
    };
    Ok(Page {
        documents: told.documents,
        next: Cursor::write(PLACE_VERSION, &next)?,
        more,
        ..Page::default()
    })
}

/// Which interface a page is asked of.
enum Interface {
    Newer,
    /// The first page of a turn: nobody knows yet.
    NewerIfGranted,
    Older,
}

fn is_older_chosen(ctx: &Ctx<'_>) -> bool {
    ctx.account.setting("orders_version") == Some("v0")
}

fn chosen(ctx: &Ctx<'_>, place: &Place) -> Interface {
    let is_due =
        place.refused.is_none_or(|at| ctx.clock.now().since(at).as_secs() >= NEWER_AGAIN_S);
    match (&place.page, place.refused) {
        _ if is_older_chosen(ctx) => Interface::Older,
        // A page's mark is known to the interface that gave it.
        (Some(_), None) => Interface::Newer,
        (Some(_), Some(_)) => Interface::Older,
        (None, _) if is_due => Interface::NewerIfGranted,
        (None, _) => Interface::Older,
    }
}

/// The newer interface, and where Amazon does not give it to this account, the older one; which it
/// was is remembered and told.
fn try_both(
    ctx: &Ctx<'_>,
    seller: &Seller<'_>,
    (place, after): (&mut Place, Instant),
) -> Result<Told, Fault> {
    let (refusal, status) = match ask(ctx, seller, (place, after)) {
        Err(Fault::Refused { status: status @ (403 | 404), what }) => (what, status),
        Err(fault) => return Err(fault),
        Ok(mut told) => {
            if place.refused.take().is_some() {
                // Said without a problem, it is no longer one.
                let key = INTERFACE.to_owned();
                told.documents.push(Document { key, ..Document::default() });
            }
            return Ok(told);
        }
    };
    let mut told = match v0::ask(ctx, seller, (place, after)) {
        // Neither is given: a role is lacking, as the first refusal says.
        Err(Fault::Refused { .. }) => return Err(Fault::refused(status, refusal)),
        other => other?,
    };
    place.refused = Some(ctx.clock.now());
    let what = format!(
        "Amazon does not give this account its newer interface for orders (status {status}), so \
         the older one is asked, which Amazon ends on 27 March 2027. Nothing is lost; the newer \
         one is tried again every day."
    );
    let (key, problems) = (INTERFACE.to_owned(), vec![Problem::Doubt { what }]);
    told.documents.push(Document { key, problems, ..Document::default() });
    Ok(told)
}

fn ask(
    ctx: &Ctx<'_>,
    seller: &Seller<'_>,
    (place, after): (&Place, Instant),
) -> Result<Told, Fault> {
    let mut request: Request = call::request(ctx, (Method::Get, "orders"), PATH)?
        .query("lastUpdatedAfter", &after.to_string())
        .query("marketplaceIds", &seller.ids())
        .query("includedData", INCLUDED)
        .query("maxResultsPerPage", PAGE_SIZE);
    if let Some(page) = &place.page {
        request = request.query("paginationToken", page);
    }
    let mut answer = match place.page {
        Some(_) => call::send_page(ctx, request, || restart(place))?,
        None => call::send(ctx, request)?,
    };
    let wire: Answer = answer.json()?;
    let token = wire.pagination.and_then(|pagination| pagination.next_token);
    Ok(Told {
        documents: wire.orders.iter().map(|raw| document(raw, ctx.account.currency)).collect(),
        next_page: token.filter(|token| !token.is_empty()),
        until: instant(wire.last_updated_before.as_deref()),
    })
}

#[derive(Deserialize)]
struct Found {
    order: Box<RawValue>,
}

/// One order by its number, of the older interface where the newer one does not give it.
///
/// # Errors
/// As `call::send`.
pub fn find(ctx: &Ctx<'_>, number: &str) -> Result<Document, Fault> {
    if !is_older_chosen(ctx) {
        match find_newer(ctx, number) {
            Err(Fault::Refused { status: 403 | 404, .. }) => {}
            other => return other,
        }
    }
    v0::find(ctx, number)
}

fn find_newer(ctx: &Ctx<'_>, number: &str) -> Result<Document, Fault> {
    let path = format!("{PATH}/{}", address::encode(number));
    let request =
        call::request(ctx, (Method::Get, "order"), &path)?.query("includedData", INCLUDED);
    let found: Found = call::send(ctx, request)?.json()?;
    Ok(document(&found.order, ctx.account.currency))
}

/// The same turn from its first page on.
fn restart(place: &Place) -> Result<Cursor, Fault> {
    let place = Place { next: None, page: None, ..place.clone() };
    Cursor::write(PLACE_VERSION, &place)
}

fn document(raw: &RawValue, own: Option<Currency>) -> Document {
    let mut document = match read::<WireOrder>(raw) {
        Ok(wire) => normalise::normalise(&wire, own),
        Err(problem) => Document { problems: vec![problem], ..Document::default() },
    };
    if document.key.is_empty() {
        document.key = find_id(raw).unwrap_or_else(|| "an order without a number".to_owned());
    }
    document.raw = Some(Raw::json(wire::scrub(raw.get())));
    document
}

/// # Errors
/// `Drift` where what was kept is no JSON.
pub fn replay(account: &Account, kept: &Kept<'_>) -> Result<Document, Fault> {
    let raw: Box<RawValue> = kept.read()?;
    // Beside an order of the older interface stand its items.
    match kept.beside {
        "" => Ok(document(&raw, account.currency)),
        _ => v0::replay(account, &raw, kept.read_beside()?),
    }
}

/// The number of an order of which nothing else can be read.
fn find_id(raw: &RawValue) -> Option<String> {
    #[derive(Deserialize)]
    struct Named {
        #[serde(rename = "orderId")]
        order_id: String,
    }
    serde_json::from_str::<Named>(raw.get()).ok().map(|named| named.order_id)
}
