//! Commands that write. With a server they are handed to it over loopback, with the token of the
//! lock file; without one they take the lock and run here. Both ways run the same function.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use actix_web::{HttpResponse, web};
use anyhow::{Context, anyhow, bail};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::app::build::{self, Held};
use crate::app::commands;
use crate::app::known;
use crate::app::listings;
use crate::app::lock::Holder;
use crate::app::paths::Paths;
use crate::app::privacy;
use crate::app::pulled;
use crate::app::purchase_orders;
use crate::app::push;
use crate::app::stock;
use crate::app::taken;
use crate::app::user;
use crate::app::vault;
use crate::base::Clock;
use crate::store::behalf::{self, Behalf, COMMAND_LINE};
use crate::store::links::{self, Purpose};
use crate::store::users::{self, Role};
use crate::store::vault::VaultState;
use crate::store::{Db, Lane, StoreError, tokens};
use crate::web::error::AppError;
use crate::web::permission::{Limits, Permission, Routes};
use crate::web::state::off_thread;

/// What a command is given.
#[derive(Clone)]
pub struct Tools {
    pub db: Db,
    pub vault: Arc<VaultState>,
    pub sync: crate::sync::ctx::Tools,
    /// Whether a server's runner works on the queue, so that a command only waits for it.
    pub is_served: bool,
}

/// One command: JSON in, JSON out. An error is a sentence for the person at the terminal.
pub struct Command {
    pub name: &'static str,
    pub run: fn(&Tools, Value) -> anyhow::Result<Value>,
}

/// Commands that come to nothing while the vault is locked; without a server they ask for its
/// passphrase.
const NEED_VAULT: [&str; 7] =
    ["connect", "sync", "vault", "import", "push", "push-look", "privacy"];

/// A line for each command that can be handed over.
pub static COMMANDS: &[Command] = &[
    Command { name: "link", run: link },
    Command { name: "token-add", run: token_add },
    Command { name: "token-revoke", run: token_revoke },
    Command { name: "user", run: user::run },
    Command { name: "import", run: taken::import },
    Command { name: "import-undo", run: taken::import_undo },
    Command { name: "import-retry", run: taken::import_retry },
    Command { name: "listing-link", run: listings::run_link },
    Command { name: "listing-match", run: listings::run_match },
    Command { name: "store-add", run: commands::store_add },
    Command { name: "store-rm", run: commands::store_rm },
    Command { name: "org-set", run: commands::org_set },
    Command { name: "privacy", run: privacy::run },
    Command { name: "retention-apply", run: privacy::apply },
    Command { name: "connect", run: pulled::connect },
    Command { name: "connection", run: pulled::connection },
    Command { name: "sync", run: pulled::sync },
    Command { name: "push", run: push::push_now },
    Command { name: "push-plan", run: push::plan_only },
    Command { name: "push-look", run: push::plan_only },
    Command { name: "push-switch", run: push::switch },
    Command { name: "kept-days", run: pulled::kept_days },
    Command { name: "vault", run: vault::run },
    Command { name: "purchase-order-receive", run: purchase_orders::receive },
    Command { name: "stock", run: stock::run },
    Command { name: "month-close", run: known::month_close },
    Command { name: "month-reopen", run: known::month_reopen },
];

/// A command may read a long file before it answers.
const LIMITS: Limits = Limits { body_bytes_max: 1024 * 1024, time_max: Duration::from_secs(3_600) };
const ANSWER_BYTES_MAX: u64 = 64 * 1024 * 1024;
const CONNECT_MAX: Duration = Duration::from_secs(5);
const HOLDER_TRIES_MAX: u32 = 50;
const HOLDER_WAIT: Duration = Duration::from_millis(100);

pub fn routes(routes: &mut Routes) {
    routes.post_within("/control/{command}", Permission::Control, LIMITS, answer);
}

/// What a command said, and the server that ran it, if one did.
pub struct Answer {
    pub value: Value,
    pub server: Option<Holder>,
}

/// Runs a command, here or in the server that holds the folder.
///
/// # Errors
/// What the command said.
pub fn run(
    paths: &Paths,
    clock: Clock,
    name: &str,
    input: &impl Serialize,
) -> anyhow::Result<Answer> {
    let input = serde_json::to_value(input)?;
    for _ in 0..HOLDER_TRIES_MAX {
        let held = match build::open(paths, clock.clone()) {
            Ok(opened) => {
                if NEED_VAULT.contains(&name) && input["passphrase"].is_null() {
                    vault::ask_where_locked(&opened.tools)?;
                }
                let value = run_here(&opened.tools, name, input)?;
                return Ok(Answer { value, server: None });
            }
            Err(error) => error.downcast::<Held>()?,
        };
        if let Some(holder) = held.holder {
            let value = hand_over(&holder, name, &input)?;
            return Ok(Answer { value, server: Some(holder) });
        }
        // It is just starting, or another command is at work for a moment.
        std::thread::sleep(HOLDER_WAIT);
    }
    Err(Held { data: paths.data.clone(), holder: None }.into())
}

