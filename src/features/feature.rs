//! What the program knows of a feature: its name, its place in the navigation, its routes.

use crate::web::page::Section;
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
}
