//! Fields, buttons, forms and the panel that shows the effect before saving. What somebody typed
//! stays in the field whatever was wrong with it.

use std::collections::BTreeMap;

use askama::Template;
use askama::filters::HtmlSafe;

use crate::base::Currency;
use crate::web::figure::{Figure, Link};
use crate::web::notice::Progress;
use crate::web::table::Table;
use crate::web::words::{self, Word};

/// What is wrong with an entry, by field.
pub type Wrong = BTreeMap<String, String>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ButtonKind {
    Main,
    Plain,
    /// Outlined in loss: it cannot be undone.
    Danger,
    /// As quiet as a link.
    Link,
}

/// A button, or a link that looks like one.
#[derive(Clone, Debug, Template)]
#[template(path = "_button.html")]
pub struct Button {
    pub label: String,
    pub kind: ButtonKind,
    pub href: Option<String>,
    /// Name and value that the form sends with it.
    pub sends: Option<(String, String)>,
    /// Why it cannot be pressed now.
    pub off: Option<String>,
    pub focus: bool,
}

impl HtmlSafe for Button {}

impl Button {
    pub fn submit(label: impl Into<String>, kind: ButtonKind) -> Self {
        Self { label: label.into(), kind, href: None, sends: None, off: None, focus: false }
    }

    pub fn link(label: impl Into<String>, kind: ButtonKind, href: impl Into<String>) -> Self {
        Self { href: Some(href.into()), ..Self::submit(label, kind) }
    }

    /// Switched off, and it says why.
    pub fn off(self, reason: impl Into<String>) -> Self {
        Self { off: Some(reason.into()), ..self }
    }

    pub fn sending(self, name: &str, value: &str) -> Self {
        Self { sends: Some((name.to_owned(), value.to_owned())), ..self }
    }

    pub fn focused(self) -> Self {
        Self { focus: true, ..self }
    }

    fn kind_name(&self) -> &'static str {
        match self.kind {
            ButtonKind::Main => "main",
            ButtonKind::Plain => "plain",
            ButtonKind::Danger => "danger",
            ButtonKind::Link => "link",
        }
    }
}

/// One option of a select.
#[derive(Clone, Debug)]
pub struct Pick {
    pub value: String,
    pub label: String,
}

impl Pick {
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into() }
    }
}

#[derive(Clone, Debug)]
pub enum Entry {
    /// `kind` is the input's type, such as `text`, `password`, `email`.
    Input {
        kind: &'static str,
        mode: &'static str,
    },
    Text {
        rows: u32,
    },
    Select(Vec<Pick>),
    Check {
        on: bool,
    },
}

#[derive(Clone, Debug, Template)]
#[template(path = "_field.html")]
pub struct Field {
    pub id: String,
    pub name: String,
    pub label: String,
    pub value: String,
    pub entry: Entry,
    /// Stands inside the field at its right, such as the currency.
    pub unit: Option<String>,
    pub help: Option<String>,
    pub error: Option<String>,
    pub example: Option<String>,
    pub required: bool,
    pub autocomplete: &'static str,
}

impl HtmlSafe for Field {}

