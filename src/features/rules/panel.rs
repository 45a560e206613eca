//! The panel of one change of the rules: its fields, and what it would have done on the last days.

use super::change::Deed;
use super::form::{Asked, fields};
use super::page::{Tried, href};
use crate::domain::rules::Rules;
use crate::features::feature::Sight;
use crate::store::rules::RuleSet;
use crate::web::effect;
use crate::web::figure::Link;
use crate::web::form::{Button, ButtonKind, Form, Panel};
use crate::web::format;
use crate::web::page::Page;
use crate::web::words::{self, Word, rule as told};

/// What the panel is made of.
pub struct Looked<'a> {
    pub page: &'a Page,
    pub rules: &'a Rules,
    pub sets: &'a [RuleSet],
    pub tried: &'a Tried,
    pub meanwhile: bool,
    /// Whether there is anything to look at.
    pub is_known: bool,
    pub why: &'a str,
    pub sight: Sight,
}

pub fn panel(mut looked: Looked<'_>) -> Panel {
    let sight = std::mem::take(&mut looked.sight);
    let looked = &looked;
    let page = looked.page;
    let lead = match (&looked.tried.asked, looked.meanwhile) {
        (_, true) => Word::RulesMeanwhile,
        (Asked::Rule { deed: Deed::Put { at: None, .. }, .. }, _) => Word::RuleNewLead,
        _ => Word::RuleLead,
    };
    let lead = match looked.tried.is_ready && !looked.is_known {
        true => Word::RulesSaveToCount,
        false => lead,
    };
    Panel {
        title: title(looked),
        lead: words::text(lead).to_owned(),
        close: Link::new(words::text(Word::Close), href(page, &[])),
        form: form(looked),
        progress: sight.progress,
        effect: sight.effect,
        months: sight.note,
        history: None,
    }
}

fn title(looked: &Looked<'_>) -> String {
    let number = |at: usize| format::quantity(at as i64 + 1, looked.page.locale);
    match &looked.tried.asked {
        Asked::Rule { list, deed } => {
            let list = words::text(list.title);
            match deed {
                Deed::Put { at: None, .. } => told::title_new(list),
                Deed::Put { at: Some(at), .. } => told::title_edit(list, &number(*at)),
                Deed::Remove { at } => told::title_remove(list, &number(*at)),
                Deed::Move { at, to } => told::title_move(list, &number(*at), &number(*to)),
            }
        }
        Asked::Restore(past) => {
            let set = looked.sets.iter().find(|set| set.past == Some(*past));
            let from = set.map(|set| super::history::moment(looked.page, set.from));
            told::title_restore(&from.unwrap_or_default())
        }
    }
}

fn form(looked: &Looked<'_>) -> Form {
    let (page, tried) = (looked.page, looked.tried);
    let cancel = |word| Button::link(words::text(word), ButtonKind::Plain, href(page, &[]));
    let mut form = Form {
        action: href(page, &[]),
        method: "post",
        hidden: tried.asked.hidden(),
        note: Some(words::text(Word::CostCanUndo).to_owned()),
        ..Form::default()
    };
    let (save_word, is_form) = match &tried.asked {
        Asked::Rule { list, deed: Deed::Put { values, .. } } => {
            form.fields = fields(page, looked.rules, (list, values, &tried.wrong));
            (Word::RuleSave, true)
        }
        Asked::Rule { deed: Deed::Remove { .. }, .. } => (Word::RuleRemoveIt, false),
        Asked::Rule { deed: Deed::Move { .. }, .. } => (Word::RuleMoveIt, false),
        Asked::Restore(_) => (Word::RulesPutBack, false),
    };
    let save = Button::submit(words::text(save_word), ButtonKind::Main).sending("do", "save");
    let show = |kind| Button::submit(words::text(Word::CostShowEffect), kind).sending("do", "show");
    form.fields.push(effect::why(looked.why));
    if tried.is_ready {
        form.hidden.push(("seen".to_owned(), tried.asked.mark(looked.rules)));
    }
    form.buttons = match (tried.is_ready, is_form) {
        (true, true) => vec![save, show(ButtonKind::Plain)],
        (true, false) => vec![save, cancel(Word::Cancel)],
        (false, _) => vec![show(ButtonKind::Main), cancel(Word::Cancel)],
    };
    form
}
