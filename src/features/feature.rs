//! What the program knows of a feature: its name, its place in the navigation, its routes.

use crate::reports::ReportError;
use crate::web::error::AppError;
use crate::web::page::{Badge, Section};
use crate::web::permission::{Permission, Routes};
use crate::web::words::Word;

pub struct Feature {
    /// Names the folder, the templates, the tests and the address.
    pub slug: &'static str,
    pub nav: &'static [Nav],
    pub routes: fn(&mut Routes),
}

/// An entry of the navigation; whoever may not go there does not see it.
pub struct Nav {
    pub section: Section,
    pub label: Word,
    pub path: &'static str,
    /// The letter after `g` that leads here.
    pub key: Option<char>,
    pub permission: Permission,
    /// A count of what needs a person, beside the entry.
    pub badge: Option<Badge>,
}

/// What a report could not answer, as an answer of a page or of the API.
pub fn refuse(error: ReportError) -> AppError {
    match error {
        ReportError::Store(error) => error.into(),
        ReportError::Overflow(error) => AppError::Internal(error.to_string()),
        ReportError::Nothing => AppError::NotFound,
        ReportError::Asked(sentence) => AppError::BadRequest(sentence),
    }
}
