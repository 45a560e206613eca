//! What is known about one order, its sources united.

use crate::base::id::{CustomerId, OrderId};
use crate::domain::record::unite::unite;
use crate::domain::record::{Order, Refund};
use crate::store::{Reader, StoreError, orders};

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
    // The kinds sort as they rank: api, orders_file, refund, settlement.
    let customer = facts.iter().find_map(|fact| fact.customer);
    let mut documents: Vec<Order> = Vec::with_capacity(facts.len());
    let mut refunds: Vec<Refund> = Vec::new();
    for fact in &facts {
        match fact.kind.as_str() {
            "refund" => refunds.push(serde_json::from_str(&fact.body).map_err(fault)?),
            _ => documents.push(serde_json::from_str(&fact.body).map_err(fault)?),
        }
    }
    Ok(United { order: unite(documents, refunds), customer })
}
