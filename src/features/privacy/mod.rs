//! What is held, for how long, and what buyers may ask of the seller.

mod act;
mod page;

use std::time::Duration;

use crate::features::feature::Feature;
use crate::web::permission::{Limits, Permission, Routes};

/// It stands in no navigation: the settings lead here.
pub static FEATURE: Feature = Feature { slug: "privacy", nav: &[], routes };

/// Where it stands in the navigation.
const SLUG: &str = "settings";
const PATH: &str = "/settings/privacy";
/// Every document is looked into, and the file may be written anew.
const LONG: Limits = Limits { time_max: Duration::from_secs(1_800), ..Limits::USUAL };

fn routes(routes: &mut Routes) {
    let may = Permission::ManageSettings;
    routes.get(PATH, may, page::show);
    routes.post_within("/settings/privacy/look", may, LONG, act::look);
    routes.post_within("/settings/privacy/request", may, LONG, act::tell);
    routes.post_within("/settings/privacy/erase", may, LONG, act::erase);
    routes.post_within("/settings/privacy/restrict", may, LONG, act::restrict);
    routes.post("/settings/privacy/retention", may, act::save);
    routes.post_within("/settings/privacy/retention/apply", may, LONG, act::apply);
}
