//! All lists of rules in the order in which they are looked through, and beside them the panel of
//! the one that is changed.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde_json::{Map, Value};

use super::change::{Deed, Values, Wrong, apply, list_rules, values_of};
use super::form::Asked;
use super::panel::{self, Looked};
use super::spec::{Kind, LISTS, List, Spec};
use super::{PATH, SLUG, history};
use crate::base::Day;
use crate::domain::rules::{Rules, VatSource};
use crate::features::feature::{look, sight};
use crate::reports::preview::Edit;
use crate::store::rules::RuleSet;
use crate::store::{costs, rules as sets};
use crate::sync::import_job::BOOKS_JOB;
use crate::web::answer::html;
use crate::web::error::AppError;
use crate::web::figure::Link;
use crate::web::form::{Button, ButtonKind, Panel};
use crate::web::format;
use crate::web::layout::Frame;
use crate::web::notice::{Empty, Progress};
use crate::web::page::{self, Page, Recount, Site};
use crate::web::parts::{PageHead, SectionHead};
use crate::web::permission::Permission;
use crate::web::session::Who;
use crate::web::state::{Shared, read};
use crate::web::table::{Cell, Column, Row, RowKind, Table};
use crate::web::words::{self, Word, change as change_words, rule as told};

/// Fields of a rule that stand where there is little room.
const FIELDS_BESIDE: usize = 3;
/// Sets of the past that are listed.
const SETS_MAX: i64 = 50;

#[derive(Template)]
#[template(path = "rules/page.html")]
struct View {
    frame: Frame,
    head: PageHead,
    progress: Option<Progress>,
    empty: Option<Empty>,
    lists: Vec<(SectionHead, Option<Table>)>,
    history: Option<(SectionHead, Table)>,
    panel: Option<Panel>,
}

/// What a form asked for, and how it was answered.
#[derive(Clone, Debug, Default)]
pub struct Panelled {
    pub asked: Option<Asked>,
    pub status: StatusCode,
    /// The rules were changed by somebody else since the form was shown.
    pub meanwhile: bool,
    /// Why it is changed, as it was typed.
    pub why: String,
}

/// What the panel shows of a change.
pub struct Tried {
    pub asked: Asked,
    pub wrong: Wrong,
    /// The set that comes out, where it is to be looked at.
    pub put: Option<Rules>,
    /// Whether it can be saved.
    pub is_ready: bool,
}

pub async fn show(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    answer(&state, site, who, &request, Panelled::default()).await
}

/// The page with the panel as asked.
///
/// # Errors
/// What the store said.
pub async fn answer(
    state: &Shared,
    site: web::Data<Site>,
    who: Who,
    request: &HttpRequest,
    panelled: Panelled,
) -> Result<HttpResponse, AppError> {
    let page = page::open(state, site, who, request).await?;
    let flash = state.flashes.take_beside(&page.who, page.waiting != (0, 0));
    let may = Permission::EditCosts.allows(page.who.role);
    let mut panelled = panelled;
    let (asked, is_shown) = match panelled.asked.clone() {
        Some(asked) => (Some(asked), true),
        None => {
            let pairs: Values = page.ask.rest.iter().cloned().collect();
            panelled.why = pairs.get("why").cloned().unwrap_or_default();
            let is_shown = pairs.get("do").is_some_and(|what| what == "show");
            (Asked::parse(&pairs), is_shown)
        }
    };
    let (asked, today) = (asked.filter(|_| may), page.today);
    let (currency, is_form) = (page.organisation.currency, panelled.asked.is_some());
    let known = read(state, move |reader| {
        let rules = costs::find_rules(reader)?;
        let sets = sets::list_sets(reader, SETS_MAX)?;
        let asked = asked.map(|asked| match is_form {
            true => asked,
            false => asked.filled(&rules, currency),
        });
        let tried = asked.and_then(|asked| try_it((&rules, &sets), asked, is_shown));
        Ok((rules, sets, tried))
    });
    let (rules, sets, tried) = known.await?;
    let put = tried.as_ref().and_then(|tried| tried.put.clone());
    let edit = put.map(|put| Edit::Rules(Box::new(put)));
    let looked = look(state, request, edit, today).await?;
    let status = match &tried {
        Some(tried) if !tried.wrong.is_empty() => StatusCode::UNPROCESSABLE_ENTITY,
        _ => panelled.status,
    };
    let mut refresh = None;
    let panel = tried.as_ref().map(|tried| {
        let meanwhile = panelled.meanwhile;
        let sight = sight(&page, looked.as_ref(), &tried.asked.href(&page, &panelled.why));
        refresh = sight.refresh.clone();
        let (is_known, why) = (looked.is_some(), panelled.why.as_str());
        panel::panel(Looked {
            page: &page,
            rules: &rules,
            sets: &sets,
            tried,
            meanwhile,
            is_known,
            why,
            sight,
        })
    });
    let has_rules = rules != Rules::default();
    let head = |list: &List| SectionHead {
        note: Some(words::text(list.why).to_owned()),
        link: may.then(|| add_link(&page, list)),
        ..SectionHead::new(list.name, words::text(list.title))
    };
    let chosen = tried.as_ref().map(|tried| &tried.asked);
    let mut frame = page.frame_with_toast(words::text(Word::PageRules), SLUG, None, flash.toast);
    frame.refresh = refresh;
    let view = View {
        frame,
        head: head_of(&page, has_rules),
        progress: page.recounting("/rules/progress"),
        empty: (!has_rules).then(|| Empty {
            sentence: words::text(Word::RulesNoneYet).to_owned(),
            why: words::text(Word::RulesNoneWhy).to_owned(),
            button: None,
            link: may.then(|| Link::new(words::text(Word::CostImport), page.url("/import"))),
        }),
        lists: LISTS
            .iter()
            .map(|list| (head(list), table_of(&page, &rules, list, (may, chosen))))
            .collect(),
        history: history::table(&page, &sets, may),
        panel,
    };
    html(status, &view)
}

