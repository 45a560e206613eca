//! What can be read off a set of profit lines, by name: the steps of the ladder, the counts, and
//! the ratios as quotients of two terms. Formulas that a reader sees are drawn from here.

use super::component::{Component, Step, Subtotal, ladder};
use super::figures::Figures;
use super::ratio::Ratio;
use crate::base::rate::mul_div_half_even;
use crate::domain::table::{Kind, Value, Weight};

/// A figure of a row, by the name that it has everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    Step(Step),
    Orders,
    Units,
    NewCustomers,
    Quotient(Quotient),
}

impl Measure {
    pub const fn component(component: Component) -> Self {
        Self::Step(Step::Component(component))
    }

    pub const fn subtotal(subtotal: Subtotal) -> Self {
        Self::Step(Step::Subtotal(subtotal))
    }

    /// The ladder from gross sales to net profit.
    pub fn ladder() -> impl Iterator<Item = Self> {
        ladder().into_iter().map(Self::Step)
    }

    /// Everything, in the order in which files have it.
    pub fn list() -> Vec<Self> {
        let memos = [Component::TaxCollected, Component::DutiesCollected, Component::WrittenOff];
        let counts = [Self::Orders, Self::Units, Self::NewCustomers];
        let quotients = Quotient::ALL.into_iter().map(Self::Quotient);
        Self::ladder().chain(memos.map(Self::component)).chain(counts).chain(quotients).collect()
    }

    pub fn find(name: &str) -> Option<Self> {
        Self::list().into_iter().find(|measure| measure.name() == name)
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Step(step) => step.name(),
            Self::Orders => "orders",
            Self::Units => "units",
            Self::NewCustomers => "new_customers",
            Self::Quotient(quotient) => quotient.name(),
        }
    }

    pub fn kind(self) -> Kind {
        match self {
            Self::Step(Step::Component(_)) => Kind::Money,
            Self::Step(Step::Subtotal(Subtotal::NetSales | Subtotal::NetRevenue)) => Kind::Money,
            Self::Step(Step::Subtotal(_)) => Kind::Result,
            Self::Orders | Self::Units | Self::NewCustomers => Kind::Count,
            Self::Quotient(quotient) => quotient.kind(),
        }
    }

    /// Whether rows and what no row bears add up to the total. Orders do not: one with two
    /// products stands in two rows and once in the total.
    pub fn adds(self) -> bool {
        matches!(self, Self::Step(_) | Self::Units)
    }

    pub fn weight(self) -> Weight {
        match self {
            Self::Step(Step::Subtotal(Subtotal::NetProfit)) => Weight::Total,
            Self::Step(Step::Subtotal(_)) => Weight::Subtotal,
            Self::Step(Step::Component(component)) if component > Component::FxDifference => {
                Weight::After
            }
            Self::Step(Step::Component(_)) => Weight::Plain,
            Self::Orders | Self::Units | Self::NewCustomers | Self::Quotient(_) => Weight::After,
        }
    }

    /// How it is worked out from others, where it is.
    pub fn formula(self) -> Option<Formula> {
        match self {
            Self::Step(Step::Subtotal(subtotal)) => Some(Formula::Sum(terms_of(subtotal))),
            Self::Quotient(quotient) => {
                let (part, whole) = quotient.terms();
                Some(Formula::Over(part.name(), whole.name()))
            }
            Self::Step(Step::Component(_)) | Self::Orders | Self::Units | Self::NewCustomers => {
                None
            }
        }
    }

    pub fn of(self, figures: &Figures) -> Value {
        match self {
            Self::Step(step) => Value::Money(figures.step(step)),
            Self::Orders => Value::Count(figures.orders),
            Self::Units => Value::Count(figures.units),
            Self::NewCustomers => Value::Count(figures.new_customers),
            Self::Quotient(quotient) => quotient.of(figures),
        }
    }
}

/// A formula by the names of what it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Formula {
    Sum(Vec<&'static str>),
    Over(&'static str, &'static str),
}

