//! Every part of the pages in every state, with made-up figures that add up: what an engineer
//! looks at before building a page, and what is photographed when a part changes.

mod charts;
mod page;
mod sample;
mod tables;
mod view;

pub use view::render;

use crate::features::feature::Feature;
use crate::web::permission::{Permission, Routes};

/// It stands in no navigation: a seller has no use for it.
pub static FEATURE: Feature = Feature { slug: "design", nav: &[], routes };

fn routes(routes: &mut Routes) {
    routes.get("/design", Permission::SignedIn, page::show);
}
