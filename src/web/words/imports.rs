//! What is said of files that come in: what was understood of one, what nobody knew in it, and
//! what would go if it were taken back. The same at the terminal and on the page.

use crate::base::{DayRange, Money};
use crate::connectors::contract::UnknownKind;
use crate::domain::understood::{Example, Kind, Understood, What};
use crate::store::imports::Contents;
use crate::web::format::{self, Locale};

/// One line of a summary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub name: String,
    pub text: String,
}

impl Told {
    fn new(name: &str, text: impl Into<String>) -> Self {
        Self { name: name.to_owned(), text: text.into() }
    }
}

/// Different kinds of fee and charge that are listed; the others are counted.
const KINDS_SHOWN: usize = 30;

/// Said above a summary.
pub fn understood_head(is_seen: bool) -> &'static str {
    match is_seen {
        true => "this is what was understood",
        false => {
            "a format not yet seen in the wild; this is what was understood. Compare it with what \
             the platform shows"
        }
    }
}

/// The question at the terminal.
pub fn book_it(file: &str) -> String {
    format!("Book {file}?")
}

pub fn left_out(file: &str) -> String {
    format!("{file} was left out. Nothing of it was booked.")
}

/// What was understood of a file, in the order in which it is read.
pub fn understood(found: &Understood, locale: Locale) -> Vec<Told> {
    let mut told = Vec::new();
    if found.is_empty() {
        return vec![Told::new("Rows", "none that could be taken in")];
    }
    if let (Some(from), Some(to)) = (found.first_day, found.last_day) {
        told.push(Told::new("Days", format::day_range(DayRange { from, to }, locale)));
    }
    for (what, count) in &found.counts {
        let sums = found.sums.iter().filter(|(other, _)| other == what).map(|(_, sum)| *sum);
        let mut text = format::quantity(*count, locale);
        let sums = money_list(sums, locale);
        if !sums.is_empty() {
            text.push_str(&format!(", {}{sums}", sum_of(*what)));
        }
        told.push(Told::new(names(*what).1, text));
    }
    add_kinds(&mut told, ("Fee", &found.fees), locale);
    add_kinds(&mut told, ("Charge", &found.charges), locale);
    for (index, example) in found.first.iter().enumerate() {
        let name = ["First record", "Second record", "Third record"].get(index);
        told.push(Told::new(name.copied().unwrap_or("Record"), example_text(example, locale)));
    }
    told
}

fn add_kinds(told: &mut Vec<Told>, (name, kinds): (&str, &[Kind]), locale: Locale) {
    for kind in kinds.iter().take(KINDS_SHOWN) {
        let sums = money_list(kind.sums.iter().copied(), locale);
        let times = times(kind.times, locale);
        told.push(Told::new(&format!("{name} {:?}", kind.name), format!("{times}, {sums}")));
    }
    if kinds.len() > KINDS_SHOWN {
        let more = format::quantity((kinds.len() - KINDS_SHOWN) as i64, locale);
        told.push(Told::new(name, format!("{more} further kinds")));
    }
}

fn times(count: i64, locale: Locale) -> String {
    match count {
        1 => "once".to_owned(),
        count => format!("{} times", format::quantity(count, locale)),
    }
}

fn money_list(sums: impl Iterator<Item = Money>, locale: Locale) -> String {
    let shown = sums.map(|sum| money(sum, locale));
    shown.collect::<Vec<_>>().join(" and ")
}

fn money(sum: Money, locale: Locale) -> String {
    format!("{} {}", format::amount(sum, locale), sum.currency.code())
}

/// `Order 1001, 2 Mar 2026, 2 lines, 40.00 EUR`.
fn example_text(example: &Example, locale: Locale) -> String {
    let mut parts = vec![format!("{} {}", names(example.what).0, example.name)];
    parts.extend(example.day.map(|day| format::day(day, locale)));
    if let Some(lines) = example.lines {
        let noun = if lines == 1 { "line" } else { "lines" };
        parts.push(format!("{} {noun}", format::quantity(lines, locale)));
    }
    parts.extend(example.amount.map(|amount| money(amount, locale)));
    parts.join(", ").trim().to_owned()
}

/// What the sum beside a count is of.
fn sum_of(what: What) -> &'static str {
    match what {
        What::Order => "goods and shipping ",
        What::Refund => "given back ",
        _ => "",
    }
}

