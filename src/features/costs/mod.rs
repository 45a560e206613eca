//! What one unit costs, from which day on: products by what is missing, a cost entered with its
//! effect shown first, and every change undone again.

mod entry;
mod page;
mod panel;
mod save;

use crate::features::feature::{Feature, Nav};
use crate::web::page::Section;
use crate::web::permission::{Permission, Routes};
use crate::web::words::Word;

pub static FEATURE: Feature = Feature {
    slug: SLUG,
    nav: &[Nav {
        section: Section::Books,
        label: Word::PageCosts,
        path: PATH,
        key: Some('c'),
        permission: Permission::SeeFigures,
        badge: None,
    }],
    routes,
};

const SLUG: &str = "costs";
const PATH: &str = "/costs";

fn routes(routes: &mut Routes) {
    routes.get(PATH, Permission::SeeFigures, page::show);
    routes.get("/costs/progress", Permission::SeeFigures, page::progress);
    routes.post(PATH, Permission::EditCosts, save::take);
    routes.post("/costs/undo", Permission::EditCosts, save::undo);
}
