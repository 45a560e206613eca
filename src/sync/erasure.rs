//! What a buyer may ask of the seller, by what the seller knows of them: an order number, an e-mail
//! address or a platform's own id. They are told what is held, or erased from all stores; then the
//! file is written anew, so that no byte of them is left in it.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::ctx::Tools;
use super::import_job::BOOKS_JOB;
use super::privacy_job;
use crate::base::id::StoreId;
use crate::connectors;
use crate::jobs::runner;
use crate::store::orders;
use crate::store::privacy::{self, BuyerHash};
use crate::store::register::{self, Buyer, Erased, Erasing};
use crate::store::vault::Customer;
use crate::store::{Lane, Reader, StoreError, accounts, documents, snapshots, stores};

/// Documents that are looked into at once.
const DOCUMENTS_AT_ONCE: usize = 500;
const REFERENCE_CHARS_MAX: usize = 320;

/// Whom it is about, as the seller typed it.
#[derive(Clone)]
pub struct Reference {
    text: String,
    /// The store of an order number that several have.
    store: Option<String>,
}

impl Reference {
    /// # Errors
    /// `Refused` for what names nobody.
    pub fn parse(text: &str, store: Option<&str>) -> Result<Self, StoreError> {
        let text = text.trim();
        let is_bad = text.is_empty()
            || text.chars().count() > REFERENCE_CHARS_MAX
            || text.chars().any(char::is_control);
        if is_bad {
            return Err(refused(
                "Name the buyer by an order number, an e-mail address or the id that the platform \
                 gives them. Nothing was changed.",
            ));
        }
        let store = store.map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
        Ok(Self { text: text.to_owned(), store })
    }

    fn is_email(&self) -> bool {
        self.text.contains('@')
    }

    /// The text itself, where it names a person wherever it stands. A number stands for much else.
    fn person(&self) -> Option<&str> {
        self.is_email().then_some(self.text.as_str())
    }
}

fn refused(what: &str) -> StoreError {
    StoreError::Refused(what.to_owned())
}

/// What is held of a buyer.
pub struct Found {
    pub buyer: Buyer,
    /// Raw documents that tell of them.
    pub documents: Vec<i64>,
    /// Where a text names them, and how often.
    pub texts: Vec<(String, i64)>,
    pub is_restricted: bool,
}

impl Found {
    pub fn is_nothing(&self) -> bool {
        self.buyer.is_nobody() && self.documents.is_empty() && self.texts.is_empty()
    }
}

/// Looks everywhere; changes nothing.
///
/// # Errors
/// `Refused` where the vault is locked, there is no such store, or several buyers could be meant.
pub fn find(tools: &Tools, reference: &Reference) -> Result<Found, StoreError> {
    let (buyer, is_restricted, texts) = tools.db.read(|reader| {
        let mut buyer = seek(tools, reader, reference)?;
        register::complete(reader, &mut buyer)?;
        let texts = match reference.person() {
            Some(text) => register::count_named(reader, text)?,
            None => Vec::new(),
        };
        Ok((buyer.clone(), register::is_restricted(reader, &buyer)?, texts))
    })?;
    let documents = list_documents(tools, reference, &buyer)?;
    Ok(Found { buyer, documents, texts, is_restricted })
}

/// By every mark that the text could be; else by the order of that number.
fn seek(tools: &Tools, reader: &Reader<'_>, reference: &Reference) -> Result<Buyer, StoreError> {
    let store = find_store(reader, reference)?;
    let marks = marks_of(tools, reader, reference)?;
    let customers = register::list_customers(reader, &marks)?;
    if reference.is_email() || !customers.is_empty() {
        return Ok(Buyer { customers, ..Buyer::default() });
    }
    let orders = register::list_orders_named(reader, (&reference.text, store))?;
    if orders.len() > 1 {
        return Err(refused(
            "Several orders have this number. Name the store as well, or the buyer by e-mail \
             address. Nothing was changed.",
        ));
    }
    Ok(Buyer { orders: orders.into_iter().collect(), ..Buyer::default() })
}

fn find_store(reader: &Reader<'_>, reference: &Reference) -> Result<Option<StoreId>, StoreError> {
    let Some(name) = &reference.store else { return Ok(None) };
    match stores::find_store(reader, name)? {
        Some(store) => Ok(Some(store.id)),
        None => Err(refused(&format!("There is no store {name:?}. Nothing was changed."))),
    }
}

fn marks_of(
    tools: &Tools,
    reader: &Reader<'_>,
    reference: &Reference,
) -> Result<Vec<BuyerHash>, StoreError> {
    let text = reference.text.as_str();
    let hash = |mark: &Customer<'_>| {
        (tools.customer_hash)(mark).ok_or_else(|| {
            refused(
                "The vault is locked, and without its key no buyer can be known again. Unlock it \
                 and ask again. Nothing was changed.",
            )
        })
    };
    if reference.is_email() {
        // Some shops use an address as their own id of a buyer.
        return Ok(vec![hash(&Customer::Email(text))?, hash(&Customer::Reference(text))?]);
    }
    let mut marks = vec![hash(&Customer::Reference(text))?];
    for (_, store) in stores::list_names(reader)? {
        for connector in connectors::ALL {
            let platform = connector.slug();
            marks.push(hash(&Customer::Platform { platform, store: &store, id: text })?);
        }
    }
    Ok(marks)
}

