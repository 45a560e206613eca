//! `purser whatif`: scenarios from a file, replayed over the real orders; nothing is written.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail};

use crate::app::figures::refuse_missing;
use crate::app::paths::Paths;
use crate::app::report::print;
use crate::base::{Clock, Day, Zone};
use crate::domain::ask::{Ask, Basis, Scope};
use crate::domain::scenario::Scenario;
use crate::features::whatif::json;
use crate::reports::whatif::{self, SCENARIOS_MAX};
use crate::store::{Db, organisation, scenarios, stores};

/// A million orders are replayed within this.
const READ_MAX: Duration = Duration::from_secs(3_600);

#[derive(clap::Subcommand)]
pub enum WhatIfCommand {
    /// Count what a scenario, or a list of up to three, makes of the real orders
    Run {
        /// A scenario as JSON
        file: PathBuf,
        /// First day, inclusive
        #[arg(long, value_parser = Day::parse, value_name = "DAY")]
        from: Option<Day>,
        /// Last day, inclusive
        #[arg(long, value_parser = Day::parse, value_name = "DAY")]
        to: Option<Day>,
        #[arg(long, value_name = "NAME")]
        store: Option<String>,
        /// Which day a refund counts on: its own, or its order's
        #[arg(long, default_value = "event", value_parser = ["event", "order"])]
        basis: String,
    },
    /// List the saved scenarios
    List,
}

/// # Errors
/// What the file, the database or the replay said; missing rates, all of them named.
pub fn whatif(paths: &Paths, command: &WhatIfCommand, as_json: bool) -> anyhow::Result<()> {
    let db = Db::open_read_only(&paths.database(), Clock::System)?;
    let WhatIfCommand::Run { file, from, to, store, basis } = command else {
        let saved = db.read(scenarios::list_scenarios)?;
        if as_json {
            return print(&json::saved(&saved).to_string());
        }
        let line = |one: &scenarios::SavedScenario| format!("{}\t{}", one.id, one.name);
        return print(&saved.iter().map(line).collect::<Vec<_>>().join("\n"));
    };
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("{} was not read", file.display()))?;
    let scenarios = read_scenarios(&text)?;
    let mut ask = Ask { from: *from, to: *to, ..Ask::all(Scope::All) };
    ask.basis = Basis::parse(basis).unwrap_or_default();
    if let Some(name) = store {
        let found = db.read(|reader| stores::find_store(reader, name))?;
        ask.store = Some(found.with_context(|| format!("there is no store {name:?}"))?.id);
    }
    let counted = db.read_within(READ_MAX, |reader| {
        let zone = organisation::find(reader.conn())?.time_zone.unwrap_or_else(Zone::utc);
        let today = Clock::System.now().day_in(&zone);
        Ok(whatif::run(reader, (&ask, &scenarios), today, &|_, _| true))
    })??;
    let counted = counted.context("the replay broke off")?;
    refuse_missing(&counted.real.missing_rates)?;
    refuse_missing(&whatif::list_missing(&counted.columns))?;
    match as_json {
        true => print(&json::whatif(&counted, &scenarios, &[]).to_string()),
        false => print(json::text(&counted, &scenarios).trim_end()),
    }
}

/// One scenario, or a list of them.
fn read_scenarios(text: &str) -> anyhow::Result<Vec<Scenario>> {
    let list: Vec<String> = match text.trim_start().starts_with('[') {
        true => {
            let values: Vec<serde_json::Value> =
                serde_json::from_str(text).context("this is no list of scenarios")?;
            values.iter().map(serde_json::Value::to_string).collect()
        }
        false => vec![text.to_owned()],
    };
    if list.is_empty() || list.len() > SCENARIOS_MAX {
        bail!("give one to {SCENARIOS_MAX} scenarios");
    }
    let read = |text: &String| Scenario::parse(text).map_err(anyhow::Error::msg);
    list.iter().map(read).collect()
}
