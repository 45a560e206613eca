//! The panel of one expense: its fields, the effect of what was typed by month, and the ways to
//! end or delete it.

use super::entry::{Entry, Wrong};
use super::page::{Act, every_word, list_href};
use crate::base::{Currency, Money};
use crate::domain::record::{Every, Expense};
use crate::reports::preview::expenses::ExpensePreview;
use crate::web::effect;
use crate::web::figure::Link;
use crate::web::form::{Button, ButtonKind, Effect, Field, Form, Panel, Pick};
use crate::web::format;
use crate::web::page::Page;
use crate::web::standing::list_rates;
use crate::web::words::{self, Word, expense as told, say};

/// What the panel is made of.
pub struct Looked<'a> {
    pub page: &'a Page,
    pub act: Act,
    pub chosen: Option<&'a Expense>,
    pub entry: Option<&'a Entry>,
    pub wrong: &'a Wrong,
    pub preview: Option<&'a ExpensePreview>,
}

pub fn panel(looked: &Looked<'_>) -> Panel {
    let page = looked.page;
    let name = looked.chosen.map(|expense| expense.name.as_str()).unwrap_or_default();
    let (title, lead) = match looked.act {
        Act::Add => (words::text(Word::ExpenseNew).to_owned(), Word::ExpenseLead),
        Act::Edit(_) => (told::title(name), Word::ExpenseLead),
        Act::End(_) => (told::end(name), Word::ExpenseEndLead),
        Act::Delete(_) => (told::delete(name), Word::NothingChanged),
    };
    let lead = match looked.act {
        Act::Delete(_) => String::new(),
        _ => words::text(lead).to_owned(),
    };
    Panel {
        title,
        lead,
        close: Link::new(words::text(Word::Close), list_href(page)),
        form: form(looked),
        progress: None,
        effect: looked.preview.map(|preview| effect_of(page, preview)),
        months: looked.preview.map(|preview| months_note(page, preview)),
        history: None,
    }
}

/// The entry as it stands in the form: what was typed, else the row, else a new one.
fn shown_entry(looked: &Looked<'_>) -> Entry {
    if let Some(entry) = looked.entry {
        return entry.clone();
    }
    let today = looked.page.today;
    let id = looked.act.id().map(|id| id.to_string()).unwrap_or_default();
    let currency = looked.page.organisation.currency.unwrap_or(Currency::EUR);
    match looked.chosen {
        Some(expense) => {
            let entry = Entry { id, ..Entry::of(expense) };
            match looked.act {
                Act::End(_) => Entry { to: today.max(expense.from).to_string(), ..entry },
                Act::Add | Act::Edit(_) | Act::Delete(_) => entry,
            }
        }
        None => Entry {
            currency: currency.code().to_owned(),
            every: Every::Month.name().to_owned(),
            from: today.first_of_month().to_string(),
            ..Entry::default()
        },
    }
}

fn form(looked: &Looked<'_>) -> Form {
    let page = looked.page;
    let entry = shown_entry(looked);
    let cancel = |word| Button::link(words::text(word), ButtonKind::Plain, list_href(page));
    let mut form = Form {
        action: page.ask.href_with(&[]),
        method: "post",
        hidden: vec![("id".to_owned(), entry.id.clone())],
        note: Some(words::text(Word::CostCanUndo).to_owned()),
        ..Form::default()
    };
    if let Act::Delete(_) = looked.act {
        let delete = Button::submit(words::text(Word::ExpenseDelete), ButtonKind::Danger);
        form.fields = vec![effect::why(&entry.why)];
        form.buttons = vec![delete.sending("do", "delete"), cancel(Word::KeepIt)];
        return form;
    }
    form.fields = fields(looked, &entry);
    form.fields.push(effect::why(&entry.why));
    let show = |kind| Button::submit(words::text(Word::CostShowEffect), kind).sending("do", "show");
    let save = Button::submit(words::text(Word::ExpenseSave), ButtonKind::Main);
    let save = save.sending("do", "save");
    let is_shown = looked.preview.is_some() || page.organisation.currency.is_none();
    form.buttons = match is_shown && *looked.wrong == Wrong::default() && looked.entry.is_some() {
        true => {
            form.hidden.push(("seen".to_owned(), entry.mark()));
            vec![save, show(ButtonKind::Plain)]
        }
        false => vec![show(ButtonKind::Main), cancel(Word::Cancel)],
    };
    form
}

