//! People: invitations, roles, stores, second factors, sessions; each of SECURITY's threats by its
//! number.

use purser::base::id::StoreId;
use purser::domain::ask::Scope;
use purser::store::users::{self, Email, Role, User};
use purser::store::{Lane, links, people, scopes, sessions, tokens, totp};
use ureq::Body;
use ureq::http::Response;

use crate::kit::app::{App, As, EMAIL, PASSWORD, header, session_in, text};
use crate::kit::shop::Shop;

const OTHER: &str = "bob@example.test";

/// Ann, who owns it, and her session.
fn owned() -> (App, As) {
    let app = App::start();
    let user = app.make_user(EMAIL, Role::Owner, Some(PASSWORD));
    let who = app.session_of(user);
    (app, who)
}

fn find(app: &App, email: &str) -> User {
    let email = Email::parse(email).unwrap();
    let found = app.running.state.db.read(|reader| users::find_by_email(reader.conn(), &email));
    found.unwrap().unwrap()
}

/// The path of the link that an answer shows once.
fn link_in(html: &str) -> String {
    let at = html.find("/link/").unwrap_or_else(|| panic!("no link: {html}"));
    html[at..at + "/link/".len() + 64].to_owned()
}

fn sign_in(app: &App, email: &str, code: &str) -> Response<Body> {
    let form = [("email", email), ("password", PASSWORD), ("code", code)];
    app.post("/sign-in", &As::Nobody, &form)
}

fn status(app: &App, path: &str, who: &As) -> u16 {
    app.get(path, who).status().as_u16()
}

fn from_base32(text: &str) -> Vec<u8> {
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits: Vec<usize> = text.chars().map(|c| letters.find(c).unwrap()).collect();
    let bits: String = bits.iter().map(|bits| format!("{bits:05b}")).collect();
    let bytes = bits.as_bytes().chunks_exact(8);
    bytes.map(|byte| u8::from_str_radix(std::str::from_utf8(byte).unwrap(), 2).unwrap()).collect()
}

fn code_now(app: &App, secret: &[u8]) -> String {
    totp::code_at(secret, app.clock.now().seconds() / totp::STEP_S)
}

/// Sets a second factor up as a person does; gives its secret, the recovery codes and the new
/// session.
fn enrol(app: &App, who: &As) -> (Vec<u8>, Vec<String>, As) {
    let begin = [("do", "begin"), ("password", PASSWORD)];
    let html = text(app.post("/settings/second-factor", who, &begin));
    assert!(html.contains("<svg class=\"qr\""), "{html}");
    let secret = html.split("part-secret\">").nth(1).unwrap().split('<').next().unwrap();
    let secret = from_base32(secret);
    let wrong = [("do", "confirm"), ("code", "000000")];
    assert_eq!(app.post("/settings/second-factor", who, &wrong).status(), 422);
    let code = code_now(app, &secret);
    let confirm = [("do", "confirm"), ("code", code.as_str())];
    let on = app.post("/settings/second-factor", who, &confirm);
    assert_eq!(on.status(), 200);
    let session = session_in(&on).unwrap();
    let html = text(on);
    let codes: Vec<String> = html
        .split("<li>")
        .skip(1)
        .map(|rest| rest.split("</li>").next().unwrap().to_owned())
        .filter(|code| code.len() == 19)
        .collect();
    assert_eq!(codes.len(), 10, "{html}");
    (secret, codes, session)
}

#[test]
fn an_invitation_brings_somebody_in_once_within_seven_days() {
    let (app, ann) = owned();
    let form = [("email", OTHER), ("role", "analyst"), ("sees", "all")];
    let link = link_in(&text(app.post("/settings/people", &ann, &form)));
    // Nobody is here twice.
    assert_eq!(app.post("/settings/people", &ann, &form).status(), 422);
    assert!(text(app.get(&link, &As::Nobody)).contains(OTHER));
    let weak = app.post(&link, &As::Nobody, &[("password", "password1234")]);
    assert_eq!(weak.status(), 422);
    let came = app.post(&link, &As::Nobody, &[("password", PASSWORD)]);
    assert_eq!(came.status(), 303);
    let bob = session_in(&came).unwrap();
    assert_eq!(status(&app, "/profit", &bob), 200);
    assert_eq!(status(&app, "/settings/people", &bob), 403);
    assert_eq!(app.post(&link, &As::Nobody, &[("password", PASSWORD)]).status(), 410);
    // Another comes too late, and by the last link only.
    let form = [("email", "cem@example.test"), ("role", "viewer")];
    let first = link_in(&text(app.post("/settings/people", &ann, &form)));
    let cem = format!("/settings/people/{}", find(&app, "cem@example.test").id);
    let again = link_in(&text(app.post(&cem, &ann, &[("do", "password-link")])));
    assert_eq!(status(&app, &first, &As::Nobody), 410);
    assert_eq!(status(&app, &again, &As::Nobody), 200);
    app.clock.advance_seconds(links::INVITE_LIFE_S);
    assert_eq!(status(&app, &again, &As::Nobody), 410);
    assert_eq!(app.post(&again, &As::Nobody, &[("password", PASSWORD)]).status(), 410);
    app.running.stop().unwrap();
}

