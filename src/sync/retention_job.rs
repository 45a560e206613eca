//! Throws away what is kept for a while only, by `store/retention.rs`; each day with the upkeep,
//! and when somebody asks. What would go can be seen before.

use super::ctx::Tools;
use crate::base::Instant;
use crate::base::id::AccountId;
use crate::connectors;
use crate::store::retention::{self, Rule};
use crate::store::{Db, Lane, Reader, StoreError, accounts, documents};

/// What is beyond a rule, or went by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    pub rule: Rule,
    /// In the rule's own unit; `None` where each stream has its own time.
    pub kept: Option<i64>,
    pub rows: i64,
    pub oldest_at: Option<Instant>,
}

/// A stream whose raw documents go when they were fetched before.
type StreamLimit = (AccountId, &'static str, Instant);

/// What would go now, by rule.
///
/// # Errors
/// `StoreError` of the database.
pub fn look(db: &Db) -> Result<Vec<Due>, StoreError> {
    let now = db.clock().now();
    db.read(|reader| Rule::ALL.into_iter().map(|rule| look_at(reader, rule, now)).collect())
}

fn look_at(reader: &Reader<'_>, rule: Rule, now: Instant) -> Result<Due, StoreError> {
    let kept = retention::find_kept(reader, rule)?;
    let (rows, oldest_at) = match rule {
        Rule::Documents => {
            let (mut rows, mut oldest) = (0, None);
            for (account, stream, before) in limits(reader, now)? {
                let found = retention::count_documents(reader, (account, stream), before)?;
                rows += found.0;
                oldest = [oldest, found.1].into_iter().flatten().min();
            }
            (rows, oldest)
        }
        _ => {
            let kept = kept.unwrap_or(rule.bounds().usual);
            retention::count_beyond(reader, rule, retention::limit(rule, kept, now))?
        }
    };
    Ok(Due { rule, kept, rows, oldest_at })
}

/// Each stream's own time, unless somebody chose one for all.
fn limits(reader: &Reader<'_>, now: Instant) -> Result<Vec<StreamLimit>, StoreError> {
    let chosen = documents::find_kept_days(reader)?;
    let mut limits = Vec::new();
    for row in accounts::list_accounts(reader)? {
        let Some(api) = connectors::find(&row.platform).and_then(|known| known.api()) else {
            continue;
        };
        for stream in api.spec().streams {
            let days = i64::from(chosen.unwrap_or(stream.raw_days));
            limits.push((row.id, stream.slug, retention::limit(Rule::Documents, days, now)));
        }
    }
    Ok(limits)
}

/// Throws it away, piece by piece, and notes what went. `None` where it was told to stop; what went
/// until then is noted as well.
///
/// # Errors
/// `StoreError` of the database.
pub fn apply(
    tools: &Tools,
    should_stop: &dyn Fn() -> bool,
) -> Result<Option<Vec<Due>>, StoreError> {
    let now = tools.db.clock().now();
    let mut gone = Vec::new();
    for due in look(&tools.db)?.into_iter().filter(|due| due.rows > 0) {
        let (rows, is_done) = apply_one(tools, &due, now, should_stop)?;
        let went = Due { rows, ..due };
        tools.db.write_local(Lane::Background, |tx| {
            retention::append_run(tx, Some(due.rule), (rows, due.oldest_at))
        })?;
        gone.push(went);
        if !is_done {
            return Ok(None);
        }
    }
    if gone.is_empty() {
        tools.db.write_local(Lane::Background, |tx| retention::append_run(tx, None, (0, None)))?;
    }
    Ok(Some(gone))
}

fn apply_one(
    tools: &Tools,
    due: &Due,
    now: Instant,
    should_stop: &dyn Fn() -> bool,
) -> Result<(i64, bool), StoreError> {
    let mut rows = 0;
    if due.rule == Rule::Documents {
        for (account, stream, before) in tools.db.read(|reader| limits(reader, now))? {
            loop {
                let gone = tools.db.write_local(Lane::Background, |tx| {
                    documents::delete_older(tx, (account, stream), before)
                })?;
                rows += gone as i64;
                if should_stop() {
                    return Ok((rows, false));
                }
                if gone == 0 {
                    break;
                }
            }
        }
        return Ok((rows, true));
    }
    let kept = due.kept.unwrap_or(due.rule.bounds().usual);
    let before = retention::limit(due.rule, kept, now);
    loop {
        let gone = tools
            .db
            .write_local(Lane::Background, |tx| retention::delete_some(tx, due.rule, before))?;
        rows += gone;
        if should_stop() {
            return Ok((rows, false));
        }
        if gone == 0 {
            return Ok((rows, true));
        }
    }
}
