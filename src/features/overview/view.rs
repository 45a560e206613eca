//! The start page in words: one figure first, everything under it explains.

mod ladder;
mod series;

use askama::Template;

use crate::base::{Currency, DayRange, Money};
use crate::domain::profit::component::{Component, Subtotal};
use crate::domain::profit::figures::Figures;
use crate::domain::profit::ratio::Ratio;
use crate::domain::report::Report;
use crate::features::overview::query::Answer;
use crate::web::ask::PageAsk;
use crate::web::chart::{DaysChart, Sparkline};
use crate::web::figure::{Better, Figure, Hero, Link};
use crate::web::form::{Button, ButtonKind};
use crate::web::format::{self, Locale, fraction};
use crate::web::gaps::Gaps;
use crate::web::layout::Frame;
use crate::web::notice::Empty;
use crate::web::page::Page;
use crate::web::parts::{Items, Kpi, Kpis, SectionHead};
use crate::web::permission::Permission;
use crate::web::standing::Standing;
use crate::web::strip::{Completeness, Strip};
use crate::web::table::{Cell, Column, Row, RowKind, Table};
use crate::web::words::{self, Word, tell};

use series::Series;

#[derive(Template)]
#[template(path = "overview/page.html")]
pub struct Overview {
    frame: Frame,
    standing: Standing,
    hero: Hero,
    days: DaysChart,
    kpis: Kpis,
    ladder_head: SectionHead,
    ladder: Table,
    missing_head: SectionHead,
    missing: Items,
    enter: Option<(Button, String)>,
    stores: Option<(SectionHead, Table)>,
}

impl Overview {
    pub fn new(page: &Page, answer: &Answer, standing: Standing) -> Self {
        let at_stake = Gaps { page, gaps: &answer.gaps, currency: answer.days.currency };
        Self {
            frame: frame(page, answer),
            standing,
            hero: hero(page, answer),
            days: DaysChart::new(&series::days(page, answer)),
            kpis: kpis(page, answer),
            ladder_head: SectionHead {
                note: Some(tell::without_tax(answer.days.currency.code())),
                ..SectionHead::new("ladder", words::text(Word::FromGrossToNet))
            },
            ladder: ladder::table(page, answer),
            missing_head: SectionHead {
                link: Some(Link::new(words::text(Word::TodoAll), page.url("/todo"))),
                ..SectionHead::new("missing", words::text(Word::WhatIsMissing))
            },
            missing: at_stake.items(),
            enter: at_stake.enter(),
            stores: stores(page, &answer.stores),
        }
    }

    fn is_whole(&self) -> bool {
        self.missing.items.is_empty()
    }
}

fn frame(page: &Page, answer: &Answer) -> Frame {
    let strip = Strip { completeness: completeness(page, answer), ..page.strip() };
    page.frame(words::text(Word::PageOverview), "overview", Some(strip))
}

fn completeness(page: &Page, answer: &Answer) -> Option<Completeness> {
    let day = answer.last_day?;
    Some(Completeness { text: tell::books_to(&format::day(day, page.locale)), gap: None })
}

/// The page of profit under the same strip, sorted by a column.
fn profit_href(page: &Page, by: &str, sort: &str) -> String {
    let path = page.url("/profit");
    let ask = PageAsk { path, rest: Vec::new(), sort: None, page: 1, ..page.ask.clone() };
    ask.href_with(&[("by", Some(by)), ("sort", Some(sort))])
}

fn money(minor: i64, currency: Currency) -> Money {
    Money::new(minor, currency)
}

fn hero(page: &Page, answer: &Answer) -> Hero {
    let (total, locale, currency) = (&answer.days.total, page.locale, answer.days.currency);
    let net_profit = total.net_profit();
    let former = answer.former.as_ref().map(|former| former.total.net_profit());
    let change = former.map(|former| {
        let moved = net_profit - former;
        let share = Ratio::of(moved, former.abs());
        let mut change = vec![Figure::change(money(moved, currency), Better::More, locale)];
        if share.is_some() {
            let text = format::percent_change(fraction(share), locale);
            change.push(Figure { arrow: None, ..Figure::moved(text, moved, Better::More) });
        }
        change
    });
    let at_most = || Link::new(words::text(Word::AtMost), "#missing");
    Hero {
        doubt: total.is_at_most().then(at_most),
        change_note: former
            .map(|_| tell::on(&crate::web::strip::against_label(&page.ask, page.ask.against)))
            .unwrap_or_default(),
        change: change.unwrap_or_default(),
        story: story(total, currency, locale),
        link: Some(Link::new(words::text(Word::HowItIsMade), "#ladder")),
        ..Hero::new(words::text(Word::NetProfit), money(net_profit, currency), locale)
    }
}

