//! What an address or a form asks of the rules, and the fields of one rule.

use super::change::{Deed, Values, Wrong, list_rules, values_of};
use super::spec::{self, Kind, List, Spec};
use crate::base::Currency;
use crate::domain::rules::{FeeKindClass, Rules, VatSource};
use crate::web::form::{Field, Pick};
use crate::web::page::Page;
use crate::web::words::{self, Word, change, rule as told};

/// What the panel is about.
#[derive(Clone, Debug)]
pub enum Asked {
    Rule {
        list: &'static List,
        deed: Deed,
    },
    /// A set that held before, by its number.
    Restore(i64),
}

impl Asked {
    /// Reads the parameters of an address or the fields of the form; they have the same names.
    pub fn parse(pairs: &Values) -> Option<Self> {
        let get = |name: &str| pairs.get(name).map(String::as_str).filter(|text| !text.is_empty());
        if let Some(past) = get("past") {
            return past.parse().ok().map(Self::Restore);
        }
        let list = spec::find(get("list")?)?;
        let at = match get("at")? {
            "new" => None,
            number => Some(number.parse::<usize>().ok()?),
        };
        let deed = match (at, get("move"), get("remove")) {
            (Some(at), Some("up"), _) => Deed::Move { at, to: at.checked_sub(1)? },
            (Some(at), Some("down"), _) => Deed::Move { at, to: at.checked_add(1)? },
            (Some(at), _, Some(_)) => Deed::Remove { at },
            (at, _, _) => Deed::Put { at, values: own_values(pairs, list) },
        };
        Some(Self::Rule { list, deed })
    }

    /// An address asks for a rule as it is; what is said in it stands in place of that.
    pub fn filled(self, rules: &Rules, currency: Option<Currency>) -> Self {
        let Self::Rule { list, deed: Deed::Put { at, values } } = self else { return self };
        let mut full = match at.and_then(|at| list_rules(rules, list).into_iter().nth(at)) {
            Some(rule) => values_of(&rule, list),
            None => new_values(list, currency),
        };
        full.extend(values);
        Self::Rule { list, deed: Deed::Put { at, values: full } }
    }

    /// Tells one change from another, and from the same change of other rules.
    pub fn mark(&self, rules: &Rules) -> String {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        serde_json::to_string(rules).unwrap_or_default().hash(&mut hasher);
        match self {
            Self::Rule { list, deed } => format!("{list} {deed:?}", list = list.name),
            Self::Restore(past) => format!("past {past}"),
        }
        .hash(&mut hasher);
        format!("{:016x}", hasher.finish())
    }

    /// The address that shows its effect.
    pub fn href(&self, page: &Page, why: &str) -> String {
        let mut params = self.hidden();
        if let Self::Rule { deed: Deed::Put { values, .. }, .. } = self {
            params.extend(values.clone());
        }
        params.push(("why".to_owned(), why.to_owned()));
        params.push(("do".to_owned(), "show".to_owned()));
        params.retain(|(_, value)| !value.is_empty());
        crate::web::ask::write_href(&page.url(super::PATH), params.into_iter())
    }

    /// The hidden fields by which the form says the same again.
    pub fn hidden(&self) -> Vec<(String, String)> {
        let pair = |name: &str, value: String| (name.to_owned(), value);
        let (list, deed) = match self {
            Self::Restore(past) => return vec![pair("past", past.to_string())],
            Self::Rule { list, deed } => (pair("list", list.name.to_owned()), deed),
        };
        match deed {
            Deed::Put { at, .. } => {
                let at = at.map_or("new".to_owned(), |at| at.to_string());
                vec![list, pair("at", at)]
            }
            Deed::Move { at, to } => {
                let way = if to < at { "up" } else { "down" };
                vec![list, pair("at", at.to_string()), pair("move", way.to_owned())]
            }
            Deed::Remove { at } => {
                vec![list, pair("at", at.to_string()), pair("remove", "yes".to_owned())]
            }
        }
    }
}

