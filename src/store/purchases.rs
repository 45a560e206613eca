//! Receipts of purchase orders and what it cost to land them.

use std::collections::HashSet;

use rusqlite::params;

use crate::base::id::ImportId;
use crate::base::{Day, Instant, Money};
use crate::domain::record::{LandedCost, LandedKind, Purchase, SplitBy};
use crate::store::fact::{FactTable, Upserted, end_fact, undo_instant, upsert_fact};
use crate::store::{Reader, StoreError, Tx};

pub const PURCHASES: FactTable = FactTable {
    name: "purchases",
    key: &["reference", "received_day", "sku", "line"],
    values: &["quantity", "unit_cost", "currency", "supplier", "weight_grams"],
};

pub const LANDED_COSTS: FactTable = FactTable {
    name: "landed_costs",
    key: &["reference", "kind", "currency", "day", "bill"],
    values: &["amount_minor", "split_by"],
};

fn text(name: &Option<String>) -> &str {
    name.as_deref().unwrap_or_default()
}

fn name(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

pub fn upsert_purchase(
    tx: &Tx<'_>,
    purchase: &Purchase,
    import: Option<ImportId>,
) -> Result<Upserted, StoreError> {
    let Purchase { reference, received, sku, .. } = purchase;
    upsert_fact(
        tx,
        &PURCHASES,
        (
            &[reference, received, sku, &text(&purchase.line)],
            &[
                &purchase.quantity,
                &purchase.unit_cost,
                &purchase.currency,
                &text(&purchase.supplier),
                &purchase.weight_grams,
            ],
        ),
        import,
    )
}

pub fn upsert_landed(
    tx: &Tx<'_>,
    cost: &LandedCost,
    import: Option<ImportId>,
) -> Result<Upserted, StoreError> {
    let day = cost.day.unwrap_or(Day(0));
    let currency = cost.amount.currency;
    upsert_fact(
        tx,
        &LANDED_COSTS,
        (
            &[&cost.reference, &cost.kind.name(), &currency, &day, &text(&cost.bill)],
            &[&cost.amount.minor, &cost.by.name()],
        ),
        import,
    )
}

pub fn list_purchases(reader: &Reader<'_>) -> Result<Vec<(i64, Purchase)>, StoreError> {
    let mut statement = reader.conn().prepare_cached(
        "select id, reference, received_day, sku, line, quantity, unit_cost, currency, supplier,
            weight_grams
         from purchases order by received_day, reference, line, sku",
    )?;
    let rows = statement.query_map([], |row| {
        let purchase = Purchase {
            reference: row.get(1)?,
            received: row.get(2)?,
            sku: row.get(3)?,
            line: name(row.get(4)?),
            quantity: row.get(5)?,
            unit_cost: row.get(6)?,
            currency: row.get(7)?,
            supplier: name(row.get(8)?),
            weight_grams: row.get(9)?,
        };
        Ok((row.get(0)?, purchase))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub fn list_landed(reader: &Reader<'_>) -> Result<Vec<(i64, LandedCost)>, StoreError> {
    let mut statement = reader.conn().prepare_cached(
        "select id, reference, kind, currency, day, bill, amount_minor, split_by
         from landed_costs order by reference, kind, currency, day, bill",
    )?;
    let rows = statement.query_map([], |row| {
        let (kind, by): (String, String) = (row.get(2)?, row.get(7)?);
        let day: Day = row.get(4)?;
        let cost = LandedCost {
            reference: row.get(1)?,
            kind: LandedKind::parse(&kind).unwrap_or(LandedKind::Other),
            amount: Money::new(row.get(6)?, row.get(3)?),
            by: SplitBy::parse(&by).unwrap_or(SplitBy::Quantity),
            day: (day != Day(0)).then_some(day),
            bill: name(row.get(5)?),
        };
        Ok((row.get(0)?, cost))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The SKUs of a purchase order.
pub fn list_skus_of(tx: &Tx<'_>, reference: &str) -> Result<Vec<String>, StoreError> {
    let mut statement =
        tx.conn().prepare_cached("select distinct sku from purchases where reference = ?")?;
    let rows = statement.query_map([reference], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// SKUs whose cost rests on what an import told: all of every purchase order that it touches.
pub fn list_skus_of_import(tx: &Tx<'_>, import: ImportId) -> Result<Vec<String>, StoreError> {
    let mut statement = tx.conn().prepare_cached(
        "select distinct sku from purchases where reference in (
            select reference from purchases where import_id = ?1
            union select reference from landed_costs where import_id = ?1)",
    )?;
    let rows = statement.query_map([import], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The references of what was changed by hand at an instant.
pub fn list_references_at(tx: &Tx<'_>, at: Instant) -> Result<Vec<String>, StoreError> {
    let mut statement = tx.conn().prepare(
        "select reference from purchases where known_from_at = ?1 and import_id is null
         union select reference from landed_costs where known_from_at = ?1 and import_id is null
         union select reference from purchases_past
            where known_until_at = ?1 and until_import_id is null
         union select reference from landed_costs_past
            where known_until_at = ?1 and until_import_id is null",
    )?;
    let rows = statement.query_map([at], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Whether what was changed by hand at an instant still stands: something was, and nothing that
/// it put was changed since.
pub fn stands(conn: &rusqlite::Connection, at: Instant) -> Result<bool, StoreError> {
    let one = |table: &str, column: &str, import: &str| {
        format!("select 1 from {table} where {column} = ?1 and {import} is null")
    };
    let put = |table: &str| one(table, "known_from_at", "import_id");
    let gone = |table: &str| one(table, "known_until_at", "until_import_id");
    let sql = format!(
        "select exists ({} union all {} union all {} union all {})
            and not exists ({} union all {})",
        put("purchases"),
        put("landed_costs"),
        gone("purchases_past"),
        gone("landed_costs_past"),
        put("purchases_past"),
        put("landed_costs_past"),
    );
    Ok(conn.prepare_cached(&sql)?.query_row([at], |row| row.get(0))?)
}

/// Takes back what was changed by hand at an instant. Gives the number of rows touched.
pub fn undo_at(tx: &Tx<'_>, at: Instant) -> Result<i64, StoreError> {
    Ok(undo_instant(tx, &PURCHASES, at)? + undo_instant(tx, &LANDED_COSTS, at)?)
}

/// Ends every line of a purchase order, and what landing it cost.
pub fn delete_reference(tx: &Tx<'_>, reference: &str) -> Result<i64, StoreError> {
    let mut ended = 0;
    for table in [&PURCHASES, &LANDED_COSTS] {
        let sql = format!("select id from {} where reference = ?", table.name);
        let ids: Vec<i64> = tx
            .conn()
            .prepare(&sql)?
            .query_map([reference], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        for id in ids {
            end_fact(tx, table, id, None)?;
            ended += 1;
        }
    }
    Ok(ended)
}

pub fn delete_landed(tx: &Tx<'_>, id: i64) -> Result<(), StoreError> {
    end_fact(tx, &LANDED_COSTS, id, None)
}

/// The reference of a landed cost.
pub fn find_reference_of(tx: &Tx<'_>, landed: i64) -> Result<String, StoreError> {
    let sql = "select reference from landed_costs where id = ?";
    Ok(tx.conn().query_row(sql, params![landed], |row| row.get(0))?)
}

/// SKUs of which anything was ever received.
pub fn list_received_skus(reader: &Reader<'_>) -> Result<HashSet<String>, StoreError> {
    let mut statement = reader.conn().prepare_cached("select distinct sku from purchases")?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
