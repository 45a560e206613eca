//! Every route, in every role: the table of routes is walked, not a list written by hand.

use actix_web::http::Method;
use purser::app::serve;
use purser::store::users::Role;
use purser::web::permission::{Entry, Permission};

use crate::kit::app::{App, As, header};

/// The routes that answer without a sign-in. A new one is a decision, so it is written here.
const PUBLIC: [&str; 9] = [
    "GET /healthz",
    "GET /link/{token}",
    "GET /setup/{token}",
    "GET /sign-in",
    "GET /static/{hash}/{path:.*}",
    "POST /link/{token}",
    "POST /setup/{token}",
    "POST /sign-in",
    "POST /control/{command}",
];

fn entries() -> Vec<Entry> {
    serve::routes().entries().cloned().collect()
}

fn concrete(path: &str) -> String {
    let part = |part: &str| if part.starts_with('{') { "1".to_owned() } else { part.to_owned() };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

#[test]
fn threat_06_only_the_named_routes_answer_anonymously() {
    let mut open: Vec<String> = entries()
        .iter()
        .filter(|entry| matches!(entry.permission, Permission::Public | Permission::Control))
        .map(|entry| format!("{} {}", entry.method, entry.path))
        .collect();
    open.sort();
    let mut expected = PUBLIC.map(str::to_owned).to_vec();
    expected.sort();
    assert_eq!(open, expected);

    let app = App::start();
    app.make_user("ann@example.test", Role::Owner, None);
    for entry in entries().iter().filter(|entry| entry.permission != Permission::Public) {
        let path = concrete(&entry.path);
        if entry.method == Method::GET {
            let response = app.get(&path, &As::Nobody);
            let is_refused = response.status() == 401
                || (response.status() == 303 && header(&response, "location") == "/sign-in");
            assert!(is_refused, "GET {path}: {}", response.status());
        } else {
            assert_eq!(app.post(&path, &As::Nobody, &[]).status(), 401, "POST {path}");
        }
    }
    app.running.stop().unwrap();
}

#[test]
fn threat_21_every_route_lets_in_the_roles_of_its_permission_and_no_other() {
    let app = App::start();
    for role in Role::ALL {
        let email = format!("{}@example.test", role.name());
        let user = app.make_user(&email, role, None);
        for entry in entries() {
            if matches!(entry.permission, Permission::Public) {
                continue;
            }
            let path = concrete(&entry.path);
            for who in [app.session_of(user), token_once(&app, role)] {
                let response = if entry.method == Method::GET {
                    app.get(&path, &who)
                } else {
                    app.post(&path, &who, &[])
                };
                let status = response.status().as_u16();
                let is_refused = matches!(status, 401 | 403);
                let allowed = entry.permission.allows(role);
                assert_eq!(!is_refused, allowed, "{} {path} {role:?}: {status}", entry.method);
            }
        }
    }
    app.running.stop().unwrap();
}

fn token_once(app: &App, role: Role) -> As {
    use purser::store::{Lane, tokens};
    let state = &app.running.state;
    let _ = state.db.write(Lane::Interactive, move |tx| tokens::revoke(tx, role.name()));
    app.token_of(role)
}

#[test]
fn threat_02_no_unsafe_route_obeys_another_site() {
    let app = App::start();
    let user = app.make_user("ann@example.test", Role::Owner, None);
    let who = app.session_of(user);
    let port = app.running.address.port();
    let hostile: [&[(&str, String)]; 8] = [
        &[("Sec-Fetch-Site", "cross-site".into())],
        &[("Sec-Fetch-Site", "same-site".into())],
        &[("Sec-Fetch-Site", "cross-site".into()), ("Origin", app.origin())],
        &[("Sec-Fetch-Site", "nonsense".into())],
        &[("Origin", "null".into())],
        &[("Origin", "https://evil.example".into())],
        &[("Origin", format!("http://127.0.0.1:{}", port ^ 1))],
        &[("Content-Type", "text/plain".into())],
    ];
    app.settle();
    let before = app.fingerprint();
    let mut walked = 0;
    for entry in entries().iter().filter(|entry| entry.method != Method::GET) {
        let path = concrete(&entry.path);
        for headers in hostile {
            let mut all = app.credentials(&who);
            all.extend(headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
            let response = app.post_with(&path, &all, &[("email", "a@b"), ("password", "x")]);
            assert_eq!(response.status(), 403, "{path} {headers:?}");
            assert_eq!(header(&response, "set-cookie"), "");
            assert_eq!(header(&response, "access-control-allow-origin"), "");
            walked += 1;
        }
    }
    assert!(walked >= 32);
    assert_eq!(app.fingerprint(), before);
    // Of our own page the same is obeyed.
    assert_eq!(app.post("/sign-out", &who, &[]).status(), 303);
    app.running.stop().unwrap();
}

#[test]
fn threat_03_04_every_answer_bears_the_protecting_headers() {
    let app = App::start();
    let user = app.make_user("ann@example.test", Role::Owner, None);
    let who = app.session_of(user);
    let mut paths: Vec<String> = entries()
        .iter()
        .filter(|entry| entry.method == Method::GET)
        .map(|entry| concrete(&entry.path))
        .collect();
    paths.push("/no/such/page".to_owned());
    for path in paths {
        let response = app.get(&path, &who);
        let policy = header(&response, "content-security-policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; "), "{path}");
        assert!(policy.ends_with("base-uri 'none'; frame-ancestors 'none'"), "{path}");
        assert!(!policy.contains("unsafe"), "{path}");
        for (name, value) in [
            ("x-frame-options", "DENY"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("access-control-allow-origin", ""),
        ] {
            assert_eq!(header(&response, name), value, "{path} {name}");
        }
        let cache = header(&response, "cache-control");
        assert!(cache == "no-store" || path.contains("/static/"), "{path}: {cache}");
    }
    app.running.stop().unwrap();
}

#[test]
fn threat_03_other_sites_fetch_nothing() {
    let app = App::start();
    let user = app.make_user("ann@example.test", Role::Owner, None);
    let who = app.session_of(user);
    let get = |path: &str, headers: &[(&str, &str)]| {
        let mut request = app.agent.get(app.running.url(path));
        for (name, value) in app.credentials(&who) {
            request = request.header(name, value);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.call().unwrap().status().as_u16()
    };
    let image = [("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "no-cors")];
    let person = [
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Mode", "navigate"),
        ("Sec-Fetch-Dest", "document"),
    ];
    let frame = [
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Mode", "navigate"),
        ("Sec-Fetch-Dest", "iframe"),
    ];
    for entry in entries().iter().filter(|entry| entry.method == Method::GET) {
        let path = concrete(&entry.path);
        assert_eq!(get(&path, &image), 403, "{path}");
        assert_eq!(get(&path, &frame), 403, "{path}");
    }
    assert_eq!(get("/", &person), 200);
    assert_eq!(get("/api/v1/anything", &person), 403);
    app.running.stop().unwrap();
}

#[test]
fn threat_21_a_handler_is_reached_by_the_roles_of_its_permission_only() {
    use actix_web::{App as Service, HttpResponse, rt, test};
    use purser::web::permission::Routes;

    let app = App::start();
    let state = app.running.state.clone();
    let mut routes = Routes::default();
    for permission in Permission::ALL {
        let path = format!("/{permission:?}");
        routes.get(&path, permission, async || HttpResponse::Ok().finish());
    }
    rt::System::new().block_on(async {
        let service = Service::new().app_data(state).configure(|c| routes.configure("/", c));
        let service = test::init_service(service).await;
        for role in Role::ALL {
            let As::Token(token) = token_once(&app, role) else { panic!("no token") };
            for permission in Permission::ALL {
                let request = test::TestRequest::get()
                    .uri(&format!("/{permission:?}"))
                    .insert_header(("Authorization", format!("Bearer {token}")))
                    .to_request();
                let status = test::call_service(&service, request).await.status().as_u16();
                let expected = match permission {
                    Permission::Control => 401,
                    _ if permission.allows(role) => 200,
                    _ => 403,
                };
                assert_eq!(status, expected, "{permission:?} {role:?}");
            }
        }
    });
    app.running.stop().unwrap();
}
