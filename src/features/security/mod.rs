//! What is protected, and how: sentences in plain words, each with what can be looked at now, and
//! the chapters of a public standard with our tests.

pub mod chapters;
mod claims;
mod page;

use crate::features::feature::Feature;
use crate::web::permission::{Permission, Routes};

/// It stands in no navigation: the settings lead here.
pub static FEATURE: Feature = Feature { slug: "security", nav: &[], routes };

/// Where it stands in the navigation.
const SLUG: &str = "settings";
const PATH: &str = "/settings/security";

fn routes(routes: &mut Routes) {
    routes.get(PATH, Permission::ManageSettings, page::show);
}
