//! How payouts are told: where each stands, what it is made of on our side and on theirs, and what
//! of an account is still to come.

use super::ledger::Moved;
use super::record::PayoutPart;
use crate::base::id::{OrderId, PayoutId, StoreId};
use crate::base::{Currency, Day, DayRange, Money};

/// Where a payout stands, by what is stated and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Paid,
    InTransit,
    Failed,
    /// Neither a day nor a word says so.
    Untold,
}

impl Standing {
    pub fn name(self) -> &'static str {
        match self {
            Self::Paid => "paid",
            Self::InTransit => "in_transit",
            Self::Failed => "failed",
            Self::Untold => "unknown",
        }
    }
}

/// The rows of every payout and bridge, in the order in which they are told.
pub const GROUPS: [&str; 12] = [
    "sales",
    "tax",
    "withheld_tax",
    "refunds",
    "fees",
    "other_income",
    "period_fees",
    "advertising",
    "unclassified",
    "fx",
    "reserves",
    "balance",
];

/// One payout, our ledger beside the platform's statement.
#[derive(Clone, Debug)]
pub struct PaidOut {
    pub id: PayoutId,
    pub store: StoreId,
    pub store_name: String,
    /// `Amazon`, `Shopify Payments`.
    pub platform: &'static str,
    pub reference: String,
    /// The id by which its orders and charges name it; `None` where they name none.
    pub members: Option<String>,
    /// Its members are those of several payouts of one day: nobody says which is in which.
    pub shared: bool,
    pub currency: Currency,
    pub range: Option<DayRange>,
    /// Of the deposit; of one that is to come, the day that is stated for it.
    pub day: Option<Day>,
    pub standing: Standing,
    pub rows: i64,
    /// The platform's rows by kind, in its own words.
    pub parts: Vec<PayoutPart>,
    /// What our records of it come to; `None` where the source names no members.
    pub ledger: Option<Moved>,
    /// Rows that the file which told it does not hold: carried from other statements.
    pub outside_minor: i64,
    /// What the platform states as the deposit.
    pub stated_minor: i64,
    /// What arrived, where it was converted on the way.
    pub received: Option<Money>,
    /// Held back by it, positive.
    pub held_minor: i64,
    /// When what was held back came free, where a later payout says so.
    pub released: Option<Day>,
}

impl PaidOut {
    /// Our records of one group, with what is carried from other statements. Where the platform
    /// leaves tax that it keeps out of its rows altogether, so do we.
    pub fn ours(&self, group: &str) -> Option<i64> {
        let ledger = self.ledger.as_ref()?;
        let told = |group: &str| self.parts.iter().any(|part| part.group == group);
        Some(match group {
            "tax" if !told("withheld_tax") => ledger.of("tax") + ledger.of("withheld_tax"),
            "withheld_tax" if !told("withheld_tax") => 0,
            "balance" => ledger.of("balance") + self.outside_minor,
            group => ledger.of(group),
        })
    }

    /// The platform's rows of one group.
    pub fn theirs(&self, group: &str) -> i64 {
        let own = self.parts.iter().filter(|part| part.group == group);
        own.map(|part| part.amount_minor).sum()
    }

    /// What we expect to arrive: our own records, or else the statement's rows, and what it
    /// carries from others.
    pub fn expected_minor(&self) -> i64 {
        let own = match &self.ledger {
            Some(ledger) => ledger.total(),
            None => self.told_minor() - self.outside_minor,
        };
        own + self.outside_minor
    }

    /// All rows that the platform tells.
    pub fn told_minor(&self) -> i64 {
        self.parts.iter().map(|part| part.amount_minor).sum()
    }

    /// What neither our records nor a named row explains: 0, or red.
    pub fn unexplained_minor(&self) -> i64 {
        self.stated_minor - self.expected_minor()
    }

    /// Sums for a list: sales less refunds, what was taken, what was held back.
    pub fn summary(&self) -> (i64, i64, i64) {
        let mut sums = (0, 0, 0);
        for part in &self.parts {
            let sum = match part.group.as_str() {
                "sales" | "tax" | "withheld_tax" | "refunds" => &mut sums.0,
                "reserves" | "balance" => &mut sums.2,
                _ => &mut sums.1,
            };
            *sum += part.amount_minor;
        }
        sums
    }
}

/// What one platform owes one store in one currency.
#[derive(Clone, Debug)]
pub struct Account {
    pub store: StoreId,
    pub store_name: String,
    pub platform: &'static str,
    pub currency: Currency,
    /// Told by the platform and in no payout yet.
    pub open_minor: i64,
    /// Sold and in none of the platform's statements yet: how many orders, and what their buyers
    /// paid.
    pub waiting: (i64, i64),
    pub in_transit_minor: i64,
    /// Held back and not released.
    pub held_minor: i64,
    /// Deposited in the days that are asked for.
    pub paid_minor: i64,
    /// In statements that do not say whether they were paid.
    pub untold_minor: i64,
    /// Payouts in the days, and those of them that do not tie out.
    pub payouts: i64,
    pub off: i64,
}

/// All payouts of the days, newest first, and the accounts that they are of.
#[derive(Clone, Debug, Default)]
pub struct Payouts {
    pub accounts: Vec<Account>,
    pub payouts: Vec<PaidOut>,
}

/// One payout with the records behind it.
#[derive(Clone, Debug)]
pub struct PayoutDetail {
    pub payout: PaidOut,
    pub orders: Vec<PaidOrder>,
    pub charges: Vec<PaidCharge>,
}

/// What one order is in a payout.
#[derive(Clone, Debug)]
pub struct PaidOrder {
    pub order: OrderId,
    pub name: String,
    pub day: Day,
    pub moved: Moved,
}

/// Money of a payout that belongs to no order.
#[derive(Clone, Debug)]
pub struct PaidCharge {
    pub day: Day,
    pub group: &'static str,
    /// The platform's own words.
    pub label: String,
    pub amount_minor: i64,
}
