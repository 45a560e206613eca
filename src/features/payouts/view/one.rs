//! One payout: our ledger row by row beside the platform's statement, down to the deposit; then
//! the orders and charges that our side is made of, and the platform's own kinds of rows.

use askama::Template;

use super::{name, state};
use crate::base::Money;
use crate::domain::payouts::{GROUPS, PaidOrder, PaidOut, PayoutDetail};
use crate::features::payouts::SLUG;
use crate::web::figure::{Figure, Link, Tone};
use crate::web::format::{self, Locale, UNKNOWN};
use crate::web::layout::Frame;
use crate::web::page::Page;
use crate::web::parts::{PageHead, SectionHead, Stat, Stats};
use crate::web::standing::Standing;
use crate::web::table::{Cell, Column, Row, RowKind, Table};
use crate::web::words::payout::{self as told, Told};
use crate::web::words::{self, Word, bridge};

/// Orders that one page lists; the file of the API has all.
const ORDERS_MAX: usize = 500;

#[derive(Template)]
#[template(path = "payouts/one.html")]
pub struct View {
    frame: Frame,
    standing: Standing,
    head: PageHead,
    stats: Stats,
    bridge_head: SectionHead,
    bridge: Table,
    orders: Option<(SectionHead, Table)>,
    charges: Option<(SectionHead, Table)>,
    kinds: Option<(SectionHead, Table)>,
}

impl View {
    pub fn new(page: &Page, detail: &PayoutDetail, standing: Standing) -> Self {
        let payout = &detail.payout;
        let some = |id: &str, title: Told, table: Table| {
            (!table.rows.is_empty()).then(|| (SectionHead::new(id, told::text(title)), table))
        };
        Self {
            frame: page.frame(name(payout, page.locale), SLUG, None),
            standing,
            head: head(page, payout),
            stats: stats(payout, page.locale),
            bridge_head: SectionHead::new("bridge", told::text(Told::BridgeTitle)),
            bridge: bridge_table(page, payout),
            orders: some("orders", Told::Orders, orders(page, detail)),
            charges: some("charges", Told::Charges, charges(page, detail)),
            kinds: some("kinds", Told::Kinds, kinds(page, payout)),
        }
    }
}

fn money(payout: &PaidOut, minor: i64, locale: Locale) -> Figure {
    Figure::money(Money::new(minor, payout.currency), locale)
}

fn head(page: &Page, payout: &PaidOut) -> PageHead {
    let days = payout.range.map(|days| format::day_range(days, page.locale));
    PageHead {
        trail: vec![Link::new(words::text(Word::PagePayouts), page.url("/payouts"))],
        place: name(payout, page.locale),
        title: name(payout, page.locale),
        answer: told::belongs_to(payout.platform, &payout.store_name, days.as_deref()),
        buttons: Vec::new(),
    }
}

fn stats(payout: &PaidOut, locale: Locale) -> Stats {
    let text =
        |money: Money| format!("{} {}", format::amount(money, locale), money.currency.code());
    let stat = |figure: String, name: Told| Stat {
        figure,
        name: told::text(name).to_owned(),
        asks: false,
    };
    let unknown = || UNKNOWN.to_owned();
    let own = |minor| Money::new(minor, payout.currency);
    let mut stats = vec![
        stat(state(payout, locale).map_or_else(unknown, |mark| mark.text), Told::StateHead),
        stat(text(own(payout.stated_minor)), Told::Deposit),
        stat(payout.received.map_or_else(unknown, text), Told::Received),
    ];
    if payout.held_minor != 0 {
        stats.push(stat(text(own(payout.held_minor)), Told::HeldBack));
        let day = payout.released.map(|day| format::day(day, locale));
        stats.push(stat(day.unwrap_or_else(unknown), Told::Released));
    }
    Stats { stats }
}

/// Our ledger, theirs, and what is between them, by the bridge's rows.
fn bridge_table(page: &Page, payout: &PaidOut) -> Table {
    let mut table = Table::new("payout-bridge", told::text(Told::BridgeTitle));
    table.columns = vec![
        Column::words(words::text(Word::ReconcileRows)),
        Column::figures(told::text(Told::RowsHead)).wide(),
        Column::figures(told::text(Told::Ours)),
        Column::figures(told::text(Told::Theirs)),
        Column::figures(told::text(Told::OffBy)),
    ];
    let figure = |minor| money(payout, minor, page.locale);
    // Another name for the same money is no fault as long as the whole ties out.
    let is_tied = payout.unexplained_minor() == 0;
    let off = |minor: i64| match minor {
        0 => Cell::figure(figure(0).quiet()),
        _ if is_tied => Cell::figure(figure(minor)),
        _ => Cell::figure(Figure { tone: Tone::Loss, ..figure(minor) }),
    };
    for group in GROUPS {
        let theirs = payout.theirs(group);
        let ours = payout.ours(group);
        let parts = payout.parts.iter().filter(|part| part.group == group);
        let rows: i64 = parts.map(|part| part.rows).sum();
        if theirs == 0 && ours.unwrap_or(0) == 0 && rows == 0 {
            continue;
        }
        table.rows.push(Row::new(vec![
            Cell::text(bridge::row(group)),
            Cell::figure(Figure::text(format::quantity(rows, page.locale)).quiet()),
            Cell::figure(ours.map_or_else(Figure::unknown, figure)),
            Cell::figure(figure(theirs)),
            off(ours.map_or(0, |ours| theirs - ours)),
        ]));
    }
    let told = payout.told_minor();
    // What the platform's own rows lack of the total that it states.
    if told != payout.stated_minor {
        let rest = payout.stated_minor - told;
        let cells = vec![
            Cell::text(words::text(Word::ReconcileUnexplained)),
            Cell::Blank,
            Cell::Blank,
            Cell::figure(figure(rest)),
            off(rest),
        ];
        table.rows.push(Row::new(cells));
    }
    let ours = payout.ledger.as_ref().map(|_| payout.expected_minor());
    table.rows.push(Row::of(
        RowKind::Total,
        vec![
            Cell::text(told::text(Told::Deposit)),
            Cell::figure(Figure::text(format::quantity(payout.rows, page.locale))),
            Cell::figure(ours.map_or_else(Figure::unknown, figure)),
            Cell::figure(figure(payout.stated_minor)),
            off(payout.unexplained_minor()),
        ],
    ));
    table.tied = is_tied && payout.ledger.is_some();
    let note = match (&payout.ledger, is_tied) {
        (None, _) => Some(told::text(Told::NoMembers)),
        (Some(_), true) => None,
        (Some(_), false) => Some(words::text(Word::ReconcileMendPayout)),
    };
    table.note = note.map(str::to_owned);
    table
}

