//! `purser connect`, `purser connections` and `purser sync` at the terminal.

use std::collections::BTreeMap;
use std::process::ExitCode;

use anyhow::{Context, bail};
use serde_json::{Value, json};

use crate::app::control;
use crate::app::passphrase;
use crate::app::paths::Paths;
use crate::app::pulled::{ConnectAsk, ConnectionAsk, SyncAsk};
use crate::app::report::print;
use crate::base::{Clock, Currency};
use crate::connectors;
use crate::connectors::spec::FieldKind;
use crate::store::Db;
use crate::sync::health;

#[derive(clap::Args)]
pub struct ConnectArgs {
    /// What to connect, or `list`
    platform: String,
    /// The store that its records belong to; a new name makes a new store
    #[arg(long, value_name = "NAME")]
    store: Option<String>,
    /// The name of the connection; without it, the platform and the store
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// The currency of a new store, where the platform does not say
    #[arg(long, value_parser = Currency::parse, value_name = "CODE")]
    currency: Option<Currency>,
    /// A setting; `connect list` names them
    #[arg(long = "set", value_name = "KEY=VALUE")]
    settings: Vec<String>,
    /// A secret, read from stdin, a line each, in this order
    #[arg(long = "secret", value_name = "KEY=-")]
    secrets: Vec<String>,
    /// The first day to ask for; without it, everything
    #[arg(long, value_name = "DAY")]
    since: Option<String>,
}

#[derive(clap::Subcommand)]
pub enum ConnectionsCommand {
    /// List the connections and how they fare
    List,
    /// Stop asking the platform
    Pause { name: String },
    /// Go on, also after a fault
    Resume { name: String },
    /// Read again what is kept of what the platform sent, as this version understands it
    Replay {
        name: String,
        /// Only this stream
        #[arg(long, value_name = "STREAM")]
        stream: Option<String>,
    },
    /// For how many days what platforms send is kept, without persons (30 as it comes)
    Keep {
        #[arg(value_parser = clap::value_parser!(u32).range(0..=365))]
        days: Option<u32>,
    },
    /// End a connection; its credentials go at once
    Disconnect {
        name: String,
        /// Also take out of the books what it brought
        #[arg(long)]
        delete_data: bool,
    },
}

#[derive(clap::Args)]
pub struct SyncArgs {
    /// Only this one
    #[arg(long, value_name = "NAME")]
    connection: Option<String>,
    /// From the beginning once more; what is known already changes nothing
    #[arg(long)]
    full: bool,
    /// Wait until everything is there
    #[arg(long)]
    wait: bool,
}

const FAILED: u8 = 1;

/// # Errors
/// What the platform or the store said.
pub fn connect(paths: &Paths, args: &ConnectArgs, json: bool) -> anyhow::Result<()> {
    if args.platform == "list" {
        return list_platforms(json);
    }
    let mut settings = BTreeMap::new();
    for setting in &args.settings {
        let (key, value) = setting
            .split_once('=')
            .with_context(|| format!("--set {setting} is not of the form key=value"))?;
        settings.insert(key.to_owned(), value.to_owned());
    }
    let ask = ConnectAsk {
        platform: args.platform.clone(),
        name: args.name.clone(),
        store: args.store.clone(),
        currency: args.currency,
        settings,
        secrets: read_secrets(&args.secrets)?,
        since: args.since.clone(),
    };
    let made = control::run(paths, Clock::System, "connect", &ask)?.value;
    if json {
        return print(&made.to_string());
    }
    for told in made["told"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        print(told)?;
    }
    let text = |key: &str| made[key].as_str().unwrap_or_default().to_owned();
    let label = made["account"]["label"].as_str().unwrap_or_default();
    print(&format!("Connected {} as {:?} ({label}).", text("platform"), text("name")))
}

