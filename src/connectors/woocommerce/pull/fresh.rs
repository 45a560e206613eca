//! Orders that were seen for the first time, noted in files until the nightly look has seen them,
//! too: one that is put into the trash before that leaves every list, and nobody would miss it.

use std::io::{BufRead, Write};

use serde::{Deserialize, Serialize};

use super::super::client::Shop;
use super::super::list::Item;
use crate::base::Instant;
use crate::connectors::fault::Fault;

/// Ids that are remembered, so that what a turn reads again is not noted again.
const KNOWN_MAX: usize = 300;
/// How many files there have been.
const HEAD: &str = "fresh-head";

/// What the stream of orders noted. Serves as a part of its cursor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fresh {
    n_files: u64,
    known: Vec<u64>,
}

/// An order: its id, and when it was placed.
pub type Placed = (u64, Instant);

impl Fresh {
    /// Notes the orders of a page that were placed since then, before the page is handed out.
    ///
    /// # Errors
    /// `Transient` where they cannot be written.
    pub fn note(
        &mut self,
        shop: &Shop<'_, '_>,
        items: &[Item],
        since: Instant,
    ) -> Result<(), Fault> {
        let placed = items.iter().filter_map(placed);
        let new: Vec<Placed> =
            placed.filter(|(id, at)| *at > since && !self.known.contains(id)).collect();
        if new.is_empty() {
            return Ok(());
        }
        let lines: Vec<String> =
            new.iter().map(|(id, at)| format!("{id} {}\n", at.seconds())).collect();
        write(shop, &file_name(self.n_files), &lines.concat())?;
        self.n_files += 1;
        write(shop, HEAD, &format!("{}\n", self.n_files))?;
        self.known.extend(new.iter().map(|(id, _)| id));
        let n_over = self.known.len().saturating_sub(KNOWN_MAX);
        self.known.drain(..n_over);
        Ok(())
    }
}

/// How many files of notes there have been.
///
/// # Errors
/// `Transient` where it cannot be read.
pub fn count_files(shop: &Shop<'_, '_>) -> Result<u64, Fault> {
    let mut count = 0;
    read_lines(shop, HEAD, &mut |line| count = line.parse().unwrap_or(0))?;
    Ok(count)
}

/// Reads one file of notes; one that is not there holds none.
///
/// # Errors
/// `Transient` where it cannot be read.
pub fn read(
    shop: &Shop<'_, '_>,
    file: u64,
    take: &mut dyn FnMut(u64, Instant),
) -> Result<(), Fault> {
    read_lines(shop, &file_name(file), &mut |line| {
        if let Some((id, at)) = line.split_once(' ')
            && let (Ok(id), Ok(at)) = (id.parse(), at.parse())
        {
            take(id, Instant::from_seconds(at));
        }
    })
}

pub fn remove(shop: &Shop<'_, '_>, file: u64) {
    shop.ctx.spool.remove(&file_name(file));
}

/// The id of an order, and when it was placed; `None` where either cannot be read.
pub fn placed(item: &Item) -> Option<Placed> {
    #[derive(Deserialize)]
    struct Wire {
        #[serde(default)]
        date_created_gmt: super::super::wire::Text,
    }
    let wire: Wire = serde_json::from_str(item.text.get()).ok()?;
    let at = super::super::leaf::parse_instant(&wire.date_created_gmt)?;
    (item.id != 0).then_some((item.id, at))
}

/// # Errors
/// `Transient` where the file cannot be written.
pub fn write(shop: &Shop<'_, '_>, name: &str, text: &str) -> Result<(), Fault> {
    let written = shop.ctx.spool.create(name).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.flush()
    });
    written.map_err(|fault| Fault::transient(fault.to_string()))
}

/// # Errors
/// `Transient` where the file cannot be read; one that is not there has no lines.
pub fn read_lines(
    shop: &Shop<'_, '_>,
    name: &str,
    take: &mut dyn FnMut(&str),
) -> Result<(), Fault> {
    let broken = |fault: std::io::Error| Fault::transient(fault.to_string());
    let Some(file) = shop.ctx.spool.open(name, 0).map_err(broken)? else { return Ok(()) };
    for line in file.lines() {
        take(&line.map_err(broken)?);
    }
    Ok(())
}

fn file_name(file: u64) -> String {
    format!("fresh-{file}")
}