impl Field {
    pub fn text(name: &str, label: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            id: format!("field-{name}"),
            name: name.to_owned(),
            label: label.into(),
            value: value.into(),
            entry: Entry::Input { kind: "text", mode: "text" },
            unit: None,
            help: None,
            error: None,
            example: None,
            required: false,
            autocomplete: "off",
        }
    }

    /// An amount: figures to the keyboard of a phone, the unit at its right.
    pub fn amount(
        name: &str,
        label: impl Into<String>,
        value: impl Into<String>,
        unit: impl Into<String>,
    ) -> Self {
        Self {
            entry: Entry::Input { kind: "text", mode: "decimal" },
            unit: Some(unit.into()),
            ..Self::text(name, label, value)
        }
    }

    /// A day as `2026-11-20`; typed, because the browser's own picker speaks another format.
    pub fn day(name: &str, label: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            entry: Entry::Input { kind: "text", mode: "numeric" },
            example: Some(words::text(Word::DayExample).to_owned()),
            ..Self::text(name, label, value)
        }
    }

    /// The value of a secret is never written back into a page.
    pub fn secret(name: &str, label: impl Into<String>) -> Self {
        Self {
            entry: Entry::Input { kind: "password", mode: "text" },
            ..Self::text(name, label, "")
        }
    }

    pub fn select(
        name: &str,
        label: impl Into<String>,
        value: impl Into<String>,
        picks: Vec<Pick>,
    ) -> Self {
        Self { entry: Entry::Select(picks), ..Self::text(name, label, value) }
    }

    pub fn check(name: &str, label: impl Into<String>, on: bool) -> Self {
        Self { entry: Entry::Check { on }, ..Self::text(name, label, "yes") }
    }

    /// Many lines of text.
    pub fn lines(name: &str, label: impl Into<String>, value: impl Into<String>) -> Self {
        Self { entry: Entry::Text { rows: 6 }, ..Self::text(name, label, value) }
    }

    pub fn currency(name: &str, label: impl Into<String>, value: impl Into<String>) -> Self {
        let currencies = Currency::list();
        let picks = currencies.iter().map(|one| Pick::new(one.code(), one.code()));
        Self::select(name, label, value, picks.collect())
    }

    pub fn needed(self) -> Self {
        Self { required: true, ..self }
    }

    /// With what is wrong with it, where anything is.
    pub fn told(self, wrong: &Wrong) -> Self {
        let error = wrong.get(self.name.as_str()).cloned();
        Self { error, ..self }
    }

    pub fn with_help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    pub fn with_error(self, error: impl Into<String>) -> Self {
        Self { error: Some(error.into()), ..self }
    }

    fn described(&self) -> bool {
        self.help.is_some() || self.error.is_some()
    }
}

#[derive(Clone, Debug, Default, Template)]
#[template(path = "_form.html")]
pub struct Form {
    pub action: String,
    /// `get` or `post`; a post carries the token.
    pub method: &'static str,
    pub csrf: String,
    pub hidden: Vec<(String, String)>,
    pub fields: Vec<Field>,
    pub buttons: Vec<Button>,
    /// Beside the buttons, such as how long it can be undone.
    pub note: Option<String>,
}

impl HtmlSafe for Form {}

/// Opens at the right over a list that stays usable, and shows the effect before the buttons.
#[derive(Clone, Debug, Template)]
#[template(path = "_panel.html")]
pub struct Panel {
    pub title: String,
    pub lead: String,
    pub close: Link,
    pub form: Form,
    /// The effect is being worked out.
    pub progress: Option<Progress>,
    pub effect: Option<Effect>,
    /// Under the effect: which months are closed and stay as they are.
    pub months: Option<String>,
    /// What stood there before: its head and its rows.
    pub history: Option<(String, Table)>,
}

impl HtmlSafe for Panel {}

/// "This changes 412 orders by −318.20." and what that is by month.
#[derive(Clone, Debug)]
pub struct Effect {
    pub before: String,
    pub figure: Figure,
    pub arithmetic: String,
    pub table: Option<Table>,
    /// What else changes, under the table.
    pub more: Vec<Table>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_entry_stays_and_its_sentence_is_tied_to_it() {
        let field = Field::day("valid_from", "Valid from", "2026-02-30\"><b>")
            .with_error("February 2026 has 28 days.");
        let html = field.render().unwrap();
        assert!(html.contains("2026-02-30&#34;&#62;&#60;b&#62;"), "{html}");
        assert!(html.contains(r#"aria-invalid="true""#), "{html}");
        assert!(html.contains(r#"aria-describedby="field-valid_from-words""#), "{html}");
        assert!(html.contains(r#"id="field-valid_from-words""#), "{html}");
    }

    #[test]
    fn a_button_that_is_off_cannot_be_pressed_and_says_why() {
        let button = Button::submit("Push", ButtonKind::Main).off("No store is connected.");
        let html = button.render().unwrap();
        assert!(html.contains("disabled") && html.contains("No store is connected."), "{html}");
    }

    #[test]
    fn a_post_carries_the_token_and_a_get_does_not() {
        let form = |method| Form { method, csrf: "t0ken".into(), ..Form::default() };
        assert!(form("post").render().unwrap().contains("t0ken"));
        assert!(!form("get").render().unwrap().contains("t0ken"));
    }
}
