//! `purser report` and `purser explain`: they only read, beside a live server too.

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, anyhow, bail};
use serde_json::{Value, json};

use crate::app::build;
use crate::app::known;
use crate::app::paths::Paths;
use crate::base::{Clock, Day, Zone};
use crate::domain::ask::{AdsMode, Ask, Basis, KEYS_MAX, Key, Scope};
use crate::domain::preset::{PRESETS, Preset};
use crate::domain::profit::convert::MissingRate;
use crate::domain::report::{Bridge, Report};
use crate::features::reports::ask::Refused;
use crate::features::{
    definitions as meanings, orders, payouts, presets, profit, reconcile, reports as listed,
};
use crate::reports;
use crate::reports::catalogue::{self, Spec};
use crate::reports::payouts::PayoutAsk;
use crate::reports::reconcile::BridgeAsk;
use crate::store::vault::Vault;
use crate::store::{Db, audit, organisation, stores};
use crate::web::words::{people as told, reports as words};

/// A million orders are computed again within this.
const VERIFY_MAX: std::time::Duration = std::time::Duration::from_secs(3_600);

#[derive(clap::Args)]
pub struct ReportArgs {
    /// profit, payouts, reconcile, preset, months, changes-since, and what `/reports` lists
    name: String,
    /// First day, inclusive
    #[arg(long, value_parser = Day::parse, value_name = "DAY")]
    from: Option<Day>,
    /// Last day, inclusive
    #[arg(long, value_parser = Day::parse, value_name = "DAY")]
    to: Option<Day>,
    /// Of profit: order, line, day, week, month, store, product, variant, country, channel,
    /// campaign, group; or two of them with a comma. Other reports name theirs
    #[arg(long, value_name = "KEY[,KEY]")]
    by: Option<String>,
    #[arg(long, value_name = "NAME")]
    store: Option<String>,
    /// Which day a refund counts on: its own, or its order's
    #[arg(long, default_value = "event", value_parser = ["event", "order"])]
    basis: String,
    /// Whether lines bear ad spend that only their store matched
    #[arg(long, default_value = "blended", value_parser = ["blended", "matched"])]
    ads: String,
    /// What it is compared with, where a report compares
    #[arg(long, value_parser = ["before", "year", "nothing"])]
    against: Option<String>,
    /// Another choice that a report has
    #[arg(long = "set", value_name = "NAME=VALUE")]
    sets: Vec<String>,
    /// The figures as they were known at the end of this day
    #[arg(long, value_parser = Day::parse, value_name = "DAY")]
    pub as_known: Option<Day>,
    /// For changes-since: a closed month, YYYY-MM; its days, since its closing
    #[arg(long, value_name = "MONTH", conflicts_with = "as_known")]
    pub since_closing: Option<String>,
    /// For months and pnl: as known today, or closed months as they were closed
    #[arg(long, default_value = "open", value_parser = ["open", "closed"])]
    pub books: String,
    /// Operating expenses are borne by the lines of their day
    #[arg(long)]
    fully_loaded: bool,
    /// For the report preset: whose definition, such as shopify-net-sales; else all
    #[arg(long, value_name = "NAME")]
    preset: Option<String>,
    #[arg(long, default_value = "table", value_parser = ["table", "csv", "json", "xlsx"])]
    format: String,
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(clap::Args)]
pub struct ExplainArgs {
    #[command(subcommand)]
    what: ExplainWhat,
}

#[derive(clap::Subcommand)]
enum ExplainWhat {
    /// Each component of an order with its source and arithmetic
    Order {
        number: String,
        #[arg(long, value_name = "NAME")]
        store: Option<String>,
        /// As it was known at the end of this day
        #[arg(long, value_parser = Day::parse, value_name = "DAY")]
        as_known: Option<Day>,
    },
}

impl ReportArgs {
    /// What was known at the end of a day is seen from that day.
    fn seen_from(&self, zone: &Zone) -> Day {
        self.as_known.unwrap_or_else(|| Clock::System.now().day_in(zone))
    }

    /// A document that names the day on which it was known so.
    fn dated(&self, mut value: Value) -> Output {
        if let Some(day) = self.as_known {
            value["as_known"] = json!(day.to_string());
        }
        Output::Text(value.to_string())
    }