/// A line of stdin for each, so that no secret stands in the list of processes.
fn read_secrets(named: &[String]) -> anyhow::Result<BTreeMap<String, String>> {
    let mut secrets = BTreeMap::new();
    for name in named {
        let key = match name.split_once('=') {
            Some((key, "-")) => key,
            None => name,
            Some(_) => bail!(
                "A secret on the command line can be read by every program of this machine. Write \
                 --secret key=- and give it on stdin, a line each."
            ),
        };
        let secret = passphrase::ask(key)?;
        if secret.expose().is_empty() {
            bail!("there is no line for the secret {key} on stdin");
        }
        secrets.insert(key.to_owned(), secret.expose().to_owned());
    }
    Ok(secrets)
}

fn list_platforms(json: bool) -> anyhow::Result<()> {
    let known = connectors::ALL.iter().filter_map(|connector| Some((connector, connector.api()?)));
    let mut rows = Vec::new();
    for (connector, api) in known {
        let spec = api.spec();
        let fields = spec.fields.iter().map(|field| {
            json!({
                "key": field.key,
                "label": field.label,
                "secret": field.kind == FieldKind::Secret,
                "required": field.required,
                "help": field.help,
            })
        });
        rows.push(json!({
            "platform": connector.slug(),
            "label": connector.label(),
            "needs_store": spec.needs_store,
            "documentation": spec.documentation,
            "fields": fields.collect::<Vec<Value>>(),
        }));
    }
    if json {
        return print(&Value::Array(rows).to_string());
    }
    for row in rows {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        print(&format!("{}\t{}", text(&row["platform"]), text(&row["label"])))?;
        for field in row["fields"].as_array().into_iter().flatten() {
            let flag = if field["secret"] == true { "--secret" } else { "--set" };
            let need = if field["required"] == true { "" } else { " (optional)" };
            print(&format!("  {flag} {}{need}\t{}", text(&field["key"]), text(&field["help"])))?;
        }
    }
    Ok(())
}

/// # Errors
/// What the store said; no connection of that name.
pub fn connections(
    paths: &Paths,
    command: Option<&ConnectionsCommand>,
    json: bool,
) -> anyhow::Result<()> {
    let ask = |name: &String, what: &str, delete_data: bool| {
        let (name_asked, what_asked) = (name.clone(), what.to_owned());
        let ask = ConnectionAsk { name: name_asked, what: what_asked, delete_data, stream: None };
        let done = control::run(paths, Clock::System, "connection", &ask)?.value;
        let text = match what {
            "pause" => format!("The connection {name:?} is paused."),
            "resume" => format!("The connection {name:?} goes on."),
            _ if delete_data => format!("The connection {name:?} and what it brought are gone."),
            _ => format!("The connection {name:?} is gone; what it brought stays."),
        };
        print(&if json { done.to_string() } else { text })
    };
    match command {
        None | Some(ConnectionsCommand::List) => list(paths, json),
        Some(ConnectionsCommand::Pause { name }) => ask(name, "pause", false),
        Some(ConnectionsCommand::Resume { name }) => ask(name, "resume", false),
        Some(ConnectionsCommand::Disconnect { name, delete_data }) => {
            ask(name, "disconnect", *delete_data)
        }
        Some(ConnectionsCommand::Replay { name, stream }) => {
            replay(paths, (name, stream.as_deref()), json)
        }
        Some(ConnectionsCommand::Keep { days }) => keep(paths, *days, json),
    }
}

fn replay(paths: &Paths, (name, stream): (&str, Option<&str>), json: bool) -> anyhow::Result<()> {
    let ask = ConnectionAsk {
        name: name.to_owned(),
        what: "replay".to_owned(),
        delete_data: false,
        stream: stream.map(str::to_owned),
    };
    let done = control::run(paths, Clock::System, "connection", &ask)?.value;
    let (documents, changed) = (&done["documents"], &done["changed"]);
    let mut text = format!("{documents} documents were read again, {changed} of them changed.");
    if let Some(left_out) = done["left_out"].as_i64().filter(|count| *count > 0) {
        text.push_str(&format!(
            "\n{left_out} could not be read again; what is known of them stays as it is."
        ));
    }
    print(&if json { done.to_string() } else { text })
}

