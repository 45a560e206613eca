//! An order's rows of the export → one `Order`. Pure; the mapping is here, its arithmetic in
//! `totals`, and both are told in MAPPING.md.

use super::basket;
use super::cell::{Problem, problem, read_currency, read_instant, read_minor};
use super::totals::{self, Bearer, Reading, Stated};
use super::wire::{Column, Row, TAXES};
use crate::base::rate::mul_div_half_even;
use crate::base::{Currency, Decimal};
use crate::connectors::contract::ReadCtx;
use crate::connectors::kit::decode;
use crate::domain::record::order::{CustomerIdentity, OrderFault, OrderStock, SourceTag};
use crate::domain::record::{FinancialStatus, Order, Payment, Refund, Shipping, SourceKind};

const LABEL: &str = "Shopify orders export";
/// The refund that stands for `Refunded Amount`.
const REFUND_ID: &str = "refunded-amount";

pub struct Normalised {
    pub order: Order,
    /// What the user should know, with the row that it is about.
    pub notices: Vec<(u64, String)>,
    /// A status that no table knows; whether money came in is told by the day of payment.
    pub unknown_status: Option<String>,
    /// The subtotal says that rows of this order stand elsewhere in the file.
    pub rows_missing: bool,
}

/// `rows` begins with the row that bears the order's own cells.
///
/// # Errors
/// The first `Problem` found.
pub fn normalise_order(rows: &[Row], ctx: &ReadCtx) -> Result<Normalised, Problem> {
    let Some(head) = rows.first() else {
        let reason = "the order has no row".to_owned();
        return Err(Problem { line: 0, column: Column::Name, reason });
    };
    let currency = read_currency(head, ctx)?;
    let amount = |column| read_minor(head, column, currency);
    let basket = basket::read_basket(rows, currency)?;
    let stated = Stated {
        subtotal: match head.text(Column::Subtotal) {
            "" => None,
            _ => Some(amount(Column::Subtotal)?),
        },
        discount: amount(Column::DiscountAmount)?,
        shipping: amount(Column::Shipping)?,
        taxes: amount(Column::Taxes)?,
        duties: amount(Column::Duties)?,
        total: match head.text(Column::Total) {
            "" => return Err(problem(head, Column::Total, "the order states no total")),
            _ => amount(Column::Total)?,
        },
    };
    let reading = totals::read(&stated, &basket.goods());
    let mut notices = Vec::new();
    let (status, unknown_status) = read_status(head)?;
    let mut order = Order {
        id: head.text(Column::Name).to_owned(),
        number: Some(head.text(Column::Name).to_owned()),
        placed_at: read_instant(head, Column::CreatedAt, ctx)?,
        cancelled_at: match head.text(Column::CancelledAt) {
            "" => None,
            _ => Some(read_instant(head, Column::CancelledAt, ctx)?),
        },
        source: SourceTag {
            kind: SourceKind::OrdersFile,
            part: String::new(),
            label: LABEL.to_owned(),
            settled: None,
        },
        financial_status: status,
        test: is_test(head),
        currency,
        taxes_included: reading.taxes_included,
        marketplace_remitted_tax: false,
        country: None,
        region: None,
        customer: CustomerIdentity {
            email: decode::some(head.text(Column::Email)),
            ..CustomerIdentity::default()
        },
        campaign: None,
        channel: Some("shopify".to_owned()),
        lines: basket.lines,
        order_discount_minor: reading.order_discount,
        shipping: Shipping {
            price_minor: reading.shipping_price,
            discount_minor: reading.shipping_discount,
            tax_minor: None,
        },
        tips_minor: basket.tips,
        duties_minor: stated.duties,
        service_income_minor: 0,
        service_tax_minor: 0,
        gift_card_paid_minor: 0,
        payments: Vec::new(),
        fees: Vec::new(),
        labels: Vec::new(),
        progress: None,
        shipping_cost: None,
        refunds: Vec::new(),
        unexplained_minor: reading.unexplained,
        platform_status: unknown_status.clone(),
        stock: OrderStock {
            shipped_at: read_instant(head, Column::FulfilledAt, ctx).ok(),
            cancelled_for_lack: false,
        },
    };
    (order.country, order.region) = read_destination(head);
    if !head.text(Column::Taxes).is_empty() {
        share_tax(&mut order, &stated, &reading, &basket.taxable, head);
    }
    add_payment(&mut order, head, stated.total, currency, &mut notices)?;
    add_refund(&mut order, head, &stated)?;
    if reading.unexplained != 0 {
        let rest = order.money(reading.unexplained);
        notices.push((
            head.line,
            format!(
                "Order {}: its total differs by {rest} from what its rows add up to (an edited \
                 order or cash rounding, most often); the difference is shown and in no figure.",
                order.id
            ),
        ));
    }
    order.tell_progress(None);
    order.check().map_err(|fault| name_column(head, fault))?;
    Ok(Normalised { order, notices, unknown_status, rows_missing: reading.rows_missing })
}

