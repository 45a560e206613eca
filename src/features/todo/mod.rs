//! What needs me?

mod badge;
mod page;
mod query;

use crate::features::feature::{Feature, Nav};
use crate::web::page::Section;
use crate::web::permission::{Permission, Routes};
use crate::web::words::Word;

pub static FEATURE: Feature = Feature {
    slug: SLUG,
    nav: &[Nav {
        section: Section::Start,
        label: Word::PageTodo,
        path: PATH,
        key: Some('t'),
        permission: Permission::SeeFigures,
        badge: Some(badge::count),
    }],
    routes,
};

const SLUG: &str = "todo";
const PATH: &str = "/todo";

fn routes(routes: &mut Routes) {
    routes.get(PATH, Permission::SeeFigures, page::show);
    routes.of_stores(&[PATH]);
}
