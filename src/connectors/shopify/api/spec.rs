//! The form to connect a shop of Shopify, its streams and its limits.

use crate::connectors::spec::{Field, FieldKind, Limit, Spec, Stream};

pub const SHOP: &str = "shop";
pub const CLIENT_ID: &str = "client_id";
pub const CLIENT_SECRET: &str = "client_secret";
pub const ACCESS_TOKEN: &str = "access_token";

pub const MINUTE_S: u32 = 60;
pub const DAY_S: u32 = 86_400;
/// An order whose change shows late in Shopify's search is still found so long afterwards.
pub const ORDERS_OVERLAP_S: u32 = 15 * MINUTE_S;
pub const AGAIN_BACK_S: u32 = 60 * DAY_S;
pub const FEES_OVERLAP_S: u32 = 2 * 60 * MINUTE_S;
pub const PAYOUTS_OVERLAP_S: u32 = 30 * DAY_S;

pub static SPEC: Spec = Spec {
    documentation: "https://shopify.dev/docs/api/admin-graphql",
    about: "Orders, refunds, fees and payouts of your shop, its products with their costs, and \
        its stock by location. Nothing is changed in the shop but the number of units, and that \
        only once you have switched it on. The first time everything is read back to the \
        beginning; after that new orders are here within a minute.",
    fields: &FIELDS,
    streams: &STREAMS,
    limits: &[Limit { operation: "", burst: 2_000, every_ms: 10 }],
    needs_store: true,
    allows_plain_http: false,
};

static FIELDS: [Field; 4] = [
    Field {
        key: SHOP,
        label: "Shop address",
        help: "The permanent address that ends in .myshopify.com. In Shopify: Settings, Domains; \
            it also stands in the browser's address bar behind admin.shopify.com/store/.",
        kind: FieldKind::Text,
        required: true,
        example: "my-shop.myshopify.com",
    },
    Field {
        key: CLIENT_ID,
        label: "Client ID",
        help: "Of an app of your own. In Shopify: Settings, Apps and sales channels, Develop apps, \
            Build apps in Dev Dashboard, Create app. Under Versions choose the access scopes \
            read_orders, read_all_orders, read_products, read_inventory, read_locations, \
            read_customers and read_shopify_payments, and write_inventory if stock is to be set \
            from here, press Release, then Home, Install app, and choose your shop. The client ID \
            stands under Settings of the app. App and shop must belong to the same organisation.",
        kind: FieldKind::Secret,
        required: false,
        example: "",
    },
    Field {
        key: CLIENT_SECRET,
        label: "Client secret",
        help: "Below the client ID: Dev Dashboard, your app, Settings, Credentials, Secret, the \
            eye. It begins with shpss_.",
        kind: FieldKind::Secret,
        required: false,
        example: "",
    },
    Field {
        key: ACCESS_TOKEN,
        label: "Admin API access token",
        help: "Only for an app that was made in the shop's admin before 2026: Settings, Apps and \
            sales channels, Develop apps, your app, API credentials. It begins with shpat_ and \
            was shown once. Leave it empty where you gave a client ID and secret.",
        kind: FieldKind::Secret,
        required: false,
        example: "",
    },
];

const fn stream(slug: &'static str, label: &'static str, every_s: u32, overlap_s: u32) -> Stream {
    Stream { slug, label, every_s, overlap_s, raw_days: 30, after: &[] }
}

static STREAMS: [Stream; 6] = [
    stream("orders", "Orders and refunds", 30, ORDERS_OVERLAP_S),
    stream("fees", "Fees and what is in which payout", 10 * MINUTE_S, FEES_OVERLAP_S),
    stream("payouts", "Payouts", 60 * MINUTE_S, PAYOUTS_OVERLAP_S),
    stream("products", "Products and costs", 10 * MINUTE_S, ORDERS_OVERLAP_S),
    stream("stock", "Stock by location", 2 * MINUTE_S, ORDERS_OVERLAP_S),
    Stream {
        after: &["orders"],
        ..stream("orders-again", "Orders of 60 days, read again", DAY_S, AGAIN_BACK_S)
    },
];
