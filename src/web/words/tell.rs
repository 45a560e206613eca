//! Sentences of the reading pages: what was kept, what is missing, what an order is about. As in
//! `say`, figures come formatted and nothing is counted but one and many.

use super::{Word, say, text};

/// `the 30 days before` after a change.
pub fn on(what: &str) -> String {
    format!("on {what}")
}

/// A net margin in words. `cents` is what stayed of a hundred, `shown` the same as a percent.
pub fn kept(cents: i64, currency: &str, shown: &str) -> String {
    let coins = match currency {
        "EUR" => Some(("cent", "cents", "euro")),
        "USD" | "CAD" | "AUD" | "NZD" | "SGD" => Some(("cent", "cents", "dollar")),
        "GBP" => Some(("penny", "pence", "pound")),
        _ => None,
    };
    let lost = cents < 0;
    let verb = if lost { "lost" } else { "kept" };
    match coins {
        Some((one, many, whole)) => {
            let coin = if cents.abs() == 1 { one } else { many };
            let of = if lost { "on" } else { "of" };
            format!("You {verb} {} {coin} {of} every {whole} of net revenue.", cents.abs())
        }
        None => format!("You {verb} {shown} of net revenue."),
    }
}

/// Costs, but no sales: a loss without a ratio.
pub fn no_revenue() -> String {
    "Nothing was sold in these days, so there is no margin.".to_owned()
}

/// What is known of the costs besides those that are; with the net sales without one.
pub enum CostDoubt<'a> {
    None,
    Guessed(&'a str),
    Missing(&'a str),
}

/// How much of the net sales has a cost.
pub fn coverage(share: &str, doubt: CostDoubt<'_>, at_most: bool) -> String {
    match doubt {
        CostDoubt::None => "Every cost of goods is known.".to_owned(),
        CostDoubt::Guessed(without) => format!(
            "Costs are known for {share} of net sales; for {without} a share of the price stands \
             in."
        ),
        CostDoubt::Missing(without) => {
            let end = if at_most { ", so this is the most it can be." } else { "." };
            format!(
                "Costs are known for {share} of net sales; {without} is counted without a \
                 cost{end}"
            )
        }
    }
}

/// `avg 50.44`.
pub fn average(amount: &str) -> String {
    format!("avg {amount}")
}

/// `MER 7.40`.
pub fn mer(ratio: &str) -> String {
    format!("MER {ratio}")
}

/// A change of a percent: `−2.1 points`.
pub fn points(change: &str) -> String {
    format!("{change} {}", text(Word::Points))
}

/// The foot of the chart.
pub fn chart_note(grain: &str, currency: &str, open: bool) -> String {
    let end = if open { format!(" {}", text(Word::PeriodOpen)) } else { String::new() };
    format!("By {grain}, {currency}.{end}")
}

/// The head of a column of amounts.
pub fn without_tax(currency: &str) -> String {
    format!("{currency}, without tax")
}

/// `3 without cost`.
pub fn without_cost(count: &str) -> String {
    format!("{count} without cost")
}

pub fn recounts(orders: &str) -> String {
    format!("recounts {orders}")
}

/// Where the books end, in the strip.
pub fn books_to(day: &str) -> String {
    format!("Newest figures of {day}")
}

/// Nothing in the period; the newest figures are older, or newer.
pub fn books_end(day: &str) -> String {
    format!("The newest figures are of {day}.")
}

pub fn show_days(range: &str) -> String {
    format!("Show {range}")
}

/// While figures are made again.
pub fn recounting(orders: &str) -> String {
    format!("Recounting {orders}")
}

pub fn spreading_ads(days: &str) -> String {
    format!("Spreading the ad spend of {days}")
}

pub fn recount_note() -> String {
    "Figures on this page are on their way to the new state. You can leave it; load it again to \
     see how far they are."
        .to_owned()
}

/// Title and text where amounts lack an exchange rate.
pub fn rates_missing(count: i64, shown: &str, list: &str) -> (String, String) {
    let title = match count {
        1 => "Incomplete: an exchange rate is missing.".to_owned(),
        _ => format!("Incomplete: {shown} exchange rates are missing."),
    };
    let text = format!(
        "{list}. Amounts in these currencies are left out of every figure here. Import the \
         European Central Bank’s rates, or a list of your own."
    );
    (title, text)
}

/// `USD on 3 Nov 2026 and 12 more days`.
pub fn rate_days(currency: &str, days: &str, more: Option<(i64, &str)>) -> String {
    match more {
        None => format!("{currency} on {days}"),
        Some((1, _)) => format!("{currency} on {days} and 1 more day"),
        Some((_, more)) => format!("{currency} on {days} and {more} more days"),
    }
}

/// A file of figures that would be short without saying so.
pub fn rates_refuse(list: &str) -> String {
    format!(
        "No file was made, because exchange rates are missing: {list}. Import rates and ask \
         again."
    )
}

pub fn rates_refuse_api(list: &str) -> String {
    format!("Exchange rates are missing: {list}. Import rates and ask again.")
}

/// A store in the address that is none.
pub fn not_a_store(name: &str) -> String {
    format!("There is no store “{name}”, so all stores are shown.")
}

pub fn address_title() -> String {
    "A part of the address was not understood.".to_owned()
}

/// The title of a profit page.
pub fn profit_by(key: &str) -> String {
    format!("Profit by {}", key.to_lowercase())
}

/// What a profit page answers: how many rows, how many of them lost what, how many lack a cost.
pub struct ProfitAnswer<'a> {
    pub rows: &'a str,
    pub lost: i64,
    pub lost_shown: &'a str,
    pub lost_amount: &'a str,
    pub costless: i64,
    pub costless_shown: &'a str,
}

