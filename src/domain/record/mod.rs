//! The vocabulary that all connectors and file readers speak: what happened, normalised, in the
//! words of the profit definition. Amounts inside an order are minor units of its currency.

pub mod ad;
pub mod charge;
pub mod cost;
pub mod label;
pub mod link;
pub mod listing;
pub mod order;
pub mod purchase;
pub mod rate;
pub mod report;
pub mod stock;
pub mod unite;

use serde::{Deserialize, Serialize};

pub use ad::AdSpend;
pub use charge::{Charge, ChargeClass, GivesWay, Payout, PayoutPart, PayoutStatus};
pub use cost::{Cost, Every, Expense};
pub use label::{CustomerReturn, Label};
pub use link::{LinkRow, LinkTo};
pub use listing::{FeeEstimate, ListedCost, Listing, Stocked};
pub use order::{
    Fee, FeeClass, FinancialStatus, Line, Order, Payment, Progress, Refund, RefundLine, Shipping,
};
pub use purchase::{LandedCost, LandedKind, Purchase, PurchaseChange, SplitBy};
pub use rate::ExchangeRate;
pub use report::StatedTotal;
pub use stock::{StockLevel, StockMovement, StockState};

use crate::domain::rules::Rules;

/// One fact as a source tells it. `store` is named where the source's own row names one;
/// otherwise the store of the import or of the account applies.
#[derive(Clone, Debug, PartialEq)]
pub enum Record {
    Order(Box<Order>),
    /// A refund that arrives apart from its order; the key is the order's id.
    Refund {
        order_id: String,
        refund: Refund,
    },
    /// Money that belongs to a store or product but to no order.
    Charge(Charge),
    Payout(Payout),
    Cost(Cost),
    Purchase(Box<Purchase>),
    Landed(LandedCost),
    Expense(Expense),
    AdSpend(AdSpend),
    Rate(ExchangeRate),
    /// A rules file replaces all rules.
    Rules(Box<Rules>),
    /// What a platform's own report states about a range of days.
    StatedTotal(StatedTotal),
    Listing(Box<Listing>),
    Link(Box<LinkRow>),
    ListedCost(ListedCost),
    FeeEstimate(FeeEstimate),
    Stock(StockLevel),
    StockMovement(Box<StockMovement>),
    Label(Box<Label>),
    Return(Box<CustomerReturn>),
}

/// Where an order's facts come from, best last. Lines, prices and tax are taken from the best;
/// fees, dated refunds, charges and payouts from a settlement where there is one
/// (PROFIT, section 12).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    Settlement,
    OrdersFile,
    Api,
}

impl SourceKind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Settlement => "settlement",
            Self::OrdersFile => "orders_file",
            Self::Api => "api",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        [Self::Settlement, Self::OrdersFile, Self::Api].into_iter().find(|kind| kind.name() == name)
    }
}
