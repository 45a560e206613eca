//! Exchange rates: the seller's own are entered with their effect shown first, and undone; the
//! bank's are shown beside them.

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
        label: Word::PageRates,
        path: PATH,
        key: Some('x'),
        permission: Permission::SeeFigures,
        badge: None,
    }],
    routes,
};

const SLUG: &str = "rates";
const PATH: &str = "/rates";

fn routes(routes: &mut Routes) {
    routes.get(PATH, Permission::SeeFigures, page::show);
    routes.get("/rates/progress", Permission::SeeFigures, page::progress);
    routes.post(PATH, Permission::EditCosts, save::take);
}
