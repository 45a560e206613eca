//! What we ask Shopify for, word for word, held against the schema of `client::VERSION`. No buyer's
//! name, e-mail or street is among it.

pub const ME: &str = "query Me { shop { id name myshopifyDomain ianaTimezone currencyCode } \
    currentAppInstallation { accessScopes { handle } } }";

/// An amount in the shop's own currency.
macro_rules! bag {
    () => {
        "{ shopMoney { amount currencyCode } }"
    };
}
/// An order's own members; `buyer()` is the part that an app may be kept from.
macro_rules! head {
    () => {
        concat!(
            "id name createdAt processedAt updatedAt cancelledAt cancelReason test currencyCode \
             taxesIncluded displayFinancialStatus fulfillments(first: 5) { status createdAt } \
             totalPriceSet ",
            bag!(),
            " totalTipReceivedSet ",
            bag!(),
            " netPaymentSet ",
            bag!(),
            " totalOutstandingSet ",
            bag!(),
            " originalTotalDutiesSet ",
            bag!(),
            " additionalFees { price ",
            bag!(),
            " taxLines { priceSet ",
            bag!(),
            " } } transactions(first: 30) { id kind status gateway test amountSet ",
            bag!(),
            " fees { amount { amount currencyCode } } } refunds(first: 50) { id }"
        )
    };
}
macro_rules! line {
    () => {
        concat!(
            "id name sku quantity unfulfilledQuantity isGiftCard requiresShipping \
             originalUnitPriceSet ",
            bag!(),
            " discountAllocations { allocatedAmountSet ",
            bag!(),
            " } taxLines { priceSet ",
            bag!(),
            " channelLiable }"
        )
    };
}
/// What a line sold, as stock is addressed; an app may be kept from that, too.
macro_rules! sold {
    () => {
        " variant { inventoryItem { id } }"
    };
}
macro_rules! shipping {
    () => {
        concat!(
            "id isRemoved originalPriceSet ",
            bag!(),
            " discountedPriceSet ",
            bag!(),
            " taxLines { priceSet ",
            bag!(),
            " channelLiable }"
        )
    };
}
macro_rules! buyer {
    () => {
        "customer { id } shippingAddress { countryCodeV2 provinceCode } \
         billingAddress { countryCodeV2 provinceCode }"
    };
}

pub const ORDERS: &str = concat!(
    "query Orders($first: Int!, $after: String, $q: String!) { orders(first: $first, after: \
     $after, query: $q, sortKey: ID) { pageInfo { hasNextPage endCursor } nodes { ",
    head!(),
    " ",
    buyer!(),
    " shippingLines(first: 3, includeRemovals: true) { pageInfo { hasNextPage } nodes { ",
    shipping!(),
    " } } lineItems(first: 10) { pageInfo { hasNextPage endCursor } nodes { ",
    line!(),
    sold!(),
    " } } } } }"
);

/// One order by its id; null where there is none any more.
pub const ORDER: &str = concat!(
    "query Order($id: ID!) { order(id: $id) { ",
    head!(),
    " ",
    buyer!(),
    " shippingLines(first: 3, includeRemovals: true) { pageInfo { hasNextPage } nodes { ",
    shipping!(),
    " } } lineItems(first: 10) { pageInfo { hasNextPage endCursor } nodes { ",
    line!(),
    sold!(),
    " } } } }"
);

/// The rest of an order with many lines.
pub const LINES: &str = concat!(
    "query Lines($id: ID!, $after: String) { order(id: $id) { id lineItems(first: 50, after: \
     $after) { pageInfo { hasNextPage endCursor } nodes { ",
    line!(),
    sold!(),
    " } } shippingLines(first: 20, includeRemovals: true) { nodes { ",
    shipping!(),
    " } } } }"
);

pub const REFUND: &str = concat!(
    "query Refund($id: ID!, $after: String) { refund(id: $id) { id createdAt processedAt duties { \
     amountSet ",
    bag!(),
    " } refundLineItems(first: 40, after: $after) { pageInfo { hasNextPage endCursor } nodes { \
     quantity restockType restocked lineItem { id } subtotalSet ",
    bag!(),
    " totalTaxSet ",
    bag!(),
    " } } refundShippingLines(first: 5) { nodes { subtotalAmountSet ",
    bag!(),
    " taxAmountSet ",
    bag!(),
    " } } orderAdjustments(first: 10) { nodes { amountSet ",
    bag!(),
    " taxAmountSet ",
    bag!(),
    " } } transactions(first: 20) { nodes { id kind status gateway test amountSet ",
    bag!(),
    " } } } }"
);

const BULK_ORDERS_HEAD: &str = head!();
const BULK_ORDERS_LINES: &str = concat!(
    " shippingLines(includeRemovals: true) { edges { node { __typename ",
    shipping!(),
    " } } } lineItems { edges { node { __typename ",
    line!(),
);
const BULK_ORDERS_TAIL: &str = " } } } } } } }";

/// All orders in one go; without the part that an app may be kept from where it is.
pub fn bulk_orders(search: &str, with_buyer: bool) -> String {
    let (buyer, sold) = if with_buyer { (buyer!(), sold!()) } else { ("", "") };
    let filter = match search {
        "" => String::new(),
        search => format!("(query: \"{search}\")"),
    };
    format!(
        "{{ orders{filter} {{ edges {{ node {{ __typename {BULK_ORDERS_HEAD} \
         {buyer}{BULK_ORDERS_LINES}{sold}{BULK_ORDERS_TAIL}"
    )
}

