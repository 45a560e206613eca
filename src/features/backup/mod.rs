//! Would I get everything back? The schedule of backups, the recovery code, restoring one, and the
//! rehearsal of that.

mod act;
mod drill;
mod page;
mod restore;
mod shown;

use std::time::Duration;

use crate::features::feature::Feature;
use crate::web::permission::{Limits, Permission, Routes};

/// It stands in no navigation: the settings lead here.
pub static FEATURE: Feature = Feature { slug: SLUG, nav: &[], routes };

const SLUG: &str = "settings";
const PATH: &str = "/settings/backup";
const DRILL: &str = "/settings/backup/drill";
/// A large file is read whole, more than once.
const LONG: Limits = Limits { body_bytes_max: 64 * 1024, time_max: Duration::from_secs(3_600) };

fn routes(routes: &mut Routes) {
    let may = Permission::ManageSettings;
    routes.get(PATH, may, page::show);
    routes.post(PATH, may, act::save);
    routes.post("/settings/backup/now", may, act::make_now);
    routes.post("/settings/backup/code", may, act::make_code);
    routes.post_within("/settings/backup/restore", may, LONG, restore::look);
    routes.post_within("/settings/backup/restore/confirm", may, LONG, restore::confirm);
    routes.post("/settings/backup/restore/keep", may, restore::keep);
    routes.get(DRILL, may, drill::show);
    routes.post_within(DRILL, may, LONG, drill::rehearse);
}
