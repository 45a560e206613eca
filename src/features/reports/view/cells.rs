//! One cell of a report as a page shows it: its words or its figure, how sure it is, and where it
//! leads.

use crate::base::{Currency, DayRange, Money};
use crate::domain::profit::component::Quality;
use crate::domain::table::{Cell, Grain, Kind, To, Value};
use crate::features::reports::PATH;
use crate::web::ask::{PageAsk, write_href};
use crate::web::chart::{Axis, RowBar};
use crate::web::define::Define;
use crate::web::figure::{Figure, Link};
use crate::web::format::{self, fraction};
use crate::web::page::Page;
use crate::web::permission::Permission;
use crate::web::table::{Cell as Shown, Words};
use crate::web::words::{self, Word, chart, definitions, reports};

pub struct Cells<'a> {
    pub page: &'a Page,
    pub currency: Currency,
    pub is_print: bool,
}

impl Cells<'_> {
    /// A name of ours at the head of a line, with what it means.
    pub fn item(&self, name: &str, define: Option<Define>) -> Shown {
        let text = definitions::label(name).to_owned();
        Shown::Words(Words { text, define, ..Words::default() })
    }

    /// What is no figure: a name, a word, a time. `head` is the column that a row without a name
    /// lacks; without one nothing is said of it.
    pub fn name(&self, kind: Kind, cell: &Cell, head: &str) -> Shown {
        let is_lacking = cell.value == Value::None;
        let text = match is_lacking && !head.is_empty() {
            true => reports::without(definitions::label(head)),
            false => self.words(kind, cell),
        };
        // A country goes by its name here and by its code in files.
        let (text, beside) = match &cell.value {
            Value::Text(code) if head == "country" => {
                (chart::country(code).to_owned(), Some(code.clone()))
            }
            _ => (text, cell.beside.clone()),
        };
        Shown::Words(Words {
            text,
            href: cell.to.as_ref().and_then(|to| self.href(to)),
            beside,
            quiet: is_lacking,
            ..Words::default()
        })
    }

    pub fn words(&self, kind: Kind, cell: &Cell) -> String {
        match (&cell.value, kind) {
            // The head says that it is a week.
            (Value::Day(day), Kind::Time(Grain::Week)) => format::day(*day, self.page.locale),
            (Value::Day(day), Kind::Time(grain)) => format::time(grain, *day, self.page.locale),
            (Value::Day(day), _) => format::day(*day, self.page.locale),
            (Value::Text(text), _) => text.clone(),
            (Value::Word(word), _) => definitions::label(word).to_owned(),
            (Value::None, _) => String::new(),
            (Value::Count(_) | Value::Money(_) | Value::Ratio(_), _) => {
                self.figure(kind, cell, "").text
            }
        }
    }

    /// `head` names the column: changes bear their sign.
    pub fn figure(&self, kind: Kind, cell: &Cell, head: &str) -> Figure {
        let locale = self.page.locale;
        let is_change = head.starts_with("change");
        let money = |minor: i64| Money::new(minor, self.currency);
        let shown = match &cell.value {
            Value::None if cell.quality == Quality::Missing => return self.missing(cell),
            Value::None => return Figure::unknown(),
            Value::Money(0) if cell.quality == Quality::Missing => return self.missing(cell),
            Value::Money(minor) if is_change => {
                Figure::text(format::change(*minor, self.currency.digits(), locale))
            }
            Value::Money(minor) if kind == Kind::Result => Figure::result(money(*minor), locale),
            Value::Money(minor) => Figure::money(money(*minor), locale),
            Value::Count(count) if is_change => Figure::text(format::change(*count, 0, locale)),
            Value::Count(count) => Figure::text(format::quantity(*count, locale)),
            Value::Ratio(ratio) => {
                let fraction = fraction(Some(*ratio));
                Figure::text(match (kind, is_change) {
                    (Kind::Times, _) => format::ratio(fraction, locale),
                    (_, true) if head.ends_with("_pct") => format::percent_change(fraction, locale),
                    (_, true) => format::points(fraction, locale),
                    (_, false) => format::percent(fraction, locale),
                })
            }
            Value::Text(_) | Value::Word(_) | Value::Day(_) => Figure::text(self.words(kind, cell)),
        };
        let shown = match cell.quality {
            Quality::Actual if cell.is_at_most => shown.at_most(),
            Quality::Actual => shown,
            Quality::Estimated => shown.estimated(),
            Quality::Missing => match self.gap(cell, Word::InPart) {
                Some(gap) => shown.after(gap),
                None => shown.at_most(),
            },
        };
        match cell.to.as_ref().filter(|to| **to != To::MissingCosts) {
            Some(to) => match self.href(to) {
                Some(href) => shown.to(href),
                None => shown,
            },
            None => shown,
        }
    }

    /// A bar from the common zero of its column.
    pub fn bar(&self, kind: Kind, cell: &Cell, axis: Axis) -> Shown {
        let amount = cell.value.number();
        Shown::Bar(if kind == Kind::Money {
            RowBar::cost(amount, axis)
        } else if cell.is_at_most {
            RowBar::at_most(amount, axis)
        } else {
            RowBar::new(amount, axis)
        })
    }

    fn missing(&self, cell: &Cell) -> Figure {
        Figure::missing(self.gap(cell, Word::NoCost))
    }

    /// The way to what is missing, for those who may go there.
    fn gap(&self, cell: &Cell, word: Word) -> Option<Link> {
        let to = cell.to.as_ref().filter(|to| **to == To::MissingCosts)?;
        let may = Permission::EditCosts.allows(self.page.who.role) && !self.is_print;
        let href = self.href(to)?;
        may.then(|| Link::new(words::text(word), href))
    }

    /// Nothing leads anywhere on paper.
    fn href(&self, to: &To) -> Option<String> {
        if self.is_print {
            return None;
        }
        let on = |path: &str| PageAsk {
            path: self.page.url(path),
            usual: crate::web::ask::Preset::Last30Days,
            rest: Vec::new(),
            sort: None,
            page: 1,
            ..self.page.ask.clone()
        };
        let over = |ask: PageAsk, range: Option<DayRange>| match range {
            Some(range) => ask.href_of_range(range),
            None => ask.href_with(&[]),
        };
        Some(match to {
            To::Order(order) => self.page.url_as_known(&format!("/orders/{order}")),
            To::Orders(range) => over(on("/orders"), Some(*range)),
            To::Product(sku) => on("/orders").href_with(&[("q", Some(sku))]),
            To::Variant(sku) => {
                let sku = ("sku".to_owned(), sku.clone());
                write_href(&self.page.url("/stock/item"), std::iter::once(sku))
            }
            To::Store(name) => on("/").href_with(&[("store", Some(name))]),
            To::MissingCosts => self.page.url("/costs?missing=yes"),
            To::SinceClosing(month) => {
                let closing = ("closing".to_owned(), month.month_text());
                write_href(&self.page.url("/changes-since"), std::iter::once(closing))
            }
            To::Report { name, range, choices } => {
                let mut ask = on(&format!("{PATH}/{name}"));
                let own = choices.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
                ask.rest = own.collect();
                over(ask, *range)
            }
        })
    }
}