impl Formula {
    /// With each name as `say` has it: `net_sales + shipping_income + service_income`.
    pub fn text(&self, say: impl Fn(&'static str) -> String) -> String {
        match self {
            Self::Sum(terms) => terms.iter().map(|term| say(term)).collect::<Vec<_>>().join(" + "),
            Self::Over(part, whole) => format!("{} / {}", say(part), say(whole)),
        }
    }
}

/// The subtotal before it, if there is one, and every step of the ladder since.
fn terms_of(subtotal: Subtotal) -> Vec<&'static str> {
    let mut terms = Vec::new();
    for step in ladder() {
        if step == Step::Subtotal(subtotal) {
            break;
        }
        if matches!(step, Step::Subtotal(_)) {
            terms.clear();
        }
        terms.push(step.name());
    }
    terms
}

/// A ratio of a row (PROFIT, section 3); without a value where the second term is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quotient {
    GrossMargin,
    ContributionMarginPct,
    NetMargin,
    Roas,
    Mer,
    Acos,
    Poas,
    BreakEvenRoas,
    Roi,
    CoverageCogs,
    Aov,
    Cac,
}

impl Quotient {
    pub const ALL: [Self; 12] = [
        Self::GrossMargin,
        Self::ContributionMarginPct,
        Self::NetMargin,
        Self::Roas,
        Self::Mer,
        Self::Acos,
        Self::Poas,
        Self::BreakEvenRoas,
        Self::Roi,
        Self::CoverageCogs,
        Self::Aov,
        Self::Cac,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::GrossMargin => "gross_margin",
            Self::ContributionMarginPct => "contribution_margin_pct",
            Self::NetMargin => "net_margin",
            Self::Roas => "roas",
            Self::Mer => "mer",
            Self::Acos => "acos",
            Self::Poas => "poas",
            Self::BreakEvenRoas => "break_even_roas",
            Self::Roi => "roi",
            Self::CoverageCogs => "coverage_cogs",
            Self::Aov => "aov",
            Self::Cac => "cac",
        }
    }

    /// What is divided by what.
    pub fn terms(self) -> (Term, Term) {
        let sum = Term::Subtotal;
        match self {
            Self::GrossMargin => (sum(Subtotal::GrossProfit), sum(Subtotal::NetRevenue)),
            Self::ContributionMarginPct => {
                (sum(Subtotal::ContributionMargin), sum(Subtotal::NetRevenue))
            }
            Self::NetMargin => (sum(Subtotal::NetProfit), sum(Subtotal::NetRevenue)),
            Self::Roas => (sum(Subtotal::NetRevenue), Term::AttributedAdSpend),
            Self::Mer => (sum(Subtotal::NetRevenue), Term::Cost(Component::AdSpend)),
            Self::Acos => (Term::AttributedAdSpend, sum(Subtotal::NetRevenue)),
            Self::Poas => (sum(Subtotal::ContributionMargin), Term::AttributedAdSpend),
            Self::BreakEvenRoas => (sum(Subtotal::NetRevenue), sum(Subtotal::ContributionMargin)),
            Self::Roi => (sum(Subtotal::ContributionAfterAds), Term::Cost(Component::Cogs)),
            Self::CoverageCogs => (Term::CostedNetSales, sum(Subtotal::NetSales)),
            Self::Aov => (Term::SaleNetRevenue, Term::Orders),
            Self::Cac => (Term::Cost(Component::AdSpend), Term::NewCustomers),
        }
    }

    pub fn kind(self) -> Kind {
        match self {
            Self::GrossMargin
            | Self::ContributionMarginPct
            | Self::NetMargin
            | Self::Acos
            | Self::CoverageCogs => Kind::Share,
            Self::Roas | Self::Mer | Self::Poas | Self::BreakEvenRoas | Self::Roi => Kind::Times,
            Self::Aov | Self::Cac => Kind::Money,
        }
    }

    pub fn of(self, figures: &Figures) -> Value {
        let (part, whole) = self.terms();
        let (part, whole) = (part.of(figures), whole.of(figures));
        match self.kind() {
            Kind::Money => Value::money(mul_div_half_even(i128::from(part), 1, i128::from(whole))),
            _ => Value::ratio(Ratio::of(part, whole)),
        }
    }
}

