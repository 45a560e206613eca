//! Orders and their facts by source: superseded, not overwritten; an unchanged one is not
//! written again.

use std::sync::LazyLock;

use rusqlite::{OptionalExtension, Row, params};

use crate::base::id::{CustomerId, ImportId, OrderId, StoreId};
use crate::base::{Currency, Day, Instant};
use crate::domain::record::order::Settled;
use crate::domain::record::{Order, Progress};
use crate::store::fact::Upserted;
use crate::store::places::OrderPlace;
use crate::store::{Reader, StoreError, Tx};

/// What is derived from the union of an order's facts.
#[derive(Clone, Debug, PartialEq)]
pub struct Header {
    pub number: Option<String>,
    pub placed_at: Instant,
    pub order_day: Day,
    pub currency: Currency,
    pub country: Option<String>,
    pub region: Option<String>,
    pub channel: Option<String>,
    pub campaign: Option<String>,
    pub financial_status: String,
    pub cancelled: bool,
    pub test: bool,
    pub counted: bool,
    pub unexplained_minor: i64,
}

impl Header {
    pub fn of(order: &Order, order_day: Day) -> Self {
        Self {
            number: order.number.clone(),
            placed_at: order.placed_at,
            order_day,
            currency: order.currency,
            country: order.country.clone(),
            region: order.region.clone(),
            channel: order.channel.clone(),
            campaign: order.campaign.clone(),
            financial_status: order.financial_status.name().to_owned(),
            cancelled: order.cancelled_at.is_some(),
            test: order.test,
            counted: order.counts(),
            unexplained_minor: order.unexplained_minor,
        }
    }
}

/// One document of one order.
pub struct NewFact<'a> {
    pub kind: &'a str,
    pub part: &'a str,
    pub body: &'a str,
    pub customer: Option<CustomerId>,
    pub other_customer: Option<CustomerId>,
    /// Without a buyer of its own it is of the buyer of its former state: what is kept of a
    /// platform's document names none.
    pub keeps_customer: bool,
    pub import: Option<ImportId>,
}

pub fn find_order_id(
    tx: &Tx<'_>,
    store: StoreId,
    external_id: &str,
) -> Result<Option<OrderId>, StoreError> {
    Ok(tx
        .conn()
        .prepare_cached("select id from orders where store_id = ? and external_id = ?")?
        .query_row(params![store, external_id], |row| row.get(0))
        .optional()?)
}

/// An order of which nothing stands, with what the books note on it where they have it already.
pub struct NewOrder<'a> {
    pub store: StoreId,
    pub external_id: &'a str,
    pub header: &'a Header,
    pub customer: Option<CustomerId>,
    pub new_customer_day: Option<Day>,
    pub leans: Option<i64>,
}

pub fn insert_order(tx: &Tx<'_>, new: &NewOrder<'_>) -> Result<OrderId, StoreError> {
    let header = new.header;
    tx.conn()
        .prepare_cached(
            "insert into orders (store_id, external_id, number, placed_at, order_day, currency,
                country, region, channel, campaign, financial_status, cancelled, test, counted,
                unexplained_minor, customer_id, new_customer_day, leans_id)
             values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            new.store,
            new.external_id,
            header.number,
            header.placed_at,
            header.order_day,
            header.currency,
            header.country,
            header.region,
            header.channel,
            header.campaign,
            header.financial_status,
            header.cancelled,
            header.test,
            header.counted,
            header.unexplained_minor,
            new.customer,
            new.new_customer_day,
            new.leans,
        ])?;
    Ok(OrderId(tx.conn().last_insert_rowid()))
}

pub fn update_order(tx: &Tx<'_>, id: OrderId, header: &Header) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached(
            "update orders set number = ?2, placed_at = ?3, order_day = ?4, currency = ?5,
                country = ?6, region = ?7, channel = ?8, campaign = ?9, financial_status = ?10,
                cancelled = ?11, test = ?12, counted = ?13, unexplained_minor = ?14
             where id = ?1",
        )?
        .execute(params![
            id,
            header.number,
            header.placed_at,
            header.order_day,
            header.currency,
            header.country,
            header.region,
            header.channel,
            header.campaign,
            header.financial_status,
            header.cancelled,
            header.test,
            header.counted,
            header.unexplained_minor,
        ])?;
    Ok(())
}

