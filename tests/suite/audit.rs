//! The log of what people do: nothing that changes anything goes past it, and whoever tampers with
//! it is found out.

use std::collections::BTreeMap;

use actix_web::http::Method;
use purser::store::Lane;
use purser::store::audit::read::{self, Listed, Wanted};
use purser::store::audit::{self, Kind};
use purser::store::users::Role;
use purser::web::permission::Permission;

use crate::kit::app::{App, As, EMAIL, PASSWORD, header, text};

fn rows(app: &App) -> Vec<Listed> {
    let db = &app.running.state.db;
    let list = |reader: &purser::store::Reader<'_>| {
        read::list(reader.conn(), &Wanted::default(), (0, 10_000))
    };
    db.read(list).unwrap()
}

fn owned() -> (App, As) {
    let app = App::start();
    let user = app.make_user(EMAIL, Role::Owner, Some(PASSWORD));
    let who = app.session_of(user);
    (app, who)
}

#[test]
fn t35_every_sign_in_is_in_the_log_refused_and_locked_ones_too() {
    let (app, _) = owned();
    assert_eq!(app.sign_in(EMAIL, PASSWORD).status(), 303);
    assert_eq!(app.sign_in("nobody@example.test", "wrong wrong wrong").status(), 401);
    for _ in 0..4 {
        assert_eq!(app.sign_in(EMAIL, "wrong wrong wrong").status(), 401);
    }
    assert_eq!(app.sign_in(EMAIL, PASSWORD).status(), 429);
    app.clock.advance_seconds(600);
    let link = app.link();
    let came = app.post(&link, &As::Nobody, &[]);
    let who = crate::kit::app::session_in(&came).unwrap();
    app.post("/sign-out", &who, &[]);
    let told: Vec<(Kind, String)> =
        rows(&app).into_iter().rev().map(|row| (row.kind.unwrap(), row.who)).collect();
    let of = |kind: Kind, who: &str| (kind, who.to_owned());
    let expected = [
        of(Kind::SignedIn, EMAIL),
        // What was typed there may be a password, so it is not kept.
        of(Kind::SignInRefused, ""),
        of(Kind::SignInRefused, EMAIL),
        of(Kind::SignInRefused, EMAIL),
        of(Kind::SignInRefused, EMAIL),
        of(Kind::SignInRefused, EMAIL),
        of(Kind::SignInLocked, EMAIL),
        of(Kind::SignedIn, EMAIL),
        of(Kind::SignedOut, EMAIL),
    ];
    let told: Vec<_> = told.into_iter().filter(|(kind, _)| *kind != Kind::Setting).collect();
    assert_eq!(told, expected);
    assert!(
        rows(&app).iter().all(|row| row.kind == Some(Kind::Setting) || row.origin == "127.0.0.1")
    );
    app.running.stop().unwrap();
}

/// All of the database that a person's act may change, table by table; what follows from it by
/// itself is left out.
fn content(app: &App) -> BTreeMap<String, u64> {
    use std::hash::{DefaultHasher, Hash, Hasher};
    const OWN: [&str; 7] = [
        "audit_log",
        "audit_head",
        "login_attempts",
        "sessions",
        "sqlite_stat1",
        "sqlite_stat4",
        "sqlite_sequence",
    ];
    let db = &app.running.state.db;
    let read = db.read(|reader| {
        let conn = reader.conn();
        let sql = "select name from sqlite_schema where type = 'table' order by name";
        let mut statement = conn.prepare(sql)?;
        let names = statement.query_map([], |row| row.get::<_, String>(0))?;
        let names: Vec<String> = names.collect::<Result<_, _>>()?;
        let mut found = BTreeMap::new();
        for name in names.into_iter().filter(|name| !OWN.contains(&name.as_str())) {
            let mut hasher = DefaultHasher::new();
            let mut statement = conn.prepare(&format!("select * from {name}"))?;
            let columns = statement.column_count();
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                for column in 0..columns {
                    format!("{:?}", row.get_ref(column)?).hash(&mut hasher);
                }
            }
            found.insert(name, hasher.finish());
        }
        Ok(found)
    });
    read.unwrap()
}

