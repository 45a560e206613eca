//! The panel of what is done to units, or said of products; for many of them with what changes.

use super::entry::Entry;
use super::page::{Known, Panelled, own};
use super::{LABELS, PATH};
use crate::sync::stock_edit::units::REASONS;
use crate::web::figure::{Figure, Link};
use crate::web::form::{Button, ButtonKind, Effect, Entry as Input, Field, Form, Panel, Pick};
use crate::web::format;
use crate::web::page::Page;
use crate::web::table::{Cell, Column, Row, Table};
use crate::web::words::{self, Word, definitions, stock as told};

pub const ACTS: [&str; 6] = ["count", "adjust", "move", "build", "new", "many"];
/// Products that are edited at once from the list.
const MANY_MAX: usize = 500;
/// Rows of what changes.
const LOOKED_AT_MAX: usize = 20;

pub struct Looked<'a> {
    pub page: &'a Page,
    pub act: &'a str,
    pub panelled: &'a Panelled,
    pub known: &'a Known,
}

pub fn panel(looked: &Looked<'_>) -> Panel {
    let page = looked.page;
    let entry = shown_entry(looked);
    let lead = match looked.act {
        "move" => told::MOVE_LEAD,
        "adjust" => told::ADJUST_LEAD,
        "build" => told::BUILD_LEAD,
        "new" => told::ADD_LEAD,
        "many" => told::MANY_LEAD,
        _ => told::COUNT_LEAD,
    };
    let close = page.ask.href_with(&[("act", None), ("sku", None)]);
    let effect = looked.panelled.looks.then(|| effect_of(looked, &entry));
    Panel {
        title: told::title_of(looked.act, &entry.sku),
        lead: lead.to_owned(),
        close: Link::new(words::text(Word::Close), close),
        form: form(looked, &entry),
        progress: None,
        effect,
        months: None,
        history: None,
    }
}

fn shown_entry(looked: &Looked<'_>) -> Entry {
    if let Some(entry) = &looked.panelled.entry {
        return entry.clone();
    }
    let mut entry = Entry { act: looked.act.to_owned(), ..Entry::default() };
    entry.sku = own(looked.page, "sku").unwrap_or_default();
    entry.place = own(looked.page, "place").unwrap_or_default();
    if looked.act == "many" {
        let shown = looked.known.found.iter().take(MANY_MAX);
        let skus: Vec<&str> = shown.map(|index| looked.known.all[*index].sku.as_str()).collect();
        entry.skus = skus.join("\n");
    }
    entry
}

fn form(looked: &Looked<'_>, entry: &Entry) -> Form {
    let page = looked.page;
    let save_word = match looked.act {
        "move" => told::SAVE_MOVE,
        "adjust" => told::SAVE_ADJUST,
        "build" => told::SAVE_BUILD,
        "new" => told::SAVE_NEW,
        "many" => told::SAVE_MANY,
        _ => told::SAVE_COUNT,
    };
    let mut fields = match looked.act {
        "new" => new_fields(entry),
        "many" => many_fields(entry),
        act => units_fields(looked.known.place_names(), (act, entry), true),
    };
    if let (Some(wrong), Some(first)) = (&looked.panelled.wrong, fields.first_mut()) {
        first.error = Some(wrong.clone());
    }
    let save = |kind| Button::submit(save_word, kind).sending("do", "save");
    let show = |kind| Button::submit(told::SHOW_CHANGE, kind).sending("do", "show");
    let cancel = || {
        let href = page.ask.href_with(&[("act", None), ("sku", None)]);
        Button::link(words::text(Word::Cancel), ButtonKind::Plain, href)
    };
    let mut hidden = vec![("act".to_owned(), looked.act.to_owned())];
    if !entry.back.is_empty() {
        hidden.push(("back".to_owned(), entry.back.clone()));
    }
    let buttons = match (looked.act, looked.panelled.looks) {
        ("many", false) => vec![show(ButtonKind::Main), cancel()],
        ("many", true) => {
            hidden.push(("seen".to_owned(), entry.mark()));
            vec![save(ButtonKind::Main), show(ButtonKind::Plain)]
        }
        _ => vec![save(ButtonKind::Main), cancel()],
    };
    Form {
        action: page.url(PATH),
        method: "post",
        hidden,
        fields,
        buttons,
        note: Some(told::CAN_UNDO.to_owned()),
        ..Form::default()
    }
}

impl Known {
    pub fn place_names(&self) -> Vec<String> {
        let open = self.places.iter().filter(|place| place.closed_at.is_none());
        open.map(|place| place.name.clone()).collect()
    }
}

fn required(field: Field) -> Field {
    Field { required: true, ..field }
}

pub fn picks(values: &[(&str, &str)]) -> Vec<Pick> {
    let pick = |(value, label): &(&str, &str)| Pick {
        value: (*value).to_owned(),
        label: (*label).to_owned(),
    };
    values.iter().map(pick).collect()
}

