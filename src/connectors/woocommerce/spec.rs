//! What the form asks for, which streams there are, and how gently a shop is asked.

use crate::connectors::spec::{
    ALLOW_PRIVATE_NETWORK, BASE_URL, Field, FieldKind, Limit, Spec, Stream,
};

pub const CONSUMER_KEY: &str = "consumer_key";
pub const CONSUMER_SECRET: &str = "consumer_secret";

pub const ORDERS: &str = "orders";
pub const REFUNDS: &str = "refunds";
pub const PRODUCTS: &str = "products";
pub const SWEEP: &str = "sweep";
pub const TOTALS: &str = "totals";

pub static SPEC: Spec = Spec {
    documentation: "https://woocommerce.github.io/woocommerce-rest-api-docs/",
    about: "Orders, refunds, products, stock and the fees that your payment plugin notes on the \
        order, straight from your own shop. New orders appear within a minute; a key that may \
        only read is enough, until stock is to be set from here.",
    fields: &[
        Field {
            key: BASE_URL,
            label: "Address of your shop",
            help: "The address under which your buyers know it, as in WordPress under Settings, \
                General, Site Address (URL).",
            kind: FieldKind::Text,
            required: true,
            example: "https://shop.example.com",
        },
        Field {
            key: CONSUMER_KEY,
            label: "Consumer key",
            help: "In WordPress: WooCommerce, Settings, Advanced, REST API, Add key. Choose a user \
                who is administrator or shop manager, permission Read, or Read/Write if stock is \
                to be set from here, then Generate API key. It begins with ck_ and is shown only \
                once.",
            kind: FieldKind::Secret,
            required: true,
            example: "",
        },
        Field {
            key: CONSUMER_SECRET,
            label: "Consumer secret",
            help: "Shown below the consumer key on the same page; it begins with cs_.",
            kind: FieldKind::Secret,
            required: true,
            example: "",
        },
        Field {
            key: ALLOW_PRIVATE_NETWORK,
            label: "The shop stands in my own network",
            help: "Only for a shop on a machine at home or in the office, which cannot be reached \
                from the internet.",
            kind: FieldKind::Switch,
            required: false,
            example: "",
        },
    ],
    streams: &[
        Stream {
            slug: ORDERS,
            label: "Orders",
            every_s: 30,
            overlap_s: 900,
            raw_days: 30,
            after: &[],
        },
        Stream {
            slug: REFUNDS,
            label: "Refunds of older orders",
            every_s: 300,
            overlap_s: 900,
            raw_days: 30,
            after: &[ORDERS],
        },
        Stream {
            slug: PRODUCTS,
            label: "Products and stock",
            every_s: 300,
            overlap_s: 900,
            raw_days: 30,
            after: &[],
        },
        Stream {
            slug: SWEEP,
            label: "Nightly look over the last 60 days",
            every_s: 86_400,
            overlap_s: 0,
            raw_days: 30,
            after: &[ORDERS],
        },
        Stream {
            slug: TOTALS,
            label: "The shop's own sales report",
            every_s: 21_600,
            overlap_s: 0,
            raw_days: 0,
            after: &[ORDERS],
        },
    ],
    // The core has no limit; weak hosts have. Some five calls at once, then three a second.
    limits: &[Limit { operation: "", burst: 10, every_ms: 330 }],
    needs_store: true,
    allows_plain_http: true,
};
