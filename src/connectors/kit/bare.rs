//! Records with nothing in them yet: a reader fills in what its source tells.

use crate::base::{Currency, Instant, Money};
use crate::domain::record::order::SourceTag;
use crate::domain::record::{FinancialStatus, Line, Order, Refund, Shipping};

/// A paid order without lines.
pub fn order(id: String, placed_at: Instant, currency: Currency, source: SourceTag) -> Order {
    Order {
        id,
        number: None,
        placed_at,
        cancelled_at: None,
        source,
        financial_status: FinancialStatus::Paid,
        test: false,
        currency,
        taxes_included: false,
        marketplace_remitted_tax: false,
        country: None,
        region: None,
        customer: Default::default(),
        campaign: None,
        channel: None,
        lines: Vec::new(),
        order_discount_minor: 0,
        shipping: Shipping::default(),
        tips_minor: 0,
        duties_minor: 0,
        service_income_minor: 0,
        service_tax_minor: 0,
        gift_card_paid_minor: 0,
        payments: Vec::new(),
        fees: Vec::new(),
        labels: Vec::new(),
        progress: None,
        shipping_cost: None,
        refunds: Vec::new(),
        unexplained_minor: 0,
        platform_status: None,
        stock: Default::default(),
    }
}

/// A line of no units and no price: what bears a fee whose sale is told elsewhere.
pub fn line(id: String) -> Line {
    Line {
        id,
        sku: None,
        title: None,
        quantity: 0,
        price_minor: 0,
        discount_minor: 0,
        tax_minor: None,
        gift_card: false,
        weight_grams: 0,
        restocked_in_all: 0,
        added_at: None,
        stock: Default::default(),
    }
}

/// A refund of nothing, whose fees are all told by themselves.
pub fn refund(id: String, at: Instant, currency: Currency) -> Refund {
    Refund {
        id,
        at,
        estimated: false,
        tax_inside: false,
        lines: Vec::new(),
        shipping_minor: 0,
        shipping_tax_minor: 0,
        adjustment_minor: 0,
        adjustment_tax_minor: 0,
        service_minor: 0,
        service_tax_minor: 0,
        fee_returned: Some(Money::zero(currency)),
        fees: Vec::new(),
    }
}
