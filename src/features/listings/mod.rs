//! Which product does each listing sell? What is linked, what is not, what may be; several at once,
//! shown before and undone again.

mod choice;
mod file;
pub mod json;
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
        section: Section::Stock,
        label: Word::PageListings,
        path: PATH,
        key: None,
        permission: Permission::SeeStock,
        badge: None,
    }],
    routes,
};

const SLUG: &str = "listings";
const PATH: &str = "/listings";

fn routes(routes: &mut Routes) {
    routes.get(PATH, Permission::SeeStock, page::show);
    routes.get("/listings.csv", Permission::SeeStock, file::csv);
    routes.post(PATH, Permission::EditStock, save::take);
    routes.post("/listings/undo", Permission::EditStock, save::undo);
    routes.post("/listings/match", Permission::EditStock, save::match_again);
    routes.api(json::DOC, Permission::SeeStock, json::api);
    routes.of_stores(&[PATH, "/listings.csv", json::DOC.path]);
}
