//! Stock as buyers meet it: what can be bought of some products right now, and where each number
//! stands, which for some variations is their product.

use std::time::Duration;

use serde::Deserialize;

use super::client::Shop;
use super::leaf::whole_units;
use super::list::read_items;
use super::product::{AT_PARENT, LOCATION, PLACE};
use super::spec::{ORDERS, PRODUCTS};
use super::wire::Text;
use super::{set, shipped};
use crate::connectors::contract::{
    LevelChange, Reading, StockPlace, StockRef, StockSpec, StockTarget, Verdict, WriteTool,
};
use crate::connectors::ctx::Ctx;
use crate::connectors::fault::Fault;

const FIELDS: &str = "id,type,status,manage_stock,stock_quantity,backorders";
const STATUS_LETTERS_MAX: usize = 20;

/// Few at once: the time between the look and the change must stay short, and hosts are weak.
static STOCK: StockSpec = StockSpec {
    tool: WriteTool::PlainSet,
    read_max: 20,
    write_max: 20,
    apply_max: Duration::from_secs(60),
    order_lag_max: Duration::from_secs(60),
    orders: ORDERS,
};

impl StockTarget for super::Channel {
    fn spec(&self) -> &'static StockSpec {
        &STOCK
    }

    fn list_places(&self, _: &Ctx<'_>) -> Result<Vec<StockPlace>, Fault> {
        Ok(vec![StockPlace { id: PLACE.to_owned(), name: LOCATION.to_owned() }])
    }

    fn read(&self, ctx: &Ctx<'_>, targets: &[StockRef]) -> Result<Vec<Reading>, Fault> {
        let seen = look(&Shop::of(ctx)?, targets)?;
        Ok(seen.into_iter().map(|seen| seen.reading).collect())
    }

    fn push(&self, ctx: &Ctx<'_>, changes: &[LevelChange]) -> Result<Vec<Verdict>, Fault> {
        set::push(&Shop::of(ctx)?, changes)
    }
}

/// A product, or one of its variations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address {
    pub product: u64,
    pub variation: Option<u64>,
}

impl Address {
    fn parse(text: &str) -> Option<Self> {
        let id = |text: &str| text.parse::<u64>().ok().filter(|id| *id != 0);
        match text.split_once('/') {
            Some((product, variation)) => {
                Some(Self { product: id(product)?, variation: Some(id(variation)?) })
            }
            None => Some(Self { product: id(text)?, variation: None }),
        }
    }

    /// The number of what is changed.
    pub fn id(self) -> u64 {
        self.variation.unwrap_or(self.product)
    }

    /// The list in which it stands.
    pub fn list(self) -> String {
        match self.variation {
            Some(_) => format!("products/{}/variations", self.product),
            None => "products".to_owned(),
        }
    }
}

/// What was seen of one target.
#[derive(Clone, Debug)]
pub struct Seen {
    pub reading: Reading,
    /// Where its number stands.
    pub at: Option<Address>,
}

/// The shop's own shape, as far as stock is concerned.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Counted {
    pub id: Text,
    status: Text,
    manage_stock: Text,
    stock_quantity: Text,
    backorders: Text,
    pub error: Option<Refusal>,
}

/// What is wrong with one of several changes.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Refusal {
    pub code: Text,
}

impl Counted {
    pub fn is_counted(&self) -> bool {
        matches!(self.manage_stock.get(), Some("true" | "1" | "yes"))
    }

    fn is_at_parent(&self) -> bool {
        self.manage_stock.get() == Some(AT_PARENT)
    }

    /// `None` where it is not counted, or not in whole units.
    pub fn quantity(&self) -> Option<i64> {
        self.stock_quantity.get().filter(|_| self.is_counted())?;
        whole_units("stock_quantity", &self.stock_quantity).ok()
    }