pub fn place_field(name: &str, label: &str, value: &str, places: &[String]) -> Field {
    let named: Vec<(&str, &str)> =
        places.iter().map(|place| (place.as_str(), place.as_str())).collect();
    match named.is_empty() {
        true => Field::text(name, label, value),
        false => Field::select(name, label, value, picks(&named)),
    }
}

/// The fields of one act; `is_named` asks for the product too.
pub fn units_fields(
    places: Vec<String>,
    (act, entry): (&str, &Entry),
    is_named: bool,
) -> Vec<Field> {
    let mut fields = Vec::new();
    if is_named {
        fields.push(required(Field::text("sku", told::SKU, &entry.sku)));
    }
    let from = if act == "move" { told::FROM_PLACE } else { told::PLACE };
    fields.push(place_field("place", from, &entry.place, &places));
    if act == "move" {
        fields.push(place_field("to", told::TO_PLACE, &entry.to, &places));
    }
    let units = match act {
        "adjust" => told::UNITS_CHANGED,
        "build" => told::UNITS_BUILT,
        "move" => told::UNITS,
        _ => told::UNITS_COUNTED,
    };
    let mut units = required(Field::text("units", units, &entry.units));
    units.entry = Input::Input { kind: "text", mode: "numeric" };
    fields.push(units);
    if act == "adjust" {
        let reasons = REASONS.map(|reason| (reason, told::reason(reason)));
        fields.push(Field::select("reason", told::REASON, &entry.reason, picks(&reasons)));
        fields.push(Field::text("reference", told::REFERENCE, &entry.reference));
    }
    if act != "build" {
        fields.push(Field::text("lot", told::LOT, &entry.lot).with_help(told::LOT_HELP));
    }
    if matches!(act, "count" | "adjust") {
        fields.push(Field::day("expires", told::EXPIRES, &entry.expires));
    }
    fields.push(Field::text("note", told::NOTE_FIELD, &entry.note));
    fields
}

fn new_fields(entry: &Entry) -> Vec<Field> {
    vec![
        required(Field::text("sku", told::SKU, &entry.sku)),
        Field::text("title", told::TITLE, &entry.title),
        Field::text("barcode", told::BARCODE, &entry.barcode),
        Field::text("note", told::NOTE_FIELD, &entry.note),
    ]
}

fn many_fields(entry: &Entry) -> Vec<Field> {
    let skus = Field {
        entry: Input::Text { rows: 6 },
        ..required(Field::text("skus", told::SKUS, &entry.skus))
    };
    let same = ("", told::UNCHANGED);
    let mode = [same, ("mirror", told::MIRROR), ("strict", told::STRICT)];
    let lots = [same, ("yes", told::LOTS_KEPT), ("no", told::LOTS_NOT)];
    let number = |name: &str, label: &str, value: &str| Field {
        entry: Input::Input { kind: "text", mode: "numeric" },
        ..Field::text(name, label, value)
    };
    vec![
        skus,
        number("low_at", told::LOW_AT, &entry.low_at),
        number("lead_days", told::LEAD_DAYS, &entry.lead_days),
        number("cover_days", told::COVER_DAYS, &entry.cover_days),
        Field::select("mode", told::MODE, &entry.mode, picks(&mode)),
        Field::select("lots", told::LOTS, &entry.lots, picks(&lots)),
        Field::select("archived", told::ARCHIVED, &entry.archived, picks(&lots)),
        Field::text("note", told::NOTE_FIELD, &entry.note),
    ]
}

/// How many products it changes, and the first of them before and after.
fn effect_of(looked: &Looked<'_>, entry: &Entry) -> Effect {
    let page = looked.page;
    let skus = entry.list_skus();
    let chosen: Vec<_> = looked.known.all.iter().filter(|one| skus.contains(&one.sku)).collect();
    let mut table = Table::new("stock-many", told::EDIT_MANY);
    table.dense = true;
    table.columns = vec![
        Column::words(told::SKU),
        Column::figures(definitions::label("lead_days")),
        Column::figures(words::text(Word::CostAfter)),
        Column::figures(definitions::label("cover_days")),
        Column::figures(words::text(Word::CostAfter)),
    ];
    let shown = |text: &str| match text.trim() {
        "" => Cell::quiet("="),
        text => Cell::figure(Figure::text(text.to_owned())),
    };
    let quantity = |units| Cell::figure(Figure::text(format::quantity(units, page.locale)));
    for one in chosen.iter().take(LOOKED_AT_MAX) {
        table.rows.push(Row::new(vec![
            Cell::mono(one.sku.clone()),
            quantity(one.lead_days),
            shown(&entry.lead_days),
            quantity(one.cover_days),
            shown(&entry.cover_days),
        ]));
    }
    Effect {
        before: told::THIS_CHANGES.to_owned(),
        figure: Figure::text(format::quantity(chosen.len() as i64, page.locale)),
        arithmetic: told::OF_WHAT.to_owned(),
        table: Some(table),
        more: Vec::new(),
    }
}

/// The way to the labels of a product.
pub fn labels_href(page: &Page, sku: &str) -> String {
    let sku = ("sku".to_owned(), sku.to_owned());
    crate::web::ask::write_href(&page.url(LABELS), std::iter::once(sku))
}
