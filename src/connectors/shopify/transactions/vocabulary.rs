//! The types of Shopify Payments' transactions and what each is to us. One table; a reversal is
//! what it reverses, with the other sign; what no line names is unclassified, never guessed.

use crate::domain::record::{ChargeClass, FeeClass};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// What the buyer paid for an order.
    Charge,
    /// What the seller gave back, or got back of it.
    Refund,
    /// What a bank took back for its buyer, or gave back after all.
    Chargeback,
    /// A fee for that.
    ChargebackFee,
    /// Of the order where one is named, of the period where none is. `class` is the order's.
    Other {
        class: FeeClass,
        kind: &'static str,
    },
    /// Never of an order.
    Outside(ChargeClass, &'static str),
    Unknown,
}

use ChargeClass::{AdvertisingPayment, Balance, PeriodFee, PeriodIncome, Tax};
use Meaning::{Charge, Chargeback, ChargebackFee, Outside, Refund};

const fn income(kind: &'static str) -> Meaning {
    Meaning::Other { class: FeeClass::OtherIncome, kind }
}

const fn fee(kind: &'static str) -> Meaning {
    Meaning::Other { class: FeeClass::Channel, kind }
}

const fn label(kind: &'static str) -> Meaning {
    Meaning::Other { class: FeeClass::ShippingCost, kind }
}

/// A trailing `*` fits any rest; more particular lines stand first.
const TABLE: &[(&str, Meaning)] = &[
    ("charge", Charge),
    ("charge_adjustment", Charge),
    // Shopify pays in what the buyer paid with Shop Cash, and takes its part of a refund.
    ("shop_cash_credit", Charge),
    ("shop_cash_refund_debit", Refund),
    ("refund", Refund),
    ("refund_failure", Refund),
    ("refund_adjustment", Refund),
    ("chargeback_fee*", ChargebackFee),
    ("chargeback_protection_*", income("chargeback_protection")),
    ("chargeback*", Chargeback),
    ("dispute*", Chargeback),
    ("risk_*", Chargeback),
    ("adjustment", income("adjustment")),
    ("seller_protection_credit", income("seller_protection")),
    ("merchant_goodwill_credit", income("goodwill")),
    ("promotion_credit", income("promotion_credit")),
    ("channel_promotion_credit", income("promotion_credit")),
    ("marketplace_fee_credit", income("marketplace_fee_credit")),
    ("anomaly_*", income("correction")),
    ("shipping_label*", label("shipping_label")),
    ("shipping_*", label("shipping_adjustment")),
    ("customs_duty*", fee("customs_duty")),
    ("import_tax*", fee("import_tax")),
    ("referral_fee*", fee("referral")),
    ("stripe_fee", fee("processing")),
    ("application_fee_refund", fee("application")),
    ("ach_bank_failure*", Outside(PeriodFee, "failed_debit")),
    ("billing_debit", Outside(PeriodFee, "shopify_bill")),
    ("shop_cash_billing_debit", Outside(PeriodFee, "shop_cash_bill")),
    ("shop_cash_campaign_billing_*", Outside(AdvertisingPayment, "shop_campaigns")),
    ("ads_publisher_credit", Outside(PeriodIncome, "ads_publisher")),
    ("tax_adjustment_*", Outside(Tax, "tax_adjustment")),
    ("vat_refund_credit", Outside(Tax, "vat_refund")),
    ("reserve*", Outside(Balance, "reserve")),
    ("lending_*", Outside(Balance, "capital")),
    ("advance*", Outside(Balance, "advance")),
    ("balance_transfer_*", Outside(Balance, "transfer")),
    ("transfer*", Outside(Balance, "transfer")),
    ("payout*", Outside(Balance, "transfer")),
    ("collections_credit", Outside(Balance, "collections")),
];

/// `type_` as the file writes it.
pub fn find(type_: &str) -> Meaning {
    let name = type_.trim().to_lowercase().replace([' ', '-'], "_");
    let named = |name: &str| {
        let line = TABLE.iter().find(|(pattern, _)| match pattern.strip_suffix('*') {
            Some(beginning) => name.starts_with(beginning),
            None => name == *pattern,
        });
        line.map(|(_, meaning)| *meaning)
    };
    let reversed = || name.strip_suffix("_reversal").and_then(named);
    named(&name).or_else(reversed).unwrap_or(Meaning::Unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_known_in_each_of_its_spellings() {
        for (type_, meaning) in [
            ("charge", Charge),
            ("Chargeback", Chargeback),
            ("chargeback won", Chargeback),
            ("chargeback_fee_refund", ChargebackFee),
            ("dispute_reversal", Chargeback),
            ("shop_cash_credit_reversal", Charge),
            ("seller_protection_credit_reversal", income("seller_protection")),
            ("SHIPPING_LABEL_ADJUSTMENT", label("shipping_label")),
            ("reserved_funds_withdrawal", Outside(Balance, "reserve")),
            ("something_new", Meaning::Unknown),
        ] {
            assert_eq!(find(type_), meaning, "{type_}");
        }
    }

    #[test]
    fn no_line_of_the_table_is_hidden_behind_an_earlier_one() {
        for (pattern, meaning) in TABLE {
            assert_eq!(find(&pattern.replace('*', "x")), *meaning, "{pattern}");
        }
    }
}
