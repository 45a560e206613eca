//! The page of one order.

use askama::Template;

use super::{status, story, trail};
use crate::base::{Day, Money};
use crate::domain::profit::component::{Component, Subtotal};
use crate::domain::profit::ratio::Ratio;
use crate::features::orders::order::Answer;
use crate::features::orders::query::Neighbour;
use crate::reports::explain::Explained;
use crate::web::ask::PageAsk;
use crate::web::figure::{Figure, Hero, Link};
use crate::web::format::{self, Locale, fraction};
use crate::web::layout::Frame;
use crate::web::notice::{Notice, Weight};
use crate::web::page::Page;
use crate::web::parts::{Items, PageHead, SectionHead};
use crate::web::standing::Standing;
use crate::web::table::{Cell, Column, Row, RowKind, Table};
use crate::web::words::{self, Word, tell};

#[derive(Template)]
#[template(path = "orders/order.html")]
pub struct OrderPage {
    frame: Frame,
    standing: Standing,
    steps: Vec<Step>,
    head: PageHead,
    result: Option<Hero>,
    trail: Table,
    story_head: SectionHead,
    story: Items,
    bases: Option<(SectionHead, Table)>,
    notes: Vec<String>,
    json: Link,
}

/// A way to the order before or after.
struct Step {
    label: String,
    href: String,
    later: bool,
    name: Word,
}

impl OrderPage {
    pub fn new(page: &Page, answer: &Answer, mut standing: Standing) -> Self {
        let explained = &answer.explained;
        standing.notices.extend(notices(explained));
        if !answer.waiting {
            // Others are on their way; this one is not.
            standing.progress = None;
        }
        let is_counted = !explained.events.is_empty();
        let mut story_head = SectionHead::new("story", words::text(Word::WhatHappened));
        story_head.note = is_counted.then(|| words::text(Word::ProfitOnItsDay).to_owned());
        let bases_head = || SectionHead::new("bases", words::text(Word::BothBases));
        Self {
            frame: page.frame(tell::order_title(&explained.name), "orders", None),
            standing,
            steps: steps(page, &answer.neighbours),
            head: head(page, explained),
            result: is_counted.then(|| result(explained, page.locale)),
            trail: trail::table(explained, page.locale),
            story_head,
            story: story::items(page, explained),
            bases: is_counted.then(|| (bases_head(), bases(explained, page.locale))),
            notes: notes(explained, page.locale),
            json: json(page, explained),
        }
    }
}

fn steps(page: &Page, [before, after]: &[Option<Neighbour>; 2]) -> Vec<Step> {
    let step = |order: &Neighbour, later: bool| Step {
        label: order.name.clone(),
        href: page.url_as_known(&format!("/orders/{}", order.id)),
        later,
        name: if later { Word::OrderAfter } else { Word::OrderBefore },
    };
    let before = before.as_ref().map(|order| step(order, false));
    before.into_iter().chain(after.as_ref().map(|order| step(order, true))).collect()
}

fn head(page: &Page, explained: &Explained) -> PageHead {
    let header = &explained.stored.header;
    let paid = explained.order.as_ref().map(|order| {
        let sum: i64 = order.payments.iter().map(|payment| payment.amount_minor).sum();
        (sum, order)
    });
    let paid = paid.filter(|(_, order)| !order.payments.is_empty()).map(|(sum, order)| {
        let mut gateways: Vec<String> =
            order.payments.iter().map(|payment| payment.gateway.clone()).collect();
        gateways.dedup();
        (in_currency(Money::new(sum, header.currency), page.locale), gateways)
    });
    let (paid, gateways) = match paid {
        Some((paid, gateways)) => (Some(paid), gateways),
        None => (None, Vec::new()),
    };
    let refunds = explained.order.as_ref().map_or(0, |order| order.refunds.len() as i64);
    let placed_day = header.placed_at.day_in(&page.zone);
    PageHead {
        trail: vec![Link::new(
            words::text(Word::PageOrders),
            page.ask.href_of(&page.url("/orders")),
        )],
        place: explained.store.clone(),
        title: tell::order_title(&explained.name),
        answer: tell::order_answer(&tell::OrderAnswer {
            day: &format::day(placed_day, page.locale),
            time: &header.placed_at.time_in(&page.zone),
            country: header.country.as_deref(),
            paid: paid.as_deref(),
            gateways: &gateways,
            refunds,
        }),
        buttons: Vec::new(),
    }
}

