//! A page that is a list, or all about one thing: its head, what is to be told, its tables, and
//! the panel beside them; on a screen or on paper. With the history of the thing, and the question
//! before an entry of it is taken back.

use askama::Template;

use crate::base::Instant;
use crate::web::figure::Link;
use crate::web::form::{Button, ButtonKind, Form, Panel};
use crate::web::format;
use crate::web::layout::Frame;
use crate::web::notice::Notice;
use crate::web::page::Page;
use crate::web::parts::{Chip, PageHead, SectionHead};
use crate::web::table::{Cell, Column, Row, Table};
use crate::web::words::{self, Word, change as told};

/// What an address asks for: `?view=print`.
pub const VIEW: &str = "view";
pub const PRINT: &str = "print";

#[derive(Template)]
#[template(path = "_dossier.html")]
pub struct Dossier {
    pub frame: Frame,
    pub head: PageHead,
    pub notices: Vec<Notice>,
    pub chips: Vec<Chip>,
    pub tables: Vec<(Option<SectionHead>, Table)>,
    pub panel: Option<Panel>,
    pub upload: Option<Upload>,
    /// The way back from paper; `None` on a screen.
    pub back: Option<Link>,
}

/// A plain field for one file.
pub struct Upload {
    pub action: String,
    pub label: &'static str,
    pub button: Button,
}

impl Dossier {
    pub fn new(frame: Frame, head: PageHead) -> Self {
        let (notices, chips, tables) = (Vec::new(), Vec::new(), Vec::new());
        Self { frame, head, notices, chips, tables, panel: None, upload: None, back: None }
    }

    /// A table under a head of its own.
    pub fn add(&mut self, id: &str, title: &str, table: Table) {
        self.tables.push((Some(SectionHead::new(id, title)), table));
    }

    fn body_class(&self) -> &'static str {
        if self.back.is_some() { " print-view" } else { "" }
    }
}

/// What an address says under a name of the page's own.
pub fn asked<'a>(page: &'a Page, name: &str) -> Option<&'a str> {
    let (_, value) = page.ask.rest.iter().find(|(other, _)| other == name)?;
    Some(value.as_str()).filter(|value| !value.is_empty())
}

pub fn is_print(page: &Page) -> bool {
    asked(page, VIEW) == Some(PRINT)
}

/// What was done to a thing.
#[derive(Clone, Debug)]
pub struct Entry {
    pub at: Instant,
    pub what: String,
    /// Empty for a command.
    pub by: String,
    pub why: String,
    pub undo: Undo,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undo {
    /// Where it is asked for.
    At(String),
    Done,
    /// Whoever looks may not, or it cannot be.
    Not,
}

pub fn history(page: &Page, entries: Vec<Entry>) -> Table {
    let mut table = Table::new("history", told::TABLE);
    table.dense = true;
    table.columns = vec![
        Column::words(told::WHAT),
        Column::words(told::WHEN),
        Column::words(told::BY),
        Column::words(told::WHY).wide(),
        Column::words(told::UNDO),
    ];
    for entry in entries {
        let day = format::day(entry.at.day_in(&page.zone), page.locale);
        let when = format!("{day} {}", entry.at.time_in(&page.zone));
        let by = match entry.by.as_str() {
            "" => words::text(Word::ImportByCommand).to_owned(),
            name => name.to_owned(),
        };
        let undo = match entry.undo {
            Undo::At(href) => Cell::Links(vec![Link::new(told::UNDO, href)]),
            Undo::Done => Cell::quiet(told::UNDONE),
            Undo::Not => Cell::Blank,
        };
        let cells = vec![
            Cell::text(entry.what),
            Cell::quiet(when),
            Cell::quiet(by),
            Cell::quiet(entry.why),
            undo,
        ];
        table.rows.push(Row::new(cells));
    }
    table
}

/// The question before something is done that a button alone would do too fast.
pub fn question(
    (title, lead): (&str, String),
    (action, sends): (String, &[(&str, &str)]),
    button: &str,
    back: String,
) -> Panel {
    let hidden = sends.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Panel {
        title: title.to_owned(),
        lead,
        close: Link::new(words::text(Word::Close), back.clone()),
        form: Form {
            action,
            method: "post",
            hidden: hidden.collect(),
            buttons: vec![
                Button::submit(button, ButtonKind::Danger),
                Button::link(told::KEEP, ButtonKind::Plain, back),
            ],
            ..Form::default()
        },
        progress: None,
        effect: None,
        months: None,
        history: None,
    }
}
