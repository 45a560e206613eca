//! Small parts that many pages are made of: page heads, section heads, KPIs, chips, states,
//! lists of what happened or is missing, rows of plain figures.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::web::chart::Sparkline;
use crate::web::figure::{Figure, Link};
use crate::web::form::Button;
use crate::web::words::{self, Word};

/// The head of a page: where it belongs, its title, the sentence that answers its question.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "_page_head.html")]
pub struct PageHead {
    pub trail: Vec<Link>,
    /// The last place of the trail, which is no link.
    pub place: String,
    pub title: String,
    pub answer: String,
    pub buttons: Vec<Button>,
}

impl HtmlSafe for PageHead {}

/// The head of a section, with a note or a link at its end.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "_section_head.html")]
pub struct SectionHead {
    pub id: String,
    pub title: String,
    pub beside: Option<String>,
    pub note: Option<String>,
    pub link: Option<Link>,
}

impl HtmlSafe for SectionHead {}

impl SectionHead {
    pub fn new(id: impl Into<String>, title: impl Into<String>) -> Self {
        Self { id: id.into(), title: title.into(), ..Self::default() }
    }
}

/// One figure in whole units, its change, and its course with a brass end.
#[derive(Clone, Debug)]
pub struct Kpi {
    pub name: String,
    pub figure: String,
    pub change: Figure,
    pub note: Option<String>,
    pub sparkline: Option<Sparkline>,
    pub href: Option<String>,
}

#[derive(Clone, Debug, Template)]
#[template(path = "_kpis.html")]
pub struct Kpis {
    pub kpis: Vec<Kpi>,
}

impl HtmlSafe for Kpis {}

/// Plain figures over their names, for the outcome of an import or a count.
#[derive(Clone, Debug, Template)]
#[template(path = "_stats.html")]
pub struct Stats {
    pub stats: Vec<Stat>,
}

impl HtmlSafe for Stats {}

#[derive(Clone, Debug)]
pub struct Stat {
    pub figure: String,
    pub name: String,
    /// In brass: it asks for something.
    pub asks: bool,
}

/// How a connection or a job is; always with words beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Fresh,
    Late,
    Broken,
    Running,
    Off,
}

impl State {
    pub const ALL: [Self; 5] = [Self::Fresh, Self::Late, Self::Broken, Self::Running, Self::Off];

    pub fn name(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::Late => "late",
            Self::Broken => "broken",
            Self::Running => "running",
            Self::Off => "off",
        }
    }

    pub fn word(self) -> &'static str {
        words::text(match self {
            Self::Fresh => Word::Fresh,
            Self::Late => Word::Late,
            Self::Broken => Word::Broken,
            Self::Running => Word::Running,
            Self::Off => Word::Off,
        })
    }
}

#[derive(Clone, Debug, Template)]
#[template(path = "_state.html")]
pub struct StateMark {
    pub state: State,
    pub text: String,
    pub href: Option<String>,
}

impl HtmlSafe for StateMark {}

impl StateMark {
    pub fn new(state: State, text: impl Into<String>) -> Self {
        Self { state, text: text.into(), href: None }
    }

    pub fn to(self, href: impl Into<String>) -> Self {
        Self { href: Some(href.into()), ..self }
    }
}

/// A filter that is on, can be put on, or can be added.
#[derive(Clone, Debug, Template)]
#[template(path = "_chip.html")]
pub struct Chip {
    pub label: String,
    pub count: Option<String>,
    pub kind: ChipKind,
    pub href: String,
}

impl HtmlSafe for Chip {}

impl Chip {
    fn state(&self) -> &'static str {
        match self.kind {
            ChipKind::Plain => "plain",
            ChipKind::Chosen => "chosen",
            ChipKind::Add => "add",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChipKind {
    Plain,
    Chosen,
    Add,
}

/// One line of a list: what happened when, or what is missing.
#[derive(Clone, Debug, Default)]
pub struct Item {
    pub when: Option<String>,
    pub state: Option<State>,
    pub title: String,
    pub href: Option<String>,
    pub note: String,
    pub figure: Option<Figure>,
}

#[derive(Clone, Debug, Default, Template)]
#[template(path = "_items.html")]
pub struct Items {
    pub items: Vec<Item>,
}

impl HtmlSafe for Items {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_said_and_not_only_drawn() {
        for state in State::ALL {
            let html = StateMark::new(state, "3 min ago").render().unwrap();
            assert!(html.contains(state.word()) && html.contains("3 min ago"), "{html}");
        }
    }

    #[test]
    fn hostile_text_in_a_list_stays_text() {
        let item = Item { title: "<img src=x onerror=alert(1)>".into(), ..Item::default() };
        let html = Items { items: vec![item] }.render().unwrap();
        assert!(!html.contains("<img"), "{html}");
    }
}
