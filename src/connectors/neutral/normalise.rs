//! A line of an orders file → `Order`: amounts to minor units, texts to days, currencies and
//! states. Pure; what does not fit is named by its path.

use crate::base::{Currency, Instant, Money, Zone, money};
use crate::connectors::kit::decode;
use crate::connectors::kit::json::JsonFault;
use crate::domain::record::order::{CustomerIdentity, SourceTag};
use crate::domain::record::{
    Fee, FeeClass, FinancialStatus, Line, Order, Payment, Refund, RefundLine, Shipping, SourceKind,
};

use super::wire::{self, Object, Text};

/// Kinds of channel fees that stand in a column of their own; any other is unclassified.
pub const FEE_KINDS: &[&str] = &[
    "advertising",
    "closing",
    "commission",
    "fulfilment",
    "listing",
    "other",
    "payment",
    "processing",
    "refund_administration",
    "shipping",
    "storage",
    "subscription",
    "tax",
    "transaction",
];

const QUANTITY_MAX: i64 = 1_000_000;
const WEIGHT_GRAMS_MAX: i64 = 1_000_000_000;
/// Lines, fees, payments, refunds and refunded lines that one order may have.
const PARTS_MAX: usize = 10_000;
/// Digits that an amount may have before and after its point.
const WHOLE_DIGITS_MAX: usize = 13;
const FRACTION_DIGITS_MAX: usize = 6;

/// The order of one line of the file. A time without an offset is meant in `zone`.
///
/// # Errors
/// The first `JsonFault` found.
pub fn normalise_order(wire: wire::Order<'_>, zone: &Zone) -> Result<Order, JsonFault> {
    if wire.id.0.trim().is_empty() {
        return Err(fault("id", "The id is empty; an order is known by its id."));
    }
    let currency = currency(&wire.currency)?;
    let rim = Rim { currency, zone };
    check_counts(&wire)?;
    let mut lines = Vec::with_capacity(wire.lines.len());
    for (index, Object(line)) in wire.lines.iter().enumerate() {
        lines.push(rim.line(line).map_err(|fault| within("lines", index, fault))?);
    }
    let mut payments = Vec::with_capacity(wire.payments.len());
    for (index, Object(payment)) in wire.payments.iter().enumerate() {
        payments.push(rim.payment(payment).map_err(|fault| within("payments", index, fault))?);
    }
    let mut fees = Vec::with_capacity(wire.fees.len());
    for (index, Object(fee)) in wire.fees.iter().enumerate() {
        fees.push(rim.fee(fee).map_err(|fault| within("fees", index, fault))?);
    }
    let mut refunds = Vec::with_capacity(wire.refunds.len());
    for (index, Object(refund)) in wire.refunds.iter().enumerate() {
        refunds.push(rim.refund(refund).map_err(|fault| within("refunds", index, fault))?);
    }
    let (country, region) = ship_to(wire.ship_to.as_ref())?;
    let order = Order {
        id: wire.id.0.into_owned(),
        number: some(wire.number.as_ref()),
        placed_at: rim.instant(&wire.created_at, "created_at")?,
        cancelled_at: rim.optional_instant(wire.cancelled_at.as_ref(), "cancelled_at")?,
        source: SourceTag {
            kind: SourceKind::OrdersFile,
            part: String::new(),
            label: "orders file".to_owned(),
            settled: None,
        },
        financial_status: financial_status(wire.financial_status.as_ref())?,
        test: wire.test,
        currency,
        taxes_included: wire.taxes_included,
        marketplace_remitted_tax: wire.marketplace_remitted_tax,
        country,
        region,
        customer: CustomerIdentity {
            reference: some(wire.customer_ref.as_ref()),
            ..CustomerIdentity::default()
        },
        campaign: some(wire.campaign.as_ref()),
        channel: None,
        lines,
        order_discount_minor: rim.or_zero(wire.order_discount.as_ref(), "order_discount")?,
        shipping: rim.shipping(wire.shipping.as_ref())?,
        tips_minor: rim.or_zero(wire.tips.as_ref(), "tips")?,
        duties_minor: rim.or_zero(wire.duties.as_ref(), "duties")?,
        service_income_minor: rim.or_zero(wire.service_income.as_ref(), "service_income")?,
        service_tax_minor: 0,
        gift_card_paid_minor: rim.or_zero(wire.gift_card_paid.as_ref(), "gift_card_paid")?,
        payments,
        fees,
        labels: Vec::new(),
        progress: None,
        shipping_cost: rim.money(wire.shipping_cost.as_ref(), "shipping_cost")?,
        refunds,
        unexplained_minor: 0,
        platform_status: None,
        stock: Default::default(),
    };
    order.check().map_err(|wrong| fault(wrong.field, sentence(&wrong.reason)))?;
    Ok(order)
}

/// What every amount and time of one order is read with.
#[derive(Clone, Copy)]
struct Rim<'a> {
    currency: Currency,
    zone: &'a Zone,
}

