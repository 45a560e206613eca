//! `purser privacy` and `purser retention` at the terminal.

use anyhow::Context;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::app::commands;
use crate::app::control::{self, Tools};
use crate::app::paths::Paths;
use crate::app::report::print;
use crate::base::Clock;
use crate::store::Db;
use crate::sync::erasure::{self, Reference};
use crate::sync::retention_job::{self, Due};

#[derive(clap::Subcommand)]
pub enum PrivacyCommand {
    /// Everything that is held of a buyer, as JSON
    Request(Customer),
    /// Erase a buyer from all stores; their orders stay, of nobody
    Erase(Customer),
    /// Leave a buyer out of every analysis of customers
    Restrict(Customer),
    /// Take that back
    Unrestrict(Customer),
}

#[derive(clap::Args)]
pub struct Customer {
    /// An order number, an e-mail address, or the platform's own id of the buyer
    #[arg(long = "customer", value_name = "REF")]
    reference: String,
    /// The store, where several have an order of this number
    #[arg(long, value_name = "NAME")]
    store: Option<String>,
}

#[derive(clap::Subcommand)]
pub enum RetentionCommand {
    /// Throw away what is beyond its time
    Apply {
        /// Only show what would go
        #[arg(long)]
        dry_run: bool,
    },
}

/// What the control channel is given: the act, and of whom.
#[derive(Serialize, Deserialize)]
struct Asked {
    what: String,
    customer: String,
    store: Option<String>,
}

/// # Errors
/// What the store said.
pub fn privacy(paths: &Paths, command: &PrivacyCommand, json: bool) -> anyhow::Result<()> {
    let (what, of) = match command {
        PrivacyCommand::Request(of) => ("request", of),
        PrivacyCommand::Erase(of) => ("erase", of),
        PrivacyCommand::Restrict(of) => ("restrict", of),
        PrivacyCommand::Unrestrict(of) => ("unrestrict", of),
    };
    let asked =
        Asked { what: what.to_owned(), customer: of.reference.clone(), store: of.store.clone() };
    let answer = control::run(paths, Clock::System, "privacy", &asked)?.value;
    if json {
        return print(&answer.to_string());
    }
    match command {
        PrivacyCommand::Request(_) => print(&serde_json::to_string_pretty(&answer)?),
        PrivacyCommand::Erase(_) => print(&format!(
            "Erased: {} orders are nobody's now, {} raw documents and {} texts went. {}",
            answer["orders"],
            answer["documents"],
            answer["texts"],
            if answer["rewritten"] == true {
                "The file was written anew."
            } else {
                "The freed bytes were overwritten; the file was not written anew."
            }
        )),
        PrivacyCommand::Restrict(_) => print("This buyer is in no analysis of customers now."),
        PrivacyCommand::Unrestrict(_) => print("This buyer is in the analyses again."),
    }
}

pub fn run(tools: &Tools, input: Value) -> anyhow::Result<Value> {
    let Asked { what, customer, store } = serde_json::from_value(input)?;
    let reference = Reference::parse(&customer, store.as_deref())?;
    match what.as_str() {
        "request" => Ok(erasure::tell(&tools.sync, &reference)?),
        "erase" => {
            let done = erasure::erase(&tools.sync, &reference)?;
            commands::settle(tools)?;
            Ok(json!({
                "orders": done.erased.orders,
                "documents": done.erased.documents,
                "texts": done.erased.texts,
                "rewritten": done.is_rewritten,
            }))
        }
        "restrict" | "unrestrict" => {
            let changed = erasure::restrict(&tools.sync, &reference, what == "restrict")?;
            Ok(json!({ "restricted": what == "restrict", "changed": changed }))
        }
        _ => anyhow::bail!("there is no such act: {what}"),
    }
}

/// # Errors
/// What the store said.
pub fn retention(paths: &Paths, command: &RetentionCommand, json: bool) -> anyhow::Result<()> {
    let RetentionCommand::Apply { dry_run } = command;
    let answer = if *dry_run {
        let db = Db::open_read_only(&paths.database(), Clock::System)?;
        to_json(&retention_job::look(&db)?)
    } else {
        control::run(paths, Clock::System, "retention-apply", &json!({}))?.value
    };
    if json {
        return print(&answer.to_string());
    }
    let rules = answer["rules"].as_array().context("the answer holds no rules")?;
    let lines: Vec<String> = rules
        .iter()
        .map(|rule| {
            let oldest = rule["oldest_at"].as_str().unwrap_or("–");
            format!("{}\t{}\t{oldest}", rule["rule"].as_str().unwrap_or_default(), rule["rows"])
        })
        .collect();
    if lines.is_empty() {
        return print("Nothing is beyond its time.");
    }
    print(&lines.join("\n"))
}

pub fn apply(tools: &Tools, _input: Value) -> anyhow::Result<Value> {
    let signal = tools.sync.signal.clone();
    let gone = retention_job::apply(&tools.sync, &|| signal.is_stopped())?;
    Ok(to_json(&gone.context("it was stopped; what is left goes with the next run")?))
}

fn to_json(dues: &[Due]) -> Value {
    let rules: Vec<Value> = dues
        .iter()
        .map(|due| {
            json!({
                "rule": due.rule.name(),
                "kept": due.kept,
                "rows": due.rows,
                "oldest_at": due.oldest_at.map(|at| at.to_string()),
            })
        })
        .collect();
    json!({ "rules": rules })
}
