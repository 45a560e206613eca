//! Takes a copy of the books back to what was known at an instant, one cause after the other, and
//! marks what has to be computed again. Never called on the books themselves.
//!
//! A fact was known just before an instant if it was learned before it and did not end before it.
//! Of a document that was known in another form, refunds and fees are taken back first, so that
//! each is a cause of its own.

use rusqlite::{OptionalExtension, params};

use crate::base::id::{OrderId, StoreId};
use crate::base::{Currency, Day, Instant};
use crate::domain::known::Cause;
use crate::domain::record::Order;
use crate::store::fact::FactTable;
use crate::store::touched::Touched;
use crate::store::{StoreError, Tx, deducted, dirty, imports, labels, listing_parts, organisation};

/// Documents that are looked at together.
const BATCH_MAX: i64 = 2_000;
/// Documents that are parts of their order and not the order itself.
const PARTS: &str = "('refund', 'return')";
/// The columns of a document but for when and whence it was known.
const DOCUMENT: &str = "order_id, kind, part, body, customer_id, other_customer_id";

/// Lists the orders of which anything was learned since; to be called before `take_back`.
///
/// # Errors
/// `StoreError` of the database.
pub fn begin(tx: &Tx<'_>, at: Instant) -> Result<(), StoreError> {
    tx.conn().execute_batch(
        "create temp table if not exists moved_orders (
            order_id integer primary key, was_known integer, is_known integer);
         delete from temp.moved_orders;",
    )?;
    tx.conn().execute(
        "insert into temp.moved_orders (order_id)
         select order_id from order_facts where known_from_at >= ?1
         union select order_id from order_facts_past
            where known_from_at < ?1 and known_until_at >= ?1",
        [at],
    )?;
    let sql = format!(
        "update temp.moved_orders set
            is_known = exists (select 1 from order_facts facts
                where facts.order_id = moved_orders.order_id and kind not in {PARTS}),
            was_known = exists (select 1 from order_facts facts
                where facts.order_id = moved_orders.order_id and kind not in {PARTS}
                    and known_from_at < ?1)
                or exists (select 1 from order_facts_past past
                    where past.order_id = moved_orders.order_id and kind not in {PARTS}
                        and known_from_at < ?1 and known_until_at >= ?1)"
    );
    tx.conn().execute(&sql, [at])?;
    Ok(())
}

/// Takes back what one cause brought since, and marks what it touches. Gives whether there was
/// anything.
///
/// # Errors
/// `StoreError` of the database; `Internal` where a document cannot be read.
pub fn take_back(tx: &Tx<'_>, cause: Cause, at: Instant) -> Result<bool, StoreError> {
    let mark = dirty::bump_version(tx)?;
    dirty::bump_policy(tx)?;
    let before = tx.conn().total_changes();
    take_back_rows(tx, cause, (at, mark))?;
    Ok(tx.conn().total_changes() != before)
}

fn take_back_rows(tx: &Tx<'_>, cause: Cause, (at, mark): (Instant, i64)) -> Result<(), StoreError> {
    match cause {
        Cause::Orders => take_back_orders(tx, "not (was_known and is_known)", (at, mark)),
        Cause::OrdersEdited => take_back_orders(tx, "was_known and is_known", (at, mark)),
        Cause::Refunds => {
            take_back_parts(tx, (at, mark))?;
            take_back_within(tx, (at, mark), |now, was| {
                let was = was.map(|was| was.refunds).unwrap_or_default();
                Within::of(std::mem::replace(&mut now.refunds, was.clone()) != was)
            })
        }
        Cause::Fees => take_back_within(tx, (at, mark), |now, was| {
            let is_settlement = now.source.kind == crate::domain::record::SourceKind::Settlement;
            match was {
                None if is_settlement => Within::Gone,
                None => Within::Same,
                Some(was) => {
                    let fees = std::mem::replace(&mut now.fees, was.fees);
                    let payments = std::mem::replace(&mut now.payments, was.payments);
                    Within::of(fees != now.fees || payments != now.payments)
                }
            }
        }),
        Cause::Rules => take_back_rules(tx, (at, mark)),
        Cause::Settings => {
            let before = find_settings(tx)?;
            organisation::rewind(tx, at)?;
            if find_settings(tx)? != before { Touched::all().mark(tx, mark) } else { Ok(()) }
        }
        Cause::Labels
        | Cause::AdSpend
        | Cause::Charges
        | Cause::Costs
        | Cause::Rates
        | Cause::Expenses => take_back_facts(tx, cause, (at, mark)),
    }
}

