//! Sentences of edits: their effect before they are saved, and their history afterwards; and of
//! exchange rates.

use super::{Word, text};

/// `1 Jan 2025 – 20 Nov 2026. EUR:`
pub fn looked_at(range: &str, currency: &str) -> String {
    format!("{range}. {currency}:")
}

/// Ends before the figure.
pub fn becomes(orders: &str, before: &str) -> String {
    format!("This recounts {orders}. The net profit of all days, {before}, becomes")
}

pub const LOOKING: &str = "Looking at what this changes";

/// `looking at 40,000 of 1,000,000 orders`
pub fn looking_at(done: &str, total: &str) -> String {
    format!("looking at {done} of {total} orders…")
}

pub const LOOKING_NOTE: &str =
    "It can be saved at any time; the figures follow in the background either way.";
pub const STOP_LOOKING: &str = "Stop looking";
pub const WHY: &str = "Why";
pub const WHY_HELP: &str = "For the history of changes; may stay empty.";

/// It was stopped before its end.
pub fn stopped(total: &str) -> String {
    format!(
        "Looking at its effect on {total} orders was stopped. It can be saved without, or looked \
         at again."
    )
}

pub fn failed(why: &str) -> String {
    format!("Its effect could not be worked out: {why}. It can be saved without.")
}

pub const MONTHS: &str = "Net profit before and after, by month";
pub const COMPONENTS: &str = "Figures of all days before and after";
pub const ADS: &str = "Where the ad spend goes, before and after";
pub const MONTHS_NOTE: &str =
    "Net profit of all stores and orders, by event. Months that do not change are left out.";

/// A month whose figures stay: what changes of it is counted in the next open one.
pub fn closed_month(month: &str) -> String {
    format!("{month}, closed")
}

pub fn step(number: Option<i64>) -> &'static str {
    text(match number {
        Some(1) => Word::RulesStepProduct,
        Some(2) => Word::RulesStepAttributed,
        Some(3) => Word::RulesStepMapped,
        Some(_) => Word::RulesStepStore,
        None => Word::RulesStepNone,
    })
}

pub fn store(name: &str) -> String {
    format!("Store {name}")
}

pub fn product(sku: &str) -> String {
    format!("Product {sku}")
}

pub fn more_places(count: &str) -> String {
    format!("{count} more products bear another share.")
}

// The history.

pub const TABLE: &str = "Changes, the newest first";
pub const ANSWER: &str =
    "Every edit by hand or by import: who, when and why, what it changed, and the way back.";
pub const WHEN: &str = "When";
pub const WHAT: &str = "What";
pub const BY: &str = "By";
pub const FROM_TO: &str = "Before → after";
pub const EFFECT: &str = "Effect as shown";
pub const NOT_LOOKED_AT: &str = "not looked at";
pub const UNDO: &str = "Undo";
pub const UNDONE: &str = "undone";
pub const ALL_KINDS: &str = "All";
pub const EMPTY: &str = "Nothing was changed yet.";
pub const EMPTY_WHY: &str =
    "A cost, a rule, a rate, an expense, a setting or a file leaves its line here.";
pub const DONE: &str = "Undone. The figures follow in the background.";
pub const NOTHING: &str = "nothing";
pub const ASK: &str = "Undo this change?";
pub const KEEP: &str = "Keep it";
pub const DETAILS: &str = "What stood and what stands";

pub fn kind(name: &str) -> &'static str {
    match name {
        "cost" => "Cost",
        "expense" => "Expense",
        "rules" => "Rules",
        "rate" => "Exchange rate",
        "organisation" => "Organisation",
        "purchase" => "Purchase",
        "links" => "Links of listings",
        _ => "Import",
    }
}

pub fn source(name: &str) -> &'static str {
    match name {
        "page" => "by page",
        "api" => "by API",
        _ => "by command",
    }
}

/// The change that this one took back.
pub fn undoes(number: &str) -> String {
    format!("takes {number} back")
}

pub fn arrow(before: &str, after: &str) -> String {
    format!("{before} → {after}")
}

/// `12 orders, −318.20 EUR`
pub fn effect(orders: &str, amount: &str, currency: &str) -> String {
    format!("{orders}, {amount} {currency}")
}

