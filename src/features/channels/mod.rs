//! What channels are told of stock: each with its state, rules and listings, what is on its way,
//! the first push with its choice of truth, and the switch that stops everything.

mod act;
mod first;
mod form;
pub mod json;
mod listing;
mod one;
mod page;
mod view;

use crate::features::feature::{Feature, Nav};
use crate::web::page::Section;
use crate::web::permission::{Limits, Permission, Routes};
use crate::web::words::Word;

pub static FEATURE: Feature = Feature {
    slug: SLUG,
    nav: &[Nav {
        section: Section::Stock,
        label: Word::PageChannels,
        path: PATH,
        key: None,
        permission: Permission::SeeStock,
        badge: None,
    }],
    routes,
};

const SLUG: &str = "channels";
const PATH: &str = "/channels";

/// A platform may take its time to name its places.
const LIMITS: Limits =
    Limits { body_bytes_max: 256 * 1024, time_max: std::time::Duration::from_secs(150) };

fn routes(routes: &mut Routes) {
    let (see, edit) = (Permission::SeeStock, Permission::EditStock);
    routes.get(PATH, see, page::show);
    routes.post(PATH, edit, act::all);
    routes.get("/channels/{name}", see, one::show);
    routes.post_within("/channels/{name}", edit, LIMITS, act::one);
    routes.get("/channels/{name}/first", edit, first::show);
    // Whoever arms gives the program power over a shop.
    routes.post_within("/channels/{name}/arm", Permission::ManageSettings, LIMITS, first::arm);
    routes.get("/channels/{name}/listings/{id}", see, listing::show);
    routes.post("/channels/{name}/listings/{id}", edit, act::listing);
    routes.api(json::DOC, see, json::api);
}