fn list_documents(
    tools: &Tools,
    reference: &Reference,
    buyer: &Buyer,
) -> Result<Vec<i64>, StoreError> {
    let orders: Vec<_> = buyer.orders.iter().copied().collect();
    let (named, ids) = tools.db.read(|reader| {
        let mut named: HashSet<String> =
            privacy::list_names(reader, &orders)?.into_iter().collect();
        // A buyer's own id is looked for where it is the whole of a value.
        if !reference.is_email() && !buyer.is_nobody() {
            named.insert(reference.text.clone());
        }
        let mut ids = Vec::new();
        for account in accounts::list_accounts(reader)? {
            ids.extend(documents::list_ids(reader, (account.id, None))?);
        }
        Ok((named, ids))
    })?;
    let person = reference.person().map(str::to_ascii_lowercase);
    let tells = |document: &documents::DocumentRow| {
        let holds = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes).to_ascii_lowercase();
            person.as_ref().is_some_and(|person| text.contains(person))
        };
        named.contains(&document.key)
            || privacy_job::names_any(&document.body, &named)
            || holds(&document.body)
            || holds(document.beside.as_bytes())
            || holds(document.key.as_bytes())
    };
    let mut found = Vec::new();
    for some in ids.chunks(DOCUMENTS_AT_ONCE) {
        let page = tools.db.read(|reader| documents::list_documents(reader, some))?;
        found.extend(page.iter().filter(|document| tells(document)).map(|document| document.id));
    }
    Ok(found)
}

/// Everything that is held of a buyer, machine readable; that it was told is entered.
///
/// # Errors
/// As `find`.
pub fn tell(tools: &Tools, reference: &Reference) -> Result<Value, StoreError> {
    let found = find(tools, reference)?;
    let told = tools.db.read(|reader| to_json(reader, &found))?;
    tools
        .db
        .write_local(Lane::Interactive, |tx| register::enter_told(tx, found.buyer.orders.len()))?;
    Ok(told)
}

fn to_json(reader: &Reader<'_>, found: &Found) -> Result<Value, StoreError> {
    let stores = stores::list_names(reader)?;
    let mut orders_held = Vec::new();
    for id in &found.buyer.orders {
        let Some(order) = orders::find_order(reader, *id)? else { continue };
        let mut facts = Vec::new();
        for fact in register::list_facts(reader, *id)? {
            let body: Value = serde_json::from_str(&fact.body).unwrap_or(Value::Null);
            facts.push(json!({
                "kind": fact.kind,
                "part": fact.part,
                "known_until": fact.known_until_at.map(|at| at.to_string()),
                "body": body,
            }));
        }
        let store = stores.iter().find(|(store, _)| *store == order.store).map(|(_, name)| name);
        orders_held.push(json!({
            "id": order.external_id,
            "number": order.header.number,
            "store": store,
            "facts": facts,
        }));
    }
    let mut raw = Vec::new();
    for document in documents::list_documents(reader, &found.documents)? {
        raw.push(json!({
            "stream": document.stream,
            "id": document.key,
            "fetched_at": document.fetched_at.to_string(),
            "body": serde_json::from_slice::<Value>(&document.body).ok(),
        }));
    }
    let texts: Vec<Value> =
        found.texts.iter().map(|(at, count)| json!({ "in": at, "rows": count })).collect();
    Ok(json!({
        "found": !found.is_nothing(),
        "marks": found.buyer.customers.len(),
        "marks_are": "keyed hashes; no name, address or e-mail address is held",
        "restricted": found.is_restricted,
        "orders": orders_held,
        "documents": raw,
        "texts": texts,
    }))
}

/// What an erasure did, and what is known of the file after it.
#[derive(Clone, Copy, Debug)]
pub struct Done {
    pub erased: Erased,
    /// Whether the file was written anew and its log is empty. Where not, the freed bytes were
    /// overwritten, and what the log holds goes when it is folded in.
    pub is_rewritten: bool,
}

/// Erases a buyer from all stores: one transaction; then the file is written anew, and no copy of
/// the books as they were known is left.
///
/// # Errors
/// As `find`.
pub fn erase(tools: &Tools, reference: &Reference) -> Result<Done, StoreError> {
    let found = find(tools, reference)?;
    let erasing =
        Erasing { buyer: &found.buyer, documents: &found.documents, text: reference.person() };
    let erased = tools.db.write_local(Lane::Interactive, |tx| {
        let erased = register::erase(tx, &erasing)?;
        runner::push(tx, BOOKS_JOB, BOOKS_JOB, "{}", Some(BOOKS_JOB))?;
        Ok(erased)
    })?;
    snapshots::remove_all(tools.db.path());
    tools.signal.wake();
    Ok(Done { erased, is_rewritten: rewrite(tools) })
}

fn rewrite(tools: &Tools) -> bool {
    match tools.db.vacuum() {
        Ok(is_done) => is_done,
        Err(fault) => {
            tracing::warn!(%fault, "The file was not written anew after an erasure");
            false
        }
    }
}

/// Leaves a buyer out of the analyses of customers, or takes that back.
///
/// # Errors
/// As `find`; `Refused` where nobody is known by that.
pub fn restrict(tools: &Tools, reference: &Reference, is_on: bool) -> Result<bool, StoreError> {
    let buyer = tools.db.read(|reader| {
        let mut buyer = seek(tools, reader, reference)?;
        register::complete(reader, &mut buyer)?;
        Ok(buyer)
    })?;
    if buyer.customers.is_empty() {
        return Err(refused("No buyer is known by that. Nothing was changed."));
    }
    tools.db.write_local(Lane::Interactive, |tx| register::restrict(tx, &buyer, is_on))
}
