//! `purser changes`: the history at the terminal; it only reads, beside a live server too.

use serde_json::{Value, json};

use crate::app::paths::Paths;
use crate::app::report::print;
use crate::base::Clock;
use crate::features::changes::{describe, json as told};
use crate::store::changes::{self, ChangeKind};
use crate::store::{Db, StoreError};
use crate::sync::undo;
use crate::web::format::Locale;
use crate::web::words;

#[derive(clap::Args)]
pub struct ChangesArgs {
    /// Only those of a kind
    #[arg(long, value_parser = ChangeKind::ALL.map(ChangeKind::name))]
    kind: Option<String>,
    /// How many
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=1_000))]
    limit: i64,
}

/// # Errors
/// What the store said.
pub fn list(paths: &Paths, args: &ChangesArgs, as_json: bool) -> anyhow::Result<()> {
    let db = Db::open_read_only(&paths.database(), Clock::System)?;
    let kind = args.kind.as_deref().and_then(ChangeKind::parse);
    let listed = db.read(|reader| {
        let list = changes::list(reader, kind, (args.limit, 0))?.into_iter();
        let with = list.map(|change| {
            let can_undo = undo::can_undo(reader.conn(), &change)?;
            Ok((change, can_undo))
        });
        with.collect::<Result<Vec<_>, StoreError>>()
    })?;
    if as_json {
        let rows: Vec<Value> =
            listed.iter().map(|(change, can_undo)| told::told(change, *can_undo)).collect();
        return print(&json!({ "changes": rows }).to_string());
    }
    for (change, _) in &listed {
        let kind = words::change::kind(change.kind.name());
        let what = words::change::told_of(kind, &change.subject);
        let by = match change.by.name.as_str() {
            "" => words::text(words::Word::ImportByCommand),
            name => name,
        };
        let lines = describe::lines(change, Locale::En).join(" ");
        print(&format!("{}\t{}\t{by}\t{what}\t{lines}", change.id, change.at))?;
    }
    Ok(())
}
