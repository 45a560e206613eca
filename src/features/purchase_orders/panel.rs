//! The panels of an order: a draft, marking it as ordered, a bill, a receipt, and the questions.

use super::PATH;
use super::entry::Entry;
use super::receive::{self, Typed};
use crate::base::id::SupplierId;
use crate::domain::purchase::supplier::{Archived, Supplier};
use crate::domain::record::{LandedKind, SplitBy};
use crate::reports::purchasing::OrderDetail;
use crate::store::stock::locations::{Location, LocationKind};
use crate::web::dossier;
use crate::web::figure::Link;
use crate::web::form::{Button, ButtonKind, Effect, Field, Form, Panel, Pick, Wrong};
use crate::web::format;
use crate::web::page::Page;
use crate::web::permission::Permission;
use crate::web::table::Table;
use crate::web::words::{self, Word, purchasing as told};

pub type Known = (Vec<(SupplierId, Supplier)>, Vec<Location>);

fn panel(page: &Page, (title, lead): (String, &str), back: &str, form: Form) -> Panel {
    let form = Form { method: "post", ..form };
    Panel {
        title,
        lead: lead.to_owned(),
        close: Link::new(words::text(Word::Close), page.url(back)),
        form,
        progress: None,
        effect: None,
        months: None,
        history: None,
    }
}

fn cancel(page: &Page, back: &str) -> Button {
    Button::link(words::text(Word::Cancel), ButtonKind::Plain, page.url(back))
}

/// Places in which goods can come in, the closed ones left out.
pub fn place_picks(places: &[Location]) -> Vec<Pick> {
    let can = |kind| !matches!(kind, LocationKind::Fba | LocationKind::InTransit);
    let open = places.iter().filter(|place| place.closed_at.is_none() && can(place.kind));
    let picks: Vec<Pick> =
        open.map(|place| Pick::new(place.id.to_string(), place.name.clone())).collect();
    match picks.is_empty() {
        true => vec![Pick::new("", crate::store::stock::locations::USUAL)],
        false => picks,
    }
}

/// A draft, new or changed.
pub fn order(page: &Page, entry: &Entry, (wrong, known): (&Wrong, &Known)) -> Panel {
    let back = match entry.id.as_str() {
        "" => PATH.to_owned(),
        id => format!("{PATH}/{id}"),
    };
    let (suppliers, places) = known;
    let is_asked = |(id, one): &&(SupplierId, Supplier)| {
        one.archived == Archived::No || id.to_string() == entry.supplier
    };
    let picks = suppliers.iter().filter(is_asked);
    let picks: Vec<Pick> =
        picks.map(|(id, one)| Pick::new(id.to_string(), one.name.clone())).collect();
    let has_supplier = !picks.is_empty();
    let number = match entry.id.as_str() {
        "" => Some(Field::text("number", told::NUMBER, &entry.number).needed()),
        _ => None,
    };
    let rest = [
        Field::select("supplier", told::SUPPLIER, &entry.supplier, picks),
        Field::select("location", told::DELIVER_TO, &entry.location, place_picks(places)),
        Field::day("expected", told::EXPECTED, &entry.expected),
        Field::lines("lines", told::LINES, &entry.lines).needed().with_help(told::LINES_HELP),
        Field::text("note", told::NOTE, &entry.note),
    ];
    let fields = number.into_iter().chain(rest).map(|field| field.told(wrong)).collect();
    let mut hidden = vec![("id".to_owned(), entry.id.clone())];
    if !entry.id.is_empty() {
        hidden.push(("number".to_owned(), entry.number.clone()));
    }
    let save = Button::submit(told::SAVE, ButtonKind::Main);
    let save = if has_supplier { save } else { save.off(told::NO_SUPPLIER) };
    let title = match entry.id.as_str() {
        "" => told::ORDER_NEW.to_owned(),
        _ => told::order_title(&entry.number),
    };
    let buttons = vec![save, cancel(page, &back)];
    let form = Form { action: page.url(PATH), hidden, fields, buttons, ..Form::default() };
    panel(page, (title, told::ORDER_LEAD), &back, form)
}

fn here(detail: &OrderDetail) -> String {
    format!("{PATH}/{}", detail.row.id)
}

fn acting(page: &Page, detail: &OrderDetail, act: &str, fields: Vec<Field>, label: &str) -> Form {
    Form {
        action: page.url(&format!("{}/act", here(detail))),
        hidden: vec![("act".to_owned(), act.to_owned())],
        fields,
        buttons: vec![Button::submit(label, ButtonKind::Main), cancel(page, &here(detail))],
        ..Form::default()
    }
}

pub fn ordering(page: &Page, detail: &OrderDetail, wrong: &Wrong) -> Panel {
    let day = Field::day("day", told::ACT_ORDER_ON, page.today.to_string()).needed().told(wrong);
    let form = acting(page, detail, "order", vec![day], told::ACT_ORDER);
    panel(page, (told::ACT_ORDER.to_owned(), ""), &here(detail), form)
}

