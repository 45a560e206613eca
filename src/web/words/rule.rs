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

/// The title of a list of rules, by its name in the file.
pub fn list(name: &str) -> Option<Word> {
    Some(match name {
        "payment_fees" => Word::RulesPaymentFees,
        "shipping_costs" => Word::RulesShipping,
        "handling_costs" => Word::RulesHandling,
        "vat_rates" => Word::RulesVat,
        "cost_guesses" => Word::RulesGuesses,
        "bundles" => Word::RulesBundles,
        "input_vat" => Word::RulesInputVat,
        "groups" => Word::RulesGroups,
        "campaigns" => Word::RulesCampaigns,
        "fee_kinds" => Word::RulesFeeKinds,
        _ => return None,
    })
}

/// What a field of a list's rules is called, by its name in the file.
pub fn field(list: &str, name: &str) -> Option<Word> {
    Some(match (list, name) {
        ("cost_guesses", "percent") => Word::RuleShare,
        ("bundles", "sku") => Word::RuleBundleSku,
        ("fee_kinds", "kind") => Word::RuleFeeKind,
        ("campaigns", "target") => Word::RuleTargetKind,
        (_, "gateway") => Word::RuleGateway,
        (_, "currency") => Word::RuleCurrency,
        (_, "percent") => Word::RulePercent,
        (_, "fixed") => Word::RuleFixed,
        (_, "minimum") => Word::RuleMinimum,
        (_, "maximum") => Word::RuleMaximum,
        (_, "returned_on_refund_percent") => Word::RuleReturned,
        (_, "country") => Word::RuleCountry,
        (_, "up_to_grams") => Word::RuleGrams,
        (_, "cost") => Word::RuleCost,
        (_, "per") => Word::RulePer,
        (_, "rate") => Word::RuleRate,
        (_, "from") => Word::RuleSince,
        (_, "group") => Word::RuleGroup,
        (_, "components") => Word::RuleComponents,
        (_, "source") => Word::RuleSource,
        (_, "platform") => Word::RulePlatform,
        (_, "name") => Word::RuleGroupName,
        (_, "sku_prefix") => Word::RulePrefix,
        (_, "campaign") => Word::RuleCampaign,
        (_, "class") => Word::RuleFeeClass,
        _ => return None,
    })
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
