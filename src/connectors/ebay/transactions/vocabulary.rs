//! eBay's types of transactions and descriptions of fees, in English and German, and what they
//! are to us. What no line fits is counted and told, never guessed.

use crate::domain::record::{ChargeClass, FeeClass};

/// What a row of the report is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    Sale,
    /// Money given back to the buyer, be it by a refund, a case or a dispute that was lost.
    Refund,
    /// A fee that its description names.
    Fee,
    Label,
    Payout,
    /// An income or a correction: of the order, or of the period.
    Income(&'static str),
    /// Neither income nor cost.
    Outside(ChargeClass, &'static str),
    Unknown,
}

use ChargeClass::{Balance, Tax};
use Meaning::{Fee, Income, Label, Outside, Payout, Refund, Sale, Unknown};

const TYPES: [(&str, Meaning); 34] = [
    ("order", Sale),
    ("bestellung", Sale),
    ("refund", Refund),
    ("rückerstattung", Refund),
    ("claim", Refund),
    ("fall", Refund),
    ("payment dispute", Refund),
    ("zahlungsstreitfall", Refund),
    ("shipping label", Label),
    ("postage label", Label),
    ("versandetikett", Label),
    ("other fee", Fee),
    ("andere gebühr", Fee),
    ("payout", Payout),
    ("secondary payout", Payout),
    ("auszahlung", Payout),
    ("adjustment", Income("adjustment")),
    ("anpassung", Income("adjustment")),
    ("credit", Income("credit")),
    ("gutschrift", Income("credit")),
    ("hold", Outside(Balance, "hold")),
    ("einbehalten", Outside(Balance, "hold")),
    ("reserve", Outside(Balance, "reserve")),
    ("rücklage", Outside(Balance, "reserve")),
    ("charge", Outside(Balance, "card_charge")),
    ("belastung", Outside(Balance, "card_charge")),
    ("transfer", Outside(Balance, "transfer")),
    ("überweisung", Outside(Balance, "transfer")),
    ("purchase", Outside(Balance, "purchase")),
    ("kauf", Outside(Balance, "purchase")),
    ("withdrawal", Outside(Balance, "withdrawal")),
    ("loan repayment", Outside(Balance, "loan_repayment")),
    ("withheld tax", Outside(Tax, "withheld_tax")),
    ("einbehaltene steuer", Outside(Tax, "withheld_tax")),
];

/// The meaning of the column `Type`.
pub fn find_type(text: &str) -> Meaning {
    let text = text.trim().to_lowercase();
    TYPES.iter().find(|(name, _)| *name == text).map_or(Unknown, |(_, meaning)| *meaning)
}

/// What a fee outside of the columns is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeeMeaning {
    pub kind: &'static str,
    /// Where an order is named.
    pub class: FeeClass,
    /// Where none is.
    pub charge: ChargeClass,
}

const fn period(kind: &'static str) -> FeeMeaning {
    FeeMeaning { kind, class: FeeClass::Channel, charge: ChargeClass::PeriodFee }
}

const AD: FeeMeaning = FeeMeaning {
    kind: "promoted_listings",
    class: FeeClass::Advertising,
    charge: ChargeClass::AdvertisingPayment,
};

const LABEL: FeeMeaning = FeeMeaning {
    kind: "shipping_label",
    class: FeeClass::ShippingCost,
    charge: ChargeClass::PeriodFee,
};

/// By a piece of the description; more particular pieces stand first.
const FEES: [(&str, FeeMeaning); 31] = [
    ("promoted", AD),
    ("ad fee", AD),
    ("ads express", AD),
    ("advertis", AD),
    ("anzeigen", AD),
    ("shipping label", LABEL),
    ("postage label", LABEL),
    ("versandetikett", LABEL),
    ("insertion", period("insertion")),
    ("angebotsgebühr", period("insertion")),
    ("subscription", period("subscription")),
    ("abonnement", period("subscription")),
    ("dispute", period("dispute")),
    ("zahlungsstreit", period("dispute")),
    ("below standard", period("below_standard")),
    ("not as described", period("not_as_described")),
    ("international site", period("listing_upgrade")),
    ("international", period("international")),
    ("regulatory", period("regulatory_operating")),
    ("deposit processing", period("deposit_processing")),
    ("charity", period("charity_donation")),
    ("subtitle", period("listing_upgrade")),
    ("gallery", period("listing_upgrade")),
    ("bold", period("listing_upgrade")),
    ("reserve price", period("listing_upgrade")),
    ("buy it now", period("listing_upgrade")),
    ("scheduled", period("listing_upgrade")),
    ("listing upgrade", period("listing_upgrade")),
    ("final value fee - fixed", period("final_value_fixed")),
    ("final value", period("final_value")),
    ("verkaufsprovision", period("final_value")),
];

pub fn find_fee(description: &str) -> Option<FeeMeaning> {
    let text = description.to_lowercase();
    FEES.iter().find(|(piece, _)| text.contains(piece)).map(|(_, meaning)| *meaning)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_told_in_both_languages() {
        assert_eq!(find_type("Order"), Sale);
        assert_eq!(find_type("Rückerstattung"), Refund);
        assert_eq!(find_type("Payment dispute"), Refund);
        assert_eq!(find_type("Einbehalten"), Outside(Balance, "hold"));
        assert_eq!(find_type("Something new"), Unknown);
    }

    #[test]
    fn fees_are_told_by_their_description() {
        let kind = |text| find_fee(text).map(|meaning| meaning.kind);
        assert_eq!(kind("Promoted Listings - General fee"), Some("promoted_listings"));
        assert_eq!(kind("Promoted Offsite fee"), Some("promoted_listings"));
        assert_eq!(kind("Store subscription fee"), Some("subscription"));
        assert_eq!(kind("International site visibility fee"), Some("listing_upgrade"));
        assert_eq!(kind("International fee"), Some("international"));
        assert_eq!(kind("Moon fee"), None);
        assert_eq!(find_fee("Basis-Anzeigen").map(|meaning| meaning.class), Some(AD.class));
    }
}
