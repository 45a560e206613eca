//! An order's rows of the export → one `Order`. Pure. The seller gets what the buyer pays and what
//! TikTok pays of the price: only the seller's own discount lessens it.

use super::reading::{Problem, Reading, problem};
use super::wire::column::*;
use super::wire::{Row, buyer_fees};
use super::words::{self, State};
use crate::base::money::MINOR_LIMIT;
use crate::base::rate::mul_div_half_even;
use crate::base::{Currency, Instant, Money, split};
use crate::connectors::kit::{amount, bare};
use crate::connectors::tiktok_shop::{CHANNEL, GATEWAY};
use crate::domain::record::order::{AMOUNT_ONLY_REFUND, CustomerIdentity, SourceTag};
use crate::domain::record::{
    FinancialStatus, Line, Order, Payment, Refund, RefundLine, Shipping, SourceKind,
};

pub struct Normalised {
    pub order: Order,
    pub notices: Vec<(u64, String)>,
    pub unknown_states: Vec<(u64, String)>,
    /// The rows do not add up to the order's amount: others may stand elsewhere in the file.
    pub rows_missing: bool,
}

/// What the order's own columns tell.
struct Totals {
    amount: i64,
    shipping: i64,
    shipping_discount: i64,
    taxes: i64,
    refunded: i64,
    /// Whether tax stands on top of prices.
    on_top: bool,
    /// The amount less what the rows explain.
    unexplained: i64,
}

/// # Errors
/// The first `Problem` found.
pub fn normalise_order(rows: &[Row], reading: &Reading<'_>) -> Result<Normalised, Problem> {
    let head = &rows[0];
    check_id(head)?;
    let currency = reading.currency(head)?;
    let mut found = Found { notices: Vec::new(), unknown: Vec::new() };
    let states: Vec<Option<State>> = rows.iter().map(|row| found.state(row)).collect();
    let all_cancelled = states.iter().all(|state| *state == Some(State::Cancelled));
    let sold = |index: &usize| all_cancelled || states[*index] != Some(State::Cancelled);
    let kept: Vec<usize> = (0..rows.len()).filter(sold).collect();
    if kept.len() < rows.len() {
        let what = format!(
            "Order {}: {} of its {} rows are cancelled and left out; its amount is that of the \
             others.",
            head.text(ORDER),
            rows.len() - kept.len(),
            rows.len()
        );
        found.notices.push((head.line, what));
    }
    let (lines, after) = read_lines(kept.iter().map(|index| &rows[*index]), reading, currency)?;
    let totals = read_totals(rows, reading, currency, after)?;
    let placed_at = reading.instant(head, CREATED)?;
    let placed_at = placed_at.ok_or_else(|| problem(head, CREATED, "it bears no day"))?;
    let cancelled_at = reading.instant(head, CANCELLED)?.filter(|_| all_cancelled);
    let state = states.into_iter().flatten().max();
    let status = status_of(head, state, reading);
    let source = SourceTag {
        kind: SourceKind::OrdersFile,
        part: String::new(),
        label: "TikTok Shop orders export".to_owned(),
        settled: None,
    };
    let mut order = Order {
        cancelled_at: cancelled_at.or(all_cancelled.then_some(placed_at)),
        financial_status: status,
        taxes_included: !totals.on_top,
        marketplace_remitted_tax: totals.on_top,
        country: words::find_country(head.text(COUNTRY)),
        region: head.find(REGION).filter(|region| !region.contains('*')),
        customer: read_buyer(head),
        channel: Some(CHANNEL.to_owned()),
        lines,
        shipping: Shipping {
            price_minor: totals.shipping,
            discount_minor: totals.shipping_discount,
            tax_minor: None,
        },
        unexplained_minor: totals.unexplained,
        platform_status: head.find(STATUS),
        ..bare::order(head.text(ORDER).to_owned(), placed_at, currency, source)
    };
    share_tax(&mut order, &totals);
    if status.counts() {
        // TikTok's own fees stand in its settlements; a known fee of nothing keeps rules away.
        order.payments.push(Payment {
            gateway: GATEWAY.to_owned(),
            amount_minor: totals.amount,
            fee: Some(Money::zero(currency)),
        });
        let refund = match all_cancelled {
            true => Some(refund_all(&order, cancelled_at, head.text(SHIPPED).is_empty())),
            false => refund_amount(&order, &totals),
        };
        order.refunds.extend(refund);
    }
    order.tell_progress(None);
    order.check().map_err(|fault| {
        let field = match fault.field {
            "lines.tax" | "shipping.tax" => TAXES,
            "shipping.discount" => SHIPPING_SELLER_DISCOUNT,
            _ => BEFORE,
        };
        problem(head, field, fault.reason)
    })?;
    Ok(Normalised {
        rows_missing: order.unexplained_minor != 0,
        order,
        notices: found.notices,
        unknown_states: found.unknown,
    })
}

