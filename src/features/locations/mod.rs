//! Where do units lie? Places, whether what lies there may be offered, and their end.

mod page;

use crate::features::feature::{Feature, Nav};
use crate::web::page::Section;
use crate::web::permission::{Permission, Routes};
use crate::web::words::Word;

pub static FEATURE: Feature = Feature {
    slug: SLUG,
    nav: &[Nav {
        section: Section::Stock,
        label: Word::PageLocations,
        path: PATH,
        key: None,
        permission: Permission::SeeStock,
        badge: None,
    }],
    routes,
};

const SLUG: &str = "locations";
const PATH: &str = "/locations";

fn routes(routes: &mut Routes) {
    routes.get(PATH, Permission::SeeStock, page::show);
    routes.post(PATH, Permission::EditStock, page::take);
}
