//! How the profit of an order is made: each component with its source and arithmetic, and below
//! it, folded, what each line bore in each event.

use super::order::in_currency;
use super::story::event_word;
use crate::base::{Currency, Money};
use crate::domain::profit::component::{Component, Quality, Step, Subtotal, ladder};
use crate::reports::explain::{Explained, ExplainedComponent, ExplainedPart};
use crate::web::figure::Figure;
use crate::web::format::{self, Locale, MINUS};
use crate::web::table::{Cell, Column, Row, RowKind, Table};
use crate::web::words::{self, Word, ladder as names, tell};

/// Terms of a sum that are written out; beyond it only the fold shows them.
const TERMS_MAX: usize = 6;
const SOURCES_MAX: usize = 2;

pub fn table(explained: &Explained, locale: Locale) -> Table {
    let mut table = Table::new("trail-table", words::text(Word::HowItIsMade));
    table.columns = vec![
        Column::words(words::text(Word::Component)),
        Column::figures(explained.currency.code()),
        Column::words(words::text(Word::QualityHead)).wide(),
        // Here is the only place that tells them, so a phone scrolls to them.
        Column::words(words::text(Word::SourceHead)),
        Column::words(words::text(Word::Arithmetic)),
    ];
    if explained.events.is_empty() {
        return Table { columns: Vec::new(), ..table };
    }
    let maker = Maker { explained, locale };
    let mut terms: Vec<i64> = Vec::new();
    for step in ladder() {
        match step {
            Step::Component(component) => {
                if let Some(found) = maker.find(component) {
                    table.rows.push(maker.component(found));
                    terms.push(found.minor);
                }
            }
            Step::Subtotal(subtotal) => {
                table.rows.push(maker.subtotal(subtotal, &terms));
                terms = vec![explained.total.subtotal(subtotal)];
                if subtotal == Subtotal::ContributionAfterAds {
                    break;
                }
            }
        }
    }
    let total = &explained.total;
    table.legend = total.estimated != 0 || total.missing != 0;
    table
}

struct Maker<'a> {
    explained: &'a Explained,
    locale: Locale,
}

