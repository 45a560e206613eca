//! The panel of one campaign: what it is for, and where its spend would go.

use super::map::Mapping;
use super::page::href;
use crate::base::Money;
use crate::features::feature::Sight;
use crate::reports::ads::AdsReport;
use crate::web::effect;
use crate::web::figure::Link;
use crate::web::form::{Button, ButtonKind, Effect, Field, Form, Panel, Pick};
use crate::web::format;
use crate::web::page::Page;
use crate::web::words::{self, Word, ads as told, say};

/// What the panel is made of.
pub struct Looked<'a> {
    pub page: &'a Page,
    pub report: &'a AdsReport,
    pub mapping: &'a Mapping,
    pub wrong: Option<&'static str>,
    pub is_shown: bool,
    /// Orders that bear another share, where that is known.
    pub orders: Option<i64>,
    pub sight: Sight,
}

pub fn panel(mut looked: Looked<'_>) -> Panel {
    let sight = std::mem::take(&mut looked.sight);
    let looked = &looked;
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
        progress: sight.progress,
        effect: sight.effect.map(|effect| effect_of(looked, effect)),
        months: sight.note,
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
        fields: vec![kind, name, effect::why(&mapping.why)],
        note: Some(words::text(Word::CostCanUndo).to_owned()),
        ..Form::default()
    };
    let show = |kind| Button::submit(words::text(Word::CostShowEffect), kind).sending("do", "show");
    form.buttons = match looked.is_shown {
        true => {
            form.hidden.push(("seen".to_owned(), mapping.mark(&looked.report.rules)));
            let save = Button::submit(words::text(Word::AdsSave), ButtonKind::Main);
            vec![save.sending("do", "save"), show(ButtonKind::Plain)]
        }
        false => {
            let cancel = words::text(Word::Cancel);
            let cancel = Button::link(cancel, ButtonKind::Plain, href(page, None));
            vec![show(ButtonKind::Main), cancel]
        }
    };
    form
}

/// Of a mapping the sentence is about ad spend: it moves, and the profit of all rarely does.
fn effect_of(looked: &Looked<'_>, effect: Effect) -> Effect {
    let orders = looked.orders.unwrap_or_default();
    let shown = format::quantity(orders, looked.page.locale);
    let orders = say::counted(orders, &shown, Word::Order, Word::Orders);
    Effect { before: told::this_moves(&orders), ..effect }
}