/// One and many.
fn names(what: What) -> (&'static str, &'static str) {
    match what {
        What::Order => ("Order", "Orders"),
        What::Line => ("Line", "Order lines"),
        What::Refund => ("Refund of order", "Refunds"),
        What::Return => ("Return of order", "Returns"),
        What::Charge => ("Charge", "Charges"),
        What::Payout => ("Payout", "Payouts"),
        What::Label => ("Label of order", "Shipping labels"),
        What::AdSpend => ("Campaign", "Rows of ad spend"),
        What::Listing => ("Product", "Products"),
        What::Link => ("Link of a listing", "Links of listings"),
        What::ListedCost => ("Cost of", "Costs beside products"),
        What::FeeEstimate => ("Expected fee of", "Expected fees"),
        What::Stock => ("Stock of", "Stock levels"),
        What::StockMovement => ("Movement", "Stock movements"),
        What::Cost => ("Cost of", "Unit costs"),
        What::Purchase => ("Received", "Purchases"),
        What::Landed => ("Landed cost of", "Landed costs"),
        What::Expense => ("Expense", "Expenses"),
        What::Rate => ("Rate", "Exchange rates"),
        What::Rules => ("Rules", "Sets of rules"),
        What::StatedTotal => ("Stated total", "Stated totals"),
    }
}

/// `fee "Climate levy" is not known; it occurs 12 times`.
pub fn unknown(kind: &str, name: &str, count: i64) -> String {
    let occurs = match count {
        1 => "it occurs once".to_owned(),
        count => format!("it occurs {count} times"),
    };
    format!("{} {name:?} is not known; {occurs}", unknown_kind(kind))
}

/// What an unknown thing is, as it begins a sentence.
pub fn unknown_kind(kind: &str) -> &'static str {
    match UnknownKind::parse(kind) {
        Some(UnknownKind::Fee) => "the fee",
        Some(UnknownKind::Transaction) => "the kind of transaction",
        Some(UnknownKind::Status) => "the status",
        Some(UnknownKind::Column) => "the column",
        Some(UnknownKind::Currency) => "the currency",
        None => "the word",
    }
}

/// As it stands alone in a cell.
pub fn unknown_name(kind: &str) -> &'static str {
    match UnknownKind::parse(kind) {
        Some(UnknownKind::Fee) => "Fee",
        Some(UnknownKind::Transaction) => "Transaction",
        Some(UnknownKind::Status) => "Status",
        Some(UnknownKind::Column) => "Column",
        Some(UnknownKind::Currency) => "Currency",
        None => "Word",
    }
}

/// What was done with it.
pub fn unknown_effect(kind: &str) -> &'static str {
    match UnknownKind::parse(kind) {
        Some(UnknownKind::Fee | UnknownKind::Transaction) => {
            "Counted in the profit as it stands, but under no heading of its own. Look whether \
             its amount is right."
        }
        Some(UnknownKind::Status) => "Taken for the nearest status that is known.",
        Some(UnknownKind::Column) => "Not read. Nothing is wrong unless it holds money.",
        Some(UnknownKind::Currency) => "Amounts in it could not be taken in.",
        None => "Not read.",
    }
}

/// `3 unit costs`, by the name of their table.
pub fn facts(table: &str, count: i64, locale: Locale) -> String {
    let (one, many) = match table {
        "costs" => ("unit cost", "unit costs"),
        "purchases" => ("line of a receipt", "lines of receipts"),
        "landed_costs" => ("landed cost", "landed costs"),
        "expenses" => ("expense", "expenses"),
        "ad_spend" => ("row of ad spend", "rows of ad spend"),
        "fx_rates" => ("exchange rate", "exchange rates"),
        "charges" => ("charge", "charges"),
        "payouts" => ("payout", "payouts"),
        "stated_totals" => ("stated total", "stated totals"),
        "listings" => ("product", "products"),
        "channel_listings" => ("listing", "listings"),
        "listing_links" => ("link of a listing", "links of listings"),
        "listed_costs" => ("cost beside a product", "costs beside products"),
        "fee_estimates" => ("expected fee", "expected fees"),
        "stock_levels" => ("stock level", "stock levels"),
        "stock_movements" => ("stock movement", "stock movements"),
        "labels" => ("shipping label", "shipping labels"),
        _ => ("record", "records"),
    };
    let noun = if count == 1 { one } else { many };
    format!("{} {noun}", format::quantity(count, locale))
}

