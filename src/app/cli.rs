//! Commands and flags.

use std::ffi::OsString;
use std::io::{IsTerminal, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::{CommandFactory, Parser, Subcommand};
use serde_json::{Value, json};

use crate::app::backup::{self, BackupArgs};
use crate::app::build::Held;
use crate::app::changes::{self, ChangesArgs};
use crate::app::connections::{self, ConnectArgs, ConnectionsCommand, SyncArgs};
use crate::app::control::{self, TokenAdd, TokenRevoke};
use crate::app::demo::{self, Demo, DemoArgs};
use crate::app::doctor::{self, DoctorArgs};
use crate::app::figures::{self, ExplainArgs, ReportArgs};
use crate::app::import::{self, ImportArgs};
use crate::app::keeper;
use crate::app::known::{self, MonthCommand};
use crate::app::listings::{self, ListingsCommand};
use crate::app::lock::Holder;
use crate::app::logging;
use crate::app::passphrase;
use crate::app::paths::Paths;
use crate::app::privacy::{self, PrivacyCommand, RetentionCommand};
use crate::app::purchase_orders::{self, PurchaseOrdersCommand};
use crate::app::push::{self, PushArgs};
use crate::app::restore::{self, RestoreArgs};
use crate::app::serve::{self, Options, Running};
use crate::app::service::{self, ServiceArgs};
use crate::app::stock::{self, StockCommand};
use crate::app::stores::{self, OrgCommand, StoreCommand};
use crate::app::tls::OwnFiles;
use crate::app::user::{self, UserCommand};
use crate::app::vault::{self, VaultCommand};
use crate::app::verify::{self, VerifyArgs};
use crate::app::whatif::{self, WhatIfCommand};
use crate::base::{Clock, Instant};
use crate::store::users::Role;
use crate::store::{Db, links, tokens};
use crate::web::words::network;

/// The true net profit of every order, and the true stock, on your own machine.
#[derive(Parser)]
#[command(name = "purser", version, arg_required_else_help = false)]
struct Cli {
    /// The folder with the database
    #[arg(long, global = true, env = "PURSER_DATA", value_name = "DIR")]
    data: Option<PathBuf>,
    /// The folder with the key file, outside the data folder
    #[arg(long, global = true, env = "PURSER_CONFIG", value_name = "DIR")]
    config: Option<PathBuf>,
    /// A file whose first line is the passphrase of the vault (- is stdin)
    #[arg(long, global = true, env = "PURSER_PASSPHRASE_FILE", value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// Print one JSON document
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the pages (also without a command)
    Serve(Serve),
    /// Make up a shop in a folder of its own, and serve it
    Demo(DemoArgs),
    /// Take files in: [FORMAT|auto] FILE..., or list, or undo ID
    Import(ImportArgs),
    /// Connect an account of a platform, after trying its credentials
    Connect(Box<ConnectArgs>),
    /// The connections: list, pause, resume, disconnect
    Connections {
        #[command(subcommand)]
        command: Option<ConnectionsCommand>,
    },
    /// Ask the connected platforms for what is new
    Sync(SyncArgs),
    /// The listings of all channels, and the products that they sell
    #[command(subcommand)]
    Listings(ListingsCommand),
    /// Write stock on the channels now, or only show what would be written
    Push(PushArgs),
    /// The stores
    #[command(subcommand)]
    Store(StoreCommand),
    /// The organisation
    #[command(subcommand)]
    Org(OrgCommand),
    /// Stock: list, count, adjust, move, build, history, undo
    #[command(subcommand)]
    Stock(StockCommand),
    /// Print a report
    Report(Box<ReportArgs>),
    /// What every figure means
    Definitions,
    /// What if: real orders under other terms; nothing real changes
    #[command(name = "whatif", subcommand)]
    WhatIf(WhatIfCommand),
    /// Explain a figure down to its records
    Explain(ExplainArgs),
    /// Close a month, reopen it, list the months
    #[command(subcommand)]
    Month(MonthCommand),
    /// Purchase orders: list, show, receive
    #[command(subcommand)]
    PurchaseOrders(PurchaseOrdersCommand),
    /// Back everything up into one encrypted file, at any time
    Backup(BackupArgs),
    /// Put a backup in the place of what there is; what there is is kept
    Restore(RestoreArgs),
    /// Check the file, the vault and the books, or those of a backup
    Verify(VerifyArgs),
    /// What buyers may ask: told what is held, erased, restricted
    #[command(subcommand)]
    Privacy(PrivacyCommand),
    /// What is kept for a while only: apply
    #[command(subcommand)]
    Retention(RetentionCommand),
    /// List what was changed, by whom and why, the newest first
    Changes(ChangesArgs),
    /// Print a fresh one-time sign-in link: 15 minutes, single use
    Link,
    /// Tokens for programs
    #[command(subcommand)]
    Token(Token),
    /// The people: add, list, role, disable, enable, reset-mfa, reset-password
    #[command(subcommand)]
    User(UserCommand),
    /// The vault: new keys, the recovery code, the check that everything opens
    #[command(subcommand)]
    Vault(VaultCommand),
    /// Purser as a service of this machine: install, uninstall, status, start, stop
    Service(ServiceArgs),
    /// Look at everything here: disk, clock, database, key, connections, backups, versions
    Doctor(DoctorArgs),
    /// Print the completions of a shell
    Completions { shell: clap_complete::Shell },
    /// Print the manual page
    Man,
}

#[derive(clap::Args)]
struct Serve {
    /// Where to listen; 127.0.0.1:7373, with --lan 0.0.0.0:7373
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
    /// Let others in the network in: over TLS, and only with a second factor for every owner
    #[arg(long)]
    lan: bool,
    /// Your own certificate with its chain, in PEM form; without one, --lan makes one here
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Its key, in PEM form
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Open the browser
    #[arg(long)]
    open: bool,
    /// The path under which a proxy of this machine serves us
    #[arg(long, default_value = "/", value_name = "PATH")]
    base_path: String,
    /// Where platforms may call us: serves nothing but /hooks/...
    #[arg(long, value_name = "ADDR")]
    hooks_listen: Option<SocketAddr>,
    /// A further name under which we answer
    #[arg(long = "allow-host", value_name = "NAME", num_args = 1..)]
    allow_hosts: Vec<String>,
}

#[derive(Subcommand)]
enum Token {
    /// Make a token; it is shown once
    Add {
        name: String,
        #[arg(long, value_parser = Role::ALL.map(Role::name))]
        role: String,
        /// Days until it ends
        #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=3650))]
        expires: Option<u32>,
        /// A store that it may see; all where none is named
        #[arg(long = "store", value_name = "NAME")]
        stores: Vec<String>,
    },
    /// List the tokens
    List,
    /// End a token
    Revoke { name: String },
}

const LISTEN_USUAL: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 7373);
const LISTEN_NETWORK: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED), 7373);
const FAILED: u8 = 1;
const HELD: u8 = 4;