/// The number of a lean, made where it is new.
pub fn upsert_lean(tx: &Tx<'_>, body: &str) -> Result<i64, StoreError> {
    let known = tx
        .conn()
        .prepare_cached("select id from leans where body = ?")?
        .query_row([body], |row| row.get(0))
        .optional()?;
    if let Some(id) = known {
        return Ok(id);
    }
    tx.conn().prepare_cached("insert into leans (body) values (?)")?.execute([body])?;
    Ok(tx.conn().last_insert_rowid())
}

pub fn update_leans(tx: &Tx<'_>, order: OrderId, leans: Option<i64>) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached("update orders set leans_id = ?2 where id = ?1")?
        .execute(params![order, leans])?;
    Ok(())
}

/// How far the order of a document had come, out of its text.
#[derive(serde::Deserialize)]
struct Told {
    #[serde(default)]
    progress: Option<Progress>,
    #[serde(default)]
    source: ToldSource,
}

#[derive(Default, serde::Deserialize)]
struct ToldSource {
    #[serde(default)]
    settled: Option<Settled>,
}

impl Told {
    /// Money that is in a payout was in none before.
    fn is_paid_out(&self) -> bool {
        let settled = self.source.settled.as_ref();
        settled.and_then(|settled| settled.payout.as_ref()).is_some_and(|id| !id.is_empty())
    }

    fn is_in_none(&self) -> bool {
        let settled = self.source.settled.as_ref();
        settled.and_then(|settled| settled.payout.as_ref()).is_some_and(String::is_empty)
    }
}

/// Whether a document shows an earlier state of its order than the one that is known.
fn is_older(tx: &Tx<'_>, order: OrderId, fact: &NewFact<'_>) -> Result<bool, StoreError> {
    let told = |body: &str| {
        let told: Option<Told> = serde_json::from_str(body).ok();
        told
    };
    let Some(new) = told(fact.body) else { return Ok(false) };
    if new.progress.is_none() && !new.is_in_none() {
        return Ok(false);
    }
    let known: String = tx
        .conn()
        .prepare_cached(
            "select body from order_facts where order_id = ? and kind = ? and part = ?",
        )?
        .query_row(params![order, fact.kind, fact.part], |row| row.get(0))?;
    let Some(known) = told(&known) else { return Ok(false) };
    if new.is_in_none() && known.is_paid_out() {
        return Ok(true);
    }
    let progress = new.progress.zip(known.progress);
    Ok(progress.is_some_and(|(new, known)| new.is_before(&known)))
}

/// Writes one document unless the very same is known, or one that shows a later state of the
/// order; a changed one closes the old.
pub fn upsert_fact(
    tx: &Tx<'_>,
    order: OrderId,
    fact: &NewFact<'_>,
) -> Result<Upserted, StoreError> {
    let known: Option<(bool, Option<CustomerId>, Option<CustomerId>)> = tx
        .conn()
        .prepare_cached(
            "select body = ?4, customer_id, other_customer_id from order_facts
             where order_id = ?1 and kind = ?2 and part = ?3",
        )?
        .query_row(params![order, fact.kind, fact.part, fact.body], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    match known {
        Some((true, customer, _)) if customer == fact.customer || fact.customer.is_none() => {
            Ok(Upserted::Unchanged)
        }
        Some((false, ..)) if is_older(tx, order, fact)? => Ok(Upserted::Unchanged),
        Some((_, customer, other_customer)) => {
            end_fact(tx, order, fact.kind, fact.part, fact.import)?;
            let is_kept = fact.keeps_customer && fact.customer.is_none();
            let customer = if is_kept { customer } else { fact.customer };
            let other_customer = if is_kept { other_customer } else { fact.other_customer };
            insert_fact(tx, order, &NewFact { customer, other_customer, ..*fact })?;
            Ok(Upserted::Changed)
        }
        None => {
            insert_fact(tx, order, fact)?;
            Ok(Upserted::New)
        }
    }
}

pub fn insert_fact(tx: &Tx<'_>, order: OrderId, fact: &NewFact<'_>) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached(
            "insert into order_facts (order_id, kind, part, body, customer_id,
                other_customer_id, known_from_at, import_id)
             values (?, ?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            order,
            fact.kind,
            fact.part,
            fact.body,
            fact.customer,
            fact.other_customer,
            tx.now,
            fact.import,
        ])?;
    Ok(())
}

