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
    entry("of_net_revenue", "Of net revenue", "The amount as a share of net revenue."),
    entry("period_before", "Before", "The same of the period before: as many days, or months."),
    entry("change", "Change", "The period less the one before."),
    entry("change_pct", "Change in %", "The change as a share of what it was before."),
    entry("year_before", "A year ago", "The same of the same days a year ago."),
    entry("change_on_year", "Change on the year", "The period less the same days a year ago."),
    entry("change_on_year_pct", "Change on the year in %", "The change as a share of a year ago."),
];
