//! What changed since then, and why? The books as they were known on an earlier day are made here
//! for every page, the API and the command.

mod api;
mod ask;
mod build;
pub mod json;
mod page;
mod view;
mod wait;

pub use ask::{Since, find_changes};
pub use build::{Progress, build};

use std::path::PathBuf;

use crate::base::Instant;
use crate::features::feature::Feature;
use crate::store::Db;
use crate::web::known::WAIT_PATH;
use crate::web::permission::{Permission, Routes};

pub static FEATURE: Feature = Feature { slug: SLUG, nav: &[], routes };

const SLUG: &str = "known";
const PATH: &str = "/changes-since";
const PROGRESS_PATH: &str = "/as-known/progress";

fn routes(routes: &mut Routes) {
    routes.get(PATH, Permission::SeeFigures, page::show);
    routes.get(WAIT_PATH, Permission::SeeFigures, wait::show);
    routes.get(PROGRESS_PATH, Permission::SeeFigures, wait::progress);
    routes.api(api::DOC, Permission::SeeFigures, api::report);
    routes.of_stores(&[PATH, WAIT_PATH, PROGRESS_PATH, api::DOC.path]);
}

/// As the pages have it made; a failure is a sentence for the person in front of them.
///
/// # Errors
/// What went wrong.
pub fn build_for_pages(
    books: &Db,
    at: Instant,
    progress: &(dyn Fn(i64, i64) -> bool + Sync),
) -> Result<PathBuf, String> {
    build(books, at, progress).map_err(|fault| fault.to_string())
}
