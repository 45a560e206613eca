//! The server: started and stopped in order.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use actix_web::middleware::from_fn;
use actix_web::{App, HttpResponse, HttpServer, web};
use anyhow::{Context, anyhow, bail};
use tokio::sync::oneshot;

use crate::app::build::{self, Opened};
use crate::app::chosen::Chosen;
use crate::app::control::{self, Tools};
use crate::app::hooks::{self, Hooks};
use crate::app::jobs;
use crate::app::keeper;
use crate::app::lock::{Holder, Lock};
use crate::app::metrics;
use crate::app::paths::Paths;
use crate::app::tls::{self, Authority, Closed, OwnFiles};
use crate::base::Clock;
use crate::base::time::Stopwatch;
use crate::features;
use crate::features::diagnostics::checks::{self, Asked};
use crate::features::diagnostics::{Home, bundle};
use crate::features::notes::files::BundleMaker;
use crate::jobs::runner::Signal;
use crate::reports::preview::desk::Desk;
use crate::store::password::Passwords;
use crate::store::second_factor::second_factor_ready;
use crate::store::{Db, sessions, settings, snapshots, users};
use crate::web::assets;
use crate::web::flash::Flashes;
use crate::web::headers::guard_all;
use crate::web::host::Hosts;
use crate::web::known::Builds;
use crate::web::metrics::{Requests, measure};
use crate::web::permission::{Permission, Routes};
use crate::web::state::{Door, Shared, State};

const HEAD_MAX: Duration = Duration::from_secs(10);
const IDLE_CONNECTION_MAX: Duration = Duration::from_secs(30);
const CONNECTIONS_PER_WORKER_MAX: usize = 1024;
const WORKERS: usize = 2;
/// How long requests under way may take once a stop was asked for.
const STOP_S_MAX: u64 = 5;
/// How long the whole stop may take, jobs under way included: a batch of an import, not a
/// platform's silence. Service managers kill after ten seconds.
const STOP_MAX: Duration = Duration::from_secs(8);

#[derive(Clone, Debug)]
pub struct Options {
    pub listen: SocketAddr,
    pub base_path: String,
    pub allow_hosts: Vec<String>,
    /// The owner's certificate; with it, or in the network, every page goes over TLS.
    pub tls: Option<OwnFiles>,
    /// Whether others in the network may reach us.
    pub lan: bool,
    /// Where platforms call; any address, because nothing else is served there.
    pub hooks_listen: Option<SocketAddr>,
}

/// A server at work. Dropping it without `stop` leaves the work of stopping to the system.
pub struct Running {
    pub address: SocketAddr,
    /// Scheme and host under which a browser of this machine, or of the network, asks for us.
    pub origin: String,
    /// The authority that was made here, and the addresses for which its certificate is good.
    pub authority: Option<(Authority, Vec<String>)>,
    pub state: Shared,
    servers: Vec<Server>,
    jobs: Vec<JoinHandle<()>>,
    /// Where platforms reach us, if they may.
    pub hooks: Option<Hooks>,
    /// Wakes the job runner.
    pub signal: Signal,
    /// Where the effects of edits are looked at.
    pub desk: web::Data<Desk>,
    lock: Lock,
    tools: crate::sync::ctx::Tools,
}

/// A listener at work.
struct Server {
    stop: oneshot::Sender<()>,
    thread: JoinHandle<std::io::Result<()>>,
}

/// All routes of the program, in one table.
pub fn routes() -> Routes {
    let mut routes = Routes::default();
    routes.get("/healthz", Permission::Public, health);
    routes.get("/metrics", Permission::SeeFigures, metrics::answer);
    routes.get("/static/{hash}/{path:.*}", Permission::Public, embedded);
    control::routes(&mut routes);
    for feature in features::ALL {
        (feature.routes)(&mut routes);
    }
    routes
}

