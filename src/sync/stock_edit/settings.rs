//! What is said of variants: of one in all its fields, of many at once in some.

use super::{Acting, Doer, Done, refused};
use crate::base::id::VariantId;
use crate::store::stock::settings_past::change_settings;
use crate::store::stock::variants::{
    Mode, VariantSettings, find_settings, find_variant, upsert_variant,
};
use crate::store::{Lane, StoreError, Tx};
use crate::sync::ctx::Tools;

const TEXT_CHARS_MAX: usize = 300;

/// What shall be other; `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SettingsEdit {
    pub mode: Option<Mode>,
    pub tracks_lots: Option<bool>,
    /// The inner `None` is the usual.
    pub low_at: Option<Option<i64>>,
    pub lead_days: Option<Option<i64>>,
    pub cover_days: Option<Option<i64>>,
    pub archived: Option<bool>,
}

impl SettingsEdit {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn apply(&self, tx: &Tx<'_>, mut settings: VariantSettings) -> VariantSettings {
        settings.mode = self.mode.unwrap_or(settings.mode);
        settings.tracks_lots = self.tracks_lots.unwrap_or(settings.tracks_lots);
        settings.low_at = self.low_at.unwrap_or(settings.low_at);
        settings.lead_days = self.lead_days.unwrap_or(settings.lead_days);
        settings.cover_days = self.cover_days.unwrap_or(settings.cover_days);
        if let Some(archived) = self.archived {
            settings.archived_at = archived.then(|| settings.archived_at.unwrap_or(tx.now));
        }
        settings
    }
}

/// Says of one product what holds; it is added where it is new.
///
/// # Errors
/// `Refused` for a product without a SKU.
pub fn save(
    tools: &Tools,
    (sku, settings): (&str, &VariantSettings),
    doer: &Doer,
) -> Result<Done, StoreError> {
    let sku = sku.trim();
    let texts = [sku, &settings.title, &settings.barcode, &settings.catalogue_id];
    if sku.is_empty() || texts.iter().any(|text| text.chars().count() > TEXT_CHARS_MAX) {
        return refused(format!("A product needs a SKU; texts have {TEXT_CHARS_MAX} letters."));
    }
    let done = tools.db.write_local(Lane::Interactive, |tx| {
        let variant = upsert_variant(tx, sku, &settings.title)?;
        let acting = Acting::open(tx, "settings", doer)?;
        change_settings(tx, (acting.action, variant), settings)?;
        Ok(Done { changes: 1, ..acting.done() })
    })?;
    tools.signal.wake();
    Ok(done)
}

/// Sets the same of many products, as one action.
///
/// # Errors
/// `Refused` where nothing is chosen or a product is not known.
pub fn edit_many(
    tools: &Tools,
    (skus, edit): (&[String], &SettingsEdit),
    doer: &Doer,
) -> Result<Done, StoreError> {
    if skus.is_empty() || edit.is_empty() {
        return refused("Choose products and what shall be other of them.");
    }
    let done = tools.db.write_local(Lane::Interactive, |tx| {
        let mut chosen = Vec::with_capacity(skus.len());
        for sku in skus {
            match find_variant(tx.conn(), sku)? {
                Some(variant) => chosen.push(variant),
                None => return refused(format!("There is no product {sku:?}.")),
            }
        }
        let acting = Acting::open(tx, "settings", doer)?;
        let mut changes = 0;
        for variant in chosen {
            changes += usize::from(edit_one(tx, (&acting, variant), edit)?);
        }
        Ok(Done { changes, ..acting.done() })
    })?;
    tools.signal.wake();
    Ok(done)
}

fn edit_one(
    tx: &Tx<'_>,
    (acting, variant): (&Acting<'_>, VariantId),
    edit: &SettingsEdit,
) -> Result<bool, StoreError> {
    let before = find_settings(tx.conn(), variant)?;
    let after = edit.apply(tx, before.clone());
    if before == after {
        return Ok(false);
    }
    change_settings(tx, (acting.action, variant), &after)?;
    Ok(true)
}
