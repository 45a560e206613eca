//! The page in words: the scenarios as sentences with fields, the P&L of each beside what was, the
//! line of the break-even, and what is saved.

mod tables;

use askama::Template;

use super::SLUG;
use super::edit::{Edited, LETTERS};
use super::page::{Looked, Shown, currency, href_of};
use super::row::Row as FormRow;
use super::sentence::{At, Piece, pieces};
use crate::base::{Decimal, Money};
use crate::domain::profit::component::Component;
use crate::domain::profit::ratio::Ratio;
use crate::domain::scenario::{Assumption, Scenario, Touched};
use crate::reports::whatif::{Column, Guessed, ORDERS_AT_ONCE, list_missing};
use crate::web::chart::{Even, EvenChart};
use crate::web::figure::Link;
use crate::web::flash::Flash;
use crate::web::form::{Button, ButtonKind, Pick};
use crate::web::format;
use crate::web::layout::Frame;
use crate::web::notice::{Empty, Notice, Post, Progress, Weight};
use crate::web::page::Page;
use crate::web::parts::{PageHead, SectionHead};
use crate::web::permission::Permission;
use crate::web::standing::{Standing, list_rates};
use crate::web::strip::Strip;
use crate::web::table::Table;
use crate::web::words::{Word, say, whatif as told};

/// Products and groups that the fields offer.
const OFFERED_MAX: usize = 500;
/// Where the picture of the break-even ends, in ten-thousandths of the goods.
const SHARES: [i64; 3] = [3_000, 6_000, 10_000];

#[derive(Template)]
#[template(path = "whatif/page.html")]
pub struct View {
    frame: Frame,
    standing: Standing,
    head: PageHead,
    notices: Vec<Notice>,
    running: Vec<Progress>,
    action: String,
    columns: Vec<ColumnView>,
    chart: Option<EvenChart>,
    kinds: Vec<Pick>,
    goods: Vec<String>,
    can_add: bool,
    table: Option<Table>,
    story: Vec<String>,
    tables: Vec<(SectionHead, Table)>,
    start: Option<Empty>,
    examples: Vec<Button>,
    saved: Option<(SectionHead, Table)>,
}

struct ColumnView {
    letter: &'static str,
    shown: String,
    name: String,
    id: Option<String>,
    lines: Vec<Line>,
    note: Option<String>,
    buttons: Vec<Action>,
}

/// One assumption.
struct Line {
    pieces: Vec<Piece>,
    remove: String,
    wrong: Option<String>,
    note: Option<String>,
}

/// A button that sends the form to an address of its own.
struct Action {
    label: &'static str,
    kind: &'static str,
    /// Empty: where the form goes.
    to: String,
    value: String,
}

impl View {
    pub fn new(page: &Page, looked: &Looked, (standing, flash): (Standing, Flash)) -> Self {
        let strip = Strip { against: None, ..page.strip() };
        let has_columns = !looked.columns.is_empty();
        let goods = looked.terms.as_ref().map(|terms| {
            let all = terms.groups.iter().chain(&terms.skus);
            all.take(OFFERED_MAX).cloned().collect()
        });
        let kind = |(value, label): (&str, &str)| Pick {
            value: value.to_owned(),
            label: label.to_owned(),
        };
        let columns = looked.columns.iter().enumerate();
        Self {
            frame: page.frame_with_toast(told::TITLE, SLUG, Some(strip), flash.toast),
            standing,
            head: head(page, looked),
            notices: notices(page, looked),
            running: running(page, looked),
            action: page.ask.href_with(&[]),
            columns: columns.map(|(at, one)| column(page, looked, (at, one))).collect(),
            chart: chart(page, looked),
            kinds: told::KINDS.map(kind).to_vec(),
            goods: goods.unwrap_or_default(),
            can_add: has_columns && looked.columns.len() < LETTERS.len(),
            table: tables::ladder(page, looked),
            story: story(page, looked),
            tables: tables::others(page, looked),
            start: (!has_columns).then(|| start(page, looked)),
            examples: if has_columns { Vec::new() } else { examples(page, looked) },
            saved: tables::saved(page, looked),
        }
    }
}