fn share_tax(order: &mut Order, stated: &Stated, reading: &Reading, taxable: &[bool], head: &Row) {
    let nets: Vec<i64> =
        order.lines.iter().map(|line| line.price_minor - line.discount_minor).collect();
    let cards: Vec<bool> = order.lines.iter().map(|line| line.gift_card).collect();
    let nets = totals::spread_discount(&nets, &cards, reading.order_discount);
    let bearers: Vec<Bearer> = order
        .lines
        .iter()
        .zip(nets)
        .zip(taxable)
        .map(|((line, net), taxable)| Bearer {
            net,
            quantity: line.quantity,
            taxable: *taxable,
            gift_card: line.gift_card,
        })
        .collect();
    let shipping_net = reading.shipping_price - reading.shipping_discount;
    let rate = read_rate(head);
    let shares =
        totals::share_tax(stated.taxes, reading.taxes_included, rate, &bearers, shipping_net);
    for (line, tax) in order.lines.iter_mut().zip(shares.lines) {
        line.tax_minor = Some(tax);
    }
    order.shipping.tax_minor = Some(shares.shipping);
}

/// The rates of the taxes that were charged, added up; `None` where a name tells none.
fn read_rate(head: &Row) -> Option<Decimal> {
    let mut sum: Option<Decimal> = None;
    for (name, value) in TAXES {
        let charged = Decimal::parse(head.text(value)).is_ok_and(|value| !value.is_zero());
        if !charged {
            continue;
        }
        let rate = totals::rate_in_name(head.text(name))?;
        sum = Some(sum.map_or(Some(rate), |sum| sum.checked_add(rate))?);
    }
    sum
}

fn read_destination(head: &Row) -> (Option<String>, Option<String>) {
    let shipped = decode::country(head.text(Column::ShippingCountry));
    let (country, region) = match shipped {
        Some(country) => (Some(country), head.text(Column::ShippingProvince)),
        None => {
            (decode::country(head.text(Column::BillingCountry)), head.text(Column::BillingProvince))
        }
    };
    let region = decode::some(region).filter(|_| country.is_some());
    (country, region)
}

/// The status, and its own word where no table knows it.
fn read_status(head: &Row) -> Result<(FinancialStatus, Option<String>), Problem> {
    let text = head.text(Column::FinancialStatus).to_ascii_lowercase();
    let is_paid = !head.text(Column::PaidAt).is_empty();
    let known = match text.as_str() {
        "paid" => FinancialStatus::Paid,
        "partially_refunded" => FinancialStatus::PartiallyRefunded,
        "refunded" => FinancialStatus::Refunded,
        "partially_paid" => FinancialStatus::PartiallyPaid,
        "authorized" => FinancialStatus::Authorized,
        "pending" => FinancialStatus::Pending,
        // An authorisation that ran out took no money.
        "voided" | "expired" => FinancialStatus::Voided,
        "" if is_paid => FinancialStatus::Paid,
        "" => {
            let reason = "the order has neither a status nor a payment day, so it cannot be told \
                          whether it counts";
            return Err(problem(head, Column::FinancialStatus, reason));
        }
        other => {
            let status = if is_paid { FinancialStatus::Paid } else { FinancialStatus::Pending };
            return Ok((status, Some(other.chars().take(40).collect())));
        }
    };
    Ok((known, None))
}

