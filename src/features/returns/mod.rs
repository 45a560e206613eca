//! What came back, and where is it? Each unit goes back on the shelf, into quarantine or away.

mod page;

use crate::features::feature::{Feature, Nav};
use crate::web::page::Section;
use crate::web::permission::{Permission, Routes};
use crate::web::words::Word;

pub static FEATURE: Feature = Feature {
    slug: SLUG,
    nav: &[Nav {
        section: Section::Stock,
        label: Word::PageReturns,
        path: PATH,
        key: None,
        permission: Permission::SeeStock,
        badge: None,
    }],
    routes,
};

const SLUG: &str = "returns";
const PATH: &str = "/returns";

fn routes(routes: &mut Routes) {
    routes.get(PATH, Permission::SeeStock, page::show);
    routes.post(PATH, Permission::EditStock, page::take);
}
