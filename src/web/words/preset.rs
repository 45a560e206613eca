//! Words of other tools' definitions.

pub const TITLE: &str = "Others’ figures";
pub const ANSWER: &str = "Your figures by the definitions of other tools, and what lies between \
    theirs and ours.";
pub const OURS: &str = "Ours";
pub const THEIRS: &str = "Theirs";
pub const WHY: &str = "Why";
pub const ALL: &str = "All";
pub const TOOLS: &str = "Tool";
pub const DIFFERENCE: &str = "Difference";
pub const EMPTY: &str = "Nothing to compare yet.";
pub const EMPTY_WHY: &str = "Import orders; their figures stand here by each definition.";
pub const NOTE: &str = "As the vendors publish their definitions. What a definition leaves open \
    stands among the differences. Gift cards sold are in no figure here: selling one is a \
    liability.";

/// `Shopify: net sales`.
pub fn title(tool: &str, figure: &str) -> String {
    format!("{tool}: {figure}")
}

/// A row of theirs.
pub fn row(name: &str) -> &str {
    match name {
        "gross_sales" => "Gross sales",
        "discounts" => "Discounts",
        "coupons" => "Coupons",
        "returns" => "Returns",
        "shipping_charged" => "Shipping charged",
        "taxes" => "Taxes",
        "duties" => "Duties",
        "product_costs" => "Cost of goods",
        "shipping_costs" => "Shipping costs",
        "handling" => "Handling fees",
        "transaction_fees" => "Transaction fees, channel fees among them",
        "tips" => "Tips and other income",
        "ad_spend" => "Ad spend",
        "marketing" => "Marketing",
        "custom_costs" => "Custom costs: period fees and expenses",
        "taxes_collected" => "less taxes collected",
        "sales_taxes" => "less sales taxes",
        "net_sales_with_shipping" => "Net sales, shipping charged among them",
        "fulfilment_costs" => "Fulfilment: shipping and handling",
        other => difference(other).0,
    }
}

/// A difference, and why it is one.
pub fn difference(name: &str) -> (&str, &str) {
    match name {
        "tax_is_not_income" => {
            ("Tax collected", "It is owed to the tax office, so it is no part of our revenue.")
        }
        "duties_are_not_income" => {
            ("Duties collected", "They are handed on, so they are no part of our revenue.")
        }
        "fee_lines" => {
            ("Fee lines, gift wrap", "Charged to the buyer; their definition names no such row.")
        }
        "other_income" => {
            ("Other income", "Tips, fees kept, reimbursements; their definition names no such row.")
        }
        "fx_difference" => {
            ("Exchange differences", "What payouts were really converted at; only ours has it.")
        }
        "discounts_and_returns" => ("Discounts and returns", "Their gross sales are before both."),
        other => (other, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::preset::PRESETS;

    #[test]
    fn every_row_and_difference_has_words() {
        for preset in PRESETS {
            for one in preset.rows {
                assert!(!row(one.name).contains('_'), "{}", one.name);
            }
            for one in preset.differences {
                assert!(!difference(one.name).1.is_empty(), "{}", one.name);
            }
        }
    }
}
