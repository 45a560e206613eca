//! Sums of profit lines: what every report row, rollup and page holds.

use serde::{Deserialize, Serialize};

use super::component::{COMPONENTS, Component, Mask, Step, Subtotal};
use super::ratio::Ratio;

/// Amounts in minor units of the reporting currency, by component.
pub type Amounts = [i64; COMPONENTS];

/// What a set of profit lines adds up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    pub amounts: Amounts,
    /// Distinct orders sold.
    pub orders: i64,
    /// Units sold, gift cards left out.
    pub units: i64,
    /// Net sales of lines whose cost is known.
    pub costed_net_sales: i64,
    /// Net revenue of sale events alone, for the average order value.
    pub sale_net_revenue: i64,
    /// Ad spend that lines bear; all of it stands in `amounts`.
    pub attributed_ad_spend: i64,
    pub new_customers: i64,
    /// Components of which a part is estimated, or missing.
    pub estimated: Mask,
    pub missing: Mask,
}

impl Figures {
    pub fn add(&mut self, other: &Self) {
        for (mine, theirs) in self.amounts.iter_mut().zip(other.amounts) {
            *mine += theirs;
        }
        self.orders += other.orders;
        self.units += other.units;
        self.costed_net_sales += other.costed_net_sales;
        self.sale_net_revenue += other.sale_net_revenue;
        self.attributed_ad_spend += other.attributed_ad_spend;
        self.new_customers += other.new_customers;
        self.estimated |= other.estimated;
        self.missing |= other.missing;
    }

    pub fn get(&self, component: Component) -> i64 {
        self.amounts[component.index()]
    }

    pub fn put(&mut self, component: Component, minor: i64) {
        self.amounts[component.index()] += minor;
    }

    pub fn subtotal(&self, subtotal: Subtotal) -> i64 {
        self.amounts[..=subtotal.last().index()].iter().sum()
    }

    pub fn step(&self, step: Step) -> i64 {
        match step {
            Step::Component(component) => self.get(component),
            Step::Subtotal(subtotal) => self.subtotal(subtotal),
        }
    }

    /// Nothing happened and nothing is owed: such a row is left out.
    pub fn is_empty(&self) -> bool {
        self.amounts.iter().all(|minor| *minor == 0)
            && self.orders == 0
            && self.units == 0
            && self.missing == 0
    }

    pub fn net_sales(&self) -> i64 {
        self.subtotal(Subtotal::NetSales)
    }

    pub fn net_revenue(&self) -> i64 {
        self.subtotal(Subtotal::NetRevenue)
    }

    pub fn net_profit(&self) -> i64 {
        self.subtotal(Subtotal::NetProfit)
    }

    pub fn contribution_margin(&self) -> i64 {
        self.subtotal(Subtotal::ContributionMargin)
    }

    fn over_net_revenue(&self, part: i64) -> Option<Ratio> {
        Ratio::of(part, self.net_revenue())
    }

    pub fn gross_margin(&self) -> Option<Ratio> {
        self.over_net_revenue(self.subtotal(Subtotal::GrossProfit))
    }

    pub fn contribution_margin_pct(&self) -> Option<Ratio> {
        self.over_net_revenue(self.contribution_margin())
    }

    pub fn net_margin(&self) -> Option<Ratio> {
        self.over_net_revenue(self.net_profit())
    }

    /// Net revenue over the ad spend that lines bear.
    pub fn roas(&self) -> Option<Ratio> {
        Ratio::of(self.net_revenue(), -self.attributed_ad_spend)
    }

    /// Net revenue over all ad spend of the row.
    pub fn mer(&self) -> Option<Ratio> {
        Ratio::of(self.net_revenue(), -self.get(Component::AdSpend))
    }

    pub fn acos(&self) -> Option<Ratio> {
        Ratio::of(-self.attributed_ad_spend, self.net_revenue())
    }

    pub fn poas(&self) -> Option<Ratio> {
        Ratio::of(self.contribution_margin(), -self.attributed_ad_spend)
    }

    pub fn break_even_roas(&self) -> Option<Ratio> {
        Ratio::of(self.net_revenue(), self.contribution_margin())
    }

    pub fn roi(&self) -> Option<Ratio> {
        let cogs = self.get(Component::Cogs);
        Ratio::of(self.subtotal(Subtotal::ContributionAfterAds), cogs.abs())
    }

    /// Net sales of lines whose cost nobody knows.
    pub fn costless_net_sales(&self) -> i64 {
        self.net_sales() - self.costed_net_sales
    }

    /// Whether a result is the most that it can be: missing costs touch more than 1 % of the
    /// net sales. Below that the count of what is missing is enough.
    pub fn is_at_most(&self) -> bool {
        let touched = i128::from(self.costless_net_sales().abs()) * 100;
        self.missing & Component::Cogs.bit() != 0 && touched > i128::from(self.net_sales().abs())
    }

    pub fn coverage_cogs(&self) -> Option<Ratio> {
        Ratio::of(self.costed_net_sales, self.net_sales())
    }

    /// Average order value, minor units, half to even.
    pub fn aov(&self) -> Option<i64> {
        crate::base::rate::mul_div_half_even(
            i128::from(self.sale_net_revenue),
            1,
            i128::from(self.orders),
        )
    }

    /// Ad spend per new customer, minor units, half to even.
    pub fn cac(&self) -> Option<i64> {
        crate::base::rate::mul_div_half_even(
            -i128::from(self.get(Component::AdSpend)),
            1,
            i128::from(self.new_customers),
        )
    }
}