/// # Errors
/// What opening gave; a port that is taken; an address that is not allowed.
pub fn start(paths: &Paths, options: &Options, clock: Clock) -> anyhow::Result<Running> {
    check_listen(options)?;
    let base_path = check_base_path(&options.base_path)?;
    let Opened { mut tools, mut lock } = build::open(paths, clock.clone())?;
    if options.lan {
        check_second_factor(&tools.db)?;
    }
    tools.is_served = true;
    tools.sync.spool.sweep(&tools.db)?;
    snapshots::sweep(tools.db.path(), clock.now());
    let Heard { listener, address, origin, closed, hosts, commands } =
        listen(paths, options, &clock)?;
    let hooks_listener = options.hooks_listen.map(|at| bind(at, "--hooks-listen")).transpose()?;
    let control_token = sessions::new_token()?;
    // Commands of this machine ask in plain form, and never over the network.
    let at = commands.as_ref().map_or(Ok(address), TcpListener::local_addr)?;
    let browsers = commands.is_some().then(|| origin.clone());
    let holder = Holder::new(at, &base_path, &control_token).at(browsers);
    let (config, authority) = match closed {
        Some((closed, names)) => {
            (Some(closed.config), closed.authority.map(|authority| (authority, names)))
        }
        None => (None, None),
    };
    let state = Shared::new(State {
        db: tools.db.clone(),
        vault: Arc::clone(&tools.vault),
        passwords: Passwords::default(),
        clock,
        hosts,
        door: match (options.lan, config.is_some()) {
            (true, _) => Door::Network,
            (false, true) => Door::Closed,
            (false, false) => Door::Loopback,
        },
        base_path,
        instance_id: settings::instance_id(&tools.db)?,
        flashes: Flashes::default(),
        known: Builds::new(features::known::build_for_pages),
        control_token,
    });
    let signal = tools.sync.signal.clone();
    let home = paths.home()?;
    let keeper = keeper::start(&tools.sync, home.clone(), Chosen::read(&paths.config)?)?;
    let mut jobs = jobs::start(&tools.sync)?;
    jobs.push(keeper);
    let hooks = hooks_listener.map(|listener| hooks::start(&tools.sync, listener)).transpose()?;
    let desk = web::Data::new(Desk::default());
    let kept = tools.sync.clone();
    let given = (state.clone(), tools, desk.clone(), home);
    let mut servers = vec![spawn(listener, config, routes(), given.clone())?];
    if let Some(listener) = commands {
        let mut only = Routes::default();
        control::routes(&mut only);
        servers.push(spawn(listener, None, only, given)?);
    }
    // Only now somebody answers there.
    lock.announce(&holder)?;
    let tools = kept;
    Ok(Running {
        address,
        origin,
        authority,
        state,
        servers,
        jobs,
        hooks,
        signal,
        desk,
        lock,
        tools,
    })
}

/// Where we listen, and how we are called there.
struct Heard {
    listener: TcpListener,
    address: SocketAddr,
    origin: String,
    /// With the names for which the certificate is good.
    closed: Option<(Closed, Vec<String>)>,
    hosts: Hosts,
    /// Where commands of this machine ask, when browsers have to ask over TLS.
    commands: Option<TcpListener>,
}

fn listen(paths: &Paths, options: &Options, clock: &Clock) -> anyhow::Result<Heard> {
    let allowed = &options.allow_hosts;
    if !options.lan && options.tls.is_none() {
        let listener = bind(options.listen, "--listen")?;
        let address = listener.local_addr().context("ask for our own address")?;
        let (origin, hosts) = (format!("http://{address}"), Hosts::new(address, allowed));
        return Ok(Heard { listener, address, origin, closed: None, hosts, commands: None });
    }
    let names = tls::names_of(options.listen, allowed);
    let closed = tls::open(paths, options.tls.as_ref(), &names, clock)?;
    let listener = bind(options.listen, "--listen")?;
    let address = listener.local_addr().context("ask for our own address")?;
    let commands = bind(SocketAddr::from(([127, 0, 0, 1], 0)), "--listen")?;
    let spelled = names.iter().map(|name| match name.parse::<std::net::Ipv6Addr>() {
        Ok(ip) => format!("[{ip}]"),
        Err(_) => name.clone(),
    });
    let spelled: Vec<String> = spelled.collect();
    let hosts: Vec<String> = spelled.iter().chain(allowed).cloned().collect();
    let hosts = Hosts::new(address, &hosts).over_tls(address).and_at(commands.local_addr()?);
    // What others can ask for stands behind this machine's own names.
    let origin = match spelled.get(3).filter(|_| !options.listen.ip().is_loopback()) {
        Some(name) => format!("https://{name}:{}", address.port()),
        None if address.ip().is_loopback() => format!("https://{address}"),
        None => format!("https://localhost:{}", address.port()),
    };
    let closed = Some((closed, spelled));
    Ok(Heard { listener, address, origin, closed, hosts, commands: Some(commands) })
}