/// Runs the program; the code is one of CONTRACT: 0 done, 1 failed, 2 usage, 4 folder is held.
pub fn run(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    // Usage errors end here with 2, help and version with 0.
    let cli = Cli::parse_from(arguments);
    logging::begin(matches!(cli.command, None | Some(Command::Serve(_))));
    match run_command(&cli) {
        Ok(code) => code,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "purser: {error:#}");
            ExitCode::from(if error.is::<Held>() { HELD } else { FAILED })
        }
    }
}

fn run_command(cli: &Cli) -> anyhow::Result<ExitCode> {
    let said = cli.passphrase_file.as_deref().map(passphrase::from_file).transpose()?;
    let paths = || {
        let paths = Paths::resolve(cli.data.as_deref(), cli.config.as_deref())?;
        Ok(Paths { passphrase: said.clone(), ..paths })
    };
    if let Some(Command::Import(args)) = &cli.command {
        return import::import(&paths()?, args, cli.json);
    }
    if let Some(Command::Sync(args)) = &cli.command {
        return connections::sync(&paths()?, args, cli.json);
    }
    if let Some(Command::Doctor(args)) = &cli.command {
        let is_well = doctor::doctor(&paths()?, args, cli.json)?;
        return Ok(if is_well { ExitCode::SUCCESS } else { ExitCode::from(FAILED) });
    }
    run_other(cli, paths).map(|()| ExitCode::SUCCESS)
}

