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
use crate::app::control::{self, Tools};
use crate::app::hooks::{self, Hooks};
use crate::app::jobs;
use crate::app::lock::{Holder, Lock};
use crate::app::paths::Paths;
use crate::base::Clock;
use crate::base::time::Stopwatch;
use crate::features;
use crate::jobs::runner::Signal;
use crate::reports::preview::desk::Desk;
use crate::store::password::Passwords;
use crate::store::{sessions, settings, snapshots, users};
use crate::web::assets;
use crate::web::flash::Flashes;
use crate::web::headers::guard_all;
use crate::web::host::Hosts;
use crate::web::known::Builds;
use crate::web::permission::{Permission, Routes};
use crate::web::state::{Shared, State};

const HEAD_MAX: Duration = Duration::from_secs(10);
const IDLE_CONNECTION_MAX: Duration = Duration::from_secs(30);
const CONNECTIONS_PER_WORKER_MAX: usize = 1024;
const WORKERS: usize = 2;
/// How long requests under way may take once a stop was asked for.
const STOP_S_MAX: u64 = 8;
/// How long jobs under way may take after that: a batch of an import, not a platform's silence.
const JOBS_STOP_MAX: Duration = Duration::from_secs(20);

#[derive(Clone, Debug)]
pub struct Options {
    pub listen: SocketAddr,
    pub base_path: String,
    pub allow_hosts: Vec<String>,
    /// Where platforms call; any address, because nothing else is served there.
    pub hooks_listen: Option<SocketAddr>,
}

/// A server at work. Dropping it without `stop` leaves the work of stopping to the system.
pub struct Running {
    pub address: SocketAddr,
    pub state: Shared,
    stop: oneshot::Sender<()>,
    thread: JoinHandle<std::io::Result<()>>,
    jobs: Vec<JoinHandle<()>>,
    /// Where platforms reach us, if they may.
    pub hooks: Option<Hooks>,
    /// Wakes the job runner.
    pub signal: Signal,
    /// Where the effects of edits are looked at.
    pub desk: web::Data<Desk>,
    lock: Lock,
}

/// All routes of the program, in one table.
pub fn routes() -> Routes {
    let mut routes = Routes::default();
    routes.get("/healthz", Permission::Public, health);
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
    check_listen(options.listen)?;
    let base_path = check_base_path(&options.base_path)?;
    let Opened { mut tools, mut lock } = build::open(paths, clock.clone())?;
    tools.is_served = true;
    tools.sync.spool.sweep(&tools.db)?;
    snapshots::sweep(tools.db.path(), clock.now());
    let listener = bind(options.listen, "--listen")?;
    let address = listener.local_addr().context("ask for our own address")?;
    let hooks_listener = options.hooks_listen.map(|at| bind(at, "--hooks-listen")).transpose()?;
    let control_token = sessions::new_token()?;
    let holder = Holder::new(address, &base_path, &control_token);
    let state = Shared::new(State {
        db: tools.db.clone(),
        vault: Arc::clone(&tools.vault),
        passwords: Passwords::default(),
        clock,
        hosts: Hosts::new(address, &options.allow_hosts),
        base_path,
        instance_id: settings::instance_id(&tools.db)?,
        flashes: Flashes::default(),
        known: Builds::new(features::known::build_for_pages),
        control_token,
    });
    let (stop, stopped) = oneshot::channel();
    let signal = tools.sync.signal.clone();
    let jobs = jobs::start(&tools.sync)?;
    let hooks = hooks_listener.map(|listener| hooks::start(&tools.sync, listener)).transpose()?;
    let desk = web::Data::new(Desk::default());
    let thread = spawn(listener, state.clone(), (tools, desk.clone()), stopped)?;
    // Only now somebody answers there.
    lock.announce(&holder)?;
    Ok(Running { address, state, stop, thread, jobs, hooks, signal, desk, lock })
}

impl Running {
    /// `path` begins with a slash.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{}", self.address, self.state.url(path))
    }

    /// Lets requests under way end, folds the log into the file, frees the folder.
    ///
    /// # Errors
    /// What the server said at its end.
    pub fn stop(self) -> anyhow::Result<()> {
        let Self { state, stop, thread, jobs, hooks, signal, desk, lock, .. } = self;
        desk.stop_all();
        let unheard = hooks.map(Hooks::stop).transpose();
        // Jobs end at their next batch; what they stored stays and the rest goes on at a start.
        signal.stop();
        state.known.stop();
        let _ = stop.send(());
        let ended = thread.join().map_err(|_| anyhow!("the server ended in a panic"))?;
        // One that waits for a platform's answer is not waited for: what has not come is not kept.
        let watch = Stopwatch::start();
        while jobs.iter().any(|job| !job.is_finished()) && watch.elapsed() < JOBS_STOP_MAX {
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

    pub fn is_over(&self) -> bool {
        self.thread.is_finished()
    }

    /// Is there nobody yet who could sign in?
    ///
    /// # Errors
    /// What the store said.
    pub fn is_new(&self) -> anyhow::Result<bool> {
        Ok(self.state.db.read(|reader| users::count(reader.conn()))? == 0)
    }
}

fn spawn(
    listener: TcpListener,
    state: Shared,
    (tools, desk): (Tools, web::Data<Desk>),
    stopped: oneshot::Receiver<()>,
) -> anyhow::Result<JoinHandle<std::io::Result<()>>> {
    let routes = routes();
    let sync = web::Data::new(tools.sync.clone());
    let site = web::Data::new(features::site());
    let tools = web::Data::new(tools);
    let make_app = move || {
        let base_path = state.base_path.clone();
        App::new()
            .app_data(state.clone())
            .app_data(tools.clone())
            .app_data(sync.clone())
            .app_data(site.clone())
            .app_data(desk.clone())
            .configure(|config| routes.configure(&base_path, config))
            .wrap(from_fn(guard_all))
    };
    let serve = move || {
        actix_web::rt::System::new().block_on(async move {
            HttpServer::new(make_app)
                .workers(WORKERS)
                .max_connections(CONNECTIONS_PER_WORKER_MAX)
                .client_request_timeout(HEAD_MAX)
                .client_disconnect_timeout(Duration::from_secs(2))
                .keep_alive(IDLE_CONNECTION_MAX)
                .disable_signals()
                .shutdown_timeout(STOP_S_MAX)
                .shutdown_signal(async move {
                    let _ = stopped.await;
                })
                .listen(listener)?
                .run()
                .await
        })
    };
    let thread = std::thread::Builder::new().name("server".to_owned()).spawn(serve);
    thread.context("start the server's thread")
}

async fn health() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ok\n")
}

async fn embedded(path: web::Path<(String, String)>) -> HttpResponse {
    assets::answer(&path.0, &path.1)
}

fn check_listen(listen: SocketAddr) -> anyhow::Result<()> {
    if listen.ip().is_loopback() {
        return Ok(());
    }
    bail!(
        "{} can be reached from other machines, which this version does not offer: it would send \
         passwords in the clear. Nothing was started; listen at 127.0.0.1:{} and, to reach it \
         from elsewhere, use a tunnel such as ssh -L",
        listen.ip(),
        listen.port()
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
