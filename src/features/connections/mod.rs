//! Connected platforms: how each stream fares and what stands in the way; connect, pause, resume,
//! read again, disconnect; their own calls, and what they ask on behalf of buyers; the vault in
//! which their credentials lie, and how long what they sent is kept. Drawn from the spec of each
//! connector; knows none by name.

mod act;
mod connect;
mod hooks;
mod kept;
mod page;
mod shown;
mod vault;

use std::time::Duration;

use crate::features::feature::{Feature, Nav};
use crate::web::page::Section;
use crate::web::permission::{Limits, Permission, Routes};
use crate::web::words::Word;

pub static FEATURE: Feature = Feature {
    slug: SLUG,
    nav: &[Nav {
        section: Section::Sources,
        label: Word::PageConnections,
        path: PATH,
        key: None,
        permission: Permission::ManageStores,
        badge: None,
    }],
    routes,
};

const SLUG: &str = "connections";
const PATH: &str = "/connections";

/// A platform may take its time to say who we are, and data its time to be taken out.
const LIMITS: Limits = Limits { body_bytes_max: 64 * 1024, time_max: Duration::from_secs(600) };

fn routes(routes: &mut Routes) {
    let may = Permission::ManageStores;
    routes.get(PATH, may, page::list);
    routes.get("/connections/new/{platform}", may, connect::ask);
    routes.post_within("/connections/new/{platform}", may, LIMITS, connect::take);
    routes.get("/connections/requests/{id}", may, hooks::found);
    let owner = Permission::ManageSettings;
    routes.post_within("/connections/unlock", owner, Limits::DOOR, vault::unlock);
    routes.post("/connections/kept", owner, kept::save);
    routes.get("/connections/{id}", may, page::show);
    routes.post("/connections/{id}/pause", may, act::pause);
    routes.post("/connections/{id}/resume", may, act::resume);
    routes.post("/connections/{id}/pull", may, act::pull);
    routes.post("/connections/{id}/anew", may, act::anew);
    routes.post("/connections/{id}/hook-secret", may, act::make_secret);
    routes.post_within("/connections/{id}/disconnect", may, LIMITS, act::disconnect);
}