/// What is to be said of an amount that the rows do not explain.
pub fn tell_rest(head: &Row, order: &Order) -> Option<(u64, String)> {
    (order.unexplained_minor != 0).then(|| {
        let what = format!(
            "Order {}: its amount differs by {} from what its rows add up to; the difference is \
             shown and in no figure.",
            order.id,
            order.money(order.unexplained_minor)
        );
        (head.line, what)
    })
}

struct Found {
    notices: Vec<(u64, String)>,
    unknown: Vec<(u64, String)>,
}

impl Found {
    fn state(&mut self, row: &Row) -> Option<State> {
        let text = row.text(STATUS);
        let state = words::find_state(text);
        if state.is_none() {
            self.unknown.push((row.line, text.to_owned()));
        }
        state
    }
}

/// What a spreadsheet rounded (`5.76E+17`) is no longer an order's id.
fn check_id(head: &Row) -> Result<(), Problem> {
    let id = head.text(ORDER);
    if id.is_empty() {
        return Err(problem(head, ORDER, "the row names no order"));
    }
    if id.to_uppercase().contains("E+") {
        let reason = "its id was rounded by a spreadsheet; export the file again and import it \
                      without opening it in between";
        return Err(problem(head, ORDER, reason));
    }
    Ok(())
}

/// The lines, one for each SKU, and what the buyer pays for them after all discounts.
fn read_lines<'a>(
    rows: impl Iterator<Item = &'a Row>,
    reading: &Reading<'_>,
    currency: Currency,
) -> Result<(Vec<Line>, i64), Problem> {
    let mut lines: Vec<Line> = Vec::new();
    let mut after = 0_i64;
    for (index, row) in rows.enumerate() {
        let line = read_line(row, index, reading, currency)?;
        let platform = reading.minor(row, PLATFORM_DISCOUNT, currency)?.unwrap_or(0);
        let left = line.price_minor - line.discount_minor - platform;
        if let Some(stated) = reading.minor(row, AFTER, currency)?
            && stated != left
        {
            let reason = "it is not the price less the discounts of seller and platform";
            return Err(problem(row, AFTER, reason));
        }
        after = after.saturating_add(left);
        if line.price_minor.saturating_add(after) >= MINOR_LIMIT {
            return Err(problem(row, BEFORE, "the order's sum is too large an amount"));
        }
        match lines.iter_mut().find(|other| other.id == line.id) {
            Some(other) => {
                other.quantity += line.quantity;
                other.price_minor += line.price_minor;
                other.discount_minor += line.discount_minor;
            }
            None => lines.push(line),
        }
    }
    Ok((lines, after))
}

fn read_line(
    row: &Row,
    index: usize,
    reading: &Reading<'_>,
    currency: Currency,
) -> Result<Line, Problem> {
    let quantity = amount::count(row.text(QUANTITY), reading.mark);
    let quantity = quantity.map_err(|reason| problem(row, QUANTITY, reason))?;
    let quantity = quantity.filter(|units| *units > 0);
    let price = reading.minor(row, BEFORE, currency)?;
    let variation = row.find(VARIATION).filter(|text| !text.eq_ignore_ascii_case("default"));
    let title: Vec<String> = row.find(PRODUCT).into_iter().chain(variation).collect();
    Ok(Line {
        id: row.find(SKU_ID).unwrap_or_else(|| (index + 1).to_string()),
        sku: row.find(SELLER_SKU).or_else(|| row.find(SKU_ID)),
        title: (!title.is_empty()).then(|| title.join(", ")),
        quantity: quantity.ok_or_else(|| problem(row, QUANTITY, "it sells no units"))?,
        price_minor: price.ok_or_else(|| problem(row, BEFORE, "the row states no price"))?,
        discount_minor: reading.minor(row, SELLER_DISCOUNT, currency)?.unwrap_or(0),
        tax_minor: None,
        gift_card: false,
        weight_grams: 0,
        restocked_in_all: 0,
        added_at: None,
        stock: Default::default(),
    })
}

/// Whether tax stands on top of prices, and whether a bank's campaign paid a part, is what makes
/// the amount add up.
fn read_totals(
    rows: &[Row],
    reading: &Reading<'_>,
    currency: Currency,
    after: i64,
) -> Result<Totals, Problem> {
    let whole = |field| reading.whole(rows, field, currency);
    let amount = whole(AMOUNT)?;
    let shipping_after = whole(SHIPPING_AFTER)?;
    let (taxes, by_bank) = (whole(TAXES)?, whole(PAYMENT_DISCOUNT)?);
    let mut base = after.saturating_add(shipping_after);
    for field in buyer_fees() {
        base = base.saturating_add(whole(field)?);
    }
    let american = currency.code() == "USD";
    let mut best: Option<(bool, i64)> = None;
    for on_top in [american, !american] {
        for by_bank in [0, by_bank] {
            let explained = base - by_bank + if on_top { taxes } else { 0 };
            let rest = amount - explained;
            if best.is_none_or(|(_, other)| rest.abs() < other.abs()) {
                best = Some((on_top, rest));
            }
        }
    }
    let (on_top, unexplained) = best.unwrap_or((american, 0));
    let original = reading.minor(&rows[0], SHIPPING, currency)?;
    Ok(Totals {
        amount,
        shipping: original.map_or(Ok(shipping_after), |_| whole(SHIPPING))?,
        shipping_discount: if original.is_some() { whole(SHIPPING_SELLER_DISCOUNT)? } else { 0 },
        taxes,
        refunded: whole(REFUNDED)?,
        on_top,
        unexplained,
    })
}