#[test]
fn the_last_owner_is_neither_shut_out_nor_demoted() {
    let (app, ann) = owned();
    let path = format!("/settings/people/{}", find(&app, EMAIL).id);
    let demote = [("do", "change"), ("role", "viewer"), ("sees", "all")];
    for form in [&demote[..], &[("do", "disable")][..]] {
        let refused = app.post(&path, &ann, form);
        assert_eq!(refused.status(), 422);
        assert!(text(refused).contains("last owner"));
    }
    // One who was invited and never came does not count.
    app.post("/settings/people", &ann, &[("email", OTHER), ("role", "owner")]);
    assert_eq!(app.post(&path, &ann, &[("do", "disable")]).status(), 422);
    app.make_user("cem@example.test", Role::Owner, Some(PASSWORD));
    assert_eq!(app.post(&path, &ann, &demote).status(), 303);
    assert_eq!(find(&app, EMAIL).role, Role::Viewer);
    assert_eq!(status(&app, "/", &ann), 303, "a new role asks for a new sign-in");
    app.running.stop().unwrap();
}

#[test]
fn t18_sessions_end_with_role_access_and_password() {
    let (app, ann) = owned();
    let bob = app.make_user(OTHER, Role::Manager, Some(PASSWORD));
    let path = format!("/settings/people/{bob}");
    let change = [("do", "change"), ("role", "analyst"), ("sees", "all")];
    for form in [
        &change[..],
        &[("do", "disable")][..],
        &[("do", "enable")][..],
        &[("do", "reset-factor")][..],
    ] {
        let db = &app.running.state.db;
        let disabled = find(&app, OTHER).disabled;
        let in_before = if disabled { None } else { Some(app.session_of(bob)) };
        assert_eq!(app.post(&path, &ann, form).status(), 303, "{form:?}");
        if let Some(session) = in_before {
            assert_eq!(status(&app, "/definitions", &session), 303, "{form:?}");
        }
        let left = db.read(|reader| sessions::list_of_user(reader.conn(), bob)).unwrap();
        assert!(left.is_empty(), "{form:?}");
    }
    let session = app.session_of(bob);
    let link = link_in(&text(app.post(&path, &ann, &[("do", "password-link")])));
    assert_eq!(status(&app, "/definitions", &session), 200, "a link alone changes nothing");
    let new = [("password", "copper lantern autumn nine")];
    assert_eq!(app.post(&link, &As::Nobody, &new).status(), 303);
    assert_eq!(status(&app, "/definitions", &session), 303);
    assert_eq!(app.sign_in(OTHER, PASSWORD).status(), 401);
    assert_eq!(app.sign_in(OTHER, new[0].1).status(), 303);
    app.running.stop().unwrap();
}

#[test]
fn t18_the_idle_limit_is_chosen_and_others_are_ended() {
    let (app, ann) = owned();
    for (idle, is_good) in [("4", false), ("721", false), ("5", true)] {
        let answer = app.post("/settings/people/rules", &ann, &[("idle", idle)]);
        assert_eq!(answer.status().as_u16(), if is_good { 303 } else { 422 }, "{idle}");
    }
    app.clock.advance_seconds(5 * 60 - 1);
    assert_eq!(status(&app, "/settings", &ann), 200);
    app.clock.advance_seconds(5 * 60);
    assert_eq!(status(&app, "/settings", &ann), 303);
    let user = find(&app, EMAIL).id;
    let (one, two, three) = (app.session_of(user), app.session_of(user), app.session_of(user));
    assert!(text(app.get("/settings", &two)).contains("End all others"));
    assert_eq!(app.post("/settings/sessions/others", &two, &[]).status(), 303);
    let all = [&one, &two, &three].map(|who| status(&app, "/settings", who));
    assert_eq!(all, [303, 200, 303]);
    app.running.stop().unwrap();
}

