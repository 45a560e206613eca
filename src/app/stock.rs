//! `purser stock`: what there is, and what is done to it by hand, as pages do it. What only reads
//! opens the file beside a live server; what writes is handed to it.

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::app::control::{self, Tools};
use crate::app::paths::Paths;
use crate::app::report::print;
use crate::base::id::StockActionId;
use crate::base::{Clock, Day, Zone};
use crate::reports::stock::history::{self, Action};
use crate::reports::stock::{self as stock_report, Stocked, pace, table::is_shown};
use crate::store::{Db, organisation};
use crate::sync::stock_edit::units::{self, LotName, REASONS, UnitsAt};
use crate::sync::stock_edit::{self, Doer, Done};
use crate::web::words::stock as told;

#[derive(clap::Subcommand)]
pub enum StockCommand {
    /// What there is of every product
    List {
        /// Only those that stand so
        #[arg(long, value_parser = ["stocked", "low", "out", "oversold", "negative", "unlinked"])]
        show: Option<String>,
    },
    /// Say how many lie in a place; from now on that stands
    Count(UnitsArgs),
    /// Add units, or with a minus take them off
    Adjust {
        #[command(flatten)]
        units: UnitsArgs,
        #[arg(long, value_parser = REASONS)]
        reason: String,
        /// What it refers to, such as a document
        #[arg(long, default_value = "")]
        reference: String,
    },
    /// Move units to another place
    Move {
        #[command(flatten)]
        units: UnitsArgs,
        #[arg(long, value_name = "PLACE")]
        to: String,
    },
    /// Put kits together, or with a minus take them apart
    Build(UnitsArgs),
    /// What was done, the newest first
    History {
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=1_000))]
        limit: i64,
    },
    /// Take back what was done
    Undo { id: i64 },
}

#[derive(clap::Args)]
pub struct UnitsArgs {
    sku: String,
    #[arg(allow_hyphen_values = true)]
    units: i64,
    /// Where; by default from where orders are sent
    #[arg(long, default_value = "", value_name = "PLACE")]
    place: String,
    #[arg(long, default_value = "")]
    lot: String,
    /// The day on which the lot expires
    #[arg(long, value_parser = Day::parse, value_name = "DAY")]
    expires: Option<Day>,
    /// Why, for the history
    #[arg(long, default_value = "")]
    note: String,
}

/// What is handed to the server.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Asked {
    act: String,
    sku: String,
    units: i64,
    place: String,
    to: String,
    lot: String,
    expires: Option<String>,
    reason: String,
    reference: String,
    note: String,
    id: i64,
}

impl Asked {
    fn of(act: &str, args: &UnitsArgs) -> Self {
        Self {
            act: act.to_owned(),
            sku: args.sku.clone(),
            units: args.units,
            place: args.place.clone(),
            lot: args.lot.clone(),
            expires: args.expires.map(|day| day.to_string()),
            note: args.note.clone(),
            ..Self::default()
        }
    }
}

/// # Errors
/// What the store said; what was refused, as a sentence.
pub fn stock(paths: &Paths, command: &StockCommand, as_json: bool) -> anyhow::Result<()> {
    let asked = match command {
        StockCommand::List { show } => return list(paths, show.as_deref(), as_json),
        StockCommand::History { limit } => return list_history(paths, *limit, as_json),
        StockCommand::Count(args) => Asked::of("count", args),
        StockCommand::Build(args) => Asked::of("build", args),
        StockCommand::Adjust { units, reason, reference } => Asked {
            reason: reason.clone(),
            reference: reference.clone(),
            ..Asked::of("adjust", units)
        },
        StockCommand::Move { units, to } => Asked { to: to.clone(), ..Asked::of("move", units) },
        StockCommand::Undo { id } => Asked { act: "undo".into(), id: *id, ..Asked::default() },
    };
    let done = control::run(paths, Clock::System, "stock", &asked)?.value;
    if as_json {
        return print(&done.to_string());
    }
    print(&told::done(done["changes"].as_i64().unwrap_or(0)))
}