/// What taking an import back would come to, in sentences.
pub fn what_goes(contents: &Contents, locale: Locale) -> String {
    let orders = |count: i64| {
        let noun = if count == 1 { "order" } else { "orders" };
        format!("{} {noun}", format::quantity(count, locale))
    };
    let mut goes = Vec::new();
    if contents.orders > 0 {
        goes.push(orders(contents.orders));
    }
    goes.extend(contents.facts.iter().map(|of| facts(of.table, of.goes, locale)));
    if contents.rules {
        goes.push("the rules".to_owned());
    }
    let mut text = match goes.join(", ") {
        goes if goes.is_empty() => "Nothing leaves the books.".to_owned(),
        goes => format!("This leaves the books: {goes}."),
    };
    if contents.orders_shared > 0 {
        let shared = orders(contents.orders_shared);
        text.push_str(&format!(" {shared} that other files tell of too stay as those tell them."));
    }
    let back = contents.facts.iter().filter(|of| of.comes_back > 0);
    let back: Vec<String> = back.map(|of| facts(of.table, of.comes_back, locale)).collect();
    if !back.is_empty() {
        text.push_str(&format!(" What these replaced holds again: {}.", back.join(", ")));
    }
    text.push_str(" The figures are recounted. You can take the same file in again later.");
    text
}

/// The digits of a file's hash.
pub fn hash_text(hash: &[u8; 32]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What the history calls a row that was tried again.
pub fn row_again(file: &str, line: i64) -> String {
    format!("{file}, row {line} again")
}

pub fn rows_again(file: &str) -> String {
    format!("{file}, refused rows again")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Currency, Day};
    use crate::store::imports::FactsOf;

    fn eur(minor: i64) -> Money {
        Money::new(minor, Currency::parse("EUR").unwrap())
    }

    #[test]
    fn a_summary_reads_like_a_list() {
        let day = Day::parse("2026-03-02").unwrap();
        let found = Understood {
            counts: [(What::Order, 2), (What::Line, 3)].into(),
            sums: vec![(What::Order, eur(5_200)), (What::Order, Money::new(3, jpy()))],
            fees: vec![Kind { name: "commission".into(), times: 2, sums: vec![eur(300)] }],
            first_day: Some(day),
            last_day: Some(day.plus(2)),
            first: vec![Example {
                what: What::Order,
                name: "1001".into(),
                day: Some(day),
                amount: Some(eur(2_600)),
                lines: Some(1),
            }],
            ..Understood::default()
        };
        let told = understood(&found, Locale::En);
        let lines: Vec<String> = told.iter().map(|t| format!("{}: {}", t.name, t.text)).collect();
        let expected = [
            "Days: 2 – 4 Mar 2026",
            "Orders: 2, goods and shipping 52.00 EUR and 3 JPY",
            "Order lines: 3",
            "Fee \"commission\": 2 times, 3.00 EUR",
            "First record: Order 1001, 2 Mar 2026, 1 line, 26.00 EUR",
        ];
        assert_eq!(lines, expected);
        assert_eq!(understood(&Understood::default(), Locale::En).len(), 1);
    }

    fn jpy() -> Currency {
        Currency::parse("JPY").unwrap()
    }

    #[test]
    fn what_goes_is_told_by_kind_with_what_comes_back() {
        let of = |table, goes, comes_back| FactsOf { table, goes, comes_back };
        let contents = Contents {
            orders: 12,
            orders_shared: 1,
            facts: vec![of("costs", 3, 1), of("payouts", 1, 0)],
            rules: true,
        };
        assert_eq!(
            what_goes(&contents, Locale::En),
            "This leaves the books: 12 orders, 3 unit costs, 1 payout, the rules. 1 order that \
             other files tell of too stay as those tell them. What these replaced holds again: \
             1 unit cost. The figures are recounted. You can take the same file in again later."
        );
        assert!(what_goes(&Contents::default(), Locale::En).starts_with("Nothing leaves"));
    }

    #[test]
    fn every_kind_of_unknown_has_its_words() {
        for kind in UnknownKind::ALL {
            assert_ne!(unknown_kind(kind.name()), unknown_kind("else"));
            assert_ne!(unknown_name(kind.name()), unknown_name("else"));
            assert!(unknown_effect(kind.name()).ends_with('.'));
        }
        let told = unknown("fee", "Climate levy", 12);
        assert_eq!(told, "the fee \"Climate levy\" is not known; it occurs 12 times");
    }
}
