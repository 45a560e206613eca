//! What the exports of all ad platforms share: a table of spend by day and campaign, of which a
//! platform tells the columns. Whatever finer rows a file holds (ads, keywords, countries), they
//! are added up to one figure for each day, campaign and product, so that every breakdown of the
//! same spend writes the same fact and none is counted beside another.
//!
//! ```text
//! Platform ── read ──▶ rows ── sums ──▶ one Found for each day and campaign, at the end
//!                        └── totals ──▶ left out, held against the rows, told
//! ```

mod row;
mod sums;
#[cfg(test)]
pub mod tests;
mod totals;

use std::io::BufRead;

use super::sheet::{self, Cells, Field, Sheet};
use crate::connectors::contract::{Emit, Head, Match, ReadCtx};
use crate::connectors::fault::FileFault;
use row::{Reading, What};
use sums::Sums;
use totals::Totals;

/// The columns by their meaning: `Platform::fields` begins with these, in this order; where a
/// platform has no such column stands `NO_COLUMN`.
pub const DAY: usize = 0;
pub const FROM: usize = 1;
pub const TO: usize = 2;
pub const CAMPAIGN: usize = 3;
pub const CAMPAIGN_ID: usize = 4;
pub const SPEND: usize = 5;
pub const CURRENCY: usize = 6;
pub const SKU: usize = 7;
pub const IMPRESSIONS: usize = 8;
pub const CLICKS: usize = 9;
pub const CONVERSIONS: usize = 10;
pub const VALUE: usize = 11;
/// The first of a platform's own columns.
pub const OWN: usize = 12;

pub const NO_COLUMN: Field = Field::optional(&[]);

/// What one platform's exports are like.
pub struct Platform {
    /// The short name that rules use: `meta`.
    pub name: &'static str,
    pub fields: &'static [Field],
    /// Columns that no other platform's files have; a file without any has to be named to be read.
    /// Empty where the required columns are telling enough.
    pub marks: &'static [&'static str],
    /// Breakdowns of which a blank or `All` marks the total of the rows that name one.
    pub breakdowns: &'static [usize],
    /// The seller's own number of the product, out of the cell.
    pub sku: fn(&str) -> &str,
    pub figures: fn(&Cells<'_>) -> Figures,
    /// How to export a row for each day: a sentence.
    pub by_day: &'static str,
}

/// From which fields a row's figures are read.
#[derive(Clone, Copy, Debug)]
pub struct Figures {
    pub spend: usize,
    pub conversions: Option<usize>,
    pub value: Option<usize>,
}

impl Figures {
    pub const PLAIN: Self =
        Self { spend: SPEND, conversions: Some(CONVERSIONS), value: Some(VALUE) };
}

pub fn recognises(head: &Head<'_>, platform: &Platform) -> Match {
    let Some(columns) = sheet::find_columns(head, platform.fields) else { return Match::No };
    let is_mark = |name: &String| platform.marks.contains(&name.as_str());
    let is_ours = platform.marks.is_empty() || columns.iter().any(is_mark);
    if is_ours { Match::Yes } else { Match::No }
}

/// Reads an export. Memory grows with the days, campaigns and products of the file, not with its
/// rows.
///
/// # Errors
/// As `Sheet::open` and `Sheet::next_row`; what `emit` returns.
pub fn read(
    platform: &'static Platform,
    source: &mut dyn BufRead,
    ctx: &ReadCtx,
    emit: Emit<'_>,
) -> Result<(), FileFault> {
    let mut sheet = Sheet::open(source, platform.fields)?;
    sheet.tell_unknown_columns(emit)?;
    let mut reading = Reading::of(&sheet, platform, ctx);
    let (mut sums, mut totals) = (Sums::default(), Totals::default());
    while let Some(cells) = sheet.next_row()? {
        match reading.read(&cells) {
            What::Spend(placed, figures) => {
                totals.add_row(&placed.campaign, Some(placed.currency), Some(figures.amount));
                sums.add(placed, figures);
            }
            What::Faulty(placed, fault, amount) => {
                totals.add_row(&placed.campaign, Some(placed.currency), amount);
                sums.spoil(placed, reading.refuse(&cells, fault));
            }
            What::Refused { fault, unknown, amount } => {
                totals.add_row("", None, amount);
                if let Some(found) = unknown {
                    emit(found)?;
                }
                emit(reading.refused(&cells, fault))?;
            }
            What::Total(amount) => totals.add_total(&cells, amount),
            What::CampaignTotal { campaign, amount } => {
                let refusal = reading.refuse(&cells, reading.no_day());
                totals.add_campaign(campaign, amount, refusal);
            }
        }
    }
    let left_out = sums.finish(platform.name, &reading, emit)?;
    totals.finish(&left_out, emit)
}
