//! What is missing, unknown or only estimated: one gap for each thing that a person may mend, with
//! the money that hangs on it and the pieces that it consists of.

use crate::base::id::{ImportId, OrderId};
use crate::base::{DayRange, Money};

/// One gap.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gap {
    pub kind: GapKind,
    /// Orders that it touches; of kinds without orders how many there are.
    pub count: i64,
    /// Products that it touches, where it is about products.
    pub products: i64,
    /// What is counted without it, left out, or computed by rule, a sum for each currency. Empty
    /// where nobody knows.
    pub at_stake: Vec<Money>,
    /// By which gaps are ordered: what is at stake in the reporting currency, as far as rates
    /// are known. It stands in no figure.
    pub weight_minor: i64,
    /// The pieces with the most at stake first, and how many more there are.
    pub pieces: Vec<Piece>,
    pub more: i64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum GapKind {
    #[default]
    UnitCost,
    /// A cost guessed by rule, so that it is still to be entered.
    GuessedCost,
    ShippingCost,
    PaymentFees,
    VatRate,
    ExchangeRate,
    /// A fee kind that no table knows.
    UnknownFee {
        kind: String,
    },
    /// A charge without an order that no table knows.
    UnknownCharge {
        kind: String,
    },
    /// Rows of files that did not go in.
    RefusedRows,
    /// What files named and no table knows: `column`, `status`, `transaction`, `currency`.
    UnknownInFiles {
        kind: String,
    },
    /// Spend that no line could bear.
    UnallocatedAds,
    LabelWithoutOrder,
    /// A total that its parts do not explain.
    Unexplained,
    /// Computed by rule until the record comes; time mends it.
    EstimatedFees,
    EstimatedShipping,
}

/// A part of a gap, such as one product without a cost.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Piece {
    /// A SKU, a country, a currency, a file; empty where the record has none.
    pub name: String,
    pub place: Place,
    pub count: i64,
    pub at_stake: Vec<Money>,
    pub days: Option<DayRange>,
}

/// Where a piece is looked at or mended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// Where its gap is mended.
    #[default]
    OfGap,
    Sku(String),
    Order(OrderId),
    Import(ImportId),
    Campaign {
        platform: String,
        campaign: String,
    },
}
