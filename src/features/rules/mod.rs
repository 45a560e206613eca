//! What stands in where no record tells an amount: lists of rules, each change tried on the last
//! days before it is saved, and every set that ever held.

mod change;
mod form;
mod history;
mod page;
mod panel;
mod save;
mod spec;

use crate::features::feature::{Feature, Nav};
use crate::web::page::Section;
use crate::web::permission::{Permission, Routes};
use crate::web::words::Word;

pub static FEATURE: Feature = Feature {
    slug: SLUG,
    nav: &[Nav {
        section: Section::Books,
        label: Word::PageRules,
        path: PATH,
        key: Some('u'),
        permission: Permission::SeeFigures,
        badge: None,
    }],
    routes,
};

const SLUG: &str = "rules";
const PATH: &str = "/rules";

fn routes(routes: &mut Routes) {
    routes.get(PATH, Permission::SeeFigures, page::show);
    routes.get("/rules.json", Permission::SeeFigures, save::json);
    routes.get("/rules/progress", Permission::SeeFigures, page::progress);
    routes.post(PATH, Permission::EditCosts, save::take);
    routes.post("/rules/undo", Permission::EditCosts, save::undo);
}
