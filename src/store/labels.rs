//! Shipping labels, and which order each was bought for.

use rusqlite::Connection;
use rusqlite::{OptionalExtension, params};

use crate::base::id::{ImportId, OrderId, StoreId};
use crate::base::{Instant, Money};
use crate::domain::record::Label;
use crate::store::fact::{FactTable, Upserted, upsert_fact};
use crate::store::{Reader, StoreError, Tx};

pub const LABELS: FactTable = FactTable {
    name: "labels",
    key: &["store_id", "key"],
    values: &[
        "order_ref",
        "stem",
        "at",
        "cost_minor",
        "currency",
        "voided",
        "is_return",
        "estimated",
        "tracking",
        "carrier",
    ],
};

/// An order's number or id as labels are matched by it: without `#`, trimmed.
pub fn order_ref(number: &str) -> &str {
    number.trim().trim_start_matches('#').trim()
}

/// `1001` of `1001-2`, the parcel sent again; empty where there is no such suffix.
pub fn stem(order_ref: &str) -> &str {
    match order_ref.rsplit_once('-') {
        Some((stem, suffix))
            if suffix.len() <= 2
                && !stem.is_empty()
                && suffix.bytes().all(|byte| byte.is_ascii_digit())
                && !suffix.is_empty() =>
        {
            stem
        }
        _ => "",
    }
}

pub fn upsert_label(
    tx: &Tx<'_>,
    store: StoreId,
    label: &Label,
    import: Option<ImportId>,
) -> Result<Upserted, StoreError> {
    let reference = order_ref(&label.order);
    upsert_fact(
        tx,
        &LABELS,
        (
            &[&store, &label.key],
            &[
                &reference,
                &stem(reference),
                &label.at,
                &label.cost.minor,
                &label.cost.currency,
                &label.voided,
                &label.is_return,
                &label.estimated,
                &label.tracking.as_deref().unwrap_or_default(),
                &label.carrier.as_deref().unwrap_or_default(),
            ],
        ),
        import,
    )
}

/// Orders that a label of this number may belong to, its stem among them.
pub fn list_orders_of(
    tx: &Tx<'_>,
    store: StoreId,
    order: &str,
) -> Result<Vec<OrderId>, StoreError> {
    let reference = order_ref(order);
    let mut orders = Vec::new();
    for name in [reference, stem(reference)] {
        if name.is_empty() {
            continue;
        }
        let mut statement = tx.conn().prepare_cached(
            "select id from orders where store_id = ?1 and external_id in (?2, '#' || ?2)
             union select id from orders where store_id = ?1 and number in (?2, '#' || ?2)",
        )?;
        let found = statement.query_map(params![store, name], |row| row.get(0))?;
        orders.extend(found.collect::<Result<Vec<OrderId>, _>>()?);
    }
    Ok(orders)
}

/// The order that a label was bought for so far, as its source wrote it.
pub fn find_order_ref(
    tx: &Tx<'_>,
    store: StoreId,
    key: &str,
) -> Result<Option<String>, StoreError> {
    Ok(tx
        .conn()
        .prepare_cached("select order_ref from labels where store_id = ? and key = ?")?
        .query_row(params![store, key], |row| row.get(0))
        .optional()?)
}

/// Orders that bear the parcels sent under an order's number as long as nobody knows that order:
/// `1001` for `1001-2`.
pub fn list_orders_beside(tx: &Tx<'_>, order: OrderId) -> Result<Vec<OrderId>, StoreError> {
    let (store, id, number): (StoreId, String, Option<String>) = tx
        .conn()
        .prepare_cached("select store_id, external_id, number from orders where id = ?")?
        .query_row([order], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let mut orders = Vec::new();
    for name in [Some(id), number].into_iter().flatten() {
        let stem = stem(order_ref(&name));
        if !stem.is_empty() {
            orders.extend(list_orders_of(tx, store, stem)?);
        }
    }
    Ok(orders)
}

/// Whether there is any label at all, so that books without them do not look for each order's.
pub fn is_any(conn: &Connection) -> Result<bool, StoreError> {
    let mut statement = conn.prepare_cached("select exists (select 1 from labels)")?;
    Ok(statement.query_row([], |row| row.get(0))?)
}

/// The labels of one order that cost anything: those of its own number or id, and those of
/// parcels sent again under a number that is no order's own.
pub fn list_labels(
    reader: &Reader<'_>,
    store: StoreId,
    (external_id, number): (&str, Option<&str>),
) -> Result<Vec<Label>, StoreError> {
    let own = order_ref(external_id);
    let number = number.map(order_ref).unwrap_or(own);
    let mut statement = reader.conn().prepare_cached(
        "select key, order_ref, at, cost_minor, currency, is_return, estimated, tracking, carrier
         from labels
         where store_id = ?1 and voided = 0 and (order_ref in (?2, ?3)
            or (stem <> '' and stem in (?2, ?3) and not exists (
                select 1 from orders where orders.store_id = ?1
                    and external_id in (order_ref, '#' || order_ref)
                    and exists (select 1 from order_facts where order_id = orders.id))
            and not exists (
                select 1 from orders where orders.store_id = ?1
                    and number in (order_ref, '#' || order_ref)
                    and exists (select 1 from order_facts where order_id = orders.id))))
         order by at, key",
    )?;
    let rows = statement.query_map(params![store, own, number], |row| {
        let some = |text: String| (!text.is_empty()).then_some(text);
        Ok(Label {
            key: row.get(0)?,
            order: row.get(1)?,
            store: None,
            at: row.get(2)?,
            cost: Money::new(row.get(3)?, row.get(4)?),
            voided: false,
            is_return: row.get(5)?,
            estimated: row.get(6)?,
            tracking: some(row.get(7)?),
            carrier: some(row.get(8)?),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A label that belongs to no order that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmatched {
    pub store: StoreId,
    pub order_ref: String,
    pub at: Instant,
    pub cost: Money,
}

/// Labels of no known order, the newest first.
pub fn list_unmatched(reader: &Reader<'_>) -> Result<Vec<Unmatched>, StoreError> {
    let mut statement = reader.conn().prepare_cached(
        "select store_id, order_ref, at, cost_minor, currency from labels
         where voided = 0 and not exists (
            select 1 from orders where orders.store_id = labels.store_id
                and external_id in (order_ref, '#' || order_ref, nullif(stem, ''),
                    '#' || nullif(stem, '')))
            and not exists (
            select 1 from orders where orders.store_id = labels.store_id
                and number in (order_ref, '#' || order_ref, nullif(stem, ''),
                    '#' || nullif(stem, '')))
         order by at desc, id",
    )?;
    let rows = statement.query_map([], |row| {
        Ok(Unmatched {
            store: row.get(0)?,
            order_ref: row.get(1)?,
            at: row.get(2)?,
            cost: Money::new(row.get(3)?, row.get(4)?),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parcel_sent_again_has_a_stem() {
        assert_eq!(stem("1001-2"), "1001");
        assert_eq!(stem("1001"), "");
        assert_eq!(stem("-1"), "");
        assert_eq!(stem("114-3941689-8772232"), "");
        assert_eq!(order_ref(" #1001 "), "1001");
    }
}
