//! The shop's own sales report, a calendar year each, to be held against our figures: all years
//! once, then this year's and, in January, the last one's.

use serde::{Deserialize, Serialize};

use super::super::client::{Shop, parse_value};
use super::super::report;
use super::super::spec::{ORDERS, TOTALS};
use crate::base::{Day, Instant};
use crate::connectors::contract::{Cursor, Document, Found, Page, Problem, ReadCtx};
use crate::connectors::fault::Fault;

const PLACE_VERSION: u32 = 1;
/// How long into a year the year before is still asked for.
const LATE_DAYS: i32 = 31;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Place {
    /// Whether all years were asked for once.
    is_whole: bool,
    /// The next year of the turn under way.
    year: Option<i32>,
}

/// # Errors
/// What the shop says.
pub fn pull(shop: &Shop<'_, '_>, from: &Cursor) -> Result<Page, Fault> {
    let mut place: Place = from.read(PLACE_VERSION)?.unwrap_or_default();
    let today = shop.ctx.clock.now().day_in(&shop.ctx.account.zone);
    let this = today.civil().0;
    let year = match place.year {
        Some(year) => Some(year),
        None if place.is_whole => Some(today.plus(-LATE_DAYS).civil().0),
        None => find_first_year(shop)?,
    };
    // A shop without an order has nothing to report.
    let Some(year) = year else {
        return Ok(Page { next: Cursor::write(PLACE_VERSION, &place)?, ..Page::default() });
    };
    let document = read_year(shop, year)?;
    let more = year < this;
    place.year = more.then_some(year + 1);
    place.is_whole |= !more;
    let next = Cursor::write(PLACE_VERSION, &place)?;
    Ok(Page { documents: vec![document], next, more, ..Page::default() })
}

/// The year of the first order, not before what the user wants to know.
fn find_first_year(shop: &Shop<'_, '_>) -> Result<Option<i32>, Fault> {
    let query = [
        ("per_page", "1".to_owned()),
        ("orderby", "date".to_owned()),
        ("order", "asc".to_owned()),
        ("_fields", "id,date_created_gmt".to_owned()),
    ];
    let orders = parse_value(&shop.get(ORDERS, "orders", &query)?.text)?;
    let placed = orders[0]["date_created_gmt"].as_str().map(|text| format!("{text}Z"));
    let placed = placed.and_then(|text| Instant::parse(&text).ok());
    let wanted = placed.map(|at| at.max(shop.ctx.since));
    Ok(wanted.map(|at| at.day_in(&shop.ctx.account.zone).civil().0))
}

fn read_year(shop: &Shop<'_, '_>, year: i32) -> Result<Document, Fault> {
    let mut document = Document { key: year.to_string(), ..Document::default() };
    let day = |month: u32, of_month: u32| Day::from_civil(year, month, of_month);
    let Some((first, last)) = day(1, 1).zip(day(12, 31)) else { return Ok(document) };
    let query = [("date_min", first.to_string()), ("date_max", last.to_string())];
    let reply = match shop.get(TOTALS, "reports/sales", &query) {
        Ok(reply) => reply,
        // Not every key may read reports; nothing of the books depends on them.
        Err(refused) if matches!(refused.status, 401 | 403 | 404) => {
            let what = "The key's user may not read the shop's sales report, so our figures are \
                not held against the shop's own. An administrator or shop manager may.";
            document.problems.push(Problem::Doubt { what: what.to_owned() });
            return Ok(document);
        }
        Err(refused) => return Err(refused.into()),
    };
    let account = shop.ctx.account;
    let ctx = ReadCtx {
        currency: super::find_currency(shop)?,
        zone: account.zone.clone(),
        store: account.store.clone(),
    };
    let read = report::read_answer(&reply.text, (first, last), &ctx, &mut |found| {
        match found {
            // One call, one report; some answer with it twice.
            Found::Records { records, .. } => {
                if document.records.is_empty() {
                    document.records = records;
                }
            }
            Found::Notice { what, .. } => document.problems.push(Problem::Doubt { what }),
            Found::Unknown { kind, name, .. } => {
                document.problems.push(Problem::Unknown { kind, name });
            }
            Found::Refused(refusal) => document
                .problems
                .push(Problem::Unread { path: refusal.column, what: refusal.reason }),
        }
        Ok(())
    });
    read.map_err(|fault| Fault::drift("reports/sales", fault.to_string()))?;
    Ok(document)
}