/// `A` for the first column.
pub fn letter(index: usize) -> String {
    LETTERS.get(index).map(|letter| letter.to_uppercase()).unwrap_or_default()
}

/// The columns that are counted, with their place.
pub fn counted(looked: &Looked) -> Vec<(usize, &Edited, &Column)> {
    let columns = looked.columns.iter().enumerate();
    let counted = columns.filter_map(|(index, (edited, shown))| match shown {
        Shown::Counted { column, .. } => Some((index, edited, column.as_ref())),
        Shown::Empty | Shown::Wrong | Shown::TooMany { .. } => None,
    });
    counted.collect()
}

fn head(page: &Page, looked: &Looked) -> PageHead {
    let answer = looked.whatif.as_ref().map(|whatif| {
        let count = whatif.real.total.orders;
        let shown = format::quantity(count, page.locale);
        let orders = say::counted(count, &shown, Word::Order, Word::Orders);
        told::answer(&orders, &format::day_range(whatif.range, page.locale))
    });
    PageHead {
        title: told::TITLE.to_owned(),
        answer: answer.unwrap_or_default(),
        ..PageHead::default()
    }
}

fn notices(page: &Page, looked: &Looked) -> Vec<Notice> {
    let notice = |title: String, text: String| Notice {
        weight: Weight::Late,
        title,
        text,
        buttons: Vec::new(),
        link: None,
    };
    let mut notices = Vec::new();
    for (index, (_, shown)) in looked.columns.iter().enumerate() {
        if matches!(shown, Shown::Counted { is_old: true, .. }) {
            notices.push(notice(letter(index), told::OLD.to_owned()));
        }
    }
    let columns: Vec<Column> =
        counted(looked).into_iter().map(|(_, _, column)| column.clone()).collect();
    let real = looked.whatif.as_ref().map(|whatif| whatif.real.missing_rates.clone());
    let mut missing = list_missing(&columns);
    missing.retain(|rate| !real.as_ref().is_some_and(|real| real.contains(rate)));
    if !missing.is_empty() {
        let list = list_rates(&missing, page.locale);
        notices.push(notice(told::TITLE.to_owned(), told::rates_missing(&list)));
    }
    notices
}

/// The rest of the address behind its question mark.
fn query_of(page: &Page) -> String {
    let href = page.ask.href_with(&[]);
    href.split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default()
}

fn with_back(page: &Page, path: &str, id: i64) -> String {
    let pairs = [("id", id.to_string()), ("back", format!("?{}", query_of(page)))];
    let pairs = pairs.into_iter().map(|(name, value)| (name.to_owned(), value));
    crate::web::ask::write_href(&page.url(path), pairs)
}

fn running(page: &Page, looked: &Looked) -> Vec<Progress> {
    let mut running = Vec::new();
    for (index, (edited, shown)) in looked.columns.iter().enumerate() {
        let (Some(id), Shown::TooMany { job: Some(job) }) = (edited.saved, shown) else { continue };
        let total = job.progress_total.unwrap_or(looked.orders).max(1);
        let shown = |count| format::quantity(count, page.locale);
        running.push(Progress {
            id: format!("counting-{}", LETTERS[index]),
            title: format!("{} {}", told::COUNTING, letter(index)),
            beside: Some(edited.name.clone()),
            done: job.progress_done,
            total,
            shown: say::done_of(&shown(job.progress_done), &shown(total)),
            note: told::COUNTING_NOTE.to_owned(),
            poll: Some(with_back(page, "/what-if/progress", id.0)),
            stop: Permission::EditCosts.allows(page.who.role).then(|| Post {
                label: told::STOP.to_owned(),
                action: with_back(page, "/what-if/stop", id.0),
                csrf: String::new(),
            }),
        });
    }
    running
}

