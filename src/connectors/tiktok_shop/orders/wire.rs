//! The columns of the orders export, and one row of it as text. Nothing of ours.

use crate::connectors::kit::csv;
use crate::connectors::kit::sheet::{Cells, Field, Need};

/// Places in `FIELDS`.
pub mod column {
    pub const ORDER: usize = 0;
    pub const STATUS: usize = 1;
    pub const SKU_ID: usize = 2;
    pub const QUANTITY: usize = 3;
    pub const BEFORE: usize = 4;
    pub const SELLER_DISCOUNT: usize = 5;
    pub const AMOUNT: usize = 6;
    pub const CREATED: usize = 7;
    pub const SELLER_SKU: usize = 8;
    pub const PRODUCT: usize = 9;
    pub const VARIATION: usize = 10;
    pub const PLATFORM_DISCOUNT: usize = 11;
    pub const AFTER: usize = 12;
    pub const SHIPPING_AFTER: usize = 13;
    pub const SHIPPING: usize = 14;
    pub const SHIPPING_SELLER_DISCOUNT: usize = 15;
    pub const PAYMENT_DISCOUNT: usize = 16;
    pub const TAXES: usize = 17;
    pub const REFUNDED: usize = 18;
    pub const PAID: usize = 19;
    pub const SHIPPED: usize = 20;
    pub const DELIVERED: usize = 21;
    pub const CANCELLED: usize = 22;
    pub const COUNTRY: usize = 23;
    pub const REGION: usize = 24;
    pub const METHOD: usize = 25;
    pub const BUYER: usize = 26;
    pub const CURRENCY: usize = 27;
    /// From here on what the buyer pays to TikTok besides.
    pub const BUYER_FEES: usize = 28;
}
use column::BUYER_FEES;

pub const READ_N: usize = 34;

pub static FIELDS: [Field; READ_N + 1] = [
    Field::required(&["order id"]),
    Field::required(&["order status"]),
    Field::required(&["sku id"]),
    Field::required(&["quantity"]),
    Field::required(&["sku subtotal before discount"]).amount(),
    Field::required(&["sku seller discount"]).amount(),
    Field::required(&["order amount"]).amount(),
    Field::required(&["created time"]),
    Field::optional(&["seller sku"]),
    Field::optional(&["product name"]),
    Field::optional(&["variation"]),
    Field::optional(&["sku platform discount"]).amount(),
    Field::optional(&["sku subtotal after discount"]).amount(),
    Field::optional(&["shipping fee after discount"]).amount(),
    Field::optional(&["original shipping fee"]).amount(),
    Field::optional(&["shipping fee seller discount"]).amount(),
    Field::optional(&["payment platform discount"]).amount(),
    Field::optional(&["taxes"]).amount(),
    Field::optional(&["order refund amount"]).amount(),
    Field::optional(&["paid time"]),
    Field::optional(&["shipped time"]),
    Field::optional(&["delivered time"]),
    Field::optional(&["cancelled time", "canceled time"]),
    Field::optional(&["country"]),
    Field::optional(&["state", "province"]),
    Field::optional(&["payment method"]),
    Field::optional(&["buyer username"]).personal(),
    Field::optional(&["currency"]),
    Field::optional(&["small order fee"]).amount(),
    Field::optional(&["buyer service fee"]).amount(),
    Field::optional(&["handling fee"]).amount(),
    Field::optional(&["retail delivery fee"]).amount(),
    Field::optional(&["shipping insurance"]).amount(),
    Field::optional(&["item insurance"]).amount(),
    Field::ignored(&[
        "order substatus",
        "cancelation/return type",
        "cancellation/return type",
        "normal or pre-order",
        "sku quantity of return",
        "sku unit original price",
        "shipping fee platform discount",
        "shipping fee cofunded discount",
        "rts time",
        "cancel by",
        "cancel reason",
        "fulfillment type",
        "warehouse name",
        "tracking id",
        "delivery option",
        "delivery option type",
        "collection methods",
        "shipping provider name",
        "buyer message",
        "buyer nickname",
        "recipient",
        "phone #",
        "zipcode",
        "district",
        "commune",
        "villages",
        "town",
        "city",
        "post town",
        "regency and city",
        "detail address",
        "additional address information",
        "address line 1",
        "address line 2",
        "house name or number",
        "street name",
        "weight(kg)",
        "product category",
        "package id",
        "purchase channel",
        "seller note",
        "checked status",
        "checked marked by",
        "tokopedia invoice number",
        "virtual bundle seller sku",
    ]),
];

/// What the buyer pays to TikTok beside goods, shipping and tax.
pub fn buyer_fees() -> std::ops::Range<usize> {
    BUYER_FEES..READ_N
}

/// The cells that are read. Not `Debug`: one of them is the buyer's name on the platform.
#[derive(PartialEq, Eq)]
pub struct Row {
    /// Line of the file on which it begins.
    pub line: u64,
    cells: Vec<String>,
}

impl Row {
    pub fn of(cells: &Cells<'_>) -> Self {
        let texts = (0..READ_N).map(|field| cells.text(field).into_owned()).collect();
        Self { line: cells.line, cells: texts }
    }

    pub fn text(&self, field: usize) -> &str {
        let text = self.cells.get(field).map_or("", String::as_str);
        if text == "--" { "" } else { text }
    }

    pub fn find(&self, field: usize) -> Option<String> {
        let text = self.text(field);
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// Whether it is the same row of the order, wherever it stands.
    pub fn is_twin(&self, other: &Self) -> bool {
        self.cells == other.cells
    }

    /// For a refused order: what was read, nothing personal.
    pub fn raw(&self) -> String {
        let cells = FIELDS.iter().zip(&self.cells);
        let kept = cells.filter(|(field, _)| !field.personal && field.need != Need::Ignored);
        csv::raw_row(kept.map(|(field, text)| (field.names[0], text.clone())))
    }
}
