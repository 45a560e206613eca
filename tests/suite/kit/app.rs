//! The real program on a port of the moment and a folder that goes away, driven over TCP.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use purser::app::control;
use purser::app::paths::Paths;
use purser::app::serve::{self, Options, Running};
use purser::base::id::UserId;
use purser::base::{Clock, Instant};
use purser::store::sessions::{self, Origin};
use purser::store::users::{self, Email, NewUser, Role};
use purser::store::{Lane, tokens};
use ureq::http::Response;
use ureq::{Agent, Body};

pub const EMAIL: &str = "ann@example.test";
pub const PASSWORD: &str = "marble otter vinyl seven";

pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("purser-suite-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path.canonicalize().unwrap())
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn paths(&self) -> Paths {
        Paths::resolve(Some(&self.0.join("data")), Some(&self.0.join("config"))).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub struct App {
    pub running: Running,
    pub clock: Clock,
    pub agent: Agent,
    pub folder: Folder,
}

/// Who asks.
#[derive(Clone, Debug)]
pub enum As {
    Nobody,
    Session(String),
    Token(String),
}

impl App {
    pub fn start() -> Self {
        Self::start_in(Folder::new())
    }

    pub fn start_in(folder: Folder) -> Self {
        Self::start_with(folder, "/", Vec::new())
    }

    pub fn start_with(folder: Folder, base_path: &str, allow_hosts: Vec<String>) -> Self {
        Self::start_at("2026-11-20T12:00:00Z", folder, base_path, allow_hosts)
    }

    pub fn start_at(now: &str, folder: Folder, base_path: &str, allow_hosts: Vec<String>) -> Self {
        let options = Options {
            listen: "127.0.0.1:0".parse().unwrap(),
            base_path: base_path.to_owned(),
            allow_hosts,
            tls: None,
            lan: false,
            hooks_listen: None,
        };
        Self::start_as(now, folder, options)
    }

    pub fn start_as(now: &str, folder: Folder, options: Options) -> Self {
        let clock = Clock::set_at(Instant::parse(now).unwrap());
        let running = serve::start(&folder.paths(), &options, clock.clone()).unwrap();
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(std::time::Duration::from_secs(60)))
            .build()
            .new_agent();
        Self { running, clock, agent, folder }
    }

    /// Stops and starts on the same files.
    pub fn restart(self) -> Self {
        let Self { running, folder, .. } = self;
        running.stop().unwrap();
        Self::start_in(folder)
    }

    pub fn origin(&self) -> String {
        format!("http://{}", self.running.address)
    }

    pub fn make_user(&self, email: &str, role: Role, password: Option<&str>) -> UserId {
        let email = Email::parse(email).unwrap();
        let state = &self.running.state;
        let hash = password.map(|password| {
            let password = purser::base::Secret::new(password.to_owned());
            state.passwords.hash(&password).unwrap()
        });
        let new = NewUser { email: &email, name: "", role, password_hash: hash.as_deref() };
        state.db.write_local(Lane::Interactive, |tx| users::insert(tx, &new)).unwrap()
    }

    pub fn session_of(&self, user: UserId) -> As {
        let work = move |tx: &purser::store::Tx<'_>| sessions::begin(tx, user, Origin::default());
        let token = self.running.state.db.write(Lane::Interactive, work).unwrap();
        As::Session(token.expose().to_owned())
    }

    pub fn token_of(&self, role: Role) -> As {
        let work = move |tx: &purser::store::Tx<'_>| tokens::create(tx, role.name(), role, None);
        let token = self.running.state.db.write(Lane::Interactive, work).unwrap();
        As::Token(token.expose().to_owned())
    }

    pub fn link(&self) -> String {
        control::make_link(&self.running.state.db).unwrap().0
    }

    pub fn get(&self, path: &str, who: &As) -> Response<Body> {
        let request = self.agent.get(self.running.url(path));
        with(request, &self.credentials(who)).call().unwrap()
    }

    /// As a form of our own page sends it.
    pub fn post(&self, path: &str, who: &As, form: &[(&str, &str)]) -> Response<Body> {
        let mut headers = self.credentials(who);
        headers.push(("Origin".to_owned(), self.origin()));
        self.post_with(path, &headers, form)
    }

    pub fn post_with(
        &self,
        path: &str,
        headers: &[(String, String)],
        form: &[(&str, &str)],
    ) -> Response<Body> {
        let request = self.agent.post(self.running.url(path));
        with(request, headers).send_form(form.iter().copied()).unwrap()
    }

    /// As the file field of our own page sends it: fields, then files by name and content.
    pub fn upload(
        &self,
        path: &str,
        who: &As,
        fields: &[(&str, &str)],
        files: &[(&str, &str)],
    ) -> Response<Body> {
        let files: Vec<(&str, &[u8])> =
            files.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
        self.upload_bytes(path, who, fields, &files)
    }

    /// As `upload`, for files that are no text.
    pub fn upload_bytes(
        &self,
        path: &str,
        who: &As,
        fields: &[(&str, &str)],
        files: &[(&str, &[u8])],
    ) -> Response<Body> {
        let mut body = Vec::new();
        let named = fields.iter().map(|(name, text)| (format!("name=\"{name}\""), text.as_bytes()));
        let filed = files
            .iter()
            .map(|(name, bytes)| (format!("name=\"file\"; filename=\"{name}\""), *bytes));
        for (disposition, bytes) in named.chain(filed) {
            let head = format!("--edge\r\nContent-Disposition: form-data; {disposition}\r\n\r\n");
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--edge--\r\n");
        let mut headers = self.credentials(who);
        headers.push(("Origin".to_owned(), self.origin()));
        headers.push(("Content-Type".to_owned(), "multipart/form-data; boundary=edge".to_owned()));
        with(self.agent.post(self.running.url(path)), &headers).send(body).unwrap()
    }

    /// Waits until no job is due and no figure is old.
    pub fn settle(&self) {
        let started = std::time::Instant::now();
        loop {
            let is_open = self.running.state.db.read(|reader| {
                let is_dirty = purser::store::dirty::count(reader)? != (0, 0);
                Ok(is_dirty || purser::store::jobs::is_waiting(reader)?)
            });
            if !is_open.unwrap() {
                return;
            }
            assert!(started.elapsed().as_secs() < 60, "the jobs do not end");
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }

    /// Net profit of all days, in minor units.
    pub fn net_profit(&self) -> i64 {
        use purser::domain::ask::{Ask, Scope};
        use purser::domain::profit::component::Subtotal;
        let today = purser::base::Day::parse("2026-11-20").unwrap();
        let report = self.running.state.db.read(|reader| {
            let ask = Ask::all(Scope::All);
            Ok(purser::reports::profit::run(reader, &ask, today).unwrap())
        });
        report.unwrap().total.subtotal(Subtotal::NetProfit)
    }

    pub fn count(&self, sql: &str) -> i64 {
        let sql = sql.to_owned();
        let db = &self.running.state.db;
        db.read(|reader| Ok(reader.conn().query_row(&sql, [], |row| row.get(0))?)).unwrap()
    }

    pub fn sign_in(&self, email: &str, password: &str) -> Response<Body> {
        self.post("/sign-in", &As::Nobody, &[("email", email), ("password", password)])
    }

    pub fn credentials(&self, who: &As) -> Vec<(String, String)> {
        match who {
            As::Nobody => Vec::new(),
            As::Session(token) => {
                let name = self.running.state.cookie_name();
                vec![("Cookie".to_owned(), format!("{name}={token}"))]
            }
            As::Token(token) => vec![("Authorization".to_owned(), format!("Bearer {token}"))],
        }
    }

    /// What a browser could not send: the bytes as they are. Answers the whole answer.
    pub fn raw(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(self.running.address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// Every row of every table, but for what the program does by itself: a digest of all that a
    /// request could have changed.
    pub fn fingerprint(&self) -> String {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let own = ["jobs", "sqlite_sequence"];
        let db = &self.running.state.db;
        let digest = db.read(|reader| {
            let sql = "select name from sqlite_schema where type = 'table' order by name";
            let mut tables = reader.conn().prepare(sql)?;
            let names = tables.query_map([], |row| row.get::<_, String>(0))?;
            let mut digest = DefaultHasher::new();
            for name in names {
                let name = name?;
                if own.contains(&name.as_str()) || name.starts_with("sqlite_stat") {
                    continue;
                }
                let mut rows = reader.conn().prepare(&format!("select * from {name}"))?;
                let width = rows.column_count();
                let mut rows = rows.query([])?;
                name.hash(&mut digest);
                while let Some(row) = rows.next()? {
                    for column in 0..width {
                        format!("{:?}", row.get_ref(column)?).hash(&mut digest);
                    }
                }
            }
            Ok(digest.finish())
        });
        format!("{:016x}", digest.unwrap())
    }
}

pub fn text(mut response: Response<Body>) -> String {
    response.body_mut().read_to_string().unwrap()
}

/// The session that an answer sets, if it does.
pub fn session_in(response: &Response<Body>) -> Option<As> {
    let cookie = response.headers().get("set-cookie")?.to_str().unwrap();
    let value = cookie.split(';').next()?.split_once('=')?.1;
    (!value.is_empty()).then(|| As::Session(value.to_owned()))
}

pub fn header(response: &Response<Body>, name: &str) -> String {
    response.headers().get(name).map(|v| v.to_str().unwrap().to_owned()).unwrap_or_default()
}

fn with<B>(
    request: ureq::RequestBuilder<B>,
    headers: &[(String, String)],
) -> ureq::RequestBuilder<B> {
    headers.iter().fold(request, |request, (name, value)| request.header(name, value))
}