fn orders(page: &Page, detail: &PayoutDetail) -> Table {
    let payout = &detail.payout;
    let mut table = Table::new("payout-orders", told::text(Told::Orders));
    table.columns = vec![
        Column::words(words::text(Word::OrderHead)),
        Column::words(words::text(Word::OrderDayHead)).wide(),
        Column::figures(told::text(Told::Traded)).wide(),
        Column::figures(told::text(Told::Taken)).wide(),
        Column::figures(payout.currency.code()),
    ];
    let figure = |minor| Cell::figure(money(payout, minor, page.locale));
    let row = |order: &PaidOrder| {
        let (trade, total) = (order.moved.trade(), order.moved.total());
        Row::new(vec![
            Cell::link(order.name.clone(), page.url(&format!("/orders/{}", order.order))),
            Cell::quiet(format::day(order.day, page.locale)),
            figure(trade),
            figure(total - trade),
            figure(total),
        ])
    };
    table.rows = detail.orders.iter().take(ORDERS_MAX).map(row).collect();
    if !detail.orders.is_empty() {
        let sum = |of: &dyn Fn(&PaidOrder) -> i64| -> i64 { detail.orders.iter().map(of).sum() };
        let (trade, total) = (sum(&|it| it.moved.trade()), sum(&|it| it.moved.total()));
        let count = format::quantity(detail.orders.len() as i64, page.locale);
        let label = told::orders((detail.orders.len() as i64, &count));
        let cells = vec![
            Cell::text(label),
            Cell::Blank,
            figure(trade),
            figure(total - trade),
            figure(total),
        ];
        table.rows.push(Row::of(RowKind::Total, cells));
    }
    let count = format::quantity(ORDERS_MAX as i64, page.locale);
    table.cut = (detail.orders.len() > ORDERS_MAX).then(|| told::cut(&count));
    table
}

fn charges(page: &Page, detail: &PayoutDetail) -> Table {
    let payout = &detail.payout;
    let mut table = Table::new("payout-charges", told::text(Told::Charges));
    table.columns = vec![
        Column::words(told::text(Told::Charge)),
        Column::words(told::text(Told::Group)).wide(),
        Column::words(words::text(Word::OrderDayHead)).wide(),
        Column::figures(payout.currency.code()),
    ];
    let figure = |minor| Cell::figure(money(payout, minor, page.locale));
    for charge in detail.charges.iter().take(ORDERS_MAX) {
        table.rows.push(Row::new(vec![
            Cell::text(charge.label.clone()),
            Cell::quiet(bridge::row(charge.group)),
            Cell::quiet(format::day(charge.day, page.locale)),
            figure(charge.amount_minor),
        ]));
    }
    if !detail.charges.is_empty() {
        let total = detail.charges.iter().map(|charge| charge.amount_minor).sum();
        let label = Cell::text(words::text(Word::Total));
        let cells = vec![label, Cell::Blank, Cell::Blank, figure(total)];
        table.rows.push(Row::of(RowKind::Total, cells));
    }
    let count = format::quantity(ORDERS_MAX as i64, page.locale);
    table.cut = (detail.charges.len() > ORDERS_MAX).then(|| told::cut(&count));
    table
}

/// The platform's rows in its own words.
fn kinds(page: &Page, payout: &PaidOut) -> Table {
    let mut table = Table::new("payout-kinds", told::text(Told::Kinds));
    table.dense = true;
    table.columns = vec![
        Column::words(told::text(Told::Kind)),
        Column::words(told::text(Told::Group)).wide(),
        Column::figures(told::text(Told::RowsHead)).wide(),
        Column::figures(payout.currency.code()),
    ];
    let figure = |minor| Cell::figure(money(payout, minor, page.locale));
    let rank = |group: &str| GROUPS.iter().position(|name| *name == group);
    let mut parts: Vec<_> = payout.parts.iter().collect();
    parts.sort_by_key(|part| (rank(&part.group).unwrap_or(usize::MAX), part.kind.clone()));
    for part in parts {
        table.rows.push(Row::new(vec![
            Cell::text(part.kind.clone()),
            Cell::quiet(bridge::row(&part.group)),
            Cell::figure(Figure::text(format::quantity(part.rows, page.locale)).quiet()),
            figure(part.amount_minor),
        ]));
    }
    if !payout.parts.is_empty() {
        let label = Cell::text(words::text(Word::Total));
        let total = figure(payout.told_minor());
        table.rows.push(Row::of(RowKind::Total, vec![label, Cell::Blank, Cell::Blank, total]));
    }
    table
}
