//! The frame of the pages before the door: signing in, setting up, one-time links. The first
//! thing that a newcomer sees.

use crate::web::assets;
use crate::web::form::{Button, ButtonKind, Field};
use crate::web::notice::{Notice, Weight};
use crate::web::words::{self, Word, door as door_words, say};

/// What such a page's template finds under `door`.
#[derive(Clone, Debug)]
pub struct Door {
    pub title: &'static str,
    pub lead: &'static str,
    /// The path under which the program is served, without a slash at its end.
    base: String,
}

impl Door {
    /// `base_path` as the program was told it.
    pub fn new(base_path: &str, title: &'static str, lead: &'static str) -> Self {
        Self { title, lead, base: base_path.trim_end_matches('/').to_owned() }
    }

    pub fn page_title(&self) -> String {
        say::page_title(self.title)
    }

    pub fn sheets(&self) -> Vec<String> {
        let sheets = assets::SHEETS.iter().chain(["css/door.css"].iter());
        sheets.map(|path| assets::url(&self.base, path)).collect()
    }

    pub fn icon(&self) -> String {
        assets::url(&self.base, "favicon.svg")
    }

    /// A mug, from its price to what is left of it.
    pub fn sum(&self) -> [(&'static str, &'static str); 6] {
        [
            (words::text(Word::DoorPrice), "24.00"),
            (words::text(Word::DoorTax), "−3.83"),
            (words::text(Word::DoorCost), "−6.35"),
            (words::text(Word::DoorFees), "−5.95"),
            (words::text(Word::DoorAd), "−2.40"),
            (words::text(Word::DoorYours), "5.47"),
        ]
    }
}

pub fn email_field(value: &str) -> Field {
    let mut field = Field::text("email", door_words::EMAIL, value);
    field.id = "email".to_owned();
    field.entry = crate::web::form::Entry::Input { kind: "email", mode: "email" };
    field.autocomplete = "username";
    field.required = true;
    field
}

pub fn password_field(autocomplete: &'static str) -> Field {
    let mut field = Field::secret("password", door_words::PASSWORD);
    field.id = "password".to_owned();
    field.autocomplete = autocomplete;
    field.required = true;
    field
}

/// Of a second factor; a person without one leaves it empty.
pub fn code_field() -> Field {
    let mut field = Field::text("code", door_words::CODE, "");
    field.id = "code".to_owned();
    field.entry = crate::web::form::Entry::Input { kind: "text", mode: "text" };
    field.autocomplete = "one-time-code";
    field
}

pub fn main_button(label: &str) -> Vec<Button> {
    vec![Button::submit(label, ButtonKind::Main)]
}

/// What went wrong, announced at once.
pub fn fault(text: &str) -> Notice {
    let (title, text) = match text.split_once(". ") {
        Some((title, rest)) => (format!("{title}."), rest.to_owned()),
        None => (text.to_owned(), String::new()),
    };
    Notice { weight: Weight::Broken, title, text, buttons: Vec::new(), link: None }
}
