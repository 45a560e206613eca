//! What lies there, really? A place is counted line by line, by whoever counts, and entered at
//! once.

mod act;
mod page;
mod take;

use crate::features::feature::{Feature, Nav};
use crate::web::page::Section;
use crate::web::permission::{Permission, Routes};
use crate::web::words::Word;

pub static FEATURE: Feature = Feature {
    slug: SLUG,
    nav: &[Nav {
        section: Section::Stock,
        label: Word::PageStocktake,
        path: PATH,
        key: None,
        permission: Permission::EditStock,
        badge: None,
    }],
    routes,
};

const SLUG: &str = "stocktake";
const PATH: &str = "/stocktake";

fn routes(routes: &mut Routes) {
    routes.get(PATH, Permission::EditStock, page::show);
    routes.post(PATH, Permission::EditStock, act::begin);
    routes.get("/stocktake/{id}", Permission::EditStock, take::show);
    routes.post("/stocktake/{id}", Permission::EditStock, act::take);
}
