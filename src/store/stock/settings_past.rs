//! What an action changed of the settings of variants, and the way back.

use rusqlite::params;

use crate::base::id::{StockActionId, VariantId};
use crate::store::stock::variants::{VariantSettings, mark_dirty, upsert_settings};
use crate::store::{StoreError, Tx};

/// A row of settings as text; two are equal where their texts are.
const TEXT: &str = "(select json_object('title', title, 'barcode', barcode, 'catalogue_id',
    catalogue_id, 'mode', mode, 'tracks_lots', tracks_lots, 'low_at', low_at, 'lead_days',
    lead_days, 'cover_days', cover_days, 'archived_at', archived_at)
    from variant_settings where variant_id = ?2)";

/// Sets what is said of a variant as part of an action.
pub fn change_settings(
    tx: &Tx<'_>,
    (action, variant): (StockActionId, VariantId),
    settings: &VariantSettings,
) -> Result<(), StoreError> {
    let sql = format!(
        "insert into variant_settings_past (action_id, variant_id, before)
         values (?1, ?2, {TEXT})"
    );
    tx.conn().prepare_cached(&sql)?.execute(params![action, variant])?;
    upsert_settings(tx, variant, settings)?;
    let sql = format!(
        "update variant_settings_past set after = {TEXT} where action_id = ?1 and variant_id = ?2"
    );
    tx.conn().prepare_cached(&sql)?.execute(params![action, variant])?;
    Ok(())
}

/// Puts back what an action changed; gives of how many variants.
///
/// # Errors
/// `Refused` where one was changed again since.
pub fn restore_settings(tx: &Tx<'_>, action: StockActionId) -> Result<usize, StoreError> {
    let mut statement = tx.conn().prepare_cached(
        "select variant_id, before is null from variant_settings_past
         where action_id = ? order by variant_id",
    )?;
    let changed: Vec<(VariantId, bool)> = statement
        .query_map([action], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let sql = format!(
        "select after is {TEXT} from variant_settings_past where action_id = ?1 and variant_id = ?2"
    );
    for (variant, was_usual) in &changed {
        let key = params![action, variant];
        if !tx.conn().prepare_cached(&sql)?.query_row(key, |row| row.get::<_, bool>(0))? {
            let what = "What this said of a product was changed since. Nothing was changed; enter \
                        what should hold.";
            return Err(StoreError::Refused(what.to_owned()));
        }
        match was_usual {
            true => delete_settings(tx, *variant)?,
            false => put_before(tx, action, *variant)?,
        }
        mark_dirty(tx, *variant)?;
    }
    Ok(changed.len())
}

fn delete_settings(tx: &Tx<'_>, variant: VariantId) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached("delete from variant_settings where variant_id = ?")?
        .execute([variant])?;
    Ok(())
}

fn put_before(tx: &Tx<'_>, action: StockActionId, variant: VariantId) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached(
            "insert or replace into variant_settings (variant_id, title, barcode, catalogue_id,
                mode, tracks_lots, low_at, lead_days, cover_days, archived_at)
             select variant_id, before ->> 'title', before ->> 'barcode',
                before ->> 'catalogue_id', before ->> 'mode', before ->> 'tracks_lots',
                before ->> 'low_at', before ->> 'lead_days', before ->> 'cover_days',
                before ->> 'archived_at'
             from variant_settings_past where action_id = ? and variant_id = ?",
        )?
        .execute(params![action, variant])?;
    Ok(())
}
