//! What connecting Amazon asks for and offers: the form, the streams, and how often each may be
//! asked (Amazon's published rates, "Usage plans", 2026-08).

use crate::connectors::spec::{Field, FieldKind, Limit, Spec, Stream};

pub const ORDERS: &str = "orders";
pub const ORDER_NEWS: &str = "order-news";
pub const PAST_ORDERS: &str = "past-orders";
pub const FINANCES: &str = "finances";
pub const BALANCES: &str = "balances";
pub const SETTLEMENTS: &str = "settlements";
pub const FBA_STOCK: &str = "fba-stock";
pub const LISTINGS: &str = "listings";
pub const FEE_ESTIMATES: &str = "fee-estimates";
pub const RETURNS: &str = "fba-returns";
pub const REIMBURSEMENTS: &str = "fba-reimbursements";
pub const LEDGER: &str = "fba-ledger";
pub const STORAGE: &str = "fba-storage-fees";
pub const LONG_STORAGE: &str = "fba-long-storage-fees";

const HOUR_S: u32 = 3_600;
const DAY_S: u32 = 24 * HOUR_S;

const fn stream(slug: &'static str, label: &'static str, every_s: u32) -> Stream {
    Stream { slug, label, every_s, overlap_s: 0, raw_days: 30, after: &[] }
}

const fn report(slug: &'static str, label: &'static str, every_s: u32, overlap_s: u32) -> Stream {
    // What a report says stands in the records; its rows are not kept twice.
    Stream { overlap_s, raw_days: 0, ..stream(slug, label, every_s) }
}

/// Amazon makes few reports an hour: the first of each are asked for one stream after the other.
const fn behind(after: &'static [&'static str], report: Stream) -> Stream {
    Stream { after, ..report }
}

const fn limit(operation: &'static str, burst: u32, every_ms: u32) -> Limit {
    Limit { operation, burst, every_ms }
}

pub static SPEC: Spec = Spec {
    documentation: "https://developer-docs.amazon.com/sp-api",
    about: "Orders, refunds, fees, payouts, stock and listings by Amazon's Selling Partner API. \
        Nothing of your shop is changed but the number of units that you send yourself, and that \
        only once you have switched it on; no buyer's name or address is asked for. Amazon allows one question for new orders every three minutes. Its client secret must be renewed \
        every 180 days; then connect again with the new one.",
    fields: &FIELDS,
    streams: &STREAMS,
    limits: &LIMITS,
    needs_store: true,
    allows_plain_http: false,
};

static FIELDS: [Field; 10] = [
    Field {
        key: "region",
        label: "Region",
        help: "Where your Seller Central is. Each region is connected by itself.",
        kind: FieldKind::Choice(&[
            ("eu", "Europe, Turkey, Middle East, India, South Africa"),
            ("na", "North America and Brazil"),
            ("fe", "Japan, Australia, Singapore"),
        ]),
        required: false,
        example: "eu",
    },
    Field {
        key: "marketplace",
        label: "Marketplaces",
        help: "The countries in which you sell, with commas between them.",
        kind: FieldKind::Text,
        required: true,
        example: "DE, FR",
    },
    Field {
        key: "seller_id",
        label: "Merchant token",
        help: "In Seller Central: Settings, Account Info, Business Information, Your Merchant \
            Token.",
        kind: FieldKind::Text,
        required: true,
        example: "A2EXAMPLE1TOKEN",
    },
    Field {
        key: "client_id",
        label: "Client identifier",
        help: "In Seller Central: Apps and Services, Develop Apps. Register as a private developer \
            once, then Add new app client with the roles Finance and Accounting, Inventory and \
            Order Tracking, Amazon Fulfillment and Product Listing, by which stock is set, too. \
            Then LWA credentials, View.",
        kind: FieldKind::Secret,
        required: true,
        example: "",
    },
    Field {
        key: "client_secret",
        label: "Client secret",
        help: "Beside the client identifier: Develop Apps, LWA credentials, View.",
        kind: FieldKind::Secret,
        required: true,
        example: "",
    },
    Field {
        key: "refresh_token",
        label: "Refresh token",
        help: "In Seller Central: Apps and Services, Develop Apps, the arrow beside Edit App, \
            Authorize, Authorize app. It begins with Atzr and is shown once.",
        kind: FieldKind::Secret,
        required: true,
        example: "",
    },
    Field {
        key: "orders_version",
        label: "Orders interface",
        help: "Leave it. Where Amazon has not given your account the newer one, the older one is \
            asked by itself.",
        kind: FieldKind::Choice(&[
            ("2026-01-01", "Newer (2026-01-01), else the older"),
            ("v0", "Older alone (v0, until March 2027)"),
        ]),
        required: false,
        example: "2026-01-01",
    },
    Field {
        key: "queue_url",
        label: "Queue for new orders",
        help: "Only for those who have an AWS account and want orders within a minute. In the SQS \
            console: Create queue, Standard; under Access policy allow 437568002678 to send \
            messages to it; then copy its URL. The app needs no further role.",
        kind: FieldKind::Text,
        required: false,
        example: "https://sqs.eu-west-1.amazonaws.com/123456789012/orders",
    },
    Field {
        key: "aws_key_id",
        label: "Access key of the queue",
        help: "In the IAM console: a user who may sqs:ReceiveMessage and sqs:DeleteMessage on that \
            queue and nothing else; Security credentials, Create access key.",
        kind: FieldKind::Secret,
        required: false,
        example: "",
    },
    Field {
        key: "aws_secret_key",
        label: "Secret access key of the queue",
        help: "Shown once, beside the access key.",
        kind: FieldKind::Secret,
        required: false,
        example: "",
    },
];

