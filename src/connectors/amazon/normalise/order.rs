//! What one settlement knows of one order: the sale as Amazon books it, its fees, and what was
//! given back.

use super::book::{Book, Group, Place, Posting};
use super::refund;
use crate::base::{Instant, Money};
use crate::connectors::amazon::marketplace;
use crate::connectors::amazon::vocabulary::Meaning;
use crate::connectors::contract::Refusal;
use crate::domain::record::order::{Settled, SourceTag};
use crate::domain::record::{
    Fee, FeeClass, FinancialStatus, Line, Order, Payment, Refund, Shipping, SourceKind,
};

/// Rows that one order may have; each of its lines is compared with the others.
const ROWS_MAX: usize = 20_000;

/// # Errors
/// A refusal of the whole settlement, naming the order's first row.
pub fn read(
    book: &Book<'_>,
    group: &Group,
    notices: &mut Vec<(u64, String)>,
) -> Result<Option<Order>, Refusal> {
    let postings: Vec<Posting<'_>> = book.postings_of(group).collect();
    let Some(first) = postings.first() else { return Ok(None) };
    let id = book.order_id(group);
    let refuse = |field: &str, reason: String| {
        let reason = format!("order {id}: {reason}");
        Refusal { row: first.row, ..book.settlement.refusal(field, reason) }
    };
    if postings.len() > ROWS_MAX {
        let reason = format!("{} rows are more rows than an order can have", postings.len());
        return Err(refuse("order-id", reason));
    }
    let channel = book.channel_of(group);
    let is_taxed = book.is_taxed(&channel);
    let vat_country = marketplace::find_vat_country(&channel).filter(|_| !is_taxed);

    let mut sale = Sale::of(&postings);
    sale.settle_quantities(id, first.row, notices);
    let placed_at = earliest(&postings, |posting| posting.place == Place::Sale)
        .or_else(|| earliest(&postings, |_| true))
        .unwrap_or(first.stamp.at);

    let mut refunds = refund::read(book, &postings, &sale);
    refunds.extend(sale.correct(book, placed_at, first.row, id, notices));
    for refund in &mut refunds {
        // Without tax rows the amounts hold VAT of unknown size, like the sale's.
        refund.tax_inside = vat_country.is_some();
    }
    let fees = fees(book, &sale, &postings);
    // What Amazon sends itself has its parcel in the fulfilment fee.
    let by_amazon = fees.iter().any(|fee| fee.kind == "fulfilment");
    let order = Order {
        id: id.to_owned(),
        number: None,
        placed_at,
        cancelled_at: None,
        source: SourceTag {
            kind: SourceKind::Settlement,
            part: book.settlement.id.clone(),
            label: format!("settlement {}", book.settlement.id),
            settled: Some(settled(book, &postings)),
        },
        financial_status: sale.status(&refunds),
        test: false,
        currency: book.currency,
        taxes_included: vat_country.is_some(),
        marketplace_remitted_tax: postings
            .iter()
            .any(|posting| posting.meaning == Meaning::Withheld { remitted: true }),
        country: vat_country.map(str::to_owned),
        region: None,
        customer: Default::default(),
        campaign: None,
        channel: Some(channel),
        payments: sale.payments(book),
        fees,
        order_discount_minor: 0,
        shipping: Shipping {
            price_minor: sale.shipping_minor,
            discount_minor: sale.shipping_discount_minor,
            tax_minor: (is_taxed && sale.is_sale).then_some(sale.shipping_tax_minor),
        },
        tips_minor: 0,
        duties_minor: 0,
        service_income_minor: sale.service_minor,
        service_tax_minor: sale.service_tax_minor,
        gift_card_paid_minor: 0,
        labels: Vec::new(),
        progress: None,
        shipping_cost: by_amazon.then(|| Money::zero(book.currency)),
        lines: sale.lines.into_iter().map(|line| line.into_line(is_taxed)).collect(),
        refunds,
        unexplained_minor: 0,
        platform_status: None,
        stock: Default::default(),
    };
    order.check().map_err(|fault| refuse(fault.field, fault.reason))?;
    Ok(Some(order))
}

/// Tax that Amazon keeps stands in the settlement and in no amount that the seller gets.
fn settled(book: &Book<'_>, postings: &[Posting<'_>]) -> Settled {
    let kept = postings.iter().filter(|posting| posting.place == Place::Withheld);
    Settled {
        payout: Some(book.settlement.id.clone()),
        withheld_minor: -kept.map(|posting| posting.minor).sum::<i64>(),
        until: book.settlement.end.map(|stamp| stamp.at),
        ..Settled::default()
    }
}

fn earliest(postings: &[Posting<'_>], of: impl Fn(&Posting<'_>) -> bool) -> Option<Instant> {
    postings.iter().filter(|posting| of(posting)).map(|posting| posting.stamp.at).min()
}

