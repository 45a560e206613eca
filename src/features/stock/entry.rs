//! What somebody types to count, adjust, move or build units, or says of products.

use serde::Deserialize;

use crate::base::{Day, Instant};
use crate::store::stock::variants::{Mode, VariantSettings};
use crate::sync::stock_edit::settings::SettingsEdit;
use crate::sync::stock_edit::units::{LotName, UnitsAt};
use crate::web::words::stock as told;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Entry {
    /// `count`, `adjust`, `move`, `build`, `new`, `settings`, `many`.
    pub act: String,
    pub sku: String,
    pub place: String,
    pub to: String,
    pub lot: String,
    pub expires: String,
    pub units: String,
    pub reason: String,
    pub reference: String,
    pub note: String,
    /// Where it came from: `item` or the list.
    pub back: String,
    pub title: String,
    pub barcode: String,
    pub catalogue_id: String,
    pub mode: String,
    pub lots: String,
    pub low_at: String,
    pub lead_days: String,
    pub cover_days: String,
    pub archived: String,
    pub skus: String,
    #[serde(rename = "do")]
    pub what: String,
    /// The entry whose effect was shown.
    pub seen: String,
}

impl Entry {
    /// # Errors
    /// The sentence of what is wrong.
    pub fn units_at(&self) -> Result<UnitsAt, String> {
        let units = self.units.trim().replace('−', "-");
        Ok(UnitsAt {
            sku: self.sku.trim().to_owned(),
            place: self.place.trim().to_owned(),
            lot: LotName { code: self.lot.trim().to_owned(), expires: day(&self.expires)? },
            units: units.parse().map_err(|_| told::TYPE_UNITS.to_owned())?,
        })
    }

    /// # Errors
    /// As `units_at`.
    pub fn settings(
        &self,
        before: &VariantSettings,
        now: Instant,
    ) -> Result<VariantSettings, String> {
        let archived = self.archived == "yes";
        Ok(VariantSettings {
            title: self.title.trim().to_owned(),
            barcode: self.barcode.trim().to_owned(),
            catalogue_id: self.catalogue_id.trim().to_owned(),
            mode: Mode::parse(&self.mode).unwrap_or(before.mode),
            tracks_lots: self.lots == "yes",
            low_at: number(&self.low_at)?,
            lead_days: number(&self.lead_days)?,
            cover_days: number(&self.cover_days)?,
            archived_at: archived.then(|| before.archived_at.unwrap_or(now)),
        })
    }

    pub fn list_skus(&self) -> Vec<String> {
        let rows = self.skus.lines().map(str::trim).filter(|row| !row.is_empty());
        rows.map(str::to_owned).collect()
    }

    /// What is left empty stays as it is.
    ///
    /// # Errors
    /// As `units_at`.
    pub fn edit(&self) -> Result<SettingsEdit, String> {
        let yes = |text: &str| match text {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        };
        Ok(SettingsEdit {
            mode: Mode::parse(&self.mode),
            tracks_lots: yes(&self.lots),
            low_at: number(&self.low_at)?.map(Some),
            lead_days: number(&self.lead_days)?.map(Some),
            cover_days: number(&self.cover_days)?.map(Some),
            archived: yes(&self.archived),
        })
    }

    /// Tells one entry of many products from another.
    pub fn mark(&self) -> String {
        let Self { mode, lots, low_at, lead_days, cover_days, archived, .. } = self;
        let parts = [mode, lots, low_at, lead_days, cover_days, archived];
        let skus = self.list_skus().join(";");
        format!("{}|{skus}", parts.map(|part| part.trim()).join("|"))
    }
}

fn day(text: &str) -> Result<Option<Day>, String> {
    match text.trim() {
        "" => Ok(None),
        text => Day::parse(text).map(Some).map_err(|_| told::day_wrong(text)),
    }
}

/// A whole number from 0 on, or none.
fn number(text: &str) -> Result<Option<i64>, String> {
    const MAX: i64 = 1_000_000;
    match text.trim() {
        "" => Ok(None),
        text => match text.parse() {
            Ok(number) if (0..=MAX).contains(&number) => Ok(Some(number)),
            _ => Err(told::TYPE_UNITS.to_owned()),
        },
    }
}
