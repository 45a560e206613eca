//! What is told of figures as they were known on an earlier day, and of what changed since.

use crate::domain::known::Cause;
use crate::web::words::Word;

pub fn title(day: &str) -> String {
    format!("As known on {day}")
}

pub fn text() -> String {
    "These figures hold what was known at the end of that day, and nothing that was learned later."
        .to_owned()
}

/// Of a page that keeps no earlier state of knowledge.
pub fn not_title(day: &str) -> String {
    format!("Not as known on {day}")
}

pub fn not_text() -> String {
    "This page shows what is known today; it cannot be asked of an earlier day.".to_owned()
}

pub fn cause(cause: Cause) -> Word {
    match cause {
        Cause::Orders => Word::CauseOrders,
        Cause::Refunds => Word::CauseRefunds,
        Cause::Fees => Word::CauseFees,
        Cause::OrdersEdited => Word::CauseOrdersEdited,
        Cause::Labels => Word::CauseLabels,
        Cause::AdSpend => Word::CauseAdSpend,
        Cause::Charges => Word::CauseCharges,
        Cause::Costs => Word::CauseCosts,
        Cause::Rates => Word::CauseRates,
        Cause::Rules => Word::CauseRules,
        Cause::Expenses => Word::CauseExpenses,
        Cause::Settings => Word::CauseSettings,
    }
}

/// A kind of record as a reader calls it.
pub fn record(kind: &str) -> &'static str {
    match kind {
        "costs" => "Unit cost",
        "listed_costs" => "Unit cost of a listing",
        "fee_estimates" => "Fee estimate",
        "fx_rates" => "Exchange rate",
        "ad_spend" => "Ad spend",
        "expenses" => "Expense",
        "charges" => "Charge",
        "payouts" => "Payout",
        "labels" => "Label",
        _ => "Record",
    }
}

/// `Net profit of 1 – 31 May 2026 is 12.00 EUR lower than it was known on 5 Jun 2026.`
pub fn answer(range: &str, (amount, sign): (&str, i64), currency: &str, since: &str) -> String {
    match sign {
        0 => format!("Net profit of {range} is the same as {since}."),
        1.. => format!("Net profit of {range} is {amount} {currency} higher than {since}."),
        _ => format!("Net profit of {range} is {amount} {currency} lower than {since}."),
    }
}

pub fn as_of(day: &str) -> String {
    format!("it was known on {day}")
}

/// News that no closing has taken over yet.
pub fn as_closed() -> String {
    "it was when closings last took it in".to_owned()
}

pub fn behind(orders: &str, records: &str) -> String {
    match (orders.is_empty(), records.is_empty()) {
        (false, false) => format!("{orders}, {records}"),
        (false, true) => orders.to_owned(),
        _ => records.to_owned(),
    }
}

pub fn and_more(shown: &str) -> String {
    format!("and {shown} more")
}

/// The currency of the books was another one then.
pub fn restated(then: &str, today: &str) -> String {
    format!("The books were kept in {then} then. What was known is stated here in {today}.")
}

pub fn failed(fault: &str) -> String {
    format!("{fault}. Nothing of yours was changed.")
}

pub fn broke_off() -> String {
    "the work broke off".to_owned()
}

pub fn api_not_a_day(text: &str) -> String {
    format!("as_known={text:?} is not understood. Give a day such as 2026-11-20.")
}

pub fn api_still_to_come(day: &str) -> String {
    format!("as_known={day} is still to come; nobody knows yet what will be known then.")
}

pub fn api_not_as_known(report: &str) -> String {
    format!("The report {report} cannot be asked of an earlier day; leave as_known out.")
}

pub fn api_failed(fault: &str) -> String {
    format!("The books as they were known were not made: {fault}.")
}

/// How far a copy is, as a share of the whole.
pub fn percent_done(percent: i64) -> String {
    format!("{percent} %")
}
