//! Of whom is bought, at which prices, and how long it takes to come?

mod entry;
mod list;
mod one;
mod prices;
mod rows;
mod save;
mod upload;

use crate::features::feature::{Feature, Nav};
use crate::web::page::Section;
use crate::web::permission::{Limits, Permission, Routes};
use crate::web::words::Word;

pub static FEATURE: Feature = Feature {
    slug: SLUG,
    nav: &[Nav {
        section: Section::Stock,
        label: Word::PageSuppliers,
        path: PATH,
        key: None,
        permission: Permission::SeeFigures,
        badge: None,
    }],
    routes,
};

const SLUG: &str = "suppliers";
const PATH: &str = "/suppliers";
/// A price list is some thousand rows.
const LIST: Limits = Limits { body_bytes_max: 2 * 1024 * 1024, time_max: Limits::USUAL.time_max };

fn routes(routes: &mut Routes) {
    routes.get(PATH, Permission::SeeFigures, list::show);
    routes.post(PATH, Permission::EditCosts, save::take);
    routes.post("/suppliers/undo", Permission::EditCosts, save::undo);
    routes.get("/suppliers/{id}", Permission::SeeFigures, one::show);
    routes.get("/suppliers/{id}/prices.csv", Permission::SeeFigures, prices::file);
    routes.post_within("/suppliers/{id}/prices", Permission::EditCosts, LIST, prices::take);
    routes.post_within("/suppliers/{id}/prices/file", Permission::EditCosts, LIST, upload::take);
}
