//! Then, today, and the causes between: the sentence, the causes with the orders and records
//! behind each, and the ladder with every cause as a column.

use askama::Template;

use super::ask::Since;
use super::{SLUG, json};
use crate::base::{Day, Money};
use crate::domain::profit::component::{Step, Subtotal, ladder};
use crate::reports::known::{CauseRow, Changes};
use crate::web::figure::{Better, Figure, Link};
use crate::web::format;
use crate::web::layout::Frame;
use crate::web::notice::{Empty, Notice, Weight};
use crate::web::page::Page;
use crate::web::parts::{PageHead, SectionHead};
use crate::web::standing::Standing;
use crate::web::strip::{KnownPicker, Strip};
use crate::web::table::{Cell, Column, Row, RowKind, Table, Words};
use crate::web::words::{self, Word, known as told, ladder as names, say};

const NET_PROFIT: Step = Step::Subtotal(Subtotal::NetProfit);

#[derive(Template)]
#[template(path = "known/page.html")]
pub struct View {
    frame: Frame,
    standing: Standing,
    head: PageHead,
    empty: Option<Empty>,
    causes_head: SectionHead,
    causes: Option<Table>,
    ladder_head: SectionHead,
    ladder: Option<Table>,
}

impl View {
    pub fn new(page: &Page, since: Since, changes: &Changes, mut standing: Standing) -> Self {
        if let Some(then) = changes.then_currency {
            standing.notices.push(Notice {
                weight: Weight::Late,
                title: told::restated(then.code(), changes.currency.code()),
                text: String::new(),
                buttons: Vec::new(),
                link: None,
            });
        }
        let empty = changes.causes.is_empty().then(|| Empty {
            sentence: words::text(Word::KnownNothing).to_owned(),
            why: words::text(Word::KnownNothingWhy).to_owned(),
            ..Empty::default()
        });
        let has_causes = !changes.causes.is_empty();
        let bare = bare(page, answer(page, since, changes), standing);
        let mut frame = bare.frame;
        if let (Since::Closing(_), Some(strip)) = (since, &mut frame.strip) {
            // The month says which days, and its closing since when.
            strip.period = None;
            strip.known = None;
        }
        Self {
            frame,
            causes: has_causes.then(|| causes_table(page, changes)),
            ladder: has_causes.then(|| ladder_table(page, since, changes)),
            empty,
            ..bare
        }
    }
}

/// Without a day to look back to.
pub fn nothing_asked(page: &Page, standing: Standing) -> View {
    let empty = Empty {
        sentence: words::text(Word::KnownPickDay).to_owned(),
        why: words::text(Word::KnownPickDayWhy).to_owned(),
        ..Empty::default()
    };
    View { empty: Some(empty), ..bare(page, String::new(), standing) }
}

/// While figures are being computed; the notices say so.
pub fn on_its_way(page: &Page, standing: Standing) -> View {
    bare(page, String::new(), standing)
}

fn bare(page: &Page, answer: String, standing: Standing) -> View {
    let known = Some(KnownPicker::new(&page.ask, page.locale));
    let strip = Strip { against: None, known, ..page.strip() };
    let section = |id: &str, word: Word| SectionHead::new(id, words::text(word));
    View {
        frame: page.frame(words::text(Word::PageChangesSince), SLUG, Some(strip)),
        standing,
        head: PageHead {
            title: words::text(Word::PageChangesSince).to_owned(),
            answer,
            ..PageHead::default()
        },
        empty: None,
        causes_head: section("causes", Word::KnownCauses),
        causes: None,
        ladder_head: section("figures", Word::KnownChangesTable),
        ladder: None,
    }
}

fn answer(page: &Page, since: Since, changes: &Changes) -> String {
    let change = json::step_of(&json::difference(changes), NET_PROFIT);
    let amount = format::amount(Money::new(change.abs(), changes.currency), page.locale);
    let known = match since {
        Since::Day(day) => told::as_of(&format::day(day, page.locale)),
        Since::Closing(_) => told::as_closed(),
    };
    let range = match changes.range.from {
        Day(0) => format::day(changes.range.to, page.locale),
        _ => format::day_range(changes.range, page.locale),
    };
    told::answer(&range, (&amount, change), changes.currency.code(), &known)
}

fn causes_table(page: &Page, changes: &Changes) -> Table {
    let mut table = Table::new("causes-table", words::text(Word::KnownCausesTable));
    table.columns = vec![
        Column::words(words::text(Word::KnownCause)),
        Column::figures(words::text(Word::KnownOnNetProfit)),
    ];
    let rows = changes.causes.iter().enumerate();
    table.rows = rows.map(|(n, row)| cause_row(page, changes, (n, row))).collect();
    let whole = json::step_of(&json::difference(changes), NET_PROFIT);
    table.rows.push(Row::of(
        RowKind::Total,
        vec![Cell::text(words::text(Word::KnownChange)), change_cell(page, changes, whole)],
    ));
    table
}