/// The sale's sums, as signed as Amazon books them until `correct` has been called.
#[derive(Default)]
pub struct Sale {
    pub lines: Vec<SaleLine>,
    shipping_minor: i64,
    shipping_discount_minor: i64,
    shipping_tax_minor: i64,
    service_minor: i64,
    service_tax_minor: i64,
    /// What the buyer paid, by the rows.
    charged_minor: i64,
    /// Whether anything was sold in this settlement, be it for nothing.
    is_sale: bool,
}

#[derive(Default)]
pub struct SaleLine {
    pub id: String,
    sku: String,
    quantity: i64,
    /// Units by V1's rows that hold nothing else.
    counted: i64,
    has_principal: bool,
    is_sale: bool,
    price_minor: i64,
    discount_minor: i64,
    tax_minor: i64,
}

impl Sale {
    /// Rows that name an item make the lines; the others find theirs among them.
    fn of(postings: &[Posting<'_>]) -> Self {
        let mut sale = Self::default();
        let rank = |posting: &Posting<'_>| match (posting.item, posting.meaning) {
            ("", Meaning::Principal | Meaning::PrincipalDiscount | Meaning::Tax) => 1,
            ("", _) => 2,
            _ => 0,
        };
        for turn in 0..=2 {
            for posting in postings {
                if rank(posting) == turn && posting.place != Place::Withheld {
                    sale.take(posting, turn);
                }
            }
        }
        sale
    }

    fn take(&mut self, posting: &Posting<'_>, turn: u8) {
        let line = self.line_for(posting, turn);
        if posting.place != Place::Sale {
            return;
        }
        let minor = posting.minor;
        let is_price = match posting.meaning {
            Meaning::Principal => {
                line.price_minor += minor;
                line.quantity += posting.quantity;
                line.has_principal = true;
                true
            }
            Meaning::PrincipalDiscount => {
                line.discount_minor -= minor;
                true
            }
            Meaning::Tax => {
                line.tax_minor += minor;
                true
            }
            _ if !posting.is_money => {
                line.counted += posting.quantity;
                false
            }
            _ => false,
        };
        line.is_sale |= is_price;
        let is_price = is_price
            || match posting.meaning {
                Meaning::Shipping => {
                    self.shipping_minor += minor;
                    true
                }
                Meaning::ShippingDiscount => {
                    self.shipping_discount_minor -= minor;
                    true
                }
                Meaning::ShippingTax => {
                    self.shipping_tax_minor += minor;
                    true
                }
                Meaning::GiftWrap => {
                    self.service_minor += minor;
                    true
                }
                Meaning::GiftWrapTax => {
                    self.service_tax_minor += minor;
                    true
                }
                _ => false,
            };
        if is_price {
            self.charged_minor += minor;
            self.is_sale = true;
        }
    }

    /// The line of a row: by the item's code, else by the SKU, else the order's nameless one.
    fn line_for(&mut self, posting: &Posting<'_>, turn: u8) -> &mut SaleLine {
        // What is no price of a product needs no line of its own where there is any.
        let any = || (turn == 2 && !self.lines.is_empty()).then_some(0);
        let index = self.find(posting).or_else(any).unwrap_or_else(|| {
            let id = match (posting.item, posting.sku) {
                ("", "") => "order".to_owned(),
                ("", sku) => format!("sku:{sku}"),
                (item, _) => item.to_owned(),
            };
            self.lines.push(SaleLine { id, sku: posting.sku.to_owned(), ..SaleLine::default() });
            self.lines.len() - 1
        });
        let line = &mut self.lines[index];
        if turn == 0 && line.sku.is_empty() {
            posting.sku.clone_into(&mut line.sku);
        }
        line
    }

    /// Rows without an item's code belong to the first line of their SKU, or, where they name
    /// none, to the order's first line.
    fn find(&self, posting: &Posting<'_>) -> Option<usize> {
        let by = |test: &dyn Fn(&SaleLine) -> bool| self.lines.iter().position(test);
        match (posting.item, posting.sku) {
            ("", "") => (!self.lines.is_empty()).then_some(0),
            ("", sku) => by(&|line| line.sku == sku),
            (item, _) => by(&|line| line.id == item),
        }
    }

    /// The line that a row names, for fees and refunds; a row that names none is the order's.
    pub fn line_id(&self, posting: &Posting<'_>) -> Option<String> {
        if posting.item.is_empty() {
            return None;
        }
        self.find(posting).map(|index| self.lines[index].id.clone())
    }

    /// The line on which a refunded price stands, which must be one.
    pub fn price_line_id(&self, posting: &Posting<'_>) -> String {
        let found = self.find(posting).and_then(|index| self.lines.get(index));
        found.or(self.lines.first()).map(|line| line.id.clone()).unwrap_or_default()
    }

