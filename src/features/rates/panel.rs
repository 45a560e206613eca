//! The panel of one own rate: its fields, and the effect of what was typed.

use super::entry::{Entry, Wrong};
use crate::base::Currency;
use crate::features::feature::Sight;
use crate::web::effect;
use crate::web::figure::Link;
use crate::web::form::{Button, ButtonKind, Field, Form, Panel, Pick};
use crate::web::page::Page;
use crate::web::words::{self, Word, change as told};

/// What the panel is made of.
pub struct Looked<'a> {
    pub page: &'a Page,
    pub entry: &'a Entry,
    pub wrong: &'a Wrong,
    /// It is about to be deleted.
    pub removes: bool,
    pub is_shown: bool,
    pub sight: Sight,
}

pub fn panel(looked: Looked<'_>) -> Panel {
    let Looked { page, entry, wrong, removes, is_shown, sight } = looked;
    let close = page.url(super::PATH);
    let pair = told::rates_of(entry.base.as_str(), entry.quote.as_str());
    let title = match (entry.was.as_str(), removes) {
        ("", _) => told::RATE_NEW.to_owned(),
        (was, false) => told::rate_of_day(&pair, was),
        (was, true) => format!("{}: {}", told::RATE_DELETE, told::rate_of_day(&pair, was)),
    };
    let mut form = Form {
        action: page.url(super::PATH),
        method: "post",
        hidden: vec![("was".to_owned(), entry.was.clone())],
        note: Some(words::text(Word::CostCanUndo).to_owned()),
        ..Form::default()
    };
    let show = |kind| Button::submit(words::text(Word::CostShowEffect), kind).sending("do", "show");
    if removes {
        let kept = [("base", &entry.base), ("quote", &entry.quote)];
        form.hidden.extend(kept.map(|(name, value)| (name.to_owned(), value.clone())));
        let delete = Button::submit(told::RATE_DELETE, ButtonKind::Danger);
        let keep = Button::link(words::text(Word::KeepIt), ButtonKind::Plain, close.clone());
        form.buttons = vec![delete.sending("do", "delete"), keep];
        form.fields = vec![effect::why(&entry.why)];
    } else {
        form.fields = fields(page, entry, wrong);
        form.buttons = if is_shown {
            form.hidden.push(("seen".to_owned(), entry.mark()));
            let save = Button::submit(told::RATE_SAVE, ButtonKind::Main).sending("do", "save");
            vec![save, show(ButtonKind::Plain)]
        } else {
            let cancel = words::text(Word::Cancel);
            let cancel = Button::link(cancel, ButtonKind::Plain, close.clone());
            vec![show(ButtonKind::Main), cancel]
        };
    }
    Panel {
        title,
        lead: if removes { String::new() } else { told::RATE_LEAD.to_owned() },
        close: Link::new(words::text(Word::Close), close),
        form,
        progress: sight.progress,
        effect: sight.effect,
        months: sight.note,
        history: None,
    }
}

fn fields(page: &Page, entry: &Entry, wrong: &Wrong) -> Vec<Field> {
    let pick = |code: &str| Pick { value: code.to_owned(), label: code.to_owned() };
    // The pair of a row that stands is its name.
    let is_new = entry.was.is_empty();
    let own = page.stores.iter().map(|store| store.currency);
    let first: Vec<Currency> = page.organisation.currency.into_iter().chain(own).collect();
    let mut codes: Vec<Currency> = first;
    codes.extend(Currency::list().iter().copied());
    let mut picks: Vec<Pick> = Vec::new();
    for code in codes {
        if picks.iter().all(|known| known.value != code.code()) {
            picks.push(pick(code.code()));
        }
    }
    let currency = |name: &str, label: &str, value: &str| {
        let picks = if is_new { picks.clone() } else { vec![pick(value)] };
        Field::select(name, label, value, picks)
    };
    let with = |mut field: Field, error: &Option<String>| {
        field.error = error.clone();
        field
    };
    let rate = Field::amount("rate", told::RATE_RATE, &entry.rate, &entry.quote);
    vec![
        with(currency("base", told::RATE_BASE, &entry.base), &wrong.base),
        with(currency("quote", told::RATE_QUOTE, &entry.quote), &wrong.quote),
        with(Field { required: true, ..rate }, &wrong.rate),
        with(Field::day("day", told::RATE_DAY, &entry.day), &wrong.day),
        effect::why(&entry.why),
    ]
}
