//! Our figures by the definitions of other tools, for those who switch: each row of theirs an
//! exact sum of our components, and what lies between their figure and ours, named. Only
//! definitions that the vendors publish, as read in November 2026:
//!
//! - Shopify, sales reports:
//!   <https://help.shopify.com/en/manual/reports-and-analytics/shopify-reports/report-types>
//!   (sales report), the same in <https://shopify.dev/docs/api/shopifyql> (table `sales`)
//! - WooCommerce Analytics, definition of terms:
//!   <https://woocommerce.com/document/woocommerce-analytics/>
//! - TrueProfit, metrics glossary:
//!   <https://helpdesk.trueprofit.io/en/articles/11324705-metrics-glossary>
//! - BeProfit, the profit glossary:
//!   <https://support.beprofit.co/en/articles/8466923-the-profit-glossary>
//! - Lifetimely, profit dashboard:
//!   <https://help.lifetimely.io/article/66-profit-dashboard-walkthrough> and
//!   <https://help.lifetimely.io/article/10-profit-dashboard-metrics-explained>
//!
//! Where a definition is silent a component of ours stands among the differences, never in a row.

use crate::domain::profit::component::Component::{
    self, AdSpend, ChannelFees, Cogs, Discounts, DutiesCollected, FxDifference, GrossSales,
    HandlingCost, OperatingExpenses, OtherIncome, PaymentFees, PeriodFees, Returns, ServiceIncome,
    ShippingCost, ShippingIncome, TaxCollected,
};
use crate::domain::profit::component::Subtotal;
use crate::domain::profit::figures::Figures;

/// A sum of components, each with its sign.
pub type Formula = &'static [(Component, i64)];

#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// `shopify-net-sales`.
    pub slug: &'static str,
    pub tool: Tool,
    pub figure: &'static str,
    /// Their rows; they add up to their figure.
    pub rows: &'static [PresetRow],
    /// Our figure that is meant by it.
    pub ours: Subtotal,
    /// Theirs and these add up to ours.
    pub differences: &'static [PresetRow],
}

/// A row of theirs, or a difference, by a machine name.
#[derive(Clone, Copy, Debug)]
pub struct PresetRow {
    pub name: &'static str,
    pub formula: Formula,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    Shopify,
    WooCommerce,
    TrueProfit,
    BeProfit,
    Lifetimely,
}

impl Tool {
    pub const ALL: [Self; 5] =
        [Self::Shopify, Self::WooCommerce, Self::TrueProfit, Self::BeProfit, Self::Lifetimely];

    pub fn name(self) -> &'static str {
        match self {
            Self::Shopify => "Shopify",
            Self::WooCommerce => "WooCommerce",
            Self::TrueProfit => "TrueProfit",
            Self::BeProfit => "BeProfit",
            Self::Lifetimely => "Lifetimely",
        }
    }
}

impl PresetRow {
    pub fn of(&self, figures: &Figures) -> i64 {
        self.formula.iter().map(|(component, sign)| sign * figures.get(*component)).sum()
    }
}

impl Preset {
    pub fn find(slug: &str) -> Option<&'static Self> {
        PRESETS.iter().find(|preset| preset.slug == slug)
    }

    /// Their figure.
    pub fn theirs(&self, figures: &Figures) -> i64 {
        self.rows.iter().map(|row| row.of(figures)).sum()
    }
}

const fn row(name: &'static str, formula: Formula) -> PresetRow {
    PresetRow { name, formula }
}

const GROSS: PresetRow = row("gross_sales", &[(GrossSales, 1)]);
const DISCOUNT: PresetRow = row("discounts", &[(Discounts, 1)]);
const RETURNED: PresetRow = row("returns", &[(Returns, 1)]);
const SHIPPING: PresetRow = row("shipping_charged", &[(ShippingIncome, 1)]);
const TAXES: PresetRow = row("taxes", &[(TaxCollected, 1)]);
const DUTIES: PresetRow = row("duties", &[(DutiesCollected, 1)]);
const GOODS: PresetRow = row("product_costs", &[(Cogs, 1)]);
const SHIPPING_COSTS: PresetRow = row("shipping_costs", &[(ShippingCost, 1)]);
const HANDLING: PresetRow = row("handling", &[(HandlingCost, 1)]);
const TRANSACTION: PresetRow = row("transaction_fees", &[(PaymentFees, 1), (ChannelFees, 1)]);
const TIPS: PresetRow = row("tips", &[(OtherIncome, 1)]);
const ADS: PresetRow = row("ad_spend", &[(AdSpend, 1)]);
const CUSTOM: PresetRow = row("custom_costs", &[(PeriodFees, 1), (OperatingExpenses, 1)]);

const NO_TAX: PresetRow = row("tax_is_not_income", &[(TaxCollected, -1)]);
const NO_DUTIES: PresetRow = row("duties_are_not_income", &[(DutiesCollected, -1)]);
const FEE_LINES: PresetRow = row("fee_lines", &[(ServiceIncome, 1)]);
const OTHER: PresetRow = row("other_income", &[(OtherIncome, 1)]);
const EXCHANGE: PresetRow = row("fx_difference", &[(FxDifference, 1)]);
const BACK_OUT: PresetRow = row("discounts_and_returns", &[(Discounts, 1), (Returns, 1)]);

