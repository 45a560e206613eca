//! Each kind of assumption as a sentence into which fields are set.

use super::edit::field_name;
use super::row::{AMOUNT, PERCENT, Row};
use crate::web::form::Pick;
use crate::web::words::whatif::{ALL_PRODUCTS, piece};

/// A word or a field of a sentence.
#[derive(Clone, Debug)]
pub enum Piece {
    Text(&'static str),
    Input(Input),
    Select {
        name: String,
        label: &'static str,
        value: String,
        picks: Vec<Pick>,
    },
    /// Carried along unseen.
    Hidden {
        name: String,
        value: String,
    },
    /// An assumption that the fields cannot tell, in words.
    Told(String),
}

#[derive(Clone, Debug)]
pub struct Input {
    pub name: String,
    pub label: &'static str,
    pub value: String,
    pub size: &'static str,
    pub mode: &'static str,
    /// Stands inside the field at its right.
    pub unit: String,
    pub placeholder: &'static str,
    /// Offers the products and groups.
    pub list: bool,
}

/// Where a row stands, and what its fields need to know.
pub struct At<'a> {
    pub letter: &'a str,
    pub number: usize,
    pub currency: &'a str,
    pub stores: &'a [String],
}

pub fn pieces(row: &Row, at: &At<'_>, told: Option<String>) -> Vec<Piece> {
    let name = |field: &str| field_name(at.letter, at.number, field);
    let mut pieces = vec![Piece::Hidden { name: name("kind"), value: row.kind.clone() }];
    if !row.raw.is_empty() {
        pieces.push(Piece::Hidden { name: name("raw"), value: row.raw.clone() });
        pieces.extend(told.map(Piece::Told));
        return pieces;
    }
    let field = |field: &str, label: &'static str, size: &'static str, unit: &str| {
        let mode = if size == "short" { "decimal" } else { "text" };
        let value = row.get(field).to_owned();
        let (unit, list) = (unit.to_owned(), field == "of");
        let placeholder = if list { ALL_PRODUCTS } else { "" };
        Piece::Input(Input { name: name(field), label, value, size, mode, unit, placeholder, list })
    };
    let text = Piece::Text;
    let of = || field("of", piece::GOODS, "long", "");
    let value = |unit: &str| field("value", piece::VALUE, "short", unit);
    let any = |label| match field("text", label, "long", "") {
        Piece::Input(input) => Piece::Input(Input { placeholder: piece::ALL, ..input }),
        other => other,
    };
    let day = || match field("from", piece::DAY, "day", "") {
        Piece::Input(input) => Piece::Input(Input { placeholder: piece::ALWAYS, ..input }),
        other => other,
    };
    let unit = || Piece::Select {
        name: name("unit"),
        label: piece::UNIT,
        value: row.unit.clone(),
        picks: vec![
            Pick { value: PERCENT.to_owned(), label: piece::PERCENT.to_owned() },
            Pick { value: AMOUNT.to_owned(), label: at.currency.to_owned() },
        ],
    };
    let body = match row.kind.as_str() {
        "cost" => vec![
            text(piece::COST_OF),
            of(),
            text(piece::BECOMES),
            value(""),
            unit(),
            text(piece::FROM),
            day(),
        ],
        "price" => vec![
            text(piece::PRICE_OF),
            of(),
            text(piece::BECOMES),
            value(""),
            unit(),
            text(piece::FROM),
            day(),
        ],
        "free_shipping" => vec![text(piece::FREE_FROM), value(at.currency)],
        "shipping_charge" => vec![text(piece::SHIPPING), value(""), unit()],
        "payment_fees" => vec![
            text(piece::PAYMENTS),
            any(piece::GATEWAY),
            text(piece::COST),
            value("%"),
            text(piece::PLUS),
            field("extra", piece::FIXED, "short", at.currency),
            text(piece::EACH),
        ],
        "commission" => {
            vec![text(piece::CHANNEL), value("%"), text(piece::OF_STORE), stores(row, at)]
        }
        "shipping_cost" => vec![text(piece::SENDING), value(""), unit()],
        "handling_cost" => vec![text(piece::PACKING), value(""), unit()],
        "ad_spend" => {
            vec![text(piece::ADS), value("%"), text(piece::OF_CAMPAIGN), any(piece::CAMPAIGN)]
        }
        "drop" => vec![text(piece::WITHOUT), of()],
        "rate" => vec![
            text(piece::ONE),
            field("text", piece::CURRENCY, "short", ""),
            text(piece::BECOMES),
            value(""),
            unit(),
        ],
        "expenses" => {
            vec![text(piece::EXPENSES), value("%"), text(piece::NAMED), any(piece::EXPENSE)]
        }
        "volume" => {
            vec![text(piece::THINK), value("%"), text(piece::FEWER_OF), of(), text(piece::ARE_SOLD)]
        }
        _ => vec![text(piece::BRINGS), value(""), text(piece::MORE_LIKE), of()],
    };
    pieces.extend(body);
    pieces
}

fn stores(row: &Row, at: &At<'_>) -> Piece {
    let pick = |value: &str, label: &str| Pick { value: value.to_owned(), label: label.to_owned() };
    let mut picks = vec![pick("", piece::WHERE_TAKEN)];
    picks.extend(at.stores.iter().map(|store| pick(store, store)));
    Piece::Select {
        name: field_name(at.letter, at.number, "text"),
        label: piece::STORE,
        value: row.text.clone(),
        picks,
    }
}
