//! The panel of a new receipt, or of a purchase order's bills, with what it would do to goods
//! that were sold already.

use super::entry::{Entry, Wrong};
use super::page::{Act, Orders, list_href, order_href};
use crate::base::Currency;
use crate::domain::record::{LandedCost, LandedKind, SplitBy};
use crate::features::feature::purchase_effect;
use crate::reports::preview::purchases::PurchasePreview;
use crate::reports::purchases::Receipt;
use crate::web::effect;
use crate::web::figure::{Figure, Link};
use crate::web::form::{Button, ButtonKind, Entry as Input, Field, Form, Panel, Pick};
use crate::web::format;
use crate::web::page::Page;
use crate::web::table::{Cell, Column, Row, Table};
use crate::web::words::{self, Word, purchase as told};

/// What the panel is made of.
pub struct Looked<'a> {
    pub page: &'a Page,
    pub act: &'a Act,
    pub chosen: Option<&'a Receipt>,
    pub entry: Option<&'a Entry>,
    pub wrong: &'a Wrong,
    pub preview: Option<&'a PurchasePreview>,
    pub orders: &'a Orders,
}

pub fn panel(looked: &Looked<'_>) -> Panel {
    let page = looked.page;
    let text = |word| words::text(word).to_owned();
    let (title, lead) = match looked.act {
        Act::New => (text(Word::PurchaseNew), text(Word::PurchaseLead)),
        Act::Bill(reference) => (told::title(reference), text(Word::PurchaseBillLead)),
        Act::Delete(reference) => (told::delete(reference), String::new()),
        Act::Unland(_) => (text(Word::PurchaseUnlandAsk), bill_lead(looked)),
    };
    let history = match looked.act {
        Act::Bill(_) => looked.chosen.filter(|receipt| !receipt.landed.is_empty()),
        Act::New | Act::Delete(_) | Act::Unland(_) => None,
    };
    Panel {
        title,
        lead,
        close: Link::new(words::text(Word::Close), list_href(page)),
        form: form(looked),
        progress: None,
        effect: looked.preview.map(|preview| purchase_effect(page, preview)),
        months: None,
        history: history.map(|receipt| (text(Word::PurchaseBills), bills(page, receipt))),
    }
}

/// What the bill that would go is.
fn bill_lead(looked: &Looked<'_>) -> String {
    let Act::Unland(id) = looked.act else { return String::new() };
    let bills = looked.chosen.into_iter().flat_map(|receipt| &receipt.landed);
    let found = bills.into_iter().find(|(other, _)| other == id);
    found.map(|(_, bill)| bill_text(looked.page, bill)).unwrap_or_default()
}

fn bill_text(page: &Page, bill: &LandedCost) -> String {
    let kind = words::text(kind_word(bill.kind));
    let amount = format::amount(bill.amount, page.locale);
    format!("{}: {kind}, {} {amount}.", bill.reference, bill.amount.currency.code())
}

pub fn kind_word(kind: LandedKind) -> Word {
    match kind {
        LandedKind::Freight => Word::PurchaseFreight,
        LandedKind::Duty => Word::PurchaseDuty,
        LandedKind::Other => Word::PurchaseOther,
    }
}

fn by_word(by: SplitBy) -> Word {
    match by {
        SplitBy::Value => Word::PurchaseByValue,
        SplitBy::Weight => Word::PurchaseByWeight,
        SplitBy::Quantity => Word::PurchaseByQuantity,
    }
}

/// The entry as it stands in the form: what was typed, else a new one.
fn shown_entry(looked: &Looked<'_>) -> Entry {
    if let Some(entry) = looked.entry {
        return entry.clone();
    }
    let today = looked.page.today;
    let own = looked.page.organisation.currency.unwrap_or(Currency::EUR);
    let reference = looked.chosen.map(|receipt| receipt.reference.clone()).unwrap_or_default();
    Entry {
        act: if looked.chosen.is_some() { "bill".to_owned() } else { "receipt".to_owned() },
        reference,
        received: today.to_string(),
        day: today.to_string(),
        currency: own.code().to_owned(),
        kind: LandedKind::Freight.name().to_owned(),
        by: SplitBy::Value.name().to_owned(),
        ..Entry::default()
    }
}