/// Every preset, by tool.
pub static PRESETS: &[Preset] = &[
    Preset {
        slug: "shopify-net-sales",
        tool: Tool::Shopify,
        figure: "net sales",
        rows: &[GROSS, DISCOUNT, RETURNED],
        ours: Subtotal::NetSales,
        differences: &[],
    },
    Preset {
        slug: "shopify-total-sales",
        tool: Tool::Shopify,
        figure: "total sales",
        rows: &[GROSS, DISCOUNT, RETURNED, SHIPPING, DUTIES, TAXES],
        ours: Subtotal::NetRevenue,
        differences: &[NO_TAX, NO_DUTIES, FEE_LINES],
    },
    Preset {
        slug: "woocommerce-gross-sales",
        tool: Tool::WooCommerce,
        figure: "gross sales",
        rows: &[GROSS],
        ours: Subtotal::NetSales,
        differences: &[BACK_OUT],
    },
    Preset {
        slug: "woocommerce-net-sales",
        tool: Tool::WooCommerce,
        figure: "net sales",
        rows: &[GROSS, row("coupons", &[(Discounts, 1)]), RETURNED],
        ours: Subtotal::NetSales,
        differences: &[],
    },
    Preset {
        slug: "woocommerce-total-sales",
        tool: Tool::WooCommerce,
        figure: "total sales",
        rows: &[GROSS, row("coupons", &[(Discounts, 1)]), RETURNED, TAXES, SHIPPING],
        ours: Subtotal::NetRevenue,
        differences: &[NO_TAX, FEE_LINES],
    },
    Preset {
        slug: "trueprofit-gross-profit",
        tool: Tool::TrueProfit,
        figure: "gross profit",
        rows: &[
            GROSS,
            DISCOUNT,
            RETURNED,
            TAXES,
            SHIPPING,
            TIPS,
            GOODS,
            SHIPPING_COSTS,
            TRANSACTION,
            HANDLING,
        ],
        ours: Subtotal::ContributionMargin,
        differences: &[NO_TAX, FEE_LINES],
    },
    Preset {
        slug: "trueprofit-net-profit",
        tool: Tool::TrueProfit,
        figure: "net profit",
        rows: &[
            GROSS,
            DISCOUNT,
            RETURNED,
            TAXES,
            SHIPPING,
            TIPS,
            GOODS,
            HANDLING,
            SHIPPING_COSTS,
            ADS,
            TRANSACTION,
            CUSTOM,
            row("taxes_collected", &[(TaxCollected, -1)]),
        ],
        ours: Subtotal::NetProfit,
        differences: &[FEE_LINES, EXCHANGE],
    },
    Preset {
        slug: "beprofit-net-sales",
        tool: Tool::BeProfit,
        figure: "net sales",
        rows: &[
            GROSS,
            TAXES,
            SHIPPING,
            DISCOUNT,
            RETURNED,
            row("sales_taxes", &[(TaxCollected, -1)]),
        ],
        ours: Subtotal::NetRevenue,
        differences: &[FEE_LINES],
    },
    Preset {
        slug: "beprofit-gross-profit",
        tool: Tool::BeProfit,
        figure: "gross profit",
        rows: &[
            row(
                "net_sales_with_shipping",
                &[(GrossSales, 1), (Discounts, 1), (Returns, 1), (ShippingIncome, 1)],
            ),
            TRANSACTION,
            row("fulfilment_costs", &[(ShippingCost, 1), (HandlingCost, 1)]),
            GOODS,
        ],
        ours: Subtotal::ContributionMargin,
        differences: &[FEE_LINES, OTHER],
    },
    Preset {
        slug: "lifetimely-revenue",
        tool: Tool::Lifetimely,
        figure: "revenue",
        rows: &[GROSS, DISCOUNT, RETURNED, SHIPPING],
        ours: Subtotal::NetRevenue,
        differences: &[FEE_LINES],
    },
    Preset {
        slug: "lifetimely-gross-profit",
        tool: Tool::Lifetimely,
        figure: "gross profit",
        rows: &[GROSS, DISCOUNT, RETURNED, SHIPPING, GOODS, SHIPPING_COSTS, HANDLING, TRANSACTION],
        ours: Subtotal::ContributionMargin,
        differences: &[FEE_LINES, OTHER],
    },
    Preset {
        slug: "lifetimely-net-profit",
        tool: Tool::Lifetimely,
        figure: "net profit",
        rows: &[
            GROSS,
            DISCOUNT,
            RETURNED,
            SHIPPING,
            GOODS,
            SHIPPING_COSTS,
            HANDLING,
            TRANSACTION,
            row("marketing", &[(AdSpend, 1)]),
            CUSTOM,
        ],
        ours: Subtotal::NetProfit,
        differences: &[FEE_LINES, OTHER, EXCHANGE],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn theirs_and_the_differences_are_ours_component_by_component() {
        for preset in PRESETS {
            for component in Component::ALL {
                let mut figures = Figures::default();
                figures.put(component, 1);
                let between: i64 = preset.differences.iter().map(|row| row.of(&figures)).sum();
                let ours = figures.subtotal(preset.ours);
                let name = component.name();
                assert_eq!(preset.theirs(&figures) + between, ours, "{} {name}", preset.slug);
            }
        }
    }

    #[test]
    fn every_preset_has_a_name_of_its_own() {
        for preset in PRESETS {
            assert_eq!(Preset::find(preset.slug).map(|found| found.slug), Some(preset.slug));
            assert_eq!(PRESETS.iter().filter(|other| other.slug == preset.slug).count(), 1);
            assert!(Tool::ALL.contains(&preset.tool));
        }
        assert!(Preset::find("shopify").is_none());
    }
}
