//! A change of the rules: one of them put, moved or removed, or a former set put back. The set
//! that comes out is checked as a file of rules would be.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::spec::{Kind, List, Spec};
use crate::base::{Day, Decimal};
use crate::domain::rules::Rules;
use crate::domain::rules::check::check;
use crate::web::words::{self, Word};

/// What was typed, by field.
pub type Values = BTreeMap<String, String>;
/// What is wrong with it, by field.
pub type Wrong = BTreeMap<String, String>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// A rule at its place, or a new one.
    Put {
        at: Option<usize>,
        values: Values,
    },
    Move {
        at: usize,
        to: usize,
    },
    Remove {
        at: usize,
    },
}

/// The rules of a list as objects of the file.
pub fn list_rules(rules: &Rules, list: &List) -> Vec<Map<String, Value>> {
    let Ok(value) = serde_json::to_value(rules) else { return Vec::new() };
    let items = value.get(list.name).and_then(Value::as_array).cloned().unwrap_or_default();
    items.into_iter().filter_map(|item| item.as_object().cloned()).collect()
}

/// The fields of a rule as they stand in its form.
pub fn values_of(rule: &Map<String, Value>, list: &List) -> Values {
    let text = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let target = rule.get("target").and_then(Value::as_object);
    let target = target.and_then(|target| target.iter().next());
    let value = |spec: &Spec| match spec.kind {
        Kind::ForWhat => target.map(|(kind, _)| kind.clone()).unwrap_or_default(),
        Kind::Target => target.map(|(_, name)| text(name)).unwrap_or_default(),
        Kind::Components => rule.get(spec.name).map(components_text).unwrap_or_default(),
        _ => rule.get(spec.name).map(text).unwrap_or_default(),
    };
    list.fields.iter().map(|spec| (spec.name.to_owned(), value(spec))).collect()
}

/// `MUG × 2, BOX`.
fn components_text(value: &Value) -> String {
    let part = |part: &Value| {
        let sku = part.get("sku").and_then(Value::as_str).unwrap_or_default();
        match part.get("quantity").and_then(Value::as_i64).unwrap_or(1) {
            1 => sku.to_owned(),
            units => format!("{sku} × {units}"),
        }
    };
    let parts: Vec<String> = value.as_array().into_iter().flatten().map(part).collect();
    parts.join(", ")
}

/// Reads `MUG × 2, BOX`; a star does as well.
fn read_components(text: &str) -> Option<Value> {
    let mut parts = Vec::new();
    for part in text.split([',', '\n']).map(str::trim).filter(|part| !part.is_empty()) {
        let (sku, units) = match part.rsplit_once(['×', '*']) {
            Some((sku, units)) => (sku.trim(), units.trim().parse::<i64>().ok()?),
            None => (part, 1),
        };
        parts.push(serde_json::json!({ "sku": sku, "quantity": units }));
    }
    Some(Value::Array(parts))
}

/// The set of rules after a deed; `None` where its rule is not there.
///
/// # Errors
/// What is wrong with what was typed, by field.
pub fn apply(rules: &Rules, list: &'static List, deed: &Deed) -> Result<Option<Rules>, Wrong> {
    let mut items = list_rules(rules, list);
    let is_there = |at: usize| at < items.len();
    let put_at = match deed {
        Deed::Remove { at } if is_there(*at) => {
            items.remove(*at);
            None
        }
        Deed::Move { at, to } if is_there(*at) && is_there(*to) => {
            let item = items.remove(*at);
            items.insert(*to, item);
            None
        }
        Deed::Put { at: Some(at), values } if is_there(*at) => {
            items[*at] = read(values, list)?;
            Some(*at)
        }
        Deed::Put { at: None, values } => {
            let at = if fits_all(values, list) { items.len() } else { 0 };
            items.insert(at, read(values, list)?);
            Some(at)
        }
        Deed::Remove { .. } | Deed::Move { .. } | Deed::Put { .. } => return Ok(None),
    };
    let unreadable = |field: &str| {
        Wrong::from([(field.to_owned(), words::text(Word::RuleUnreadable).to_owned())])
    };
    let first = list.fields.first().map_or("", |spec| spec.name);
    let mut value = serde_json::to_value(rules).map_err(|_| unreadable(first))?;
    value[list.name] = Value::Array(items.into_iter().map(Value::Object).collect());
    let changed: Rules = serde_json::from_value(value).map_err(|_| unreadable(first))?;
    match check(&changed) {
        Ok(()) => Ok(Some(changed)),
        Err(fault) => {
            let is_own = fault.section == list.name && Some(fault.index) == put_at;
            let field = fault.field.split(['.', '[']).next().filter(|_| is_own).unwrap_or(first);
            Err(Wrong::from([(field.to_owned(), fault.reason)]))
        }
    }
}

/// A rule without any condition belongs behind those that have some.
fn fits_all(values: &Values, list: &List) -> bool {
    let has_one = |spec: &Spec| {
        let value = values.get(spec.name).map_or("", |value| value.trim());
        spec.condition && !value.is_empty() && value != "*"
    };
    !list.fields.iter().any(has_one)
}

