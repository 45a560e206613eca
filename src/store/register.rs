//! Buyers across all stores: which orders are one buyer's, where else they are named, and erasing
//! them for good. We hold a keyed hash of a buyer; of an erased one the digest of that hash is left
//! (`buyers_erased`), by which a restored backup forgets them again. The entry of what was done is
//! a privacy request without an account (`privacy.rs`).

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, params};

use crate::base::Instant;
use crate::base::id::{CustomerId, OrderId, RequestId, StoreId};
use crate::store::audit::{self, Note};
use crate::store::privacy::{self, BuyerHash, DUE_DAYS, Kind, Outcome};
use crate::store::{Reader, StoreError, Tx, crypt};

/// Whoever has more orders is no buyer, but what somebody entered for all who gave no name.
pub const BUYER_ORDERS_MAX: usize = 10_000;
/// Marks lead to orders and these to further marks; after so many steps nothing new is a buyer.
const STEPS_MAX: usize = 8;
/// Stands where a buyer was named.
const ERASED: &str = "[erased]";
/// In the place of a connection's name: the owner's own requests.
pub const OWN: &str = "";

/// Texts in which somebody may have named a buyer; those that only repeat a source go whole.
const ROWS_NAMED: [(&str, &str); 6] = [
    ("refused_rows", "raw"),
    ("refused_rows", "reason"),
    ("import_notices", "what"),
    ("problems", "name"),
    ("problems", "what"),
    ("note_files", "bytes"),
];
/// Texts that stay, without the buyer.
const WORDS_NAMED: [(&str, &str); 10] = [
    ("variants", "title"),
    ("listings", "title"),
    ("note_files", "name"),
    ("notes", "title"),
    ("note_entries", "body"),
    ("imports", "file_name"),
    ("imports", "fault"),
    ("jobs", "fault"),
    ("jobs", "result"),
    ("orders", "fault"),
];

/// A buyer: the hashes by which they are known, and their orders in all stores.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Buyer {
    pub customers: BTreeSet<CustomerId>,
    pub orders: BTreeSet<OrderId>,
}

impl Buyer {
    pub fn is_nobody(&self) -> bool {
        self.customers.is_empty() && self.orders.is_empty()
    }
}

/// The customers of these hashes.
///
/// # Errors
/// `StoreError` of the database.
pub fn list_customers(
    reader: &Reader<'_>,
    hashes: &[BuyerHash],
) -> Result<BTreeSet<CustomerId>, StoreError> {
    let mut statement = reader.conn().prepare_cached("select id from customers where hash = ?")?;
    let mut found = BTreeSet::new();
    for hash in hashes {
        let id: Option<CustomerId> =
            statement.query_row([hash.as_slice()], |row| row.get(0)).optional()?;
        found.extend(id);
    }
    Ok(found)
}