fn change_cell(page: &Page, changes: &Changes, minor: i64) -> Cell {
    let money = Money::new(minor, changes.currency);
    Cell::figure(Figure::change(money, Better::More, page.locale))
}

fn cause_row(page: &Page, changes: &Changes, (number, row): (usize, &CauseRow)) -> Row {
    let own = Row::new(vec![
        Cell::text(words::text(told::cause(row.cause))),
        change_cell(page, changes, json::step_of(&row.amounts, NET_PROFIT)),
    ]);
    let counted = |count: usize, one: Word, many: Word| match count {
        0 => String::new(),
        count => {
            let shown = format::quantity(count as i64, page.locale);
            say::counted(count as i64, &shown, one, many)
        }
    };
    let orders = counted(row.orders.len() + row.more_orders, Word::Order, Word::Orders);
    let records =
        counted(row.records.len() + row.more_records, Word::KnownRecord, Word::KnownRecords);
    if orders.is_empty() && records.is_empty() {
        return own;
    }
    own.folding(told::behind(&orders, &records), behind(page, changes, (number, row)))
}

/// The orders and the records behind a cause, in one table.
fn behind(page: &Page, changes: &Changes, (number, row): (usize, &CauseRow)) -> Table {
    let mut table = Table::new(format!("cause-{number}"), words::text(Word::KnownOrdersTable));
    table.dense = true;
    let more = |count: usize| {
        (count > 0).then(|| told::and_more(&format::quantity(count as i64, page.locale)))
    };
    if row.orders.is_empty() {
        table.caption = words::text(Word::KnownRecordsTable).to_owned();
        table.columns = vec![
            Column::words(words::text(Word::KnownRecordHead)),
            Column::figures(words::text(Word::KnownWas)),
            Column::figures(words::text(Word::KnownIs)),
        ];
        let shown = |text: &String| match text.is_empty() {
            true => Cell::figure(Figure::unknown()),
            false => Cell::figure(Figure::text(text.clone())),
        };
        let record = |one: &crate::store::known::MovedRecord| {
            let name = Words {
                text: one.label.clone(),
                beside: Some(told::record(&one.kind).to_owned()),
                ..Words::default()
            };
            Row::new(vec![Cell::Words(name), shown(&one.was), shown(&one.now)])
        };
        table.rows = row.records.iter().map(record).collect();
        table.cut = more(row.more_records);
        return table;
    }
    table.columns = vec![
        Column::words(words::text(Word::KnownOrderHead)),
        Column::figures(words::text(Word::KnownOnMargin)),
    ];
    let order = |one: &crate::store::known::MovedOrder| {
        let store = changes.stores.iter().find(|(id, _)| *id == one.store);
        let name = Words {
            text: one.name.clone(),
            href: Some(page.url(&format!("/orders/{}", one.order))),
            beside: store.map(|(_, name)| name.clone()),
            ..Words::default()
        };
        Row::new(vec![Cell::Words(name), change_cell(page, changes, one.minor)])
    };
    table.rows = row.orders.iter().map(order).collect();
    table.cut = more(row.more_orders);
    table
}

fn ladder_table(page: &Page, since: Since, changes: &Changes) -> Table {
    let mut table = Table::new("changes-table", words::text(Word::KnownChangesTable));
    table.columns = vec![
        Column::words(words::text(Word::KnownStep)),
        Column::figures(words::text(Word::KnownThen)).wide(),
        Column::figures(words::text(Word::KnownChange)),
        Column::figures(words::text(Word::KnownToday2)),
    ];
    let change = json::difference(changes);
    let row = |step: Step| {
        let money = |minor| Money::new(minor, changes.currency);
        let shown = |minor| Cell::figure(Figure::money(money(minor), page.locale));
        let moved = match json::step_of(&change, step) {
            0 => Cell::figure(Figure::unknown()),
            minor => change_cell(page, changes, minor),
        };
        let cells = vec![
            Cell::text(words::text(names::step(step))),
            shown(json::step_of(&changes.then, step)),
            moved,
            shown(json::step_of(&changes.now, step)),
        ];
        let kind = match step {
            NET_PROFIT => RowKind::Total,
            Step::Subtotal(_) => RowKind::Subtotal,
            Step::Component(_) => RowKind::Plain,
        };
        Row::of(kind, cells)
    };
    table.rows = ladder().into_iter().map(row).collect();
    table.files = match since {
        Since::Day(_) => {
            let ask = crate::web::ask::PageAsk { as_known: None, ..page.ask.clone() };
            vec![Link::new(words::text(Word::KnownToday), ask.href_of(&page.url("/")))]
        }
        Since::Closing(_) => {
            vec![Link::new(words::text(Word::PageMonths), page.url("/months"))]
        }
    };
    table
}
