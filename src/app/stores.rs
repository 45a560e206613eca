//! `purser store` and `purser org` at the terminal.

use anyhow::bail;
use serde_json::{Value, json};

use crate::app::commands::{OrgSet, StoreAdd, store_json};
use crate::app::control;
use crate::app::paths::Paths;
use crate::app::report::print;
use crate::base::{Clock, Currency};
use crate::store::{Db, stores};

#[derive(clap::Subcommand)]
pub enum StoreCommand {
    /// Make a store
    Add {
        name: String,
        #[arg(long, value_parser = Currency::parse, value_name = "CODE")]
        currency: Currency,
        #[arg(long, value_name = "ZONE")]
        time_zone: Option<String>,
    },
    /// List the stores
    List,
    /// Remove a store that holds nothing
    Rm { name: String },
}

#[derive(clap::Subcommand)]
pub enum OrgCommand {
    /// Change the organisation; everything that follows from it is computed again
    Set {
        #[arg(long, value_parser = Currency::parse, value_name = "CODE")]
        currency: Option<Currency>,
        #[arg(long, value_name = "ZONE")]
        time_zone: Option<String>,
        #[arg(long, value_parser = ["dated", "fifo", "average"])]
        cost_method: Option<String>,
        #[arg(long, value_parser = ["yes", "no"])]
        vat_registered: Option<String>,
    },
}

/// # Errors
/// What the store said.
pub fn store(paths: &Paths, command: &StoreCommand, json: bool) -> anyhow::Result<()> {
    match command {
        StoreCommand::Add { name, currency, time_zone } => {
            let add =
                StoreAdd { name: name.clone(), currency: *currency, time_zone: time_zone.clone() };
            let made = control::run(paths, Clock::System, "store-add", &add)?.value;
            let text = format!("The store {name:?} was made.");
            print(&if json { made.to_string() } else { text })
        }
        StoreCommand::Rm { name } => {
            let input = json!({ "name": name });
            let gone = control::run(paths, Clock::System, "store-rm", &input)?.value;
            let text = format!("The store {name:?} was removed.");
            print(&if json { gone.to_string() } else { text })
        }
        StoreCommand::List => {
            let db = Db::open_read_only(&paths.database(), Clock::System)?;
            let listed = db.read(stores::list_stores)?;
            if json {
                let rows: Vec<Value> = listed.iter().map(store_json).collect();
                return print(&json!({ "stores": rows }).to_string());
            }
            for store in listed {
                print(&format!("{}\t{}\t{}", store.name, store.currency, store.zone.name()))?;
            }
            Ok(())
        }
    }
}

/// # Errors
/// What the store said; nothing to change.
pub fn org(paths: &Paths, command: &OrgCommand, json: bool) -> anyhow::Result<()> {
    let OrgCommand::Set { currency, time_zone, cost_method, vat_registered } = command;
    let set = OrgSet {
        currency: *currency,
        time_zone: time_zone.clone(),
        cost_method: cost_method.clone(),
        vat_registered: vat_registered.as_deref().map(|word| word == "yes"),
    };
    let nothing = set.currency.is_none()
        && set.time_zone.is_none()
        && set.cost_method.is_none()
        && set.vat_registered.is_none();
    if nothing {
        bail!("say what to set: --currency, --time-zone, --cost-method or --vat-registered");
    }
    let now = control::run(paths, Clock::System, "org-set", &set)?.value;
    print(&if json { now.to_string() } else { "Set; the figures were computed again.".to_owned() })
}
