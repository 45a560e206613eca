//! One order of any channel with its lines, payments, fees and refunds.

use serde::{Deserialize, Serialize};

use crate::base::{Currency, Instant, Money};

fn is_false(flag: &bool) -> bool {
    !*flag
}

fn is_zero(number: &i64) -> bool {
    *number == 0
}

/// With `taxes_included` the amounts of lines' unit price and discount, the order's discount and
/// the shipping's price and discount include tax; all other amounts are without tax.
/// Every `_minor` is in `currency`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// The platform's own id, unique within the store.
    pub id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    pub placed_at: Instant,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancelled_at: Option<Instant>,
    pub source: SourceTag,
    pub financial_status: FinancialStatus,
    #[serde(default, skip_serializing_if = "is_false")]
    pub test: bool,
    pub currency: Currency,
    #[serde(default, skip_serializing_if = "is_false")]
    pub taxes_included: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    pub marketplace_remitted_tax: bool,
    /// ISO 3166 code of the destination, two capital letters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Who bought, before hashing: never written as it is. Ingest turns it into a keyed hash.
    #[serde(skip)]
    pub customer: CustomerIdentity,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<String>,
    /// The platform or marketplace on which it was sold, where the source tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    pub lines: Vec<Line>,
    /// On the whole order, not yet in the lines' discounts; positive.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub order_discount_minor: i64,
    #[serde(default, skip_serializing_if = "Shipping::is_none")]
    pub shipping: Shipping,
    /// Tips and whatever else the buyer paid for no goods; becomes `other_income`.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub tips_minor: i64,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub duties_minor: i64,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub service_income_minor: i64,
    /// Tax on `service_income_minor`, known or nothing.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub service_tax_minor: i64,
    /// The part of the total that the buyer paid with a gift card.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub gift_card_paid_minor: i64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub payments: Vec<Payment>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fees: Vec<Fee>,
    /// How far it had come when its source was written, where the source is an export that is
    /// taken again and again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<Progress>,
    /// Labels that were paid for it, by whatever file told; gathered when the order is united.
    #[serde(skip)]
    pub labels: Vec<super::Label>,
    /// What the seller paid to ship, positive; `None` is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipping_cost: Option<Money>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refunds: Vec<Refund>,
    /// A rest of the platform's stated total that no part explains; shown, in no component.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unexplained_minor: i64,
    /// The platform's own word for the order's state, where `financial_status` says less.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform_status: Option<String>,
    #[serde(default, skip_serializing_if = "OrderStock::is_none")]
    pub stock: OrderStock,
}

/// How far an order had come when an export of it was written, so that an older export that is
/// read later does not take the place of a newer one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// When the platform changed it last, where the export tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Instant>,
    pub given_back_minor: i64,
    /// The day by which a total without a date was given back at the latest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_back_by: Option<Instant>,
    pub cancelled: bool,
    /// 0 not paid, 1 in part, 2 paid or never to be.
    pub stage: u8,
}

impl Progress {
    /// Whether this is an earlier state than the known one, or tells less of the same.
    pub fn is_before(&self, known: &Self) -> bool {
        if let (Some(mine), Some(theirs)) = (self.updated_at, known.updated_at) {
            return mine < theirs;
        }
        let rank = |one: &Self| (one.given_back_minor, one.cancelled, one.stage);
        // Of two that know the same, the earlier one has the better day.
        let is_vaguer = match (self.given_back_by, known.given_back_by) {
            (Some(mine), Some(theirs)) => mine > theirs,
            _ => false,
        };
        rank(self) < rank(known) || (rank(self) == rank(known) && is_vaguer)
    }
}

/// Which source told this order. Sources of one order are kept apart and united when computed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceTag {
    pub kind: super::SourceKind,
    /// What tells two documents of one kind apart (the settlement's id); empty otherwise.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub part: String,
    /// What a trail names: `Shopify orders export`, `settlement 15640914767`.
    pub label: String,
    /// Where its money went, for a document of a settlement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled: Option<Settled>,
}