fn own_values(pairs: &Values, list: &List) -> Values {
    let own = pairs.iter().filter(|(name, _)| list.fields.iter().any(|spec| spec.name == **name));
    own.map(|(name, value)| (name.clone(), value.trim().to_owned())).collect()
}

fn new_values(list: &List, currency: Option<Currency>) -> Values {
    let value = |spec: &Spec| match spec.kind {
        Kind::Currency => currency.unwrap_or(Currency::EUR).code().to_owned(),
        Kind::Per => "order".to_owned(),
        Kind::ForWhat => "sku".to_owned(),
        Kind::FeeClass => FeeKindClass::ChannelFees.name().to_owned(),
        Kind::Source => "costs".to_owned(),
        _ => String::new(),
    };
    list.fields.iter().map(|spec| (spec.name.to_owned(), value(spec))).collect()
}

/// The fields of one rule.
pub fn fields(
    page: &Page,
    rules: &Rules,
    (list, values, wrong): (&List, &Values, &Wrong),
) -> Vec<Field> {
    let field = |spec: &Spec| {
        let value = values.get(spec.name).map_or("", String::as_str);
        let mut field = match picks(page, rules, spec, value) {
            Some(picks) => Field::select(spec.name, words::text(spec.label), value, picks),
            None => plain(spec, value),
        };
        field.id = format!("rule-{}", spec.name);
        field.help = spec.help.map(|word| words::text(word).to_owned());
        field.error = wrong.get(spec.name).cloned();
        field.required = spec.required;
        field
    };
    list.fields.iter().map(field).collect()
}

fn plain(spec: &Spec, value: &str) -> Field {
    let label = words::text(spec.label);
    match spec.kind {
        Kind::Decimal("") => Field { unit: None, ..Field::amount(spec.name, label, value, "") },
        Kind::Decimal(unit) => Field::amount(spec.name, label, value, unit),
        Kind::Whole => Field { unit: None, ..Field::amount(spec.name, label, value, "") },
        Kind::Day => Field::day(spec.name, label, value),
        _ => Field::text(spec.name, label, value),
    }
}

/// The choices of a field that has some; what is chosen is always among them.
fn picks(page: &Page, rules: &Rules, spec: &Spec, value: &str) -> Option<Vec<Pick>> {
    let pick = |value: &str, label: &str| Pick { value: value.to_owned(), label: label.to_owned() };
    let word = |value: &str, word: Word| pick(value, words::text(word));
    let currencies = || {
        // Those of the stores first: nearly always it is one of them.
        let own = page.stores.iter().map(|store| store.currency.code().to_owned());
        let mut codes: Vec<String> = own.collect();
        codes.extend(Currency::list().iter().map(|currency| currency.code().to_owned()));
        let mut seen: Vec<String> = Vec::new();
        codes.retain(|code| {
            let is_new = !seen.contains(code);
            seen.push(code.clone());
            is_new
        });
        codes.into_iter().map(|code| pick(&code, &code)).collect::<Vec<_>>()
    };
    let mut picks = match spec.kind {
        Kind::Currency => currencies(),
        Kind::AnyCurrency => {
            let mut picks = vec![word("", Word::RuleAny)];
            picks.extend(currencies());
            picks
        }
        Kind::Per => vec![word("order", Word::RulePerOrder), word("item", Word::RulePerItem)],
        Kind::Group => {
            let mut picks = vec![word("", Word::GuessEverything)];
            picks.extend(rules.groups.iter().map(|group| pick(&group.name, &group.name)));
            picks
        }
        Kind::ForWhat => vec![
            word("sku", Word::RuleTargetSku),
            word("group", Word::RuleTargetGroup),
            word("store", Word::RuleTargetStore),
        ],
        Kind::FeeClass => FeeKindClass::ALL
            .iter()
            .map(|class| pick(class.name(), change::fee_class(class.name())))
            .collect(),
        Kind::Source => VatSource::ALL
            .into_iter()
            .map(|source| word(source.name(), told::source_word(source)))
            .collect(),
        _ => return None,
    };
    if !picks.iter().any(|known| known.value == value) {
        picks.push(pick(value, value));
    }
    Some(picks)
}
