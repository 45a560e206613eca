//! What platforms ask on behalf of buyers, and what was done: what we hold of one is listed for
//! the owner, or taken out. We hold a keyed hash of a buyer and nothing else, so that is what a
//! request names; of a request that is done only its entry is left.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::base::id::{AccountId, CustomerId, ImportId, OrderId, RequestId, StoreId};
use crate::base::{Day, Instant};
use crate::store::accounts::AccountRow;
use crate::store::{Reader, StoreError, Tx, dirty};

/// A buyer, by the keyed hash of one mark.
pub type BuyerHash = [u8; 32];

/// Until when a request must be carried out, in days.
pub const DUE_DAYS: i64 = 30;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The buyer wants to know what we hold.
    Tell,
    /// The buyer is to be forgotten.
    Forget,
    /// The shop left: all of its buyers, raw documents and credentials go.
    ForgetShop,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Tell, Self::Forget, Self::ForgetShop];

    pub fn name(self) -> &'static str {
        match self {
            Self::Tell => "tell",
            Self::Forget => "forget",
            Self::ForgetShop => "forget_shop",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// We hold nothing of this buyer.
    Nothing,
    /// The shop still takes our credentials, so it has not left.
    Connected,
}

impl Outcome {
    const ALL: [Self; 3] = [Self::Done, Self::Nothing, Self::Connected];

