//! Once a night all orders of the last sixty days are read again: a plugin may change one without
//! its day of change, and what was put into the trash leaves every list. So the ids of the last
//! night are kept in files, and what is missing of them, or of the orders that came since
//! (`fresh.rs`), is asked for by itself.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::super::client::{Shop, stamp};
use super::super::document::{self, FIELDS};
use super::super::list::{self, Item, Walk};
use super::super::spec::ORDERS;
use super::fresh;
use crate::base::Instant;
use crate::connectors::contract::{Cursor, Document, Page, Problem};
use crate::connectors::fault::Fault;

const PLACE_VERSION: u32 = 1;
pub const BACK_S: i64 = 60 * 86_400;
/// The first turn, right after the first load, only notes which orders there are.
const IDS: &str = "id,date_created_gmt";
const REFUND_CALLS_MAX: u32 = 20;
/// Orders of one page that are asked for by themselves.
const MISSING_PER_PAGE: usize = 20;
/// Files of one turn, a page each.
const FILES_MAX: u32 = 20_000;
/// Files of notes that are removed after a turn.
const NOTES_REMOVED_MAX: usize = 20_000;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Place {
    /// How many turns came to their end; its last bit names the files.
    turns: u64,
    /// The files of the last turn.
    n_before: u32,
    /// Notes of the stream of orders that were looked through.
    #[serde(default)]
    n_notes: u64,
    turn: Option<Turn>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Turn {
    /// Orders from then on.
    after: Instant,
    /// The files of this turn.
    n_files: u32,
    /// Notes of the stream of orders that were there when it began: all of them are in its lists,
    /// unless they are gone.
    #[serde(default)]
    n_notes: u64,
    /// `None`: all were read.
    walk: Option<Walk>,
    /// Orders that were there the last time; `None` until they are looked for.
    missing: Option<Vec<u64>>,
    n_pages: u32,
}

/// # Errors
/// What the shop says, or the disk.
pub fn pull(shop: &Shop<'_, '_>, from: &Cursor) -> Result<Page, Fault> {
    let mut place: Place = from.read(PLACE_VERSION)?.unwrap_or_default();
    let mut turn = match place.turn.take() {
        Some(turn) => turn,
        None => Turn {
            after: shop.ctx.clock.now().plus_seconds(-BACK_S),
            n_files: 0,
            n_notes: fresh::count_files(shop)?,
            walk: Some(Walk::default()),
            missing: None,
            n_pages: 0,
        },
    };
    let mut documents = Vec::new();
    if let Some(walk) = turn.walk.take() {
        documents = read(shop, &place, (&mut turn, &walk))?;
    } else if let Some(missing) = &mut turn.missing {
        let n_taken = missing.len().min(MISSING_PER_PAGE);
        for id in missing.drain(..n_taken) {
            documents.push(document::fetch_order(shop, id)?.unwrap_or_else(|| tell_gone(id)));
        }
    } else {
        turn.missing = Some(find_missing(shop, &place, &turn)?);
    }
    turn.n_pages += 1;
    let n_pages = turn.n_pages;
    let is_done = turn.walk.is_none() && turn.missing.as_ref().is_some_and(Vec::is_empty);
    if is_done {
        // Those of the turn before: this one's may be asked for again.
        (0..place.n_notes).rev().take(NOTES_REMOVED_MAX).for_each(|file| fresh::remove(shop, file));
        let (turns, n_before, n_notes) = (place.turns + 1, turn.n_files, turn.n_notes);
        place = Place { turns, n_before, n_notes, turn: None };
    } else {
        place.turn = Some(turn);
    }
    let next = Cursor::write(PLACE_VERSION, &place)?;
    let mut page = Page { documents, next, more: !is_done, ..Page::default() };
    super::give_way(&mut page, n_pages);
    Ok(page)
}

/// A page of the orders; which they are is noted in a file before the page is handed out.
fn read(
    shop: &Shop<'_, '_>,
    place: &Place,
    (turn, walk): (&mut Turn, &Walk),
) -> Result<Vec<Document>, Fault> {
    let is_first = place.turns == 0;
    let fields = if is_first { IDS } else { FIELDS };
    let filter = [
        ("after", stamp(turn.after)),
        ("dates_are_gmt", "true".to_owned()),
        ("_fields", fields.to_owned()),
    ];
    let mut listed = list::fetch(shop, (ORDERS, "orders"), &filter, walk)?;
    let (documents, n_taken) = match is_first {
        true => (Vec::new(), listed.items.len()),
        false => document::read_orders(shop, &listed.items, REFUND_CALLS_MAX)?,
    };
    if n_taken < listed.items.len() {
        listed.next = Some(listed.cut(walk, n_taken));
    }
    if turn.n_files < FILES_MAX {
        write_file(shop, &file_name(place.turns, turn.n_files), &listed.items[..n_taken])?;
        turn.n_files += 1;
    }
    turn.walk = listed.next;
    Ok(documents)
}

/// What the last turn knew and this one did not find, as far as it is not merely too old by now.
fn find_missing(shop: &Shop<'_, '_>, place: &Place, turn: &Turn) -> Result<Vec<u64>, Fault> {
    let mut found = HashSet::new();
    for file in 0..turn.n_files {
        read_file(shop, &file_name(place.turns, file), &mut |id, _| {
            found.insert(id);
        })?;
    }
    let mut missing = Vec::new();
    let mut take = |id, at| {
        if at > turn.after && !found.contains(&id) {
            missing.push(id);
        }
    };
    for file in 0..place.n_before {
        read_file(shop, &file_name(place.turns + 1, file), &mut take)?;
    }
    for file in place.n_notes..turn.n_notes {
        fresh::read(shop, file, &mut take)?;
    }
    missing.sort_unstable();
    missing.dedup();
    Ok(missing)
}

/// Two sets of files take turns, so that the last one is there until this one is whole.
fn file_name(turns: u64, file: u32) -> String {
    format!("sweep-{}-{file}", turns % 2)
}

/// A line for each: the id, and the second in which it was placed.
fn write_file(shop: &Shop<'_, '_>, name: &str, items: &[Item]) -> Result<(), Fault> {
    let placed = items.iter().filter_map(fresh::placed);
    let lines: Vec<String> = placed.map(|(id, at)| format!("{id} {}\n", at.seconds())).collect();
    fresh::write(shop, name, &lines.concat())
}

/// A file that is not there, or a line that was cut off, holds nothing.
fn read_file(
    shop: &Shop<'_, '_>,
    name: &str,
    take: &mut dyn FnMut(u64, Instant),
) -> Result<(), Fault> {
    fresh::read_lines(shop, name, &mut |line| {
        if let Some((id, at)) = line.split_once(' ')
            && let (Ok(id), Ok(at)) = (id.parse(), at.parse())
        {
            take(id, Instant::from_seconds(at));
        }
    })
}

fn tell_gone(id: u64) -> Document {
    let what = format!(
        "Order {id} was deleted in the shop for good. It stays in your books as it was known last."
    );
    let problems = vec![Problem::Doubt { what }];
    Document { key: id.to_string(), problems, ..Document::default() }
}
