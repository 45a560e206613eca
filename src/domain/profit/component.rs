//! The ladder: every component, its place, and the subtotals between them (PROFIT, section 3).

/// Income is positive, what reduces profit negative, everything without tax.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Component {
    GrossSales,
    Discounts,
    Returns,
    ShippingIncome,
    ServiceIncome,
    Cogs,
    ShippingCost,
    HandlingCost,
    PaymentFees,
    ChannelFees,
    OtherIncome,
    AdSpend,
    PeriodFees,
    OperatingExpenses,
    FxDifference,
    TaxCollected,
    DutiesCollected,
    /// A memo beside the ladder: cost of refunded goods that did not come back. Positive.
    WrittenOff,
}

pub const COMPONENTS: usize = 18;

/// A bit for each component.
pub type Mask = u32;

impl Component {
    pub const ALL: [Self; COMPONENTS] = [
        Self::GrossSales,
        Self::Discounts,
        Self::Returns,
        Self::ShippingIncome,
        Self::ServiceIncome,
        Self::Cogs,
        Self::ShippingCost,
        Self::HandlingCost,
        Self::PaymentFees,
        Self::ChannelFees,
        Self::OtherIncome,
        Self::AdSpend,
        Self::PeriodFees,
        Self::OperatingExpenses,
        Self::FxDifference,
        Self::TaxCollected,
        Self::DutiesCollected,
        Self::WrittenOff,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::GrossSales => "gross_sales",
            Self::Discounts => "discounts",
            Self::Returns => "returns",
            Self::ShippingIncome => "shipping_income",
            Self::ServiceIncome => "service_income",
            Self::Cogs => "cogs",
            Self::ShippingCost => "shipping_cost",
            Self::HandlingCost => "handling_cost",
            Self::PaymentFees => "payment_fees",
            Self::ChannelFees => "channel_fees",
            Self::OtherIncome => "other_income",
            Self::AdSpend => "ad_spend",
            Self::PeriodFees => "period_fees",
            Self::OperatingExpenses => "operating_expenses",
            Self::FxDifference => "fx_difference",
            Self::TaxCollected => "tax_collected",
            Self::DutiesCollected => "duties_collected",
            Self::WrittenOff => "written_off",
        }
    }

    pub fn index(self) -> usize {
        self as usize
    }

    pub fn bit(self) -> Mask {
        1 << self.index()
    }
}

/// A sum of the components above it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subtotal {
    NetSales,
    NetRevenue,
    GrossProfit,
    ContributionMargin,
    ContributionAfterAds,
    NetProfit,
}

impl Subtotal {
    pub const ALL: [Self; 6] = [
        Self::NetSales,
        Self::NetRevenue,
        Self::GrossProfit,
        Self::ContributionMargin,
        Self::ContributionAfterAds,
        Self::NetProfit,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::NetSales => "net_sales",
            Self::NetRevenue => "net_revenue",
            Self::GrossProfit => "gross_profit",
            Self::ContributionMargin => "contribution_margin",
            Self::ContributionAfterAds => "contribution_after_ads",
            Self::NetProfit => "net_profit",
        }
    }

    /// The last component that it includes; the ladder's order is that of `Component`.
    pub fn last(self) -> Component {
        match self {
            Self::NetSales => Component::Returns,
            Self::NetRevenue => Component::ServiceIncome,
            Self::GrossProfit => Component::Cogs,
            Self::ContributionMargin => Component::OtherIncome,
            Self::ContributionAfterAds => Component::AdSpend,
            Self::NetProfit => Component::FxDifference,
        }
    }

    /// The components that it adds up.
    pub fn mask(self) -> Mask {
        (self.last().bit() << 1) - 1
    }
}

/// One row of the ladder as it is read from top to bottom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Component(Component),
    Subtotal(Subtotal),
}

impl Step {
    pub fn name(self) -> &'static str {
        match self {
            Self::Component(component) => component.name(),
            Self::Subtotal(subtotal) => subtotal.name(),
        }
    }
}

/// The ladder from gross sales to net profit.
pub fn ladder() -> Vec<Step> {
    let mut steps = Vec::new();
    for component in Component::ALL {
        if component > Component::FxDifference {
            break;
        }
        steps.push(Step::Component(component));
        let ends = Subtotal::ALL.into_iter().find(|subtotal| subtotal.last() == component);
        steps.extend(ends.map(Step::Subtotal));
    }
    steps
}

/// How well an amount is known (PROFIT, section 9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Quality {
    #[default]
    Actual,
    Estimated,
    Missing,
}

impl Quality {
    pub fn name(self) -> &'static str {
        match self {
            Self::Actual => "actual",
            Self::Estimated => "estimated",
            Self::Missing => "missing",
        }
    }

    /// The quality of a component by the masks of what is estimated and what is missing.
    pub fn of(component: Component, estimated: Mask, missing: Mask) -> Self {
        if missing & component.bit() != 0 {
            Self::Missing
        } else if estimated & component.bit() != 0 {
            Self::Estimated
        } else {
            Self::Actual
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ladder_ends_in_net_profit_and_holds_each_step_once() {
        let names: Vec<&str> = ladder().into_iter().map(Step::name).collect();
        assert_eq!(names.len(), 15 + 6);
        assert_eq!(names[..4], ["gross_sales", "discounts", "returns", "net_sales"]);
        assert_eq!(names.last(), Some(&"net_profit"));
        for (index, component) in Component::ALL.into_iter().enumerate() {
            assert_eq!(component.index(), index);
        }
    }
}