    pub fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Nothing => "nothing",
            Self::Connected => "connected",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestRow {
    pub id: RequestId,
    pub account: Option<AccountId>,
    pub account_name: String,
    pub platform: String,
    pub store: Option<StoreId>,
    pub kind: Kind,
    pub received_at: Instant,
    pub due_at: Instant,
    /// When it was carried out, and with what end.
    pub done: Option<(Instant, Outcome)>,
    /// Orders and raw documents that it touched.
    pub orders: i64,
    pub documents: i64,
}

const COLUMNS: &str = "id, account_id, account_name, platform, store_id, kind, received_at, \
    due_at, done_at, outcome, orders, documents";

fn from_row(row: &Row<'_>) -> rusqlite::Result<RequestRow> {
    let (kind, outcome): (String, Option<String>) = (row.get(5)?, row.get(9)?);
    let outcome = outcome.and_then(|name| Outcome::ALL.into_iter().find(|it| it.name() == name));
    let done_at: Option<Instant> = row.get(8)?;
    Ok(RequestRow {
        id: row.get(0)?,
        account: row.get(1)?,
        account_name: row.get(2)?,
        platform: row.get(3)?,
        store: row.get(4)?,
        // The column's check lets no other in; the mildest stands for what cannot be.
        kind: Kind::ALL.into_iter().find(|it| it.name() == kind).unwrap_or(Kind::Tell),
        received_at: row.get(6)?,
        due_at: row.get(7)?,
        done: done_at.zip(outcome),
        orders: row.get(10)?,
        documents: row.get(11)?,
    })
}

/// What a platform asks: of whom, and which orders it names by its own key.
#[derive(Clone, Debug)]
pub struct NewRequest {
    pub kind: Kind,
    pub marks: Vec<BuyerHash>,
    pub named: Vec<String>,
}

/// # Errors
/// `StoreError` of the database.
pub fn insert_request(
    tx: &Tx<'_>,
    account: &AccountRow,
    new: &NewRequest,
) -> Result<RequestId, StoreError> {
    tx.conn()
        .prepare_cached(
            "insert into privacy_requests
                (account_id, account_name, platform, store_id, kind, received_at, due_at)
             values (?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            account.id,
            account.name,
            account.platform,
            account.store,
            new.kind.name(),
            tx.now,
            tx.now.plus_seconds(DUE_DAYS * 86_400),
        ])?;
    let request = RequestId(tx.conn().last_insert_rowid());
    let mut statement = tx.conn().prepare_cached(
        "insert into privacy_marks (request_id, hash, named) values (?, ?, 1)
         on conflict do nothing",
    )?;
    for hash in &new.marks {
        statement.execute(params![request, hash.as_slice()])?;
    }
    let mut statement = tx.conn().prepare_cached(
        "insert into privacy_named (request_id, external_id) values (?, ?) on conflict do nothing",
    )?;
    for external_id in &new.named {
        statement.execute(params![request, external_id])?;
    }
    Ok(request)
}

/// The newest first; of one account, or of all.
///
/// # Errors
/// `StoreError` of the database.
pub fn list_requests(
    reader: &Reader<'_>,
    account: Option<AccountId>,
    limit: i64,
) -> Result<Vec<RequestRow>, StoreError> {
    let sql = format!(
        "select {COLUMNS} from privacy_requests where ?1 is null or account_id = ?1
         order by id desc limit ?2"
    );
    let mut statement = reader.conn().prepare_cached(&sql)?;
    Ok(statement.query_map(params![account, limit], from_row)?.collect::<Result<_, _>>()?)
}

/// # Errors
/// `StoreError` of the database.
pub fn find_request(
    reader: &Reader<'_>,
    request: RequestId,
) -> Result<Option<RequestRow>, StoreError> {
    let sql = format!("select {COLUMNS} from privacy_requests where id = ?");
    Ok(reader.conn().prepare_cached(&sql)?.query_row([request], from_row).optional()?)
}

/// As `find_request`, within a change.
///
/// # Errors
/// `StoreError` of the database.
pub fn find_request_for_write(
    tx: &Tx<'_>,
    request: RequestId,
) -> Result<Option<RequestRow>, StoreError> {
    let sql = format!("select {COLUMNS} from privacy_requests where id = ?");
    Ok(tx.conn().prepare_cached(&sql)?.query_row([request], from_row).optional()?)
}

/// What is still to be carried out.
///
/// # Errors
/// `StoreError` of the database.
pub fn list_open(reader: &Reader<'_>) -> Result<Vec<RequestId>, StoreError> {
    let mut statement = reader
        .conn()
        .prepare_cached("select id from privacy_requests where done_at is null order by id")?;
    Ok(statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// The orders that a request names, by the platform's own key.
///
/// # Errors
/// `StoreError` of the database.
pub fn list_named(reader: &Reader<'_>, request: RequestId) -> Result<Vec<String>, StoreError> {
    let mut statement = reader.conn().prepare_cached(
        "select external_id from privacy_named where request_id = ? order by external_id",
    )?;
    Ok(statement.query_map([request], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// The orders of a store that bear a mark of the buyer, now or in what was known before. Goes
/// through all documents: marks have no index, because nobody else looks for them.
///
/// # Errors
/// `StoreError` of the database.
pub fn list_orders_of_buyer(
    reader: &Reader<'_>,
    (request, store): (RequestId, StoreId),
) -> Result<Vec<OrderId>, StoreError> {
    let mut statement = reader.conn().prepare_cached(
        "with buyers as materialized (
            select id from customers
            where hash in (
                select hash from privacy_marks where request_id = ?1 and named = 1)),
         found as (
            select order_id from order_facts
            where customer_id in (select id from buyers)
                or other_customer_id in (select id from buyers)
            union select order_id from order_facts_past
            where customer_id in (select id from buyers)
                or other_customer_id in (select id from buyers))
         select orders.id from found join orders on orders.id = order_id
         where store_id = ?2 order by orders.id",
    )?;
    Ok(statement.query_map(params![request, store], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// The orders that an account brought.
///
/// # Errors
/// `StoreError` of the database.
pub fn list_orders_of_import(
    reader: &Reader<'_>,
    import: ImportId,
) -> Result<Vec<OrderId>, StoreError> {
    let mut statement = reader.conn().prepare_cached(
        "select order_id from order_facts where import_id = ?1
         union select order_id from order_facts_past where import_id = ?1 order by order_id",
    )?;
    Ok(statement.query_map([import], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// How the stores of these orders call them.
///
/// # Errors
/// `StoreError` of the database.
pub fn list_names(reader: &Reader<'_>, orders: &[OrderId]) -> Result<Vec<String>, StoreError> {
    let mut statement =
        reader.conn().prepare_cached("select external_id from orders where id = ?")?;
    let mut names = Vec::with_capacity(orders.len());
    for order in orders {
        names.extend(statement.query_row([order], |row| row.get(0)).optional()?);
    }
    Ok(names)
}

/// Takes every mark of a buyer out of these orders, for good, and marks them to be computed again.
/// The marks that stood there go to the request, until it is done.
///
/// # Errors
/// `StoreError` of the database.
pub fn forget_orders(
    tx: &Tx<'_>,
    request: RequestId,
    orders: &[OrderId],
) -> Result<(), StoreError> {
    let mark = dirty::bump_version(tx)?;
    let conn = tx.conn();
    for order in orders {
        conn.prepare_cached(
            "insert into privacy_marks (request_id, hash, named)
             select ?1, hash, 0 from customers where id in (
                select customer_id from order_facts where order_id = ?2
                union select other_customer_id from order_facts where order_id = ?2
                union select customer_id from order_facts_past where order_id = ?2
                union select other_customer_id from order_facts_past where order_id = ?2)
             on conflict do nothing",
        )?
        .execute(params![request, order])?;
        for table in ["order_facts", "order_facts_past"] {
            conn.prepare_cached(&format!(
                "update {table} set customer_id = null, other_customer_id = null
                 where order_id = ?"
            ))?
            .execute([order])?;
        }
        conn.prepare_cached(
            "insert into orders_forgotten (order_id, forgotten_at) values (?, ?)
             on conflict do nothing",
        )?
        .execute(params![order, tx.now])?;
        conn.prepare_cached("delete from privacy_findings where order_id = ?")?.execute([order])?;
        dirty::mark_order(tx, *order, mark)?;
    }
    conn.prepare_cached("update privacy_requests set orders = orders + ?2 where id = ?1")?
        .execute(params![request, orders.len() as i64])?;
    Ok(())
}

/// Whether the buyer of an order asked to be forgotten.
///
/// # Errors
/// `StoreError` of the database.
pub fn is_forgotten(tx: &Tx<'_>, order: OrderId) -> Result<bool, StoreError> {
    Ok(tx
        .conn()
        .prepare_cached("select exists (select 1 from orders_forgotten where order_id = ?)")?
        .query_row([order], |row| row.get(0))?)
}

/// The buyers of a request whom no order of any store bears any more.
///
/// # Errors
/// `StoreError` of the database.
pub fn list_unborne(
    reader: &Reader<'_>,
    request: RequestId,
) -> Result<Vec<CustomerId>, StoreError> {
    list_unborne_in(reader.conn(), request)
}

/// As `list_unborne`, within a transaction.
///
/// # Errors
/// `StoreError` of the database.
pub fn list_unborne_in(
    conn: &Connection,
    request: RequestId,
) -> Result<Vec<CustomerId>, StoreError> {
    let mut statement = conn.prepare_cached(
        "select id from customers
         where hash in (select hash from privacy_marks where request_id = ?)
            and id not in (
                select customer_id from order_facts where customer_id is not null
                union select other_customer_id from order_facts
                where other_customer_id is not null
                union select customer_id from order_facts_past where customer_id is not null
                union select other_customer_id from order_facts_past
                where other_customer_id is not null)
         order by id",
    )?;
    Ok(statement.query_map([request], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// Puts chance in the place of buyers' hashes: nobody is known by these rows again. The rows stay,
/// because orders name them until they are computed again.
///
/// # Errors
/// `StoreError` of the database.
pub fn blur_buyers(tx: &Tx<'_>, buyers: &[CustomerId]) -> Result<(), StoreError> {
    let mut statement =
        tx.conn().prepare_cached("update customers set hash = randomblob(32) where id = ?")?;
    for buyer in buyers {
        statement.execute([buyer])?;
    }
    Ok(())
}

/// Notes what we hold of the buyer of a request.
///
/// # Errors
/// `StoreError` of the database.
pub fn insert_findings(
    tx: &Tx<'_>,
    request: RequestId,
    orders: &[OrderId],
) -> Result<(), StoreError> {
    let mut statement = tx.conn().prepare_cached(
        "insert into privacy_findings (request_id, order_id) values (?, ?) on conflict do nothing",
    )?;
    for order in orders {
        statement.execute(params![request, order])?;
    }
    tx.conn()
        .prepare_cached("update privacy_requests set orders = ?2 where id = ?1")?
        .execute(params![request, orders.len() as i64])?;
    Ok(())
}

/// What we hold of a buyer: an order, when it was, and whereto.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub order: OrderId,
    pub name: String,
    pub day: Day,
    pub country: Option<String>,
    pub region: Option<String>,
}

/// # Errors
/// `StoreError` of the database.
pub fn list_findings(reader: &Reader<'_>, request: RequestId) -> Result<Vec<Finding>, StoreError> {
    let mut statement = reader.conn().prepare_cached(
        "select orders.id, coalesce(number, external_id), order_day, country, region
         from privacy_findings join orders on orders.id = order_id
         where request_id = ? order by placed_at, orders.id",
    )?;
    let rows = statement.query_map([request], |row| {
        Ok(Finding {
            order: row.get(0)?,
            name: row.get(1)?,
            day: row.get(2)?,
            country: row.get(3)?,
            region: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Notes that raw documents went.
///
/// # Errors
/// `StoreError` of the database.
pub fn add_documents(tx: &Tx<'_>, request: RequestId, count: usize) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached("update privacy_requests set documents = documents + ?2 where id = ?1")?
        .execute(params![request, count as i64])?;
    Ok(())
}

/// A request is done: whom it was about is known no longer.
///
/// # Errors
/// `StoreError` of the database.
pub fn finish(tx: &Tx<'_>, request: RequestId, outcome: Outcome) -> Result<(), StoreError> {
    for table in ["privacy_marks", "privacy_named"] {
        let sql = format!("delete from {table} where request_id = ?");
        tx.conn().prepare_cached(&sql)?.execute([request])?;
    }
    tx.conn()
        .prepare_cached("update privacy_requests set done_at = ?2, outcome = ?3 where id = ?1")?
        .execute(params![request, tx.now, outcome.name()])?;
    Ok(())
}

/// Removes what was listed for answers that are due.
///
/// # Errors
/// `StoreError` of the database.
pub fn prune_findings(tx: &Tx<'_>) -> Result<usize, StoreError> {
    Ok(tx.conn().execute(
        "delete from privacy_findings where request_id in (
            select id from privacy_requests where due_at < ?)",
        [tx.now],
    )?)
}
