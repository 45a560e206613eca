//! Files in: dropped or chosen, told by their content, taken in in the background; what became
//! of each, row by row; and each can be taken back.

mod page;
mod receive;
mod result;
mod row;
mod undo;
mod upload;
mod view;
mod waiting;

use std::time::Duration;

use crate::features::feature::{Feature, Nav};
use crate::web::page::Section;
use crate::web::permission::{Limits, Permission, Routes};
use crate::web::words::Word;

pub static FEATURE: Feature = Feature {
    slug: SLUG,
    nav: &[Nav {
        section: Section::Sources,
        label: Word::PageImport,
        path: PATH,
        key: Some('i'),
        permission: Permission::Import,
        badge: None,
    }],
    routes,
};

const SLUG: &str = "import";
const PATH: &str = "/import";
/// All files of one form together.
const UPLOAD_BYTES_MAX: usize = 2 * 1024 * 1024 * 1024 - 1;
const UPLOAD: Limits =
    Limits { body_bytes_max: UPLOAD_BYTES_MAX, time_max: Duration::from_secs(3_600) };

fn routes(routes: &mut Routes) {
    routes.get(PATH, Permission::Import, page::show);
    routes.post_within(PATH, Permission::Import, UPLOAD, upload::take);
    routes.get("/import/waiting/{name}", Permission::Import, waiting::show);
    routes.post("/import/waiting/{name}", Permission::Import, waiting::answer);
    routes.get("/import/progress", Permission::Import, page::progress);
    routes.get("/import/{id}", Permission::Import, result::show);
    routes.get("/import/{id}/progress", Permission::Import, result::progress);
    routes.get("/import/{id}/row/{row}", Permission::Import, row::show);
    routes.post("/import/{id}/row/{row}", Permission::Import, row::mend);
    routes.post("/import/{id}/retry", Permission::Import, row::try_all);
    routes.get("/import/{id}/undo", Permission::Import, undo::ask);
    routes.post("/import/{id}/undo", Permission::Import, undo::undo);
    routes.post("/import/{id}/forget", Permission::Import, undo::forget);
}