    fn headed(&self, text: &str) -> Output {
        let day = self.as_known.map(|day| day.to_string());
        Output::Text(known::head(day.as_deref()) + text)
    }
}

/// What a report is printed as.
pub enum Output {
    Text(String),
    Bytes(Vec<u8>),
}

/// # Errors
/// What the database or the report said; missing rates, all of them named.
pub fn report(paths: &Paths, args: &ReportArgs, json: bool) -> anyhow::Result<()> {
    let books = Db::open_read_only(&paths.database(), Clock::System)?;
    let format = if json { "json" } else { args.format.as_str() };
    let output = match args.name.as_str() {
        "months" => known::months_report(&books, args, format)?,
        "changes-since" => known::changes_report(&books, args, format)?,
        _ => report_of(&known::books_of(&books, args.as_known)?, args, format)?,
    };
    write(args.out.as_deref(), output)
}

/// A report of the books as they are, or as they were known on a day.
fn report_of(db: &Db, args: &ReportArgs, format: &str) -> anyhow::Result<Output> {
    match args.name.as_str() {
        "profit" => profit_report(db, args, format),
        "reconcile" => reconcile_report(db, args, format),
        "preset" => preset_report(db, args, format),
        "payouts" => payouts_report(db, args, format),
        other => match catalogue::find(other) {
            Some(spec) => listed_report(db, spec, args, format),
            None => {
                let names: Vec<&str> = catalogue::ALL.iter().map(|spec| spec.name).collect();
                let names = names.join(", ");
                bail!(
                    "there is no report {other:?}; there are profit, payouts, reconcile, preset, \
                     months, changes-since, {names}"
                )
            }
        },
    }
}

/// A report of the list, in the same faces as its page.
fn listed_report(
    db: &Db,
    spec: &'static Spec,
    args: &ReportArgs,
    format: &str,
) -> anyhow::Result<Output> {
    let pairs = list_pairs(spec, args)?;
    let (ask, table) = db
        .read(|reader| {
            let zone = organisation::find(reader.conn())?.time_zone.unwrap_or_else(Zone::utc);
            let today = args.seen_from(&zone);
            let stores = stores::list_stores(reader)?;
            let asked = listed::ask::of_pairs(spec, &pairs, (&Scope::All, &stores), today);
            Ok(asked.map(|ask| {
                let table = spec.answer(reader, &ask);
                (ask, table)
            }))
        })?
        .map_err(|refused| match refused {
            Refused::Wrong(sentence) | Refused::Unknown(sentence) => anyhow!(sentence),
        })?;
    let table = table?;
    refuse_missing(&table.missing_rates)?;
    Ok(match format {
        "json" => args.dated(listed::json::table(spec, &ask, &table)),
        "csv" => Output::Text(listed::json::csv(&table)),
        "xlsx" => Output::Bytes(listed::xlsx(spec, &table)?),
        _ => args.headed(&listed::json::text(&table)),
    })
}

/// What the command names, as an address would.
fn list_pairs(spec: &Spec, args: &ReportArgs) -> anyhow::Result<Vec<(String, String)>> {
    let day = |day: Option<Day>| day.map(|day| day.to_string());
    let named = [
        ("from", day(args.from)),
        ("to", day(args.to)),
        ("store", args.store.clone()),
        ("basis", Some(args.basis.clone())),
        ("ads", Some(args.ads.clone())),
        ("fully_loaded", Some(args.fully_loaded.to_string())),
        ("against", args.against.clone()),
        ("by", args.by.clone()),
        ("books", Some(args.books.clone())),
    ];
    let own = named.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    let mut pairs: Vec<(String, String)> = own.collect();
    for set in &args.sets {
        let (name, value) = set.split_once('=').context("--set takes NAME=VALUE")?;
        pairs.push((name.trim().to_owned(), value.trim().to_owned()));
    }
    // A name that the report has no use for is a slip, and would be answered as if it were none.
    let is_own = |name: &str| spec.find_choice(name).is_some();
    let by = args.by.iter().map(|_| "by");
    let mut strays = by.chain(args.sets.iter().filter_map(|set| Some(set.split_once('=')?.0)));
    if let Some(name) = strays.find(|name| !is_own(name.trim())) {
        bail!(words::unknown_choice(name, spec.name));
    }
    Ok(pairs)
}

