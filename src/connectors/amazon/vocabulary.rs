//! Amazon's words and ours: (transaction type, amount type, description) → meaning. One table,
//! the first line that fits wins; what no line fits is unclassified, never guessed.

use crate::domain::record::ChargeClass;

/// What an amount is. Where it stands (on an order, on a refund, on neither) is decided by the
/// row, in `normalise`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    Principal,
    PrincipalDiscount,
    Shipping,
    ShippingDiscount,
    GiftWrap,
    /// On the line; a discount of tax is a negative tax.
    Tax,
    ShippingTax,
    GiftWrapTax,
    /// Given to (or taken from) the buyer beside the parts of a refund.
    Adjustment,
    /// Tax that Amazon keeps back. `remitted`: it pays the sale's tax for the seller.
    Withheld {
        remitted: bool,
    },
    /// A fee of the order, or of the period where no order is named.
    Fee(&'static str),
    /// A reimbursement or another income, of the order or of the period.
    Income(&'static str),
    /// A fee of the period, also where it names an order (removal orders have numbers too).
    PeriodFee(&'static str),
    /// Neither income nor cost of an order.
    Outside(ChargeClass, &'static str),
    Unknown,
}

/// What kind of transaction a row belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Sale,
    Refund,
    Other,
}

impl Side {
    pub fn of(transaction: &str) -> Self {
        match transaction {
            "Order" => Self::Sale,
            "Refund" | "Chargeback Refund" | "A-to-z Guarantee Refund" => Self::Refund,
            _ => Self::Other,
        }
    }
}

#[derive(Clone, Copy)]
enum When {
    Refund,
    /// Sales and refunds.
    Trade,
    Is(&'static str),
    Any,
}

use ChargeClass::{AdvertisingPayment, Balance, PeriodIncome, Tax as TaxCharge};
use Meaning::{
    Adjustment, Fee, GiftWrap, GiftWrapTax, Income, Outside, PeriodFee, Principal,
    PrincipalDiscount, Shipping, ShippingDiscount, ShippingTax, Tax, Withheld,
};
use When::{Any, Is, Refund, Trade};

const OTHER: When = Is("other-transaction");
const FBA: When = Is("FBAFees");
const AMAZON: When = Is("AmazonFees");
const REMITTED: Meaning = Withheld { remitted: true };
const KEPT_BACK: Meaning = Withheld { remitted: false };

/// A trailing `*` fits any rest. More particular lines stand first.
const TABLE: &[(When, &str, &str, Meaning)] = &[
    (Trade, "ItemPrice", "Principal", Principal),
    (Trade, "ItemPrice", "Tax", Tax),
    (Trade, "ItemPrice", "Shipping", Shipping),
    (Trade, "ItemPrice", "ShippingTax", ShippingTax),
    (Trade, "ItemPrice", "GiftWrap", GiftWrap),
    (Trade, "ItemPrice", "GiftWrapTax", GiftWrapTax),
    (Refund, "ItemPrice", "Goodwill", Adjustment),
    (Refund, "ItemPrice", "ReturnShipping", Adjustment),
    (Refund, "ItemPrice", "RestockingFee", Income("restocking_fee")),
    (Trade, "Promotion", "Principal", PrincipalDiscount),
    (Trade, "Promotion", "Shipping", ShippingDiscount),
    (Trade, "Promotion", "TaxDiscount", Tax),
    (Trade, "Points", "*", Fee("points")),
    (Trade, "ItemFees", "Commission", Fee("commission")),
    (Trade, "ItemFees", "RefundCommission", Fee("refund_administration")),
    (Trade, "ItemFees", "FBAPerUnitFulfillmentFee", Fee("fulfilment")),
    (Trade, "ItemFees", "FBAPerOrderFulfillmentFee", Fee("fulfilment")),
    (Trade, "ItemFees", "FBAWeightBasedFee", Fee("fulfilment")),
    (Trade, "ItemFees", "FixedClosingFee", Fee("closing")),
    (Trade, "ItemFees", "VariableClosingFee", Fee("closing")),
    (Trade, "ItemFees", "ShippingChargeback", Fee("shipping_chargeback")),
    (Trade, "ItemFees", "GiftwrapChargeback", Fee("gift_wrap_chargeback")),
    (Trade, "ItemFees", "DigitalServicesFee", Fee("digital_services")),
    (Trade, "ItemFees", "SalesTaxServiceFee", Fee("sales_tax_service")),
    (Trade, "ItemFees", "TechnologyFee", Fee("technology")),
    (Trade, "ItemFees", "RemoteFulfillmentCredit", Fee("remote_fulfilment")),
    (Trade, "ShipmentFees", "FBA transportation fee", Fee("fulfilment")),
    (Any, "ItemWithheldTax", "TCS-*", KEPT_BACK),
    (Trade, "ItemWithheldTax", "*", REMITTED),
    (Any, "ItemWithheldTax", "*", KEPT_BACK),
    (Is("Order_Retrocharge"), "ItemPrice", "*", KEPT_BACK),
    (Is("Refund_Retrocharge"), "ItemPrice", "*", KEPT_BACK),
    (Is("Liquidations"), "ItemPrice", "*", Outside(PeriodIncome, "liquidation")),
    (Is("Liquidations Adjustments"), "ItemPrice", "*", Outside(PeriodIncome, "liquidation")),
    (Is("Liquidations"), "ItemFees", "*", PeriodFee("liquidation_fee")),
    (Is("Transfer"), "*", "*", Outside(Balance, "transfer")),
    (Is("DebtRecovery"), "*", "*", Outside(Balance, "debt_recovery")),
    (Any, "*", "SAFE-T Reimbursement", Income("safe_t_reimbursement")),
    (Is("CouponRedemptionFee"), "*", "*", Fee("coupon_redemption")),
    (Is("Promotion Fee"), "*", "*", PeriodFee("deal")),
    (Is("Vine Enrollment Fee"), "*", "*", PeriodFee("vine")),
    (Is("Seller Rewards"), "*", "*", Outside(PeriodIncome, "seller_rewards")),
    (Is("ServiceFee"), "Cost of Advertising", "TaxAmount", ADVERTISING_TAX),
    (Is("ServiceFee"), "Cost of Advertising", "*", ADVERTISING),
    (Is("ServiceFee"), "Refund for Advertiser", "TaxAmount", ADVERTISING_TAX),
    (Is("ServiceFee"), "Refund for Advertiser", "*", ADVERTISING),
    (Is("ServiceFee"), "Deals", "*", PeriodFee("deal")),
    (AMAZON, "Vine Enrollment Fee", "Tax on fee", PeriodFee("vine_tax")),
    (AMAZON, "Vine Enrollment Fee", "*", PeriodFee("vine")),
    (FBA, "FBA Inventory Storage Fee", "Tax on fee", PeriodFee("storage_tax")),
    (FBA, "FBA Inventory Storage Fee", "*", PeriodFee("storage")),
    (FBA, "FBA Long Term Storage Fee", "Tax on fee", PeriodFee("storage_long_term_tax")),
    (FBA, "FBA Long Term Storage Fee", "*", PeriodFee("storage_long_term")),
    (FBA, "FBA Removal Order*", "Tax on fee", PeriodFee("removal_tax")),
    (FBA, "FBA Removal Order*", "*", PeriodFee("removal")),
    (FBA, "FBA Customer Returns Fee", "Tax on fee", Fee("returns_processing_tax")),
    (FBA, "FBA Customer Returns Fee", "*", Fee("returns_processing")),
    (FBA, "FBA Amazon-Partnered Carrier*", "Tax on fee", PeriodFee("inbound_tax")),
    (FBA, "FBA Amazon-Partnered Carrier*", "*", PeriodFee("inbound")),
    (FBA, "AWD *", "Tax on fee", PeriodFee("awd_tax")),
    (FBA, "AWD *", "*", PeriodFee("awd")),
    (OTHER, "FBA Inventory Reimbursement", "*_CLAWBACK", CLAWBACK),
    (OTHER, "FBA Inventory Reimbursement", "FBAReversedReimbursement", CLAWBACK),
    (OTHER, "FBA Inventory Reimbursement", "*", Income("fba_reimbursement")),
    (OTHER, "MCF Inventory Reimbursement", "*", Income("fba_reimbursement")),
    (OTHER, "Inbound Defect Fee", "*", PeriodFee("inbound_defect")),
    (OTHER, "Capacity Reservation Fee", "Tax", PeriodFee("capacity_reservation_tax")),
    (OTHER, "Capacity Reservation Fee", "*", PeriodFee("capacity_reservation")),
    (OTHER, "*", "FBA Inbound Placement Service Fee", PeriodFee("inbound_placement")),
    (OTHER, "*", "FBAInboundTransportationFee", PeriodFee("inbound")),
    (OTHER, "*", "Inbound Transportation Fee", PeriodFee("inbound")),
    (OTHER, "*", "AGSGlobalInboundTransportation", PeriodFee("inbound")),
    (OTHER, "*", "Storage Fee", PeriodFee("storage")),
    (OTHER, "*", "StorageRenewalBilling", PeriodFee("storage_long_term")),
    (OTHER, "*", "DisposalComplete", PeriodFee("removal")),
    (OTHER, "*", "RemovalComplete", PeriodFee("removal")),
    (OTHER, "*", "Subscription Fee", PeriodFee("subscription")),
    (OTHER, "*", "Paid Services Fee", PeriodFee("paid_services")),
    (OTHER, "*", "Shipping label purchase for return", Fee("return_label")),
    (OTHER, "*", "NonSubscriptionFeeAdj", Fee("fee_adjustment")),
    (OTHER, "*", "MiscAdjustment", Income("adjustment")),
    (OTHER, "*", "BuyerRecharge", Income("buyer_recharge")),
    (OTHER, "*", "Promotion Adjustment", Income("promotion_adjustment")),
    (OTHER, "*", "Income tax charged", Outside(TaxCharge, "income_tax")),
    (OTHER, "*", "Commingling VAT", Outside(TaxCharge, "commingling_vat")),
    (OTHER, "*", "Current Reserve Amount", Outside(Balance, RESERVE)),
    (OTHER, "*", "Previous Reserve Amount*", Outside(Balance, RESERVE)),
    (OTHER, "*", "Payable to Amazon", Outside(Balance, "carried_forward")),
    (OTHER, "*", "Successful charge", Outside(Balance, "card_charge")),
    (OTHER, "*", "Micro Deposit", Outside(Balance, "micro_deposit")),
    (OTHER, "*", "Transfer of funds unsuccessful*", Outside(Balance, "failed_transfer")),
];

const ADVERTISING: Meaning = Outside(AdvertisingPayment, "advertising");
const ADVERTISING_TAX: Meaning = Outside(AdvertisingPayment, "advertising_tax");
const CLAWBACK: Meaning = Income("fba_reimbursement_clawback");
/// Money that Amazon holds back, and gives back with the next settlement.
pub const RESERVE: &str = "reserve";

/// The meaning of Amazon's three words.
pub fn find(transaction: &str, amount_type: &str, description: &str) -> Meaning {
    let side = Side::of(transaction);
    TABLE
        .iter()
        .find(|(when, kind, word, _)| {
            let applies = match when {
                Refund => side == Side::Refund,
                Trade => side != Side::Other,
                Is(name) => transaction == *name,
                Any => true,
            };
            applies && fits(kind, amount_type) && fits(word, description)
        })
        .map_or(Meaning::Unknown, |(.., meaning)| *meaning)
}

/// One `*`, at the beginning or the end, fits anything.
fn fits(pattern: &str, text: &str) -> bool {
    if let Some(end) = pattern.strip_prefix('*') {
        return text.ends_with(end);
    }
    match pattern.strip_suffix('*') {
        Some(beginning) => text.starts_with(beginning),
        None => text == pattern,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_that_fits_decides() {
        let other = "other-transaction";
        let check = |words: [&str; 3], meaning: Meaning| {
            assert_eq!(find(words[0], words[1], words[2]), meaning, "{words:?}");
        };
        check(["Order", "ItemPrice", "Principal"], Principal);
        check(["Chargeback Refund", "ItemPrice", "Tax"], Tax);
        check(["Order", "ItemPrice", "Goodwill"], Meaning::Unknown);
        check(["Refund", "ItemWithheldTax", "MarketplaceFacilitatorVAT-Principal"], REMITTED);
        check(["Order", "ItemWithheldTax", "TCS-IGST"], KEPT_BACK);
        check(["Order_Retrocharge", "ItemPrice", "ShippingTax"], KEPT_BACK);
        check([other, "FBA Inventory Reimbursement", "COMPENSATED_CLAWBACK"], CLAWBACK);
        check([other, "FBA Inventory Reimbursement", "SOMETHING_NEW"], Income("fba_reimbursement"));
        check(
            [other, other, "Transfer of funds unsuccessful: we could not reach your bank"],
            Outside(Balance, "failed_transfer"),
        );
        check([other, other, "Storage Fees"], Meaning::Unknown);
        check(["FBAFees", "FBA Removal Order: Disposal Fee", "Base fee"], PeriodFee("removal"));
        check(["ServiceFee", "Something", "TransactionTotalAmount"], Meaning::Unknown);
    }

    #[test]
    fn no_line_of_the_table_is_hidden_behind_an_earlier_one() {
        for (index, (when, kind, word, meaning)) in TABLE.iter().enumerate() {
            let transaction = match when {
                Refund => "Refund",
                Trade => "Order",
                Is(name) => name,
                Any => "Some transaction",
            };
            let example = |pattern: &str| pattern.replace('*', "Any word");
            let found = find(transaction, &example(kind), &example(word));
            assert_eq!(found, *meaning, "line {index}: {kind} / {word}");
        }
    }
}
