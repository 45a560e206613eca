//! The panel of one change of the rules: its fields, and what it would have done on the last days.

use super::change::Deed;
use super::form::{Asked, fields};
use super::page::{Tried, href};
use crate::base::Money;
use crate::domain::profit::ads;
use crate::domain::profit::component::{Component, Step, Subtotal, ladder};
use crate::domain::rules::Rules;
use crate::reports::preview::rules::Trial;
use crate::store::rules::RuleSet;
use crate::web::effect;
use crate::web::figure::Link;
use crate::web::form::{Button, ButtonKind, Effect, Form, Panel};
use crate::web::format;
use crate::web::page::Page;
use crate::web::table::{Cell, Row, RowKind, Table};
use crate::web::words::{self, Word, ladder as names, rule as told, say};

/// What the panel is made of.
pub struct Looked<'a> {
    pub page: &'a Page,
    pub rules: &'a Rules,
    pub sets: &'a [RuleSet],
    pub tried: &'a Tried,
    pub meanwhile: bool,
}

pub fn panel(looked: &Looked<'_>) -> Panel {
    let page = looked.page;
    let lead = match (&looked.tried.asked, looked.meanwhile) {
        (_, true) => Word::RulesMeanwhile,
        (Asked::Rule { deed: Deed::Put { at: None, .. }, .. }, _) => Word::RuleNewLead,
        _ => Word::RuleLead,
    };
    let note = match &looked.tried.trial {
        Some(_) => Some(Word::RulesEffectNote),
        None if looked.tried.is_ready => Some(Word::RulesSaveToCount),
        None => None,
    };
    let lead = match note {
        Some(Word::RulesSaveToCount) => Word::RulesSaveToCount,
        _ => lead,
    };
    Panel {
        title: title(looked),
        lead: words::text(lead).to_owned(),
        close: Link::new(words::text(Word::Close), href(page, &[])),
        form: form(looked),
        effect: looked.tried.trial.as_ref().map(|trial| effect_of(page, trial)),
        months: note.map(|word| words::text(word).to_owned()),
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

fn effect_of(page: &Page, trial: &Trial) -> Effect {
    let orders = format::quantity(trial.orders, page.locale);
    let orders = say::counted(trial.orders, &orders, Word::Order, Word::Orders);
    let change = Money::new(trial.change_minor(), trial.currency);
    let range = format::day_range(trial.range, page.locale);
    Effect {
        before: say::this_changes(&orders),
        figure: effect::change(change, page.locale),
        arithmetic: told::tried_on(&range, trial.currency.code()),
        table: Some(table(page, trial)),
    }
}

/// The components that change, the net profit under them, and how the ad spend moves.
fn table(page: &Page, trial: &Trial) -> Table {
    let caption = words::text(Word::RulesEffectTable);
    let mut table = effect::table("effect-components", caption, Word::Component);
    let money = |minor| Money::new(minor, trial.currency);
    let cells = |name: Word, before: i64, after: i64| -> Vec<Cell> {
        effect::cells(words::text(name), (money(before), money(after)), page.locale)
    };
    let outside = [Component::TaxCollected];
    let steps = ladder().into_iter().filter(|step| matches!(step, Step::Component(_)));
    for step in steps.chain(outside.map(Step::Component)) {
        let (before, after) = (trial.before.step(step), trial.after.step(step));
        if before != after {
            table.rows.push(Row::new(cells(names::step(step), before, after)));
        }
    }
    let profit = Step::Subtotal(Subtotal::NetProfit);
    let total = cells(Word::NetProfit, trial.before.step(profit), trial.after.step(profit));
    table.rows.push(Row::of(RowKind::Total, total));
    for moved in &trial.ads {
        let name = match moved.step {
            Some(ads::Step::Product) => Word::RulesStepProduct,
            Some(ads::Step::Attributed) => Word::RulesStepAttributed,
            Some(ads::Step::Mapped) => Word::RulesStepMapped,
            Some(ads::Step::Store) => Word::RulesStepStore,
            None => Word::RulesStepNone,
        };
        let cells = cells(name, -moved.before_minor, -moved.after_minor);
        table.rows.push(Row::of(RowKind::After, cells));
    }
    table
}
