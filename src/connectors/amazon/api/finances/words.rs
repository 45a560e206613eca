//! The words of a transaction's breakdown in the words of a settlement, so that one table
//! (`amazon/vocabulary.rs`) says what both mean. What stands in neither is unclassified there.

use super::wire::Breakdown;
use crate::connectors::amazon::api::wire::Amount;

/// Transaction, amount type, description, as settlements write them.
pub type Words = (String, String, String);

/// What a name is; the first line that fits wins. A `*` at an end fits anything; an empty
/// transaction is that of the transaction's own type, an empty description the name itself.
const TABLE: &[(&str, &str, &str, &str)] = &[
    ("OurPricePrincipal", "", "ItemPrice", "Principal"),
    ("OurPriceTax", "", "ItemPrice", "Tax"),
    ("OurPriceDiscount", "", "Promotion", "Principal"),
    ("OurPriceTaxDiscount", "", "Promotion", "TaxDiscount"),
    ("ShippingPrincipal", "", "ItemPrice", "Shipping"),
    ("ShippingTaxDiscount", "", "Promotion", "TaxDiscount"),
    ("ShippingTax", "", "ItemPrice", "ShippingTax"),
    ("ShippingDiscount", "", "Promotion", "Shipping"),
    ("GiftwrapPrincipal", "", "ItemPrice", "GiftWrap"),
    ("GiftwrapTax", "", "ItemPrice", "GiftWrapTax"),
    ("GoodwillPrincipal", "", "ItemPrice", "Goodwill"),
    ("RestockingDeductionPrincipal", "", "ItemPrice", "RestockingFee"),
    ("RestockingDeductionTax", "", "ItemPrice", "Tax"),
    ("ReturnShippingPrincipal", "", "ItemPrice", "ReturnShipping"),
    ("MarketplaceFacilitator*", "", "ItemWithheldTax", ""),
    ("LowValueGoods*", "", "ItemWithheldTax", ""),
    ("TCS-*", "", "ItemWithheldTax", ""),
    ("Commission", "", "ItemFees", ""),
    ("RefundCommission", "", "ItemFees", ""),
    ("FBAPerUnitFulfillmentFee", "", "ItemFees", ""),
    ("FBAPerOrderFulfillmentFee", "", "ItemFees", ""),
    ("FBAWeightBasedFee", "", "ItemFees", ""),
    ("FixedClosingFee", "", "ItemFees", ""),
    ("VariableClosingFee", "", "ItemFees", ""),
    ("ShippingChargeback", "", "ItemFees", ""),
    ("GiftwrapChargeback", "", "ItemFees", ""),
    ("DigitalServicesFee", "", "ItemFees", ""),
    ("SalesTaxServiceFee", "", "ItemFees", ""),
    ("TechnologyFee", "", "ItemFees", ""),
    ("RemoteFulfillmentCredit", "", "ItemFees", ""),
    ("FBAStorageFee", "FBAFees", "FBA Inventory Storage Fee", "Base fee"),
    ("FBALongTermStorageFee", "FBAFees", "FBA Long Term Storage Fee", "Base fee"),
    ("FBARemovalFee", "FBAFees", "FBA Removal Order: Return Fee", "Base fee"),
    ("FBADisposalFee", "FBAFees", "FBA Removal Order: Disposal Fee", "Base fee"),
    ("CustomerReturnHRRUnitFee", "FBAFees", "FBA Customer Returns Fee", "Base fee"),
    ("FBAInboundTransportationFee", OTHER, OTHER, ""),
    ("FBAInboundTransportationProgramFee", OTHER, OTHER, "FBAInboundTransportationFee"),
    ("FBAInboundConvenienceFee", OTHER, OTHER, "FBA Inbound Placement Service Fee"),
    ("Subscription", OTHER, OTHER, "Subscription Fee"),
    ("SubscriptionFee", OTHER, OTHER, "Subscription Fee"),
    ("PaidServicesFee", OTHER, OTHER, "Paid Services Fee"),
    ("CouponParticipationFee", "CouponRedemptionFee", "CouponParticipationFee", ""),
    ("CouponPerformanceFee", "CouponRedemptionFee", "CouponPerformanceFee", ""),
    ("AdvertisingFee", "ServiceFee", "Cost of Advertising", "TransactionTotalAmount"),
    ("AdvertisingFeeRefund", "ServiceFee", "Refund for Advertiser", "TransactionTotalAmount"),
    ("FBAInventoryReimbursement", OTHER, "FBA Inventory Reimbursement", ""),
    ("FBAReversedReimbursement", OTHER, "FBA Inventory Reimbursement", ""),
    ("ReserveCredit", OTHER, OTHER, "Previous Reserve Amount Balance"),
    ("ReserveDebit", OTHER, OTHER, "Current Reserve Amount"),
    ("RecommerceLiquidation", "Liquidations", "ItemPrice", "Principal"),
];

/// The same of what stands undivided in place of its parts.
const UNDIVIDED: &[(&str, &str, &str)] = &[
    ("ProductCharges", "ItemPrice", "Principal"),
    ("Principal", "ItemPrice", "Principal"),
    // As Amazon's own example spells it.
    ("Principle", "ItemPrice", "Principal"),
    ("Shipping", "ItemPrice", "Shipping"),
    ("Giftwrap", "ItemPrice", "GiftWrap"),
    ("Tax", "ItemPrice", "Tax"),
    ("PromoRebates", "Promotion", "Principal"),
];

