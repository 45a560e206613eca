//! `purser listings` at the terminal: what channels sell, and the products that it is linked to.

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::app::commands;
use crate::app::control::{self, Tools};
use crate::app::paths::Paths;
use crate::app::report::print;
use crate::base::Clock;
use crate::base::id::StoreId;
use crate::domain::ask::Scope;
use crate::features::listings::json as told;
use crate::reports::listings::{self as report, Asked, ListingRow, State};
use crate::store::Db;
use crate::store::changes::By;
use crate::sync::links::{self, Edit, To};
use crate::sync::match_job;
use crate::web::words::listing as words;

#[derive(clap::Subcommand)]
pub enum ListingsCommand {
    /// List them
    List(ListArgs),
    /// Link a listing to a product, or say that it is sold from no stock
    Link {
        /// The name of its store
        store: String,
        /// Its mark, or the SKU that it bears
        listing: String,
        /// The SKU of the product; left out with --nothing or --new
        sku: Option<String>,
        /// Units of the product in one of the listing
        #[arg(long, default_value_t = 1)]
        units: i64,
        /// It is sold from no stock of yours
        #[arg(long, conflicts_with_all = ["sku", "new"])]
        nothing: bool,
        /// Make a product of it
        #[arg(long, conflicts_with = "sku")]
        new: bool,
    },
    /// End a link that was made by hand or by file: its codes tell again
    Unlink { store: String, listing: String },
    /// Match all listings now, and list what is suggested
    Suggest(ListArgs),
}

#[derive(clap::Args)]
pub struct ListArgs {
    /// Only those of a store
    #[arg(long, value_name = "NAME")]
    store: Option<String>,
    /// Only those in a state
    #[arg(long, default_value = "all", value_parser = State::ALL.map(State::name))]
    state: String,
    /// Only those with this in their SKU, title or barcode
    #[arg(long, default_value = "", value_name = "TEXT")]
    find: String,
    /// How many
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(i64).range(1..))]
    limit: i64,
}

/// # Errors
/// What the store said.
pub fn listings(paths: &Paths, command: &ListingsCommand, as_json: bool) -> anyhow::Result<()> {
    match command {
        ListingsCommand::List(args) => list(paths, args, as_json),
        ListingsCommand::Suggest(args) => {
            control::run(paths, Clock::System, "listing-match", &json!({}))?;
            let state = State::Suggested.name().to_owned();
            let (store, find) = (args.store.clone(), args.find.clone());
            list(paths, &ListArgs { store, state, find, limit: args.limit }, as_json)
        }
        ListingsCommand::Link { store, listing, sku, units, nothing, new } => {
            let to = match (sku, nothing, new) {
                (Some(sku), ..) => Target::Product { sku: sku.clone(), units: *units },
                (None, true, _) => Target::Nothing,
                (None, _, true) => Target::New,
                (None, false, false) => {
                    bail!("Name the SKU of the product, or --nothing, or --new.")
                }
            };
            link(paths, LinkAsk { store: store.clone(), listing: listing.clone(), to }, as_json)
        }
        ListingsCommand::Unlink { store, listing } => {
            let (store, listing) = (store.clone(), listing.clone());
            link(paths, LinkAsk { store, listing, to: Target::Matching }, as_json)
        }
    }
}

fn list(paths: &Paths, args: &ListArgs, as_json: bool) -> anyhow::Result<()> {
    let db = Db::open_read_only(&paths.database(), Clock::System)?;
    let state = State::parse(&args.state).unwrap_or_default();
    let store = match &args.store {
        Some(name) => {
            let found = db.read(|reader| report::find_store(reader, &Scope::All, name))?;
            Some(found.with_context(|| format!("there is no store {name:?}"))?)
        }
        None => None,
    };
    let asked = Asked { scope: Scope::All, store, wanted: args.find.clone(), state };
    let ((rows, total), counts) = db.read(|reader| {
        let counts = report::count(reader, &Scope::All, store)?;
        Ok((report::list(reader, &asked, (args.limit, 0))?, counts))
    })?;
    if as_json {
        return print(&told::told(&rows, total, &counts).to_string());
    }
    for row in &rows {
        print(&line(row))?;
    }
    Ok(())
}

