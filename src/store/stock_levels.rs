//! Units as counts and channels tell them, and what moved them.

use crate::base::id::{ImportId, StoreId};
use crate::domain::record::{StockLevel, StockMovement};
use crate::store::fact::{FactTable, Upserted, upsert_fact};
use crate::store::{StoreError, Tx};

pub const STOCK_LEVELS: FactTable = FactTable {
    name: "stock_levels",
    key: &["store", "sku", "location", "state"],
    values: &["quantity", "at", "reason"],
};

pub const STOCK_MOVEMENTS: FactTable = FactTable {
    name: "stock_movements",
    key: &["store_id", "key"],
    values: &["day", "sku", "location", "kind", "quantity", "disposition", "reason", "reference"],
};

/// `store` is the name of the channel's store, `None` for the seller's own places.
pub fn upsert_level(
    tx: &Tx<'_>,
    store: Option<&str>,
    level: &StockLevel,
    import: Option<ImportId>,
) -> Result<Upserted, StoreError> {
    upsert_fact(
        tx,
        &STOCK_LEVELS,
        (
            &[&store.unwrap_or_default(), &level.sku, &level.location, &level.state.name()],
            &[&level.quantity, &level.at, &level.reason.as_deref().unwrap_or_default()],
        ),
        import,
    )
}

pub fn upsert_movement(
    tx: &Tx<'_>,
    store: StoreId,
    movement: &StockMovement,
    import: Option<ImportId>,
) -> Result<Upserted, StoreError> {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    upsert_fact(
        tx,
        &STOCK_MOVEMENTS,
        (
            &[&store, &movement.key],
            &[
                &movement.day,
                &movement.sku,
                &movement.location,
                &movement.kind,
                &movement.quantity,
                &text(&movement.disposition),
                &text(&movement.reason),
                &text(&movement.reference),
            ],
        ),
        import,
    )
}
