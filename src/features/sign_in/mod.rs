//! The door: signing in by password or by link, and out again.

mod link;
mod page;

use crate::features::feature::Feature;
use crate::web::permission::{Limits, Permission, Routes};

pub static FEATURE: Feature = Feature { slug: "sign_in", nav: &[], routes };

fn routes(routes: &mut Routes) {
    routes.get("/sign-in", Permission::Public, page::show);
    routes.post_within("/sign-in", Permission::Public, Limits::DOOR, page::sign_in);
    routes.post_within("/sign-out", Permission::SignedIn, Limits::DOOR, page::sign_out);
    routes.of_person(&["/sign-out"]);
    routes.before_factor(&["/sign-out"]);
    routes.get("/link/{token}", Permission::Public, link::show);
    routes.post_within("/link/{token}", Permission::Public, Limits::DOOR, link::take);
}
