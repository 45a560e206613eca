//! Marked secrets and marked persons, and the real program through fair weather and foul: nothing
//! of them stands in what it says, logs, shows, writes, or shows the system of itself.

mod searcher;
mod standing;

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};

use purser::app::serve;
use purser::base::Clock;
use purser::store::{Db, egress};
use purser::web::permission::Permission;
use ureq::Agent;

use crate::kit::shop::Shop;
use searcher::{Marker, Searcher};
use standing::{Standing, Weather};

const PASSPHRASE: &str = "marker passphrase nine grey owls";
const PASSWORD: &str = "marker password otter vinyl seven";
const WRONG: &str = "marker-typed-but-wrong-55aa";
const SECRETS: [(&str, &str); 8] = [
    ("consumer key", "ck_marker_4711aa90"),
    ("consumer secret", "cs_marker_0815bb91"),
    ("Amazon's client", "amzn1.application-oa2-client.marker77"),
    ("Amazon's client secret", "amzn1.oa2-cs.v1.marker-secret-3d1e"),
    ("refresh token", "Atzr|marker-refresh-first-9f3b"),
    ("Shopify's client", "shopify-client-marker-1c2d3e"),
    ("Shopify's client secret", "shpss_marker_secret_64f7"),
    ("wrong secret", WRONG),
];

fn markers() -> Vec<Marker> {
    let mut markers: Vec<Marker> =
        SECRETS.iter().map(|(name, text)| Marker::new(name, *text)).collect();
    markers.extend([
        Marker::new("passphrase", PASSPHRASE),
        Marker::new("password", PASSWORD),
        Marker::new("Amazon's access token", standing::AMAZON_TOKEN),
        Marker::new("renewed refresh token", standing::AMAZON_REFRESH_2),
        Marker::new("Shopify's access token", standing::SHOPIFY_TOKEN),
        Marker::new("buyer's name", standing::NAME),
        Marker::new("buyer's street", standing::STREET),
        Marker::new("buyer's e-mail", standing::EMAIL),
        Marker::new("buyer's phone", standing::PHONE),
    ]);
    markers
}

/// All that the program said, showed and was started with, by where.
#[derive(Default)]
struct Heard(Vec<(String, Vec<u8>)>);

impl Heard {
    fn note(&mut self, place: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.0.push((place.into(), bytes.into()));
    }

    /// What everybody of this machine may read of a process.
    fn note_process(&mut self, child: &Child) {
        for what in ["cmdline", "environ"] {
            let path = format!("/proc/{}/{what}", child.id());
            self.note(what, std::fs::read(path).unwrap_or_default());
        }
    }
}

struct World {
    shop: Shop,
    standing: Standing,
    heard: Heard,
}

