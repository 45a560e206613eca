//! Products and stock: all of them four times a day; in between those that were edited, and those
//! that were sold, whose stock changes without the shop calling it a change.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::client::{Shop, parse_value, stamp};
use super::super::list::{self, Item, Walk};
use super::super::product::{self, FIELDS, Kind, Parent, Units};
use super::super::spec::{ORDERS, PRODUCTS};
use super::{find_currency, find_setting, give_way, read_settings};
use crate::base::{Currency, Instant};
use crate::connectors::contract::{Cursor, Document, Page, Problem, Progress};
use crate::connectors::fault::Fault;

const PLACE_VERSION: u32 = 1;
/// Seconds between two turns that read everything.
const FULL_EVERY_S: i64 = 6 * 3_600;
const OVERLAP_S: i64 = 15 * 60;
/// Variable products of one page whose variations are asked for.
const PARENTS_PER_PAGE: usize = 10;
/// Pages of the variations of one product, which is to say 5,000 of them.
const VARIATION_PAGES_MAX: u32 = 50;
/// Pages of orders that are looked through for what was sold; the rest waits for a full turn.
const SOLD_PAGES_MAX: u32 = 5;
/// Products that are asked for by their ids at once.
const IDS_PER_PAGE: usize = 100;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Place {
    /// Before the first call of the last turn, by the shop's clock; and of the last full one.
    done_at: Option<Instant>,
    full_at: Option<Instant>,
    /// The shop's unit of weight, and its currency.
    weight: Option<String>,
    currency: Option<String>,
    turn: Option<Turn>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Turn {
    begun_at: Instant,
    /// `None`: everything.
    changed_after: Option<Instant>,
    step: Step,
    /// Products, with their names, whose variations are still to be asked for.
    parents: Vec<(u64, String)>,
    n_pages: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Step {
    List(Walk),
    /// What was sold is looked for.
    Look,
    /// What was sold is read.
    Sold(Vec<u64>),
    Done,
}

/// # Errors
/// What the shop says.
pub fn pull(shop: &Shop<'_, '_>, from: &Cursor) -> Result<Page, Fault> {
    let mut place: Place = from.read(PLACE_VERSION)?.unwrap_or_default();
    let mut turn = match place.turn.take() {
        Some(turn) => turn,
        None => begin(shop, &mut place)?,
    };
    let is_first = place.full_at.is_none();
    let currency = place.currency.as_deref().and_then(|code| Currency::parse(code).ok());
    let units = Units { currency, weight: place.weight.as_deref() };
    let mut read = Read { shop, units, documents: Vec::new() };
    let mut progress = None;
    if turn.parents.is_empty() {
        progress = read.step(&mut turn)?;
    } else {
        let n_taken = turn.parents.len().min(PARENTS_PER_PAGE);
        for (id, name) in turn.parents.drain(..n_taken) {
            read.variations(id, &name)?;
        }
    }
    let documents = read.documents;
    let more = !turn.parents.is_empty() || turn.step != Step::Done;
    turn.n_pages += 1;
    let n_pages = turn.n_pages;
    if more {
        place.turn = Some(turn);
    } else {
        if turn.changed_after.is_none() {
            place.full_at = Some(turn.begun_at);
        }
        place.done_at = Some(turn.begun_at);
    }
    let next = Cursor::write(PLACE_VERSION, &place)?;
    let progress = progress.filter(|_| is_first);
    let mut page = Page { documents, next, more, progress, wait: None };
    give_way(&mut page, n_pages);
    Ok(page)
}

fn begin(shop: &Shop<'_, '_>, place: &mut Place) -> Result<Turn, Fault> {
    let now = shop.ctx.clock.now();
    let is_full = place.full_at.is_none_or(|at| now >= at.plus_seconds(FULL_EVERY_S));
    if is_full {
        // Not every key may read settings; weights are unknown then.
        let settings = read_settings(shop, "products")?;
        let unit = settings.as_ref().and_then(|all| find_setting(all, "woocommerce_weight_unit"));
        place.weight = unit.map(str::to_owned);
        place.currency = find_currency(shop)?.map(|currency| currency.code().to_owned());
    }
    let changed_after = place.done_at.filter(|_| !is_full).map(|at| at.plus_seconds(-OVERLAP_S));
    let step = Step::List(Walk::default());
    Ok(Turn { begun_at: now, changed_after, step, parents: Vec::new(), n_pages: 0 })
}

struct Read<'s, 'a, 'b> {
    shop: &'s Shop<'a, 'b>,
    units: Units<'s>,
    documents: Vec<Document>,
}

impl Read<'_, '_, '_> {
    fn step(&mut self, turn: &mut Turn) -> Result<Option<Progress>, Fault> {
        match &turn.step {
            Step::List(walk) => {
                let walk = walk.clone();
                return self.list(turn, &walk).map(Some);
            }
            Step::Look => {
                let ids = self.find_sold(turn.changed_after)?;
                turn.step = if ids.is_empty() { Step::Done } else { Step::Sold(ids) };
            }
            Step::Sold(ids) => {
                let (now, later) = ids.split_at(ids.len().min(IDS_PER_PAGE));
                let list: Vec<String> = now.iter().map(u64::to_string).collect();
                let query = [
                    ("include", list.join(",")),
                    ("per_page", IDS_PER_PAGE.to_string()),
                    ("_fields", FIELDS.to_owned()),
                ];
                let reply = self.shop.get(PRODUCTS, "products", &query)?;
                let later = later.to_vec();
                self.products(&list::read_items(&reply.text)?, turn);
                turn.step = if later.is_empty() { Step::Done } else { Step::Sold(later) };
            }
            Step::Done => {}
        }
        Ok(None)
    }

    fn list(&mut self, turn: &mut Turn, walk: &Walk) -> Result<Progress, Fault> {
        let mut filter = vec![("_fields", FIELDS.to_owned())];
        if let Some(after) = turn.changed_after {
            filter.push(("modified_after", stamp(after)));
            filter.push(("dates_are_gmt", "true".to_owned()));
        }
        let listed = list::fetch(self.shop, (PRODUCTS, "products"), &filter, walk)?;
        if *walk == Walk::default() {
            turn.begun_at = listed.at;
        }
        self.products(&listed.items, turn);
        self.documents.extend(listed.hole.map(|offset| tell_hole("products", offset)));
        let done = listed.next.as_ref().map(|walk| walk.offset).or(listed.total).unwrap_or(0);
        turn.step = match (listed.next, turn.changed_after) {
            (Some(walk), _) => Step::List(walk),
            (None, Some(_)) => Step::Look,
            (None, None) => Step::Done,
        };
        Ok(Progress { done, total: listed.total })
    }

    fn products(&mut self, items: &[Item], turn: &mut Turn) {
        for item in items {
            let (document, kind) = product::read(item, None, self.units);
            self.documents.push(document);
            if let Kind::Variable(Parent { name }) = kind
                && !turn.parents.iter().any(|(id, _)| *id == item.id)
            {
                turn.parents.push((item.id, name));
            }
        }
    }

    fn variations(&mut self, parent: u64, name: &str) -> Result<(), Fault> {
        let path = format!("products/{parent}/variations");
        let filter = [("_fields", FIELDS.to_owned())];
        let mut walk = Walk::default();
        for _ in 0..VARIATION_PAGES_MAX {
            let listed = match list::fetch(self.shop, ("variations", &path), &filter, &walk) {
                Ok(listed) => listed,
                // The product went meanwhile.
                Err(refused) if refused.is_missing() => return Ok(()),
                Err(refused) => return Err(refused.into()),
            };
            for item in &listed.items {
                let (document, _) = product::read(item, Some((parent, name)), self.units);
                self.documents.push(document);
            }
            self.documents.extend(listed.hole.map(|offset| tell_hole(&path, offset)));
            match listed.next {
                Some(next) => walk = next,
                None => return Ok(()),
            }
        }
        let what =
            format!("The product has more than 5,000 variations; the rest is missing ({name}).");
        let problems = vec![Problem::Unread { path: path.clone(), what }];
        self.documents.push(Document { key: path, problems, ..Document::default() });
        Ok(())
    }

    /// The products of the orders that changed, each once.
    fn find_sold(&self, after: Option<Instant>) -> Result<Vec<u64>, Fault> {
        let Some(after) = after else { return Ok(Vec::new()) };
        let filter = [
            ("modified_after", stamp(after)),
            ("dates_are_gmt", "true".to_owned()),
            ("_fields", "id,line_items".to_owned()),
        ];
        let (mut ids, mut walk) = (Vec::new(), Walk::default());
        for _ in 0..SOLD_PAGES_MAX {
            let listed = list::fetch(self.shop, (ORDERS, "orders"), &filter, &walk)?;
            for item in &listed.items {
                let order = parse_value(item.text.get())?;
                let lines = order["line_items"].as_array().into_iter().flatten();
                ids.extend(lines.filter_map(|line| whole(&line["product_id"])));
            }
            match listed.next {
                Some(next) => walk = next,
                None => break,
            }
        }
        ids.sort_unstable();
        ids.dedup();
        Ok(ids)
    }
}

/// An id, written as a number or as text; 0 is none.
fn whole(value: &Value) -> Option<u64> {
    let id = value.as_u64().or_else(|| value.as_str().and_then(|text| text.parse().ok()));
    id.filter(|id| *id != 0)
}

fn tell_hole(path: &str, offset: u64) -> Document {
    let what = format!(
        "The shop fails at the product at place {offset} of its list (by id), so it is missing \
         here. What its log says (WooCommerce, Status, Logs) tells why."
    );
    let problems = vec![Problem::Unread { path: format!("{path}[{offset}]"), what }];
    Document { key: format!("{path} {offset}"), problems, ..Document::default() }
}
