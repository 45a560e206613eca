//! Names of the frame of all reports and of the reports about result, products, channels, fees,
//! discounts and refunds.

use super::Entry;

const fn entry(name: &'static str, label: &'static str, text: &'static str) -> Entry {
    Entry { name, label, text }
}

pub const ENTRIES: &[Entry] = &[
    entry("total", "Total", "The sum over all rows, not only those shown, and what no row bears."),
    entry("unallocated", "Borne by no row", "Amounts that belong to no row, such as rent."),
    // Profit and loss.
    entry("period", "Period", "A week from Monday, a month, a quarter or a year of your calendar."),
    entry("state", "State", "Whether the month is closed. Nothing is, until you close it."),
    entry("month_open", "open", "Its figures follow what is known."),
    entry("month_closed", "closed", "Nothing became known of it since it was closed."),
    entry("month_changed", "closed, changed since", "More became known of it since it was closed."),
    entry(
        "adjustments",
        "Adjustments",
        "What became known of closed months since, taken over by the next open month.",
    ),
    entry("of_net_revenue", "Of net revenue", "The amount as a share of net revenue."),
    entry("period_before", "Before", "The same of the period before: as many days, or months."),
    entry("change", "Change", "The period less the one before."),
    entry("change_pct", "Change in %", "The change as a share of what it was before."),
    entry("year_before", "A year ago", "The same of the same days a year ago."),
    entry("change_on_year", "Change on the year", "The period less the same days a year ago."),
    entry("change_on_year_pct", "Change on the year in %", "The change as a share of a year ago."),
    // What rows are told apart by.
    entry("day", "Day", "A day of your calendar, in the time zone of the books."),
    entry("week", "Week", "A week, by its Monday."),
    entry("month", "Month", "A month of your calendar."),
    entry("store", "Store", "The account of a shop or marketplace."),
    entry("channel", "Channel", "The platform on which it was sold, where the source tells."),
    entry("country", "Country", "Where the order was sent, as two letters."),
    entry("group", "Group", "A group of your rules; a SKU belongs to the first that fits."),
    entry("title", "Product", "The name that its last order gave it; the SKU where none did."),
    entry("product", "SKU", "The product’s own number."),
    // Products and channels.
    entry(
        "class",
        "Class",
        "A brings the first 80 % of net revenue, B the next 15 %, C the rest, the largest first.",
    ),
    entry("revenue_share", "Share of revenue", "Net revenue as a share of that of all rows."),
    entry(
        "refund_rate",
        "Came back",
        "Returns as a share of gross sales less discounts in the same days.",
    ),
    entry("rows_sold", "Sold", "How many there are with any figure in these days."),
    entry("losing", "Lost money", "How many of them have a net profit below zero."),
    entry("lost", "Lost together", "The net profit of those that lost money."),
    // Fees.
    entry("kind", "Kind", "The fee as the platform names it, or the payment provider."),
    entry("component", "In the ladder", "The step of the ladder on which it stands."),
    entry("known", "Known", "Whether a table of ours knows the kind."),
    entry(
        "unclassified",
        "unclassified",
        "A kind of fee that no table of ours knows. It is counted, and never guessed into another.",
    ),
    entry("unclassified_fees", "Of unknown kinds", "Fees of kinds that no table of ours knows."),
    entry("orders_bearing", "Orders", "Distinct orders that bear a fee of the kind."),
    entry("amount", "Amount", "What it came to; what takes from you is negative."),
    entry("fee_rate", "Of net revenue", "Fees as a share of net revenue."),
    entry("fees_share", "Of all fees", "The amount as a share of all fees."),
    entry("payment_fee_rate", "Payments", "Payment fees as a share of net revenue."),
    entry("channel_fee_rate", "Channels", "Channel fees as a share of net revenue."),
    entry("by_rule", "by your rule", "No record tells the fee, so your rule for it stands in."),
    entry(
        "by_estimate",
        "by estimate",
        "No record tells the fee, so the marketplace’s own estimate stands in.",
    ),
    entry(
        "all_kinds",
        "all kinds",
        "Too many orders to read the kinds of all. Ask for fewer days.",
    ),
    // Discounts.
    entry("discounted", "Orders", "Whether the sale bore a discount."),
    entry("with_discount", "with a discount", "Orders whose sale bore a discount."),
    entry("without_discount", "without a discount", "Orders whose sale bore none."),
    entry("discount_share", "Given away", "Discounts as a share of gross sales."),
    entry("depth", "Depth", "How much of the order’s gross sales was given away."),
    entry("depth_none", "none", "No discount."),
    entry("depth_to_5", "up to 5 %", "Up to 5 % of gross sales."),
    entry("depth_to_10", "5 to 10 %", "Above 5 % and up to 10 % of gross sales."),
    entry("depth_to_20", "10 to 20 %", "Above 10 % and up to 20 % of gross sales."),
    entry("depth_beyond", "above 20 %", "More than 20 % of gross sales."),
    // Refunds.
    entry("refunds", "Refunds", "How many times something was given back."),
    entry("refunded", "Given back", "Returns with the shipping and services given back."),
    entry(
        "refund_rate_units",
        "Units back",
        "Units that refunds name, as a share of the units sold in the same days.",
    ),
    entry("days_to_refund", "Days to refund", "Days from the order to the refund, on average."),
    entry("cogs_returned", "Goods back", "Cost of what went back on the shelf."),
    entry(
        "fees_returned",
        "Fees back",
        "Fees given back with the refund, less those charged for it.",
    ),
    entry(
        "refund_effect",
        "Taken from profit",
        "What the refunds took from contribution margin on the days that they count on.",
    ),
    entry(
        "fees_kept",
        "Fees kept",
        "The part of the sale’s fees that belongs to what was refunded, and was not given back.",
    ),
    entry(
        "refund_loss",
        "Lost for good",
        "Fees kept, and the cost of goods that did not come back.",
    ),
];
