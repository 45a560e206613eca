//! Where is my money: what each platform still owes, what is on its way, held back or paid, and
//! what our own ledger says of every payout.

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
        label: Word::PagePayouts,
        path: PATH,
        key: Some('y'),
        permission: Permission::SeeFigures,
        badge: None,
    }],
    routes,
};

pub use page::range_of;

const SLUG: &str = "payouts";
const PATH: &str = "/payouts";

fn routes(routes: &mut Routes) {
    routes.get(PATH, Permission::SeeFigures, page::show);
    routes.get("/payouts.csv", Permission::SeeFigures, page::csv);
    routes.get("/payouts.xlsx", Permission::SeeFigures, page::xlsx);
    routes.get("/payouts/{id}", Permission::SeeFigures, page::one);
    routes.api(page::DOC, Permission::SeeFigures, page::api);
    routes.api(page::DOC_ONE, Permission::SeeFigures, page::api_one);
    routes.of_stores(&[PATH, "/payouts.csv", "/payouts.xlsx", "/payouts/{id}"]);
    routes.of_stores(&[page::DOC.path, page::DOC_ONE.path]);
}
