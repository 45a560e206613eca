//! Mail: the server through which it goes, a test of it, who gets what, and what became of it.

mod page;
mod save;
mod test;

use std::time::Duration;

use crate::features::feature::Feature;
use crate::web::permission::{Limits, Permission, Routes};

pub static FEATURE: Feature = Feature { slug: "mail", nav: &[], routes };

/// Where it stands in the navigation.
const SLUG: &str = "settings";
const PATH: &str = "/settings/mail";
/// A server may take its time to answer.
const TESTING: Limits = Limits { time_max: Duration::from_secs(75), ..Limits::USUAL };

fn routes(routes: &mut Routes) {
    routes.get(PATH, Permission::ManageSettings, page::show);
    routes.post(PATH, Permission::ManageSettings, save::save);
    routes.post("/settings/mail/remove", Permission::ManageSettings, save::remove);
    routes.post_within("/settings/mail/test", Permission::ManageSettings, TESTING, test::send);
    routes.post("/settings/mail/wishes", Permission::ManageSettings, save::wish);
    routes.post("/settings/mail/again", Permission::ManageSettings, save::again);
    routes.post("/settings/mail/dismiss", Permission::ManageSettings, save::dismiss);
}