impl World {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.shop.command(arguments);
        let temporary = self.shop.folder.path().join("temporary");
        std::fs::create_dir_all(&temporary).unwrap();
        command.env("PURSER_LOG", "trace").env("TMPDIR", temporary).stdin(Stdio::piped());
        let said = self.shop.folder.path().join("said");
        if said.exists() {
            command.env("PURSER_PASSPHRASE_FILE", said);
        }
        command
    }

    /// Runs a command to its end; gives its code and what it printed.
    fn run(&mut self, arguments: &[&str], lines: &str) -> (i32, String) {
        let mut child = self.command(arguments).spawn().unwrap();
        self.heard.note_process(&child);
        let mut stdin: ChildStdin = child.stdin.take().unwrap();
        let _ = stdin.write_all(lines.as_bytes());
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        let place = arguments.join(" ");
        self.heard.note(format!("stderr of {place}"), output.stderr);
        let out = String::from_utf8_lossy(&output.stdout).into_owned();
        // What is printed once for its owner is checked by whoever asked for it.
        if !matches!(arguments, ["vault", "recovery", ..] | ["token", "add", ..]) {
            self.heard.note(format!("stdout of {place}"), output.stdout);
        }
        (output.status.code().unwrap_or(-1), out)
    }

    /// What `purser doctor` tells, and every part of its bundle as it was before it was packed.
    fn note_bundle(&mut self) {
        let path = self.shop.folder.path().join("support.zip");
        self.run(&["doctor", "--bundle", path.to_str().unwrap()], "");
        let mut zip = zip::ZipArchive::new(std::fs::File::open(path).unwrap()).unwrap();
        assert!(zip.len() >= 7, "{} parts", zip.len());
        for at in 0..zip.len() {
            let mut part = zip.by_index(at).unwrap();
            let mut bytes = Vec::new();
            part.read_to_end(&mut bytes).unwrap();
            let name = format!("the bundle's {}", part.name().unwrap());
            assert!(!bytes.is_empty(), "{name} is empty");
            self.heard.note(name, bytes);
        }
    }

    fn connect(&mut self, platform: &str, settings: &[&str], secrets: &[(&str, &str)]) -> i32 {
        let url = self.standing.url();
        let (base, auth) = (format!("base_url={url}"), format!("auth_url={url}"));
        let store = format!("{platform} shop");
        let mut arguments = vec!["connect", platform, "--store", &store, "--currency", "EUR"];
        for setting in [base.as_str(), auth.as_str()].iter().chain(settings) {
            arguments.extend(["--set", *setting]);
        }
        let keys: Vec<String> = secrets.iter().map(|(key, _)| format!("{key}=-")).collect();
        for key in &keys {
            arguments.extend(["--secret", key.as_str()]);
        }
        let lines: String = secrets.iter().map(|(_, text)| format!("{text}\n")).collect();
        self.run(&arguments, &lines).0
    }

    fn connect_all(&mut self) -> [i32; 3] {
        let secret = |at: usize| SECRETS[at].1;
        let woo = [("consumer_key", secret(0)), ("consumer_secret", secret(1))];
        let amazon =
            [("client_id", secret(2)), ("client_secret", secret(3)), ("refresh_token", secret(4))];
        let shopify = [("client_id", secret(5)), ("client_secret", secret(6))];
        let places = ["marketplace=DE", "seller_id=A2EXAMPLE1TOKEN"];
        [
            self.connect("woocommerce", &[], &woo),
            self.connect("amazon", &places, &amazon),
            self.connect("shopify", &["shop=caps.myshopify.com"], &shopify),
        ]
    }
}

/// A server with its log, its address, and the link that it printed.
struct Served {
    child: Child,
    log: std::thread::JoinHandle<Vec<u8>>,
    origin: String,
    link: String,
}

impl Served {
    fn start(world: &mut World) -> Self {
        let mut child = world.command(&["serve", "--listen", "127.0.0.1:0"]).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut next = || lines.next().unwrap().unwrap();
        let origin = next().rsplit("http://").next().unwrap().trim_end_matches('/').to_owned();
        next();
        let link = next();
        std::thread::spawn(move || lines.for_each(drop));
        let mut err = child.stderr.take().unwrap();
        let log = std::thread::spawn(move || {
            let mut bytes = Vec::new();
            let _ = err.read_to_end(&mut bytes);
            bytes
        });
        world.heard.note_process(&child);
        Self { child, log, origin: format!("http://{origin}"), link }
    }

    fn stop(mut self) -> Vec<u8> {
        let pid = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status().unwrap();
        self.child.wait().unwrap();
        self.log.join().unwrap()
    }
}

/// A browser that notes every page.
struct Browser {
    agent: Agent,
    origin: String,
    cookie: String,
}

impl Browser {
    fn new(origin: &str) -> Self {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(std::time::Duration::from_secs(120)))
            .build()
            .new_agent();
        Self { agent, origin: origin.to_owned(), cookie: String::new() }
    }

    fn get(&self, path: &str, heard: &mut Heard) -> u16 {
        let request = self.agent.get(format!("{}{path}", self.origin));
        let mut answer = request.header("Cookie", &self.cookie).call().unwrap();
        heard.note(format!("GET {path}"), answer.body_mut().read_to_vec().unwrap_or_default());
        answer.status().as_u16()
    }

    fn post(&mut self, path: &str, form: &[(&str, &str)], heard: &mut Heard) -> u16 {
        let request = self.agent.post(format!("{}{path}", self.origin));
        let request = request.header("Cookie", &self.cookie).header("Origin", &self.origin);
        let mut answer = request.send_form(form.iter().copied()).unwrap();
        let cookie = answer.headers().get("set-cookie").and_then(|value| value.to_str().ok());
        if let Some(cookie) = cookie {
            self.cookie = cookie.split(';').next().unwrap().to_owned();
        }
        heard.note(format!("POST {path}"), answer.body_mut().read_to_vec().unwrap_or_default());
        answer.status().as_u16()
    }
}

