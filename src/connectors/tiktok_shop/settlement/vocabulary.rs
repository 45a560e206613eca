//! The settlement's columns and types of transactions, and what each is to us. What stands in no
//! table is counted as unclassified and told, never guessed.

use crate::domain::record::{ChargeClass, FeeClass};

/// What an amount's column is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    Fee(FeeClass, &'static str),
    /// What the buyer paid for shipping, or got back of it.
    BuyerShipping,
    /// It repeats or explains others and is part of no sum.
    Memo,
}

use FeeClass::{Advertising, Channel, Payment, ShippingCost};
use Meaning::{BuyerShipping, Fee, Memo};

/// Names as `sheet::normal` writes them; a trailing `*` fits any rest.
const COLUMNS: &[(&str, Meaning)] = &[
    ("customer-paid shipping fee*", BuyerShipping),
    ("customer paid shipping fee*", BuyerShipping),
    ("customer shipping fee", BuyerShipping),
    ("shipping fee paid by the customer", BuyerShipping),
    ("refunded customer shipping fee*", BuyerShipping),
    ("refund customer shipping fee", BuyerShipping),
    ("actual shipping fee", Fee(ShippingCost, "shipping")),
    ("seller shipping fee", Memo),
    ("tiktok shop shipping fee", Fee(ShippingCost, "shipping")),
    ("fulfilled by tiktok shop shipping fee", Fee(ShippingCost, "shipping")),
    ("shipping costs passed on to the logistics provider", Fee(ShippingCost, "shipping")),
    ("signature confirmation fee", Fee(ShippingCost, "signature_confirmation")),
    ("shipping insurance fee", Fee(ShippingCost, "shipping_insurance")),
    ("platform shipping fee discount", Fee(ShippingCost, "shipping_subsidy")),
    ("tiktok shop shipping incentive*", Fee(ShippingCost, "shipping_subsidy")),
    ("promo shipping incentive", Fee(ShippingCost, "shipping_subsidy")),
    ("shipping fee subsidy", Fee(ShippingCost, "shipping_subsidy")),
    ("shipping subsidy", Fee(ShippingCost, "shipping_subsidy")),
    ("customer shipping fee offset", Fee(ShippingCost, "shipping_subsidy")),
    ("actual return shipping fee", Fee(ShippingCost, "return_shipping")),
    ("return shipping fee", Fee(ShippingCost, "return_shipping")),
    ("return shipping label fee", Fee(ShippingCost, "return_shipping")),
    ("fbt fulfillment fee*", Fee(Channel, "fulfilment")),
    ("fbt shipping cost", Fee(Channel, "fulfilment")),
    ("tiktok shop commission fee", Fee(Channel, "commission")),
    ("commission fee", Fee(Channel, "commission")),
    ("platform commission*", Fee(Channel, "commission")),
    ("referral fee", Fee(Channel, "commission")),
    ("sales tax on referral fee*", Fee(Channel, "commission_tax")),
    ("refund administration fee", Fee(Channel, "refund_administration")),
    ("transaction fee", Fee(Payment, "transaction")),
    ("credit card handling fee", Fee(Payment, "transaction")),
    // The same cost before the creator's income tax is withheld.
    ("affiliate commission before pit*", Memo),
    ("affiliate commission", Fee(Channel, "affiliate_commission")),
    ("affiliate partner commission", Fee(Channel, "affiliate_commission")),
    ("affiliate commission deposit", Fee(Channel, "affiliate_commission")),
    ("affiliate commission refund", Fee(Channel, "affiliate_commission")),
    ("affiliate shop ads commission", Fee(Advertising, "affiliate_ads_commission")),
    ("affiliate partner shop ads commission", Fee(Advertising, "affiliate_ads_commission")),
    ("affiliate ads commission", Fee(Advertising, "affiliate_ads_commission")),
    ("sfp service fee", Fee(Channel, "sfp_service")),
    ("fee per item sold", Fee(Channel, "per_item")),
    ("live specials service fee", Fee(Channel, "live_specials")),
    ("voucher xtra service fee", Fee(Channel, "voucher_xtra")),
    ("bonus cashback service fee", Fee(Channel, "bonus_cashback")),
    ("dynamic commission", Fee(Channel, "dynamic_commission")),
    ("order processing fee", Fee(Channel, "order_processing")),
    ("flash sales service fee", Fee(Channel, "flash_sale")),
    ("seller co-funded voucher discount*", Memo),
    ("platform discount*", Memo),
    ("platform co-funded voucher discount*", Memo),
    ("subtotal after seller discounts", Memo),
    ("refund subtotal after seller discounts", Memo),
    ("subtotal of fees*", Memo),
    ("shipping fee", Memo),
    ("customer payment", Memo),
    ("customer refund", Memo),
    ("customer-paid sales tax*", Memo),
    ("sales tax payment", Memo),
    ("sales tax refund", Memo),
    ("sales tax", Memo),
    ("retail delivery fee*", Memo),
    ("product name", Memo),
    ("sku name", Memo),
    ("payment id", Memo),
    ("status", Memo),
    ("order delivery date", Memo),
    ("delivery option", Memo),
    ("collection methods", Memo),
    ("chargeable package weight", Memo),
    ("estimated package weight", Memo),
    ("actual package weight", Memo),
    ("adjustment reason*", Memo),
    ("order source", Memo),
];