    fn settle_quantities(&mut self, order: &str, row: u64, notices: &mut Vec<(u64, String)>) {
        for line in &mut self.lines {
            if line.counted > 0 {
                line.quantity = line.counted;
            }
            if !line.has_principal {
                line.quantity = 0;
            } else if line.quantity == 0 {
                line.quantity = 1;
                let what = format!(
                    "Order {order} sells {:?} without a number of units; 1 is taken.",
                    line.sku
                );
                notices.push((row, what));
            }
        }
    }

    /// Sums that a sale cannot have (a promotion booked after its sale was settled, a price
    /// taken back) become an adjustment of their own, so that nothing is lost.
    fn correct(
        &mut self,
        book: &Book<'_>,
        at: Instant,
        row: u64,
        order: &str,
        notices: &mut Vec<(u64, String)>,
    ) -> Option<Refund> {
        let (mut net_minor, mut tax_minor) = (0, 0);
        for line in &mut self.lines {
            net_minor += hold(&mut line.price_minor, &mut line.discount_minor);
            tax_minor += above_zero(&mut line.tax_minor);
        }
        net_minor += hold(&mut self.shipping_minor, &mut self.shipping_discount_minor);
        net_minor += above_zero(&mut self.service_minor);
        tax_minor += above_zero(&mut self.shipping_tax_minor);
        tax_minor += above_zero(&mut self.service_tax_minor);
        if net_minor == 0 && tax_minor == 0 {
            return None;
        }
        let taken = Money::new(net_minor + tax_minor, book.currency);
        let what = format!(
            "Order {order} takes back {taken} without a refund; it is kept as an adjustment."
        );
        notices.push((row, what));
        Some(Refund {
            adjustment_minor: net_minor,
            adjustment_tax_minor: tax_minor,
            ..refund::empty(book, "correction", at)
        })
    }

    fn payments(&self, book: &Book<'_>) -> Vec<Payment> {
        if !self.is_sale || self.charged_minor < 0 {
            return Vec::new();
        }
        // Amazon's fees are channel fees; a known fee of nothing keeps payment rules away.
        vec![Payment {
            gateway: "amazon".to_owned(),
            amount_minor: self.charged_minor,
            fee: Some(Money::zero(book.currency)),
        }]
    }

    fn status(&self, refunds: &[Refund]) -> FinancialStatus {
        let refunded: i64 =
            refunds.iter().flat_map(|refund| &refund.lines).map(|line| line.amount_minor).sum();
        let sold: i64 = self.lines.iter().map(|line| line.price_minor - line.discount_minor).sum();
        if refunds.is_empty() {
            FinancialStatus::Paid
        } else if sold > 0 && refunded >= sold {
            FinancialStatus::Refunded
        } else {
            FinancialStatus::PartiallyRefunded
        }
    }
}

impl SaleLine {
    fn into_line(self, is_taxed: bool) -> Line {
        Line {
            id: self.id,
            sku: (!self.sku.is_empty()).then_some(self.sku),
            title: None,
            quantity: self.quantity,
            price_minor: self.price_minor,
            discount_minor: self.discount_minor,
            tax_minor: (is_taxed && self.is_sale).then_some(self.tax_minor),
            gift_card: false,
            weight_grams: 0,
            restocked_in_all: 0,
            added_at: None,
            stock: Default::default(),
        }
    }
}

/// Brings price and discount into 0 ≤ discount ≤ price; returns what the price must lose more.
fn hold(price_minor: &mut i64, discount_minor: &mut i64) -> i64 {
    let net_minor = *price_minor - *discount_minor;
    *price_minor = (*price_minor).max(0);
    *discount_minor = (*discount_minor).clamp(0, *price_minor);
    *price_minor - *discount_minor - net_minor
}

/// Brings an amount up to 0; returns what it then lost.
fn above_zero(minor: &mut i64) -> i64 {
    let below = (*minor).min(0);
    *minor -= below;
    -below
}

fn fees(book: &Book<'_>, sale: &Sale, postings: &[Posting<'_>]) -> Vec<Fee> {
    postings
        .iter()
        .filter(|posting| posting.place == Place::Sale)
        .filter_map(|posting| fee(book, sale, posting))
        .collect()
}

/// A row that is a fee or an income of the order; `None` for prices and taxes.
pub fn fee(book: &Book<'_>, sale: &Sale, posting: &Posting<'_>) -> Option<Fee> {
    let (class, unclassified) = match posting.meaning {
        Meaning::Fee(_) => (FeeClass::Channel, false),
        Meaning::Income(_) => (FeeClass::OtherIncome, false),
        Meaning::Unknown => (FeeClass::Channel, true),
        _ => return None,
    };
    (posting.is_money && posting.minor != 0).then(|| Fee {
        kind: posting.kind(),
        class,
        amount: Money::new(-posting.minor, book.currency),
        line_id: sale.line_id(posting),
        estimated: false,
        unclassified,
    })
}