pub fn profit_answer(answer: &ProfitAnswer<'_>) -> String {
    let mut sentence = format!("{} with figures.", answer.rows);
    match answer.lost {
        0 => sentence.push_str(" None lost money."),
        1 => sentence.push_str(&format!(" 1 lost money, {}.", answer.lost_amount)),
        _ => sentence.push_str(&format!(
            " {} lost money, {} together.",
            answer.lost_shown, answer.lost_amount
        )),
    }
    match answer.costless {
        0 => {}
        1 => sentence.push_str(" 1 lacks a cost; its profit is the most it can be."),
        _ => sentence.push_str(&format!(
            " {} lack a cost; their profit is the most it can be.",
            answer.costless_shown
        )),
    }
    sentence
}

/// `Borne by no product`.
pub fn borne_by_no(key: &str) -> String {
    format!("Borne by no {}", key.to_lowercase())
}

/// A row whose key is lacking: `without a campaign`.
pub fn without(key: &str) -> String {
    format!("(without a {})", key.to_lowercase())
}

pub fn sums_over_all(rows: &str) -> String {
    format!("Sums are over all {rows}, not only those shown.")
}

pub fn cost_known(share: &str) -> String {
    format!("Cost known for {share} of net sales")
}

/// What the page of orders answers.
pub fn orders_answer(orders: &str, not_counted: i64, shown: &str) -> String {
    match not_counted {
        0 => format!("{orders}, newest first. All of them count."),
        1 => format!("{orders}, newest first. 1 does not count: unpaid, or a test."),
        _ => format!("{orders}, newest first. {shown} do not count: unpaid, or tests."),
    }
}

pub fn orders_found(orders: &str, wanted: &str) -> String {
    format!("{orders} for “{wanted}”.")
}

pub fn order_title(name: &str) -> String {
    format!("Order {name}")
}

/// The sentence under an order's title.
pub struct OrderAnswer<'a> {
    pub day: &'a str,
    pub time: &'a str,
    pub country: Option<&'a str>,
    pub paid: Option<&'a str>,
    pub gateways: &'a [String],
    pub refunds: i64,
}

pub fn order_answer(answer: &OrderAnswer<'_>) -> String {
    let mut sentence = format!("{}, {}", answer.day, answer.time);
    if let Some(country) = answer.country {
        sentence.push_str(&format!(", to {country}"));
    }
    sentence.push('.');
    if let Some(paid) = answer.paid {
        let with = match answer.gateways {
            [] => String::new(),
            gateways => format!(" with {}", gateways.join(" and ")),
        };
        sentence.push_str(&format!(" Paid {paid}{with}."));
    }
    match answer.refunds {
        0 => {}
        1 => sentence.push_str(" One refund."),
        refunds => sentence.push_str(&format!(" {refunds} refunds.")),
    }
    sentence
}

/// `net profit, 29.5 % of net revenue`.
pub fn order_margin(share: &str) -> String {
    format!("{share} of net revenue")
}

