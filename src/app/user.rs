//! `purser user`: the people who may sign in. Whoever is at the machine may help those who are shut
//! out, with a running server and without.

use std::io::{BufRead, Write};

use anyhow::{Context, bail};
use clap::Subcommand;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::app::control::{self, Tools};
use crate::app::paths::Paths;
use crate::base::{Clock, Secret};
use crate::domain::ask::Scope;
use crate::store::password::{self, Passwords};
use crate::store::users::{self, Email, Role, User};
use crate::store::{Db, Lane, StoreError, people, scopes, stores};

#[derive(Subcommand)]
pub enum UserCommand {
    /// Add somebody; without a password, print the link by which they choose one
    Add {
        email: String,
        #[arg(long, value_parser = Role::ALL.map(Role::name))]
        role: String,
        /// A store that they may see; all where none is named
        #[arg(long = "store", value_name = "NAME")]
        stores: Vec<String>,
        /// Read the password from the first line of stdin
        #[arg(long)]
        password_stdin: bool,
    },
    /// List the people
    List,
    /// Give somebody another role
    Role {
        email: String,
        #[arg(value_parser = Role::ALL.map(Role::name))]
        role: String,
    },
    /// Shut somebody out at once
    Disable { email: String },
    /// Let somebody in again
    Enable { email: String },
    /// End somebody's second factor and recovery codes
    ResetMfa { email: String },
    /// Give somebody a new password, or print the link by which they choose one
    ResetPassword {
        email: String,
        /// Read the password from the first line of stdin
        #[arg(long)]
        password_stdin: bool,
    },
}

/// What the control channel is given.
#[derive(Default, Serialize, Deserialize)]
struct Input {
    what: String,
    email: String,
    #[serde(default)]
    role: Option<String>,
    #[serde(default)]
    stores: Vec<String>,
    #[serde(default)]
    password: Option<String>,
}

/// # Errors
/// What the command said.
pub fn user(paths: &Paths, command: &UserCommand, json: bool) -> anyhow::Result<()> {
    let of = |what: &str, email: &str| Input {
        what: what.to_owned(),
        email: email.to_owned(),
        ..Input::default()
    };
    let input = match command {
        UserCommand::List => return list(paths, json),
        UserCommand::Add { email, role, stores, password_stdin } => Input {
            role: Some(role.clone()),
            stores: stores.clone(),
            password: read_password(*password_stdin)?,
            ..of("add", email)
        },
        UserCommand::Role { email, role } => {
            Input { role: Some(role.clone()), ..of("role", email) }
        }
        UserCommand::Disable { email } => of("disable", email),
        UserCommand::Enable { email } => of("enable", email),
        UserCommand::ResetMfa { email } => of("reset-mfa", email),
        UserCommand::ResetPassword { email, password_stdin } => {
            Input { password: read_password(*password_stdin)?, ..of("reset-password", email) }
        }
    };
    let answer = control::run(paths, Clock::System, "user", &input)?;
    let server = answer.server.map(|server| {
        let base_path = server.base_path.trim_end_matches('/').to_owned();
        format!("http://{}{base_path}", server.address)
    });
    let mut value = answer.value;
    let mut text = value["said"].as_str().unwrap_or_default().to_owned();
    if let Some(path) = value["path"].as_str() {
        // Without a server nobody knows yet under which address it will be.
        let link = format!("{}{path}", server.unwrap_or_default());
        text = format!("{text}\n{link}");
        value["link"] = json!(link);
    }
    say(json, &value, &text)
}

fn read_password(is_asked: bool) -> anyhow::Result<Option<String>> {
    if !is_asked {
        return Ok(None);
    }
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).context("read the password from stdin")?;
    Ok(Some(line.trim_end_matches(['\r', '\n']).to_owned()))
}

fn list(paths: &Paths, json: bool) -> anyhow::Result<()> {
    let db = Db::open_read_only(&paths.database(), Clock::System)?;
    let listed = db.read(|reader| {
        let users = users::list(reader.conn())?;
        let described = users.into_iter().map(|user| {
            let scope = scopes::find_of_user(reader.conn(), user.id)?;
            let stores = scopes::describe(reader.conn(), &scope)?;
            Ok((user, stores))
        });
        described.collect::<Result<Vec<_>, StoreError>>()
    })?;
    let rows: Vec<Value> = listed
        .iter()
        .map(|(user, stores)| {
            json!({
                "email": user.email,
                "role": user.role.name(),
                "stores": stores,
                "disabled": user.disabled,
                "has_password": user.has_password,
                "second_factor": user.has_second_factor,
                "created_at": user.created_at.to_string(),
            })
        })
        .collect();
    let line = |(user, stores): &(User, String)| {
        let state = match (user.disabled, user.has_password) {
            (true, _) => "disabled",
            (false, false) => "invited",
            (false, true) => "active",
        };
        let factor = if user.has_second_factor { "second factor" } else { "password" };
        format!("{}\t{}\t{stores}\t{state}\t{factor}", user.email, user.role.name())
    };
    let lines: Vec<String> = listed.iter().map(line).collect();
    say(json, &json!({ "users": rows }), &lines.join("\n"))
}