/// `119.20 EUR`: amounts of an order may be in a currency of their own.
pub fn in_currency(money: Money, locale: Locale) -> String {
    format!("{} {}", format::amount(money, locale), money.currency)
}

fn result(explained: &Explained, locale: Locale) -> Hero {
    let total = &explained.total;
    let minor = total.subtotal(Subtotal::ContributionAfterAds);
    let share = Ratio::of(minor, total.net_revenue());
    let shown = format::percent(fraction(share), locale);
    let mut hero =
        Hero::new(words::text(Word::NetProfit), Money::new(minor, explained.currency), locale);
    hero.doubt = total.is_at_most().then(|| Link::new(words::text(Word::AtMost), "#trail-table"));
    if share.is_some() && !total.is_at_most() {
        hero.story.push(tell::order_margin(&shown));
    }
    hero
}

/// What each event brought, under its own day and under the order's.
fn bases(explained: &Explained, locale: Locale) -> Table {
    let mut table = Table::new("bases-table", words::text(Word::BothBases));
    table.columns = vec![
        Column::words(words::text(Word::EventHead)),
        Column::figures(words::text(Word::ByEvent)),
        Column::figures(words::text(Word::ByOrder)),
    ];
    let sum = explained.total.subtotal(Subtotal::ContributionAfterAds);
    let figure =
        |minor| Cell::figure(Figure::result(Money::new(minor, explained.currency), locale));
    for (index, event) in explained.events.iter().enumerate() {
        let name = tell::day_and(
            &format::day(event.day, locale),
            words::text(story::event_word(event.kind)),
        );
        let by_order = if index == 0 { figure(sum) } else { Cell::figure(Figure::unknown()) };
        let own = event.figures.subtotal(Subtotal::ContributionAfterAds);
        table.rows.push(Row::new(vec![Cell::text(name), figure(own), by_order]));
    }
    let cells = vec![Cell::text(words::text(Word::Sum)), figure(sum), figure(sum)];
    table.rows.push(Row::of(RowKind::Total, cells));
    table
}

fn notices(explained: &Explained) -> Vec<Notice> {
    let notice = |weight, title: String, text: String| Notice {
        weight,
        title,
        text,
        buttons: Vec::new(),
        link: None,
    };
    let mut notices = Vec::new();
    if let Some(fault) = &explained.stored.fault {
        notices.push(notice(Weight::Broken, tell::order_fault_title(), tell::sentence(fault)));
    }
    let header = &explained.stored.header;
    if !header.counted {
        let why = if header.test { Word::TestWhy } else { Word::StatusWhy };
        let why = words::text(why);
        let order = explained.order.as_ref();
        let platform = order.and_then(|order| order.platform_status.as_deref());
        let state = tell::not_counted_state(words::text(status(header)), platform);
        let text = if header.test { why.to_owned() } else { format!("{state} {why}") };
        notices.push(notice(Weight::Late, tell::not_counted_title(), text));
    }
    notices
}

/// What stands beside the ladder.
fn notes(explained: &Explained, locale: Locale) -> Vec<String> {
    let amount = |minor| format::amount(Money::new(minor, explained.currency), locale);
    let total = &explained.total;
    let mut notes = Vec::new();
    if !explained.events.is_empty() {
        let duties = total.get(Component::DutiesCollected);
        let duties = (duties != 0).then(|| amount(duties));
        let tax = amount(total.get(Component::TaxCollected));
        notes.push(tell::outside_profit(&tax, duties.as_deref()));
    }
    let written_off = total.get(Component::WrittenOff);
    if written_off != 0 {
        notes.push(tell::written_off(&amount(written_off)));
    }
    let header = &explained.stored.header;
    if header.unexplained_minor != 0 {
        let rest = Money::new(header.unexplained_minor, header.currency);
        notes.push(tell::unexplained(&in_currency(rest, locale)));
    }
    notes
}

/// By its id and store, which name it for programs too.
fn json(page: &Page, explained: &Explained) -> Link {
    let id = &explained.stored.external_id;
    let path = crate::web::ask::write_path(&["api", "v1", "orders", id, "explain"]);
    let ask = PageAsk::new(&page.url(&path), Day(0));
    Link::new(words::text(Word::Json), ask.href_with(&[("store", Some(&explained.store))]))
}