/// Follows the recount after a change.
pub async fn progress(state: Shared) -> Result<HttpResponse, AppError> {
    let recount = read(&state, |reader| Recount::find(reader, BOOKS_JOB)).await?;
    Ok(HttpResponse::Ok().json(recount.json(&state.url(PATH))))
}

/// The rules that a change leads to, or what is wrong with them. `None` where the rule or set is
/// not there.
fn try_it((rules, sets): (&Rules, &[RuleSet]), asked: Asked, is_shown: bool) -> Option<Tried> {
    let put = match changed(rules, sets, &asked) {
        Ok(None) => return None,
        Ok(Some(put)) => put,
        // A form that was only opened is not wrong yet.
        Err(_) if !is_shown => Rules::default(),
        Err(wrong) => return Some(Tried { asked, wrong, put: None, is_ready: false }),
    };
    let is_form = matches!(&asked, Asked::Rule { deed: Deed::Put { .. }, .. });
    let is_ready = is_shown || !is_form;
    Some(Tried { asked, wrong: Wrong::new(), put: is_ready.then_some(put), is_ready })
}

/// # Errors
/// What is wrong with what was typed.
pub fn changed(rules: &Rules, sets: &[RuleSet], asked: &Asked) -> Result<Option<Rules>, Wrong> {
    match asked {
        Asked::Rule { list, deed } => apply(rules, list, deed),
        Asked::Restore(past) => {
            let set = sets.iter().find(|set| set.past == Some(*past));
            Ok(set.map(|set| set.rules.clone()))
        }
    }
}

/// Another view of the page; what the panel was asked before goes.
pub fn href(page: &Page, params: &[(&str, &str)]) -> String {
    let params = params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    crate::web::ask::write_href(&page.url(PATH), params)
}

fn add_link(page: &Page, list: &List) -> Link {
    let href = href(page, &[("list", list.name), ("at", "new")]);
    // Several of these stand on the page; each says of which list it is.
    Link::new(format!("{}: {}", words::text(Word::RuleAdd), words::text(list.title)), href)
}

fn head_of(page: &Page, has_rules: bool) -> PageHead {
    let button =
        |word, path: &str| Button::link(words::text(word), ButtonKind::Plain, page.url(path));
    let mut buttons = Vec::new();
    if Permission::Import.allows(page.who.role) {
        buttons.push(button(Word::CostImport, "/import"));
    }
    if has_rules {
        buttons.push(button(Word::Json, "/rules.json"));
    }
    PageHead {
        title: words::text(Word::PageRules).to_owned(),
        answer: words::text(Word::RulesAnswer).to_owned(),
        buttons,
        ..PageHead::default()
    }
}