impl Rim<'_> {
    fn line(self, wire: &wire::Line<'_>) -> Result<Line, JsonFault> {
        if !(1..=QUANTITY_MAX).contains(&wire.quantity) {
            return Err(fault(
                "quantity",
                format!("{} is not a number of units from 1 to {QUANTITY_MAX}.", wire.quantity),
            ));
        }
        if !(0..=WEIGHT_GRAMS_MAX).contains(&wire.weight_grams) {
            return Err(fault(
                "weight_grams",
                format!("{} is not a weight of one unit in grams.", wire.weight_grams),
            ));
        }
        let unit_minor = self.minor(&wire.unit_price, "unit_price")?;
        let price_minor = unit_minor
            .checked_mul(wire.quantity)
            .filter(|price_minor| *price_minor < money::MINOR_LIMIT)
            .ok_or_else(|| fault("unit_price", "Price times quantity is too large an amount."))?;
        Ok(Line {
            id: wire.id.0.clone().into_owned(),
            sku: some(wire.sku.as_ref()),
            title: some(wire.title.as_ref()),
            quantity: wire.quantity,
            price_minor,
            discount_minor: self.or_zero(wire.discount.as_ref(), "discount")?,
            tax_minor: self.optional(wire.tax.as_ref(), "tax")?,
            gift_card: wire.gift_card,
            weight_grams: wire.weight_grams,
            restocked_in_all: 0,
            added_at: None,
            stock: Default::default(),
        })
    }

    fn payment(self, wire: &wire::Payment<'_>) -> Result<Payment, JsonFault> {
        Ok(Payment {
            gateway: wire.gateway.0.clone().into_owned(),
            amount_minor: self.minor(&wire.amount, "amount")?,
            fee: self.money(wire.fee.as_ref(), "fee")?,
        })
    }

    fn fee(self, wire: &wire::Fee<'_>) -> Result<Fee, JsonFault> {
        Ok(Fee {
            kind: wire.kind.0.clone().into_owned(),
            class: FeeClass::Channel,
            amount: Money::new(self.signed_minor(&wire.amount, "amount")?, self.currency),
            line_id: wire.line_id.as_ref().map(|id| id.0.clone().into_owned()),
            estimated: wire.estimated,
            unclassified: !FEE_KINDS.contains(&&*wire.kind.0),
        })
    }

    fn refund(self, wire: &wire::Refund<'_>) -> Result<Refund, JsonFault> {
        let mut lines = Vec::with_capacity(wire.lines.len());
        for (index, Object(line)) in wire.lines.iter().enumerate() {
            lines.push(self.refund_line(line).map_err(|fault| within("lines", index, fault))?);
        }
        Ok(Refund {
            id: wire.id.0.clone().into_owned(),
            at: self.instant(&wire.at, "at")?,
            estimated: false,
            tax_inside: false,
            lines,
            shipping_minor: self.or_zero(wire.shipping.as_ref(), "shipping")?,
            shipping_tax_minor: self.or_zero(wire.shipping_tax.as_ref(), "shipping_tax")?,
            adjustment_minor: self.or_zero(wire.adjustment.as_ref(), "adjustment")?,
            adjustment_tax_minor: 0,
            service_minor: 0,
            service_tax_minor: 0,
            fee_returned: self.money(wire.fee_returned.as_ref(), "fee_returned")?,
            fees: Vec::new(),
        })
    }

    fn refund_line(self, wire: &wire::RefundLine<'_>) -> Result<RefundLine, JsonFault> {
        // More than was sold counts as stated; more than can be multiplied does not.
        if !(0..=QUANTITY_MAX).contains(&wire.quantity) {
            return Err(fault(
                "quantity",
                format!("{} is not a number of units from 0 to {QUANTITY_MAX}.", wire.quantity),
            ));
        }
        Ok(RefundLine {
            line_id: wire.line_id.0.clone().into_owned(),
            quantity: wire.quantity,
            amount_minor: self.minor(&wire.amount, "amount")?,
            tax_minor: self.or_zero(wire.tax.as_ref(), "tax")?,
            restocked: if wire.restock { wire.quantity } else { 0 },
        })
    }

    fn shipping(self, wire: Option<&Object<wire::Shipping<'_>>>) -> Result<Shipping, JsonFault> {
        let Some(Object(wire)) = wire else { return Ok(Shipping::default()) };
        Ok(Shipping {
            price_minor: self.or_zero(wire.price.as_ref(), "shipping.price")?,
            discount_minor: self.or_zero(wire.discount.as_ref(), "shipping.discount")?,
            tax_minor: self.optional(wire.tax.as_ref(), "shipping.tax")?,
        })
    }

    fn minor(self, text: &Text<'_>, path: &str) -> Result<i64, JsonFault> {
        if text.0.starts_with('-') {
            let text = text.0.chars().take(40).collect();
            return Err(fault(path, sentence(&money::AmountError::Negative { text }.to_string())));
        }
        self.signed_minor(text, path)
    }

    fn signed_minor(self, text: &Text<'_>, path: &str) -> Result<i64, JsonFault> {
        let (whole, fraction) = text.0.split_once('.').unwrap_or((&text.0, ""));
        let whole = whole.strip_prefix('-').unwrap_or(whole);
        if whole.len() > WHOLE_DIGITS_MAX || fraction.len() > FRACTION_DIGITS_MAX {
            return Err(fault(
                path,
                format!(
                    "An amount has at most {WHOLE_DIGITS_MAX} digits before its point and \
                     {FRACTION_DIGITS_MAX} after it."
                ),
            ));
        }
        money::parse_minor(&text.0, self.currency)
            .map_err(|wrong| fault(path, sentence(&wrong.to_string())))
    }

    fn optional(self, text: Option<&Text<'_>>, path: &str) -> Result<Option<i64>, JsonFault> {
        text.map(|text| self.minor(text, path)).transpose()
    }

    fn or_zero(self, text: Option<&Text<'_>>, path: &str) -> Result<i64, JsonFault> {
        text.map_or(Ok(0), |text| self.minor(text, path))
    }

    fn money(self, text: Option<&Text<'_>>, path: &str) -> Result<Option<Money>, JsonFault> {
        let minor = self.optional(text, path)?;
        Ok(minor.map(|minor| Money::new(minor, self.currency)))
    }

    fn instant(self, text: &Text<'_>, path: &str) -> Result<Instant, JsonFault> {
        let read = Instant::parse(&text.0);
        let read = read.or_else(|wrong| match lacks_offset(&text.0) {
            true => Instant::parse_local(&text.0, self.zone),
            false => Err(wrong),
        });
        read.map_err(|wrong| fault(path, sentence(&wrong.to_string())))
    }

    fn optional_instant(
        self,
        text: Option<&Text<'_>>,
        path: &str,
    ) -> Result<Option<Instant>, JsonFault> {
        text.map(|text| self.instant(text, path)).transpose()
    }
}

