//! The rules file: one JSON object that replaces all rules. It is taken in whole or not at all,
//! because half a set of rules would give figures that nobody asked for.

use std::io::BufRead;

use super::normalise::{is_country, sentence};
use crate::base::{Currency, Decimal};
use crate::connectors::contract::{Emit, FileFormat, Found, Head, Match, ReadCtx, Rows, Seen};
use crate::connectors::fault::FileFault;
use crate::connectors::kit::bounded;
use crate::connectors::kit::json::{self, JsonFault};
use crate::domain::record::Record;
use crate::domain::rules::{Rules, Target};

pub const RULES: FileFormat = FileFormat {
    name: "rules",
    label: "Rules",
    needs_store: false,
    seen: Seen::InTheWild,
    rows: Rows::Whole,
    recognises,
    read,
};

const FILE_BYTES_MAX: usize = 16 * 1024 * 1024;
const SECTIONS: [&str; 6] =
    ["payment_fees", "shipping_costs", "handling_costs", "vat_rates", "campaigns", "groups"];

fn recognises(head: &Head<'_>) -> Match {
    let text = head.text.trim_start();
    let known = SECTIONS.iter().any(|name| json::has_key(text, name));
    if text.starts_with('{') && known { Match::Yes } else { Match::No }
}

fn read(source: &mut dyn BufRead, _ctx: &ReadCtx, emit: Emit<'_>) -> Result<(), FileFault> {
    let bytes = bounded::read_whole(source, FILE_BYTES_MAX)?;
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let text = std::str::from_utf8(bytes).map_err(|_| {
        FileFault::not_this("The file is not UTF-8 text. Save the rules as UTF-8 JSON.")
    })?;
    if !text.trim_start().starts_with('{') {
        return Err(FileFault::not_this(
            "The file is no JSON object. Rules are one object such as {\"payment_fees\": []}.",
        ));
    }
    let rules = parse(text).map_err(|fault| refuse(&fault))?;
    check_rules(&rules).map_err(|fault| refuse(&fault))?;
    for what in list_doubts(&rules) {
        emit(Found::Notice { row: 1, what })?;
    }
    emit(Found::Records { row: 1, records: vec![Record::Rules(Box::new(rules))] })
}

fn refuse(fault: &JsonFault) -> FileFault {
    let place = match fault.path.as_str() {
        "" => String::new(),
        path => format!("{path}: "),
    };
    FileFault::broken(format!("{place}{} The rules stay as they were.", fault.reason))
}

fn parse(text: &str) -> Result<Rules, JsonFault> {
    if let Some(path) = json::find_nested_list(text) {
        return Err(JsonFault {
            path,
            reason: "Here stands a list, where an object is expected.".to_owned(),
        });
    }
    serde_json::from_str(text).map_err(|fault| {
        let mut fault = json::explain(text, &fault);
        fault.reason =
            if fault.reason.ends_with('.') { fault.reason } else { sentence(&fault.reason) };
        fault
    })
}

fn check_rules(rules: &Rules) -> Result<(), JsonFault> {
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
    for (index, group) in rules.groups.iter().enumerate() {
        // An empty prefix is a group of all that no group before it took.
        Place { section: "groups", index }.not_empty("name", &group.name)?;
    }
    Ok(())
}

/// What is allowed and yet probably a slip of the pen.
fn list_doubts(rules: &Rules) -> Vec<String> {
    let mut doubts = Vec::new();
    for (index, rule) in rules.campaigns.iter().enumerate() {
        if let Target::Group(name) = &rule.target
            && !rules.groups.iter().any(|group| group.name == *name)
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
    fn fault<T>(self, field: &str, reason: impl Into<String>) -> Result<T, JsonFault> {
        let path = format!("{}[{}].{field}", self.section, self.index);
        Err(JsonFault { path, reason: reason.into() })
    }

    fn percent(self, field: &str, percent: Option<Decimal>) -> Result<(), JsonFault> {
        let hundred = Decimal::from_minor(100, 0);
        match percent {
            Some(percent) if percent.is_negative() || percent > hundred => {
                self.fault(field, format!("{percent} is not a percentage from 0 to 100."))
            }
            _ => Ok(()),
        }
    }

    fn not_negative(self, field: &str, amount: Option<Decimal>) -> Result<(), JsonFault> {
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
    ) -> Result<(), JsonFault> {
        self.not_negative(field, amount)?;
        let (Some(amount), Some(currency)) = (amount, currency) else { return Ok(()) };
        let minor = amount.to_minor(currency.digits());
        if minor.map(|minor| Decimal::from_minor(minor, currency.digits())) == Some(amount) {
            return Ok(());
        }
        let reason = format!("{amount} has more digits after the point than {currency} has.");
        self.fault(field, reason)
    }

    fn currency(self, code: Option<&str>) -> Result<Option<Currency>, JsonFault> {
        match code {
            None | Some("*") => Ok(None),
            Some(code) => match Currency::parse(code) {
                Ok(currency) => Ok(Some(currency)),
                Err(wrong) => self.fault("currency", format!("{wrong}; write EUR, or * for any.")),
            },
        }
    }

    fn country(self, code: Option<&str>) -> Result<(), JsonFault> {
        match code {
            None | Some("*") => Ok(()),
            Some(code) if is_country(code) => Ok(()),
            Some(_) => self.fault(
                "country",
                "A country is written as two capital letters such as DE, or * for any.",
            ),
        }
    }

    fn not_empty(self, field: &str, text: &str) -> Result<(), JsonFault> {
        if text.trim().is_empty() {
            return self.fault(field, "The text is empty.");
        }
        Ok(())
    }
}
