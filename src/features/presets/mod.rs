//! What would other tools say? Our figures by their definitions, each difference named.

pub mod json;
mod page;
mod view;

use crate::features::feature::{Feature, Nav};
use crate::web::page::Section;
use crate::web::permission::{Permission, Routes};
use crate::web::words::Word;

pub static FEATURE: Feature = Feature {
    slug: SLUG,
    nav: &[Nav {
        section: Section::Books,
        label: Word::PagePresets,
        path: PATH,
        key: None,
        permission: Permission::SeeFigures,
        badge: None,
    }],
    routes,
};

const SLUG: &str = "presets";
const PATH: &str = "/presets";

fn routes(routes: &mut Routes) {
    routes.get(PATH, Permission::SeeFigures, page::show);
    routes.get("/presets.csv", Permission::SeeFigures, page::csv);
    routes.api(page::DOC, Permission::SeeFigures, page::api);
    routes.of_stores(&[PATH, "/presets.csv", page::DOC.path]);
}