/// Whether a text is a day and a time of day with nothing after them.
fn lacks_offset(text: &str) -> bool {
    let tail = text.get(10..).unwrap_or_default();
    tail.starts_with(['T', ' '])
        && tail[1..].bytes().all(|byte| byte.is_ascii_digit() || byte == b':' || byte == b'.')
}

fn check_counts(wire: &wire::Order<'_>) -> Result<(), JsonFault> {
    if wire.lines.is_empty() {
        return Err(fault("lines", "The order has no lines; an order has at least one."));
    }
    let refunded: usize = wire.refunds.iter().map(|refund| refund.0.lines.len()).sum();
    let counts = [
        ("lines", wire.lines.len()),
        ("payments", wire.payments.len()),
        ("fees", wire.fees.len()),
        ("refunds", wire.refunds.len()),
        ("refunds.lines", refunded),
    ];
    for (path, count) in counts {
        if count > PARTS_MAX {
            return Err(fault(
                path,
                format!("The order has {count} of them; {PARTS_MAX} is the most that is read."),
            ));
        }
    }
    Ok(())
}

fn currency(text: &Text<'_>) -> Result<Currency, JsonFault> {
    Currency::parse(&text.0).map_err(|wrong| {
        fault("currency", format!("{wrong}; write three capital letters such as EUR."))
    })
}

fn financial_status(text: Option<&Text<'_>>) -> Result<FinancialStatus, JsonFault> {
    let Some(text) = text else { return Ok(FinancialStatus::Paid) };
    FinancialStatus::parse(&text.0).ok_or_else(|| {
        let names = FinancialStatus::ALL.map(FinancialStatus::name).join(", ");
        fault("financial_status", format!("The status is none of {names}."))
    })
}

type Place = (Option<String>, Option<String>);

fn ship_to(wire: Option<&Object<wire::ShipTo<'_>>>) -> Result<Place, JsonFault> {
    let Some(Object(wire)) = wire else { return Ok((None, None)) };
    if let Some(country) = &wire.country
        && !is_country(&country.0)
    {
        return Err(fault(
            "ship_to.country",
            "The country is not written as two capital letters, such as DE.",
        ));
    }
    let country = wire.country.as_ref().map(|country| country.0.clone().into_owned());
    Ok((country, some(wire.region.as_ref())))
}

/// Two capital letters, as ISO 3166 writes countries.
pub fn is_country(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

fn some(text: Option<&Text<'_>>) -> Option<String> {
    text.and_then(|text| decode::some(&text.0))
}

fn fault(path: &str, reason: impl Into<String>) -> JsonFault {
    JsonFault { path: path.to_owned(), reason: reason.into() }
}

fn within(list: &str, index: usize, fault: JsonFault) -> JsonFault {
    JsonFault { path: format!("{list}[{index}].{}", fault.path), reason: fault.reason }
}

/// With a capital letter and a full stop.
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).chain(std::iter::once('.')).collect()
}
