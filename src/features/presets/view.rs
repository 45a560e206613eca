//! A ledger for each preset: their rows and their figure, what lies between, and ours.

use askama::Template;

use super::SLUG;
use super::page::find_tool;
use crate::base::Money;
use crate::domain::preset::Tool;
use crate::reports::preset::{PresetReport, PresetReports};
use crate::web::ask::PageAsk;
use crate::web::figure::Figure;
use crate::web::form::{Button, ButtonKind};
use crate::web::layout::Frame;
use crate::web::notice::Empty;
use crate::web::page::Page;
use crate::web::parts::{PageHead, SectionHead};
use crate::web::standing::Standing;
use crate::web::strip::{Choice, Strip, Switch};
use crate::web::table::{Cell, Column, Row, RowKind, Table, Words};
use crate::web::words::{self, Word, ladder, preset as told};

#[derive(Template)]
#[template(path = "presets/page.html")]
pub struct View {
    frame: Frame,
    standing: Standing,
    head: PageHead,
    tools: Switch,
    presets: Vec<(SectionHead, Table)>,
    empty: Option<Empty>,
    note: Option<&'static str>,
}

impl View {
    pub fn new(page: &Page, reports: Option<&PresetReports>, standing: Standing) -> Self {
        let strip = Strip { against: None, ..page.strip() };
        let all = reports.map(|all| {
            all.reports.iter().map(|report| preset(page, all, report)).collect::<Vec<_>>()
        });
        Self {
            frame: page.frame(told::TITLE, SLUG, Some(strip)),
            standing,
            head: head(page, reports.is_some()),
            tools: tools(page),
            presets: all.unwrap_or_default(),
            empty: reports.is_none().then(|| Empty {
                sentence: told::EMPTY.to_owned(),
                why: told::EMPTY_WHY.to_owned(),
                button: Some(Button::link(
                    words::text(Word::ImportFiles),
                    ButtonKind::Main,
                    page.url("/import"),
                )),
                ..Empty::default()
            }),
            note: reports.is_some().then_some(told::NOTE),
        }
    }
}

fn head(page: &Page, has_figures: bool) -> PageHead {
    let ask = PageAsk { path: page.url("/presets.csv"), ..page.ask.clone() };
    let csv = Button::link(words::text(Word::Csv), ButtonKind::Plain, ask.href_with(&[]));
    PageHead {
        title: told::TITLE.to_owned(),
        answer: told::ANSWER.to_owned(),
        buttons: if has_figures { vec![csv] } else { Vec::new() },
        ..PageHead::default()
    }
}

fn tools(page: &Page) -> Switch {
    let chosen = find_tool(page);
    let choice = |tool: Tool| {
        let name = tool.name().to_lowercase();
        let href = page.ask.href_with(&[("tool", Some(&name))]);
        Choice::new(tool.name(), href, chosen == Some(name.as_str()))
    };
    let all = Choice::new(told::ALL, page.ask.href_with(&[("tool", None)]), chosen.is_none());
    let choices = std::iter::once(all).chain(Tool::ALL.map(choice)).collect();
    Switch { name: told::TOOLS.to_owned(), choices }
}

fn preset(page: &Page, all: &PresetReports, report: &PresetReport) -> (SectionHead, Table) {
    let preset = report.preset;
    let title = told::title(preset.tool.name(), preset.figure);
    let mut table = Table::new(format!("{}-table", preset.slug), title.clone());
    table.dense = true;
    table.columns = vec![Column::words(told::THEIRS), Column::figures(all.currency.code())];
    let money =
        |minor: i64| Cell::figure(Figure::money(Money::new(minor, all.currency), page.locale));
    for (name, minor) in &report.rows {
        table.rows.push(Row::new(vec![Cell::text(told::row(name)), money(*minor)]));
    }
    let theirs = vec![Cell::text(title.clone()), money(report.theirs_minor)];
    table.rows.push(Row::of(RowKind::Subtotal, theirs));
    for (name, minor) in &report.differences {
        let (name, why) = told::difference(name);
        let words =
            Words { text: name.to_owned(), under: Some(why.to_owned()), ..Words::default() };
        table.rows.push(Row::new(vec![Cell::Words(words), money(*minor)]));
    }
    let ours = words::text(ladder::subtotal(preset.ours));
    let ours = Words {
        text: format!("{}: {ours}", told::OURS),
        href: Some(page.ask.href_of(&page.url("/profit"))),
        ..Words::default()
    };
    table.rows.push(Row::of(RowKind::Total, vec![Cell::Words(ours), money(report.ours_minor)]));
    (SectionHead::new(preset.slug, title), table)
}
