//! Products and variations of the shop: what is sold under which name, how many there are, and
//! what the seller noted that they cost. The mapping is told in MAPPING.md.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::leaf::Problem as Leaf;
use super::list::Item;
use super::shipped::channel_id;
use super::text;
use super::wire::{List, Text};
use crate::base::{Currency, Decimal, Money};
use crate::connectors::contract::{Document, Kept, Problem, Raw};
use crate::connectors::fault::Fault;
use crate::connectors::kit::decode;
use crate::domain::record::{ListedCost, Listing, Record, StockLevel, StockState, Stocked};

/// What is asked of a product; of a variation the same.
pub const FIELDS: &str = "id,name,sku,type,status,regular_price,price,manage_stock,stock_quantity,\
    backorders,weight,attributes,variations,global_unique_id,cost_of_goods_sold";
/// The one place that a shop knows: its name, and that it has no mark.
pub const LOCATION: &str = "WooCommerce";
pub const PLACE: &str = "";
/// What stands for a variation that its product counts together with the others.
pub const AT_PARENT: &str = "parent";

/// The shop's own shape, of a product and of a variation.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Wire {
    name: Text,
    sku: Text,
    #[serde(rename = "type")]
    kind: Text,
    status: Text,
    price: Text,
    manage_stock: Text,
    stock_quantity: Text,
    backorders: Text,
    weight: Text,
    attributes: List<Attribute>,
    variations: List<Text>,
    global_unique_id: Text,
    cost_of_goods_sold: Option<Box<RawValue>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Attribute {
    option: Text,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct WireCost {
    total_value: Text,
}

/// A product whose variations are sold in its place.
pub struct Parent {
    pub name: String,
}

/// What a product is besides its document.
pub enum Kind {
    /// Sold as it is.
    Sold,
    /// Its variations are sold.
    Variable(Parent),
}

/// What the shop's numbers mean.
#[derive(Clone, Copy)]
pub struct Units<'a> {
    pub currency: Option<Currency>,
    /// `kg`, `g`, `lbs`, `oz`; `None` is unknown.
    pub weight: Option<&'a str>,
}

/// What a product does not say of itself.
#[derive(Serialize, Deserialize)]
struct Beside {
    parent: Option<(u64, String)>,
    currency: Option<String>,
    weight: Option<String>,
}

/// # Errors
/// `Drift` where the shop's units were not kept.
pub fn replay(kept: &Kept<'_>) -> Result<Document, Fault> {
    let beside: Beside = kept.read_beside()?;
    let currency = beside.currency.as_deref().and_then(|code| Currency::parse(code).ok());
    let units = Units { currency, weight: beside.weight.as_deref() };
    let parent = beside.parent.as_ref().map(|(id, name)| (*id, name.as_str()));
    Ok(read(&Item::of_kept(kept)?, parent, units).0)
}

/// A product, or with its parent a variation.
pub fn read(item: &Item, parent: Option<(u64, &str)>, units: Units<'_>) -> (Document, Kind) {
    let key = item.id.to_string();
    let mut document = Document { key, ..Document::default() };
    let raw = super::scrub::product(item.text.get()).into_bytes();
    let wire: Wire = match serde_json::from_str(item.text.get()) {
        Ok(wire) if item.id != 0 => wire,
        _ => {
            let what = "It is no product as WooCommerce writes it.".to_owned();
            document.problems.push(Problem::Unread { path: "products".to_owned(), what });
            return (document, Kind::Sold);
        }
    };
    let told = Beside {
        parent: parent.map(|(id, name)| (id, name.to_owned())),
        currency: units.currency.map(|currency| currency.code().to_owned()),
        weight: units.weight.map(str::to_owned),
    };
    document.raw = Some(Raw::json(raw).beside(&told));
    let name = wire.name.get().map(text::plain).unwrap_or_default();
    let is_variable = parent.is_none() && !wire.variations.0.is_empty();
    // A group is only a page on which other products stand; a variable product without
    // variations cannot be bought.
    let is_bare = wire.kind.get().is_some_and(|kind| kind.starts_with("variable"));
    let is_unit = !is_variable && !is_bare && wire.kind.get() != Some("grouped");
    if is_unit {
        read_listing(&wire, (item.id, parent, &name), units, &mut document);
    }
    let of = match parent {
        Some((parent, _)) => channel_id(parent, Some(item.id)),
        None => channel_id(item.id, None),
    };
    read_level(&wire, of, &mut document);
    (document, if is_variable { Kind::Variable(Parent { name }) } else { Kind::Sold })
}

