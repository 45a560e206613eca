//! What is missing, in sentences: a title for each kind of gap and what it is about.

use crate::domain::gap::GapKind;

/// A gap in words. `count` is what it touches, counted in words already; `products` likewise.
pub struct GapWords {
    pub title: String,
    pub note: String,
}

pub fn words(kind: &GapKind, count: &str, products: &str) -> GapWords {
    let (title, note) = match kind {
        GapKind::UnitCost => (
            "Unit cost missing".to_owned(),
            format!("{count}, {products}. Net sales so far counted without a cost."),
        ),
        GapKind::GuessedCost => (
            "Unit cost guessed".to_owned(),
            format!("{count}, {products}. A share of the price stands in until you enter it."),
        ),
        GapKind::ShippingCost => (
            "Shipping cost missing".to_owned(),
            format!("{count} with neither a label nor a rule."),
        ),
        GapKind::PaymentFees => (
            "Payment fee missing".to_owned(),
            format!("{count} with neither a real fee nor a rule."),
        ),
        GapKind::VatRate => (
            "Tax rate missing".to_owned(),
            format!("{count} whose prices include tax, and no rate for their country."),
        ),
        GapKind::ExchangeRate => (
            "Exchange rates missing".to_owned(),
            format!("{count} on which an amount could not be converted. It is in no figure."),
        ),
        GapKind::UnknownFee { kind } => {
            (format!("Unknown fee “{kind}”"), format!("{count}. Counted in profit, not yet named."))
        }
        GapKind::UnknownCharge { kind } => (
            format!("Unknown charge “{kind}”"),
            format!("{count} of a payout. Counted among the fees of the period, not yet named."),
        ),
        GapKind::RefusedRows => (
            "Rows that did not go in".to_owned(),
            format!("{count}. Mend them in the file and drop it again under the same name."),
        ),
        GapKind::UnknownInFiles { kind } => in_files(kind, count),
        GapKind::UnallocatedAds => (
            "Ad spend that no order bears".to_owned(),
            format!(
                "{count}: on those days nothing was sold that could bear it. It counts in every \
                 total. See that the orders of those days went in."
            ),
        ),
        GapKind::LabelWithoutOrder => (
            "Labels without an order".to_owned(),
            format!("{count} whose order number is not known. They are in no figure."),
        ),
        GapKind::Unexplained => (
            "Totals with an unexplained rest".to_owned(),
            format!("{count} whose stated total holds more or less than its parts. In no figure."),
        ),
        GapKind::EstimatedFees => (
            "Fees not settled yet".to_owned(),
            format!("{count}, computed by rule until the real fee is known."),
        ),
        GapKind::EstimatedShipping => {
            ("Label cost by rule".to_owned(), format!("{count} without a label of their own."))
        }
    };
    GapWords { title, note }
}

fn in_files(kind: &str, count: &str) -> (String, String) {
    let (title, note) = match kind {
        "transaction" => (
            "Unknown transactions in files",
            "They are counted where their amount says so, and in no figure where it does not.",
        ),
        "status" => (
            "Unknown states of orders",
            "An order in such a state counts for nothing. Look at it in the shop.",
        ),
        "currency" => (
            "Unknown currencies in files",
            "Their rows did not go in. Correct the code in the file and drop it again.",
        ),
        _ => (
            "Columns that are not read",
            "Nothing is wrong with the figures; what stands in them is not used.",
        ),
    };
    (title.to_owned(), format!("Met {count}. {note}"))
}

/// `12 times`.
pub fn times(count: i64, shown: &str) -> String {
    if count == 1 { "once".to_owned() } else { format!("{shown} times") }
}

/// The head of the folded pieces.
pub fn pieces(shown: &str, more: Option<&str>) -> String {
    match more {
        None if shown == "1" => "Show it".to_owned(),
        None => format!("Show the {shown}"),
        Some(more) => format!("Show the {shown} that weigh most; there are {more} more"),
    }
}

/// What the To do page answers. `things` counts the entries that need a person.
pub fn answer(things: i64, shown: &str) -> String {
    match things {
        0 => "Nothing needs you. Every figure of the last 12 months is known.".to_owned(),
        1 => "1 thing needs you, of the last 12 months.".to_owned(),
        _ => format!("{shown} things need you, of the last 12 months, by money at stake."),
    }
}

pub fn enter_costs(count: i64, shown: &str) -> String {
    match count {
        1 => "Enter 1 cost".to_owned(),
        _ => format!("Enter {shown} costs"),
    }
}