/// What a step left of a document.
enum Within {
    Same,
    Other,
    Gone,
}

impl Within {
    fn of(is_other: bool) -> Self {
        if is_other { Self::Other } else { Self::Same }
    }
}

/// All documents of the orders of a condition.
fn take_back_orders(
    tx: &Tx<'_>,
    which: &str,
    (at, mark): (Instant, i64),
) -> Result<(), StoreError> {
    let orders = format!("select order_id from temp.moved_orders where {which}");
    let sql =
        format!("delete from order_facts where known_from_at >= ?1 and order_id in ({orders})");
    tx.conn().execute(&sql, [at])?;
    bring_back_documents(tx, &format!("order_id in ({orders})"), at)?;
    let sql = format!(
        "insert or replace into dirty_orders (order_id, mark)
         select order_id, ?1 from temp.moved_orders where {which}"
    );
    tx.conn().execute(&sql, [mark])?;
    Ok(())
}

/// Refunds and returns that arrived apart from their order.
fn take_back_parts(tx: &Tx<'_>, (at, mark): (Instant, i64)) -> Result<(), StoreError> {
    let own = format!(
        "kind in {PARTS} and order_id in (
            select order_id from temp.moved_orders where was_known and is_known)"
    );
    let sql = format!(
        "insert or replace into dirty_orders (order_id, mark)
         select order_id, ?2 from order_facts where known_from_at >= ?1 and {own}
         union select order_id, ?2 from order_facts_past
            where known_from_at < ?1 and known_until_at >= ?1 and {own}"
    );
    tx.conn().execute(&sql, params![at, mark])?;
    let sql = format!("delete from order_facts where known_from_at >= ?1 and {own}");
    tx.conn().execute(&sql, [at])?;
    bring_back_documents(tx, &own, at)
}

fn bring_back_documents(tx: &Tx<'_>, which: &str, at: Instant) -> Result<(), StoreError> {
    let sql = format!(
        "insert or ignore into order_facts ({DOCUMENT}, known_from_at, import_id)
         select {DOCUMENT}, known_from_at, (select id from imports where id = past.import_id)
         from order_facts_past past
         where known_from_at < ?1 and known_until_at >= ?1 and {which} order by past.id desc"
    );
    tx.conn().execute(&sql, [at])?;
    Ok(())
}

type DocumentKey = (OrderId, String, String);

