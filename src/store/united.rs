//! What is known about an order, its sources united; and many orders at once, in the order of
//! their numbers.

use rusqlite::fallible_streaming_iterator::FallibleStreamingIterator;
use rusqlite::{Connection, Row};

use crate::base::id::{CustomerId, OrderId};
use crate::domain::record::unite::unite;
use crate::domain::record::{CustomerReturn, Order, Refund};
use crate::store::orders::{self, STORED_COLUMNS, StoredOrder, stored_from_row};
use crate::store::profit::{StoredLine, line_columns, line_from_row};
use crate::store::{Reader, StoreError, labels};

/// Between neighbours of one run there are at most so many numbers: to pass these by is less work
/// than to look the next one up.
const GAP_MAX: i64 = 3;

/// One order, united, with the best mark of its buyer.
pub struct United {
    /// `None` while only refunds of it are known.
    pub order: Option<Order>,
    pub customer: Option<CustomerId>,
}

/// An order with all that stands of it.
pub struct Gathered {
    pub stored: StoredOrder,
    pub order: Option<Order>,
    pub customer: Option<CustomerId>,
    /// As they stand, by event and line.
    pub lines: Vec<StoredLine>,
}

/// # Errors
/// `StoreError` of the database; `Internal` where a stored document cannot be read.
pub fn find_united(reader: &Reader<'_>, id: OrderId) -> Result<United, StoreError> {
    let (mut order, customer) = unite_facts(reader.conn(), id)?;
    if let Some(order) = &mut order
        && reader.has_labels()?
        && let Some(stored) = orders::find_order(reader, id)?
    {
        add_labels(reader, &stored, order)?;
    }
    Ok(United { order, customer })
}

/// One order without its labels: what its own sources tell.
///
/// # Errors
/// As `find_united`.
pub fn unite_facts(
    conn: &Connection,
    id: OrderId,
) -> Result<(Option<Order>, Option<CustomerId>), StoreError> {
    let mut statement = conn.prepare_cached(
        "select order_id, kind, body, customer_id from order_facts
         where order_id = ? order by kind, part",
    )?;
    let mut rows = statement.query([id])?;
    let mut sources = Sources::default();
    while let Some(row) = rows.next()? {
        sources.add(id, row)?;
    }
    Ok(sources.unite())
}

/// Hands over these orders, which come by their numbers; one that is not there is left out.
///
/// # Errors
/// Those of `each`, and as `find_united`.
pub fn each_gathered<E: From<StoreError>>(
    reader: &Reader<'_>,
    ids: &[OrderId],
    each: &mut dyn FnMut(Gathered) -> Result<(), E>,
) -> Result<(), E> {
    ids.chunk_by(|left, right| right.0 - left.0 <= GAP_MAX)
        .try_for_each(|run| each_of_run(reader, run, each))
}

/// Three cursors side by side: the orders, their facts, their lines.
fn each_of_run<E: From<StoreError>>(
    reader: &Reader<'_>,
    run: &[OrderId],
    each: &mut dyn FnMut(Gathered) -> Result<(), E>,
) -> Result<(), E> {
    let (Some(first), Some(last)) = (run.first(), run.last()) else { return Ok(()) };
    let conn = reader.conn();
    let columns = line_columns();
    let prepare = |sql: &str| conn.prepare_cached(sql).map_err(StoreError::from);
    let mut orders = prepare(&format!(
        "select {STORED_COLUMNS} from orders where id between ? and ? order by id"
    ))?;
    let mut facts = prepare(
        "select order_id, kind, body, customer_id from order_facts
         where order_id between ? and ? order by order_id, kind, part",
    )?;
    let mut lines = prepare(&format!(
        "select {columns} from profit_lines where order_id between ? and ?
         order by order_id, event_no, line_no"
    ))?;
    let mut orders = orders.query([first, last]).map_err(StoreError::from)?;
    let mut facts = Cursor::new(facts.query([first, last]).map_err(StoreError::from)?)?;
    let mut lines = Cursor::new(lines.query([first, last]).map_err(StoreError::from)?)?;
    let mut wanted = run.iter().copied().peekable();
    while let Some(row) = orders.next().map_err(StoreError::from)? {
        let id: OrderId = row.get(0).map_err(StoreError::from)?;
        while wanted.next_if(|wanted| *wanted < id).is_some() {}
        if wanted.peek() != Some(&id) {
            continue;
        }
        let stored = stored_from_row(row).map_err(StoreError::from)?;
        let mut sources = Sources::default();
        facts.each_of(id, &mut |row| sources.add(id, row))?;
        let mut standing = Vec::new();
        lines.each_of(id, &mut |row| {
            standing.push(line_from_row(row)?);
            Ok(())
        })?;
        let (mut order, customer) = sources.unite();
        if let Some(order) = &mut order
            && reader.has_labels()?
        {
            add_labels(reader, &stored, order)?;
        }
        each(Gathered { stored, order, customer, lines: standing })?;
    }
    Ok(())
}

/// Rows that begin with the number of their order, by that number.
struct Cursor<'a> {
    rows: rusqlite::Rows<'a>,
    /// Of the row at which it stands; `None` behind the last.
    at: Option<OrderId>,
}

impl<'a> Cursor<'a> {
    fn new(rows: rusqlite::Rows<'a>) -> Result<Self, StoreError> {
        let mut cursor = Self { rows, at: None };
        cursor.advance()?;
        Ok(cursor)
    }

    fn advance(&mut self) -> Result<(), StoreError> {
        self.at = self.rows.next()?.map(|row| row.get(0)).transpose()?;
        Ok(())
    }

    /// Hands over the rows of an order, and passes those of earlier ones by.
    fn each_of(
        &mut self,
        id: OrderId,
        each: &mut dyn FnMut(&Row<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        while let Some(at) = self.at.filter(|at| *at <= id) {
            if at == id
                && let Some(row) = self.rows.get()
            {
                each(row)?;
            }
            self.advance()?;
        }
        Ok(())
    }
}

/// The documents of one order, as they are gathered. The kinds sort as they rank: api,
/// orders_file, refund, return, settlement.
#[derive(Default)]
struct Sources {
    documents: Vec<Order>,
    refunds: Vec<Refund>,
    returns: Vec<CustomerReturn>,
    customer: Option<CustomerId>,
}

impl Sources {
    /// Takes a row of order, kind, body and customer.
    fn add(&mut self, id: OrderId, row: &Row<'_>) -> Result<(), StoreError> {
        let fault = |fault: serde_json::Error| {
            StoreError::Internal(format!("the facts of order {id} cannot be read: {fault}"))
        };
        let text = |index: usize| {
            let value = row.get_ref(index)?;
            value.as_str().map_err(rusqlite::Error::from)
        };
        let body = text(2)?;
        match text(1)? {
            "return" => self.returns.push(serde_json::from_str(body).map_err(fault)?),
            "refund" => self.refunds.push(serde_json::from_str(body).map_err(fault)?),
            _ => self.documents.push(serde_json::from_str(body).map_err(fault)?),
        }
        if self.customer.is_none() {
            self.customer = row.get(3)?;
        }
        Ok(())
    }

    fn unite(self) -> (Option<Order>, Option<CustomerId>) {
        (unite(self.documents, self.refunds, &self.returns), self.customer)
    }
}

fn add_labels(
    reader: &Reader<'_>,
    stored: &StoredOrder,
    order: &mut Order,
) -> Result<(), StoreError> {
    let number = order.number.as_deref().or(stored.header.number.as_deref());
    order.labels = labels::list_labels(reader, stored.store, (&stored.external_id, number))?;
    Ok(())
}
