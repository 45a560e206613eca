//! What the next page tells of what was just done: a toast or a notice, shown once. Kept in
//! memory, because a text in an address could be put there by anybody.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use actix_web::HttpResponse;
use actix_web::http::header;

use crate::web::notice::{Notice, Post, Toast};
use crate::web::session::Who;
use crate::web::state::Shared;
use crate::web::words::{self, Word};

/// Somebody who never looks at the next page must not fill the memory.
const KEPT_MAX: usize = 1_000;

#[derive(Clone, Debug, Default)]
pub struct Flash {
    pub toast: Option<Toast>,
    pub notices: Vec<Notice>,
}

impl Flash {
    pub fn toast(toast: Toast) -> Self {
        Self { toast: Some(toast), notices: Vec::new() }
    }
}

/// Leads to a page that tells what was done, with the way back where there is one.
pub fn done(
    state: &Shared,
    who: &Who,
    (text, undo): (String, Option<String>),
    to: &str,
) -> HttpResponse {
    let undo = undo.map(|path| Post {
        label: words::text(Word::Undo).to_owned(),
        action: state.url(&path),
        csrf: String::new(),
    });
    state.flashes.put(who, Flash::toast(Toast { text, undo }));
    HttpResponse::SeeOther().insert_header((header::LOCATION, state.url(to))).finish()
}

/// By session; programs with a token look at no pages.
#[derive(Debug, Default)]
pub struct Flashes {
    by_session: Mutex<HashMap<i64, Flash>>,
}

impl Flashes {
    pub fn put(&self, who: &Who, flash: Flash) {
        let Some(session) = who.session else { return };
        let mut kept = self.by_session.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT_MAX {
            kept.clear();
        }
        kept.insert(session, flash);
    }

    /// As `take`, but a toast stays while figures are recounted: the page is loaded again by
    /// itself when that is over, and Undo must not go with it.
    pub fn take_beside(&self, who: &Who, is_recounting: bool) -> Flash {
        let flash = self.take(who);
        if is_recounting && let Some(toast) = flash.toast.clone() {
            self.put(who, Flash::toast(toast));
        }
        flash
    }

    pub fn take(&self, who: &Who) -> Flash {
        let Some(session) = who.session else { return Flash::default() };
        let mut kept = self.by_session.lock().unwrap_or_else(PoisonError::into_inner);
        kept.remove(&session).unwrap_or_default()
    }
}
