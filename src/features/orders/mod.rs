//! What did this order bring, and why?

mod api;
pub mod json;
mod list;
mod order;
mod query;
mod view;

use crate::features::feature::{Feature, Nav};
use crate::web::page::Section;
use crate::web::permission::{Permission, Routes};
use crate::web::words::Word;

pub static FEATURE: Feature = Feature {
    slug: "orders",
    nav: &[Nav {
        section: Section::Money,
        label: Word::PageOrders,
        path: "/orders",
        key: Some('o'),
        permission: Permission::SeeFigures,
        badge: None,
    }],
    routes,
};

fn routes(routes: &mut Routes) {
    routes.get("/orders", Permission::SeeFigures, list::show);
    routes.get("/orders/{id}", Permission::SeeFigures, order::show);
    routes.api(api::DOC, Permission::SeeFigures, api::explain_order);
    routes.of_stores(&["/orders", "/orders/{id}", api::DOC.path]);
}