fn fields(looked: &Looked<'_>, entry: &Entry) -> Vec<Field> {
    let (page, wrong) = (looked.page, looked.wrong);
    let pick = |value: &str, label: &str| Pick { value: value.to_owned(), label: label.to_owned() };
    let currencies = Currency::list();
    let currencies = currencies.iter().map(|currency| pick(currency.code(), currency.code()));
    let every = Every::ALL.iter().map(|one| pick(one.name(), words::text(every_word(*one))));
    let mut stores = vec![pick("", words::text(Word::ExpenseOfNone))];
    stores.extend(page.stores.iter().map(|store| pick(&store.name, &store.name)));
    if !stores.iter().any(|pick| pick.value == entry.store) {
        // A list may name a store before its first order arrives.
        stores.push(pick(&entry.store, &entry.store));
    }
    let with = |mut field: Field, error: &Option<String>| {
        field.error = error.clone();
        field
    };
    let text = |name: &str, label: Word, value: &str| Field::text(name, words::text(label), value);
    let select = |name: &str, label: Word, value: &str, picks: Vec<Pick>| {
        Field::select(name, words::text(label), value, picks)
    };
    let amount =
        Field::amount("amount", words::text(Word::ExpenseAmount), &entry.amount, &entry.currency);
    let day = |name: &str, label: Word, value: &str| Field::day(name, words::text(label), value);
    let required = |field: Field| Field { required: true, ..field };
    let to = day("to", Word::ExpenseTo, &entry.to);
    let category = text("category", Word::ExpenseCategory, &entry.category);
    vec![
        with(required(text("name", Word::ExpenseName, &entry.name)), &wrong.name),
        with(required(amount), &wrong.amount),
        with(
            select("currency", Word::CostCurrency, &entry.currency, currencies.collect()),
            &wrong.currency,
        ),
        with(select("every", Word::ExpenseEvery, &entry.every, every.collect()), &wrong.every),
        with(required(day("from", Word::ExpenseFrom, &entry.from)), &wrong.from),
        with(to.with_help(words::text(Word::ExpenseToHelp)), &wrong.to),
        with(select("store", Word::ExpenseStore, &entry.store, stores), &wrong.store),
        with(category.with_help(words::text(Word::ExpenseCategoryHelp)), &wrong.category),
    ]
}

fn effect_of(page: &Page, preview: &ExpensePreview) -> Effect {
    let count = preview.months.len() as i64;
    let shown = format::quantity(count, page.locale);
    let months = say::counted(count, &shown, Word::Month, Word::Months);
    let change = Money::new(preview.change_minor, preview.currency);
    let range = format::day_range(preview.range, page.locale);
    Effect {
        before: told::this_changes(&months),
        figure: effect::change(change, page.locale),
        arithmetic: told::looked_at(&range, preview.currency.code()),
        table: (count > 0).then(|| {
            let caption = Word::ExpenseEffectTable;
            let closed = (&page.closed, page.locale);
            effect::months(caption, preview.currency, &preview.months, closed)
        }),
        more: Vec::new(),
    }
}

fn months_note(page: &Page, preview: &ExpensePreview) -> String {
    if !preview.missing_rates.is_empty() {
        return told::no_rate(&list_rates(&preview.missing_rates, page.locale));
    }
    let word = match preview.months.is_empty() {
        true => Word::ExpenseNoMonth,
        false => Word::ExpenseMonthsNote,
    };
    words::text(word).to_owned()
}