static STREAMS: [Stream; 14] = [
    // One call every 179 s is what Amazon allows; an order changes for half an hour in silence.
    Stream { overlap_s: 1_800, ..stream(ORDERS, "Orders", 180) },
    // The newest 48 hours are incomplete, and some events come weeks late (finances.rs).
    Stream { overlap_s: 2 * DAY_S, ..stream(FINANCES, "Fees, refunds, payments", 900) },
    // Only where the seller has a queue.
    Stream { after: &[ORDERS], ..stream(ORDER_NEWS, "Orders, as they change", 30) },
    behind(&[ORDERS], report(SETTLEMENTS, "Settlements", HOUR_S, 3 * DAY_S)),
    Stream { after: &[ORDERS], ..stream(FBA_STOCK, "Stock at Amazon", 600) },
    Stream { after: &[ORDERS], ..stream(LISTINGS, "Listings", 2 * HOUR_S) },
    behind(&[SETTLEMENTS], report(PAST_ORDERS, "Past orders, looked over", 6 * HOUR_S, 7 * DAY_S)),
    Stream { after: &[LISTINGS], ..stream(FEE_ESTIMATES, "Fees as Amazon expects them", DAY_S) },
    behind(&[PAST_ORDERS], report(RETURNS, "Returns to Amazon", 6 * HOUR_S, 14 * DAY_S)),
    behind(&[RETURNS], report(REIMBURSEMENTS, "Reimbursements", DAY_S, 30 * DAY_S)),
    behind(&[REIMBURSEMENTS], report(LEDGER, "Inventory ledger", 6 * HOUR_S, 7 * DAY_S)),
    // Told in the middle of the month after, so each turn asks for that month, too.
    behind(&[LEDGER], report(STORAGE, "Storage fees of a month", DAY_S, 45 * DAY_S)),
    behind(&[STORAGE], report(LONG_STORAGE, "Storage fees of old units", DAY_S, 45 * DAY_S)),
    Stream { after: &[FINANCES], ..stream(BALANCES, "Balances", 6 * HOUR_S) },
];

static LIMITS: [Limit; 24] = [
    limit("orders", 20, 178_572),
    limit("order", 30, 2_000),
    limit("orders v0", 20, 59_881),
    limit("order v0", 30, 2_000),
    limit("order items v0", 30, 2_000),
    limit("transactions", 10, 2_000),
    limit("balances", 10, 2_000),
    limit("summary", 10, 2_000),
    limit("create report", 15, 59_881),
    limit("reports", 10, 45_046),
    limit("report", 15, 500),
    limit("report document", 15, 59_881),
    limit("document", 20, 200),
    limit("stock", 2, 500),
    limit("listings", 5, 200),
    limit("listing", 10, 200),
    limit("set stock", 5, 200),
    limit("catalogue", 2, 500),
    limit("fee estimates", 1, 2_000),
    limit("participations", 15, 62_500),
    limit("token", 10, 1_000),
    limit("queue", 20, 200),
    limit("notifications", 5, 1_000),
    limit("", 2, 1_000),
];