fn read_listing(
    wire: &Wire,
    (id, parent, name): (u64, Option<(u64, &str)>, &str),
    units: Units<'_>,
    document: &mut Document,
) {
    let mut leave = |found: Result<Option<i64>, Leaf>| {
        found.unwrap_or_else(|Leaf { path, reason }| {
            document.problems.push(Problem::Unread { path, what: format!("{reason}.") });
            None
        })
    };
    let price = units.currency.and_then(|currency| {
        leave(read_price(wire, currency)).map(|minor| Money::new(minor, currency))
    });
    let weight_grams = leave(read_weight(wire, units.weight));
    let options = wire.attributes.0.iter().filter_map(|attribute| attribute.option.get());
    let title = match parent {
        Some((_, parent)) => {
            let parts = std::iter::once(parent.to_owned()).chain(options.map(text::plain));
            parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
        }
        None => name.to_owned(),
    };
    document.records.push(Record::Listing(Box::new(Listing {
        key: id.to_string(),
        sku: wire.sku.get().map(str::to_owned),
        title: Some(title).filter(|title| !title.is_empty()),
        product: Some(parent.map_or(id, |(parent, _)| parent).to_string()),
        barcode: wire.global_unique_id.get().map(str::to_owned),
        catalogue_id: None,
        price,
        weight_grams,
        status: wire.status.get().map(str::to_owned),
        channel_id: Some(match parent {
            Some((parent, _)) => channel_id(parent, Some(id)),
            None => channel_id(id, None),
        }),
        counted_at: parent
            .filter(|_| wire.manage_stock.get() == Some(AT_PARENT))
            .map(|(parent, _)| channel_id(parent, None)),
        stocked: stocked(wire),
    })));
    read_cost(wire, units.currency, document);
}

/// Whether the shop counts its units, and stops selling when there are none.
fn stocked(wire: &Wire) -> Stocked {
    match (wire.manage_stock.get(), wire.backorders.get()) {
        (Some("true" | "1" | "yes" | AT_PARENT), Some("yes" | "notify")) => Stocked::Oversold,
        (Some("true" | "1" | "yes" | AT_PARENT), Some("no")) => Stocked::Counted,
        (Some("false" | "0" | "no"), _) => Stocked::Uncounted,
        _ => Stocked::Unknown,
    }
}

fn read_price(wire: &Wire, currency: Currency) -> Result<Option<i64>, Leaf> {
    let Some(text) = wire.price.get() else { return Ok(None) };
    // The merchant's own typing: a third decimal is no amount, but a price for display.
    let price = Decimal::parse(text).ok().and_then(|price| price.to_minor(currency.digits()));
    price.map(Some).ok_or_else(|| Leaf::new("price", "the price cannot be read"))
}

fn read_weight(wire: &Wire, unit: Option<&str>) -> Result<Option<i64>, Leaf> {
    let (Some(text), Some(unit)) = (wire.weight.get(), unit) else { return Ok(None) };
    // Thousandths of a gram, so that nothing is lost before it is rounded once.
    let factor = match unit {
        "kg" => "1000",
        "g" => "1",
        "lbs" | "lb" => "453.59237",
        "oz" => "28.349523125",
        other => {
            return Err(Leaf::new(
                "woocommerce_weight_unit",
                format!("weights in {other:?} are not known"),
            ));
        }
    };
    let grams = Decimal::parse(text).ok().zip(Decimal::parse(factor).ok());
    let grams = grams.and_then(|(weight, factor)| weight.checked_mul(factor)?.to_minor(0));
    match grams {
        Some(grams) if grams >= 0 => Ok(Some(grams)),
        _ => Err(Leaf::new("weight", "the weight cannot be read")),
    }
}

/// WooCommerce's own field of newer versions; plugins' costs are not read.
fn read_cost(wire: &Wire, currency: Option<Currency>, document: &mut Document) {
    let Some(raw) = &wire.cost_of_goods_sold else { return };
    let cost: WireCost = serde_json::from_str(raw.get()).unwrap_or_default();
    let (Some(text), Some(sku), Some(currency)) =
        (cost.total_value.get(), wire.sku.get(), currency)
    else {
        return;
    };
    match Decimal::parse(text) {
        // Zero stands where nobody noted a cost.
        Ok(unit_cost) if unit_cost.is_zero() => {}
        Ok(unit_cost) => document.records.push(Record::ListedCost(ListedCost {
            sku: sku.to_owned(),
            unit_cost,
            currency,
        })),
        Err(fault) => document.problems.push(Problem::Unread {
            path: "cost_of_goods_sold.total_value".to_owned(),
            what: fault.to_string(),
        }),
    }
}

/// A quantity that the shop does not keep is unknown, not zero; that of a variation which shares
/// its parent's is the parent's.
fn read_level(wire: &Wire, listing: String, document: &mut Document) {
    let is_kept = matches!(wire.manage_stock.get(), Some("true" | "1" | "yes"));
    let Some(text) = wire.stock_quantity.get().filter(|_| is_kept) else { return };
    let Some(sku) = wire.sku.get() else {
        let what = format!(
            "Product {} has stock, but no SKU under which it could be counted. Give it one in \
             WooCommerce under Products, Inventory.",
            document.key
        );
        document.problems.push(Problem::Doubt { what });
        return;
    };
    match super::leaf::whole_units("stock_quantity", &wire.stock_quantity) {
        Ok(quantity) => document.records.push(Record::Stock(StockLevel {
            sku: sku.to_owned(),
            location: LOCATION.to_owned(),
            // Woo takes an order's units off as soon as it is placed.
            state: StockState::Available,
            quantity,
            at: None,
            reason: None,
            listing: Some((listing, PLACE.to_owned())),
        })),
        Err(_) => {
            let shown = decode::some(text).unwrap_or_default();
            let what = format!("The stock of {sku} is {shown}; whole units are counted here.");
            document.problems.push(Problem::Unread { path: "stock_quantity".to_owned(), what });
        }
    }
}

#[cfg(test)]
mod tests;
