//! The older orders interface, which Amazon ends on 27 March 2027: a list of orders, and the items
//! of each by a call of its own. Both are put into the words of the newer one and read by it.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::wire::{
    Alias, Associated, Breakdown, Collection, Detail, Fulfillment, ItemFulfillment, ItemTax,
    Proceeds, Product, SalesChannel, WireItem, WireOrder, scrub,
};
use super::{PAGE_SIZE, Place, Told, normalise, restart};
use crate::base::Instant;
use crate::connectors::amazon::api::call;
use crate::connectors::amazon::api::region::Seller;
use crate::connectors::amazon::api::wire::{Amount, instant, read};
use crate::connectors::contract::{Document, Raw};
use crate::connectors::ctx::{Account, Ctx};
use crate::connectors::fault::Fault;
use crate::connectors::kit::http::{Method, address};
use crate::connectors::kit::json::{self, Keep};

/// Pages of items that one order may have.
const ITEM_PAGES_MAX: usize = 20;

#[derive(Deserialize)]
struct Orders {
    payload: OrdersPayload,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OrdersPayload {
    #[serde(default)]
    orders: Vec<Box<RawValue>>,
    next_token: Option<String>,
    last_updated_before: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct OldOrder {
    amazon_order_id: String,
    seller_order_id: Option<String>,
    purchase_date: String,
    last_update_date: Option<String>,
    order_status: String,
    fulfillment_channel: Option<String>,
    sales_channel: Option<String>,
    marketplace_id: Option<String>,
    order_total: Option<Amount>,
    is_replacement_order: Option<super::super::wire::Text>,
}

#[derive(Deserialize)]
struct Items {
    payload: ItemsPayload,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ItemsPayload {
    #[serde(default)]
    order_items: Vec<Box<RawValue>>,
    next_token: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct OldItem {
    order_item_id: String,
    #[serde(rename = "SellerSKU")]
    seller_sku: Option<String>,
    title: Option<String>,
    quantity_ordered: i64,
    quantity_shipped: Option<i64>,
    item_price: Option<Amount>,
    shipping_price: Option<Amount>,
    item_tax: Option<Amount>,
    shipping_tax: Option<Amount>,
    shipping_discount: Option<Amount>,
    promotion_discount: Option<Amount>,
    buyer_info: Option<GiftWrap>,
    tax_collection: Option<OldCollection>,
}

/// Of the buyer only what the wrapping cost.
#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct GiftWrap {
    gift_wrap_price: Option<Amount>,
    gift_wrap_tax: Option<Amount>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct OldCollection {
    model: Option<String>,
    responsible_party: Option<String>,
}

/// # Errors
/// As `call::send`.
pub fn ask(
    ctx: &Ctx<'_>,
    seller: &Seller<'_>,
    (place, after): (&Place, Instant),
) -> Result<Told, Fault> {
    let request = call::request(ctx, (Method::Get, "orders v0"), "/orders/v0/orders")?
        .query("MarketplaceIds", &seller.ids());
    let mut answer = match &place.page {
        Some(page) => call::send_page(ctx, request.query("NextToken", page), || restart(place))?,
        None => {
            let request = request
                .query("LastUpdatedAfter", &after.to_string())
                .query("MaxResultsPerPage", PAGE_SIZE);
            call::send(ctx, request)?
        }
    };
    let wire: Orders = answer.json()?;
    let mut documents = Vec::with_capacity(wire.payload.orders.len());
    for raw in &wire.payload.orders {
        documents.push(document(ctx, raw)?);
    }
    Ok(Told {
        documents,
        next_page: wire.payload.next_token.filter(|token| !token.is_empty()),
        until: instant(wire.payload.last_updated_before.as_deref()),
    })
}

#[derive(Deserialize)]
struct Found {
    payload: Box<RawValue>,
}

/// # Errors
/// As `call::send`.
pub fn find(ctx: &Ctx<'_>, number: &str) -> Result<Document, Fault> {
    let path = format!("/orders/v0/orders/{}", address::encode(number));
    let found: Found = call::get(ctx, "order v0", &path)?.json()?;
    document(ctx, &found.payload)
}

fn document(ctx: &Ctx<'_>, raw: &RawValue) -> Result<Document, Fault> {
    let number = read::<OldOrder>(raw).map(|order| order.amazon_order_id);
    let items = match &number {
        Ok(number) => list_items(ctx, number)?,
        Err(_) => Vec::new(),
    };
    let text = |item: &RawValue| String::from_utf8_lossy(&scrub_item(item.get())).into_owned();
    let items = items.iter().map(|item| RawValue::from_string(text(item)));
    let items: Result<Vec<Box<RawValue>>, _> = items.collect();
    let items = items.map_err(|fault| Fault::drift("OrderItems", fault.to_string()))?;
    replay(ctx.account, raw, items)
}

/// An order with its items, both as they are kept.
///
/// # Errors
/// `Drift` for an item in a shape that we do not know.
pub fn replay(
    account: &Account,
    raw: &RawValue,
    kept_items: Vec<Box<RawValue>>,
) -> Result<Document, Fault> {
    let raw_kept = Some(Raw::json(scrub(raw.get())).beside(&kept_items));
    let items = kept_items.iter().map(|item| serde_json::from_str(item.get()));
    let items: Result<Vec<OldItem>, _> = items.collect();
    let items = items.map_err(|fault| Fault::drift("OrderItems", fault.to_string()))?;
    let order: OldOrder = match read(raw) {
        Ok(order) => order,
        Err(problem) => {
            let key = "an order without a number".to_owned();
            return Ok(Document {
                key,
                raw: raw_kept,
                problems: vec![problem],
                records: Vec::new(),
            });
        }
    };
    let mut document = normalise::normalise(&translate(order, items), account.currency);
    document.raw = raw_kept;
    Ok(document)
}

fn list_items(ctx: &Ctx<'_>, order: &str) -> Result<Vec<Box<RawValue>>, Fault> {
    let path = format!("/orders/v0/orders/{}/orderItems", address::encode(order));
    let (mut items, mut token) = (Vec::<Box<RawValue>>::new(), None::<String>);
    for _ in 0..ITEM_PAGES_MAX {
        let mut request = call::request(ctx, (Method::Get, "order items v0"), &path)?;
        if let Some(token) = &token {
            request = request.query("NextToken", token);
        }
        let wire: Items = call::send(ctx, request)?.json()?;
        items.extend(wire.payload.order_items);
        token = wire.payload.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            break;
        }
    }
    Ok(items)
}

/// What is kept of an item: what is read above.
fn scrub_item(text: &str) -> Vec<u8> {
    json::redact(text, text.len(), keep_item).into_bytes()
}

fn keep_item(key: &str) -> Keep {
    const READ: [&str; 19] = [
        "OrderItemId",
        "SellerSKU",
        "Title",
        "QuantityOrdered",
        "QuantityShipped",
        "ItemPrice",
        "ShippingPrice",
        "ItemTax",
        "ShippingTax",
        "ShippingDiscount",
        "PromotionDiscount",
        "BuyerInfo",
        "GiftWrapPrice",
        "GiftWrapTax",
        "TaxCollection",
        "Model",
        "ResponsibleParty",
        "Amount",
        "CurrencyCode",
    ];
    if READ.contains(&key) { Keep::Value } else { Keep::Nothing }
}

/// The order in the words of the newer interface.
fn translate(order: OldOrder, items: Vec<OldItem>) -> WireOrder {
    let replaces = order.is_replacement_order.is_some_and(|flag| flag.0 == "true");
    let kind = "REPLACEMENT_ORIGINAL_ID".to_owned();
    WireOrder {
        order_aliases: order
            .seller_order_id
            .map(|alias_id| vec![Alias { alias_id, alias_type: "SELLER_ORDER_ID".to_owned() }]),
        order_id: order.amazon_order_id,
        created_time: order.purchase_date,
        last_updated_time: order.last_update_date,
        associated_orders: replaces.then(|| vec![Associated { association_type: kind }]),
        sales_channel: SalesChannel {
            channel_name: "AMAZON".to_owned(),
            marketplace_id: order.marketplace_id,
            marketplace_name: order.sales_channel,
        },
        proceeds: order.order_total.map(|total| Proceeds { total: Some(total), breakdowns: None }),
        fulfillment: Some(Fulfillment {
            fulfillment_status: order.order_status,
            fulfilled_by: order.fulfillment_channel,
        }),
        order_items: items.into_iter().map(translate_item).collect(),
    }
}

fn translate_item(item: OldItem) -> WireItem {
    let wrap = item.buyer_info.unwrap_or_default();
    let plain = |kind: &str, amount: Option<Amount>| {
        let kind = kind.to_owned();
        amount.map(|subtotal| Breakdown { kind, subtotal, detailed_breakdowns: None })
    };
    let part = |kind: &str, subtype: &str, amount: Option<Amount>| {
        amount.map(|value| Breakdown {
            kind: kind.to_owned(),
            subtotal: value.clone(),
            detailed_breakdowns: Some(vec![Detail { subtype: subtype.to_owned(), value }]),
        })
    };
    let breakdowns = [
        plain("ITEM", item.item_price),
        plain("SHIPPING", item.shipping_price),
        plain("GIFT_WRAP", wrap.gift_wrap_price),
        part("TAX", "ITEM", item.item_tax),
        part("TAX", "SHIPPING", item.shipping_tax),
        part("TAX", "GIFT_WRAP", wrap.gift_wrap_tax),
        part("DISCOUNT", "ITEM", item.promotion_discount),
        part("DISCOUNT", "SHIPPING", item.shipping_discount),
    ];
    let breakdowns: Vec<Breakdown> = breakdowns.into_iter().flatten().collect();
    let collection = item
        .tax_collection
        .map(|it| Collection { model: it.model, responsible_party: it.responsible_party });
    WireItem {
        order_item_id: item.order_item_id,
        quantity_ordered: item.quantity_ordered,
        product: Product { title: item.title, seller_sku: item.seller_sku, price: None },
        proceeds: (!breakdowns.is_empty())
            .then_some(Proceeds { total: None, breakdowns: Some(breakdowns) }),
        // How many are still to be sent it does not say: some of the others may be cancelled.
        fulfillment: Some(ItemFulfillment {
            quantity_fulfilled: item.quantity_shipped,
            quantity_unfulfilled: None,
        }),
        cancellation: None,
        tax: collection.map(|it| ItemTax { tax_collections: Some(vec![it]) }),
    }
}