/// The books are in another currency since.
pub fn effect_of_currency(orders: &str, after: &str, currency: &str) -> String {
    format!("{orders}, {after} {currency} since")
}

/// `cost of MUG from 1 Jan 2026`
pub fn cost(value: &str, from: &str, place: &str) -> String {
    format!("{value} from {from}{place}")
}

pub fn rules_of(list: &str, before: &str, after: &str) -> String {
    format!("{list}: {before} → {after}")
}

pub fn setting(name: &str) -> &'static str {
    match name {
        "currency" => "currency",
        "time_zone" => "time zone",
        "cost_method" => "cost method",
        _ => "registered for VAT",
    }
}

pub const YES: &str = "yes";
pub const NO: &str = "no";
pub const FILE: &str = "taken in";
pub const FILE_BACK: &str = "taken back";

// Classes of fees that no table knows.

pub fn fee_class(name: &str) -> &'static str {
    match name {
        "channel_fees" => "a fee of the channel",
        "payment_fees" => "a payment fee",
        "shipping_cost" => "a shipping cost",
        "other_income" => "other income",
        "ad_spend" => "ad spend",
        _ => "a fee of the period (charges without an order)",
    }
}

// Exchange rates.

pub const RATES_ANSWER: &str = "What one unit of a currency is worth. An own rate goes before the \
    bank's of the same day; a day without one uses the last before it.";
pub const RATES_PAIRS: &str = "Pairs";
pub const RATES_OWN: &str = "Own rates";
pub const RATE_PAIR: &str = "Pair";
pub const RATE_NEWEST: &str = "Newest";
pub const RATE_OWN_COUNT: &str = "Own";
pub const RATE_BANK_COUNT: &str = "Of the European Central Bank";
pub const RATE_DAY: &str = "Day";
pub const RATE_RATE: &str = "Rate";
pub const RATE_SOURCE: &str = "Source";
pub const RATE_IS_OWN: &str = "own";
pub const RATE_IS_BANK: &str = "European Central Bank";
pub const RATE_ADD: &str = "Add a rate";
pub const RATE_NEW: &str = "New rate";
pub const RATE_BASE: &str = "One unit of";
pub const RATE_QUOTE: &str = "is worth, in";
pub const RATE_LEAD: &str =
    "It holds from its day on, until the next day of which a rate is known.";
pub const RATE_SAVE: &str = "Save the rate";
pub const RATE_DELETE: &str = "Delete this rate";
pub const RATE_SAVED: &str = "Rate saved.";
pub const RATE_DELETED: &str = "Rate deleted.";
pub const RATE_WRONG: &str =
    "Write the rate above 0 with a point and at most 12 digits on either side, such as 1.0842.";
pub const RATE_SAME: &str = "A currency is always worth itself. Choose another one.";
pub const RATES_OWN_EMPTY: &str = "No rates of your own.";
pub const RATES_OWN_EMPTY_WHY: &str =
    "The rates above are enough; enter one where yours was another, such as your bank’s.";
pub const RATES_EMPTY: &str = "No rates yet.";
pub const RATES_EMPTY_WHY: &str =
    "Amounts in other currencies stay out of the figures until a rate is known.";
pub const RATE_ALL: &str = "All own rates";

/// `1 EUR = 1.0842 USD`
pub fn rate(base: &str, rate: &str, quote: &str) -> String {
    format!("1 {base} = {rate} {quote}")
}

pub fn rates_of(base: &str, quote: &str) -> String {
    format!("{base} in {quote}")
}

pub fn rate_of_day(pair: &str, day: &str) -> String {
    format!("{pair}, {day}")
}

/// `Rate saved. 12 orders recounted, −3.20.`
pub fn saved(done: &str, orders: &str, amount: &str) -> String {
    format!("{done} {orders} recounted, {amount}.")
}

/// How long ago, and what it is, on the panel of a change.
pub fn told_of(kind: &str, subject: &str) -> String {
    if subject.is_empty() { kind.to_owned() } else { format!("{kind}: {subject}") }
}

pub const METHOD: &str = "Goods cost what";
pub const METHOD_HELP: &str = "Received purchases count by the last two. Changing it recounts all.";

pub fn method(name: &str) -> &'static str {
    match name {
        "fifo" => "the first received cost (fifo)",
        "average" => "all received cost on average",
        _ => "the cost of their day says",
    }
}