/// Store, listing, its SKU, what it sells and by what, or what is suggested.
fn line(row: &ListingRow) -> String {
    let sells = match (&row.variant, row.is_apart) {
        (Some(sku), _) => words::units_of(row.units, sku),
        (None, true) => words::NO_STOCK.to_owned(),
        (None, false) => "–".to_owned(),
    };
    let suggested = row.suggestions.first().map_or_else(String::new, |best| {
        let score = words::score(best.score, &best.reasons);
        format!("{} ({score})", words::units_of(best.units, &best.sku))
    });
    let how = words::how(&row.how);
    format!("{}\t{}\t{}\t{sells}\t{how}\t{suggested}", row.store_name, row.listing, row.sku)
}

#[derive(Debug, Serialize, Deserialize)]
pub struct LinkAsk {
    store: String,
    listing: String,
    to: Target,
}

#[derive(Debug, Serialize, Deserialize)]
enum Target {
    Product { sku: String, units: i64 },
    Nothing,
    New,
    Matching,
}

fn link(paths: &Paths, ask: LinkAsk, as_json: bool) -> anyhow::Result<()> {
    let made = control::run(paths, Clock::System, "listing-link", &ask)?.value;
    if as_json {
        return print(&made.to_string());
    }
    let count = made["listings"].as_i64().unwrap_or(0);
    print(&match count {
        0 => words::NOTHING_CHANGES.to_owned(),
        count => words::done(count, &count.to_string()),
    })
}

/// Links, ends a link, makes a product: as the control channel runs it.
///
/// # Errors
/// A sentence where there is no such store or listing, or the store refused.
pub fn run_link(tools: &Tools, input: Value) -> anyhow::Result<Value> {
    let ask: LinkAsk = serde_json::from_value(input)?;
    let (store, listings) = find(tools, &ask)?;
    let to = match &ask.to {
        Target::Product { sku, units } => To::Variant { sku: sku.clone(), units: *units },
        Target::Nothing => To::Nothing,
        Target::New => To::New,
        Target::Matching => To::Matching,
    };
    let edits: Vec<Edit> =
        listings.into_iter().map(|listing| Edit { store, listing, to: to.clone() }).collect();
    let change = links::save(&tools.sync, &edits, &By::default())?;
    commands::settle(tools)?;
    let count = if change.is_some() { edits.len() } else { 0 };
    Ok(json!({ "listings": count, "change": change.map(|id| id.0) }))
}

/// By the mark, else by the SKU that it bears: of a SKU that stands twice both. A SKU that no
/// listing bears is one that only orders know.
fn find(tools: &Tools, ask: &LinkAsk) -> anyhow::Result<(StoreId, Vec<String>)> {
    let found = tools.db.read(|reader| {
        let Some(store) = report::find_store(reader, &Scope::All, &ask.store)? else {
            return Ok(None);
        };
        let asked = Asked {
            scope: Scope::All,
            store: Some(store),
            wanted: ask.listing.clone(),
            state: State::All,
        };
        Ok(Some((store, report::list(reader, &asked, (-1, 0))?.0)))
    })?;
    let (store, rows) = found.with_context(|| format!("there is no store {:?}", ask.store))?;
    let named = |is_it: &dyn Fn(&ListingRow) -> bool| -> Vec<String> {
        let found = rows.iter().filter(|row| is_it(row));
        found.map(|row| row.listing.clone()).collect()
    };
    let by_mark = named(&|row| row.listing == ask.listing);
    let listings = match by_mark.is_empty() {
        true => named(&|row| row.sku == ask.listing),
        false => by_mark,
    };
    Ok(match listings.is_empty() {
        true => (store, vec![crate::store::listing_links::by_sku(&ask.listing)]),
        false => (store, listings),
    })
}

/// Matches everything, here and now.
///
/// # Errors
/// What the store said.
pub fn run_match(tools: &Tools, _: Value) -> anyhow::Result<Value> {
    let told = match_job::run(&tools.sync)?;
    commands::settle(tools)?;
    Ok(json!({
        "listings": told.of,
        "linked": told.made,
        "ended": told.ended,
        "suggestions_changed": told.suggested,
    }))
}
