//! The program's look at itself: disk, clock, database, key, connections, backups, folders, place
//! and versions, each with what it means and the way out; the hosts that were called; and the
//! bundle for support. `purser doctor` says the same.

pub mod bundle;
pub mod checks;
mod json;
mod page;

use std::path::PathBuf;

pub use json::checks_json;

use crate::features::feature::{Feature, Nav};
use crate::web::page::Section;
use crate::web::permission::{Permission, Routes};
use crate::web::words::Word;

pub static FEATURE: Feature = Feature {
    slug: SLUG,
    nav: &[Nav {
        section: Section::End,
        label: Word::PageDiagnostics,
        path: PATH,
        key: None,
        permission: Permission::ManageSettings,
        badge: None,
    }],
    routes,
};

const SLUG: &str = "diagnostics";
const PATH: &str = "/settings/diagnostics";

/// Where this installation lies; handed in by `app`, because this floor knows no folders.
#[derive(Clone, Debug)]
pub struct Home {
    pub data: PathBuf,
    pub config: PathBuf,
    pub key_file: PathBuf,
    /// Where the log's files lie.
    pub logs: PathBuf,
    /// The mark that was chosen for the disk, in bytes.
    pub mark: Option<u64>,
}

fn routes(routes: &mut Routes) {
    routes.get(PATH, Permission::ManageSettings, page::show);
    routes.get("/settings/diagnostics/bundle", Permission::ManageSettings, page::bundle);
    routes.api(json::DOC, Permission::ManageSettings, json::api);
    routes.api(json::CALLS, Permission::ManageSettings, json::calls);
}