/// The payout of a settlement's document, and what of the document's amounts is not in it. Money
/// in a payout was in none before, so an older export takes it out of none (`store/orders.rs`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    /// The payout's id; empty while it is in none yet; `None` where the source names no payouts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payout: Option<String>,
    /// Tax within the document's amounts that the platform kept and handed on itself; negative
    /// where it gave back what it had kept.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub withheld_minor: i64,
    /// What it moved in the payout, where the payout is in another currency than the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved: Option<Money>,
    /// Up to when the settlement tells all that was posted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Instant>,
    /// A first word of what a settlement will tell: it gives way to a settlement's document that
    /// tells as much of the order up to that time (`record::unite`).
    #[serde(default, skip_serializing_if = "is_false")]
    pub provisional: bool,
}

impl Settled {
    /// In a payout, or in none yet.
    pub fn in_payout(payout: Option<&str>) -> Option<Self> {
        Some(Self { payout: Some(payout.unwrap_or_default().to_owned()), ..Self::default() })
    }
}

/// The plain marks by which a platform tells its buyers apart. Not `Serialize`, so that it
/// cannot reach the database; `Debug` prints no value.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct CustomerIdentity {
    pub email: Option<String>,
    /// `customer_ref` of the neutral format.
    pub reference: Option<String>,
    /// The platform's name and its customer id.
    pub platform_id: Option<(&'static str, String)>,
}

impl std::fmt::Debug for CustomerIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CustomerIdentity")
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FinancialStatus {
    Paid,
    PartiallyRefunded,
    Refunded,
    PartiallyPaid,
    Authorized,
    Pending,
    Failed,
    Voided,
}

impl FinancialStatus {
    pub const ALL: [Self; 8] = [
        Self::Paid,
        Self::PartiallyRefunded,
        Self::Refunded,
        Self::PartiallyPaid,
        Self::Authorized,
        Self::Pending,
        Self::Failed,
        Self::Voided,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Paid => "paid",
            Self::PartiallyRefunded => "partially_refunded",
            Self::Refunded => "refunded",
            Self::PartiallyPaid => "partially_paid",
            Self::Authorized => "authorized",
            Self::Pending => "pending",
            Self::Failed => "failed",
            Self::Voided => "voided",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }

    /// Whether money came in, so that the order counts (PROFIT, section 2).
    pub fn counts(self) -> bool {
        match self {
            Self::Paid | Self::PartiallyRefunded | Self::Refunded | Self::PartiallyPaid => true,
            Self::Authorized | Self::Pending | Self::Failed | Self::Voided => false,
        }
    }
}

/// Amounts other than the unit price are for all units together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    pub id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sku: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Whole units, above 0; 0 only on a line that a refund alone made known.
    pub quantity: i64,
    /// Price × quantity, before all discounts. Kept as the product, because some platforms
    /// state only the whole.
    pub price_minor: i64,
    /// Positive.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub discount_minor: i64,
    /// Tax on the line after its discounts; `None` is unknown, 0 is a known tax of nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_minor: Option<i64>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub gift_card: bool,
    /// Of one unit.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub weight_grams: i64,
    /// Units put back on the shelf in all, where the platform tells it by line and not by
    /// refund; `record::unite` hands them to the refunds.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub restocked_in_all: i64,
    /// Set where a later edit added the line: an event of its own day (PROFIT, section 2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub added_at: Option<Instant>,
    #[serde(default, skip_serializing_if = "LineStock::is_none")]
    pub stock: LineStock,
}

/// What a line means to the stock.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineStock {
    /// What was sold as the platform addresses it: `Listing::channel_id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listing: Option<String>,
    /// Units that left the shelf for the buyer; `None` where the source does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipped: Option<i64>,
    /// Held and sent by the channel itself (FBA): no shelf of the seller's is touched.
    #[serde(default, skip_serializing_if = "is_false")]
    pub by_channel: bool,
}

impl LineStock {
    fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// What an order means to the stock.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderStock {
    /// When the last units of it left, where the source tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipped_at: Option<Instant>,
    /// The seller called it off because there was nothing to send: its units are not free again.
    #[serde(default, skip_serializing_if = "is_false")]
    pub cancelled_for_lack: bool,
}