fn run_other(cli: &Cli, paths: impl Fn() -> anyhow::Result<Paths>) -> anyhow::Result<()> {
    match &cli.command {
        Some(Command::Import(_) | Command::Sync(_) | Command::Doctor(_)) => Ok(()),
        Some(Command::Service(args)) => service::service(&paths()?, args),
        Some(Command::Connect(args)) => connections::connect(&paths()?, args, cli.json),
        Some(Command::Connections { command }) => {
            connections::connections(&paths()?, command.as_ref(), cli.json)
        }
        Some(Command::Listings(command)) => listings::listings(&paths()?, command, cli.json),
        Some(Command::Push(args)) => push::push(&paths()?, args, cli.json),
        Some(Command::Store(command)) => stores::store(&paths()?, command, cli.json),
        Some(Command::Org(command)) => stores::org(&paths()?, command, cli.json),
        Some(Command::Stock(command)) => stock::stock(&paths()?, command, cli.json),
        Some(Command::Report(args)) => figures::report(&paths()?, args, cli.json),
        Some(Command::Definitions) => figures::definitions(cli.json),
        Some(Command::WhatIf(command)) => whatif::whatif(&paths()?, command, cli.json),
        Some(Command::Month(command)) => known::month(&paths()?, command, cli.json),
        Some(Command::PurchaseOrders(command)) => {
            purchase_orders::purchase_orders(&paths()?, command, cli.json)
        }
        Some(Command::Backup(args)) => backup::backup(&paths()?, args, cli.json),
        Some(Command::Restore(args)) => restore::restore(&paths()?, args, cli.json),
        Some(Command::Verify(args)) => verify::verify(&paths()?, args, cli.json),
        Some(Command::Privacy(command)) => privacy::privacy(&paths()?, command, cli.json),
        Some(Command::Retention(command)) => privacy::retention(&paths()?, command, cli.json),
        Some(Command::Changes(args)) => changes::list(&paths()?, args, cli.json),
        Some(Command::Explain(args)) => figures::explain(&paths()?, args, cli.json),
        None => serve_desktop(&paths()?),
        Some(Command::Serve(flags)) => serve_and_wait(&paths()?, flags),
        Some(Command::Demo(args)) => run_demo(cli, args),
        Some(Command::Link) => print_link(cli, &paths()?),
        Some(Command::Vault(command)) => vault::vault(&paths()?, *command, cli.json),
        Some(Command::Token(token)) => run_token(cli, &paths()?, token),
        Some(Command::User(command)) => user::user(&paths()?, command, cli.json),
        Some(Command::Completions { shell }) => {
            clap_complete::generate(
                *shell,
                &mut Cli::command(),
                "purser",
                &mut std::io::stdout().lock(),
            );
            Ok(())
        }
        Some(Command::Man) => {
            clap_mangen::Man::new(Cli::command()).render(&mut std::io::stdout().lock())?;
            Ok(())
        }
    }
}

/// Without a command: serve; where one runs already, open the browser on it.
fn serve_desktop(paths: &Paths) -> anyhow::Result<()> {
    let is_desktop = !std::io::stdout().is_terminal() && has_screen();
    let flags = Serve {
        listen: None,
        lan: false,
        tls_cert: None,
        tls_key: None,
        open: is_desktop,
        base_path: "/".to_owned(),
        allow_hosts: Vec::new(),
        hooks_listen: None,
    };
    let served = serve_and_wait(paths, &flags);
    let held = served.as_ref().err().and_then(|error| error.downcast_ref());
    match held {
        Some(Held { holder: Some(holder), .. }) => open_running(paths, holder),
        _ => served,
    }
}

/// A link that signs in where there is an owner, else the address; told as well as opened.
fn open_running(paths: &Paths, holder: &Holder) -> anyhow::Result<()> {
    let base = holder.url("/");
    let answer = control::run(paths, Clock::System, "link", &json!({}));
    let path = answer.ok().and_then(|answer| answer.value["path"].as_str().map(str::to_owned));
    let url = path.map_or_else(|| base.clone(), |path| holder.url(&path));
    say(&format!("Purser serves already at {base}"))?;
    if has_screen() {
        open_browser(&url);
        return Ok(());
    }
    say(&format!("Sign in within 15 minutes, once, at\n{url}"))
}

fn has_screen() -> bool {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    cfg!(any(windows, target_os = "macos")) || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")
}

