//! The accounts by what is open, travelling, held back and paid; under them every payout with
//! our figure, theirs and what is between them.

use askama::Template;

use super::{name, state};
use crate::base::{Currency, Money};
use crate::domain::payouts::{Account, PaidOut, Payouts};
use crate::features::payouts::SLUG;
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
use crate::web::words::payout::{self as told, Told};
use crate::web::words::{self, Word};

#[derive(Template)]
#[template(path = "payouts/list.html")]
pub struct View {
    frame: Frame,
    standing: Standing,
    head: PageHead,
    accounts: Option<(SectionHead, Table)>,
    payouts: Option<(SectionHead, Table)>,
    empty: Option<Empty>,
}

impl View {
    pub fn new(page: &Page, payouts: &Payouts, standing: Standing) -> Self {
        let strip = Strip { against: None, basis: None, ..page.strip() };
        let some = |id: &str, title: Told, table: Table| {
            (!table.rows.is_empty()).then(|| (SectionHead::new(id, told::text(title)), table))
        };
        Self {
            frame: page.frame(words::text(Word::PagePayouts), SLUG, Some(strip)),
            standing,
            head: head(page, payouts),
            accounts: some("accounts", Told::Accounts, accounts(page, payouts)),
            payouts: some("payouts", Told::Payouts, table(page, payouts)),
            empty: payouts.payouts.is_empty().then(|| empty(page)),
        }
    }
}

fn head(page: &Page, payouts: &Payouts) -> PageHead {
    let count = payouts.payouts.len() as i64;
    let is_off = |payout: &&PaidOut| payout.unexplained_minor() != 0;
    let off = payouts.payouts.iter().filter(is_off).count() as i64;
    let is_alone = |payout: &&PaidOut| payout.ledger.is_none();
    let alone = payouts.payouts.iter().filter(is_alone).count() as i64;
    let quantity = |count| format::quantity(count, page.locale);
    let button = |label: Word, path: &str| {
        let ask = PageAsk { path: page.url(path), ..page.ask.clone() };
        Button::link(words::text(label), ButtonKind::Plain, ask.href_with(&[]))
    };
    let files = || vec![button(Word::Csv, "/payouts.csv"), button(Word::Xlsx, "/payouts.xlsx")];
    PageHead {
        title: words::text(Word::PagePayouts).to_owned(),
        answer: match count {
            0 => told::text(Told::Question).to_owned(),
            _ => told::answer(
                (count, &quantity(count)),
                (off, &quantity(off)),
                (alone, &quantity(alone)),
            ),
        },
        buttons: if count > 0 { files() } else { Vec::new() },
        ..PageHead::default()
    }
}

fn figure(page: &Page, minor: i64, currency: Currency) -> Figure {
    Figure::money(Money::new(minor, currency), page.locale)
}

/// Nothing is shown as nothing: an empty place reads quicker than a column of zeros.
fn amount(page: &Page, minor: i64, currency: Currency) -> Cell {
    let figure = figure(page, minor, currency);
    Cell::figure(if minor == 0 { figure.quiet() } else { figure })
}

fn accounts(page: &Page, payouts: &Payouts) -> Table {
    let mut table = Table::new("accounts-table", told::text(Told::Accounts));
    let head = |word: Told| Column::figures(told::text(word));
    table.columns = vec![
        Column::words(told::text(Told::Account)),
        head(Told::Open),
        head(Told::InTransit).wide(),
        head(Told::Reserved).wide(),
        head(Told::PaidIn),
    ];
    table.rows = payouts.accounts.iter().map(|account| account_row(page, account)).collect();
    let notes = [
        payouts.accounts.iter().any(|account| account.waiting.0 > 0).then_some(Told::WaitingNote),
        payouts.accounts.iter().any(|account| account.untold_minor != 0).then_some(Told::Untold),
    ];
    let notes: Vec<&str> = notes.into_iter().flatten().map(told::text).collect();
    table.note = (!notes.is_empty()).then(|| notes.join(" "));
    table
}

fn account_row(page: &Page, account: &Account) -> Row {
    let currency = account.currency;
    let shown = |minor| format::amount(Money::new(minor, currency), page.locale);
    let mut under = Vec::new();
    if account.waiting.0 > 0 {
        let count = format::quantity(account.waiting.0, page.locale);
        under.push(told::waiting((account.waiting.0, &count), &shown(account.waiting.1)));
    }
    if account.untold_minor != 0 {
        under.push(told::untold(&shown(account.untold_minor)));
    }
    let known = |minor: i64| (minor != 0).then(|| shown(minor));
    let (travelling, held) = (known(account.in_transit_minor), known(account.held_minor));
    let more = told::more(travelling.as_deref(), held.as_deref());
    let name = Words {
        text: account.platform.to_owned(),
        beside: Some(told::of_store(&account.store_name, currency.code())),
        under: (!under.is_empty()).then(|| under.join(" ")),
        line: more.map(|text| StateMark::new(State::Late, text)),
        ..Words::default()
    };
    Row::new(vec![
        Cell::Words(name),
        amount(page, account.open_minor, currency),
        amount(page, account.in_transit_minor, currency),
        amount(page, account.held_minor, currency),
        amount(page, account.paid_minor, currency),
    ])
}

