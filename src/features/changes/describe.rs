//! What a change was, in a line: what stood and what stands. It reads what the history keeps, and
//! shows as it is what it cannot read.

use serde_json::Value;

use crate::domain::record::{Cost, ExchangeRate, Expense, LandedCost, Purchase, PurchaseChange};
use crate::store::changes::{Change, ChangeKind};
use crate::store::stock::claims::NO_STOCK;
use crate::sync::links::{Link, Links};
use crate::web::format::{self, Locale};
use crate::web::words::{self, change as told, listing, rule};

/// Rules that are written out on each side of a list.
const RULES_MAX: usize = 3;
const CHARS_MAX: usize = 160;

/// `4.20 EUR from 1 Jan 2026 → 4.40 EUR from 1 Jan 2026`, one line for each thing.
pub fn lines(change: &Change, locale: Locale) -> Vec<String> {
    let (before, after) = (change.before.as_deref(), change.after.as_deref());
    match change.kind {
        ChangeKind::Cost => vec![arrow(before, after, |text| cost(text, locale))],
        ChangeKind::Rate => vec![arrow(before, after, |text| rate(text, locale))],
        ChangeKind::Expense => vec![arrow(before, after, |text| expenses(text, locale))],
        ChangeKind::Rules => rules(before, after),
        ChangeKind::Purchase => vec![arrow(before, after, |text| purchases(text, locale))],
        ChangeKind::Organisation => settings(before, after),
        ChangeKind::Links => links(before, after),
        ChangeKind::Import => {
            let what = if change.undoes.is_some() { told::FILE_BACK } else { told::FILE };
            let mut lines = vec![what.to_owned()];
            if before.is_some() && after.is_some() {
                lines.extend(rules(before, after));
            }
            lines
        }
    }
}

/// The first listings one by one; the subject counts the others.
fn links(before: Option<&str>, after: Option<&str>) -> Vec<String> {
    let read = |text: Option<&str>| -> Links {
        text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    };
    let (before, after) = (read(before), read(after));
    let told = |link: &Link| match link.sku.as_deref() {
        None => listing::AS_MATCHED.to_owned(),
        Some(NO_STOCK) => listing::NO_STOCK.to_owned(),
        Some(sku) => listing::units_of(link.units, sku),
    };
    let pairs = before.links.iter().zip(&after.links).take(RULES_MAX);
    let mut lines: Vec<String> =
        pairs.map(|(was, is)| told::arrow(&told(was), &told(is))).collect();
    if !after.made.is_empty() {
        lines.push(listing::made(after.made.len() as i64));
    }
    if !before.made.is_empty() {
        lines.push(listing::unmade(before.made.len() as i64));
    }
    lines
}

fn arrow(before: Option<&str>, after: Option<&str>, show: impl Fn(&str) -> String) -> String {
    let shown = |text: Option<&str>| text.map_or_else(|| told::NOTHING.to_owned(), &show);
    told::arrow(&shown(before), &shown(after))
}

fn cost(text: &str, locale: Locale) -> String {
    let Ok(cost) = serde_json::from_str::<Cost>(text) else { return short(text) };
    let amount = format::decimal(cost.unit_cost, cost.currency.digits(), locale);
    let value = format!("{amount} {}", cost.currency.code());
    let places = [cost.store, cost.country];
    let place: String = places.into_iter().flatten().map(|name| format!(", {name}")).collect();
    told::cost(&value, &format::day(cost.valid_from, locale), &place)
}

fn rate(text: &str, locale: Locale) -> String {
    let Ok(rate) = serde_json::from_str::<ExchangeRate>(text) else { return short(text) };
    let shown = format::decimal(rate.rate, 2, locale);
    let pair = told::rate(rate.base.code(), &shown, rate.quote.code());
    told::rate_of_day(&pair, &format::day(rate.day, locale))
}

fn expenses(text: &str, locale: Locale) -> String {
    let Ok(rows) = serde_json::from_str::<Vec<Expense>>(text) else { return short(text) };
    let row = |row: &Expense| {
        let amount = format::amount(row.amount, locale);
        let value = format!("{} {amount} {}", row.name, row.amount.currency.code());
        let place = row.store.as_ref().map(|store| format!(", {store}")).unwrap_or_default();
        told::cost(&value, &format::day(row.from, locale), &place)
    };
    rows.iter().map(row).collect::<Vec<_>>().join(", ")
}