/// As the control channel runs it.
///
/// # Errors
/// What was refused, as a sentence.
pub fn run(tools: &Tools, input: Value) -> anyhow::Result<Value> {
    let asked: Asked = serde_json::from_value(input)?;
    let expires = asked.expires.as_deref().map(Day::parse).transpose()?;
    let line = UnitsAt {
        sku: asked.sku.clone(),
        place: asked.place.clone(),
        lot: LotName { code: asked.lot.clone(), expires },
        units: asked.units,
    };
    let doer = Doer { user: None, note: asked.note.clone() };
    let tools = &tools.sync;
    let done: Done = match asked.act.as_str() {
        "count" => units::count(tools, (&[line], None), &doer)?,
        "adjust" => units::adjust(tools, &[line], (&asked.reason, &asked.reference), &doer)?,
        "move" => units::transfer(tools, (&[line], &asked.to), &doer)?,
        "build" => units::build(tools, &line, &doer)?,
        "undo" => stock_edit::undo(tools, StockActionId(asked.id), &doer)?,
        other => bail!("there is no way to {other:?} stock"),
    };
    Ok(json!({ "action": done.action.0, "changes": done.changes }))
}

fn list(paths: &Paths, show: Option<&str>, as_json: bool) -> anyhow::Result<()> {
    let db = Db::open_read_only(&paths.database(), Clock::System)?;
    let now = db.clock().now();
    let all = db.read(|reader| {
        let zone = organisation::find(reader.conn())?.time_zone.unwrap_or_else(Zone::utc);
        let paces = pace::list(reader, now.day_in(&zone));
        Ok(paces.and_then(|paces| stock_report::list(reader, &paces)))
    });
    let show = match show {
        None => "all".to_owned(),
        Some("stocked") => "stocked".to_owned(),
        Some(other) => format!("stock_{other}"),
    };
    let all = all?.context("the stock cannot be read")?;
    let shown = all.iter().filter(|one| !one.is_archived && is_shown(one, &show));
    if as_json {
        let rows: Vec<Value> = shown.map(row_json).collect();
        return print(&json!({ "stock": rows }).to_string());
    }
    for one in shown {
        let cover = one.cover().map(|days| days.to_string()).unwrap_or_default();
        print(&format!(
            "{}\t{}\t{}\t{}\t{}\t{cover}\t{}",
            one.sku,
            one.on_hand,
            one.held,
            one.available,
            one.incoming,
            one.title.as_deref().unwrap_or_default()
        ))?;
    }
    Ok(())
}

fn row_json(one: &Stocked) -> Value {
    let velocity = one.pace.and_then(|pace| pace.ratio()).map(|ratio| ratio.to_decimal_text());
    json!({
        "sku": one.sku,
        "title": one.title,
        "standing": one.standing().name().trim_start_matches("stock_"),
        "on_hand": (!one.is_unkept).then_some(one.on_hand),
        "held": one.held,
        "available": one.available,
        "incoming": one.incoming,
        "velocity": velocity,
        "days_of_cover": one.cover(),
    })
}

fn list_history(paths: &Paths, limit: i64, as_json: bool) -> anyhow::Result<()> {
    let db = Db::open_read_only(&paths.database(), Clock::System)?;
    let listed = db.read(|reader| Ok(history::list(reader, (limit, 0))))?;
    let listed = listed.context("the history cannot be read")?;
    if as_json {
        let rows: Vec<Value> = listed.iter().map(action_json).collect();
        return print(&json!({ "history": rows }).to_string());
    }
    for one in &listed {
        let by = one.user.as_deref().unwrap_or(told::BY_COMMAND);
        let undone = if one.undone_by.is_some() { told::TAKEN_BACK } else { "" };
        let (kind, about) = (told::action(&one.kind), one.first.as_deref().unwrap_or_default());
        print(&format!("{}\t{}\t{kind}\t{about}\t{by}\t{}\t{undone}", one.id, one.at, one.note))?;
    }
    Ok(())
}

fn action_json(one: &Action) -> Value {
    json!({
        "id": one.id.0,
        "kind": one.kind,
        "at": one.at.to_string(),
        "by": one.user,
        "note": one.note,
        "products": one.products,
        "events": one.events,
        "undoes": one.undoes.map(|id| id.0),
        "undone_by": one.undone_by.map(|id| id.0),
    })
}
