//! What did products, stores, countries and days bring?

mod api;
mod file;
pub mod json;
mod openapi;
mod page;
mod view;

use crate::features::feature::{Feature, Nav};
use crate::web::page::Section;
use crate::web::permission::{Permission, Routes};
use crate::web::words::Word;

pub static FEATURE: Feature = Feature {
    slug: "profit",
    nav: &[Nav {
        section: Section::Money,
        label: Word::PageProfit,
        path: "/profit",
        key: Some('p'),
        permission: Permission::SeeFigures,
        badge: None,
    }],
    routes,
};

fn routes(routes: &mut Routes) {
    routes.get("/profit", Permission::SeeFigures, page::show);
    routes.get("/profit.csv", Permission::SeeFigures, file::csv);
    routes.get("/profit.xlsx", Permission::SeeFigures, file::xlsx);
    routes.api(api::DOC, Permission::SeeFigures, api::report);
    routes.api(openapi::DOC, Permission::SignedIn, openapi::show);
    routes.of_stores(&["/profit", "/profit.csv", "/profit.xlsx"]);
    routes.of_stores(&[api::DOC.path, openapi::DOC.path]);
}