fn end_fact(
    tx: &Tx<'_>,
    order: OrderId,
    kind: &str,
    part: &str,
    until: Option<ImportId>,
) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached(
            "insert into order_facts_past (order_id, kind, part, body, customer_id,
                other_customer_id, known_from_at, known_until_at, import_id, until_import_id)
             select order_id, kind, part, body, customer_id, other_customer_id, known_from_at,
                ?4, import_id, ?5
             from order_facts where order_id = ?1 and kind = ?2 and part = ?3",
        )?
        .execute(params![order, kind, part, tx.now, until])?;
    tx.conn()
        .prepare_cached("delete from order_facts where order_id = ? and kind = ? and part = ?")?
        .execute(params![order, kind, part])?;
    Ok(())
}

/// Takes back the documents that an import wrote; what they superseded is known again. Gives
/// the orders that it touched.
pub fn undo_import(tx: &Tx<'_>, import: ImportId) -> Result<Vec<OrderId>, StoreError> {
    let mut statement = tx.conn().prepare(
        "select order_id, kind, part from order_facts where import_id = ? order by order_id",
    )?;
    let rows: Vec<(OrderId, String, String)> = statement
        .query_map([import], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    for (order, kind, part) in &rows {
        end_fact(tx, *order, kind, part, Some(import))?;
        restore_fact(tx, (*order, kind, part), import)?;
    }
    let mut orders: Vec<OrderId> = rows.into_iter().map(|(order, ..)| order).collect();
    orders.dedup();
    Ok(orders)
}

/// Makes the document that the import superseded current again; where that one came from an import
/// that was taken back meanwhile, what it had superseded in its turn.
fn restore_fact(
    tx: &Tx<'_>,
    (order, kind, part): (OrderId, &str, &str),
    import: ImportId,
) -> Result<(), StoreError> {
    let mut by = import;
    loop {
        let found: Option<(i64, Option<ImportId>, bool)> = tx
            .conn()
            .prepare_cached(
                "select id, import_id, exists (
                    select 1 from imports where id = past.import_id and state = 'undone')
                 from order_facts_past past
                 where order_id = ?1 and kind = ?2 and part = ?3 and until_import_id = ?4
                    and import_id is not ?4
                 order by id desc limit 1",
            )?
            .query_row(params![order, kind, part, by], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })
            .optional()?;
        match found {
            // Each was read after the one that it superseded, so this ends.
            Some((_, Some(undone), true)) if undone < by => by = undone,
            Some((id, ..)) => {
                tx.conn()
                    .prepare_cached(
                        "insert into order_facts (order_id, kind, part, body, customer_id,
                            other_customer_id, known_from_at, import_id)
                         select order_id, kind, part, body, customer_id, other_customer_id, ?2,
                            import_id
                         from order_facts_past where id = ?1",
                    )?
                    .execute(params![id, tx.now])?;
                return Ok(());
            }
            None => return Ok(()),
        }
    }
}

/// The customer of a keyed hash, made where it is new.
pub fn upsert_customer(tx: &Tx<'_>, hash: &[u8; 32]) -> Result<CustomerId, StoreError> {
    let known = tx
        .conn()
        .prepare_cached("select id from customers where hash = ?")?
        .query_row([hash.as_slice()], |row| row.get(0))
        .optional()?;
    if let Some(id) = known {
        return Ok(id);
    }
    tx.conn()
        .prepare_cached("insert into customers (hash) values (?)")?
        .execute([hash.as_slice()])?;
    Ok(CustomerId(tx.conn().last_insert_rowid()))
}

/// An order as the database holds it.
#[derive(Clone, Debug)]
pub struct StoredOrder {
    pub id: OrderId,
    pub store: StoreId,
    pub external_id: String,
    pub header: Header,
    pub customer: Option<CustomerId>,
    pub fault: Option<String>,
    /// The day on which it counts as its customer's first order.
    pub new_customer_day: Option<Day>,
    /// Whether rates were missing or fees unknown when it was booked last.
    pub has_notes: bool,
    /// What its figures leaned on when it was booked last.
    pub leans: Option<i64>,
}