fn table(page: &Page, payouts: &Payouts) -> Table {
    let mut table = Table::new("payouts-table", told::text(Told::Payouts));
    let head = |word: Told| Column::figures(told::text(word));
    table.columns = vec![
        Column::words(told::text(Told::Payout)),
        Column::words(told::text(Told::StateHead)).wide(),
        head(Told::Traded).wide(),
        head(Told::Taken).wide(),
        head(Told::HeldBack).wide(),
        head(Told::Ours).wide(),
        head(Told::Deposit),
        head(Told::OffBy),
    ];
    table.rows = payouts.payouts.iter().map(|payout| row(page, payout)).collect();
    table.rows.extend(totals(page, payouts));
    let is_tied = |payout: &PaidOut| payout.ledger.is_some() && payout.unexplained_minor() == 0;
    table.tied = payouts.payouts.iter().all(is_tied);
    table
}

fn row(page: &Page, payout: &PaidOut) -> Row {
    let currency = payout.currency;
    let money = |minor| figure(page, minor, currency);
    let days = payout.range.map(|days| format::day_range(days, page.locale));
    let state = state(payout, page.locale);
    let words = Words {
        text: name(payout, page.locale),
        href: Some(page.url_as_known(&format!("/payouts/{}", payout.id))),
        beside: Some(told::of_store(&payout.store_name, currency.code())),
        under: days,
        line: state.clone(),
        ..Words::default()
    };
    let (traded, taken, held) = payout.summary();
    let off = payout.unexplained_minor();
    let rest = match (off, &payout.ledger) {
        (0, Some(_)) => money(0).tied(),
        // Its rows add up, but not against anything of ours.
        (0, None) => Figure::unknown(),
        _ => Figure { tone: Tone::Loss, ..money(off) },
    };
    let ours = match payout.ledger {
        Some(_) => money(payout.expected_minor()),
        None => Figure::unknown(),
    };
    Row::new(vec![
        Cell::Words(words),
        state.map_or_else(|| Cell::figure(Figure::unknown()), Cell::State),
        Cell::figure(money(traded)),
        amount(page, taken, currency),
        amount(page, held, currency),
        Cell::figure(ours),
        Cell::figure(money(payout.stated_minor)),
        Cell::figure(rest),
    ])
}

/// A sum for each currency; sums of several are never added.
fn totals(page: &Page, payouts: &Payouts) -> Vec<Row> {
    let mut currencies: Vec<Currency> = payouts.payouts.iter().map(|it| it.currency).collect();
    currencies.sort();
    currencies.dedup();
    let sum = |currency: Currency| {
        let own: Vec<&PaidOut> =
            payouts.payouts.iter().filter(|payout| payout.currency == currency).collect();
        let total = |of: &dyn Fn(&PaidOut) -> i64| -> i64 { own.iter().map(|it| of(it)).sum() };
        let money = |minor| Cell::figure(figure(page, minor, currency));
        let count = format::quantity(own.len() as i64, page.locale);
        let off = total(&|payout| payout.unexplained_minor());
        let tone = if off == 0 { Tone::Ink } else { Tone::Loss };
        let is_told = own.iter().all(|payout| payout.ledger.is_some());
        let ours = total(&|payout| payout.expected_minor());
        let cells = vec![
            Cell::text(told::total((own.len() as i64, &count), currency.code())),
            Cell::Blank,
            money(total(&|payout| payout.summary().0)),
            money(total(&|payout| payout.summary().1)),
            money(total(&|payout| payout.summary().2)),
            if is_told { money(ours) } else { Cell::figure(Figure::unknown()) },
            money(total(&|payout| payout.stated_minor)),
            Cell::figure(Figure { tone, ..figure(page, off, currency) }),
        ];
        Row::of(RowKind::Total, cells)
    };
    currencies.into_iter().map(sum).collect()
}

fn empty(page: &Page) -> Empty {
    let may = Permission::Import.allows(page.who.role);
    let import = || {
        let label = words::text(Word::ImportFiles);
        Button::link(label, ButtonKind::Main, page.url("/import"))
    };
    let all = [("from", None), ("to", None), ("period", Some("all")), ("page", None)];
    Empty {
        sentence: told::text(Told::None).to_owned(),
        why: told::text(Told::NoneWhy).to_owned(),
        button: may.then(import),
        link: Some(Link::new(words::text(Word::ShowAllDays), page.ask.href_with(&all))),
    }
}
