//! The panel of one campaign: what it is for, and where its spend would go.

use super::map::Mapping;
use super::page::href;
use crate::base::Money;
use crate::domain::profit::ads::Step;
use crate::reports::ads::AdsReport;
use crate::reports::preview::rules::Trial;
use crate::web::effect;
use crate::web::figure::Link;
use crate::web::form::{Button, ButtonKind, Effect, Field, Form, Panel, Pick};
use crate::web::format;
use crate::web::page::Page;
use crate::web::table::{Row, Table};
use crate::web::words::{self, Word, ads as told, rule, say};

/// What the panel is made of.
pub struct Looked<'a> {
    pub page: &'a Page,
    pub report: &'a AdsReport,
    pub mapping: &'a Mapping,
    pub wrong: Option<&'static str>,
    pub trial: Option<Trial>,
}

pub fn panel(looked: &Looked<'_>) -> Panel {
    let (page, mapping) = (looked.page, looked.mapping);
    let is_it = |one: &&crate::reports::ads::Campaign| {
        (&one.platform, &one.campaign) == (&mapping.platform, &mapping.campaign)
    };
    let spent: i64 =
        looked.report.campaigns.iter().filter(is_it).map(|one| one.spend_minor()).sum();
    let currency = looked.report.currency;
    let amount = format::amount(Money::new(spent, currency), page.locale);
    let spent = told::spent(&mapping.platform, &amount, currency.code());
    Panel {
        title: told::title(&mapping.campaign),
        lead: format!("{spent} {}", words::text(Word::AdsLead)),
        close: Link::new(words::text(Word::Close), href(page, None)),
        form: form(looked),
        effect: looked.trial.as_ref().map(|trial| effect_of(page, trial)),
        months: looked.trial.as_ref().map(|_| words::text(Word::RulesEffectNote).to_owned()),
        history: None,
    }
}

fn form(looked: &Looked<'_>) -> Form {
    let (page, mapping) = (looked.page, looked.mapping);
    let hidden = [("platform", &mapping.platform), ("campaign", &mapping.campaign)];
    let pick =
        |value: &str, word| Pick { value: value.to_owned(), label: words::text(word).to_owned() };
    let kinds = vec![
        pick("", Word::AdsKindNone),
        pick("sku", Word::RuleTargetSku),
        pick("group", Word::RuleTargetGroup),
        pick("store", Word::RuleTargetStore),
    ];
    let kind = Field::select(
        "target_kind",
        words::text(Word::RuleTargetKind),
        &mapping.target_kind,
        kinds,
    );
    let mut name = Field::text("target", words::text(Word::RuleTarget), &mapping.target);
    name.error = looked.wrong.map(str::to_owned);
    let mut form = Form {
        action: href(page, Some((&mapping.platform, &mapping.campaign))),
        method: "post",
        hidden: hidden.map(|(name, value)| (name.to_owned(), value.clone())).to_vec(),
        fields: vec![kind, name],
        note: Some(words::text(Word::CostCanUndo).to_owned()),
        ..Form::default()
    };
    let show = |kind| Button::submit(words::text(Word::CostShowEffect), kind).sending("do", "show");
    form.buttons = match looked.trial {
        Some(_) => {
            form.hidden.push(("seen".to_owned(), mapping.mark(&looked.report.rules)));
            let save = Button::submit(words::text(Word::AdsSave), ButtonKind::Main);
            vec![save.sending("do", "save"), show(ButtonKind::Plain)]
        }
        None => {
            let cancel = words::text(Word::Cancel);
            let cancel = Button::link(cancel, ButtonKind::Plain, href(page, None));
            vec![show(ButtonKind::Main), cancel]
        }
    };
    form
}

fn effect_of(page: &Page, trial: &Trial) -> Effect {
    let orders = format::quantity(trial.orders, page.locale);
    let orders = say::counted(trial.orders, &orders, Word::Order, Word::Orders);
    let change = Money::new(trial.change_minor(), trial.currency);
    let range = format::day_range(trial.range, page.locale);
    Effect {
        before: told::this_moves(&orders),
        figure: effect::change(change, page.locale),
        arithmetic: rule::tried_on(&range, trial.currency.code()),
        table: (!trial.ads.is_empty()).then(|| steps(page, trial)),
    }
}

fn steps(page: &Page, trial: &Trial) -> Table {
    let mut table = effect::table("effect-steps", words::text(Word::AdsTable), Word::AdsFor);
    let money = |minor: i64| Money::new(-minor, trial.currency);
    table.rows = trial
        .ads
        .iter()
        .map(|moved| {
            let name = words::text(match moved.step {
                Some(Step::Product) => Word::RulesStepProduct,
                Some(Step::Attributed) => Word::RulesStepAttributed,
                Some(Step::Mapped) => Word::RulesStepMapped,
                Some(Step::Store) => Word::RulesStepStore,
                None => Word::RulesStepNone,
            });
            let sides = (money(moved.before_minor), money(moved.after_minor));
            Row::new(effect::cells(name, sides, page.locale))
        })
        .collect();
    table
}
