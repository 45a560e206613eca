//! What would have been under other terms? Scenarios side by side with what was, in the address
//! until somebody saves them; real orders are replayed, and nothing real changes.

mod api;
mod asked;
mod edit;
pub mod job;
pub mod json;
mod page;
mod row;
mod save;
mod sentence;
mod view;

use crate::features::feature::{Feature, Nav};
use crate::web::page::Section;
use crate::web::permission::{Permission, Routes};
use crate::web::words::Word;

pub static FEATURE: Feature = Feature {
    slug: SLUG,
    nav: &[Nav {
        section: Section::Money,
        label: Word::PageWhatIf,
        path: PATH,
        key: Some('w'),
        permission: Permission::SeeFigures,
        badge: None,
    }],
    routes,
};

const SLUG: &str = "whatif";
const PATH: &str = "/what-if";

fn routes(routes: &mut Routes) {
    routes.get(PATH, Permission::SeeFigures, page::show);
    // Turns what was typed into an address; nothing is kept.
    routes.post(PATH, Permission::SeeFigures, page::take);
    routes.get("/what-if/progress", Permission::SeeFigures, page::progress);
    routes.post("/what-if/save", Permission::EditCosts, save::save);
    routes.post("/what-if/delete", Permission::EditCosts, save::delete);
    routes.post("/what-if/undo", Permission::EditCosts, save::undo);
    routes.post("/what-if/count", Permission::EditCosts, save::count);
    routes.post("/what-if/stop", Permission::EditCosts, save::stop);
    routes.api(api::RUN, Permission::SeeFigures, api::run);
    routes.api(api::LIST, Permission::SeeFigures, api::list);
}