fn keep(paths: &Paths, days: Option<u32>, json: bool) -> anyhow::Result<()> {
    let ask = json!({ "days": days });
    let done = control::run(paths, Clock::System, "kept-days", &ask)?.value;
    let text = match done["days"].as_i64() {
        Some(days) => format!("What platforms send is kept for {days} days."),
        None => "What platforms send is kept as long as each stream says, mostly 30 days.".into(),
    };
    print(&if json { done.to_string() } else { text })
}

fn list(paths: &Paths, json: bool) -> anyhow::Result<()> {
    let db = Db::open_read_only(&paths.database(), Clock::System)?;
    let now = db.clock().now();
    let found = db.read(|reader| health::list_health(reader, now))?;
    if json {
        let rows: Vec<Value> = found.iter().map(health_json).collect();
        return print(&json!({ "connections": rows }).to_string());
    }
    for account in &found {
        let row = &account.row;
        let store = row.store_name.as_deref().unwrap_or("-");
        print(&format!("{}\t{}\t{store}\t{}", row.name, row.platform, account.health.name()))?;
        for stream in &account.streams {
            let last =
                stream.row.success_at.map_or_else(|| "never".to_owned(), |at| at.to_string());
            let fault = stream.row.fault.as_ref().map_or("", |fault| fault.what.as_str());
            let health = stream.health.name();
            print(&format!("  {}\t{health}\tlast {last}\t{fault}", stream.row.stream))?;
        }
    }
    Ok(())
}

fn health_json(account: &health::AccountHealth) -> Value {
    let instant = |at: Option<crate::base::Instant>| at.map(|at| at.to_string());
    let streams = account.streams.iter().map(|stream| {
        let row = &stream.row;
        json!({
            "stream": row.stream,
            "health": stream.health.name(),
            "last_success_at": instant(row.success_at),
            "next_at": instant(stream.next_at),
            "documents": row.documents,
            "records": row.records,
            "problems": stream.problems,
            "fault": row.fault.as_ref().map(|fault| &fault.what),
        })
    });
    json!({
        "name": account.row.name,
        "platform": account.row.platform,
        "store": account.row.store_name,
        "state": account.row.state.name(),
        "health": account.health.name(),
        "fault": account.row.fault,
        "streams": streams.collect::<Vec<Value>>(),
    })
}

/// 0 where everything came, 1 where a stream has a fault.
///
/// # Errors
/// What the store said; no connection of that name.
pub fn sync(paths: &Paths, args: &SyncArgs, json: bool) -> anyhow::Result<ExitCode> {
    let ask = SyncAsk { connection: args.connection.clone(), full: args.full, wait: args.wait };
    let done = control::run(paths, Clock::System, "sync", &ask)?.value;
    let empty = Vec::new();
    let connections = done["connections"].as_array().unwrap_or(&empty);
    let mut has_fault = false;
    if json {
        print(&done.to_string())?;
    } else if connections.is_empty() {
        print("There is nothing to ask: no connection is at work.")?;
    }
    for connection in connections {
        let name = connection["name"].as_str().unwrap_or_default();
        for stream in connection["streams"].as_array().into_iter().flatten() {
            let fault = stream["fault"].as_str();
            has_fault |= fault.is_some();
            if !json {
                let (records, problems) = (&stream["records"], &stream["problems"]);
                let what = stream["stream"].as_str().unwrap_or_default();
                let fault = fault.map_or(String::new(), |fault| format!("\t{fault}"));
                print(&format!("{name}\t{what}\t{records} records\t{problems} problems{fault}"))?;
            }
        }
    }
    Ok(if has_fault && args.wait { ExitCode::from(FAILED) } else { ExitCode::SUCCESS })
}
