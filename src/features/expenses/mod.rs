//! What does the business cost beside its orders: rent, tools, wages, each spread over its days,
//! entered with its effect shown first, and every change undone again.

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
        label: Word::PageExpenses,
        path: PATH,
        key: Some('e'),
        permission: Permission::SeeFigures,
        badge: None,
    }],
    routes,
};

const SLUG: &str = "expenses";
const PATH: &str = "/expenses";

fn routes(routes: &mut Routes) {
    routes.get(PATH, Permission::SeeFigures, page::show);
    routes.post(PATH, Permission::EditCosts, save::take);
    routes.post("/expenses/undo", Permission::EditCosts, save::undo);
}
