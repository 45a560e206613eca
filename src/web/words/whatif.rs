//! Words and sentences of scenarios.

use crate::base::Decimal;
use crate::domain::rules::Per;
use crate::domain::scenario::{Amount, Assumption, Change, Costs, Goods, RateChange};
use crate::web::format::{self, Locale};

pub const TITLE: &str = "What if";
pub const ADD: &str = "Add";
pub const ADD_LABEL: &str = "Another assumption";
pub const ADD_COLUMN: &str = "Add another scenario";
pub const COUNT: &str = "Count again";
pub const SAVE: &str = "Save";
pub const SAVE_NEW: &str = "Save as new";
pub const DELETE: &str = "Delete";
pub const CLOSE: &str = "Put aside";
pub const NAME: &str = "Name of the scenario";
pub const NAMELESS: &str = "New scenario";
pub const REMOVE: &str = "Take this assumption away";
pub const AS_IT_WAS: &str = "As it was";
pub const CHANGE: &str = "Change";
pub const BAR: &str = "Change as a bar";
pub const TABLE: &str = "Profit as it was and under each scenario";
pub const MONTHS: &str = "Net profit by month";
pub const MONTH: &str = "Month";
pub const PRODUCTS: &str = "Products that win or lose most";
pub const PRODUCT: &str = "Product";
pub const BECOMES: &str = "Would be";
pub const NO_SKU: &str = "without a SKU";
pub const SAVED_LIST: &str = "Saved scenarios";
pub const SAVED_EMPTY: &str = "Nothing is saved yet.";
pub const SAVED_EMPTY_WHY: &str =
    "A saved scenario can be opened again, on other days too, and put beside others.";
pub const ASSUMES: &str = "Assumes";
pub const DAYS: &str = "Counted for";
pub const PROFIT_CHANGE: &str = "Net profit";
pub const OPEN: &str = "Open";
pub const COMPARE: &str = "Compare";
pub const COPY: &str = "Copy";
pub const START: &str = "Try one";
pub const START_SENTENCE: &str = "What would have been?";
pub const START_WHY: &str = "Choose one, or begin with an empty one. Real orders are counted again \
    under it, and nothing real changes.";
pub const BEGIN_EMPTY: &str = "Begin with an empty one";
pub const EMPTY_COLUMN: &str = "Add an assumption; until then all is as it was.";
pub const SAVED: &str = "The scenario is saved.";
pub const DELETED: &str = "The scenario is deleted.";
pub const PUT_BACK: &str = "The scenario is back.";
pub const STOPPED: &str = "Counting was stopped.";
pub const BACKGROUND: &str = "Count in the background";
pub const COUNTING: &str = "Counting";
pub const COUNTING_NOTE: &str = "You can go on meanwhile; the page shows the figures when they \
    are there.";
pub const STOP: &str = "Stop";
pub const OLD: &str = "Figures have changed since.";
pub const WRONG: &str = "Not counted: something below is not understood.";
pub const NOTE: &str = "Ad spend is shared out again over the lines as they would have been. A \
    guess of sales weighs the lines of those products, shipping and fees that fall on them \
    included; each component is rounded once. Ad spend and expenses stay unless you change them.";
pub const FEWER_AXIS: &str = "sold less";
pub const OTHER_INCOME: &str = "Other income";
pub const SHIPPING_SERVICE: &str = "Shipping and service income";
pub const SHIP_HANDLE: &str = "Shipping and handling";
pub const FEES: &str = "Payment and channel fees";
pub const ABOVE: &str = "Above the order";
pub const MARGIN: &str = "Net margin";
pub const ALL_PRODUCTS: &str = "all products";

/// The kinds of assumption, in the order in which they are offered.
pub const KINDS: [(&str, &str); 14] = [
    ("price", "A price"),
    ("cost", "What goods cost"),
    ("free_shipping", "Free shipping"),
    ("shipping_charge", "What shipping is charged"),
    ("payment_fees", "Payment fees"),
    ("commission", "A channel’s commission"),
    ("shipping_cost", "What sending costs"),
    ("handling_cost", "What packing costs"),
    ("ad_spend", "Ad spend"),
    ("drop", "A product dropped"),
    ("rate", "An exchange rate"),
    ("expenses", "Expenses"),
    ("volume", "My guess: fewer are sold"),
    ("more_orders", "My guess: more orders"),
];

