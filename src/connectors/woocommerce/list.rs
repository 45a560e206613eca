//! Lists that change while they are read. They are asked for by rising id; each page begins with
//! the last thing of the one before, so that rows that moved are noticed; and a page that the shop
//! cannot make is asked for in smaller parts.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::client::{Refused, Reply, Shop};
use super::wire::Text;
use crate::base::Instant;
use crate::connectors::contract::Kept;
use crate::connectors::fault::Fault;

/// How many are asked for at once; after each failure of the shop's, fewer.
const SIZES: [u32; 5] = [100, 50, 20, 10, 1];

/// Where a list stands. Serves as a part of a cursor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Walk {
    pub offset: u64,
    size: u32,
    /// The id that should stand at `offset`; 0 where nothing is known of it.
    last: u64,
    /// Up to here the list was read twice, because rows had moved; it is not done a third time.
    unchecked: u64,
}

impl Default for Walk {
    fn default() -> Self {
        Self { offset: 0, size: SIZES[0], last: 0, unchecked: 0 }
    }
}

/// One thing of a list, as it came.
pub struct Item {
    /// 0 where it has none that can be read.
    pub id: u64,
    pub text: Box<RawValue>,
}

impl Item {
    /// # Errors
    /// `Drift` where what was kept is no JSON.
    pub fn of_kept(kept: &Kept<'_>) -> Result<Self, Fault> {
        Ok(Self { id: kept.key.parse().unwrap_or(0), text: kept.read()? })
    }
}

/// A page of a list, by rising id, each thing once.
pub struct Listed {
    pub items: Vec<Item>,
    /// `None` at the end.
    pub next: Option<Walk>,
    pub total: Option<u64>,
    pub at: Instant,
    /// A place at which the shop fails, whatever is asked for with it; it was passed over.
    pub hole: Option<u64>,
}

impl Listed {
    /// The walk that goes on behind the first `n_taken` items, where not all could be taken.
    pub fn cut(&self, walk: &Walk, n_taken: usize) -> Walk {
        // What stands at the place is known where the last thing taken is asked for again.
        let last = if n_taken > 1 { self.items[n_taken - 1].id } else { 0 };
        let size = self.next.as_ref().map_or(walk.size, |next| next.size);
        let offset = walk.offset + (n_taken as u64).max(2) - 1;
        Walk { offset, size, last, unchecked: walk.unchecked }
    }
}

/// The page of a list at which `walk` stands.
///
/// # Errors
/// What the shop says.
pub fn fetch(
    shop: &Shop<'_, '_>,
    (operation, path): (&'static str, &str),
    filter: &[(&str, String)],
    walk: &Walk,
) -> Result<Listed, Refused> {
    let mut size = walk.size;
    let (reply, hole) = loop {
        match ask(shop, (operation, path), filter, (walk.offset, size)) {
            Ok(reply) => break (reply, None),
            Err(refused) if refused.is_too_much() => match smaller(size) {
                Some(fewer) => size = fewer,
                // The shop as a whole may be down: only where the next thing comes is it this one.
                None => {
                    let after = (walk.offset + 1, size);
                    match ask(shop, (operation, path), filter, after) {
                        Ok(reply) => break (reply, Some(walk.offset)),
                        Err(_) => return Err(refused),
                    }
                }
            },
            Err(refused) => return Err(refused),
        }
    };
    let Reply { text, total, at } = reply;
    let items = read_items(&text).map_err(|fault| Refused {
        fault,
        status: 200,
        code: String::new(),
        is_broken: false,
    })?;
    let start = walk.offset + u64::from(hole.is_some());
    let lowest = items.first().map_or(0, |item| item.id);
    let is_checked = walk.last > 0 && walk.offset > walk.unchecked && hole.is_none();
    if is_checked && lowest > walk.last {
        // Rows before this place are gone, so others have moved to where we have been.
        let back = Walk {
            offset: walk.offset.saturating_sub(u64::from(size)),
            size,
            last: 0,
            unchecked: walk.offset,
        };
        return Ok(Listed { items: Vec::new(), next: Some(back), total, at, hole: None });
    }
    let highest = items.last().map_or(0, |item| item.id);
    let end = start + u64::from(size);
    let is_end = match total {
        Some(total) => end >= total,
        // Proxies drop the header: then the end is where nothing new comes.
        None => items.is_empty() || (walk.last > 0 && highest <= walk.last),
    };
    let overlap = u64::from(size > 1 || hole.is_some());
    // Behind the thing at which the shop fails there is no reason to go on one by one.
    let size = if hole.is_some() { SIZES[1] } else { size };
    let next = Walk {
        offset: end - overlap,
        size,
        last: if overlap > 0 { highest } else { 0 },
        unchecked: walk.unchecked,
    };
    Ok(Listed { items, next: (!is_end).then_some(next), total, at, hole })
}

fn smaller(size: u32) -> Option<u32> {
    SIZES.into_iter().find(|fewer| *fewer < size)
}

fn ask(
    shop: &Shop<'_, '_>,
    (operation, path): (&'static str, &str),
    filter: &[(&str, String)],
    (offset, size): (u64, u32),
) -> Result<Reply, Refused> {
    let mut query = vec![
        ("per_page", size.to_string()),
        ("offset", offset.to_string()),
        ("orderby", "id".to_owned()),
        ("order", "asc".to_owned()),
    ];
    query.extend(filter.iter().map(|(name, value)| (*name, value.clone())));
    shop.get(operation, path, &query)
}

/// The things of a list, by rising id, each once. PHP writes a list with gaps as an object.
///
/// # Errors
/// `Drift` where it is no list.
pub fn read_items(text: &str) -> Result<Vec<Item>, Fault> {
    let list: super::wire::List<Box<RawValue>> = serde_json::from_str(text)
        .map_err(|_| Fault::drift("", "a list was asked for, and something else came"))?;
    let mut items: Vec<Item> =
        list.0.into_iter().map(|text| Item { id: read_id(text.get()), text }).collect();
    items.sort_by_key(|item| item.id);
    items.dedup_by(|later, earlier| later.id == earlier.id && later.id != 0);
    Ok(items)
}

fn read_id(text: &str) -> u64 {
    #[derive(Deserialize)]
    struct Named {
        #[serde(default)]
        id: Text,
    }
    let named: Option<Named> = serde_json::from_str(text).ok();
    named.and_then(|named| named.id.get().and_then(|id| id.parse().ok())).unwrap_or(0)
}

#[cfg(test)]
mod tests;
