//! What a report answers: rows of figures by the keys that were asked for, what no row bears, and
//! the total. Every face (page, JSON, CSV, command, tool, mail) shows this one value.

use super::ask::{AdsMode, Basis, Key};
use super::profit::convert::MissingRate;
use super::profit::figures::Figures;
use crate::base::id::{OrderId, StoreId};
use crate::base::{Currency, Day, DayRange};

#[derive(Clone, Debug)]
pub struct Report {
    pub currency: Currency,
    pub range: DayRange,
    pub basis: Basis,
    pub ads: AdsMode,
    pub by: Vec<Key>,
    /// By their keys, ascending; what is lacking last.
    pub rows: Vec<ReportRow>,
    /// What no row bears: rows + unallocated = total, for every component.
    pub unallocated: Figures,
    pub total: Figures,
    /// Amounts that are left out because no rate converts them.
    pub missing_rates: Vec<MissingRate>,
}

#[derive(Clone, Debug)]
pub struct ReportRow {
    /// The name of each key and its value, in the order of `by`, with what a row names besides.
    pub keys: Vec<(&'static str, Option<String>)>,
    pub figures: Figures,
    /// By order or line: which one.
    pub order: Option<OrderId>,
    pub store: Option<StoreId>,
    /// By product or variant: its title.
    pub title: Option<String>,
}

impl ReportRow {
    pub fn key(&self, name: &str) -> Option<&str> {
        let found = self.keys.iter().find(|(key, _)| *key == name);
        found.and_then(|(_, value)| value.as_deref())
    }
}

/// Net profit of one month before and after a change, in minor units of the reporting currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MonthChange {
    pub first: Day,
    pub before_minor: i64,
    pub after_minor: i64,
}

/// What states the figure that ours is held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BridgeSource {
    /// A marketplace's settlement with its deposit.
    Settlement,
    /// A payout of a payment processor.
    Payout,
    /// An account statement with its balance.
    Statement,
    /// A figure of a shop's own sales report.
    Report,
    /// All that a platform paid out in a range of days, from our own net sales on.
    Account,
}

impl BridgeSource {
    /// The widest question first.
    pub const ALL: [Self; 5] =
        [Self::Account, Self::Report, Self::Settlement, Self::Payout, Self::Statement];

    pub fn name(self) -> &'static str {
        match self {
            Self::Settlement => "settlement",
            Self::Payout => "payout",
            Self::Statement => "statement",
            Self::Report => "report",
            Self::Account => "account",
        }
    }
}

/// A bridge from our figure to the platform's own: each difference a named row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bridge {
    pub store: String,
    pub source: BridgeSource,
    /// The settlement's own number, or the report's figure.
    pub reference: String,
    /// `settlement 15640914767`, `woocommerce report-sales: total_sales`.
    pub name: String,
    pub currency: Currency,
    pub range: Option<DayRange>,
    pub rows: Vec<BridgeRow>,
    /// What the rows add up to.
    pub reached_minor: i64,
    /// What the platform states; `None` where nothing of theirs is held.
    pub stated_minor: Option<i64>,
    /// The orders in which what stays unexplained was found, as far as it was.
    pub suspects: Vec<BridgeRecord>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BridgeRow {
    /// Machine name, one word list for all platforms: `net_sales`, `on_hold_orders`, `reserves`.
    pub name: &'static str,
    pub amount_minor: i64,
    pub orders: i64,
    /// The orders behind a difference, at most `RECORDS_MAX` of them; empty where the row is a sum
    /// of all.
    pub records: Vec<BridgeRecord>,
}

/// So many records of a row are told; its amount and count are of all.
pub const RECORDS_MAX: usize = 200;

/// One order behind a row, with its part of the row's amount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BridgeRecord {
    pub order: OrderId,
    pub name: String,
    pub day: Day,
    pub amount_minor: i64,
}

impl BridgeRow {
    pub fn of(name: &'static str, amount_minor: i64) -> Self {
        Self { name, amount_minor, orders: 0, records: Vec::new() }
    }

    /// A row that begins with nothing; records add up to it.
    pub fn empty(name: &'static str) -> Self {
        Self::of(name, 0)
    }

    pub fn add(&mut self, record: BridgeRecord) {
        self.amount_minor += record.amount_minor;
        self.orders += 1;
        if self.records.len() < RECORDS_MAX {
            self.records.push(record);
        }
    }
}

impl Bridge {
    /// What stays unexplained: 0, or red.
    pub fn unexplained_minor(&self) -> Option<i64> {
        self.stated_minor.map(|stated| stated - self.reached_minor)
    }
}
