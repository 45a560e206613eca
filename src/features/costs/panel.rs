//! The panel of one product: its cost as a form, the effect of what was typed, what it cost
//! before.

use super::entry::{Entry, Wrong};
use crate::base::Currency;
use crate::base::id::CostId;
use crate::domain::record::Cost;
use crate::features::feature::Sight;
use crate::reports::costs::Product;
use crate::reports::preview::desk::Look;
use crate::web::effect;
use crate::web::figure::{Figure, Link};
use crate::web::form::{Button, ButtonKind, Effect, Field, Form, Panel, Pick};
use crate::web::format;
use crate::web::page::Page;
use crate::web::permission::Permission;
use crate::web::table::{Cell, Column, Row, RowKind, Table, Words};
use crate::web::words::{self, Word, say};

/// What the panel is made of.
pub struct Looked<'a> {
    pub page: &'a Page,
    pub sku: &'a str,
    pub product: Option<&'a Product>,
    pub history: &'a [(CostId, Cost, Option<String>)],
    pub entry: Option<&'a Entry>,
    pub wrong: &'a Wrong,
    pub look: Option<&'a Look>,
    pub sight: Sight,
    /// The row that is about to be deleted.
    pub remove: Option<&'a Cost>,
}

pub fn panel(mut looked: Looked<'_>) -> Panel {
    let sight = std::mem::take(&mut looked.sight);
    let looked = &looked;
    let page = looked.page;
    let close = page.ask.href_with(&[("sku", None), ("delete", None)]);
    let title = match looked.remove {
        Some(_) => say::delete_cost_of(looked.sku),
        None => say::new_cost_for(looked.sku),
    };
    let may = Permission::EditCosts.allows(page.who.role);
    Panel {
        title: if may { title } else { looked.sku.to_owned() },
        lead: lead(looked),
        close: Link::new(words::text(Word::Close), close),
        form: if may { form(looked) } else { Form { method: "get", ..Form::default() } },
        progress: sight.progress,
        effect: sight.effect.map(|effect| effect_of(looked, effect)),
        months: sight.note,
        history: (!looked.history.is_empty())
            .then(|| (words::text(Word::CostHistory).to_owned(), history(looked, may))),
    }
}

/// `EUR 6.20`, and only the figure where the cost is in the books' own currency.
pub fn cost_text(page: &Page, cost: &Cost) -> String {
    let figure = format::decimal(cost.unit_cost, cost.currency.digits(), page.locale);
    match page.organisation.currency == Some(cost.currency) {
        true => figure,
        false => format!("{} {figure}", cost.currency.code()),
    }
}

fn lead(looked: &Looked<'_>) -> String {
    let page = looked.page;
    let title = looked.product.and_then(|product| product.title.as_deref()).unwrap_or_default();
    let cost = looked.product.and_then(|product| product.cost.as_ref());
    let now = match cost {
        Some(cost) => {
            let figure = format::decimal(cost.unit_cost, cost.currency.digits(), page.locale);
            let since = format::day(cost.valid_from, page.locale);
            say::cost_now(&figure, cost.currency.code(), &since)
        }
        None => words::text(Word::CostNoneYet).to_owned(),
    };
    if title.is_empty() { now } else { format!("{title}. {now}") }
}

/// The entry as it stands in the form: what was typed, else the day and currency to begin with.
fn shown_entry(looked: &Looked<'_>) -> Entry {
    if let Some(entry) = looked.entry {
        return entry.clone();
    }
    if let Some(cost) = looked.remove {
        return Entry::of(cost);
    }
    let page = looked.page;
    let last = looked.product.and_then(|product| product.cost.as_ref());
    let currency = last.map(|cost| cost.currency).or(page.organisation.currency);
    Entry {
        sku: looked.sku.to_owned(),
        unit_cost: last.map(|cost| cost.unit_cost.to_string()).unwrap_or_default(),
        currency: currency.unwrap_or(Currency::EUR).code().to_owned(),
        valid_from: page.today.first_of_month().to_string(),
        ..Entry::default()
    }
}