fn column(
    page: &Page,
    looked: &Looked,
    (index, (edited, shown)): (usize, &(Edited, Shown)),
) -> ColumnView {
    let code = currency(looked);
    let stores: Vec<String> = page.stores.iter().map(|store| store.name.clone()).collect();
    let touched = match shown {
        Shown::Counted { column, .. } => column.touched.as_slice(),
        Shown::Empty | Shown::Wrong | Shown::TooMany { .. } => &[],
    };
    let line = |(number, row): (usize, &FormRow)| {
        let at = At { letter: LETTERS[index], number, currency: code.code(), stores: &stores };
        let assumption = row.raw.as_str();
        let assumption = serde_json::from_str::<Assumption>(assumption).ok();
        let sentence = assumption.map(|one| told::sentence(&one, page.locale));
        Line {
            pieces: pieces(row, &at, sentence),
            remove: format!("remove:{}:{number}", LETTERS[index]),
            wrong: edited.wrong.get(number).cloned().flatten(),
            note: touched.get(number).and_then(|touched| note_of(page, looked, (row, *touched))),
        }
    };
    let note = match shown {
        Shown::Empty => Some(told::EMPTY_COLUMN.to_owned()),
        Shown::Wrong => Some(told::WRONG.to_owned()),
        Shown::TooMany { job: None } => {
            let shown = |count| format::quantity(count, page.locale);
            let orders = shown(looked.orders);
            let orders = say::counted(looked.orders, &orders, Word::Order, Word::Orders);
            Some(told::too_many(&orders, &shown(ORDERS_AT_ONCE)))
        }
        Shown::TooMany { job: Some(_) } | Shown::Counted { .. } => None,
    };
    ColumnView {
        letter: LETTERS[index],
        shown: letter(index),
        name: edited.name.clone(),
        id: edited.saved.map(|id| id.to_string()),
        lines: edited.rows.iter().enumerate().map(line).collect(),
        note,
        buttons: actions(page, index, (edited, shown)),
    }
}

/// What an assumption is about; expenses and the like are about no order.
fn note_of(page: &Page, looked: &Looked, (row, touched): (&FormRow, Touched)) -> Option<String> {
    let whole = match row.kind.as_str() {
        "ad_spend" => Some(Component::AdSpend),
        "expenses" => Some(Component::OperatingExpenses),
        "handling_cost" => Some(Component::HandlingCost),
        _ => None,
    };
    if let Some(component) = whole {
        // Of a campaign or an expense alone the whole tells nothing.
        let whatif = looked.whatif.as_ref().filter(|_| row.text.is_empty())?;
        let amount = Money::new(whatif.real.total.get(component), whatif.currency);
        let shown = format::amount(amount, page.locale);
        return Some(told::it_was(&shown, whatif.currency.code()));
    }
    if touched.orders == 0 {
        return Some(told::not_touched().to_owned());
    }
    let shown = |count| format::quantity(count, page.locale);
    let orders = say::counted(touched.orders, &shown(touched.orders), Word::Order, Word::Orders);
    let units = say::counted(touched.units, &shown(touched.units), Word::Unit, Word::UnitsSmall);
    Some(told::touched(&units, &orders))
}

fn actions(page: &Page, index: usize, (edited, shown): (&Edited, &Shown)) -> Vec<Action> {
    let letter = LETTERS[index];
    let may = Permission::EditCosts.allows(page.who.role);
    let query = query_of(page);
    let to = |path: &str, more: &str| {
        let rest = if query.is_empty() { String::new() } else { format!("&{query}") };
        format!("{}?column={letter}{more}{rest}", page.url(path))
    };
    let mut actions = Vec::new();
    if may && matches!(shown, Shown::TooMany { job: None }) {
        let to = to("/what-if/count", "");
        actions.push(Action { label: told::BACKGROUND, kind: "plain", to, value: String::new() });
    }
    if may && (edited.saved.is_none() || edited.is_changed) {
        let to = to("/what-if/save", "");
        actions.push(Action { label: told::SAVE, kind: "plain", to, value: String::new() });
    }
    if may && edited.saved.is_some() && edited.is_changed {
        let to = to("/what-if/save", "&anew=true");
        actions.push(Action { label: told::SAVE_NEW, kind: "link", to, value: String::new() });
    }
    if let Some(id) = edited.saved.filter(|_| may) {
        let to = format!("{}?id={id}", page.url("/what-if/delete"));
        actions.push(Action { label: told::DELETE, kind: "link", to, value: String::new() });
    }
    let value = format!("close:{letter}");
    actions.push(Action { label: told::CLOSE, kind: "link", to: String::new(), value });
    actions
}