/// Words of the sentences into which fields are set.
pub mod piece {
    pub const PRICE_OF: &str = "Price of";
    pub const COST_OF: &str = "Cost of";
    pub const BECOMES: &str = "becomes";
    pub const FROM: &str = "from";
    pub const FREE_FROM: &str = "Shipping is free from";
    pub const SHIPPING: &str = "Shipping charged becomes";
    pub const PAYMENTS: &str = "Payments by";
    pub const COST: &str = "cost";
    pub const PLUS: &str = "and";
    pub const EACH: &str = "each.";
    pub const CHANNEL: &str = "The channel takes";
    pub const OF_STORE: &str = "in";
    pub const SENDING: &str = "Sending an order becomes";
    pub const PACKING: &str = "Packing an order becomes";
    pub const ADS: &str = "Ad spend changes by";
    pub const OF_CAMPAIGN: &str = "of campaign";
    pub const WITHOUT: &str = "Without";
    pub const ONE: &str = "1";
    pub const EXPENSES: &str = "Expenses change by";
    pub const NAMED: &str = "for";
    pub const THINK: &str = "I think";
    pub const FEWER_OF: &str = "fewer of";
    pub const ARE_SOLD: &str = "are sold.";
    pub const BRINGS: &str = "I think it brings";
    pub const MORE_LIKE: &str = "more orders like those of";
    pub const PERCENT: &str = "% more";
    pub const GOODS: &str = "Products or group";
    pub const VALUE: &str = "How much";
    pub const UNIT: &str = "Percent or amount";
    pub const GATEWAY: &str = "Way of paying";
    pub const FIXED: &str = "Fixed fee";
    pub const STORE: &str = "Store";
    pub const WHERE_TAKEN: &str = "orders that bear one now";
    pub const CAMPAIGN: &str = "Campaign";
    pub const ALL: &str = "all";
    pub const CURRENCY: &str = "Currency";
    pub const EXPENSE: &str = "Expense";
    pub const DAY: &str = "First day";
    pub const ALWAYS: &str = "the first day";
}

/// What is wrong with a row that somebody typed.
pub mod wrong {
    pub const VALUE: &str = "Write a number such as 5, 12.50 or -20.";
    pub const GOODS: &str = "No product and no group is called that.";
    pub const DAY: &str = "Write a day such as 2026-11-20, or nothing.";
    pub const CURRENCY: &str = "Write a currency such as USD.";
}

/// `Net profit, if B sells fewer`.
pub fn fewer_title(letter: &str) -> String {
    format!("Net profit, if {letter} sells fewer")
}

pub fn your_guess(percent: &str) -> String {
    format!("your guess, {percent}")
}

pub fn even_at(percent: &str) -> String {
    format!("even at {percent}")
}

/// What the picture shows, for those who cannot see it.
pub fn fewer_spoken(start: &str, end: &str, last: &str, even: Option<&str>) -> String {
    let even = even.map_or_else(String::new, |even| format!(" It is even at {even}."));
    format!("From {start} with nothing sold less to {end} with {last} sold less.{even}")
}

/// Under the title.
pub fn answer(orders: &str, days: &str) -> String {
    format!(
        "Your {orders} of {days}, counted again under other terms. Only what you change is assumed."
    )
}

/// `638 units in 450 orders.`
pub fn touched(units: &str, orders: &str) -> String {
    format!("{units} in {orders}.")
}

pub fn not_touched() -> &'static str {
    "No order of these days is about it."
}

/// What an assumption about a whole changes: `It was −2.00 EUR in these days.`
pub fn it_was(amount: &str, currency: &str) -> String {
    format!("It was {amount} {currency} in these days.")
}