/// Parts of documents that were known in another form, or not yet.
fn take_back_within(
    tx: &Tx<'_>,
    (at, mark): (Instant, i64),
    change: impl Fn(&mut Order, Option<Order>) -> Within,
) -> Result<(), StoreError> {
    let sql = format!(
        "select facts.order_id, kind, part, body, (
            select body from order_facts_past past
            where past.order_id = facts.order_id and past.kind = facts.kind
                and past.part = facts.part and known_from_at < ?1 and known_until_at >= ?1
            order by past.id desc limit 1)
         from temp.moved_orders moved join order_facts facts on facts.order_id = moved.order_id
         where facts.known_from_at >= ?1 and kind not in {PARTS} and was_known and is_known
            and (facts.order_id, kind, part) > (?2, ?3, ?4)
         order by facts.order_id, kind, part limit {BATCH_MAX}"
    );
    let mut after: DocumentKey = (OrderId(i64::MIN), String::new(), String::new());
    loop {
        let mut statement = tx.conn().prepare_cached(&sql)?;
        let found = statement.query_map(params![at, after.0, after.1, after.2], |row| {
            let key: DocumentKey = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok((key, row.get::<_, String>(3)?, row.get::<_, Option<String>>(4)?))
        })?;
        let found: Vec<_> = found.collect::<Result<_, _>>()?;
        let Some((last, ..)) = found.last() else { return Ok(()) };
        after = last.clone();
        for (key, body, was) in found {
            let mut now = parse(&body)?;
            let was = was.as_deref().map(parse).transpose()?;
            match change(&mut now, was) {
                Within::Same => continue,
                Within::Other => {
                    let body = serde_json::to_string(&now);
                    let body = body.map_err(|fault| StoreError::Internal(fault.to_string()))?;
                    update_document(tx, &key, &body)?;
                }
                Within::Gone => delete_document(tx, &key)?,
            }
            dirty::mark_order(tx, key.0, mark)?;
        }
    }
}

fn parse(body: &str) -> Result<Order, StoreError> {
    serde_json::from_str(body).map_err(|fault| StoreError::Internal(fault.to_string()))
}

fn update_document(tx: &Tx<'_>, key: &DocumentKey, body: &str) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached(
            "update order_facts set body = ?4 where order_id = ?1 and kind = ?2 and part = ?3",
        )?
        .execute(params![key.0, key.1, key.2, body])?;
    Ok(())
}

fn delete_document(tx: &Tx<'_>, key: &DocumentKey) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached("delete from order_facts where order_id = ?1 and kind = ?2 and part = ?3")?
        .execute(params![key.0, key.1, key.2])?;
    Ok(())
}

fn take_back_rules(tx: &Tx<'_>, (at, mark): (Instant, i64)) -> Result<(), StoreError> {
    let body = |tx: &Tx<'_>| -> Result<Option<String>, StoreError> {
        let found = tx.conn().query_row("select body from rules", [], |row| row.get(0));
        Ok(found.optional()?)
    };
    let before = body(tx)?;
    tx.conn().execute("delete from rules where known_from_at >= ?", [at])?;
    tx.conn().execute(
        "insert or ignore into rules (id, body, known_from_at, changed_by)
         select 1, body, known_from_at, changed_by from rules_past
         where known_from_at < ?1 and known_until_at >= ?1 order by id desc limit 1",
        [at],
    )?;
    if body(tx)? != before { Touched::all().mark(tx, mark) } else { Ok(()) }
}

type Settings = (Option<String>, Option<String>, String, bool);

fn find_settings(tx: &Tx<'_>) -> Result<Settings, StoreError> {
    let sql = "select currency, time_zone, cost_method, vat_registered from organisation";
    let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?));
    Ok(tx.conn().query_row(sql, [], row)?)
}

/// The tables of facts of a cause.
pub fn list_tables(cause: Cause) -> impl Iterator<Item = &'static FactTable> {
    imports::FACTS.into_iter().filter(move |table| Cause::of_table(table.name) == cause)
}

fn take_back_facts(tx: &Tx<'_>, cause: Cause, when: (Instant, i64)) -> Result<(), StoreError> {
    for table in list_tables(cause) {
        // What is touched before it changes and after: a label may have moved to another order.
        mark_touched(tx, table, when)?;
        rewind_table(tx, table, when.0)?;
    }
    // What a marketplace deducted stands for ad spend that no report tells.
    if matches!(cause, Cause::AdSpend | Cause::Charges) {
        deducted::refresh(tx, when.1)?;
    }
    // Links count among costs: they say what a listing is made of.
    if cause == Cause::Costs {
        listing_parts::refresh(tx, when.1)?;
    }
    Ok(())
}