/// Every page that there is, with the numbers that things have here.
fn walk(browser: &Browser, heard: &mut Heard) -> usize {
    let mut walked = 0;
    for entry in serve::routes().entries() {
        if entry.method != actix_web::http::Method::GET || entry.permission == Permission::Public {
            continue;
        }
        for number in ["1", "2", "3"] {
            let part = |part: &str| match part.starts_with('{') {
                true => number.to_owned(),
                false => part.to_owned(),
            };
            let path = entry.path.split('/').map(part).collect::<Vec<_>>().join("/");
            browser.get(&path, heard);
            walked += 1;
            if !entry.path.contains('{') {
                break;
            }
        }
    }
    for report in ["profit", "orders", "pnl", "fees", "reconcile"] {
        browser.get(&format!("/reports/{report}?from=2026-01-01"), heard);
        browser.get(&format!("/api/v1/reports/{report}?from=2026-01-01"), heard);
    }
    for platform in ["woocommerce", "amazon", "shopify"] {
        assert_eq!(browser.get(&format!("/connections/new/{platform}"), heard), 200);
    }
    walked
}

/// Every call that the platforms heard is listed, and nobody else was called.
fn assert_only_asked_hosts_are_listed(world: &World) {
    let path = world.shop.folder.path().join("data/purser.db");
    let db = Db::open_read_only(&path, Clock::System).unwrap();
    let rows = db.read(|reader| egress::list_calls(reader, 10_000)).unwrap();
    for row in &rows {
        let at = (row.host.as_str(), row.port);
        assert_eq!(at, ("127.0.0.1", i64::from(world.standing.address.port())), "{row:?}");
        assert!(row.first_at <= row.last_at, "{row:?}");
    }
    let listed: i64 = rows.iter().map(|row| row.calls).sum();
    let heard = world.standing.asked.lock().unwrap().len();
    assert_eq!(usize::try_from(listed).unwrap(), heard);
    let of = |name: &str| rows.iter().any(|row| row.connection.as_deref() == Some(name));
    for name in ["woocommerce woocommerce shop", "amazon amazon shop", "shopify shopify shop"] {
        assert!(of(name), "{name} in {rows:?}");
    }
    assert!(rows.iter().any(|row| row.bytes_in > 0));
}