fn run_here(tools: &Tools, name: &str, input: Value) -> anyhow::Result<Value> {
    let command = COMMANDS.iter().find(|command| command.name == name);
    let command = command.ok_or_else(|| anyhow!("there is no command {name}"))?;
    // Of commands with acts of their own, which one.
    let what = match input["what"].as_str() {
        Some(act) => format!("purser {name} {act}"),
        None => format!("purser {name}"),
    };
    let behalf = Behalf::new("", COMMAND_LINE, &what);
    behalf::run(Some(behalf), || (command.run)(tools, input))
}

/// The answer of the server: `{"done": ...}` or `{"failed": "sentence"}`.
async fn answer(
    tools: web::Data<Tools>,
    name: web::Path<String>,
    input: web::Json<Value>,
) -> Result<HttpResponse, AppError> {
    let (tools, input) = (tools.get_ref().clone(), input.into_inner());
    let outcome = off_thread(move || run_here(&tools, &name, input)).await?;
    Ok(HttpResponse::Ok().json(match outcome {
        Ok(done) => json!({ "done": done }),
        Err(error) => json!({ "failed": format!("{error:#}") }),
    }))
}

/// A client for this one conversation; the server is our own and on this machine.
fn hand_over(holder: &Holder, name: &str, input: &Value) -> anyhow::Result<Value> {
    let body = input.to_string();
    let mut stream = TcpStream::connect_timeout(&holder.address, CONNECT_MAX)
        .with_context(|| format!("{holder:?} holds the data folder, but does not answer"))?;
    let path = format!("{}/control/{name}", holder.base_path.trim_end_matches('/'));
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        holder.address,
        holder.token().expose(),
        body.len()
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(body.as_bytes())?;
    let mut answer = Vec::new();
    stream.take(ANSWER_BYTES_MAX).read_to_end(&mut answer)?;
    let text = String::from_utf8(answer).context("the server's answer is no text")?;
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        bail!("the server ended before it answered; look at its log")
    };
    if head.to_ascii_lowercase().contains("transfer-encoding") {
        bail!("the server answered in a form that this command cannot read");
    }
    match serde_json::from_str::<Value>(body) {
        Ok(mut value) => match (value.get_mut("done").map(Value::take), value.get("failed")) {
            (Some(done), _) => Ok(done),
            (None, Some(failed)) => bail!("{}", failed.as_str().unwrap_or("the command failed")),
            (None, None) => bail!("the server refused: {}", value["error"].as_str().unwrap_or("")),
        },
        Err(_) => bail!("the server refused: {}", head.lines().next().unwrap_or_default()),
    }
}

/// The part of the address after the base path.
fn link(tools: &Tools, _input: Value) -> anyhow::Result<Value> {
    let (path, _is_setup) = make_link(&tools.db)?;
    Ok(json!({ "path": path }))
}

/// A fresh link: to sign in, or to set up where there is nobody yet.
///
/// # Errors
/// When there are people, but no owner who may come in.
pub fn make_link(db: &Db) -> anyhow::Result<(String, bool)> {
    let made = db.write(Lane::Interactive, |tx| {
        let owner = users::find_owner(tx.conn())?;
        let is_empty = users::count(tx.conn())? == 0;
        match (owner, is_empty) {
            (Some(owner), _) => {
                let token = links::create(tx, Purpose::SignIn(owner.id))?;
                Ok((format!("/link/{}", token.expose()), false))
            }
            (None, true) => {
                let token = links::create(tx, Purpose::SetUp)?;
                Ok((format!("/setup/{}", token.expose()), true))
            }
            (None, false) => Err(StoreError::Missing),
        }
    });
    made.context("no link was made: there is no owner who may sign in")
}

#[derive(Serialize, Deserialize)]
pub struct TokenAdd {
    pub name: String,
    pub role: String,
    pub expires_days: Option<u32>,
    /// The stores that it may see; all where none is named.
    #[serde(default)]
    pub stores: Vec<String>,
}

fn token_add(tools: &Tools, input: Value) -> anyhow::Result<Value> {
    let TokenAdd { name, role, expires_days, stores } = serde_json::from_value(input)?;
    let role = Role::parse(&role).with_context(|| format!("there is no role {role}"))?;
    if name.trim().is_empty() || name.chars().any(char::is_control) {
        bail!("the token needs a name");
    }
    let (shown, scope) = (name.clone(), user::scope_of(&tools.db, &stores)?);
    let token = tools.db.write(Lane::Interactive, move |tx| {
        let expires_at = expires_days.map(|days| tx.now.plus_seconds(i64::from(days) * 86_400));
        tokens::create_for(tx, &name, (role, &scope), expires_at)
    });
    match token {
        Ok(token) => Ok(json!({ "name": shown, "role": role.name(), "token": token.expose() })),
        Err(StoreError::Conflict) => {
            bail!("a token named {shown:?} is in force; revoke it first or choose another name")
        }
        Err(error) => Err(error.into()),
    }
}

#[derive(Serialize, Deserialize)]
pub struct TokenRevoke {
    pub name: String,
}

fn token_revoke(tools: &Tools, input: Value) -> anyhow::Result<Value> {
    let TokenRevoke { name } = serde_json::from_value(input)?;
    let shown = name.clone();
    match tools.db.write(Lane::Interactive, move |tx| tokens::revoke(tx, &name)) {
        Ok(()) => Ok(json!({ "revoked": shown })),
        Err(StoreError::Missing) => bail!("no token named {shown:?} is in force"),
        Err(error) => Err(error.into()),
    }
}