/// Shopify's gateway for test orders; the export has no other mark.
fn is_test(head: &Row) -> bool {
    head.text(Column::PaymentMethod).to_ascii_lowercase().contains("bogus")
}

/// `Shopify Payments` → `shopify_payments`, as rules write a gateway.
fn gateway_of(method: &str) -> String {
    method.split_whitespace().collect::<Vec<_>>().join("_").to_lowercase()
}

/// One payment for all of it: the export names the methods, but not what each of them paid.
fn add_payment(
    order: &mut Order,
    head: &Row,
    total: i64,
    currency: Currency,
    notices: &mut Vec<(u64, String)>,
) -> Result<(), Problem> {
    if !order.financial_status.counts() || total == 0 {
        return Ok(());
    }
    let mut paid = total;
    if order.financial_status == FinancialStatus::PartiallyPaid {
        let text = head.text(Column::OutstandingBalance);
        let owed = if text.is_empty() { Ok(0) } else { decode::minor(text, currency) };
        let owed = owed.map_err(|reason| problem(head, Column::OutstandingBalance, reason))?;
        paid = (total - owed).clamp(0, total);
    }
    let gateways: Vec<String> = head
        .text(Column::PaymentMethod)
        .split(" + ")
        .map(gateway_of)
        .filter(|gateway| !gateway.is_empty())
        .collect();
    let by_card = |gateway: &String| gateway == "gift_card";
    let Some(gateway) = gateways.iter().find(|gateway| !by_card(gateway)) else {
        if gateways.iter().any(by_card) {
            order.gift_card_paid_minor = paid;
        }
        return Ok(());
    };
    if gateways.len() > 1 {
        notices.push((
            head.line,
            format!(
                "Order {} was paid by {}; the export does not say how much by each, so all of it \
                 stands as {gateway}.",
                order.id,
                gateways.join(" and ")
            ),
        ));
    }
    if paid > 0 {
        let payment = Payment { gateway: gateway.clone(), amount_minor: paid, fee: None };
        order.payments.push(payment);
    }
    Ok(())
}

/// `Refunded Amount` has neither day nor lines: an estimated adjustment with the order's share of
/// tax. Its day is set when the whole file is known.
fn add_refund(order: &mut Order, head: &Row, stated: &Stated) -> Result<(), Problem> {
    let amount = read_minor(head, Column::RefundedAmount, order.currency)?;
    if amount == 0 {
        return Ok(());
    }
    let (taxes, total) = (i128::from(stated.taxes), i128::from(stated.total));
    let tax = mul_div_half_even(i128::from(amount), taxes, total).unwrap_or(0).min(amount);
    order.refunds.push(Refund {
        id: REFUND_ID.to_owned(),
        at: order.placed_at,
        estimated: true,
        tax_inside: false,
        lines: Vec::new(),
        shipping_minor: 0,
        shipping_tax_minor: 0,
        adjustment_minor: amount - tax,
        adjustment_tax_minor: tax,
        service_minor: 0,
        service_tax_minor: 0,
        fee_returned: None,
        fees: Vec::new(),
    });
    Ok(())
}

/// The export's column for what `Order::check` found.
fn name_column(head: &Row, fault: OrderFault) -> Problem {
    let column = match fault.field {
        "lines.discount" => Column::ItemDiscount,
        "lines.tax" | "shipping.tax" => Column::Taxes,
        "order_discount" => Column::DiscountAmount,
        "shipping.discount" => Column::Shipping,
        "lines.unit_price" => Column::Price,
        _ => Column::Name,
    };
    problem(head, column, fault.reason)
}