/// # Errors
/// Where stdout cannot be written.
pub fn definitions(json: bool) -> anyhow::Result<()> {
    let text = if json { meanings::json().to_string() } else { meanings::text() };
    write(None, Output::Text(text))
}

fn profit_report(db: &Db, args: &ReportArgs, format: &str) -> anyhow::Result<Output> {
    let ask = read_ask(db, args)?;
    let report = db.read(|reader| {
        let zone = organisation::find(reader.conn())?.time_zone.unwrap_or_else(Zone::utc);
        Ok(reports::profit::run(reader, &ask, args.seen_from(&zone)))
    })??;
    refuse_missing(&report.missing_rates)?;
    Ok(match format {
        "json" => args.dated(profit::json::report(&report)),
        "csv" => Output::Text(csv(&report)),
        "xlsx" => Output::Bytes(xlsx(&report)?),
        _ => args.headed(&table(&report)),
    })
}

/// A wrong key or store is wrong usage of the report, told with what there is.
pub fn read_ask(db: &Db, args: &ReportArgs) -> anyhow::Result<Ask> {
    let mut ask = Ask::all(Scope::All);
    ask.from = args.from;
    ask.to = args.to;
    for name in args.by.iter().flat_map(|by| by.split(',')) {
        let key = Key::parse(name.trim()).with_context(|| {
            let names: Vec<&str> = Key::ALL.into_iter().map(Key::name).collect();
            format!("a report cannot be grouped by {name:?}, only by {}", names.join(", "))
        })?;
        ask.by.push(key);
    }
    if ask.by.len() > KEYS_MAX {
        bail!("a report joins at most {KEYS_MAX} keys");
    }
    ask.basis = Basis::parse(&args.basis).unwrap_or_default();
    ask.ads = AdsMode::parse(&args.ads).unwrap_or_default();
    ask.fully_loaded = args.fully_loaded;
    if let Some(name) = &args.store {
        let found = db.read(|reader| stores::find_store(reader, name))?;
        ask.store = Some(found.with_context(|| format!("there is no store {name:?}"))?.id);
    }
    Ok(ask)
}

/// # Errors
/// Names every currency and day that lack a rate.
pub fn refuse_missing(missing: &[MissingRate]) -> anyhow::Result<()> {
    if missing.is_empty() {
        return Ok(());
    }
    let list: Vec<String> =
        missing.iter().map(|rate| format!("{} on {}", rate.currency, rate.day)).collect();
    bail!(
        "no exchange rate is known for {} of the days that the report needs. Import rates with \
         `purser import fx FILE` and ask again. Lacking:\n{}",
        missing.len(),
        list.join("\n")
    )
}

fn csv(report: &Report) -> String {
    let (header, rows) = profit::json::table(report);
    crate::web::csv::write(&header, &rows)
}

fn xlsx(report: &Report) -> anyhow::Result<Vec<u8>> {
    let (header, rows) = profit::json::table(report);
    let n_keys = header.len() - profit::json::figure_columns();
    Ok(crate::web::xlsx::table(&header, &rows, n_keys)?)
}