impl Running {
    /// `path` begins with a slash.
    pub fn url(&self, path: &str) -> String {
        format!("{}{}", self.origin, self.state.url(path))
    }

    /// Lets requests under way end, folds the log into the file, frees the folder.
    ///
    /// # Errors
    /// What the server said at its end.
    pub fn stop(self) -> anyhow::Result<()> {
        let Self { state, servers, jobs, hooks, signal, desk, lock, tools, .. } = self;
        drop(tools);
        let watch = Stopwatch::start();
        keeper::notify_stopping();
        desk.stop_all();
        let unheard = hooks.map(Hooks::stop).transpose();
        // Jobs end at their next batch; what they stored stays and the rest goes on at a start.
        signal.stop();
        state.known.stop();
        let ending = servers.into_iter().map(|Server { stop, thread }| {
            let _ = stop.send(());
            thread
        });
        // All are told before one is waited for. Work that a request began, such as a long import
        // of a command, ends with the process: it is taken up again or taken back at the next
        // start.
        let ending: Vec<_> = ending.collect();
        while ending.iter().any(|thread| !thread.is_finished()) && watch.elapsed() < STOP_MAX {
            std::thread::sleep(Duration::from_millis(10));
        }
        let mut ended = Ok(());
        for thread in ending.into_iter().filter(JoinHandle::is_finished) {
            let over = thread.join().map_err(|_| anyhow!("the server ended in a panic"))?;
            ended = ended.and(over);
        }
        // One that waits for a platform's answer is not waited for: what has not come is not kept.
        while jobs.iter().any(|job| !job.is_finished()) && watch.elapsed() < STOP_MAX {
            std::thread::sleep(Duration::from_millis(10));
        }
        let finished = jobs.into_iter().filter(|job| job.is_finished());
        let has_panicked = finished.map(JoinHandle::join).any(|ended| ended.is_err());
        drop(state);
        drop(lock);
        if has_panicked {
            return Err(anyhow!("a job runner ended in a panic"));
        }
        ended.context("the server ended with an error")?;
        unheard.map(|_| ()).context("the listener for webhooks ended with an error")
    }

    /// Whether something asks to be taken up by a new start, such as a backup to be restored.
    pub fn wants_restart(&self) -> bool {
        self.tools.wants_restart.load(std::sync::atomic::Ordering::Relaxed)
    }

    pub fn is_over(&self) -> bool {
        self.servers.iter().any(|server| server.thread.is_finished())
    }

    /// Is there nobody yet who could sign in?
    ///
    /// # Errors
    /// What the store said.
    pub fn is_new(&self) -> anyhow::Result<bool> {
        Ok(self.state.db.read(|reader| users::count(reader.conn()))? == 0)
    }
}

/// The bundle of the page of diagnostics, for those who ask a helper.
fn bundles(state: &Shared, home: &Home) -> BundleMaker {
    let (state, home) = (state.clone(), home.clone());
    BundleMaker(Box::new(move || {
        let locked = state.vault.locked().map(|why| why.to_string());
        let asked = Asked { is_whole: false, locked: locked.as_deref(), clock: &state.clock };
        let checks = checks::look(&home, Ok(&state.db), &asked);
        bundle::write(&home, Some(&state.db), &checks)
    }))
}