#[test]
fn s02_totp_single_use_also_of_two_at_the_same_time() {
    let (app, ann) = owned();
    let (secret, _, session) = enrol(&app, &ann);
    // Whoever was in by password alone is out, and the new session is another.
    assert_eq!((status(&app, "/", &ann), status(&app, "/", &session)), (303, 200));
    let code = code_now(&app, &secret);
    assert_eq!(sign_in(&app, EMAIL, &code).status(), 401, "it was used to turn it on");
    assert_eq!(sign_in(&app, EMAIL, "").status(), 401, "the password alone is too little");
    app.clock.advance_seconds(totp::STEP_S);
    let code = code_now(&app, &secret);
    let entered: Vec<u16> = std::thread::scope(|scope| {
        let threads = [0, 1].map(|_| scope.spawn(|| sign_in(&app, EMAIL, &code).status().as_u16()));
        threads.map(|thread| thread.join().unwrap()).to_vec()
    });
    assert_eq!(entered.iter().filter(|status| **status == 303).count(), 1, "{entered:?}");
    // An earlier step, within what a clock may be off, is over too.
    let earlier = totp::code_at(&secret, app.clock.now().seconds() / totp::STEP_S - 1);
    assert_eq!(sign_in(&app, EMAIL, &earlier).status(), 401);
    app.clock.advance_seconds(totp::STEP_S);
    let ahead = totp::code_at(&secret, app.clock.now().seconds() / totp::STEP_S + 1);
    assert_eq!(sign_in(&app, EMAIL, &ahead).status(), 303, "a clock may be a step ahead");
    app.running.stop().unwrap();
}

#[test]
fn t20_a_recovery_code_is_good_once_and_the_factor_can_be_ended() {
    let (app, ann) = owned();
    let (_, codes, session) = enrol(&app, &ann);
    assert_eq!(sign_in(&app, EMAIL, &codes[0]).status(), 303);
    assert_eq!(sign_in(&app, EMAIL, &codes[0]).status(), 401);
    let typed = codes[1].to_uppercase().replace('-', " ");
    assert_eq!(sign_in(&app, EMAIL, &typed).status(), 303, "as a person types it");
    let page = text(app.get("/settings/second-factor", &session));
    assert!(page.contains("8 recovery codes are left"), "{page}");
    let path = "/settings/second-factor";
    let wrong = [("do", "end"), ("password", "wrong wrong wrong")];
    assert_eq!(app.post(path, &session, &wrong).status(), 422);
    // New codes end the old ones.
    let made = text(app.post(path, &session, &[("do", "codes"), ("password", PASSWORD)]));
    assert!(!made.contains(&codes[2]));
    assert_eq!(sign_in(&app, EMAIL, &codes[2]).status(), 401);
    let end = [("do", "end"), ("password", PASSWORD)];
    assert_eq!(app.post(path, &session, &end).status(), 200);
    assert_eq!(sign_in(&app, EMAIL, "").status(), 303);
    app.running.stop().unwrap();
}

#[test]
fn t20_no_secret_of_a_second_factor_lies_open() {
    let (app, ann) = owned();
    let (secret, codes, _) = enrol(&app, &ann);
    app.running.state.db.checkpoint().unwrap();
    let bytes = std::fs::read(app.running.state.db.path()).unwrap();
    let coded = totp::to_base32(&secret);
    for canary in [&secret[..], coded.as_bytes(), codes[0].as_bytes()] {
        assert!(!bytes.windows(canary.len()).any(|window| window == canary));
    }
    app.running.stop().unwrap();
}

