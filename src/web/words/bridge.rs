//! The names of the rows by which our figures and a platform's own differ, as a reader sees them.

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
        "unpaid_orders_counted_by_the_shop" => "Orders not yet paid, which the shop counts",
        "paid_orders_not_counted_by_the_shop" => "Paid orders, which the shop does not count",
        "coupons_rounded_one_by_one" => "Coupons rounded one by one",
        other => return other.replace('_', " "),
    };
    known.to_owned()
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
