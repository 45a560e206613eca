//! What a settlement gives back: the rows of one adjustment, or of one day where Amazon names no
//! adjustment, are one refund.

use super::book::{Book, Place, Posting};
use super::order::{Sale, fee};
use crate::base::{Instant, Money};
use crate::connectors::amazon::vocabulary::Meaning;
use crate::domain::record::{Refund, RefundLine};

pub fn read(book: &Book<'_>, postings: &[Posting<'_>], sale: &Sale) -> Vec<Refund> {
    let mut sums: Vec<(String, Sums)> = Vec::new();
    for posting in postings.iter().filter(|posting| posting.place == Place::Refund) {
        let key = match posting.adjustment {
            "" => posting.stamp.day.to_string(),
            adjustment => adjustment.to_owned(),
        };
        let index = sums.iter().position(|(other, _)| *other == key).unwrap_or_else(|| {
            sums.push((
                key.clone(),
                Sums { refund: empty(book, &key, posting.stamp.at), lines: Vec::new() },
            ));
            sums.len() - 1
        });
        sums[index].1.take(book, sale, posting);
    }
    sums.into_iter().map(|(_, sums)| sums.into_refund()).collect()
}

/// A refund of nothing. One adjustment may go through two settlements, so its id names both.
pub fn empty(book: &Book<'_>, key: &str, at: Instant) -> Refund {
    Refund {
        id: format!("{key}/{}", book.settlement.id),
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
        // Amazon's fees stand in `fees`; nothing of a payment fee can come back.
        fee_returned: Some(Money::zero(book.currency)),
        fees: Vec::new(),
    }
}

struct Sums {
    refund: Refund,
    lines: Vec<LineSums>,
}

#[derive(Default)]
struct LineSums {
    id: String,
    amount_minor: i64,
    tax_minor: i64,
    quantity: i64,
    /// Units by V1's rows that hold nothing else.
    counted: i64,
}

impl Sums {
    fn take(&mut self, book: &Book<'_>, sale: &Sale, posting: &Posting<'_>) {
        let refund = &mut self.refund;
        refund.at = refund.at.min(posting.stamp.at);
        let back_minor = -posting.minor;
        match posting.meaning {
            Meaning::Principal => {
                let line = self.line(sale, posting);
                line.amount_minor += back_minor;
                line.quantity += posting.quantity;
            }
            Meaning::PrincipalDiscount => self.line(sale, posting).amount_minor += back_minor,
            Meaning::Tax => self.line(sale, posting).tax_minor += back_minor,
            Meaning::Shipping | Meaning::ShippingDiscount => refund.shipping_minor += back_minor,
            Meaning::ShippingTax => refund.shipping_tax_minor += back_minor,
            Meaning::GiftWrap => refund.service_minor += back_minor,
            Meaning::GiftWrapTax => refund.service_tax_minor += back_minor,
            Meaning::Adjustment => refund.adjustment_minor += back_minor,
            _ if !posting.is_money => self.line(sale, posting).counted += posting.quantity,
            _ => refund.fees.extend(fee(book, sale, posting)),
        }
    }

    fn line(&mut self, sale: &Sale, posting: &Posting<'_>) -> &mut LineSums {
        let id = sale.price_line_id(posting);
        let index = self.lines.iter().position(|line| line.id == id).unwrap_or_else(|| {
            self.lines.push(LineSums { id, ..LineSums::default() });
            self.lines.len() - 1
        });
        &mut self.lines[index]
    }

    /// A part that would be negative (a refund taken back) is an adjustment instead.
    fn into_refund(self) -> Refund {
        let mut refund = self.refund;
        for mut line in self.lines {
            move_negative(&mut line.amount_minor, &mut refund.adjustment_minor);
            move_negative(&mut line.tax_minor, &mut refund.adjustment_tax_minor);
            refund.lines.push(RefundLine {
                line_id: line.id,
                quantity: if line.counted > 0 { line.counted } else { line.quantity },
                amount_minor: line.amount_minor,
                tax_minor: line.tax_minor,
                restocked: 0,
            });
        }
        move_negative(&mut refund.shipping_minor, &mut refund.adjustment_minor);
        move_negative(&mut refund.shipping_tax_minor, &mut refund.adjustment_tax_minor);
        move_negative(&mut refund.service_minor, &mut refund.adjustment_minor);
        move_negative(&mut refund.service_tax_minor, &mut refund.adjustment_tax_minor);
        refund
    }
}

fn move_negative(part_minor: &mut i64, adjustment_minor: &mut i64) {
    let below = (*part_minor).min(0);
    *part_minor -= below;
    *adjustment_minor += below;
}