#[test]
fn a_required_factor_is_set_up_before_anything_else_is_reached() {
    let (app, ann) = owned();
    let bob = app.make_user(OTHER, Role::Viewer, Some(PASSWORD));
    let token = app.token_of(Role::Viewer);
    let (_, _, ann) = enrol(&app, &ann);
    assert_eq!(app.post("/settings/people/rules", &ann, &[("factor", "yes")]).status(), 303);
    let bob = app.session_of(bob);
    for path in ["/", "/profit", "/settings", "/orders/1"] {
        let led = app.get(path, &bob);
        assert_eq!(header(&led, "location"), "/settings/second-factor", "{path}");
    }
    assert_eq!(app.post("/settings/sessions/others", &bob, &[]).status(), 403);
    assert_eq!(status(&app, "/api/v1/reports/profit", &bob), 403);
    assert_eq!(status(&app, "/settings/second-factor", &bob), 200);
    let (_, _, bob) = enrol(&app, &bob);
    assert_eq!((status(&app, "/", &bob), status(&app, "/", &ann)), (200, 200));
    assert_ne!(status(&app, "/api/v1/reports/profit", &token), 403, "a program has none");
    app.running.stop().unwrap();
}

#[test]
fn s16_five_failures_lock_an_account_and_an_address_for_five_minutes_also_over_a_restart() {
    let (app, ann) = owned();
    let (secret, _, _) = enrol(&app, &ann);
    app.clock.advance_seconds(totp::STEP_S);
    // The right password and a wrong code count as much as a wrong password.
    for _ in 0..5 {
        assert_eq!(sign_in(&app, EMAIL, "000000").status(), 401);
    }
    let blocked = sign_in(&app, EMAIL, &code_now(&app, &secret));
    assert_eq!((blocked.status().as_u16(), header(&blocked, "retry-after")), (429, "300".into()));
    // The address waits as well, whatever name it tries.
    assert_eq!(app.sign_in(OTHER, PASSWORD).status(), 429);
    let app = app.restart();
    app.clock.advance_seconds(totp::STEP_S);
    assert_eq!(sign_in(&app, EMAIL, &code_now(&app, &secret)).status(), 429);
    app.clock.advance_seconds(300);
    assert_eq!(sign_in(&app, EMAIL, &code_now(&app, &secret)).status(), 303);
    app.running.stop().unwrap();
}

#[test]
fn t19_unknown_people_cost_as_much_as_known_ones_with_a_second_factor_too() {
    let (app, ann) = owned();
    enrol(&app, &ann);
    let hashes = || app.running.state.passwords.computed();
    let mut costs = Vec::new();
    let mut texts = Vec::new();
    for email in [EMAIL, "nobody@example.test"] {
        let before = hashes();
        let refused = sign_in(&app, email, "000000");
        assert_eq!(refused.status(), 401);
        texts.push(text(refused).replace(email, "X"));
        costs.push(hashes() - before);
    }
    assert_eq!(costs, [1, 1]);
    assert_eq!(texts[0], texts[1]);
    app.running.stop().unwrap();
}

#[test]
fn s04_a_hash_that_is_too_cheap_is_raised_at_the_next_sign_in() {
    let (app, _) = owned();
    let db = &app.running.state.db;
    let user = find(&app, EMAIL).id;
    let stored = || db.read(|reader| users::find_password_hash(reader.conn(), user)).unwrap();
    let now = "argon2id$v=19$m=65536,t=3,p=1$";
    assert!(stored().unwrap().starts_with(now));
    // As an earlier version may have kept it: 19 MiB, two passes.
    let params = argon2::Params::new(19 * 1024, 2, 1, Some(32)).unwrap();
    let argon = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
    let mut hash = [0_u8; 32];
    argon.hash_password_into(PASSWORD.as_bytes(), &[7; 16], &mut hash).unwrap();
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let cheap = format!("argon2id$v=19$m=19456,t=2,p=1${}${}", hex(&[7; 16]), hex(&hash));
    db.write_local(Lane::Interactive, |tx| users::update_password(tx, user, &cheap)).unwrap();
    assert_eq!(app.sign_in(EMAIL, "wrong wrong wrong").status(), 401);
    assert_eq!(stored().unwrap(), cheap, "who does not know it changes nothing");
    assert_eq!(app.sign_in(EMAIL, PASSWORD).status(), 303);
    let raised = stored().unwrap();
    assert!(raised.starts_with(now), "{raised}");
    assert_eq!(app.sign_in(EMAIL, PASSWORD).status(), 303);
    assert_eq!(stored().unwrap(), raised, "what is as dear as asked stays");
    app.running.stop().unwrap();
}

