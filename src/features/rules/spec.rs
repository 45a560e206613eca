//! The lists of rules as the page shows and edits them: which fields each has, in the words of the
//! rules file.

use crate::web::words::Word;

/// One list of rules.
#[derive(Debug)]
pub struct List {
    /// Its name in the file.
    pub name: &'static str,
    pub title: Word,
    pub why: Word,
    pub fields: &'static [Spec],
}

/// One field of a rule.
#[derive(Debug)]
pub struct Spec {
    pub name: &'static str,
    pub label: Word,
    pub help: Option<Word>,
    pub kind: Kind,
    pub required: bool,
    /// Where it is empty the rule fits any.
    pub condition: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    /// A decimal number; with its unit.
    Decimal(&'static str),
    Whole,
    /// A currency that must be said.
    Currency,
    /// One, or any.
    AnyCurrency,
    Day,
    Per,
    Group,
    /// What the target of a campaign is, and its name.
    ForWhat,
    Target,
    /// The class of a fee.
    FeeClass,
    /// What a bundle is made of: `MUG × 2, BOX`.
    Components,
    /// Whose amounts include recoverable VAT.
    Source,
}

const fn condition(name: &'static str, label: Word, kind: Kind) -> Spec {
    Spec { name, label, help: None, kind, required: false, condition: true }
}

const fn required(name: &'static str, label: Word, kind: Kind) -> Spec {
    Spec { name, label, help: None, kind, required: true, condition: false }
}

const fn optional(name: &'static str, label: Word, kind: Kind) -> Spec {
    Spec { name, label, help: None, kind, required: false, condition: false }
}

impl Spec {
    const fn helped(self, help: Word) -> Self {
        Self { help: Some(help), ..self }
    }
}

pub static LISTS: &[List] = &[
    List {
        name: "payment_fees",
        title: Word::RulesPaymentFees,
        why: Word::RulesPaymentFeesWhy,
        fields: &[
            condition("gateway", Word::RuleGateway, Kind::Text).helped(Word::RuleGatewayHelp),
            condition("currency", Word::RuleCurrency, Kind::AnyCurrency),
            optional("percent", Word::RulePercent, Kind::Decimal("%")),
            optional("fixed", Word::RuleFixed, Kind::Decimal("")),
            optional("minimum", Word::RuleMinimum, Kind::Decimal("")),
            optional("maximum", Word::RuleMaximum, Kind::Decimal("")),
            optional("returned_on_refund_percent", Word::RuleReturned, Kind::Decimal("%")),
        ],
    },
    List {
        name: "shipping_costs",
        title: Word::RulesShipping,
        why: Word::RulesShippingWhy,
        fields: &[
            condition("country", Word::RuleCountry, Kind::Text).helped(Word::RuleCountryHelp),
            condition("up_to_grams", Word::RuleGrams, Kind::Whole).helped(Word::RuleGramsHelp),
            required("cost", Word::RuleCost, Kind::Decimal("")),
            required("currency", Word::RuleCurrency, Kind::Currency),
            required("per", Word::RulePer, Kind::Per),
        ],
    },
    List {
        name: "handling_costs",
        title: Word::RulesHandling,
        why: Word::RulesHandlingWhy,
        fields: &[
            required("per", Word::RulePer, Kind::Per),
            required("cost", Word::RuleCost, Kind::Decimal("")),
            required("currency", Word::RuleCurrency, Kind::Currency),
        ],
    },
    List {
        name: "vat_rates",
        title: Word::RulesVat,
        why: Word::RulesVatWhy,
        fields: &[
            condition("country", Word::RuleCountry, Kind::Text).helped(Word::RuleCountryHelp),
            required("rate", Word::RuleRate, Kind::Decimal("%")),
            optional("from", Word::RuleSince, Kind::Day).helped(Word::RuleSinceHelp),
        ],
    },
    List {
        name: "cost_guesses",
        title: Word::RulesGuesses,
        why: Word::RulesGuessesWhy,
        fields: &[
            condition("group", Word::RuleGroup, Kind::Group),
            required("percent", Word::RuleShare, Kind::Decimal("%")),
        ],
    },
    List {
        name: "bundles",
        title: Word::RulesBundles,
        why: Word::RulesBundlesWhy,
        fields: &[
            required("sku", Word::RuleBundleSku, Kind::Text),
            required("components", Word::RuleComponents, Kind::Components)
                .helped(Word::RuleComponentsHelp),
        ],
    },
    List {
        name: "input_vat",
        title: Word::RulesInputVat,
        why: Word::RulesInputVatWhy,
        fields: &[
            required("source", Word::RuleSource, Kind::Source),
            required("rate", Word::RuleRate, Kind::Decimal("%")),
            optional("from", Word::RuleSince, Kind::Day).helped(Word::RuleSinceHelp),
            condition("platform", Word::RulePlatform, Kind::Text).helped(Word::RuleVatPlatformHelp),
            condition("currency", Word::RuleCurrency, Kind::AnyCurrency),
            condition("country", Word::RuleCountry, Kind::Text).helped(Word::RuleCountryHelp),
        ],
    },
    List {
        name: "groups",
        title: Word::RulesGroups,
        why: Word::RulesGroupsWhy,
        fields: &[
            required("name", Word::RuleGroupName, Kind::Text),
            condition("sku_prefix", Word::RulePrefix, Kind::Text),
        ],
    },
    List {
        name: "campaigns",
        title: Word::RulesCampaigns,
        why: Word::RulesCampaignsWhy,
        fields: &[
            condition("platform", Word::RulePlatform, Kind::Text),
            condition("campaign", Word::RuleCampaign, Kind::Text),
            required("target_kind", Word::RuleTargetKind, Kind::ForWhat),
            required("target", Word::RuleTarget, Kind::Target),
        ],
    },
    List {
        name: "fee_kinds",
        title: Word::RulesFeeKinds,
        why: Word::RulesFeeKindsWhy,
        fields: &[
            condition("platform", Word::RulePlatform, Kind::Text).helped(Word::RulePlatformHelp),
            required("kind", Word::RuleFeeKind, Kind::Text).helped(Word::RuleFeeKindHelp),
            required("class", Word::RuleFeeClass, Kind::FeeClass),
        ],
    },
];

pub fn find(name: &str) -> Option<&'static List> {
    LISTS.iter().find(|list| list.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rules::check::SECTIONS;
    use crate::web::words::rule;

    #[test]
    fn every_list_of_the_file_is_on_the_page() {
        let mut names: Vec<&str> = LISTS.iter().map(|list| list.name).collect();
        let mut sections = SECTIONS.to_vec();
        names.sort_unstable();
        sections.sort_unstable();
        assert_eq!(names, sections);
    }

    #[test]
    fn the_history_calls_lists_and_fields_as_the_page_does() {
        for list in LISTS {
            assert_eq!(rule::list(list.name), Some(list.title), "{}", list.name);
            // The form asks for a target in two fields, the file has one.
            let is_plain = |spec: &&Spec| !spec.name.starts_with("target");
            for spec in list.fields.iter().filter(is_plain) {
                assert_eq!(rule::field(list.name, spec.name), Some(spec.label), "{}", spec.name);
            }
        }
    }
}
