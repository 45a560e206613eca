//! What did advertising cost, who bears it, and what did it bring?

mod map;
mod page;
mod panel;
mod view;

use crate::features::feature::{Feature, Nav};
use crate::web::page::Section;
use crate::web::permission::{Permission, Routes};
use crate::web::words::Word;

pub static FEATURE: Feature = Feature {
    slug: SLUG,
    nav: &[Nav {
        section: Section::Money,
        label: Word::PageAds,
        path: PATH,
        key: Some('a'),
        permission: Permission::SeeFigures,
        badge: None,
    }],
    routes,
};

const SLUG: &str = "ads";
const PATH: &str = "/ads";

fn routes(routes: &mut Routes) {
    routes.get(PATH, Permission::SeeFigures, page::show);
    routes.post(PATH, Permission::EditCosts, map::take);
    routes.post("/ads/undo", Permission::EditCosts, map::undo);
}