fn read(values: &Values, list: &List) -> Result<Map<String, Value>, Wrong> {
    let (mut rule, mut wrong) = (Map::new(), Wrong::new());
    for spec in list.fields {
        let text = values.get(spec.name).map_or("", |value| value.trim());
        // An empty beginning is a group of everything that no group before it took.
        let is_prefix = spec.name == "sku_prefix";
        let value = match text {
            "" if spec.required => Err(Word::RuleRequired),
            "" if is_prefix => Ok(Value::from("")),
            "" => Ok(Value::Null),
            text => read_one(text, spec.kind),
        };
        match value {
            Ok(value) => {
                rule.insert(spec.name.to_owned(), value);
            }
            Err(word) => {
                wrong.insert(spec.name.to_owned(), words::text(word).to_owned());
            }
        }
    }
    if let Some(Value::String(kind)) = rule.remove("target_kind") {
        let name = rule.remove("target").unwrap_or_default();
        rule.insert("target".to_owned(), Value::Object(Map::from_iter([(kind, name)])));
    }
    if wrong.is_empty() { Ok(rule) } else { Err(wrong) }
}

fn read_one(text: &str, kind: Kind) -> Result<Value, Word> {
    match kind {
        Kind::Decimal(_) => match Decimal::parse(text) {
            Ok(decimal) => Ok(Value::from(decimal.to_string())),
            Err(_) => Err(Word::RuleDecimalWrong),
        },
        Kind::Whole => text.parse::<i64>().map(Value::from).map_err(|_| Word::RuleWholeWrong),
        Kind::Day => match Day::parse(text) {
            Ok(day) => Ok(Value::from(day.to_string())),
            Err(_) => Err(Word::RuleUnreadable),
        },
        Kind::Components => read_components(text).ok_or(Word::RuleComponentsWrong),
        Kind::Text
        | Kind::Source
        | Kind::Currency
        | Kind::AnyCurrency
        | Kind::Per
        | Kind::Group
        | Kind::ForWhat
        | Kind::Target
        | Kind::FeeClass => Ok(Value::from(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::rules::spec::{LISTS, find};

    const SAMPLE: &str = include_str!("../../../tests/fixtures/neutral/rules.json");

    fn sample() -> Rules {
        serde_json::from_str(SAMPLE).unwrap()
    }

    fn values(pairs: &[(&str, &str)]) -> Values {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_rule_taken_into_its_form_and_back_is_the_same() {
        let rules = sample();
        for list in LISTS {
            let items = list_rules(&rules, list);
            assert!(!items.is_empty(), "{} has no sample", list.name);
            for (at, item) in items.iter().enumerate() {
                let deed = Deed::Put { at: Some(at), values: values_of(item, list) };
                assert_eq!(apply(&rules, list, &deed), Ok(Some(rules.clone())), "{}", list.name);
            }
        }
    }

    #[test]
    fn a_new_rule_stands_before_those_that_fit_any_and_one_for_all_behind() {
        let (rules, list) = (sample(), find("payment_fees").unwrap());
        let put = |pairs: &[(&str, &str)]| {
            let deed = Deed::Put { at: None, values: values(pairs) };
            apply(&rules, list, &deed).unwrap().unwrap().payment_fees
        };
        let fees = put(&[("gateway", "paypal"), ("percent", "2.5")]);
        assert_eq!((fees.len(), fees[0].gateway.as_deref()), (3, Some("paypal")));
        let fees = put(&[("gateway", "*"), ("percent", "3")]);
        assert_eq!(fees[2].percent.unwrap().to_string(), "3");
    }

    #[test]
    fn rules_move_and_go() {
        let (rules, list) = (sample(), find("vat_rates").unwrap());
        let after = |deed: Deed| apply(&rules, list, &deed).unwrap();
        let moved = after(Deed::Move { at: 1, to: 0 }).unwrap();
        assert_eq!(moved.vat_rates[0], rules.vat_rates[1]);
        assert_eq!(after(Deed::Remove { at: 0 }).unwrap().vat_rates, rules.vat_rates[1..]);
        assert_eq!(after(Deed::Remove { at: 2 }), None);
        assert_eq!(after(Deed::Move { at: 1, to: 2 }), None);
    }

    #[test]
    fn what_is_wrong_is_named_by_its_field() {
        let rules = sample();
        let check = |list: &str, pairs: &[(&str, &str)], fields: &[&str]| {
            let deed = Deed::Put { at: None, values: values(pairs) };
            let wrong = apply(&rules, find(list).unwrap(), &deed).unwrap_err();
            assert_eq!(wrong.keys().map(String::as_str).collect::<Vec<_>>(), fields, "{pairs:?}");
        };
        check("payment_fees", &[("percent", "1,4"), ("fixed", "x")], &["fixed", "percent"]);
        check("payment_fees", &[("percent", "101")], &["percent"]);
        check("payment_fees", &[("currency", "EUR"), ("minimum", "0.001")], &["minimum"]);
        check("shipping_costs", &[("currency", "EUR"), ("per", "order")], &["cost"]);
        let parcel = [("cost", "4"), ("currency", "EUR"), ("per", "order")];
        check("shipping_costs", &[&parcel[..], &[("country", "Germany")]].concat(), &["country"]);
        check(
            "shipping_costs",
            &[&parcel[..], &[("up_to_grams", "2kg")]].concat(),
            &["up_to_grams"],
        );
        check("vat_rates", &[("rate", "19"), ("from", "2021-02-30")], &["from"]);
        check("cost_guesses", &[("percent", "")], &["percent"]);
        let set = [("sku", "SET"), ("components", "MUG-RED × two")];
        check("bundles", &set, &["components"]);
        check("bundles", &[("sku", "SET"), ("components", "SET")], &["components"]);
        check("bundles", &[("sku", "SET-2"), ("components", "MUG")], &["sku"]);
        check("input_vat", &[("source", "fees"), ("rate", "120")], &["rate"]);
        let of_country = [("source", "expenses"), ("rate", "20"), ("country", "DE")];
        check("input_vat", &of_country, &["country"]);
        check("campaigns", &[("target_kind", "sku"), ("target", "")], &["target"]);
    }
}