fn concrete(path: &str) -> String {
    let part = |part: &str| if part.starts_with('{') { "1".to_owned() } else { part.to_owned() };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// What makes some routes do what they are for; all others get an empty form and one of everything.
const GOOD: [(&str, &[(&str, &str)]); 12] = [
    ("/settings/stores", &[("name", "till"), ("currency", "EUR")]),
    ("/settings/stores/remove", &[("name", "till")]),
    ("/settings/tokens", &[("name", "t"), ("role", "viewer"), ("days", "30")]),
    ("/settings/tokens/revoke", &[("name", "t")]),
    ("/settings/people", &[("email", "bob@example.test"), ("role", "viewer")]),
    ("/settings/people/rules", &[("idle", "60"), ("kept", "25")]),
    ("/settings/people/{id}", &[("do", "password-link")]),
    ("/settings/second-factor", &[("do", "begin"), ("password", PASSWORD)]),
    ("/goals", &[("month", "2026-11"), ("figure", "net_profit"), ("amount", "10"), ("do", "save")]),
    ("/months/close", &[("month", "2026-10")]),
    ("/expenses/undo", &[]),
    (
        "/settings/organisation",
        &[
            ("name", "Heron"),
            ("currency", "EUR"),
            ("time_zone", "UTC"),
            ("vat_registered", "yes"),
            ("locale", "en"),
            ("theme", "dark"),
        ],
    ),
];

/// One of everything, for routes that take what they know.
const GENERAL: [(&str, &str); 12] = [
    ("name", "x"),
    ("sku", "MUG"),
    ("valid_from", "2026-11-01"),
    ("unit_cost", "5.00"),
    ("currency", "EUR"),
    ("amount", "1.00"),
    ("from", "2026-11-01"),
    ("day", "2026-11-01"),
    ("units", "1"),
    ("kind", "own"),
    ("id", "1"),
    ("do", "save"),
];

#[test]
fn t35_no_route_changes_anything_past_the_log() {
    let (app, _) = owned();
    app.seed_shop();
    app.settle();
    let owner = purser::base::id::UserId(1);
    let routes = purser::app::serve::routes();
    let unsafe_routes = routes.entries().filter(|entry| {
        entry.method == Method::POST
            && !matches!(entry.permission, Permission::Public | Permission::Control)
    });
    let (mut walked, mut changed) = (0, Vec::new());
    for entry in unsafe_routes {
        // A road that ends at the vault's own door or asks a platform is not walked here.
        if entry.path == "/connections/unlock" {
            continue;
        }
        let path = concrete(&entry.path);
        let good = GOOD.iter().filter(|(path, _)| *path == entry.path).map(|(_, form)| *form);
        for form in good.chain([&[][..], &GENERAL[..]]) {
            let who = app.session_of(owner);
            app.settle();
            let (before, rows_before) = (content(&app), rows(&app).len());
            let answer = app.post(&path, &who, form);
            let status = answer.status().as_u16();
            assert!(status != 401 && status < 500, "{path} {form:?}: {status}");
            app.settle();
            let (after, told) = (content(&app), rows(&app));
            walked += 1;
            if after != before {
                let tables: Vec<&String> = after
                    .iter()
                    .filter(|(name, of)| before.get(*name) != Some(*of))
                    .collect::<BTreeMap<_, _>>()
                    .into_keys()
                    .collect();
                assert!(told.len() > rows_before, "{path} {form:?} changed {tables:?} untold");
                let newest = &told[0];
                assert_eq!(newest.who, EMAIL, "{path}: {newest:?}");
                changed.push(entry.path.clone());
            }
        }
    }
    changed.sort();
    changed.dedup();
    assert!(walked >= 120, "{walked}");
    assert!(changed.len() >= 12, "{changed:?}");
    for (path, _) in GOOD.iter().filter(|(path, _)| !path.ends_with("/undo")) {
        if *path != "/months/close" && *path != "/settings/people/{id}" {
            assert!(changed.iter().any(|one| one == path), "{path} did nothing: {changed:?}");
        }
    }
    let verified = app.running.state.db.read(|reader| {
        let key = app.running.state.vault.vault().map(|vault| vault.audit_key().clone());
        audit::verify(reader.conn(), key.as_ref())
    });
    assert_eq!(verified.unwrap().fault, None);
    app.running.stop().unwrap();
}

#[test]
fn t35_a_command_is_in_the_log_as_one_of_this_machine() {
    let (app, _) = owned();
    let add = serde_json::json!({ "name": "till", "currency": "EUR", "time_zone": "UTC" });
    app.command("store-add", &add);
    let rows = rows(&app);
    let row = rows.iter().find(|row| row.kind == Some(Kind::Store)).unwrap();
    assert_eq!((row.who.as_str(), row.origin.as_str()), ("", "command line"));
    assert_eq!((row.subject.as_str(), row.after.as_deref()), ("till", Some("EUR")));
    app.running.stop().unwrap();
}

#[test]
fn t35_the_page_searches_exports_and_names_the_row_that_was_altered() {
    let (app, who) = owned();
    let form = [("name", "Heron"), ("currency", "EUR")];
    assert_eq!(app.post("/settings/stores", &who, &form).status(), 303);
    let form = [("name", "=till"), ("role", "viewer"), ("days", "30")];
    assert_eq!(app.post("/settings/tokens", &who, &form).status(), 200);
    app.post("/settings/people/rules", &who, &[("idle", "60")]);
    let page = |query: &str| text(app.get(&format!("/settings/audit{query}"), &who));
    let all = page("");
    for told in ["Heron", "idle_minutes", "127.0.0.1", EMAIL] {
        assert!(all.contains(told), "{told}: {all}");
    }
    let stores = page("?kind=store");
    assert!(stores.contains("Heron") && !stores.contains("idle_minutes"), "{stores}");
    assert!(page("?text=HERON").contains("Heron"));
    assert!(!page("?text=pelican").contains("Heron"));
    assert!(!page("?since=2026-11-21").contains("Heron"));
    assert!(page("?until=2026-11-20").contains("Heron"));
    assert!(!page("?who=nobody").contains("Heron"));
    let csv = app.get("/settings/audit.csv?kind=token", &who);
    assert!(header(&csv, "content-type").starts_with("text/csv"));
    let csv = text(csv);
    // What a spreadsheet would take for a formula is a text there.
    assert!(csv.contains(",token,'=till,") && !csv.contains("Heron"), "{csv}");
    let json = text(app.get("/settings/audit.json?kind=setting", &who));
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let idle = json["rows"].as_array().unwrap().iter().find(|row| row["subject"] == "idle_minutes");
    assert_eq!(idle.unwrap()["after"], "60");
    assert!(page("?verify=yes").contains("are as they were written"));
    let row = rows(&app).iter().find(|row| row.subject == "Heron").unwrap().id;
    let db = &app.running.state.db;
    db.write_local(Lane::Interactive, |tx| {
        tx.conn().execute_batch("drop trigger audit_log_is_not_altered")?;
        let sql = "update audit_log set subject = 'Crane' where id = ?";
        Ok(tx.conn().execute(sql, [row])?)
    })
    .unwrap();
    let found = page("?verify=yes");
    assert!(found.contains(&format!("Row {row} of the log was altered")), "{found}");
    // Nobody but an owner reads it.
    let manager = app.make_user("bob@example.test", Role::Manager, None);
    let manager = app.session_of(manager);
    for path in ["/settings/audit", "/settings/audit.csv", "/settings/audit.json"] {
        assert_eq!(app.get(path, &manager).status(), 403, "{path}");
    }
    app.running.stop().unwrap();
}

#[test]
fn t16_the_log_holds_no_password_no_token_and_no_code() {
    let (app, who) = owned();
    let new = "copper lantern autumn nine";
    let form = [("password", PASSWORD), ("new_password", new)];
    let changed = app.post("/settings/password", &who, &form);
    assert_eq!(changed.status(), 303);
    let who = crate::kit::app::session_in(&changed).unwrap();
    let form = [("name", "till"), ("role", "viewer"), ("days", "30")];
    let html = text(app.post("/settings/tokens", &who, &form));
    let at = html.find("purser_").unwrap();
    let token = &html[at..at + 71];
    let form = [("email", "bob@example.test"), ("role", "viewer")];
    let html = text(app.post("/settings/people", &who, &form));
    let link = html.split("/link/").nth(1).unwrap()[..64].to_owned();
    let log = text(app.get("/settings/audit.json", &who));
    for canary in [PASSWORD, new, &token[7..], &link] {
        assert!(!log.contains(canary), "{canary}");
    }
    assert!(log.contains("ann@example.test: password"), "{log}");
    app.running.stop().unwrap();
}