/// The line of the last column about whose sales something can be guessed.
fn chart(page: &Page, looked: &Looked) -> Option<EvenChart> {
    let code = looked.whatif.as_ref()?.currency;
    let all = counted(looked);
    let (index, _, column) = all
        .iter()
        .rev()
        .find(|(_, _, column)| column.guess.as_ref().is_some_and(|guess| guess.whole_minor > 0))?;
    let guess = column.guess.as_ref()?;
    let line = guess.line();
    let even = line.even().map(|share| share.0).filter(|share| *share <= 10_000);
    let own = own_share(guess);
    let wanted = own.unwrap_or(0).max(even.unwrap_or(0));
    let last = SHARES.into_iter().find(|share| *share >= wanted).unwrap_or(10_000);
    let share_text =
        |share: i64| format::percent(format::fraction(Some(Ratio(share))), page.locale);
    let whole = |minor: i64| {
        let shown = format::whole(minor, code.digits(), page.locale);
        if minor > 0 { format!("+{shown}") } else { shown }
    };
    let end = line.at(Ratio(last));
    Some(EvenChart::new(&Even {
        id: "even".to_owned(),
        title: told::fewer_title(&letter(*index)),
        start: guess.start_minor,
        end,
        last_share: last,
        guess: own.map(|share| (share, line.at(Ratio(share)), share_text(share))),
        even: even.map(|share| (share, share_text(share))),
        start_text: whole(guess.start_minor),
        end_text: whole(end),
        last_text: share_text(last),
    }))
}

/// How much less the reader guessed, in ten-thousandths; nothing where it is more.
fn own_share(guess: &Guessed) -> Option<i64> {
    let percent = Decimal::parse(&guess.fewer_percent).ok()?;
    percent.to_minor(2).filter(|share| (1..=10_000).contains(share))
}

fn story(page: &Page, looked: &Looked) -> Vec<String> {
    let Some(whatif) = &looked.whatif else { return Vec::new() };
    let mut story = Vec::new();
    for (index, _, column) in counted(looked) {
        let change = column.change_minor();
        let amount = Money::new(change.saturating_abs(), whatif.currency);
        story.push(told::outcome(&letter(index), &format::amount(amount, page.locale), change));
        let even = column.guess.as_ref().and_then(|guess| Some((guess, guess.line().even()?)));
        if let Some((guess, share)) = even.filter(|(_, share)| share.0 <= 10_000) {
            let percent = format::percent(format::fraction(Some(share)), page.locale);
            story.push(told::still_pays(&letter(index), &percent, &told::goods(&guess.of)));
        }
        if let Some(needed) = column.more.as_ref().and_then(|more| more.needed) {
            let shown = format::quantity(needed, page.locale);
            let orders = say::counted(needed, &shown, Word::Order, Word::Orders);
            story.push(told::pays_from(&letter(index), &orders));
        }
    }
    story
}

fn empty_value() -> String {
    serde_json::to_string(&Scenario::default()).unwrap_or_default()
}

fn start(page: &Page, looked: &Looked) -> Empty {
    let begin = || {
        let href = href_of(page, &[empty_value()]);
        Button::link(told::BEGIN_EMPTY, ButtonKind::Main, href)
    };
    Empty {
        sentence: told::START_SENTENCE.to_owned(),
        why: told::START_WHY.to_owned(),
        button: looked.terms.is_some().then(begin),
        link: looked
            .terms
            .is_none()
            .then(|| Link::new(crate::web::words::text(Word::ImportFiles), page.url("/import"))),
    }
}

fn examples(page: &Page, looked: &Looked) -> Vec<Button> {
    let Some(terms) = &looked.terms else { return Vec::new() };
    let example = |(name, text): (&str, &str)| {
        let value = text.replace("{EUR}", terms.reporting.code());
        Button::link(name, ButtonKind::Plain, href_of(page, &[value]))
    };
    told::EXAMPLES.map(example).to_vec()
}
