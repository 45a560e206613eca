//! The page about privacy: what is held, retention, and what a buyer asks, in the browser.

use purser::store::users::Role;

use crate::kit::app::{App, As, EMAIL, PASSWORD, header, text};

use super::buyers::seed_buyers;

const PATH: &str = "/settings/privacy";

fn owner(app: &App) -> As {
    let user = app.make_user(EMAIL, Role::Owner, Some(PASSWORD));
    app.session_of(user)
}

#[test]
fn a_buyer_is_looked_up_taken_along_restricted_and_erased_by_a_typed_word() {
    let app = App::start();
    let who = owner(&app);
    seed_buyers(&app);
    let page = text(app.get(PATH, &who));
    assert!(page.contains("customers, buyers_restricted"), "{page}");
    let ann = [("reference", "ann"), ("store", "")];
    let found = text(app.post("/settings/privacy/look", &who, &ann));
    assert!(found.contains("3 orders, 0 raw documents, 0 texts that name them."), "{found}");
    let file = app.post("/settings/privacy/request", &who, &ann);
    assert_eq!(header(&file, "content-disposition"), "attachment; filename=\"buyer.json\"");
    let held: serde_json::Value = serde_json::from_str(&text(file)).unwrap();
    assert_eq!(held["orders"].as_array().unwrap().len(), 3);
    let restrict = [("reference", "ann"), ("store", ""), ("on", "yes")];
    let done = app.post("/settings/privacy/restrict", &who, &restrict);
    // Whoever it is about stands in no address.
    assert!(done.status().as_u16() == 303 && header(&done, "location").ends_with(PATH));
    let found = text(app.post("/settings/privacy/look", &who, &ann));
    assert!(found.contains("Analyse again"), "{found}");
    // Without the word nothing happens.
    let hasty = app.post("/settings/privacy/erase", &who, &ann);
    assert_eq!(hasty.status().as_u16(), 422);
    assert!(text(hasty).contains("Type the word erase"));
    let erase = [("reference", "ann"), ("store", ""), ("confirm", "erase")];
    assert_eq!(app.post("/settings/privacy/erase", &who, &erase).status().as_u16(), 303);
    let page = text(app.get(PATH, &who));
    assert!(page.contains("3 orders are nobody") && page.contains("Told what is held"), "{page}");
    let found = text(app.post("/settings/privacy/look", &who, &ann));
    assert!(found.contains("Nothing is held of this buyer."), "{found}");
    let nobody = [("reference", " "), ("store", "")];
    assert_eq!(app.post("/settings/privacy/look", &who, &nobody).status().as_u16(), 422);
    app.running.stop().unwrap();
}

#[test]
fn a_time_is_chosen_within_its_bounds_and_applied_at_once() {
    let app = App::start();
    let who = owner(&app);
    let save = |rule: &str, kept: &str| {
        app.post("/settings/privacy/retention", &who, &[("rule", rule), ("kept", kept)])
    };
    assert_eq!(save("notes", "12").status().as_u16(), 303);
    assert!(text(app.get(PATH, &who)).contains("12 months"));
    for (rule, kept, told) in [
        ("notes", "121", "this is kept for 1 to 120 months"),
        ("deliveries", "29", "this is kept for 30 to 365 days"),
        ("audit", "12", "13 to 120"),
        ("mails", "some", "Enter a whole number."),
    ] {
        let refused = save(rule, kept);
        assert_eq!(refused.status().as_u16(), 422, "{rule} {kept}");
        let page = text(refused);
        assert!(page.contains(told), "{rule} {kept}: {page}");
    }
    assert_eq!(save("sessions", "1").status().as_u16(), 422);
    assert_eq!(save("nonsense", "1").status().as_u16(), 404);
    let done = app.post("/settings/privacy/retention/apply", &who, &[]);
    assert_eq!(done.status().as_u16(), 303);
    assert!(text(app.get(PATH, &who)).contains("nothing was beyond its time"));
    app.running.stop().unwrap();
}