fn spawn(
    listener: TcpListener,
    closed: Option<rustls::ServerConfig>,
    routes: Routes,
    (state, tools, desk, home): (Shared, Tools, web::Data<Desk>, Home),
) -> anyhow::Result<Server> {
    let (stop, stopped) = oneshot::channel::<()>();
    let sync = web::Data::new(tools.sync.clone());
    let site = web::Data::new(features::site());
    let tools = web::Data::new(tools);
    let maker = web::Data::new(bundles(&state, &home));
    let (home, requests) = (web::Data::new(home), web::Data::new(Requests::default()));
    let make_app = move || {
        let base_path = state.base_path.clone();
        App::new()
            .app_data(state.clone())
            .app_data(tools.clone())
            .app_data(sync.clone())
            .app_data(site.clone())
            .app_data(desk.clone())
            .app_data(home.clone())
            .app_data(requests.clone())
            .app_data(maker.clone())
            .configure(|config| routes.configure(&base_path, config))
            .wrap(from_fn(guard_all))
            .wrap(from_fn(measure))
    };
    let serve = move || {
        actix_web::rt::System::new().block_on(async move {
            let server = HttpServer::new(make_app)
                .workers(WORKERS)
                .max_connections(CONNECTIONS_PER_WORKER_MAX)
                .client_request_timeout(HEAD_MAX)
                .client_disconnect_timeout(Duration::from_secs(2))
                .keep_alive(IDLE_CONNECTION_MAX)
                .disable_signals()
                .shutdown_timeout(STOP_S_MAX)
                .shutdown_signal(async move {
                    let _ = stopped.await;
                });
            let server = match closed {
                Some(config) => server.listen_rustls_0_23(listener, config)?,
                None => server.listen(listener)?,
            };
            server.run().await
        })
    };
    let thread = std::thread::Builder::new().name("server".to_owned()).spawn(serve);
    Ok(Server { stop, thread: thread.context("start the server's thread")? })
}

async fn health() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ok\n")
}

async fn embedded(path: web::Path<(String, String)>) -> HttpResponse {
    assets::answer(&path.0, &path.1)
}

fn check_listen(options: &Options) -> anyhow::Result<()> {
    let listen = options.listen;
    if options.lan || listen.ip().is_loopback() {
        return Ok(());
    }
    bail!(
        "{} can be reached from other machines. Nothing was started; that needs the flag --lan, \
         and with it TLS and a second factor for every owner. Without, listen at 127.0.0.1:{} \
         and, to reach it from elsewhere, use a tunnel such as ssh -L",
        listen.ip(),
        listen.port()
    )
}

fn check_second_factor(db: &Db) -> anyhow::Result<()> {
    if db.read(|reader| second_factor_ready(reader.conn()))? {
        return Ok(());
    }
    bail!(
        "--lan lets other machines reach this one, and not every owner has a second factor. \
         Nothing was started; start without --lan, set it up under Settings for every owner, and \
         start again"
    )
}

fn check_base_path(path: &str) -> anyhow::Result<String> {
    let inner = path.trim_matches('/');
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/' | '.');
    if !inner.chars().all(plain) || inner.contains("//") || inner.contains("..") {
        bail!("{path:?} is no base path such as /purser/");
    }
    Ok(if inner.is_empty() { "/".to_owned() } else { format!("/{inner}/") })
}

fn bind(listen: SocketAddr, flag: &str) -> anyhow::Result<TcpListener> {
    match TcpListener::bind(listen) {
        Ok(listener) => {
            listener.set_nonblocking(true)?;
            Ok(listener)
        }
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => bail!(
            "port {} is taken by another program. Nothing was started; choose another one with \
             {flag} {}:{}",
            listen.port(),
            listen.ip(),
            listen.port().wrapping_add(1).max(1024)
        ),
        Err(error) => Err(error).with_context(|| format!("listen at {listen}")),
    }
}