fn two_stores(app: &App) -> (StoreId, StoreId) {
    let order = |id: &str, number: &str, sku: &str, title: &str| {
        let order = serde_json::json!({
            "id": id,
            "number": number,
            "created_at": "2026-11-04T08:00:00Z",
            "currency": "EUR",
            "financial_status": "paid",
            "ship_to": { "country": "DE" },
            "campaign": title,
            "lines": [
                { "id": "a", "sku": sku, "title": title, "quantity": 1, "unit_price": "30.00" },
            ],
            "shipping_cost": "0",
            "payments": [{ "gateway": "stripe", "amount": "30.00", "fee": "1.00" }],
        });
        order.to_string()
    };
    app.take_in("orders", Some("alpha"), "a.jsonl", &order("a-1", "A-1", "MUG", "Mug"));
    let other = order("canary-1", "CANARY-9001", "CANARYSKU", "Canarytitle");
    app.take_in("orders", Some("Canarystore"), "b.jsonl", &other);
    app.settle();
    let id =
        |name: &str| StoreId(app.count(&format!("select id from stores where name = '{name}'")));
    (id("alpha"), id("Canarystore"))
}

/// The paths of an entry with every id that there may be, and a query of the other store.
fn paths(path: &str) -> Vec<String> {
    let with = |id: &str| {
        let part = |part: &str| if part.starts_with('{') { id.to_owned() } else { part.to_owned() };
        path.split('/').map(part).collect::<Vec<_>>().join("/")
    };
    let days = "from=2026-11-01&to=2026-11-20";
    let mut all = Vec::new();
    for id in ["1", "2", "canary-1", "CANARY-9001", "CANARYSKU"] {
        all.push(format!("{}?{days}", with(id)));
        all.push(format!("{}?{days}&store=Canarystore&by=product", with(id)));
        if !path.contains('{') {
            break;
        }
    }
    all
}

#[test]
fn t21_who_sees_one_store_never_meets_the_other() {
    let app = App::start();
    let (alpha, _) = two_stores(&app);
    let ann = app.make_user(EMAIL, Role::Owner, None);
    let bob = app.make_user(OTHER, Role::Manager, Some(PASSWORD));
    let scope = Scope::Stores(vec![alpha]);
    let db = &app.running.state.db;
    db.write_local(Lane::Interactive, |tx| {
        scopes::set_of_user(tx, bob, &scope)?;
        Ok(())
    })
    .unwrap();
    let token = db.write_local(Lane::Interactive, |tx| {
        tokens::create_for(tx, "till", (Role::Manager, &scope), None)
    });
    let token = As::Token(token.unwrap().expose().to_owned());
    let (ann, bob) = (app.session_of(ann), app.session_of(bob));
    let (mut open, mut seen_by_ann) = (0, 0);
    for entry in purser::app::serve::routes().entries() {
        if entry.path.starts_with("/static/") || entry.path == "/design" {
            continue;
        }
        for path in paths(&entry.path) {
            if entry.method != actix_web::http::Method::GET {
                continue;
            }
            let whole = app.get(&path, &ann).into_body().read_to_vec().unwrap();
            seen_by_ann += usize::from(holds_canary(&whole, &path));
            for who in [&bob, &token] {
                let answer = app.get(&path, who);
                let status = answer.status().as_u16();
                let bytes = answer.into_body().read_to_vec().unwrap();
                assert!(!holds_canary(&bytes, &path), "{path} shows it: {status}");
                open += usize::from(status == 200);
            }
        }
    }
    assert!(seen_by_ann >= 20, "the canary is there to be seen: {seen_by_ann}");
    assert!(open >= 60, "what is about their store is open: {open}");
    // Their own figures are there.
    assert!(text(app.get("/orders?from=2026-11-01&to=2026-11-20", &bob)).contains("A-1"));
    app.running.stop().unwrap();
}

/// What of the other store stands in an answer; what was asked for may be repeated.
fn holds_canary(bytes: &[u8], path: &str) -> bool {
    let text = String::from_utf8_lossy(bytes).to_lowercase();
    let asked = path.to_lowercase().contains("canary");
    let canaries: &[&str] = match asked {
        true => &["canarytitle"],
        false => &["canarytitle", "canarysku", "canary-9001", "canarystore", "canary-1"],
    };
    canaries.iter().any(|canary| text.contains(canary))
}

