//! Names of the reports about stock: what there is, what it is worth, what to order.

use super::Entry;

const fn entry(name: &'static str, label: &'static str, text: &'static str) -> Entry {
    Entry { name, label, text }
}

pub const ENTRIES: &[Entry] = &[
    entry(
        "on_hand",
        "On hand",
        "Units that lie somewhere: what was counted, and what moved since.",
    ),
    entry("held", "Held", "Units that orders have a claim on and that have not left yet."),
    entry(
        "available",
        "Free",
        "On hand where it may be offered, less what orders hold. Below zero more was sold than \
         there is.",
    ),
    entry("incoming", "Coming", "Units on their way between places."),
    entry(
        "velocity",
        "A day",
        "Units sold a day over the last 28 days, those days left out on which there was nothing \
         to sell. A guess while fewer than 7 days count.",
    ),
    entry("days_of_cover", "Cover", "For how many days the free units last at this pace."),
    entry(
        "stock_age_days",
        "Age",
        "Days since the oldest unit that is left came, if the oldest always leave first.",
    ),
    entry(
        "stock_value",
        "Value",
        "What the units cost: by the layers of receipts that are left, or by the cost of the day.",
    ),
    entry("standing", "Stands", "Whether there is plenty, little, nothing, or less than promised."),
    entry("stock_plenty", "plenty", "It lasts until more can come."),
    entry(
        "stock_low",
        "low",
        "At or below the level that you set; without one, it does not last until more can come.",
    ),
    entry("stock_out", "out", "Nothing is free to be sold."),
    entry("stock_oversold", "oversold", "Orders hold more units than there are."),
    entry("stock_negative", "below zero", "In some place there is less than nothing on the books."),
    entry("stocked", "on hand", "At least one unit lies somewhere."),
    entry("stock_unlinked", "not listed", "No listing of a connected channel sells it."),
    entry(
        "layer_units",
        "In layers",
        "Units left of receipts, as the books draw on them for what was sold.",
    ),
    entry(
        "beyond_layers",
        "Beyond layers",
        "Units on hand less those left of receipts: what was never bought by the books, or sold \
         without being taken off a shelf.",
    ),
    entry("unknown_value", "Without a value", "Products on hand whose cost nobody knows."),
    entry("lead_days", "Lead days", "How long it takes to come again; 14 where nothing is said."),
    entry(
        "cover_days",
        "To last",
        "For how long an order shall last; 30 days where nothing is said.",
    ),
    entry(
        "to_order",
        "To order",
        "What sells in the lead days and the days to last, less what is free and what is coming; \
         rounded up. Nothing while it lasts longer than the lead days.",
    ),
    entry("products_to_order", "Products to order", "Products of which more should be ordered."),
    entry("of_books", "As in the books", "The cost method that you chose under Settings."),
    entry("fifo", "First in, first out", "What came first leaves first."),
    entry("average", "Average", "The moving average of all that came."),
];
