//! What the program tells on its own: errors, toasts, progress, emptiness, the last question
//! before something that cannot be undone, and the place where files are dropped.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::web::figure::Link;
use crate::web::form::{Button, Field};
use crate::web::words::Word;

/// How much a notice presses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// Something did not happen, or stands wrong.
    Broken,
    /// It will be well by itself, or waits for a choice.
    Late,
}

/// What did not happen; why, what is unchanged, what to do; and the ways out.
#[derive(Clone, Debug, Template)]
#[template(path = "_notice.html")]
pub struct Notice {
    pub weight: Weight,
    pub title: String,
    pub text: String,
    pub buttons: Vec<Button>,
    pub link: Option<Link>,
}

impl HtmlSafe for Notice {}

/// A button that posts, for what a link must not do.
#[derive(Clone, Debug)]
pub struct Post {
    pub label: String,
    pub action: String,
    pub csrf: String,
}

/// What was done and its effect. With Undo it stays until closed.
#[derive(Clone, Debug, Template)]
#[template(path = "_toast.html")]
pub struct Toast {
    pub text: String,
    pub undo: Option<Post>,
}

impl HtmlSafe for Toast {}

/// Done of all. With `poll` the page follows it: JSON `{done, total, state, result_url}`.
#[derive(Clone, Debug, Template)]
#[template(path = "_progress.html")]
pub struct Progress {
    pub id: String,
    pub title: String,
    pub beside: Option<String>,
    pub done: i64,
    pub total: i64,
    pub shown: String,
    pub note: String,
    pub poll: Option<String>,
    pub stop: Option<Post>,
}

impl HtmlSafe for Progress {}

/// One serif sentence, why it matters, one button, one link.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "_empty.html")]
pub struct Empty {
    pub sentence: String,
    pub why: String,
    pub button: Option<Button>,
    pub link: Option<Link>,
}

impl HtmlSafe for Empty {}

/// Only where undo is impossible. The focus is on the safe answer.
#[derive(Clone, Debug, Template)]
#[template(path = "_confirm.html")]
pub struct Confirm {
    pub title: String,
    pub text: String,
    pub danger: Post,
    pub keep: Button,
}

impl HtmlSafe for Confirm {}

/// Where files are dropped; without script it is a plain file field.
#[derive(Clone, Debug, Template)]
#[template(path = "_drop.html")]
pub struct Drop {
    pub id: String,
    pub action: String,
    pub csrf: String,
    pub hidden: Vec<(String, String)>,
    pub text: String,
    /// What is said beside the files.
    pub fields: Vec<Field>,
    /// The head of the fields that are seldom needed, and those.
    pub further: Option<(String, Vec<Field>)>,
}

impl HtmlSafe for Drop {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_announced_at_once_and_toasts_politely() {
        let notice = Notice {
            weight: Weight::Broken,
            title: "a.txt was not taken in.".into(),
            text: "Nothing was changed.".into(),
            buttons: Vec::new(),
            link: None,
        };
        assert!(notice.render().unwrap().contains(r#"role="alert""#));
        let toast = Toast { text: "Saved.".into(), undo: None };
        assert!(toast.render().unwrap().contains(r#"role="status""#));
    }

    #[test]
    fn undo_is_posted_with_the_token() {
        let undo = Post { label: "Undo".into(), action: "/undo/7".into(), csrf: "t0ken".into() };
        let html = Toast { text: "Saved.".into(), undo: Some(undo) }.render().unwrap();
        assert!(html.contains(r#"method="post" action="/undo/7""#), "{html}");
        assert!(html.contains("t0ken"), "{html}");
    }
}
