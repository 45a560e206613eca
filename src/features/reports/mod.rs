//! Every report of the list (`reports/catalogue.rs`) in every face: page with chart and table,
//! CSV, XLSX, a view to print, JSON for programs; and the index of all. Knows no report by name
//! but those that have pages of their own.
//!
//! A table becomes a `grid.rs` of heads and lines, which pages, files and the command print.

mod api;
pub mod ask;
mod chart;
mod file;
pub mod grid;
mod index;
pub mod json;
mod page;
mod sheet;
mod sorting;
mod view;

use crate::features::feature::{Feature, Nav};
use crate::reports::catalogue;
use crate::web::page::Section;
use crate::web::permission::{Permission, Routes};
use crate::web::words::Word;

pub use sheet::xlsx;

pub static FEATURE: Feature = Feature {
    slug: SLUG,
    nav: &[Nav {
        section: Section::Money,
        label: Word::PageReports,
        path: PATH,
        key: Some('m'),
        permission: Permission::SeeFigures,
        badge: None,
    }],
    routes,
};

const SLUG: &str = "reports";
const PATH: &str = "/reports";
/// Reports of the list with a page beside them, where something is set.
const PAGES: [(&str, &str, Word); 2] =
    [("goals", "/goals", Word::GoalsSetThem), ("ads", "/ads", Word::AdsMap)];

fn routes(routes: &mut Routes) {
    routes.get(PATH, Permission::SeeFigures, index::show);
    for spec in catalogue::ALL {
        let path = format!("{PATH}/{}", spec.name);
        routes.get(&path, Permission::SeeFigures, page::show);
        routes.get(&format!("{path}.csv"), Permission::SeeFigures, file::csv);
        routes.get(&format!("{path}.xlsx"), Permission::SeeFigures, file::xlsx);
        // What is of all stores at once is closed to who sees some.
        if spec.obeys.stores {
            routes.of_stores(&[&path, &format!("{path}.csv"), &format!("{path}.xlsx")]);
        }
    }
    routes.of_stores(&[PATH]);
    for (doc, spec) in api::docs().zip(catalogue::ALL) {
        routes.api(doc, Permission::SeeFigures, api::report);
        if spec.obeys.stores {
            routes.of_stores(&[doc.path]);
        }
    }
}
