//! Names of the reports about customers, times, countries, ad spend and goals.

use super::Entry;

const fn entry(name: &'static str, label: &'static str, text: &'static str) -> Entry {
    Entry { name, label, text }
}

pub const ENTRIES: &[Entry] = &[
    // Times.
    entry("weekday", "Weekday", "The weekday in the time zone of your books."),
    entry("hour", "Hour", "The hour at which orders were placed, in the time zone of your books."),
    entry("monday", "Monday", "Orders placed on Mondays."),
    entry("tuesday", "Tuesday", "Orders placed on Tuesdays."),
    entry("wednesday", "Wednesday", "Orders placed on Wednesdays."),
    entry("thursday", "Thursday", "Orders placed on Thursdays."),
    entry("friday", "Friday", "Orders placed on Fridays."),
    entry("saturday", "Saturday", "Orders placed on Saturdays."),
    entry("sunday", "Sunday", "Orders placed on Sundays."),
    // From gross to net.
    entry("step", "Step", "A step between gross sales and net profit."),
    entry("running_sum", "Running sum", "All steps so far; the last is the net profit."),
    // Countries.
    entry(
        "share_of_net_revenue",
        "Share of net revenue",
        "Net revenue of the row as a share of all of it.",
    ),
    // Customers.
    entry(
        "returning_customers",
        "Returning customers",
        "Buyers with an order in the month that is not their first. One who comes back in two \
         months stands in both and once in the total.",
    ),
    entry("new_orders", "Orders of new", "First orders of their buyers, in any store."),
    entry("returning_orders", "Orders of returning", "Orders whose buyer had ordered before."),
    entry("unknown_orders", "Orders without buyer", "Orders that name no buyer."),
    entry(
        "returning_share",
        "Share of returning",
        "Orders of returning customers as a share of all orders that name a buyer.",
    ),
    entry("new_net_revenue", "Net revenue of new", "Net revenue of first orders."),
    entry(
        "returning_net_revenue",
        "Net revenue of returning",
        "Net revenue of orders whose buyer had ordered before.",
    ),
    entry(
        "unknown_net_revenue",
        "Net revenue without buyer",
        "Net revenue of orders that name no buyer.",
    ),
    entry("new_contribution_margin", "Contribution of new", "Contribution margin of first orders."),
    entry(
        "returning_contribution_margin",
        "Contribution of returning",
        "Contribution margin of orders whose buyer had ordered before.",
    ),
    entry(
        "unknown_contribution_margin",
        "Contribution without buyer",
        "Contribution margin of orders that name no buyer.",
    ),
    // Cohorts.
    entry(
        "cohort",
        "First order in",
        "The month of a customer’s first counted order in any store.",
    ),
    entry("customers", "Customers", "Buyers whose first counted order lies in the month."),
    entry(
        "repeat_rate",
        "Repeat rate",
        "The share of these customers who ordered again until the end of the days shown.",
    ),
    entry(
        "ltv",
        "Worth of a customer",
        "LTV: what the customers of the row brought so far, as contribution margin, per customer.",
    ),
    entry(
        "payback_month",
        "Paid back after",
        "Months after the first by whose end the customers brought as contribution margin what \
         the advertising of their first month cost. A dash where they have not yet, or where \
         nothing was spent.",
    ),
    // Ad spend.
    entry("platform", "Platform", "Where the advertising ran."),
    entry("campaign", "Campaign", "The campaign as its platform names it."),
    entry("spend_source", "Told by", "An ad report, or what was deducted from payouts."),
    entry("ad_report", "Ad report", "A file of the advertising platform told it."),
    entry("deducted", "Payouts", "It was deducted from payouts, and no ad report tells it."),
    entry("unborne_ad_spend", "Borne by no order", "The part of the spend that no order can bear."),
    entry("attributed_orders", "Orders", "Orders that name the campaign."),
    entry(
        "attributed_net_revenue",
        "Net revenue",
        "Net revenue of the orders that name the campaign. A dash where no order does.",
    ),
    entry(
        "attributed_contribution_margin",
        "Contribution",
        "Contribution margin of the orders that name the campaign.",
    ),
    entry(
        "attributed_after_ads",
        "Left after ads",
        "What these orders bring less what the campaign cost.",
    ),
    // Goals.
    entry("net_profit_goal", "Goal", "The net profit that you set for the month."),
    entry("net_profit_reached", "Reached", "Net profit so far as a share of its goal."),
    entry(
        "net_profit_outlook",
        "At this pace",
        "Net profit of the days that are over, carried on to the end of the month. An estimate.",
    ),
    entry("net_revenue_goal", "Goal", "The net revenue that you set for the month."),
    entry("net_revenue_reached", "Reached", "Net revenue so far as a share of its goal."),
    entry(
        "net_revenue_outlook",
        "At this pace",
        "Net revenue of the days that are over, carried on to the end of the month. An estimate.",
    ),
    entry("orders_goal", "Goal", "The orders that you set for the month."),
    entry("orders_reached", "Reached", "Orders so far as a share of their goal."),
    entry(
        "orders_outlook",
        "At this pace",
        "Orders of the days that are over, carried on to the end of the month. An estimate.",
    ),
];

macro_rules! months {
    ($($name:literal $label:literal,)*) => {
        /// What a customer is worth by months after the first.
        pub const LTV: &[Entry] = &[$(entry(
            $name,
            $label,
            "Contribution margin per customer, from the first order to the end of this month \
             after it; 0 is the month of the first order. Marked as estimated while the month \
             is not over.",
        ),)*];
    };
}

months! {
    "ltv_0" "Month 0",
    "ltv_1" "Month 1",
    "ltv_2" "Month 2",
    "ltv_3" "Month 3",
    "ltv_4" "Month 4",
    "ltv_5" "Month 5",
    "ltv_6" "Month 6",
    "ltv_7" "Month 7",
    "ltv_8" "Month 8",
    "ltv_9" "Month 9",
    "ltv_10" "Month 10",
    "ltv_11" "Month 11",
    "ltv_12" "Month 12",
    "ltv_13" "Month 13",
    "ltv_14" "Month 14",
    "ltv_15" "Month 15",
    "ltv_16" "Month 16",
    "ltv_17" "Month 17",
    "ltv_18" "Month 18",
    "ltv_19" "Month 19",
    "ltv_20" "Month 20",
    "ltv_21" "Month 21",
    "ltv_22" "Month 22",
    "ltv_23" "Month 23",
    "ltv_24" "Month 24",
}
