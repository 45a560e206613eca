//! What is ordered of whom, what came of it, and what is still to come?
//!
//! Whoever may not see figures sees orders without what they cost, and receives them.

mod act;
mod api;
mod entry;
mod file;
pub mod json;
mod list;
mod one;
mod panel;
mod receive;
mod tables;

use crate::features::feature::{Feature, Nav};
use crate::web::page::Section;
use crate::web::permission::{Permission, Routes};
use crate::web::words::Word;

pub static FEATURE: Feature = Feature {
    slug: SLUG,
    nav: &[Nav {
        section: Section::Stock,
        label: Word::PagePurchaseOrders,
        path: PATH,
        key: None,
        permission: Permission::SeeStock,
        badge: None,
    }],
    routes,
};

const SLUG: &str = "purchase_orders";
const PATH: &str = "/purchase-orders";

fn routes(routes: &mut Routes) {
    let (see, edit, receive) = (Permission::SeeStock, Permission::EditCosts, Permission::EditStock);
    routes.get(PATH, see, list::show);
    routes.post(PATH, edit, act::put);
    routes.post("/purchase-orders/undo", edit, act::undo);
    routes.get("/purchase-orders.csv", Permission::SeeFigures, file::list);
    routes.get("/purchase-orders/{id}", see, one::show);
    routes.get("/purchase-orders/{id}/order.csv", Permission::SeeFigures, file::order);
    routes.post("/purchase-orders/{id}/act", edit, act::take);
    routes.post("/purchase-orders/{id}/receive", receive, receive::take);
    routes.post("/purchase-orders/{id}/receipts/{receipt}/undo", receive, receive::undo);
    routes.api(api::LIST, Permission::SeeFigures, api::list);
    routes.api(api::ONE, Permission::SeeFigures, api::one);
}
