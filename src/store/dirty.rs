//! What has to be computed again. Each mark is the number of the change that set it, so that work
//! on an older state does not clear it.

use rusqlite::{Connection, OptionalExtension, params};

use crate::base::id::{ImportId, OrderId};
use crate::base::{Currency, Day};
use crate::domain::rules::Rules;
use crate::store::touched::Touched;
use crate::store::{Reader, StoreError, Tx, listing_parts, purchases};

/// Counts a change of the books and gives its number.
pub fn bump_version(tx: &Tx<'_>) -> Result<i64, StoreError> {
    Ok(tx
        .conn()
        .prepare_cached(
            "update organisation set books_version = books_version + 1 returning books_version",
        )?
        .query_row([], |row| row.get(0))?)
}

pub fn find_version(reader: &Reader<'_>) -> Result<i64, StoreError> {
    reader.version()
}

/// As `find_version`, within a change.
pub fn find_version_for_write(tx: &Tx<'_>) -> Result<i64, StoreError> {
    find_version_in(tx.conn())
}

pub(super) fn find_version_in(conn: &Connection) -> Result<i64, StoreError> {
    let sql = "select books_version from organisation";
    Ok(conn.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
}

pub fn mark_order(tx: &Tx<'_>, order: OrderId, mark: i64) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached("insert or replace into dirty_orders (order_id, mark) values (?, ?)")?
        .execute(params![order, mark])?;
    Ok(())
}

pub fn mark_day(tx: &Tx<'_>, day: Day, mark: i64) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached("insert or replace into dirty_days (day, mark) values (?, ?)")?
        .execute(params![day, mark])?;
    Ok(())
}

/// Marks a day only where ad spend is there to be allocated.
pub fn mark_day_with_ads(tx: &Tx<'_>, day: Day, mark: i64) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached(
            "insert or replace into dirty_days (day, mark)
             select ?1, ?2 where exists (select 1 from ad_spend where day = ?1)",
        )?
        .execute(params![day, mark])?;
    Ok(())
}

/// A cost noted beside a listing, or an estimate: the orders that sold the SKU since, or what is
/// made of it.
pub fn mark_sku(tx: &Tx<'_>, sku: &str, from: Day, mark: i64) -> Result<(), StoreError> {
    mark_skus(tx, std::iter::once((sku, from)), mark)
}

/// As `mark_sku`, for several.
pub fn mark_skus<'a>(
    tx: &Tx<'_>,
    skus: impl Iterator<Item = (&'a str, Day)>,
    mark: i64,
) -> Result<(), StoreError> {
    let holders = Holders::find(tx.conn())?;
    let mut statement = tx.conn().prepare_cached(
        "insert or replace into dirty_orders (order_id, mark)
         select distinct order_id, ?3 from profit_lines
         where variant_id = (select id from variants where sku = ?1) and order_day >= ?2",
    )?;
    for (sku, from) in skus {
        for holder in holders.list(tx.conn(), sku)? {
            statement.execute(params![holder, from, mark])?;
        }
    }
    Ok(())
}

/// What is made of a SKU: the bundles that hold it, and listings that are linked to any of them.
pub(super) struct Holders {
    rules: Option<Rules>,
    has_links: bool,
}

impl Holders {
    pub fn find(conn: &Connection) -> Result<Self, StoreError> {
        Ok(Self { rules: find_bundles(conn)?, has_links: listing_parts::is_any(conn)? })
    }

    /// The SKU itself first.
    pub fn list(&self, conn: &Connection, sku: &str) -> Result<Vec<String>, StoreError> {
        let mut holders = match &self.rules {
            Some(rules) => rules.list_holders(sku),
            None => vec![sku.to_owned()],
        };
        if self.has_links {
            let linked = listing_parts::list_skus_of(conn, &holders)?;
            holders.extend(linked);
        }
        Ok(holders)
    }

    fn is_any(&self) -> bool {
        self.rules.is_some() || self.has_links
    }
}

/// The rules, where they hold any bundle.
fn find_bundles(conn: &Connection) -> Result<Option<Rules>, StoreError> {
    let body: Option<String> = conn
        .prepare_cached("select body from rules where instr(body, '\"bundles\"') > 0")?
        .query_row([], |row| row.get(0))
        .optional()?;
    let parse = |body: String| serde_json::from_str(&body);
    body.map(parse).transpose().map_err(|fault| StoreError::Internal(fault.to_string()))
}

/// The receipts of a SKU changed, or what landing them cost: its draws are folded again, where
/// the cost method asks for them. `import` is told what that comes to.
pub fn mark_layers<'a>(
    tx: &Tx<'_>,
    skus: impl Iterator<Item = &'a str>,
    mark: i64,
    import: Option<ImportId>,
) -> Result<(), StoreError> {
    let bundles = find_bundles(tx.conn())?;
    let mut statement = tx.conn().prepare_cached(
        "insert into dirty_skus (sku, mark, import_id)
         select ?1, ?2, ?3 from organisation
         where cost_method <> 'dated' and currency is not null
         on conflict (sku) do update set mark = excluded.mark,
            import_id = coalesce(excluded.import_id, import_id)",
    )?;
    for sku in skus {
        statement.execute(params![sku, mark, import])?;
        // One that was never bought by itself moved its components until now.
        let is_bundle = bundles.as_ref().is_some_and(|rules| rules.find_bundle(sku).is_some());
        if is_bundle || listing_parts::is_linked(tx.conn(), sku)? {
            mark_sku(tx, sku, Day(i32::MIN), mark)?;
        }
    }
    Ok(())
}

