//! What is each month to reach, and does it? Goals are set here; `reports/goals.rs` holds the
//! figures against them.

mod entry;
mod page;
mod save;

use crate::features::feature::Feature;
use crate::web::permission::{Permission, Routes};

/// It stands in no navigation: the report of goals leads here.
pub static FEATURE: Feature = Feature { slug: SLUG, nav: &[], routes };

const SLUG: &str = "goals";
const PATH: &str = "/goals";

fn routes(routes: &mut Routes) {
    routes.get(PATH, Permission::SeeFigures, page::show);
    routes.post(PATH, Permission::EditCosts, save::take);
    routes.post("/goals/undo", Permission::EditCosts, save::undo);
}