impl Maker<'_> {
    /// What is nothing, in no doubt and without a part is left out.
    fn find(&self, component: Component) -> Option<&ExplainedComponent> {
        let found = self.explained.components.iter().find(|one| one.component == component)?;
        let is_known_nothing =
            found.minor == 0 && found.quality == Quality::Actual && found.parts.is_empty();
        (!is_known_nothing).then_some(found)
    }

    fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.currency())
    }

    fn currency(&self) -> Currency {
        self.explained.currency
    }

    fn component(&self, found: &ExplainedComponent) -> Row {
        let name = words::text(names::component(found.component));
        let shown = Figure::money(self.money(found.minor), self.locale);
        let (figure, quality) = match found.quality {
            Quality::Actual => (shown, Word::Actual),
            Quality::Estimated => (shown.estimated(), Word::Estimated),
            Quality::Missing if found.minor == 0 => (Figure::missing(None), Word::Missing),
            Quality::Missing => (shown.at_most(), Word::Missing),
        };
        let cells = vec![
            Cell::text(name),
            Cell::figure(figure),
            Cell::Quality {
                text: words::text(quality).to_owned(),
                estimated: found.quality != Quality::Actual,
            },
            Cell::quiet(self.source(&found.parts)),
            Cell::quiet(self.arithmetic(&found.parts)),
        ];
        let row = Row::new(cells);
        if found.parts.len() < 2 {
            return row;
        }
        let count = found.parts.len() as i64;
        let parts = tell::parts(count, &format::quantity(count, self.locale));
        row.folding(tell::pieces_of(name, &parts), self.pieces(found))
    }

    /// The records or rules of all parts, each once.
    fn source(&self, parts: &[ExplainedPart]) -> String {
        let mut sources: Vec<String> = Vec::new();
        for part in parts {
            let source = origin(part);
            if !source.is_empty() && !sources.contains(&source) {
                sources.push(source);
            }
        }
        if sources.len() > SOURCES_MAX {
            let count = sources.len() as i64;
            return tell::sources(&format::quantity(count, self.locale));
        }
        sources.join("; ")
    }

    fn arithmetic(&self, parts: &[ExplainedPart]) -> String {
        match parts {
            [] => String::new(),
            [part] => self.worked(part),
            _ => self.sum(&parts.iter().filter_map(|p| p.converted_minor).collect::<Vec<_>>()),
        }
    }

    /// The arithmetic of one part, with its conversion where there is one.
    fn worked(&self, part: &ExplainedPart) -> String {
        let arithmetic = part.arithmetic.replace('-', &MINUS.to_string());
        if part.currency == self.currency() {
            return arithmetic;
        }
        let amount = in_currency(Money::new(part.minor, part.currency), self.locale);
        let day = format::day(part.rate_day, self.locale);
        let rate = match part.converted_minor {
            Some(_) => tell::converted(&amount, &day),
            None => tell::no_rate(&amount, &day),
        };
        if arithmetic.is_empty() { rate } else { format!("{arithmetic}; {rate}") }
    }

    /// `106.72 − 10.67 − 18.15`, as it is typed into a calculator.
    fn sum(&self, terms: &[i64]) -> String {
        if terms.len() > TERMS_MAX {
            return String::new();
        }
        let digits = self.currency().digits();
        let mut text = String::new();
        for (index, minor) in terms.iter().enumerate() {
            if index == 0 {
                text.push_str(&format::money(*minor, digits, self.locale));
                continue;
            }
            let sign = if *minor < 0 { MINUS } else { '+' };
            let size = format::money(minor.saturating_abs(), digits, self.locale);
            text.push_str(&format!(" {sign} {size}"));
        }
        text
    }

    fn pieces(&self, found: &ExplainedComponent) -> Table {
        let name = words::text(names::component(found.component));
        let id = format!("trail-{}", found.component.name());
        let mut table = Table::new(id, tell::pieces_caption(name));
        table.dense = true;
        table.columns = vec![
            Column::words(words::text(Word::EventHead)),
            Column::words(words::text(Word::LineHead)),
            Column::figures(self.currency().code()),
            Column::words(words::text(Word::SourceHead)),
            Column::words(words::text(Word::Arithmetic)),
        ];
        table.rows = found.parts.iter().map(|part| self.piece(part)).collect();
        table
    }

    fn piece(&self, part: &ExplainedPart) -> Row {
        let event = self.explained.events.get(part.event).map(|event| {
            let day = format::day_short(event.day, self.locale);
            tell::day_and(&day, words::text(event_word(event.kind)))
        });
        let figure = match part.converted_minor {
            Some(minor) => Figure::money(self.money(minor), self.locale),
            None => Figure::missing(None),
        };
        let figure = match part.quality {
            Quality::Actual => figure,
            Quality::Estimated => figure.estimated(),
            Quality::Missing => Figure::missing(None),
        };
        let order = self.explained.order.as_ref();
        let line = order.and_then(|order| order.lines.get(part.line_no));
        let line = line.and_then(|line| line.sku.clone().or(line.title.clone()));
        Row::new(vec![
            Cell::text(event.unwrap_or_default()),
            Cell::mono(line.unwrap_or_else(|| part.line_id.clone())),
            Cell::figure(figure),
            Cell::quiet(origin(part)),
            Cell::quiet(self.worked(part)),
        ])
    }

    fn subtotal(&self, subtotal: Subtotal, terms: &[i64]) -> Row {
        let total = &self.explained.total;
        let is_last = subtotal == Subtotal::ContributionAfterAds;
        let word = if is_last { Word::NetProfitOfOrder } else { names::subtotal(subtotal) };
        let shown = Figure::money(self.money(total.subtotal(subtotal)), self.locale);
        let holds_cost = subtotal.mask() & Component::Cogs.bit() != 0;
        let figure = if holds_cost && total.is_at_most() { shown.at_most() } else { shown };
        let kind = if is_last { RowKind::Total } else { RowKind::Subtotal };
        let arithmetic = if terms.len() > 1 { self.sum(terms) } else { String::new() };
        let cells = vec![
            Cell::text(words::text(word)),
            Cell::figure(figure),
            Cell::Blank,
            Cell::Blank,
            Cell::quiet(arithmetic),
        ];
        Row::of(kind, cells)
    }
}

/// The record that tells a part, or the rule that made it, or both.
fn origin(part: &ExplainedPart) -> String {
    let told = [part.source.as_str(), part.rule.as_str()];
    told.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ")
}