pub fn bill(page: &Page, detail: &OrderDetail, (typed, wrong): (&[String; 5], &Wrong)) -> Panel {
    let [kind, amount, by, day, bill] = typed;
    let kinds = LandedKind::ALL.map(|kind| Pick::new(kind.name(), super::tables::kind_word(kind)));
    let fields = vec![
        Field::select("kind", words::text(Word::PurchaseKind), kind, kinds.to_vec()),
        Field::amount(
            "amount",
            words::text(Word::PurchaseAmount),
            amount,
            detail.row.order.currency.code(),
        )
        .needed(),
        Field::select("by", words::text(Word::PurchaseBy), by, split_picks()),
        Field::day("day", words::text(Word::PurchaseDay), day),
        Field::text("bill", words::text(Word::PurchaseBill), bill)
            .with_help(words::text(Word::PurchaseBillHelp)),
    ];
    let fields = fields.into_iter().map(|field| field.told(wrong)).collect();
    let form = acting(page, detail, "bill", fields, words::text(Word::PurchaseSaveBill));
    panel(page, (told::ACT_BILL.to_owned(), told::BILL_LEAD), &here(detail), form)
}

fn split_picks() -> Vec<Pick> {
    let word = |by| match by {
        SplitBy::Value => Word::PurchaseByValue,
        SplitBy::Weight => Word::PurchaseByWeight,
        SplitBy::Quantity => Word::PurchaseByQuantity,
    };
    SplitBy::ALL.map(|by| Pick::new(by.name(), words::text(word(by)))).to_vec()
}

pub fn cancelling(page: &Page, detail: &OrderDetail) -> Panel {
    let action = page.url(&format!("{}/act", here(detail)));
    let asked = (told::CANCEL_ASK, told::CANCEL_LEAD.to_owned());
    let back = page.url(&here(detail));
    dossier::question(asked, (action, &[("act", "cancel")]), told::ACT_CANCEL, back)
}

pub fn undoing(page: &Page, detail: &OrderDetail, entry: i64) -> Panel {
    let action = page.url(&format!("{PATH}/undo?entry={entry}"));
    let asked = (told::UNDO_ASK, told::UNDO_LEAD.to_owned());
    dossier::question(asked, (action, &[]), told::UNDO, page.url(&here(detail)))
}

pub fn unreceiving(page: &Page, detail: &OrderDetail, receipt: i64) -> Panel {
    let action = page.url(&format!("{}/receipts/{receipt}/undo", here(detail)));
    let asked = (told::UNRECEIVE_ASK, told::UNRECEIVE_LEAD.to_owned());
    dossier::question(asked, (action, &[]), told::UNRECEIVE, page.url(&here(detail)))
}

/// What a receipt that was looked at would do.
#[derive(Default)]
pub struct Sight {
    pub effect: Option<Effect>,
    /// More than is to come, line by line.
    pub over: Option<Table>,
    pub is_ready: bool,
}

pub fn receiving(
    page: &Page,
    detail: &OrderDetail,
    (typed, wrong): (&Typed, &Wrong),
    sight: Sight,
) -> Panel {
    let place = typed.get("location").unwrap_or_default();
    let picks = place_picks(&detail.places);
    let mut fields = vec![
        Field::day("day", told::RECEIVE_DAY, typed.get("day").unwrap_or_default()).needed(),
        Field::select("location", told::DELIVER_TO, place, picks),
    ];
    for (index, line) in detail.row.order.lines.iter().enumerate() {
        let get = |name: &str| typed.get(&format!("{name}-{index}")).unwrap_or_default();
        let name = |name: &str| format!("{name}-{index}");
        let open = format::quantity(line.open(&detail.row.received), page.locale);
        let label = told::receive_good(&line.sku, &open);
        let units = |name: String, label: String, value: &str| Field {
            entry: crate::web::form::Entry::Input { kind: "text", mode: "numeric" },
            ..Field::text(&name, label, value)
        };
        fields.push(units(name("good"), label, get("good")));
        let label = told::receive_damaged(&line.sku);
        fields.push(units(name("damaged"), label, get("damaged")));
        if detail.tracked.contains(&line.sku) {
            fields.push(Field::text(&name("lot"), told::receive_lot(&line.sku), get("lot")));
            let label = told::receive_expires(&line.sku);
            fields.push(Field::day(&name("expires"), label, get("expires")));
        }
    }
    if Permission::EditCosts.allows(page.who.role) {
        let unit = detail.row.order.currency.code();
        for (kind, label) in receive::BILLS {
            let value = typed.get(kind.name()).unwrap_or_default();
            fields.push(Field::amount(kind.name(), label, value, unit));
        }
    }
    fields.push(Field::text("note", told::NOTE, typed.get("note").unwrap_or_default()));
    let show = |kind| Button::submit(told::RECEIVE_SHOW, kind).sending("do", "show");
    let save = Button::submit(told::RECEIVE_SAVE, ButtonKind::Main).sending("do", "save");
    let form = Form {
        action: page.url(&format!("{}/receive", here(detail))),
        hidden: vec![("seen".to_owned(), typed.mark())],
        fields: fields.into_iter().map(|field| field.told(wrong)).collect(),
        buttons: match sight.is_ready {
            true => vec![save, show(ButtonKind::Plain)],
            false => vec![show(ButtonKind::Main), cancel(page, &here(detail))],
        },
        ..Form::default()
    };
    let title = told::RECEIVE_TITLE.to_owned();
    Panel {
        effect: sight.effect,
        history: sight.over.map(|table| (told::OVER_TITLE.to_owned(), table)),
        ..panel(page, (title, told::RECEIVE_LEAD), &here(detail), form)
    }
}
