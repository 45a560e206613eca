//! What the program knows of a feature: its name, its place in the navigation, its routes.

use crate::web::permission::{Permission, Routes};

pub struct Feature {
    /// Names the folder, the templates, the tests and the address.
    pub slug: &'static str,
    pub nav: Option<Nav>,
    pub routes: fn(&mut Routes),
}

/// An entry of the navigation; whoever may not go there does not see it.
pub struct Nav {
    pub label: &'static str,
    pub path: &'static str,
    pub permission: Permission,
}