pub fn too_many(orders: &str, at_once: &str) -> String {
    format!(
        "{orders} are more than the {at_once} that are counted while you wait. Save the scenario \
         and let it be counted in the background."
    )
}

/// What a scenario would have come to.
pub fn outcome(letter: &str, amount: &str, change: i64) -> String {
    match change.signum() {
        0 => format!("{letter} would have changed nothing."),
        1 => format!("{letter} would have brought {amount} more."),
        _ => format!("{letter} would have cost you {amount}."),
    }
}

pub fn still_pays(letter: &str, percent: &str, of: &str) -> String {
    format!("{letter} still pays if up to {percent} of {of} stay on the shelf.")
}

pub fn pays_from(letter: &str, orders: &str) -> String {
    format!("{letter} would pay from {orders} more on.")
}

pub fn copy_of(name: &str) -> String {
    format!("Copy of {name}").chars().take(80).collect()
}

pub fn rates_missing(list: &str) -> String {
    format!("{list}: without an exchange rate, so it is left out of every column.")
}

/// A few scenarios to begin with: name and definition; `{EUR}` is the reporting currency.
pub const EXAMPLES: [(&str, &str); 5] = [
    (
        "Suppliers ask 8 % more",
        r#"{"name":"Dearer suppliers","assumptions":[{"kind":"cost","of":"all","change":{"percent":"8"}}]}"#,
    ),
    (
        "Prices go up by 5 %",
        r#"{"name":"Higher prices","assumptions":[{"kind":"price","of":"all","change":{"percent":"5"}},{"kind":"volume","of":"all","percent":"-3"}]}"#,
    ),
    (
        "Free shipping from 50",
        r#"{"name":"Free shipping from 50","assumptions":[{"kind":"free_shipping","from":{"amount":"50","currency":"{EUR}"}},{"kind":"more_orders","count":10}]}"#,
    ),
    (
        "Ad spend down by 20 %",
        r#"{"name":"Fewer ads","assumptions":[{"kind":"ad_spend","percent":"-20"}]}"#,
    ),
    (
        "Another way of paying",
        r#"{"name":"Other payment fees","assumptions":[{"kind":"payment_fees","rules":[{"percent":"1.4","fixed":"0.25"}]}]}"#,
    ),
];

pub fn goods(of: &Goods) -> String {
    match of {
        Goods::All => ALL_PRODUCTS.to_owned(),
        Goods::Group(name) | Goods::Sku(name) => name.clone(),
    }
}