    /// Why it cannot be bought, whatever there is of it.
    fn why_not_sold(&self) -> Option<String> {
        let status = self.status.get().filter(|status| *status != "publish")?;
        let is_plain = |c: &char| c.is_ascii_alphanumeric() || *c == '-';
        let status: String = status.chars().filter(is_plain).take(STATUS_LETTERS_MAX).collect();
        Some(format!("It is not for sale in the shop ({status})."))
    }
}

/// What can be bought of each target now, in their order.
///
/// # Errors
/// What the shop says.
pub fn look(shop: &Shop<'_, '_>, targets: &[StockRef]) -> Result<Vec<Seen>, Fault> {
    let addresses: Vec<Option<Address>> =
        targets.iter().map(|target| Address::parse(&target.listing)).collect();
    let mut products: Vec<u64> = addresses.iter().flatten().map(|it| it.product).collect();
    products.sort_unstable();
    products.dedup();
    let found = ask(shop, (PRODUCTS, "products"), &products)?;
    let mut variations: Vec<(u64, Counted)> = Vec::new();
    for product in products {
        let of = |address: &Address| address.variation.filter(|_| address.product == product);
        let mut ids: Vec<u64> = addresses.iter().flatten().filter_map(of).collect();
        ids.sort_unstable();
        ids.dedup();
        let is_there = found.iter().any(|(id, _)| *id == product);
        if is_there && !ids.is_empty() {
            let path = format!("products/{product}/variations");
            variations.extend(ask(shop, ("variations", &path), &ids)?);
        }
    }
    let find = |list: &[(u64, Counted)], id: u64| list.iter().position(|(known, _)| *known == id);
    let see = |address: &Option<Address>| {
        let gone = || Seen { reading: Reading::Gone(GONE.to_owned()), at: None };
        let Some(address) = *address else { return gone() };
        let Some(product) = find(&found, address.product) else { return gone() };
        let product = &found[product].1;
        let Some(variation) = address.variation else { return read(product, None, address) };
        match find(&variations, variation) {
            Some(variation) => read(product, Some(&variations[variation].1), address),
            None => gone(),
        }
    };
    Ok(addresses.iter().map(see).collect())
}

const GONE: &str = "There is no such product in the shop any more.";

fn read(product: &Counted, variation: Option<&Counted>, address: Address) -> Seen {
    let own = variation.unwrap_or(product);
    let (holder, at) = match own.is_at_parent() {
        true => (product, Address { variation: None, ..address }),
        false => (own, address),
    };
    let reading = match (product.why_not_sold().or(own.why_not_sold()), holder.quantity()) {
        (Some(why), _) => Reading::Gone(why),
        (None, None) => Reading::Uncounted,
        (None, Some(units)) => match holder.backorders.get() {
            Some("yes" | "notify") => Reading::Oversold(units),
            _ => Reading::Live(units),
        },
    };
    Seen { reading, at: Some(at) }
}

/// Those of the ids that are there.
fn ask(
    shop: &Shop<'_, '_>,
    (operation, path): (&'static str, &str),
    ids: &[u64],
) -> Result<Vec<(u64, Counted)>, Fault> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let list: Vec<String> = ids.iter().map(u64::to_string).collect();
    let query = [
        ("include", list.join(",")),
        ("per_page", "100".to_owned()),
        ("_fields", FIELDS.to_owned()),
    ];
    let reply = match shop.get(operation, path, &query) {
        Ok(reply) => reply,
        // The product went meanwhile.
        Err(refused) if refused.is_missing() && !refused.code.starts_with("rest_no") => {
            return Ok(Vec::new());
        }
        Err(refused) => return Err(refused.into()),
    };
    let mut found = Vec::with_capacity(ids.len());
    for item in read_items(&reply.text)? {
        let counted = serde_json::from_str(item.text.get());
        let counted = counted.map_err(|fault| Fault::drift(operation, fault.to_string()))?;
        found.push((item.id, counted));
    }
    Ok(found)
}

/// How a target is named in the shop's own addresses.
pub fn name_of(address: Address) -> String {
    shipped::channel_id(address.product, address.variation)
}

#[cfg(test)]
mod tests;
