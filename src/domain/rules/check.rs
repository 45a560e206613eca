//! What a set of rules must keep before it may hold: a file of rules and the page that edits
//! them are checked alike, and each fault names its rule and field.

use crate::base::{Currency, Decimal};
use crate::domain::rules::{Rules, Target};

/// The lists of rules, by their names in the file.
pub const SECTIONS: [&str; 8] = [
    "payment_fees",
    "shipping_costs",
    "handling_costs",
    "vat_rates",
    "campaigns",
    "groups",
    "cost_guesses",
    "fee_kinds",
];

/// One wrong field of one rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFault {
    pub section: &'static str,
    pub index: usize,
    /// `percent`, `target.sku`.
    pub field: String,
    /// A sentence: what is wrong, and how it is written.
    pub reason: String,
}

impl RuleFault {
    /// `payment_fees[0].percent`.
    pub fn path(&self) -> String {
        format!("{}[{}].{}", self.section, self.index, self.field)
    }
}

/// # Errors
/// The first thing that is wrong.
pub fn check(rules: &Rules) -> Result<(), RuleFault> {
    for (index, rule) in rules.payment_fees.iter().enumerate() {
        let at = Place { section: "payment_fees", index };
        let currency = at.currency(rule.currency.as_deref())?;
        at.percent("percent", rule.percent)?;
        at.percent("returned_on_refund_percent", rule.returned_on_refund_percent)?;
        at.not_negative("fixed", rule.fixed)?;
        at.limit("minimum", rule.minimum, currency)?;
        at.limit("maximum", rule.maximum, currency)?;
        if let (Some(minimum), Some(maximum)) = (rule.minimum, rule.maximum)
            && minimum > maximum
        {
            return at.fault("minimum", "The minimum is above the maximum.");
        }
    }
    for (index, rule) in rules.shipping_costs.iter().enumerate() {
        let at = Place { section: "shipping_costs", index };
        at.country(rule.country.as_deref())?;
        at.not_negative("cost", Some(rule.cost))?;
        if rule.up_to_grams.is_some_and(|grams| grams < 0) {
            return at.fault("up_to_grams", "A weight is not negative.");
        }
    }
    for (index, rule) in rules.handling_costs.iter().enumerate() {
        Place { section: "handling_costs", index }.not_negative("cost", Some(rule.cost))?;
    }
    for (index, rule) in rules.vat_rates.iter().enumerate() {
        let at = Place { section: "vat_rates", index };
        at.country(rule.country.as_deref())?;
        at.percent("rate", Some(rule.rate))?;
    }
    for (index, rule) in rules.campaigns.iter().enumerate() {
        let at = Place { section: "campaigns", index };
        let (field, name) = match &rule.target {
            Target::Sku(name) => ("target.sku", name),
            Target::Group(name) => ("target.group", name),
            Target::Store(name) => ("target.store", name),
        };
        at.not_empty(field, name)?;
    }
    for (index, guess) in rules.cost_guesses.iter().enumerate() {
        Place { section: "cost_guesses", index }.percent("percent", Some(guess.percent))?;
    }
    for (index, rule) in rules.fee_kinds.iter().enumerate() {
        Place { section: "fee_kinds", index }.not_empty("kind", &rule.kind)?;
    }
    for (index, group) in rules.groups.iter().enumerate() {
        // An empty prefix is a group of all that no group before it took.
        Place { section: "groups", index }.not_empty("name", &group.name)?;
    }
    Ok(())
}

/// What is allowed and yet probably a slip of the pen.
pub fn list_doubts(rules: &Rules) -> Vec<String> {
    let mut doubts = Vec::new();
    let is_known = |name: &str| rules.groups.iter().any(|group| group.name == name);
    for (index, guess) in rules.cost_guesses.iter().enumerate() {
        if let Some(name) = guess.group.as_deref().filter(|name| *name != "*" && !is_known(name)) {
            doubts.push(format!(
                "cost_guesses[{index}].group: There is no group {name:?}, so this guess fits no \
                 product. Add the group, or correct its name."
            ));
        }
    }
    for (index, rule) in rules.campaigns.iter().enumerate() {
        if let Target::Group(name) = &rule.target
            && !is_known(name)
        {
            doubts.push(format!(
                "campaigns[{index}].target.group: There is no group {name:?}, so this campaign's \
                 spend goes to all products of its store. Add the group, or correct its name."
            ));
        }
    }
    doubts
}

/// One rule, for checks that name their field.
#[derive(Clone, Copy)]
struct Place {
    section: &'static str,
    index: usize,
}

impl Place {
    fn fault<T>(self, field: &str, reason: impl Into<String>) -> Result<T, RuleFault> {
        let Self { section, index } = self;
        Err(RuleFault { section, index, field: field.to_owned(), reason: reason.into() })
    }

    fn percent(self, field: &str, percent: Option<Decimal>) -> Result<(), RuleFault> {
        let hundred = Decimal::from_minor(100, 0);
        match percent {
            Some(percent) if percent.is_negative() || percent > hundred => {
                self.fault(field, format!("{percent} is not a percentage from 0 to 100."))
            }
            _ => Ok(()),
        }
    }

    fn not_negative(self, field: &str, amount: Option<Decimal>) -> Result<(), RuleFault> {
        match amount {
            Some(amount) if amount.is_negative() => {
                self.fault(field, "The amount is negative; a cost is written as 4.20.")
            }
            _ => Ok(()),
        }
    }

    /// The rounded fee is held within a minimum and maximum, so these must be money.
    fn limit(
        self,
        field: &str,
        amount: Option<Decimal>,
        currency: Option<Currency>,
    ) -> Result<(), RuleFault> {
        self.not_negative(field, amount)?;
        let (Some(amount), Some(currency)) = (amount, currency) else { return Ok(()) };
        let minor = amount.to_minor(currency.digits());
        if minor.map(|minor| Decimal::from_minor(minor, currency.digits())) == Some(amount) {
            return Ok(());
        }
        let reason = format!("{amount} has more digits after the point than {currency} has.");
        self.fault(field, reason)
    }

    fn currency(self, code: Option<&str>) -> Result<Option<Currency>, RuleFault> {
        match code {
            None | Some("*") => Ok(None),
            Some(code) => match Currency::parse(code) {
                Ok(currency) => Ok(Some(currency)),
                Err(wrong) => self.fault("currency", format!("{wrong}; write EUR, or * for any.")),
            },
        }
    }

    fn country(self, code: Option<&str>) -> Result<(), RuleFault> {
        match code {
            None | Some("*") => Ok(()),
            Some(code) if is_country(code) => Ok(()),
            Some(_) => self.fault(
                "country",
                "A country is written as two capital letters such as DE, or * for any.",
            ),
        }
    }

    fn not_empty(self, field: &str, text: &str) -> Result<(), RuleFault> {
        if text.trim().is_empty() {
            return self.fault(field, "The text is empty.");
        }
        Ok(())
    }
}

fn is_country(code: &str) -> bool {
    code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase())
}
