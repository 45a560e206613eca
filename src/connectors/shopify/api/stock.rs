//! Stock as buyers meet it: the places of the shop, what can be bought there, and numbers that are
//! set. A number is set only while the shop's own is the one that we expect (`set.rs`).

use std::time::Duration;

use serde_json::json;

use super::client::{Reply, Shop, Trouble};
use super::orders::parse;
use super::wire::goods::{Locations, Nodes, Sellable};
use super::{documents, set, wire};
use crate::connectors::contract::{
    LevelChange, Problem, Reading, StockPlace, StockRef, StockSpec, StockTarget, Verdict, WriteTool,
};
use crate::connectors::ctx::Ctx;
use crate::connectors::fault::Fault;

/// Items of one question; each takes some ten points of the thousand that one may cost.
const READ_AT_ONCE: usize = 50;
const ITEM_COST: u32 = 9;
const PLACES_PAGE: u32 = 50;
const PLACE_PAGES_MAX: u32 = 20;

static STOCK: StockSpec = StockSpec {
    tool: WriteTool::CompareAndSet,
    read_max: 100,
    write_max: 250,
    apply_max: Duration::from_secs(60),
    // The search by which orders are found lags behind the shop, more so under load.
    order_lag_max: Duration::from_secs(5 * 60),
    orders: "orders",
};

impl StockTarget for crate::connectors::shopify::Channel {
    fn spec(&self) -> &'static StockSpec {
        &STOCK
    }

    fn list_places(&self, ctx: &Ctx<'_>) -> Result<Vec<StockPlace>, Fault> {
        let shop = Shop::open(ctx)?;
        let (mut found, mut after) = (Vec::new(), None::<String>);
        for _ in 0..PLACE_PAGES_MAX {
            let variables = json!({ "first": PLACES_PAGE, "after": after });
            let reply = shop.ask::<Locations>("locations", documents::PLACES, variables, 55);
            let list = reply.map_err(Trouble::into_fault)?.data.locations;
            found.extend(list.nodes);
            after = list.page_info.end_cursor.filter(|_| list.page_info.has_next_page);
            if after.is_none() {
                break;
            }
        }
        found.retain(|place| place.is_active != Some(false));
        found.sort_by_key(|place| (!place.fulfills_online_orders, wire::rank_of(&place.id)));
        found.dedup_by(|left, right| left.id == right.id);
        let place = |it: wire::goods::Location| StockPlace {
            id: wire::number_of(&it.id).to_owned(),
            name: it.name,
        };
        Ok(found.into_iter().map(place).collect())
    }

    fn read(&self, ctx: &Ctx<'_>, targets: &[StockRef]) -> Result<Vec<Reading>, Fault> {
        read(&Shop::open(ctx)?, targets)
    }

    fn push(&self, ctx: &Ctx<'_>, changes: &[LevelChange]) -> Result<Vec<Verdict>, Fault> {
        set::push(&Shop::open(ctx)?, changes)
    }
}

/// The number of a thing of Shopify's, and nothing else.
pub fn is_number(text: &str) -> bool {
    !text.is_empty() && text.len() <= 20 && text.bytes().all(|byte| byte.is_ascii_digit())
}

pub fn item_gid(target: &StockRef) -> String {
    format!("gid://shopify/InventoryItem/{}", target.listing)
}

pub fn place_gid(target: &StockRef) -> String {
    format!("gid://shopify/Location/{}", target.place)
}

/// # Errors
/// A fault of the way; `Refused` where the app may not see stock.
pub fn read(shop: &Shop<'_, '_>, targets: &[StockRef]) -> Result<Vec<Reading>, Fault> {
    let gone = |what: &str| Reading::Gone(what.to_owned());
    let no_item = "There is no such item in the shop any more.";
    let mut readings = vec![gone(no_item); targets.len()];
    let mut places: Vec<&str> = targets.iter().map(|target| target.place.as_str()).collect();
    places.sort_unstable();
    places.dedup();
    for place in places {
        let own = |index: &usize| {
            let target = &targets[*index];
            target.place == place && is_number(place) && is_number(&target.listing)
        };
        let own: Vec<usize> = (0..targets.len()).filter(own).collect();
        for chunk in own.chunks(READ_AT_ONCE) {
            let items = ask(shop, targets, chunk)?;
            for index in chunk {
                let gid = item_gid(&targets[*index]);
                if let Some(item) = items.iter().find(|item| item.id == gid) {
                    readings[*index] = understand(item);
                }
            }
        }
    }
    Ok(readings)
}

fn ask(shop: &Shop<'_, '_>, targets: &[StockRef], chunk: &[usize]) -> Result<Vec<Sellable>, Fault> {
    let Some(first) = chunk.first() else { return Ok(Vec::new()) };
    let mut ids: Vec<String> = chunk.iter().map(|index| item_gid(&targets[*index])).collect();
    ids.sort_unstable();
    ids.dedup();
    let cost = ITEM_COST * u32::try_from(ids.len()).unwrap_or(u32::MAX / ITEM_COST);
    let variables = json!({ "ids": ids, "place": place_gid(&targets[*first]) });
    let reply = shop.ask::<Nodes>("read stock", documents::SELLABLE, variables, cost);
    let Reply { data, is_denied } = reply.map_err(Trouble::into_fault)?;
    if is_denied {
        // What is kept from us must not look as if it were no more.
        return Err(Fault::refused(
            200,
            "The app may not see the stock in Shopify. Give it the permissions read_inventory, \
             read_locations and read_products.",
        ));
    }
    let read = |node: &serde_json::Value| {
        parse::<Sellable>(node).map_err(|problem| match problem {
            Problem::Unread { path, what } => Fault::drift(path, what),
            _ => Fault::drift("nodes", "it is no item"),
        })
    };
    data.nodes.iter().flatten().map(read).collect()
}

fn understand(item: &Sellable) -> Reading {
    if !item.tracked {
        return Reading::Uncounted;
    }
    let is_for_sale = |variant: &wire::goods::SellableVariant| {
        let status = variant.product.as_ref().and_then(|product| product.status.as_deref());
        !matches!(status, Some("DRAFT" | "ARCHIVED"))
    };
    let variants = &item.variants.nodes;
    if !variants.is_empty() && !variants.iter().any(is_for_sale) {
        let what = "Its product is a draft or archived in Shopify.";
        return Reading::Gone(what.to_owned());
    }
    let level = item.inventory_level.as_ref();
    let available = level.and_then(|level| {
        let mut counted = level.quantities.iter();
        counted.find(|counted| counted.name == "available").map(|counted| counted.quantity)
    });
    let Some(available) = available else { return Reading::Gone(set::NOT_STOCKED.to_owned()) };
    let goes_on = |variant: &wire::goods::SellableVariant| {
        variant.inventory_policy.as_deref() == Some("CONTINUE")
    };
    match variants.iter().any(goes_on) {
        true => Reading::Oversold(available),
        false => Reading::Live(available),
    }
}