fn table_of(
    page: &Page,
    rules: &Rules,
    list: &'static List,
    (may, chosen): (bool, Option<&Asked>),
) -> Option<Table> {
    let items = list_rules(rules, list);
    let mut table = Table::new(format!("rules-{}", list.name), words::text(list.title));
    table.dense = true;
    table.columns = vec![Column::words(words::text(Word::RuleNumber))];
    // On a phone, and beside the panel, a rule is told by its first fields.
    let is_beside = chosen.is_some();
    let n_shown = if is_beside { FIELDS_BESIDE } else { list.fields.len() };
    let fields = &list.fields[..n_shown.min(list.fields.len())];
    for (index, spec) in fields.iter().enumerate() {
        let column = match spec.kind {
            Kind::Decimal(_) | Kind::Whole => Column::figures(words::text(spec.label)),
            _ => Column::words(words::text(spec.label)),
        };
        table.columns.push(if index < FIELDS_BESIDE { column } else { column.wide() });
    }
    let has_ways = may && !is_beside;
    if has_ways {
        table.columns.push(Column::words(words::text(Word::CostChangeIt)));
    }
    let of_list = |deed: &Deed| match deed {
        Deed::Put { at, .. } => *at,
        Deed::Move { at, .. } | Deed::Remove { at } => Some(*at),
    };
    let chosen = match chosen {
        Some(Asked::Rule { list: other, deed }) if other.name == list.name => of_list(deed),
        _ => None,
    };
    let row = |(at, rule): (usize, &Map<String, Value>)| {
        let values = values_of(rule, list);
        let number = format::quantity(at as i64 + 1, page.locale);
        let to = href(page, &[("list", list.name), ("at", &at.to_string())]);
        let mut cells = vec![if may { Cell::link(&number, to) } else { Cell::text(&number) }];
        for spec in fields {
            let value = values.get(spec.name).map_or("", String::as_str);
            cells.push(cell(page, spec, value));
        }
        if has_ways {
            cells.push(Cell::Links(ways(page, list, (at, items.len()))));
        }
        Row::of(if chosen == Some(at) { RowKind::Chosen } else { RowKind::Plain }, cells)
    };
    table.rows = items.iter().enumerate().map(row).collect();
    (!items.is_empty()).then_some(table)
}

fn cell(page: &Page, spec: &Spec, value: &str) -> Cell {
    let text = match (spec.kind, value) {
        (_, "" | "*") if spec.condition => return Cell::quiet(words::text(Word::RuleAny)),
        (_, "") => return Cell::quiet(words::text(Word::RuleNone)),
        (Kind::Decimal(unit), value) => {
            let shown = match crate::base::Decimal::parse(value) {
                Ok(decimal) => {
                    // An amount shows its cents, a percentage what it has.
                    let digits = if unit.is_empty() { 2 } else { 0 };
                    format::decimal(decimal, digits, page.locale)
                }
                Err(_) => value.to_owned(),
            };
            if unit.is_empty() { shown } else { format!("{shown}\u{2009}{unit}") }
        }
        (Kind::Day, value) => match Day::parse(value) {
            Ok(day) => format::day(day, page.locale),
            Err(_) => value.to_owned(),
        },
        (Kind::Per, "item") => words::text(Word::RulePerItem).to_owned(),
        (Kind::Per, _) => words::text(Word::RulePerOrder).to_owned(),
        (Kind::FeeClass, value) => change_words::fee_class(value).to_owned(),
        (Kind::ForWhat, "sku") => words::text(Word::Product).to_owned(),
        (Kind::ForWhat, "group") => words::text(Word::Group).to_owned(),
        (Kind::ForWhat, _) => words::text(Word::Store).to_owned(),
        (Kind::Source, value) => {
            let source = VatSource::ALL.into_iter().find(|source| source.name() == value);
            source.map_or(value, |source| words::text(told::source_word(source))).to_owned()
        }
        (_, value) => value.to_owned(),
    };
    Cell::text(text)
}

fn ways(page: &Page, list: &List, (at, count): (usize, usize)) -> Vec<Link> {
    let at_text = at.to_string();
    let way = |word, more: (&str, &str)| {
        let params = [("list", list.name), ("at", at_text.as_str()), more];
        Link::new(words::text(word), href(page, &params))
    };
    let mut ways = Vec::new();
    if at > 0 {
        ways.push(way(Word::RuleUp, ("move", "up")));
    }
    if at + 1 < count {
        ways.push(way(Word::RuleDown, ("move", "down")));
    }
    ways.push(way(Word::RuleRemove, ("remove", "yes")));
    ways
}