fn serve_and_wait(paths: &Paths, flags: &Serve) -> anyhow::Result<()> {
    let own = flags.tls_cert.clone().zip(flags.tls_key.clone());
    let options = Options {
        listen: flags.listen.unwrap_or(if flags.lan { LISTEN_NETWORK } else { LISTEN_USUAL }),
        tls: own.map(|(certificate, key)| OwnFiles { certificate, key }),
        lan: flags.lan,
        base_path: flags.base_path.clone(),
        allow_hosts: flags.allow_hosts.clone(),
        hooks_listen: flags.hooks_listen,
    };
    let mut paths = paths.clone();
    passphrase::ask_before_start(&mut paths)?;
    serve_until_asked(&paths, &options, |running| {
        say(&format!("Purser serves at {}", running.url("/")))?;
        if let Some(hooks) = &running.hooks {
            say(&format!("Platforms may call at http://{}/hooks/", hooks.address))?;
        }
        if let Some((authority, names)) = &running.authority {
            let port = running.address.port();
            let urls: Vec<String> =
                names.iter().skip(3).map(|name| format!("https://{name}:{port}")).collect();
            let file = authority.file.display().to_string();
            say(&network::how_to_trust(&file, &authority.fingerprint, &urls))?;
        }
        let first = offer_set_up(running)?;
        // The person at the first start should not have to copy a link.
        let is_watched = first.is_some() && has_screen() && std::io::stdout().is_terminal();
        if flags.open || is_watched {
            open_browser(&first.unwrap_or_else(|| running.url("/")));
        }
        Ok(())
    })
}

/// `greet` tells whoever started us where we are.
fn serve_until_asked(
    paths: &Paths,
    options: &Options,
    greet: impl FnOnce(&Running) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    // Listens to signals before anybody can know that we run.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut signals = runtime.block_on(async { Signals::listen() })?;
    let (mut options, mut greet) = (options.clone(), Some(greet));
    loop {
        let running = serve::start(paths, &options, Clock::System)?;
        logging::keep_in(&paths.logs(), Clock::System.now())?;
        keeper::notify_ready();
        if let Some(greet) = greet.take() {
            greet(&running)?;
        }
        runtime.block_on(wait_for_end(&running, &mut signals))?;
        let starts_again = running.wants_restart();
        // Whoever restored something finds us where we were.
        options.listen = running.address;
        options.hooks_listen = running.hooks.as_ref().map(|hooks| hooks.address);
        running.stop()?;
        if !starts_again {
            return Ok(());
        }
    }
}

fn run_demo(cli: &Cli, args: &DemoArgs) -> anyhow::Result<()> {
    let given = (cli.data.as_deref(), cli.config.as_deref());
    let Demo { paths, made_of } = demo::prepare(given, args, Clock::System)?;
    let (data, config) = (paths.data.display(), paths.config.display());
    let mut json = json!({ "data": paths.data, "config": paths.config, "made_of": made_of });
    let text = format!("The demo ({made_of}) lies in {data}, its key in {config}.");
    if args.no_serve {
        let how = format!("Serve it with: purser serve --data '{data}' --config '{config}'");
        return print(cli, &json, &format!("{text}\n{how}"));
    }
    let listen = args.listen(LISTEN_USUAL);
    let options = Options {
        listen,
        base_path: "/".to_owned(),
        allow_hosts: Vec::new(),
        tls: None,
        lan: false,
        hooks_listen: None,
    };
    serve_until_asked(&paths, &options, |running| {
        let (url, link) =
            (running.url("/"), running.url(&control::make_link(&running.state.db)?.0));
        json["url"] = json!(url);
        json["link"] = json!(link);
        let sign_in = "Sign in as the demo's owner within 15 minutes, once, at";
        print(cli, &json, &format!("Purser serves at {url}\n{text}\n{sign_in}\n{link}"))?;
        if has_screen() {
            open_browser(&link);
        }
        Ok(())
    })
}

/// As long as nobody can sign in, a link is printed; a new one when it has run out.
fn offer_set_up(running: &Running) -> anyhow::Result<Option<String>> {
    if !running.is_new()? {
        return Ok(None);
    }
    let (path, _) = control::make_link(&running.state.db)?;
    let url = running.url(&path);
    say(&format!("Set it up within 15 minutes, once, at\n{url}"))?;
    Ok(Some(url))
}

