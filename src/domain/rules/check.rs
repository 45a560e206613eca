//! What a set of rules must keep before it may hold: a file of rules and the page that edits
//! them are checked alike, and each fault names its rule and field.

use std::collections::{HashMap, HashSet};

use crate::base::{Currency, Decimal};
use crate::domain::rules::{Rules, Target};

/// The lists of rules, by their names in the file.
pub const SECTIONS: [&str; 10] = [
    "payment_fees",
    "shipping_costs",
    "handling_costs",
    "vat_rates",
    "campaigns",
    "groups",
    "cost_guesses",
    "fee_kinds",
    "bundles",
    "input_vat",
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
    check_bundles(rules)?;
    for (index, rule) in rules.input_vat.iter().enumerate() {
        let at = Place { section: "input_vat", index };
        at.percent("rate", Some(rule.rate))?;
        at.currency(rule.currency.as_deref())?;
        at.country(rule.country.as_deref())?;
        let name = rule.source.name();
        if rule.platform.as_deref().is_some_and(|p| p != "*") && !rule.source.has_platform() {
            return at.fault("platform", format!("Amounts of {name} belong to no platform."));
        }
        if rule.country.as_deref().is_some_and(|c| c != "*") && !rule.source.has_country() {
            return at.fault("country", format!("Amounts of {name} belong to no country."));
        }
    }
    Ok(())
}

/// Units of a component in one bundle; more is a slip of the pen.
const COMPONENT_UNITS_MAX: i64 = 1_000_000;
/// Products in one bundle, those of bundles within it counted.
const PARTS_MAX: usize = 1_000;
/// Bundles one within the other.
const DEPTH_MAX: usize = 50;

fn check_bundles(rules: &Rules) -> Result<(), RuleFault> {
    let mut seen: HashSet<&str> = HashSet::new();
    for (index, bundle) in rules.bundles.iter().enumerate() {
        let at = Place { section: "bundles", index };
        at.not_empty("sku", &bundle.sku)?;
        if !seen.insert(&bundle.sku) {
            return at.fault("sku", format!("{} stands above already.", bundle.sku));
        }
        if bundle.components.is_empty() {
            return at.fault("components", "A bundle holds at least one component.");
        }
        for (number, part) in bundle.components.iter().enumerate() {
            let field = |name: &str| format!("components[{number}].{name}");
            at.not_empty(&field("sku"), &part.sku)?;
            if !(1..=COMPONENT_UNITS_MAX).contains(&part.quantity) {
                let most = COMPONENT_UNITS_MAX;
                let reason = format!("The quantity is a whole number from 1 to {most}.");
                return at.fault(&field("quantity"), reason);
            }
        }
    }
    let mut parts: HashMap<&str, usize> = HashMap::new();
    for (index, bundle) in rules.bundles.iter().enumerate() {
        let at = Place { section: "bundles", index };
        if count_parts(rules, at, &mut vec![&bundle.sku], &mut parts)? > PARTS_MAX {
            let reason = format!("With the bundles in it, it has more than {PARTS_MAX} parts.");
            return at.fault("components", reason);
        }
    }
    Ok(())
}

/// Products that a SKU is made of in the end, one way to it each. A bundle that holds itself has
/// no cost; its path is told.
fn count_parts<'a>(
    rules: &'a Rules,
    at: Place,
    path: &mut Vec<&'a str>,
    known: &mut HashMap<&'a str, usize>,
) -> Result<usize, RuleFault> {
    let Some(bundle) = path.last().and_then(|sku| rules.find_bundle(sku)) else { return Ok(1) };
    if let Some(parts) = known.get(bundle.sku.as_str()) {
        return Ok(*parts);
    }
    let mut sum: usize = 0;
    for part in &bundle.components {
        let is_cycle = path.contains(&part.sku.as_str());
        path.push(&part.sku);
        if path.len() > DEPTH_MAX {
            let reason = format!("Bundles stand in bundles, more than {DEPTH_MAX} deep.");
            return at.fault("components", reason);
        }
        if is_cycle {
            return at.fault("components", format!("It holds itself: {}.", path.join(" > ")));
        }
        sum = sum.saturating_add(count_parts(rules, at, path, known)?);
        path.pop();
    }
    known.insert(&bundle.sku, sum);
    Ok(sum)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> Option<(String, String)> {
        let rules: Rules = serde_json::from_str(text).unwrap();
        check(&rules).err().map(|fault| (fault.path(), fault.reason))
    }

    fn bundles(list: &str) -> String {
        format!(r#"{{"bundles":[{list}]}}"#)
    }

    #[test]
    fn a_bundle_that_holds_itself_is_refused_with_its_path() {
        let set = |sku: &str, part: &str| {
            format!(r#"{{"sku":"{sku}","components":[{{"sku":"{part}","quantity":2}}]}}"#)
        };
        let nested = [set("A", "B"), set("B", "C")].join(",");
        assert_eq!(fault(&bundles(&nested)), None);
        let cycle = bundles(&[nested, set("C", "A")].join(","));
        let (path, reason) = fault(&cycle).unwrap();
        assert_eq!(path, "bundles[0].components");
        assert_eq!(reason, "It holds itself: A > B > C > A.");
        let own = bundles(&set("A", "A"));
        assert_eq!(fault(&own).unwrap().1, "It holds itself: A > A.");
    }

    #[test]
    fn a_bundle_has_parts_and_stands_once() {
        let check = |list: &str, path: &str| {
            assert_eq!(fault(&bundles(list)).unwrap().0, path, "{list}");
        };
        check(r#"{"sku":"","components":[{"sku":"A"}]}"#, "bundles[0].sku");
        check(r#"{"sku":"A","components":[]}"#, "bundles[0].components");
        let zero = r#"{"sku":"A","components":[{"sku":"B"},{"sku":"C","quantity":0}]}"#;
        check(zero, "bundles[0].components[1].quantity");
        let one = r#"{"sku":"A","components":[{"sku":"B"}]}"#;
        check(&format!("{one},{one}"), "bundles[1].sku");
        // Doubled ten times over it is 1,024 ways to one product.
        let double = |n: usize| {
            let part = format!(r#"{{"sku":"S{}"}}"#, n + 1);
            format!(r#"{{"sku":"S{n}","components":[{part},{part}]}}"#)
        };
        let many: Vec<String> = (0..10).map(double).collect();
        check(&many.join(","), "bundles[0].components");
    }

    #[test]
    fn input_vat_has_conditions_only_where_they_mean_something() {
        let rule = |more: &str| format!(r#"{{"input_vat":[{{"rate":"20",{more}}}]}}"#);
        assert_eq!(fault(&rule(r#""source":"ad_spend","platform":"meta""#)), None);
        assert_eq!(fault(&rule(r#""source":"costs","country":"DE","currency":"*""#)), None);
        let path = |more: &str| fault(&rule(more)).unwrap().0;
        assert_eq!(path(r#""source":"costs","platform":"meta""#), "input_vat[0].platform");
        assert_eq!(path(r#""source":"expenses","country":"DE""#), "input_vat[0].country");
        assert_eq!(path(r#""source":"fees","currency":"EURO""#), "input_vat[0].currency");
    }
}