/// Where an order has an effect that could not be made.
pub fn order_fault_title() -> String {
    "No figures could be made of this order.".to_owned()
}

pub fn not_counted_title() -> String {
    "This order does not count.".to_owned()
}

/// Why an order does not count: `Its state is “pending”.`
pub fn not_counted_state(status: &str, platform: Option<&str>) -> String {
    match platform {
        Some(word) => format!("Its state is: {status} (the platform says “{word}”)."),
        None => format!("Its state is: {status}."),
    }
}

pub fn parts(count: i64, shown: &str) -> String {
    let noun = if count == 1 { "part" } else { "parts" };
    format!("{shown} {noun}")
}

/// The fold under a component.
pub fn pieces_of(component: &str, parts: &str) -> String {
    format!("{component}, {parts}")
}

/// An amount converted: `USD 12.00 at the rate of 3 Nov 2026`.
pub fn converted(amount: &str, day: &str) -> String {
    format!("{amount}, at the rate of {day}")
}

pub fn no_rate(amount: &str, day: &str) -> String {
    format!("{amount}, left out: no rate of {day} or before")
}

pub fn outside_profit(tax: &str, duties: Option<&str>) -> String {
    match duties {
        Some(duties) => format!("Outside profit: {tax} tax and {duties} duties collected."),
        None => format!("Outside profit: {tax} tax collected."),
    }
}

pub fn written_off(amount: &str) -> String {
    format!("Memo: {amount} written off, the cost of goods that did not come back.")
}

pub fn unexplained(amount: &str) -> String {
    format!("The stated total holds {amount} that no part explains. It is in no figure.")
}

/// `2 × Mug` in what happened.
pub fn times(quantity: &str, what: &str) -> String {
    format!("{quantity} × {what}")
}

pub fn sold(what: &[String], more: i64) -> String {
    let list = what.join(", ");
    match more {
        0 => list,
        1 => format!("{list} and 1 more line"),
        _ => format!("{list} and {more} more lines"),
    }
}

pub fn refund_note(units: i64, restocked: i64) -> String {
    match (units, restocked) {
        (0, _) => "Money only; no goods came back.".to_owned(),
        (units, 0) => format!("{} given back, not restocked.", say::units(units)),
        (units, restocked) if units == restocked => {
            format!("{} given back and restocked.", say::units(units))
        }
        (units, restocked) => {
            format!("{} given back, {restocked} of them restocked.", say::units(units))
        }
    }
}

/// What a refund gave back, with tax.
pub fn refunded(given: &str, note: &str) -> String {
    format!("{given} paid back. {note}")
}

/// Where too many records tell a component.
pub fn sources(count: &str) -> String {
    format!("{count} records and rules, below")
}

pub fn pieces_caption(component: &str) -> String {
    format!("{component}, piece by piece")
}

/// A fault as the books noted it, as a sentence.
pub fn sentence(fault: &str) -> String {
    let mut chars = fault.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    let end = if fault.ends_with('.') { "" } else { "." };
    format!(
        "{first}{}{end} It is in no figure. Correct it where it came from and import it again.",
        chars.as_str()
    )
}

pub fn day_and(day: &str, what: &str) -> String {
    format!("{day}, {what}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_is_said_in_coins() {
        let check = |cents, currency, sentence: &str| {
            assert_eq!(kept(cents, currency, "20.4 %"), sentence);
        };
        check(20, "EUR", "You kept 20 cents of every euro of net revenue.");
        check(1, "GBP", "You kept 1 penny of every pound of net revenue.");
        check(-5, "USD", "You lost 5 cents on every dollar of net revenue.");
        check(20, "JPY", "You kept 20.4 % of net revenue.");
    }

    #[test]
    fn an_order_is_told_in_a_sentence_or_three() {
        let gateways = ["stripe".to_owned()];
        let mut answer = OrderAnswer {
            day: "12 Nov 2026",
            time: "21:14",
            country: Some("DE"),
            paid: Some("119.20 EUR"),
            gateways: &gateways,
            refunds: 1,
        };
        let told = "12 Nov 2026, 21:14, to DE. Paid 119.20 EUR with stripe. One refund.";
        assert_eq!(order_answer(&answer), told);
        answer = OrderAnswer { country: None, paid: None, refunds: 0, ..answer };
        assert_eq!(order_answer(&answer), "12 Nov 2026, 21:14.");
    }
}