/// Keys and the figures that fit a terminal; `--format csv` has all columns.
fn table(report: &Report) -> String {
    const SHOWN: [&str; 9] = [
        "orders",
        "units",
        "net_revenue",
        "cogs",
        "contribution_margin",
        "ad_spend",
        "operating_expenses",
        "net_profit",
        "net_margin",
    ];
    let (header, rows) = profit::json::table(report);
    let n_keys = header.len() - profit::json::figure_columns();
    let columns: Vec<usize> = (0..n_keys)
        .chain(SHOWN.iter().filter_map(|name| header.iter().position(|column| column == name)))
        .collect();
    let mut lines = vec![columns.iter().map(|column| header[*column].clone()).collect::<Vec<_>>()];
    lines.extend(rows.iter().map(|row| columns.iter().map(|c| row[*c].clone()).collect()));
    let widths: Vec<usize> = (0..columns.len())
        .map(|index| lines.iter().map(|line| line[index].chars().count()).max().unwrap_or(0))
        .collect();
    let mut text = format!(
        "{}, {} to {}, by {}\n",
        report.currency,
        report.range.from,
        report.range.to,
        report.basis.name()
    );
    for line in lines {
        for (index, cell) in line.iter().enumerate() {
            let width = widths[index];
            let cell =
                if index < n_keys { format!("{cell:<width$}") } else { format!("{cell:>width$}") };
            text.push_str(&cell);
            text.push_str("  ");
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    text
}

fn reconcile_report(db: &Db, args: &ReportArgs, format: &str) -> anyhow::Result<Output> {
    let range = payouts::range_of(args.from, args.to);
    let ask = BridgeAsk { store: None, range };
    let bridges = db.read(|reader| {
        let zone = organisation::find(reader.conn())?.time_zone.unwrap_or_else(Zone::utc);
        let today = args.seen_from(&zone);
        let accounts = reports::reconcile::list_account_bridges(reader, &ask, today);
        let statements = reports::reconcile::list_bridges(reader, &ask);
        Ok(accounts.and_then(|mut bridges| {
            bridges.extend(statements?);
            Ok(bridges)
        }))
    })??;
    let wanted: Vec<Bridge> = bridges
        .into_iter()
        .filter(|bridge| args.store.as_ref().is_none_or(|store| bridge.store == *store))
        .collect();
    Ok(match format {
        "json" => args.dated(reconcile::json::bridges(&wanted)),
        "csv" => Output::Text(reconcile::json::csv(&wanted)),
        "xlsx" => bail!("the reconcile report comes as table, csv or json"),
        _ => args.headed(&reconcile::json::text(&wanted)),
    })
}

fn payouts_report(db: &Db, args: &ReportArgs, format: &str) -> anyhow::Result<Output> {
    let store = match &args.store {
        None => None,
        Some(name) => {
            let found = db.read(|reader| stores::find_store(reader, name))?;
            Some(found.with_context(|| format!("there is no store {name:?}"))?.id)
        }
    };
    let found = db.read(|reader| {
        let zone = organisation::find(reader.conn())?.time_zone.unwrap_or_else(Zone::utc);
        let today = args.seen_from(&zone);
        let range = payouts::range_of(args.from, args.to);
        let ask = PayoutAsk { store, scope: Scope::All, range, today };
        Ok(reports::payouts::list(reader, &ask))
    })??;
    let (header, rows) = payouts::json::table(&found);
    Ok(match format {
        "json" => args.dated(payouts::json::payouts(&found)),
        "csv" => Output::Text(crate::web::csv::write(&header, &rows)),
        "xlsx" => Output::Bytes(crate::web::xlsx::table(&header, &rows, payouts::json::NAMES)?),
        _ => args.headed(&payouts::json::text(&found)),
    })
}

fn preset_report(db: &Db, args: &ReportArgs, format: &str) -> anyhow::Result<Output> {
    let ask = read_ask(db, args)?;
    let chosen: Vec<&'static Preset> = match args.preset.as_deref() {
        None => PRESETS.iter().collect(),
        Some(name) => vec![Preset::find(name).with_context(|| {
            let names: Vec<&str> = PRESETS.iter().map(|preset| preset.slug).collect();
            format!("there is no preset {name:?}; there are {}", names.join(", "))
        })?],
    };
    let reports = db.read(|reader| {
        let zone = organisation::find(reader.conn())?.time_zone.unwrap_or_else(Zone::utc);
        let today = args.seen_from(&zone);
        Ok(reports::preset::run(reader, &ask, &chosen, today))
    })??;
    refuse_missing(&reports.missing_rates)?;
    Ok(match format {
        "json" => args.dated(presets::json::reports(&reports)),
        "csv" => Output::Text(presets::json::csv(&reports)),
        "xlsx" => bail!("the preset report comes as table, csv or json"),
        _ => args.headed(&presets::json::text(&reports)),
    })
}

/// # Errors
/// Where no order, or more than one, is meant.
pub fn explain(paths: &Paths, args: &ExplainArgs, json: bool) -> anyhow::Result<()> {
    let ExplainWhat::Order { number, store, as_known } = &args.what;
    let books = Db::open_read_only(&paths.database(), Clock::System)?;
    let db = known::books_of(&books, *as_known)?;
    let explained = db.read(|reader| {
        let found = reports::explain::find_one(reader, number, store.as_deref());
        Ok(found.and_then(|order| reports::explain::explain(reader, order)))
    })??;
    refuse_missing(&explained.missing_rates)?;
    let mut value = orders::json::explained(&explained);
    let as_known = as_known.map(|day| day.to_string());
    let text = match json {
        true => {
            if let Some(day) = &as_known {
                value["as_known"] = json!(day);
            }
            value.to_string()
        }
        false => known::head(as_known.as_deref()) + &explain_text(&value),
    };
    write(None, Output::Text(text))
}

fn explain_text(value: &Value) -> String {
    let show = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut text = format!(
        "Order {} of {}, in {}\n",
        show(&value["order"]),
        show(&value["store"]),
        show(&value["currency"])
    );
    if value["counted"] == json!(false) {
        text.push_str("It does not count: no money came in, or it is a test.\n");
    }
    for component in value["components"].as_array().into_iter().flatten() {
        let (name, amount, quality) =
            (show(&component["name"]), show(&component["amount"]), show(&component["quality"]));
        text.push_str(&format!("{name:<18} {amount:>14}  {quality}\n"));
        for part in component["parts"].as_array().into_iter().flatten() {
            let origin = match (show(&part["source"]), show(&part["rule"])) {
                (source, rule) if source.is_empty() => rule,
                (source, rule) if rule.is_empty() => source,
                (source, rule) => format!("{source}, {rule}"),
            };
            text.push_str(&format!(
                "    {:>14} {}  {} {}, line {}: {} ({origin})\n",
                show(&part["amount"]),
                show(&part["currency"]),
                show(&part["event"]),
                show(&part["day"]),
                show(&part["line"]),
                show(&part["arithmetic"]),
            ));
        }
    }
    text.push_str(&format!("{:<18} {:>14}\n", "total", show(&value["total"])));
    text
}

/// # Errors
/// What the database said; and where the books do not agree, each place named.
pub fn verify(paths: &Paths, json: bool) -> anyhow::Result<()> {
    let db = Db::open_read_only(&paths.database(), Clock::System)?;
    let verified = db
        .read_within(VERIFY_MAX, |reader| Ok(crate::books::verify::verify(reader)))?
        .context("the books could not be computed again")?;
    let audited = verify_audit(paths, &db)?;
    if audited.fault.is_some() {
        bail!("{}", told::verified(&audited));
    }
    let value = json!({
        "audit_rows": audited.rows,
        "audit_with_key": audited.with_key,
        "orders": verified.orders,
        "lines": verified.lines,
        "waiting_orders": verified.waiting.0,
        "waiting_days": verified.waiting.1,
        "faults": verified.faults,
    });
    if !verified.faults.is_empty() {
        if json {
            write(None, Output::Text(value.to_string()))?;
        }
        bail!("the books do not agree with their facts:\n{}", verified.faults.join("\n"));
    }
    let text = format!(
        "{} orders with {} lines were computed again: the same, bit for bit, and the days are \
         their sums. {}",
        verified.orders,
        verified.lines,
        told::verified(&audited)
    );
    write(None, Output::Text(if json { value.to_string() } else { text }))
}

/// The log of what people did; its tags too, where the vault opens by what is at hand.
fn verify_audit(paths: &Paths, db: &Db) -> anyhow::Result<audit::Verified> {
    let openers = build::openers(paths).with_passphrase(paths.passphrase.clone());
    // A vault that does not open is told of elsewhere; the chain is looked at without it.
    let vault = Vault::open_with(&openers, db).ok();
    let key = vault.as_ref().and_then(|state| state.vault()).map(Vault::audit_key);
    let verified = db.read_within(VERIFY_MAX, |reader| audit::verify(reader.conn(), key))?;
    Ok(verified)
}

fn write(out: Option<&std::path::Path>, output: Output) -> anyhow::Result<()> {
    let bytes = match output {
        Output::Text(mut text) => {
            if !text.ends_with('\n') {
                text.push('\n');
            }
            text.into_bytes()
        }
        Output::Bytes(bytes) if out.is_none() => {
            let _ = bytes;
            bail!("an xlsx report is a file: name it with --out FILE")
        }
        Output::Bytes(bytes) => bytes,
    };
    match out {
        Some(path) => {
            let mut file = File::create(path)
                .with_context(|| format!("{} was not written", path.display()))?;
            file.write_all(&bytes)?;
        }
        None => std::io::stdout().lock().write_all(&bytes)?,
    }
    Ok(())
}