/// `name` as `sheet::normal` writes it; what stands in brackets at its end says nothing.
pub fn find_column(name: &str) -> Option<Meaning> {
    let name = name.split(" (").next().unwrap_or(name);
    let line = COLUMNS.iter().find(|(pattern, _)| match pattern.strip_suffix('*') {
        Some(beginning) => name.starts_with(beginning),
        None => name == *pattern,
    });
    line.map(|(_, meaning)| *meaning)
}

/// What a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowKind {
    /// Sold or given back.
    Trade,
    /// An adjustment: of an order where one is named, else of the period.
    Other {
        class: FeeClass,
        kind: &'static str,
    },
    Outside(ChargeClass, &'static str),
    Unknown,
}

use ChargeClass::{AdvertisingPayment, Balance, Tax};
use RowKind::{Other, Outside, Trade};

const fn other(kind: &'static str) -> RowKind {
    Other { class: FeeClass::OtherIncome, kind }
}

/// The first word that a type holds decides.
const TYPES: &[(&str, RowKind)] = &[
    ("gmv payment", Outside(AdvertisingPayment, "advertising")),
    ("tiktok ads", Outside(AdvertisingPayment, "advertising")),
    ("quảng cáo tiktok", Outside(AdvertisingPayment, "advertising")),
    ("reserve", Outside(Balance, "reserve")),
    ("withdraw", Outside(Balance, "transfer")),
    ("payout", Outside(Balance, "transfer")),
    ("deduction repayment", Outside(Balance, "transfer")),
    ("tax", Outside(Tax, "tax")),
    ("logistics reimbursement", other("reimbursement")),
    ("reimbursement", other("reimbursement")),
    ("compensation", other("reimbursement")),
    ("rebate", other("subsidy")),
    ("subsid", other("subsidy")),
    ("incentive", other("subsidy")),
    ("bonus", other("subsidy")),
    ("penalty", Other { class: Channel, kind: "penalty" }),
    ("violation", Other { class: Channel, kind: "penalty" }),
    ("sample", Other { class: Channel, kind: "samples" }),
    ("commission", Other { class: Channel, kind: "commission" }),
    ("shipping", Other { class: ShippingCost, kind: "shipping_adjustment" }),
    ("platform adjustment", other("adjustment")),
];

pub fn find_type(type_: &str) -> RowKind {
    let name = type_.trim().to_lowercase();
    if ["order", "refund", "order refund", "đơn hàng", "hoàn tiền"].contains(&name.as_str()) {
        return Trade;
    }
    TYPES.iter().find(|(word, _)| name.contains(word)).map_or(RowKind::Unknown, |(_, kind)| *kind)
}

/// `Some new fee (a note)` → `some_new_fee`.
pub fn kind_of(name: &str) -> String {
    let name = name.split(" (").next().unwrap_or(name).trim().to_lowercase();
    name.chars().take(60).map(|c| if c.is_alphanumeric() { c } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_of_a_table_is_hidden_behind_an_earlier_one() {
        for (pattern, meaning) in COLUMNS {
            assert_eq!(find_column(&pattern.replace('*', "")), Some(*meaning), "{pattern}");
        }
        for (word, kind) in TYPES {
            assert_eq!(find_type(word), *kind, "{word}");
        }
    }

    #[test]
    fn a_type_is_told_by_a_word_in_it() {
        assert_eq!(find_type("Order"), Trade);
        let ads = Outside(AdvertisingPayment, "advertising");
        assert_eq!(find_type("GMV Payment for TikTok Ads"), ads);
        assert_eq!(find_type("Logistics reimbursement"), other("reimbursement"));
        assert_eq!(find_type("Something new"), RowKind::Unknown);
        assert_eq!(find_column("referral fee (5%)"), Some(Fee(Channel, "commission")));
        assert_eq!(kind_of("Some new fee (a note)"), "some_new_fee");
    }
}