/// An assumption as a short sentence.
pub fn sentence(assumption: &Assumption, locale: Locale) -> String {
    let percent = |percent: Decimal| signed(percent, locale);
    let from = |day: &Option<crate::base::Day>| {
        day.map_or_else(String::new, |day| format!(" from {}", format::day(day, locale)))
    };
    let place = |country: &Option<String>| {
        country.as_ref().map_or_else(String::new, |country| format!(" to {country}"))
    };
    match assumption {
        Assumption::Cost { of, change, from: day } => {
            format!("Cost of {} {}{}", goods(of), changed(change, locale), from(day))
        }
        Assumption::Price { of, change, from: day } => {
            format!("Price of {} {}{}", goods(of), changed(change, locale), from(day))
        }
        Assumption::FreeShipping { from, country } => {
            format!("Shipping{} free from {}", place(country), amount(from, locale))
        }
        Assumption::ShippingCharge { change, country } => {
            format!("Shipping charged{} {}", place(country), changed(change, locale))
        }
        Assumption::PaymentFees { rules } => match rules.as_slice() {
            [rule] => {
                let by = rule.gateway.as_deref().unwrap_or("any way");
                let of = rule.percent.unwrap_or(Decimal::ZERO);
                let fixed = rule.fixed.map(|fixed| format!(" + {fixed}")).unwrap_or_default();
                format!("Payments by {by} {of} %{fixed}")
            }
            rules => format!("{} rules of payment fees", rules.len()),
        },
        Assumption::Commission { percent, store } => {
            let place = store.as_ref().map(|store| format!(" in {store}")).unwrap_or_default();
            format!("The channel takes {percent} %{place}")
        }
        Assumption::ShippingCost { costs } => match costs {
            Costs::Percent(change) => format!("Sending costs {}", percent(*change)),
            Costs::Rules(rules) => match rules.as_slice() {
                [rule] => {
                    format!("Sending costs {} {} per {}", rule.cost, rule.currency, per(rule.per))
                }
                rules => format!("{} rules of sending", rules.len()),
            },
        },
        Assumption::HandlingCost { costs } => match costs {
            Costs::Percent(change) => format!("Packing costs {}", percent(*change)),
            Costs::Rules(rules) => match rules.as_slice() {
                [rule] => {
                    format!("Packing costs {} {} per {}", rule.cost, rule.currency, per(rule.per))
                }
                rules => format!("{} rules of packing", rules.len()),
            },
        },
        Assumption::AdSpend { percent: change, platform, campaign } => {
            let of: Vec<&str> =
                [platform, campaign].into_iter().flatten().map(String::as_str).collect();
            let of = if of.is_empty() { String::new() } else { format!(" of {}", of.join(" ")) };
            format!("Ad spend{of} {}", percent(*change))
        }
        Assumption::Drop { of } => format!("Without {}", goods(of)),
        Assumption::Rate { currency, change } => match change {
            RateChange::Percent(change) => format!("{currency} {}", percent(*change)),
            RateChange::Fixed(rate) => format!("1 {currency} is {rate}"),
        },
        Assumption::Expenses { percent: change, name } => {
            let of = name.as_ref().map(|name| format!(" for {name}")).unwrap_or_default();
            format!("Expenses{of} {}", percent(*change))
        }
        Assumption::Volume { of, percent: change } => {
            format!("{} of {} sold", percent(*change), goods(of))
        }
        Assumption::MoreOrders { count, of } => {
            let shown = format::quantity(*count, locale);
            match of {
                Goods::All => format!("{shown} more orders"),
                of => format!("{shown} more orders with {}", goods(of)),
            }
        }
    }
}

fn per(per: Per) -> &'static str {
    match per {
        Per::Order => "order",
        Per::Item => "item",
    }
}

/// `+8 %`, `−20 %`.
pub fn signed(percent: Decimal, locale: Locale) -> String {
    let plus = if percent.is_positive() { "+" } else { "" };
    format!("{plus}{}\u{202F}%", format::decimal(percent, 0, locale))
}

fn amount(amount: &Amount, locale: Locale) -> String {
    let digits = amount.currency.digits();
    format!("{} {}", format::decimal(amount.amount, digits, locale), amount.currency)
}

fn changed(change: &Change, locale: Locale) -> String {
    match change {
        Change::Percent(percent) => signed(*percent, locale),
        Change::To(to) => amount(to, locale),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::scenario::Scenario;

    #[test]
    fn examples_are_scenarios_and_every_kind_has_a_sentence() {
        for (name, text) in EXAMPLES {
            let scenario = Scenario::parse(&text.replace("{EUR}", "EUR"));
            let scenario = scenario.unwrap_or_else(|fault| panic!("{name}: {fault}"));
            for assumption in &scenario.assumptions {
                assert!(KINDS.iter().any(|(kind, _)| *kind == assumption.kind()));
            }
        }
        let of = |text: &str| {
            let text = format!(r#"{{"assumptions":[{text}]}}"#);
            sentence(&Scenario::parse(&text).unwrap().assumptions[0], Locale::En)
        };
        let cost = r#"{"kind":"cost","of":{"group":"mugs"},"change":{"percent":"8"}}"#;
        assert_eq!(of(cost), "Cost of mugs +8\u{202F}%");
        let free = r#"{"kind":"free_shipping","from":{"amount":"45","currency":"EUR"}}"#;
        assert_eq!(of(free), "Shipping free from 45.00 EUR");
        let fewer = r#"{"kind":"volume","of":"all","percent":"-6"}"#;
        assert_eq!(of(fewer), "−6\u{202F}% of all products sold");
    }
}
