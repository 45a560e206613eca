//! What is there: all products, one of them with its ledger, what was done by hand and the way
//! back, labels to print.

mod act;
mod entry;
mod history;
mod item;
mod item_view;
mod labels;
mod page;
mod panel;
mod rows;

use crate::base::Day;
use crate::features::feature::{Feature, Nav};
use crate::reports::stock::alerts;
use crate::store::Reader;
use crate::web::page::Section;
use crate::web::permission::{Permission, Routes};
use crate::web::words::Word;

pub static FEATURE: Feature = Feature {
    slug: SLUG,
    nav: &[Nav {
        section: Section::Stock,
        label: Word::PageStock,
        path: PATH,
        key: Some('s'),
        permission: Permission::SeeStock,
        badge: Some(badge),
    }],
    routes,
};

const SLUG: &str = "stock";
const PATH: &str = "/stock";
const ITEM: &str = "/stock/item";
const ACTIONS: &str = "/stock/actions";
const LABELS: &str = "/stock/labels";

fn badge(reader: &Reader<'_>, _today: Day) -> Option<i64> {
    alerts::count(reader).ok()
}

fn routes(routes: &mut Routes) {
    routes.get(PATH, Permission::SeeStock, page::show);
    routes.post(PATH, Permission::EditStock, act::take);
    routes.get(ITEM, Permission::SeeStock, item::show);
    routes.get(ACTIONS, Permission::SeeStock, history::show);
    routes.post("/stock/actions/undo", Permission::EditStock, history::undo);
    routes.get(LABELS, Permission::SeeStock, labels::show);
    routes.get("/stock/{sku}", Permission::SeeStock, item::lead);
}
