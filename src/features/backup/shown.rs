//! Sections of these pages.

use crate::web::figure::Link;
use crate::web::form::Form;
use crate::web::layout::Frame;
use crate::web::notice::{Notice, Post, Weight};
use crate::web::page::Page;
use crate::web::parts::{PageHead, SectionHead};
use crate::web::table::Table;
use crate::web::words::Word;

#[derive(askama::Template)]
#[template(path = "backup/page.html")]
pub struct View {
    pub frame: Frame,
    pub head: PageHead,
    pub notices: Vec<Notice>,
    pub parts: Vec<Part>,
}

/// One section.
pub struct Part {
    pub head: SectionHead,
    pub notices: Vec<Notice>,
    /// Shown once, to be written down, with what it is good for.
    pub secret: Option<(String, &'static str, &'static str)>,
    pub note: Option<String>,
    pub table: Option<Table>,
    pub posts: Vec<Post>,
    pub form: Option<Form>,
}

impl Part {
    pub fn new(id: &str, title: impl Into<String>) -> Self {
        Self {
            head: SectionHead::new(id, title),
            notices: Vec::new(),
            secret: None,
            note: None,
            table: None,
            posts: Vec::new(),
            form: None,
        }
    }
}

pub fn post(page: &Page, label: &str, path: &str) -> Post {
    Post { label: label.to_owned(), action: page.url(path), csrf: String::new() }
}

pub fn notice(weight: Weight, title: &str, text: impl Into<String>) -> Notice {
    Notice {
        weight,
        title: title.to_owned(),
        text: text.into(),
        buttons: Vec::new(),
        link: None::<Link>,
    }
}
