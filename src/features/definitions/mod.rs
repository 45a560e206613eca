//! What does every figure mean? One list, on a page and for programs.

mod page;

use serde_json::{Value, json};

use crate::features::feature::Feature;
use crate::web::permission::{Permission, Routes};
use crate::web::words::definitions::{self, Definition};

pub static FEATURE: Feature = Feature { slug: SLUG, nav: &[], routes };

const SLUG: &str = "definitions";
const PATH: &str = "/definitions";

fn routes(routes: &mut Routes) {
    routes.get(PATH, Permission::SignedIn, page::show);
    routes.api(page::DOC, Permission::SignedIn, page::api);
    routes.of_stores(&[PATH, page::DOC.path]);
}

/// The list as the API and the command have it.
pub fn json() -> Value {
    let one = |definition: Definition| {
        json!({
            "name": definition.name,
            "label": definition.label,
            "definition": definition.text,
            "formula": definition.formula_in_names(),
        })
    };
    json!({ "definitions": definitions::list().into_iter().map(one).collect::<Vec<_>>() })
}

/// For a terminal.
pub fn text() -> String {
    let one = |definition: Definition| {
        let formula = definition.formula_in_names().map(|formula| format!("\n    = {formula}"));
        let formula = formula.unwrap_or_default();
        format!("{}: {}{formula}\n    {}\n", definition.name, definition.label, definition.text)
    };
    definitions::list().into_iter().map(one).collect()
}
