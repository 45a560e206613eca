//! What is known about one order, its sources united.

use crate::base::id::{CustomerId, OrderId};
use crate::domain::record::unite::unite;
use crate::domain::record::{CustomerReturn, Order, Refund};
use crate::store::{Reader, StoreError, labels, orders};

/// One order, united, with the best mark of its buyer.
pub struct United {
    /// `None` while only refunds of it are known.
    pub order: Option<Order>,
    pub customer: Option<CustomerId>,
}

/// # Errors
/// `StoreError` of the database; `Internal` where a stored document cannot be read.
pub fn find_united(reader: &Reader<'_>, id: OrderId) -> Result<United, StoreError> {
    let facts = orders::list_facts(reader, id)?;
    let fault = |fault: serde_json::Error| {
        StoreError::Internal(format!("the facts of order {id} cannot be read: {fault}"))
    };
    // The kinds sort as they rank: api, orders_file, refund, return, settlement.
    let customer = facts.iter().find_map(|fact| fact.customer);
    let mut documents: Vec<Order> = Vec::with_capacity(facts.len());
    let mut refunds: Vec<Refund> = Vec::new();
    let mut returns: Vec<CustomerReturn> = Vec::new();
    for fact in &facts {
        match fact.kind.as_str() {
            "return" => returns.push(serde_json::from_str(&fact.body).map_err(fault)?),
            "refund" => refunds.push(serde_json::from_str(&fact.body).map_err(fault)?),
            _ => documents.push(serde_json::from_str(&fact.body).map_err(fault)?),
        }
    }
    let mut order = unite(documents, refunds, &returns);
    if let Some(order) = &mut order
        && reader.has_labels()?
        && let Some(row) = orders::find_order(reader, id)?
    {
        let number = order.number.as_deref().or(row.header.number.as_deref());
        order.labels = labels::list_labels(reader, row.store, (&row.external_id, number))?;
    }
    Ok(United { order, customer })
}