/// The order's tax over lines and shipping by their value. Inside prices a tax of nothing is not
/// told, and follows the rule.
fn share_tax(order: &mut Order, totals: &Totals) {
    if totals.taxes == 0 && !totals.on_top {
        return;
    }
    let nets = order.lines.iter().map(|line| line.price_minor - line.discount_minor);
    let shipping = order.shipping.price_minor - order.shipping.discount_minor;
    let weights: Vec<i64> = nets.chain([shipping]).collect();
    let mut parts = split::by_weight(totals.taxes, &weights);
    order.shipping.tax_minor = parts.pop();
    for (line, tax) in order.lines.iter_mut().zip(parts) {
        line.tax_minor = Some(tax);
    }
}

/// What was paid counts; what is paid with the parcel counts once the parcel was delivered. A
/// state that is not known is decided by its days.
fn status_of(head: &Row, state: Option<State>, reading: &Reading<'_>) -> FinancialStatus {
    let is_paid = !head.text(PAID).is_empty();
    match state {
        Some(State::Cancelled) if is_paid => FinancialStatus::Refunded,
        Some(State::Cancelled) => FinancialStatus::Voided,
        None if !head.text(CANCELLED).is_empty() && !is_paid => FinancialStatus::Voided,
        _ if is_paid || state == Some(State::Delivered) => FinancialStatus::Paid,
        Some(State::Unpaid) => FinancialStatus::Pending,
        _ if words::is_on_delivery(head.text(METHOD)) => FinancialStatus::Pending,
        None if reading.has_paid => FinancialStatus::Pending,
        _ => FinancialStatus::Paid,
    }
}

/// The buyer's name on the platform, which ingest hashes; one that is masked tells nobody apart.
fn read_buyer(head: &Row) -> CustomerIdentity {
    let name = head.find(BUYER).filter(|name| !name.contains('*'));
    CustomerIdentity { platform_id: name.map(|name| (CHANNEL, name)), ..Default::default() }
}

/// All of a cancelled order goes back; goods that were never sent never left the shelf.
fn refund_all(order: &Order, at: Option<Instant>, kept_on_shelf: bool) -> Refund {
    let without = |minor: i64, tax: Option<i64>| match order.taxes_included {
        true => minor - tax.unwrap_or(0),
        false => minor,
    };
    let lines = order.lines.iter().map(|line| RefundLine {
        line_id: line.id.clone(),
        quantity: line.quantity,
        amount_minor: without(line.price_minor - line.discount_minor, line.tax_minor),
        tax_minor: line.tax_minor.unwrap_or(0),
        restocked: if kept_on_shelf { line.quantity } else { 0 },
    });
    let shipping = order.shipping.price_minor - order.shipping.discount_minor;
    Refund {
        lines: lines.collect(),
        shipping_minor: without(shipping, order.shipping.tax_minor),
        shipping_tax_minor: order.shipping.tax_minor.unwrap_or(0),
        estimated: at.is_none(),
        ..bare_refund(order, "cancelled", at.unwrap_or(order.placed_at))
    }
}

/// `Order Refund Amount` is what the buyer got; the seller gives back the platform's part as well,
/// in proportion. Its day is set when the whole file is known.
fn refund_amount(order: &Order, totals: &Totals) -> Option<Refund> {
    let refunded = totals.refunded.min(totals.amount);
    if refunded <= 0 {
        return None;
    }
    let goods: i64 = order.lines.iter().map(|line| line.price_minor - line.discount_minor).sum();
    let sellers = goods + order.shipping.price_minor - order.shipping.discount_minor;
    let share = |whole: i64| {
        let (whole, part) = (i128::from(whole), i128::from(refunded));
        mul_div_half_even(whole, part, i128::from(totals.amount)).unwrap_or(0)
    };
    let (value, tax) = (share(sellers), share(totals.taxes));
    Some(Refund {
        estimated: true,
        adjustment_minor: if order.taxes_included { value - tax } else { value },
        adjustment_tax_minor: tax,
        ..bare_refund(order, AMOUNT_ONLY_REFUND, order.placed_at)
    })
}

fn bare_refund(order: &Order, id: &str, at: Instant) -> Refund {
    let is_inside = order.taxes_included && order.lines.iter().any(|it| it.tax_minor.is_none());
    Refund { tax_inside: is_inside, ..bare::refund(id.to_owned(), at, order.currency) }
}