/// Columns in the order of `stored_from_row`.
pub const STORED_COLUMNS: &str =
    "id, store_id, external_id, number, placed_at, order_day, currency, country,
        region, channel, campaign, financial_status, cancelled, test, counted,
        unexplained_minor, customer_id, fault, new_customer_day,
        exists (select 1 from missing_rates where order_id = orders.id)
            or exists (select 1 from unclassified_fees where order_id = orders.id),
        leans_id";

/// # Errors
/// Those of a row that is not as `STORED_COLUMNS`.
pub fn stored_from_row(row: &Row<'_>) -> rusqlite::Result<StoredOrder> {
    Ok(StoredOrder {
        id: row.get(0)?,
        store: row.get(1)?,
        external_id: row.get(2)?,
        header: Header {
            number: row.get(3)?,
            placed_at: row.get(4)?,
            order_day: row.get(5)?,
            currency: row.get(6)?,
            country: row.get(7)?,
            region: row.get(8)?,
            channel: row.get(9)?,
            campaign: row.get(10)?,
            financial_status: row.get(11)?,
            cancelled: row.get(12)?,
            test: row.get(13)?,
            counted: row.get(14)?,
            unexplained_minor: row.get(15)?,
        },
        customer: row.get(16)?,
        fault: row.get(17)?,
        new_customer_day: row.get(18)?,
        has_notes: row.get(19)?,
        leans: row.get(20)?,
    })
}

pub fn find_order(reader: &Reader<'_>, id: OrderId) -> Result<Option<StoredOrder>, StoreError> {
    static SQL: LazyLock<String> =
        LazyLock::new(|| format!("select {STORED_COLUMNS} from orders where id = ?"));
    let mut statement = reader.conn().prepare_cached(&SQL)?;
    Ok(statement.query_row([id], stored_from_row).optional()?)
}

/// Where an order went and came from.
pub fn find_place(tx: &Tx<'_>, id: OrderId) -> Result<OrderPlace, StoreError> {
    let text = |text: Option<String>| text.unwrap_or_default();
    Ok(tx
        .conn()
        .prepare_cached("select country, channel, campaign from orders where id = ?")?
        .query_row([id], |row| {
            Ok(OrderPlace {
                country: text(row.get(0)?),
                channel: text(row.get(1)?),
                campaign: text(row.get(2)?),
            })
        })?)
}

/// The largest number of an order; there are at most so many.
/// The store of an order; `None` where there is no such order.
pub fn find_store_of(
    conn: &rusqlite::Connection,
    id: OrderId,
) -> Result<Option<StoreId>, StoreError> {
    let store = conn
        .prepare_cached("select store_id from orders where id = ?")?
        .query_row([id], |row| row.get(0))
        .optional()?;
    Ok(store)
}

pub fn find_last_id(tx: &Tx<'_>) -> Result<i64, StoreError> {
    let mut statement = tx.conn().prepare_cached("select coalesce(max(id), 0) from orders")?;
    Ok(statement.query_row([], |row| row.get(0))?)
}

/// All orders, those that do not count among them.
pub fn count(reader: &Reader<'_>) -> Result<i64, StoreError> {
    let mut statement = reader.conn().prepare_cached("select count(*) from orders")?;
    Ok(statement.query_row([], |row| row.get(0))?)
}

/// An order that a number or id may mean.
#[derive(Clone, Debug)]
pub struct NamedOrder {
    pub order: OrderId,
    pub store: StoreId,
    pub external_id: String,
}

/// The orders of a number or id, in one store or in any.
pub fn find_orders(
    reader: &Reader<'_>,
    wanted: &str,
    store: Option<StoreId>,
) -> Result<Vec<NamedOrder>, StoreError> {
    let mut statement = reader.conn().prepare_cached(
        "select id, store_id, external_id from orders
         where (number = ?1 or external_id = ?1) and (?2 is null or store_id = ?2)
         order by (external_id = ?1) desc, placed_at, id",
    )?;
    let rows = statement.query_map(params![wanted, store], |row| {
        Ok(NamedOrder { order: row.get(0)?, store: row.get(1)?, external_id: row.get(2)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