fn form(looked: &Looked<'_>) -> Form {
    let page = looked.page;
    let entry = shown_entry(looked);
    let cancel = |word| Button::link(words::text(word), ButtonKind::Plain, list_href(page));
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let mut form = Form {
        action: list_href(page),
        method: "post",
        note: Some(words::text(Word::CostCanUndo).to_owned()),
        ..Form::default()
    };
    let danger =
        |word, act: &str| Button::submit(words::text(word), ButtonKind::Danger).sending("act", act);
    let save_word = match looked.act {
        Act::Delete(reference) => {
            form.hidden.push(pair("reference", reference));
            form.buttons = vec![danger(Word::PurchaseDelete, "delete"), cancel(Word::KeepIt)];
            return form;
        }
        Act::Unland(id) => {
            form.hidden.push(pair("id", &id.to_string()));
            form.fields = vec![effect::why("")];
            form.buttons = vec![danger(Word::PurchaseUnland, "unland"), cancel(Word::KeepIt)];
            return form;
        }
        Act::New => {
            form.hidden.push(pair("act", "receipt"));
            form.fields = receipt_fields(looked, &entry);
            Word::PurchaseSave
        }
        Act::Bill(reference) => {
            form.hidden.push(pair("act", "bill"));
            form.hidden.push(pair("reference", reference));
            form.fields = bill_fields(looked, &entry);
            Word::PurchaseSaveBill
        }
    };
    form.fields.push(effect::why(&entry.why));
    let show = |kind| Button::submit(words::text(Word::CostShowEffect), kind).sending("do", "show");
    let save = Button::submit(words::text(save_word), ButtonKind::Main).sending("do", "save");
    let is_shown = looked.preview.is_some() || page.organisation.currency.is_none();
    form.buttons = match is_shown && looked.wrong.is_empty() && looked.entry.is_some() {
        true => {
            form.hidden.push(pair("seen", &entry.mark()));
            vec![save, show(ButtonKind::Plain)]
        }
        false => vec![show(ButtonKind::Main), cancel(Word::Cancel)],
    };
    if let Act::Bill(reference) = looked.act {
        let its_order = order_href(page, looked.orders, reference);
        let word = words::text(Word::PurchaseItsOrder);
        form.buttons.extend(its_order.map(|to| Button::link(word, ButtonKind::Link, to)));
        let to = page.ask.href_with(&[("delete", Some(reference)), ("order", None)]);
        let word = words::text(Word::PurchaseDelete);
        form.buttons.push(Button::link(word, ButtonKind::Link, to));
    }
    form
}

fn receipt_fields(looked: &Looked<'_>, entry: &Entry) -> Vec<Field> {
    let text = |name: &str, label, value: &str| Field::text(name, words::text(label), value);
    let lines = Field {
        entry: Input::Text { rows: 5 },
        ..text("lines", Word::PurchaseLines, &entry.lines)
    };
    let received = Field::day("received", words::text(Word::PurchaseReceived), &entry.received);
    let fields = vec![
        required(text("reference", Word::PurchaseReference, &entry.reference)),
        required(received),
        text("supplier", Word::PurchaseSupplier, &entry.supplier),
        currency_field(entry),
        required(lines.with_help(words::text(Word::PurchaseLinesHelp))),
    ];
    with_wrong(fields, looked.wrong)
}

fn bill_fields(looked: &Looked<'_>, entry: &Entry) -> Vec<Field> {
    let kinds = LandedKind::ALL.map(|kind| pick(kind.name(), words::text(kind_word(kind))));
    let ways = SplitBy::ALL.map(|by| pick(by.name(), words::text(by_word(by))));
    let select = |name: &str, label, value: &str, picks| {
        Field::select(name, words::text(label), value, picks)
    };
    let bill = Field::text("bill", words::text(Word::PurchaseBill), &entry.bill);
    let label = words::text(Word::PurchaseAmount);
    let fields = vec![
        select("kind", Word::PurchaseKind, &entry.kind, kinds.to_vec()),
        required(Field::amount("amount", label, &entry.amount, &entry.currency)),
        currency_field(entry),
        select("by", Word::PurchaseBy, &entry.by, ways.to_vec()),
        Field::day("day", words::text(Word::PurchaseDay), &entry.day),
        bill.with_help(words::text(Word::PurchaseBillHelp)),
    ];
    with_wrong(fields, looked.wrong)
}

fn pick(value: &str, label: &str) -> Pick {
    Pick { value: value.to_owned(), label: label.to_owned() }
}

fn required(field: Field) -> Field {
    Field { required: true, ..field }
}

fn currency_field(entry: &Entry) -> Field {
    let currencies = Currency::list();
    let picks = currencies.iter().map(|currency| pick(currency.code(), currency.code()));
    let label = words::text(Word::CostCurrency);
    Field::select("currency", label, &entry.currency, picks.collect())
}

fn with_wrong(fields: Vec<Field>, wrong: &Wrong) -> Vec<Field> {
    let one = |mut field: Field| {
        field.error = wrong.get(field.name.as_str()).cloned();
        field
    };
    fields.into_iter().map(one).collect()
}

fn bills(page: &Page, receipt: &Receipt) -> Table {
    let mut table = Table::new("purchase-bills", words::text(Word::PurchaseBills));
    table.dense = true;
    table.columns = vec![
        Column::words(words::text(Word::PurchaseKind)),
        Column::figures(words::text(Word::PurchaseAmount)),
        Column::words(words::text(Word::PurchaseBy)),
        Column::words(words::text(Word::CostChangeIt)),
    ];
    for (id, bill) in &receipt.landed {
        let id = id.to_string();
        let to = page.ask.href_with(&[("bill", Some(&id)), ("order", None)]);
        let amount = format::amount(bill.amount, page.locale);
        let amount = format!("{} {amount}", bill.amount.currency.code());
        table.rows.push(Row::new(vec![
            Cell::text(words::text(kind_word(bill.kind))),
            Cell::figure(Figure::text(amount)),
            Cell::quiet(words::text(by_word(bill.by))),
            Cell::Links(vec![Link::new(words::text(Word::RuleRemove), to)]),
        ]));
    }
    table
}