/// The orders of that number or platform id, with or without its `#`; of one store, or of all.
///
/// # Errors
/// `StoreError` of the database.
pub fn list_orders_named(
    reader: &Reader<'_>,
    (name, store): (&str, Option<StoreId>),
) -> Result<Vec<OrderId>, StoreError> {
    let bare = name.trim_start_matches('#');
    let mut statement = reader.conn().prepare_cached(
        "select id from orders where number in (?1, ?2) and (?3 is null or store_id = ?3)
         union select orders.id from stores join orders on store_id = stores.id
         where external_id in (?1, ?2) and (?3 is null or store_id = ?3) order by 1",
    )?;
    let rows = statement.query_map(params![bare, format!("#{bare}"), store], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Follows marks to orders and orders to marks, until nothing is new.
///
/// # Errors
/// `Refused` where that is no single buyer.
pub fn complete(reader: &Reader<'_>, buyer: &mut Buyer) -> Result<(), StoreError> {
    complete_in(reader.conn(), buyer)
}

fn complete_in(conn: &Connection, buyer: &mut Buyer) -> Result<(), StoreError> {
    for _ in 0..STEPS_MAX {
        let before = (buyer.customers.len(), buyer.orders.len());
        buyer.customers.extend(customers_of(conn, &buyer.orders)?);
        buyer.orders.extend(orders_of(conn, &buyer.customers)?);
        if buyer.orders.len() > BUYER_ORDERS_MAX {
            return Err(StoreError::Refused(format!(
                "This leads to more than {BUYER_ORDERS_MAX} orders: it names no single buyer, but \
                 something that many share. Nothing was changed."
            )));
        }
        if before == (buyer.customers.len(), buyer.orders.len()) {
            break;
        }
    }
    Ok(())
}

fn as_list<T: Copy>(ids: &BTreeSet<T>, number: impl Fn(T) -> i64) -> String {
    let numbers: Vec<String> = ids.iter().map(|id| number(*id).to_string()).collect();
    format!("[{}]", numbers.join(","))
}

fn customers_of(
    conn: &Connection,
    orders: &BTreeSet<OrderId>,
) -> Result<Vec<CustomerId>, StoreError> {
    let mut statement = conn.prepare_cached(
        "with these as materialized (select value as id from json_each(?)),
         marks as (
            select customer_id as id from order_facts where order_id in these
            union select other_customer_id from order_facts where order_id in these
            union select customer_id from order_facts_past where order_id in these
            union select other_customer_id from order_facts_past where order_id in these
            union select customer_id from orders where id in these)
         select id from marks where id is not null",
    )?;
    let rows = statement.query_map([as_list(orders, |id| id.0)], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Goes through all documents of orders: marks have no index, because nobody else looks for them.
fn orders_of(
    conn: &Connection,
    customers: &BTreeSet<CustomerId>,
) -> Result<Vec<OrderId>, StoreError> {
    if customers.is_empty() {
        return Ok(Vec::new());
    }
    let mut statement = conn.prepare_cached(
        "with these as materialized (select value as id from json_each(?))
         select order_id from order_facts
         where customer_id in these or other_customer_id in these
         union select order_id from order_facts_past
         where customer_id in these or other_customer_id in these
         union select id from orders where customer_id in these",
    )?;
    let rows = statement.query_map([as_list(customers, |id| id.0)], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What one order tells, as it is kept.
#[derive(Clone, Debug)]
pub struct HeldFact {
    pub kind: String,
    pub part: String,
    /// JSON.
    pub body: String,
    /// `None` for what is known now, else until when it was.
    pub known_until_at: Option<Instant>,
}

/// # Errors
/// `StoreError` of the database.
pub fn list_facts(reader: &Reader<'_>, order: OrderId) -> Result<Vec<HeldFact>, StoreError> {
    let mut statement = reader.conn().prepare_cached(
        "select kind, part, body, null from order_facts where order_id = ?1
         union all select kind, part, body, known_until_at from order_facts_past
         where order_id = ?1 order by 1, 2, 4",
    )?;
    let rows = statement.query_map([order], |row| {
        Ok(HeldFact {
            kind: row.get(0)?,
            part: row.get(1)?,
            body: row.get(2)?,
            known_until_at: row.get(3)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The rows of each kind in which a text stands, by table.
///
/// # Errors
/// `StoreError` of the database.
pub fn count_named(reader: &Reader<'_>, text: &str) -> Result<Vec<(String, i64)>, StoreError> {
    let mut counts = Vec::new();
    for (table, column) in ROWS_NAMED.into_iter().chain(WORDS_NAMED) {
        let sql = format!("select count(*) from {table} where {}", names(column));
        let count: i64 = reader.conn().query_row(&sql, [text], |row| row.get(0))?;
        if count > 0 {
            counts.push((format!("{table}.{column}"), count));
        }
    }
    Ok(counts)
}

fn names(column: &str) -> String {
    format!("instr(lower(cast({column} as text)), lower(?1)) > 0")
}

/// What an erasure did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Erased {
    pub orders: i64,
    pub documents: i64,
    /// Texts in which the buyer was named.
    pub texts: i64,
}

impl Erased {
    pub fn is_nothing(self) -> bool {
        self == Self::default()
    }
}

/// What is to be erased: the buyer, the raw documents that tell of them, and the text by which
/// they were asked for where that names a person.
#[derive(Clone, Copy, Debug)]
pub struct Erasing<'a> {
    pub buyer: &'a Buyer,
    pub documents: &'a [i64],
    pub text: Option<&'a str>,
}

/// Takes a buyer out of everything, in the one transaction of the caller; the orders stay, of
/// nobody, and are marked to be computed again.
///
/// # Errors
/// `StoreError` of the database.
pub fn erase(tx: &Tx<'_>, erasing: &Erasing<'_>) -> Result<Erased, StoreError> {
    let request = insert_own(tx, Kind::Forget)?;
    let mut erased = Erased { orders: erasing.buyer.orders.len() as i64, ..Erased::default() };
    keep_marks(tx, &erasing.buyer.customers)?;
    forget(tx, request, erasing.buyer)?;
    for document in erasing.documents {
        let sql = "delete from documents where id = ?";
        erased.documents += tx.conn().prepare_cached(sql)?.execute([document])? as i64;
    }
    if let Some(text) = erasing.text {
        erased.texts = erase_text(tx, text, &erasing.buyer.orders)?;
    }
    privacy::add_documents(tx, request, erasing.documents.len())?;
    let outcome = if erased.is_nothing() { Outcome::Nothing } else { Outcome::Done };
    privacy::finish(tx, request, outcome)?;
    note(tx, "privacy erase", &erased)?;
    Ok(erased)
}

/// Enters that somebody was told what is held of them.
///
/// # Errors
/// `StoreError` of the database.
pub fn enter_told(tx: &Tx<'_>, orders: usize) -> Result<(), StoreError> {
    let request = insert_own(tx, Kind::Tell)?;
    let sql = "update privacy_requests set orders = ?2 where id = ?1";
    tx.conn().execute(sql, params![request, orders as i64])?;
    let outcome = if orders == 0 { Outcome::Nothing } else { Outcome::Done };
    privacy::finish(tx, request, outcome)?;
    note(tx, "privacy request", &Erased { orders: orders as i64, ..Erased::default() })
}

/// The log tells what was done and never to whom.
fn note(tx: &Tx<'_>, subject: &str, done: &Erased) -> Result<(), StoreError> {
    let Erased { orders, documents, texts } = done;
    let after = format!("orders {orders}, documents {documents}, texts {texts}");
    let kind = audit::Kind::Action;
    audit::note(tx, Note { kind, subject, before: None, after: Some(&after) })
}

fn insert_own(tx: &Tx<'_>, kind: Kind) -> Result<RequestId, StoreError> {
    tx.conn().execute(
        "insert into privacy_requests
            (account_id, account_name, platform, store_id, kind, received_at, due_at)
         values (null, ?1, '', null, ?2, ?3, ?4)",
        params![OWN, kind.name(), tx.now, tx.now.plus_seconds(DUE_DAYS * 86_400)],
    )?;
    Ok(RequestId(tx.conn().last_insert_rowid()))
}

fn keep_marks(tx: &Tx<'_>, customers: &BTreeSet<CustomerId>) -> Result<(), StoreError> {
    let mut find = tx.conn().prepare_cached("select hash from customers where id = ?")?;
    let mut keep = tx.conn().prepare_cached(
        "insert into buyers_erased (mark, erased_at) values (?, ?) on conflict do nothing",
    )?;
    for customer in customers {
        let hash: Option<[u8; 32]> = find.query_row([customer], |row| row.get(0)).optional()?;
        if let Some(hash) = hash {
            keep.execute(params![mark_of(&hash), tx.now])?;
        }
    }
    Ok(())
}

/// A digest of a keyed hash: it says nothing without the hash, which stands nowhere any more.
fn mark_of(hash: &BuyerHash) -> [u8; 32] {
    let mut bytes = b"purser erased buyer 1".to_vec();
    bytes.extend_from_slice(hash);
    crypt::sha256(&bytes)
}

fn forget(tx: &Tx<'_>, request: RequestId, buyer: &Buyer) -> Result<(), StoreError> {
    let orders: Vec<OrderId> = buyer.orders.iter().copied().collect();
    // The books take them off their customers, who are nobody from here on: only they know which
    // order was a customer's first.
    privacy::forget_orders(tx, request, &orders)?;
    let buyers: Vec<CustomerId> = buyer.customers.iter().copied().collect();
    privacy::blur_buyers(tx, &buyers)?;
    for customer in &buyers {
        let sql = "delete from buyers_restricted where customer_id = ?";
        tx.conn().prepare_cached(sql)?.execute([customer])?;
    }
    Ok(())
}

fn erase_text(tx: &Tx<'_>, text: &str, orders: &BTreeSet<OrderId>) -> Result<i64, StoreError> {
    let mut texts = 0;
    for (table, column) in ROWS_NAMED {
        let sql = format!("delete from {table} where {}", names(column));
        texts += tx.conn().execute(&sql, [text])? as i64;
    }
    for (table, column) in WORDS_NAMED {
        let sql = format!("select id, {column} from {table} where {}", names(column));
        let mut statement = tx.conn().prepare(&sql)?;
        let found = statement
            .query_map([text], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?
            .collect::<Result<Vec<_>, _>>()?;
        let sql = format!("update {table} set {column} = ?2 where id = ?1");
        for (id, was) in found {
            texts += tx.conn().execute(&sql, params![id, without(&was, text)])? as i64;
        }
    }
    for table in ["order_facts", "order_facts_past"] {
        texts += erase_in_facts(tx, (table, text), orders)?;
    }
    Ok(texts)
}

/// What a title or a note of the buyer's own orders says of them.
fn erase_in_facts(
    tx: &Tx<'_>,
    (table, text): (&str, &str),
    orders: &BTreeSet<OrderId>,
) -> Result<i64, StoreError> {
    let find =
        format!("select kind, part, body from {table} where order_id = ?2 and {}", names("body"));
    let keep = format!(
        "update {table} set body = ?5 where order_id = ?1 and kind = ?2 and part = ?3
            and body = ?4"
    );
    let mut texts = 0;
    for order in orders {
        let mut statement = tx.conn().prepare_cached(&find)?;
        let found = statement
            .query_map(params![text, order], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
            })?
            .collect::<Result<Vec<_>, _>>()?;
        for (kind, part, body) in found {
            let now = without(&body, text);
            let row = params![order, kind, part, body, now];
            texts += tx.conn().prepare_cached(&keep)?.execute(row)? as i64;
        }
    }
    Ok(texts)
}

/// A text without another, however that is written.
fn without(text: &str, named: &str) -> String {
    let (low, named) = (text.to_ascii_lowercase(), named.to_ascii_lowercase());
    let (mut kept, mut from) = (String::new(), 0);
    for (at, found) in low.match_indices(&named) {
        kept.push_str(&text[from..at]);
        kept.push_str(ERASED);
        from = at + found.len();
    }
    kept.push_str(&text[from..]);
    kept
}

/// Forgets again whoever was erased before, in a database that a backup brought back. Gives how
/// many orders that touched.
///
/// # Errors
/// `StoreError` of the database.
pub fn erase_again(tx: &Tx<'_>) -> Result<i64, StoreError> {
    let is_any: bool =
        tx.conn().query_row("select exists (select 1 from buyers_erased)", [], |row| row.get(0))?;
    if !is_any {
        return Ok(0);
    }
    let mut buyer = Buyer::default();
    let mut all = tx.conn().prepare("select id, hash from customers order by id")?;
    let mut is_erased =
        tx.conn().prepare("select exists (select 1 from buyers_erased where mark = ?)")?;
    let mut rows = all.query([])?;
    while let Some(row) = rows.next()? {
        let hash: BuyerHash = row.get(1)?;
        if is_erased.query_row([mark_of(&hash)], |row| row.get(0))? {
            buyer.customers.insert(row.get(0)?);
        }
    }
    if buyer.customers.is_empty() {
        return Ok(0);
    }
    buyer.orders.extend(orders_of(tx.conn(), &buyer.customers)?);
    let request = insert_own(tx, Kind::Forget)?;
    forget(tx, request, &buyer)?;
    privacy::finish(tx, request, Outcome::Done)?;
    Ok(buyer.orders.len() as i64)
}

/// The marks of those who were erased, to go over into a copy that comes back.
///
/// # Errors
/// `StoreError` of the database.
pub fn list_marks(reader: &Reader<'_>) -> Result<Vec<([u8; 32], Instant)>, StoreError> {
    let mut statement =
        reader.conn().prepare("select mark, erased_at from buyers_erased order by mark")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// # Errors
/// `StoreError` of the database.
pub fn insert_marks(tx: &Tx<'_>, marks: &[([u8; 32], Instant)]) -> Result<(), StoreError> {
    let mut statement = tx.conn().prepare_cached(
        "insert into buyers_erased (mark, erased_at) values (?, ?) on conflict do nothing",
    )?;
    for (mark, at) in marks {
        statement.execute(params![mark, at])?;
    }
    Ok(())
}

/// Leaves a buyer out of every analysis of customers, or takes that back. Gives whether anything
/// changed.
///
/// # Errors
/// `StoreError` of the database.
pub fn restrict(tx: &Tx<'_>, buyer: &Buyer, is_on: bool) -> Result<bool, StoreError> {
    let mut changed = 0;
    for customer in &buyer.customers {
        changed += if is_on {
            let sql = "insert into buyers_restricted (customer_id, restricted_at) values (?, ?)
                 on conflict do nothing";
            tx.conn().prepare_cached(sql)?.execute(params![customer, tx.now])?
        } else {
            let sql = "delete from buyers_restricted where customer_id = ?";
            tx.conn().prepare_cached(sql)?.execute([customer])?
        };
    }
    let subject = if is_on { "privacy restrict" } else { "privacy unrestrict" };
    note(tx, subject, &Erased { orders: buyer.orders.len() as i64, ..Erased::default() })?;
    if changed > 0 {
        // Every page that kept an answer asks anew.
        crate::store::dirty::bump_version(tx)?;
    }
    Ok(changed > 0)
}

/// Whether any mark of a buyer is restricted.
///
/// # Errors
/// `StoreError` of the database.
pub fn is_restricted(reader: &Reader<'_>, buyer: &Buyer) -> Result<bool, StoreError> {
    let sql = "select exists (select 1 from buyers_restricted
        where customer_id in (select value from json_each(?)))";
    let customers = as_list(&buyer.customers, |id| id.0);
    Ok(reader.conn().query_row(sql, [customers], |row| row.get(0))?)
}
