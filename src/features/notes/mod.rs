//! Support notes: tickets to oneself or a helper. Everybody sees their own; owners see all.

mod act;
pub mod files;
mod page;

use crate::features::feature::Feature;
use crate::store::notes::{FILES_BYTES_MAX, Whose};
use crate::store::users::Role;
use crate::web::error::AppError;
use crate::web::permission::{Limits, Permission, Routes};
use crate::web::session::Who;

pub static FEATURE: Feature = Feature { slug: "notes", nav: &[], routes };

/// Where it stands in the navigation.
const SLUG: &str = "settings";
const PATH: &str = "/settings/notes";
/// A form with files of a whole note.
const UPLOAD: Limits =
    Limits { body_bytes_max: FILES_BYTES_MAX as usize + 64 * 1024, ..Limits::USUAL };

fn routes(routes: &mut Routes) {
    routes.get(PATH, Permission::SignedIn, page::list);
    routes.post(PATH, Permission::SignedIn, act::add);
    routes.get("/settings/notes/{id}", Permission::SignedIn, page::show);
    routes.get("/settings/notes/{id}/text", Permission::SignedIn, files::export);
    routes.get("/settings/notes/{id}/files/{file}", Permission::SignedIn, files::download);
    routes.post("/settings/notes/{id}", Permission::SignedIn, act::append);
    routes.post("/settings/notes/{id}/state", Permission::SignedIn, act::set_state);
    routes.post("/settings/notes/{id}/bundle", Permission::ManageSettings, act::attach_bundle);
    routes.post_within("/settings/notes/{id}/files", Permission::SignedIn, UPLOAD, files::attach);
}

/// Whose notes somebody sees; a program with a token has none of its own.
fn whose(who: &Who) -> Result<Whose, AppError> {
    match (who.role, who.user) {
        (Role::Owner, _) => Ok(Whose::All),
        (_, Some(user)) => Ok(Whose::Of(user)),
        (_, None) => Err(AppError::NotFound),
    }
}