#[test]
fn t21_nobody_allowed_is_nothing_seen() {
    let app = App::start();
    let (alpha, _) = two_stores(&app);
    let bob = app.make_user(OTHER, Role::Manager, None);
    let db = &app.running.state.db;
    db.write_local(Lane::Interactive, |tx| {
        scopes::set_of_user(tx, bob, &Scope::Stores(vec![alpha]))?;
        // The store goes, and with it what allowed it.
        Ok(tx.conn().execute("delete from user_stores", [])?)
    })
    .unwrap();
    let who = app.session_of(bob);
    let html = text(app.get("/orders?from=2026-11-01&to=2026-11-20", &who));
    assert!(!html.contains("A-1") && !html.contains("CANARY"), "{html}");
    // What is about all stores is closed, to read and to change.
    for path in ["/costs", "/expenses", "/rules", "/stock", "/import", "/connections"] {
        assert_eq!(status(&app, path, &who), 403, "{path}");
    }
    assert_eq!(app.post("/costs", &who, &[("sku", "MUG")]).status(), 403);
    app.running.stop().unwrap();
}

#[test]
fn a_token_for_one_store_says_when_it_was_used() {
    let (app, ann) = owned();
    two_stores(&app);
    let form = [("name", "till"), ("role", "analyst"), ("days", "30"), ("store", "alpha")];
    let html = text(app.post("/settings/tokens", &ann, &form));
    let at = html.find("purser_").unwrap();
    let token = html[at..].split(['<', '"']).next().unwrap().to_owned();
    let db = &app.running.state.db;
    let listed = || db.read(|reader| tokens::list(reader.conn())).unwrap().remove(0);
    assert!(listed().is_limited && listed().used_at.is_none());
    let who = As::Token(token);
    let all = text(app.get("/api/v1/reports/profit?by=store", &who));
    assert!(all.contains("alpha") && !all.contains("Canarystore"), "{all}");
    assert_eq!(status(&app, "/api/v1/reports/profit?store=Canarystore", &who), 404);
    assert_eq!(listed().used_at, Some(app.clock.now()));
    app.running.stop().unwrap();
}

#[test]
fn people_are_helped_from_the_machine_without_a_server() {
    let shop = Shop::new();
    let said = shop.run(&["user", "add", EMAIL, "--role", "owner", "--json"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.json()["path"].as_str().unwrap().starts_with("/link/"));
    let again = shop.run(&["user", "add", EMAIL, "--role", "owner"]);
    assert_eq!(again.code, 1);
    assert!(again.err.contains("is here already"), "{}", again.err);
    for (arguments, told) in [
        (&["user", "role", "nobody@example.test", "viewer"][..], "there is nobody"),
        (&["user", "disable", EMAIL][..], "last owner"),
        (&["user", "role", EMAIL, "viewer"][..], "last owner"),
    ] {
        let said = shop.run(arguments);
        assert_eq!(said.code, 1, "{arguments:?}");
        assert!(said.err.contains(told), "{arguments:?}: {}", said.err);
    }
    for arguments in [
        &["user", "add", OTHER, "--role", "viewer"][..],
        &["user", "role", OTHER, "manager"],
        &["user", "disable", OTHER],
        &["user", "enable", OTHER],
        &["user", "reset-mfa", OTHER],
        &["user", "reset-password", OTHER],
    ] {
        let said = shop.run(arguments);
        assert_eq!(said.code, 0, "{arguments:?}: {}", said.err);
    }
    let listed = shop.run(&["user", "list", "--json"]).json();
    assert_eq!(listed["users"][1]["email"], OTHER);
    assert_eq!(listed["users"][1]["role"], "manager");
    assert_eq!(listed["users"][1]["disabled"], false);
    let verified = shop.run(&["verify", "--json"]);
    assert_eq!(verified.code, 0, "{}", verified.err);
    assert_eq!(verified.json()["audit_with_key"], true);
}

#[test]
fn a_command_helps_while_the_server_runs() {
    let (app, ann) = owned();
    let (_, _, ann) = enrol(&app, &ann);
    let answer = app.command("user", &serde_json::json!({ "what": "reset-mfa", "email": EMAIL }));
    assert!(answer["said"].as_str().unwrap().contains("password alone"), "{answer}");
    assert_eq!(status(&app, "/", &ann), 303);
    assert_eq!(sign_in(&app, EMAIL, "").status(), 303);
    let db = &app.running.state.db;
    let user = find(&app, EMAIL);
    let refused = db.write_local(Lane::Interactive, |tx| people::set_disabled(tx, &user, true));
    assert!(refused.is_err());
    app.running.stop().unwrap();
}
