//! What a scenario expects, held against the program's own answers as its JSON shows them.

use purser::base::id::StoreId;
use purser::base::{Day, Zone};
use purser::domain::ask::{AdsMode, Ask, Basis, BooksView, Key, Scope};
use purser::features::{known, months, orders, profit};
use purser::reports::months::MonthsAsk;
use purser::reports::reconcile::{self, BridgeAsk};
use purser::reports::{self, explain};
use purser::store::{Db, snapshots, stores};
use purser::web::known::end_of;
use serde_json::Value;

use super::language::Sentence;
use super::told::Teller;

const TODAY: &str = "2026-12-31";

/// A row of a report, and of which books.
struct Asked {
    row: Vec<String>,
    ask: Ask,
    as_known: Option<Day>,
}

pub fn check(teller: &mut Teller, sentence: &Sentence) -> Result<(), String> {
    let text = sentence.text.strip_prefix("then ").unwrap_or_default();
    if let Some(reason) = text.strip_prefix("it is refused: ") {
        return expect_refusal(teller, reason);
    }
    if let Some(list) = text.strip_prefix("rates are missing: ") {
        return expect_missing_rates(teller, list);
    }
    if let Some(row) = text.strip_prefix("there is no row for ") {
        return match find_row(teller, &read_row(teller, row)?)? {
            Some(found) => Err(format!("there is one: {found}")),
            None => Ok(()),
        };
    }
    if let Some(counted) = text.strip_suffix(" leave nothing unexplained") {
        return expect_bridges(teller, counted);
    }
    if let Some((what, arithmetic)) = text.split_once(" by: ") {
        return expect_arithmetic(teller, what, arithmetic);
    }
    let (row, expected) = text.split_once(": ").ok_or("expects nothing")?;
    let found = match row.split_whitespace().collect::<Vec<_>>().as_slice() {
        ["closed", "view", "of", month] => find_closed(teller, month)?,
        _ => find_row(teller, &read_row(teller, row)?)?.ok_or("there is no such row")?,
    };
    let wrong: Vec<String> =
        expected.split(", ").filter_map(|one| expect(&found, one.trim()).err()).collect();
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("; ")) }
}