/// Costs, rules, rates or settings changed: who computes with older ones computes again.
pub fn bump_policy(tx: &Tx<'_>) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached("update organisation set policy_version = policy_version + 1")?
        .execute([])?;
    Ok(())
}

pub fn find_policy_version(conn: &Connection) -> Result<i64, StoreError> {
    let sql = "select policy_version from organisation";
    Ok(conn.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
}

/// What the costs, rates and ad spend of an import touch, before they are taken back.
pub fn mark_import(tx: &Tx<'_>, import: ImportId, mark: i64) -> Result<(), StoreError> {
    tx.conn().execute(
        "insert or replace into dirty_orders (order_id, mark)
         select distinct order_id, ?2 from profit_lines
         join variants on variants.id = variant_id
         join costs on costs.sku = variants.sku and order_day >= valid_from_day
         where costs.import_id = ?1",
        params![import, mark],
    )?;
    if Holders::find(tx.conn())?.is_any() {
        let mut statement = tx.conn().prepare(
            "select sku, min(valid_from_day) from (
                select sku, valid_from_day, import_id from costs
                union all select sku, valid_from_day, import_id from listed_costs)
             where import_id = ? group by sku",
        )?;
        let skus: Vec<(String, Day)> = statement
            .query_map([import], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        mark_skus(tx, skus.iter().map(|(sku, from)| (sku.as_str(), *from)), mark)?;
    }
    let received = purchases::list_skus_of_import(tx, import)?;
    mark_layers(tx, received.iter().map(String::as_str), mark, None)?;
    for table in ["listed_costs", "fee_estimates"] {
        let sql = format!(
            "insert or replace into dirty_orders (order_id, mark)
             select distinct order_id, ?2 from profit_lines
             join variants on variants.id = variant_id
             join {table} on {table}.sku = variants.sku
             where {table}.import_id = ?1"
        );
        tx.conn().execute(&sql, params![import, mark])?;
    }
    for column in ["order_ref", "stem"] {
        let sql = format!(
            "insert or replace into dirty_orders (order_id, mark)
             select orders.id, ?2 from labels
             join orders on orders.store_id = labels.store_id
                and (external_id in ({column}, '#' || {column})
                    or number in ({column}, '#' || {column}))
             where labels.import_id = ?1 and {column} <> ''"
        );
        tx.conn().execute(&sql, params![import, mark])?;
    }
    tx.conn().execute(
        "insert or replace into dirty_days (day, mark)
         select distinct day, ?2 from ad_spend where import_id = ?1",
        params![import, mark],
    )?;
    bump_policy(tx)?;
    let mut statement = tx.conn().prepare_cached(
        "select base, quote, min(day) from fx_rates where import_id = ? group by base, quote",
    )?;
    let rows = statement.query_map([import], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let rates: Vec<(Currency, Currency, Day)> = rows.collect::<Result<_, _>>()?;
    Touched::by_first_rates(tx.conn(), &rates)?.mark(tx, mark)
}

pub fn list_orders(reader: &Reader<'_>, limit: i64) -> Result<Vec<(OrderId, i64)>, StoreError> {
    let mut statement = reader
        .conn()
        .prepare_cached("select order_id, mark from dirty_orders order by order_id limit ?")?;
    let rows = statement.query_map([limit], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The next dirty orders behind `after`.
pub fn list_orders_after(
    reader: &Reader<'_>,
    after: OrderId,
    limit: i64,
) -> Result<Vec<(OrderId, i64)>, StoreError> {
    let mut statement = reader.conn().prepare_cached(
        "select order_id, mark from dirty_orders where order_id > ? order by order_id limit ?",
    )?;
    let rows = statement.query_map(params![after, limit], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub fn list_days(reader: &Reader<'_>, limit: i64) -> Result<Vec<(Day, i64)>, StoreError> {
    let mut statement =
        reader.conn().prepare_cached("select day, mark from dirty_days order by day limit ?")?;
    let rows = statement.query_map([limit], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Clears marks, which come by the numbers of their orders, unless a later change set them again.
pub fn clear_orders(tx: &Tx<'_>, marks: &[(OrderId, i64)]) -> Result<(), StoreError> {
    let mut statement = tx
        .conn()
        .prepare_cached("delete from dirty_orders where order_id between ? and ? and mark = ?")?;
    // Neighbours that one change marked are cleared together.
    for run in marks.chunk_by(|left, right| (left.0.0 + 1, left.1) == (right.0.0, right.1)) {
        if let (Some((first, mark)), Some((last, _))) = (run.first(), run.last()) {
            statement.execute(params![first, last, mark])?;
        }
    }
    Ok(())
}

pub fn clear_day(tx: &Tx<'_>, day: Day, mark: i64) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached("delete from dirty_days where day = ? and mark = ?")?
        .execute(params![day, mark])?;
    Ok(())
}

/// How much is still to be computed: orders (and SKUs whose draws are to be folded), and days.
pub fn count(reader: &Reader<'_>) -> Result<(i64, i64), StoreError> {
    Ok(reader
        .conn()
        .prepare_cached(
            "select (select count(*) from dirty_orders) + (select count(*) from dirty_skus),
                (select count(*) from dirty_days)",
        )?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?)
}

/// The organisation's currency as the books use it.
pub fn find_reporting(reader: &Reader<'_>) -> Result<Option<Currency>, StoreError> {
    Ok(reader
        .conn()
        .prepare_cached("select currency from organisation")?
        .query_row([], |row| row.get(0))?)
}