#[cfg(target_os = "linux")]
#[test]
fn threat_16_no_secret_and_no_buyer_stands_anywhere() {
    let (shop, standing) = (Shop::new(), Standing::open());
    let mut world = World { shop, standing, heard: Heard::default() };
    let mut markers = markers();

    let (code, out) = world.run(&["vault", "recovery", "--json"], "");
    assert_eq!(code, 0);
    let said: serde_json::Value = serde_json::from_str(&out).unwrap();
    let recovery = said["recovery_code"].as_str().unwrap().to_owned();
    markers.push(Marker::new("recovery code", recovery));
    let (code, _) = world.run(&["vault", "passphrase"], &format!("{PASSPHRASE}\n"));
    assert_eq!(code, 0);
    assert!(!world.shop.folder.path().join("config/purser.key").exists());
    std::fs::write(world.shop.folder.path().join("said"), format!("{PASSPHRASE}\n")).unwrap();
    let (code, out) = world.run(&["token", "add", "till", "--role", "owner"], "");
    assert_eq!(code, 0);
    markers.push(Marker::new("token", out.trim()));

    // Connected in foul weather: refused. In fair weather: asked, and asked in every weather.
    for weather in [Weather::Unauthorized, Weather::Garbage, Weather::Redirect] {
        world.standing.set(weather);
        assert_eq!(world.connect_all(), [1; 3], "{weather:?}");
    }
    world.standing.set(Weather::Fair);
    assert_eq!(world.connect_all(), [0; 3]);
    world.run(&["sync"], "");
    for weather in [Weather::Unauthorized, Weather::Redirect] {
        world.standing.set(weather);
        world.run(&["sync"], "");
        for name in ["woocommerce woocommerce shop", "amazon amazon shop", "shopify shopify shop"] {
            assert_eq!(world.run(&["connections", "resume", name], "").0, 0, "{name}");
        }
    }
    world.standing.set(Weather::Fair);
    for name in ["woocommerce woocommerce shop", "amazon amazon shop", "shopify shopify shop"] {
        let (code, out) = world.run(&["connections", "replay", name], "");
        assert_eq!(code, 0, "{name}: {out}");
        assert!(out.contains(" 0 of them changed"), "{name}: {out}");
    }
    for command in [&["vault", "verify"][..], &["vault", "rotate-data"], &["connections", "--json"]]
    {
        assert_eq!(world.run(command, "").0, 0, "{command:?}");
    }

    let served = Served::start(&mut world);
    let mut browser = Browser::new(&served.origin);
    let set_up = served.link.strip_prefix(&served.origin).unwrap().to_owned();
    let form = [("email", "ann@example.test"), ("password", PASSWORD)];
    assert_eq!(browser.post(&set_up, &form, &mut world.heard), 303);
    assert!(!browser.cookie.is_empty());
    let url = world.standing.url();
    for weather in [Weather::Unauthorized, Weather::Broken, Weather::Garbage] {
        world.standing.set(weather);
        let form = [
            ("store", "other"),
            ("base_url", url.as_str()),
            ("field.base_url", url.as_str()),
            ("field.consumer_key", WRONG),
            ("field.consumer_secret", WRONG),
        ];
        let status = browser.post("/connections/new/woocommerce", &form, &mut world.heard);
        assert_eq!(status, 422, "{weather:?}");
    }
    let form = [("passphrase", WRONG)];
    browser.post("/connections/unlock", &form, &mut world.heard);
    browser.post("/settings/password", &[("password", WRONG), ("new_password", WRONG)], {
        &mut world.heard
    });
    for number in ["2", "3", "4"] {
        browser.post(&format!("/connections/{number}/pull"), &[], &mut world.heard);
    }
    std::thread::sleep(std::time::Duration::from_secs(3));
    assert!(walk(&browser, &mut world.heard) > 40);
    for path in ["", "/bundle"] {
        let path = format!("/settings/diagnostics{path}");
        assert_eq!(browser.get(&path, &mut world.heard), 200, "{path}");
    }
    assert_eq!(browser.get("/metrics", &mut world.heard), 200);
    world.note_bundle();
    let (code, _) = world.run(&["connections"], "");
    assert_eq!(code, 0);
    world.run(&["vault", "rotate-key"], "");
    // While it runs, and so with its log of what was not yet folded in.
    let data = world.shop.folder.path().join("data");
    let searcher = Searcher::new(&markers);
    let mut found = searcher.find_in_folder(&data);
    let log = served.stop();
    assert!(log.len() > 10_000, "it logged at trace level");
    world.heard.note("log of the server", log);
    assert_only_asked_hosts_are_listed(&world);

    // Proof that what is looked for was there to be found.
    let asked = world.standing.asked.lock().unwrap().join("\n");
    for told in [SECRETS[3].1, SECRETS[6].1, standing::SHOPIFY_TOKEN] {
        let is_there =
            !Searcher::new(&[Marker::new("told", told)]).find(asked.as_bytes()).is_empty();
        assert!(is_there, "{told} was never sent, so this proves nothing");
    }
    let tables = data.join("purser.db");
    let count = |sql: &str| -> i64 {
        let conn = rusqlite::Connection::open(&tables).unwrap();
        conn.query_row(sql, [], |row| row.get(0)).unwrap()
    };
    assert_eq!(count("select count(*) from accounts"), 3);
    assert!(count("select count(*) from account_secrets") >= 8);
    assert!(count("select count(*) from documents") >= 6);
    assert!(count("select count(*) from orders") >= 6);

    for (place, bytes) in &world.heard.0 {
        found.extend(searcher.find(bytes).into_iter().map(|what| format!("{place}: {what}")));
    }
    for folder in ["data", "config", "temporary"] {
        found.extend(searcher.find_in_folder(&world.shop.folder.path().join(folder)));
    }
    found.extend(searcher.find_in_tables(&tables));
    assert!(found.is_empty(), "{found:#?}");
}
