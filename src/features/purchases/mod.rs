//! What was bought to be sold, and what of it is left: receipts by hand, the bills of landing
//! them, each with what it does to goods sold already, and every change undone again.

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
        label: Word::PagePurchases,
        path: PATH,
        key: Some('b'),
        permission: Permission::SeeFigures,
        badge: None,
    }],
    routes,
};

const SLUG: &str = "purchases";
const PATH: &str = "/purchases";

fn routes(routes: &mut Routes) {
    routes.get(PATH, Permission::SeeFigures, page::show);
    routes.post(PATH, Permission::EditCosts, save::take);
    routes.post("/purchases/undo", Permission::EditCosts, save::undo);
}
