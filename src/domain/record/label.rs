//! What happens to an order's goods apart from its money: the parcel and what it cost, and units
//! that came back.

use serde::{Deserialize, Serialize};

use crate::base::{Instant, Money};

/// A shipping label that was paid for. It finds its order by the number that the buyer knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// Unique within the store: the label's or shipment's id, else its tracking number.
    pub key: String,
    /// The order's number or id, as the source writes it.
    pub order: String,
    /// The store in the source's words; it counts where one of ours is called so.
    pub store: Option<String>,
    pub at: Instant,
    /// Positive for a cost, insurance included.
    pub cost: Money,
    /// Nothing is owed for it.
    pub voided: bool,
    pub is_return: bool,
    /// Not charged yet, or paid through an account that does not tell.
    pub estimated: bool,
    pub tracking: Option<String>,
    pub carrier: Option<String>,
}

/// Units that a warehouse took back, whatever the buyer was refunded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerReturn {
    /// Unique within the order.
    pub key: String,
    pub order_id: String,
    pub at: Instant,
    pub sku: String,
    pub quantity: i64,
    /// Whether they can be sold again.
    pub restocked: bool,
    /// The warehouse's own words: `SELLABLE`, `CUSTOMER_DAMAGED`.
    pub disposition: String,
    pub reason: Option<String>,
}
