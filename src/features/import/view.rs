//! Parts that several pages of imports show.

use crate::base::{Currency, Instant};
use crate::connectors;
use crate::connectors::contract::UnknownKind;
use crate::store::imports::Import;
use crate::web::figure::Figure;
use crate::web::form::{Field, Pick};
use crate::web::format;
use crate::web::notice::{Notice, Weight};
use crate::web::page::Page;
use crate::web::parts::{SectionHead, State, StateMark};
use crate::web::table::{Cell, Column, Row, Table};
use crate::web::words::{self, Word, say};

fn pick(value: &str, label: impl Into<String>) -> Pick {
    Pick { value: value.to_owned(), label: label.into() }
}

/// The stores there are; `first` is what stands for none of them.
pub fn store_field(page: &Page, first: &str) -> Field {
    let names = page.stores.iter().map(|store| pick(&store.name, store.name.clone()));
    let picks: Vec<Pick> = std::iter::once(pick("", first)).chain(names).collect();
    let only = match page.stores.as_slice() {
        [one] => one.name.clone(),
        _ => String::new(),
    };
    Field::select("store", words::text(Word::CostStore), only, picks)
}

/// The currency of a store that is new.
pub fn currency_field(page: &Page) -> Field {
    let mut picks = vec![pick("", words::text(Word::ImportCurrencyOfFile))];
    picks.extend(Currency::list().iter().map(|currency| pick(currency.code(), currency.code())));
    let own = page.organisation.currency.filter(|_| page.stores.is_empty());
    let own = own.map(|currency| currency.code().to_owned()).unwrap_or_default();
    Field::select("currency", words::text(Word::ImportItsCurrency), own, picks)
}

pub fn format_field() -> Field {
    let mut formats: Vec<(&str, &str)> =
        connectors::list_formats().map(|(_, format)| (format.name, format.label)).collect();
    formats.sort_unstable();
    formats.dedup_by_key(|(name, _)| *name);
    let mut picks = vec![pick("auto", words::text(Word::ImportTellByFile))];
    picks.extend(formats.into_iter().map(|(name, label)| pick(name, label)));
    Field::select("format", words::text(Word::ImportFormat), "auto", picks)
}

/// What people call a format.
pub fn label_of(format: &str) -> String {
    let found = connectors::list_formats().find(|(_, other)| other.name == format);
    found.map_or_else(|| format.to_owned(), |(_, format)| format.label.to_owned())
}

/// `Orders file, Heron & Reed`.
pub fn kind_of(import: &Import) -> String {
    match &import.store {
        Some(store) => format!("{}, {store}", label_of(&import.format)),
        None => label_of(&import.format),
    }
}

/// `20 Nov 2026, 14:18`, and today only the time.
pub fn moment(page: &Page, at: Instant) -> String {
    let (day, time) = (at.day_in(&page.zone), at.time_in(&page.zone));
    if day == page.today {
        return say::today_at(&time);
    }
    format!("{}, {time}", format::day(day, page.locale))
}

pub fn state_of(import: &Import) -> (State, &'static str) {
    let (state, word) = match import.state.as_str() {
        "running" => (State::Running, Word::ImportRunning),
        "failed" => (State::Broken, Word::ImportFailed),
        "undone" => (State::Off, Word::ImportUndone),
        _ if import.refused > 0 => (State::Late, Word::ImportDoneButRows),
        _ => (State::Fresh, Word::ImportDone),
    };
    (state, words::text(word))
}

/// What did not happen, why, what is unchanged; `fault` may name the file again.
pub fn not_taken_in(file: &str, fault: &str) -> Notice {
    let title = say::not_taken_in(file);
    let why = fault.strip_prefix(&title).unwrap_or(fault).trim();
    let unchanged = words::text(Word::NothingChanged);
    let text = match why.contains(unchanged) {
        true => why.to_owned(),
        false => format!("{why} {unchanged}"),
    };
    Notice { weight: Weight::Broken, title, text, buttons: Vec::new(), link: None }
}

/// Something that needs a look but broke nothing.
pub fn warning(title: String, text: String) -> Notice {
    Notice { weight: Weight::Late, title, text, buttons: Vec::new(), link: None }
}

/// What no table of ours names, where there is any: kind, name, first line, count.
pub fn unknowns(
    page: &Page,
    unknowns: &[(String, String, i64, i64)],
) -> Option<(SectionHead, Table)> {
    if unknowns.is_empty() {
        return None;
    }
    let title = words::text(Word::ImportUnknowns);
    let mut head = SectionHead::new("unknowns", title);
    head.beside = Some(words::text(Word::ImportUnknownsBeside).to_owned());
    let mut table = Table::new("unknowns-table", title);
    table.columns = vec![
        Column::words(words::text(Word::ImportUnknownName)),
        Column::words(words::text(Word::ImportUnknownKind)),
        Column::figures(words::text(Word::ImportUnknownTimes)),
        Column::figures(words::text(Word::ImportUnknownFirst)).wide(),
        Column::words(words::text(Word::ImportUnknownEffect)).wide(),
    ];
    let quantity = |count| Cell::figure(Figure::text(format::quantity(count, page.locale)));
    let row = |(kind, name, line, times): &(String, String, i64, i64)| {
        let state = if is_alarming(kind) { State::Late } else { State::Off };
        Row::new(vec![
            Cell::mono(name),
            Cell::State(StateMark::new(state, words::imports::unknown_name(kind))),
            quantity(*times),
            quantity(*line),
            Cell::quiet(words::imports::unknown_effect(kind)),
        ])
    };
    table.rows = unknowns.iter().map(row).collect();
    Some((head, table))
}

/// A column that is not read is no alarm; money under no heading is.
pub fn is_alarming(kind: &str) -> bool {
    UnknownKind::parse(kind) != Some(UnknownKind::Column)
}

/// Lines with what there is to say of them; line 0 is the file.
pub fn told(page: &Page, told: &[(i64, &str)]) -> Option<(SectionHead, Table)> {
    if told.is_empty() {
        return None;
    }
    let head = SectionHead::new("told", words::text(Word::ImportToKnow));
    let mut table = Table::new("told-table", words::text(Word::ImportToKnow));
    table.columns = vec![
        Column::words(words::text(Word::ImportRow)),
        Column::words(words::text(Word::ImportWhat)),
    ];
    let row = |(line, what): &(i64, &str)| {
        let line = match line {
            0 => String::new(),
            line => format::quantity(*line, page.locale),
        };
        Row::new(vec![Cell::quiet(line), Cell::text(*what)])
    };
    table.rows = told.iter().map(row).collect();
    Some((head, table))
}
