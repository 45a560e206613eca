//! One statement in our words: a payout whose parts add up, what it knows of each order, and
//! charges without an order. Pure.

use std::collections::BTreeMap;

use super::vocabulary::{Meaning, RowKind, kind_of};
use super::wire::{Entry, Layout};
use crate::base::money::MINOR_LIMIT;
use crate::base::{Currency, Money};
use crate::connectors::kit::bare;
use crate::connectors::tiktok_shop::{CHANNEL, GATEWAY};
use crate::domain::record::order::{Settled, SourceTag};
use crate::domain::record::{
    Charge, ChargeClass, Fee, FeeClass, FinancialStatus, Line, Order, Payment, Payout, PayoutPart,
    Record, Refund, RefundLine, SourceKind,
};

/// Of a row that names no SKU.
const WHOLE_ORDER: &str = "order";

/// # Errors
/// Line and sentence, where the statement cannot be taken in.
pub fn read(
    layout: &Layout,
    id: &str,
    currency: Currency,
    entries: &[Entry],
) -> Result<Vec<Record>, (u64, String)> {
    let statement = Reader { layout, id, currency };
    let mut parts: BTreeMap<(&'static str, String, bool), (i64, i64)> = BTreeMap::new();
    let mut orders: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
    let mut records = Vec::new();
    let mut total = 0_i128;
    for (index, entry) in entries.iter().enumerate() {
        total += i128::from(entry.total);
        for (group, kind, minor, unclassified) in statement.list_parts(entry) {
            let part = parts.entry((group, kind, unclassified)).or_default();
            *part = (part.0.saturating_add(minor), part.1 + 1);
        }
        match order_of(entry) {
            Some(order) => orders.entry(order).or_default().push(entry),
            None if entry.total != 0 => {
                records.push(Record::Charge(statement.charge(entry, index + 1)));
            }
            None => {}
        }
    }
    let stated = i64::try_from(total).ok().filter(|total| total.abs() < MINOR_LIMIT);
    let Some(stated_minor) = stated else {
        let line = entries.first().map_or(0, |entry| entry.line);
        return Err((line, format!("Statement {id} adds up to too large an amount.")));
    };
    for (order, entries) in orders {
        let document = statement.document(order, &entries);
        document.check().map_err(|fault| {
            let reason = format!("Order {order}: {fault}. Nothing of statement {id} was taken in.");
            (entries[0].line, reason)
        })?;
        records.push(Record::Order(Box::new(document)));
    }
    let days = entries.iter().map(|entry| entry.settled.day_in(&layout.days));
    let part = |((group, kind, unclassified), (amount_minor, rows)): (
        (&'static str, String, bool),
        (i64, i64),
    )| {
        PayoutPart { group: group.to_owned(), kind, amount_minor, rows, unclassified }
    };
    let payout = Payout {
        id: format!("TikTok Shop {id}"),
        currency,
        from: days.clone().min(),
        to: days.max(),
        deposited: None,
        status: None,
        due: None,
        stated_minor,
        rows: entries.len() as i64,
        parts: parts.into_iter().map(part).collect(),
        received: None,
    };
    records.insert(0, Record::Payout(payout));
    Ok(records)
}

/// The order that a row is of; an adjustment's own id is no order's.
fn order_of(entry: &Entry) -> Option<&str> {
    match entry.kind {
        RowKind::Trade => entry.related.as_deref().or(Some(&entry.id)),
        RowKind::Outside(..) => None,
        RowKind::Other { .. } | RowKind::Unknown => entry.related.as_deref(),
    }
}

struct Reader<'a> {
    layout: &'a Layout,
    id: &'a str,
    currency: Currency,
}

/// Group of the bridge, TikTok's word, amount, whether no table knows it.
type Part = (&'static str, String, i64, bool);

impl Reader<'_> {
    fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.currency)
    }

    /// What is in a row's total; the parts add up to it.
    fn list_parts(&self, entry: &Entry) -> Vec<Part> {
        if entry.kind != RowKind::Trade {
            let (group, unclassified) = group_of(entry.kind);
            return vec![(group, entry.type_.clone(), entry.total, unclassified)];
        }
        let mut parts: Vec<Part> = vec![
            ("sales", "Sales".to_owned(), entry.before, false),
            ("sales", "Seller discounts".to_owned(), -entry.discount, false),
            ("refunds", "Refunds".to_owned(), -entry.back_before, false),
            ("refunds", "Refund of seller discounts".to_owned(), entry.back_discount, false),
            ("other_income", "Adjustment".to_owned(), entry.adjustment, false),
            ("unclassified", "Revenue".to_owned(), self.rest_of_revenue(entry), true),
            ("unclassified", "Fees".to_owned(), self.rest_of_fees(entry), true),
        ];
        for (index, minor) in &entry.parts {
            let (_, name, meaning) = &self.layout.amounts[*index];
            let group = match meaning {
                Some(Meaning::BuyerShipping) => "sales",
                Some(Meaning::Fee(FeeClass::Advertising, _)) => "advertising",
                Some(_) => "fees",
                None => "unclassified",
            };
            parts.push((group, name.clone(), *minor, meaning.is_none()));
        }
        parts.retain(|(.., minor, _)| *minor != 0);
        parts
    }

    /// What of the revenue its columns do not explain.
    fn rest_of_revenue(&self, entry: &Entry) -> i64 {
        entry.revenue - (entry.before - entry.discount - entry.back_before + entry.back_discount)
    }

    /// What of the fees their columns do not explain.
    fn rest_of_fees(&self, entry: &Entry) -> i64 {
        entry.taken - entry.parts.iter().map(|(_, minor)| minor).sum::<i64>()
    }

    fn charge(&self, entry: &Entry, number: usize) -> Charge {
        let by_sign = match entry.total {
            ..0 => ChargeClass::PeriodFee,
            0.. => ChargeClass::PeriodIncome,
        };
        let (class, kind) = match entry.kind {
            RowKind::Outside(class, kind) => (class, kind.to_owned()),
            RowKind::Other { kind, .. } => (by_sign, kind.to_owned()),
            RowKind::Trade | RowKind::Unknown => (ChargeClass::Unclassified, kind_of(&entry.type_)),
        };
        let is_ads = class == ChargeClass::AdvertisingPayment;
        Charge {
            key: format!("{GATEWAY}/{}/{}/{number}", self.id, entry.id),
            day: entry.settled.day_in(&self.layout.days),
            kind,
            class,
            amount: self.money(entry.total),
            sku: None,
            payout: Some(format!("TikTok Shop {}", self.id)),
            label: format!("TikTok Shop, {}", entry.type_),
            family: is_ads.then(|| "tiktok".to_owned()),
            estimate: None,
        }
    }

    /// What the statement knows of one order.
    fn document(&self, order: &str, entries: &[&Entry]) -> Order {
        // American prices are without tax, which TikTok remits and which is in no sum here.
        let taxes_included = self.currency.code() != "USD";
        let placed = entries.iter().map(|entry| entry.created.unwrap_or(entry.settled)).min();
        let source = SourceTag {
            kind: SourceKind::Settlement,
            part: self.id.to_owned(),
            label: format!("TikTok Shop {}", self.id),
            settled: Settled::in_payout(Some(&format!("TikTok Shop {}", self.id))),
        };
        let placed_at = placed.unwrap_or(entries[0].settled);
        let mut document = Order {
            taxes_included,
            marketplace_remitted_tax: !taxes_included,
            channel: Some(CHANNEL.to_owned()),
            ..bare::order(order.to_owned(), placed_at, self.currency, source)
        };
        let mut refund = self.empty_refund(order, entries, taxes_included);
        for entry in entries {
            self.add_entry(&mut document, &mut refund, entry);
        }
        let shipped = document.shipping.price_minor;
        if shipped < 0 {
            refund.shipping_minor -= shipped;
            document.shipping.price_minor = 0;
        }
        let sold = document.lines.iter().map(|line| line.price_minor - line.discount_minor);
        let paid_minor = sold.sum::<i64>() + document.shipping.price_minor;
        if document.lines.iter().any(|line| line.quantity > 0) && paid_minor >= 0 {
            // TikTok's fees stand in `fees`; a known fee of nothing keeps payment rules away.
            let fee = Some(self.money(0));
            let gateway = GATEWAY.to_owned();
            document.payments.push(Payment { gateway, amount_minor: paid_minor, fee });
        }
        let given_back =
            !refund.lines.is_empty() || refund.adjustment_minor != 0 || refund.shipping_minor != 0;
        if given_back {
            document.financial_status = FinancialStatus::PartiallyRefunded;
            document.refunds.push(refund);
        } else {
            document.fees.append(&mut refund.fees);
        }
        document
    }

    fn add_entry(&self, document: &mut Order, refund: &mut Refund, entry: &Entry) {
        if entry.kind != RowKind::Trade {
            return self.adjust(document, entry);
        }
        let line_id = entry.sku_id.clone();
        let fee = |kind: &str, class, minor: i64, unclassified| Fee {
            kind: kind.to_owned(),
            class,
            amount: self.money(-minor),
            line_id: line_id.clone(),
            estimated: false,
            unclassified,
        };
        let id = line_id.clone().unwrap_or_else(|| WHOLE_ORDER.to_owned());
        add_line(&mut document.lines, id, entry);
        let back_minor = entry.back_before - entry.back_discount;
        if back_minor != 0 {
            match &line_id {
                Some(line_id) if back_minor > 0 => refund.lines.push(RefundLine {
                    line_id: line_id.clone(),
                    quantity: 0,
                    amount_minor: back_minor,
                    tax_minor: 0,
                    restocked: 0,
                }),
                _ => refund.adjustment_minor += back_minor,
            }
        }
        // Fees of a row that only gives back are those of the refund.
        let only_back = back_minor != 0 && entry.before == 0;
        let mut fees = Vec::new();
        for (index, minor) in &entry.parts {
            let (_, name, meaning) = &self.layout.amounts[*index];
            match meaning {
                Some(Meaning::BuyerShipping) => document.shipping.price_minor += minor,
                Some(Meaning::Fee(class, kind)) => fees.push(fee(kind, *class, *minor, false)),
                Some(Meaning::Memo) => {}
                None => fees.push(fee(&kind_of(name), FeeClass::Channel, *minor, true)),
            }
        }
        for (kind, class, minor, unclassified) in [
            ("fees_not_told", FeeClass::Channel, self.rest_of_fees(entry), true),
            ("revenue_not_told", FeeClass::OtherIncome, self.rest_of_revenue(entry), true),
            ("adjustment", FeeClass::OtherIncome, entry.adjustment, false),
        ] {
            if minor != 0 {
                fees.push(fee(kind, class, minor, unclassified));
            }
        }
        if only_back { refund.fees.extend(fees) } else { document.fees.extend(fees) }
    }

    /// An adjustment that names the order.
    fn adjust(&self, document: &mut Order, entry: &Entry) {
        let (class, kind, unclassified) = match entry.kind {
            RowKind::Other { class, kind } => (class, kind.to_owned(), false),
            RowKind::Trade | RowKind::Outside(..) | RowKind::Unknown => {
                (FeeClass::Channel, kind_of(&entry.type_), true)
            }
        };
        if document.lines.is_empty() {
            document.lines.push(bare_line(WHOLE_ORDER.to_owned()));
        }
        document.fees.push(Fee {
            kind,
            class,
            amount: self.money(-entry.total),
            line_id: None,
            estimated: false,
            unclassified,
        });
    }

    fn empty_refund(&self, order: &str, entries: &[&Entry], taxes_included: bool) -> Refund {
        let back = entries.iter().filter(|entry| entry.back_before != 0 || entry.revenue < 0);
        let at = back.map(|entry| entry.settled).min();
        let at = at.unwrap_or(entries[0].settled);
        let id = format!("{order}/{}", self.id);
        Refund { tax_inside: taxes_included, ..bare::refund(id, at, self.currency) }
    }
}

