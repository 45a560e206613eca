//! Money of a store that belongs to no order, and the payouts in which it arrived.

use serde::{Deserialize, Serialize};

use crate::base::{Currency, Day, Money};

/// What a charge without an order is, in the profit definition's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChargeClass {
    /// Storage, ageing, inbound placement, removal, subscription.
    PeriodFee,
    /// A reimbursement that names no order, or another income of the period.
    PeriodIncome,
    /// Advertising deducted from a payout: pays an expense, is not a second one.
    AdvertisingPayment,
    /// Reserves, carried balances, card charges: neither income nor cost.
    Balance,
    /// Tax withheld or handed on by the marketplace, outside profit.
    Tax,
    /// A type that we do not know: counted in `period_fees`, visible, alarming.
    Unclassified,
}

impl ChargeClass {
    pub const ALL: [Self; 6] = [
        Self::PeriodFee,
        Self::PeriodIncome,
        Self::AdvertisingPayment,
        Self::Balance,
        Self::Tax,
        Self::Unclassified,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::PeriodFee => "period_fee",
            Self::PeriodIncome => "period_income",
            Self::AdvertisingPayment => "advertising_payment",
            Self::Balance => "balance",
            Self::Tax => "tax",
            Self::Unclassified => "unclassified",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.name() == name)
    }

    /// Whether it stands in `period_fees`.
    pub fn counts(self) -> bool {
        match self {
            Self::PeriodFee | Self::PeriodIncome | Self::Unclassified => true,
            Self::AdvertisingPayment | Self::Balance | Self::Tax => false,
        }
    }
}

/// Sign as in the source: negative takes from the seller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charge {
    /// Unique within the store: the settlement's id and the row's number, for example.
    pub key: String,
    pub day: Day,
    pub kind: String,
    pub class: ChargeClass,
    pub amount: Money,
    pub sku: Option<String>,
    /// The payout that it is part of.
    pub payout: Option<String>,
    pub label: String,
    /// What an estimate and the charge that settles it have in common (`storage`), or the ad
    /// platform that an `AdvertisingPayment` pays (`amazon`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimate: Option<GivesWay>,
}

/// Until when an estimated charge counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GivesWay {
    /// To a charge of the same family that is no estimate and falls between these days.
    ToFamily { from: Day, to: Day },
    /// To a payout of the store that covers its day: that tells all there was.
    ToPayout,
}

/// A settlement or payout with the total that the platform states, and our reading of its rows.
/// The parts add up to the total, or it would have been refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payout {
    pub id: String,
    pub currency: Currency,
    pub from: Option<Day>,
    pub to: Option<Day>,
    pub deposited: Option<Day>,
    /// What the platform says of it, where it says anything.
    #[serde(default)]
    pub status: Option<PayoutStatus>,
    /// The day on which it is to arrive, for one that was not deposited yet.
    #[serde(default)]
    pub due: Option<Day>,
    pub stated_minor: i64,
    pub rows: i64,
    pub parts: Vec<PayoutPart>,
    /// Day and rate at which it was really converted, where known: minor units received, in the
    /// currency received.
    pub received: Option<Money>,
}

/// The platform's own word for where a payout stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayoutStatus {
    Paid,
    /// On its way, or to be sent.
    InTransit,
    /// The bank sent it back, or it was called off.
    Failed,
}

impl PayoutStatus {
    pub const ALL: [Self; 3] = [Self::Paid, Self::InTransit, Self::Failed];

    pub fn name(self) -> &'static str {
        match self {
            Self::Paid => "paid",
            Self::InTransit => "in_transit",
            Self::Failed => "failed",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}

/// The sum of a payout's rows of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayoutPart {
    /// `sales`, `refunds`, `fees`, `reserves` … the bridge's row.
    pub group: String,
    /// The platform's own words, `Order / ItemPrice / Principal`.
    pub kind: String,
    pub amount_minor: i64,
    pub rows: i64,
    /// Read by no table of ours.
    pub unclassified: bool,
}
