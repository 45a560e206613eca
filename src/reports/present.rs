//! What a range of days holds beside its lines, by kind: asked in one statement, since of most
//! kinds most ranges hold nothing, and a question of its own for each costs more than the lines.

use rusqlite::params;

use super::ReportError;
use crate::base::DayRange;
use crate::domain::ask::{AdsMode, Ask};
use crate::store::Reader;

/// Whether there can be any; where there is none, nothing has to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Present {
    pub unborne_ads: bool,
    /// Or payouts, which may have been converted at another rate.
    pub charges: bool,
    pub expenses: bool,
    /// Also on days beside the range.
    pub missing_rates: bool,
}

impl Present {
    /// # Errors
    /// `ReportError` of the database.
    pub fn find(reader: &Reader<'_>, ask: &Ask, range: DayRange) -> Result<Self, ReportError> {
        let sql = "select
            exists (select 1 from ad_results where step is null and day between ?1 and ?2)
                or (?3 and exists (select 1 from ad_results where step = 4)),
            exists (select 1 from charges where day between ?1 and ?2)
                or exists (select 1 from payouts),
            exists (select 1 from expenses),
            exists (select 1 from missing_rates) or exists (select 1 from missing_ad_rates)";
        let asked = params![range.from, range.to, ask.ads == AdsMode::Matched];
        Ok(reader.conn().prepare_cached(sql)?.query_row(asked, |row| {
            Ok(Self {
                unborne_ads: row.get(0)?,
                charges: row.get(1)?,
                expenses: row.get(2)?,
                missing_rates: row.get(3)?,
            })
        })?)
    }
}
