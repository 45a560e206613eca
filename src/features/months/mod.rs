//! Which months are closed, what did they bring as they were closed, and what became known since?

mod api;
mod close;
pub mod json;
mod page;
mod save;
mod view;

pub use close::{CloseError, close, list_lacking, read_month, reopen, told};

use crate::features::feature::{Feature, Nav};
use crate::web::page::Section;
use crate::web::permission::{Permission, Routes};
use crate::web::words::Word;

pub static FEATURE: Feature = Feature {
    slug: SLUG,
    nav: &[Nav {
        section: Section::Money,
        label: Word::PageMonths,
        path: PATH,
        key: Some('m'),
        permission: Permission::SeeFigures,
        badge: None,
    }],
    routes,
};

const SLUG: &str = "months";
const PATH: &str = "/months";

fn routes(routes: &mut Routes) {
    routes.get(PATH, Permission::SeeFigures, page::show);
    // The owner alone closes and reopens.
    routes.post("/months/close", Permission::ManageSettings, save::close);
    routes.post("/months/reopen", Permission::ManageSettings, save::reopen);
    routes.api(api::DOC, Permission::SeeFigures, api::report);
    routes.of_stores(&[PATH, api::DOC.path]);
}
