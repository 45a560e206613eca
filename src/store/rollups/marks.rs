//! Marks that lines bear, of which To do makes its list: kept with the sums, because a mark may be
//! on every line. Each has the money of its lines, on their days, and its orders, each counted
//! once, on the day of its first line with the mark.

use std::collections::BTreeSet;

use crate::base::id::VariantId;
use crate::domain::profit::component::Component;
use crate::store::profit::{LINE_COMPONENTS, StoredLine};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    UnitCost,
    ShippingCost,
    PaymentFees,
    VatRate,
    GuessedCost,
    EstimatedFees,
    EstimatedShipping,
}

impl Mark {
    pub const ALL: [Self; 7] = [
        Self::UnitCost,
        Self::ShippingCost,
        Self::PaymentFees,
        Self::VatRate,
        Self::GuessedCost,
        Self::EstimatedFees,
        Self::EstimatedShipping,
    ];

    pub fn is_on(self, line: &StoredLine) -> bool {
        let (of, components): (_, &[Component]) = match self {
            Self::UnitCost => (line.missing, &[Component::Cogs]),
            Self::ShippingCost => (line.missing, &[Component::ShippingCost]),
            Self::PaymentFees => (line.missing, &[Component::PaymentFees]),
            Self::VatRate => (line.missing, &[Component::TaxCollected]),
            Self::GuessedCost => (line.estimated, &[Component::Cogs]),
            Self::EstimatedFees => {
                (line.estimated, &[Component::PaymentFees, Component::ChannelFees])
            }
            Self::EstimatedShipping => (line.estimated, &[Component::ShippingCost]),
        };
        components.iter().any(|component| of & component.bit() != 0)
    }

    /// What hangs on a line, in minor units: what it sold, or the amount that was computed.
    pub fn at_stake(self, line: &StoredLine) -> i64 {
        match self {
            Self::UnitCost
            | Self::ShippingCost
            | Self::PaymentFees
            | Self::VatRate
            | Self::GuessedCost => line.net_sales(),
            Self::EstimatedFees => {
                amount(line, Component::PaymentFees) + amount(line, Component::ChannelFees)
            }
            Self::EstimatedShipping => amount(line, Component::ShippingCost),
        }
    }
}

fn amount(line: &StoredLine, component: Component) -> i64 {
    let index = LINE_COMPONENTS.into_iter().position(|known| known == component);
    index.map_or(0, |index| line.amounts[index])
}

/// A mark's first line in an order, and its first for each product.
pub struct First<'a> {
    pub mark: Mark,
    pub line: &'a StoredLine,
    /// Whether it is the first of the order, and not only of its product.
    pub of_order: bool,
}

/// The first lines with each mark, out of all lines of an order.
pub fn list_firsts(lines: &[StoredLine]) -> Vec<First<'_>> {
    let mut firsts = Vec::new();
    if lines.iter().all(|line| line.missing | line.estimated == 0) {
        return firsts;
    }
    for mark in Mark::ALL {
        let mut seen: BTreeSet<Option<VariantId>> = BTreeSet::new();
        let mut marked: Vec<&StoredLine> = lines.iter().filter(|line| mark.is_on(line)).collect();
        marked.sort_unstable_by_key(|line| (line.event_no, line.line_no));
        for line in marked {
            let of_order = seen.is_empty();
            if seen.insert(line.variant) {
                firsts.push(First { mark, line, of_order });
            }
        }
    }
    firsts
}
