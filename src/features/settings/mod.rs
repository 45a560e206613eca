//! What is chosen once: the organisation and how it reckons, its stores, tokens for programs, and
//! the person's own password, sessions and second factor; the people (`people.rs`) and the log of
//! what they did (`audit.rs`).

mod audit;
mod organisation;
mod own;
mod page;
mod people;
mod second_factor;
mod stores;
mod tokens;

use crate::features::feature::{Feature, Nav};
use crate::web::page::Section;
use crate::web::permission::{FACTOR_PATH, Permission, Routes};
use crate::web::words::Word;

pub static FEATURE: Feature = Feature {
    slug: SLUG,
    nav: &[Nav {
        section: Section::End,
        label: Word::PageSettings,
        path: PATH,
        key: None,
        permission: Permission::SignedIn,
        badge: None,
    }],
    routes,
};

const SLUG: &str = "settings";
const PATH: &str = "/settings";

fn routes(routes: &mut Routes) {
    routes.get(PATH, Permission::SignedIn, page::show);
    routes.get("/settings/progress", Permission::SignedIn, page::progress);
    routes.post("/settings/organisation", Permission::ManageSettings, organisation::save);
    routes.post("/settings/stores", Permission::ManageStores, stores::add);
    routes.post("/settings/stores/remove", Permission::ManageStores, stores::remove);
    routes.post("/settings/tokens", Permission::ManageUsers, tokens::add);
    routes.post("/settings/tokens/revoke", Permission::ManageUsers, tokens::revoke);
    routes.post("/settings/password", Permission::SignedIn, own::change_password);
    routes.post("/settings/sessions", Permission::SignedIn, own::end_session);
    routes.post("/settings/sessions/others", Permission::SignedIn, own::end_others);
    routes.get(FACTOR_PATH, Permission::SignedIn, second_factor::show);
    routes.post(FACTOR_PATH, Permission::SignedIn, second_factor::take);
    routes.get(people::PATH, Permission::ManageUsers, people::show);
    routes.post(people::PATH, Permission::ManageUsers, people::invite);
    routes.post("/settings/people/rules", Permission::ManageUsers, people::save_rules);
    routes.post("/settings/people/{id}", Permission::ManageUsers, people::change);
    routes.get(audit::PATH, Permission::ManageUsers, audit::show);
    routes.get("/settings/audit.csv", Permission::ManageUsers, audit::csv);
    routes.get("/settings/audit.json", Permission::ManageUsers, audit::json);
    let own =
        ["/settings", "/settings/password", "/settings/sessions", "/settings/sessions/others"];
    routes.of_person(&own);
    routes.of_person(&["/settings/progress", FACTOR_PATH]);
    routes.before_factor(&["/settings/password", FACTOR_PATH]);
}
