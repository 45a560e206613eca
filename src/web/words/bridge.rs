//! The names of the rows by which our figures and a platform's own differ, as a reader sees them.

use crate::domain::report::BridgeSource;

/// A row's machine name in words.
pub fn row(name: &str) -> String {
    let known = match name {
        "sales" => "Sales",
        "tax" => "Tax",
        "refunds" => "Refunds",
        "fees" => "Fees",
        "other_income" => "Other income",
        "period_fees" => "Storage and subscriptions",
        "advertising" => "Advertising",
        "timing" => "Charged in another month than spent",
        "withheld_tax" => "Tax withheld",
        "unclassified" => "Kinds that we do not know",
        "fx" => "Converted by the platform",
        "reserves" => "Held back and released",
        "balance" => "Balance carried over",
        "net_sales" => "Net sales",
        "service_income" => "Service income",
        "shipping_income" => "Shipping income",
        "tax_collected" => "Tax collected",
        "discounts" => "Discounts",
        "refunds_with_tax" => "Refunds, with tax",
        "duties_collected" => "Duties collected",
        "tips" => "Tips",
        "tax_not_ours" => "Tax on top of prices",
        "gift_cards" => "Gift cards",
        "other_gateways" => "Paid another way",
        "open" => "Not paid out yet",
        "payout_not_held" => "In payouts of which no file is here",
        "carried_over" => "Left for another deposit",
        "refund_dating" => "Refunds settled in other days",
        "time_zone" => "Day ends in another time zone",
        "cancelled" => "Cancelled after payment",
        "unpaid_orders_counted_by_the_shop" => "Orders not yet paid, which the shop counts",
        "paid_orders_not_counted_by_the_shop" => "Paid orders, which the shop does not count",
        "coupons_rounded_one_by_one" => "Coupons rounded one by one",
        other => return other.replace('_', " "),
    };
    known.to_owned()
}

/// As `row`; the same name may say more where all of an account is told.
pub fn row_of(name: &str, source: BridgeSource) -> String {
    match (name, source) {
        ("timing", BridgeSource::Account) => "Sold and settled in different days".to_owned(),
        ("tax", BridgeSource::Account) => "Tax charged or withheld apart".to_owned(),
        _ => row(name),
    }
}

/// Why a row is there, where its name does not say it all.
pub fn why(name: &str, source: BridgeSource) -> Option<&'static str> {
    let known = match name {
        "gift_cards" => {
            "A gift card is no sale when it is bought, and no money when it is used to pay."
        }
        "other_gateways" => "Their money comes from somebody else.",
        "open" => "Sold in these days and in no payout yet.",
        "timing" if source == BridgeSource::Account => {
            "Sold before and paid out now adds; sold now and paid out later takes away."
        }
        "refund_dating" => "We count a refund when it happened, the platform when it settled.",
        "fx" => "Sold in another currency: what the platform made of it.",
        "time_zone" => "The shop’s day ends at another hour than yours.",
        "cancelled" => "We count them with their refunds, the shop not at all.",
        "tax_not_ours" => "You are not registered for it, so it is in no figure.",
        "coupons_rounded_one_by_one" => "At most one cent an order.",
        "payout_not_held" => "Bring the files of these payouts, and they are paid.",
        "carried_over" => {
            "Rows of these days that another deposit pays, and what was left from before."
        }
        _ => return None,
    };
    Some(known)
}

/// The folded orders of a row.
pub fn orders_behind(count: i64, shown: &str) -> String {
    match count {
        1 => "the order behind it".to_owned(),
        _ => format!("{shown} orders behind it"),
    }
}

/// A figure of a shop's own sales report.
pub fn figure(name: &str) -> String {
    let known = match name {
        "total_sales" => "Total sales",
        "net_sales" => "Net sales",
        "total_tax" => "Tax",
        "total_shipping" => "Shipping",
        "total_discount" => "Discounts",
        "total_refunds" => "Refunds",
        other => return other.replace('_', " "),
    };
    known.to_owned()
}

/// What the page answers: how many statements, and how many do not tie.
pub fn answer(statements: i64, shown: &str, off: i64, off_shown: &str) -> String {
    let statements = match statements {
        1 => "1 statement".to_owned(),
        _ => format!("{shown} statements"),
    };
    match off {
        0 => format!("{statements}; everything ties out to the cent."),
        1 => format!("{statements}; 1 does not tie out."),
        _ => format!("{statements}; {off_shown} do not tie out."),
    }
}

/// The folded rows of a statement.
pub fn made_of(rows: i64, shown: &str) -> String {
    match rows {
        1 => "the row that it is made of".to_owned(),
        _ => format!("the {shown} rows that it is made of"),
    }
}

/// The store stands before the statement where there are several.
pub fn of_store(store: &str, what: &str) -> String {
    format!("{store}, {what}")
}