fn say(json: bool, value: &Value, text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    if json {
        writeln!(out, "{value}").context("write to stdout")?;
    } else if !text.is_empty() {
        writeln!(out, "{text}").context("write to stdout")?;
    }
    Ok(out.flush()?)
}

/// The named stores; all where none is named.
///
/// # Errors
/// For a store that is not there.
pub fn scope_of(db: &Db, names: &[String]) -> anyhow::Result<Scope> {
    if names.is_empty() {
        return Ok(Scope::All);
    }
    let known = db.read(stores::list_stores)?;
    let find = |name: &String| {
        let store = known.iter().find(|store| store.name == *name);
        store.map(|store| store.id).with_context(|| {
            format!(
                "nothing was changed: there is no store {name:?}; `purser store list` names all"
            )
        })
    };
    Ok(Scope::Stores(names.iter().map(find).collect::<anyhow::Result<_>>()?))
}

/// As the control channel runs it.
///
/// # Errors
/// A sentence for the person at the terminal.
pub fn run(tools: &Tools, input: Value) -> anyhow::Result<Value> {
    let Input { what, email, role, stores, password } = serde_json::from_value(input)?;
    let email = Email::parse(&email)?;
    let role =
        role.map(|role| Role::parse(&role).with_context(|| format!("there is no role {role}")));
    let role = role.transpose()?;
    let hash = password.map(|password| hash(&Secret::new(password), &email)).transpose()?;
    let name = email.as_str();
    if what == "add" {
        let role = role.context("the role is missing")?;
        let scope = scope_of(&tools.db, &stores)?;
        return add(&tools.db, &email, (role, &scope), hash.as_deref());
    }
    let found = tools.db.read(|reader| users::find_by_email(reader.conn(), &email))?;
    let user = found.with_context(|| {
        format!(
            "nothing was changed: there is nobody with the address {name}; see `purser user list`"
        )
    })?;
    let mut path = None;
    let said = tools.db.write_local(Lane::Interactive, |tx| match (what.as_str(), role) {
        ("role", Some(role)) => {
            people::set_role(tx, &user, role)?;
            Ok(format!("{name} is {} now, and was signed out.", role.name()))
        }
        ("disable", _) => {
            people::set_disabled(tx, &user, true)?;
            Ok(format!("{name} is shut out."))
        }
        ("enable", _) => {
            people::set_disabled(tx, &user, false)?;
            Ok(format!("{name} may sign in again."))
        }
        ("reset-mfa", _) => {
            people::reset_second_factor(tx, &user)?;
            Ok(format!("{name} signs in by password alone, until they set up a second factor."))
        }
        ("reset-password", _) => match &hash {
            Some(hash) => {
                people::set_password(tx, &user, hash)?;
                Ok(format!("{name} has a new password, and was signed out."))
            }
            None => {
                let link = people::make_reset_link(tx, &user)?;
                path = Some(format!("/link/{}", link.expose()));
                Ok(format!("{name} chooses a new password, once, at"))
            }
        },
        (other, _) => Err(StoreError::Refused(format!("there is no command user {other}"))),
    })?;
    Ok(json!({ "said": said, "email": name, "path": path }))
}

fn add(db: &Db, email: &Email, with: (Role, &Scope), hash: Option<&str>) -> anyhow::Result<Value> {
    let name = email.as_str();
    let path = db.write_local(Lane::Interactive, |tx| match hash {
        Some(_) => people::add(tx, email, with, hash).map(|_| None),
        None => {
            let (_, link) = people::invite(tx, email, with)?;
            Ok(Some(format!("/link/{}", link.expose())))
        }
    })?;
    let said = match path {
        Some(_) => format!("{name} comes in within 7 days, once, at"),
        None => format!("{name} may sign in."),
    };
    Ok(json!({ "said": said, "email": name, "role": with.0.name(), "path": path }))
}

fn hash(password: &Secret, email: &Email) -> anyhow::Result<String> {
    if let Err(weak) = password::check(password.expose(), email.as_str()) {
        bail!("nothing was changed: {weak}");
    }
    Ok(Passwords::default().hash(password)?)
}
