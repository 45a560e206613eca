//! The statements by what states them: ours, theirs and what stays, each with the rows that it is
//! made of; a statement that does not tie out stands open, with what to do.

use askama::Template;

use super::SLUG;
use crate::base::Money;
use crate::domain::report::{Bridge, BridgeRecord, BridgeSource};
use crate::web::ask::PageAsk;
use crate::web::figure::{Figure, Link, Tone};
use crate::web::form::{Button, ButtonKind};
use crate::web::format;
use crate::web::layout::Frame;
use crate::web::notice::Empty;
use crate::web::page::Page;
use crate::web::parts::{PageHead, SectionHead, State, StateMark};
use crate::web::permission::Permission;
use crate::web::standing::Standing;
use crate::web::strip::Strip;
use crate::web::table::{Cell, Column, Row, RowKind, Table, Words};
use crate::web::words::{self, Word, bridge as told};

#[derive(Template)]
#[template(path = "reconcile/page.html")]
pub struct View {
    frame: Frame,
    standing: Standing,
    head: PageHead,
    sources: Vec<(SectionHead, Table)>,
    empty: Option<Empty>,
    note: Option<&'static str>,
}

impl View {
    pub fn new(page: &Page, bridges: &[Bridge], standing: Standing) -> Self {
        let of = |source: BridgeSource| -> Vec<&Bridge> {
            bridges.iter().filter(|bridge| bridge.source == source).collect()
        };
        let section = |source: BridgeSource| {
            let own = of(source);
            let head = SectionHead::new(source.name(), words::text(title(source)));
            let is_payout = !matches!(source, BridgeSource::Report | BridgeSource::Account);
            let link = || Link::new(words::text(Word::PagePayouts), payouts_href(page));
            let head = SectionHead { link: is_payout.then(link), ..head };
            (!own.is_empty()).then(|| (head, table(page, source, &own)))
        };
        let strip = Strip { against: None, basis: None, ..page.strip() };
        Self {
            frame: page.frame(words::text(Word::PageReconcile), SLUG, Some(strip)),
            standing,
            head: head(page, bridges),
            sources: BridgeSource::ALL.into_iter().filter_map(section).collect(),
            empty: bridges.is_empty().then(|| empty(page)),
            note: (!bridges.is_empty()).then(|| words::text(Word::ReconcileNote)),
        }
    }
}

/// Where each of them opens to its orders, in the same days.
fn payouts_href(page: &Page) -> String {
    PageAsk { path: page.url("/payouts"), ..page.ask.clone() }.href_with(&[])
}

fn is_off(bridge: &Bridge) -> bool {
    bridge.unexplained_minor().is_some_and(|minor| minor != 0)
}

fn head(page: &Page, bridges: &[Bridge]) -> PageHead {
    let statements = || bridges.iter().filter(|bridge| bridge.source != BridgeSource::Account);
    let off = statements().filter(|bridge| is_off(bridge)).count() as i64;
    let quantity = |count| format::quantity(count, page.locale);
    let count = statements().count() as i64;
    let ask = PageAsk { path: page.url("/reconcile.csv"), ..page.ask.clone() };
    let csv = Button::link(words::text(Word::Csv), ButtonKind::Plain, ask.href_with(&[]));
    PageHead {
        title: words::text(Word::PageReconcile).to_owned(),
        answer: match count {
            0 => words::text(Word::ReconcileAnswer).to_owned(),
            _ => told::answer(count, &quantity(count), off, &quantity(off)),
        },
        buttons: if count > 0 { vec![csv] } else { Vec::new() },
        ..PageHead::default()
    }
}

fn title(source: BridgeSource) -> Word {
    match source {
        BridgeSource::Settlement => Word::ReconcileSettlements,
        BridgeSource::Payout => Word::ReconcilePayouts,
        BridgeSource::Statement => Word::ReconcileStatements,
        BridgeSource::Report => Word::ReconcileReports,
        BridgeSource::Account => Word::ReconcileAccounts,
    }
}

fn table(page: &Page, source: BridgeSource, bridges: &[&Bridge]) -> Table {
    let id = format!("reconcile-{}", source.name());
    let mut table = Table::new(id, words::text(title(source)));
    table.columns = vec![
        Column::words(words::text(Word::ReconcileStatement)),
        Column::words(words::text(Word::ReconcileDays)).wide(),
        Column::figures(words::text(Word::ReconcileOurs)).wide(),
        Column::figures(words::text(Word::ReconcileTheirs)),
        Column::figures(words::text(Word::ReconcileOff)),
    ];
    let rows = bridges.iter().enumerate();
    table.rows = rows.map(|(number, bridge)| row(page, bridge, number)).collect();
    table
}