pub const START_BULK: &str = "mutation Start($q: String!) { bulkOperationRunQuery(query: $q, \
    groupObjects: true) { bulkOperation { id status createdAt } userErrors { code message } } }";

pub const POLL_BULK: &str = "query Poll($id: ID!) { bulkOperation(id: $id) { id status errorCode \
    objectCount rootObjectCount url createdAt } }";

pub const VARIANTS: &str = "query Variants($first: Int!, $after: String, $q: String!) { \
    productVariants(first: $first, after: $after, query: $q, sortKey: ID) { pageInfo { \
    hasNextPage endCursor } nodes { id sku barcode price inventoryPolicy selectedOptions { value } \
    product { handle title status } inventoryItem { id tracked unitCost { amount currencyCode } \
    measurement { weight { value unit } } } } } }";

pub const LOCATIONS: &str = "query Locations($first: Int!, $after: String) { locations(first: \
    $first, after: $after) { pageInfo { hasNextPage endCursor } nodes { id name isActive } } }";

pub const LEVELS: &str = "query Levels($id: ID!, $first: Int!, $after: String, $q: String!) { \
    location(id: $id) { id name inventoryLevels(first: $first, after: $after, query: $q) { \
    pageInfo { hasNextPage endCursor } nodes { id isActive updatedAt item { id sku tracked } \
    quantities(names: [\"available\", \"on_hand\", \"committed\", \"incoming\", \"reserved\", \
    \"damaged\", \"safety_stock\", \"quality_control\"]) { name quantity } } } } }";

/// Levels by their ids; null for one that is no more.
pub const LEVELS_BY_ID: &str = "query LevelsById($ids: [ID!]!) { nodes(ids: $ids) { ... on \
    InventoryLevel { id isActive updatedAt location { id isActive } item { id sku tracked } \
    quantities(names: [\"available\", \"on_hand\", \"committed\", \"incoming\", \
    \"reserved\", \"damaged\", \"safety_stock\", \"quality_control\"]) { name quantity } \
    } } }";

/// Variants by their ids; null for one that is no more.
pub const VARIANTS_BY_ID: &str = "query VariantsById($ids: [ID!]!) { nodes(ids: $ids) { ... on \
    ProductVariant { id sku barcode price inventoryPolicy selectedOptions { value } product { \
    handle title status } inventoryItem { id tracked unitCost { amount currencyCode } measurement \
    { weight { value unit } } } } } }";

/// Where stock is kept, with what tells the usual place.
pub const PLACES: &str = "query Places($first: Int!, $after: String) { locations(first: $first, \
    after: $after) { pageInfo { hasNextPage endCursor } nodes { id name isActive \
    fulfillsOnlineOrders } } }";

/// What can be bought of some items at one place, and whether the shop stops at nothing.
pub const SELLABLE: &str = "query Sellable($ids: [ID!]!, $place: ID!) { nodes(ids: $ids) { ... on \
    InventoryItem { id tracked inventoryLevel(locationId: $place) { id quantities(names: \
    [\"available\"]) { name quantity } } variants(first: 5) { nodes { id inventoryPolicy product { \
    id status } } } } } }";

/// Each row holds only while its number is the one that we expect; the same key, the same change.
pub const SET_STOCK: &str = "mutation SetStock($input: InventorySetQuantitiesInput!, $key: String!) \
    { inventorySetQuantities(input: $input) @idempotent(key: $key) { inventoryAdjustmentGroup { id \
    } userErrors { code field message } } }";

pub const BALANCE: &str = "query Balance($first: Int!, $after: String, $q: String!) { \
    shopifyPaymentsAccount { id balanceTransactions(first: $first, after: $after, query: $q, \
    sortKey: PROCESSED_AT, hideTransfers: true) { pageInfo { hasNextPage endCursor } nodes { id \
    type test transactionDate amount { amount currencyCode } fee { amount currencyCode } net { \
    amount currencyCode } associatedOrder { id name } associatedPayout { id status } } } } }";

pub const PAYOUTS: &str = "query Payouts($first: Int!, $after: String, $q: String!) { \
    shopifyPaymentsAccount { id payouts(first: $first, after: $after, query: $q, sortKey: \
    ISSUED_AT) { pageInfo { hasNextPage endCursor } nodes { id issuedAt status transactionType \
    net { amount currencyCode } summary { chargesGross { amount } chargesFee { amount } \
    refundsFeeGross { amount } refundsFee { amount } adjustmentsGross { amount } adjustmentsFee { \
    amount } reservedFundsGross { amount } reservedFundsFee { amount } retriedPayoutsGross { \
    amount } retriedPayoutsFee { amount } advanceGross { amount } advanceFees { amount } \
    usdcRebateCreditAmount { amount } } } } } }";

/// The days of some payouts, each under a name of its own: `p0`, `p1` …
pub fn payout_days(count: usize) -> String {
    const DAY: &str = "{ ... on ShopifyPaymentsPayout { id issuedAt } }";
    let asked: Vec<String> = (0..count).map(|index| format!("$p{index}: ID!")).collect();
    let nodes: Vec<String> =
        (0..count).map(|index| format!("p{index}: node(id: $p{index}) {DAY}")).collect();
    format!("query Days({}) {{ {} }}", asked.join(", "), nodes.join(" "))
}
