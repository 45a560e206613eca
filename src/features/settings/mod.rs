//! What is chosen once: the organisation and how it reckons, its stores, tokens for programs, and
//! the person's own password and sessions.

mod organisation;
mod own;
mod page;
mod stores;
mod tokens;

use crate::features::feature::{Feature, Nav};
use crate::web::page::Section;
use crate::web::permission::{Permission, Routes};
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
}
