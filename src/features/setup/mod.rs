//! The first run: the owner's account, made through a one-time link.

mod page;

use crate::features::feature::Feature;
use crate::web::permission::{Limits, Permission, Routes};

pub static FEATURE: Feature = Feature { slug: "setup", nav: &[], routes };

fn routes(routes: &mut Routes) {
    routes.get("/setup/{token}", Permission::Public, page::show);
    routes.post_within("/setup/{token}", Permission::Public, Limits::DOOR, page::make_owner);
}