fn story(total: &Figures, currency: Currency, locale: Locale) -> Vec<String> {
    let mut story = Vec::new();
    match total.net_margin() {
        Some(margin) => {
            let cents = crate::base::rate::div_half_even(i128::from(margin.0), 100);
            let cents = cents.and_then(|cents| i64::try_from(cents).ok()).unwrap_or_default();
            // A small margin loses its sign with its value; the verb follows the profit.
            let shown = format::percent(fraction(Some(Ratio(margin.0.abs()))), locale);
            story.push(tell::kept(cents, currency.code(), &shown));
        }
        None => story.push(tell::no_revenue()),
    }
    if total.net_sales() != 0 {
        let share = format::percent(fraction(total.coverage_cogs()), locale);
        let without = format::amount(money(total.costless_net_sales(), currency), locale);
        let bit = Component::Cogs.bit();
        let doubt = match (total.missing & bit != 0, total.estimated & bit != 0) {
            (false, false) => tell::CostDoubt::None,
            (false, true) => tell::CostDoubt::Guessed(&without),
            (true, _) => tell::CostDoubt::Missing(&without),
        };
        story.push(tell::coverage(&share, doubt, total.is_at_most()));
    }
    story
}

fn kpis(page: &Page, answer: &Answer) -> Kpis {
    let series = Series::of(&answer.days);
    let (now, locale) = (&answer.days.total, page.locale);
    let former = answer.former.as_ref().map(|former| &former.total);
    let digits = answer.days.currency.digits();
    let course = |name: Word, of: &dyn Fn(&Figures) -> i64| {
        Some(Sparkline::new(words::text(name), &series.list(of)))
    };
    let spend = |figures: &Figures| -figures.get(Component::AdSpend);
    let amount = |name: Word, of: &dyn Fn(&Figures) -> i64, better, sort: &str| Kpi {
        name: words::text(name).to_owned(),
        figure: format::whole(of(now), digits, locale),
        change: moved(of(now), former.map(of), better, locale),
        note: None,
        sparkline: course(name, of),
        href: Some(profit_href(page, "product", sort)),
    };
    let share = |name: Word, of: &dyn Fn(&Figures) -> Option<Ratio>, better, sort: &str| Kpi {
        name: words::text(name).to_owned(),
        figure: format::percent(fraction(of(now)), locale),
        change: moved_points(of(now), former.and_then(of), better, locale),
        note: None,
        sparkline: course(name, &|figures| of(figures).map_or(0, |ratio| ratio.0)),
        href: Some(profit_href(page, "product", sort)),
    };
    let margin = |figures: &Figures| figures.subtotal(Subtotal::ContributionMargin);
    let mut ads = amount(Word::AdSpend, &spend, Better::Neither, "ad_spend");
    ads.note = now.mer().map(|mer| tell::mer(&format::ratio(fraction(Some(mer)), locale)));
    ads.href = Some(profit_href(page, "campaign", "ad_spend"));
    let orders = Kpi {
        figure: format::quantity(now.orders, locale),
        note: now.aov().map(|aov| tell::average(&format::money(aov, digits, locale))),
        href: Some(page.ask.href_of(&page.url("/orders"))),
        ..amount(Word::OrdersHead, &|figures| figures.orders, Better::More, "orders")
    };
    Kpis {
        kpis: vec![
            amount(Word::NetRevenue, &Figures::net_revenue, Better::More, "net_revenue"),
            amount(Word::ContributionMargin, &margin, Better::More, "contribution_margin"),
            share(Word::NetMargin, &Figures::net_margin, Better::More, "net_margin"),
            ads,
            orders,
            share(Word::Returns, &returned, Better::Less, "returns"),
        ],
    }
}

/// What was given back of what was sold.
fn returned(figures: &Figures) -> Option<Ratio> {
    let sold = figures.get(Component::GrossSales) + figures.get(Component::Discounts);
    Ratio::of(-figures.get(Component::Returns), sold)
}

fn moved(now: i64, former: Option<i64>, better: Better, locale: Locale) -> Figure {
    let Some(former) = former else { return Figure::default() };
    match Ratio::of(now - former, former.abs()) {
        None => Figure::unknown(),
        share => {
            Figure::moved(format::percent_change(fraction(share), locale), now - former, better)
        }
    }
}