impl OrderStock {
    fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shipping {
    #[serde(default, skip_serializing_if = "is_zero")]
    pub price_minor: i64,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub discount_minor: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_minor: Option<i64>,
}

impl Shipping {
    fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// Money only; a redeemed gift card stands in `gift_card_paid_minor`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    pub gateway: String,
    pub amount_minor: i64,
    /// The real fee, positive, where known; it may be in the settlement's currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee: Option<Money>,
}

/// Which step of the ladder a fee stands on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeeClass {
    #[default]
    Channel,
    Payment,
    /// A reimbursement or a restocking fee kept: positive for the seller when negative here.
    OtherIncome,
    /// What the channel took for the parcel itself, where it replaces a label.
    ShippingCost,
    /// Advertising that brought this very order (Offsite Ads, promoted listings).
    Advertising,
}

/// Positive: a cost; negative: given back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fee {
    pub kind: String,
    #[serde(default)]
    pub class: FeeClass,
    pub amount: Money,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line_id: Option<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub estimated: bool,
    /// A kind that the reader does not know: counted, visible, alarming.
    #[serde(default, skip_serializing_if = "is_false")]
    pub unclassified: bool,
}

/// The id of a refund of which only the amount is known (Shopify's "Refunded Amount"); dated
/// refunds replace it.
pub const AMOUNT_ONLY_REFUND: &str = "refunded-amount";

/// The only line of an order that a payment processor alone told: what was charged, tax and
/// shipping inside. The order's own source knows better.
pub const PAYMENT_LINE: &str = "payment";

/// How the id of a refund begins that the buyer's bank took: the shop itself gave nothing back, so
/// it is no part of what the shop states as refunded.
pub const CHARGEBACK: &str = "chargeback/";

/// All amounts positive and without tax, but for `adjustment_minor`, which may be negative
/// where less was given back than the parts say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Refund {
    pub id: String,
    pub at: Instant,
    /// The day or the parts are not known exactly (a total without a date).
    #[serde(default, skip_serializing_if = "is_false")]
    pub estimated: bool,
    /// The amounts hold tax that the source does not tell; the destination's rule takes it out.
    #[serde(default, skip_serializing_if = "is_false")]
    pub tax_inside: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<RefundLine>,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub shipping_minor: i64,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub shipping_tax_minor: i64,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub adjustment_minor: i64,
    /// Tax within an adjustment, where the source tells it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub adjustment_tax_minor: i64,
    /// Service income (fee lines) given back, and the tax on it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub service_minor: i64,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub service_tax_minor: i64,
    /// Payment fee given back to the seller, positive; `None`: the fitting rule's share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee_returned: Option<Money>,
    /// Channel fees of this refund: administration fees positive, what is given back negative.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fees: Vec<Fee>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundLine {
    pub line_id: String,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub quantity: i64,
    pub amount_minor: i64,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub tax_minor: i64,
    /// Units put back on the shelf, at most `quantity`.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub restocked: i64,
}

/// Why an order cannot be taken in: the field, and a reason in words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {reason}")]
pub struct OrderFault {
    pub field: &'static str,
    pub reason: String,
}

impl Order {
    /// Notes how far the order has come by what stands in it.
    pub fn tell_progress(&mut self, updated_at: Option<Instant>) {
        let given_back = |refund: &Refund| {
            let lines: i64 = refund.lines.iter().map(|line| line.amount_minor).sum();
            lines + refund.shipping_minor + refund.adjustment_minor + refund.service_minor
        };
        self.progress = Some(Progress {
            updated_at,
            given_back_minor: self.refunds.iter().map(given_back).sum(),
            given_back_by: self
                .refunds
                .iter()
                .find(|refund| refund.id == AMOUNT_ONLY_REFUND)
                .map(|refund| refund.at),
            cancelled: self.cancelled_at.is_some(),
            stage: match self.financial_status {
                FinancialStatus::Pending | FinancialStatus::Authorized => 0,
                FinancialStatus::PartiallyPaid => 1,
                FinancialStatus::Paid
                | FinancialStatus::PartiallyRefunded
                | FinancialStatus::Refunded
                | FinancialStatus::Failed
                | FinancialStatus::Voided => 2,
            },
        });
    }