fn form(looked: &Looked<'_>) -> Form {
    let page = looked.page;
    let entry = shown_entry(looked);
    let back = page.ask.href_with(&[("delete", None)]);
    let cancel = page.ask.href_with(&[("sku", None), ("delete", None)]);
    let cancel = Button::link(words::text(Word::Cancel), ButtonKind::Plain, cancel);
    let mut form = Form {
        action: back.clone(),
        method: "post",
        hidden: vec![("sku".to_owned(), looked.sku.to_owned())],
        note: Some(words::text(Word::CostCanUndo).to_owned()),
        ..Form::default()
    };
    if looked.remove.is_some() {
        let kept = [
            ("unit_cost", &entry.unit_cost),
            ("currency", &entry.currency),
            ("valid_from", &entry.valid_from),
            ("store", &entry.store),
            ("country", &entry.country),
        ];
        form.hidden.extend(kept.map(|(name, value)| (name.to_owned(), value.clone())));
        form.fields = vec![effect::why(&entry.why)];
        let delete = Button::submit(words::text(Word::CostDelete), ButtonKind::Danger);
        let keep = Button::link(words::text(Word::KeepIt), ButtonKind::Plain, back);
        form.buttons = vec![delete.sending("do", "delete"), keep];
        return form;
    }
    form.fields = fields(looked, &entry);
    form.fields.push(effect::why(&entry.why));
    let show = |kind| Button::submit(words::text(Word::CostShowEffect), kind).sending("do", "show");
    form.buttons = match looked.look {
        Some(_) => {
            form.hidden.push(("seen".to_owned(), super::save::mark_of(&entry)));
            let save = Button::submit(words::text(Word::CostSave), ButtonKind::Main);
            vec![save.sending("do", "save"), show(ButtonKind::Plain)]
        }
        None => vec![show(ButtonKind::Main), cancel],
    };
    form
}

fn fields(looked: &Looked<'_>, entry: &Entry) -> Vec<Field> {
    let (page, wrong) = (looked.page, looked.wrong);
    let pick = |value: &str, label: &str| Pick { value: value.to_owned(), label: label.to_owned() };
    let currencies = Currency::list();
    let currencies = currencies.iter().map(|currency| pick(currency.code(), currency.code()));
    let mut stores = vec![pick("", words::text(Word::AllStores))];
    stores.extend(page.stores.iter().map(|store| pick(&store.name, &store.name)));
    let with = |mut field: Field, error: &Option<String>| {
        field.error = error.clone();
        field
    };
    let country = Field::text("country", words::text(Word::CostCountry), &entry.country);
    let country = country.with_help(words::text(Word::CostCountryHelp));
    vec![
        with(
            Field {
                required: true,
                ..Field::amount(
                    "unit_cost",
                    words::text(Word::CostUnitCost),
                    &entry.unit_cost,
                    &entry.currency,
                )
            },
            &wrong.unit_cost,
        ),
        with(
            Field::day("valid_from", words::text(Word::CostValidFrom), &entry.valid_from),
            &wrong.valid_from,
        ),
        with(
            Field::select(
                "currency",
                words::text(Word::CostCurrency),
                &entry.currency,
                currencies.collect(),
            ),
            &wrong.currency,
        ),
        with(
            Field::select("store", words::text(Word::CostStore), &entry.store, stores),
            &wrong.store,
        ),
        with(country, &wrong.country),
    ]
}

/// With the units that were sold; of a cost the components tell nothing more.
fn effect_of(looked: &Looked<'_>, effect: Effect) -> Effect {
    let Some(Look::Done(preview)) = looked.look else { return effect };
    let units = format::quantity(preview.units, looked.page.locale);
    let units = say::counted(preview.units, &units, Word::Unit, Word::UnitsSmall);
    let arithmetic = say::sold_in_them(&units, preview.currency.code());
    Effect { arithmetic, more: Vec::new(), ..effect }
}

fn history(looked: &Looked<'_>, may: bool) -> Table {
    let page = looked.page;
    let mut table = Table::new("cost-history", words::text(Word::CostHistory));
    table.dense = true;
    table.columns = vec![
        Column::words(words::text(Word::CostSince)),
        Column::figures(words::text(Word::CostUnitCost)),
        Column::words(words::text(Word::CostWhere)),
        Column::words(words::text(Word::CostFrom)).wide(),
        Column::words(words::text(Word::CostChangeIt)),
    ];
    let row = |(id, cost, file): &(CostId, Cost, Option<String>)| {
        let places = [cost.store.clone(), cost.country.clone()];
        let places: Vec<String> = places.into_iter().flatten().collect();
        let everywhere = || words::text(Word::CostEverywhere).to_owned();
        let place = if places.is_empty() { everywhere() } else { places.join(", ") };
        let typed = || words::text(Word::CostTyped).to_owned();
        let delete =
            page.ask.href_with(&[("sku", Some(looked.sku)), ("delete", Some(&id.to_string()))]);
        let delete = Link::new(words::text(Word::CostDeleteShort), delete);
        let kind = match looked.remove {
            Some(removed) if removed.key() == cost.key() => RowKind::Chosen,
            _ => RowKind::Plain,
        };
        let from =
            Words { text: file.clone().unwrap_or_else(typed), quiet: true, ..Words::default() };
        Row::of(
            kind,
            vec![
                Cell::text(format::day(cost.valid_from, page.locale)),
                Cell::figure(Figure::text(cost_text(page, cost))),
                Cell::quiet(place),
                Cell::Words(from),
                if may { Cell::Links(vec![delete]) } else { Cell::Blank },
            ],
        )
    };
    table.rows = looked.history.iter().map(row).collect();
    if !may {
        table.columns.pop();
        table.rows.iter_mut().for_each(|row| {
            row.cells.pop();
        });
    }
    table
}
