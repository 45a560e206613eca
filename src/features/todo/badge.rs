//! How many things need a person, beside the entry in the navigation. Every page shows it, so the
//! last count is kept for as long as the books and the imports stay the same.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use super::query;
use crate::base::Day;
use crate::domain::ask::{Ask, Scope};
use crate::store::{Reader, StoreError, dirty, settings};

/// Installations of one process; tests have several.
const KEPT_MAX: usize = 64;

#[derive(Clone, Debug, PartialEq, Eq)]
struct Known {
    instance_id: Option<String>,
    version: i64,
    /// How many imports there are, how many were taken back, and the rows that they refused.
    imports: (i64, i64, i64),
    today: Day,
    /// `None` where counting took too long.
    count: Option<i64>,
}

static KEPT: Mutex<VecDeque<Known>> = Mutex::new(VecDeque::new());

/// Counts over all stores; `None` where it cannot be told.
pub fn count(reader: &Reader<'_>, today: Day) -> Option<i64> {
    let mut now = find_state(reader, today).ok()?;
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    let known = kept.iter().position(|known| known.instance_id == now.instance_id);
    if let Some(known) = known.map(|index| &kept[index]) {
        let is_same = Known { count: known.count, ..now.clone() } == *known;
        // While figures are on their way the last count stands.
        let is_moving = dirty::count(reader).is_ok_and(|waiting| waiting != (0, 0));
        if is_same || is_moving {
            return known.count;
        }
    }
    drop(kept);
    let gaps = query::run(reader, &Ask::all(Scope::All), today);
    now.count = gaps.ok().map(|gaps| gaps.len() as i64);
    kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    kept.retain(|known| known.instance_id != now.instance_id);
    kept.truncate(KEPT_MAX - 1);
    let count = now.count;
    kept.push_front(now);
    count
}

fn find_state(reader: &Reader<'_>, today: Day) -> Result<Known, StoreError> {
    let mut statement = reader.conn().prepare_cached(
        "select count(*), coalesce(sum(state = 'undone'), 0), coalesce(sum(refused), 0)
         from imports",
    )?;
    let imports = statement.query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(Known {
        instance_id: settings::find(reader.conn(), "instance_id")?,
        version: dirty::find_version(reader)?,
        imports,
        today,
        count: None,
    })
}