    pub fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.currency)
    }

    /// What the buyer owed: all lines with gift cards bought, less discounts, shipping, fee lines,
    /// tips, duties, and the stated tax where prices are without; less what a gift card paid.
    pub fn owed_minor(&self) -> i64 {
        let mut total = self.shipping.price_minor - self.shipping.discount_minor
            + self.service_income_minor
            + self.service_tax_minor
            + self.tips_minor
            + self.duties_minor
            - self.order_discount_minor
            - self.gift_card_paid_minor;
        for line in &self.lines {
            total += line.price_minor - line.discount_minor;
            if !self.taxes_included {
                total += line.tax_minor.unwrap_or(0);
            }
        }
        if !self.taxes_included {
            total += self.shipping.tax_minor.unwrap_or(0);
        }
        total
    }

    /// Whether figures are made from it: money came in, and it is no test.
    pub fn counts(&self) -> bool {
        !self.test && self.financial_status.counts()
    }

    /// What every source's order must fulfil, whoever normalised it.
    ///
    /// # Errors
    /// The first `OrderFault` found: a discount above what it is taken from, a tax above the
    /// amount that includes it, an unknown line, a doubled line id, a sum beyond the limit.
    pub fn check(&self) -> Result<(), OrderFault> {
        let fault = |field, reason: String| Err(OrderFault { field, reason });
        let show = |minor: i64| self.money(minor).to_decimal_text();
        let mut room_minor: i64 = 0;
        let mut sum: i64 = 0;
        for (index, line) in self.lines.iter().enumerate() {
            if self.lines[..index].iter().any(|other| other.id == line.id) {
                return fault("lines.id", format!("the line {:?} stands twice", line.id));
            }
            if line.discount_minor > line.price_minor {
                return fault(
                    "lines.discount",
                    format!(
                        "the discount is above the {} that it is taken from",
                        show(line.price_minor)
                    ),
                );
            }
            let net_minor = line.price_minor - line.discount_minor;
            if self.taxes_included && line.tax_minor.is_some_and(|tax| tax > net_minor) {
                return fault(
                    "lines.tax",
                    format!("the tax is above the {} that includes it", show(net_minor)),
                );
            }
            if !line.gift_card {
                room_minor = room_minor.saturating_add(net_minor);
            }
            sum = sum.saturating_add(line.price_minor);
        }
        if self.order_discount_minor > room_minor {
            return fault(
                "order_discount",
                format!("the discount is above the {} that it is taken from", show(room_minor)),
            );
        }
        if self.shipping.discount_minor > self.shipping.price_minor {
            return fault(
                "shipping.discount",
                format!(
                    "the discount is above the {} that it is taken from",
                    show(self.shipping.price_minor)
                ),
            );
        }
        let shipping_minor = self.shipping.price_minor - self.shipping.discount_minor;
        if self.taxes_included && self.shipping.tax_minor.is_some_and(|tax| tax > shipping_minor) {
            return fault(
                "shipping.tax",
                format!("the tax is above the {} that includes it", show(shipping_minor)),
            );
        }
        if sum >= crate::base::money::MINOR_LIMIT {
            return fault("lines.unit_price", "the order's sum is too large".to_owned());
        }
        self.check_references()
    }

    fn check_references(&self) -> Result<(), OrderFault> {
        let known = |id: &str| self.lines.iter().any(|line| line.id == id);
        let unknown = |field, id: &str| {
            Err(OrderFault { field, reason: format!("the order has no line {id:?}") })
        };
        for fee in self.fees.iter().chain(self.refunds.iter().flat_map(|refund| &refund.fees)) {
            if let Some(id) = &fee.line_id
                && !known(id)
            {
                return unknown("fees.line_id", id);
            }
        }
        for (index, refund) in self.refunds.iter().enumerate() {
            if self.refunds[..index].iter().any(|other| other.id == refund.id) {
                return Err(OrderFault {
                    field: "refunds.id",
                    reason: format!("the refund {:?} stands twice", refund.id),
                });
            }
            for line in &refund.lines {
                if !known(&line.line_id) {
                    return unknown("refunds.lines.line_id", &line.line_id);
                }
            }
        }
        Ok(())
    }
}
