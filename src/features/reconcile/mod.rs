//! Do our figures tie out with the platforms' own?

pub mod json;
mod page;
mod view;

use crate::features::feature::{Feature, Nav};
use crate::web::page::Section;
use crate::web::permission::{Permission, Routes};
use crate::web::words::Word;

pub static FEATURE: Feature = Feature {
    slug: SLUG,
    nav: &[Nav {
        section: Section::Books,
        label: Word::PageReconcile,
        path: PATH,
        key: Some('r'),
        permission: Permission::SeeFigures,
        badge: None,
    }],
    routes,
};

const SLUG: &str = "reconcile";
const PATH: &str = "/reconcile";

fn routes(routes: &mut Routes) {
    routes.get(PATH, Permission::SeeFigures, page::show);
    routes.get("/reconcile.csv", Permission::SeeFigures, page::csv);
    routes.api(page::DOC, Permission::SeeFigures, page::api);
    routes.of_stores(&[PATH, "/reconcile.csv", page::DOC.path]);
}