fn purchases(text: &str, locale: Locale) -> String {
    let Ok(change) = serde_json::from_str::<PurchaseChange>(text) else { return short(text) };
    let receipt = |one: &Purchase| {
        let amount = format::decimal(one.unit_cost, one.currency.digits(), locale);
        let units = format::quantity(one.quantity, locale);
        let day = format::day(one.received, locale);
        told::cost(&format!("{units} × {} {amount} {}", one.sku, one.currency.code()), &day, "")
    };
    let bill = |one: &LandedCost| {
        let amount = format::amount(one.amount, locale);
        format!("{} {amount} {}", one.kind.name(), one.amount.currency.code())
    };
    let gone = change.gone.iter().map(|name| told::arrow(name, told::NOTHING));
    let landed = change.landed_gone.iter().map(|id| told::arrow(&id.to_string(), told::NOTHING));
    let lines: Vec<String> = gone
        .chain(landed)
        .chain(change.put.iter().map(receipt))
        .chain(change.landed.iter().map(bill))
        .collect();
    short(&lines.join("; "))
}

/// The rules that went and came, list by list.
fn rules(before: Option<&str>, after: Option<&str>) -> Vec<String> {
    let read = |text: Option<&str>| -> Value {
        text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    };
    let (before, after) = (read(before), read(after));
    let mut lines = Vec::new();
    for list in crate::domain::rules::check::SECTIONS {
        let of = |value: &Value| value[list].as_array().cloned().unwrap_or_default();
        let (old, new) = (of(&before), of(&after));
        if old == new {
            continue;
        }
        let show = |rule: &Value| rule_text(list, rule);
        // Rules that only change places are written out whole.
        let is_order = old.iter().all(|rule| new.contains(rule)) && old.len() == new.len();
        let only = |these: &[Value], those: &[Value]| {
            let mut names: Vec<String> =
                these.iter().filter(|rule| !those.contains(rule)).map(show).collect();
            let more = names.len().saturating_sub(RULES_MAX);
            names.truncate(RULES_MAX);
            if more > 0 {
                names.push(format!("+{more}"));
            }
            match (names.is_empty(), is_order) {
                (false, _) => names.join("; "),
                (true, false) => told::NOTHING.to_owned(),
                (true, true) => these.iter().map(show).collect::<Vec<_>>().join("; "),
            }
        };
        let (gone, come) = (only(&old, &new), only(&new, &old));
        lines.push(told::rules_of(title(list), &short(&gone), &short(&come)));
    }
    lines
}

fn title(list: &str) -> &str {
    match rule::list(list) {
        Some(word) => words::text(word),
        None => list,
    }
}

/// The names of lists of rules, in words.
pub fn titles(names: &str) -> String {
    names.split(", ").map(title).collect::<Vec<_>>().join(", ")
}

/// `Gateway stripe, Fixed 0.25`: what is said in a rule of a list.
fn rule_text(list: &str, rule: &Value) -> String {
    let show = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Object(map) => {
            map.iter().map(|(kind, name)| format!("{kind} {}", plain(name))).collect()
        }
        other => other.to_string(),
    };
    let said = rule.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
    let name = |name: &str| rule::field(list, name).map_or(name.to_owned(), |w| w.to_string());
    said.map(|(one, value)| format!("{} {}", name(one), show(value))).collect::<Vec<_>>().join(", ")
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn settings(before: Option<&str>, after: Option<&str>) -> Vec<String> {
    let read = |text: Option<&str>| -> Value {
        text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    };
    let (before, after) = (read(before), read(after));
    let show = |value: &Value| match value {
        Value::Bool(true) => told::YES.to_owned(),
        Value::Bool(false) => told::NO.to_owned(),
        Value::Null => told::NOTHING.to_owned(),
        other => plain(other),
    };
    let names = after.as_object().into_iter().flatten().map(|(name, _)| name);
    let line = |name: &String| {
        let arrow = told::arrow(&show(&before[name]), &show(&after[name]));
        format!("{}: {arrow}", told::setting(name))
    };
    names.map(line).collect()
}

fn short(text: &str) -> String {
    if text.chars().count() <= CHARS_MAX {
        return text.to_owned();
    }
    let head: String = text.chars().take(CHARS_MAX).collect();
    format!("{head}…")
}