const OTHER: &str = "other-transaction";
/// What a fee is made of: its whole is what counts.
const OF_A_FEE: [&str; 5] = ["Base", "Tax", "Promo", "Discount", "Rebate"];
/// Breakdowns within breakdowns.
const DEPTH_MAX: usize = 12;

/// The settlement's word for a type of transaction.
pub fn transaction_of(kind: &str) -> &str {
    match kind {
        "Shipment" => "Order",
        "Chargeback" => "Chargeback Refund",
        "GuaranteeClaim" => "A-to-z Guarantee Refund",
        "Retrocharge" => "Order_Retrocharge",
        "RemovalShipment" => "Liquidations",
        "MiscellaneousLedgerAdjustment" => OTHER,
        other => other,
    }
}

/// Each amount of a tree that means something by itself, with its words.
pub fn flatten<'a>(
    kind: &str,
    nodes: &'a [Breakdown],
    found: &mut Vec<(Words, &'a Amount)>,
) -> Result<(), &'static str> {
    walk((kind, 0), nodes, found)
}

fn walk<'a>(
    (kind, depth): (&str, usize),
    nodes: &'a [Breakdown],
    found: &mut Vec<(Words, &'a Amount)>,
) -> Result<(), &'static str> {
    if depth > DEPTH_MAX {
        return Err("the breakdowns go too deep");
    }
    for node in nodes {
        let name = node.breakdown_type.as_deref().unwrap_or_default().replace(' ', "");
        let name = name.as_str();
        let parts = &node.breakdowns.0;
        let is_part_of_fee = |part: &Breakdown| {
            OF_A_FEE.contains(&part.breakdown_type.as_deref().unwrap_or_default())
        };
        let known = find(kind, name);
        if known.is_none() && !parts.is_empty() && !parts.iter().all(is_part_of_fee) {
            walk((kind, depth + 1), parts, found)?;
            continue;
        }
        let Some(amount) = &node.breakdown_amount else {
            return Err("a part has no amount");
        };
        found.push((known.unwrap_or_else(|| unknown(kind, name)), amount));
    }
    Ok(())
}

fn find(kind: &str, name: &str) -> Option<Words> {
    let fits = |pattern: &str| match pattern.strip_suffix('*') {
        Some(beginning) => name.starts_with(beginning),
        None => name == pattern,
    };
    let (_, transaction, amount_type, description) =
        TABLE.iter().find(|(pattern, ..)| fits(pattern))?;
    let transaction = if transaction.is_empty() { transaction_of(kind) } else { transaction };
    let description = if description.is_empty() { name } else { description };
    Some((transaction.to_owned(), (*amount_type).to_owned(), description.to_owned()))
}

/// In the words of the transaction itself.
fn unknown(kind: &str, name: &str) -> Words {
    let transaction = transaction_of(kind).to_owned();
    let trade = ["Order", "Refund"].contains(&transaction.as_str());
    if let Some((_, amount_type, description)) =
        UNDIVIDED.iter().find(|(known, ..)| trade && *known == name)
    {
        return (transaction, (*amount_type).to_owned(), (*description).to_owned());
    }
    let (amount_type, description) = match kind {
        "Retrocharge" => ("ItemPrice", name),
        "MiscellaneousLedgerAdjustment" => (OTHER, "MiscAdjustment"),
        "RemovalShipment" => ("ItemFees", name),
        _ if trade => ("ItemFees", name),
        _ => ("", name),
    };
    (transaction, amount_type.to_owned(), description.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connectors::amazon::vocabulary::{self, Meaning};
    use crate::domain::record::ChargeClass;

    fn meaning(kind: &str, name: &str) -> Meaning {
        let (transaction, amount_type, description) =
            find(kind, name).unwrap_or_else(|| unknown(kind, name));
        vocabulary::find(&transaction, &amount_type, &description)
    }

    #[test]
    fn every_name_of_the_table_means_something_in_a_settlement() {
        for (name, ..) in TABLE {
            let name = name.replace('*', "Principal");
            for kind in ["Shipment", "Refund"] {
                // Goodwill is of refunds alone.
                let only_refund = ["Goodwill", "Restocking", "ReturnShipping"];
                let is_odd = only_refund.iter().any(|start| name.starts_with(start));
                if kind == "Refund" || !is_odd {
                    assert_ne!(meaning(kind, &name), Meaning::Unknown, "{kind} {name}");
                }
            }
        }
    }

    #[test]
    fn account_transactions_mean_what_settlements_call_them() {
        for (kind, name, expected) in [
            ("ServiceFee", "FBAStorageFee", Meaning::PeriodFee("storage")),
            ("ServiceFee", "Subscription", Meaning::PeriodFee("subscription")),
            ("FBAInventoryReimbursement", "FBAInventoryReimbursement", INCOME),
            ("FBAInventoryReimbursement", "FBAReversedReimbursement", CLAWBACK),
            ("Transfer", "FundTransfer", Meaning::Outside(ChargeClass::Balance, "transfer")),
            ("Retrocharge", "BaseTax", Meaning::Withheld { remitted: false }),
            ("MiscellaneousLedgerAdjustment", "Other", Meaning::Income("adjustment")),
            ("Adjustment", "SomethingNew", Meaning::Unknown),
            ("Shipment", "SomeNewFee", Meaning::Unknown),
            ("Shipment", "ProductCharges", Meaning::Principal),
        ] {
            assert_eq!(meaning(kind, name), expected, "{kind} {name}");
        }
    }

    const INCOME: Meaning = Meaning::Income("fba_reimbursement");
    const CLAWBACK: Meaning = Meaning::Income("fba_reimbursement_clawback");
}