fn row(page: &Page, bridge: &Bridge, number: usize) -> Row {
    let name = match bridge.source {
        BridgeSource::Report => told::figure(&bridge.reference),
        _ => bridge.reference.clone(),
    };
    let off = bridge.unexplained_minor().unwrap_or_default();
    let line =
        (off != 0).then(|| StateMark::new(State::Broken, words::text(Word::ReconcileUnexplained)));
    let name = Words {
        text: name,
        // The store is always told: statements of several stand in one list.
        beside: Some(format!("{}, {}", bridge.store, bridge.currency)),
        line,
        ..Words::default()
    };
    let days = bridge.range.map(|days| format::day_range(days, page.locale)).unwrap_or_default();
    let money = |minor| Figure::money(Money::new(minor, bridge.currency), page.locale);
    let rest = money(off);
    let rest = match off {
        0 => rest.tied(),
        _ => Figure { tone: Tone::Loss, ..rest },
    };
    let row = Row::new(vec![
        Cell::Words(name),
        Cell::quiet(days),
        Cell::figure(money(bridge.reached_minor)),
        Cell::figure(money(bridge.stated_minor.unwrap_or_default())),
        Cell::figure(rest),
    ]);
    let detail = detail(page, bridge, number);
    match off {
        // Agreement is silent, difference speaks.
        0 => {
            let count = bridge.rows.len() as i64;
            let words = told::made_of(count, &format::quantity(count, page.locale));
            row.folding(words, detail)
        }
        _ => Row { detail: Some(Box::new(detail)), ..row },
    }
}

/// The rows from ours to theirs.
fn detail(page: &Page, bridge: &Bridge, number: usize) -> Table {
    let id = format!("bridge-{}-{number}", bridge.source.name());
    let mut table = Table::new(id, told::of_store(&bridge.store, &bridge.name));
    table.dense = true;
    table.columns = vec![
        Column::words(words::text(Word::ReconcileRows)),
        Column::figures(words::text(Word::OrdersHead)).wide(),
        Column::figures(bridge.currency.code()),
    ];
    let money = |minor| Figure::money(Money::new(minor, bridge.currency), page.locale);
    let orders = |count: i64| match count {
        0 => Cell::Blank,
        count => Cell::figure(Figure::text(format::quantity(count, page.locale)).quiet()),
    };
    for (index, row) in bridge.rows.iter().enumerate() {
        let name = Words {
            text: told::row_of(row.name, bridge.source),
            under: told::why(row.name, bridge.source).map(str::to_owned),
            ..Words::default()
        };
        let cells =
            vec![Cell::Words(name), orders(row.orders), Cell::figure(money(row.amount_minor))];
        let line = Row::new(cells);
        table.rows.push(match row.records.len() as i64 {
            0 => line,
            count => {
                let id = format!("{}-{index}", table.id);
                let words = told::orders_behind(count, &format::quantity(count, page.locale));
                line.folding(words, records(page, bridge, &row.records, id))
            }
        });
    }
    let line = |kind, word, figure| {
        Row::of(kind, vec![Cell::text(words::text(word)), Cell::Blank, Cell::figure(figure)])
    };
    table.rows.push(line(RowKind::Subtotal, Word::ReconcileOurs, money(bridge.reached_minor)));
    let off = bridge.unexplained_minor().unwrap_or_default();
    let tone = if off == 0 { Tone::Ink } else { Tone::Loss };
    let rest = Figure { tone, ..money(off) };
    let mut unexplained = line(RowKind::Plain, Word::ReconcileUnexplained, rest);
    if !bridge.suspects.is_empty() {
        let id = format!("{}-suspects", table.id);
        unexplained.detail = Some(Box::new(records(page, bridge, &bridge.suspects, id)));
    }
    table.rows.push(unexplained);
    let theirs = money(bridge.stated_minor.unwrap_or_default());
    table.rows.push(line(RowKind::Total, Word::ReconcileTheirs, theirs));
    table.tied = off == 0;
    table.note = (off != 0).then(|| {
        words::text(match bridge.source {
            BridgeSource::Report => Word::ReconcileMendReport,
            BridgeSource::Account => Word::ReconcileMendAccount,
            _ => Word::ReconcileMendPayout,
        })
        .to_owned()
    });
    table
}

/// The orders behind a row, each leading to its page.
fn records(page: &Page, bridge: &Bridge, list: &[BridgeRecord], id: String) -> Table {
    let mut table = Table::new(id, told::of_store(&bridge.store, &bridge.name));
    table.dense = true;
    table.columns = vec![
        Column::words(words::text(Word::OrderHead)),
        Column::words(words::text(Word::OrderDayHead)).wide(),
        Column::figures(bridge.currency.code()),
    ];
    let row = |record: &BridgeRecord| {
        let amount = Money::new(record.amount_minor, bridge.currency);
        Row::new(vec![
            Cell::link(record.name.clone(), page.url(&format!("/orders/{}", record.order))),
            Cell::quiet(format::day(record.day, page.locale)),
            Cell::figure(Figure::money(amount, page.locale)),
        ])
    };
    table.rows = list.iter().map(row).collect();
    table
}

fn empty(page: &Page) -> Empty {
    let may = Permission::Import.allows(page.who.role);
    let import = || {
        let label = words::text(Word::ImportFiles);
        Button::link(label, ButtonKind::Main, page.url("/import"))
    };
    let all = [("from", None), ("to", None), ("period", Some("all")), ("page", None)];
    Empty {
        sentence: words::text(Word::ReconcileEmpty).to_owned(),
        why: words::text(Word::ReconcileEmptyWhy).to_owned(),
        button: may.then(import),
        link: Some(Link::new(words::text(Word::ShowAllDays), page.ask.href_with(&all))),
    }
}
