//! What was changed, by whom and why: every edit and every import, with its effect as it was
//! shown, and the way back where there still is one.

pub mod describe;
pub mod json;
mod look;
mod page;
mod undo;

use crate::features::feature::{Feature, Nav};
use crate::web::page::Section;
use crate::web::permission::{Permission, Routes};
use crate::web::words::Word;

pub static FEATURE: Feature = Feature {
    slug: SLUG,
    nav: &[Nav {
        section: Section::Books,
        label: Word::PageChanges,
        path: PATH,
        key: Some('l'),
        permission: Permission::EditCosts,
        badge: None,
    }],
    routes,
};

const SLUG: &str = "changes";
const PATH: &str = "/changes";

fn routes(routes: &mut Routes) {
    routes.get(PATH, Permission::EditCosts, page::show);
    routes.get("/changes/progress", Permission::EditCosts, page::progress);
    routes.post("/changes/{id}/undo", Permission::EditCosts, undo::undo);
    routes.get("/changes/look/{key}", Permission::EditCosts, look::follow);
    routes.post("/changes/look/{key}/stop", Permission::EditCosts, look::stop);
    routes.api(json::DOC, Permission::EditCosts, json::api);
}