/// One side of a quotient. Costs are positive here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Term {
    Subtotal(Subtotal),
    Cost(Component),
    /// Ad spend that lines bear.
    AttributedAdSpend,
    /// Net sales of lines whose cost is known.
    CostedNetSales,
    /// Net revenue of sales alone, before any later edit or refund.
    SaleNetRevenue,
    Orders,
    NewCustomers,
}

impl Term {
    pub const OWN: [Self; 3] =
        [Self::AttributedAdSpend, Self::CostedNetSales, Self::SaleNetRevenue];

    pub fn name(self) -> &'static str {
        match self {
            Self::Subtotal(subtotal) => subtotal.name(),
            Self::Cost(component) => component.name(),
            Self::AttributedAdSpend => "attributed_ad_spend",
            Self::CostedNetSales => "costed_net_sales",
            Self::SaleNetRevenue => "sale_net_revenue",
            Self::Orders => "orders",
            Self::NewCustomers => "new_customers",
        }
    }

    pub fn of(self, figures: &Figures) -> i64 {
        match self {
            Self::Subtotal(subtotal) => figures.subtotal(subtotal),
            Self::Cost(Component::Cogs) => figures.get(Component::Cogs).abs(),
            Self::Cost(component) => -figures.get(component),
            Self::AttributedAdSpend => -figures.attributed_ad_spend,
            Self::CostedNetSales => figures.costed_net_sales,
            Self::SaleNetRevenue => figures.sale_net_revenue,
            Self::Orders => figures.orders,
            Self::NewCustomers => figures.new_customers,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_quotient_is_the_one_that_reports_have_always_shown() {
        let mut figures = Figures { orders: 3, new_customers: 2, ..Figures::default() };
        for (index, component) in Component::ALL.into_iter().enumerate() {
            figures.put(component, 10_007 - 1_300 * index as i64);
        }
        figures.attributed_ad_spend = -321;
        figures.costed_net_sales = 12_345;
        figures.sale_net_revenue = 20_002;
        let ratio = Value::ratio;
        let expected = [
            ratio(figures.gross_margin()),
            ratio(figures.contribution_margin_pct()),
            ratio(figures.net_margin()),
            ratio(figures.roas()),
            ratio(figures.mer()),
            ratio(figures.acos()),
            ratio(figures.poas()),
            ratio(figures.break_even_roas()),
            ratio(figures.roi()),
            ratio(figures.coverage_cogs()),
            Value::money(figures.aov()),
            Value::money(figures.cac()),
        ];
        for (quotient, expected) in Quotient::ALL.into_iter().zip(expected) {
            assert_eq!(quotient.of(&figures), expected, "{}", quotient.name());
            assert_eq!(quotient.of(&Figures::default()), Value::None, "{}", quotient.name());
        }
    }

    #[test]
    fn the_formula_of_a_subtotal_adds_up_to_it() {
        let mut figures = Figures::default();
        for (index, component) in Component::ALL.into_iter().enumerate() {
            figures.put(component, 1 << index);
        }
        for subtotal in Subtotal::ALL {
            let Some(Formula::Sum(terms)) = Measure::subtotal(subtotal).formula() else {
                panic!("{} has no formula", subtotal.name())
            };
            let of = |term: &&str| Measure::find(term).unwrap().of(&figures).number();
            let sum: i64 = terms.iter().map(of).sum();
            assert_eq!(sum, figures.subtotal(subtotal), "{}: {terms:?}", subtotal.name());
            // The bits of all components down to its last one, which the mask holds too.
            assert_eq!(sum, i64::from(subtotal.mask()), "{}", subtotal.name());
        }
        let net_sales = Measure::subtotal(Subtotal::NetSales).formula().unwrap();
        let text = net_sales.text(str::to_owned);
        assert_eq!(text, "gross_sales + discounts + returns");
    }

    #[test]
    fn every_name_is_there_once_and_found() {
        let names: Vec<&str> = Measure::list().into_iter().map(Measure::name).collect();
        assert_eq!(names.len(), 21 + 3 + 3 + 12);
        for name in &names {
            assert_eq!(names.iter().filter(|other| *other == name).count(), 1, "{name}");
            assert_eq!(Measure::find(name).map(Measure::name), Some(*name));
        }
    }
}
