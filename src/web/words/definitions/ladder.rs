//! What the steps of the ladder, the counts and the ratios mean, in the reader's words.

use crate::domain::profit::component::{Component, Step, Subtotal};
use crate::domain::profit::measure::{Measure, Quotient, Term};
use crate::web::words::{self, Word, ladder};

/// Label and text.
pub fn measure(measure: Measure) -> (&'static str, &'static str) {
    match measure {
        Measure::Step(step) => (words::text(ladder::step(step)), self::step(step)),
        Measure::Orders => (
            words::text(Word::OrdersHead),
            "Distinct orders sold. An order with two products stands in the rows of both and once \
             in the total; returns do not reduce it.",
        ),
        Measure::Units => (
            words::text(Word::Units),
            "What the orders sold, gift cards left out; returns do not reduce it.",
        ),
        Measure::NewCustomers => (
            "New customers",
            "Buyers whose first counted order in any store this is. Orders that name no buyer \
             count for none.",
        ),
        Measure::Quotient(quotient) => self::quotient(quotient),
    }
}

fn step(step: Step) -> &'static str {
    match step {
        Step::Component(component) => self::component(component),
        Step::Subtotal(subtotal) => match subtotal {
            Subtotal::NetSales => "What the goods brought, after discounts and returns.",
            Subtotal::NetRevenue => "All that buyers paid, without tax: what margins are part of.",
            Subtotal::GrossProfit => "What stays of net revenue when the goods are paid for.",
            Subtotal::ContributionMargin => {
                "What stays when goods, parcels and fees of the orders are paid for."
            }
            Subtotal::ContributionAfterAds => "What stays when advertising is paid for too.",
            Subtotal::NetProfit => "What you keep, after everything.",
        },
    }
}

fn component(component: Component) -> &'static str {
    match component {
        Component::GrossSales => {
            "Unit price times quantity, tax taken out. Gift cards sold are no sale."
        }
        Component::Discounts => {
            "Discounts of lines, and those of whole orders spread over their lines."
        }
        Component::Returns => {
            "What was refunded for goods, with goodwill. By event it counts on the day of the \
             refund, by order on that of the order."
        }
        Component::ShippingIncome => "What buyers paid for shipping, less what was given back.",
        Component::ServiceIncome => "Gift wrap and other fees that buyers paid.",
        Component::Cogs => {
            "Unit costs in force on the day of the order, times quantity; given back where a \
             return went back on the shelf."
        }
        Component::ShippingCost => {
            "What the parcels cost: the real label or order cost, else the channel’s own charge, \
             else your rule."
        }
        Component::HandlingCost => "Picking and packing, by your rules.",
        Component::PaymentFees => {
            "What payment providers keep: the real fee, else your rule for the gateway."
        }
        Component::ChannelFees => {
            "Commission, fulfilment and the like of marketplaces; what is given back is positive."
        }
        Component::OtherIncome => "Tips, restocking fees kept, reimbursements of an order.",
        Component::AdSpend => {
            "Advertising, each day’s on what it sold: the product reported, the campaign’s orders, \
             what you mapped it to, else its store."
        }
        Component::PeriodFees => {
            "Fees of a product or a store but of no order: storage, subscriptions, removals."
        }
        Component::OperatingExpenses => "Your own expenses, each spread over the days it is for.",
        Component::FxDifference => {
            "What payouts were really converted at, against what was booked."
        }
        Component::TaxCollected => "Tax that buyers paid. It passes through, outside profit.",
        Component::DutiesCollected => "Duties that buyers paid. They pass through, outside profit.",
        Component::WrittenOff => {
            "Cost of refunded goods that did not come back. A note beside the ladder: cost of \
             goods holds it already."
        }
    }
}

fn quotient(quotient: Quotient) -> (&'static str, &'static str) {
    match quotient {
        Quotient::GrossMargin => ("Gross margin", "Gross profit as a share of net revenue."),
        Quotient::ContributionMarginPct => {
            ("Contribution margin, share", "Contribution margin as a share of net revenue.")
        }
        Quotient::NetMargin => ("Net margin", "Net profit as a share of net revenue."),
        Quotient::Roas => {
            ("ROAS", "Net revenue for each unit of money spent on ads that orders bear.")
        }
        Quotient::Mer => ("MER", "Net revenue for each unit of money of all ad spend."),
        Quotient::Acos => ("ACOS", "Ad spend that orders bear as a share of net revenue."),
        Quotient::Poas => (
            "POAS",
            "Contribution margin for each unit of money spent on ads that orders bear; 1 breaks \
             even.",
        ),
        Quotient::BreakEvenRoas => {
            ("Break-even ROAS", "The ROAS at which ads eat all of the contribution margin.")
        }
        Quotient::Roi => ("ROI", "Contribution after ads for each unit of money of goods."),
        Quotient::CoverageCogs => {
            ("Cost known", "Share of net sales whose cost of goods is known.")
        }
        Quotient::Aov => ("Average order", "Net revenue of sales for each order."),
        Quotient::Cac => ("Cost of a new customer", "All ad spend for each new customer."),
    }
}

pub fn term(term: Term) -> (&'static str, &'static str) {
    match term {
        Term::AttributedAdSpend => (
            "Ad spend borne by orders",
            "The part of ad spend that order lines bear; the rest found none on its day.",
        ),
        Term::CostedNetSales => {
            ("Net sales with a cost", "Net sales of lines whose cost is known.")
        }
        Term::SaleNetRevenue => (
            "Net revenue of sales",
            "Net revenue of the sales themselves, before any later edit or refund.",
        ),
        Term::Subtotal(_) | Term::Cost(_) | Term::Orders | Term::NewCustomers => ("", ""),
    }
}
