//! How is it going?

mod page;
mod query;
mod view;

use crate::features::feature::{Feature, Nav};
use crate::web::page::Section;
use crate::web::permission::{Permission, Routes};
use crate::web::words::Word;

pub static FEATURE: Feature = Feature {
    slug: "overview",
    nav: &[Nav {
        section: Section::Start,
        label: Word::PageOverview,
        path: "/",
        key: Some('h'),
        permission: Permission::SeeFigures,
        badge: None,
    }],
    routes,
};

fn routes(routes: &mut Routes) {
    routes.get("/", Permission::SeeFigures, page::show);
    routes.of_stores(&["/"]);
}