/// `cogs -80.00 actual`, `roas –`.
fn expect(row: &Value, expected: &str) -> Result<(), String> {
    let mut words = expected.split_whitespace();
    let (Some(name), Some(value)) = (words.next(), words.next()) else {
        return Err(format!("{expected:?} names no figure and value"));
    };
    let found = match row.get(name) {
        None => return Err(format!("there is no {name}")),
        Some(Value::Null) => "–".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    if found != value {
        return Err(format!("{name} is {found}, expected {value}"));
    }
    let quality = row["quality"].get(name).and_then(Value::as_str).unwrap_or("actual");
    match words.next() {
        Some(wanted) if wanted != quality => Err(format!("{name} is {quality}, expected {wanted}")),
        _ => Ok(()),
    }
}

/// Which row of which report: `month 2026-01 (by the order's day, in shop)`.
fn read_row(teller: &Teller, text: &str) -> Result<Asked, String> {
    let (row, ways) = match text.split_once(" (") {
        Some((row, ways)) => (row, ways.trim_end_matches(')')),
        None => (text, ""),
    };
    let mut ask = Ask::all(Scope::All);
    ask.to = Day::parse(TODAY).ok();
    let mut as_known = None;
    for way in ways.split(", ").filter(|way| !way.is_empty()) {
        let day = |text: &str| Day::parse(text).map(Some).map_err(|fault| fault.to_string());
        match way.split_once(' ') {
            _ if way == "by the order's day" => ask.basis = Basis::Order,
            _ if way == "matched" => ask.ads = AdsMode::Matched,
            _ if way == "fully loaded" => ask.fully_loaded = true,
            Some(("from", from)) => ask.from = day(from)?,
            Some(("to", to)) => ask.to = day(to)?,
            Some(("as", known)) => as_known = day(known.trim_start_matches("known on "))?,
            Some(("in", store)) => ask.store = Some(find_store(teller, store)?),
            _ => return Err(format!("{way:?} is no way to ask")),
        }
    }
    let row: Vec<String> = row.split_whitespace().map(str::to_owned).collect();
    let words: Vec<&str> = row.iter().map(String::as_str).collect();
    ask.by = match words.as_slice() {
        ["total"] => Vec::new(),
        ["unallocated", "by", key] => vec![Key::parse(key).ok_or(format!("{key} is no key"))?],
        ["line", _, "of", _] => vec![Key::Line],
        [key, _] => vec![Key::parse(key).ok_or(format!("{key} is no key"))?],
        _ => return Err(format!("{words:?} is no row")),
    };
    Ok(Asked { row, ask, as_known })
}

/// A month as the closed view has it.
fn find_closed(teller: &Teller, month: &str) -> Result<Value, String> {
    let db = &teller.opened.tools.db;
    let today = db.clock().now().day_in(&Zone::utc());
    let months = db.read(|reader| Ok(reports::months::run(reader, &MonthsAsk::all(), today)));
    let months = months.unwrap().map_err(|fault| fault.to_string())?;
    let shown = months::json::months(&months, BooksView::Closed);
    let rows = shown["months"].as_array().into_iter().flatten();
    let found = rows.into_iter().find(|row| row["month"] == month).cloned();
    found.ok_or(format!("there is no month {month}"))
}

/// The books as they are, or a copy of them as they were known.
fn books_of(teller: &Teller, as_known: Option<Day>) -> Result<Db, String> {
    let books = &teller.opened.tools.db;
    let Some(day) = as_known else { return Ok(books.clone()) };
    let path = known::build(books, end_of(day, &Zone::utc()), &|_, _| true);
    let path = path.map_err(|fault| fault.to_string())?;
    snapshots::open(&path, books).map_err(|fault| fault.to_string())
}

fn find_store(teller: &Teller, name: &str) -> Result<StoreId, String> {
    let found = teller.opened.tools.db.read(|reader| stores::find_store(reader, name));
    found.unwrap().map(|store| store.id).ok_or(format!("there is no store {name}"))
}

fn find_row(teller: &Teller, asked: &Asked) -> Result<Option<Value>, String> {
    let Asked { row, ask, as_known } = asked;
    let today = as_known.or(Day::parse(TODAY).ok()).unwrap();
    let report = books_of(teller, *as_known)?
        .read(|reader| Ok(reports::profit::run(reader, ask, today)))
        .unwrap()
        .map_err(|fault| fault.to_string())?;
    let shown = profit::json::report(&report);
    let fits = |found: &Value, key: &str, value: &str| match (&found[key], value) {
        (Value::Null, "–") => true,
        (found, value) => *found == *value,
    };
    let words: Vec<&str> = row.iter().map(String::as_str).collect();
    Ok(match words.as_slice() {
        ["total"] => Some(shown["total"].clone()),
        ["unallocated", ..] => Some(shown["unallocated"].clone()),
        _ => shown["rows"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|found| match words.as_slice() {
                ["line", line, "of", order] => {
                    fits(found, "line", line) && fits(found, "order", order)
                }
                [key, value] => fits(found, key, value),
                _ => false,
            })
            .cloned(),
    })
}

fn expect_refusal(teller: &mut Teller, reason: &str) -> Result<(), String> {
    let refused = std::mem::take(&mut teller.refused);
    match refused.iter().any(|told| told.contains(reason)) {
        true => Ok(()),
        false => Err(format!("refused was {refused:?}, expected {reason:?}")),
    }
}

fn expect_missing_rates(teller: &Teller, list: &str) -> Result<(), String> {
    let Asked { ask, .. } = read_row(teller, "total")?;
    let today = Day::parse(TODAY).unwrap();
    let report =
        teller.opened.tools.db.read(|reader| Ok(reports::profit::run(reader, &ask, today)));
    let report = report.unwrap().map_err(|fault| fault.to_string())?;
    let missing: Vec<String> = report
        .missing_rates
        .iter()
        .map(|rate| format!("{} {}", rate.currency.code(), rate.day))
        .collect();
    let found = if missing.is_empty() { "none".to_owned() } else { missing.join(", ") };
    if found == list { Ok(()) } else { Err(format!("missing are {found}, expected {list}")) }
}

/// `2 bridges of market`.
fn expect_bridges(teller: &Teller, counted: &str) -> Result<(), String> {
    let words: Vec<&str> = counted.split_whitespace().collect();
    let [count, "bridges", "of", store] = words.as_slice() else {
        return Err(format!("{counted:?} are no bridges"));
    };
    let ask = BridgeAsk { store: Some(find_store(teller, store)?), range: None };
    let bridges = teller.opened.tools.db.read(|reader| Ok(reconcile::list_bridges(reader, &ask)));
    let bridges = bridges.unwrap().map_err(|fault| fault.to_string())?;
    for bridge in &bridges {
        if bridge.unexplained_minor() != Some(0) {
            return Err(format!("{} leaves {:?}", bridge.name, bridge.unexplained_minor()));
        }
    }
    let found = bridges.len().to_string();
    if found == *count { Ok(()) } else { Err(format!("bridges are {found}, expected {count}")) }
}

/// `order 1001 explains cogs`: one of its parts shows the arithmetic.
fn expect_arithmetic(teller: &Teller, what: &str, arithmetic: &str) -> Result<(), String> {
    let words: Vec<&str> = what.split_whitespace().collect();
    let ["order", name, "explains", component] = words.as_slice() else {
        return Err(format!("{what:?} explains nothing"));
    };
    let explained = teller.opened.tools.db.read(|reader| {
        let sql = "select id from orders where external_id = ?1 or number = ?1";
        let id = reader.conn().query_row(sql, [name], |row| row.get(0))?;
        Ok(explain::explain(reader, id))
    });
    let explained = explained.map_err(|fault| fault.to_string())?;
    let shown = orders::json::explained(&explained.map_err(|fault| fault.to_string())?);
    let parts: Vec<String> = shown["components"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|found| found["name"] == **component)
        .flat_map(|found| found["parts"].as_array().cloned().unwrap_or_default())
        .map(|part| {
            let text = |name: &str| part[name].as_str().unwrap_or_default().to_owned();
            let because = format!("{}{}", text("source"), text("rule"));
            format!("{} [{because}]", text("arithmetic"))
        })
        .collect();
    match parts.iter().any(|part| part.contains(arithmetic)) {
        true => Ok(()),
        false => Err(format!("{component} is explained by {parts:?}, expected {arithmetic:?}")),
    }
}
