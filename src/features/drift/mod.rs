//! Numbers on channels that nothing of ours explains: each with its cause and whose number holds.

mod act;
mod json;
mod page;

use crate::features::feature::{Feature, Nav};
use crate::reports::pushed;
use crate::web::page::Section;
use crate::web::permission::{Permission, Routes};
use crate::web::words::Word;

pub static FEATURE: Feature = Feature {
    slug: SLUG,
    nav: &[Nav {
        section: Section::Stock,
        label: Word::PageDrift,
        path: PATH,
        key: None,
        permission: Permission::SeeStock,
        badge: Some(|reader, _| pushed::count_open(reader)),
    }],
    routes,
};

const SLUG: &str = "drift";
const PATH: &str = "/drift";

fn routes(routes: &mut Routes) {
    routes.get(PATH, Permission::SeeStock, page::show);
    routes.post("/drift/{id}", Permission::EditStock, act::decide);
    routes.api(json::DOC, Permission::SeeStock, json::api);
}