async fn wait_for_end(running: &Running, signals: &mut Signals) -> anyhow::Result<()> {
    let asked = signals.wait();
    tokio::pin!(asked);
    let mut look = tokio::time::interval(Duration::from_secs(1));
    let life = Duration::from_secs(links::LIFE_S.unsigned_abs());
    let mut link = tokio::time::interval_at(tokio::time::Instant::now() + life, life);
    loop {
        tokio::select! {
            ended = &mut asked => return ended,
            _ = look.tick() => if running.is_over() || running.wants_restart() { return Ok(()) },
            _ = link.tick() => { offer_set_up(running)?; }
        }
    }
}

/// What asks a process to stop.
struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> anyhow::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let interrupt = signal(SignalKind::interrupt())?;
        Ok(Self { interrupt, terminate: signal(SignalKind::terminate())? })
    }

    async fn wait(&mut self) -> anyhow::Result<()> {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
        Ok(())
    }
}

#[cfg(not(unix))]
impl Signals {
    fn listen() -> anyhow::Result<Self> {
        Ok(Self {})
    }

    async fn wait(&mut self) -> anyhow::Result<()> {
        Ok(tokio::signal::ctrl_c().await?)
    }
}

fn open_browser(url: &str) {
    if let Err(error) = webbrowser::open(url) {
        tracing::warn!(%error, "no browser could be opened; open the printed address yourself");
    }
}

fn print_link(cli: &Cli, paths: &Paths) -> anyhow::Result<()> {
    let answer = control::run(paths, Clock::System, "link", &json!({}))?;
    let path = answer.value["path"].as_str().context("the answer holds no link")?;
    let (url, hint) = match answer.server {
        Some(server) => (server.url(path), ""),
        None => (format!("http://{LISTEN_USUAL}{path}"), " (start `purser serve` first)"),
    };
    let text = format!("Sign in within 15 minutes, once{hint}, at\n{url}");
    print(cli, &json!({ "link": url }), &text)
}

fn run_token(cli: &Cli, paths: &Paths, token: &Token) -> anyhow::Result<()> {
    match token {
        Token::Add { name, role, expires, stores } => {
            let input = TokenAdd {
                name: name.clone(),
                role: role.clone(),
                expires_days: *expires,
                stores: stores.clone(),
            };
            let answer = control::run(paths, Clock::System, "token-add", &input)?.value;
            let token = answer["token"].as_str().unwrap_or_default().to_owned();
            print(cli, &answer, &token)
        }
        Token::Revoke { name } => {
            let input = TokenRevoke { name: name.clone() };
            let answer = control::run(paths, Clock::System, "token-revoke", &input)?.value;
            print(cli, &answer, &format!("The token {name:?} has ended."))
        }
        Token::List => list_tokens(cli, paths),
    }
}

fn list_tokens(cli: &Cli, paths: &Paths) -> anyhow::Result<()> {
    let db = Db::open_read_only(&paths.database(), Clock::System)?;
    let listed = db.read(|reader| tokens::list(reader.conn()))?;
    let instant = |at: Option<Instant>| at.map(|at| at.to_string());
    let rows: Vec<Value> = listed
        .iter()
        .map(|token| {
            json!({
                "name": token.name,
                "role": token.role.name(),
                "created_at": token.created_at.to_string(),
                "expires_at": instant(token.expires_at),
                "revoked_at": instant(token.revoked_at),
                "used_at": instant(token.used_at),
                "all_stores": !token.is_limited,
            })
        })
        .collect();
    let lines: Vec<String> = listed
        .iter()
        .map(|token| {
            let end = match (token.revoked_at, token.expires_at) {
                (Some(at), _) => format!("revoked {at}"),
                (None, Some(at)) => format!("until {at}"),
                (None, None) => "without end".to_owned(),
            };
            format!("{}\t{}\t{end}", token.name, token.role.name())
        })
        .collect();
    print(cli, &json!({ "tokens": rows }), &lines.join("\n"))
}

fn print(cli: &Cli, json: &Value, text: &str) -> anyhow::Result<()> {
    if cli.json { say(&json.to_string()) } else { say(text) }
}

fn say(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    if !text.is_empty() {
        writeln!(out, "{text}").context("write to stdout")?;
    }
    Ok(out.flush()?)
}
