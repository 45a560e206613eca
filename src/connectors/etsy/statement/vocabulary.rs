//! A statement's types and titles, in English and German, and what they are to us. What no line
//! fits is counted and told, never guessed.

use crate::connectors::contract::UnknownKind;
use crate::connectors::kit::words::kind_of_words;
use crate::domain::record::{ChargeClass, FeeClass};

/// What a row is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    Sale,
    Refund,
    /// What Etsy collects from the buyer for others: sales tax, a state's delivery fee.
    BuyerTax,
    Fee(FeeMeaning),
    Deposit,
    /// Neither income nor cost.
    Outside(ChargeClass, &'static str),
    /// Counted and told under this kind and name.
    Unknown(UnknownKind, String),
}

/// What a fee is, with an order and without one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeeMeaning {
    pub kind: String,
    pub class: FeeClass,
    pub charge: ChargeClass,
}

type Known = (&'static str, FeeClass, ChargeClass);

use ChargeClass::{AdvertisingPayment, Balance, PeriodFee, PeriodIncome};
use FeeClass::{Advertising, Channel, OtherIncome, Payment, ShippingCost};

const TRANSACTION: Known = ("transaction", Channel, PeriodFee);
const TRANSACTION_SHIPPING: Known = ("transaction_shipping", Channel, PeriodFee);
const LABEL: Known = ("shipping_label", ShippingCost, PeriodFee);
const LISTING: Known = ("listing", Channel, PeriodFee);
const PROCESSING: Known = ("processing", Payment, PeriodFee);
const SUBSCRIPTION: Known = ("subscription", Channel, PeriodFee);
const ETSY_ADS: Known = ("etsy_ads", Advertising, AdvertisingPayment);
const OFFSITE_ADS: Known = ("offsite_ads", Advertising, AdvertisingPayment);

/// By a piece of the title; more particular pieces stand first.
const FEES: [(&str, Known); 30] = [
    ("offsite ads", OFFSITE_ADS),
    ("offsite-anzeigen", OFFSITE_ADS),
    ("etsy ads", ETSY_ADS),
    ("etsy-anzeigen", ETSY_ADS),
    ("prolist", ETSY_ADS),
    ("processing", PROCESSING),
    ("zahlungsabwicklung", PROCESSING),
    ("shipping label", LABEL),
    ("postage label", LABEL),
    ("versandetikett", LABEL),
    ("shipping_label", LABEL),
    ("shipping transaction", TRANSACTION_SHIPPING),
    ("shipping_transaction", TRANSACTION_SHIPPING),
    ("transaction", TRANSACTION),
    ("transaktion", TRANSACTION),
    ("listing", LISTING),
    ("einstell", LISTING),
    ("auto-renew", LISTING),
    ("renew sold", LISTING),
    ("renew expired", LISTING),
    ("multi-quantity", LISTING),
    ("regulatory operating", ("regulatory_operating", Channel, PeriodFee)),
    ("share & save", ("share_and_save", Channel, PeriodFee)),
    ("share and save", ("share_and_save", Channel, PeriodFee)),
    ("subscription", SUBSCRIPTION),
    ("etsy plus", SUBSCRIPTION),
    ("pattern", SUBSCRIPTION),
    ("currency conversion", ("currency_conversion", Channel, PeriodFee)),
    ("gift wrap", ("transaction_gift_wrap", Channel, PeriodFee)),
    ("insurance", ("shipping_insurance", ShippingCost, PeriodFee)),
];

/// What the words of a fee name, an item's title behind them left aside.
fn find_fee(title: &str) -> Option<Known> {
    // `Transaction fee: Ad poster, listing of 1920` is a transaction fee whatever it sells.
    let starts = ["transaction fee", "credit for transaction fee", "transaktionsgebühr"];
    if let Some(start) = starts.into_iter().find(|start| title.starts_with(start)) {
        let item = title[start.len()..].trim_start_matches([':', ' ']);
        let item = item.strip_prefix("on ").unwrap_or(item);
        let is_shipping = ["shipping", "versand", "postage", "delivery"].contains(&item);
        return Some(if is_shipping { TRANSACTION_SHIPPING } else { TRANSACTION });
    }
    FEES.iter().find(|(piece, _)| title.contains(piece)).map(|(_, known)| *known)
}

fn fee((kind, class, charge): Known) -> Meaning {
    Meaning::Fee(FeeMeaning { kind: kind.to_owned(), class, charge })
}

fn unknown(kind: UnknownKind, title: &str) -> Meaning {
    // An item's title or a number behind the colon is no name of a kind.
    let name = title.split([':', '#']).next().unwrap_or_default().trim();
    Meaning::Unknown(kind, name.to_owned())
}

/// The meaning of `Type` and `Title`.
pub fn find(kind: &str, title: &str) -> Meaning {
    let title = title.replace("&amp;", "&");
    let low = title.trim().to_lowercase();
    match kind.trim().to_lowercase().as_str() {
        "sale" | "verkauf" => Meaning::Sale,
        "refund" | "rückerstattung" | "erstattung" if low.contains("share & save") => {
            fee(("share_and_save", Channel, PeriodFee))
        }
        "refund" | "rückerstattung" | "erstattung" => Meaning::Refund,
        "deposit" | "payout" | "auszahlung" | "überweisung" => Meaning::Deposit,
        "buyer fee" | "käufergebühr" => Meaning::BuyerTax,
        "vat" | "tax" | "gst" | "hst" | "steuer" | "mwst." | "mwst" | "ust." => tax(&low, &title),
        "shipping" | "shipping label" | "postage" | "versand" => {
            if low.contains("insurance") {
                fee(("shipping_insurance", ShippingCost, PeriodFee))
            } else {
                fee(LABEL)
            }
        }
        "payment" | "zahlung" => Meaning::Outside(Balance, "card_charge"),
        "reserve" => Meaning::Outside(Balance, "reserve"),
        "adjustment" | "anpassung" => Meaning::Fee(FeeMeaning {
            kind: "adjustment".to_owned(),
            class: OtherIncome,
            charge: PeriodIncome,
        }),
        "subscription" | "abonnement" => fee(SUBSCRIPTION),
        "transaction" => fee(TRANSACTION),
        "listing" => fee(LISTING),
        "fee" | "fees" | "gebühr" | "gebühren" | "marketing" | "werbung" => {
            find_fee(&low).map_or_else(|| unknown(UnknownKind::Fee, &title), fee)
        }
        _ => unknown(UnknownKind::Transaction, kind),
    }
}

/// Tax that the buyer paid, or tax on a fee: a kind of its own, of the fee's class.
fn tax(low: &str, title: &str) -> Meaning {
    if low.contains("paid by buyer") || low.starts_with("refund to buyer") {
        return Meaning::BuyerTax;
    }
    let inner = low.split_once(':').map_or(low, |(_, inner)| inner).trim();
    match find_fee(inner) {
        Some((kind, class, charge)) => {
            Meaning::Fee(FeeMeaning { kind: format!("tax_on_{kind}"), class, charge })
        }
        None => unknown(UnknownKind::Fee, &title.replace(':', " on")),
    }
}

impl Meaning {
    /// Our word for the row, the same in every language.
    pub fn kind(&self) -> String {
        match self {
            Self::Sale => "sale".to_owned(),
            Self::Refund => "refund".to_owned(),
            Self::BuyerTax => "buyer_tax".to_owned(),
            Self::Deposit => "deposit".to_owned(),
            Self::Fee(fee) => fee.kind.clone(),
            Self::Outside(_, kind) => (*kind).to_owned(),
            Self::Unknown(_, name) => kind_of_words(name),
        }
    }
}

/// The order that a text names: `Order #367…`, `order: 367…`, `Bestellnr. 367…`.
pub fn find_order(text: &str) -> Option<&str> {
    find_number(text, &["order", "bestell"])
}

/// The item sold, by its number in the shop's orders: `transaction: 456…`.
pub fn find_transaction(text: &str) -> Option<&str> {
    find_number(text, &["transaction:"])
}

/// The digits behind a word and its ending, a sign or two between them.
fn find_number<'a>(text: &'a str, words: &[&str]) -> Option<&'a str> {
    const DIGITS_MIN: usize = 6;
    let low = text.to_ascii_lowercase();
    words.iter().find_map(|word| {
        let mut from = 0;
        while let Some(at) = low[from..].find(word) {
            from += at + word.len();
            let rest = text[from..].trim_start_matches(|sign: char| sign.is_alphabetic());
            let rest = rest.trim_start_matches(['.', ':', ' ', '#', '\u{a0}']);
            let end = rest.find(|sign: char| !sign.is_ascii_digit()).unwrap_or(rest.len());
            if end >= DIGITS_MIN {
                return Some(&rest[..end]);
            }
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_and_titles_are_told_in_both_languages() {
        for (kind, title, expected) in [
            ("Sale", "Payment for Order #3672216433", "sale"),
            ("Fee", "Transaction fee: Vintage listing poster, Etsy Ads", "transaction"),
            ("Fee", "Transaction fee: Shipping", "transaction_shipping"),
            ("Fee", "Transaction fee: Shipping crate of oak", "transaction"),
            ("Fee", "Credit for transaction fee on shipping", "transaction_shipping"),
            ("Fee", "Credit for processing fee", "processing"),
            ("Fee", "Listing fee ($0.20 USD)", "listing"),
            ("Gebühr", "Einstellgebühr (0,20 USD)", "listing"),
            ("Fee", "Share &amp; Save refund", "share_and_save"),
            ("VAT", "VAT: auto-renew sold", "tax_on_listing"),
            ("VAT", "VAT: Processing Fee", "tax_on_processing"),
            ("VAT", "VAT: shipping_transaction", "tax_on_transaction_shipping"),
            ("Tax", "Sales tax paid by buyer", "buyer_tax"),
            ("Tax", "Refund to buyer for sales tax", "buyer_tax"),
            ("Tax", "Sales tax on Etsy Plus subscription fee", "tax_on_subscription"),
            ("Buyer Fee", "Colorado Retail Delivery Fee (paid by buyer)", "buyer_tax"),
            ("Marketing", "Fee for sale made through Offsite Ads", "offsite_ads"),
            ("Marketing", "Etsy Ads", "etsy_ads"),
            ("Shipping", "USPS shipping label", "shipping_label"),
            ("Deposit", "$37.35 sent to your bank account", "deposit"),
            ("Payment", "Payment from card", "card_charge"),
            ("Fee", "Moonlight fee: 3", "moonlight_fee"),
            ("Mystery", "Something later", "mystery"),
        ] {
            assert_eq!(find(kind, title).kind(), expected, "{kind} {title}");
        }
    }

    #[test]
    fn orders_are_found_in_each_of_their_dresses() {
        for (text, expected) in [
            ("Order #3672216433", Some("3672216433")),
            ("order: 3672216433", Some("3672216433")),
            ("Payment for Order #3672216433", Some("3672216433")),
            ("Bestellnr. 3672216433", Some("3672216433")),
            ("Bestellung #3672216433", Some("3672216433")),
            ("Listing #1384315830", None),
            ("Order of the day, 12", None),
            ("", None),
        ] {
            assert_eq!(find_order(text), expected, "{text}");
        }
        assert_eq!(find_transaction("transaction: 4563772122"), Some("4563772122"));
    }
}