/// The bridge's row of an adjustment.
fn group_of(kind: RowKind) -> (&'static str, bool) {
    match kind {
        RowKind::Trade => ("sales", false),
        RowKind::Other { class: FeeClass::OtherIncome, .. } => ("other_income", false),
        RowKind::Other { .. } => ("fees", false),
        RowKind::Outside(ChargeClass::AdvertisingPayment, _) => ("advertising", false),
        RowKind::Outside(ChargeClass::Balance, "reserve") => ("reserves", false),
        RowKind::Outside(ChargeClass::Balance, _) => ("balance", false),
        RowKind::Outside(ChargeClass::Tax, _) => ("tax", false),
        RowKind::Outside(..) => ("period_fees", false),
        RowKind::Unknown => ("unclassified", true),
    }
}

fn bare_line(id: String) -> Line {
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

/// A row of a SKU sells it, or only makes its line known where it gives back.
fn add_line(lines: &mut Vec<Line>, id: String, entry: &Entry) {
    let index = lines.iter().position(|line| line.id == id).unwrap_or_else(|| {
        lines.push(bare_line(id));
        lines.len() - 1
    });
    let line = &mut lines[index];
    if entry.before != 0 {
        line.quantity += entry.quantity.max(1);
    }
    line.price_minor += entry.before;
    line.discount_minor += entry.discount;
}