fn moved_points(
    now: Option<Ratio>,
    former: Option<Ratio>,
    better: Better,
    locale: Locale,
) -> Figure {
    let (Some(now), Some(former)) = (now, former) else { return Figure::default() };
    let change = now.0 - former.0;
    let text = tell::points(&format::points(fraction(Some(Ratio(change))), locale));
    Figure::moved(text, change, better)
}

/// Only where there are several, and none is chosen.
fn stores(page: &Page, report: &Report) -> Option<(SectionHead, Table)> {
    if page.stores.len() < 2 || page.report_ask().store.is_some() {
        return None;
    }
    let locale = page.locale;
    let mut table = Table::new("stores-table", words::text(Word::Stores));
    table.columns = vec![
        Column::words(words::text(Word::Store)),
        Column::figures(words::text(Word::OrdersHead)),
        Column::figures(words::text(Word::NetProfit)),
    ];
    let cells = |name: Cell, orders: Option<i64>, figures: &Figures| {
        let profit = Figure::result(money(figures.net_profit(), report.currency), locale);
        let profit = if figures.is_at_most() { profit.at_most() } else { profit };
        let orders = orders
            .map_or_else(Figure::unknown, |orders| Figure::text(format::quantity(orders, locale)));
        vec![name, Cell::figure(orders), Cell::figure(profit)]
    };
    let mut rows: Vec<_> = report.rows.iter().collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.figures.net_profit()));
    for row in rows {
        let name = row.key("store").unwrap_or_default();
        let href = page.ask.href_with(&[("store", Some(name))]);
        let name = Cell::link(name, href);
        table.rows.push(Row::new(cells(name, Some(row.figures.orders), &row.figures)));
    }
    if !report.unallocated.is_empty() {
        let name = Cell::text(words::text(Word::BorneByNoStore));
        let mut cells = cells(name, None, &report.unallocated);
        // A cost, and no result of anybody: it stays ink.
        let cost = money(report.unallocated.net_profit(), report.currency);
        cells[2] = Cell::figure(Figure::money(cost, locale));
        table.rows.push(Row::of(RowKind::Unborne, cells));
    }
    let total = Cell::text(words::text(Word::NetProfit));
    let cells = cells(total, Some(report.total.orders), &report.total);
    table.rows.push(Row::of(RowKind::Total, cells));
    Some((SectionHead::new("stores", words::text(Word::Stores)), table))
}

/// Before the first store.
pub fn nothing(page: &Page) -> Quiet {
    let may = Permission::Import.allows(page.who.role);
    let import = || {
        let label = words::text(Word::ImportFiles);
        Button::link(label, ButtonKind::Main, page.url("/import"))
    };
    let why = if may { Word::NoFiguresWhy } else { Word::NoFiguresViewer };
    Quiet {
        frame: page.frame(words::text(Word::PageOverview), "overview", None),
        standing: Standing::default(),
        empty: Empty {
            sentence: words::text(Word::NoFigures).to_owned(),
            why: words::text(why).to_owned(),
            button: may.then(import),
            link: None,
        },
    }
}

#[derive(Template)]
#[template(path = "overview/quiet.html")]
pub struct Quiet {
    frame: Frame,
    standing: Standing,
    empty: Empty,
}

/// Days without any event: where the books end, and the way there.
pub fn quiet(page: &Page, answer: &Answer, standing: Standing) -> Quiet {
    let to_range = |range: DayRange| {
        let label = tell::show_days(&format::day_range(range, page.locale));
        Button::link(label, ButtonKind::Main, page.ask.href_of_range(range))
    };
    let last = answer.last_day;
    let range = last.map(|day| DayRange { from: day.plus(-29), to: day });
    let why = match last {
        Some(day) => tell::books_end(&format::day(day, page.locale)),
        None => words::text(Word::NoDataAtAll).to_owned(),
    };
    let all = page.ask.href_with(&[("from", None), ("to", None), ("period", Some("all"))]);
    let link = match last {
        Some(_) => Link::new(words::text(Word::ShowAllDays), all),
        None => Link::new(words::text(Word::ImportFiles), page.url("/import")),
    };
    Quiet {
        frame: frame(page, answer),
        standing,
        empty: Empty {
            sentence: words::text(Word::NoFiguresInDays).to_owned(),
            why,
            button: range.map(to_range),
            link: Some(link),
        },
    }
}
