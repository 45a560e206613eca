//! Shopify's own shapes, and only what we read of them. An amount is a text, as it came.

pub mod goods;
pub mod payments;

use serde::Deserialize;
use serde_json::Value;

use crate::base::{Currency, Instant, money};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Me {
    pub shop: ShopOf,
    pub current_app_installation: Option<Installation>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ShopOf {
    pub name: String,
    pub myshopify_domain: String,
    pub iana_timezone: String,
    pub currency_code: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Installation {
    access_scopes: Vec<Scope>,
}

#[derive(Deserialize)]
struct Scope {
    handle: String,
}

impl Installation {
    pub fn handles(&self) -> impl Iterator<Item = &str> {
        self.access_scopes.iter().map(|scope| scope.handle.as_str())
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PageInfo {
    pub has_next_page: bool,
    #[serde(default)]
    pub end_cursor: Option<String>,
}

/// A page of a list; of a result in one go, all of it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct List<T> {
    pub nodes: Vec<T>,
    #[serde(default)]
    pub page_info: PageInfo,
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self { nodes: Vec::new(), page_info: PageInfo::default() }
    }
}

#[derive(Deserialize)]
pub struct Orders {
    pub orders: List<Value>,
}

#[derive(Deserialize)]
pub struct OneOrder {
    pub order: Option<MoreLines>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MoreLines {
    pub line_items: List<Value>,
    #[serde(default)]
    pub shipping_lines: List<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Bag {
    pub shop_money: Money,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Money {
    amount: String,
    #[serde(default)]
    currency_code: Option<String>,
}

impl Money {
    /// In minor units of the currency that is expected.
    ///
    /// # Errors
    /// In words: another currency, or no amount.
    pub fn minor(&self, currency: Currency) -> Result<i64, String> {
        match &self.currency_code {
            Some(code) if code != currency.code() => {
                Err(format!("an amount is in {code}, where {currency} is expected"))
            }
            _ => money::parse_minor(&self.amount, currency).map_err(|fault| fault.to_string()),
        }
    }

    /// In its own currency, or the one that is meant where it names none.
    ///
    /// # Errors
    /// In words.
    pub fn own(&self, meant: Currency) -> Result<crate::base::Money, String> {
        let currency = match &self.currency_code {
            Some(code) => Currency::parse(code).map_err(|fault| fault.to_string())?,
            None => meant,
        };
        Ok(crate::base::Money::new(self.minor(currency)?, currency))
    }

    pub fn amount(&self) -> &str {
        &self.amount
    }

    /// # Errors
    /// In words.
    pub fn currency(&self) -> Result<Option<Currency>, String> {
        let code = self.currency_code.as_deref();
        code.map(Currency::parse).transpose().map_err(|fault| fault.to_string())
    }
}

impl Bag {
    /// # Errors
    /// As `Money::minor`.
    pub fn minor(&self, currency: Currency) -> Result<i64, String> {
        self.shop_money.minor(currency)
    }
}

/// The amount of a bag that may be missing; 0 then.
///
/// # Errors
/// As `Money::minor`.
pub fn minor_or_zero(bag: Option<&Bag>, currency: Currency) -> Result<i64, String> {
    bag.map_or(Ok(0), |bag| bag.minor(currency))
}

/// # Errors
/// In words.
pub fn instant(text: &str) -> Result<Instant, String> {
    Instant::parse(text).map_err(|fault| fault.to_string())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Order {
    pub name: String,
    pub created_at: String,
    pub processed_at: Option<String>,
    pub updated_at: Option<String>,
    pub cancelled_at: Option<String>,
    pub cancel_reason: Option<String>,
    /// `None` where they were not asked for (an older version kept it).
    pub fulfillments: Option<Vec<Fulfillment>>,
    #[serde(default)]
    pub test: bool,
    pub currency_code: String,
    #[serde(default)]
    pub taxes_included: bool,
    pub display_financial_status: Option<String>,
    pub total_price_set: Bag,
    pub total_tip_received_set: Option<Bag>,
    pub net_payment_set: Option<Bag>,
    pub total_outstanding_set: Option<Bag>,
    pub original_total_duties_set: Option<Bag>,
    #[serde(default)]
    pub additional_fees: Vec<AdditionalFee>,
    pub customer: Option<Id>,
    pub shipping_address: Option<Address>,
    pub billing_address: Option<Address>,
    #[serde(default)]
    pub transactions: Vec<Transaction>,
    #[serde(default)]
    pub shipping_lines: List<ShippingLine>,
    #[serde(default)]
    pub line_items: List<Line>,
}

#[derive(Deserialize)]
pub struct Id {
    pub id: String,
}

impl Id {
    pub fn number(&self) -> &str {
        number_of(&self.id)
    }
}

/// `gid://shopify/Order/5001` → `5001`.
pub fn number_of(gid: &str) -> &str {
    let last = gid.rsplit('/').next().unwrap_or(gid);
    last.split('?').next().unwrap_or(last)
}

/// What things are sorted by.
pub fn rank_of(gid: &str) -> u64 {
    number_of(gid).parse().unwrap_or(0)
}

/// An order by its id.
#[derive(Deserialize)]
pub struct WholeOrder {
    pub order: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Address {
    pub country_code_v2: Option<String>,
    pub province_code: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AdditionalFee {
    pub price: Bag,
    #[serde(default)]
    pub tax_lines: Vec<TaxLine>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TaxLine {
    pub price_set: Bag,
    pub channel_liable: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    pub id: String,
    pub name: Option<String>,
    pub sku: Option<String>,
    pub quantity: i64,
    pub unfulfilled_quantity: Option<i64>,
    pub variant: Option<LineVariant>,
    #[serde(default)]
    pub is_gift_card: bool,
    #[serde(default)]
    pub requires_shipping: bool,
    pub original_unit_price_set: Bag,
    #[serde(default)]
    pub discount_allocations: Vec<Allocation>,
    #[serde(default)]
    pub tax_lines: Vec<TaxLine>,
}

/// Of a variant that is still there.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LineVariant {
    pub inventory_item: Option<Id>,
}

/// A parcel, or what a service sent.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fulfillment {
    pub status: String,
    pub created_at: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Allocation {
    pub allocated_amount_set: Bag,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ShippingLine {
    #[serde(default)]
    pub is_removed: bool,
    pub original_price_set: Option<Bag>,
    pub discounted_price_set: Bag,
    #[serde(default)]
    pub tax_lines: Vec<TaxLine>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Transaction {
    pub kind: String,
    pub status: String,
    pub gateway: Option<String>,
    #[serde(default)]
    pub test: bool,
    pub amount_set: Bag,
    #[serde(default)]
    pub fees: Vec<TransactionFee>,
}

#[derive(Deserialize)]
pub struct TransactionFee {
    pub amount: Money,
}

#[derive(Deserialize)]
pub struct OneRefund {
    pub refund: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Refund {
    pub id: String,
    pub created_at: Option<String>,
    pub processed_at: Option<String>,
    #[serde(default)]
    pub duties: Vec<AmountSet>,
    #[serde(default)]
    pub refund_line_items: List<RefundLine>,
    #[serde(default)]
    pub refund_shipping_lines: List<RefundShipping>,
    #[serde(default)]
    pub order_adjustments: List<Adjustment>,
    #[serde(default)]
    pub transactions: List<Transaction>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AmountSet {
    pub amount_set: Bag,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RefundLine {
    pub quantity: i64,
    pub restock_type: String,
    #[serde(default)]
    pub restocked: bool,
    pub line_item: Id,
    pub subtotal_set: Bag,
    pub total_tax_set: Bag,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RefundShipping {
    pub subtotal_amount_set: Bag,
    pub tax_amount_set: Bag,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Adjustment {
    pub amount_set: Bag,
    pub tax_amount_set: Bag,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Started {
    pub bulk_operation_run_query: StartedBulk,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StartedBulk {
    pub bulk_operation: Option<Bulk>,
    #[serde(default)]
    pub user_errors: Vec<UserError>,
}

#[derive(Deserialize)]
pub struct UserError {
    pub code: Option<String>,
    /// The way to the part of what was sent that is wrong.
    pub field: Option<Vec<String>>,
    #[serde(default)]
    pub message: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Polled {
    pub bulk_operation: Option<Bulk>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Bulk {
    pub id: String,
    pub status: String,
    pub error_code: Option<String>,
    /// A whole number, as a text.
    pub object_count: Option<Value>,
    pub root_object_count: Option<Value>,
    pub url: Option<String>,
    pub created_at: Option<String>,
}

/// A count that Shopify writes as a text.
pub fn count_of(value: Option<&Value>) -> u64 {
    match value {
        Some(Value::String(text)) => text.parse().unwrap_or(0),
        Some(other) => other.as_u64().unwrap_or(0),
        None => 0,
    }
}
