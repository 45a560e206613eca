//! Sentences of the page of rules.

use super::Word;
use crate::domain::rules::VatSource;

/// Whose amounts include recoverable VAT.
pub fn source_word(source: VatSource) -> Word {
    match source {
        VatSource::Costs => Word::VatOfCosts,
        VatSource::Purchases => Word::VatOfPurchases,
        VatSource::LandedCosts => Word::VatOfLanded,
        VatSource::Expenses => Word::VatOfExpenses,
        VatSource::AdSpend => Word::VatOfAds,
        VatSource::ShippingCosts => Word::VatOfShipping,
        VatSource::HandlingCosts => Word::VatOfHandling,
        VatSource::Labels => Word::VatOfLabels,
        VatSource::Fees => Word::VatOfFees,
    }
}

pub fn title_edit(list: &str, number: &str) -> String {
    format!("{list}, rule {number}")
}

pub fn title_new(list: &str) -> String {
    format!("{list}, new rule")
}

pub fn title_remove(list: &str, number: &str) -> String {
    format!("{list}: remove rule {number}?")
}

pub fn title_move(list: &str, number: &str, to: &str) -> String {
    format!("{list}: rule {number} becomes rule {to}")
}

/// A set of rules of a former time.
pub fn title_restore(from: &str) -> String {
    format!("Put the rules of {from} back?")
}
