//! What is moved between places, also into a marketplace's warehouse, and what never came?

mod act;
mod entry;
mod list;
mod one;
mod place;

use crate::features::feature::{Feature, Nav};
use crate::web::page::Section;
use crate::web::permission::{Permission, Routes};
use crate::web::words::Word;

pub static FEATURE: Feature = Feature {
    slug: SLUG,
    nav: &[Nav {
        section: Section::Stock,
        label: Word::PageTransfers,
        path: PATH,
        key: None,
        permission: Permission::SeeStock,
        badge: None,
    }],
    routes,
};

const SLUG: &str = "transfers";
const PATH: &str = "/transfers";

fn routes(routes: &mut Routes) {
    let (see, edit) = (Permission::SeeStock, Permission::EditStock);
    routes.get(PATH, see, list::show);
    routes.post(PATH, edit, act::put);
    routes.post("/transfers/undo", edit, act::undo);
    routes.post("/transfers/places", edit, place::take);
    routes.get("/transfers/{id}", see, one::show);
    routes.post("/transfers/{id}/act", edit, act::take);
    routes.post("/transfers/{id}/steps/{step}/undo", edit, act::undo_step);
}