fn rewind_table(tx: &Tx<'_>, table: &FactTable, at: Instant) -> Result<(), StoreError> {
    let (name, columns) = (table.name, columns_of(table));
    tx.conn().execute(&format!("delete from {name} where known_from_at >= ?"), [at])?;
    let sql = format!(
        "insert or ignore into {name} ({columns}, known_from_at, import_id)
         select {columns}, known_from_at, (select id from imports where id = past.import_id)
         from {name}_past past
         where known_from_at < ?1 and known_until_at >= ?1 order by past.id desc"
    );
    tx.conn().execute(&sql, [at])?;
    Ok(())
}

fn columns_of(table: &FactTable) -> String {
    table.key.iter().chain(table.values).copied().collect::<Vec<_>>().join(", ")
}

/// The rows of a table, and of its past, that are not the same today as they were known then.
pub fn moved_rows(table: &FactTable, columns: &str) -> String {
    let name = table.name;
    format!(
        "select {columns}, 1 as is_now from {name} where known_from_at >= ?1
         union all select {columns}, 0 from {name}_past
            where known_from_at < ?1 and known_until_at >= ?1"
    )
}

fn mark_touched(
    tx: &Tx<'_>,
    table: &FactTable,
    (at, mark): (Instant, i64),
) -> Result<(), StoreError> {
    match table.name {
        // In no line: read when a figure is.
        "expenses" | "charges" | "payouts" | "stated_totals" | "listings" | "stock_levels"
        | "stock_movements" | "channel_listings" | "listing_links" => Ok(()),
        "costs" | "listed_costs" => mark_skus(tx, table, "valid_from_day", (at, mark)),
        "fee_estimates" => mark_skus(tx, table, "0", (at, mark)),
        "ad_spend" => {
            let rows = moved_rows(table, "day");
            let sql = format!(
                "insert or replace into dirty_days (day, mark)
                 select distinct day, ?2 from ({rows})"
            );
            tx.conn().execute(&sql, params![at, mark])?;
            Ok(())
        }
        "fx_rates" => {
            let rows = moved_rows(table, "base, quote, day");
            let sql = format!("select base, quote, min(day) from ({rows}) group by base, quote");
            let mut statement = tx.conn().prepare(&sql)?;
            let found =
                statement.query_map([at], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            let found: Vec<(Currency, Currency, Day)> = found.collect::<Result<_, _>>()?;
            Touched::by_first_rates(tx.conn(), &found)?.mark(tx, mark)
        }
        "labels" => {
            let rows = moved_rows(table, "store_id, order_ref");
            let sql = format!("select distinct store_id, order_ref from ({rows})");
            let mut statement = tx.conn().prepare(&sql)?;
            let found = statement.query_map([at], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let found: Vec<(StoreId, String)> = found.collect::<Result<_, _>>()?;
            for (store, reference) in found {
                for order in labels::list_orders_of(tx, store, &reference)? {
                    dirty::mark_order(tx, order, mark)?;
                }
            }
            Ok(())
        }
        // A kind of fact that nobody has thought of here: everything, rather than too little.
        _ => {
            let sql = format!("select exists ({})", moved_rows(table, "1"));
            let moved: bool = tx.conn().query_row(&sql, [at], |row| row.get(0))?;
            if moved { Touched::all().mark(tx, mark) } else { Ok(()) }
        }
    }
}

fn mark_skus(
    tx: &Tx<'_>,
    table: &FactTable,
    from: &str,
    (at, mark): (Instant, i64),
) -> Result<(), StoreError> {
    let rows = moved_rows(table, &format!("sku, {from} as from_day"));
    let sql = format!("select sku, min(from_day) from ({rows}) group by sku order by sku");
    let mut statement = tx.conn().prepare(&sql)?;
    let found = statement.query_map([at], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let found: Vec<(String, Day)> = found.collect::<Result<_, _>>()?;
    for (sku, from) in found {
        dirty::mark_sku(tx, &sku, from, mark)?;
    }
    Ok(())
}
